//! A journey of a person under way, waiting in the person's task queue for its next operation.

use std::cmp::Reverse;

use journey::JourneyInstance;
use model::words::{DossierState, Field, Operation, PaymentState, Phase, TrafficClass};
use model::{Applicants, Case, CaseId, SimTime};
use portal::{Item, Memory, Reading};

use crate::backing_off::InVain;
use crate::spec::Purpose;

/// A journey of a person, waiting for its next operation.
pub(crate) struct Task {
    pub(crate) instance: JourneyInstance,
    /// The planned dossier it is about.
    pub(crate) dossier: Option<Dossier>,
    /// What was seen of it.
    pub(crate) memory: Memory,
    pub(crate) seen: Seen,
    /// The next operation, and which of its exchanges is next.
    pub(crate) operation: Operation,
    pub(crate) exchange: usize,
    /// How often this exchange was put off already, because the portal said to come again.
    pub(crate) put_off: u8,
    /// When the person meant to do it: computed when the step was planned, moved by nothing. Waiting is counted from it.
    pub(crate) due: u64,
    /// Before when it must not be done, though it is due: the portal said to come again later.
    pub(crate) not_before: u64,
    /// Before when nothing more is tried after what came to nothing.
    pub(crate) rest_until: u64,
    /// Its acts in a row that came to nothing.
    pub(crate) in_vain: InVain,
    /// Whether an answer did not come, or was none that tells of anything: what it would have shown is not known.
    pub(crate) missed: bool,
    /// The operation that could not be sent last: recorded once, not at every try.
    pub(crate) unsent: Option<Operation>,
    /// Why it is done.
    pub(crate) class: TrafficClass,
    /// The phase in which the act under way was begun.
    pub(crate) phase: Phase,
    /// How late we were with it ourselves, in nanoseconds.
    pub(crate) delay: u64,
    /// When it last polled, or tried something in vain, so that the next poll is not sooner than the run allows.
    pub(crate) polled: Option<u64>,
    /// Its attempts in a row at what was not possible, after the end of simulated time.
    pub(crate) attempts: InVain,
    /// Since when it has done nothing but poll after the end of simulated time.
    pub(crate) polls_since: Option<u64>,
    pub(crate) origin: Origin,
}

/// A planned dossier. All of it follows from its number, so that who has long to wait keeps no more than that.
#[derive(Clone)]
pub(crate) struct Dossier {
    pub(crate) id: CaseId,
    case: Option<Box<Case>>,
}

impl Dossier {
    /// How long somebody waits who keeps it meanwhile, in nanoseconds: to work it out again takes about one microsecond.
    const KEPT: u64 = 1_000_000_000;

    /// Forgets it, if there is so long to wait until somebody acts, in nanoseconds.
    pub(crate) fn wait(&mut self, time: u64) {
        if time > Self::KEPT {
            self.case = None;
        }
    }

    /// Works it out again if it was forgotten: somebody acts now.
    pub(crate) fn recall(&mut self, people: &dyn Applicants) {
        self.case.get_or_insert_with(|| Box::new(people.case(self.id)));
    }

    /// What was planned.
    ///
    /// # Panics
    /// While it is forgotten.
    pub(crate) fn case(&self) -> &Case {
        match &self.case {
            Some(case) => case,
            None => unreachable!("it is recalled before anybody acts"),
        }
    }
}

impl From<Case> for Dossier {
    fn from(case: Case) -> Self {
        Self { id: case.id, case: Some(Box::new(case)) }
    }
}

/// Why a journey is walked: what its end is counted as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A person came for this: counted as completed or failed.
    Arrival(Purpose),
    /// Follows from an arrival or an inbox.
    Consequence,
    /// A clerk's working day.
    WorkingDay,
    /// Reads a dossier back at the end.
    FinalRead,
}

impl Origin {
    /// Whether the run is not quiet while such a journey is under way.
    pub(crate) fn keeps_run_open(self) -> bool {
        match self {
            Self::Arrival(_) | Self::Consequence => true,
            Self::WorkingDay | Self::FinalRead => false,
        }
    }

    /// Whether anything more may be done in this phase: while dossiers are read back nobody changes them any more.
    pub(crate) fn may_act_in(self, phase: Phase) -> bool {
        match phase {
            Phase::WarmUp | Phase::Load | Phase::Drain => true,
            Phase::FinalRead => self == Self::FinalRead,
            Phase::Ended => false,
        }
    }
}

/// What journeys ask of a dossier, kept typed beside the texts.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) state: Option<DossierState>,
    pub(crate) payment_state: Option<PaymentState>,
    pub(crate) due_at: Option<SimTime>,
}

/// The fields a person remembers; the rest is only recorded.
const REMEMBERED: [Field; 9] = [
    Field::DossierCode,
    Field::State,
    Field::PaymentState,
    Field::DueAt,
    Field::Fee,
    Field::PaymentReference,
    Field::Waybill,
    Field::Version,
    Field::PaymentUrl,
];

impl Task {
    /// A journey at its beginning.
    pub(crate) fn new(instance: JourneyInstance, dossier: Option<Dossier>, origin: Origin) -> Self {
        Self {
            instance,
            dossier,
            memory: Memory::default(),
            seen: Seen::default(),
            operation: Operation::LookUp,
            exchange: 0,
            put_off: 0,
            due: 0,
            not_before: 0,
            rest_until: 0,
            in_vain: InVain::default(),
            missed: false,
            unsent: None,
            class: TrafficClass::User,
            phase: Phase::Load,
            delay: 0,
            polled: None,
            attempts: InVain::default(),
            polls_since: None,
            origin,
        }
    }

    /// Remembers what an answer shows of the dossier.
    pub(crate) fn remember(&mut self, reading: &Reading, item: &Item) {
        for field in REMEMBERED {
            if let Some(value) = reading.value(item, field) {
                self.memory.set(field, value);
            }
        }
        let state = reading.value(item, Field::State).and_then(DossierState::parse);
        let payment_state = reading.value(item, Field::PaymentState).and_then(PaymentState::parse);
        let due_at = reading.value(item, Field::DueAt).and_then(|text| SimTime::parse(text).ok());
        self.seen.state = state.or(self.seen.state);
        self.seen.payment_state = payment_state.or(self.seen.payment_state);
        self.seen.due_at = due_at.or(self.seen.due_at);
    }
}

/// A task in a queue, ordered by when it may be done; of two at once the one entered first comes first.
pub(crate) struct Entry {
    key: Reverse<(u64, u64)>,
    pub(crate) task: Box<Task>,
}

impl Entry {
    pub(crate) fn new(task: Box<Task>, sequence: u64) -> Self {
        Self { key: Reverse((task.due.max(task.not_before), sequence)), task }
    }

    /// When it may be done, if they are free.
    pub(crate) fn moment(&self) -> u64 {
        self.key.0.0
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key.cmp(&other.key)
    }
}

//! A dossier: its contents, its transitions from state to state, and their log.

use std::borrow::Cow;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::behaviour::defects::Defect;
use crate::behaviour::defects::deadlines::Reading;
use crate::domain::agencies::{Apology, BagPlace, Consultation};
use crate::domain::calendar;
use crate::domain::catalogue::{Clerk, Index, Procedure, Unit};
use crate::domain::delivery::parcels::Parcel;
use crate::domain::delivery::pickups::Pickup;
use crate::domain::kept;
use crate::domain::moment::Moment;
use crate::domain::office::Office;
use crate::domain::office_hours;
use crate::domain::papers::supplements::Supplement;
use crate::domain::payments::debt::Debt;
use crate::domain::payments::obligations::Obligation;
use crate::domain::payments::payment::Payment;
use crate::domain::problem::{Kind, Problem};
use crate::domain::queues::{Queue, Ticket};
use crate::domain::results::{Rating, ResultDocument};
use crate::domain::states::{Event, State};
use crate::domain::submission::{Applicant, Channel, Form, ReturnMethod};

/// Who caused an event.
#[derive(Debug, Clone)]
pub(crate) enum Actor {
    Applicant,
    Clerk(Arc<Clerk>),
    Bank,
    Post,
    /// A term that ended before something was done.
    Term,
}

impl Serialize for Actor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Actor::Applicant => serializer.serialize_str("applicant"),
            Actor::Clerk(clerk) => serializer.collect_str(&format_args!("clerk:{}", clerk.id)),
            Actor::Bank => serializer.serialize_str("bank"),
            Actor::Post => serializer.serialize_str("post"),
            Actor::Term => serializer.serialize_str("term"),
        }
    }
}

impl<'de> Deserialize<'de> for Actor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        match (text.as_ref(), text.strip_prefix("clerk:")) {
            (_, Some(id)) => Ok(Self::Clerk(Arc::new(Clerk::named(id)))),
            ("applicant", None) => Ok(Self::Applicant),
            ("bank", None) => Ok(Self::Bank),
            ("post", None) => Ok(Self::Post),
            ("term", None) => Ok(Self::Term),
            _ => Err(Error::custom("nobody is called that")),
        }
    }
}

/// One line of the log.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ProgressEntry")]
pub(crate) struct Entry {
    pub(crate) at: Moment,
    pub(crate) event: Event,
    /// The state after the event.
    pub(crate) state: State,
    /// `applicant`, `clerk:` and an id, `bank`, `post` or `term`.
    #[schemars(with = "String")]
    pub(crate) actor: Actor,
    /// The reason, for events that need one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// The deadline before and after, for events that move it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) due: Option<Box<Moved>>,
}

/// A deadline that was moved.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Moved {
    before: Moment,
    pub(crate) after: Moment,
}

/// A pause, during which the clock of the dossier stops.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Pause {
    pub(crate) back_to: State,
    pub(crate) since: Moment,
}

/// How many more entries a log that is full is made ready for.
const MORE_ENTRIES: usize = 4;

/// One dossier. Fields are written by the modules of steps and of money only. It takes about 1.7 kB with its log of
/// eight entries and usual texts; what most dossiers never have is boxed and takes 8 bytes while it is absent.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Dossier {
    /// Which submission it came from, counted from 1; a copy made by a defect shares it.
    pub(crate) ordinal: u64,
    pub(crate) code: String,
    #[serde(with = "kept::unit")]
    pub(crate) unit: Arc<Unit>,
    /// As it was when the dossier came in; later publications do not change it.
    #[serde(with = "kept::procedure")]
    pub(crate) procedure: Arc<Procedure>,
    /// Which version of the procedure that was.
    pub(crate) procedure_version: u64,
    pub(crate) channel: Channel,
    pub(crate) client_reference: Option<String>,
    pub(crate) applicant: Applicant,
    /// The applicant's citizen number, as a number.
    pub(crate) owner: u64,
    pub(crate) form: Form,
    pub(crate) return_method: ReturnMethod,
    pub(crate) return_address: Option<String>,
    pub(crate) state: State,
    pub(crate) fee: i64,
    pub(crate) submitted_at: Moment,
    pub(crate) accepted_at: Option<Moment>,
    pub(crate) due_at: Option<Moment>,
    pub(crate) started_at: Option<Moment>,
    pub(crate) completed_at: Option<Moment>,
    pub(crate) returned_at: Option<Moment>,
    pub(crate) payment: Payment,
    pub(crate) parcel: Parcel,
    /// Its papers, where the post fetches them from the applicant.
    pub(crate) pickup: Option<Box<Pickup>>,
    /// Why the dossier is paused, while it is.
    pub(crate) pause: Option<Pause>,
    /// The latest request for further papers.
    pub(crate) supplement: Option<Box<Supplement>>,
    /// The latest tax notice.
    pub(crate) obligation: Option<Box<Obligation>>,
    /// The apology for a result that comes late; there is one at most.
    pub(crate) apology: Option<Box<Apology>>,
    /// The latest question to another agency.
    pub(crate) consultation: Option<Box<Consultation>>,
    /// The bag its papers travel in.
    pub(crate) bag: Option<BagPlace>,
    /// What was decided, once it was.
    pub(crate) result: Option<Box<ResultDocument>>,
    pub(crate) rating: Option<Box<Rating>>,
    /// Received, decided and returned in one act.
    pub(crate) on_the_spot: bool,
    /// Append-only: one entry per event, in the order in which they happened.
    pub(crate) progress: Vec<Entry>,
    /// Grows by one with every change.
    pub(crate) version: u64,
    /// The queue from which a clerk has already taken it.
    pub(crate) taken_from: Option<Queue>,
    /// The start was confirmed and not recorded; see the defect `jump-9`.
    pub(crate) start_was_pretended: bool,
    /// Where it stands in line, or stood last.
    pub(crate) ticket: Option<Ticket>,
}

impl Dossier {
    /// Replaces the clerks in a log that was read from a store by those of the catalogue, so that they are shared.
    pub(crate) fn share_clerks(&mut self, catalogue: &Index) {
        for entry in &mut self.progress {
            if let Actor::Clerk(clerk) = &mut entry.actor
                && let Some(known) = catalogue.clerk(&clerk.id)
            {
                *clerk = Arc::clone(known);
            }
        }
    }

    /// Whether the event may happen now.
    pub(crate) fn may(&self, event: Event) -> Result<State, Problem> {
        match event.rule() {
            Some((from, to)) if from.contains(&self.state) => Ok(to),
            Some(_) | None => Err(self.illegal()),
        }
    }

    /// Moves the dossier to the state the event leads to, and logs it.
    pub(crate) fn advance(&mut self, event: Event, actor: Actor, at: Moment) -> Result<(), Problem> {
        self.state = self.may(event)?;
        self.log(event, actor, at);
        Ok(())
    }

    /// The same, with the reason that was given.
    pub(crate) fn advance_for(
        &mut self,
        event: Event,
        reason: String,
        actor: Actor,
        at: Moment,
    ) -> Result<(), Problem> {
        self.advance(event, actor, at)?;
        self.give_reason(reason);
        Ok(())
    }

    /// Adds the reason to the latest entry of the log.
    pub(crate) fn give_reason(&mut self, reason: String) {
        if let Some(entry) = self.progress.last_mut() {
            entry.reason = Some(reason);
        }
    }

    /// Pauses the dossier: its clock stops until it is resumed.
    pub(crate) fn interrupt(&mut self, event: Event, reason: String, actor: Actor, at: Moment) -> Result<(), Problem> {
        let pause = Pause { back_to: self.state, since: at };
        self.advance_for(event, reason, actor, at)?;
        self.pause = Some(pause);
        Ok(())
    }

    /// Resumes the dossier where it was paused. The deadline moves by the working time that has passed, unless
    /// it had passed before.
    pub(crate) fn resume(&mut self, event: Event, actor: Actor, office: &Office<'_>) -> Result<(), Problem> {
        let (at, defects) = (office.now, office.defects);
        let pause = self.pause.take().ok_or_else(|| self.illegal())?;
        self.state = pause.back_to;
        self.log(event, actor, at);
        if let Some(before) = self.due_at.filter(|_| !defects.has(Defect::NoPause)) {
            let left = office_hours::between(pause.since, before);
            let after = if left > 0 { office_hours::after(at, left) } else { before };
            let after = defects.resumed(after, before.plus_ms(at.unix_ms() - pause.since.unix_ms()));
            if defects.has(Defect::SilentDue) {
                self.due_at = Some(after);
            } else {
                self.move_due(before, after);
            }
        }
        Ok(())
    }

    /// Moves the deadline, and notes that with the latest entry of the log.
    pub(crate) fn move_due(&mut self, before: Moment, after: Moment) {
        self.due_at = Some(after);
        if let Some(entry) = self.progress.last_mut().filter(|_| before != after) {
            entry.due = Some(Box::new(Moved { before, after }));
        }
    }

    /// The debt of this kind, if any.
    pub(crate) fn debt(&mut self, debt: Debt) -> Option<&mut Payment> {
        match debt {
            Debt::Fee => Some(&mut self.payment),
            Debt::Tax => self.obligation.as_mut().map(|obligation| &mut obligation.payment),
        }
    }

    /// Every payment of it: of the fee, of the latest tax notice, of those before.
    pub(crate) fn payments(&self) -> impl Iterator<Item = &Payment> {
        let taxes = self.obligation.iter().flat_map(|obligation| obligation.payments());
        std::iter::once(&self.payment).chain(taxes)
    }

    pub(crate) fn payments_mut(&mut self) -> impl Iterator<Item = &mut Payment> {
        let taxes = self.obligation.iter_mut().flat_map(|obligation| obligation.payments_mut());
        std::iter::once(&mut self.payment).chain(taxes)
    }

    /// The refusal of a step that requires another one first.
    pub(crate) fn not_yet(&self, why: &str) -> Problem {
        Problem::new(Kind::IllegalTransition, format!("dossier {}: {why}", self.code))
    }

    /// Logs an event in the state the dossier is in.
    pub(crate) fn log(&mut self, event: Event, actor: Actor, at: Moment) {
        self.version += 1;
        if self.progress.len() == self.progress.capacity() {
            // Doubling it would cost a dossier of the usual dozen events a quarter of a kilobyte.
            self.progress.reserve_exact(MORE_ENTRIES);
        }
        self.progress.push(Entry { at, event, state: self.state, actor, reason: None, due: None });
    }

    /// The refusal of something that does not fit the state.
    pub(crate) fn illegal(&self) -> Problem {
        Problem::new(Kind::IllegalTransition, format!("dossier {} is {:?}", self.code, self.state))
    }

    /// Whether the case is being handled: received, and neither ended nor about to be withdrawn.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.state, State::Submitted | State::Accepted | State::InProcess)
    }

    /// Counts the legal time of an open dossier from `now` again; see the defect `catalogue-moves-deadlines`.
    pub(crate) fn move_deadline(&mut self, now: Moment, legal_days: u16) {
        if matches!(self.state, State::Accepted | State::InProcess) {
            self.due_at = Some(calendar::return_at(now, legal_days, Reading::Law));
        }
    }

    /// The queue it waits in, if it waits in one.
    pub(crate) fn queue(&self) -> Option<Queue> {
        let is_for_post =
            self.state == State::Completed && self.return_method == ReturnMethod::Post && self.parcel.is_wanted();
        let queue = match self.state {
            State::Submitted => Some(Queue::Intake),
            State::Completed if is_for_post => Some(Queue::Post),
            State::Accepted
            | State::Rejected
            | State::InProcess
            | State::AwaitingSupplement
            | State::AwaitingPayment
            | State::WithdrawalRequested
            | State::Stopped
            | State::Completed
            | State::Returned => None,
        };
        queue.filter(|queue| self.taken_from != Some(*queue))
    }
}

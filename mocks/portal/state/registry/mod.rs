//! The registry: every dossier, under its code and its client reference, the numbers, the lines, the counts.
//! It is the whole changing state of the portal, and the only place that stores or counts dossiers.

mod attachments;
pub(crate) mod bags;
pub(crate) mod intake;
mod intake_defects;
mod keeping;
mod ledger;
mod numbers;
mod queues;
mod reading;
mod references;
mod sync;
mod time;
mod waiting_line;

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;

use crate::behaviour::defects::{Defect, Defects};
use crate::behaviour::variants::Variants;
use crate::domain::dossier::Dossier;
use crate::domain::dossier_id::DossierId;
use crate::domain::drafts::Drafts;
use crate::domain::moment::Moment;
use crate::domain::office::Office;
use crate::domain::papers::attachments::Attachment;
use crate::domain::papers::bags::Bag;
use crate::domain::petitions::Petitions;
use crate::domain::problem::Problem;
use crate::domain::procedures::{Procedures, Published};
use crate::domain::queues::Queue;
use crate::domain::states::State;
use crate::domain::terms::Terms;
use crate::state::clock::{Clock, wall_ns};
use crate::state::one_time_codes::OneTimeCodes;
use crate::state::outbox::Outbox;
use crate::state::rate_limit::Limit;
use crate::state::registry::references::References;
use crate::state::registry::waiting_line::WaitingLine;
use crate::state::replays::Replays;
use crate::state::sessions::Sessions;
use crate::state::store::Unsaved;

/// What one unit has received.
#[derive(Debug, Default)]
pub(crate) struct UnitLedger {
    pub(crate) dossiers: u64,
    intake: WaitingLine,
    /// The last number given out on each day.
    numbers: HashMap<Date, u64>,
}

/// What one applicant has handed in.
#[derive(Debug, Default)]
struct Own {
    dossiers: Vec<DossierId>,
    by_reference: References,
}

/// Everything that changes while the portal runs; guarded by one lock that no `.await` is under.
#[derive(Debug)]
pub(crate) struct Registry {
    pub(crate) defects: Defects,
    /// The permitted variants that are on.
    pub(crate) variants: Variants,
    pub(crate) clock: Clock,
    pub(crate) sessions: Sessions,
    pub(crate) procedures: Procedures,
    pub(crate) codes: OneTimeCodes,
    pub(crate) limit: Limit,
    pub(crate) replays: Replays,
    pub(crate) drafts: Drafts,
    dossiers: Vec<Dossier>,
    /// Bags between the centre and the departments, by number, counted from 1.
    pub(crate) bags: Vec<Bag>,
    by_code: HashMap<String, DossierId>,
    /// What each applicant has handed in.
    by_owner: HashMap<u64, Own>,
    /// What ends by itself.
    terms: Terms,
    /// Everything that happened, in order: 16 bytes each.
    events: Vec<(DossierId, usize)>,
    pub(crate) attachments: HashMap<DossierId, Vec<Attachment>>,
    /// How many bytes the attachments have in all.
    pub(crate) attachment_bytes: usize,
    pub(crate) petitions: Petitions,
    /// What is to be synced with the national portal; none where the portal is linked to none.
    pub(crate) outbox: Option<Box<Outbox>>,
    pub(crate) units: BTreeMap<String, UnitLedger>,
    pub(crate) states: BTreeMap<State, u64>,
    post: WaitingLine,
    /// Submissions so far, including those that a defect has lost.
    submissions: u64,
    payments: u64,
    /// How often a citizen has read a dossier, and which one last.
    reads: u64,
    last_read: DossierId,
    /// How many numbers so far had another before them on the same day.
    later_numbers: u64,
    /// What is not yet in the store.
    pub(crate) unsaved: Unsaved,
}

impl Registry {
    pub(crate) fn new(defects: Defects, procedures: Procedures) -> Self {
        Self {
            defects,
            variants: Variants::default(),
            clock: Clock::real(),
            sessions: Sessions::new(wall_ns(), defects.has(Defect::ExpIgnored)),
            procedures,
            codes: OneTimeCodes::default(),
            limit: Limit::default(),
            replays: Replays::default(),
            drafts: Drafts::default(),
            dossiers: Vec::new(),
            bags: Vec::new(),
            by_code: HashMap::new(),
            by_owner: HashMap::new(),
            terms: Terms::default(),
            events: Vec::new(),
            attachments: HashMap::new(),
            attachment_bytes: 0,
            petitions: Petitions::default(),
            outbox: None,
            units: BTreeMap::new(),
            states: BTreeMap::new(),
            post: WaitingLine::default(),
            submissions: 0,
            payments: 0,
            reads: 0,
            last_read: 0,
            later_numbers: 0,
            unsaved: Unsaved::default(),
        }
    }

    /// How many dossiers there are.
    pub(crate) fn len(&self) -> usize {
        self.dossiers.len()
    }

    /// How many payments were booked.
    pub(crate) fn payments(&self) -> u64 {
        self.payments
    }

    fn unit_ledger(&mut self, unit: &str) -> &mut UnitLedger {
        if !self.units.contains_key(unit) {
            self.units.insert(unit.to_owned(), UnitLedger::default());
            self.unsaved.units.mark_with(|| unit.to_owned());
        }
        self.units.get_mut(unit).unwrap_or_else(|| unreachable!("it was inserted above"))
    }

    fn store(&mut self, mut dossier: Dossier) -> DossierId {
        let id = self.dossiers.len();
        self.unsaved.dossiers.mark(id);
        self.events.extend((0..dossier.progress.len()).map(|entry| (id, entry)));
        *self.states.entry(dossier.state).or_default() += 1;
        dossier.ticket = Some(self.join(Queue::Intake, id, &dossier.unit.code, None));
        self.enter(dossier);
        id
    }

    /// Enters a dossier into the lists by which it is found and counted.
    fn enter(&mut self, dossier: Dossier) {
        let id = self.dossiers.len();
        self.by_code.insert(dossier.code.clone(), id);
        let own = self.by_owner.entry(dossier.owner).or_default();
        own.dossiers.push(id);
        if let Some(reference) = &dossier.client_reference {
            own.by_reference.note(reference, id);
        }
        self.unit_ledger(&dossier.unit.code).dossiers += 1;
        self.dossiers.push(dossier);
    }

    /// Changes a dossier, and keeps counts and lines in step with whatever the change did to it.
    pub(crate) fn change<T>(
        &mut self,
        id: DossierId,
        change: impl FnOnce(&mut Dossier, &mut Office<'_>) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let now = self.now();
        self.change_at(now, id, change)
    }

    fn change_at<T>(
        &mut self,
        now: Moment,
        id: DossierId,
        change: impl FnOnce(&mut Dossier, &mut Office<'_>) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let dossier = self.dossiers.get_mut(id).ok_or_else(|| Problem::not_found("dossier"))?;
        self.unsaved.dossiers.mark(id);
        let (old_state, old_queue, old_length) = (dossier.state, dossier.queue(), dossier.progress.len());
        let mut office = Office::new(now, self.defects, &mut self.payments);
        let outcome = change(dossier, &mut office);
        if let Some((until, term)) = office.reminder() {
            self.terms.run(until, id, term);
        }
        let (new_state, new_queue, unit) = (dossier.state, dossier.queue(), dossier.unit.clone());
        let before = dossier.ticket;
        self.events.extend((old_length..dossier.progress.len()).map(|entry| (id, entry)));
        if old_state != new_state {
            *self.states.entry(old_state).or_default() -= 1;
            let is_forgotten = new_state == State::Rejected && self.defects.has(Defect::Drift);
            *self.states.entry(new_state).or_default() += u64::from(!is_forgotten);
        }
        if old_queue != new_queue {
            if let Some(queue) = old_queue {
                self.line(queue, &unit.code).leave();
            }
            if let Some(queue) = new_queue {
                let ticket = self.join(queue, id, &unit.code, before);
                self.give(id, ticket);
            }
        }
        outcome
    }

    /// Called after every publication. It changes no dossier: each keeps the procedure it came in under,
    /// until a defect forgets that.
    pub(crate) fn catalogue_changed(&mut self, published: &Published) {
        if !self.defects.has(Defect::CatalogueMovesDeadlines) {
            return;
        }
        let (now, procedure) = (self.clock.now(wall_ns()), &published.procedure);
        for (id, dossier) in self.dossiers.iter_mut().enumerate() {
            if dossier.procedure.code == procedure.code {
                dossier.move_deadline(now, procedure.legal_days);
                self.unsaved.dossiers.mark(id);
            }
        }
    }
}

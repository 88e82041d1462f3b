//! The registry and the store: which part of it is kept by whom, and the rows of dossiers, attachments, bags, numbers.

use std::collections::BTreeMap;
use std::sync::Arc;

use rusqlite::types::Value;

use crate::domain::delivery::pickups;
use crate::domain::dossier::Dossier;
use crate::domain::dossier_id::DossierId;
use crate::domain::kept;
use crate::domain::moment::Moment;
use crate::domain::papers::attachments::Attachment;
use crate::domain::queues::Ticket;
use crate::domain::states::State;
use crate::state::registry::waiting_line::WaitingLine;
use crate::state::registry::{Registry, UnitLedger};
use crate::state::store::{Batch, Part, ReadError, Source, Versions, Write, body, no_sense, place, whole};

const PUT_DOSSIER: &str = "insert or replace into dossiers (id, body) values (?1, ?2)";
const PUT_EVENT: &str = "insert or replace into events values (?1, ?2, ?3)";
const ALL_EVENTS: &str = "select number, dossier, entry from events order by number";
const PUT_ATTACHMENT: &str = "insert or replace into attachments values (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
const ALL_ATTACHMENTS: &str =
    "select dossier, number, name, content_type, sha256, attached_at, content from attachments
    order by dossier, number";
const PUT_UNIT: &str = "insert or replace into units values (?1, ?2)";
const ALL_UNITS: &str = "select code, served from units";
const PUT_NUMBER: &str = "insert or replace into numbers values (?1, ?2, ?3)";
const ALL_NUMBERS: &str = "select unit, day, last from numbers";
const PUT_BAG: &str = "insert or replace into bags (number, body) values (?1, ?2)";

impl Registry {
    /// The parts that have rows of their own. A new field does not compile before it is said here how it is
    /// kept.
    fn parts(&mut self) -> [&mut dyn Part; 8] {
        let Self {
            // Configured at each start, and requests of the present second.
            defects: _,
            variants: _,
            limit: _,
            // Parts.
            clock,
            sessions,
            procedures,
            codes,
            replays,
            drafts,
            petitions,
            outbox,
            // Kept below.
            dossiers: _,
            bags: _,
            events: _,
            attachments: _,
            units: _,
            states: _,
            post: _,
            submissions: _,
            payments: _,
            reads: _,
            last_read: _,
            later_numbers: _,
            unsaved: _,
            // Follows from the dossiers and attachments.
            by_code: _,
            by_owner: _,
            attachment_bytes: _,
            terms: _,
        } = self;
        [clock, sessions, procedures, codes, replays, drafts, petitions, outbox]
    }

    /// Starts to note what is changed.
    pub(crate) fn watch(&mut self) {
        self.unsaved.watch();
        self.parts().into_iter().for_each(Part::watch);
    }

    /// Whether something was changed since the last batch was taken.
    pub(crate) fn is_dirty(&mut self) -> bool {
        self.unsaved.is_any(self.events.len()) || self.parts().iter().any(|part| part.is_dirty())
    }

    /// Takes everything that was changed since the last batch.
    pub(crate) fn take_batch(&mut self) -> Vec<Write> {
        self.unsaved.batches += 1;
        let mut counters = std::mem::take(&mut self.unsaved.counters);
        let mut batch = Batch::new(&mut counters);
        if std::mem::take(&mut self.unsaved.is_new) {
            batch.clear();
        }
        self.write_dossiers(&mut batch);
        self.write_ledgers(&mut batch);
        for part in self.parts() {
            part.write(&mut batch);
        }
        let writes = batch.into_writes();
        self.unsaved.counters = counters;
        writes
    }

    /// Puts a new registry in the place of this one, in the store as well.
    pub(crate) fn start_over(&mut self, mut new: Registry) {
        new.variants = self.variants;
        new.limit.per_second = self.limit.per_second;
        if self.unsaved.is_kept {
            new.watch();
            new.unsaved.is_new = true;
            new.unsaved.batches = self.unsaved.batches;
        }
        *self = new;
    }

    fn write_dossiers(&mut self, batch: &mut Batch<'_>) {
        for id in self.unsaved.dossiers.take() {
            if let Some(dossier) = self.dossiers.get(id) {
                batch.add(PUT_DOSSIER, vec![place(id), body(dossier)]);
            }
        }
        for (i, (id, entry)) in self.events.iter().enumerate().skip(self.unsaved.events) {
            batch.add(PUT_EVENT, vec![place(i + 1), place(*id), place(*entry)]);
        }
        self.unsaved.events = self.events.len();
        for (id, number) in self.unsaved.attachments.take() {
            let kept = self.attachments.get(&id).and_then(|all| all.get(number.checked_sub(1)?));
            if let Some(attachment) = kept {
                batch.add(PUT_ATTACHMENT, columns(id, number, attachment));
            }
        }
        for number in self.unsaved.bags.take() {
            let bag = usize::try_from(number).ok().and_then(|number| self.bags.get(number.checked_sub(1)?));
            if let Some(bag) = bag {
                batch.add(PUT_BAG, vec![whole(number), body(bag)]);
            }
        }
    }

    fn write_ledgers(&mut self, batch: &mut Batch<'_>) {
        self.unsaved.is_set = false;
        for code in self.unsaved.units.take() {
            if let Some(ledger) = self.units.get(&code) {
                batch.add(PUT_UNIT, vec![code.into(), whole(ledger.intake.served)]);
            }
        }
        for (code, day) in self.unsaved.numbers.take() {
            if let Some(last) = self.units.get(&code).and_then(|ledger| ledger.numbers.get(&day)) {
                batch.add(PUT_NUMBER, vec![code.into(), day.to_string().into(), whole(*last)]);
            }
        }
        for (state, dossiers) in &self.states {
            batch.count(format!("state {}", kept::word(state)), *dossiers);
        }
        batch.count("post served", self.post.served);
        batch.count("submissions", self.submissions);
        batch.count("payments", self.payments);
        batch.count("reads", self.reads);
        batch.count("last read", self.last_read as u64);
        batch.count("later numbers", self.later_numbers);
    }

    /// Reads everything back, into a registry that is new.
    ///
    /// # Errors
    /// When a row cannot be read or makes no sense, or the catalogue is another.
    pub(crate) fn restore(&mut self, source: &Source<'_>) -> Result<(), ReadError> {
        for part in self.parts() {
            part.restore(source)?;
        }
        self.restore_ledgers(source)?;
        let versions = Versions::read(source)?;
        versions.publish(&mut self.procedures);
        for (id, dossier) in source.bodies("dossiers")? {
            if id != self.dossiers.len() as u64 {
                return Err(no_sense("dossiers", &id));
            }
            let dossier = settled(dossier, source, &versions)?;
            self.enter(dossier);
        }
        self.restore_papers(source)?;
        self.watch();
        self.resume_lines();
        self.resume_work();
        Ok(())
    }

    fn restore_ledgers(&mut self, source: &Source<'_>) -> Result<(), ReadError> {
        let units: Vec<(String, u64)> = source.rows(ALL_UNITS)?;
        for (code, served) in units {
            self.units.insert(code, UnitLedger { intake: WaitingLine::after(served), ..UnitLedger::default() });
        }
        let numbers: Vec<(String, String, u64)> = source.rows(ALL_NUMBERS)?;
        for (unit, day, last) in numbers {
            let day = day.parse().map_err(|_no_date| no_sense("numbers", &day))?;
            self.unit_ledger(&unit).numbers.insert(day, last);
        }
        let states = source.counters_of("state ").map(|(word, dossiers)| {
            let state: State = kept::of_word(word).ok_or_else(|| no_sense("counters", &word))?;
            Ok((state, dossiers))
        });
        self.states = states.collect::<Result<BTreeMap<_, _>, ReadError>>()?;
        self.post = WaitingLine::after(source.counter("post served"));
        self.submissions = source.counter("submissions");
        self.payments = source.counter("payments");
        self.reads = source.counter("reads");
        self.last_read = usize::try_from(source.counter("last read")).unwrap_or_default();
        self.later_numbers = source.counter("later numbers");
        Ok(())
    }

    fn restore_papers(&mut self, source: &Source<'_>) -> Result<(), ReadError> {
        type Columns = (DossierId, usize, String, String, String, String, Vec<u8>);
        let events: Vec<(usize, DossierId, usize)> = source.rows(ALL_EVENTS)?;
        for (number, id, entry) in events {
            self.events.push((id, entry));
            if number != self.events.len() {
                return Err(no_sense("events", &number));
            }
        }
        self.unsaved.events = self.events.len();
        let rows: Vec<Columns> = source.rows(ALL_ATTACHMENTS)?;
        for (id, number, name, content_type, sha256, attached_at, content) in rows {
            let row = || no_sense("attachments", &format!("{id}, {number}"));
            let attached_at = Moment::parse(&attached_at).ok_or_else(row)?;
            let (content_type, content) = (content_type.into(), content.into());
            let attachment = Attachment { name, content_type, sha256, attached_at, content };
            self.attachment_bytes += attachment.content.len();
            let kept = self.attachments.entry(id).or_default();
            kept.push(attachment);
            if number != kept.len() {
                return Err(row());
            }
        }
        for (number, bag) in source.bodies("bags")? {
            self.bags.push(bag);
            if number != self.bags.len() as u64 {
                return Err(no_sense("bags", &number));
            }
        }
        Ok(())
    }

    /// Puts every dossier back into the place it has in its line. One that waits and has no place any more, because its
    /// parcel was just being ordered, joins again.
    fn resume_lines(&mut self) {
        let tickets = self.dossiers.iter().enumerate().filter_map(|(id, dossier)| Some((dossier.ticket?, id)));
        let mut tickets: Vec<(Ticket, DossierId)> = tickets.collect();
        tickets.sort_unstable_by_key(|(ticket, _)| ticket.number);
        for (ticket, id) in tickets {
            let Some(unit) = self.dossiers.get(id).map(|dossier| Arc::clone(&dossier.unit)) else { continue };
            let line = self.line(ticket.queue, &unit.code);
            if ticket.number > line.served {
                line.resume(id, ticket.number);
            }
        }
        for id in 0..self.dossiers.len() {
            let Some(dossier) = self.dossiers.get(id) else { continue };
            let (queue, before, unit) = (dossier.queue(), dossier.ticket, Arc::clone(&dossier.unit));
            if let Some(queue) = queue {
                let ticket = self.join(queue, id, &unit.code, before);
                if before != Some(ticket) {
                    self.give(id, ticket);
                    self.unsaved.dossiers.mark(id);
                }
            }
        }
    }
}

impl Registry {
    /// Takes up what goes on by itself: terms, orders whose answer no request waits for any more, and what is to be synced.
    fn resume_work(&mut self) {
        for (id, dossier) in self.dossiers.iter_mut().enumerate() {
            if dossier.is_pickup_being_ordered() {
                // The post knows the order if it has it, and gives the same waybill again.
                pickups::give_up(dossier);
                self.unsaved.dossiers.mark(id);
            }
            for (until, term) in dossier.terms() {
                self.terms.run(until, id, term);
            }
        }
        if let Some(outbox) = &mut self.outbox {
            outbox.resume(&self.dossiers, self.events.len());
        }
    }
}

/// A dossier that was read, with the unit, the procedure and the clerks that its codes name.
fn settled(mut dossier: Dossier, source: &Source<'_>, versions: &Versions) -> Result<Dossier, ReadError> {
    let unit = source.catalogue.unit(&dossier.unit.code);
    let procedure = versions.get(&dossier.procedure.code, dossier.procedure_version);
    match (unit, procedure) {
        (Some(unit), Some(procedure)) => {
            (dossier.unit, dossier.procedure) = (Arc::clone(unit), Arc::clone(procedure));
            dossier.share_clerks(source.catalogue);
            Ok(dossier)
        }
        (None, _) => {
            let thing = format!("unit {}", dossier.unit.code);
            Err(ReadError::Catalogue { dossier: dossier.code, thing })
        }
        (Some(_), None) => Err(no_sense("dossiers", &dossier.code)),
    }
}

fn columns(id: DossierId, number: usize, attachment: &Attachment) -> Vec<Value> {
    vec![
        place(id),
        place(number),
        attachment.name.clone().into(),
        attachment.content_type.clone().into_owned().into(),
        attachment.sha256.clone().into(),
        attachment.attached_at.to_string().into(),
        attachment.content.to_vec().into(),
    ]
}

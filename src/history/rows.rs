//! The rows of batches, as they are inserted within one transaction: packed, with numbers for what many have in common.

use model::words::{DossierState, Fault, Field, ParcelState, PaymentState};
use rusqlite::{Connection, Error, Statement, params};

use crate::batch::Row;
use crate::packing::{Numbers, instant, spell};
use crate::store::signed;
use crate::{Batch, Observed, ProgressLine, Text, catalogue};

/// What `subjects` keeps: for what and by whom a dossier is.
const SUBJECT: [Field; 4] = [Field::Procedure, Field::OwnerNumber, Field::OwnerName, Field::Reference];

/// The instants of an observation.
const INSTANTS: [Field; 5] =
    [Field::SubmittedAt, Field::AcceptedAt, Field::DueAt, Field::CompletedAt, Field::ReturnedAt];

/// What an observation keeps as it is.
const KEPT: [Field; 8] = [
    Field::Fee,
    Field::PaymentReference,
    Field::TransactionId,
    Field::AmountDue,
    Field::AmountPaid,
    Field::Receipts,
    Field::Waybill,
    Field::Version,
];

/// The numbers given so far, by table.
#[derive(Debug, Default)]
pub(crate) struct Numbered {
    kinds: Numbers,
    codes: Numbers,
    subjects: Numbers,
    words: Numbers,
    events: Numbers,
}

impl Numbered {
    /// Writes every content anew that comes from now on, under a new number.
    pub(crate) fn forget(&mut self) {
        for numbers in [&mut self.kinds, &mut self.codes, &mut self.subjects, &mut self.words, &mut self.events] {
            numbers.forget();
        }
    }
}

/// The prepared inserts of one transaction.
pub(crate) struct Rows<'a> {
    numbered: &'a mut Numbered,
    exchange: Statement<'a>,
    kind: Statement<'a>,
    observed: Statement<'a>,
    code: Statement<'a>,
    subject: Statement<'a>,
    word: Statement<'a>,
    progress: Statement<'a>,
    event: Statement<'a>,
    service: Statement<'a>,
    misread: Statement<'a>,
    redirect: Statement<'a>,
    stall: Statement<'a>,
    signal: Statement<'a>,
    fact: Statement<'a>,
}

impl<'a> Rows<'a> {
    pub(crate) fn prepare(connection: &'a Connection, numbered: &'a mut Numbered) -> Result<Self, Error> {
        let insert = |table: &str, columns: usize| {
            let values = vec!["?"; columns].join(",");
            connection.prepare(&format!("insert into {table} values ({values})"))
        };
        let kept: Vec<_> = INSTANTS.into_iter().chain(KEPT).map(Field::as_str).collect();
        let observed = format!(
            "packed_observations (exchange_id, position, case_id, code_id, subject_id, word_id, state, payment_state, parcel_state,
             error_code, {})",
            kept.join(", ")
        );
        Ok(Self {
            numbered,
            exchange: insert("packed_exchanges", 14)?,
            kind: insert("exchange_kinds", 12)?,
            observed: insert(&observed, 10 + kept.len())?,
            code: insert("dossier_codes", 2)?,
            subject: insert("subjects", 1 + SUBJECT.len())?,
            word: insert("state_words", 2)?,
            progress: insert("packed_progress", 6)?,
            event: insert("events", 3)?,
            service: catalogue::prepare(connection)?,
            misread: insert("adapter_problems", 6)?,
            redirect: insert("redirects", 8)?,
            stall: connection.prepare("insert or ignore into stalls values (?1,?2,?3)")?,
            signal: connection
                .prepare("insert or ignore into signals values (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13)")?,
            fact: connection.prepare("insert or replace into run values (?1,?2)")?,
        })
    }

    /// Writes a batch; `next` is the number of the next exchange.
    pub(crate) fn write(&mut self, batch: &Batch, next: &mut i64) -> Result<(), Error> {
        let mut observed = batch.observed.iter();
        let mut progress = batch.progress.iter();
        let mut services = batch.services.iter();
        let mut misread = batch.misread.iter();
        for row in &batch.rows {
            let exchange_id = *next;
            *next += 1;
            self.write_exchange(batch, row, exchange_id)?;
            for observed in observed.by_ref().take(row.observed as usize) {
                self.write_observed(batch, row, observed, exchange_id)?;
            }
            for line in progress.by_ref().take(row.progress as usize) {
                self.write_progress(batch, line, exchange_id)?;
            }
            for service in services.by_ref().take(row.services as usize) {
                catalogue::write(&mut self.service, batch, service, exchange_id)?;
            }
            for (position, misread) in (0_u32..).zip(misread.by_ref().take(row.misread as usize)) {
                let (field, value) =
                    (misread.field.map(|text| batch.read(text)), misread.value.map(|text| batch.read(text)));
                let problem = misread.problem.as_str();
                self.misread.execute(params![exchange_id, position, problem, field, value, misread.items])?;
            }
        }
        self.write_redirects(batch, *next)?;
        for stall in &batch.stalls {
            self.stall.execute(params![stall.thread, signed(stall.from), signed(stall.until)])?;
        }
        for signal in &batch.signals {
            self.signal.execute(params![
                signal.peer,
                signal.epoch,
                signed(signal.sequence),
                signal.at,
                signal.direction,
                signal.kind,
                signal.reference,
                signal.dossier_code,
                signal.amount,
                signal.state,
                signal.fault,
                signal.status,
                signal.detail,
            ])?;
        }
        for (fact, value) in &batch.facts {
            self.fact.execute(params![fact.name(), value])?;
        }
        Ok(())
    }

    /// Writes what led to exchanges of a batch that were written, where this is the next number.
    fn write_redirects(&mut self, batch: &Batch, next: i64) -> Result<(), Error> {
        let mut hop = 0;
        let mut last = None;
        for (place, redirect) in &batch.redirects {
            hop = if last.replace(*place) == Some(*place) { hop + 1 } else { 1 };
            let exchange_id = next - signed((batch.rows.len() - place) as u64);
            self.redirect.execute(params![
                exchange_id,
                hop,
                batch.read(redirect.url),
                redirect.status,
                redirect.sent.map(signed),
                redirect.first_byte.map(signed),
                signed(redirect.done),
                redirect.bytes_received,
            ])?;
        }
        Ok(())
    }

    fn write_exchange(&mut self, batch: &Batch, row: &Row, exchange_id: i64) -> Result<(), Error> {
        let exchange = &row.exchange;
        let (actor, journey) = (batch.read(exchange.actor), batch.read(exchange.journey));
        let status = exchange.status.map_or([0xff; 3], |status| {
            let [high, low] = status.to_be_bytes();
            [0, high, low]
        });
        let spell_kind = |key: &mut Vec<u8>| {
            spell(Some(actor), key);
            spell(Some(journey), key);
            key.extend_from_slice(&status);
            key.extend_from_slice(&[
                exchange.operation as u8,
                exchange.attempt,
                exchange.phase as u8,
                exchange.lane,
                exchange.answer as u8,
                exchange.fault.map_or(u8::MAX, |fault| fault as u8),
                u8::from(exchange.reused),
                exchange.class as u8,
            ]);
        };
        let kind = self.numbered.kinds.number(spell_kind, |kind| {
            let written = self.kind.execute(params![
                kind,
                actor,
                journey,
                exchange.operation.as_str(),
                exchange.attempt,
                exchange.phase.as_str(),
                exchange.lane,
                exchange.answer.as_str(),
                exchange.status,
                exchange.fault.map(Fault::as_str),
                exchange.reused,
                exchange.class.as_str(),
            ]);
            written.map(|_| ())
        })?;
        let (due, delay) = (signed(exchange.due), signed(exchange.delay));
        let left = due.saturating_add(delay);
        let sent = exchange.sent.map(signed);
        let first_byte = exchange.first_byte.map(signed);
        let begun = sent.unwrap_or(left);
        self.exchange.execute(params![
            exchange_id,
            exchange.case,
            exchange.session,
            kind,
            due,
            delay,
            sent.map(|sent| sent - left),
            first_byte.map(|first_byte| first_byte - begun),
            signed(exchange.done) - first_byte.unwrap_or(begun),
            exchange.bytes_sent,
            exchange.bytes_received,
            exchange.bytes_decoded,
            signed(exchange.held),
            exchange.reason.map(|reason| batch.read(reason)),
        ])?;
        Ok(())
    }

    fn write_observed(&mut self, batch: &Batch, row: &Row, observed: &Observed, exchange_id: i64) -> Result<(), Error> {
        let read = |field: Field| observed.values.get(field as usize).copied().flatten().map(|text| batch.read(text));
        let Numbered { codes, subjects, words, .. } = &mut *self.numbered;
        let code = numbered(codes, &mut self.code, [read(Field::DossierCode)])?;
        let subject = numbered(subjects, &mut self.subject, SUBJECT.map(read))?;
        let word = numbered(words, &mut self.word, [read(Field::StateWord)])?;
        let statement = &mut self.observed;
        statement.raw_bind_parameter(1, exchange_id)?;
        statement.raw_bind_parameter(2, observed.position)?;
        statement.raw_bind_parameter(3, observed.case)?;
        statement.raw_bind_parameter(4, code)?;
        statement.raw_bind_parameter(5, subject)?;
        statement.raw_bind_parameter(6, word)?;
        bind_state(statement, 7, read(Field::State))?;
        let payment_state = read(Field::PaymentState);
        bind_word(statement, 8, payment_state, PaymentState::parse, |state| state as u8)?;
        let parcel_state = read(Field::ParcelState);
        bind_word(statement, 9, parcel_state, ParcelState::parse, |state| state as u8)?;
        statement.raw_bind_parameter(10, row.error_code.map(|text| batch.read(text)))?;
        for (place, field) in (11..).zip(INSTANTS) {
            bind_instant(statement, place, read(field))?;
        }
        for (place, field) in (11 + INSTANTS.len()..).zip(KEPT) {
            statement.raw_bind_parameter(place, read(field))?;
        }
        statement.raw_execute()?;
        Ok(())
    }

    fn write_progress(&mut self, batch: &Batch, line: &ProgressLine, exchange_id: i64) -> Result<(), Error> {
        let read = |text: Option<Text>| text.map(|text| batch.read(text));
        let event = numbered(&mut self.numbered.events, &mut self.event, [line.event, line.state_word].map(read))?;
        let statement = &mut self.progress;
        statement.raw_bind_parameter(1, exchange_id)?;
        statement.raw_bind_parameter(2, line.position)?;
        statement.raw_bind_parameter(3, line.case)?;
        bind_instant(statement, 4, read(line.happened_at))?;
        statement.raw_bind_parameter(5, event)?;
        bind_state(statement, 6, read(line.state))?;
        statement.raw_execute()?;
        Ok(())
    }
}

/// Binds an instant as a number where that says the same.
fn bind_instant(statement: &mut Statement<'_>, place: usize, text: Option<&str>) -> Result<(), Error> {
    match text.and_then(instant) {
        Some(number) => statement.raw_bind_parameter(place, number),
        None => statement.raw_bind_parameter(place, text),
    }
}

/// Binds the state of a dossier.
fn bind_state(statement: &mut Statement<'_>, place: usize, text: Option<&str>) -> Result<(), Error> {
    bind_word(statement, place, text, DossierState::parse, |state| state as u8)
}

/// Binds a word by its place among all, or as it is where it is none of them.
fn bind_word<W>(
    statement: &mut Statement<'_>,
    place: usize,
    text: Option<&str>,
    parse: fn(&str) -> Option<W>,
    number: fn(W) -> u8,
) -> Result<(), Error> {
    match text.and_then(parse) {
        Some(word) => statement.raw_bind_parameter(place, number(word)),
        None => statement.raw_bind_parameter(place, text),
    }
}

/// The number of a content, none of one that is empty. A new one is inserted.
fn numbered<const N: usize>(
    numbers: &mut Numbers,
    statement: &mut Statement<'_>,
    texts: [Option<&str>; N],
) -> Result<Option<i64>, Error> {
    if texts.iter().all(Option::is_none) {
        return Ok(None);
    }
    let insert = |number| {
        statement.raw_bind_parameter(1, number)?;
        for (place, text) in (2..).zip(texts) {
            statement.raw_bind_parameter(place, text)?;
        }
        statement.raw_execute().map(|_| ())
    };
    numbers.number(|key| texts.iter().for_each(|text| spell(*text, key)), insert).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_is_kept_once_and_stands_where_its_field_does() {
        let apart = [Field::DossierCode, Field::State, Field::StateWord, Field::PaymentState, Field::ParcelState];
        let mut fields: Vec<_> = SUBJECT.into_iter().chain(INSTANTS).chain(KEPT).chain(apart).collect();
        fields.sort();
        assert_eq!(fields, Field::ALL[..Field::COLUMNS]);
        assert!(Field::ALL.iter().enumerate().all(|(place, field)| *field as usize == place));
    }
}

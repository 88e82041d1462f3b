//! From an exchange to the records of the history.

use std::borrow::Cow;

use history::{Batch, Exchange, Misread, Observed, ProgressLine, Redirect, ShownService, Text};
use model::words::{Blame, Field, Operation, Outcome, Phase, TrafficClass};
use model::{CaseId, fitting};
use portal::Reading;

use crate::attempt::Attempt;
use crate::known::Known;
use crate::redirects::Hop;

/// What is to be recorded of an exchange, besides what its answer shows.
pub(crate) struct Entry<'a> {
    pub(crate) case: Option<CaseId>,
    pub(crate) actor: &'a str,
    pub(crate) session: u32,
    pub(crate) journey: &'a str,
    pub(crate) operation: Operation,
    /// Counted from 1: more where the portal said to come again.
    pub(crate) attempt: u8,
    pub(crate) phase: Phase,
    pub(crate) lane: u8,
    pub(crate) due: u64,
    pub(crate) answer: Outcome,
    pub(crate) class: TrafficClass,
    /// How late we were with it ourselves, the rate limit's part included.
    pub(crate) delay: u64,
    /// The rate limit's part of it.
    pub(crate) held: u64,
}

/// Why lengths fit.
const SHORT: &str = "requests and answers are far shorter than 4 GiB";

/// Records an exchange and what its answer shows.
pub(crate) fn record(batch: &mut Batch, entry: &Entry<'_>, attempt: &Attempt, reading: &Reading, known: Known<'_>) {
    let exchange = Exchange {
        case: entry.case.map(|case| case.0),
        actor: batch.text(entry.actor),
        session: entry.session,
        journey: batch.text(entry.journey),
        operation: entry.operation,
        attempt: entry.attempt,
        phase: entry.phase,
        lane: entry.lane,
        due: entry.due,
        sent: attempt.sent,
        first_byte: attempt.first_byte,
        done: attempt.done,
        answer: entry.answer,
        status: attempt.status,
        fault: attempt.fault,
        bytes_sent: fitting(attempt.bytes_sent, SHORT),
        bytes_received: fitting(attempt.bytes_received, SHORT),
        bytes_decoded: attempt.bytes_decoded.map(|length| fitting(length, SHORT)),
        reused: attempt.reused,
        class: entry.class,
        delay: entry.delay,
        held: entry.held,
        reason: reason(attempt, reading).map(|reason| batch.text(&reason)),
    };
    let error_code = reading.error_code().map(|code| batch.text(code));
    batch.exchange(exchange, error_code);
    for hop in &attempt.hops {
        let (url, bytes_received) = (batch.text(&hop.url), fitting(hop.bytes_received, SHORT));
        let Hop { status, sent, first_byte, done, .. } = *hop;
        batch.redirect(Redirect { url, status, sent, first_byte, done, bytes_received });
    }
    for problem in reading.problems() {
        let [field, value] = [problem.field, problem.value].map(|text| text.map(|text| batch.text(text)));
        batch.misread(Misread { problem: problem.problem, field, value, items: problem.items });
    }
    if matches!(entry.operation, Operation::Catalogue | Operation::Publish) {
        return record_services(batch, reading);
    }
    let single = |item| entry.case.filter(|_| reading.items().len() <= 1 && !known.is_of_another_run(reading, item));
    for (position, item) in (0_u32..).zip(reading.items()) {
        let case = known.whose_or_stranger(reading, item).or_else(|| single(item));
        let mut values = [None; Field::COLUMNS];
        for (slot, field) in values.iter_mut().zip(Field::ALL) {
            *slot = reading.understood(item, *field).map(|value| batch.text(value));
        }
        batch.observed(Observed { position, case: case.map(|case| case.0), values });
    }
    if reading.items().is_empty() && error_code.is_some() {
        batch.observed(Observed { position: 0, case: entry.case.map(|case| case.0), values: [None; Field::COLUMNS] });
    }
    for (position, line) in (0_u32..).zip(reading.lines()) {
        let [happened_at, event, state, state_word] =
            reading.line(line).map(|text| text.map(|text| batch.text(text)) as Option<Text>);
        let case = entry.case.map(|case| case.0);
        batch.progress(ProgressLine { position, case, happened_at, event, state, state_word });
    }
}

/// The fault in detail: what the connection says of it, or what the adapter did not understand or could not write.
fn reason<'a>(attempt: &'a Attempt, reading: &Reading) -> Option<Cow<'a, str>> {
    if let Some(reason) = &attempt.reason {
        return Some(Cow::Borrowed(reason));
    }
    let is_the_adapters = attempt.fault.is_some_and(|fault| fault.blame() == Blame::Adapter);
    if is_the_adapters { reading.reason().map(Cow::Owned) } else { None }
}

/// Records the procedures that an answer of the catalogue shows.
fn record_services(batch: &mut Batch, reading: &Reading) {
    for (position, item) in (0_u32..).zip(reading.items()) {
        let shown = |field| reading.understood(item, field);
        let procedure = shown(Field::Procedure).map(|text| batch.text(text));
        let level = shown(Field::ServiceLevel).map(|text| batch.text(text));
        let is_said = |field| shown(field).and_then(|text| text.parse().ok());
        let (payable, postal) = (is_said(Field::Payable), is_said(Field::Postal));
        batch.service(ShownService { position, procedure, level, payable, postal });
    }
}

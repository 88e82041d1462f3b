//! From an answer to what is known: read by the exchange's paths, translated into our words, weighed as ok, refused or
//! unknown.

use std::borrow::Cow;

use http::HeaderMap;
use model::words::{AdapterProblem, DossierState, Fault, Field, Outcome, ParcelState, PaymentState};
use model::{LONGEST_CODE, LONGEST_VALUE};

use crate::adapter::{Adapter, Exchange, Words};
use crate::composed::composed;
use crate::read::NoJson;
use crate::reading::{Item, LONGEST_LIST, Reading, Span};

/// An answer as it came, without its content codings.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// HTTP status.
    pub status: u16,
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// Its body, whole.
    pub body: &'a [u8],
}

/// What is known of an exchange that was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Ok, refused or unknown.
    pub answer: Outcome,
    /// Why the answer cannot be trusted.
    pub fault: Option<Fault>,
}

impl Adapter {
    /// Reads an answer into `reading` and says what is known.
    ///
    /// Success is a status of the exchange's list without a failure code in the body, showing every field the adapter
    /// does not mark as optional. A server error (5xx) leaves unknown what happened; every other answer refuses. What was
    /// not understood stands in [`Reading::problems`]: a word that is not translated changes nothing else.
    pub fn decode(&self, exchange: &Exchange, answer: Answer<'_>, reading: &mut Reading) -> Reply {
        let Answer { status, headers, body } = answer;
        reading.clear();
        exchange.head.read(headers, reading);
        let is_success = exchange.is_success(status);
        let read = if exchange.wanted.is_empty() { Ok(()) } else { exchange.wanted.read(body, reading) };
        let rows_over = reading.give_up_long_list();
        // Before translation, which takes away what is shown in unknown words.
        let missing = exchange.required.iter().filter(|field| reading.first(**field).is_none());
        let missing = missing.fold(0_u32, |missing, field| missing | 1 << *field as u32);
        self.translate(reading);
        let reply = |answer, fault| Reply { answer, fault };
        if status >= 500 {
            return reply(Outcome::Error, None);
        }
        if !is_success || reading.error_code().is_some() {
            return reply(Outcome::Refused, None);
        }
        let is_readable = match (read, rows_over) {
            (Err(error), _) if exchange.is_content_read => note_no_json(body, error, reading),
            (_, Some(over)) => note_long_list(over, reading),
            (_, None) => note_missing(exchange, missing, reading) && note_no_list(exchange, reading),
        };
        if !is_readable {
            return reply(Outcome::Error, Some(Fault::Unreadable));
        }
        if exchange.lists_dossiers {
            note_unrecognised(reading);
        }
        reply(Outcome::Ok, None)
    }

    /// Puts the portal's words into ours, in place.
    fn translate(&self, reading: &mut Reading) {
        if let Some(code) = reading.error_span()
            && ours(&self.no_failure, reading.text(code)).is_some()
        {
            reading.set_error_code(None);
        }
        for item in 0..reading.items().len() {
            self.translate_item(item, reading);
        }
        self.translate_lines(reading);
    }

    fn translate_item(&self, at: usize, reading: &mut Reading) {
        let Some(item) = reading.items().get(at).copied() else { return };
        if let Some(word) = item.get(Field::State) {
            reading.set_in(at, Field::StateWord, Some(word));
            let state = ours(&self.states, reading.text(word)).map(DossierState::as_str);
            let span = translated(state, "state", word, reading);
            reading.set_in(at, Field::State, span);
        }
        if let Some(word) = item.get(Field::PaymentState) {
            let state = ours(&self.payment_states, reading.text(word)).map(PaymentState::as_str);
            let span = translated(state, "payment_state", word, reading);
            reading.set_in(at, Field::PaymentState, span);
        }
        if let Some(word) = item.get(Field::ParcelState) {
            let state = ours(&self.parcel_states, reading.text(word)).map(ParcelState::as_str);
            let span = translated(state, "parcel_state", word, reading);
            reading.set_in(at, Field::ParcelState, span);
        }
        // A name is nobody else's because its letters are written in several code points.
        if let Some(span) = item.get(Field::OwnerName)
            && let Cow::Owned(text) = composed(reading.text(span))
        {
            let span = reading.push_text(&text, LONGEST_VALUE);
            reading.set_in(at, Field::OwnerName, Some(span));
        }
        for field in [Field::SubmittedAt, Field::AcceptedAt, Field::DueAt, Field::CompletedAt, Field::ReturnedAt] {
            let Some(span) = item.get(field) else { continue };
            match self.instant(reading.text(span)) {
                Form::Ours => {}
                Form::Rewritten(text) => {
                    let span = reading.push_text(&text, LONGEST_CODE);
                    reading.set_in(at, field, Some(span));
                }
                // It stays as the portal wrote it.
                Form::Unreadable => reading.note(AdapterProblem::UnreadableField, Some(field.as_str()), Some(span)),
            }
        }
        for (fields, form) in [(INTEGERS, integer as fn(&str) -> Form), (TRUTHS, truth)] {
            for field in fields {
                let Some(span) = item.get(*field) else { continue };
                match form(reading.text(span)) {
                    Form::Ours => {}
                    Form::Rewritten(text) => {
                        let span = reading.push_text(&text, LONGEST_CODE);
                        reading.set_in(at, *field, Some(span));
                    }
                    Form::Unreadable => reading.set_unreadable(at, *field, span),
                }
            }
        }
    }

    fn translate_lines(&self, reading: &mut Reading) {
        let mut lines = std::mem::take(reading.lines_mut());
        for line in &mut lines {
            if let Some(word) = line.state_word {
                let state = ours(&self.states, reading.text(word)).map(DossierState::as_str);
                line.state = translated(state, "progress.state", word, reading);
            }
            let Some(span) = line.happened_at else { continue };
            match self.instant(reading.text(span)) {
                Form::Ours => {}
                Form::Rewritten(text) => line.happened_at = Some(reading.push_text(&text, LONGEST_CODE)),
                Form::Unreadable => {
                    reading.note(AdapterProblem::UnreadableField, Some("progress.happened_at"), Some(span));
                }
            }
        }
        *reading.lines_mut() = lines;
    }

    /// An instant, looked at without reckoning where it has our form already.
    fn instant(&self, text: &str) -> Form {
        if is_our_instant(text.as_bytes()) {
            return Form::Ours;
        }
        self.time.read(text).map_or(Form::Unreadable, |instant| Form::Rewritten(instant.to_string()))
    }
}

/// What a value is, by the form its field must have.
enum Form {
    /// Of our form as it stands.
    Ours,
    /// Of another form, this in ours.
    Rewritten(String),
    /// Of no form that is known.
    Unreadable,
}

/// The fields that are whole numbers.
const INTEGERS: &[Field] =
    &[Field::Fee, Field::AmountDue, Field::AmountPaid, Field::Receipts, Field::Version, Field::ServiceLevel];

/// The fields that are true or false.
const TRUTHS: &[Field] = &[Field::Payable, Field::Postal];

/// The most digits of a number in an answer that is reckoned with: more than 64 bits hold.
const MOST_DIGITS: usize = 20;

/// A whole number: as digits, or as any number of JSON that is whole (`1.0`, `1.5e4`).
fn integer(text: &str) -> Form {
    if text.parse::<i64>().is_ok() && !text.starts_with('+') {
        return Form::Ours;
    }
    whole(text).map_or(Form::Unreadable, |number| Form::Rewritten(number.to_string()))
}

/// Reckons with digits, not with floats: `9007199254740993.0` is what it says.
fn whole(text: &str) -> Option<i64> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i16>().ok()?),
        None => (text, 0),
    };
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let (before, after) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_number = !before.is_empty() && [before, after].concat().bytes().all(|digit| digit.is_ascii_digit());
    if !is_number {
        return None;
    }
    let after = after.trim_end_matches('0');
    let places = usize::from(exponent.unsigned_abs());
    let (shift, lacking) = if exponent < 0 { (0, places) } else { (places, 0) };
    let mut digits = [before, after].concat();
    if lacking > 0 {
        let kept = digits.len().checked_sub(lacking + after.len())?;
        let (whole, fraction) = digits.split_at(kept);
        if fraction.bytes().any(|digit| digit != b'0') {
            return None;
        }
        digits = if whole.is_empty() { "0".to_owned() } else { whole.to_owned() };
    } else {
        let zeros = shift.checked_sub(after.len()).filter(|zeros| *zeros <= MOST_DIGITS)?;
        digits.push_str(&"0".repeat(zeros));
    }
    format!("{sign}{digits}").parse().ok()
}

fn truth(text: &str) -> Form {
    if matches!(text, "true" | "false") { Form::Ours } else { Form::Unreadable }
}

/// Whether it is written as `2021-03-01T07:30:00.000+07:00`.
fn is_our_instant(text: &[u8]) -> bool {
    const FORM: &[u8; 29] = b"0000-00-00T00:00:00.000+07:00";
    let number = |at: usize| -> Option<u8> { Some((text.get(at)? - b'0') * 10 + (text.get(at + 1)? - b'0')) };
    text.len() == FORM.len()
        && text
            .iter()
            .zip(FORM)
            .enumerate()
            .all(|(i, (sign, form))| if *form == b'0' && i < 23 { sign.is_ascii_digit() } else { sign == form })
        && number(5).is_some_and(|month| (1..=12).contains(&month))
        && number(8).is_some_and(|day| (1..=31).contains(&day))
        && number(11).is_some_and(|hour| hour < 24)
        && number(14).is_some_and(|minute| minute < 60)
        && number(17).is_some_and(|second| second < 60)
}

/// Our word for the portal's, if the adapter has one; the two are compared in Unicode's composed form.
fn ours<T: Copy>(words: &Words<T>, theirs: &str) -> Option<T> {
    let theirs = composed(theirs);
    words.iter().find(|(word, _)| *word == theirs).map(|(_, ours)| *ours)
}

/// Our word as a text of the reading; where there is none, the portal's is noted.
fn translated(ours: Option<&'static str>, field: &'static str, theirs: Span, reading: &mut Reading) -> Option<Span> {
    if ours.is_none() {
        reading.note(AdapterProblem::UnknownWord, Some(field), Some(theirs));
    }
    ours.map(|word| reading.push_text(word, LONGEST_CODE))
}

/// Notes where a body ceases to be JSON, and what stands there; such an answer is not readable.
fn note_no_json(body: &[u8], error: NoJson, reading: &mut Reading) -> bool {
    let rest = body.get(error.at..).unwrap_or_default();
    let shown = String::from_utf8_lossy(rest.get(..SHOWN_BODY).unwrap_or(rest)).into_owned();
    let what = match (body, rest) {
        ([], _) => "nothing".to_owned(),
        (_, []) => "the end".to_owned(),
        (_, [..]) => shown,
    };
    reading.note_text(AdapterProblem::UnreadableBody, &format!("no JSON at byte {}: {what}", error.at));
    false
}

/// Notes that a list is too long to be kept; such an answer is not readable.
fn note_long_list(over: usize, reading: &mut Reading) -> bool {
    let rows = LONGEST_LIST + over;
    reading.note_text(
        AdapterProblem::UnreadableBody,
        &format!("{rows} rows, at most {LONGEST_LIST} are read: ask for fewer"),
    );
    false
}

/// Notes the required fields that are missing; says whether there are none.
fn note_missing(exchange: &Exchange, missing: u32, reading: &mut Reading) -> bool {
    if missing != 0 {
        for field in exchange.required.iter().filter(|field| missing & 1 << **field as u32 != 0) {
            reading.note(AdapterProblem::MissingField, Some(field.as_str()), None);
        }
    }
    missing == 0
}

/// Notes that the list that is to be read is not there: it must not be taken for an empty one.
fn note_no_list(exchange: &Exchange, reading: &mut Reading) -> bool {
    let is_missing = exchange.requires_list && !reading.has_list();
    if is_missing {
        reading.note(AdapterProblem::MissingField, Some("items"), None);
    }
    !is_missing
}

/// Notes the listed dossiers on which nothing says whose they are.
fn note_unrecognised(reading: &mut Reading) {
    let is_marked = |item: &Item| item.get(Field::Reference).or(item.get(Field::OwnerNumber)).is_some();
    let unmarked = reading.items().iter().filter(|item| !is_marked(item)).count();
    for _ in 0..unmarked {
        reading.note(AdapterProblem::UnrecognisedItem, Some("reference, owner_number"), None);
    }
}

/// The most of a body that is no JSON that is shown, in bytes.
const SHOWN_BODY: usize = 60;

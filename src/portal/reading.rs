//! What was read of one answer: values in our words, their texts in one arena that is used again and again.
//!
//! Everything is bounded: values are cut ([`longest`]), rows are counted beyond [`LONGEST_LIST`] and not kept, and of what
//! was not understood at most [`MOST_PROBLEMS`] kinds are told apart.

use std::borrow::Cow;

use model::words::{AdapterProblem, Field};
use model::{LONGEST_CODE, LONGEST_VALUE, cut, cut_into};

use crate::value::Unwritable;

/// The most rows of an answer, dossiers and log lines each. A national catalogue has some 6,000 procedures.
pub(crate) const LONGEST_LIST: usize = 10_000;
/// The longest address of a payment page, in bytes.
const LONGEST_ADDRESS: usize = 8 << 10;
/// The longest value that is kept in a session, in bytes: what a header of usual servers takes.
pub(crate) const LONGEST_KEPT: usize = 16 << 10;
/// The most of a word that was not understood, in bytes.
const LONGEST_WORD: usize = 160;
/// The most problems of one answer that are told apart.
const MOST_PROBLEMS: usize = 16;
/// An arena that grew beyond this gives its memory back.
const KEPT_ARENA: usize = 1 << 20;
/// Lists that grew beyond this give their memory back.
const KEPT_ROWS: usize = 1_000;

/// A text in the arena of a [`Reading`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    start: u32,
    end: u32,
}

/// What one answer says of one dossier.
#[derive(Clone, Copy, Debug, Default)]
pub struct Item {
    values: [Option<Span>; Field::ALL.len()],
    /// The fields, a bit each, whose values are not of their form.
    unreadable: u32,
}

/// One line of the portal's own log of a dossier.
#[derive(Clone, Copy, Debug, Default)]
pub struct Line {
    pub(crate) happened_at: Option<Span>,
    pub(crate) event: Option<Span>,
    pub(crate) state: Option<Span>,
    pub(crate) state_word: Option<Span>,
}

/// Something of an answer that the adapter did not understand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotUnderstood<'a> {
    /// What.
    pub problem: AdapterProblem,
    /// The field concerned, by its name in adapters; `others`: more than can be told apart.
    pub field: Option<&'a str>,
    /// What stood there, cut to 160 bytes.
    pub value: Option<&'a str>,
    /// How many dossiers or log lines of the answer it concerns.
    pub items: u32,
}

/// A [`NotUnderstood`] as it is kept.
#[derive(Clone, Copy, Debug)]
struct Noted {
    problem: AdapterProblem,
    field: Option<Span>,
    value: Option<Span>,
    items: u32,
}

/// What was read of one answer.
#[derive(Debug, Default)]
pub struct Reading {
    arena: String,
    items: Vec<Item>,
    lines: Vec<Line>,
    kept: Vec<(usize, Span)>,
    error_code: Option<Span>,
    /// Rows beyond [`LONGEST_LIST`].
    rows_over: usize,
    /// Whether the list of dossiers was there, be it empty.
    has_list: bool,
    /// Empty in an answer that was understood.
    problems: Vec<Noted>,
}

impl Reading {
    /// The dossiers shown, in the answer's order; an answer about one dossier has one item.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// The lines of the portal's log, in the answer's order.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// What is shown for a field of an item.
    pub fn value(&self, item: &Item, field: Field) -> Option<&str> {
        item.get(field).map(|span| self.text(span))
    }

    /// What is shown for a field of an item, if it is of the field's form: a number where it must be one.
    pub fn understood(&self, item: &Item, field: Field) -> Option<&str> {
        let is_unreadable = item.unreadable & (1 << field as u32) != 0;
        if is_unreadable { None } else { self.value(item, field) }
    }

    /// What is shown for a field of the first item.
    pub fn first(&self, field: Field) -> Option<&str> {
        self.value(self.items.first()?, field)
    }

    /// The four texts of a log line: when, event, canonical state, the portal's word for it.
    pub fn line(&self, line: &Line) -> [Option<&str>; 4] {
        [line.happened_at, line.event, line.state, line.state_word].map(|span| span.map(|span| self.text(span)))
    }

    /// The portal's own word for what went wrong.
    pub fn error_code(&self) -> Option<&str> {
        self.error_code.map(|span| self.text(span))
    }

    /// What is to be kept in the session, by index.
    pub fn kept(&self) -> impl Iterator<Item = (usize, &str)> {
        self.kept.iter().map(|(index, span)| (*index, self.text(*span)))
    }

    /// What the adapter did not understand, at most 16: alike ones are counted together.
    pub fn problems(&self) -> impl Iterator<Item = NotUnderstood<'_>> {
        self.problems.iter().map(|noted| NotUnderstood {
            problem: noted.problem,
            field: noted.field.map(|span| self.text(span)),
            value: noted.value.map(|span| self.text(span)),
            items: noted.items,
        })
    }

    /// Empties it for the next answer, keeping its memory as far as it is of the usual size.
    pub fn clear(&mut self) {
        if self.arena.capacity() > KEPT_ARENA {
            self.arena = String::new();
        }
        if self.items.capacity() > KEPT_ROWS {
            self.items = Vec::new();
        }
        if self.lines.capacity() > KEPT_ROWS {
            self.lines = Vec::new();
        }
        self.arena.clear();
        self.items.clear();
        self.lines.clear();
        self.kept.clear();
        self.error_code = None;
        self.rows_over = 0;
        self.has_list = false;
        self.problems.clear();
    }

    /// The list of dossiers stands where it was expected.
    pub(crate) fn note_list(&mut self) {
        self.has_list = true;
    }

    /// Whether the list of dossiers was there, be it empty.
    pub(crate) fn has_list(&self) -> bool {
        self.has_list
    }

    pub(crate) fn text(&self, span: Span) -> &str {
        self.arena.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// Keeps a text, cut at this length. An arena never grows past 4 GiB; what would is kept empty.
    pub(crate) fn push_text(&mut self, text: &str, longest: usize) -> Span {
        let Ok(start) = u32::try_from(self.arena.len()) else { return Span::default() };
        cut_into(text, longest, &mut self.arena);
        u32::try_from(self.arena.len()).map_or(Span::default(), |end| Span { start, end })
    }

    /// Opens a row for a listed dossier; `false` if there are too many.
    pub(crate) fn push_item(&mut self) -> bool {
        let has_room = self.items.len() < LONGEST_LIST;
        if has_room {
            self.items.push(Item::default());
        } else {
            self.rows_over += 1;
        }
        has_room
    }

    /// Opens a row for a log line; `false` if there are too many.
    pub(crate) fn push_line(&mut self) -> bool {
        let has_room = self.lines.len() < LONGEST_LIST;
        if has_room {
            self.lines.push(Line::default());
        } else {
            self.rows_over += 1;
        }
        has_room
    }

    /// How many rows it has too many; then it is given up as a whole, since a part of a list would be taken for all of it.
    pub(crate) fn give_up_long_list(&mut self) -> Option<usize> {
        let over = std::mem::take(&mut self.rows_over);
        if over == 0 {
            return None;
        }
        self.items.clear();
        self.lines.clear();
        Some(over)
    }

    /// Sets a field of the item being read; the first value of an answer opens the first item.
    pub(crate) fn set(&mut self, field: Field, span: Span) {
        if self.items.is_empty() {
            self.items.push(Item::default());
        }
        if let Some(item) = self.items.last_mut() {
            item.set(field, Some(span));
        }
    }

    pub(crate) fn set_in(&mut self, item: usize, field: Field, span: Option<Span>) {
        if let Some(item) = self.items.get_mut(item) {
            item.set(field, span);
        }
    }

    /// Says that a field's value is not of its form, and notes it.
    pub(crate) fn set_unreadable(&mut self, item: usize, field: Field, span: Span) {
        if let Some(item) = self.items.get_mut(item) {
            item.unreadable |= 1 << field as u32;
        }
        self.note(AdapterProblem::UnreadableField, Some(field.as_str()), Some(span));
    }

    pub(crate) fn last_line(&mut self) -> Option<&mut Line> {
        self.lines.last_mut()
    }

    pub(crate) fn lines_mut(&mut self) -> &mut Vec<Line> {
        &mut self.lines
    }

    pub(crate) fn keep(&mut self, index: usize, span: Span) {
        self.kept.push((index, span));
    }

    pub(crate) fn set_error_code(&mut self, span: Option<Span>) {
        self.error_code = span;
    }

    pub(crate) fn error_span(&self) -> Option<Span> {
        self.error_code
    }

    /// Notes a problem of one row, together with those alike.
    pub(crate) fn note(&mut self, problem: AdapterProblem, field: Option<&str>, value: Option<Span>) {
        let word = value.map(|span| cut(self.text(span), LONGEST_WORD));
        let text = |span: Option<Span>| span.map(|span| self.text(span));
        let is_alike = |noted: &Noted| {
            noted.problem == problem && text(noted.field) == field && text(noted.value) == word.as_deref()
        };
        let known = self.problems.iter().position(is_alike);
        // The last place counts all that are not told apart.
        let last = MOST_PROBLEMS - 1;
        let at = known.unwrap_or(self.problems.len().min(last));
        let word = word.map(Cow::into_owned);
        if at == self.problems.len() {
            let (field, word) = if at == last { (Some("others"), None) } else { (field, word) };
            let field = field.map(|field| self.push_text(field, LONGEST_WORD));
            let value = word.map(|word| self.push_text(&word, LONGEST_WORD));
            self.problems.push(Noted { problem, field, value, items: 0 });
        }
        if let Some(noted) = self.problems.get_mut(at) {
            noted.items += 1;
        }
    }

    /// Takes down, in place of an answer, what the request could not be written for.
    pub fn note_unwritable(&mut self, unwritable: &Unwritable) {
        let span = unwritable.value.as_deref().map(|value| self.push_text(value, LONGEST_WORD));
        self.note(AdapterProblem::UnwritableValue, Some(&unwritable.reference), span);
    }

    /// Takes down, in place of an answer, why its body could not be read.
    pub fn note_unreadable(&mut self, why: &str) {
        self.note_text(AdapterProblem::UnreadableBody, why);
    }

    /// Why nothing can be told from the answer, or no request was sent, in short: `missing field: dossier_code`.
    pub fn reason(&self) -> Option<String> {
        let is_reason = |problem: &NotUnderstood<'_>| match problem.problem {
            AdapterProblem::MissingField | AdapterProblem::UnreadableBody | AdapterProblem::UnwritableValue => true,
            AdapterProblem::UnknownWord | AdapterProblem::UnreadableField | AdapterProblem::UnrecognisedItem => false,
        };
        self.problems().find(is_reason).map(|problem| problem.to_string())
    }

    /// Notes a problem of the answer as a whole.
    pub(crate) fn note_text(&mut self, problem: AdapterProblem, text: &str) {
        let span = self.push_text(text, LONGEST_WORD);
        self.note(problem, None, Some(span));
    }
}

impl Item {
    pub(crate) fn get(&self, field: Field) -> Option<Span> {
        self.values.get(field as usize).copied().flatten()
    }

    fn set(&mut self, field: Field, span: Option<Span>) {
        if let Some(slot) = self.values.get_mut(field as usize) {
            *slot = span;
        }
    }
}

/// The most bytes that are kept of a field's value.
pub(crate) fn longest(field: Field) -> usize {
    match field {
        Field::OwnerName => LONGEST_VALUE,
        Field::PaymentUrl => LONGEST_ADDRESS,
        Field::DossierCode
        | Field::State
        | Field::StateWord
        | Field::Procedure
        | Field::SubmittedAt
        | Field::AcceptedAt
        | Field::DueAt
        | Field::CompletedAt
        | Field::ReturnedAt
        | Field::Fee
        | Field::PaymentState
        | Field::PaymentReference
        | Field::TransactionId
        | Field::AmountDue
        | Field::AmountPaid
        | Field::Receipts
        | Field::Waybill
        | Field::ParcelState
        | Field::OwnerNumber
        | Field::Reference
        | Field::Version
        | Field::ServiceLevel
        | Field::Payable
        | Field::Postal => LONGEST_CODE,
    }
}

impl std::fmt::Display for NotUnderstood<'_> {
    /// In short: `missing field: dossier_code`, `no JSON at byte 0: <html>`.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.problem {
            AdapterProblem::MissingField => write!(out, "missing field: {}", self.field.unwrap_or("?")),
            AdapterProblem::UnreadableBody => out.write_str(self.value.unwrap_or("no JSON")),
            AdapterProblem::UnwritableValue => {
                let unwritable = Unwritable {
                    reference: self.field.unwrap_or("?").to_owned(),
                    value: self.value.map(str::to_owned),
                };
                unwritable.fmt(out)
            }
            AdapterProblem::UnknownWord | AdapterProblem::UnreadableField | AdapterProblem::UnrecognisedItem => {
                write!(out, "{} {}: {}", self.problem, self.field.unwrap_or("?"), self.value.unwrap_or("nothing"))
            }
        }
    }
}

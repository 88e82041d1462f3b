//! What was read of one answer: values in our words, their texts in one arena that is used again and again.

use model::words::Field;

/// A text in the arena of a [`Reading`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    start: usize,
    end: usize,
}

/// What one answer says of one dossier.
#[derive(Clone, Copy, Debug, Default)]
pub struct Item {
    values: [Option<Span>; Field::ALL.len()],
}

/// One line of the portal's own log of a dossier.
#[derive(Clone, Copy, Debug, Default)]
pub struct Line {
    pub(crate) happened_at: Option<Span>,
    pub(crate) event: Option<Span>,
    pub(crate) state: Option<Span>,
    pub(crate) state_word: Option<Span>,
}

/// What was read of one answer.
#[derive(Debug, Default)]
pub struct Reading {
    arena: String,
    items: Vec<Item>,
    lines: Vec<Line>,
    kept: Vec<(usize, Span)>,
    error_code: Option<Span>,
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

    pub(crate) fn clear(&mut self) {
        self.arena.clear();
        self.items.clear();
        self.lines.clear();
        self.kept.clear();
        self.error_code = None;
    }

    pub(crate) fn text(&self, span: Span) -> &str {
        self.arena.get(span.start..span.end).unwrap_or_default()
    }

    pub(crate) fn push_text(&mut self, text: &str) -> Span {
        let start = self.arena.len();
        self.arena.push_str(text);
        Span { start, end: self.arena.len() }
    }

    pub(crate) fn push_item(&mut self) {
        self.items.push(Item::default());
    }

    pub(crate) fn push_line(&mut self) {
        self.lines.push(Line::default());
    }

    /// Sets a field of the item being read; the first value of an answer opens the first item.
    pub(crate) fn set(&mut self, field: Field, span: Span) {
        if self.items.is_empty() {
            self.push_item();
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

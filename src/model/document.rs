//! A YAML 1.2 file as a tree that knows where each value stands, and readers that note every problem
//! instead of stopping at the first.
//!
//! A loader reads *all* its fields, each reader giving `None` where it noted a problem, and only then puts the
//! value together with `?`. [`Document::read`] gives the value if nothing was noted, else everything that was.
//!
//! ```
//! # use vandan_model::Document;
//! let document = Document::parse("tea.yaml", "name: Shan\nsteeps: three\nmilk: no\n").unwrap();
//! let problems = document
//!     .read(|fields| {
//!         let name = fields.text("name");
//!         let steeps = fields.integer("steeps");
//!         Some((name?, steeps?))
//!     })
//!     .unwrap_err();
//! assert_eq!(
//!     problems.to_string(),
//!     "tea.yaml:2:9: steeps: `three` is not a whole number\n\
//!      tea.yaml:3:1: milk: unknown field (known here: name, steeps)"
//! );
//! ```

use std::cell::RefCell;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

use crate::{Placed, Problem, Problems, did_you_mean, one_of};

/// Where in a file something begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
}

/// A parsed YAML file.
#[derive(Debug)]
pub struct Document {
    file: String,
    root: Raw,
}

#[derive(Debug)]
struct Raw {
    position: Position,
    shape: Shape,
}

#[derive(Debug)]
enum Shape {
    Scalar { text: String, plain: bool },
    List(Vec<Raw>),
    Map(Vec<(String, Position, Raw)>),
}

impl Document {
    /// Parses one YAML document. Anchors, aliases and several documents in one file are not part of what these
    /// files may hold.
    ///
    /// # Errors
    /// The place where the text stops being YAML, every doubled key, every alias.
    pub fn parse(file: &str, text: &str) -> Result<Self, Problems> {
        let mut builder = Builder { file, open: Vec::new(), root: None, problems: Problems::default() };
        for event in Parser::new_from_str(text) {
            match event {
                Ok((event, span)) => builder.take(event, span),
                Err(error) => {
                    builder.note(position(*error.marker()), format!("not YAML: {}", error.info()), "");
                    break;
                }
            }
        }
        let root =
            builder.root.unwrap_or(Raw { position: Position { line: 1, column: 1 }, shape: Shape::Map(Vec::new()) });
        builder.problems.or(Self { file: file.to_owned(), root })
    }

    /// Reads the fields of the root.
    ///
    /// # Errors
    /// Every problem noted while reading, unknown fields included.
    pub fn read<T>(&self, read: impl FnOnce(&Fields<'_>) -> Option<T>) -> Result<T, Problems> {
        let notes = Notes { file: &self.file, problems: RefCell::default() };
        let root = Node { raw: &self.root, path: String::new(), notes: &notes };
        let value = root.fields(read);
        let mut problems = notes.problems.into_inner();
        match value {
            Some(value) if problems.is_empty() => Ok(value),
            Some(_) | None => {
                problems.0.sort_by_key(|problem| problem.position);
                Err(problems)
            }
        }
    }
}

struct Notes<'a> {
    file: &'a str,
    problems: RefCell<Problems>,
}

/// One value of a document, at its place.
#[derive(Clone)]
pub struct Node<'a> {
    raw: &'a Raw,
    path: String,
    notes: &'a Notes<'a>,
}

impl<'a> Node<'a> {
    /// Where the value begins.
    pub fn position(&self) -> Position {
        self.raw.position
    }

    /// Whether this is a map of named fields.
    pub fn is_map(&self) -> bool {
        matches!(self.raw.shape, Shape::Map(_))
    }

    /// Whether this is a list.
    pub fn is_list(&self) -> bool {
        matches!(self.raw.shape, Shape::List(_))
    }

    /// Whether this is a scalar without quotes, so that `true`, `null` and numbers mean themselves.
    pub fn is_plain(&self) -> bool {
        matches!(self.raw.shape, Shape::Scalar { plain: true, .. })
    }

    /// Notes that this value is wrong, and what to do about it; gives `None`, for use as a last expression.
    pub fn refuse<T>(&self, message: impl Into<String>, remedy: impl Into<String>) -> Option<T> {
        self.notes.problems.borrow_mut().push(Problem {
            file: self.notes.file.to_owned(),
            position: Some(self.raw.position),
            field: self.path.clone(),
            message: message.into(),
            remedy: remedy.into(),
        });
        None
    }

    /// The text of a scalar and where it stands.
    pub fn placed(&self) -> Option<Placed> {
        let (file, position) = (self.notes.file.to_owned(), Some(self.raw.position));
        Some(Placed { text: self.text()?.to_owned(), file, position, field: self.path.clone() })
    }

    /// The text of a scalar.
    pub fn text(&self) -> Option<&'a str> {
        match &self.raw.shape {
            Shape::Scalar { text, .. } => Some(text),
            Shape::List(_) => self.refuse("a list stands where one value is expected", ""),
            Shape::Map(_) => self.refuse("a map stands where one value is expected", ""),
        }
    }

    /// A whole number; `1_000` reads as 1000.
    pub fn integer(&self) -> Option<i64> {
        let text = self.text()?;
        match text.replace('_', "").parse() {
            Ok(number) => Some(number),
            Err(_) => self.refuse(format!("`{text}` is not a whole number"), ""),
        }
    }

    /// A whole number within bounds, both included.
    pub fn bounded<T: TryFrom<i64>>(&self, least: i64, most: i64) -> Option<T> {
        let number = self.integer()?;
        let within = Some(number).filter(|number| (least..=most).contains(number));
        within.and_then(|number| T::try_from(number).ok()).or_else(|| {
            self.refuse(format!("{number} is out of bounds"), format!("give a number from {least} to {most}"))
        })
    }

    /// A number with or without fraction.
    pub fn number(&self) -> Option<f64> {
        let text = self.text()?;
        match text.replace('_', "").parse() {
            Ok(number) => Some(number),
            Err(_) => self.refuse(format!("`{text}` is not a number"), ""),
        }
    }

    /// What `parse` makes of the text; its error completes "could not ...".
    pub fn parsed<T>(&self, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        match parse(self.text()?) {
            Ok(value) => Some(value),
            Err(message) => self.refuse(message, ""),
        }
    }

    /// One word of a closed vocabulary.
    pub fn word<T: Copy + std::fmt::Display + 'static>(&self, all: &'static [T]) -> Option<T> {
        let text = self.text()?;
        match all.iter().find(|word| word.to_string() == text) {
            Some(word) => Some(*word),
            None => {
                let known: Vec<_> = all.iter().map(ToString::to_string).collect();
                self.refuse(format!("`{text}` is not known here"), one_of(text, &known))
            }
        }
    }

    /// The values of a list.
    pub fn items(&self) -> Option<Vec<Node<'a>>> {
        match &self.raw.shape {
            Shape::List(items) => Some(
                items
                    .iter()
                    .enumerate()
                    .map(|(i, raw)| Node { raw, path: format!("{}[{i}]", self.path), notes: self.notes })
                    .collect(),
            ),
            Shape::Scalar { .. } | Shape::Map(_) => self.refuse("a list is expected here", "begin each item with `- `"),
        }
    }

    /// The entries of a map whose keys are names of the author's choice, in file order.
    pub fn entries(&self) -> Option<Vec<(&'a str, Node<'a>)>> {
        match &self.raw.shape {
            Shape::Map(entries) => {
                Some(entries.iter().map(|(key, _, raw)| (key.as_str(), self.child(key, raw))).collect())
            }
            Shape::Scalar { .. } | Shape::List(_) => self.refuse("a map is expected here", "write `name: value`"),
        }
    }

    /// What `read` makes of the fields of a map; fields it did not ask for are noted as unknown.
    pub fn fields<T>(&self, read: impl FnOnce(&Fields<'a>) -> Option<T>) -> Option<T> {
        let Shape::Map(entries) = &self.raw.shape else {
            return self.refuse("a map is expected here", "write `name: value`");
        };
        let fields = Fields { node: self.clone(), entries, asked: RefCell::default() };
        let value = read(&fields);
        let asked = fields.asked.into_inner();
        for (key, position, _) in entries.iter().filter(|(key, ..)| !asked.contains(&key.as_str())) {
            let meant = did_you_mean(key, asked.iter().copied());
            self.notes.problems.borrow_mut().push(Problem {
                position: Some(*position),
                field: join(&self.path, key),
                ..Problem::new(self.notes.file, "unknown field", format!("{meant}known here: {}", asked.join(", ")))
            });
        }
        value
    }

    fn child(&self, key: &str, raw: &'a Raw) -> Node<'a> {
        Node { raw, path: join(&self.path, key), notes: self.notes }
    }
}

/// The named fields of a map, being read.
pub struct Fields<'a> {
    node: Node<'a>,
    entries: &'a [(String, Position, Raw)],
    asked: RefCell<Vec<&'static str>>,
}

impl<'a> Fields<'a> {
    /// The map itself, to note problems that concern it as a whole.
    pub fn node(&self) -> &Node<'a> {
        &self.node
    }

    /// The field with this name, if it is there.
    pub fn get(&self, name: &'static str) -> Option<Node<'a>> {
        let mut asked = self.asked.borrow_mut();
        if !asked.contains(&name) {
            asked.push(name);
        }
        self.entries.iter().find(|(key, ..)| key == name).map(|(key, _, raw)| self.node.child(key, raw))
    }

    /// The field with this name; its absence is a problem.
    pub fn need(&self, name: &'static str) -> Option<Node<'a>> {
        self.get(name).or_else(|| self.node.refuse(format!("the field `{name}` is missing"), ""))
    }

    /// A required text.
    pub fn text(&self, name: &'static str) -> Option<String> {
        self.need(name).and_then(|node| node.text().map(str::to_owned))
    }

    /// A text, empty if the field is not there.
    pub fn text_or_empty(&self, name: &'static str) -> Option<String> {
        self.get(name).map_or_else(|| Some(String::new()), |node| node.text().map(str::to_owned))
    }

    /// A required whole number.
    pub fn integer(&self, name: &'static str) -> Option<i64> {
        self.need(name).and_then(|node| node.integer())
    }

    /// A required number with or without fraction.
    pub fn number(&self, name: &'static str) -> Option<f64> {
        self.need(name).and_then(|node| node.number())
    }

    /// A required word of a closed vocabulary.
    pub fn word<T: Copy + std::fmt::Display + 'static>(&self, name: &'static str, all: &'static [T]) -> Option<T> {
        self.need(name).and_then(|node| node.word(all))
    }

    /// What `read` makes of each item of a list; an absent field is an empty list. `None` if any item is wrong.
    pub fn list<T>(&self, name: &'static str, mut read: impl FnMut(&Node<'a>) -> Option<T>) -> Option<Vec<T>> {
        let Some(node) = self.get(name) else { return Some(Vec::new()) };
        let read: Vec<_> = node.items()?.iter().map(&mut read).collect();
        read.into_iter().collect()
    }

    /// What `read` makes of each entry of a map with names of the author's choice; an absent field is an empty map.
    /// `None` if any entry is wrong.
    pub fn map<T>(&self, name: &'static str, mut read: impl FnMut(&'a str, &Node<'a>) -> Option<T>) -> Option<Vec<T>> {
        let Some(node) = self.get(name) else { return Some(Vec::new()) };
        let read: Vec<_> = node.entries()?.iter().map(|(key, node)| read(key, node)).collect();
        read.into_iter().collect()
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

fn position(marker: saphyr_parser::Marker) -> Position {
    Position { line: marker.line(), column: marker.col() + 1 }
}

/// Puts the parser's events together into a tree.
struct Builder<'a> {
    file: &'a str,
    open: Vec<Open>,
    root: Option<Raw>,
    problems: Problems,
}

/// A list or map whose end has not been seen.
enum Open {
    List(Position, Vec<Raw>),
    Map(Position, Vec<(String, Position, Raw)>, Option<(String, Position)>),
}

impl Builder<'_> {
    fn note(&mut self, position: Position, message: impl Into<String>, remedy: &str) {
        self.problems.push(Problem {
            file: self.file.to_owned(),
            position: Some(position),
            field: String::new(),
            message: message.into(),
            remedy: remedy.to_owned(),
        });
    }

    fn take(&mut self, event: Event<'_>, span: Span) {
        let at = position(span.start);
        match event {
            Event::Scalar(text, style, ..) => {
                let plain = style == ScalarStyle::Plain;
                self.place(Raw { position: at, shape: Shape::Scalar { text: text.into_owned(), plain } });
            }
            Event::SequenceStart(..) => self.open.push(Open::List(at, Vec::new())),
            Event::MappingStart(..) => self.open.push(Open::Map(at, Vec::new(), None)),
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            Event::Alias(_) => {
                self.note(at, "an alias stands here", "write the value out: these files have no aliases");
                self.place(Raw { position: at, shape: Shape::Scalar { text: String::new(), plain: true } });
            }
            Event::DocumentStart(_) if self.root.is_some() => {
                self.note(at, "a second document begins here", "one file holds one document");
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) | Event::DocumentEnd => {}
        }
    }

    fn close(&mut self) {
        let raw = match self.open.pop() {
            Some(Open::List(position, items)) => Raw { position, shape: Shape::List(items) },
            Some(Open::Map(position, entries, _)) => Raw { position, shape: Shape::Map(entries) },
            None => return,
        };
        self.place(raw);
    }

    fn place(&mut self, raw: Raw) {
        match self.open.last_mut() {
            None => self.root = self.root.take().or(Some(raw)),
            Some(Open::List(_, items)) => items.push(raw),
            Some(Open::Map(_, entries, key)) => match key.take() {
                Some((name, at)) => {
                    let doubled = entries.iter().any(|(known, ..)| *known == name);
                    let message = format!("the field `{name}` stands twice");
                    entries.push((name, at, raw));
                    if doubled {
                        self.note(at, message, "keep one of them");
                    }
                }
                None => {
                    let name = match raw.shape {
                        Shape::Scalar { text, .. } => text,
                        Shape::List(_) | Shape::Map(_) => String::new(),
                    };
                    *key = Some((name, raw.position));
                }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> String {
        match Document::parse("x.yaml", text) {
            Ok(document) => document.read(|fields| fields.text("a").map(drop)).unwrap_err().to_string(),
            Err(problems) => problems.to_string(),
        }
    }

    #[test]
    fn a_missing_and_an_unknown_field_are_both_noted() {
        let text = problems("b: 1\nc: 2\n");
        assert!(text.contains("`a` is missing"), "{text}");
        assert!(text.contains("x.yaml:1:1: b: unknown field"), "{text}");
        assert!(text.contains("x.yaml:2:1: c: unknown field"), "{text}");
    }

    #[test]
    fn a_doubled_field_is_noted_at_its_second_place() {
        assert!(problems("a: 1\na: 2\n").contains("x.yaml:2:1: the field `a` stands twice"));
    }

    #[test]
    fn broken_yaml_names_its_place() {
        assert!(problems("a: [1, 2\n").starts_with("x.yaml:"));
    }

    #[test]
    fn an_alias_is_refused() {
        assert!(problems("a: &x 1\nb: *x\n").contains("alias"));
    }

    #[test]
    fn an_empty_file_misses_its_fields() {
        assert!(problems("").contains("`a` is missing"));
    }

    #[test]
    fn nested_fields_are_named_by_their_path() {
        let document = Document::parse("x.yaml", "list:\n  - n: 1\n  - n: two\n").unwrap();
        let problems =
            document.read(|fields| fields.list("list", |item| item.fields(|fields| fields.integer("n")))).unwrap_err();
        assert_eq!(problems.to_string(), "x.yaml:3:8: list[1].n: `two` is not a whole number");
    }
}

//! What is wrong with a file, said so that it can be mended without asking anybody.

use std::fmt;

use crate::Position;

/// One thing wrong with one place of one file, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file as the user knows it.
    pub file: String,
    /// Where in the file; `None` if the file as a whole is meant.
    pub position: Option<Position>,
    /// The field, as a dotted path from the root (`figures[3].value`); empty for the root.
    pub field: String,
    /// What is wrong: a lower-case fragment without full stop.
    pub message: String,
    /// What to do: a lower-case fragment without full stop; empty if the message says it.
    pub remedy: String,
}

impl Problem {
    /// A problem of a file as a whole.
    pub fn new(file: &str, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            position: None,
            field: String::new(),
            message: message.into(),
            remedy: remedy.into(),
        }
    }
}

/// A text and where it stands, for what can be wrong with it only once other files are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The text.
    pub text: String,
    /// The file as the user knows it, or the option.
    pub file: String,
    /// Where in the file; `None` of an option.
    pub position: Option<Position>,
    /// The field, as a dotted path from the root; empty of an option.
    pub field: String,
}

impl Placed {
    /// What an option of the command line says.
    pub fn option(name: &str, text: &str) -> Self {
        Self { text: text.to_owned(), file: name.to_owned(), position: None, field: String::new() }
    }

    /// That this text is wrong, and what to do about it.
    pub fn problem(&self, message: impl Into<String>, remedy: impl Into<String>) -> Problem {
        let (position, field) = (self.position, self.field.clone());
        Problem { position, field, ..Problem::new(&self.file, message, remedy) }
    }
}

impl fmt::Display for Problem {
    /// Writes `file:line:column: field: message (remedy)`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.file)?;
        if let Some(position) = self.position {
            write!(out, ":{}:{}", position.line, position.column)?;
        }
        if !self.field.is_empty() {
            write!(out, ": {}", self.field)?;
        }
        write!(out, ": {}", self.message)?;
        if !self.remedy.is_empty() {
            write!(out, " ({})", self.remedy)?;
        }
        Ok(())
    }
}

/// Everything wrong with a set of files: never empty when it is an error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl Problems {
    /// Adds one.
    pub fn push(&mut self, problem: Problem) {
        self.0.push(problem);
    }

    /// Takes over all of another collection.
    pub fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// The value of a result; what is wrong otherwise is taken over.
    pub fn note<T>(&mut self, result: Result<T, Self>) -> Option<T> {
        result.map_err(|found| self.extend(found)).ok()
    }

    /// The same, sorted by file and place; those of the file `first` come first.
    #[must_use]
    pub fn sorted(mut self, first: &str) -> Self {
        self.0.sort_by(|a, b| (a.file != first, &a.file, a.position).cmp(&(b.file != first, &b.file, b.position)));
        self
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `value` if nothing is wrong.
    ///
    /// # Errors
    /// The problems themselves, if there is any.
    pub fn or<T>(self, value: T) -> Result<T, Self> {
        if self.is_empty() { Ok(value) } else { Err(self) }
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.0.iter().enumerate() {
            if i > 0 {
                out.write_str("\n")?;
            }
            problem.fmt(out)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

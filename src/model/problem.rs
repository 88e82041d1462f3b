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

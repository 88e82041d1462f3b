//! Where rows go: CSV, lines of JSON, or SQLite; written beside the wanted file, which appears when all is done.

use std::fs::File;
use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::rows::{Block, Column};
use super::sqlite::Table;
use crate::exit::{Exit, Failure};

/// A table that is being written.
pub(crate) struct Sink {
    form: Form,
    columns: &'static [Column],
    /// The file that is written, and the one it becomes; `None` for the terminal.
    paths: Option<(PathBuf, PathBuf)>,
}

enum Form {
    Csv(Box<dyn Write>),
    Ndjson(Box<dyn Write>),
    Sqlite(Table),
}

/// Whether a block could be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    Whole,
    /// Whoever read the terminal's output has enough (`vandan people x | head`).
    ReaderGone,
}

impl Sink {
    /// Opens what the ending of the file's name asks for.
    pub(crate) fn create(out: Option<&Path>, columns: &'static [Column]) -> Result<Self, Failure> {
        let Some(out) = out else {
            let form = Form::Ndjson(Box::new(BufWriter::new(std::io::stdout())));
            return Ok(Self { form, columns, paths: None });
        };
        let ending = out.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        let unfinished = out.with_extension(format!("{ending}.unfinished"));
        let failed = |error: &dyn std::fmt::Display| could_not_write(out, error);
        let file =
            || File::create(&unfinished).map(|file| Box::new(BufWriter::new(file))).map_err(|error| failed(&error));
        let form = match ending {
            "csv" => {
                let mut file = file()?;
                let names: Vec<_> = columns.iter().map(|column| column.name).collect();
                write!(file, "{}\r\n", names.join(",")).map_err(|error| failed(&error))?;
                Form::Csv(file)
            }
            "ndjson" => Form::Ndjson(file()?),
            "sqlite" => Form::Sqlite(Table::create(&unfinished, columns).map_err(|error| failed(&error))?),
            _ => {
                let message =
                    format!("could not tell the form of `{}` (name it .csv, .ndjson or .sqlite)", out.display());
                return Err(Failure::new(Exit::InvalidConfiguration, message));
            }
        };
        Ok(Self { form, columns, paths: Some((unfinished, out.to_owned())) })
    }

    /// Writes the rows of a block.
    pub(crate) fn take(&mut self, block: &Block) -> Result<Written, Failure> {
        let written = match &mut self.form {
            Form::Csv(out) => block.each().try_for_each(|row| csv_row(row, out)),
            Form::Ndjson(out) => block.each().try_for_each(|row| json_row(self.columns, row, out)),
            Form::Sqlite(table) => {
                return table.take(block).map(|()| Written::Whole).map_err(|error| self.failed(&error));
            }
        };
        match written {
            Ok(()) => Ok(Written::Whole),
            Err(error) if error.kind() == ErrorKind::BrokenPipe && self.paths.is_none() => Ok(Written::ReaderGone),
            Err(error) => Err(self.failed(&error)),
        }
    }

    /// Ends the table and gives the file its name.
    pub(crate) fn finish(mut self) -> Result<(), Failure> {
        let flushed = match &mut self.form {
            Form::Csv(out) | Form::Ndjson(out) => out.flush(),
            Form::Sqlite(_) => Ok(()),
        };
        match flushed {
            Err(error) if error.kind() == ErrorKind::BrokenPipe && self.paths.is_none() => return Ok(()),
            Err(error) => return Err(self.failed(&error)),
            Ok(()) => {}
        }
        let Self { form, paths, .. } = self;
        if let Form::Sqlite(table) = form {
            table.finish().map_err(|error| could_not_write(Path::new("the table"), &error))?;
        }
        let Some((unfinished, out)) = paths else { return Ok(()) };
        std::fs::rename(&unfinished, &out).map_err(|error| could_not_write(&out, &error))
    }

    fn failed(&self, error: &dyn std::fmt::Display) -> Failure {
        could_not_write(self.paths.as_ref().map_or(Path::new("the terminal"), |(_, out)| out), error)
    }
}

pub(crate) fn could_not_write(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::run(format!("could not write {}: {error}", path.display()))
}

/// A row as RFC 4180 has it.
fn csv_row<'f>(fields: impl Iterator<Item = &'f str>, out: &mut dyn Write) -> std::io::Result<()> {
    for (i, field) in fields.enumerate() {
        if i > 0 {
            out.write_all(b",")?;
        }
        if field.contains([',', '"', '\n', '\r']) {
            write!(out, "\"{}\"", field.replace('"', "\"\""))?;
        } else {
            out.write_all(field.as_bytes())?;
        }
    }
    out.write_all(b"\r\n")
}

/// A row as one line of JSON.
fn json_row<'f>(columns: &[Column], fields: impl Iterator<Item = &'f str>, out: &mut dyn Write) -> std::io::Result<()> {
    for (i, (column, field)) in columns.iter().zip(fields).enumerate() {
        write!(out, "{}\"{}\":", if i == 0 { '{' } else { ',' }, column.name)?;
        if column.is_number {
            out.write_all(field.as_bytes())?;
        } else {
            serde_json::to_writer(&mut *out, field)?;
        }
    }
    out.write_all(b"}\n")
}

#[cfg(test)]
mod tests {
    use super::super::rows::{number, text};
    use super::*;

    #[test]
    fn csv_fields_are_quoted_where_they_must() {
        let mut out = Vec::new();
        csv_row(["Đỗ", "a,b", "he said \"no\"", "", "two\nlines"].into_iter(), &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "Đỗ,\"a,b\",\"he said \"\"no\"\"\",,\"two\nlines\"\r\n");
    }

    #[test]
    fn a_line_of_json_has_numbers_and_texts() {
        let mut out = Vec::new();
        json_row(&[number("fee"), text("name")], ["15000", "H'Hen \"Niê\""].into_iter(), &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "{\"fee\":15000,\"name\":\"H'Hen \\\"Niê\\\"\"}\n");
    }
}

//! SQL functions that rules may use: what plain SQL cannot say of Vietnamese calendar time and of patterns.
//!
//! | function | gives |
//! |---|---|
//! | `text regexp pattern` | 1 if the pattern is found in the text, else 0; null if either is null |
//! | `instant_ms(text)` | milliseconds since the Unix epoch of an RFC 3339 instant; null if the text is none |
//! | `vietnam_day(text)` | `2021-03-01`, the Vietnamese day of an RFC 3339 instant, or of a bare day; null if neither |

use std::sync::{Mutex, PoisonError};

use model::SimTime;
use regex_lite::Regex;
use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};

/// Makes the functions known to a connection.
pub(crate) fn register(connection: &Connection) -> Result<(), rusqlite::Error> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    let compiled = Mutex::new(None);
    connection.create_scalar_function("regexp", 2, flags, move |context| regexp(context, &compiled))?;
    connection.create_scalar_function("instant_ms", 1, flags, |context| {
        Ok(text(context, 0)?.and_then(|text| SimTime::parse(text).ok()).map(|instant| instant.0))
    })?;
    connection.create_scalar_function("vietnam_day", 1, flags, |context| Ok(text(context, 0)?.and_then(vietnam_day)))
}

fn text<'a>(context: &'a Context<'_>, argument: usize) -> Result<Option<&'a str>, rusqlite::Error> {
    Ok(context.get_raw(argument).as_str_or_null()?)
}

/// SQLite turns `text regexp pattern` into `regexp(pattern, text)`. The pattern used last is kept compiled: a rule uses one
/// for all its rows, though SQLite, which reads it from a table, does not know that.
fn regexp(context: &Context<'_>, compiled: &Mutex<Option<Regex>>) -> Result<Option<bool>, rusqlite::Error> {
    let (Some(pattern), Some(text)) = (text(context, 0)?, text(context, 1)?) else { return Ok(None) };
    let mut compiled = compiled.lock().unwrap_or_else(PoisonError::into_inner);
    let regex = match compiled.take().filter(|regex| regex.as_str() == pattern) {
        Some(regex) => regex,
        None => Regex::new(pattern).map_err(|error| rusqlite::Error::UserFunctionError(error.into()))?,
    };
    Ok(Some(compiled.insert(regex).is_match(text)))
}

fn vietnam_day(text: &str) -> Option<String> {
    let is_day = |day: &&str| {
        day.bytes().enumerate().all(|(i, byte)| if i == 4 || i == 7 { byte == b'-' } else { byte.is_ascii_digit() })
    };
    match text.get(..10).filter(is_day) {
        Some(day) if text.len() == 10 || text.ends_with("+07:00") => Some(day.to_owned()),
        Some(_) | None => SimTime::parse(text).ok().map(|instant| instant.day().to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(sql: &str) -> Option<String> {
        let connection = Connection::open_in_memory().unwrap();
        register(&connection).unwrap();
        connection.query_row(&format!("select cast({sql} as text)"), [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn the_day_is_that_of_vietnam_whatever_the_offset() {
        assert_eq!(value("vietnam_day('2021-03-01T16:59:59Z')").as_deref(), Some("2021-03-01"));
        assert_eq!(value("vietnam_day('2021-03-01T17:00:00Z')").as_deref(), Some("2021-03-02"));
        assert_eq!(value("vietnam_day('2021-03-01T23:30:00.000+07:00')").as_deref(), Some("2021-03-01"));
        assert_eq!(value("vietnam_day('2021-03-01')").as_deref(), Some("2021-03-01"));
        assert_eq!(value("vietnam_day('1 March')"), None);
        assert_eq!(value("vietnam_day(null)"), None);
    }

    #[test]
    fn one_instant_has_one_number() {
        assert_eq!(
            value("instant_ms('2021-03-01T00:30:00Z') = instant_ms('2021-03-01T07:30:00+07:00')").as_deref(),
            Some("1")
        );
        assert_eq!(value("instant_ms('tomorrow')"), None);
    }

    #[test]
    fn a_pattern_is_found_or_not() {
        assert_eq!(value("'H18-0007' regexp '^H\\d+-\\d{4,}$'").as_deref(), Some("1"));
        assert_eq!(value("'H18-7' regexp '^H\\d+-\\d{4,}$'").as_deref(), Some("0"));
        assert_eq!(value("'H18-7' regexp null"), None);
    }

    #[test]
    fn a_broken_pattern_is_an_error() {
        let connection = Connection::open_in_memory().unwrap();
        register(&connection).unwrap();
        assert!(connection.query_row("select 'a' regexp '('", [], |_| Ok(())).is_err());
    }
}

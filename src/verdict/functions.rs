//! SQL functions that rules may use: what plain SQL cannot say of Vietnamese calendar time and of patterns.
//!
//! | function | gives |
//! |---|---|
//! | `text regexp pattern` | 1 if the pattern is found in the text, else 0; null if either is null |
//! | `instant_ms(text)` | milliseconds since the Unix epoch of an RFC 3339 instant; null if the text is none |
//! | `vietnam_day(text)` | `2021-03-01`, the Vietnamese day of an RFC 3339 instant, or of a bare day; null if neither |
//!
//! `instr`, `replace` and `like` are SQLite's by name and meaning, but take a time that grows with the length of their texts and
//! no faster; these and `regexp` count it against the budget, which SQLite's own do not.

use std::borrow::Cow;
use std::sync::{Mutex, PoisonError};

use model::{LONGEST_VALUE, SimTime, saturating};
use regex_lite::{Regex, RegexBuilder};
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Error, ffi};

use crate::sandbox::{Budget, Meter};

/// So many bytes looked through count as one step: they take no longer.
const BYTES_A_STEP: usize = 4;
/// What a compiled pattern may take, in bytes.
const LARGEST_PATTERN: usize = 64 << 10;

/// Makes the functions known to a connection, which count what they take on its meter.
pub(crate) fn register(connection: &Connection, meter: &Meter) -> Result<(), Error> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    let compiled = Mutex::new(None);
    let count = meter.clone();
    connection.create_scalar_function("regexp", 2, flags, move |context| regexp(context, &count, &compiled))?;
    let count = meter.clone();
    connection.create_scalar_function("instr", 2, flags, move |context| instr(context, &count))?;
    let count = meter.clone();
    connection.create_scalar_function("replace", 3, flags, move |context| replace(context, &count))?;
    for arguments in [2, 3] {
        let count = meter.clone();
        connection.create_scalar_function("like", arguments, flags, move |context| like(context, &count))?;
    }
    connection.create_scalar_function("instant_ms", 1, flags, |context| {
        Ok(text(context, 0)?.and_then(|text| SimTime::parse(text).ok()).map(|instant| instant.0))
    })?;
    connection.create_scalar_function("vietnam_day", 1, flags, |context| Ok(text(context, 0)?.and_then(vietnam_day)))
}

fn text<'a>(context: &'a Context<'_>, argument: usize) -> Result<Option<&'a str>, Error> {
    Ok(context.get_raw(argument).as_str_or_null()?)
}

/// SQLite turns `text regexp pattern` into `regexp(pattern, text)`. The pattern used last is kept compiled: a rule uses one
/// for all its rows, though SQLite, which reads it from a table, does not know that.
fn regexp(context: &Context<'_>, meter: &Meter, compiled: &Mutex<Option<Regex>>) -> Result<Option<bool>, Error> {
    let (Some(pattern), Some(text)) = (text(context, 0)?, text(context, 1)?) else { return Ok(None) };
    if text.len() > LONGEST_VALUE {
        return Err(Error::UserFunctionError("the text is too long for a pattern".into()));
    }
    meter.charge(text.len() * pattern.len() / 4)?;
    let mut compiled = compiled.lock().unwrap_or_else(PoisonError::into_inner);
    let regex = match compiled.take().filter(|regex| regex.as_str() == pattern) {
        Some(regex) => regex,
        None => RegexBuilder::new(pattern)
            .size_limit(LARGEST_PATTERN)
            .build()
            .map_err(|error| Error::UserFunctionError(error.into()))?,
    };
    Ok(Some(compiled.insert(regex).is_match(text)))
}

/// An argument as SQLite reads it as text; `None` for null.
fn readable<'a>(context: &'a Context<'_>, argument: usize) -> Option<Cow<'a, str>> {
    match context.get_raw(argument) {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string().into()),
        ValueRef::Real(number) => Some(format!("{number:?}").into()),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(String::from_utf8_lossy(bytes)),
    }
}

/// Where the second text begins in the first, counted in characters from 1; 0 if nowhere. In two blobs it counts bytes.
fn instr(context: &Context<'_>, meter: &Meter) -> Result<Option<i64>, Error> {
    let (within, sought) = match (context.get_raw(0), context.get_raw(1)) {
        (ValueRef::Blob(within), ValueRef::Blob(sought)) => (Some(each_byte(within)), Some(each_byte(sought))),
        _ => (readable(context, 0), readable(context, 1)),
    };
    let (Some(within), Some(sought)) = (within, sought) else { return Ok(None) };
    meter.charge((within.len() + sought.len()) / BYTES_A_STEP)?;
    let place =
        within.find(sought.as_ref()).and_then(|at| within.get(..at)).map_or(0, |before| before.chars().count() + 1);
    Ok(i64::try_from(place).ok())
}

/// A character for each byte.
fn each_byte(bytes: &[u8]) -> Cow<'static, str> {
    bytes.iter().map(|byte| char::from(*byte)).collect::<String>().into()
}

fn replace(context: &Context<'_>, meter: &Meter) -> Result<Option<String>, Error> {
    let (Some(text), Some(old), Some(new)) = (readable(context, 0), readable(context, 1), readable(context, 2)) else {
        return Ok(None);
    };
    meter.charge((text.len() + old.len()) / BYTES_A_STEP)?;
    if old.is_empty() {
        return Ok(Some(text.into_owned()));
    }
    let length = text.len().saturating_add(text.matches(old.as_ref()).count().saturating_mul(new.len()));
    if length / 2 > saturating(Budget::DEFAULT.longest) {
        return Err(Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_TOOBIG), None));
    }
    meter.charge(length / BYTES_A_STEP)?;
    Ok(Some(text.replace(old.as_ref(), new.as_ref())))
}

/// SQLite turns `text like pattern escape sign` into `like(pattern, text, sign)`.
fn like(context: &Context<'_>, meter: &Meter) -> Result<Option<bool>, Error> {
    let (Some(pattern), Some(text)) = (readable(context, 0), readable(context, 1)) else { return Ok(None) };
    let escape = match context.len() {
        3 => match readable(context, 2) {
            None => return Ok(None),
            Some(sign) => Some(one_sign(&sign)?),
        },
        _ => None,
    };
    meter.charge(text.len().saturating_mul(pattern.len() + 1) / BYTES_A_STEP)?;
    Ok(Some(is_like(&signs(&pattern, escape), &text)))
}

fn one_sign(sign: &str) -> Result<char, Error> {
    let mut signs = sign.chars();
    match (signs.next(), signs.next()) {
        (Some(sign), None) => Ok(sign),
        _ => Err(Error::UserFunctionError("ESCAPE expression must be a single character".into())),
    }
}

/// A sign of a pattern of `like`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    Anything,
    One,
    Letter(char),
}

fn signs(pattern: &str, escape: Option<char>) -> Vec<Sign> {
    let mut signs = Vec::with_capacity(pattern.len());
    let mut rest = pattern.chars();
    while let Some(letter) = rest.next() {
        signs.push(match letter {
            letter if Some(letter) == escape => Sign::Letter(rest.next().unwrap_or(letter)),
            '%' => Sign::Anything,
            '_' => Sign::One,
            letter => Sign::Letter(letter),
        });
    }
    signs
}

/// Goes back to the last `%` only: whatever an earlier one could take, this one can.
fn is_like(pattern: &[Sign], text: &str) -> bool {
    let mut rest = text.chars();
    let mut at = 0;
    let mut last_anything = None;
    loop {
        if pattern.get(at) == Some(&Sign::Anything) {
            at += 1;
            last_anything = Some((at, rest.clone()));
            continue;
        }
        let fits = match (pattern.get(at), rest.next()) {
            (None, None) => return true,
            (Some(Sign::One), Some(_)) => true,
            (Some(Sign::Letter(wanted)), Some(letter)) => wanted.eq_ignore_ascii_case(&letter),
            _ => false,
        };
        if fits {
            at += 1;
            continue;
        }
        // One letter more for the last `%`, if any is left.
        let Some((after, from)) = &mut last_anything else { return false };
        if from.next().is_none() {
            return false;
        }
        (at, rest) = (*after, from.clone());
    }
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
        register(&connection, &Meter::unlimited()).unwrap();
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
        register(&connection, &Meter::unlimited()).unwrap();
        assert!(connection.query_row("select 'a' regexp '('", [], |_| Ok(())).is_err());
    }

    #[test]
    fn searching_means_what_it_means_to_sqlite() {
        let plain = Connection::open_in_memory().unwrap();
        for sql in [
            "instr('Nguyễn', 'ễ')",
            "instr('abc', 'd')",
            "instr('abc', '')",
            "instr('', 'a')",
            "instr(12345, 34)",
            "instr(x'c3a9ff', x'ff')",
            "instr(null, 'a')",
            "instr(1.5, '.')",
            "replace('abcabc', 'bc', 'X')",
            "replace('abc', '', 'X')",
            "replace('abc', 'b', null)",
            "replace('aaa', 'aa', 'b')",
            "replace(101, 0, 9)",
            "'resent: x' like 'RESENT%'",
            "'abc' like 'a_c'",
            "'abc' like 'a_'",
            "'' like '%'",
            "'' like ''",
            "'a' like ''",
            "'aXbXc' like '%x%c'",
            "'aXbXc' like '%x%d'",
            "'a%c' like 'a\\%c' escape '\\'",
            "'abc' like 'a\\%c' escape '\\'",
            "'Đ' like 'đ'",
            "'abab' like '%ab'",
            "'ababc' like '%ab'",
            "null like '%'",
            "'x' like null",
            "12 like '1%'",
            "'aaab' like '%a%ab'",
            "'abc' like '%_%_%_%'",
            "'ab' like '%_%_%_%'",
            "'a' like 'a%%'",
        ] {
            let expected: Option<String> =
                plain.query_row(&format!("select cast({sql} as text)"), [], |row| row.get(0)).unwrap();
            assert_eq!(value(sql), expected, "{sql}");
        }
    }
}

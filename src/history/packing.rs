//! How what grows with every request is kept small: what many rows have in common is written once and numbered, and an
//! instant is a number. The views of `packed.sql` give all of it back as it was.

use std::collections::HashMap;

use model::Fact;
use model::words::{DossierState, ParcelState, PaymentState, TrafficClass};
use rusqlite::Error;

/// Contents of a table of words that are remembered: some 15 MB. Beyond it they are forgotten, and written anew where they
/// come again.
const REMEMBERED: usize = 1 << 17;

/// The packed tables and their views, as SQL to be executed after [`crate::SCHEMA`]: they take the place of tables there.
pub fn schema() -> String {
    let mut pieces = include_str!("packed.sql").split(['{', '}']);
    let mut sql = pieces.next().unwrap_or_default().to_owned();
    while let (Some(packed), Some(rest)) = (pieces.next(), pieces.next()) {
        let (kind, column) = packed.split_once(' ').unwrap_or_default();
        sql.push_str(&match kind {
            "state" => unpacked_word(column, DossierState::ALL),
            "payment_state" => unpacked_word(column, PaymentState::ALL),
            "parcel_state" => unpacked_word(column, ParcelState::ALL),
            "traceparent" => traceparent(column),
            _ => unpacked_instant(column),
        });
        sql.push_str(rest);
    }
    sql
}

/// A word by its place in the list of all, as SQL. What is none of them stands in the column itself.
fn unpacked_word(column: &str, words: &[impl std::fmt::Display]) -> String {
    let cases = words.iter().enumerate().map(|(place, word)| format!("when {place} then '{word}'"));
    format!("case {column} {} else {column} end", cases.collect::<Vec<_>>().join(" "))
}

/// The text of an instant, as SQL.
fn unpacked_instant(column: &str) -> String {
    format!(
        "case typeof({column}) when 'integer'
           then printf('%04d-%02d-%02dT%02d:%02d:%02d.%03d+07:00', {column} / 32140800000, {column} / 2678400000 % 12 + 1,
                       {column} / 86400000 % 31 + 1, {column} / 3600000 % 24, {column} / 60000 % 60, {column} / 1000 % 60,
                       {column} % 1000)
           else {column} end"
    )
}

/// The `traceparent` of an exchange `x` of kind `k` whose first request was sent at this instant, as SQL: what the engine wrote.
/// The run itself, beside its lanes, is lane 255.
fn traceparent(sent: &str) -> String {
    let bytes: Vec<_> = (0..7).map(|byte| format!("{sent} >> {} & 255", byte * 8)).collect();
    format!(
        "case when x.sent_after is not null
           then replace((select '00-' || value || '#-#-01' from run where name = '{}'), '#',
                        printf('%02x%02x%02x%02x%02x%02x%02x%02x', {},
                               case k.traffic_class when '{}' then 255 else k.lane end)) end",
        Fact::TraceIdPrefix.name(),
        bytes.join(", "),
        TrafficClass::Control
    )
}

/// `2021-03-01T08:00:00.000+07:00` as a number: milliseconds, were every month of 31 days. Any other text is none.
pub(crate) fn instant(text: &str) -> Option<i64> {
    let digits = text.strip_suffix("+07:00")?.as_bytes();
    let marks = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':'), (19, b'.')];
    if digits.len() != 23 || marks.iter().any(|(place, mark)| digits.get(*place) != Some(mark)) {
        return None;
    }
    let number = |from: usize, until: usize, limit: i64| {
        digits
            .get(from..until)?
            .iter()
            .try_fold(0, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + i64::from(digit - b'0')))
            .filter(|number| *number < limit)
    };
    let month = number(5, 7, 13)?.checked_sub(1).filter(|month| *month >= 0)?;
    let day = number(8, 10, 32)?.checked_sub(1).filter(|day| *day >= 0)?;
    let days = (number(0, 4, 10_000)? * 12 + month) * 31 + day;
    let minutes = (days * 24 + number(11, 13, 24)?) * 60 + number(14, 16, 60)?;
    Some((minutes * 60 + number(17, 19, 60)?) * 1000 + number(20, 23, 1_000)?)
}

/// The numbers of what stands in a table of words.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    known: HashMap<Box<[u8]>, i64>,
    last: i64,
    key: Vec<u8>,
}

impl Numbers {
    /// The number of a content; what is new is written first. `spell` writes the content as bytes, equal for equal contents only.
    pub(crate) fn number(
        &mut self,
        spell: impl FnOnce(&mut Vec<u8>),
        write: impl FnOnce(i64) -> Result<(), Error>,
    ) -> Result<i64, Error> {
        self.key.clear();
        spell(&mut self.key);
        if let Some(number) = self.known.get(self.key.as_slice()) {
            return Ok(*number);
        }
        if self.known.len() >= REMEMBERED {
            self.forget();
        }
        self.last += 1;
        write(self.last)?;
        self.known.insert(self.key.as_slice().into(), self.last);
        Ok(self.last)
    }

    /// Forgets every content; no number is given again.
    pub(crate) fn forget(&mut self) {
        self.known.clear();
    }
}

/// Spells a text, or that there is none: no text of UTF-8 contains these bytes.
pub(crate) fn spell(text: Option<&str>, key: &mut Vec<u8>) {
    match text {
        Some(text) => {
            key.extend_from_slice(text.as_bytes());
            key.push(0xff);
        }
        None => key.push(0xfe),
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;

    #[test]
    fn an_instant_is_packed_only_if_it_reads_back_to_the_same_text() {
        let connection = Connection::open_in_memory().unwrap();
        let read = |number: i64| {
            let sql = format!("select {} from (select ?1 as at)", unpacked_instant("at"));
            connection.query_row(&sql, [number], |row| row.get::<_, String>(0)).unwrap()
        };
        for text in [
            "2021-03-01T08:00:00.000+07:00",
            "2024-02-29T23:59:59.999+07:00",
            "0000-01-01T00:00:00.000+07:00",
            "9999-12-31T23:59:59.999+07:00",
            "2021-02-31T00:00:00.001+07:00",
        ] {
            assert_eq!(read(instant(text).unwrap()), text);
        }
        for text in [
            "",
            "2021-03-01",
            "2021-03-01T08:00:00+07:00",
            "2021-03-01T08:00:00.000Z",
            "2021-03-01 08:00:00.000+07:00",
            "2021-00-01T08:00:00.000+07:00",
            "2021-01-00T08:00:00.000+07:00",
            "2021-13-01T08:00:00.000+07:00",
            "2021-03-32T08:00:00.000+07:00",
            "2021-03-01T24:00:00.000+07:00",
            "2021-03-01T08:60:00.000+07:00",
            "2021-03-01T08:00:60.000+07:00",
            "+021-03-01T08:00:00.000+07:00",
            "2021-03-01T08:00:00.0000+07:00",
            "20２1-03-01T08:00:00.0+07:00",
        ] {
            assert_eq!(instant(text), None, "{text}");
        }
    }

    #[test]
    fn equal_contents_have_one_number_and_others_another() {
        let mut numbers = Numbers::default();
        let mut written = Vec::new();
        let contents = [[Some("a"), None], [Some("a"), Some("")], [None, Some("a")], [Some("a"), None]];
        let given: Vec<_> = contents
            .iter()
            .map(|texts| {
                let spelt = |key: &mut Vec<u8>| texts.iter().for_each(|text| spell(*text, key));
                let write = |number| {
                    written.push(number);
                    Ok(())
                };
                numbers.number(spelt, write).unwrap()
            })
            .collect();
        assert_eq!((given.as_slice(), written.as_slice()), ([1, 2, 3, 1].as_slice(), [1, 2, 3].as_slice()));
    }
}

//! How a calendar is read from its file.

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};
use model::{Document, Fields, Node, Problems};

use super::{Calendar, Record, law};
use crate::period::{Period, date};

/// The days of the week as files spell them.
pub(crate) const WEEKDAYS: &[&str] = &["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// What a file says about one day.
struct Exception {
    working: bool,
    note: String,
}

type Exceptions = BTreeMap<Date, Exception>;

impl Calendar {
    /// Reads a calendar.
    ///
    /// # Errors
    /// Everything wrong with the file: missing and unknown fields, days outside their year, days listed twice, worked days
    /// that are worked anyway, years and versions of the law that do not follow each other.
    pub fn load(file: &str, text: &str) -> Result<Self, Problems> {
        Document::parse(file, text)?.read(|fields| {
            let name = fields.text("name");
            let title = fields.text("title");
            let source = fields.text("source");
            let weekend = fields.list("weekend", weekday);
            let law = law::read(fields);
            let mut exceptions = Exceptions::new();
            let years = fields.need("years").and_then(|node| years(&node, weekend.as_deref()?, &mut exceptions));
            source?;
            let mut calendar = build(name?, title?, weekend?, years?, exceptions);
            calendar.law = law?;
            Some(calendar)
        })
    }
}

fn build(name: String, title: String, weekend: Vec<Weekday>, covered: Period, mut exceptions: Exceptions) -> Calendar {
    let mut worked = Vec::new();
    let mut records = Vec::new();
    for day in covered.days() {
        let exception = exceptions.remove(&day);
        let working = exception.as_ref().map_or_else(|| !weekend.contains(&day.weekday()), |said| said.working);
        records.push(Record {
            working,
            before: worked.len(),
            note: exception.map(|said| said.note).unwrap_or_default(),
        });
        if working {
            worked.push(day);
        }
    }
    Calendar { name, title, covered, weekend, law: Vec::new(), records, worked }
}

fn weekday(node: &Node<'_>) -> Option<Weekday> {
    let name = node.word(WEEKDAYS)?;
    let position = WEEKDAYS.iter().position(|known| *known == name)?;
    Weekday::from_monday_zero_offset(i8::try_from(position).ok()?).ok()
}

/// Reads the years; gives the days they cover.
fn years(node: &Node<'_>, weekend: &[Weekday], exceptions: &mut Exceptions) -> Option<Period> {
    let mut covered: Option<Period> = None;
    for (key, node) in node.entries()? {
        let Some(year) = whole_year(key) else {
            node.refuse::<()>(format!("`{key}` is not a year"), "write it as 2021");
            continue;
        };
        if covered.is_some_and(|so_far| i32::from(so_far.until.year()) + 1 != i32::from(year.from.year())) {
            node.refuse::<()>(format!("{key} does not follow the year before it"), "list every year, in order");
        }
        covered = Some(covered.map_or(year, |so_far| Period { from: so_far.from, until: year.until }));
        node.fields(|fields| {
            let holidays = fields.list("holidays", |node| holiday(node, year, exceptions));
            let worked = fields.list("worked", |node| worked_day(node, year, weekend, exceptions));
            holidays.and(worked).map(drop)
        });
    }
    covered.or_else(|| node.refuse("a calendar without years", "give at least one year"))
}

fn whole_year(key: &str) -> Option<Period> {
    let year = key.parse().ok()?;
    Some(Period { from: Date::new(year, 1, 1).ok()?, until: Date::new(year, 12, 31).ok()? })
}

fn holiday(node: &Node<'_>, year: Period, exceptions: &mut Exceptions) -> Option<()> {
    node.fields(|fields| {
        let days = if fields.get("from").is_some() { from_to(fields) } else { one_day(fields) };
        let name = fields.text("name")?;
        days?.days().try_for_each(|day| {
            note_day(node, year, exceptions, (day, Exception { working: false, note: name.clone() }))
        })
    })
}

fn one_day(fields: &Fields<'_>) -> Option<Period> {
    let day = fields.need("date").and_then(|node| date(&node))?;
    Some(Period { from: day, until: day })
}

fn from_to(fields: &Fields<'_>) -> Option<Period> {
    let from = fields.need("from").and_then(|node| date(&node));
    let until = fields.need("to").and_then(|node| date(&node));
    Period { from: from?, until: until? }.checked(fields)
}

fn worked_day(node: &Node<'_>, year: Period, weekend: &[Weekday], exceptions: &mut Exceptions) -> Option<()> {
    node.fields(|fields| {
        let day = fields.need("date").and_then(|node| date(&node));
        let name = fields.text("name");
        let day = day?;
        if !weekend.contains(&day.weekday()) {
            return node.refuse(format!("{day} is no weekend day: it is worked anyway"), "leave it out");
        }
        note_day(node, year, exceptions, (day, Exception { working: true, note: name? }))
    })
}

fn note_day(node: &Node<'_>, year: Period, exceptions: &mut Exceptions, said: (Date, Exception)) -> Option<()> {
    let (day, exception) = said;
    if day.year() != year.from.year() {
        return node.refuse(format!("{day} does not lie in {}", year.from.year()), "move it to its year");
    }
    match exceptions.insert(day, exception) {
        None => Some(()),
        Some(_) => node.refuse(format!("{day} is listed twice"), "keep one of them"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_wrong_is_said_at_once() {
        let text = "\
name: x
title: x
weekend: [saturday, sunnday]
years: {}
";
        let problems = Calendar::load("x.yaml", text).unwrap_err().to_string();
        assert_eq!(
            problems,
            "x.yaml:1:1: the field `source` is missing\n\
             x.yaml:3:21: weekend[1]: `sunnday` is not known here (did you mean `sunday`? one of: monday, tuesday, wednesday, thursday, friday, saturday, sunday)"
        );
    }

    #[test]
    fn days_are_refused_at_their_place() {
        let text = "\
name: x
title: x
source: x
weekend: [saturday, sunday]
years:
  2019:
    holidays:
      - { date: 2020-01-01, name: a }
      - { from: 2019-03-02, to: 2019-03-01, name: b }
      - { date: 2019-04-01, name: c }
      - { date: 2019-04-01, name: d }
    worked:
      - { date: 2019-05-03, name: e }
  2021: {}
";
        let problems = Calendar::load("x.yaml", text).unwrap_err().to_string();
        assert_eq!(
            problems,
            "x.yaml:8:9: years.2019.holidays[0]: 2020-01-01 does not lie in 2019 (move it to its year)\n\
             x.yaml:9:9: years.2019.holidays[1]: the last day, 2019-03-01, is before the first, 2019-03-02\n\
             x.yaml:11:9: years.2019.holidays[3]: 2019-04-01 is listed twice (keep one of them)\n\
             x.yaml:13:9: years.2019.worked[0]: 2019-05-03 is no weekend day: it is worked anyway (leave it out)\n\
             x.yaml:14:9: years.2021: 2021 does not follow the year before it (list every year, in order)"
        );
    }
}

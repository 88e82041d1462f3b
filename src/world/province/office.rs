//! When an office is open: hours of a usual day, other hours of single days of the week.

use jiff::civil::{Date, Time, Weekday};
use model::{Fields, Node, SimTime, one_of};

use crate::calendar::{Calendar, WEEKDAYS};

/// Opening and closing times of one day, in order and apart.
pub type Hours = Vec<(Time, Time)>;

/// When an office is open.
///
/// On a worked day it keeps its `hours`, or those of the day of the week under `days` (a short Friday). A weekend day under `days` is
/// a day on which dossiers are taken though it is not worked: no legal time passes. A swapped Saturday is worked, so
/// it has the usual hours. On holidays every office is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Office {
    /// Hours of a usual working day.
    pub hours: Hours,
    /// Other hours on single days of the week.
    pub days: Vec<(Weekday, Hours)>,
    /// Where the hours are stated.
    pub source: String,
}

impl Office {
    /// Its hours on a day; none if it is closed.
    pub fn on(&self, calendar: &Calendar, day: Date) -> &[(Time, Time)] {
        let usual_weekend = calendar.is_weekend(day);
        let own = self.days.iter().find(|(weekday, _)| *weekday == day.weekday()).map(|(_, hours)| hours.as_slice());
        match (calendar.is_working(day), usual_weekend) {
            (true, true) => &self.hours,
            (true, false) => own.unwrap_or(&self.hours),
            (false, true) if calendar.note(day).is_empty() => own.unwrap_or(&[]),
            (false, _) => &[],
        }
    }

    /// The stretches of a day in which it is open.
    pub fn stretches<'a>(
        &'a self,
        calendar: &Calendar,
        day: Date,
    ) -> impl Iterator<Item = (SimTime, SimTime)> + use<'a> {
        self.on(calendar, day).iter().map(move |(open, close)| (SimTime::at(day, *open), SimTime::at(day, *close)))
    }

    /// All hours it ever keeps.
    pub(crate) fn all_hours(&self) -> impl Iterator<Item = &(Time, Time)> {
        self.hours.iter().chain(self.days.iter().flat_map(|(_, hours)| hours))
    }

    /// Reads `{ hours: [07:00-11:30, 13:30-17:00], days: { saturday: [07:30-11:00] }, source: ... }`.
    pub(crate) fn read(node: &Node<'_>) -> Option<Self> {
        node.fields(|fields| {
            let source = fields.text("source");
            let hours = fields.need("hours").and_then(|node| hours(&node));
            let days = days(fields);
            Some(Self { hours: hours?, days: days?, source: source? })
        })
    }
}

fn days(fields: &Fields<'_>) -> Option<Vec<(Weekday, Hours)>> {
    fields.map("days", |name, node| {
        let Some(position) = WEEKDAYS.iter().position(|known| *known == name) else {
            return node.refuse(format!("`{name}` is no day of the week"), one_of(name, WEEKDAYS));
        };
        let weekday = Weekday::from_monday_zero_offset(i8::try_from(position).ok()?).ok()?;
        Some((weekday, hours(node)?))
    })
}

fn hours(node: &Node<'_>) -> Option<Hours> {
    let read: Vec<_> = node.items()?.iter().map(opening).collect();
    let hours: Hours = read.into_iter().collect::<Option<_>>()?;
    let ordered = hours.iter().flat_map(|(open, close)| [open, close]).is_sorted_by(|a, b| a < b);
    if hours.is_empty() || !ordered {
        return node.refuse("the office hours do not follow each other", "as [07:00-11:30, 13:30-17:00]");
    }
    Some(hours)
}

fn opening(node: &Node<'_>) -> Option<(Time, Time)> {
    let text = node.text()?;
    let time = |text: &str| text.trim().parse::<Time>().ok();
    text.split_once('-')
        .and_then(|(open, close)| Some((time(open)?, time(close)?)))
        .or_else(|| node.refuse(format!("`{text}` are no office hours"), "write them as 07:00-11:30"))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use model::Document;

    use super::*;
    use crate::calendar::vietnam;

    fn read(text: &str) -> Result<Office, String> {
        let document = Document::parse("x.yaml", text).unwrap();
        document.read(|fields| Office::read(&fields.need("office")?)).map_err(|problems| problems.to_string())
    }

    #[test]
    fn a_day_of_the_week_may_have_its_own_hours() {
        let text = "office: { hours: [07:30-11:30, 13:00-17:00], days: { friday: [07:30-11:30], saturday: [08:00-11:00] }, source: x }";
        let office = read(text).unwrap();
        let open = |year, month, day| -> Vec<String> {
            let hours = office.on(vietnam(), date(year, month, day)).iter();
            hours.map(|(open, close)| format!("{}-{}", open.strftime("%H:%M"), close.strftime("%H:%M"))).collect()
        };
        assert_eq!(open(2021, 3, 4), ["07:30-11:30", "13:00-17:00"]);
        assert_eq!(open(2021, 3, 5), ["07:30-11:30"]);
        // A Saturday, a Sunday, Saturday 1 May (a holiday), and a Saturday worked for another day.
        assert_eq!(open(2021, 3, 6), ["08:00-11:00"]);
        assert!(open(2021, 3, 7).is_empty() && open(2021, 5, 1).is_empty() && open(2021, 4, 30).is_empty());
        assert_eq!(open(2024, 5, 4), ["07:30-11:30", "13:00-17:00"]);
    }

    #[test]
    fn wrong_hours_are_said_at_their_place() {
        let text = "office:\n  hours: [7-11]\n  days:\n    fryday: [07:00-11:00]\n    friday: []\n  source: x\n";
        assert_eq!(
            read(text).unwrap_err(),
            "x.yaml:2:11: office.hours[0]: `7-11` are no office hours (write them as 07:00-11:30)\n\
             x.yaml:4:13: office.days.fryday: `fryday` is no day of the week (did you mean `friday`? one of: monday, tuesday, wednesday, thursday, \
             friday, saturday, sunday)\n\
             x.yaml:5:13: office.days.friday: the office hours do not follow each other (as [07:00-11:30, 13:30-17:00])"
        );
    }
}

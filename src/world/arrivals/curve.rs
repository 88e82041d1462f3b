//! How arrivals of one channel spread over a day and a week, as a province says it.

use jiff::civil::Time;
use model::{Fields, Node};

use crate::calendar::WEEKDAYS;
use crate::province::office::Office;

/// When people of one channel come, relative to each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Curve {
    /// Whether they come only while offices are open.
    pub office_only: bool,
    /// Weight of each hour of the day, from 0 to 23.
    pub hours: [u64; 24],
    /// Factor of each day of the week, from Monday.
    pub weekdays: [u64; 7],
    /// Factor of a public holiday.
    pub holiday: u64,
}

impl Curve {
    /// Reads `{ open: office, hours: { 7: 130, ... }, weekdays: { monday: 120, ... } }`.
    pub(crate) fn read(node: &Node<'_>) -> Option<Self> {
        node.fields(|fields| {
            let office_only = fields.word("open", &["office", "always"])? == "office";
            let hours = slots(fields, "hours", |key| key.parse().ok().filter(|hour| *hour < 24));
            let weekdays = slots(fields, "weekdays", |key| WEEKDAYS.iter().position(|known| *known == key));
            let holiday =
                if office_only { Some(0) } else { fields.need("holiday").and_then(|node| node.bounded(0, MOST)) };
            Some(Self { office_only, hours: hours?, weekdays: weekdays?, holiday: holiday? })
        })
    }
}

/// The largest weight or factor: with it, ten years of milliseconds fit a mass without losing a digit.
const MOST: i64 = 1_000;

/// Reads a map of named slots to weights; slots left out weigh nothing.
fn slots<const N: usize>(
    fields: &Fields<'_>,
    name: &'static str,
    find: impl Fn(&str) -> Option<usize>,
) -> Option<[u64; N]> {
    let mut weights = [0; N];
    let mut complete = true;
    for (key, node) in fields.need(name)?.entries()? {
        let Some(slot) = find(key).and_then(|position| weights.get_mut(position)) else {
            complete = false;
            node.refuse::<()>(format!("`{key}` is none of the {name}"), "");
            continue;
        };
        match node.bounded(0, MOST) {
            Some(weight) => *slot = weight,
            None => complete = false,
        }
    }
    complete.then_some(weights)
}

/// Refuses a curve that has a weight for an hour in which offices are never open.
pub(crate) fn check_hours(node: &Node<'_>, curve: &Curve, office: &Office) {
    let closed = |hour: i8| {
        let (Ok(from), until) = (Time::new(hour, 0, 0, 0), Time::new(hour + 1, 0, 0, 0).unwrap_or(Time::MAX)) else {
            return true;
        };
        office.all_hours().all(|(open, close)| *close <= from || until <= *open)
    };
    for (hour, weight) in (0_i8..).zip(curve.hours) {
        if curve.office_only && weight > 0 && closed(hour) {
            node.refuse::<()>(
                format!("hour {hour} has a weight, but offices are closed"),
                "leave it out, or say `open: always`",
            );
        }
    }
}

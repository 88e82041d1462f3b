//! What makes some days and minutes busier than their hour and weekday alone: months, the days after Tết, the days before a
//! rule changes, an announcement; and how much chance adds. All of it optional, all of it assumptions of a province.
//!
//! Factors are in percent: 100 is as usual. What is not given multiplies nothing.
//!
//! | field of `arrivals` | says |
//! |---|---|
//! | `months: { 2: 60 }` | every day of the month |
//! | `after: [ { holiday: Tết Nguyên đán, days: 5, factor: 180 } ]` | the working days after a holiday of the calendar, falling evenly to the usual |
//! | `deadlines: [ { date: 2021-06-30, days: 10, factor: 400 } ]` | the days up to a last one: what exceeds the usual is divided by the days left, plus one |
//! | `surges: [ { from: 2021-03-01T09:00, minutes: 30, factor: 5_000, channel: online } ]` | some minutes; without `channel` in all of them |
//! | `dispersion: 20` | how much days differ by chance: coefficient of variation in percent |
//! | `burstiness: 70` | how much people gather within a day: the share of the fuller half wherever it is halved, in percent |
//!
//! To choose a factor: when the register of British voters closed on 7 June 2016, the busiest hour saw 9.8 times the mean hour of its
//! day, and 2.9 times the busiest hour until then.

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime};
use model::words::Channel;
use model::{Fields, Node, SimTime};

use crate::calendar::Calendar;
use crate::people::Moved;
use crate::period::{Period, date, next};

/// The largest factor of a day, in percent.
const MOST_OF_A_DAY: i64 = 10_000;

/// The largest factor of a minute, in percent.
const MOST_OF_A_MINUTE: i64 = 100_000;

/// Everything that makes days and minutes differ from their curve.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seasonality {
    /// For each reason, the days it changes, with their factors in percent.
    days: Vec<BTreeMap<Date, u64>>,
    surges: Vec<Surge>,
    /// Coefficient of variation of the days' factors, in percent; 0 if there are none.
    pub(crate) dispersion: u32,
    /// Share of the fuller half wherever a day is halved, in percent; 50 if nothing gathers.
    pub(crate) burstiness: u64,
}

/// A few minutes in which many come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Surge {
    from: SimTime,
    until: SimTime,
    percent: u64,
    /// Only by this channel, if one is named.
    channel: Option<Channel>,
}

impl Seasonality {
    /// Reads the optional fields of a province's `arrivals`.
    pub(crate) fn read(fields: &Fields<'_>, calendar: &Calendar, period: Option<Period>) -> Option<Self> {
        let months = fields.get("months").map(|node| months(&node, period));
        let after = fields.list("after", |node| after(node, calendar));
        let deadlines = fields.list("deadlines", rush);
        let surges = fields.list("surges", surge);
        let dispersion = fields.get("dispersion").map(|node| node.bounded(1, 100));
        let burstiness = fields.get("burstiness").map(|node| node.bounded(50, 95));
        let months = months.map_or(Some(None), |months| months.map(Some))?;
        let days = months.into_iter().chain(after?).chain(deadlines?).collect();
        Some(Self {
            days,
            surges: surges?,
            dispersion: dispersion.unwrap_or(Some(0))?,
            burstiness: burstiness.unwrap_or(Some(50))?,
        })
    }

    /// Surges, and nothing else.
    pub(crate) fn of_surges(surges: Vec<Surge>) -> Self {
        Self { surges, ..Self::default() }
    }

    /// The same for one channel.
    pub(crate) fn of(&self, channel: Channel) -> Self {
        let concerns = |surge: &&Surge| surge.channel.is_none_or(|only| only == channel);
        Self { surges: self.surges.iter().filter(concerns).cloned().collect(), ..self.clone() }
    }

    /// Whether chance has a part in the rates, so that they depend on the seed.
    pub(crate) fn vary(&self) -> bool {
        self.dispersion > 0 || self.burstiness > 50
    }

    /// The product of all factors of a day; 1 if nothing is given.
    pub(crate) fn factor(&self, day: Date) -> u128 {
        self.days.iter().map(|reason| u128::from(reason.get(&day).copied().unwrap_or(100))).product()
    }

    /// Cuts pieces where surges begin and end, and multiplies their rates.
    pub(crate) fn surged(&self, pieces: Vec<Piece>) -> Vec<Piece> {
        let cut_by = |pieces: Vec<Piece>, surge: &Surge| {
            let cut = pieces.into_iter().flat_map(|piece| surge.cut(piece));
            cut.filter(|piece| piece.start < piece.end).collect()
        };
        self.surges.iter().fold(pieces, cut_by)
    }
}

/// A stretch of constant rate, of any size.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece {
    pub(crate) start: SimTime,
    pub(crate) end: SimTime,
    pub(crate) rate: u128,
}

impl Surge {
    /// So many minutes in which people come at this factor, in percent, by whichever channel.
    pub(crate) fn new(from: SimTime, minutes: i64, percent: u64) -> Self {
        Self { from, until: SimTime(from.0 + minutes * 60_000), percent, channel: None }
    }

    /// First instant.
    pub(crate) fn from(&self) -> SimTime {
        self.from
    }

    /// First instant after it.
    pub(crate) fn until(&self) -> SimTime {
        self.until
    }

    /// The same for a province that is played so much later.
    pub(crate) fn earlier(&self, moved: Moved) -> Self {
        Self { from: moved.own_instant(self.from), until: moved.own_instant(self.until), ..self.clone() }
    }

    /// The parts before, in and after the surge; some may be empty.
    fn cut(&self, piece: Piece) -> [Piece; 3] {
        let Piece { start, end, rate } = piece;
        let (from, until) = (self.from.clamp(start, end), self.until.clamp(start, end));
        let usual = rate.saturating_mul(100);
        [
            Piece { start, end: from, rate: usual },
            Piece { start: from, end: until, rate: rate.saturating_mul(u128::from(self.percent)) },
            Piece { start: until, end, rate: usual },
        ]
    }
}

/// Reads `{ 2: 70, 3: 120 }`; months left out are as usual.
fn months(node: &Node<'_>, period: Option<Period>) -> Option<BTreeMap<Date, u64>> {
    let mut factors = BTreeMap::new();
    for (key, node) in node.entries()? {
        let Some(month) = key.parse::<i8>().ok().filter(|month| (1..=12).contains(month)) else {
            return node.refuse(format!("`{key}` is no month"), "write it as a number from 1 to 12");
        };
        factors.insert(month, node.bounded(1, 1_000)?);
    }
    let factor = |day: Date| factors.get(&day.month()).map(|percent| (day, *percent));
    Some(period?.days().filter_map(factor).collect())
}

/// Reads `{ holiday: Tết Nguyên đán, days: 5, factor: 160 }`: so many working days after it, falling evenly to the usual.
fn after(node: &Node<'_>, calendar: &Calendar) -> Option<BTreeMap<Date, u64>> {
    node.fields(|fields| {
        let last_days = fields.need("holiday").and_then(|node| last_days(&node, calendar));
        let (days, percent) = (length(fields), factor(fields));
        let (last_days, days, percent) = (last_days?, days?, percent?);
        let mut factors = BTreeMap::new();
        for last in last_days {
            for passed in 0..days {
                let day = calendar.add_working_days(last, passed + 1);
                factors.insert(day, eased(percent, u64::from(days - passed), u64::from(days)));
            }
        }
        Some(factors)
    })
}

/// The last day of a holiday in each year of the calendar.
fn last_days(node: &Node<'_>, calendar: &Calendar) -> Option<Vec<Date>> {
    let holiday = node.text()?;
    let is_named = |day: &Date| calendar.note(*day) == holiday;
    let is_last = |day: &Date| is_named(day) && !is_named(&next(*day));
    let last_days: Vec<_> = calendar.covered().days().filter(is_last).collect();
    if last_days.is_empty() {
        return node.refuse(format!("the calendar {} knows no `{holiday}`", calendar.name()), "spell it as there");
    }
    Some(last_days)
}

/// Reads `{ date: 2021-06-30, days: 10, factor: 400 }`: so many days until it, the closer the more, as 1 / (days left + 1).
fn rush(node: &Node<'_>) -> Option<BTreeMap<Date, u64>> {
    node.fields(|fields| {
        let last = fields.need("date").and_then(|node| date(&node));
        let (days, percent) = (length(fields), factor(fields));
        let (mut day, mut factors) = (last?, BTreeMap::new());
        let (days, percent) = (days?, percent?);
        for left in 0..u64::from(days) {
            factors.insert(day, eased(percent, 1, left + 1));
            day = day.yesterday().ok()?;
        }
        Some(factors)
    })
}

/// Reads `{ from: 2021-03-01T09:00, minutes: 30, factor: 10_000, channel: online }`.
fn surge(node: &Node<'_>) -> Option<Surge> {
    node.fields(|fields| {
        let from = fields.need("from").and_then(|node| minute(&node));
        let minutes: Option<i64> = fields.need("minutes").and_then(|node| node.bounded(1, 1_440));
        let percent = fields.need("factor").and_then(|node| node.bounded(1, MOST_OF_A_MINUTE));
        let channel = fields.get("channel").map(|node| node.word(Channel::ALL));
        let from = from?;
        let until = SimTime(from.0 + minutes? * 60_000);
        Some(Surge { from, until, percent: percent?, channel: channel.map_or(Some(None), |word| word.map(Some))? })
    })
}

fn length(fields: &Fields<'_>) -> Option<u16> {
    fields.need("days").and_then(|node| node.bounded(1, 90))
}

fn factor(fields: &Fields<'_>) -> Option<u64> {
    fields.need("factor").and_then(|node| node.bounded(1, MOST_OF_A_DAY))
}

/// A factor of which only a part, `of / whole`, of what it lies above or below the usual is left.
fn eased(percent: u64, of: u64, whole: u64) -> u64 {
    if percent >= 100 { 100 + (percent - 100) * of / whole } else { 100 - (100 - percent) * of / whole }
}

/// Reads `2021-03-01T09:00`.
pub(crate) fn minute(node: &Node<'_>) -> Option<SimTime> {
    let text = node.text()?;
    let instant = text.parse::<DateTime>().ok().map(|instant| SimTime::at(instant.date(), instant.time()));
    instant.or_else(|| node.refuse(format!("`{text}` is no minute"), "write it as 2021-03-01T09:00"))
}

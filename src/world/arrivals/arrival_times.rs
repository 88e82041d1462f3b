//! Arrival times: the curves of a province, and the part of each cell.
//!
//! [`Schedules`] are the curves as the province's file says them, one for each channel and each office that keeps hours of its own;
//! [`ArrivalTimes`] are the same with what the seed varies, and the mass of each cell's days.

use std::ops::Range;
use std::sync::Arc;

use jiff::civil::Date;
use model::words::Channel;
use model::{Node, Seed, SimTime, Stream};

use super::burst::Burst;
use super::curve::{Curve, check_hours};
use super::dispersion::Dispersion;
use super::schedule::{Ground, Schedule};
use super::seasonality::Seasonality;
use crate::calendar::Calendar;
use crate::period::{Period, next};
use crate::province::cell::Cell;
use crate::province::office::Office;
use crate::province::unit::Unit;

/// The curves of a province, laid over its period.
#[derive(Clone, Debug)]
pub(crate) struct Schedules {
    all: Vec<(Channel, Schedule)>,
    /// For each office, the province's first, the position of its schedule of each channel.
    of_offices: Vec<Vec<usize>>,
    /// For each unit, the position of its office.
    of_units: Vec<usize>,
    seasonality: Seasonality,
}

/// The offices and units that the curves apply to.
#[derive(Clone, Copy)]
pub(crate) struct Around<'a> {
    pub(crate) period: Period,
    pub(crate) office: &'a Office,
    pub(crate) units: &'a [Unit],
}

impl Schedules {
    /// Reads one curve for each channel and lays it over the period; `around` is `None` if its own fields are wrong.
    pub(crate) fn read(node: &Node<'_>, around: Option<Around<'_>>, calendar: &Calendar) -> Option<Self> {
        node.fields(|fields| {
            fields.text("source");
            let curve = |channel: &Channel| {
                let node = fields.need(channel.as_str())?;
                Some((*channel, Curve::read(&node)?, node))
            };
            let curves: Vec<_> = Channel::ALL.iter().map(curve).collect();
            let seasonality = Seasonality::read(fields, calendar, around.map(|around| around.period));
            let curves = curves.into_iter().collect::<Option<Vec<_>>>()?;
            let (seasonality, around) = (seasonality?, around?);
            let mut schedules = Self { all: Vec::new(), of_offices: Vec::new(), of_units: Vec::new(), seasonality };
            schedules.open(&curves, Ground { calendar, office: around.office, period: around.period }, "");
            for (_, curve, node) in &curves {
                check_hours(node, curve, around.office);
            }
            schedules.open_units(&curves, around, calendar);
            Some(schedules)
        })
    }

    /// Gives every unit its office; those with the same hours share one.
    fn open_units(&mut self, curves: &[(Channel, Curve, Node<'_>)], around: Around<'_>, calendar: &Calendar) {
        let mut offices = vec![around.office];
        for unit in around.units {
            let office = unit.office.as_ref().unwrap_or(around.office);
            let known = offices.iter().position(|known| (&known.hours, &known.days) == (&office.hours, &office.days));
            self.of_units.push(known.unwrap_or(offices.len()));
            if known.is_none() {
                offices.push(office);
                let ground = Ground { calendar, office, period: around.period };
                self.open(curves, ground, &format!(" to unit {} in its own hours", unit.code));
            }
        }
    }

    /// Lays the curves over one more office; those that need none open are laid once for all.
    fn open(&mut self, curves: &[(Channel, Curve, Node<'_>)], ground: Ground<'_>, whom: &str) {
        let mut positions = Vec::new();
        for (i, (channel, curve, node)) in curves.iter().enumerate() {
            let shared = self.of_offices.first().and_then(|first| first.get(i)).filter(|_| !curve.office_only);
            positions.push(shared.copied().unwrap_or(self.all.len()));
            if shared.is_none() {
                let schedule = Schedule::new(curve, &self.seasonality.of(*channel), ground);
                check_days(node, &schedule, ground, whom);
                self.all.push((*channel, schedule));
            }
        }
        self.of_offices.push(positions);
    }

    /// The same with what the seed varies.
    fn varied(&self, seed: Seed) -> Self {
        let Seasonality { dispersion, burstiness, .. } = self.seasonality;
        let days = Dispersion::new(dispersion, seed.stream("busy days"));
        let varied = |(channel, schedule): &(Channel, Schedule)| {
            let stream = seed.stream(&format!("bursts {channel}"));
            let burst = Some(Burst::new(burstiness, stream)).filter(|_| burstiness > 50);
            (*channel, schedule.varied(|day| days.map_or(1, |days| days.factor(day)), burst))
        };
        Self { all: self.all.iter().map(varied).collect(), ..self.clone() }
    }

    /// The position of the schedule by which people of a cell come.
    fn position(&self, cell: &Cell) -> Option<usize> {
        let office = self.of_units.get(usize::from(cell.unit)).copied().unwrap_or(0);
        let channel = Channel::ALL.iter().position(|known| *known == cell.channel)?;
        self.of_offices.get(office)?.get(channel).copied()
    }
}

/// When everybody of a run comes.
#[derive(Clone, Debug)]
pub(crate) struct ArrivalTimes {
    schedules: Arc<Schedules>,
    /// For each cell of the province, in order.
    windows: Vec<Window>,
    stream: Stream,
}

/// Refuses a curve that leaves out a worked day of the period.
fn check_days(node: &Node<'_>, schedule: &Schedule, ground: Ground<'_>, whom: &str) {
    let worked = ground.period.days().filter(|day| ground.calendar.is_working(*day));
    let is_left_out = |day: &Date| {
        schedule.mass_before(SimTime::start_of(*day)) == schedule.mass_before(SimTime::start_of(next(*day)))
    };
    if let Some(day) = worked.into_iter().find(is_left_out) {
        let message = format!("nobody comes{whom} on {day}, which is worked");
        node.refuse::<()>(message, "give its weekday and some hour a weight");
    }
}

/// The days of a cell on its schedule.
#[derive(Clone, Copy, Debug, Default)]
struct Window {
    schedule: usize,
    /// Mass before the first day.
    before: u64,
    /// Mass of the days.
    within: u64,
}

impl ArrivalTimes {
    /// When the people of these cells come, given the seed.
    pub(crate) fn new(schedules: &Arc<Schedules>, cells: &[Cell], seed: Seed) -> Self {
        let schedules =
            if schedules.seasonality.vary() { Arc::new(schedules.varied(seed)) } else { Arc::clone(schedules) };
        let window = |cell: &Cell| {
            let position = schedules.position(cell)?;
            let (_, schedule) = schedules.all.get(position)?;
            let before = schedule.mass_before(cell.window.start());
            let within = schedule.mass_before(cell.window.end()) - before;
            Some(Window { schedule: position, before, within })
        };
        let window = |cell| window(cell).unwrap_or_else(|| unreachable!("each office has a schedule of each channel"));
        let windows = cells.iter().map(window).collect();
        Self { windows, schedules, stream: seed.stream("arrival") }
    }

    /// When people come online, whichever their cell.
    pub(crate) fn online(&self) -> Option<&Schedule> {
        let (_, schedule) = self.schedules.all.iter().find(|(channel, _)| *channel == Channel::Online)?;
        Some(schedule)
    }

    /// When somebody of the cell at this position comes; the key is the number that all draws of a dossier are made by.
    pub(crate) fn due(&self, position: usize, key: u64) -> SimTime {
        match self.of_cell(position) {
            Some(arrival_time) => arrival_time.due(key),
            None => unreachable!("each cell has a window"),
        }
    }

    /// How the people of the cell at this position come.
    pub(crate) fn of_cell(&self, position: usize) -> Option<ArrivalTime<'_>> {
        let window = *self.windows.get(position)?;
        let (_, schedule) = self.schedules.all.get(window.schedule)?;
        Some(ArrivalTime { schedule, window, stream: self.stream })
    }
}

/// How the people of one cell come.
#[derive(Clone, Copy)]
pub(crate) struct ArrivalTime<'a> {
    schedule: &'a Schedule,
    window: Window,
    stream: Stream,
}

impl ArrivalTime<'_> {
    /// When the dossier with this key comes.
    #[inline]
    pub(crate) fn due(&self, key: u64) -> SimTime {
        self.schedule.instant(self.mass(key))
    }

    /// The masses of these days; empty if the cell has none of them.
    pub(crate) fn masses(&self, period: Period) -> Range<u64> {
        let Window { before, within, .. } = self.window;
        let mass = |instant| self.schedule.mass_before(instant).clamp(before, before + within);
        mass(period.start())..mass(period.end())
    }

    /// When the dossier with this key comes, if at a mass within these.
    #[inline]
    pub(crate) fn due_within(&self, masses: &Range<u64>, key: u64) -> Option<SimTime> {
        let mass = self.mass(key);
        masses.contains(&mass).then(|| self.schedule.instant(mass))
    }

    /// Which share of the cell's mass lies before an instant.
    #[cfg(test)]
    #[expect(clippy::cast_precision_loss, reason = "a statistic of a test")]
    pub(crate) fn share(&self, due: SimTime) -> f64 {
        (self.schedule.mass_before(due) - self.window.before) as f64 / self.window.within as f64
    }

    fn mass(&self, key: u64) -> u64 {
        self.window.before + self.stream.below(key, self.window.within)
    }
}

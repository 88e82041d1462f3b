//! The plan of a run: what will happen, for people and for `plan.json`, before anything is sent.

use std::collections::BTreeMap;

use model::words::PaymentMethod;
use model::{Case, Populace, Timeline};
use serde::{Deserialize, Serialize};

use crate::profile::{Counted, Demand};
use crate::{Arrival, Dimension, Figure, Planned, Population, Selector};

/// What a run is going to do: a pure function of province, seed, scale and timeline, byte for byte.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Version of this format.
    pub schema: String,
    /// Name of the province's profile.
    pub profile: String,
    /// Its title.
    pub title: String,
    /// The document it retells.
    pub document: String,
    /// First day of the period.
    pub from: String,
    /// Last day of the period.
    pub until: String,
    /// The seed.
    pub seed: u64,
    /// How many dossiers are planned.
    pub dossiers: u32,
    /// Hash of every planned dossier and its arrival, as 32 hexadecimal digits.
    pub digest: String,
    /// The length of the run on the wall clock.
    pub wall_seconds: f64,
    /// The most that comes in.
    pub peak: Peaks,
    /// Dossiers by each dimension's words; words that nobody has are left out.
    pub totals: BTreeMap<String, BTreeMap<String, u32>>,
    /// Dossiers by month, as `2021-03`.
    pub months: BTreeMap<String, u32>,
    /// Dossiers by day, as `2021-03-01`; days on which nobody comes are left out.
    pub days: BTreeMap<String, u32>,
    /// The published figures, with what is planned of each.
    pub figures: Vec<PlannedFigure>,
}

/// The most that comes in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peaks {
    /// Within one simulated day, as `2021-03-01`.
    pub day: Peak,
    /// Within one simulated hour, as `2021-03-01T07`.
    pub hour: Peak,
    /// Within one second of the wall clock, counted from the start of the run.
    pub second: Peak,
}

/// The busiest stretch of some length; of several, the first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peak {
    /// Which it is.
    pub at: String,
    /// How many dossiers come in.
    pub dossiers: u32,
}

/// A published figure and what is planned of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedFigure {
    /// Id of the figure.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What the document says.
    pub stated: Quantity,
    /// What is planned; none if that shows only in the run, or never.
    pub planned: Option<Quantity>,
}

/// A number of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Quantity {
    /// A count, or a sum in dong.
    Whole(i64),
    /// A share, 0..=1.
    Share(f64),
}

impl Plan {
    /// The version of `plan.json` that is written.
    pub const SCHEMA: &'static str = "vandan-plan/1";

    /// The plan of this population, coming in as `arrivals` say, played as `timeline` says.
    pub fn new(population: &Population, arrivals: &[Arrival], timeline: &Timeline) -> Self {
        let province = population.province();
        let mut tally = Tally::default();
        for arrival in arrivals {
            tally.take(&population.case(arrival.case), arrival, timeline);
        }
        Self {
            schema: Self::SCHEMA.to_owned(),
            profile: province.name().to_owned(),
            title: province.title().to_owned(),
            document: province.document().file.clone(),
            from: province.period().from.to_string(),
            until: province.period().until.to_string(),
            seed: population.seed().0,
            dossiers: population.count(),
            digest: format!("{:032x}", tally.digest.0),
            wall_seconds: std::time::Duration::from_nanos(timeline.wall_end()).as_secs_f64(),
            peak: Peaks { day: peak(&tally.days), hour: peak(&tally.hours), second: peak(&tally.seconds) },
            totals: totals(population),
            months: by_month(&tally.days),
            figures: province.figures().iter().map(|figure| planned(population, figure, tally.collected)).collect(),
            days: tally.days,
        }
    }

    /// The text of `plan.json`.
    pub fn to_json(&self) -> String {
        let text = serde_json::to_string_pretty(self);
        text.unwrap_or_else(|error| unreachable!("text, whole numbers and finite fractions are always JSON: {error}"))
    }
}

/// What is counted while going through the arrivals.
#[derive(Default)]
struct Tally {
    digest: Digest,
    days: BTreeMap<String, u32>,
    hours: BTreeMap<String, u32>,
    seconds: BTreeMap<u64, u32>,
    collected: i64,
}

impl Tally {
    fn take(&mut self, case: &Case, arrival: &Arrival, timeline: &Timeline) {
        self.digest.case(case, arrival);
        let instant = arrival.due.to_string();
        let (day, hour) = (instant.get(..10).unwrap_or(""), instant.get(..13).unwrap_or(""));
        *self.days.entry(day.to_owned()).or_default() += 1;
        *self.hours.entry(hour.to_owned()).or_default() += 1;
        *self.seconds.entry(timeline.wall(arrival.due) / 1_000_000_000).or_default() += 1;
        if case.payment == PaymentMethod::CashOnDelivery {
            self.collected += case.fee.0;
        }
    }
}

fn peak<K: ToString>(counts: &BTreeMap<K, u32>) -> Peak {
    let mut peak = Peak::default();
    for (at, dossiers) in counts {
        if *dossiers > peak.dossiers {
            peak = Peak { at: at.to_string(), dossiers: *dossiers };
        }
    }
    peak
}

fn totals(population: &Population) -> BTreeMap<String, BTreeMap<String, u32>> {
    let mut totals: BTreeMap<String, BTreeMap<String, u32>> = BTreeMap::new();
    for (cell, count) in population.cells().filter(|(_, count)| *count > 0) {
        for dimension in Dimension::ALL {
            let spelling = population.province().spell(cell.word(*dimension)).to_owned();
            *totals.entry(dimension.to_string()).or_default().entry(spelling).or_default() += count;
        }
    }
    totals
}

fn by_month(days: &BTreeMap<String, u32>) -> BTreeMap<String, u32> {
    let mut months = BTreeMap::new();
    for (day, count) in days {
        *months.entry(day.get(..7).unwrap_or(day).to_owned()).or_default() += count;
    }
    months
}

fn planned(population: &Population, figure: &Figure, collected: i64) -> PlannedFigure {
    let count = |selector: &Selector| -> u32 {
        let meant = population.cells().filter(|(cell, _)| selector.matches(|dimension| Some(cell.word(dimension))));
        meant.map(|(_, count)| count).sum()
    };
    let value = match &figure.planned {
        Planned::Nothing => None,
        Planned::Dossiers(selector) => Some(Quantity::Whole(count(selector).into())),
        Planned::Share(part, base) => Some(Quantity::Share(f64::from(count(part)) / f64::from(count(base).max(1)))),
        Planned::CollectedSum => Some(Quantity::Whole(collected)),
        Planned::Services(services) => {
            Some(match services.count(population.province().vocabulary(), &Demand::of(population.cells())) {
                Counted::Whole(count) => Quantity::Whole(count.into()),
                Counted::Share(part, base) => Quantity::Share(f64::from(part) / f64::from(base.max(1))),
            })
        }
        Planned::PostCounters => Some(Quantity::Whole(population.province().post_counters().into())),
    };
    let stated = figure.stated.value;
    let stated = stated.whole().map_or_else(|| Quantity::Share(stated.value()), Quantity::Whole);
    PlannedFigure { id: figure.id.clone(), name: figure.name.clone(), stated, planned: value }
}

/// FNV-1a, 128 bits, over the fields in a fixed order: the same on every machine and in every version of the compiler.
struct Digest(u128);

impl Default for Digest {
    fn default() -> Self {
        Self(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d)
    }
}

impl Digest {
    fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u128::from(*byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
        }
    }

    /// A text and a byte that no text contains.
    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
        self.bytes(&[0xff]);
    }

    fn case(&mut self, case: &Case, arrival: &Arrival) {
        self.bytes(&arrival.due.0.to_le_bytes());
        self.bytes(&arrival.unit.to_le_bytes());
        self.bytes(&case.id.0.to_le_bytes());
        self.bytes(&case.legal_days.to_le_bytes());
        self.bytes(&case.fee.0.to_le_bytes());
        self.bytes(&case.arrival.0.to_le_bytes());
        let words = [
            case.level.as_str(),
            case.channel.as_str(),
            case.payment.as_str(),
            case.returns.as_str(),
            case.outcome.as_str(),
        ];
        for word in words {
            self.text(word);
        }
        let person = &case.applicant;
        let texts = [&person.full_name, &person.citizen_number, &person.phone, &person.email, &person.address];
        for text in texts.into_iter().chain([&case.unit, &case.procedure, &case.tag, &case.reference]) {
            self.text(text);
        }
    }
}

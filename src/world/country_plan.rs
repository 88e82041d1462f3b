//! The plan of a whole country: its provinces one after another on several threads, everything summed, nothing kept.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use model::{Applicants, Kind, Problem, Problems, Timeline, fitting};
use serde::Serialize;

use crate::country::{Country, Member, Template};
use crate::digest::Chain;
use crate::people::{People, counts};
use crate::plan::{Peak, Peaks, by_day, by_month, digest};
use crate::population::{Population, Scale, TooManyPeople};
use crate::province::{Dimension, Surroundings};
use crate::tally::{Run, Seconds, Tally};

/// What a country is going to do.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CountryPlan {
    /// Version of this format.
    pub schema: String,
    /// Name of the country.
    pub country: String,
    /// Its title.
    pub title: String,
    /// First day of the period.
    pub from: String,
    /// Last day of the period.
    pub until: String,
    /// How many of its days are worked.
    pub working_days: u64,
    /// The seed.
    pub seed: u64,
    /// How many dossiers are planned.
    pub dossiers: u64,
    /// Hash of the plans of all provinces, as 32 hexadecimal digits.
    pub digest: String,
    /// How long it takes on the wall clock.
    pub wall_seconds: f64,
    /// The most that comes in, everywhere together.
    pub peak: Peaks,
    /// Dossiers by each dimension's words, without units and procedures; words that nobody has are left out.
    pub totals: BTreeMap<String, BTreeMap<String, u64>>,
    /// Dossiers by month, as `2025-07`.
    pub months: BTreeMap<String, u32>,
    /// Dossiers by day, as `2025-07-01`; days on which nobody comes are left out.
    pub days: BTreeMap<String, u32>,
    /// The provinces, in order of their codes.
    pub provinces: Vec<ProvincePlan>,
    /// Dossiers by all that journeys may depend on.
    #[serde(skip)]
    pub kinds: BTreeMap<Kind, u64>,
}

/// What one province of a country is going to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProvincePlan {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// How many dossiers are planned.
    pub dossiers: u32,
    /// How well that number is founded: `stated`, `derived` or `assumed`.
    pub basis: String,
    /// Where it comes from.
    pub source: String,
    /// How many units decide.
    pub units: usize,
    /// How many clerks sit at their desks.
    pub clerks: u32,
    /// How many sit at the post's counters.
    pub post_clerks: u32,
    /// How many places people live in.
    pub places: usize,
    /// How many cells its dossiers are told apart by.
    pub cells: usize,
    /// Hash of its plan.
    pub digest: String,
    /// Its busiest day.
    pub peak_day: Peak,
}

/// How a country is planned.
#[derive(Clone, Copy, Debug)]
pub struct Planning<'a> {
    /// What makes its provinces.
    pub template: Template<'a>,
    /// What they are read against.
    pub around: Surroundings<'a>,
    /// How much of each province is planned.
    pub scale: Scale,
    /// How long the period takes on the wall clock, everything at one pace; as long as it is, if not said.
    pub length: Option<Duration>,
    /// Threads; their number changes nothing but the time it takes.
    pub threads: NonZeroUsize,
}

/// What is known of a province once it has been walked through.
struct Walked {
    plan: ProvincePlan,
    kinds: BTreeMap<Kind, u64>,
}

impl CountryPlan {
    /// The version of the format that is written.
    pub const SCHEMA: &'static str = "vandan-country-plan/1";

    /// The plan of a country. At any time there are as many provinces in memory as there are threads.
    ///
    /// # Errors
    /// What is wrong with the first province that cannot be made.
    pub fn new(country: &Country, planning: Planning<'_>) -> Result<Self, Problems> {
        let period = country.period;
        let length = planning.length.unwrap_or_else(|| period.end().since(period.start()));
        let seconds = Seconds::until(fitting(length.as_nanos(), "no run takes five hundred years"));
        let (walked, tally) = walk_all(country, planning, length, &seconds)?;
        let mut chain = Chain::default();
        let mut kinds: BTreeMap<Kind, u64> = BTreeMap::new();
        for province in &walked {
            chain.text(&province.plan.code);
            chain.text(&province.plan.digest);
            for (kind, count) in &province.kinds {
                *kinds.entry(*kind).or_default() += count;
            }
        }
        let days = by_day(&tally.hours, period);
        Ok(Self {
            schema: Self::SCHEMA.to_owned(),
            country: country.name.clone(),
            title: country.title.clone(),
            from: period.from.to_string(),
            until: period.until.to_string(),
            working_days: country.working_days(planning.around.calendar),
            seed: country.seed.0,
            dossiers: walked.iter().map(|province| u64::from(province.plan.dossiers)).sum(),
            digest: chain.hex(),
            wall_seconds: length.as_secs_f64(),
            peak: Peaks::of(&tally.hours, &seconds, period),
            totals: totals(&kinds),
            months: by_month(&days),
            days,
            provinces: walked.into_iter().map(|province| province.plan).collect(),
            kinds,
        })
    }

    /// The plan as JSON text.
    pub fn to_json(&self) -> String {
        let text = serde_json::to_string_pretty(self);
        text.unwrap_or_else(|error| unreachable!("text, whole numbers and finite fractions are always JSON: {error}"))
    }
}

/// Walks through every province; the largest first, so that no thread is left with it at the end.
fn walk_all(
    country: &Country,
    planning: Planning<'_>,
    length: Duration,
    seconds: &Seconds,
) -> Result<(Vec<Walked>, Tally), Problems> {
    let counts = counts(country.members.iter().map(|member| member.volume.dossiers.into()), planning.scale);
    let mut order: Vec<_> = country.members.iter().zip(counts).enumerate().collect();
    order.sort_by_key(|(_, (member, _))| std::cmp::Reverse(member.volume.dossiers));
    let next = AtomicUsize::new(0);
    let found = Mutex::new(Vec::with_capacity(order.len()));
    let work = || {
        let mut all = Tally::over(country.period, 0);
        while let Some((position, (member, count))) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
            let scale = Scale::exactly(*count, member.volume.dossiers);
            let walked = walk(country, member, Planning { scale, ..planning }, length, seconds);
            let walked = walked.map(|(walked, tally)| {
                all.merge(&tally);
                walked
            });
            // A thread that panicked ends the program; what others found is whole.
            found.lock().unwrap_or_else(PoisonError::into_inner).push((*position, walked));
        }
        all
    };
    let tally = std::thread::scope(|scope| {
        let others: Vec<_> = (1..planning.threads.get()).map(|_| scope.spawn(work)).collect();
        let mut all = work();
        for other in others {
            match other.join() {
                Ok(tally) => all.merge(&tally),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    });
    let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.sort_by_key(|(position, _)| *position);
    let walked = found.into_iter().map(|(_, walked)| walked).collect::<Result<Vec<_>, _>>()?;
    Ok((walked, tally))
}

fn walk(
    country: &Country,
    member: &Member,
    planning: Planning<'_>,
    length: Duration,
    seconds: &Seconds,
) -> Result<(Walked, Tally), Problems> {
    let province = Arc::new(country.province(member, planning.template, planning.around)?);
    // One pace from end to end.
    let timeline = Timeline::new([(country.period.start(), country.period.end(), false, 1.0)], length);
    let population = Population::new(Arc::clone(&province), country.seed_of(member), planning.scale)
        .map_err(|error| too_many(country, member, &error))?;
    let people = People::alone(population);
    let [part] = people.parts() else { unreachable!("there is one province") };
    let population = &part.population;
    let run = Run { period: country.period, timeline: &timeline, seconds };
    let tally = Tally::of(part, run, NonZeroUsize::MIN);
    let plan = ProvincePlan {
        code: member.code.clone(),
        name: member.territory.clone(),
        dossiers: population.count(),
        basis: member.volume.basis.to_string(),
        source: member.volume.source.clone(),
        units: province.units().len(),
        clerks: province.clerks(),
        post_clerks: province.post_counters().into(),
        places: province.places().len(),
        cells: province.cells().len(),
        digest: digest(population, &[], tally.dossiers),
        peak_day: Peaks::day_of(&tally.hours, country.period),
    };
    Ok((Walked { plan, kinds: people.kinds() }, tally))
}

fn too_many(country: &Country, member: &Member, error: &TooManyPeople) -> Problems {
    let problem = Problem::new(&country.name, format!("could not {error}"), "give a smaller scale");
    Problem { field: format!("provinces.{}", member.code), ..problem }.into()
}

fn totals(kinds: &BTreeMap<Kind, u64>) -> BTreeMap<String, BTreeMap<String, u64>> {
    let mut totals: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    for (kind, count) in kinds {
        let words = [
            (Dimension::Level, kind.level.as_str()),
            (Dimension::Channel, kind.channel.as_str()),
            (Dimension::PlannedOutcome, kind.outcome.as_str()),
            (Dimension::Payment, kind.payment.as_str()),
            (Dimension::Return, kind.returns.as_str()),
        ];
        for (dimension, word) in words {
            *totals.entry(dimension.to_string()).or_default().entry(word.to_owned()).or_default() += count;
        }
    }
    totals
}

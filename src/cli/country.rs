//! Countries: planned province by province, nothing of them kept but sums.

use std::time::Duration;

use engine::JourneyAssignment;
use journey::Scripts;
use model::words::{Channel, Level, PlannedOutcome, Role};
use model::{Placed, Problem, Problems};
use report::text::count;
use report::{Column, Ink, Page};
use serde_json::json;
use verdict::Gate;
use world::{Calendar, Catalogue, Country, CountryPlan, Gazetteer, Period, Planning, Scale, Surroundings, Template};

use crate::args::{PlanArgs, PlanVerb};
use crate::exit::{Exit, Failure};
use crate::offered_load::{GateSamples, OfferedLoad, Pace};
use crate::run_file::RunFile;
use crate::scenarios::{ScenarioFile, Scenarios};
use crate::{compose, console, load, plan, problems};

/// A country with everything it is read against.
struct Composed {
    country: Country,
    template: ScenarioFile,
    calendar: Calendar,
    catalogue: Catalogue,
    gazetteers: Vec<Gazetteer>,
    scripts: Scripts,
    assignment: JourneyAssignment,
    gates: Vec<Gate>,
}

/// Whether the user means a country: by its name, or by a file that says `country:`.
pub(crate) fn is_meant(choice: &PlanArgs) -> Result<bool, Failure> {
    problems::read(&choice.scenarios, |scenarios| {
        Ok(!scenarios.knows("runs", &choice.run) && load::is_country(scenarios, &choice.run))
    })
}

/// `vandan plan COUNTRY`.
pub(crate) fn plan(args: &PlanVerb) -> Result<Exit, Failure> {
    let (composed, plan) = problems::read(&args.choice.scenarios, |scenarios| {
        let composed = composed(args, scenarios)?;
        let plan = CountryPlan::new(&composed.country, planning(args, &composed))?;
        Ok((composed, plan))
    })?;
    let offer = offer(&composed, &plan);
    let gates = offer.gates(&composed.gates);
    console::print(&if args.json { json(&plan, &offer, &gates) } else { summary(&plan, &offer, &gates) });
    Ok(Exit::Conforms)
}

fn composed(args: &PlanVerb, scenarios: &mut Scenarios) -> Result<Composed, Problems> {
    let choice = &args.choice;
    let gazetteers = load::gazetteers(scenarios)?;
    let mut country = load::country(scenarios, &Placed::option("RUN", &choice.run), &gazetteers)?;
    let mut problems = Problems::default();
    let lists = load::lists(scenarios, Some(&country.calendar), Some(&country.procedures));
    let lists = problems.note(lists);
    let template = problems.note(scenarios.find("templates", &country.template));
    let run = problems.note(scenarios.find("runs", &country.run));
    let (names, run) = run.map(|file| RunFile::load(&file.shown, &file.text)).unzip();
    let run = run.and_then(|run| problems.note(run));
    let walked = names.and_then(|names| problems.note(compose::load_journeys(names, choice, scenarios)));
    if let Some(code) = &choice.province {
        problems.note(load::only(&mut country, &Placed::option("--province", code)));
    }
    let (Some((calendar, catalogue)), Some(template), Some(run), Some((scripts, assignment)), true) =
        (lists, template, run, walked, problems.is_empty())
    else {
        return Err(problems);
    };
    if let Some(period) = args.period {
        country = match country.over(checked(period, &calendar)?, &calendar) {
            Some(country) => country,
            None => return Err(too_many(period)),
        };
    }
    if let Some(seed) = choice.seed {
        country.seed = model::Seed(seed);
    }
    let gates = run.gates.into_iter().map(|(_, gate)| gate).collect();
    Ok(Composed { country, template, calendar, catalogue, gazetteers, scripts, assignment, gates })
}

/// A year at most, on days that the calendar has.
fn checked(period: Period, calendar: &Calendar) -> Result<Period, Problems> {
    let refuse = |message: String| Err(Problem::new("--period", message, "as 2025-07-01..2026-06-30").into());
    if period.days().take(367).count() > 366 {
        return refuse(format!("{period} is longer than a year"));
    }
    if period.within(calendar.covered()) != period {
        return refuse(format!("the calendar {} has only {}", calendar.name(), calendar.covered()));
    }
    Ok(period)
}

fn too_many(period: Period) -> Problems {
    Problem::new("--period", format!("too many dossiers come in {period}"), "take a shorter period").into()
}

fn planning<'a>(args: &PlanVerb, composed: &'a Composed) -> Planning<'a> {
    Planning {
        template: Template { file: &composed.template.shown, text: &composed.template.text },
        around: Surroundings {
            catalogue: &composed.catalogue,
            calendar: &composed.calendar,
            gazetteers: &composed.gazetteers,
        },
        scale: args.choice.scale.unwrap_or(Scale::WHOLE),
        length: args.choice.length,
        threads: args.threads.unwrap_or_else(compose::threads),
    }
}

fn offer(composed: &Composed, plan: &CountryPlan) -> OfferedLoad {
    let pace = Pace { wall_seconds: plan.wall_seconds, peak_second: plan.peak.second.dossiers };
    let sum =
        |count: fn(&world::ProvincePlan) -> u32| plan.provinces.iter().map(|province| u64::from(count(province))).sum();
    let clerks = |role: Role| match role {
        Role::Desk => sum(|province| province.clerks),
        Role::PostDesk => sum(|province| province.post_clerks),
        Role::Citizen => 0,
    };
    OfferedLoad::of(&plan.kinds, clerks, &composed.scripts, &composed.assignment, pace)
}

fn json(plan: &CountryPlan, offer: &OfferedLoad, gates: &[GateSamples]) -> String {
    let mut value = serde_json::to_value(plan).unwrap_or_default();
    if let Some(fields) = value.as_object_mut() {
        fields.insert("offered".to_owned(), offer.to_json());
        fields.insert("gates".to_owned(), gates.iter().map(GateSamples::to_json).collect());
        fields.insert("warnings".to_owned(), json!(warnings(gates)));
    }
    format!("{value:#}")
}

fn warnings(gates: &[GateSamples]) -> Vec<String> {
    gates.iter().filter_map(GateSamples::warning).collect()
}

fn summary(plan: &CountryPlan, offer: &OfferedLoad, gates: &[GateSamples]) -> String {
    let mut page = console::page();
    page.paragraph("", Ink::Strong, &plan.title);
    page.paragraph("", Ink::Plain, &format!("seed {}", plan.seed));
    page.gap();
    let s = if plan.provinces.len() == 1 { "" } else { "s" };
    page.line("dossiers", &format!("{} in {} province{s}", count(plan.dossiers), plan.provinces.len()));
    page.line("levels", &shares(plan, "level", Level::ALL.iter().map(|word| word.as_str())));
    page.line("channels", &shares(plan, "channel", Channel::ALL.iter().map(|word| word.as_str())));
    page.line("outcomes", &shares(plan, "outcome", PlannedOutcome::ALL.iter().map(|word| word.as_str())));
    let (played, when) = pace(plan);
    page.line("period", &format!("{} to {}, {played}", plan.from, plan.until));
    let mean = (plan.dossiers + plan.working_days / 2) / plan.working_days.max(1);
    page.line("working day", &format!("{} dossiers on average, {} working days", count(mean), plan.working_days));
    plan::peaks(&mut page, &plan.peak, &when);
    plan::offered(&mut page, offer);
    let sum = |count: fn(&world::ProvincePlan) -> usize| -> u64 {
        plan.provinces.iter().map(|province| count(province) as u64).sum()
    };
    let (units, cells) = (count(sum(|province| province.units)), count(sum(|province| province.cells)));
    page.line("made of", &format!("{units} units, {cells} cells"));
    page.line("digest", &plan.digest);
    provinces(&mut page, plan);
    plan::claims(&mut page, gates);
    plan::remarks(&mut page, &warnings(gates));
    page.into_text()
}

/// At which pace it is played, and when its peak second is.
fn pace(plan: &CountryPlan) -> (String, String) {
    let length = Duration::from_secs_f64(plan.wall_seconds);
    let second: u64 = plan.peak.second.at.parse().unwrap_or(0);
    let days = plan.from.parse().ok().zip(plan.until.parse().ok()).map(|(from, until)| Period { from, until });
    match days.filter(|days| days.end().since(days.start()) == length) {
        Some(days) => {
            let instant = (days.start() + Duration::from_secs(second)).civil();
            ("as fast as the days pass".to_owned(), format!("at {} {}", instant.date(), instant.time()))
        }
        None => (format!("played in {} s", length.as_secs()), format!("in second {second}")),
    }
}

fn provinces(page: &mut Page, plan: &CountryPlan) {
    page.heading("PROVINCES", "");
    let column = |of: fn(&world::ProvincePlan) -> String| plan.provinces.iter().map(of).collect::<Vec<_>>();
    page.table(vec![
        Column::left("", column(|province| format!("{} {}", province.code, province.name.replace("thành phố", "TP")))),
        Column::right("dossiers", 0, column(|province| count(province.dossiers.into()))),
        Column::right("", 0, column(|province| province.basis.clone())),
        Column::right("units", 1, column(|province| count(province.units as u64))),
        Column::right("peak day", 1, column(|province| count(province.peak_day.dossiers.into()))),
        Column::right("on", 1, column(|province| province.peak_day.at.clone())),
    ]);
    let bases = "stated, derived, assumed: what the number of dossiers rests on; the country file says it in full";
    page.paragraph("    ", Ink::Faint, bases);
}

fn shares<'a>(plan: &CountryPlan, dimension: &str, words: impl Iterator<Item = &'a str>) -> String {
    let totals = plan.totals.get(dimension);
    let counts = words.filter_map(|word| Some(format!("{} {word}", count(*totals?.get(word)?))));
    counts.collect::<Vec<_>>().join(" + ")
}

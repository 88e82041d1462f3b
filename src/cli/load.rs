//! Single parts of the scenarios: provinces, countries, adapters, rules and targets, for every verb that needs them.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use model::{Placed, Problems, Seed};
use portal::Adapter;
use verdict::RuleSet;
use world::{Calendar, Catalogue, Country, Gazetteer, Province, Surroundings, Target, Template};

use crate::run_file::{Names, RunFile};
use crate::scenarios::{ScenarioFile, Scenarios};

/// A province and what it is played with.
pub(crate) struct Played {
    pub(crate) province: Arc<Province>,
    pub(crate) calendar: Calendar,
    /// Of the run that plays it; 1 if none does.
    pub(crate) seed: Seed,
}

/// What is taken for a province that no run plays.
const CALENDAR: &str = "vietnam";
const PROCEDURES: &str = "common";
const SEED: u64 = 1;

impl Played {
    /// The province of this name or file, or that of a country (`vietnam-2025:11`).
    pub(crate) fn load(scenarios: &mut Scenarios, name: &Placed) -> Result<Self, Problems> {
        let (names, seed) = match member_of(scenarios, name) {
            Some((country, _)) => {
                let gazetteers = gazetteers(scenarios)?;
                let country = self::country(scenarios, &country, &gazetteers)?;
                (
                    Names {
                        calendar: Some(country.calendar),
                        procedures: Some(country.procedures),
                        ..Names::default()
                    },
                    country.seed,
                )
            }
            None => run_of(scenarios, &name.text)
                .map_or((Names::default(), Seed(SEED)), |(names, run)| (names, Seed(run.seed))),
        };
        let usual = |text| Placed::option(text, text);
        let calendar = names.calendar.unwrap_or_else(|| usual(CALENDAR));
        let procedures = names.procedures.unwrap_or_else(|| usual(PROCEDURES));
        let (calendar, province) = province(scenarios, Some(name), Some(&calendar), Some(&procedures))?;
        Ok(Self { province: Arc::new(province), calendar, seed })
    }

    /// Every province that has a file of its own, in order of their names.
    pub(crate) fn load_all(scenarios: &mut Scenarios) -> Result<Vec<Self>, Problems> {
        let mut problems = Problems::default();
        let names = scenarios.names("provinces").into_iter();
        let load = |name: String| problems.note(Self::load(scenarios, &Placed::option(&name, &name)));
        let played = names.filter_map(load).collect();
        problems.or(played)
    }
}

/// A province, and the calendar on which it is played. Nothing is told of a name that is missing: its reader has told it.
pub(crate) fn province(
    scenarios: &mut Scenarios,
    name: Option<&Placed>,
    calendar: Option<&Placed>,
    procedures: Option<&Placed>,
) -> Result<(Calendar, Province), Problems> {
    let mut problems = Problems::default();
    let lists = problems.note(lists(scenarios, calendar, procedures));
    let gazetteers = problems.note(gazetteers(scenarios));
    let member = name.and_then(|name| member_of(scenarios, name));
    let file = if member.is_none() { problems.note(find(scenarios, "provinces", name)) } else { None };
    let (Some((calendar, catalogue)), Some(gazetteers)) = (lists, gazetteers) else { return Err(problems) };
    let around = Surroundings { catalogue: &catalogue, calendar: &calendar, gazetteers: &gazetteers };
    let province = match (member, file) {
        (Some((country, code)), _) => member_province(scenarios, &country, &code, around)?,
        (None, Some(file)) => Province::load_with(&file.shown, &file.text, around)?,
        (None, None) => return Err(problems),
    };
    Ok((calendar, province))
}

/// The calendar and the catalogue of these names.
pub(crate) fn lists(
    scenarios: &mut Scenarios,
    calendar: Option<&Placed>,
    procedures: Option<&Placed>,
) -> Result<(Calendar, Catalogue), Problems> {
    let mut problems = Problems::default();
    let calendar = find(scenarios, "calendars", calendar).and_then(|file| Calendar::load(&file.shown, &file.text));
    let calendar = problems.note(calendar);
    let catalogue = find(scenarios, "procedures", procedures).and_then(|file| Catalogue::load(&file.shown, &file.text));
    match (calendar, problems.note(catalogue)) {
        (Some(calendar), Some(catalogue)) => Ok((calendar, catalogue)),
        _ => Err(problems),
    }
}

/// The administrative units there are.
pub(crate) fn gazetteers(scenarios: &mut Scenarios) -> Result<Vec<Gazetteer>, Problems> {
    let mut problems = Problems::default();
    let mut gazetteers = Vec::new();
    for file in scenarios.all("administrative", "txt") {
        let name = Path::new(&file.shown).file_stem().and_then(std::ffi::OsStr::to_str).unwrap_or_default();
        gazetteers.extend(problems.note(Gazetteer::load(name, &file.shown, &file.text)));
    }
    problems.or(gazetteers)
}

/// The country of this name.
pub(crate) fn country(scenarios: &mut Scenarios, name: &Placed, gazetteers: &[Gazetteer]) -> Result<Country, Problems> {
    let file = scenarios.find("countries", name)?;
    Country::load(&file.shown, &file.text, gazetteers)
}

/// Leaves only the province with this code.
pub(crate) fn only(country: &mut Country, code: &Placed) -> Result<(), Problems> {
    if !country.members.iter().any(|member| member.code == code.text) {
        let known: Vec<_> =
            country.members.iter().map(|member| format!("{} {}", member.code, member.territory)).collect();
        return Err(code.problem(format!("there is no province `{}`", code.text), known.join(", ")).into());
    }
    country.members.retain(|member| member.code == code.text);
    Ok(())
}

/// The adapter of this name, and its file.
pub(crate) fn adapter(scenarios: &mut Scenarios, name: Option<&Placed>) -> Result<(Adapter, ScenarioFile), Problems> {
    let file = find(scenarios, "portals", name)?;
    Ok((Adapter::load(&file.shown, &file.text)?, file))
}

/// Every rule.
pub(crate) fn rules(scenarios: &mut Scenarios) -> Result<RuleSet, Problems> {
    let files = scenarios.all("rules", "sql");
    let replaced: BTreeSet<_> = files.iter().filter(|file| file.replaces).map(|file| file.shown.clone()).collect();
    let rules = RuleSet::load(files.into_iter().map(|file| (file.shown, file.text)))?;
    Ok(rules.with_replaced(|file| replaced.contains(file)))
}

/// Every target that provinces have set themselves.
pub(crate) fn targets(scenarios: &mut Scenarios) -> Result<Vec<Target>, Problems> {
    let files = scenarios.all("targets", "yaml");
    Target::load(files.iter().map(|file| (file.shown.as_str(), file.text.as_str())))
}

fn find(scenarios: &mut Scenarios, kind: &str, name: Option<&Placed>) -> Result<ScenarioFile, Problems> {
    name.map_or_else(|| Err(Problems::default()), |name| scenarios.find(kind, name))
}

/// `vietnam-2025:11` as a country there is, and the code of one of its provinces.
fn member_of(scenarios: &Scenarios, name: &Placed) -> Option<(Placed, Placed)> {
    let (country, code) = name.text.split_once(':').filter(|(country, _)| scenarios.knows("countries", country))?;
    let part = |text: &str| Placed { text: text.to_owned(), ..name.clone() };
    Some((part(country), part(code)))
}

fn member_province(
    scenarios: &mut Scenarios,
    country: &Placed,
    code: &Placed,
    around: Surroundings<'_>,
) -> Result<Province, Problems> {
    let mut country = self::country(scenarios, country, around.gazetteers)?;
    only(&mut country, code)?;
    let template = scenarios.find("templates", &country.template)?;
    let template = Template { file: &template.shown, text: &template.text };
    match country.members.first() {
        Some(member) => country.province(member, template, around),
        None => unreachable!("one member was found"),
    }
}

/// The first run that plays this province. Runs that cannot be read are not what was asked for.
fn run_of(scenarios: &mut Scenarios, province: &str) -> Option<(Names, RunFile)> {
    let files = scenarios.all("runs", "yaml");
    let runs = files.iter().filter_map(|file| {
        let (names, run) = RunFile::load(&file.shown, &file.text);
        Some((names, run.ok()?))
    });
    runs.into_iter().find(|(names, _)| names.province.as_ref().is_some_and(|name| name.text == province))
}

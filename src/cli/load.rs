//! Single parts of the scenarios: provinces, countries, adapters, rules and targets, for every verb that needs them.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use model::{Placed, Problems, Seed};
use portal::Adapter;
use verdict::RuleSet;
use world::{Calendar, Catalogue, Country, Gazetteer, Province, Scale, Surroundings, Target, Template};

use crate::compose::threads;
use crate::run_file::{NamedProvince, Names, RunFile};
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
        let (calendar, province) = province(scenarios, name, &calendar, &procedures)?;
        Ok(Self { province, calendar, seed })
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

/// A province, and the calendar on which it is played.
pub(crate) fn province(
    scenarios: &mut Scenarios,
    name: &Placed,
    calendar: &Placed,
    procedures: &Placed,
) -> Result<(Calendar, Arc<Province>), Problems> {
    if member_of(scenarios, name).is_none() && is_country(scenarios, &name.text) {
        let message = format!("`{}` is a country", name.text);
        return Err(name.problem(message, format!("name one of its provinces, as {}:11", name.text)).into());
    }
    let named = [NamedProvince::whole(name.clone())];
    let (calendar, played) = provinces(scenarios, &named, Some(calendar), Some(procedures))?;
    match played.into_iter().next() {
        Some(played) => Ok((calendar, played.province)),
        None => unreachable!("a province was named, and is no country"),
    }
}

/// Provinces that are played at once, those of whole countries one by one, and the calendar on which they are.
pub(crate) fn provinces(
    scenarios: &mut Scenarios,
    named: &[NamedProvince],
    calendar: Option<&Placed>,
    procedures: Option<&Placed>,
) -> Result<(Calendar, Vec<world::Played>), Problems> {
    let mut problems = Problems::default();
    let lists = problems.note(lists(scenarios, calendar, procedures));
    let gazetteers = problems.note(gazetteers(scenarios));
    let files: Vec<_> = named.iter().map(|named| problems.note(file_of(scenarios, &named.name))).collect();
    let (Some((calendar, catalogue)), Some(gazetteers)) = (lists, gazetteers) else { return Err(problems) };
    let around = Surroundings { catalogue: &catalogue, calendar: &calendar, gazetteers: &gazetteers };
    let mut played = Vec::new();
    for (named, file) in named.iter().zip(files) {
        let provinces = match file {
            Some(File::Province(file)) => {
                problems.note(Province::load_with(&file.shown, &file.text, around)).map(|one| vec![one])
            }
            Some(File::Country(name)) => problems.note(members(scenarios, &name, None, around)),
            Some(File::Member(name, code)) => problems.note(members(scenarios, &name, Some(&code), around)),
            None => None,
        };
        played.extend(world::Played::together(provinces.unwrap_or_default(), named.scale));
    }
    if named.is_empty() { Err(problems) } else { problems.or((calendar, played)) }
}

/// Where a province comes from.
enum File {
    Province(ScenarioFile),
    /// All provinces of a country.
    Country(Placed),
    /// One of them.
    Member(Placed, Placed),
}

fn file_of(scenarios: &mut Scenarios, name: &Placed) -> Result<File, Problems> {
    if let Some((country, code)) = member_of(scenarios, name) {
        return Ok(File::Member(country, code));
    }
    if is_country(scenarios, &name.text) {
        return Ok(File::Country(name.clone()));
    }
    Ok(File::Province(scenarios.find("provinces", name)?))
}

/// Whether a name is that of a country, or of a file that says `country:`.
pub(crate) fn is_country(scenarios: &Scenarios, name: &str) -> bool {
    let says_country =
        || std::fs::read_to_string(name).is_ok_and(|text| text.lines().any(|line| line.starts_with("country:")));
    (scenarios.knows("countries", name) && !scenarios.knows("provinces", name))
        || (Path::new(name).is_file() && says_country())
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

/// The provinces of a country, or the one with this code, made on all cores.
fn members(
    scenarios: &mut Scenarios,
    country: &Placed,
    code: Option<&Placed>,
    around: Surroundings<'_>,
) -> Result<Vec<Province>, Problems> {
    let mut country = self::country(scenarios, country, around.gazetteers)?;
    if let Some(code) = code {
        only(&mut country, code)?;
    }
    let template = scenarios.find("templates", &country.template)?;
    let template = Template { file: &template.shown, text: &template.text };
    let mut provinces = Vec::with_capacity(country.members.len());
    let make = |at: u32| country.members.get(at as usize).map(|member| country.province(member, template, around));
    let take = |made: Option<Result<Province, Problems>>| {
        provinces.extend(made.transpose()?);
        Ok::<(), Problems>(())
    };
    // A mistake of the template is told once, for the first province that meets it.
    world::in_order(model::fitting(country.members.len(), "provinces are few"), threads().get(), make, take)?;
    Ok(provinces)
}

/// The people of a run, or of a country, with the calendar on which they are played.
pub(crate) struct PlayedRun {
    pub(crate) name: String,
    pub(crate) played: Vec<world::Played>,
    pub(crate) calendar: Calendar,
    pub(crate) seed: Seed,
}

impl PlayedRun {
    /// That of this name or file.
    pub(crate) fn load(scenarios: &mut Scenarios, name: &Placed) -> Result<Self, Problems> {
        if !scenarios.knows("runs", &name.text) && is_country(scenarios, &name.text) {
            let gazetteers = gazetteers(scenarios)?;
            let country = country(scenarios, name, &gazetteers)?;
            let named = [NamedProvince::whole(name.clone())];
            let (calendar, played) = provinces(scenarios, &named, Some(&country.calendar), Some(&country.procedures))?;
            return Ok(Self { name: country.name, played, calendar, seed: country.seed });
        }
        let file = scenarios.find("runs", name)?;
        let (names, run) = RunFile::load(&file.shown, &file.text);
        let run = run?;
        let (calendar, played) =
            provinces(scenarios, &names.provinces, names.calendar.as_ref(), names.procedures.as_ref())?;
        Ok(Self { name: run.name, played, calendar, seed: Seed(run.seed) })
    }
}

impl From<Played> for PlayedRun {
    fn from(Played { province, calendar, seed }: Played) -> Self {
        let name = province.name().to_owned();
        Self { name, played: vec![world::Played { province, scale: Scale::WHOLE }], calendar, seed }
    }
}

/// The people of a province, or of the run or the country of this name if no province has it.
pub(crate) fn people_of(scenarios: &mut Scenarios, name: &Placed) -> Result<PlayedRun, Problems> {
    let is_run = scenarios.knows("runs", &name.text) || is_country(scenarios, &name.text);
    if is_run && !scenarios.knows("provinces", &name.text) {
        return PlayedRun::load(scenarios, name);
    }
    Played::load(scenarios, name).map(PlayedRun::from)
}

/// The names of all runs of several provinces.
pub(crate) fn runs_of_several(scenarios: &mut Scenarios) -> Vec<String> {
    let is_of_several = |scenarios: &Scenarios, names: &Names| match names.provinces.as_slice() {
        [only] => is_country(scenarios, &only.name.text),
        several => !several.is_empty(),
    };
    let names = scenarios.names("runs").into_iter();
    let several = names.filter(|name| {
        let file = scenarios.find("runs", &Placed::option("RUN", name));
        file.is_ok_and(|file| is_of_several(scenarios, &RunFile::load(&file.shown, &file.text).0))
    });
    several.collect()
}

/// The first run that plays this province. Runs that cannot be read are not what was asked for.
fn run_of(scenarios: &mut Scenarios, province: &str) -> Option<(Names, RunFile)> {
    let files = scenarios.all("runs", "yaml");
    let runs = files.iter().filter_map(|file| {
        let (names, run) = RunFile::load(&file.shown, &file.text);
        Some((names, run.ok()?))
    });
    let plays = |names: &Names| match names.provinces.as_slice() {
        [only] => only.name.text == province && only.scale == Scale::WHOLE,
        _ => false,
    };
    runs.into_iter().find(|(names, _)| plays(names))
}

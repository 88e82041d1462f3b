//! Puts a run together out of its files: everything that can be wrong is found here, before anything is sent.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use engine::{JourneyAssignment, Publication};
use journey::{JourneyId, Scripts};
use model::words::{Channel, Operation, Role};
use model::{Fact, Problem, Problems, Seed, SimTime, Staff, Timeline};
use portal::Adapter;
use verdict::RuleSet;
use world::{
    Arrival, Calendar, Catalogue, Clerk, ClerkRole, Gazetteer, Plan, Population, Province, Scale, Surroundings, Target,
};

use crate::args::{PlanArgs, ScenarioArgs};
use crate::exit::Failure;
use crate::publications::publications;
use crate::run_file::RunFile;
use crate::scenarios::Scenarios;
use crate::{country, problems, profiles};

/// A run, ready to be played.
pub(crate) struct Composition {
    pub(crate) run: RunFile,
    pub(crate) calendar: Calendar,
    pub(crate) province: Arc<Province>,
    pub(crate) population: Arc<Population>,
    pub(crate) arrivals: Vec<Arrival>,
    /// Visitors.
    pub(crate) visits: Vec<Arrival>,
    pub(crate) timeline: Arc<Timeline>,
    pub(crate) plan: Plan,
    pub(crate) seed: Seed,
    pub(crate) adapter: Arc<Adapter>,
    pub(crate) scripts: Arc<Scripts>,
    pub(crate) assignment: JourneyAssignment,
    pub(crate) staff: Vec<Staff>,
    /// Who publishes changes of the catalogue.
    pub(crate) registrar: Staff,
    pub(crate) publications: Vec<Publication>,
    pub(crate) rules: RuleSet,
    /// SHA-256 of the run file and the adapter, as facts of the run.
    pub(crate) digests: [(Fact, String); 2],
    pub(crate) targets: Vec<Target>,
    /// What does not apply at this portal, in words.
    pub(crate) left_out: Vec<String>,
}

/// The password of the clerks' test accounts.
const PASSWORD: &str = "open-sesame";

impl Composition {
    /// Reads and checks everything a run needs.
    pub(crate) fn of(args: &PlanArgs) -> Result<Self, Failure> {
        let mut scenarios =
            Scenarios::gather(&args.scenarios.scenarios).map_err(|problems| problems::failure(&problems, None))?;
        let composed = compose(args, &mut scenarios);
        composed.map_err(|problems| problems::failure(&problems, Some(&scenarios)))
    }

    /// The map of time if it were played in this time.
    pub(crate) fn timeline_of(&self, length: Duration) -> Timeline {
        world::timeline(&self.province, &self.calendar, length, self.run.closed_hours)
    }
}

/// The rules alone.
pub(crate) fn rules(args: &ScenarioArgs) -> Result<RuleSet, Failure> {
    let mut scenarios = Scenarios::gather(&args.scenarios).map_err(|problems| problems::failure(&problems, None))?;
    load_rules(&mut scenarios).map_err(|problems| problems::failure(&problems, Some(&scenarios)))
}

fn load_rules(scenarios: &mut Scenarios) -> Result<RuleSet, Problems> {
    let files = scenarios.all("rules", "sql");
    let replaced: BTreeSet<_> = files.iter().filter(|file| file.replaces).map(|file| file.shown.clone()).collect();
    let rules = RuleSet::load(files.into_iter().map(|file| (file.shown, file.text)))?;
    Ok(rules.with_replaced(|file| replaced.contains(file)))
}

fn compose(args: &PlanArgs, scenarios: &mut Scenarios) -> Result<Composition, Problems> {
    let file = scenarios.find("runs", &args.run)?;
    let mut run = RunFile::load(&file.shown, &file.text)?;
    let mut problems = Problems::default();
    let world = note(&mut problems, load_world(args, &run, scenarios));
    let adapter = note(&mut problems, load_adapter(args, &run, scenarios));
    let rules = note(&mut problems, load_rules(scenarios));
    let digests = digests(args, &run, &file.text, scenarios)?;
    let targets = note(&mut problems, profiles::targets(scenarios));
    let maps = |operation: Operation| adapter.as_ref().is_none_or(|adapter| adapter.maps(operation));
    let mut left_out = Vec::new();
    let walked = note(&mut problems, journeys(&file.shown, &run, scenarios, maps, &mut left_out));
    let (Some((calendar, province)), Some(adapter), Some(rules), Some(targets), Some((scripts, assignment))) =
        (world, adapter, rules, targets, walked)
    else {
        return Err(problems);
    };
    if args.province.is_some() {
        province.title().clone_into(&mut run.title);
    }
    let province = Arc::new(province);
    let seed = Seed(args.seed.unwrap_or(run.seed));
    let population = Population::new(Arc::clone(&province), seed, args.scale.unwrap_or(Scale::WHOLE))
        .map_err(|error| problem(&file.shown, "province", format!("could not {error}")))?
        .with_realism(run.realism)
        .with_edge_cases(run.edge_cases);
    let arrivals = world::arrivals(&population);
    let length = args.length.unwrap_or(run.length);
    let timeline = world::timeline(&province, &calendar, length, run.closed_hours);
    let publications = publications(&province, &calendar, &timeline);
    let plan = Plan::new(&population, &timeline, threads());
    note(&mut problems, check_spikes(&file.shown, &run, &province));
    let visits = visits(&run, &assignment, &population, &arrivals);
    let plan = if visits.is_empty() { plan } else { plan.with_visits(&arrivals, &visits, &timeline) };
    let staff = staff(&province, seed);
    problems.or(Composition {
        run,
        calendar,
        province,
        population: Arc::new(population),
        arrivals,
        visits,
        timeline: Arc::new(timeline),
        plan,
        seed,
        adapter: Arc::new(adapter),
        scripts: Arc::new(scripts),
        assignment,
        staff,
        registrar: registrar(),
        publications,
        rules,
        digests,
        targets,
        left_out,
    })
}

/// What the run is played by, so that anybody can tell later whether it was the same.
fn digests(
    args: &PlanArgs,
    run: &RunFile,
    run_file: &str,
    scenarios: &mut Scenarios,
) -> Result<[(Fact, String); 2], Problems> {
    let adapter = scenarios.find("portals", args.portal.as_deref().unwrap_or(&run.portal))?;
    Ok([(Fact::RunFileDigest, verdict::sha256(run_file)), (Fact::AdapterDigest, verdict::sha256(&adapter.text))])
}

/// Visitors; nobody if the run has none, or the portal no operations for them.
fn visits(
    run: &RunFile,
    assignment: &JourneyAssignment,
    population: &Population,
    arrivals: &[Arrival],
) -> Vec<Arrival> {
    let visits = run.visits.as_ref().filter(|_| assignment.visit.is_some());
    visits.map(|visits| world::visits(population, arrivals, visits)).unwrap_or_default()
}

/// Refuses a spike on a day that is never played.
fn check_spikes(file: &str, run: &RunFile, province: &Province) -> Result<(), Problems> {
    let period = province.period();
    let beyond = run.visits.as_ref().map(|visits| visits.beyond(period)).unwrap_or_default();
    let problem = |(position, at): (usize, SimTime)| Problem {
        file: file.to_owned(),
        position: None,
        field: format!("visits.spikes[{position}]"),
        message: format!("the spike of {} does not lie within the period of {}", at.day(), province.name()),
        remedy: format!("its days are {} to {}", period.from, period.until),
    };
    Problems(beyond.into_iter().map(problem).collect()).or(())
}

/// As many as the machine has cores.
pub(crate) fn threads() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

fn note<T>(problems: &mut Problems, result: Result<T, Problems>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(found) => {
            problems.extend(found);
            None
        }
    }
}

/// The journeys, and who walks which.
fn journeys(
    shown: &str,
    run: &RunFile,
    scenarios: &mut Scenarios,
    maps: impl Fn(Operation) -> bool + Copy,
    left_out: &mut Vec<String>,
) -> Result<(Scripts, JourneyAssignment), Problems> {
    let files = scenarios.all("journeys", "yaml");
    let scripts = Scripts::load(files.iter().map(|file| (file.shown.as_str(), file.text.as_str())), maps)?;
    let assignment = cast(shown, run, &scripts, maps, left_out)?;
    Ok((scripts, assignment))
}

/// The journeys that a run file names, as far as its portal has operations for them.
pub(crate) fn load_journeys(
    args: &PlanArgs,
    shown: &str,
    run: &RunFile,
    scenarios: &mut Scenarios,
) -> Result<(Scripts, JourneyAssignment), Problems> {
    let adapter = load_adapter(args, run, scenarios)?;
    journeys(shown, run, scenarios, |operation| adapter.maps(operation), &mut Vec::new())
}

/// The administrative units there are.
pub(crate) fn load_gazetteers(scenarios: &mut Scenarios) -> Result<Vec<Gazetteer>, Problems> {
    let mut problems = Problems::default();
    let mut gazetteers = Vec::new();
    for file in scenarios.all("administrative", "txt") {
        let name = std::path::Path::new(&file.shown).file_stem().and_then(std::ffi::OsStr::to_str).unwrap_or_default();
        gazetteers.extend(note(&mut problems, Gazetteer::load(name, &file.shown, &file.text)));
    }
    problems.or(gazetteers)
}

/// The calendar and the catalogue of these names.
pub(crate) fn load_lists(
    scenarios: &mut Scenarios,
    calendar: &str,
    procedures: &str,
) -> Result<(Calendar, Catalogue), Problems> {
    let mut problems = Problems::default();
    let calendar = scenarios.find("calendars", calendar).and_then(|file| Calendar::load(&file.shown, &file.text));
    let calendar = note(&mut problems, calendar);
    let catalogue = scenarios.find("procedures", procedures).and_then(|file| Catalogue::load(&file.shown, &file.text));
    let catalogue = note(&mut problems, catalogue);
    match (calendar, catalogue) {
        (Some(calendar), Some(catalogue)) => Ok((calendar, catalogue)),
        _ => Err(problems),
    }
}

fn load_world(args: &PlanArgs, run: &RunFile, scenarios: &mut Scenarios) -> Result<(Calendar, Province), Problems> {
    let mut problems = Problems::default();
    let lists = note(&mut problems, load_lists(scenarios, &run.calendar, &run.procedures));
    let gazetteers = note(&mut problems, load_gazetteers(scenarios));
    let name = args.province.as_deref().unwrap_or(&run.province);
    let member = name.split_once(':').filter(|(country, _)| scenarios.knows("countries", country));
    let file = if member.is_none() { note(&mut problems, scenarios.find("provinces", name)) } else { None };
    let (Some((calendar, catalogue)), Some(gazetteers)) = (lists, gazetteers) else { return Err(problems) };
    let around = Surroundings { catalogue: &catalogue, calendar: &calendar, gazetteers: &gazetteers };
    let province = match (member, file) {
        (Some(member), _) => country::province(scenarios, member, around)?,
        (None, Some(file)) => Province::load_with(&file.shown, &file.text, around)?,
        (None, None) => return Err(problems),
    };
    Ok((calendar, province))
}

fn load_adapter(args: &PlanArgs, run: &RunFile, scenarios: &mut Scenarios) -> Result<Adapter, Problems> {
    let file = scenarios.find("portals", args.portal.as_deref().unwrap_or(&run.portal))?;
    Adapter::load(&file.shown, &file.text)
}

/// Finds the journeys of the run; those a portal has no operations for are left out where a run can do without.
fn cast(
    file: &str,
    run: &RunFile,
    scripts: &Scripts,
    maps: impl Fn(Operation) -> bool + Copy,
    left_out: &mut Vec<String>,
) -> Result<JourneyAssignment, Problems> {
    let mut problems = Problems::default();
    let mut find = |field: &str, name: &str, roles: &[Role]| {
        let found = scripts.find(name);
        let wrong_role = found.filter(|journey| !roles.contains(&scripts.role(*journey)));
        let message = match (found, wrong_role) {
            (None, _) => format!("there is no journey `{name}`"),
            (Some(_), Some(journey)) => format!("the journey `{name}` is walked by a {}", scripts.role(journey)),
            (Some(journey), None) => return Some(journey),
        };
        let remedy = "the files in scenarios/journeys/".to_owned();
        problems.push(Problem { file: file.to_owned(), position: None, field: field.to_owned(), message, remedy });
        None
    };
    let anybody = [Role::Citizen, Role::Desk];
    let channels = [
        (Channel::Online, find("journeys.online", &run.journeys.online, &[Role::Citizen])),
        (Channel::Counter, find("journeys.counter", &run.journeys.counter, &anybody)),
        (Channel::Post, find("journeys.post", &run.journeys.post, &anybody)),
    ];
    let desk = run.journeys.desk.as_ref().and_then(|name| find("journeys.desk", name, &[Role::Desk]));
    let post_desk =
        run.journeys.post_desk.as_ref().and_then(|name| find("journeys.post_desk", name, &[Role::PostDesk]));
    let final_reads: Vec<_> =
        run.journeys.final_reads.iter().filter_map(|name| find("journeys.final_reads", name, &anybody)).collect();
    let visit = run.visits.as_ref().and_then(|visits| find("visits.journey", &visits.journey, &[Role::Citizen]));
    for (channel, journey) in &channels {
        let missing = journey.map(|journey| scripts.missing(journey, maps)).unwrap_or_default();
        if !missing.is_empty() {
            problems.push(Problem {
                file: file.to_owned(),
                position: None,
                field: format!("journeys.{channel}"),
                message: format!("the portal has no {}", words(&missing)),
                remedy: "map it in the adapter, or name a journey that does without".to_owned(),
            });
        }
    }
    let mut applicable = |journey: JourneyId| {
        let missing = scripts.missing(journey, maps);
        if !missing.is_empty() {
            left_out.push(format!("{} (the portal has no {})", scripts.name(journey), words(&missing)));
        }
        missing.is_empty()
    };
    let assignment = JourneyAssignment {
        channels: channels.iter().filter_map(|(channel, journey)| Some((*channel, (*journey)?))).collect(),
        visit: visit.filter(|journey| applicable(*journey)),
        desk: desk.filter(|journey| applicable(*journey)),
        post_desk: post_desk.filter(|journey| applicable(*journey)),
        final_reads: final_reads.into_iter().filter(|journey| applicable(*journey)).collect(),
    };
    problems.or(assignment)
}

fn words(operations: &[Operation]) -> String {
    operations.iter().map(|operation| operation.as_str()).collect::<Vec<_>>().join(", ")
}

/// Who publishes changes of the catalogue.
fn registrar() -> Staff {
    Staff {
        name: "registrar".to_owned(),
        password: PASSWORD.to_owned(),
        role: Role::Desk,
        unit: None,
        unit_code: String::new(),
    }
}

/// The accounts of all clerks: what they may do at the portal, whatever their role in the office.
fn staff(province: &Province, seed: Seed) -> Vec<Staff> {
    let account = |clerk: Clerk| Staff {
        name: clerk.account,
        password: PASSWORD.to_owned(),
        role: if clerk.role == ClerkRole::Post { Role::PostDesk } else { Role::Desk },
        unit: clerk.unit,
        unit_code: clerk.unit_code,
    };
    world::clerks(province, seed).into_iter().map(account).collect()
}

/// What the run file as a whole asks for and cannot have.
fn problem(file: &str, field: &str, message: String) -> Problems {
    let (file, field) = (file.to_owned(), field.to_owned());
    Problem { file, position: None, field, message, remedy: String::new() }.into()
}

//! Puts a run together out of its files: everything that can be wrong is found here, before anything is sent.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use engine::{JourneyAssignment, Publication};
use journey::{JourneyId, Scripts};
use model::words::{Channel, Operation, Role};
use model::{Applicants as _, Fact, Placed, Problem, Problems, Seed, Staff, Timeline, one_of};
use portal::Adapter;
use verdict::RuleSet;
use world::{
    Arrival, Calendar, Clerk, ClerkRole, Country, LoadCurve, LoadShape, NotTogether, Part, People, Plan, Played,
    Realised, Scale, Share, Target,
};

use crate::args::{LoadArgs, PlanArgs};
use crate::exit::Failure;
use crate::publications::publications;
use crate::run_file::{NamedProvince, Names, Roles, RunFile};
use crate::scenarios::{ScenarioFile, Scenarios};
use crate::{load, problems};

/// A run, ready to be played.
pub(crate) struct Composition {
    pub(crate) run: RunFile,
    pub(crate) calendar: Calendar,
    /// Everybody, in all provinces of the run.
    pub(crate) people: Arc<People>,
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

/// So many provinces are named in one line.
const NAMED: usize = 5;

/// The password of the clerks' test accounts.
const PASSWORD: &str = "open-sesame";

impl Composition {
    /// Reads and checks everything a run needs.
    pub(crate) fn of(args: &PlanArgs) -> Result<Self, Failure> {
        problems::read(&args.scenarios, |scenarios| compose(args, scenarios))
    }

    /// The map of time if it were played in this time.
    pub(crate) fn timeline_of(&self, length: Duration) -> Timeline {
        self.people.timeline(&self.calendar, length, self.run.closed_hours)
    }

    /// The names of the provinces; of many, how many there are.
    pub(crate) fn provinces(&self) -> String {
        let names: Vec<_> = self.people.parts().iter().map(Part::name).collect();
        if names.len() > NAMED { format!("{} provinces", names.len()) } else { names.join(", ") }
    }

    /// For how long, from the start, gates count nothing.
    pub(crate) fn warm_up(&self) -> Duration {
        self.run.load.as_ref().map_or(Duration::ZERO, LoadShape::warm_up)
    }
}

fn compose(args: &PlanArgs, scenarios: &mut Scenarios) -> Result<Composition, Problems> {
    let (file, country) = named_run(args, scenarios)?;
    let mut problems = Problems::default();
    let (names, run) = RunFile::load(&file.shown, &file.text);
    let run = problems.note(run);
    let (names, run) = match country {
        Some(country) => (of_country(names, &country, args), run.map(|run| named_after(run, &country))),
        None => (names, run),
    };
    let names = chosen(names, args);
    let (calendar, procedures) = (names.calendar.as_ref(), names.procedures.as_ref());
    let world = problems.note(load::provinces(scenarios, &names.provinces, calendar, procedures));
    let adapter = problems.note(load::adapter(scenarios, names.portal.as_ref()));
    let rules = problems.note(load::rules(scenarios));
    let targets = problems.note(load::targets(scenarios));
    let maps = |operation: Operation| adapter.as_ref().is_none_or(|(adapter, _)| adapter.maps(operation));
    let mut left_out = Vec::new();
    let walked = problems.note(journeys(&names, scenarios, maps, &mut left_out));
    let played = world.as_ref().map(|(_, played)| played.as_slice()).unwrap_or_default();
    if let Some(rules) = &rules {
        problems.note(rules.check_queries(queries(played, targets.as_deref().unwrap_or_default())));
    }
    if let Some((run, (calendar, played))) = run.as_ref().zip(world.as_ref()) {
        problems.note(check_spikes(run, played, calendar));
    }
    let (
        Some(mut run),
        Some((calendar, played)),
        Some((adapter, adapter_file)),
        Some(rules),
        Some(targets),
        Some((scripts, assignment)),
    ) = (run, world, adapter, rules, targets, walked)
    else {
        return Err(problems.sorted(&file.shown));
    };
    if let (Some(_), [only]) = (&args.province, played.as_slice()) {
        only.province.title().clone_into(&mut run.title);
    }
    let seed = Seed(args.seed.unwrap_or(run.seed));
    set_load(&mut run, args)?;
    run.limits.connections = args.connections.unwrap_or(run.limits.connections);
    let of_scale = |scale| People::new(&played, seed, scale, &calendar).map_err(|error| not_together(&error));
    let curve = run.load.as_ref().map(|shape| curve(shape, &of_scale(Scale::WHOLE)?)).transpose()?;
    let scale = curve.as_ref().map_or(args.scale.unwrap_or(Scale::WHOLE), |(_, scale)| *scale);
    let people = of_scale(scale)?.with_realism(run.realism).with_edge_cases(run.edge_cases);
    let arrivals = people.arrivals();
    let timeline = people.timeline(&calendar, run.length, run.closed_hours);
    let timeline = match &curve {
        Some((curve, _)) => curve.timeline(&timeline, &arrivals),
        None => timeline,
    };
    let publications = publications(&people, &calendar, &timeline);
    let plan = Plan::new(&people, &timeline, threads());
    let visits = visits(&run, &assignment, &people, &arrivals);
    let plan = if visits.is_empty() { plan } else { plan.with_visits(&arrivals, &visits, &timeline) };
    let staff = staff(&people);
    let digests = [(Fact::RunFileDigest, &file.text), (Fact::AdapterDigest, &adapter_file.text)];
    let digests = digests.map(|(fact, text)| (fact, verdict::sha256(text)));
    problems.sorted(&file.shown).or(Composition {
        run,
        calendar,
        people: Arc::new(people),
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

/// The run file that is meant; of a country, the one that it names.
fn named_run(args: &PlanArgs, scenarios: &mut Scenarios) -> Result<(ScenarioFile, Option<Country>), Problems> {
    let named = Placed::option("RUN", &args.run);
    if scenarios.knows("runs", &args.run) || !load::is_country(scenarios, &args.run) {
        return Ok((scenarios.find("runs", &named)?, None));
    }
    let gazetteers = load::gazetteers(scenarios)?;
    let country = load::country(scenarios, &named, &gazetteers)?;
    Ok((scenarios.find("runs", &country.run)?, Some(country)))
}

/// What a country plays instead of what its run file names: all its provinces, or one of them, given by its code.
fn of_country(names: Names, country: &Country, args: &PlanArgs) -> Names {
    let code = args.province.as_ref().map_or_else(String::new, |code| format!(":{code}"));
    let province = Placed::option("RUN", &format!("{}{code}", args.run));
    Names {
        provinces: vec![NamedProvince::whole(province)],
        procedures: Some(country.procedures.clone()),
        calendar: Some(country.calendar.clone()),
        ..names
    }
}

fn named_after(run: RunFile, country: &Country) -> RunFile {
    RunFile { name: country.name.clone(), title: country.title.clone(), seed: country.seed.0, ..run }
}

fn not_together(error: &NotTogether) -> Problem {
    let (field, remedy) = match error {
        NotTogether::TooManyPeople(_) | NotTogether::TooManyDossiers(_) => ("--scale", "give a smaller scale"),
        NotTogether::TooManyUnits(_) => ("provinces", "name fewer provinces"),
        NotTogether::OneCodeTwoUnits { .. } => ("provinces", "give one of them another code"),
    };
    Problem::new(field, format!("could not {error}"), remedy)
}

/// What the command line says of the load, instead of the run file.
fn set_load(run: &mut RunFile, args: &PlanArgs) -> Result<(), Problem> {
    if let LoadArgs { rate: Some(rate), duration: Some(duration), warm_up } = args.load {
        run.load = Some(LoadShape::constant(rate, duration, warm_up.unwrap_or_default()));
    }
    let said = [("--length", args.length.is_some()), ("--scale", args.scale.is_some())];
    match (&run.load, said.iter().find(|(_, is_said)| *is_said)) {
        (Some(_), Some((option, _))) => {
            let message = "the run has a load shape, which says how many dossiers are handed in and how fast";
            return Err(Problem::new(option, message, "leave it out, or give --rate and --duration"));
        }
        (Some(shape), None) => run.length = shape.length(),
        (None, _) => run.length = args.length.unwrap_or(run.length),
    }
    Ok(())
}

/// The rates of a load shape, and the part of the people that come by them.
fn curve(shape: &LoadShape, whole: &People) -> Result<(LoadCurve, Scale), Problem> {
    let curve = shape.curve(whole.peak_hour() / 3_600.0);
    let dossiers = curve.dossiers();
    let scale = dossiers.and_then(|count| Scale::new(count, whole.count()).map_err(|error| error.to_string()));
    match scale {
        Ok(scale) => Ok((curve, scale)),
        Err(reason) => {
            Err(Problem::new("load", format!("the load shape {reason}"), "change its rates or their lengths"))
        }
    }
}

/// The names of the run file, but for those that the command line gives instead.
fn chosen(names: Names, args: &PlanArgs) -> Names {
    let option = |name, text: &Option<String>| text.as_ref().map(|text| Placed::option(name, text));
    let province = |name| vec![NamedProvince::whole(name)];
    let is_code = names.provinces.iter().any(|named| named.name.text.contains(':'));
    Names {
        provinces: option("--province", &args.province).filter(|_| !is_code).map_or(names.provinces, province),
        portal: option("--portal", &args.portal).or(names.portal),
        ..names
    }
}

/// The queries that count figures and targets in the recording, with the columns that each must give.
fn queries<'q>(played: &'q [Played], targets: &'q [Target]) -> impl Iterator<Item = (&'q Placed, usize)> {
    let figures = played.iter().flat_map(|played| played.province.figures());
    let figures = figures.filter_map(|figure| match &figure.realised {
        Realised::MeasuredBy(query) => Some((query, 1)),
        Realised::Not(_) => None,
    });
    let targets = targets.iter().filter_map(|target| match &target.share {
        Share::Dossiers { measured_by, .. } => Some((measured_by, 2)),
        Share::Figures { .. } | Share::Not(_) => None,
    });
    figures.chain(targets)
}

/// Visitors; nobody if the run has none, or the portal no operations for them.
fn visits(run: &RunFile, assignment: &JourneyAssignment, people: &People, arrivals: &[Arrival]) -> Vec<Arrival> {
    let visits = run.visits.as_ref().filter(|_| assignment.visit.is_some());
    visits.map(|visits| people.visits(arrivals, visits)).unwrap_or_default()
}

/// Refuses a spike on a day that is never played.
fn check_spikes(run: &RunFile, played: &[Played], calendar: &Calendar) -> Result<(), Problems> {
    let period = world::clock(played, calendar);
    let whose = if let [only] = played { only.province.name() } else { "the run" };
    let beyond = run.visits.iter().flat_map(|visits| visits.beyond(period));
    let problem = |at: &Placed| {
        let message = format!("the spike of {} does not lie within the period of {whose}", at.text);
        at.problem(message, format!("its days are {} to {}", period.from, period.until))
    };
    Problems(beyond.map(problem).collect()).or(())
}

/// As many as the machine has cores.
pub(crate) fn threads() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

/// The journeys, and who walks which.
fn journeys(
    names: &Names,
    scenarios: &mut Scenarios,
    maps: impl Fn(Operation) -> bool + Copy,
    left_out: &mut Vec<String>,
) -> Result<(Scripts, JourneyAssignment), Problems> {
    let files = scenarios.all("journeys", "yaml");
    let scripts = Scripts::load(files.iter().map(|file| (file.shown.as_str(), file.text.as_str())), maps)?;
    let assignment = assign(names, &scripts, maps, left_out)?;
    Ok((scripts, assignment))
}

/// The journeys that a run file names, as far as its portal has operations for them.
pub(crate) fn load_journeys(
    names: Names,
    args: &PlanArgs,
    scenarios: &mut Scenarios,
) -> Result<(Scripts, JourneyAssignment), Problems> {
    let names = chosen(names, args);
    let (adapter, _) = load::adapter(scenarios, names.portal.as_ref())?;
    journeys(&names, scenarios, |operation| adapter.maps(operation), &mut Vec::new())
}

/// Finds the journeys of the run; those a portal has no operations for are left out where a run can do without.
fn assign(
    names: &Names,
    scripts: &Scripts,
    maps: impl Fn(Operation) -> bool + Copy,
    left_out: &mut Vec<String>,
) -> Result<JourneyAssignment, Problems> {
    let Names { visit, journeys: Roles { online, counter, post, desk, post_desk, final_reads }, .. } = names;
    let mut problems = Problems::default();
    let mut find = |named: &Placed, roles: &[Role]| {
        let name = &named.text;
        let known: Vec<_> = scripts.names().collect();
        let fault = match scripts.find(name) {
            None => named.problem(format!("there is no journey `{name}`"), one_of(name, &known)),
            Some(journey) if roles.contains(&scripts.role(journey)) => return Some(journey),
            Some(journey) => {
                let walked: Vec<_> = roles.iter().map(|role| role.as_str()).collect();
                let message = format!("the journey `{name}` is walked by a {}", scripts.role(journey));
                named.problem(message, format!("name one of a {}", walked.join(" or ")))
            }
        };
        problems.push(fault);
        None
    };
    let anybody = [Role::Citizen, Role::Desk];
    let channels = [
        (Channel::Online, online, &anybody[..1]),
        (Channel::Counter, counter, &anybody),
        (Channel::Post, post, &anybody),
    ];
    let channels: Vec<_> = channels
        .into_iter()
        .filter_map(|(channel, named, roles)| Some((channel, named.as_ref()?, find(named.as_ref()?, roles)?)))
        .collect();
    let desk = desk.as_ref().and_then(|named| find(named, &[Role::Desk]));
    let post_desk = post_desk.as_ref().and_then(|named| find(named, &[Role::PostDesk]));
    let final_reads: Vec<_> = final_reads.iter().filter_map(|named| find(named, &anybody)).collect();
    let visit = visit.as_ref().and_then(|named| find(named, &[Role::Citizen]));
    for (_, named, journey) in &channels {
        let missing = scripts.missing(*journey, maps);
        if !missing.is_empty() {
            let remedy = "map it in the adapter, or name a journey that does without";
            problems.push(named.problem(format!("the portal has no {}", words(&missing)), remedy));
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
        channels: channels.iter().map(|(channel, _, journey)| (*channel, *journey)).collect(),
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
fn staff(people: &People) -> Vec<Staff> {
    let account = |clerk: Clerk| Staff {
        name: clerk.account,
        password: PASSWORD.to_owned(),
        role: if clerk.role == ClerkRole::Post { Role::PostDesk } else { Role::Desk },
        unit: clerk.unit,
        unit_code: clerk.unit_code,
    };
    people.clerks().into_iter().map(account).collect()
}

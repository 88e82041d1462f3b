//! `vandan who`: whose number a portal shows, and everything about them.

use std::sync::Arc;

use model::words::ApplicantKind;
use model::{Applicants, CaseId, Placed, Seed, SimTime};
use report::Ink;
use world::{People, Realism, Rendered, Scale, WorkingTime, planned_deadline};

use crate::args::WhoArgs;
use crate::console;
use crate::exit::{Exit, Failure};
use crate::load::{Played, PlayedRun};
use crate::{load, problems};

pub(crate) fn who(args: &WhoArgs) -> Result<Exit, Failure> {
    let mut search = Search { args, found: Vec::new(), searched: Vec::new() };
    if args.run.is_none() {
        let all = problems::read(&args.scenarios, |scenarios| match &args.province {
            Some(name) => Played::load(scenarios, &Placed::option("--province", name)).map(|played| vec![played]),
            None => Played::load_all(scenarios),
        })?;
        for played in all {
            search.run(&PlayedRun::from(played))?;
        }
    }
    if search.found.is_empty() && args.province.is_none() {
        let names = problems::read(&args.scenarios, |scenarios| match &args.run {
            Some(name) => Ok(vec![name.clone()]),
            None => Ok(load::runs_of_several(scenarios)),
        })?;
        for name in names {
            let option = Placed::option("--run", &name);
            search.run(&problems::read(&args.scenarios, |scenarios| PlayedRun::load(scenarios, &option))?)?;
        }
    }
    if search.found.is_empty() {
        return Err(Failure::new(Exit::InvalidConfiguration, nobody(args.number.trim(), &search.searched)));
    }
    console::print(&search.found.join("\n"));
    Ok(Exit::Conforms)
}

/// Looking for somebody.
struct Search<'a> {
    args: &'a WhoArgs,
    /// What is said of each who has the number.
    found: Vec<String>,
    /// Where was looked.
    searched: Vec<String>,
}

impl Search<'_> {
    /// Looks among the people of a run.
    fn run(&mut self, run: &PlayedRun) -> Result<(), Failure> {
        let number = self.args.number.trim();
        let seed = self.args.seed.map_or(run.seed, Seed);
        // A smaller run has people of the larger.
        let whole =
            |played: &world::Played| world::Played { scale: Scale::WHOLE, province: Arc::clone(&played.province) };
        let played: Vec<_> = run.played.iter().map(whole).collect();
        let people = People::new(&played, seed, self.args.scale.unwrap_or(Scale::WHOLE), &run.calendar)
            .map_err(|error| Failure::new(Exit::InvalidConfiguration, format!("could not {error}")))?;
        self.searched.push(format!("{} (seed {}, {} people)", run.name, seed.0, people.count()));
        if let Some(case) = people.recognise_in_any_run(number) {
            self.found.push(described(&people, case, run));
            return Ok(());
        }
        // A run may have asked for realistic numbers; only the century digit differs.
        let realistic = people.with_realism(Realism::Realistic);
        if let Some(case) = realistic.recognise(number) {
            self.found.push(format!("{}\n{REALISTIC}\n", described(&realistic, case, run)));
        }
        Ok(())
    }
}

const REALISTIC: &str = "Only a run with `identity: realistic` makes this number; it may be a real person's, too.";

fn nobody(number: &str, searched: &[String]) -> String {
    let searched = searched.join("\n  ");
    format!(
        "{number} is nobody's.\n\nLooked for in\n  {searched}\n\nA run with another --seed, or a larger --scale, has other people."
    )
}

/// Everything about a case, for reading.
fn described(people: &People, case: CaseId, run: &PlayedRun) -> String {
    let part = people.part_of(case);
    let (population, province) = (&part.population, part.province());
    let identity = population.identity(part.own(case));
    let mut texts = Rendered::default();
    population.render(&identity, &mut texts);
    let dossier = people.case(case);
    let cell = people.cell(case);
    let unit = province.units().get(usize::from(cell.unit)).map_or("", |unit| unit.name.as_str());
    let procedure =
        province.catalogue().get(usize::from(cell.procedure)).map_or("", |procedure| procedure.name.as_str());
    let is_organisation = identity.kind == ApplicantKind::Organisation;
    let title = if is_organisation { texts.organisation() } else { texts.full_name() };
    let mut page = console::page();
    page.paragraph("", Ink::Strong, title);
    let (count, seed) = (people.count(), people.seed().0);
    let within = people.only().map_or_else(|| format!(" in {}", run.name), |_| String::new());
    let whose = format!(
        "{} of {}{within}, seed {seed}: person {}, case {case} of {count}",
        identity.kind,
        province.name(),
        identity.person
    );
    page.paragraph("", Ink::Plain, &whose);
    page.gap();
    let mut line = |label: &str, value: &str| page.paragraph(&format!("  {label:<16} "), Ink::Plain, value);
    if is_organisation {
        line("tax code", texts.tax_code());
        line("represented by", texts.full_name());
    }
    line("citizen number", texts.citizen_number());
    line("born", &format!("{}, {}", texts.birth_date(), identity.sex.as_str()));
    line("telephone", texts.phone());
    line("e-mail", texts.email());
    line("network address", texts.network_address());
    line("address", texts.address());
    line("", "");
    line("reference", texts.reference());
    line("procedure", &format!("{} {procedure}", dossier.procedure));
    let s = if dossier.legal_days == 1 { "" } else { "s" };
    line("legal time", &format!("{} working day{s}", dossier.legal_days));
    line("unit", &format!("{} {unit} ({})", dossier.unit, dossier.level));
    line("comes in", &format!("{} ({})", instant(dossier.arrival), dossier.channel));
    let time = WorkingTime::new(&run.calendar, province.office_of(cell.unit));
    if let Ok(deadline) = planned_deadline(&time, &dossier) {
        line("due", &format!("{}, if taken up when the office next works", instant(deadline.due)));
    }
    line("payment", &format!("{}, {} dong", dossier.payment, report::text::count(dossier.fee.0.unsigned_abs())));
    line("result", &format!("{}, return: {}", dossier.outcome, dossier.returns));
    if !dossier.tag.is_empty() {
        line("tag", &dossier.tag);
    }
    page.into_text()
}

/// `2019-09-20 08:54:54`.
fn instant(instant: SimTime) -> String {
    instant.civil().strftime("%Y-%m-%d %H:%M:%S").to_string()
}

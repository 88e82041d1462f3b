//! `vandan who`: whose number a portal shows, and everything about them.

use std::sync::Arc;

use model::words::ApplicantKind;
use model::{Applicants, CaseId, Placed, Seed, SimTime};
use report::Ink;
use world::{Calendar, Population, Realism, Rendered, Scale, WorkingTime, planned_deadline};

use crate::args::WhoArgs;
use crate::console;
use crate::exit::{Exit, Failure};
use crate::load::Played;
use crate::problems;

pub(crate) fn who(args: &WhoArgs) -> Result<Exit, Failure> {
    let all = problems::read(&args.scenarios, |scenarios| match &args.province {
        Some(name) => Played::load(scenarios, &Placed::option("--province", name)).map(|played| vec![played]),
        None => Played::load_all(scenarios),
    })?;
    let number = args.number.trim();
    let mut found = Vec::new();
    let mut searched = Vec::new();
    for played in &all {
        let seed = args.seed.map_or(played.seed, Seed);
        let population = Population::new(Arc::clone(&played.province), seed, args.scale.unwrap_or(Scale::WHOLE))
            .map_err(|error| Failure::new(Exit::InvalidConfiguration, format!("could not {error}")))?;
        searched.push(format!("{} (seed {}, {} people)", played.province.name(), seed.0, population.count()));
        if let Some(case) = population.recognise_in_any_run(number) {
            found.push(described(&population, case, &played.calendar));
            continue;
        }
        // A run may have asked for realistic numbers; only the century digit differs.
        let realistic = population.with_realism(Realism::Realistic);
        if let Some(case) = realistic.recognise(number) {
            found.push(format!("{}\n{REALISTIC}\n", described(&realistic, case, &played.calendar)));
        }
    }
    if found.is_empty() {
        return Err(Failure::new(Exit::InvalidConfiguration, nobody(number, &searched)));
    }
    console::print(&found.join("\n"));
    Ok(Exit::Conforms)
}

const REALISTIC: &str = "Only a run with `identity: realistic` makes this number; it may be a real person's, too.";

fn nobody(number: &str, searched: &[String]) -> String {
    let searched = searched.join("\n  ");
    format!(
        "{number} is nobody's.\n\nLooked for in\n  {searched}\n\nA run with another --seed, or a larger --scale, has other people."
    )
}

/// Everything about a case, for reading.
fn described(population: &Population, case: CaseId, calendar: &Calendar) -> String {
    let province = population.province();
    let identity = population.identity(case);
    let mut texts = Rendered::default();
    population.render(&identity, &mut texts);
    let dossier = population.case(case);
    let cell = population.cell(case);
    let unit = province.units().get(usize::from(cell.unit)).map_or("", |unit| unit.name.as_str());
    let procedure =
        province.catalogue().get(usize::from(cell.procedure)).map_or("", |procedure| procedure.name.as_str());
    let is_organisation = identity.kind == ApplicantKind::Organisation;
    let title = if is_organisation { texts.organisation() } else { texts.full_name() };
    let mut page = console::page();
    page.paragraph("", Ink::Strong, title);
    let (count, seed) = (population.count(), population.seed().0);
    let whose = format!(
        "{} of {}, seed {seed}: person {}, case {case} of {count}",
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
    let time = WorkingTime::new(calendar, province.office_of(cell.unit));
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

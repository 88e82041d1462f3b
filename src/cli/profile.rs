//! A province by its name, with the catalogue and the calendar of the run that plays it.

use model::Problems;
use world::{Calendar, Catalogue, Province, Target};

use crate::args::ScenarioArgs;
use crate::exit::Failure;
use crate::problems;
use crate::run_file::RunFile;
use crate::scenarios::Scenarios;

/// Where a province is read that no run plays.
const PROCEDURES: &str = "common";
const CALENDAR: &str = "vietnam";

/// Reads one province.
pub(crate) fn one(name: &str, args: &ScenarioArgs) -> Result<Province, Failure> {
    let mut scenarios = Scenarios::gather(&args.scenarios).map_err(|problems| problems::failure(&problems, None))?;
    load(name, &mut scenarios).map_err(|problems| problems::failure(&problems, Some(&scenarios)))
}

/// Reads every province there is, in order of their names.
pub(crate) fn all(args: &ScenarioArgs) -> Result<Vec<Province>, Failure> {
    let mut scenarios = Scenarios::gather(&args.scenarios).map_err(|problems| problems::failure(&problems, None))?;
    let mut problems = Problems::default();
    let mut provinces = Vec::new();
    for name in scenarios.names("provinces") {
        match load(&name, &mut scenarios) {
            Ok(province) => provinces.push(province),
            Err(found) => problems.extend(found),
        }
    }
    problems.or(provinces).map_err(|problems| problems::failure(&problems, Some(&scenarios)))
}

/// Reads one province and all targets.
pub(crate) fn with_targets(name: &str, args: &ScenarioArgs) -> Result<(Province, Vec<Target>), Failure> {
    let mut scenarios = Scenarios::gather(&args.scenarios).map_err(|problems| problems::failure(&problems, None))?;
    let province = load(name, &mut scenarios);
    let both = match (province, targets(&mut scenarios)) {
        (Ok(province), Ok(targets)) => Ok((province, targets)),
        (Err(mut problems), Err(more)) => {
            problems.extend(more);
            Err(problems)
        }
        (Err(problems), Ok(_)) | (Ok(_), Err(problems)) => Err(problems),
    };
    both.map_err(|problems| problems::failure(&problems, Some(&scenarios)))
}

/// Every target that provinces have set themselves.
pub(crate) fn targets(scenarios: &mut Scenarios) -> Result<Vec<Target>, Problems> {
    let files = scenarios.all("targets", "yaml");
    Target::load(files.iter().map(|file| (file.shown.as_str(), file.text.as_str())))
}

fn load(name: &str, scenarios: &mut Scenarios) -> Result<Province, Problems> {
    let (procedures, calendar) = surroundings(name, scenarios);
    let calendar = scenarios.find("calendars", &calendar)?;
    let calendar = Calendar::load(&calendar.shown, &calendar.text)?;
    let catalogue = scenarios.find("procedures", &procedures)?;
    let catalogue = Catalogue::load(&catalogue.shown, &catalogue.text)?;
    let file = scenarios.find("provinces", name)?;
    Province::load(&file.shown, &file.text, &catalogue, &calendar)
}

/// The names of catalogue and calendar that the first run of this province has; a run file that cannot be read is passed over.
fn surroundings(province: &str, scenarios: &mut Scenarios) -> (String, String) {
    let runs = scenarios.all("runs", "yaml");
    let runs = runs.iter().filter_map(|file| RunFile::load(&file.shown, &file.text).ok());
    let found = runs.into_iter().find(|run| run.province == province);
    found.map_or_else(|| (PROCEDURES.to_owned(), CALENDAR.to_owned()), |run| (run.procedures, run.calendar))
}

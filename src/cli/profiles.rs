//! Province profiles by themselves, without a run: for the verbs that speak of people and of documents.

use std::sync::Arc;

use model::{Problems, Seed};
use world::{Calendar, Province, Surroundings, Target};

use crate::args::ScenarioArgs;
use crate::exit::Failure;
use crate::run_file::RunFile;
use crate::scenarios::Scenarios;
use crate::{compose, country, problems};

/// A profile and what it is played with.
pub(crate) struct Profile {
    pub(crate) province: Arc<Province>,
    pub(crate) calendar: Calendar,
    /// Of the run that plays it; 1 if none does.
    pub(crate) seed: Seed,
}

/// What is taken for a profile that no run plays.
const CALENDAR: &str = "vietnam";
const PROCEDURES: &str = "common";
const SEED: u64 = 1;

impl Profile {
    /// The profile of this name or file.
    pub(crate) fn load(scenarios: &mut Scenarios, name: &str) -> Result<Self, Problems> {
        if let Some(member) = name.split_once(':').filter(|(country, _)| scenarios.knows("countries", country)) {
            return Self::of_country(scenarios, member);
        }
        let file = scenarios.find("provinces", name)?;
        let run = run_of(scenarios, name);
        let calendar = run.as_ref().map_or(CALENDAR, |run| run.calendar.as_str());
        let procedures = run.as_ref().map_or(PROCEDURES, |run| run.procedures.as_str());
        let (calendar, catalogue) = compose::load_lists(scenarios, calendar, procedures)?;
        let gazetteers = compose::load_gazetteers(scenarios)?;
        let around = Surroundings { catalogue: &catalogue, calendar: &calendar, gazetteers: &gazetteers };
        let province = Arc::new(Province::load_with(&file.shown, &file.text, around)?);
        Ok(Self { province, calendar, seed: Seed(run.map_or(SEED, |run| run.seed)) })
    }

    /// A province of a country, by the names of both.
    fn of_country(scenarios: &mut Scenarios, member: (&str, &str)) -> Result<Self, Problems> {
        let gazetteers = compose::load_gazetteers(scenarios)?;
        let country = country::country(scenarios, member.0, &gazetteers)?;
        let (calendar, catalogue) = compose::load_lists(scenarios, &country.calendar, &country.procedures)?;
        let around = Surroundings { catalogue: &catalogue, calendar: &calendar, gazetteers: &gazetteers };
        let province = Arc::new(country::province(scenarios, member, around)?);
        Ok(Self { province, calendar, seed: country.seed })
    }

    /// Every profile there is, in order of their names.
    pub(crate) fn load_all(scenarios: &mut Scenarios) -> Result<Vec<Self>, Problems> {
        let mut problems = Problems::default();
        let mut profiles = Vec::new();
        for name in scenarios.names("provinces") {
            match Self::load(scenarios, &name) {
                Ok(profile) => profiles.push(profile),
                Err(found) => problems.extend(found),
            }
        }
        problems.or(profiles)
    }
}

/// Every target that provinces have set themselves.
pub(crate) fn targets(scenarios: &mut Scenarios) -> Result<Vec<Target>, Problems> {
    let files = scenarios.all("targets", "yaml");
    Target::load(files.iter().map(|file| (file.shown.as_str(), file.text.as_str())))
}

/// Gathers the scenarios and reads something out of them; what is wrong with them is shown where it stands.
pub(crate) fn read<T>(
    args: &ScenarioArgs,
    read: impl FnOnce(&mut Scenarios) -> Result<T, Problems>,
) -> Result<T, Failure> {
    let mut scenarios = Scenarios::gather(&args.scenarios).map_err(|problems| problems::failure(&problems, None))?;
    let found = read(&mut scenarios);
    found.map_err(|problems| problems::failure(&problems, Some(&scenarios)))
}

/// The first run that plays this profile. Runs that cannot be read are not what was asked for.
fn run_of(scenarios: &mut Scenarios, profile: &str) -> Option<RunFile> {
    let files = scenarios.all("runs", "yaml");
    files.iter().filter_map(|file| RunFile::load(&file.shown, &file.text).ok()).find(|run| run.province == profile)
}

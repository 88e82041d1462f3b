//! Province profiles by themselves, without a run: for the verbs that speak of people.

use std::sync::Arc;

use model::{Problems, Seed};
use world::{Calendar, Catalogue, Province};

use crate::run_file::RunFile;
use crate::scenarios::Scenarios;

/// A profile and what it is played with.
pub(crate) struct Profile {
    pub(crate) province: Arc<Province>,
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
        let file = scenarios.find("provinces", name)?;
        let run = run_of(scenarios, name);
        let calendar = scenarios.find("calendars", run.as_ref().map_or(CALENDAR, |run| run.calendar.as_str()))?;
        let procedures =
            scenarios.find("procedures", run.as_ref().map_or(PROCEDURES, |run| run.procedures.as_str()))?;
        let calendar = Calendar::load(&calendar.shown, &calendar.text)?;
        let catalogue = Catalogue::load(&procedures.shown, &procedures.text)?;
        let province = Arc::new(Province::load(&file.shown, &file.text, &catalogue, &calendar)?);
        Ok(Self { province, seed: Seed(run.map_or(SEED, |run| run.seed)) })
    }

    /// Every profile there is, in order of their names.
    pub(crate) fn load_all(scenarios: &mut Scenarios) -> Result<Vec<Self>, Problems> {
        let names = scenarios.names("provinces");
        let mut problems = Problems::default();
        let mut profiles = Vec::new();
        for name in names {
            match Self::load(scenarios, &name) {
                Ok(profile) => profiles.push(profile),
                Err(found) => problems.extend(found),
            }
        }
        problems.or(profiles)
    }
}

/// The first run that plays this profile. Runs that cannot be read are not what was asked for.
fn run_of(scenarios: &mut Scenarios, profile: &str) -> Option<RunFile> {
    let files = scenarios.all("runs", "yaml");
    files.iter().filter_map(|file| RunFile::load(&file.shown, &file.text).ok()).find(|run| run.province == profile)
}

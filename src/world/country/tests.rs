//! The two countries that ship, and what is refused.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::date;
use model::{Applicants, Seed};

use crate::{
    Calendar, Catalogue, Cell, Country, CountryPlan, Gazetteer, Period, Planning, Population, Provenance, Scale,
    Surroundings, Template,
};

const COUNTRIES: [(&str, &str, &str); 2] = [
    (
        "vietnam-2019",
        include_str!("../../../scenarios/countries/vietnam-2019.yaml"),
        include_str!("../../../scenarios/templates/vietnam-2019.yaml"),
    ),
    (
        "vietnam-2025",
        include_str!("../../../scenarios/countries/vietnam-2025.yaml"),
        include_str!("../../../scenarios/templates/vietnam-2025.yaml"),
    ),
];

/// Everything a country is read against.
struct World {
    calendar: Calendar,
    catalogue: Catalogue,
    gazetteers: [Gazetteer; 2],
}

impl World {
    fn new() -> Self {
        let calendar = include_str!("../../../scenarios/calendars/vietnam.yaml");
        let catalogue = include_str!("../../../scenarios/procedures/common.yaml");
        let old = include_str!("../../../scenarios/administrative/vietnam-2019.txt");
        let new = include_str!("../../../scenarios/administrative/vietnam-2025.txt");
        Self {
            calendar: Calendar::load("vietnam.yaml", calendar).unwrap(),
            catalogue: Catalogue::load("common.yaml", catalogue).unwrap(),
            gazetteers: [("vietnam-2019", old), ("vietnam-2025", new)]
                .map(|(name, text)| Gazetteer::load(name, name, text).unwrap()),
        }
    }

    fn around(&self) -> Surroundings<'_> {
        Surroundings { catalogue: &self.catalogue, calendar: &self.calendar, gazetteers: &self.gazetteers }
    }

    fn country(&self, position: usize) -> Country {
        let (name, text, _) = COUNTRIES[position];
        Country::load(name, text, &self.gazetteers).unwrap_or_else(|problems| panic!("{problems}"))
    }

    fn plan(&self, country: &Country, position: usize, part: u32, threads: usize) -> CountryPlan {
        let planning = Planning {
            template: Template { file: COUNTRIES[position].0, text: COUNTRIES[position].2 },
            around: self.around(),
            scale: Scale::new(1, part).unwrap(),
            length: Some(Duration::from_secs(600)),
            threads: NonZeroUsize::new(threads).unwrap(),
        };
        CountryPlan::new(country, planning).unwrap_or_else(|problems| panic!("{problems}"))
    }
}

#[test]
fn the_two_published_provinces_are_pinned_and_the_whole_comes_out() {
    let world = World::new();
    let country = world.country(1);
    assert_eq!(country.members.len(), 34);
    let of = |code: &str| country.members.iter().find(|member| member.code == code).unwrap();
    assert_eq!((of("79").volume.dossiers, of("11").volume.dossiers), (645_566, 14_922));
    assert_eq!((of("79").volume.basis, of("01").volume.basis), (Provenance::Stated, Provenance::Assumed));
    assert_eq!(country.members.iter().map(|member| member.volume.dossiers).sum::<u32>(), 4_300_000);
    assert!(country.members.iter().all(|member| member.volume.dossiers >= 14_922), "Điện Biên has the fewest");
    assert_eq!(country.working_days(&world.calendar), 36);
    assert_eq!(u64::from(country.volume.dossiers) / 36, 119_444);
    let old = world.country(0);
    assert_eq!(old.members.len(), 63);
    assert_eq!(old.members.iter().map(|member| member.volume.dossiers).sum::<u32>(), old.volume.dossiers);
}

#[test]
fn another_period_has_dossiers_by_its_working_days() {
    let world = World::new();
    let country = world.country(1);
    let year = country.over(Period { from: date(2025, 7, 1), until: date(2026, 6, 30) }, &world.calendar).unwrap();
    let days = u32::try_from(year.working_days(&world.calendar)).unwrap();
    assert!((245..=255).contains(&days), "{days}");
    let whole = 4_300_000 / 36 * days;
    assert!(year.volume.dossiers.abs_diff(whole) < 1_000, "{} {whole}", year.volume.dossiers);
    assert_eq!(year.members.iter().map(|member| member.volume.dossiers).sum::<u32>(), year.volume.dossiers);
    assert!(year.members.iter().all(|member| member.volume.basis != Provenance::Stated));
    let same = country.over(country.period, &world.calendar).unwrap();
    assert_eq!(same.volume.dossiers, country.volume.dossiers);
}

#[test]
fn a_province_has_its_communes_as_units_and_places() {
    let world = World::new();
    for (position, code, units, places) in [(0, "11", 8 + 10 + 129, 129), (1, "11", 7 + 45, 45)] {
        let country = world.country(position);
        let member = country.members.iter().find(|member| member.code == code).unwrap();
        let template = Template { file: "template", text: COUNTRIES[position].2 };
        let province = country.province(member, template, world.around()).unwrap();
        assert_eq!((province.units().len(), province.places().len()), (units, places));
        assert_eq!(province.count(), member.volume.dossiers);
        assert_eq!((province.territory(), province.number_code()), ("Điện Biên", 11));
    }
}

#[test]
fn a_country_is_planned_alike_by_any_number_of_threads() {
    let world = World::new();
    let mut country = world.country(1);
    // Two small provinces: a debug build takes its time for all.
    country.members.retain(|member| ["11", "12"].contains(&member.code.as_str()));
    let plan = world.plan(&country, 1, 1, 1);
    assert!([2, 7].iter().all(|threads| world.plan(&country, 1, 1, *threads) == plan));
    // The golden value is the same in debug and in release builds.
    assert_eq!(plan.digest, "83678906d9578a9420e7cf3260138997");
    assert_eq!(plan.days.values().map(|count| u64::from(*count)).sum::<u64>(), plan.dossiers);
    assert_eq!(plan.kinds.values().sum::<u64>(), plan.dossiers);
    let online = plan.totals["channel"]["online"] * 1_000 / plan.dossiers;
    assert!((740..=748).contains(&online), "{online}");
}

#[test]
fn a_hundred_million_dossiers_take_no_more_memory_than_their_cells() {
    let world = World::new();
    let country = world.country(1);
    let mut member = country.members.iter().find(|member| member.code == "79").unwrap().clone();
    member.volume.dossiers = 100_000_000;
    let template = Template { file: "template", text: COUNTRIES[1].2 };
    let province = Arc::new(country.province(&member, template, world.around()).unwrap());
    assert_eq!(province.units().len(), 7 + 168);
    let population = Population::new(Arc::clone(&province), Seed(1), Scale::WHOLE).unwrap();
    assert_eq!(population.count(), 100_000_000);
    // A cell, and where its ranks end and its payers begin.
    let bytes = province.cells().len() * (size_of::<Cell>() + 2 * size_of::<u32>());
    assert!(bytes < 50_000_000, "{bytes} bytes, {} cells", province.cells().len());
}

#[test]
fn no_two_provinces_share_their_people() {
    let country = World::new().country(0);
    let seeds: BTreeSet<_> = country.members.iter().map(|member| country.seed_of(member).0).collect();
    assert_eq!(seeds.len(), 63);
}

#[test]
fn everything_wrong_with_a_country_is_told_at_once() {
    let world = World::new();
    let (_, text, template) = COUNTRIES[1];
    let load = |text: &str| Country::load("c.yaml", text, &world.gazetteers).unwrap_err().to_string();
    let wrong =
        text.replace("basis: assumed", "basis: guessed").replace("\"79\":", "\"78\":").replace("seed: 2025", "sead: 1");
    let problems = load(&wrong);
    for expected in ["`guessed` is not known here", "vietnam-2025 has no province `78`", "seed", "sead: unknown field"]
    {
        assert!(problems.contains(expected), "{expected} in\n{problems}");
    }
    let problems = load(&text.replace("      \"38\": ", "      # "));
    assert!(problems.contains("nobody says how many dossiers these provinces have: 38 Thanh Hóa"), "{problems}");
    let problems = load(&text.replace("4_300_000", "4_300"));
    assert!(problems.contains("the pinned provinces have 660488 dossiers, the whole country 4300"), "{problems}");

    let country = world.country(1);
    let text = template.replace("${province}, ${from}", "${provinz}, ${from}");
    let template = Template { file: "t.yaml", text: &text };
    let problems = country.province(&country.members[0], template, world.around()).unwrap_err().to_string();
    assert!(problems.contains("t.yaml (province 01):9:8: nothing fills `${provinz}`"), "{problems}");
}

/// `H11`, and one to four groups of two digits: what a portal takes for the code of a unit.
fn is_code_of_a_unit(code: &str) -> bool {
    let is_number = |group: &str| group.len() == 2 && group.bytes().all(|byte| byte.is_ascii_digit());
    let mut groups = code.split('.');
    let is_known = groups.next().and_then(|first| first.strip_prefix('H')).is_some_and(is_number);
    let rest: Vec<_> = groups.collect();
    is_known && (1..=4).contains(&rest.len()) && rest.into_iter().all(is_number)
}

#[test]
fn every_unit_of_every_kind_of_province_has_a_code_of_the_national_form() {
    let world = World::new();
    // Mountains, the capital, a city of many communes, one whose districts became communes.
    for (position, code) in [(0, "01"), (0, "11"), (0, "79"), (1, "01"), (1, "11"), (1, "79"), (1, "48")] {
        let country = world.country(position);
        let member = country.members.iter().find(|member| member.code == code).unwrap();
        let template = Template { file: "template", text: COUNTRIES[position].2 };
        let province = country.province(member, template, world.around()).unwrap();
        let wrong: Vec<_> = province.units().iter().filter(|unit| !is_code_of_a_unit(&unit.code)).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
    }
}

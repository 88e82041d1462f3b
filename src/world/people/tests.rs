//! Five documents of four provinces as one run.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::sync::LazyLock;
use std::time::Duration;

use super::*;
use crate::Plan;
use crate::calendar::vietnam;
use crate::shipped::all_provinces;

fn played() -> Vec<Played> {
    all_provinces().into_iter().map(|province| Played { province, scale: Scale::WHOLE }).collect()
}

fn some(scale: Scale) -> People {
    People::new(&played(), Seed(1), scale, vietnam()).unwrap()
}

/// A twentieth of all five.
static FIVE: LazyLock<People> = LazyLock::new(|| some(Scale::new(1, 20).unwrap()));

fn plan(people: &People) -> Plan {
    let timeline = people.timeline(vietnam(), Duration::from_secs(90), 12.0);
    Plan::new(people, &timeline, NonZeroUsize::MIN)
}

#[test]
fn nobody_is_met_twice_and_every_mark_leads_back() {
    let mut marks = BTreeSet::new();
    for id in FIVE.ids() {
        let case = FIVE.case(id);
        assert_eq!(case.id, id);
        let applicant = &case.applicant;
        let mut own = vec![&applicant.citizen_number, &case.reference];
        own.extend((applicant.kind == model::words::ApplicantKind::Organisation).then_some(&applicant.tax_code));
        for mark in own {
            assert_eq!(FIVE.recognise(mark), Some(id), "{mark}");
            assert!(marks.insert(mark.clone()), "{mark} is met twice");
        }
        for mark in [&applicant.phone, &applicant.email] {
            assert!(marks.insert(mark.clone()), "{mark} is met twice");
        }
    }
    assert_eq!(FIVE.recognise("VD-0000-0000000"), None);
}

#[test]
fn parts_make_up_the_whole() {
    let (people, plan) = (&*FIVE, plan(&FIVE));
    assert_eq!(u64::from(people.count()), people.whole() / 20);
    let of_parts: u32 = plan.provinces.iter().map(|province| province.dossiers).sum();
    assert_eq!((of_parts, plan.dossiers), (people.count(), people.count()));
    assert_eq!(plan.days.values().sum::<u32>(), people.count());
    let arrivals = people.arrivals();
    assert_eq!(arrivals.len(), people.count() as usize);
    assert!(arrivals.is_sorted());
    for arrival in &arrivals {
        let (part, case) = (people.part_of(arrival.case), people.case(arrival.case));
        assert!(part.played().start() <= arrival.due && arrival.due < part.played().end());
        assert_eq!((people.unit(arrival.unit).unwrap().code.as_str(), arrival.due), (case.unit.as_str(), case.arrival));
    }
    let peak: u32 = plan.provinces.iter().map(|province| province.peak_day.dossiers).max().unwrap();
    assert!(plan.peak.day.dossiers >= peak, "the peak is that of the sum");
    assert_eq!(people.kinds().values().sum::<u64>(), u64::from(people.count()));
}

#[test]
fn figures_are_planned_as_in_the_run_of_each_province() {
    let people = some(Scale::WHOLE);
    let together = plan(&people).figures;
    let alone: Vec<_> = all_provinces()
        .into_iter()
        .flat_map(|province| plan(&People::alone(Population::new(province, Seed(1), Scale::WHOLE).unwrap())).figures)
        .collect();
    assert_eq!(together.len(), 83);
    assert_eq!(together, alone);
}

#[test]
fn a_run_of_one_province_is_that_of_its_population() {
    let [dien_bien, ..] = all_provinces();
    let scale = Scale::new(1, 7).unwrap();
    let played = [Played { province: Arc::clone(&dien_bien), scale: Scale::WHOLE }];
    let (one, alone) = (
        People::new(&played, Seed(3), scale, vietnam()).unwrap(),
        People::alone(Population::new(dien_bien, Seed(3), scale).unwrap()),
    );
    assert_eq!(plan(&one), plan(&alone));
    assert!(one.ids().all(|id| one.case(id) == alone.case(id)));
    assert_eq!(one.clerks(), alone.clerks());
    assert_eq!(one.arrivals(), alone.arrivals());
}

#[test]
fn offices_with_one_code_are_one_and_accounts_are_unique() {
    let mut codes = BTreeMap::new();
    for unit in FIVE.units() {
        assert!(codes.insert(unit.code.clone(), unit.level).is_none(), "{} stands twice", unit.code);
    }
    let named: usize = FIVE.parts().iter().map(|part| part.province().units().len()).sum();
    assert!(codes.len() < named, "Tây Ninh has two documents");
    let clerks = FIVE.clerks();
    let accounts: BTreeSet<_> = clerks.iter().map(|clerk| clerk.account.as_str()).collect();
    assert_eq!(accounts.len(), clerks.len());
    for clerk in clerks.iter().filter(|clerk| clerk.unit.is_some()) {
        assert_eq!(FIVE.unit(clerk.unit.unwrap()).unwrap().code, clerk.unit_code);
    }
    let staffed: BTreeSet<_> = clerks.iter().filter_map(|clerk| clerk.unit).collect();
    let asked: BTreeSet<_> = FIVE.arrivals().iter().map(|arrival| arrival.unit).collect();
    assert_eq!(staffed, asked, "an office to which nobody comes stays closed, every other is open");
    let whole = some(Scale::WHOLE).clerks();
    assert!(whole.len() > 3 * clerks.len(), "a part of the dossiers needs a part of the clerks");
    let counters = whole.iter().filter(|clerk| clerk.account.starts_with("post:H53/")).count();
    assert_eq!(counters, 2, "both documents of Tây Ninh speak of the same counters");
}

#[test]
fn procedures_of_own_catalogues_have_codes_of_their_own() {
    let suffixes: Vec<_> = FIVE.parts().iter().map(|part| (part.name(), part.suffix())).collect();
    let expected = [
        ("dien-bien-2019", ".H18"),
        ("tay-ninh-2021", ""),
        ("vinh-phuc-2021", ""),
        ("khanh-hoa-2020", ".H32"),
        ("tay-ninh-2024", ".H53"),
    ];
    assert_eq!(suffixes, expected);
    for id in FIVE.ids().step_by(97) {
        assert!(FIVE.case(id).procedure.ends_with(FIVE.part_of(id).suffix()));
    }
}

#[test]
fn each_at_its_own_scale_and_none_is_left_out() {
    let mut played = played();
    played[1].scale = Scale::new(1, 1_000).unwrap();
    let people = People::new(&played, Seed(1), Scale::WHOLE, vietnam()).unwrap();
    assert_eq!(people.parts()[1].population.count(), 59);
    assert_eq!(people.parts()[0].population.count(), 3_082);
    assert_eq!(counts([1_000_000, 1], Scale::new(1, 1_000).unwrap()), [1_000, 1]);
}

#[test]
fn a_unit_that_cannot_be_the_same_is_refused_by_name() {
    let catalogue = include_str!("../../../scenarios/procedures/common.yaml");
    let catalogue = crate::Catalogue::load("common.yaml", catalogue).unwrap();
    let text = include_str!("../../../scenarios/provinces/dien-bien-2019.yaml");
    // A department and a district change their codes.
    let other = text.replace("H18.06", "@").replace("H18.29", "H18.06").replace('@', "H18.29");
    let other = other.replace("name: dien-bien-2019", "name: other");
    let other = Arc::new(Province::load("other.yaml", &other, &catalogue, vietnam()).unwrap());
    let [dien_bien, ..] = all_provinces();
    let played = [dien_bien, other].map(|province| Played { province, scale: Scale::WHOLE });
    let refused = People::new(&played, Seed(1), Scale::WHOLE, vietnam()).unwrap_err();
    assert!(matches!(refused, NotTogether::OneCodeTwoUnits { .. }), "{refused}");
    assert!(refused.to_string().contains("dien-bien-2019 and other"), "{refused}");
}

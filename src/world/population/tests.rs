//! The people of the shipped provinces: who they are for ever, and what they are at other scales.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use model::words::ApplicantKind;
use model::{Applicants, Case, Seed};
use proptest::prelude::*;

use super::*;
use crate::shipped::{all_provinces, provinces};

fn at(province: &Arc<Province>, numerator: u32, denominator: u32) -> Population {
    Population::new(Arc::clone(province), Seed(1), Scale::new(numerator, denominator).unwrap()).unwrap()
}

/// Everything about each person but the place in the run.
fn by_person(population: &Population, cases: impl Iterator<Item = CaseId>) -> BTreeMap<u64, (Identity, Case)> {
    let described = |id| {
        let (identity, case) = (population.identity(id), population.case(id));
        (identity.person, (Identity { case: CaseId(0), ..identity }, Case { id: CaseId(0), ..case }))
    };
    cases.map(described).collect()
}

/// FNV-1a, 64 bits, over everything about the first people.
fn digest(population: &Population, people: usize) -> u64 {
    let mut texts = Rendered::default();
    let mut digest = 0xcbf2_9ce4_8422_2325_u64;
    let mut take = |bytes: &[u8]| {
        for byte in bytes {
            digest = (digest ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    };
    for id in population.ids().take(people) {
        let identity = population.identity(id);
        population.render(&identity, &mut texts);
        take(texts.bytes());
        take(&identity.person.to_le_bytes());
        take(&identity.cell.to_le_bytes());
        take(&identity.fee.0.to_le_bytes());
        take(&identity.arrival.0.to_le_bytes());
        take(identity.kind.as_str().as_bytes());
    }
    digest
}

/// The first thousand people of each shipped province with seed 1; a new province gets its line here.
const GOLDEN: [(&str, u64); 5] = [
    ("dien-bien-2019", 1_795_383_515_565_309_803),
    ("tay-ninh-2021", 17_194_061_486_646_926_614),
    ("vinh-phuc-2021", 11_153_215_746_682_313_471),
    ("khanh-hoa-2020", 15_863_913_002_702_540_197),
    ("tay-ninh-2024", 13_611_761_864_779_267_579),
];

#[test]
fn the_first_thousand_people_are_the_same_for_ever() {
    let provinces = all_provinces();
    let found: Vec<_> =
        provinces.iter().map(|province| (province.name(), digest(&at(province, 1, 1), 1_000))).collect();
    assert_eq!(found, GOLDEN);
}

#[test]
fn people_are_the_same_on_any_number_of_threads() {
    let [dien_bien, _] = provinces();
    let population = at(&dien_bien, 1, 1);
    let written = |threads| {
        let mut written = Vec::new();
        let make = |piece: u32| {
            let (mut texts, mut written) = (Rendered::default(), Vec::new());
            for id in (piece * 100..(piece + 1) * 100).map(CaseId) {
                population.render(&population.identity(id), &mut texts);
                written.extend_from_slice(texts.bytes());
            }
            written
        };
        let ended: Result<(), ()> = in_order(30, threads, make, |piece| {
            written.extend(piece);
            Ok(())
        });
        ended.map(|()| written)
    };
    assert_eq!(written(1), written(2));
    assert_eq!(written(1), written(7));
}

#[test]
fn a_smaller_run_has_the_same_people_with_the_same_dossiers() {
    for province in provinces() {
        let (large, small) = (at(&province, 2, 1), at(&province, 1, 7));
        let (large, small) = (by_person(&large, large.ids().take(3_000)), by_person(&small, small.ids()));
        let both: Vec<_> = small.iter().filter(|(person, _)| large.contains_key(person)).collect();
        assert!(both.len() > 20, "{}", both.len());
        for (person, described) in both {
            assert_eq!(large.get(person), Some(described));
        }
    }
}

#[test]
fn a_run_of_twice_the_size_recognises_everybody_of_the_whole() {
    let [dien_bien, _] = provinces();
    let (whole, twice) = (at(&dien_bien, 1, 1), at(&dien_bien, 2, 1));
    assert_eq!(twice.count(), 2 * whole.count());
    let people = |population: &Population| -> BTreeSet<u64> {
        population.ids().map(|id| population.identity(id).person).collect()
    };
    assert!(people(&whole).is_subset(&people(&twice)));
    assert!(people(&twice).into_iter().eq(0..u64::from(twice.count())));
    for id in whole.ids() {
        let case = whole.case(id);
        let there = twice.recognise(&case.applicant.citizen_number).unwrap();
        assert_eq!(twice.case(there).applicant, case.applicant);
        assert_eq!(twice.recognise(&case.reference), Some(there));
    }
}

#[test]
fn a_run_beyond_the_numbers_is_refused() {
    let [_, tay_ninh] = provinces();
    let refused = Population::new(tay_ninh, Seed(1), Scale::new(3_000, 1).unwrap()).unwrap_err();
    assert_eq!(refused.limit, 120_000_000);
}

#[test]
fn born_as_the_number_says_and_of_age() {
    for province in provinces() {
        let population = at(&province, 1, 1);
        for id in population.ids().take(2_000) {
            let identity = population.identity(id);
            let case = population.case(id);
            assert_eq!(case.applicant.citizen_number[4..6], format!("{:02}", identity.born.year % 100));
            assert_eq!(case.applicant.birth_date, identity.born.to_string());
            let born: jiff::civil::Date = case.applicant.birth_date.parse().unwrap();
            let years = case.arrival.day().since((jiff::Unit::Year, born)).unwrap().get_years();
            assert!((18..=78).contains(&years), "{years}");
        }
    }
}

#[test]
fn organisations_apply_where_the_province_says_and_are_recognised() {
    for province in provinces() {
        let population = at(&province, 1, 1);
        let (mut asked, mut organisations, mut codes) = (0_u64, 0_u64, HashSet::new());
        for id in population.ids() {
            let case = population.case(id);
            let percent = u64::from(province.organisations(population.cell(id).procedure));
            asked += percent;
            let applicant = &case.applicant;
            let is_organisation = applicant.kind == ApplicantKind::Organisation;
            assert!(!is_organisation || percent > 0);
            assert_eq!(
                (applicant.tax_code.is_empty(), applicant.organisation.is_empty()),
                (!is_organisation, !is_organisation)
            );
            if is_organisation {
                organisations += 1;
                assert_eq!(population.recognise(&applicant.tax_code), Some(id));
                assert!(codes.insert(applicant.tax_code.clone()));
            }
        }
        assert!(organisations > 50, "{} has {organisations}", province.name());
        assert!((organisations * 100).abs_diff(asked) < asked / 5, "{organisations} of about {}", asked / 100);
    }
}

#[test]
fn the_code_of_a_citizen_is_nobodys() {
    let [dien_bien, _] = provinces();
    let population = at(&dien_bien, 1, 1);
    let citizens =
        population.ids().map(|id| population.identity(id)).filter(|identity| identity.kind == ApplicantKind::Citizen);
    for identity in citizens.take(500) {
        let mut code = String::new();
        population.tax_codes.push(identity.person, &mut code);
        assert_eq!(population.recognise(&code), None);
    }
}

#[test]
fn nobody_could_be_a_real_person() {
    let mut texts = Rendered::default();
    for province in provinces() {
        let hard = EdgeCaseShares { nfd: 20, long_names: 10, one_word: 10, minority: 20, d_confusion: 20 };
        let population = at(&province, 1, 1).with_edge_cases(hard);
        for id in population.ids().take(5_000) {
            let identity = population.identity(id);
            population.render(&identity, &mut texts);
            assert_eq!(exposed(&texts), []);
            let local = texts.email().split('@').next().unwrap();
            assert!(local.len() <= 64 && local.is_ascii(), "{local}");
        }
    }
}

#[test]
fn realistic_numbers_are_noticed_and_still_recognised() {
    let [dien_bien, _] = provinces();
    let population = at(&dien_bien, 1, 1).with_realism(Realism::Realistic);
    let mut texts = Rendered::default();
    for id in population.ids().take(500) {
        population.render(&population.identity(id), &mut texts);
        assert_eq!(exposed(&texts).first().map(|exposed| exposed.what), Some("citizen number"));
        assert_eq!(population.recognise(texts.citizen_number()), Some(id));
    }
}

#[test]
fn hard_inputs_change_names_and_e_mail_of_the_chosen_and_nothing_else() {
    let [dien_bien, _] = provinces();
    let plain = at(&dien_bien, 1, 1);
    let hard = plain.clone().with_edge_cases(EdgeCaseShares { long_names: 10, ..EdgeCaseShares::default() });
    let mut changed = 0;
    for id in plain.ids() {
        let (before, after) = (plain.case(id), hard.case(id));
        if before.applicant.full_name == after.applicant.full_name {
            assert_eq!(before, after);
        } else {
            changed += 1;
            assert_eq!(after.applicant.full_name.chars().count(), 60);
            let full_name = before.applicant.full_name.clone();
            assert_eq!(Case { applicant: Applicant { full_name, ..after.applicant }, ..after }, before);
        }
    }
    assert!((200..420).contains(&changed), "{changed}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_is_written_about_somebody_leads_back(seed: u64, part in 0.0_f64..1.0, numerator in 1_u32..30) {
        let [dien_bien, _] = provinces();
        let population = Population::new(dien_bien, Seed(seed), Scale::new(numerator, 8).unwrap()).unwrap();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "any case will do")]
        let id = CaseId((f64::from(population.count()) * part) as u32);
        let case = population.case(id);
        prop_assert_eq!(population.recognise(&case.applicant.citizen_number), Some(id));
        prop_assert_eq!(population.recognise(&case.reference), Some(id));
    }
}

//! The catalogues of the shipped provinces: sizes, editions and demand as the documents publish them, counted anew from the cases.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use jiff::civil::{Date, date};
use model::words::{Channel, Level, PaymentMethod, ReturnMethod};
use model::{Applicants, Case, Seed, Vnd};

use crate::{
    Calendar, Catalogue, Offer, Offered, People, Plan, Planned, Population, Procedure, Province, Quantity, Reach, Scale,
};

fn calendar() -> Calendar {
    Calendar::load("vietnam.yaml", include_str!("../../scenarios/calendars/vietnam.yaml")).unwrap()
}

fn named() -> Catalogue {
    Catalogue::load("common.yaml", include_str!("../../scenarios/procedures/common.yaml")).unwrap()
}

/// A province and all its people with seed 1.
struct Shipped {
    province: Arc<Province>,
    population: Population,
    cases: Vec<Case>,
}

fn load(file: &str, text: &str) -> Shipped {
    let province = match Province::load(file, text, &named(), &calendar()) {
        Ok(province) => Arc::new(province),
        Err(problems) => panic!("{problems}"),
    };
    let population = Population::new(Arc::clone(&province), Seed(1), Scale::WHOLE).unwrap();
    let cases = population.ids().map(|id| population.case(id)).collect();
    Shipped { province, population, cases }
}

static DIEN_BIEN: LazyLock<Shipped> =
    LazyLock::new(|| load("dien-bien-2019.yaml", include_str!("../../scenarios/provinces/dien-bien-2019.yaml")));
static KHANH_HOA: LazyLock<Shipped> =
    LazyLock::new(|| load("khanh-hoa-2020.yaml", include_str!("../../scenarios/provinces/khanh-hoa-2020.yaml")));
static TAY_NINH: LazyLock<Shipped> =
    LazyLock::new(|| load("tay-ninh-2024.yaml", include_str!("../../scenarios/provinces/tay-ninh-2024.yaml")));

fn all() -> [&'static Shipped; 3] {
    [&DIEN_BIEN, &KHANH_HOA, &TAY_NINH]
}

fn composition(shipped: &Shipped, day: Date) -> BTreeMap<Reach, Offered> {
    let edition = shipped.province.editions().iter().rev().find(|edition| edition.from <= day);
    edition.map(crate::Edition::composition).unwrap_or_default()
}

fn counts(shipped: &Shipped, day: Date) -> Vec<(Reach, u32)> {
    composition(shipped, day).into_iter().map(|(reach, offered)| (reach, offered.count)).collect()
}

/// How each procedure is offered on a day, by its code.
fn offers(shipped: &Shipped, day: Date) -> BTreeMap<&str, Offer> {
    shipped.province.catalogue_on(day).into_iter().map(|(procedure, offer)| (procedure.code.as_str(), offer)).collect()
}

#[test]
fn dien_bien_offers_2116_services_at_three_levels() {
    let expected = [(Reach::Level2, 1_785), (Reach::Level3, 243), (Reach::Level4, 88)];
    assert_eq!(counts(&DIEN_BIEN, date(2019, 10, 9)), expected);
    assert!(DIEN_BIEN.province.changes().is_empty());
}

#[test]
fn khanh_hoa_raises_its_catalogue_on_the_first_of_september() {
    let july = [(Reach::Level2, 1_003), (Reach::Level3, 107), (Reach::Level4, 33)];
    assert_eq!(counts(&KHANH_HOA, date(2020, 7, 31)), july);
    assert_eq!(counts(&KHANH_HOA, date(2020, 8, 31)), july);
    let september = [(Reach::Level2, 397), (Reach::Level3, 355), (Reach::Level4, 391)];
    assert_eq!(counts(&KHANH_HOA, date(2020, 9, 1)), september);
    let payable = |day| composition(&KHANH_HOA, day).values().map(|offered| offered.payable).sum::<u32>();
    assert_eq!((payable(date(2020, 7, 31)), payable(date(2020, 9, 30))), (260, 451));
    // What is payable is independent of the level: at least 60 lie below level 4, in July more than there are online.
    let below: u32 = composition(&KHANH_HOA, date(2020, 9, 30)).range(..Reach::Level4).map(|(_, of)| of.payable).sum();
    assert!(below >= 60, "{below}");
    let postal = |day| composition(&KHANH_HOA, day).values().map(|offered| offered.postal).sum::<u32>();
    assert_eq!((postal(date(2020, 8, 31)), postal(date(2020, 9, 1))), (140, 1_143));
    let (before, after) = (offers(&KHANH_HOA, date(2020, 8, 31)), offers(&KHANH_HOA, date(2020, 9, 1)));
    assert!(
        before.iter().all(|(code, offer)| after[code].reach >= offer.reach && after[code].payable >= offer.payable)
    );
    // Everything but what was postal before and kept its level changes; at the least all others become postal.
    let changes = KHANH_HOA.province.changes();
    assert!(changes.len() >= 1_003 && changes.iter().all(|change| change.on == date(2020, 9, 1)));
}

#[test]
fn tay_ninh_uses_324_of_1622_and_269_of_those_are_full() {
    let day = date(2024, 11, 30);
    assert_eq!(counts(&TAY_NINH, day), [(Reach::Offline, 33), (Reach::Partial, 1_124), (Reach::Full, 498)]);
    let integrated: u32 = composition(&TAY_NINH, day).values().map(|offered| offered.integrated).sum();
    assert_eq!(integrated, 1_184);
    let offers = offers(&TAY_NINH, day);
    let used: BTreeSet<_> = TAY_NINH.cases.iter().map(|case| case.procedure.as_str()).collect();
    assert_eq!(used.len(), 324);
    assert_eq!(used.iter().filter(|code| offers[**code].reach == Reach::Full).count(), 269);
    assert!(used.iter().all(|code| offers[code].reach.takes_dossiers()));
    // Everything that is used at all is used online, so both readings of "có phát sinh hồ sơ" agree.
    let online = TAY_NINH.cases.iter().filter(|case| case.channel == Channel::Online);
    assert_eq!(online.map(|case| case.procedure.as_str()).collect::<BTreeSet<_>>(), used);
}

#[test]
fn the_units_that_the_article_names_are_those_that_are_asked_for_most() {
    let offers = offers(&TAY_NINH, date(2024, 11, 30));
    let mut online: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for case in TAY_NINH.cases.iter().filter(|case| case.channel == Channel::Online) {
        online.entry(&case.unit).or_default().insert(&case.procedure);
    }
    let exceeding = |level: Level, holds: &dyn Fn(usize, usize) -> bool| {
        let share = |unit: &&crate::Unit| {
            let decides = |procedure: &&Procedure| {
                procedure.levels.contains(&unit.level)
                    && unit.fields.contains(&procedure.field)
                    && offers[procedure.code.as_str()].reach == Reach::Full
            };
            let full: Vec<_> = TAY_NINH.province.catalogue().iter().filter(decides).collect();
            let asked = full.iter().filter(|procedure| online[unit.code.as_str()].contains(procedure.code.as_str()));
            holds(asked.count(), full.len())
        };
        let units = TAY_NINH.province.units().iter().filter(|unit| unit.level == level).filter(share);
        units.map(|unit| unit.name.as_str()).collect::<Vec<_>>()
    };
    let departments = exceeding(Level::Department, &|part, whole| part * 100 > whole * 80);
    let expected = [
        "Sở Công Thương",
        "Sở Thông tin và Truyền thông",
        "Sở Văn hóa, Thể thao và Du lịch",
        "Sở Khoa học và Công nghệ",
        "Sở Nông nghiệp và Phát triển nông thôn",
    ];
    assert_eq!(departments, expected);
    let districts = exceeding(Level::District, &|part, whole| part * 100 > whole * 60);
    assert_eq!(districts, ["UBND thị xã Hòa Thành", "UBND huyện Gò Dầu", "UBND huyện Dương Minh Châu"]);
    assert_eq!(exceeding(Level::Commune, &|part, whole| part == whole).len(), 87);
    let of = |level| TAY_NINH.province.units().iter().filter(|unit| unit.level == level).count();
    assert_eq!((of(Level::Department), of(Level::District), of(Level::Commune)), (15, 9, 94));
}

#[test]
fn every_dossier_comes_on_a_day_on_which_it_is_offered_that_way() {
    for shipped in all() {
        let days: Vec<_> =
            shipped.province.editions().iter().map(|edition| (edition.from, offers(shipped, edition.from))).collect();
        let (mut online, mut paid, mut posted) = (0, 0, 0);
        for case in &shipped.cases {
            let day = case.arrival.day();
            let (_, offers) = days.iter().rev().find(|(from, _)| *from <= day).unwrap();
            let offer = offers[case.procedure.as_str()];
            if case.channel == Channel::Online {
                online += 1;
                assert!(offer.reach.takes_dossiers(), "{case:?}");
            }
            if case.payment == PaymentMethod::Online {
                paid += 1;
                assert!(offer.payable, "{case:?}");
            }
            if case.returns == ReturnMethod::Post {
                posted += 1;
                assert!(offer.postal, "{case:?}");
            }
        }
        assert!(online > 900 && paid > 500 && posted > 350, "{online} {paid} {posted}");
    }
}

#[test]
fn the_new_catalogue_brings_people_online() {
    let before = offers(&KHANH_HOA, date(2020, 8, 31));
    let online = KHANH_HOA.cases.iter().filter(|case| case.channel == Channel::Online);
    let (new, old): (Vec<_>, Vec<_>) = online.partition(|case| !before[case.procedure.as_str()].reach.takes_dossiers());
    assert!(new.len() > 80, "{} of {}", new.len(), new.len() + old.len());
    assert!(new.iter().all(|case| case.arrival.day() >= date(2020, 9, 1)));
}

#[test]
fn all_figures_of_both_documents_are_there_and_planned_or_told_why_not() {
    for (shipped, prefix, count) in [(&KHANH_HOA, "KH20", 9), (&TAY_NINH, "TN24", 11)] {
        let plan = plan(shipped);
        let ids: Vec<_> = (1..=count).map(|number| format!("{prefix}-{number:02}")).collect();
        assert!(shipped.province.figures().iter().map(|figure| &figure.id).eq(&ids));
        for (figure, planned) in shipped.province.figures().iter().zip(&plan.figures) {
            match (figure.planned != Planned::Nothing, planned.planned) {
                (true, Some(Quantity::Whole(count))) => {
                    assert_eq!(figure.stated.value.whole(), Some(count), "{}", figure.id);
                }
                (true, Some(Quantity::Share(share))) => {
                    assert!((share - figure.stated.value.value()).abs() < 0.005, "{} {share}", figure.id);
                }
                (true, None) => panic!("{} is planned and not counted", figure.id),
                (false, counted) => assert_eq!(counted, None),
            }
        }
    }
    let told = |shipped: &Shipped| -> Vec<_> {
        let figures = shipped.province.figures().iter();
        figures.filter(|figure| figure.planned == Planned::Nothing).map(|figure| figure.id.clone()).collect()
    };
    assert_eq!(told(&KHANH_HOA), ["KH20-09"]);
    assert_eq!(told(&TAY_NINH), ["TN24-07", "TN24-11"]);
}

#[test]
fn one_code_is_one_procedure_in_every_province() {
    let mut known: BTreeMap<&str, &Procedure> = BTreeMap::new();
    let common = named();
    for shipped in all() {
        let (mut codes, mut names) = (BTreeSet::new(), BTreeSet::new());
        for procedure in shipped.province.catalogue() {
            assert!(
                codes.insert(&procedure.code) && names.insert((&procedure.name, &procedure.field)),
                "{procedure:?}"
            );
            assert_eq!(*known.entry(&procedure.code).or_insert(procedure), procedure);
            assert_eq!(procedure.is_generated(), !common.procedures().contains(procedure));
            assert!((2..=5).contains(&procedure.documents.len()) || !procedure.is_generated(), "{procedure:?}");
            assert!(procedure.fee >= Vnd::ZERO && procedure.legal_days > 0 && procedure.weight > 0);
        }
    }
    assert!(common.procedures().len() > 60 && common.procedures().iter().all(|of| !of.documents.is_empty()));
}

#[test]
fn what_is_popular_is_asked_for_most_and_the_tail_is_long() {
    let mut asked: BTreeMap<&str, u32> = BTreeMap::new();
    for case in &KHANH_HOA.cases {
        *asked.entry(&case.procedure).or_default() += 1;
    }
    let mut counts: Vec<_> = asked.values().copied().collect();
    counts.sort_unstable_by(|one, other| other.cmp(one));
    let top: u32 = counts.iter().take(50).sum();
    assert!(top > 3_000, "fifty procedures make up half of the dossiers: {top}");
    assert!(counts.iter().filter(|count| **count <= 3).count() > 150, "and many are asked for once or thrice");
}

fn plan(shipped: &Shipped) -> Plan {
    let people = People::alone(shipped.population.clone());
    let timeline = people.timeline(&calendar(), Duration::from_secs(60), 20.0);
    Plan::new(&people, &timeline, std::num::NonZeroUsize::MIN)
}

#[test]
fn the_same_seed_gives_the_same_plan_for_ever() {
    let digests = [plan(&KHANH_HOA).digest, plan(&TAY_NINH).digest];
    assert_eq!(digests, ["dd0b1a52a16ea45279b7aa5decc66012", "27f1faeb4405410ba407d2fde72b51da"]);
}

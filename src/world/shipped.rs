//! The provinces that ship: every published figure, every person, every arrival.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::num::NonZeroUsize;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use jiff::civil::Time;
use model::words::{Channel, FeeBasis, PaymentMethod, PlannedOutcome, ReturnMethod};
use model::{Applicants, Case, CaseId, Precision, Seed, Vnd};

use crate::province::working_days_needed;
use crate::{
    Calendar, Catalogue, Fidelity, People, Plan, Planned, Population, Province, Quantity, Reached, Realised, Scale,
    Target, WorkingTime, arrivals, calendar_rows, figure_rows, planned_deadline, target_rows,
};

const PROVINCES: [(&str, &str); 5] = [
    ("dien-bien-2019.yaml", include_str!("../../scenarios/provinces/dien-bien-2019.yaml")),
    ("tay-ninh-2021.yaml", include_str!("../../scenarios/provinces/tay-ninh-2021.yaml")),
    ("vinh-phuc-2021.yaml", include_str!("../../scenarios/provinces/vinh-phuc-2021.yaml")),
    ("khanh-hoa-2020.yaml", include_str!("../../scenarios/provinces/khanh-hoa-2020.yaml")),
    ("tay-ninh-2024.yaml", include_str!("../../scenarios/provinces/tay-ninh-2024.yaml")),
];

fn calendar() -> Calendar {
    Calendar::load("vietnam.yaml", include_str!("../../scenarios/calendars/vietnam.yaml")).unwrap()
}

/// All five provinces; loaded once, because debug builds take their time.
pub(crate) fn all_provinces() -> [Arc<Province>; 5] {
    static LOADED: LazyLock<[Arc<Province>; 5]> = LazyLock::new(|| {
        let catalogue = Catalogue::load("common.yaml", include_str!("../../scenarios/procedures/common.yaml")).unwrap();
        PROVINCES.map(|(file, text)| match Province::load(file, text, &catalogue, &calendar()) {
            Ok(province) => Arc::new(province),
            Err(problems) => panic!("{problems}"),
        })
    });
    LOADED.clone()
}

/// Điện Biên and Tây Ninh, the two of the spine.
pub(crate) fn provinces() -> [Arc<Province>; 2] {
    let [dien_bien, tay_ninh, ..] = all_provinces();
    [dien_bien, tay_ninh]
}

fn vinh_phuc() -> Arc<Province> {
    let [_, _, vinh_phuc, ..] = all_provinces();
    vinh_phuc
}

fn whole(province: &Arc<Province>, seed: u64) -> Population {
    Population::new(Arc::clone(province), Seed(seed), Scale::WHOLE).unwrap()
}

fn cases(population: &Population) -> Vec<Case> {
    population.ids().map(|id| population.case(id)).collect()
}

/// Every case of Điện Biên and of Tây Ninh with seed 1, made once.
fn all_cases() -> &'static [Vec<Case>; 2] {
    static CASES: LazyLock<[Vec<Case>; 2]> = LazyLock::new(|| provinces().map(|province| cases(&whole(&province, 1))));
    &CASES
}

fn plan(population: &Population) -> Plan {
    let people = People::alone(population.clone());
    let timeline = people.timeline(&calendar(), Duration::from_secs(60), 20.0);
    Plan::new(&people, &timeline, NonZeroUsize::MIN)
}

fn count(cases: &[Case], is_meant: impl Fn(&Case) -> bool) -> usize {
    cases.iter().filter(|case| is_meant(case)).count()
}

#[test]
fn every_measured_figure_comes_true_in_the_plan() {
    for province in provinces() {
        let plan = plan(&whole(&province, 1));
        for (figure, planned) in province.figures().iter().zip(&plan.figures) {
            let stated = figure.stated.value;
            match (&figure.planned, planned.planned) {
                (Planned::Share(..), Some(Quantity::Share(share))) => {
                    assert!((share - stated.value()).abs() < 0.005, "{} {share}", figure.id);
                }
                (Planned::Nothing, None) => {}
                (_, planned) => assert_eq!(planned, stated.whole().map(Quantity::Whole), "{}", figure.id),
            }
            // What is measured but not planned are shares of what the portal shows.
            let is_measured = matches!(figure.realised, Realised::MeasuredBy(_));
            assert!(
                !is_measured || figure.planned != Planned::Nothing || figure.unit.starts_with("share"),
                "{}",
                figure.id
            );
        }
    }
}

#[test]
fn tay_ninh_comes_in_by_the_published_channels_and_pays_to_the_dong() {
    let [_, cases] = all_cases();
    let by = |channel| count(cases, |case| case.channel == channel);
    assert_eq!((by(Channel::Counter), by(Channel::Post), by(Channel::Online)), (33_046, 16_819, 9_592));
    let is_returned = |case: &Case| case.returns == ReturnMethod::Post;
    let has_result =
        |case: &Case| matches!(case.outcome, PlannedOutcome::Early | PlannedOutcome::OnTime | PlannedOutcome::Late);
    assert_eq!(count(cases, is_returned), 12_348);
    assert_eq!(count(cases, |case| is_returned(case) && has_result(case)), 12_348);
    let is_collected = |case: &Case| case.payment == PaymentMethod::CashOnDelivery;
    assert_eq!(count(cases, |case| is_collected(case) && case.channel == Channel::Post && is_returned(case)), 2_233);
    let amounts: Vec<_> = cases.iter().filter(|case| is_collected(case)).map(|case| case.fee).collect();
    assert_eq!(amounts.iter().copied().sum::<Vnd>(), Vnd(5_592_145_403));
    assert!(amounts.iter().all(|amount| (10_000..120_000_000).contains(&amount.0)));
    let is_land = |case: &Case| case.tag == "land";
    let land = |outcome| count(cases, |case| is_land(case) && case.outcome == outcome);
    assert_eq!(land(PlannedOutcome::Early) + land(PlannedOutcome::OnTime), 15_288);
    assert_eq!((count(cases, is_land), land(PlannedOutcome::Late), land(PlannedOutcome::Open)), (15_313, 1, 24));
}

#[test]
fn vinh_phuc_pays_by_two_distributions_and_within_what_is_said() {
    let province = vinh_phuc();
    let population = whole(&province, 1);
    let mut amounts: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    for case in cases(&population).into_iter().filter(|case| case.fee_basis == FeeBasis::Assessed) {
        let kind = if case.tag.is_empty() {
            "cod"
        } else if case.tag == "land-duty" {
            "land"
        } else {
            "fee"
        };
        assert_eq!(case.payment == PaymentMethod::Online, kind != "cod");
        if kind == "land" {
            assert!(case.arrival.day() >= jiff::civil::date(2020, 12, 1));
        }
        amounts.entry(kind).or_default().push(case.fee.0);
    }
    let sum_of = |kind| amounts[kind].iter().sum::<i64>();
    assert_eq!((amounts["fee"].len(), sum_of("fee")), (2_582, 671_873_000));
    assert_eq!((amounts["land"].len(), sum_of("land")), (1_400, 4_512_364_700));
    for (kind, most) in [("fee", 4_000_000), ("land", 50_000_000)] {
        let odd = amounts[kind].iter().filter(|amount| **amount % 1_000 != 0).count();
        assert!(odd <= 1 && amounts[kind].iter().all(|amount| (1..most).contains(amount)), "{kind}");
        // Heavy-tailed: half of them pay less than three quarters of the mean.
        let mean = sum_of(kind) / i64::try_from(amounts[kind].len()).unwrap();
        let below = amounts[kind].iter().filter(|amount| **amount < mean * 3 / 4).count();
        assert!(2 * below > amounts[kind].len(), "{kind}");
    }
}

#[test]
fn an_amount_belongs_to_its_dossier_whatever_part_is_played() {
    let province = vinh_phuc();
    let paid = |numerator| {
        let population = Population::new(Arc::clone(&province), Seed(3), Scale::new(numerator, 4).unwrap()).unwrap();
        let mut amounts: BTreeMap<i64, u32> = BTreeMap::new();
        for case in cases(&population).into_iter().filter(|case| case.tag == "land-duty") {
            *amounts.entry(case.fee.0).or_default() += 1;
        }
        amounts
    };
    let (part, all) = (paid(1), paid(4));
    assert!(part.values().sum::<u32>() > 300);
    assert!(part.iter().all(|(amount, count)| all.get(amount).is_some_and(|all| count <= all)));
}

/// The verdict on a target, and part and base.
fn ask(province: &Arc<Province>, counted: &Fidelity, target: &str) -> (bool, i64, i64) {
    let targets = targets();
    let target = targets.iter().find(|known| known.id == target).unwrap();
    match target.ask(province, counted) {
        Reached::Met(share) => (true, share.part, share.base),
        Reached::Missed(share) => (false, share.part, share.base),
        Reached::NotMeasured(reason) => panic!("{}: {reason}", target.id),
    }
}

fn targets() -> Vec<Target> {
    let files = [
        ("dien-bien-2019.yaml", include_str!("../../scenarios/targets/dien-bien-2019.yaml")),
        ("khanh-hoa-2020.yaml", include_str!("../../scenarios/targets/khanh-hoa-2020.yaml")),
        ("tay-ninh-2021.yaml", include_str!("../../scenarios/targets/tay-ninh-2021.yaml")),
        ("vinh-phuc-2021.yaml", include_str!("../../scenarios/targets/vinh-phuc-2021.yaml")),
    ];
    Target::load(files).unwrap_or_else(|problems| panic!("{problems}"))
}

#[test]
fn dien_bien_misses_and_meets_the_targets_it_is_known_to() {
    let [dien_bien, _] = provinces();
    let counted = Fidelity::of(&whole(&dien_bien, 1));
    let ask = |target| ask(&dien_bien, &counted, target);
    assert_eq!(ask("on-time-departments"), (false, 381, 392)); // 97.19 % < 98 %
    assert_eq!(ask("on-time-districts"), (false, 840, 1_081)); // 77.71 % < 95 %
    assert_eq!(ask("on-time-communes"), (false, 398, 420)); // 94.76 % < 95 %
    assert_eq!(ask("given-back-or-withdrawn"), (true, 63, 3_082)); // 2.04 % < 3 %
    assert_eq!(ask("services-level-4"), (false, 88, 2_116)); // 4.16 % < 30 %
    assert_eq!(ask("services-level-3"), (false, 243, 2_116));
}

#[test]
fn the_land_pilot_of_tay_ninh_meets_its_target() {
    let [_, tay_ninh] = provinces();
    let counted = Fidelity::of(&whole(&tay_ninh, 1));
    assert_eq!(ask(&tay_ninh, &counted, "on-time-land-pilot"), (true, 15_288, 15_289)); // 99.99 %
}

#[test]
fn every_target_of_a_shipped_document_is_stated_by_one_of_its_figures() {
    let provinces = [&provinces()[..], &[vinh_phuc()]].concat();
    for target in targets() {
        let stated_in = provinces.iter().find(|province| province.document().file == target.document.file);
        let (Some(id), Some(province)) = (&target.figure, stated_in) else { continue };
        let found = provinces.iter().flat_map(|province| province.figures()).find(|figure| figure.id == *id);
        let figure = found.unwrap_or_else(|| panic!("{}: {id} of {}", target.id, province.name()));
        assert_eq!(figure.stated.value.millionths(), target.value.millionths(), "{}", target.id);
        let is_same =
            figure.stated.source.precision == target.bound || figure.stated.source.precision == Precision::Exact;
        assert!(is_same, "{}: {:?}", target.id, figure.stated.source.precision);
    }
}

#[test]
fn targets_for_the_history_carry_a_query_exactly_where_dossiers_can_answer() {
    let [dien_bien, _] = provinces();
    let rows = target_rows(&targets(), &dien_bien);
    assert!(rows.iter().all(|row| row.measured_by.is_some() != row.not_measured.is_some()));
    let answered: Vec<_> = rows.iter().filter(|row| row.measured_by.is_some()).map(|row| row.id.as_str()).collect();
    assert!(answered.contains(&"on-time-communes") && !answered.contains(&"on-time-land-pilot"), "{answered:?}");
}

#[test]
fn dien_bien_has_every_channel_payment_and_return() {
    let [cases, _] = all_cases();
    assert!(Channel::ALL.iter().all(|word| count(cases, |case| case.channel == *word) > 100));
    assert!(PaymentMethod::ALL.iter().all(|word| count(cases, |case| case.payment == *word) > 90));
    assert!(ReturnMethod::ALL.iter().all(|word| count(cases, |case| case.returns == *word) > 300));
    let collected: Vnd =
        cases.iter().filter(|case| case.payment == PaymentMethod::CashOnDelivery).map(|case| case.fee).sum();
    assert_eq!(collected, Vnd(36_250_000));
    assert_eq!(count(cases, |case| case.outcome == PlannedOutcome::Open), 85 + 888 + 153);
}

#[test]
fn a_fee_is_due_exactly_where_something_is_paid() {
    for case in all_cases().iter().flatten() {
        assert_eq!(case.fee == Vnd::ZERO, case.payment == PaymentMethod::None, "{case:?}");
        assert!(case.payment != PaymentMethod::CashOnDelivery || case.returns == ReturnMethod::Post);
    }
}

#[test]
fn everybody_is_somebody_else_and_is_recognised() {
    for (province, cases) in provinces().iter().zip(all_cases()) {
        let population = whole(province, 1);
        let mut marks = HashSet::new();
        for case in cases {
            let person = &case.applicant;
            assert_eq!(population.recognise(&person.citizen_number), Some(case.id));
            assert_eq!(population.recognise(&case.reference), Some(case.id));
            assert!(marks.insert(&person.citizen_number) && marks.insert(&case.reference));
            assert!(marks.insert(&person.phone) && marks.insert(&person.email));
            assert!(person.phone.starts_with("+84000") && person.email.ends_with(".example"));
        }
        assert_eq!(marks.len(), 4 * usize::try_from(population.count()).unwrap());
    }
}

#[test]
fn people_of_another_run_are_nobody() {
    let [dien_bien, tay_ninh] = provinces();
    let here = whole(&tay_ninh, 1);
    // Another seed: only the few numbers that chance gives to both.
    let other = whole(&tay_ninh, 2);
    let strangers = |population: &Population| {
        let numbers = population.ids().map(|id| population.case(id).applicant.citizen_number);
        numbers.filter(|number| here.recognise(number).is_some()).count()
    };
    assert!(strangers(&other) < 100);
    assert_eq!(strangers(&whole(&dien_bien, 1)), 0);
    assert!(other.ids().take(500).all(|id| here.recognise(&other.case(id).reference).is_none()));
    assert_eq!(here.recognise("VD-0000-000001X"), None);
    assert_eq!(here.recognise("072085123456"), None);
    assert_eq!(here.recognise(""), None);
}

#[test]
fn every_case_number_leads_to_one_rank() {
    for province in provinces() {
        let population = whole(&province, 5);
        let mut found: BTreeMap<_, u32> = BTreeMap::new();
        for id in population.ids() {
            *found.entry(std::ptr::from_ref(population.cell(id))).or_default() += 1;
        }
        for (cell, planned) in population.cells() {
            assert_eq!(planned, cell.count);
            assert_eq!(found.get(&std::ptr::from_ref(cell)), Some(&planned));
        }
    }
}

#[test]
fn an_id_outside_the_population_is_no_panic() {
    let [dien_bien, _] = provinces();
    let population = whole(&dien_bien, 1);
    assert_eq!(population.case(CaseId(u32::MAX)).id, CaseId(u32::MAX));
}

#[test]
fn arrivals_are_sorted_and_those_of_their_cases() {
    for (province, cases) in provinces().iter().zip(all_cases()) {
        let population = whole(province, 1);
        let arrivals = arrivals(&population);
        assert!(arrivals.is_sorted());
        assert_eq!(arrivals.len(), usize::try_from(province.count()).unwrap());
        assert_eq!(arrivals.iter().map(|arrival| arrival.case).collect::<BTreeSet<_>>().len(), arrivals.len());
        for arrival in arrivals {
            let case = &cases[usize::try_from(arrival.case.0).unwrap()];
            assert_eq!(case.id, arrival.case);
            assert_eq!(case.arrival, arrival.due);
            assert_eq!(case.unit, province.units()[usize::from(arrival.unit)].code);
        }
    }
}

#[test]
fn nobody_comes_to_a_closed_counter_or_outside_the_window() {
    let calendar = calendar();
    for province in provinces() {
        let population = whole(&province, 4);
        let mut after_hours = 0;
        for arrival in arrivals(&population) {
            let cell = population.cell(arrival.case);
            let (day, time) = (arrival.due.day(), arrival.due.civil().time());
            assert!(cell.window.from <= day && day <= cell.window.until);
            let is_open = province.office().hours.iter().any(|(open, close)| *open <= time && time < *close);
            match cell.channel {
                Channel::Counter | Channel::Post => assert!(is_open && calendar.is_working(day), "{}", arrival.due),
                Channel::Online => {
                    after_hours += u32::from(time > Time::constant(17, 0, 0, 0) || !calendar.is_working(day));
                }
            }
        }
        assert!(after_hours > 200, "people are online in the evening");
    }
}

#[test]
fn every_outcome_has_the_working_days_it_needs() {
    let calendar = calendar();
    for (province, cases) in provinces().iter().zip(all_cases()) {
        let end = province.period().until;
        for case in cases {
            let needed = working_days_needed(case.legal_days, case.outcome, case.returns);
            let left = calendar.working_days_between(case.arrival.day(), end);
            assert!(left >= usize::from(needed), "{case:?}");
        }
    }
}

#[test]
fn whoever_has_a_result_was_promised_it_within_the_period() {
    let calendar = calendar();
    for (province, cases) in provinces().iter().zip(all_cases()) {
        let time = WorkingTime::new(&calendar, province.office());
        for case in cases.iter().filter(|case| {
            matches!(case.outcome, PlannedOutcome::Early | PlannedOutcome::OnTime | PlannedOutcome::Late)
        }) {
            let promised = planned_deadline(&time, case).unwrap();
            assert!(case.arrival < promised.due && promised.due < province.period().end(), "{case:?}");
            assert_eq!(promised.law.title, "Nghị định 61/2018/NĐ-CP");
        }
    }
}

#[test]
fn the_land_pilot_ends_with_the_tenth_of_september() {
    let [_, cases] = all_cases();
    let last = cases.iter().filter(|case| case.tag == "land").map(|case| case.arrival.day()).max();
    assert_eq!(last.map(|day| day.to_string()).as_deref(), Some("2021-09-10"));
}

#[test]
fn counters_are_busiest_on_mondays_and_after_opening() {
    let [_, tay_ninh] = provinces();
    let population = whole(&tay_ninh, 1);
    let mut by_hour = [0_u32; 24];
    let mut by_weekday = [0_u32; 7];
    for arrival in
        arrivals(&population).iter().filter(|arrival| population.cell(arrival.case).channel == Channel::Counter)
    {
        let due = arrival.due.civil();
        by_hour[usize::try_from(due.hour()).unwrap()] += 1;
        by_weekday[usize::try_from(due.weekday().to_monday_zero_offset()).unwrap()] += 1;
    }
    assert_eq!(by_hour.iter().max(), Some(&by_hour[7]));
    assert_eq!(by_weekday.iter().max(), Some(&by_weekday[0]));
    assert_eq!(by_hour[12], 0);
}

#[test]
fn a_smaller_run_is_part_of_a_larger_in_every_cell() {
    for province in provinces() {
        let counts = |numerator| {
            let population =
                Population::new(Arc::clone(&province), Seed(1), Scale::new(numerator, 10).unwrap()).unwrap();
            let counts: Vec<_> = population.cells().map(|(_, count)| count).collect();
            assert_eq!(counts.iter().sum::<u32>(), population.count());
            counts
        };
        assert!(counts(1).iter().zip(counts(3)).all(|(small, large)| *small <= large));
        assert!(counts(3).iter().zip(counts(10)).all(|(small, large)| *small <= large));
    }
}

#[test]
fn a_smaller_run_still_recognises_its_people() {
    let [dien_bien, _] = provinces();
    let population = Population::new(dien_bien, Seed(1), Scale::new(1, 10).unwrap()).unwrap();
    assert_eq!(population.count(), 308);
    for case in cases(&population) {
        assert_eq!(population.recognise(&case.applicant.citizen_number), Some(case.id));
    }
    assert_eq!(plan(&population).dossiers, 308);
}

#[test]
fn the_same_seed_gives_the_same_plan_for_ever() {
    let [dien_bien, tay_ninh] = provinces();
    let digests = [&dien_bien, &tay_ninh].map(|province| plan(&whole(province, 1)).digest);
    assert_eq!(digests, ["ebea9bc4771b4607f80ffe20e53b3074", "9b5922579bdae54fab62ddfddcc57966"]);
    assert_ne!(plan(&whole(&dien_bien, 2)).digest, plan(&whole(&dien_bien, 1)).digest);
    assert_eq!(plan(&whole(&dien_bien, 2)).to_json(), plan(&whole(&dien_bien, 2)).to_json());
}

#[test]
fn a_plan_is_the_same_to_the_byte_for_any_number_of_threads() {
    for province in provinces() {
        let people = People::alone(whole(&province, 3));
        let timeline = people.timeline(&calendar(), Duration::from_secs(60), 20.0);
        let plan = |threads| Plan::new(&people, &timeline, NonZeroUsize::new(threads).unwrap()).to_json();
        assert!([2, 7, 64].iter().all(|threads| plan(*threads) == plan(1)));
    }
}

#[test]
fn the_digest_notices_another_figure_and_another_fee_but_no_remark() {
    let (province, procedures) = (PROVINCES[0].1, include_str!("../../scenarios/procedures/common.yaml"));
    let digest = |province: &str, procedures: &str| {
        let catalogue = Catalogue::load("common.yaml", procedures).unwrap();
        let province = Province::load("changed.yaml", province, &catalogue, &calendar()).unwrap();
        plan(&whole(&Arc::new(province), 1)).digest
    };
    let changed = |text: &str, from: &str, to: &str| {
        assert!(text.contains(from));
        text.replacen(from, to, 1)
    };
    let shipped = digest(province, procedures);
    assert_eq!(shipped, digest(&changed(province, "title:", "# a remark\ntitle:"), procedures));
    assert_ne!(shipped, digest(&changed(province, "value: 0.8182", "value: 0.8183"), procedures));
    assert_ne!(shipped, digest(province, &changed(procedures, "fee: 8_000", "fee: 9_000")));
}

#[test]
fn a_plan_reads_back() {
    let [dien_bien, _] = provinces();
    let plan = plan(&whole(&dien_bien, 1));
    assert_eq!(serde_json::from_str::<Plan>(&plan.to_json()).unwrap(), plan);
    assert_eq!(plan.days.values().sum::<u32>(), 3_082);
    assert_eq!(plan.totals["level"]["district"], 2_010);
    assert!(plan.peak.hour.dossiers < plan.peak.day.dossiers);
}

#[test]
fn the_timeline_opens_with_the_offices_and_lasts_as_asked() {
    let [dien_bien, _] = provinces();
    let timeline = People::alone(whole(&dien_bien, 1)).timeline(&calendar(), Duration::from_secs(30), 20.0);
    assert_eq!((timeline.start(), timeline.end()), (dien_bien.period().start(), dien_bien.period().end()));
    assert_eq!(timeline.wall_end(), 30_000_000_000);
    let open: Vec<_> = timeline.segments().iter().filter(|segment| segment.office).collect();
    assert_eq!(open.len(), 2 * 16);
    assert_eq!(open[0].start.to_string(), "2019-09-18T07:00:00.000+07:00");
    let closed = timeline.segments().iter().find(|segment| !segment.office).unwrap();
    assert!((closed.speed() / open[0].speed() - 20.0).abs() < 0.01);
}

#[test]
fn rows_for_the_history_are_complete() {
    let [dien_bien, _] = provinces();
    let figures = figure_rows(&dien_bien);
    assert_eq!(figures.len(), 33);
    assert!(figures.iter().all(|row| row.measured_by.is_some() != row.not_reproducible.is_some()));
    let days = calendar_rows(dien_bien.period(), &calendar(), jiff::civil::date(2019, 10, 1));
    assert_eq!((days[0].day.as_str(), days[0].working_days_before), ("2019-09-11", 0));
    assert!(days.len() > 180);
}

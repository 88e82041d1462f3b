//! What is refused, and in which words.

use model::words::Channel;

use super::*;
use crate::calendar::Calendar;

const PROCEDURES: &str = "\
source: made up
procedures:
  - { code: \"1.000001\", name: Miễn phí, field: thử, levels: [district, commune], legal_days: 1, fee: 0, weight: 3 }
  - { code: \"1.000002\", name: Có phí, field: thử, levels: [district, commune], legal_days: 2, fee: 20_000, weight: 1 }
  - { code: \"1.000003\", name: Chậm, field: thử, levels: [district], legal_days: 15, fee: 0, weight: 9 }
";

/// A province of one week and two units. `DOSSIERS` and `FIGURES` are filled in by each test.
const PROVINCE: &str = "\
name: tiny
title: A province for tests
province: Thử
number_code: \"999\"
document: { file: made-up.txt, title: none }
period: { from: 2021-03-01, until: 2021-03-12 }
office: { hours: [07:00-11:30, 13:30-17:00], source: made up }
post_counters: 1
names: { kinh: 1 }
tags: { hot: nóng }
units:
  - { code: U1, name: Huyện, level: district, fields: [thử], clerks: 1 }
  - { code: U2, name: Xã, level: commune, fields: [thử], clerks: 1 }
places:
  - { name: Xã Thử, weight: 1 }
arrivals:
  source: made up
  counter: { open: office, hours: { 8: 1 }, weekdays: { monday: 1, tuesday: 1, wednesday: 1, thursday: 1, friday: 1 } }
  post: { open: office, hours: { 8: 1 }, weekdays: { monday: 1, tuesday: 1, wednesday: 1, thursday: 1, friday: 1 } }
  online: { open: always, hours: { 20: 1 }, weekdays: { monday: 1, tuesday: 1, wednesday: 1, thursday: 1, friday: 1, sunday: 1 }, holiday: 0 }
COD
FIGURES
dossiers:
DOSSIERS
";

const FIGURES: &str = "\
figures:
  - { id: F1, name: all, value: 10, unit: dossiers, period: { from: 2021-03-01, until: 2021-03-12 }, scope: all, precision: exact, quote: mười, measured_by: select 1 }
  - { id: F2, name: late, value: 3, unit: dossiers, period: { from: 2021-03-01, until: 2021-03-12 }, scope: all, precision: exact, quote: ba, not_reproducible: not needed }";

/// Ten dossiers of everything else that is needed.
const REST: &str = "  then:
    - { by: unit, weights: { U1: 1, U2: 1 } }
    - { by: outcome, weights: { early: 1 } }
    - { by: channel, weights: { counter: 1, online: 1 } }
    - { by: return, weights: { counter: 1 } }
    - { by: payment, weights: { none: 1, counter: 1 } }";

fn text(dossiers: &str, figures: &str, cod: &str) -> String {
    PROVINCE.replace("COD", cod).replace("FIGURES", figures).replace("DOSSIERS", dossiers)
}

fn load_text(text: &str) -> Result<Province, String> {
    load_with(PROCEDURES, text)
}

fn load_with(procedures: &str, text: &str) -> Result<Province, String> {
    let calendar = include_str!("../../../scenarios/calendars/vietnam.yaml");
    let calendar = Calendar::load("vietnam.yaml", calendar).unwrap();
    let catalogue = Catalogue::load("procedures.yaml", procedures).unwrap();
    Province::load("tiny.yaml", text, &catalogue, &calendar).map_err(|problems| problems.to_string())
}

fn load(dossiers: &str, figures: &str, cod: &str) -> Result<Province, String> {
    load_text(&text(dossiers, figures, cod))
}

/// The problems of a province whose dossiers are `tree` and then split as usual.
fn problems(tree: &str) -> String {
    load(&format!("{tree}\n{REST}"), FIGURES, "").unwrap_err()
}

#[test]
fn a_province_that_adds_up_is_loaded() {
    let province = load(&format!("  count: 10\n  figure: F1\n{REST}"), FIGURES, "").unwrap();
    assert_eq!(province.count(), 10);
    let count = |word: Word| -> u32 {
        province.cells().iter().filter(|cell| cell.word(word.dimension()) == word).map(|cell| cell.count).sum()
    };
    assert_eq!((count(Word::Unit(0)), count(Word::Unit(1))), (5, 5));
    assert_eq!((count(Word::Channel(Channel::Counter)), count(Word::Channel(Channel::Online))), (5, 5));
    // Early ones leave no time for the procedure of 15 days.
    assert_eq!(count(Word::Procedure(2)), 0);
}

#[test]
fn what_is_done_the_same_day_is_on_time_or_late_and_never_early() {
    let procedures = PROCEDURES.replace("legal_days: 1,", "legal_days: 0,");
    let of = |outcome: &str| {
        let rest = REST.replace("early: 1", &format!("{outcome}: 1")).replace("U1: 1, U2: 1", "U2: 1");
        load_with(&procedures, &text(&format!("  count: 10\n  figure: F1\n{rest}"), FIGURES, ""))
    };
    for outcome in ["on_time", "late"] {
        let province = of(outcome).unwrap();
        let same_day = province.cells().iter().filter(|cell| cell.procedure == 0).map(|cell| cell.count).sum::<u32>();
        assert!(same_day > 0, "{outcome}");
    }
    let problems = of("early").unwrap_err();
    let sentence = "no procedure of unit U2 has so much legal time that it can be early (1 working days or more) for ";
    assert!(
        problems.contains(sentence) && problems.contains("(add a longer procedure, or another outcome)"),
        "{problems}"
    );
}

#[test]
fn parts_that_do_not_add_up_are_refused_naming_the_figures() {
    let tree = "  count: 10\n  figure: F1\n  by: outcome\n  parts: { early: 6, late: { count: 3, figure: F2 } }";
    assert_eq!(
        problems(tree),
        "tiny.yaml:26:3: dossiers: the parts add up to 9, the whole is 10 (F1): early 6 + late 3 (F2) (correct a part, or add `others`)"
    );
}

#[test]
fn nothing_left_for_the_others_is_refused() {
    let tree = "  count: 10\n  figure: F1\n  by: outcome\n  parts: { early: 10 }\n  others: { late: 1 }";
    assert_eq!(
        problems(tree),
        "tiny.yaml:26:3: dossiers: the parts add up to 10, the whole is 10 (F1): early 10 (leave something to the `others`)"
    );
}

#[test]
fn a_count_that_contradicts_its_figure_is_refused() {
    assert_eq!(
        problems("  count: 11\n  figure: F1"),
        "tiny.yaml:27:11: dossiers.figure: the count is 11, but figure F1 says 10 (check the document)"
    );
}

#[test]
fn unknown_words_are_refused_naming_the_known_ones() {
    let tree = "  count: 10\n  figure: F9\n  by: unit\n  parts: { U1: 4, U7: 6 }";
    assert_eq!(
        problems(tree),
        "tiny.yaml:27:11: dossiers.figure: `F9` is none of the figures (list it under `figures`)\n\
         tiny.yaml:29:23: dossiers.parts.U7: `U7` is no unit (one of: U1, U2)"
    );
}

#[test]
fn a_unit_of_another_level_is_refused() {
    let tree =
        "  count: 10\n  figure: F1\n  by: level\n  parts: { district: { count: 10, by: unit, parts: { U2: 10 } } }";
    let expected = "dossiers.parts.district.parts.U2: unit U2 is of level commune, these dossiers are of level district (name a unit of that level)";
    let problems = problems(tree);
    assert!(problems.contains(expected), "{problems}");
}

#[test]
fn splitting_twice_by_one_dimension_is_refused() {
    let tree = "  count: 10\n  figure: F1\n  by: unit\n  parts: { U1: { count: 10, by: unit, parts: { U2: 10 } } }";
    let problems = problems(tree);
    let expected = "dossiers.parts.U1.by: the unit is decided further up (split by another dimension)";
    assert!(problems.contains(expected), "{problems}");
}

#[test]
fn cash_on_delivery_without_delivery_is_refused() {
    let tree = "  count: 10\n  figure: F1\n  by: payment\n  parts: { cod: 10 }";
    let rest = REST.replace("    - { by: payment, weights: { none: 1, counter: 1 } }", "");
    assert_eq!(
        load(&format!("{tree}\n{rest}"), FIGURES, "").unwrap_err(),
        "tiny.yaml:29:17: dossiers.parts.cod: cash on delivery without delivery: 3 dossiers (level = district, unit = U1, \
         channel = counter, outcome = early, payment = cod, return = counter) (return them by post, or let them pay otherwise)"
    );
}

#[test]
fn an_outcome_that_cannot_come_true_in_time_is_refused() {
    let tree = "  count: 10\n  figure: F1\n  from: 2021-03-10\n  by: outcome\n  parts: { open: 4, late: 6 }";
    let rest = REST.replace("    - { by: outcome, weights: { early: 1 } }\n", "");
    let problems = load(&format!("{tree}\n{rest}"), FIGURES, "").unwrap_err();
    let expected = "no day is left to come in for 1 dossier (level = district, unit = U1, channel = counter, outcome = late, \
                    payment = none, return = counter): from 2021-03-10 to the end on 2021-03-12 there are 2 working days, the \
                    shortest procedure needs 4 (let them come in earlier, or add a shorter procedure)";
    assert!(problems.contains(expected), "{problems}");
}

#[test]
fn a_window_without_days_is_refused() {
    let tree = "  count: 10\n  figure: F1\n  by: unit\n  parts: { U1: { count: 10, from: 2021-04-01 } }";
    let expected = "dossiers.parts.U1: no day is left to come in: 2021-03-01 - 2021-03-12 holds no day of this branch (widen from and until)";
    let problems = problems(tree);
    assert!(problems.contains(expected), "{problems}");
}

#[test]
fn something_left_undecided_is_refused() {
    let rest = REST.replace("    - { by: channel, weights: { counter: 1, online: 1 } }\n", "");
    let problems = load(&format!("  count: 10\n  figure: F1\n{rest}"), FIGURES, "").unwrap_err();
    assert_eq!(
        problems,
        "tiny.yaml:26:3: dossiers: nothing decides the channel of 3 dossiers (level = district, unit = U1, outcome = early, payment = \
         none, return = counter) (split them further, here or under `then`)"
    );
}

#[test]
fn figures_that_the_plan_contradicts_or_forgets_are_refused() {
    let figures =
        FIGURES.replace("not_reproducible: not needed", "measured_by: select 2, planned: { outcome: [late, early] }");
    let problems = load(&format!("  count: 10\n{REST}"), &figures, "").unwrap_err();
    assert_eq!(
        problems,
        "tiny.yaml:23:5: figures[0]: nothing planned counts figure F1 (name it as `figure:` where its count stands, or give `planned:`)\n\
         tiny.yaml:24:5: figures[1]: 10 dossiers are planned (outcome = late or early), figure F2 says 3 (no branch of `dossiers` \
         fixes the outcome: make one with `by:`, weights are not fitted)"
    );
}

#[test]
fn amounts_that_cannot_carry_their_sum_are_refused() {
    let tree =
        "  count: 10\n  figure: F1\n  by: payment\n  parts: { cod: { count: 10, by: return, parts: { post: 10 } } }";
    let rest = "  then:
    - { by: unit, weights: { U1: 1 } }
    - { by: outcome, weights: { early: 1 } }
    - { by: channel, weights: { post: 1 } }";
    let dossiers = format!("{tree}\n{rest}");
    let forgotten = load(&dossiers, FIGURES, "").unwrap_err();
    assert!(forgotten.contains("10 dossiers are paid on delivery, but nobody knows how much"), "{forgotten}");
    let strained = load(
        &dossiers,
        FIGURES,
        "amounts: [ { of: { payment: cod }, sum: 2_000_000, shape: { 0: 50_000, 1: 150_000 } } ]",
    )
    .unwrap_err();
    let expected = "amounts[0]: the sum asks for 200000 dong on average, the shape gives 100000 (multiply its amounts by about 2.00)";
    assert!(strained.contains(expected), "{strained}");
    assert!(
        load(&dossiers, FIGURES, "amounts: [ { of: {}, sum: 1_000_003, shape: { 0: 50_000, 1: 150_000 } } ]").is_ok()
    );
}

#[test]
fn wrong_fields_of_every_kind_are_said_at_once() {
    let text = text("  count: 1", "", "")
        .replace("\"999\"", "99")
        .replace("until: 2021-03-12", "until: 2031-03-12")
        .replace("07:00-11:30, 13:30-17:00", "13:30-17:00, 07:00-11:30")
        .replace("{ kinh: 1 }", "{ cham: 1 }")
        .replace("code: U2", "code: U1")
        .replace("fields: [thử], clerks: 1 }\n  - {", "fields: [thứ], clerks: 0 }\n  - {");
    let problems = load_text(&text).unwrap_err();
    assert_eq!(
        problems,
        "tiny.yaml:4:14: number_code: `99` does not begin a citizen number (three digits in quotes, as \"072\")\n\
         tiny.yaml:6:9: period: the calendar vietnam does not cover 2021-03-01 - 2031-03-12: it has 2019-01-01 - 2027-12-31 (add the year \
         to the calendar)\n\
         tiny.yaml:7:18: office.hours: the office hours do not follow each other (as [07:00-11:30, 13:30-17:00])\n\
         tiny.yaml:9:16: names.cham: no names are known of `cham` (one of: kinh, thai, hmong, muong, tay, dao, khmer, ede)\n\
         tiny.yaml:12:56: units[0].fields[0]: no procedure is of the field `thứ` (did you mean `thử`? one of: thử)\n\
         tiny.yaml:12:70: units[0].clerks: 0 is out of bounds (give a number from 1 to 1000)\n\
         tiny.yaml:13:13: units[1].code: the unit U1 stands twice (keep one of them)"
    );
}

#[test]
fn curves_that_leave_out_a_working_day_or_count_on_closed_hours_are_refused() {
    let text = text(&format!("  count: 10\n  figure: F1\n{REST}"), FIGURES, "")
        .replacen(
            "hours: { 8: 1 }, weekdays: { monday: 1, ",
            "hours: { 8: 1, 12: 1, 24: 1 }, weekdays: { monday: 1, ",
            1,
        )
        .replace(
            "post: { open: office, hours: { 8: 1 }, weekdays: { monday: 1, ",
            "post: { open: office, hours: { 8: 1, 12: 1 }, weekdays: { ",
        );
    let problems = load_text(&text).unwrap_err();
    assert_eq!(problems, "tiny.yaml:18:54: arrivals.counter.hours.24: `24` is none of the hours");
    let text = text.replacen(", 24: 1", "", 1);
    let problems = load_text(&text).unwrap_err();
    assert_eq!(
        problems,
        "tiny.yaml:18:12: arrivals.counter: hour 12 has a weight, but offices are closed (leave it out, or say `open: always`)\n\
         tiny.yaml:19:9: arrivals.post: nobody comes on 2021-03-01, which is worked (give its weekday and some hour a weight)\n\
         tiny.yaml:19:9: arrivals.post: hour 12 has a weight, but offices are closed (leave it out, or say `open: always`)"
    );
}

#[test]
fn no_dossier_at_all_is_refused() {
    let expected = "tiny.yaml:26:3: dossiers: there is no dossier at all (give `count` a number above 0)";
    assert_eq!(load("  count: 0", FIGURES, "").unwrap_err(), expected);
}

#[test]
fn a_stated_number_that_contradicts_its_figure_is_refused() {
    let text = text(&format!("  count: 10\n  figure: F1\n{REST}"), FIGURES, "")
        .replace("post_counters: 1", "post_counters: { value: 4, figure: F2 }");
    assert_eq!(
        load_text(&text).unwrap_err(),
        "tiny.yaml:8:16: post_counters: the value is 4, but figure F2 says 3 (check the document)"
    );
}

#[test]
fn splits_that_weigh_nothing_or_meet_another_level_are_refused() {
    let rest = REST.replace("counter: 1, online: 1", "counter: 0");
    assert_eq!(
        load(&format!("  count: 10\n  figure: F1\n{rest}"), FIGURES, "").unwrap_err(),
        "tiny.yaml:31:7: dossiers.then[2]: the weights are all 0 (give at least one of them a weight)"
    );
    assert_eq!(
        problems("  count: 10\n  figure: F1\n  by: level\n  parts: { commune: 10 }"),
        "tiny.yaml:31:7: dossiers.then[0]: unit U1 is of level district, these dossiers are of level commune (name a unit of that level)"
    );
}

#[test]
fn units_without_a_fitting_procedure_are_refused() {
    let rest = REST.replace("none: 1, counter: 1", "counter: 1");
    let text = text(&format!("  count: 10\n  figure: F1\n{rest}"), FIGURES, "");
    let free_only = PROCEDURES.replace("20_000", "0");
    let catalogue = Catalogue::load("procedures.yaml", &free_only).unwrap();
    let calendar = include_str!("../../../scenarios/calendars/vietnam.yaml");
    let calendar = Calendar::load("vietnam.yaml", calendar).unwrap();
    let problems = Province::load("tiny.yaml", &text, &catalogue, &calendar).unwrap_err().to_string();
    let expected =
        "dossiers: unit U1 has no payable procedure for 3 dossiers (level = district, unit = U1, channel = counter";
    assert!(problems.contains(expected), "{problems}");
}

#[test]
fn contradictions_name_figures_that_exist_and_explain_every_inconsistent_one() {
    let tree = format!("  count: 10\n  figure: F1\n{REST}");
    let inconsistent = FIGURES.replace("precision: exact, quote: ba", "precision: inconsistent, quote: ba");
    assert_eq!(
        load(&tree, &inconsistent, "").unwrap_err(),
        "tiny.yaml:24:5: figures[1]: figure F2 is inconsistent, but nobody says with what (name it under `contradictions`, with what \
         it `says` and how it is `resolved`)"
    );
    let explained =
        format!("{inconsistent}\ncontradictions:\n  - {{ figures: [F2, F1], says: three of ten, resolved: ten }}");
    let province = load(&tree, &explained, "").unwrap();
    assert_eq!(province.contradictions()[0].figures, [1, 0]);
    let unknown = explained.replace("[F2, F1]", "[F2, F7]");
    let problems = load(&tree, &unknown, "").unwrap_err();
    assert!(problems.contains("contradictions[0].figures[1]: `F7` is none of the figures"), "{problems}");
}

#[test]
fn a_count_need_only_be_what_its_figure_says() {
    let tree = format!("  count: 10\n  figure: F1\n{REST}");
    let said = |value: &str, precision: &str| {
        let figures = FIGURES.replace("value: 10", &format!("value: {value}")).replacen("exact", precision, 1);
        load(&tree, &figures, "").map(|_province| ())
    };
    assert_eq!(said("9", "more_than"), Ok(()));
    assert_eq!(said("10", "at_least"), Ok(()));
    assert_eq!(said("11", "less_than"), Ok(()));
    assert_eq!(said("12", "about, tolerance: 2"), Ok(()));
    let refused = said("10", "more_than").unwrap_err();
    assert!(refused.contains("the count is 10, but figure F1 says more than 10"), "{refused}");
    let refused = said("13", "about, tolerance: 2").unwrap_err();
    assert!(refused.contains("figure F1 says about 13"), "{refused}");
    let refused = said("10", "exact, tolerance: 2").unwrap_err();
    assert!(refused.contains("only a figure that is `about` right has a tolerance"), "{refused}");
}

#[test]
fn a_margin_that_crosses_the_tree_is_refused_naming_its_branches() {
    // The tree fixes the outcomes; the levels follow from the split of units and are 5 and 5.
    let figures = FIGURES
        .replace("not_reproducible: not needed", "measured_by: select 2, planned: { level: commune, outcome: early }");
    let rest = REST.replace("    - { by: outcome, weights: { early: 1 } }\n", "");
    let tree = format!("  count: 10\n  figure: F1\n  by: outcome\n  parts: {{ early: 8, late: 2 }}\n{rest}");
    let problems = load(&tree, &figures, "").unwrap_err();
    let expected = "4 dossiers are planned (level = commune, outcome = early), figure F2 says 3 (no branch of `dossiers` fixes level and \
                    outcome together: make one with `by:`, crossed margins are not fitted)";
    assert!(problems.contains(expected), "{problems}");
}

#[test]
fn dossiers_that_would_pay_two_amounts_are_refused() {
    let tree =
        "  count: 10\n  figure: F1\n  by: payment\n  parts: { cod: { count: 10, by: return, parts: { post: 10 } } }";
    let rest = "  then:
    - { by: unit, weights: { U1: 1 } }
    - { by: outcome, weights: { early: 1 } }
    - { by: channel, weights: { post: 1 } }";
    let one = "{ of: { payment: cod }, sum: 1_000_000, shape: { 0: 50_000, 1: 150_000 } }";
    let load = |amounts: &str| load(&format!("{tree}\n{rest}"), FIGURES, &format!("amounts: [ {amounts} ]"));
    let twice = load(&format!("{one}, {}", one.replace("cod", "[cod, online]"))).unwrap_err();
    assert!(
        twice.contains("amounts[1]: some of these dossiers (payment = cod or online) pay amounts[0] already"),
        "{twice}"
    );
    let nobody = load(&format!("{one}, {}", one.replace("cod", "online"))).unwrap_err();
    assert!(nobody.contains("amounts[1]: nobody pays these amounts"), "{nobody}");
    let coarse = load(&one.replace("sum:", "step: 60_000, sum:")).unwrap_err();
    assert!(coarse.contains("amounts[0]: the smallest amount is below the step of 60000 dong"), "{coarse}");
}

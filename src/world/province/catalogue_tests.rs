//! Catalogues of provinces: what is refused, in which words, and what editions do to the dossiers.

use jiff::civil::date;
use model::words::Channel;

use super::*;
use crate::calendar::Calendar;

const PROCEDURES: &str = "\
source: made up
procedures:
  - { code: \"1.000001\", name: Miễn phí, field: thử, levels: [commune], legal_days: 1, fee: 0, weight: 3 }
  - { code: \"1.000002\", name: Có phí, field: thử, levels: [commune], legal_days: 2, fee: 20_000, weight: 1, documents: [Đơn, Ảnh] }
tail:
  source: made up
  seed: 7
  popularity: { first: 1, exponent: 1.5 }
  acts: [Cấp, Cấp lại, Gia hạn]
  whom: [\"\", đối với tổ chức]
  legal_days: { department: { 1: 1 }, district: { 1: 1 }, commune: { 1: 3, 2: 1 } }
  fees: { 0: 1, 50_000: 1 }
  documents: [Đơn, Bản sao, Ảnh]
  fields:
    thử: { weights: { commune: 1 }, objects: [giấy phép, thẻ, sổ, chứng chỉ, bằng, văn bản] }
";

/// A province of two weeks, one commune and forty dossiers. `CATALOGUE`, `FIGURES` and `CHANNEL` are filled in by each test.
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
CATALOGUE
units:
  - { code: U1, name: Xã, level: commune, fields: [thử], clerks: 1 }
places:
  - { name: Xã Thử, weight: 1 }
arrivals:
  source: made up
  counter: { open: office, hours: { 8: 1 }, weekdays: { monday: 1, tuesday: 1, wednesday: 1, thursday: 1, friday: 1 } }
  post: { open: office, hours: { 8: 1 }, weekdays: { monday: 1, tuesday: 1, wednesday: 1, thursday: 1, friday: 1 } }
  online: { open: always, hours: { 20: 1 }, weekdays: { monday: 1, tuesday: 1, wednesday: 1, thursday: 1, friday: 1, sunday: 1 }, holiday: 0 }
FIGURES
dossiers:
  count: 40
  then:
    - { by: unit, weights: { U1: 1 } }
    - { by: outcome, weights: { open: 1 } }
    - { by: channel, weights: { CHANNEL: 1 } }
    - { by: return, weights: { counter: 1 } }
    - { by: payment, weights: { none: 1 } }
";

/// Ten procedures, of which more are online from the second week on.
const TWO_EDITIONS: &str = "\
catalogue:
  source: made up
  count: 10
  editions:
    - from: 2021-03-01
      parts:
        - { reach: level2, count: 8, payable: 1, figure: F1 }
        - { reach: level3, count: 2, postal: all }
    - from: 2021-03-08
      parts:
        - { reach: level2, count: 3, payable: all, postal: all }
        - { reach: level3, count: 3, payable: all, postal: all }
        - { reach: level4, count: 4, payable: all, postal: all, integrated: 2 }";

const FIGURES: &str = "\
figures:
  - { id: F1, name: a, value: 8, unit: services, period: { from: 2021-03-01, until: 2021-03-01 }, scope: all, precision: exact, quote: tám, not_reproducible: no }
  - { id: F2, name: b, value: 7, unit: services, period: { from: 2021-03-12, until: 2021-03-12 }, scope: all, precision: exact, quote: bảy, not_reproducible: no, planned: { services: { reach: [level3, level4] } } }
  - { id: F3, name: c, value: 0.4, unit: share, period: { from: 2021-03-12, until: 2021-03-12 }, scope: all, precision: exact, quote: bốn, not_reproducible: no, planned: { services: { reach: level4 } }, base: { services: {} } }
  - { id: F4, name: d, value: 8, unit: services, period: { from: 2021-03-12, until: 2021-03-12 }, scope: all, precision: exact, quote: tám, not_reproducible: no, planned: { services: { has: postal, since: 2021-03-05 } } }";

fn load(catalogue: &str, figures: &str, channel: &str) -> Result<Province, String> {
    let calendar = include_str!("../../../scenarios/calendars/vietnam.yaml");
    let calendar = Calendar::load("vietnam.yaml", calendar).unwrap();
    let procedures = Catalogue::load("procedures.yaml", PROCEDURES).unwrap();
    let text = PROVINCE.replace("CATALOGUE", catalogue).replace("FIGURES", figures).replace("CHANNEL", channel);
    Province::load("tiny.yaml", &text, &procedures, &calendar).map_err(|problems| problems.to_string())
}

/// The problems of the province whose catalogue is [`TWO_EDITIONS`] with one text in another's place.
fn problems(old: &str, new: &str) -> String {
    assert!(TWO_EDITIONS.contains(old), "{old}");
    load(&TWO_EDITIONS.replacen(old, new, 1), FIGURES, "online").unwrap_err()
}

#[test]
fn a_catalogue_is_filled_up_and_offered_as_its_parts_say() {
    let province = load(TWO_EDITIONS, FIGURES, "online").unwrap();
    assert_eq!(province.catalogue().len(), 10);
    let counts: Vec<Vec<_>> = province
        .editions()
        .iter()
        .map(|edition| edition.composition().iter().map(|(reach, offered)| (*reach, offered.count)).collect())
        .collect();
    assert_eq!(counts[0], [(Reach::Level2, 8), (Reach::Level3, 2)]);
    assert_eq!(counts[1], [(Reach::Level2, 3), (Reach::Level3, 3), (Reach::Level4, 4)]);
    // Named procedures are raised first; what is free is never payable.
    let offers = province.catalogue_on(date(2021, 3, 12));
    assert!(
        offers.iter().take(2).all(|(procedure, offer)| { !procedure.is_generated() && offer.reach == Reach::Level4 })
    );
    assert!(offers.iter().all(|(procedure, offer)| !offer.payable || procedure.fee > model::Vnd::ZERO));
    assert_eq!(offers.iter().filter(|(_, offer)| offer.integrated).count(), 2);
    assert!(province.catalogue_on(date(2021, 2, 28)).is_empty());
}

#[test]
fn every_change_moves_up_and_leads_from_one_phase_to_the_next() {
    let province = load(TWO_EDITIONS, FIGURES, "online").unwrap();
    let (before, after) = (&province.editions()[0], &province.editions()[1]);
    let mut offers = before.offers.clone();
    for change in province.changes() {
        let offer = &mut offers[usize::from(change.procedure)];
        assert!(change.on == date(2021, 3, 8) && change.offer.reach >= offer.reach && change.offer != *offer);
        *offer = change.offer;
    }
    assert_eq!(offers, after.offers);
}

#[test]
fn nobody_submits_online_before_the_procedure_is_raised() {
    let online = load(TWO_EDITIONS, FIGURES, "online").unwrap();
    assert_eq!(online.count(), 40);
    for cell in online.cells() {
        let first = online.catalogue_on(cell.window.from)[usize::from(cell.procedure)].1;
        assert!(first.reach.takes_dossiers(), "{cell:?}");
    }
    let begins = |day| online.cells().iter().any(|cell| cell.window.from == day);
    assert!(begins(date(2021, 3, 1)) && begins(date(2021, 3, 8)));
    // At the counter nothing is restricted.
    let counter = load(TWO_EDITIONS, FIGURES, "counter").unwrap();
    assert!(counter.cells().iter().all(|cell| cell.window.from == date(2021, 3, 1)));
    assert!(counter.cells().iter().all(|cell| cell.channel == Channel::Counter));
}

#[test]
fn what_nobody_is_offered_is_refused() {
    let nothing = "catalogue: { source: x, count: 10, editions: [ { from: 2021-01-01, parts: [ { reach: level2, count: 10 } ] } ] }";
    let problems = load(nothing, "", "online").unwrap_err();
    assert_eq!(
        problems,
        "tiny.yaml:22:3: dossiers: no free procedure of unit U1 is offered that way to 40 dossiers (level = commune, unit = U1, channel = \
         online, outcome = open, payment = none, return = counter) (raise one in the `catalogue`, or let them come, pay or \
         have it returned otherwise)"
    );
}

#[test]
fn parts_that_do_not_add_up_or_contradict_their_figure_are_refused() {
    assert_eq!(
        problems("count: 8, payable: 1", "count: 7, payable: 1"),
        "tiny.yaml:14:7: catalogue.editions[0]: the parts add up to 9, the whole is 10: level2 7 (F1) + level3 2 (correct a part, or the \
         `count`)"
    );
    let less =
        TWO_EDITIONS.replace("count: 8, payable: 1", "count: 7").replacen("level3, count: 2", "level3, count: 3", 1);
    let problems = load(&less, FIGURES, "online").unwrap_err();
    assert!(problems.contains("7 are planned, figure F1 says 8 (mend `catalogue`"), "{problems}");
    let unknown = TWO_EDITIONS.replace("figure: F1", "figure: F9");
    let problems = load(&unknown, FIGURES, "online").unwrap_err();
    assert!(problems.contains("parts[0].figure: `F9` is none of the figures"), "{problems}");
}

#[test]
fn figures_about_services_are_counted_and_compared() {
    for (stated, wrong, said) in [
        ("value: 7", "value: 6", "7 are planned, figure F2 says 6"),
        ("value: 0.4", "value: 0.5", "4 of 10 are planned, figure F3 says 0.5"),
        (
            "tám, not_reproducible: no, planned",
            "tám, not_reproducible: no, base: { services: {} }, planned",
            "8 of 10 are planned, figure F4",
        ),
        ("since: 2021-03-05", "since: 2021-02-05", "nothing is said of how procedures are offered on 2021-02-05"),
        ("has: postal", "has: praise", "`praise` is not known here (one of: payable, postal, integrated, dossiers)"),
    ] {
        let problems = load(TWO_EDITIONS, &FIGURES.replace(stated, wrong), "online").unwrap_err();
        assert!(problems.contains(said), "{said} in {problems}");
    }
    let problems = load("", FIGURES, "online").unwrap_err();
    assert!(
        problems.contains("nothing is said of how procedures are offered (give the province a `catalogue`)"),
        "{problems}"
    );
}

#[test]
fn nothing_moves_down_and_nothing_is_taken_back() {
    let (first, _) = TWO_EDITIONS.split_once("    - from: 2021-03-08").unwrap();
    let down = format!(
        "{first}    - {{ from: 2021-03-08, parts: [ {{ reach: level2, count: 9 }}, {{ reach: level3, count: 1 }} ] }}"
    );
    let text = load(&down, "", "online").unwrap_err();
    assert!(text.contains("2 of them are level3 already, 1 are to be (no procedure moves down"), "{text}");
    let text = load(&TWO_EDITIONS.replace("payable: all", "payable: 0"), FIGURES, "online").unwrap_err();
    assert!(text.contains("1 of them are payable already, 0 are to be (nothing is taken back"), "{text}");
}

#[test]
fn what_is_free_is_not_payable() {
    let text = problems("reach: level3, count: 2, postal", "reach: level3, count: 2, payable: 2, postal");
    assert!(text.contains("2 are to be payable, but only 1 of these 2 have a fee (lower the number"), "{text}");
}

#[test]
fn editions_out_of_order_and_two_laws_at_once_are_refused() {
    for (old, new, said) in [
        ("from: 2021-03-01", "from: 2021-03-02", "nothing is said of how procedures are offered on 2021-03-01"),
        ("from: 2021-03-08", "from: 2021-03-01", "the editions do not follow each other"),
        ("reach: level4", "reach: full", "levels and processes side by side"),
        (
            "reach: level3, count: 2",
            "reach: level3, level: commune, count: 2",
            "some parts name their level, some do not",
        ),
        ("reach: level3, count: 2", "reach: level2, count: 2", "the part level2 stands twice"),
        ("count: 10", "count: 1", "the parts add up to 10, the whole is 1"),
    ] {
        let text = problems(old, new);
        assert!(text.contains(said), "{said} in {text}");
    }
}

#[test]
fn a_tail_that_is_missing_or_too_short_is_refused() {
    let many = "catalogue: { source: x, count: 60, editions: [ { from: 2021-01-01, parts: [ { reach: level3, count: 60 } ] } ] }";
    let text = load(many, "", "online").unwrap_err();
    assert!(text.contains("58 procedures of the field thử are to be made (commune) (it has names for 12"), "{text}");
    let calendar = include_str!("../../../scenarios/calendars/vietnam.yaml");
    let calendar = Calendar::load("vietnam.yaml", calendar).unwrap();
    let without = PROCEDURES.split("tail:").next().unwrap();
    let procedures = Catalogue::load("procedures.yaml", without).unwrap();
    let text = PROVINCE.replace("CATALOGUE", many).replace("FIGURES", "").replace("CHANNEL", "online");
    let text = Province::load("tiny.yaml", &text, &procedures, &calendar).unwrap_err().to_string();
    assert!(text.contains("2 procedures are named, 60 are to be (give the file of procedures a `tail`"), "{text}");
}

#[test]
fn everything_in_use_gets_a_dossier_and_nothing_else_does() {
    let in_use = |line: &str| format!("{}\n  in_use: [ {line} ]", TWO_EDITIONS.replace(", figure: F1", ""));
    let province = load(&in_use("{ level: commune, level3: 1, level4: 3 }"), "", "online").unwrap_err();
    // Some of the four have a fee, and all forty dossiers are free.
    assert!(province.contains("no dossier is left at unit U1 for what is in use there: 1.000002"), "{province}");
    let paying =
        PROVINCE.replace("{ by: payment, weights: { none: 1 } }", "{ by: payment, weights: { none: 1, counter: 1 } }");
    let calendar = include_str!("../../../scenarios/calendars/vietnam.yaml");
    let calendar = Calendar::load("vietnam.yaml", calendar).unwrap();
    let procedures = Catalogue::load("procedures.yaml", PROCEDURES).unwrap();
    let text = paying
        .replace("CATALOGUE", &in_use("{ units: [U1], level3: 1, level4: 3 }"))
        .replace("FIGURES", "")
        .replace("CHANNEL", "online");
    let province = Province::load("tiny.yaml", &text, &procedures, &calendar).unwrap();
    assert_eq!((province.procedures().count(), province.count()), (4, 40));
    let text = load(&in_use("{ units: [U1], level4: 9 }"), "", "online").unwrap_err();
    assert!(text.contains("unit U1 decides 4 procedures that are level4, 9 are to be in use"), "{text}");
    let text = load(&in_use("{ level4: 1 }"), "", "online").unwrap_err();
    assert!(text.contains("nobody knows whom this line speaks of (give `level` or `units`)"), "{text}");
}

#[test]
fn a_wrong_catalogue_does_not_hide_what_else_is_wrong() {
    let wrong = TWO_EDITIONS.replace("count: 10", "count: 11").replace("reach: level4", "reach: level5");
    let text = PROVINCE.replace("clerks: 1 }", "clerks: 0 }");
    let calendar = include_str!("../../../scenarios/calendars/vietnam.yaml");
    let calendar = Calendar::load("vietnam.yaml", calendar).unwrap();
    let procedures = Catalogue::load("procedures.yaml", PROCEDURES).unwrap();
    let text = text.replace("CATALOGUE", &wrong).replace("FIGURES", "").replace("CHANNEL", "online");
    let problems = Province::load("tiny.yaml", &text, &procedures, &calendar).unwrap_err().to_string();
    assert_eq!(
        problems,
        "tiny.yaml:22:20: catalogue.editions[1].parts[2].reach: `level5` is not known here (did you mean `level4`? one of: offline, level2, level3, level4, \
         partial, full)\n\
         tiny.yaml:24:66: units[0].clerks: 0 is out of bounds (give a number from 1 to 1000)"
    );
}

#[test]
fn wrong_procedures_and_tails_are_said_at_once() {
    let text = PROCEDURES
        .replace("1.000002", "9.000002")
        .replace("exponent: 1.5", "exponent: 1.3")
        .replace("acts: [Cấp, Cấp lại, Gia hạn]", "acts: []")
        .replace("{ 1: 3, 2: 1 }", "{ 251: 3 }");
    let problems = Catalogue::load("procedures.yaml", &text).unwrap_err().to_string();
    assert_eq!(
        problems,
        "procedures.yaml:4:13: procedures[1].code: codes that begin with 9 are those of generated procedures (take another)\n\
         procedures.yaml:8:37: tail.popularity.exponent: no exponent of popularity (a multiple of 0.25, at most 2)\n\
         procedures.yaml:9:9: tail.acts: nothing to choose from (give at least one)\n\
         procedures.yaml:11:75: tail.legal_days.commune.251: `251` is out of bounds (give a number from 0 to 250)"
    );
}

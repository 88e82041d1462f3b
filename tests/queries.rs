//! The queries of figures and targets: on a recording in which everything went as planned they count what the plan counts.

use std::sync::Arc;

use model::words::{PaymentMethod, PlannedOutcome, ReturnMethod};
use model::{Applicants, Comparison, Counted, Seed};
use rusqlite::{Connection, params};
use world::{Calendar, Catalogue, Fidelity, Population, Province, Reach, Reached, Realised, Scale, Target};

use crate::support::root;

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join("scenarios").join(path)).unwrap()
}

fn population(name: &str) -> Population {
    let calendar = Calendar::load("vietnam", &read("calendars/vietnam.yaml")).unwrap();
    let catalogue = Catalogue::load("common", &read("procedures/common.yaml")).unwrap();
    let province = Province::load(name, &read(&format!("provinces/{name}.yaml")), &catalogue, &calendar).unwrap();
    Population::new(Arc::new(province), Seed(1), Scale::WHOLE).unwrap()
}

/// The tables `results` and `catalogue` of a run that kept to its plan.
fn as_planned(population: &Population) -> Connection {
    let history = Connection::open_in_memory().unwrap();
    history
        .execute_batch(
            "create table results (level, unit, channel, procedure, tag, payment_method, return_method, submitted, outcome,
                 delivered_by_post, collected, paid, traced); begin",
        )
        .unwrap();
    let mut insert = history.prepare("insert into results values (?1,?2,?3,?4,?5,?6,?7,1,?8,?9,?10,?11,1)").unwrap();
    for id in population.ids() {
        let case = population.case(id);
        let has_result = matches!(case.outcome, PlannedOutcome::Early | PlannedOutcome::OnTime | PlannedOutcome::Late);
        let is_collected = case.payment == PaymentMethod::CashOnDelivery;
        let row = params![
            case.level.as_str(),
            case.unit,
            case.channel.as_str(),
            case.procedure,
            case.tag,
            case.payment.as_str(),
            case.returns.as_str(),
            case.outcome.as_str(),
            has_result && case.returns == ReturnMethod::Post,
            if is_collected { case.fee.0 } else { 0 },
            case.fee.0,
        ];
        insert.execute(row).unwrap();
    }
    drop(insert);
    history.execute_batch("create table catalogue (moment, procedure, service_level, payable, postal)").unwrap();
    let period = population.province().period();
    for (moment, day) in [("before", period.from), ("after", period.until)] {
        for (procedure, offer) in population.province().catalogue_on(day) {
            let level = match offer.reach {
                Reach::Offline => continue,
                Reach::Level2 => 2,
                Reach::Level3 | Reach::Partial => 3,
                Reach::Level4 | Reach::Full => 4,
            };
            let row = params![moment, procedure.code, level, offer.payable, offer.postal];
            history.execute("insert into catalogue values (?1,?2,?3,?4,?5)", row).unwrap();
        }
    }
    history
}

#[test]
fn queries_and_selectors_count_the_same() {
    let files = ["dien-bien-2019", "khanh-hoa-2020", "tay-ninh-2021", "vinh-phuc-2021"];
    let texts = files.map(|name| (name, read(&format!("targets/{name}.yaml"))));
    let targets = Target::load(texts.iter().map(|(name, text)| (*name, text.as_str()))).unwrap();
    for name in ["dien-bien-2019", "khanh-hoa-2020", "tay-ninh-2021", "tay-ninh-2024", "vinh-phuc-2021"] {
        let population = population(name);
        let province = population.province();
        let counted = Fidelity::of(&population);
        let history = as_planned(&population);
        for (figure, found) in province.figures().iter().zip(&counted.figures) {
            let (Realised::MeasuredBy(query), Some(generated)) = (&figure.realised, found.generated) else { continue };
            let query = query.text.as_str();
            // Post counters are seen in the exchanges.
            if !query.contains("exchanges") {
                let is_share = history.prepare(query).unwrap().column_count() == 2;
                let base = |row: &rusqlite::Row<'_>| if is_share { row.get(1) } else { Ok(1) };
                let counted = history.query_row(query, [], |row| Ok(Counted { part: row.get(0)?, base: base(row)? }));
                assert_eq!(counted.unwrap(), generated, "{}", figure.id);
            }
            assert_ne!(found.comparison, Some(Comparison::Outside), "{}", figure.id);
        }
        for (target, row) in targets.iter().zip(world::target_rows(&targets, province)) {
            let Some(query) = row.measured_by else { continue };
            let (part, base) = history.query_row(&query, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
            let (Reached::Met(share) | Reached::Missed(share)) = target.ask(province, &counted) else {
                panic!("{name}: {} has a query and no answer", target.id)
            };
            assert_eq!(share, Counted { part, base }, "{name}: {}", target.id);
        }
    }
}

//! What is planned, written into the history before anything is sent.

use std::collections::BTreeSet;

use engine::Peer;
use history::{PlannedDossier, Store};
use model::words::{Operation, PaymentMethod, ReturnMethod};
use model::{Applicants, CaseId, FigureRow, TargetRow};
use world::{Part, People};

use crate::compose::Composition;

/// Who comes as planned, each with the instant in nanoseconds since the run began.
pub(crate) fn as_planned(composed: &Composition) -> Vec<(CaseId, u64)> {
    composed.arrivals.iter().map(|arrival| (arrival.case, composed.timeline.wall(arrival.due))).collect()
}

/// Writes dossiers, figures, targets, calendar, capabilities, gates and publications of a run.
pub(crate) fn write(
    store: &mut Store,
    composed: &Composition,
    peers: &[Peer],
    today: jiff::civil::Date,
    who: &[(CaseId, u64)],
) -> Result<(), history::HistoryError> {
    let people = &composed.people;
    let mut planned = BTreeSet::new();
    let case_of = |&(case, due): &(CaseId, u64)| {
        let case = people.case(case);
        // In a closed model nobody comes when the document has it.
        let arrival = if composed.run.closed.is_some() { composed.timeline.sim(due) } else { case.arrival };
        model::Case { arrival, ..case }
    };
    // In pieces, so that a large population never stands in memory as a whole.
    for who in who.chunks(10_000) {
        let cases: Vec<_> = who.iter().map(case_of).collect();
        planned.extend(cases.iter().flat_map(planned_of));
        store.plan_dossiers(cases.iter().zip(who).map(|(case, (_, due))| PlannedDossier {
            case,
            province: people.part_of(case.id).name(),
            due: *due,
        }))?;
    }
    let calendar = world::calendar_rows(people.period(), &composed.calendar, today);
    let gates: Vec<_> = composed.run.gates.iter().map(|(claim, _)| claim.clone()).collect();
    let mut capabilities = composed.adapter.capabilities();
    capabilities.extend(peers.iter().map(|peer| format!("peer:{}", peer.name)));
    capabilities.extend((!composed.publications.is_empty()).then(|| "publications".to_owned()));
    capabilities.extend(planned.into_iter().map(str::to_owned));
    let operations = composed.operations();
    if !operations.contains(&Operation::Submit) {
        // Where nothing is handed in, no dossier is read back either.
        let is_done = |name: &str| Operation::parse(name).is_none_or(|operation| operations.contains(&operation));
        capabilities.retain(|name| is_done(name) && name != "progress" && !name.starts_with("planned:"));
    }
    store.plan_publications(composed.publications.iter().map(|change| (change.due, &change.offer)))?;
    store.plan_context(&figures(composed), &calendar, &capabilities, &gates)?;
    store.plan_targets(&targets(composed))
}

/// The figures of all provinces, in their order.
fn figures(composed: &Composition) -> Vec<FigureRow> {
    let people = &composed.people;
    let mut known = BTreeSet::new();
    let mut figures = Vec::new();
    for part in people.parts() {
        let (played, whole) = (part.population.count(), part.province().count());
        // A part of the dossiers, or several times as many, cannot realise figures about all of them.
        let part_only = (played != whole).then(|| format!("the run plays {played} of {whole} dossiers"));
        let part_only = composed.not_compared.map(str::to_owned).or(part_only);
        figures.extend(world::figure_rows(part.province()).into_iter().map(|row| FigureRow {
            id: if known.insert(row.id.clone()) { row.id } else { format!("{} ({})", row.id, part.name()) },
            measured_by: row.measured_by.filter(|_| part_only.is_none()).map(|query| of_province(query, part, people)),
            not_reproducible: row.not_reproducible.or_else(|| part_only.clone()),
            ..row
        }));
    }
    figures
}

/// The query of a figure, which counts in a run of several provinces as if only its own were played: it sees the rows of this province
/// in the tables that queries of figures name.
fn of_province(query: String, part: &Part, people: &People) -> String {
    if people.only().is_some() {
        return query;
    }
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let cases = format!("case_id in (select case_id from main.dossiers where province = {})", quoted(part.name()));
    let suffixes = people.parts().iter().map(Part::suffix).filter(|suffix| !suffix.is_empty());
    let ends = |suffix: &str| format!("substr(procedure, -{}) = {}", suffix.chars().count(), quoted(suffix));
    let offered: Vec<_> = match part.suffix() {
        "" => suffixes.map(|suffix| format!("not {}", ends(suffix))).chain(["true".to_owned()]).collect(),
        own => vec![ends(own)],
    };
    let begins = |text: &str| format!("substr(actor, 1, {}) = {}", text.chars().count(), quoted(text));
    let (counters, own_counters) = (begins("post:"), begins(&format!("post:{}/", part.area())));
    let (head, tail) = match query.trim_start().get(..5) {
        Some(start) if start.eq_ignore_ascii_case("with ") => (",\n", query.trim_start().get(5..).unwrap_or_default()),
        Some(_) | None => ("\n", query.as_str()),
    };
    format!(
        "with results as (select * from temp.results where {cases}),\n\
         catalogue as (select * from temp.catalogue where {}),\n\
         exchanges as (select * from main.exchanges where {cases} and (not {counters} or {own_counters})){head}{tail}",
        offered.join(" and ")
    )
}

/// What a dossier gives rules to examine, as capabilities: a rule about what nobody planned does not apply.
fn planned_of(case: &model::Case) -> impl Iterator<Item = &'static str> + use<> {
    let (has_fee, payment) = (case.fee > model::Vnd::ZERO, case.payment);
    [
        (case.returns == ReturnMethod::Post, "planned:post_return"),
        (has_fee && payment == PaymentMethod::Online, "planned:online_payment"),
        (has_fee && matches!(payment, PaymentMethod::Online | PaymentMethod::Counter), "planned:payment_before"),
        (has_fee && payment != PaymentMethod::None, "planned:payment"),
    ]
    .into_iter()
    .filter_map(|(is_planned, name)| is_planned.then_some(name))
}

/// The targets as the history has them, asked of all provinces together; a part of the dossiers can answer none.
fn targets(composed: &Composition) -> Vec<TargetRow> {
    let (played, whole) = (u64::from(composed.people.count()), composed.people.whole());
    let part = (played != whole).then(|| format!("the run plays {played} of {whole} dossiers"));
    let part = composed.not_compared.map(str::to_owned).or(part);
    let of_provinces =
        composed.people.parts().iter().map(|part| world::target_rows(&composed.targets, part.province()));
    // What the dossiers of any province can answer is asked.
    let answerable = |one: TargetRow, other: TargetRow| if one.measured_by.is_some() { one } else { other };
    let rows =
        of_provinces.reduce(|all, more| all.into_iter().zip(more).map(|(one, other)| answerable(one, other)).collect());
    let of_whole = |row: TargetRow| TargetRow {
        measured_by: row.measured_by.filter(|_| part.is_none()),
        not_measured: row.not_measured.or_else(|| part.clone()),
        ..row
    };
    rows.unwrap_or_default().into_iter().map(of_whole).collect()
}

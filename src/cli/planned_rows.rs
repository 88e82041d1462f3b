//! What is planned, written into the history before anything is sent.

use std::collections::BTreeSet;

use engine::Peer;
use history::{PlannedDossier, Store};
use model::words::{Operation, PaymentMethod, ReturnMethod};
use model::{Applicants, CaseId, FigureRow, TargetRow};

use crate::compose::Composition;

/// Who comes as planned, each with the instant in nanoseconds since the run began.
pub(crate) fn as_planned(composed: &Composition) -> Vec<(CaseId, u64)> {
    composed.arrivals.iter().map(|arrival| (arrival.case, composed.timeline.wall(arrival.due))).collect()
}

/// Writes the dossiers of those who come, and figures, targets, calendar, capabilities, gates and publications of a run.
pub(crate) fn write(
    store: &mut Store,
    composed: &Composition,
    peers: &[Peer],
    today: jiff::civil::Date,
    who: &[(CaseId, u64)],
) -> Result<(), history::HistoryError> {
    let mut planned = BTreeSet::new();
    let case_of = |&(case, due): &(CaseId, u64)| {
        let case = composed.population.case(case);
        // In a closed model nobody comes when the document has it.
        let arrival = if composed.run.closed.is_some() { composed.timeline.sim(due) } else { case.arrival };
        model::Case { arrival, ..case }
    };
    // In pieces, so that a large population never stands in memory as a whole.
    for who in who.chunks(10_000) {
        let cases: Vec<_> = who.iter().map(case_of).collect();
        planned.extend(cases.iter().flat_map(planned_of));
        let province = composed.province.name();
        store.plan_dossiers(cases.iter().zip(who).map(|(case, (_, due))| PlannedDossier {
            case,
            province,
            due: *due,
        }))?;
    }
    // A part of the dossiers, or several times as many, cannot realise figures about all of them.
    let part = (composed.population.count() != composed.province.count())
        .then(|| format!("the run plays {} of {} dossiers", composed.population.count(), composed.province.count()));
    let part = composed.not_compared.map(str::to_owned).or(part);
    let figures: Vec<_> = world::figure_rows(&composed.province)
        .into_iter()
        .map(|row| FigureRow {
            measured_by: row.measured_by.filter(|_| part.is_none()),
            not_reproducible: row.not_reproducible.or_else(|| part.clone()),
            ..row
        })
        .collect();
    let calendar = world::calendar_rows(&composed.province, &composed.calendar, today);
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
    store.plan_context(&figures, &calendar, &capabilities, &gates)?;
    store.plan_targets(&targets(composed, part.as_deref()))
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

/// The targets as the history has them; a part of the dossiers can answer none.
fn targets(composed: &Composition, part: Option<&str>) -> Vec<TargetRow> {
    let rows = world::target_rows(&composed.targets, &composed.province).into_iter();
    let of_whole = |row: TargetRow| TargetRow {
        measured_by: row.measured_by.filter(|_| part.is_none()),
        not_measured: row.not_measured.or_else(|| part.map(str::to_owned)),
        ..row
    };
    rows.map(of_whole).collect()
}

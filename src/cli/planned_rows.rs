//! What is planned, written into the history before anything is sent.

use std::collections::BTreeSet;

use engine::Peer;
use history::{PlannedDossier, Store};
use model::words::{PaymentMethod, ReturnMethod};
use model::{Applicants, FigureRow, TargetRow};

use crate::compose::Composition;

/// Writes dossiers, figures, targets, calendar, capabilities, gates and publications of a run.
pub(crate) fn write(
    store: &mut Store,
    composed: &Composition,
    peers: &[Peer],
    today: jiff::civil::Date,
) -> Result<(), history::HistoryError> {
    let mut planned = BTreeSet::new();
    // In pieces, so that a large population never stands in memory as a whole.
    for arrivals in composed.arrivals.chunks(10_000) {
        let cases: Vec<_> = arrivals.iter().map(|arrival| composed.population.case(arrival.case)).collect();
        planned.extend(cases.iter().flat_map(planned_of));
        store.plan_dossiers(cases.iter().zip(arrivals).map(|(case, arrival)| PlannedDossier {
            case,
            province: composed.province.name(),
            due: composed.timeline.wall(arrival.due),
        }))?;
    }
    // A part of the dossiers, or several times as many, cannot realise figures about all of them.
    let part = (composed.population.count() != composed.province.count())
        .then(|| format!("the run plays {} of {} dossiers", composed.population.count(), composed.province.count()));
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

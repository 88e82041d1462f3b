//! `vandan plan`: what a run or a country would do, without sending anything.

use model::nanoseconds;
use model::words::{Channel, PaymentMethod, ReturnMethod, Role};
use report::text::count;
use report::{Column, Ink, Page};
use serde_json::json;
use world::{Planned, Realised};

use crate::args::PlanVerb;
use crate::compose::Composition;
use crate::connections::{self, Connections};
use crate::console;
use crate::estimate::{self, Estimate};
use crate::exit::{Exit, Failure};
use crate::offered_load::{GateSamples, OfferedLoad, Pace, rate};
use crate::run_file::Closed;
use crate::targets;

pub(crate) fn plan(args: &PlanVerb) -> Result<Exit, Failure> {
    if args.period.is_some() {
        let message = "could not take --period: the days of a run are those of its province; countries take it";
        return Err(Failure::new(Exit::InvalidConfiguration, message));
    }
    let composed = Composition::of(&args.choice)?;
    console::print(&if args.json { json(&composed) } else { summary(&composed) });
    Ok(Exit::Conforms)
}

/// The text of `plan.json`: the plan, what it offers, what the claims need, and what to be warned of.
pub(crate) fn json(composed: &Composition) -> String {
    let mut plan = serde_json::to_value(&composed.plan).unwrap_or_default();
    let run = &composed.run;
    if let (Some(fields), false) = (plan.as_object_mut(), run.targets.is_empty()) {
        fields.insert("targets".to_owned(), run.targets.iter().map(ToString::to_string).collect());
        fields.insert("http".to_owned(), json!(run.http.to_string()));
    }
    if let (Some(closed), Some(fields)) = (composed.run.closed, plan.as_object_mut()) {
        // Of a closed model only the run shows how many come.
        fields.insert("closed_people".to_owned(), json!(closed.people));
        return format!("{plan:#}");
    }
    let (offer, gates) = offer(composed);
    if let Some(fields) = plan.as_object_mut() {
        fields.insert("offered".to_owned(), offer.to_json());
        fields.insert("requests".to_owned(), Estimate::of(composed).to_json());
        fields.insert("connections".to_owned(), connections::to_json(composed, &offer));
        fields.insert("gates".to_owned(), gates.iter().map(GateSamples::to_json).collect());
        fields.insert("warnings".to_owned(), json!(warnings(composed, &offer, &gates)));
    }
    format!("{plan:#}")
}

/// A plan as people read it.
pub(crate) fn summary(composed: &Composition) -> String {
    let plan = &composed.plan;
    let (offer, gates) = offer(composed);
    let mut page = console::page();
    page.paragraph("", Ink::Strong, &composed.run.title);
    page.paragraph("", Ink::Plain, &format!("seed {}", composed.seed.0));
    page.gap();
    if let Some(closed) = composed.run.closed {
        return closed_summary(composed, closed, page);
    }
    page.line("dossiers", &count(plan.dossiers.into()));
    page.line("channels", &shares(plan, "channel", Channel::ALL.iter().map(|word| word.as_str())));
    page.line("payment", &shares(plan, "payment", PaymentMethod::ALL.iter().map(|word| word.as_str())));
    page.line("return", &shares(plan, "return", ReturnMethod::ALL.iter().map(|word| word.as_str())));
    page.line("period", &format!("{} to {}, played in {:.0} s", plan.from, plan.until, plan.wall_seconds));
    if let Some(shape) = &composed.run.load {
        let excluded = if composed.warm_up().is_zero() { "" } else { "; gates do not count the warm-up" };
        page.line("load", &format!("{shape}{excluded}"));
    }
    page.line("people", &format!("{} units, {} clerks", composed.people.units().count(), composed.staff.len()));
    for part in composed.people.parts() {
        let whose = composed.people.only().map_or_else(|| format!("{}, ", part.name()), |_| String::new());
        for edition in part.province().editions() {
            page.line("catalogue", &format!("{whose}{}: {}", edition.from, catalogue(edition)));
        }
    }
    page.line("working day", &working_day(composed));
    peaks(&mut page, &plan.peak, &format!("in second {} of the run", plan.peak.second.at));
    if let Some(visits) = &plan.visits {
        visited(&mut page, visits);
    }
    offered(&mut page, &offer);
    Estimate::of(composed).tell(&mut page);
    connections::tell(&mut page, composed, &offer);
    if !plan.figures.is_empty() {
        page.line("figures", &figures(composed));
    }
    portal(&mut page, composed);
    page.line("digest", &plan.digest);
    provinces(&mut page, &plan.provinces);
    claims(&mut page, &gates);
    remarks(&mut page, &warnings(composed, &offer, &gates));
    page.into_text()
}

/// The plan of a closed model: how many come, and when, only the run will show.
fn closed_summary(composed: &Composition, closed: Closed, mut page: Page) -> String {
    let (length, warm_up) = (composed.run.length.as_secs_f64(), closed.warm_up.as_secs_f64());
    let excluded =
        if closed.warm_up.is_zero() { String::new() } else { format!("; gates do not count the first {warm_up} s") };
    let load = "people at a time, each beginning the next journey when the last has ended (closed model)";
    page.line("load", &format!("{} {load}, for {length} s{excluded}", closed.people));
    page.line(
        "dossiers",
        &format!("as many as the portal lets come, {} at the most", count(composed.plan.dossiers.into())),
    );
    page.line("people", &format!("{} units, {} clerks", composed.people.units().count(), composed.staff.len()));
    portal(&mut page, composed);
    page.into_text()
}

/// Where the portal is, how it is spoken to, and what it is judged by.
fn portal(page: &mut Page, composed: &Composition) {
    targets::tell(page, &composed.run);
    page.line("portal", &format!("{} ({})", composed.adapter.name, composed.adapter.title));
    page.line("judged by", &format!("{} rules, {} gates", composed.rules.rules().len(), composed.run.gates.len()));
    for journey in &composed.left_out {
        page.line("left out", journey);
    }
}

/// The provinces, where there are several: each with its days, and where they lie on the run's clock.
fn provinces(page: &mut Page, provinces: &[world::PlannedProvince]) {
    if provinces.is_empty() {
        return;
    }
    page.heading("PROVINCES", "");
    let column = |of: fn(&world::PlannedProvince) -> String| provinces.iter().map(of).collect::<Vec<_>>();
    page.table(vec![
        Column::left("", column(|province| province.name.clone())),
        Column::right("dossiers", 0, column(|province| count(province.dossiers.into()))),
        Column::right("of", 1, column(|province| count(province.whole.into()))),
        Column::right("units", 2, column(|province| count(province.units as u64))),
        Column::right("peak day", 3, column(|province| count(province.peak_day.dossiers.into()))),
        Column::left("document", column(|province| format!("{} - {}", province.from, province.until))),
        Column::left("begins", column(|province| province.begins.clone())),
    ]);
    let legend = "begins: the day of the run's clock on which the first day of the document is played";
    page.paragraph("    ", Ink::Faint, legend);
}

/// The busiest day and hour, and the second, which is told by `when`.
pub(crate) fn peaks(page: &mut Page, peak: &world::Peaks, when: &str) {
    page.line("peak day", &format!("{} dossiers on {}", count(peak.day.dossiers.into()), peak.day.at));
    page.line(
        "peak hour",
        &format!("{} dossiers from {}:00", count(peak.hour.dossiers.into()), peak.hour.at.replace('T', " ")),
    );
    page.line("peak second", &format!("{} dossiers {when}", count(peak.second.dossiers.into())));
}

/// Visitors, and the second in which most people come.
fn visited(page: &mut Page, visits: &world::PlannedVisits) {
    page.line("visits", &format!("{} by visitors", count(visits.count)));
    let world::Crowd { at, dossiers, visits } = &visits.peak_second;
    let (dossiers, visits) = (count((*dossiers).into()), count((*visits).into()));
    page.line("", &format!("at most {visits} in a second, the run's second {at}, beside {dossiers} dossiers"));
}

/// The exchanges offered.
pub(crate) fn offered(page: &mut Page, offer: &OfferedLoad) {
    let exchanges = count(offer.exchanges());
    let each_visit = offer.per_visit().map(|each| format!(", {each:.1} for each visit")).unwrap_or_default();
    page.line(
        "requests",
        &format!("at least about {exchanges} under load, {:.1} for each dossier{each_visit}", offer.per_dossier()),
    );
    page.line("", &format!("{} on average, {} in the peak second", rate(offer.mean_rate()), rate(offer.peak_rate())));
    page.line("", "(an estimate: each journey once, every answer ok; looking again comes on top)");
}

/// The claims with the samples they need and get.
pub(crate) fn claims(page: &mut Page, gates: &[GateSamples]) {
    if gates.is_empty() {
        return;
    }
    page.heading("GATES", "");
    let column = |of: fn(&GateSamples) -> String| gates.iter().map(of).collect::<Vec<_>>();
    page.table(vec![
        Column::left("  claim", column(|gate| format!("{} {}", if gate.is_enough() { '✓' } else { '!' }, gate.claim))),
        Column::right("needs", 1, column(|gate| count(gate.needed))),
        Column::right("offered", 1, column(|gate| count(gate.offered))),
    ]);
    page.paragraph("    ", Ink::Faint, "needs: the fewest samples that decide it, if none of them violates it");
}

/// What to be warned of.
pub(crate) fn remarks(page: &mut Page, warnings: &[String]) {
    if warnings.is_empty() {
        return;
    }
    page.heading("WARNINGS", "");
    for warning in warnings {
        page.paragraph("  ! ", Ink::Doubtful, warning);
    }
}

/// What a plan offers the portal, and its gates.
pub(crate) fn offer(composed: &Composition) -> (OfferedLoad, Vec<GateSamples>) {
    let clerks = |role: Role| composed.staff.iter().filter(|staff| staff.role == role).count() as u64;
    let plan = &composed.plan;
    let pace = Pace { wall_seconds: plan.wall_seconds, peak_second: plan.peak.second.dossiers };
    let kinds = composed.people.kinds();
    let offer = OfferedLoad::of(&kinds, clerks, &composed.scripts, &composed.assignment, pace);
    let offer = match (&plan.visits, composed.assignment.visit) {
        (Some(visits), Some(journey)) => {
            let kinds = composed.people.kinds_of(&composed.visits);
            offer.with_visits(visits, &kinds, &composed.scripts, journey)
        }
        (None, _) | (_, None) => offer,
    };
    let offer = offer.counting(counted(composed));
    let gates = offer.gates(composed.run.gates.iter().map(|(_, gate)| gate));
    (offer, gates)
}

/// What part of the dossiers comes after the warm-up.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn counted(composed: &Composition) -> f64 {
    let warm_up = nanoseconds(composed.warm_up());
    let after = composed.arrivals.iter().filter(|arrival| composed.timeline.wall(arrival.due) >= warm_up).count();
    after as f64 / composed.arrivals.len().max(1) as f64
}

/// `193 dossiers on average, 16 working days`.
fn working_day(composed: &Composition) -> String {
    let period = composed.people.period();
    let days = period.days().filter(|day| composed.calendar.is_working(*day)).count();
    let days = days as u64;
    let mean = (u64::from(composed.plan.dossiers) + days / 2) / days.max(1);
    format!("{} dossiers on average, {days} working days", count(mean))
}

/// `33 in the document: 20 planned, 3 shown by the run alone, 10 not reproducible`.
fn figures(composed: &Composition) -> String {
    let figures: Vec<_> = composed.people.parts().iter().flat_map(|part| part.province().figures()).collect();
    let planned = figures.iter().filter(|figure| figure.planned != Planned::Nothing).count();
    let open = unplanned(composed).count();
    let rest = figures.len() - planned - open;
    let s = if composed.people.only().is_some() { "" } else { "s" };
    format!(
        "{} in the document{s}: {planned} planned, {open} shown by the run alone, {rest} not reproducible",
        figures.len()
    )
}

/// The ids of figures that a run measures, but nothing planned counts.
fn unplanned(composed: &Composition) -> impl Iterator<Item = &str> {
    let is_open = |figure: &&world::Figure| {
        matches!(figure.realised, Realised::MeasuredBy(_)) && figure.planned == Planned::Nothing
    };
    let figures = composed.people.parts().iter().flat_map(|part| part.province().figures());
    figures.filter(is_open).map(|figure| figure.id.as_str())
}

fn warnings(composed: &Composition, offer: &OfferedLoad, gates: &[GateSamples]) -> Vec<String> {
    let mut warnings: Vec<_> = gates.iter().filter_map(GateSamples::warning).collect();
    let open: Vec<_> = unplanned(composed).collect();
    if !open.is_empty() {
        let ids = open.join(", ");
        warnings.push(format!("nothing planned counts {ids}: only the run will show whether it comes true"));
    }
    warnings.extend(sharp_peak(composed, offer));
    warnings.extend(connections::warning(composed, offer));
    let one_line = |reason: String| reason.replace('\n', "; ");
    let hosts = estimate::hosts(&composed.run.targets, &[]);
    warnings.extend(match estimate::refusal(composed, &hosts) {
        Some(reason) => Some(format!("`vandan run --target` would be refused: {}", one_line(reason))),
        None => estimate::refusal(composed, &estimate::with_peers(hosts))
            .map(|reason| format!("with --bank and --post at the portal's host: {}", one_line(reason))),
    });
    warnings
}

/// Warns if the second with the most dossiers lies in closed hours and asks for more connections than there are.
fn sharp_peak(composed: &Composition, offer: &OfferedLoad) -> Option<String> {
    let second: u64 = composed.plan.peak.second.at.parse().ok()?;
    let middle = composed.timeline.sim(second * 1_000_000_000 + 500_000_000);
    let segment = composed.timeline.segments().iter().find(|segment| middle < segment.end)?;
    let tightest = tightest_limit(composed)?;
    let Connections::Pool(most) = composed.run.limits.connections else { return None };
    let connections = f64::from(u32::try_from(most).ok()?);
    let affordable = connections / offer.peak_rate_of_dossiers().max(f64::MIN_POSITIVE);
    (!segment.office && affordable < tightest).then(|| {
        format!(
            "closed hours pass {} times faster, so that the peak second lies in them. At {} with {} connections a lane, a \
             dossier may hold a connection for {:.0} ms, but the tightest gate allows {:.0} ms. Lower `closed_hours`, raise \
             `time.length`, or give people connections of their own with `--connections per_person`",
            composed.run.closed_hours,
            rate(offer.peak_rate_of_dossiers()),
            connections,
            affordable * 1_000.0,
            tightest * 1_000.0
        )
    })
}

/// The shortest time that a gate allows, in seconds.
#[expect(clippy::cast_precision_loss, reason = "limits are far below 2^53 ns")]
fn tightest_limit(composed: &Composition) -> Option<f64> {
    let limits = composed.run.gates.iter().filter_map(|(_, gate)| match gate.measure {
        verdict::Measure::Latency { limit_ns, .. } => Some(limit_ns),
        verdict::Measure::Errors { .. } => None,
    });
    limits.min().map(|limit| limit as f64 / 1e9)
}

/// `1,785 level2 + 243 level3 + 88 level4, 45 payable`.
fn catalogue(edition: &world::Edition) -> String {
    let composition = edition.composition();
    let parts = composition.iter().map(|(reach, offered)| format!("{} {reach}", count(offered.count.into())));
    let payable: u32 = composition.values().map(|offered| offered.payable).sum();
    format!("{}, {} payable", parts.collect::<Vec<_>>().join(" + "), count(payable.into()))
}

fn shares<'a>(plan: &world::Plan, dimension: &str, words: impl Iterator<Item = &'a str>) -> String {
    let totals = plan.totals.get(dimension);
    let counts = words.filter_map(|word| Some(format!("{} {word}", count((*totals?.get(word)?).into()))));
    counts.collect::<Vec<_>>().join(" + ")
}

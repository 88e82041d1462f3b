//! Operations that find dossiers, follow their events, and count them.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::de::IntoDeserializer;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::api::access::{AnyClerk, Citizen};
use crate::api::body::{Path, Query, json};
use crate::api::operation::{Operation, Who, get};
use crate::api::pages::Wanted;
use crate::api::view::Item;
use crate::behaviour::defects::{Defect, Defects};
use crate::domain::dossier::{Dossier, Entry};
use crate::domain::moment::Moment;
use crate::domain::problem::Problem;
use crate::domain::states;
use crate::state::portal::Portal;

/// How many events are listed at once.
const MOST_EVENTS: usize = 1_000;

pub(crate) fn operations() -> Vec<Operation> {
    vec![
        get("/api/dossiers/{code}/history", history)
            .named("readHistory", "Read the history of one's own dossier", "Quá trình giải quyết hồ sơ của tôi")
            .by(Who::Citizen)
            .gives::<History<'_>>(StatusCode::OK),
        get("/api/desk/dossiers/{code}/history", desk_history)
            .named("readHistoryAtDesk", "Read the history of a dossier", "Quá trình giải quyết hồ sơ")
            .by(Who::Clerk)
            .gives::<History<'_>>(StatusCode::OK),
        get("/api/desk/events", events)
            .named("listEvents", "Read events after a cursor", "Các sự kiện theo thứ tự")
            .by(Who::Clerk)
            .asks::<Cursor>()
            .gives::<Events<'_>>(StatusCode::OK),
        get("/api/desk/statistics/periods", periods)
            .named("countByPeriod", "Count by unit and period", "Thống kê theo đơn vị và kỳ")
            .by(Who::Clerk)
            .asks::<Periods>()
            .gives::<Statistics<'_>>(StatusCode::OK),
    ]
}

/// The criteria of a search; an absent one matches all dossiers.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct Criteria {
    unit: Option<String>,
    state: Option<String>,
    procedure: Option<String>,
    citizen_number: Option<String>,
    /// A part of the applicant's name, ignoring case, diacritics and Unicode form.
    name: Option<String>,
    /// The first day of receipt.
    from: Option<Date>,
    /// The last day of receipt.
    until: Option<Date>,
    page: Option<usize>,
    size: Option<usize>,
}

impl Criteria {
    pub(crate) fn page(&self) -> Wanted {
        Wanted::new(self.page, self.size)
    }

    /// A compiled search.
    pub(crate) fn test(&self, defects: Defects) -> Result<impl Fn(&Dossier) -> bool + '_, Problem> {
        let state = self.state.as_deref().map(|word| {
            let read: Result<states::State, serde::de::value::Error> =
                states::State::deserialize(word.into_deserializer());
            read.map_err(|_unknown| Problem::field("state", "is not a state"))
        });
        let state = state.transpose()?;
        let fold = if defects.has(Defect::BytesEq) { str::to_owned } else { folded };
        let name = self.name.as_deref().map(fold);
        let is_same = |wanted: &Option<String>, found: &str| wanted.as_ref().is_none_or(|wanted| wanted == found);
        Ok(move |dossier: &Dossier| {
            let day = dossier.submitted_at.date();
            state.is_none_or(|state| state == dossier.state)
                && is_same(&self.unit, &dossier.unit.code)
                && is_same(&self.procedure, &dossier.procedure.code)
                && is_same(&self.citizen_number, dossier.applicant.citizen_number())
                && self.from.is_none_or(|from| from <= day)
                && self.until.is_none_or(|until| day <= until)
                && name.as_ref().is_none_or(|name| fold(&dossier.applicant.full_name).contains(name.as_str()))
        })
    }
}

/// Lower case without diacritics, so that `Đặng Thị Huệ` in any Unicode form is `dang thi hue`.
fn folded(text: &str) -> String {
    let is_mark = |letter: &char| ('\u{300}'..='\u{36f}').contains(letter);
    let plain = text.nfd().filter(|letter| !is_mark(letter)).flat_map(char::to_lowercase);
    plain.map(|letter| if letter == 'đ' { 'd' } else { letter }).collect()
}

/// Dossiers of all units, oldest first.
pub(crate) async fn dossiers(
    State(portal): State<Arc<Portal>>,
    AnyClerk(_clerk): AnyClerk,
    Query(criteria): Query<Criteria>,
) -> Result<Response, Problem> {
    let registry = portal.registry();
    let (page, test) = (criteria.page().check(registry.defects)?, criteria.test(registry.defects)?);
    Ok(json(StatusCode::OK, &page.of(registry.iter().filter(|dossier| test(dossier)), Item::new)))
}

/// The citizen's own dossiers, oldest first.
pub(crate) async fn own(
    State(portal): State<Arc<Portal>>,
    Citizen(citizen): Citizen,
    Query(criteria): Query<Criteria>,
) -> Result<Response, Problem> {
    let registry = portal.registry();
    let (page, test) = (criteria.page().check(registry.defects)?, criteria.test(registry.defects)?);
    if registry.defects.has(Defect::ListLeak) {
        return Ok(json(StatusCode::OK, &page.of(registry.iter().filter(|dossier| test(dossier)), Item::new)));
    }
    Ok(json(StatusCode::OK, &page.of(registry.own(citizen).filter(|dossier| test(dossier)), Item::new)))
}

#[derive(Serialize, JsonSchema)]
struct History<'dossier> {
    items: &'dossier [Entry],
}

async fn history(
    State(portal): State<Arc<Portal>>,
    Citizen(citizen): Citizen,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    let registry = portal.registry();
    let dossier = registry.get(registry.find_to_read(&code, citizen)?)?;
    Ok(json(StatusCode::OK, &History { items: &dossier.progress }))
}

async fn desk_history(
    State(portal): State<Arc<Portal>>,
    AnyClerk(_clerk): AnyClerk,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    let registry = portal.registry();
    let dossier = registry.get(registry.find(&code)?)?;
    Ok(json(StatusCode::OK, &History { items: &dossier.progress }))
}

/// The cursor after which events are listed, and how many.
#[derive(Deserialize, Default, JsonSchema)]
#[serde(default)]
struct Cursor {
    after: usize,
    take: Option<usize>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Happened")]
struct Happened<'dossier> {
    seq: usize,
    code: &'dossier str,
    unit: &'dossier str,
    #[serde(flatten)]
    entry: &'dossier Entry,
}

#[derive(Serialize, JsonSchema)]
struct Events<'registry> {
    items: Vec<Happened<'registry>>,
    /// The next cursor.
    next: usize,
    is_more: bool,
}

/// All events after a cursor, in order.
async fn events(
    State(portal): State<Arc<Portal>>,
    AnyClerk(_clerk): AnyClerk,
    Query(cursor): Query<Cursor>,
) -> Response {
    let registry = portal.registry();
    let take = cursor.take.unwrap_or(MOST_EVENTS).min(MOST_EVENTS);
    let happened = registry.events(cursor.after).take(take);
    let items: Vec<_> = happened
        .map(|(seq, dossier, entry)| Happened { seq, code: &dossier.code, unit: &dossier.unit.code, entry })
        .collect();
    let next = items.last().map_or(cursor.after, |last| last.seq);
    json(StatusCode::OK, &Events { next, is_more: next < registry.events_so_far(), items })
}

/// The length of a period.
#[derive(Debug, Clone, Copy, Deserialize, PartialEq, Eq, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Grain {
    Day,
    Month,
}

/// The periods of a report.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "WantedPeriods")]
struct Periods {
    #[serde(default = "by_day")]
    by: Grain,
    unit: Option<String>,
    from: Option<Date>,
    until: Option<Date>,
}

fn by_day() -> Grain {
    Grain::Day
}

/// What a unit has done in a period: dossiers by the day of each act.
#[derive(Debug, Default, Serialize, JsonSchema)]
struct Counts {
    received: u64,
    accepted: u64,
    /// Completed before the day they were due.
    early: u64,
    /// Completed on the day they were due.
    on_time: u64,
    late: u64,
    returned: u64,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Period")]
struct Row<'registry> {
    period: String,
    unit: &'registry str,
    #[serde(flatten)]
    counts: Counts,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Periods")]
struct Statistics<'registry> {
    items: Vec<Row<'registry>>,
}

/// The statistics that an operations centre pulls. They are counted from the dossiers each time, so that they cannot drift.
async fn periods(
    State(portal): State<Arc<Portal>>,
    AnyClerk(_clerk): AnyClerk,
    Query(wanted): Query<Periods>,
) -> Response {
    let registry = portal.registry();
    let mut rows: BTreeMap<(String, &str), Counts> = BTreeMap::new();
    let is_wanted =
        |day: Date| wanted.from.is_none_or(|from| from <= day) && wanted.until.is_none_or(|until| day <= until);
    let of_unit = |dossier: &&Dossier| wanted.unit.as_ref().is_none_or(|unit| *unit == dossier.unit.code);
    let completed = if registry.defects.has(Defect::GtVsGe) { count_strictly } else { count_completed };
    for dossier in registry.iter().filter(of_unit) {
        let mut count = |at: Option<Moment>, add: fn(&mut Counts, &Dossier)| {
            if let Some(day) = at.map(Moment::date).filter(|day| is_wanted(*day)) {
                add(rows.entry((period(day, wanted.by), &dossier.unit.code)).or_default(), dossier);
            }
        };
        count(Some(dossier.submitted_at), |counts, _| counts.received += 1);
        count(dossier.accepted_at, |counts, _| counts.accepted += 1);
        count(dossier.completed_at, completed);
        count(dossier.returned_at, |counts, _| counts.returned += 1);
    }
    let items = rows.into_iter().map(|((period, unit), counts)| Row { period, unit, counts }).collect();
    json(StatusCode::OK, &Statistics { items })
}

fn count_completed(counts: &mut Counts, dossier: &Dossier) {
    let (Some(completed_at), Some(due_at)) = (dossier.completed_at, dossier.due_at) else {
        return;
    };
    if completed_at > due_at {
        counts.late += 1;
    } else if completed_at.date() == due_at.date() {
        counts.on_time += 1;
    } else {
        counts.early += 1;
    }
}

/// The defect `gt-vs-ge`.
fn count_strictly(counts: &mut Counts, dossier: &Dossier) {
    if dossier.completed_at.is_some() && dossier.completed_at == dossier.due_at {
        counts.late += 1;
    } else {
        count_completed(counts, dossier);
    }
}

fn period(day: Date, by: Grain) -> String {
    match by {
        Grain::Day => day.to_string(),
        Grain::Month => format!("{:04}-{:02}", day.year(), day.month()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_in_all_its_forms_is_one_name() {
        let composed: String = "Đặng Thị Huệ".nfc().collect();
        let decomposed: String = composed.nfd().collect();
        assert_ne!(composed, decomposed);
        for form in [composed.as_str(), &decomposed, "ĐẶNG THỊ HUỆ", "dang thi hue"] {
            assert_eq!(folded(form), "dang thi hue", "{form}");
        }
    }
}

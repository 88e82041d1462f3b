//! Supplements: a desk asks for further papers, the clock stops, the applicant brings them or the term ends.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::behaviour::defects::Defect;
use crate::behaviour::defects::deadlines::Reading;
use crate::domain::calendar;
use crate::domain::dossier::{Actor, Dossier};
use crate::domain::moment::Moment;
use crate::domain::office::Office;
use crate::domain::office::Term;
use crate::domain::problem::{Flaw, Problem};
use crate::domain::states::{Event, State};

/// How many papers one request may name.
const MOST_ITEMS: usize = 50;
/// The longest name of a paper, reason or note, in characters.
const LONGEST_TEXT: usize = 500;
/// How many working days the applicant has, unless the desk sets another number.
const USUAL_DAYS: u16 = 10;
/// How many the desk may give.
const MOST_DAYS: u16 = 90;

/// A request for further papers (form 02).
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Supplement {
    /// What is missing, paper by paper.
    items: Vec<String>,
    reason: String,
    requested_at: Moment,
    pub(crate) answer_by: Moment,
    received_at: Option<Moment>,
    /// When the term ended without the papers.
    #[serde(skip_serializing_if = "Option::is_none")]
    expired_at: Option<Moment>,
    /// What the applicant wrote with the papers.
    note: Option<String>,
    /// How many requests there were, this one included.
    requests: u32,
}

/// A request as a desk sends it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct RawRequest {
    items: Vec<String>,
    reason: String,
    days: Option<u16>,
}

/// An answer as an applicant, or a desk that is given the papers, sends it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct RawAnswer {
    note: Option<String>,
}

impl RawRequest {
    fn check(&self) -> Result<u16, Problem> {
        let mut flaws = Vec::new();
        let is_text = |text: &String| !text.trim().is_empty() && text.chars().count() <= LONGEST_TEXT;
        if self.items.is_empty() || self.items.len() > MOST_ITEMS || !self.items.iter().all(is_text) {
            flaws.push(Flaw::new("items", "must name each missing paper"));
        }
        if !is_text(&self.reason) {
            flaws.push(Flaw::new("reason", "is missing"));
        }
        let days = self.days.unwrap_or(USUAL_DAYS);
        if !(1..=MOST_DAYS).contains(&days) {
            flaws.push(Flaw::new("days", "must be 1 to 90"));
        }
        if flaws.is_empty() { Ok(days) } else { Err(Problem::fields(flaws)) }
    }
}

/// Asks for further papers.
pub(crate) fn request(
    dossier: &mut Dossier,
    request: RawRequest,
    actor: Actor,
    office: &mut Office<'_>,
) -> Result<(), Problem> {
    dossier.may(Event::SupplementRequested)?;
    let days = request.check()?;
    let requests = dossier.supplement.as_ref().map_or(1, |before| before.requests + 1);
    dossier.interrupt(Event::SupplementRequested, request.reason.clone(), actor, office.now)?;
    let answer_by = calendar::due_at(office.now, days, Reading::Law);
    office.remind(answer_by, Term::Supplement);
    dossier.supplement = Some(Box::new(Supplement {
        items: if office.defects.has(Defect::EmptySupp) { Vec::new() } else { request.items },
        reason: request.reason,
        requested_at: office.now,
        answer_by,
        received_at: None,
        expired_at: None,
        note: None,
        requests,
    }));
    Ok(())
}

/// Takes the papers in: the dossier resumes, and its deadline moves by the length of the pause.
pub(crate) fn receive(
    dossier: &mut Dossier,
    answer: RawAnswer,
    actor: Actor,
    office: &mut Office<'_>,
) -> Result<(), Problem> {
    if dossier.state != State::AwaitingSupplement {
        return Err(dossier.illegal());
    }
    if answer.note.as_ref().is_some_and(|note| note.chars().count() > LONGEST_TEXT) {
        return Err(Problem::field("note", "is too long"));
    }
    dossier.resume(Event::SupplementReceived, actor, office)?;
    if let Some(supplement) = &mut dossier.supplement {
        supplement.received_at = Some(office.now);
        supplement.note = answer.note;
    }
    Ok(())
}

/// Ends a case whose papers did not come within their term: it was not taken in, or it is stopped. Nothing happens
/// where they came, or where other papers were asked for since.
pub(crate) fn lapse(dossier: &mut Dossier, answer_by: Moment) {
    let (State::AwaitingSupplement, Some(pause), Some(supplement)) =
        (dossier.state, dossier.pause, dossier.supplement.as_mut())
    else {
        return;
    };
    if supplement.answer_by != answer_by {
        return;
    }
    supplement.expired_at = Some(answer_by);
    dossier.pause = None;
    dossier.state = if pause.back_to == State::Submitted { State::Rejected } else { State::Stopped };
    dossier.log(Event::SupplementExpired, Actor::Term, answer_by);
}

/// What a desk does that looks after terms: the case has ended by itself, or its term still runs.
pub(crate) fn expire(dossier: &Dossier) -> Result<(), Problem> {
    if dossier.supplement.as_ref().is_some_and(|supplement| supplement.expired_at.is_some()) {
        return Ok(());
    }
    if dossier.state == State::AwaitingSupplement {
        return Err(dossier.not_yet("the applicant still has time to bring the papers"));
    }
    Err(dossier.illegal())
}

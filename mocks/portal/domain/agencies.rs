//! Consultations with other agencies, apologies for late results, bags.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::behaviour::defects::Defect;
use crate::behaviour::defects::deadlines::Reading;
use crate::domain::calendar;
use crate::domain::catalogue::{Clerk, Index};
use crate::domain::dossier::{Actor, Dossier};
use crate::domain::moment::Moment;
use crate::domain::office::Office;
use crate::domain::problem::{Kind, Problem};
use crate::domain::states::{Event, State};

/// The longest text, in characters.
const LONGEST_TEXT: usize = 2_000;
/// The longest term, in working days.
const MOST_DAYS: u16 = 90;

/// A question to another agency (liên thông). The clock of the dossier runs on meanwhile.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Consultation {
    /// The unit that is asked.
    agency: String,
    question: String,
    sent_at: Moment,
    /// By when that unit has to answer: its own clock.
    due_at: Moment,
    answered_at: Option<Moment>,
    answer: Option<String>,
}

impl Consultation {
    /// Whether the answer is still to come.
    pub(crate) fn is_open(&self) -> bool {
        self.answered_at.is_none()
    }
}

/// A question as a clerk sends it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct RawConsultation {
    agency: String,
    question: String,
    days: Option<u16>,
}

/// An answer as the agency sends it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct RawAnswer {
    answer: String,
}

fn text(text: &str, field: &'static str) -> Result<(), Problem> {
    if text.trim().is_empty() {
        return Err(Problem::field(field, "is missing"));
    }
    if text.chars().count() > LONGEST_TEXT { Err(Problem::field(field, "is too long")) } else { Ok(()) }
}

fn term(days: Option<u16>) -> Result<u16, Problem> {
    match days {
        Some(days @ 1..=MOST_DAYS) => Ok(days),
        Some(_) | None => Err(Problem::field("days", "must be 1 to 90")),
    }
}

/// Asks another agency.
pub(crate) fn consult(
    dossier: &mut Dossier,
    raw: RawConsultation,
    catalogue: &Index,
    actor: Actor,
    office: &mut Office<'_>,
) -> Result<(), Problem> {
    if dossier.state != State::InProcess || dossier.consultation.as_ref().is_some_and(|asked| asked.is_open()) {
        return Err(dossier.illegal());
    }
    if catalogue.unit(&raw.agency).is_none() || raw.agency == dossier.unit.code {
        return Err(Problem::field("agency", "is not another unit of the catalogue"));
    }
    text(&raw.question, "question")?;
    let days = term(raw.days)?;
    dossier.log(Event::Consulted, actor, office.now);
    dossier.consultation = Some(Box::new(Consultation {
        agency: raw.agency,
        question: raw.question,
        sent_at: office.now,
        due_at: calendar::due_at(office.now, days, Reading::Law),
        answered_at: None,
        answer: None,
    }));
    Ok(())
}

/// Answers for the agency that was asked.
pub(crate) fn answer(
    dossier: &mut Dossier,
    raw: RawAnswer,
    clerk: &Arc<Clerk>,
    office: &mut Office<'_>,
) -> Result<(), Problem> {
    let refusal = dossier.illegal();
    let Some(consultation) = dossier.consultation.as_mut().filter(|asked| asked.is_open()) else {
        return Err(refusal);
    };
    if clerk.unit.as_ref() != Some(&consultation.agency) {
        return Err(Problem::new(Kind::Forbidden, "another unit was asked"));
    }
    text(&raw.answer, "answer")?;
    consultation.answered_at = Some(office.now);
    consultation.answer = Some(raw.answer);
    dossier.log(Event::ConsultationAnswered, Actor::Clerk(Arc::clone(clerk)), office.now);
    Ok(())
}

/// An apology for a result that comes late, with the new day (form 04).
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Apology {
    reason: String,
    at: Moment,
    due_before: Moment,
    due_after: Moment,
    /// Whether it came at least a day before the deadline it moves.
    is_timely: bool,
}

/// An apology as a desk writes it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct RawApology {
    reason: String,
    /// Working days after the deadline, or after today where that is over.
    days: Option<u16>,
}

/// Apologises and gives a new day: once.
///
/// # Source
/// Decree 61/2018: written notice and apology at least one day before the deadline, one re-scheduling at most.
pub(crate) fn apologise(
    dossier: &mut Dossier,
    raw: RawApology,
    actor: Actor,
    office: &mut Office<'_>,
) -> Result<(), Problem> {
    let (State::Accepted | State::InProcess, Some(before)) = (dossier.state, dossier.due_at) else {
        return Err(dossier.illegal());
    };
    if dossier.apology.is_some() && !office.defects.has(Defect::TwiceRescheduled) {
        return Err(dossier.not_yet("a result is re-scheduled once at most"));
    }
    text(&raw.reason, "reason")?;
    let days = term(raw.days)?;
    let after = calendar::due_at(before.max(office.now), days, Reading::Law);
    if office.defects.has(Defect::NoApology) {
        return Ok(());
    }
    dossier.log(Event::Apologised, actor, office.now);
    dossier.give_reason(raw.reason.clone());
    dossier.move_due(before, after);
    dossier.apology = Some(Box::new(Apology {
        reason: raw.reason,
        at: office.now,
        due_before: before,
        due_after: after,
        is_timely: office.now <= before.minus_hours(24),
    }));
    Ok(())
}

/// The bag in which the papers of a dossier travel between the centre and a department.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
pub(crate) struct BagPlace {
    /// The number of the bag.
    pub(crate) number: u64,
    pub(crate) state: BagState,
}

/// How far a bag has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum BagState {
    Packed,
    InTransit,
    Received,
}

impl Dossier {
    /// Whether its papers can go into a bag.
    pub(crate) fn may_be_bagged(&self) -> Result<(), Problem> {
        let is_at_hand = matches!(self.state, State::Accepted | State::InProcess | State::Completed);
        let is_away = self.bag.is_some_and(|place| place.state != BagState::Received);
        if is_at_hand && !is_away { Ok(()) } else { Err(self.illegal()) }
    }
}

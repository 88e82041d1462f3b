//! Petitions (phản ánh, kiến nghị): complaints and suggestions of citizens, and the four clocks of the answer.
//!
//! # Source
//! Refusal within 2 working days, a request for more within 5, the answer within 15, its publication within 2 after
//! it: the clocks of the petition indicators of the national portal.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::behaviour::defects::deadlines::Reading;
use crate::domain::calendar;
use crate::domain::dirty_set::DirtySet;
use crate::domain::moment::Moment;
use crate::domain::problem::{Flaw, Kind, Problem};

/// Working days for a refusal, a request for more, an answer, and for its publication.
const REFUSE_DAYS: u16 = 2;
const SUPPLEMENT_DAYS: u16 = 5;
const ANSWER_DAYS: u16 = 15;
const PUBLISH_DAYS: u16 = 2;
/// The longest subject and the longest text, in characters.
const LONGEST_SUBJECT: usize = 300;
const LONGEST_TEXT: usize = 5_000;
/// How many petitions are kept; with the longest texts they take 700 MB, with usual ones a hundredth of that.
const MOST: usize = 1 << 14;

/// The state of a petition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum PetitionState {
    Received,
    AwaitingSupplement,
    Refused,
    Answered,
    Published,
}

/// A petition: its texts and about 250 bytes.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Petition {
    number: usize,
    /// Not shown; a column of its own in the store.
    #[serde(skip)]
    pub(crate) owner: u64,
    subject: String,
    text: String,
    /// What the citizen added when asked.
    supplement: Option<String>,
    pub(crate) state: PetitionState,
    received_at: Moment,
    refuse_by: Moment,
    supplement_by: Moment,
    answer_by: Moment,
    /// Set when it is answered.
    publish_by: Option<Moment>,
    /// The latest reason, request or answer of the desk.
    reply: Option<String>,
    answered_at: Option<Moment>,
    published_at: Option<Moment>,
}

/// A petition as it is published: without its author.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PublishedPetition")]
pub(crate) struct Public<'petition> {
    number: usize,
    subject: &'petition str,
    reply: Option<&'petition str>,
    received_at: Moment,
    published_at: Option<Moment>,
}

/// A petition as a citizen writes it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct RawPetition {
    subject: String,
    text: String,
}

/// What a desk does with a petition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    Refuse,
    AskForMore,
    Answer,
}

/// All petitions, by number, counted from 1.
#[derive(Debug, Default)]
pub(crate) struct Petitions {
    pub(crate) all: Vec<Petition>,
    /// The numbers of those that are not yet in the store.
    pub(crate) dirty: DirtySet<usize>,
}

fn is_text(text: &str, longest: usize) -> bool {
    !text.trim().is_empty() && text.chars().count() <= longest
}

impl Petitions {
    /// Receives a petition: its clocks start.
    pub(crate) fn receive(&mut self, raw: RawPetition, owner: u64, now: Moment) -> Result<&Petition, Problem> {
        let mut flaws = Vec::new();
        if !is_text(&raw.subject, LONGEST_SUBJECT) {
            flaws.push(Flaw::new("subject", "must have 1 to 300 characters"));
        }
        if !is_text(&raw.text, LONGEST_TEXT) {
            flaws.push(Flaw::new("text", "must have 1 to 5,000 characters"));
        }
        if !flaws.is_empty() {
            return Err(Problem::fields(flaws));
        }
        if self.all.len() >= MOST {
            return Err(Problem::new(Kind::Full, "no more petitions can be kept"));
        }
        let term = |days| calendar::due_at(now, days, Reading::Law);
        let number = self.all.len() + 1;
        self.dirty.mark(number);
        self.all.push(Petition {
            number,
            owner,
            subject: raw.subject,
            text: raw.text,
            supplement: None,
            state: PetitionState::Received,
            received_at: now,
            refuse_by: term(REFUSE_DAYS),
            supplement_by: term(SUPPLEMENT_DAYS),
            answer_by: term(ANSWER_DAYS),
            publish_by: None,
            reply: None,
            answered_at: None,
            published_at: None,
        });
        self.get(number)
    }

    pub(crate) fn get(&self, number: usize) -> Result<&Petition, Problem> {
        let petition = number.checked_sub(1).and_then(|place| self.all.get(place));
        petition.ok_or_else(|| Problem::not_found("petition"))
    }

    /// A citizen's own petition; that of another is not found.
    pub(crate) fn get_own(&self, number: usize, citizen: u64) -> Result<&Petition, Problem> {
        let own = self.get(number).ok().filter(|petition| petition.owner == citizen);
        own.ok_or_else(|| Problem::not_found("petition"))
    }

    fn get_mut(&mut self, number: usize) -> Result<&mut Petition, Problem> {
        self.dirty.mark(number);
        let petition = number.checked_sub(1).and_then(|place| self.all.get_mut(place));
        petition.ok_or_else(|| Problem::not_found("petition"))
    }

    /// All petitions, oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Petition> {
        self.all.iter()
    }

    /// The petitions of a citizen, oldest first.
    pub(crate) fn own(&self, citizen: u64) -> impl Iterator<Item = &Petition> {
        self.iter().filter(move |petition| petition.owner == citizen)
    }

    /// What is published, oldest first.
    pub(crate) fn published(&self) -> impl Iterator<Item = Public<'_>> {
        self.iter().filter(|petition| petition.state == PetitionState::Published).map(|petition| Public {
            number: petition.number,
            subject: &petition.subject,
            reply: petition.reply.as_deref(),
            received_at: petition.received_at,
            published_at: petition.published_at,
        })
    }

    /// Lets a desk act; a refusal or a request for more after its term is refused.
    pub(crate) fn act(&mut self, number: usize, act: Act, reply: String, now: Moment) -> Result<&Petition, Problem> {
        let petition = self.get_mut(number)?;
        let (by, state) = match act {
            Act::Refuse => (Some(petition.refuse_by), PetitionState::Refused),
            Act::AskForMore => (Some(petition.supplement_by), PetitionState::AwaitingSupplement),
            Act::Answer => (None, PetitionState::Answered),
        };
        if petition.state != PetitionState::Received {
            return Err(illegal(petition));
        }
        if by.is_some_and(|by| now > by) {
            return Err(Problem::new(Kind::IllegalTransition, format!("the term for petition {number} is over")));
        }
        if !is_text(&reply, LONGEST_TEXT) {
            return Err(Problem::field("reply", "must have 1 to 5,000 characters"));
        }
        petition.state = state;
        petition.reply = Some(reply);
        if act == Act::Answer {
            petition.answered_at = Some(now);
            petition.publish_by = Some(calendar::due_at(now, PUBLISH_DAYS, Reading::Law));
        }
        Ok(petition)
    }

    /// Adds what the citizen supplies: the clock of the answer starts again.
    pub(crate) fn add(&mut self, number: usize, citizen: u64, text: String, now: Moment) -> Result<&Petition, Problem> {
        self.get_own(number, citizen)?;
        let petition = self.get_mut(number)?;
        if petition.state != PetitionState::AwaitingSupplement {
            return Err(illegal(petition));
        }
        if !is_text(&text, LONGEST_TEXT) {
            return Err(Problem::field("text", "must have 1 to 5,000 characters"));
        }
        petition.supplement = Some(text);
        petition.state = PetitionState::Received;
        petition.answer_by = calendar::due_at(now, ANSWER_DAYS, Reading::Law);
        Ok(petition)
    }

    /// Publishes an answer.
    pub(crate) fn publish(&mut self, number: usize, now: Moment) -> Result<&Petition, Problem> {
        let petition = self.get_mut(number)?;
        if petition.state != PetitionState::Answered {
            return Err(illegal(petition));
        }
        petition.state = PetitionState::Published;
        petition.published_at = Some(now);
        Ok(petition)
    }
}

fn illegal(petition: &Petition) -> Problem {
    Problem::new(Kind::IllegalTransition, format!("petition {} is {:?}", petition.number, petition.state))
}

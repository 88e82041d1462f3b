//! The result with its seal, its corrections, and the rating of the applicant.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::checksum;
use crate::domain::dossier::{Actor, Dossier};
use crate::domain::moment::Moment;
use crate::domain::office::Office;
use crate::domain::problem::Problem;
use crate::domain::states::{Event, State};
use crate::domain::steps;
use crate::domain::submission::ReturnMethod;

/// The longest comment, in characters.
const LONGEST_COMMENT: usize = 2_000;

/// The state of the seal of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Signature {
    /// The result is electronic, sealed, and in force.
    Valid,
    /// The result is being corrected: the seal is void.
    Revoked,
    /// The result is on paper, signed by hand.
    OnPaper,
}

/// The result of a dossier.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(crate) struct ResultDocument {
    /// Counted from 1; a correction issues the next.
    pub(crate) version: u32,
    pub(crate) issued_at: Moment,
    pub(crate) signature: Signature,
}

/// A result as its owner sees it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Result")]
pub(crate) struct ResultView<'dossier> {
    dossier: &'dossier str,
    procedure: &'dossier str,
    unit: &'dossier str,
    /// The number under which it is filed.
    number: String,
    version: u32,
    issued_at: Moment,
    signature: Signature,
    /// SHA-256 over number, version and moment, in hexadecimal; what a verifier compares.
    digest: String,
}

/// The result of a dossier in full, if there is one.
pub(crate) fn view(dossier: &Dossier) -> Result<ResultView<'_>, Problem> {
    let result = dossier.result.as_ref().ok_or_else(|| Problem::not_found("result"))?;
    let number = format!("KQ-{}", dossier.code);
    let digest = checksum::seal(&[&number, &result.version.to_string()], &result.issued_at.to_string());
    Ok(ResultView {
        dossier: &dossier.code,
        procedure: &dossier.procedure.code,
        unit: &dossier.unit.code,
        number,
        version: result.version,
        issued_at: result.issued_at,
        signature: result.signature,
        digest,
    })
}

/// What a verifier learns of a result: nothing about its owner.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Verification {
    /// Whether this is the version in force.
    is_in_force: bool,
    signature: Signature,
}

/// Compares a digest with the result on record.
pub(crate) fn verify(dossier: &Dossier, digest: &str) -> Result<Verification, Problem> {
    let told = view(dossier)?;
    let is_in_force = told.digest == digest && told.signature != Signature::Revoked;
    Ok(Verification { is_in_force, signature: told.signature })
}

impl ResultDocument {
    fn issue(dossier: &Dossier, version: u32, at: Moment) -> Self {
        let is_electronic = dossier.return_method == ReturnMethod::Electronic;
        let signature = if is_electronic { Signature::Valid } else { Signature::OnPaper };
        Self { version, issued_at: at, signature }
    }
}

/// Files the result of a dossier that was just completed.
pub(crate) fn file(dossier: &mut Dossier, office: &Office<'_>) {
    dossier.result = Some(Box::new(ResultDocument::issue(dossier, 1, office.now)));
}

/// Opens the correction of a result that is out.
pub(crate) fn open_correction(
    dossier: &mut Dossier,
    reason: String,
    actor: Actor,
    office: &mut Office<'_>,
) -> Result<(), Problem> {
    let refusal = dossier.illegal();
    let is_out = matches!(dossier.state, State::Completed | State::Returned);
    match &mut dossier.result {
        Some(result) if is_out && result.signature != Signature::Revoked => result.signature = Signature::Revoked,
        Some(_) | None => return Err(refusal),
    }
    dossier.log(Event::CorrectionOpened, actor, office.now);
    dossier.give_reason(reason);
    Ok(())
}

/// Issues the corrected result.
pub(crate) fn issue_correction(dossier: &mut Dossier, actor: Actor, office: &mut Office<'_>) -> Result<(), Problem> {
    let revoked = dossier.result.as_ref().filter(|result| result.signature == Signature::Revoked);
    let Some(version) = revoked.map(|result| result.version) else {
        return Err(dossier.illegal());
    };
    dossier.result = Some(Box::new(ResultDocument::issue(dossier, version + 1, office.now)));
    dossier.log(Event::CorrectionIssued, actor, office.now);
    Ok(())
}

/// The applicant's rating of how the dossier was handled.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Rating {
    /// 1 (very bad) to 5 (very good).
    score: u8,
    comment: Option<String>,
    at: Moment,
}

/// A rating as an applicant gives it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct RawRating {
    score: u8,
    comment: Option<String>,
}

/// Rates a dossier that has ended: once.
pub(crate) fn rate(dossier: &mut Dossier, raw: RawRating, office: &mut Office<'_>) -> Result<(), Problem> {
    let has_ended = matches!(dossier.state, State::Rejected | State::Stopped | State::Completed | State::Returned);
    if !has_ended || dossier.rating.is_some() {
        return Err(dossier.illegal());
    }
    if !(1..=5).contains(&raw.score) {
        return Err(Problem::field("score", "must be 1 to 5"));
    }
    if raw.comment.as_ref().is_some_and(|comment| comment.chars().count() > LONGEST_COMMENT) {
        return Err(Problem::field("comment", "is too long"));
    }
    dossier.rating = Some(Box::new(Rating { score: raw.score, comment: raw.comment, at: office.now }));
    dossier.log(Event::Rated, Actor::Applicant, office.now);
    Ok(())
}

/// "Four on the spot": receives, appraises, approves and returns in one act, or does none of it.
pub(crate) fn on_the_spot(dossier: &mut Dossier, actor: Actor, office: &mut Office<'_>) -> Result<(), Problem> {
    let is_possible = dossier.state == State::Submitted && dossier.return_method != ReturnMethod::Post;
    if !is_possible {
        return Err(dossier.illegal());
    }
    steps::check_gate(dossier, office)?;
    steps::accept(dossier, None, actor.clone(), office)?;
    steps::start(dossier, actor.clone(), office)?;
    steps::complete(dossier, actor.clone(), office)?;
    dossier.on_the_spot = true;
    steps::hand_over(dossier, actor, office)
}

//! What is planned, as rows: written before anything is sent, so that a judge knows what to expect.

use model::Case;
use rusqlite::params;

use crate::store::signed;
use crate::{HistoryError, Store};

/// A planned dossier with when it is due on the wall clock.
pub struct PlannedDossier<'a> {
    /// The plan.
    pub case: &'a Case,
    /// Name of the province profile.
    pub province: &'a str,
    /// Nanoseconds since the run began.
    pub due: u64,
}

/// A published figure: a row of the table `figures`, in its order.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// Its id.
    pub id: String,
    /// The document that states it.
    pub document: String,
    /// What it counts.
    pub name: String,
    /// Of whom.
    pub scope: String,
    /// The value as stated.
    pub value: f64,
    /// Unit of the value.
    pub unit: String,
    /// How exactly it is stated.
    pub precision: &'static str,
    /// The sentence.
    pub quote: String,
    /// The query that counts the same in a history.
    pub measured_by: Option<String>,
    /// Why no run can realise it.
    pub not_realised: Option<String>,
    /// How far a counted number may be off it, if at all: a row of the table `tolerances`.
    pub tolerance: Option<f64>,
}

/// A target that a province has set itself: a row of the table `targets`, in its order.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Its id.
    pub id: String,
    /// What is to be reached, in English.
    pub title: String,
    /// The same in Vietnamese.
    pub title_vi: String,
    /// The document that sets it.
    pub document: String,
    /// The figure that states it.
    pub figure: Option<String>,
    /// What is 100 %, in words.
    pub denominator: String,
    /// How the share must compare with the value.
    pub comparison: &'static str,
    /// The value, 0..=1.
    pub value: f64,
    /// The query that returns part and base.
    pub measured_by: Option<String>,
    /// Why no run can answer.
    pub not_shown: Option<String>,
}

/// One day of the working calendar: a row of the table `calendar`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarDay {
    /// `2021-03-01`.
    pub day: String,
    /// Whether offices work.
    pub working: bool,
    /// Working days since the first row, this day not counted.
    pub working_days_before: u32,
    /// Name of the holiday, or why a Saturday is worked.
    pub note: String,
}

impl Store {
    /// Writes what is planned.
    ///
    /// # Errors
    /// [`HistoryError::Write`]; then nothing of it is written.
    pub fn plan_dossiers<'a>(
        &mut self,
        dossiers: impl IntoIterator<Item = PlannedDossier<'a>>,
    ) -> Result<(), HistoryError> {
        let transaction = self.transaction()?;
        {
            let mut insert = transaction
                .prepare("insert into dossiers values (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17)")?;
            for PlannedDossier { case, province, due } in dossiers {
                insert.execute(params![
                    case.id.0,
                    province,
                    case.unit,
                    case.level.as_str(),
                    case.procedure,
                    case.legal_days,
                    case.channel.as_str(),
                    case.applicant.citizen_number,
                    case.applicant.full_name,
                    case.reference,
                    case.fee.0,
                    case.payment.as_str(),
                    case.returns.as_str(),
                    case.outcome.as_str(),
                    case.tag,
                    case.arrival.to_string(),
                    signed(due),
                ])?;
            }
        }
        transaction.commit()?;
        Ok(())
    }

    /// Writes the published figures, the calendar, what the adapter can do and the claims to be judged.
    ///
    /// # Errors
    /// [`HistoryError::Write`]; then nothing of it is written.
    pub fn plan_context(
        &mut self,
        figures: &[Figure],
        calendar: &[CalendarDay],
        capabilities: &[String],
        gates: &[String],
    ) -> Result<(), HistoryError> {
        let transaction = self.transaction()?;
        {
            let mut insert = transaction.prepare("insert into figures values (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11)")?;
            for (position, figure) in (0_i64..).zip(figures) {
                insert.execute(params![
                    figure.id,
                    position,
                    figure.document,
                    figure.name,
                    figure.scope,
                    figure.value,
                    figure.unit,
                    figure.precision,
                    figure.quote,
                    figure.measured_by,
                    figure.not_realised,
                ])?;
            }
            let mut insert = transaction.prepare("insert into tolerances values (?1, ?2)")?;
            for figure in figures {
                if let Some(tolerance) = figure.tolerance {
                    insert.execute(params![figure.id, tolerance])?;
                }
            }
            let mut insert = transaction.prepare("insert into calendar values (?1,?2,?3,?4)")?;
            for day in calendar {
                insert.execute(params![day.day, day.working, day.working_days_before, day.note])?;
            }
            let mut insert = transaction.prepare("insert or ignore into capabilities values (?1)")?;
            for capability in capabilities {
                insert.execute([capability])?;
            }
            let mut insert = transaction.prepare("insert into gates values (?1, ?2)")?;
            for (position, claim) in (0_i64..).zip(gates) {
                insert.execute(params![position, claim])?;
            }
        }
        transaction.commit()?;
        Ok(())
    }

    /// Writes the targets that provinces have set themselves.
    ///
    /// # Errors
    /// [`HistoryError::Write`]; then nothing of it is written.
    pub fn plan_targets(&mut self, targets: &[Target]) -> Result<(), HistoryError> {
        let transaction = self.transaction()?;
        {
            let mut insert = transaction.prepare("insert into targets values (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11)")?;
            for (position, target) in (0_i64..).zip(targets) {
                insert.execute(params![
                    position,
                    target.id,
                    target.title,
                    target.title_vi,
                    target.document,
                    target.figure,
                    target.denominator,
                    target.comparison,
                    target.value,
                    target.measured_by,
                    target.not_shown,
                ])?;
            }
        }
        transaction.commit()?;
        Ok(())
    }
}

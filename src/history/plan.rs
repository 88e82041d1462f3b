//! What is planned, as rows: written before anything is sent, so that a judge knows what to expect.

use model::{CalendarRow, Case, CaseId, Decimal, FigureRow, Precision, TargetRow};
use rusqlite::{Connection, Row, params};

use crate::store::signed;
use crate::{HistoryError, Store};

/// A planned dossier with when it is due on the wall clock.
pub struct PlannedDossier<'a> {
    /// The plan.
    pub case: &'a Case,
    /// Name of the province.
    pub province: &'a str,
    /// Nanoseconds since the run began.
    pub due: u64,
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

    /// The cases of which anything was recorded, in their order, with the instant at which the first exchange was due, in
    /// nanoseconds since the run began.
    ///
    /// # Errors
    /// [`HistoryError::Write`].
    pub fn first_dues(&mut self) -> Result<Vec<(CaseId, u64)>, HistoryError> {
        let transaction = self.transaction()?;
        let mut statement = transaction.prepare(
            "select case_id, min(due_ns) from exchanges where case_id is not null group by case_id order by case_id",
        )?;
        let first = statement.query_map([], |row| Ok((CaseId(row.get(0)?), row.get::<_, i64>(1)?.unsigned_abs())))?;
        Ok(first.collect::<Result<_, _>>()?)
    }

    /// Writes the published figures, the calendar, what the adapter can do and the claims to be judged.
    ///
    /// # Errors
    /// [`HistoryError::Write`]; then nothing of it is written.
    pub fn plan_context(
        &mut self,
        figures: &[FigureRow],
        calendar: &[CalendarRow],
        capabilities: &[String],
        gates: &[String],
    ) -> Result<(), HistoryError> {
        let transaction = self.transaction()?;
        {
            let mut insert =
                transaction.prepare("insert into figures values (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12)")?;
            for (position, figure) in (0_i64..).zip(figures) {
                insert.execute(params![
                    figure.id,
                    position,
                    figure.document,
                    figure.name,
                    figure.scope,
                    figure.stated.to_string(),
                    figure.unit,
                    figure.precision.as_str(),
                    figure.tolerance.to_string(),
                    figure.quote,
                    figure.measured_by,
                    figure.not_reproducible,
                ])?;
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
    pub fn plan_targets(&mut self, targets: &[TargetRow]) -> Result<(), HistoryError> {
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
                    target.bound.as_str(),
                    target.value.to_string(),
                    target.measured_by,
                    target.not_measured,
                ])?;
            }
        }
        transaction.commit()?;
        Ok(())
    }
}

/// The published figures of a history, in the order of the province's file.
///
/// # Errors
/// What SQLite says, also where a number or a precision is none of those that [`Store::plan_context`] writes.
pub fn figures(history: &Connection) -> rusqlite::Result<Vec<FigureRow>> {
    let mut statement = history.prepare(
        "select figure_id, document, name, scope, value, unit, precision, tolerance, quote, measured_by, not_reproducible
           from figures order by position, figure_id",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(FigureRow {
            id: row.get(0)?,
            document: row.get(1)?,
            name: row.get(2)?,
            scope: row.get(3)?,
            stated: parsed(row, 4, Decimal::parse)?,
            unit: row.get(5)?,
            precision: parsed(row, 6, Precision::parse)?,
            tolerance: parsed(row, 7, Decimal::parse)?,
            quote: row.get(8)?,
            measured_by: row.get(9)?,
            not_reproducible: row.get(10)?,
        })
    })?;
    rows.collect()
}

/// The targets of a history, in their order.
///
/// # Errors
/// What SQLite says, also where a number or a comparison is none of those that [`Store::plan_targets`] writes.
pub fn targets(history: &Connection) -> rusqlite::Result<Vec<TargetRow>> {
    let mut statement = history.prepare(
        "select target_id, title, title_vi, document, figure_id, denominator, comparison, value, measured_by, not_measured
           from targets order by position",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(TargetRow {
            id: row.get(0)?,
            title: row.get(1)?,
            title_vi: row.get(2)?,
            document: row.get(3)?,
            figure: row.get(4)?,
            denominator: row.get(5)?,
            bound: parsed(row, 6, Precision::parse)?,
            value: parsed(row, 7, Decimal::parse)?,
            measured_by: row.get(8)?,
            not_measured: row.get(9)?,
        })
    })?;
    rows.collect()
}

fn parsed<T>(row: &Row<'_>, column: usize, parse: fn(&str) -> Option<T>) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    parse(&text).ok_or_else(|| {
        let reason = format!("`{text}` is no value of the column {}", row.as_ref().column_name(column).unwrap_or("?"));
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, reason.into())
    })
}

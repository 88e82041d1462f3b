//! Whether the people we made are the people the documents describe: each published figure beside the recorded one.

use model::Precision;
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use verdict::{Meter, complaint};

use crate::text;

/// Floating-point noise of shares; far below any digit a document states.
pub(crate) const NOISE: f64 = 1e-9;

/// One published figure, and the same thing counted in the recorded run.
#[derive(Clone, Debug, PartialEq)]
pub struct FigureLine {
    /// Id of the figure.
    pub figure_id: String,
    /// The document that states it.
    pub document: String,
    /// What is counted.
    pub name: String,
    /// Among what.
    pub scope: String,
    /// What the document says, in `unit`.
    pub stated: f64,
    /// What was counted in the history; `None` if it was not or could not be.
    pub generated: Option<f64>,
    /// Unit of both; shares are 0..=1.
    pub unit: String,
    /// How exactly the document states it, in the spelling of [`Precision`].
    pub precision: String,
    /// How the two compare.
    pub agreement: Agreement,
    /// The document's own sentence.
    pub quote: String,
}

/// How a published figure and the recorded one compare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Agreement {
    /// Equal.
    Exact,
    /// As close as the document's statement allows to tell.
    WithinPrecision,
    /// Not what the document says.
    Differs,
    /// Shown, never judged: why.
    NotJudged(String),
    /// This run does not realise the figure: why.
    NotRealised(String),
    /// It could not be counted: the error.
    NotCounted(String),
}

impl Agreement {
    /// The comparison in words for people.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::WithinPrecision => "within precision",
            Self::Differs => "differs",
            Self::NotJudged(_) => "not judged",
            Self::NotRealised(_) => "not realised",
            Self::NotCounted(_) => "could not be counted",
        }
    }

    /// Why, where the word alone does not say it; empty otherwise.
    pub fn reason(&self) -> &str {
        match self {
            Self::Exact | Self::WithinPrecision | Self::Differs => "",
            Self::NotJudged(reason) | Self::NotRealised(reason) | Self::NotCounted(reason) => reason,
        }
    }

    /// Whether a reader should look at it: the figure differs or could not be counted.
    pub fn is_mismatch(&self) -> bool {
        matches!(self, Self::Differs | Self::NotCounted(_))
    }
}

impl FigureLine {
    /// What was counted less what is stated; `None` if nothing was counted.
    pub fn delta(&self) -> Option<f64> {
        self.generated.map(|generated| generated - self.stated)
    }

    /// The stated value for people.
    pub fn stated_text(&self) -> String {
        self.amount(self.stated)
    }

    /// The counted value for people.
    pub fn generated_text(&self) -> String {
        self.generated.map_or_else(|| text::MISSING.to_owned(), |value| self.amount(value))
    }

    /// The difference for people, with its sign.
    pub fn delta_text(&self) -> String {
        match self.delta() {
            None => text::MISSING.to_owned(),
            Some(delta) if delta.abs() < NOISE => "0".to_owned(),
            Some(delta) => {
                let sign = if delta > 0.0 { "+" } else { "" };
                // The difference of two percentages is not a percentage of anything.
                format!("{sign}{}", self.amount(delta)).replace(" %", " pp")
            }
        }
    }

    /// A value in the unit of this figure: shares as percent, everything else as a number.
    fn amount(&self, value: f64) -> String {
        if self.unit.starts_with("share") { text::percent(value) } else { text::trimmed(value, 4) }
    }
}

/// Counts every figure of a history, in the order of the province's file.
///
/// A query that fails, writes, or answers with no number is said in its own line; the others are still counted.
pub(crate) fn measure(session: &Connection, meter: &Meter) -> rusqlite::Result<Vec<FigureLine>> {
    // Histories of before have no tolerances.
    let tolerance = if has_table(session, "tolerances")? {
        "(select tolerance from tolerances where tolerances.figure_id = figures.figure_id)"
    } else {
        "null"
    };
    let mut statement = session.prepare(&format!(
        "select figure_id, document, name, scope, value, unit, precision, quote, measured_by, not_realised, {tolerance}
           from figures order by position, figure_id",
    ))?;
    let rows = statement.query_map([], |row| {
        let line = FigureLine {
            figure_id: row.get(0)?,
            document: row.get(1)?,
            name: row.get(2)?,
            scope: row.get(3)?,
            stated: row.get(4)?,
            generated: None,
            unit: row.get(5)?,
            precision: row.get(6)?,
            agreement: Agreement::NotRealised(
                row.get::<_, Option<String>>(9)?.unwrap_or_else(|| "no query counts it".to_owned()),
            ),
            quote: row.get(7)?,
        };
        Ok((line, row.get(8)?, row.get(10)?))
    })?;
    // No query runs while another is under way: what interrupts one would interrupt both.
    let rows = rows.collect::<rusqlite::Result<Vec<(FigureLine, Option<String>, Option<f64>)>>>()?;
    let counted = |(mut line, query, tolerance): (FigureLine, Option<String>, Option<f64>)| {
        if let Some(query) = query.filter(|query| !query.trim().is_empty()) {
            let claim = Claim { stated: line.stated, precision: &line.precision, tolerance };
            (line.generated, line.agreement) = compare((session, meter), claim, &query);
        }
        line
    };
    Ok(rows.into_iter().map(counted).collect())
}

/// What a document says.
#[derive(Clone, Copy)]
struct Claim<'a> {
    stated: f64,
    precision: &'a str,
    /// How far off is allowed; reckoned from the digits if not recorded.
    tolerance: Option<f64>,
}

/// Whether a history has a table; those of before lack some.
pub(crate) fn has_table(session: &Connection, name: &str) -> rusqlite::Result<bool> {
    session.query_row("select exists (select 1 from main.sqlite_master where name = ?1)", [name], |row| row.get(0))
}

fn compare((session, meter): (&Connection, &Meter), claim: Claim<'_>, query: &str) -> (Option<f64>, Agreement) {
    match value_of(session, meter, query) {
        Err(error) => (None, Agreement::NotCounted(error)),
        Ok(generated) => (Some(generated), agreement(claim, generated)),
    }
}

/// Runs the query of a figure; the error is a sentence for the reader of the table.
fn value_of(session: &Connection, meter: &Meter, query: &str) -> Result<f64, String> {
    let run = || {
        let mut statement = session.prepare(query)?;
        if !statement.readonly() {
            return Ok(Err("the query would change the history; write a select".to_owned()));
        }
        let value = statement.query_row([], |row| {
            Ok(match row.get_ref(0)? {
                ValueRef::Integer(value) => Some(text::float(value)),
                ValueRef::Real(value) => Some(value),
                ValueRef::Null | ValueRef::Text(_) | ValueRef::Blob(_) => None,
            })
        })?;
        Ok(value.ok_or_else(|| "the query answers with no number".to_owned()))
    };
    meter.read(run).map_err(|error| complaint(&error))?
}

fn agreement(claim: Claim<'_>, generated: f64) -> Agreement {
    let Claim { stated, precision, .. } = claim;
    let delta = generated - stated;
    let tolerance = |digits: f64| claim.tolerance.unwrap_or_else(|| last_digit(stated) * digits) + NOISE;
    let Some((_, precision)) = Precision::ALL.iter().find(|(spelling, _)| *spelling == precision) else {
        return Agreement::NotJudged(format!("stated as `{precision}`, which has no test"));
    };
    let met = match precision {
        Precision::Exact => delta.abs() < NOISE,
        Precision::Rounded | Precision::About => delta.abs() <= tolerance(0.5),
        Precision::AtLeast => delta > -NOISE,
        Precision::MoreThan => delta > NOISE,
        Precision::LessThan => delta < -NOISE,
        Precision::Truncated => delta > -NOISE && delta < tolerance(1.0) - 2.0 * NOISE,
        Precision::Inconsistent => {
            return Agreement::NotJudged("the document contradicts itself here".to_owned());
        }
    };
    match met {
        false => Agreement::Differs,
        true if delta.abs() < NOISE => Agreement::Exact,
        true => Agreement::WithinPrecision,
    }
}

/// What the last significant digit of a stated value is worth: 0.01 for 0.73, 1,000,000 for 672,000,000.
fn last_digit(stated: f64) -> f64 {
    let written = format!("{stated:e}");
    let (digits, exponent) = written.split_once('e').unwrap_or((&written, "0"));
    let decimals = digits.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let exponent: i32 = exponent.parse().unwrap_or(0);
    10_f64.powi(exponent - i32::try_from(decimals).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_digit_stated_sets_how_close_is_close_enough() {
        for (stated, expected) in [(0.73, 0.01), (25.75, 0.01), (59_457.0, 1.0), (672_000_000.0, 1e6), (0.555, 0.001)] {
            assert!((last_digit(stated) / expected - 1.0).abs() < 1e-9, "{stated}");
        }
    }

    #[test]
    fn each_precision_has_its_own_test() {
        let cases = [
            // one dossier too many is one too many
            (1_785.0, 1_786.0, "exact", Agreement::Differs),
            (1_785.0, 1_785.0, "exact", Agreement::Exact),
            // 66 % may be 66.4 %, not 66.6 %
            (0.66, 0.664, "rounded", Agreement::WithinPrecision),
            (0.66, 0.666, "rounded", Agreement::Differs),
            (0.95, 0.95, "at_least", Agreement::Exact),
            (0.95, 0.99, "at_least", Agreement::WithinPrecision),
            (0.95, 0.9499, "at_least", Agreement::Differs),
            // "more than 4.5 billion" is not met by 4.5 billion
            (4.5e9, 4.5e9, "more_than", Agreement::Differs),
            (4.5e9, 4_500_000_001.0, "more_than", Agreement::WithinPrecision),
            (0.03, 0.0204, "less_than", Agreement::WithinPrecision),
            (0.03, 0.03, "less_than", Agreement::Differs),
            (0.98, 0.984, "about", Agreement::WithinPrecision),
            (0.98, 0.986, "about", Agreement::Differs),
            // 19.97 % cut off may be 19.979 %, neither 19.98 % nor 19.96 %
            (0.1997, 0.199_79, "truncated", Agreement::WithinPrecision),
            (0.1997, 0.1998, "truncated", Agreement::Differs),
            (0.1997, 0.1996, "truncated", Agreement::Differs),
        ];
        for (stated, generated, precision, expected) in cases {
            let claim = Claim { stated, precision, tolerance: None };
            assert_eq!(agreement(claim, generated), expected, "{stated} {precision} {generated}");
        }
    }

    #[test]
    fn a_contradiction_is_shown_and_never_judged() {
        let claim = |stated, precision| Claim { stated, precision, tolerance: None };
        assert!(matches!(agreement(claim(1_969.0, "inconsistent"), 1_500.0), Agreement::NotJudged(_)));
        assert!(matches!(agreement(claim(0.73, "perhaps"), 0.1), Agreement::NotJudged(_)));
    }

    #[test]
    fn a_recorded_tolerance_counts_where_the_digits_do_not_show_it() {
        // 0.70 is stated to the hundredth; as a number it is 0.7.
        let claim = Claim { stated: 0.7, precision: "rounded", tolerance: Some(0.005) };
        assert_eq!(agreement(claim, 0.71), Agreement::Differs);
        assert_eq!(agreement(Claim { tolerance: None, ..claim }, 0.71), Agreement::WithinPrecision);
    }

    #[test]
    fn a_query_that_fails_or_writes_is_a_line_of_its_own_not_a_crash() {
        let session = Connection::open_in_memory().expect("a database");
        session.execute_batch("create table t (x)").expect("a table");
        let value = |query| value_of(&session, &Meter::unlimited(), query);
        assert!(value("select nothing from nowhere").is_err());
        assert!(value("delete from t").is_err());
        assert!(value("select x from t").is_err());
        assert_eq!(value("select count(*) from t"), Ok(0.0));
    }
}

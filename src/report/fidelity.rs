//! Whether the people we made are the people the documents describe: each published figure beside the recorded one.

use crate::counting::Counter;
use crate::text;
use model::{Comparison, Counted, FigureRow};

/// One published figure, and the same thing counted in the recorded run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FigureLine {
    /// The figure as published.
    pub figure: FigureRow,
    /// What was counted in the history; `None` if it was not or could not be.
    pub generated: Option<Counted>,
    /// How the two compare.
    pub agreement: Agreement,
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
    NotReproducible(String),
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
            Self::NotReproducible(_) => "not reproducible",
            Self::NotCounted(_) => "could not be counted",
        }
    }

    /// Why, where the word alone does not say it; empty otherwise.
    pub fn reason(&self) -> &str {
        match self {
            Self::Exact | Self::WithinPrecision | Self::Differs => "",
            Self::NotJudged(reason) | Self::NotReproducible(reason) | Self::NotCounted(reason) => reason,
        }
    }

    /// Whether a reader should look at it: the figure differs or could not be counted.
    pub fn is_mismatch(&self) -> bool {
        matches!(self, Self::Differs | Self::NotCounted(_))
    }
}

impl From<Comparison> for Agreement {
    fn from(comparison: Comparison) -> Self {
        match comparison {
            Comparison::Equal => Self::Exact,
            Comparison::Within => Self::WithinPrecision,
            Comparison::Outside => Self::Differs,
            Comparison::NotCompared => Self::NotJudged("the document contradicts itself here".to_owned()),
        }
    }
}

impl FigureLine {
    /// What was counted less what is stated; `None` if nothing was counted.
    pub fn delta(&self) -> Option<f64> {
        self.generated.map(|generated| generated.value() - self.figure.stated.value())
    }

    /// The stated value for people.
    pub fn stated_text(&self) -> String {
        self.amount(self.figure.stated.value())
    }

    /// The counted value for people.
    pub fn generated_text(&self) -> String {
        self.generated.map_or_else(|| text::MISSING.to_owned(), |value| self.amount(value.value()))
    }

    /// The difference for people, with its sign.
    pub fn delta_text(&self) -> String {
        match self.delta() {
            None => text::MISSING.to_owned(),
            Some(_) if self.agreement == Agreement::Exact => "0".to_owned(),
            Some(delta) => {
                let sign = if delta > 0.0 { "+" } else { "" };
                // The difference of two percentages is not a percentage of anything.
                format!("{sign}{}", self.amount(delta)).replace(" %", " pp")
            }
        }
    }

    /// What is counted, in words: `channel counter, portal`.
    pub fn about(&self) -> String {
        format!("{}, {}", self.figure.name.replace('_', " "), self.figure.scope)
    }

    /// Whether the figure is a share, shown as a percentage.
    pub fn is_share(&self) -> bool {
        self.figure.unit.starts_with("share")
    }

    /// A value in the unit of this figure: shares as percent, everything else as a number.
    fn amount(&self, value: f64) -> String {
        if self.is_share() { text::percent(value) } else { text::trimmed(value, 4) }
    }
}

/// Counts every figure of a history, in the order of the province's file.
///
/// A query that fails, writes, or answers with no number is said in its own line; the others are still counted.
pub(crate) fn measure(counter: Counter<'_>) -> rusqlite::Result<Vec<FigureLine>> {
    Ok(history::figures(counter.session)?.into_iter().map(|figure| line(figure, counter)).collect())
}

fn line(figure: FigureRow, counter: Counter<'_>) -> FigureLine {
    let (generated, agreement) = match figure.measured_by.as_deref().filter(|query| !query.trim().is_empty()) {
        None => {
            let reason = figure.not_reproducible.clone().unwrap_or_else(|| "no query counts it".to_owned());
            (None, Agreement::NotReproducible(reason))
        }
        Some(query) => match counter.count(query) {
            Err(error) => (None, Agreement::NotCounted(error)),
            Ok(generated) => (Some(generated), figure.compare(generated).into()),
        },
    };
    FigureLine { figure, generated, agreement }
}

#[cfg(test)]
mod tests {
    use model::{Decimal, Precision};
    use rusqlite::Connection;
    use verdict::Meter;

    use super::*;

    #[test]
    fn what_was_counted_is_compared_exactly() {
        let session = Connection::open_in_memory().expect("a database");
        let counter = Counter { session: &session, meter: &Meter::unlimited() };
        let line = |stated: &str, query: &str| {
            let stated = Decimal::parse(stated).expect("a number");
            let precision = Precision::Rounded;
            let figure = FigureRow {
                id: "F".to_owned(),
                document: String::new(),
                name: String::new(),
                scope: String::new(),
                stated,
                unit: "share".to_owned(),
                precision,
                tolerance: model::tolerance(stated, precision),
                quote: String::new(),
                measured_by: Some(query.to_owned()),
                not_reproducible: None,
            };
            line(figure, counter).agreement
        };
        // 0.70 is stated to the hundredth, 0.7 to the tenth.
        assert_eq!(line("0.70", "select 71, 100"), Agreement::Differs);
        assert_eq!(line("0.7", "select 71, 100"), Agreement::WithinPrecision);
        assert_eq!(line("0.7", "select 7, 10"), Agreement::Exact);
    }

    #[test]
    fn a_query_that_fails_or_writes_is_a_line_of_its_own_not_a_crash() {
        let session = Connection::open_in_memory().expect("a database");
        session.execute_batch("create table t (x)").expect("a table");
        let count = |query| Counter { session: &session, meter: &Meter::unlimited() }.count(query);
        for query in [
            "select nothing from nowhere",
            "delete from t",
            "select x from t",
            "select 0.5",
            "select 'x'",
            "select 1, null",
        ] {
            assert!(count(query).is_err(), "{query}");
        }
        assert_eq!(count("select count(*) from t"), Ok(Counted::whole(0)));
        assert_eq!(count("select sum(1), 3"), Ok(Counted { part: 1, base: 3 }));
        assert_eq!(
            count("select (select sum(x) from t), count(*) from t"),
            Err("no such dossiers were recorded".to_owned())
        );
    }
}

//! What the adapter did not understand of the portal: neither the portal's fault nor evidence of anything.

use rusqlite::Connection;

use crate::text::{counted, head};
use crate::traffic::unsigned;

/// How many kinds of problems are told apart; the rest is only counted.
const SHOWN: i64 = 20;
/// The most bytes of a portal's word that are read out of a history.
const LONGEST_WORD: i64 = 400;

/// Everything that was not understood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Misunderstandings {
    /// Exchanges concerned.
    pub exchanges: u64,
    /// Exchanges in all.
    pub of_exchanges: u64,
    /// Kinds of problems, most frequent first; at most twenty.
    pub lines: Vec<Misunderstanding>,
    /// Kinds of problems that are not in `lines`.
    pub more: u64,
}

/// One thing that was not understood, or could not be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misunderstanding {
    /// `unknown_word`, `missing_field`, ...: the word of the table `adapter_problems`.
    pub problem: String,
    /// The field or header; may be empty.
    pub field: String,
    /// What stood there; may be empty.
    pub value: String,
    /// Exchanges concerned.
    pub exchanges: u64,
    /// Dossiers, procedures or log lines concerned.
    pub items: u64,
    /// The first exchange it happened to.
    pub first_exchange: i64,
    /// What was wanted in it.
    pub operation: String,
}

/// Counts what a history says was not understood.
pub(crate) fn measure(history: &Connection) -> rusqlite::Result<Misunderstandings> {
    let total = |query| history.query_row(query, [], |row| row.get(0)).map(unsigned);
    let kinds = total("select count(*) from (select 1 from adapter_problems group by problem, field, value)")?;
    // Of min() and bare columns SQLite takes the row of the least.
    let mut statement = history.prepare(
        "select p.problem, coalesce(p.field, ''), substr(coalesce(p.value, ''), 1, ?2), count(distinct p.exchange_id), sum(p.items),
                min(p.exchange_id), coalesce(e.operation, '')
           from adapter_problems p left join exchanges e using (exchange_id)
          group by p.problem, p.field, p.value order by 4 desc, 6, 1, 2, 3 limit ?1",
    )?;
    let lines = statement.query_map([SHOWN, LONGEST_WORD], |row| {
        Ok(Misunderstanding {
            problem: row.get(0)?,
            field: row.get(1)?,
            value: row.get(2)?,
            exchanges: unsigned(row.get(3)?),
            items: unsigned(row.get(4)?),
            first_exchange: row.get(5)?,
            operation: row.get(6)?,
        })
    })?;
    let lines = lines.collect::<Result<Vec<_>, _>>()?;
    Ok(Misunderstandings {
        exchanges: total("select count(distinct exchange_id) from adapter_problems")?,
        of_exchanges: total("select count(*) from exchanges")?,
        more: kinds.saturating_sub(lines.len() as u64),
        lines,
    })
}

impl Misunderstandings {
    /// Whether everything was understood.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// `in 12 of 3,400 exchanges: the adapter's part, not the portal's`.
    pub fn note(&self) -> String {
        let of = counted(self.of_exchanges, "exchange", "exchanges");
        format!("in {} of {of}: the adapter's part, not the portal's", crate::text::count(self.exchanges))
    }

    /// `and 3 more kinds (table adapter_problems)`; `None` if there are none.
    pub fn rest(&self) -> Option<String> {
        let more = counted(self.more, "more kind", "more kinds");
        (self.more > 0).then(|| format!("and {more} (table adapter_problems)"))
    }
}

impl Misunderstanding {
    /// What it is: `the word "Đang chờ" for state is not translated`.
    pub fn what(&self) -> String {
        let (field, value) = (&head(&self.field, 200), &head(&self.value, 200));
        match self.problem.as_str() {
            "unknown_word" if value.is_empty() => "further words are not translated".to_owned(),
            "unknown_word" => format!("the word \"{value}\" for {field} is not translated"),
            "unreadable_field" => format!("\"{value}\" cannot be read as {field}"),
            "missing_field" => format!("a successful answer lacks {field}"),
            "unreadable_body" => format!("an answer cannot be read: {value}"),
            "unrecognised_item" => format!("listed dossiers do not say whose they are (no {field})"),
            "unwritable_value" if value.is_empty() => format!("a request needs {field}, which is not known"),
            "unwritable_value" => format!("{field} does not fit into a request: {value}"),
            other => format!("{} {field} {value}", other.replace('_', " ")),
        }
    }

    /// Where: `12 exchanges, first 55 (track)`; the rows, where there are more of them than exchanges.
    pub fn place(&self) -> String {
        let mut text = counted(self.exchanges, "exchange", "exchanges");
        if self.items > self.exchanges {
            text = format!("{} in {text}", counted(self.items, "row", "rows"));
        }
        format!("{text}, first {} ({})", self.first_exchange, self.operation.replace('_', " "))
    }

    /// What to change in the adapter.
    pub fn remedy(&self) -> String {
        let field = self.field.strip_prefix("progress.").unwrap_or(&self.field);
        match (self.problem.as_str(), field) {
            ("unknown_word", "payment_state") => "add the word to `payment_states:` of the adapter".to_owned(),
            ("unknown_word", "parcel_state") => "add the word to `parcel_states:` of the adapter".to_owned(),
            ("unknown_word", _) => "add the word to `states:` of the adapter".to_owned(),
            ("unreadable_field", field) if field.ends_with("_at") => {
                format!(
                    "let `time:` of the adapter say how the portal writes instants, or correct the path of `{field}`"
                )
            }
            ("unreadable_field", "payable" | "postal") => {
                format!("let the path of `{field}` lead to `true` or `false`, or leave it out of `read:`")
            }
            ("unreadable_field", field) => {
                format!("let the path of `{field}` lead to a whole number, or leave it out of `read:`")
            }
            ("missing_field", field) => {
                format!("correct the path of `{field}`, or write `{field}?` where a success may lack it")
            }
            ("unreadable_body", _) if self.value.contains("rows") => {
                "let the request of the adapter ask for a page of the list".to_owned()
            }
            ("unreadable_body", _) => {
                "correct `request:` or `success:` of the operation, or read nothing where no JSON comes".to_owned()
            }
            ("unrecognised_item", _) => "read `reference` or `owner_number` in `items:` of the operation".to_owned(),
            ("unwritable_value", _) => {
                "see that an answer before it shows the value, and that the adapter reads or keeps it".to_owned()
            }
            (_, _) => "correct the adapter".to_owned(),
        }
    }
}

//! The settlement file of the payment platform, read and compared with the portal's payments to the dong.
//!
//! ```text
//! kind,time,transaction,reference,refund,amount
//! carried,,,,,1200000          what the platform no longer keeps line by line; only if there is any
//! capture,2026-11-25 10:00:00,T0000000001,H12-210301-0001-P1,,120000
//! refund,2026-11-25 10:05:00,T0000000001,H12-210301-0001-P1,H12-210301-0001-P1-R1,-120000
//! total,,,,,1200000
//! ```

use schemars::JsonSchema;
use serde::Serialize;

/// How many differences a report lists; counts and sums are of all.
const LISTED: usize = 1_000;

/// One movement of money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) reference: String,
    /// The name of the refund; none for a capture.
    pub(crate) refund: Option<String>,
    /// In whole VND; below zero for a refund.
    pub(crate) amount: i64,
}

impl Line {
    /// Whether it is what the platform no longer keeps line by line.
    pub(crate) fn is_carried(&self) -> bool {
        self.reference == "carried" && self.refund.is_none()
    }
}

/// Why a settlement file says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unreadable {
    #[error("read line {0} of the settlement file")]
    Line(usize),
    #[error("believe the settlement file: its lines do not add up to its total")]
    Total,
    #[error("believe the settlement file: it breaks off before its total")]
    Unfinished,
}

/// Reads a file to its total. What was carried over is a line whose reference says so.
pub(crate) fn read(file: &str) -> Result<Vec<Line>, Unreadable> {
    let (mut lines, mut sum) = (Vec::new(), 0_i64);
    for (i, text) in file.lines().enumerate().skip(1) {
        let bad = Unreadable::Line(i + 1);
        let fields = fields(text);
        let [kind, _, _, reference, refund, amount] = fields.as_slice() else { return Err(bad) };
        let amount: i64 = amount.parse().map_err(|_not_whole| bad)?;
        if kind == "total" {
            return if sum == amount { Ok(lines) } else { Err(Unreadable::Total) };
        }
        sum = sum.checked_add(amount).ok_or(bad)?;
        let refund = (kind == "refund").then(|| refund.clone());
        let reference = if reference.is_empty() { kind } else { reference };
        lines.push(Line { reference: reference.clone(), refund, amount });
    }
    Err(Unreadable::Unfinished)
}

/// The fields of a line; quotes hold commas together, and a quote is doubled within them.
fn fields(line: &str) -> Vec<String> {
    let (mut fields, mut is_quoted) = (vec![String::new()], false);
    let mut signs = line.chars().peekable();
    while let Some(sign) = signs.next() {
        match (sign, fields.last_mut()) {
            ('"', Some(field)) if is_quoted && signs.next_if_eq(&'"').is_some() => field.push('"'),
            ('"', _) => is_quoted = !is_quoted,
            (',', _) if !is_quoted => fields.push(String::new()),
            (sign, Some(field)) => field.push(sign),
            (_, None) => {}
        }
    }
    fields
}

/// A difference between the ledger of a peer and that of the portal.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Difference {
    /// Of a payment, or the waybill of a parcel, or the number of a remittance.
    reference: String,
    /// What the peer says, in whole VND; absent if it does not know of it.
    theirs: Option<i64>,
    /// What the portal says, in whole VND; absent if it does not know of it.
    ours: Option<i64>,
}

/// The reconciliation of the ledger of a peer with that of the portal.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Reconciliation {
    /// How many lines agree.
    matched: u64,
    /// How many do not.
    different: u64,
    /// The sum of what the peer says, in whole VND.
    theirs: i64,
    /// The sum of what the portal says of it.
    ours: i64,
    /// What the peer says less what the portal says.
    difference: i64,
    /// The first thousand lines that do not agree.
    differences: Vec<Difference>,
}

impl Reconciliation {
    /// Counts one line; whether it agrees.
    pub(crate) fn count(&mut self, reference: &str, theirs: Option<i64>, ours: Option<i64>) -> bool {
        self.theirs = self.theirs.saturating_add(theirs.unwrap_or_default());
        self.ours = self.ours.saturating_add(ours.unwrap_or_default());
        self.difference = self.theirs.saturating_sub(self.ours);
        if theirs == ours {
            self.matched += 1;
            return true;
        }
        self.differ(reference, theirs, ours);
        false
    }

    /// Lists a sum that differs although all its lines agree.
    pub(crate) fn dispute(&mut self, reference: &str, theirs: i64, ours: i64) {
        self.theirs = self.theirs.saturating_add(theirs.saturating_sub(ours));
        self.difference = self.theirs.saturating_sub(self.ours);
        self.differ(reference, Some(theirs), Some(ours));
    }

    fn differ(&mut self, reference: &str, theirs: Option<i64>, ours: Option<i64>) {
        self.different += 1;
        if self.differences.len() < LISTED {
            self.differences.push(Difference { reference: reference.to_owned(), theirs, ours });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "kind,time,transaction,reference,refund,amount\n";

    #[test]
    fn a_file_is_read_line_by_line_to_its_total() {
        let file = format!(
            "{HEAD}capture,2026-11-25 10:00:00,T1,\"R,\"\"1\"\"\",,120000\nrefund,x,T1,R,F,-20000\ntotal,,,,,100000\n"
        );
        let line = |reference: &str, refund: Option<&str>, amount| Line {
            reference: reference.into(),
            refund: refund.map(str::to_owned),
            amount,
        };
        assert_eq!(read(&file).unwrap(), [line("R,\"1\"", None, 120_000), line("R", Some("F"), -20_000)]);
    }

    #[test]
    fn a_file_that_does_not_add_up_or_breaks_off_is_not_believed() {
        let read = |lines: &str| read(&format!("{HEAD}{lines}")).unwrap_err();
        assert_eq!(read("capture,x,T1,R,,5\ntotal,,,,,4\n"), Unreadable::Total);
        assert_eq!(read("capture,x,T1,R,,5\n"), Unreadable::Unfinished);
        assert_eq!(read("capture,x,T1,R,,much\n"), Unreadable::Line(2));
        assert_eq!(read("capture,x,T1\n"), Unreadable::Line(2));
    }

    #[test]
    fn what_agrees_and_what_does_not_is_counted_to_the_dong() {
        let mut report = Reconciliation::default();
        assert!(report.count("R-1", Some(120_000), Some(120_000)));
        assert!(!report.count("R-2", Some(119_999), Some(120_000)));
        assert!(!report.count("R-3", None, Some(1)));
        assert_eq!((report.matched, report.different, report.difference), (1, 2, -2));
        assert_eq!(report.differences.len(), 2);
        report.dispute("CK0000001", 119_999, 120_000);
        assert_eq!((report.different, report.difference), (3, -3));
    }
}

//! What was refused to dossiers for good: it was due and legal, so either the portal refuses what it must do, or the adapter asks
//! for it wrongly. Which of them, nobody knows; but a run in which it happened shows no conformance.

use model::words::{Outcome, Phase};
use rusqlite::Connection;

use crate::validity::{Cause, Touches};

/// Of the dossiers that asked for an operation, more than one in so many to which it was refused: too many are left behind.
const ONE_IN: i64 = 200;
/// The same where the last refusal was a conflict (409): two may have wanted the same at once, and one of them had to yield.
const CONFLICTS_ONE_IN: i64 = 20;
/// An operation that was granted to none of so many dossiers was hardly asked for rightly.
const MANY: i64 = 10;

/// One operation, and the dossiers that asked for it.
struct Blocked {
    operation: String,
    /// That asked for it.
    asked: i64,
    /// To which it was refused, and never granted.
    refused: i64,
    /// Those of them that met something other than a conflict in the end.
    other_than_conflict: i64,
    /// To which it was granted, in any phase.
    granted: i64,
    /// The first of the refusals, its status, and its error code.
    first: i64,
    status: Option<i64>,
    code: Option<String>,
}

/// A cause for each operation that was refused for good to more than 0.5 % of the dossiers that asked for it. One that was granted
/// to none of ten or more leaves nothing standing: whatever follows from it follows from a request that may be wrong.
pub(crate) fn causes(connection: &Connection) -> Result<Vec<Cause>, rusqlite::Error> {
    let mut statement = connection.prepare(&format!(
        "with asked as (
             select case_id, operation, max(outcome = '{ok}') as is_granted,
                    max(case when outcome = '{refused}' and phase <> '{final_read}' then exchange_id end) as last_act,
                    max(case when outcome = '{refused}' then exchange_id end) as last_refusal
             from exchanges
             where case_id is not null and sent_ns is not null
                   and operation in (select distinct operation from exchanges where outcome = '{refused}')
             group by case_id, operation
         ),
         granted as (select distinct operation from asked where is_granted),
         -- A reader at the end may not be allowed to see every dossier: that is for the rules, unless nobody sees any.
         left_behind as (
             select a.operation, e.exchange_id as last_refusal, e.status
             from asked a
             join exchanges e on e.exchange_id = coalesce(a.last_act, a.last_refusal)
             where not a.is_granted
                   and (a.last_act is not null or a.operation not in (select operation from granted))
         ),
         behind as (
             select operation, count(*) as refused, count(*) filter (where status is not 409) as other, min(last_refusal) as first
             from left_behind
             group by operation
         ),
         demand as (select operation, count(*) as asked, sum(is_granted) as granted from asked group by operation)
         select d.operation, d.asked, b.refused, b.other, d.granted, b.first, e.status,
                (select o.error_code from observations o where o.exchange_id = b.first and o.position = 0)
         from demand d
         join behind b on b.operation = d.operation
         join exchanges e on e.exchange_id = b.first
         order by 3 desc, 1",
        ok = Outcome::Ok,
        refused = Outcome::Refused,
        final_read = Phase::FinalRead,
    ))?;
    let rows = statement.query_map([], |row| {
        Ok(Blocked {
            operation: row.get(0)?,
            asked: row.get(1)?,
            refused: row.get(2)?,
            other_than_conflict: row.get(3)?,
            granted: row.get(4)?,
            first: row.get(5)?,
            status: row.get(6)?,
            code: row.get(7)?,
        })
    })?;
    rows.filter_map(|row| row.map(|blocked| blocked.cause()).transpose()).collect()
}

impl Blocked {
    fn cause(&self) -> Option<Cause> {
        let is_too_much =
            self.other_than_conflict * ONE_IN > self.asked || self.refused * CONFLICTS_ONE_IN > self.asked;
        is_too_much.then(|| {
            let touches = if self.granted == 0 && self.asked >= MANY { Touches::Everything } else { Touches::Coverage };
            Cause::new(touches, self.sentence())
        })
    }

    /// `accept was refused to 51 of 154 dossiers and never granted to them (HTTP 403 forbidden, first in exchange 77): ...`.
    fn sentence(&self) -> String {
        let status = self.status.map_or_else(|| "no status".to_owned(), |status| format!("HTTP {status}"));
        let code = self.code.as_ref().map_or_else(String::new, |code| format!(" {}", model::cut(code, 80)));
        let whose = match self.granted {
            0 => "it was granted to nobody: correct its request in the adapter, unless the portal refuses it",
            _ => "the portal refuses what is due, or the adapter asks for it wrongly",
        };
        format!(
            "{} was refused to {} of {} dossiers and never granted to them ({status}{code}, first in exchange {}): {whose}",
            self.operation, self.refused, self.asked, self.first
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of dossiers that asked for acceptance and got these statuses, in turn; 200 grants it.
    fn said(dossiers: &[(usize, &[u16])]) -> Vec<Cause> {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(history::SCHEMA).unwrap();
        let mut case = 0;
        for (count, statuses) in dossiers {
            for _ in 0..*count {
                case += 1;
                for status in *statuses {
                    let outcome = if *status == 200 { Outcome::Ok } else { Outcome::Refused };
                    let sql = "insert into exchanges (case_id, actor, session, journey, operation, attempt, phase, lane, due_ns, sent_ns,
                                   done_ns, outcome, status, bytes_sent, bytes_received, reused)
                               values (?1, 'clerk', 1, 'desk', 'accept', 1, 'load', 0, 1, 1, 2, ?2, ?3, 1, 1, 1)";
                    connection.execute(sql, (case, outcome.as_str(), status)).unwrap();
                }
            }
        }
        causes(&connection).unwrap()
    }

    #[test]
    fn what_is_refused_for_good_to_many_speaks_against_the_run() {
        let said = said(&[(103, &[200]), (51, &[409, 403])]);
        let text = "accept was refused to 51 of 154 dossiers and never granted to them (HTTP 403, first in exchange 105): the portal \
                    refuses what is due, or the adapter asks for it wrongly";
        assert_eq!(said, [Cause::new(Touches::Coverage, text)]);
    }

    #[test]
    fn what_is_granted_to_nobody_leaves_nothing_standing() {
        let of_many = said(&[(10, &[404])]);
        assert_eq!(of_many[0].touches, Touches::Everything);
        assert!(of_many[0].text.contains("accept was refused to 10 of 10 dossiers"), "{}", of_many[0].text);
        assert_eq!(said(&[(9, &[404])])[0].touches, Touches::Coverage, "a rule that failed stands beside so few");
    }

    #[test]
    fn a_refusal_that_did_not_last_and_a_few_conflicts_say_nothing() {
        assert_eq!(said(&[(100, &[409, 404, 200])]), []);
        assert_eq!(said(&[(95, &[200]), (5, &[409])]), []);
        assert_eq!(said(&[(199, &[200]), (1, &[404])]).len(), 0);
        assert_eq!(said(&[(94, &[200]), (6, &[409])]).len(), 1);
    }
}

//! One rule examined: its preconditions, its query, its verdict.

use std::collections::{BTreeMap, BTreeSet};

use model::{LONGEST_VALUE, cut};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use crate::facts::RunFacts;
use crate::merge::Verdict;
use crate::rule::{Doubt, Level, Quiescence, Rule};
use crate::sandbox::{Meter, complaint};
use crate::session::{SUBJECT_COLUMNS, Session};
use crate::template::{self, count};
use crate::witness::Witness;

/// How many witnesses a verdict carries: the first ones by case and subject.
const WITNESSES: usize = 5;
/// Fewer decided subjects than this are no verdict, unless all there are were decided.
pub(crate) const MINIMUM: u64 = 10;
/// More undecided subjects than one in so many are no verdict: what was not seen may be broken.
const UNDECIDED_ONE_IN: u64 = 20;
/// A column that says for how many subjects alike a row stands.
const SUBJECTS: &str = "subjects";
/// A column that says why a row is undecided, where that is somebody else's doing: a peer's, by name.
const BECAUSE: &str = "because";

/// What one rule says of a portal.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct RuleVerdict {
    /// The rule.
    pub id: String,
    /// Its revision.
    pub rev: u32,
    /// What it demands.
    pub title: String,
    /// How binding it is.
    pub level: Level,
    /// The answer.
    pub verdict: Verdict,
    /// Why this is the answer; begins with a [`Doubt`] and a colon if there is one.
    pub reason: String,
    /// Subjects examined.
    pub examined: u64,
    /// Subjects that break the rule.
    pub broken: u64,
    /// Subjects that could not be decided.
    pub undecided: u64,
    /// The first broken subjects by case and subject, at most five.
    pub witnesses: Vec<Witness>,
}

/// Examines one rule; whatever goes wrong with it becomes its verdict.
pub(crate) fn examine(session: &Session, rule: &Rule, run: &RunFacts, capabilities: &BTreeSet<String>) -> RuleVerdict {
    if let Some((verdict, reason)) = precondition(rule, run, capabilities) {
        return verdict_of(rule, verdict, reason, Tally::default());
    }
    judged(rule, session.meter().read(|| tally(session.connection(), session.meter(), rule)))
}

fn judged(rule: &Rule, tally: Result<Tally, rusqlite::Error>) -> RuleVerdict {
    match tally {
        Ok(tally) => {
            let (verdict, reason) = weigh(rule, &tally);
            verdict_of(rule, verdict, reason, tally)
        }
        Err(error) => {
            let complaint = complaint(&error);
            let reason =
                if complaint.starts_with("budget: ") { complaint } else { format!("the query failed: {complaint}") };
            verdict_of(rule, Verdict::Error, reason, Tally::default())
        }
    }
}

/// The verdict that can be given before looking at any subject.
fn precondition(rule: &Rule, run: &RunFacts, capabilities: &BTreeSet<String>) -> Option<(Verdict, String)> {
    let missing: Vec<_> = rule.needs.iter().filter(|name| !capabilities.contains(*name)).map(String::as_str).collect();
    if !missing.is_empty() {
        return Some((Verdict::NotApplicable, lacking(&missing)));
    }
    if let Some(name) = rule.unless.iter().find(|name| capabilities.contains(*name)) {
        return Some((Verdict::NotApplicable, format!("the adapter declares {name}")));
    }
    if rule.quiescence == Quiescence::Required && !run.is_quiescent() {
        if run.stopped_because().is_some() {
            let reason = format!("{}: the run was given up before everything was read back", Doubt::Precondition);
            return Some((Verdict::Inconclusive, reason));
        }
        let reason =
            format!("{}: the run does not say that everything had settled before the final reads", Doubt::NotQuiescent);
        return Some((Verdict::Inconclusive, reason));
    }
    None
}

/// Why a rule that needs what is missing does not apply. Where nothing was planned that it could examine, nothing else matters.
fn lacking(missing: &[&str]) -> String {
    if missing == ["seen:refusal"] {
        return "nothing seen: the portal refused nothing".to_owned();
    }
    let unplanned: Vec<_> = missing.iter().filter_map(|name| unplanned(name)).collect();
    if !unplanned.is_empty() {
        return format!("nothing planned: {}", unplanned.join("; "));
    }
    let peers: Vec<_> = missing.iter().filter_map(|name| name.strip_prefix("peer:")).collect();
    if peers.len() == missing.len() {
        let ways: Vec<_> = peers.iter().map(|peer| format!("--{peer} URL")).collect();
        let reason = format!("the run collects no ledger of the {} (give {})", peers.join(" and the "), ways.join(" "));
        return format!("{}: {reason}", Doubt::PeerNotOwned);
    }
    format!("{}: the adapter or the run lacks {}", Doubt::Unmapped, missing.join(", "))
}

/// What is meant by the lack of a capability that comes with the plan.
fn unplanned(name: &str) -> Option<&'static str> {
    match name {
        "planned:post_return" => Some("no dossier is returned by post"),
        "planned:online_payment" => Some("no fee is paid online"),
        "planned:payment_before" => Some("no fee is to be paid before the work begins"),
        "planned:payment" => Some("no dossier has a fee"),
        "publications" => Some("the run changes nothing in the catalogue"),
        _ => None,
    }
}

/// A counterexample stands; without one, what was decided must be enough.
fn weigh(rule: &Rule, tally: &Tally) -> (Verdict, String) {
    let decided = tally.examined - tally.undecided;
    if tally.broken > 0 {
        let verdict = match rule.level {
            Level::Must => Verdict::Fail,
            Level::Should => Verdict::Warn,
        };
        return (verdict, broken_of(tally));
    }
    if tally.examined == 0 {
        return (Verdict::Inconclusive, format!("{}: nothing to examine", Doubt::Vacuous));
    }
    if decided == 0 {
        let reason = format!("{}: none of {} could be decided", Doubt::Undecided, count(tally.examined, "subject"));
        return (Verdict::Inconclusive, reason);
    }
    // What was asked is all there is where there is little.
    let minimum = rule.minimum.unwrap_or_else(|| MINIMUM.min(tally.examined));
    if decided < minimum {
        let reason = format!("{}: {} decided, at least {minimum} are needed", Doubt::TooFew, count(decided, "subject"));
        return (Verdict::Inconclusive, reason);
    }
    if tally.undecided * UNDECIDED_ONE_IN > tally.examined {
        let reason = format!(
            "{}: {} of {} could not be decided (at most 5 % is allowed)",
            Doubt::Undecided,
            tally.undecided,
            count(tally.examined, "subject")
        );
        return (Verdict::Inconclusive, reason);
    }
    let reason = match tally.undecided {
        0 => format!("{} examined, none broken", count(decided, "subject")),
        undecided => format!("{} decided, none broken; {undecided} undecided", count(decided, "subject")),
    };
    (Verdict::Pass, reason)
}

fn broken_of(tally: &Tally) -> String {
    let undecided = match tally.undecided {
        0 => String::new(),
        undecided => format!("; {undecided} undecided"),
    };
    format!("{} of {} broken{undecided}", tally.broken, count(tally.examined, "subject"))
}

fn verdict_of(rule: &Rule, verdict: Verdict, reason: String, tally: Tally) -> RuleVerdict {
    let witness = |broken: Broken| {
        let expected = template::fill(&rule.expected, |column| broken.value(column));
        let observed = template::fill(&rule.observed, |column| broken.value(column));
        broken.testify(expected, observed)
    };
    RuleVerdict {
        id: rule.id.clone(),
        rev: rule.rev,
        title: rule.title.clone(),
        level: rule.level,
        verdict,
        reason: tally.told(reason),
        examined: tally.examined,
        broken: tally.broken,
        undecided: tally.undecided,
        witnesses: tally.first.into_iter().map(witness).collect(),
    }
}

/// What a query gave.
#[derive(Default)]
struct Tally {
    examined: u64,
    broken: u64,
    undecided: u64,
    /// Sorted, at most [`WITNESSES`].
    first: Vec<Broken>,
    /// How many subjects each cause left undecided that is not the portal's: what the column [`BECAUSE`] says.
    because: BTreeMap<String, u64>,
}

/// A subject that breaks a rule.
#[derive(Debug, PartialEq, Eq)]
struct Broken {
    subject: String,
    case_id: Option<i64>,
    exchange_id: Option<i64>,
    /// Every column of the row that is not null, in the query's order.
    columns: Vec<(String, String)>,
}

impl Broken {
    /// Subjects without a case (sums over all) come last.
    fn rank(&self) -> (bool, Option<i64>, &str, Option<i64>) {
        (self.case_id.is_none(), self.case_id, &self.subject, self.exchange_id)
    }

    fn value(&self, column: &str) -> Option<&str> {
        self.columns.iter().find(|(name, _)| name == column).map(|(_, value)| value.as_str())
    }

    fn testify(self, expected: String, observed: String) -> Witness {
        let is_evidence = |name: &str| !SUBJECT_COLUMNS.contains(&name) && ![SUBJECTS, BECAUSE].contains(&name);
        Witness {
            subject: self.subject,
            case_id: self.case_id,
            exchange_id: self.exchange_id,
            expected,
            observed,
            evidence: self.columns.into_iter().filter(|(name, _)| is_evidence(name)).collect(),
            exchanges: Vec::new(),
        }
    }
}

fn tally(connection: &Connection, meter: &Meter, rule: &Rule) -> Result<Tally, rusqlite::Error> {
    let mut statement = connection.prepare(&rule.query)?;
    let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let ok = statement.column_index("ok")?;
    let subjects = columns.iter().position(|name| name == SUBJECTS);
    let because = columns.iter().position(|name| name == BECAUSE);
    let mut tally = Tally::default();
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        meter.row()?;
        let subjects = subjects.map_or(Ok(1), |i| row.get::<_, u32>(i)).map(u64::from)?;
        tally.examined += subjects;
        match row.get(ok)? {
            Some(1) => {}
            None => {
                tally.undecided += subjects;
                if let Some(cause) = because.map_or(Ok(None), |i| row.get::<_, Option<String>>(i))? {
                    *tally.because.entry(cause).or_default() += subjects;
                }
            }
            Some(0) => {
                tally.broken += subjects;
                tally.keep(broken(row, &columns)?);
            }
            Some(other) => return Err(rusqlite::Error::IntegralValueOutOfRange(ok, other)),
        }
    }
    Ok(tally)
}

impl Tally {
    /// A reason, and after it whose doing it is that subjects are undecided.
    fn told(&self, reason: String) -> String {
        let causes: Vec<_> = self.because.iter().map(|(cause, subjects)| format!("{subjects}: {cause}")).collect();
        if causes.is_empty() { reason } else { format!("{reason} (undecided {})", causes.join("; ")) }
    }

    /// Keeps the first few.
    fn keep(&mut self, broken: Broken) {
        let place = self.first.partition_point(|other| other.rank() <= broken.rank());
        if place < WITNESSES {
            self.first.insert(place, broken);
            self.first.truncate(WITNESSES);
        }
    }
}

fn broken(row: &Row<'_>, columns: &[String]) -> Result<Broken, rusqlite::Error> {
    let mut named = Vec::with_capacity(columns.len());
    for (i, name) in columns.iter().enumerate() {
        if let Some(value) = readable(row.get_ref(i)?) {
            named.push((name.clone(), value));
        }
    }
    let subject = named.iter().find(|(name, _)| name == "subject").map_or(String::new(), |(_, value)| value.clone());
    Ok(Broken { subject, case_id: row.get("case_id")?, exchange_id: row.get("exchange_id")?, columns: named })
}

/// A value as text; a history may be a stranger's, so what is longer than vandan records is cut.
fn readable(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Text(text) => Some(cut(&String::from_utf8_lossy(text), LONGEST_VALUE).into_owned()),
        ValueRef::Blob(bytes) => Some(format!("{} bytes", bytes.len())),
    }
}

#[cfg(test)]
impl RuleVerdict {
    /// A verdict on nothing, for tests of what is made of verdicts.
    pub(crate) fn blank() -> Self {
        Self {
            id: String::new(),
            rev: 1,
            title: String::new(),
            level: Level::Must,
            verdict: Verdict::NotApplicable,
            reason: String::new(),
            examined: 0,
            broken: 0,
            undecided: 0,
            witnesses: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::{Maturity, Oracle};

    fn rule(query: &str) -> Rule {
        Rule {
            id: "EG-SUB-001".to_owned(),
            rev: 1,
            title: String::new(),
            title_vi: String::new(),
            level: Level::Must,
            maturity: Maturity::Draft,
            oracle: Oracle::History,
            needs: vec!["submit".to_owned()],
            unless: vec!["legacy_envelope".to_owned()],
            quiescence: Quiescence::NotNeeded,
            basis: Vec::new(),
            why: String::new(),
            minimum: Some(2),
            reasons: Vec::new(),
            kills: Vec::new(),
            expected: "{subject} whole".to_owned(),
            observed: "{seen}".to_owned(),
            query: query.to_owned(),
            file: String::new(),
        }
    }

    fn verdict(rule: &Rule) -> RuleVerdict {
        let connection = Connection::open_in_memory().unwrap();
        let capabilities = BTreeSet::from(["submit".to_owned()]);
        match precondition(rule, &RunFacts::default(), &capabilities) {
            Some((verdict, reason)) => verdict_of(rule, verdict, reason, Tally::default()),
            None => judged(rule, tally(&connection, &Meter::unlimited(), rule)),
        }
    }

    fn of(rows: &str) -> RuleVerdict {
        verdict(&rule(&format!("with s(subject, ok, case_id, exchange_id, seen) as (values {rows}) select * from s")))
    }

    #[test]
    fn silence_is_inconclusive() {
        let verdict = verdict(&rule("select 1 as subject, 1 as ok, 1 as case_id, 1 as exchange_id, 1 as seen where 0"));
        assert_eq!((verdict.verdict, verdict.reason.as_str()), (Verdict::Inconclusive, "vacuous: nothing to examine"));
    }

    #[test]
    fn one_counterexample_stands_below_the_minimum_too() {
        let verdict = of("('a', 0, 7, 3, 'x')");
        assert_eq!(verdict.verdict, Verdict::Fail);
        assert_eq!(verdict.witnesses[0].expected, "a whole");
        assert_eq!(verdict.witnesses[0].evidence, [("seen".to_owned(), "x".to_owned())]);
    }

    #[test]
    fn less_than_the_minimum_is_inconclusive() {
        assert_eq!(of("('a', 1, 7, 3, 'x')").reason, "too_few: 1 subject decided, at least 2 are needed");
        assert_eq!(of("('a', 1, 7, 3, 'x'), ('b', 1, 7, 3, 'x')").verdict, Verdict::Pass);
    }

    #[test]
    fn undecided_subjects_do_not_pass() {
        let verdict = of("('a', null, 7, 3, 'x'), ('b', null, 7, 3, 'x')");
        assert_eq!(verdict.reason, "undecided: none of 2 subjects could be decided");
        assert_eq!(verdict.verdict, Verdict::Inconclusive);
    }

    #[test]
    fn more_than_one_undecided_in_twenty_is_no_pass() {
        let of = |ok: u32, undecided: u32| {
            let rows = format!(
                "select 'a' as subject, 1 as ok, 7 as case_id, 3 as exchange_id, '' as seen, {ok} as subjects
                 union all select 'b', null, 7, 3, '', {undecided}"
            );
            verdict(&Rule { minimum: None, ..rule(&rows) })
        };
        assert_eq!(of(19, 1).verdict, Verdict::Pass);
        // 95 % of the final reads were not answered.
        let unanswered = of(109, 661);
        assert_eq!(unanswered.verdict, Verdict::Inconclusive);
        assert_eq!(unanswered.reason, "undecided: 661 of 770 subjects could not be decided (at most 5 % is allowed)");
        assert_eq!(of(9, 3).reason, "too_few: 9 subjects decided, at least 10 are needed");
    }

    #[test]
    fn little_is_enough_where_there_is_no_more() {
        let rows = "select 'a' as subject, 1 as ok, 7 as case_id, 3 as exchange_id, '' as seen, 3 as subjects";
        assert_eq!(verdict(&Rule { minimum: None, ..rule(rows) }).verdict, Verdict::Pass);
    }

    #[test]
    fn witnesses_are_the_first_five_by_case_whatever_the_order_of_rows() {
        let verdict = of("('z', 0, null, 1, 'x'), ('e', 0, 9, 1, 'x'), ('d', 0, 3, 1, 'x'), ('c', 0, 3, 1, 'x'),
                          ('b', 0, 2, 1, 'x'), ('a', 0, 10, 1, 'x'), ('f', 0, 1, 1, 'x')");
        let subjects: Vec<_> = verdict.witnesses.iter().map(|witness| witness.subject.as_str()).collect();
        assert_eq!((verdict.broken, subjects), (7, vec!["f", "b", "c", "d", "e"]));
    }

    #[test]
    fn a_row_may_stand_for_several_subjects() {
        let rule =
            rule("select 'all' as subject, 1 as ok, null as case_id, null as exchange_id, '' as seen, 40 as subjects");
        assert_eq!(verdict(&rule).examined, 40);
    }

    #[test]
    fn evidence_is_cut() {
        let witness = &of("('a', 0, 7, 3, printf('%.*c', 3000000, 'x'))").witnesses[0];
        assert!(witness.observed.len() <= LONGEST_VALUE && witness.observed.contains("…[3000000 bytes #"));
    }

    #[test]
    fn a_crash_is_an_error_and_no_pass() {
        for nonsense in ["'perhaps'", "2", "0.5"] {
            let verdict = of(&format!("('a', {nonsense}, 7, 3, 'x')"));
            assert_eq!(verdict.verdict, Verdict::Error);
            assert!(verdict.reason.starts_with("the query failed: "), "{}", verdict.reason);
        }
    }

    #[test]
    fn a_rule_without_its_needs_does_not_apply() {
        let lacking = Rule { needs: vec!["look_up".to_owned(), "submit".to_owned()], ..rule("select 1") };
        assert_eq!(verdict(&lacking).reason, "unmapped: the adapter or the run lacks look_up");
        assert_eq!(verdict(&lacking).verdict, Verdict::NotApplicable);
        let excused = Rule { unless: vec!["submit".to_owned()], ..rule("select 1") };
        assert_eq!(verdict(&excused).verdict, Verdict::NotApplicable);
    }

    #[test]
    fn what_was_not_planned_or_not_collected_is_said_in_words() {
        let reason = |needs: &[&str]| {
            let needs = needs.iter().map(|name| (*name).to_owned()).collect();
            verdict(&Rule { needs, ..rule("select 1") }).reason
        };
        assert_eq!(reason(&["planned:post_return", "peer:post"]), "nothing planned: no dossier is returned by post");
        assert_eq!(
            reason(&["submit", "peer:bank"]),
            "peer_not_owned: the run collects no ledger of the bank (give --bank URL)"
        );
    }

    #[test]
    fn whoever_left_a_subject_undecided_is_named() {
        let rows = "select 'a' as subject, 1 as ok, 1 as case_id, 1 as exchange_id, '' as seen, null as because, 60 as subjects
                    union all select 'b', null, 2, 2, '', 'the bank did so on purpose: lost', 2";
        assert_eq!(
            verdict(&rule(rows)).reason,
            "60 subjects decided, none broken; 2 undecided (undecided 2: the bank did so on purpose: lost)"
        );
    }

    #[test]
    fn a_rule_that_needs_rest_waits_for_it() {
        let resting = Rule { quiescence: Quiescence::Required, ..rule("select 1") };
        assert!(verdict(&resting).reason.starts_with("not_quiescent: "));
        let given_up = [(model::Fact::StoppedBecause, "could not reach the portal")].into_iter().collect();
        let (verdict, reason) = precondition(&resting, &given_up, &resting.needs.iter().cloned().collect()).unwrap();
        assert_eq!(verdict, Verdict::Inconclusive);
        assert_eq!(reason, "precondition: the run was given up before everything was read back");
    }
}

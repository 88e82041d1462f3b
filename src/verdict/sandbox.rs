//! What SQL that is not compiled in may do: read the history, create temporary tables in `derived.sql`, and come to an end.
//!
//! Rules and `derived.sql` may be anybody's (a `scenarios` folder wins over what was shipped), and so may a history that was
//! sent to somebody, with the queries of its figures. An authorizer denies whatever is not reading; budgets end what would
//! not end:
//!
//! | budget | of one query (or all of `derived.sql`) | why so much |
//! |---|---|---|
//! | steps | 300 million, and 100,000 for each page of the history | to read the whole history some hundred times |
//! | time | 2 minutes, and 20 ms for each page | only for steps that are slow themselves; steps end first |
//! | length of a value | 16 MiB | no answer that is read is longer |
//! | memory | 4 GiB, of the whole process | `derived.sql` keeps its tables in memory |
//!
//! All queries of a session together may take ten times the steps and the time of one. Steps are counted by SQLite and are
//! the same on every machine, so that the same history is judged the same everywhere.

use std::sync::atomic::{AtomicI64, AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::limits::Limit;
use rusqlite::{Connection, Error, ErrorCode};

/// How much SQL may take. See the module's table for the defaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Steps of SQLite's virtual machine.
    pub steps: i64,
    /// Further steps for each page of the history.
    pub steps_per_page: i64,
    /// Wall time.
    pub time: Duration,
    /// Further wall time for each page of the history.
    pub time_per_page: Duration,
    /// The longest text or blob, in bytes.
    pub longest: i32,
    /// What SQLite may allocate in the whole process, in bytes.
    pub memory: i64,
}

impl Budget {
    /// The budget of every verb.
    pub const DEFAULT: Self = Self {
        steps: 300_000_000,
        steps_per_page: 100_000,
        time: Duration::from_secs(120),
        time_per_page: Duration::from_millis(20),
        longest: 16 << 20,
        memory: 4 << 30,
    };
}

/// A session as a whole may take so many times what one query may.
const QUERIES: u32 = 10;
/// Steps between two looks at the budget.
const STRIDE: i32 = 1_000;
/// Functions that reach out of the database, or answer differently each time.
const FORBIDDEN: [&str; 9] = [
    "load_extension",
    "readfile",
    "writefile",
    "edit",
    "fts3_tokenizer",
    "random",
    "randomblob",
    "sqlite_compileoption_get",
    "sqlite_compileoption_used",
];

/// What SQL may do now.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Everything: it is ours.
    Own = 0,
    /// Read, and write temporary tables.
    Derive = 1,
    /// Read.
    Read = 2,
}

/// Counts what SQL of others takes in a session, and ends it.
#[derive(Clone, Debug)]
pub struct Meter(Arc<State>);

#[derive(Debug)]
struct State {
    stage: AtomicU8,
    /// Steps a query may take.
    steps: i64,
    /// Time a query may take.
    time: Duration,
    /// Of the query that runs now.
    steps_left: AtomicI64,
    deadline: Mutex<Option<Instant>>,
    /// Of the session.
    all_steps_left: AtomicI64,
    all_time_left: Mutex<Duration>,
}

impl Meter {
    /// Puts a connection under a budget; our own statements stay free.
    pub(crate) fn install(connection: &mut Connection, budget: Budget) -> Result<Self, Error> {
        let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
        let steps = budget.steps.saturating_add(budget.steps_per_page.saturating_mul(pages));
        let time = budget.time + budget.time_per_page * u32::try_from(pages).unwrap_or(u32::MAX);
        let meter = Self::counting(steps, time);
        connection.pragma_update(None, "trusted_schema", false)?;
        connection.query_row(&format!("pragma hard_heap_limit = {}", budget.memory), [], |_| Ok(()))?;
        connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, budget.longest)?;
        connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
        let guard = meter.clone();
        connection.authorizer(Some(move |context: AuthContext<'_>| guard.decide(context)))?;
        let counter = meter.clone();
        connection.progress_handler(STRIDE, Some(move || counter.is_spent()))?;
        Ok(meter)
    }

    /// A meter that no connection heeds: for queries of one's own.
    pub fn unlimited() -> Self {
        Self::counting(i64::MAX, Duration::from_secs(u64::from(u32::MAX)))
    }

    fn counting(steps: i64, time: Duration) -> Self {
        Self(Arc::new(State {
            stage: AtomicU8::new(Stage::Own as u8),
            steps,
            time,
            steps_left: AtomicI64::new(steps),
            deadline: Mutex::new(None),
            all_steps_left: AtomicI64::new(steps.saturating_mul(i64::from(QUERIES))),
            all_time_left: Mutex::new(time * QUERIES),
        }))
    }

    /// Runs `derived.sql`: it may create and fill temporary tables.
    pub(crate) fn derive<T>(&self, run: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
        self.within(Stage::Derive, run)
    }

    /// Runs a query of others: it may read.
    ///
    /// # Errors
    /// Those of `run`; [`complaint`] says in words when one is that of the budget.
    pub fn read<T>(&self, run: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
        self.within(Stage::Read, run)
    }

    fn within<T>(&self, stage: Stage, run: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
        let spending = &self.0;
        let steps = spending.steps.min(spending.all_steps_left.load(Ordering::Relaxed));
        spending.steps_left.store(steps, Ordering::Relaxed);
        let begun = now();
        let time = spending.time.min(*lock(&spending.all_time_left));
        *lock(&spending.deadline) = begun.checked_add(time);
        spending.stage.store(stage as u8, Ordering::Relaxed);
        let result = run();
        spending.stage.store(Stage::Own as u8, Ordering::Relaxed);
        let taken = steps - spending.steps_left.load(Ordering::Relaxed);
        spending.all_steps_left.fetch_sub(taken, Ordering::Relaxed);
        let mut left = lock(&spending.all_time_left);
        *left = left.saturating_sub(begun.elapsed());
        result
    }

    fn is_spent(&self) -> bool {
        let state = &self.0;
        if state.stage.load(Ordering::Relaxed) == Stage::Own as u8 {
            return false;
        }
        let before = state.steps_left.fetch_sub(i64::from(STRIDE), Ordering::Relaxed);
        before <= i64::from(STRIDE) || lock(&state.deadline).is_none_or(|deadline| now() > deadline)
    }

    fn decide(&self, context: AuthContext<'_>) -> Authorization {
        let stage = self.0.stage.load(Ordering::Relaxed);
        if stage == Stage::Own as u8 || may_read(&context.action) {
            return Authorization::Allow;
        }
        let is_temporary = context.database_name == Some("temp");
        if stage == Stage::Derive as u8 && may_derive(&context.action, is_temporary) {
            Authorization::Allow
        } else {
            Authorization::Deny
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[expect(clippy::disallowed_methods, reason = "no verdict is reached by this clock: it ends what would not end")]
fn now() -> Instant {
    Instant::now()
}

#[expect(clippy::wildcard_enum_match_arm, reason = "whatever SQLite learns to do is denied")]
fn may_read(action: &AuthAction<'_>) -> bool {
    match action {
        AuthAction::Select | AuthAction::Read { .. } | AuthAction::Recursive => true,
        AuthAction::Function { function_name } => {
            !FORBIDDEN.iter().any(|forbidden| forbidden.eq_ignore_ascii_case(function_name))
        }
        _ => false,
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "whatever SQLite learns to do is denied")]
fn may_derive(action: &AuthAction<'_>, is_temporary: bool) -> bool {
    match action {
        AuthAction::CreateTempTable { .. }
        | AuthAction::CreateTempIndex { .. }
        | AuthAction::CreateTempView { .. }
        | AuthAction::DropTempTable { .. }
        | AuthAction::DropTempIndex { .. }
        | AuthAction::DropTempView { .. } => true,
        AuthAction::Insert { .. }
        | AuthAction::Update { .. }
        | AuthAction::Delete { .. }
        | AuthAction::Reindex { .. } => is_temporary,
        _ => false,
    }
}

/// What an error of SQL that runs under a budget says to people: `budget: ...` if the budget ended it.
pub fn complaint(error: &Error) -> String {
    let long = Budget::DEFAULT.longest >> 20;
    let large = Budget::DEFAULT.memory >> 30;
    match error.sqlite_error_code() {
        Some(ErrorCode::OperationInterrupted) => {
            "budget: it was stopped because it took too many steps (does a recursion end? is a join unbounded?)"
                .to_owned()
        }
        Some(ErrorCode::TooBig) => format!("budget: a value is longer than {long} MiB"),
        Some(ErrorCode::OutOfMemory) => format!("budget: it took more than {large} GiB of memory"),
        Some(ErrorCode::AuthorizationForStatementDenied) => {
            format!(
                "{error}: rules and figures read; derived.sql also creates temporary tables; nothing else is allowed"
            )
        }
        Some(_) | None => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So little that a test is done soon.
    const SMALL: Budget = Budget { steps: 2_000_000, steps_per_page: 0, ..Budget::DEFAULT };

    const ENDLESS: &str = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n";

    fn guarded() -> (Connection, Meter) {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("create table kept (x)").unwrap();
        let meter = Meter::install(&mut connection, SMALL).unwrap();
        (connection, meter)
    }

    fn read(sql: &str) -> Result<i64, String> {
        let (connection, meter) = guarded();
        meter.read(|| connection.query_row(sql, [], |row| row.get(0))).map_err(|error| complaint(&error))
    }

    fn derive(sql: &str) -> Result<(), String> {
        let (connection, meter) = guarded();
        meter.derive(|| connection.execute_batch(sql)).map_err(|error| complaint(&error))
    }

    #[test]
    fn a_recursion_without_end_ends() {
        assert!(read(ENDLESS).unwrap_err().starts_with("budget: it was stopped"));
        assert!(derive(&format!("create temp table x as {ENDLESS}")).unwrap_err().starts_with("budget: "));
        assert!(derive(&format!("create temp view x as {ENDLESS}; create temp table y as select * from x")).is_err());
    }

    #[test]
    fn a_query_that_was_ended_leaves_the_next_its_own_budget() {
        let (connection, meter) = guarded();
        let run = |sql: &str| meter.read(|| connection.query_row(sql, [], |row| row.get::<_, i64>(0)));
        assert!(run(ENDLESS).is_err());
        assert_eq!(run("select 7"), Ok(7));
        for _ in 0..12 {
            assert!(run(ENDLESS).is_err());
        }
        assert!(
            run("with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000) select max(i) from n")
                .is_err(),
            "the session's is spent"
        );
    }

    #[test]
    fn values_without_measure_are_refused() {
        assert!(
            read("select length(zeroblob(2000000000))")
                .unwrap_err()
                .starts_with("budget: a value is longer than 16 MiB")
        );
        assert!(read("select length(randomblob(2000000000))").unwrap_err().contains("not authorized"));
    }

    #[test]
    fn nothing_but_reading_is_allowed() {
        for sql in [
            "attach '/tmp/x.db' as x",
            "pragma writable_schema = on",
            "insert into kept values (1)",
            "delete from kept",
            "create temp table t (x)",
            "select load_extension('x')",
            "select random()",
            "drop table kept",
            "vacuum into '/tmp/x.db'",
        ] {
            assert!(read(sql).is_err(), "{sql}");
        }
        assert_eq!(read("select count(*) from kept"), Ok(0));
    }

    #[test]
    fn derived_tables_are_temporary_and_reach_nothing_else() {
        assert_eq!(
            derive(
                "create temp table t (x); insert into t select 1; create index temp.i on t (x); update t set x = 2; delete from t"
            ),
            Ok(())
        );
        for sql in [
            "attach '/tmp/x.db' as x",
            "create table t (x)",
            "insert into kept values (1)",
            "drop table kept",
            "pragma hard_heap_limit = 0",
            "vacuum into '/tmp/x.db'",
            "detach main",
        ] {
            assert!(derive(sql).unwrap_err().contains("nothing else is allowed"), "{sql}");
        }
    }

    #[test]
    fn statements_of_our_own_are_free() {
        let (connection, _meter) = guarded();
        connection.execute_batch("insert into kept values (1)").unwrap();
        let long =
            "with recursive n(i) as (select 1 union all select i + 1 from n where i < 500000) select count(*) from n";
        assert_eq!(connection.query_row(long, [], |row| row.get::<_, i64>(0)), Ok(500_000));
    }
}

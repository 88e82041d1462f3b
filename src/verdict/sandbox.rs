//! What SQL that is not compiled in may do: read the history, create temporary tables in `derived.sql`, and come to an end.
//!
//! Rules and `derived.sql` may be anybody's (a `scenarios` folder wins over what was shipped), and so may a history that was
//! sent to somebody, with the queries of its figures. An authorizer denies whatever is not reading, and every function that is
//! not listed here; budgets end what would not end:
//!
//! | budget | of one query (or all of `derived.sql`) | why so much |
//! |---|---|---|
//! | steps | 300 million, and 100,000 for each page of the history | to read the whole history some hundred times |
//! | rows it gives | 300,000, and 200 for each page | a page holds some 80 exchanges, and a subject is one row |
//! | length of a value | 64 KiB | vandan records nothing that is longer than 4 KiB |
//! | memory | 4 GiB, of the whole process | `derived.sql` keeps its tables in memory |
//! | time | 1 minute, and 20 ms for each page | the last resort: steps end first |
//!
//! All queries of a session together may take ten times the steps of one, and five times the time. Steps are counted by SQLite,
//! and functions that look through long values are counted by their length, the same on every machine, so that the same
//! history is judged the same everywhere. Time is not: a thread that watches ends what burns it within a few steps.

use std::sync::atomic::{AtomicI64, AtomicU8, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use model::saturating;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::limits::Limit;
use rusqlite::{Connection, Error, ErrorCode, InterruptHandle, ffi};

/// How much SQL may take. See the module's table for the defaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Steps of SQLite's virtual machine.
    pub steps: i64,
    /// Further steps for each page of the history.
    pub steps_per_page: i64,
    /// Rows that a rule gives.
    pub rows: i64,
    /// Further rows for each page of the history.
    pub rows_per_page: i64,
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
        rows: 300_000,
        rows_per_page: 200,
        time: Duration::from_secs(60),
        time_per_page: Duration::from_millis(20),
        longest: 64 << 10,
        memory: 4 << 30,
    };
}

/// A session as a whole may take so many times the steps of one query.
const QUERIES: i64 = 10;
/// And so many times its time.
const TIMES: u32 = 5;
/// Steps between two looks at the budget.
const STRIDE: i32 = 1_000;
/// How often what is out of time is interrupted until it heeds.
const NAGGING: Duration = Duration::from_millis(20);
/// Functions that SQL of others may call: the same answer each time, in a time that grows with the length of a value and no
/// faster. Those of `functions.rs` count what they take.
#[rustfmt::skip]
const ALLOWED: [&str; 52] = [
    "abs", "avg", "ceil", "ceiling", "char", "coalesce", "concat", "concat_ws", "count", "cume_dist", "dense_rank",
    "first_value", "floor", "format", "group_concat", "hex", "if", "ifnull", "iif", "instant_ms", "instr", "lag", "last_value",
    "lead", "length", "like", "likely", "lower", "max", "min", "mod", "nth_value", "ntile", "nullif", "octet_length",
    "percent_rank", "printf", "rank", "regexp", "replace", "round", "row_number", "sign", "string_agg", "substr", "substring",
    "sum", "total", "typeof", "unlikely", "upper", "vietnam_day",
];
const TOO_MANY_STEPS: &str =
    "budget: it was stopped because it took too many steps (does a recursion end? is a join unbounded?)";
const TOO_LONG: &str =
    "budget: time: it was stopped because it took too long (are long texts compared or built in each row?)";

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

struct State {
    stage: AtomicU8,
    /// What a query may take.
    steps: i64,
    rows: i64,
    time: Duration,
    /// Of the query that runs now.
    steps_left: AtomicI64,
    rows_left: AtomicI64,
    deadline: Mutex<Option<Instant>>,
    /// Of the session.
    all_steps_left: AtomicI64,
    all_time_left: Mutex<Duration>,
    /// Ends what runs on the connection; `None` if none heeds this meter.
    interrupt: Option<Arc<InterruptHandle>>,
}

impl std::fmt::Debug for State {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.debug_struct("State")
            .field("steps", &self.steps)
            .field("steps_left", &self.steps_left)
            .finish_non_exhaustive()
    }
}

impl Meter {
    /// Puts a connection under a budget; our own statements stay free.
    pub(crate) fn install(connection: &mut Connection, budget: Budget) -> Result<Self, Error> {
        let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
        let scaled = |base: i64, per_page: i64| base.saturating_add(per_page.saturating_mul(pages));
        let time = budget.time + budget.time_per_page * saturating::<_, u32>(pages);
        let meter = Self::counting(
            scaled(budget.steps, budget.steps_per_page),
            scaled(budget.rows, budget.rows_per_page),
            time,
            Some(Arc::new(connection.get_interrupt_handle())),
        );
        connection.pragma_update(None, "trusted_schema", false)?;
        connection.query_row(&format!("pragma hard_heap_limit = {}", budget.memory), [], |_| Ok(()))?;
        connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, budget.longest)?;
        connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
        let guard = meter.clone();
        connection.authorizer(Some(move |context: AuthContext<'_>| guard.decide(context)))?;
        let counter = meter.clone();
        connection.progress_handler(STRIDE, Some(move || counter.is_spent(i64::from(STRIDE))))?;
        Ok(meter)
    }

    /// A meter that no connection heeds: for queries of one's own.
    pub fn unlimited() -> Self {
        Self::counting(i64::MAX, i64::MAX, Duration::from_secs(u64::from(u32::MAX)), None)
    }

    fn counting(steps: i64, rows: i64, time: Duration, interrupt: Option<Arc<InterruptHandle>>) -> Self {
        Self(Arc::new(State {
            stage: AtomicU8::new(Stage::Own as u8),
            steps,
            rows,
            time,
            steps_left: AtomicI64::new(steps),
            rows_left: AtomicI64::new(rows),
            deadline: Mutex::new(None),
            all_steps_left: AtomicI64::new(steps.saturating_mul(QUERIES)),
            all_time_left: Mutex::new(time * TIMES),
            interrupt,
        }))
    }

    /// Runs `derived.sql`: it may create and fill temporary tables.
    pub(crate) fn derive<T>(&self, run: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
        self.within(Stage::Derive, run)
    }

    /// Runs a query of others: it may read. No other statement may be under way on the connection: one that is out of time is
    /// interrupted, and so would be all.
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
        spending.rows_left.store(spending.rows, Ordering::Relaxed);
        let begun = now();
        let time = spending.time.min(*lock(&spending.all_time_left));
        *lock(&spending.deadline) = begun.checked_add(time);
        let watchdog = spending.interrupt.as_ref().map(|interrupt| Watchdog::start(Arc::clone(interrupt), time));
        spending.stage.store(stage as u8, Ordering::Relaxed);
        let result = run();
        spending.stage.store(Stage::Own as u8, Ordering::Relaxed);
        drop(watchdog);
        let taken = steps - spending.steps_left.load(Ordering::Relaxed);
        spending.all_steps_left.fetch_sub(taken, Ordering::Relaxed);
        let mut left = lock(&spending.all_time_left);
        let elapsed = begun.elapsed();
        *left = left.saturating_sub(elapsed);
        // Steps that are spent are spent on every machine: they are the reason wherever both are.
        if taken < steps && elapsed >= time {
            return result.map_err(|error| match error.sqlite_error_code() {
                Some(ErrorCode::OperationInterrupted) => spent(TOO_LONG),
                Some(_) | None => error,
            });
        }
        result
    }

    /// Counts steps that a function of ours takes.
    pub(crate) fn charge(&self, steps: usize) -> Result<(), Error> {
        if self.is_spent(saturating(steps)) { Err(spent(TOO_MANY_STEPS)) } else { Ok(()) }
    }

    /// Counts a row that a query gives.
    pub(crate) fn row(&self) -> Result<(), Error> {
        if self.0.rows_left.fetch_sub(1, Ordering::Relaxed) > 0 {
            return Ok(());
        }
        Err(spent(&format!("budget: it gives more than {} rows (is a join unbounded?)", self.0.rows)))
    }

    fn is_spent(&self, steps: i64) -> bool {
        let state = &self.0;
        if state.stage.load(Ordering::Relaxed) == Stage::Own as u8 {
            return false;
        }
        let before = state.steps_left.fetch_sub(steps, Ordering::Relaxed);
        before <= steps || lock(&state.deadline).is_none_or(|deadline| now() > deadline)
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

/// Interrupts what is out of time, again and again until it has ended: SQLite heeds it between two rows, where it does not ask
/// how many steps were taken.
struct Watchdog {
    ended: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Watchdog {
    fn start(interrupt: Arc<InterruptHandle>, time: Duration) -> Self {
        let (ended, is_ended) = mpsc::channel::<()>();
        let watch = move || {
            let mut patience = time;
            while is_ended.recv_timeout(patience) == Err(RecvTimeoutError::Timeout) {
                interrupt.interrupt();
                patience = NAGGING;
            }
        };
        // Without a thread the deadline is still looked at every so many steps.
        let thread = std::thread::Builder::new().name("watchdog".to_owned()).spawn(watch).ok();
        Self { ended: Some(ended), thread }
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        drop(self.ended.take());
        if let Some(thread) = self.thread.take() {
            // It cannot panic, and if it did, nothing would be left to end.
            thread.join().unwrap_or_default();
        }
    }
}

fn spent(words: &str) -> Error {
    Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_INTERRUPT), Some(words.to_owned()))
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
            ALLOWED.iter().any(|allowed| allowed.eq_ignore_ascii_case(function_name))
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
    let long = Budget::DEFAULT.longest >> 10;
    let large = Budget::DEFAULT.memory >> 30;
    match error.sqlite_error_code() {
        Some(ErrorCode::OperationInterrupted) => own_words(error).unwrap_or(TOO_MANY_STEPS).to_owned(),
        Some(ErrorCode::TooBig) => format!("budget: a value is longer than {long} KiB"),
        Some(ErrorCode::OutOfMemory) => format!("budget: it took more than {large} GiB of memory"),
        Some(ErrorCode::AuthorizationForStatementDenied) => {
            format!(
                "{error}: rules and figures read; derived.sql also creates temporary tables; nothing else is allowed"
            )
        }
        Some(_) | None => error.to_string(),
    }
}

/// What [`spent`] said.
fn own_words(error: &Error) -> Option<&str> {
    if let Error::SqliteFailure(_, Some(words)) = error {
        Some(words).filter(|words| words.starts_with("budget: ")).map(String::as_str)
    } else {
        None
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
            read("select length(printf('%.*c', 2000000000, 'x'))")
                .unwrap_err()
                .starts_with("budget: a value is longer than 64 KiB")
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

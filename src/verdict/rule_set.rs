//! All rules of a folder, checked against an empty history before anything is judged.

use std::path::Path;

use model::{Placed, Position, Problem, Problems};
use rusqlite::{Connection, Error, Statement};

use crate::front_matter::{self, Draft};
use crate::rule::Rule;
use crate::sandbox::{Budget, Meter, complaint};
use crate::session::{SUBJECT_COLUMNS, prepare_store};
use crate::source::SourceFile;
use crate::template::{Piece, pieces};

/// The file that creates the tables which rules read.
const DERIVED: &str = "derived.sql";

/// Loaded rules, sorted by id, and the tables they read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleSet {
    rules: Vec<Rule>,
    derived: Script,
    sources: Vec<SourceFile>,
}

/// A piece of SQL and the file it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Script {
    pub(crate) file: String,
    pub(crate) text: String,
}

impl RuleSet {
    /// Loads rule files, given as (path shown to the user, text); one of them is `derived.sql`. Files of other kinds are
    /// passed over. Every query is prepared against an empty history, so that an unknown table or column is found here.
    ///
    /// # Errors
    /// Everything wrong with any of the files, sorted by file and place.
    pub fn load(files: impl IntoIterator<Item = (String, String)>) -> Result<Self, Problems> {
        let mut problems = Problems::default();
        let mut drafts = Vec::new();
        let mut derived = None;
        let mut sources = Vec::new();
        for (file, text) in
            files.into_iter().filter(|(file, _)| Path::new(file).extension().is_some_and(|kind| kind == "sql"))
        {
            sources.push(SourceFile::of(&file, &text));
            if Path::new(&file).file_name().is_some_and(|name| name == DERIVED) {
                derived = Some(Script { file, text });
                continue;
            }
            match front_matter::read(&file, &text) {
                Ok(draft) => drafts.push(draft),
                Err(others) => problems.extend(others),
            }
        }
        drafts.sort_by(|a, b| (&a.rule.id, &a.rule.file).cmp(&(&b.rule.id, &b.rule.file)));
        note_doubles(&drafts, &mut problems);
        let Some(derived) = derived else {
            problems.push(problem(DERIVED, None, "", "the file is missing", "it creates the tables that rules read"));
            return Err(problems.sorted(""));
        };
        match empty_store(&derived) {
            Ok((store, meter)) => drafts.iter().for_each(|draft| check(&store, &meter, draft, &mut problems)),
            Err(found) => problems.push(found),
        }
        let rules = drafts.into_iter().map(|draft| draft.rule).collect();
        sources.sort_by(|a, b| a.file.cmp(&b.file));
        problems.sorted("").or(Self { rules, derived, sources })
    }

    /// The same, knowing which of its files stand in the place of shipped ones and are not the same.
    #[must_use]
    pub fn with_replaced(mut self, is_replaced: impl Fn(&str) -> bool) -> Self {
        for source in &mut self.sources {
            source.replaces_shipped = is_replaced(&source.file);
        }
        self
    }

    /// The files it was loaded from, sorted.
    pub fn sources(&self) -> &[SourceFile] {
        &self.sources
    }

    /// The rules, sorted by id.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rule with this id.
    pub fn get(&self, id: &str) -> Option<&Rule> {
        self.rules.binary_search_by(|rule| rule.id.as_str().cmp(id)).ok().and_then(|i| self.rules.get(i))
    }

    /// Prepares queries that stand elsewhere, of figures and targets, each with the number of columns it must give.
    ///
    /// # Errors
    /// Every query that could not be asked of a history, at its place.
    pub fn check_queries<'q>(&self, queries: impl IntoIterator<Item = (&'q Placed, usize)>) -> Result<(), Problems> {
        let (store, meter) = empty_store(&self.derived)?;
        let fault = |(query, columns): (&Placed, usize)| match meter.read(|| store.prepare(&query.text)) {
            Err(error) => {
                let message = said(&error);
                Some(query.problem(&message, sql_remedy(&message)))
            }
            Ok(statement) if !is_query(&statement) => Some(query.problem(NO_QUERY, WRITE_A_QUERY)),
            Ok(statement) if statement.column_count() < columns => {
                Some(query.problem("the query gives one column", "select part and base"))
            }
            Ok(_) => None,
        };
        Problems(queries.into_iter().filter_map(fault).collect()).or(())
    }

    pub(crate) fn derived(&self) -> &Script {
        &self.derived
    }
}

fn note_doubles(drafts: &[Draft], problems: &mut Problems) {
    for pair in drafts.windows(2) {
        if let [first, second] = pair
            && first.rule.id == second.rule.id
        {
            let message = format!("the rule {} stands in {} too", second.rule.id, first.rule.file);
            problems.push(problem(&second.rule.file, None, "id", &message, "give one of them another id"));
        }
    }
}

fn empty_store(derived: &Script) -> Result<(Connection, Meter), Problem> {
    let create = || {
        let mut connection = Connection::open_in_memory()?;
        connection.execute_batch(history::SCHEMA)?;
        let meter = prepare_store(&mut connection, derived, Budget::DEFAULT)?;
        Ok((connection, meter))
    };
    create().map_err(|error| sql_problem(&error, &derived.file, &derived.text, 1))
}

/// Prepares a rule's query and compares its columns with what is asked of them.
fn check(store: &Connection, meter: &Meter, draft: &Draft, problems: &mut Problems) {
    let rule = &draft.rule;
    let statement = match meter.read(|| store.prepare(&rule.query)) {
        Ok(statement) => statement,
        Err(error) => return problems.push(sql_problem(&error, &rule.file, &rule.query, draft.query_line)),
    };
    let at = |line| Some(Position { line, column: 1 });
    if !is_query(&statement) {
        return problems.push(problem(&rule.file, at(draft.query_line), "", NO_QUERY, WRITE_A_QUERY));
    }
    let columns: Vec<_> = statement.column_names().collect();
    let has = |name: &str| columns.contains(&name);
    for name in SUBJECT_COLUMNS.iter().filter(|name| !has(name)) {
        let message = format!("the query gives no column `{name}`");
        let remedy = format!("every row must have {}", SUBJECT_COLUMNS.join(", "));
        problems.push(problem(&rule.file, at(draft.query_line), "", &message, &remedy));
    }
    for (field, sentence, place) in
        [("expected", &rule.expected, draft.expected_at), ("observed", &rule.observed, draft.observed_at)]
    {
        for piece in pieces(sentence).unwrap_or_default() {
            if let Piece::Column(name) = piece
                && !has(name)
            {
                let message = format!("the query gives no column `{name}`");
                let remedy = format!("it gives {}", columns.join(", "));
                problems.push(problem(&rule.file, Some(place), field, &message, &remedy));
            }
        }
    }
}

const NO_QUERY: &str = "this is no query";
const WRITE_A_QUERY: &str = "write one `select` (or `with ... select`) without parameters";

fn is_query(statement: &Statement<'_>) -> bool {
    statement.column_count() > 0 && statement.readonly() && statement.parameter_count() == 0
}

/// What SQLite says, without the text of the query.
fn said(error: &Error) -> String {
    if let Error::SqlInputError { msg, .. } = error { msg.clone() } else { complaint(error) }
}

/// Where the tables that may be asked are written down.
fn sql_remedy(message: &str) -> &'static str {
    if message.starts_with("no such") { "see history/schema.sql and rules/derived.sql" } else { "" }
}

/// A mistake in SQL at its place in the file; `text` begins on line `first_line` of it.
fn sql_problem(error: &Error, file: &str, text: &str, first_line: usize) -> Problem {
    let message = said(error);
    let offset = if let Error::SqlInputError { sql, offset, .. } = error {
        // SQLite saw the text from one statement on; what stands before it is missing at the front.
        let before = text.len().saturating_sub(sql.len());
        usize::try_from(*offset).ok().map(|offset| before + offset)
    } else {
        None
    };
    // Of an unknown table SQLite does not say the place, only the name.
    let named = || message.strip_prefix("no such table: ").and_then(|name| text.find(name));
    let before = offset.or_else(named).and_then(|offset| text.get(..offset)).unwrap_or_default();
    let line = first_line + before.matches('\n').count();
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    problem(file, Some(Position { line, column }), "", &message, sql_remedy(&message))
}

fn problem(file: &str, position: Option<Position>, field: &str, message: &str, remedy: &str) -> Problem {
    Problem { position, field: field.to_owned(), ..Problem::new(file, message, remedy) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLES: &str = "create temp table seen as select case_id from dossiers;";

    fn rule(id: &str, query: &str) -> (String, String) {
        let area = id.split('-').nth(1).unwrap();
        let text = format!(
            "-- ---\n-- id: {id}\n-- rev: 1\n-- title: T\n-- title_vi: T\n-- level: MUST\n-- maturity: draft\n\
             -- oracle: history\n-- basis: [{{source: s, text: t, verified: false}}]\n-- why: because\n\
             -- reasons: [vacuous]\n-- kills: [portal:none]\n-- expected: it\n-- observed: \"not {{seen}}\"\n-- ---\n{query}\n"
        );
        (format!("rules/{area}/{id}.sql"), text)
    }

    fn load(derived: &str, rules: &[(&str, &str)]) -> Result<RuleSet, Problems> {
        let derived = ("rules/derived.sql".to_owned(), derived.to_owned());
        RuleSet::load(rules.iter().map(|(id, query)| rule(id, query)).chain([derived]))
    }

    fn problems(derived: &str, rules: &[(&str, &str)]) -> String {
        load(derived, rules).unwrap_err().to_string()
    }

    const GOOD: &str = "select case_id as subject, 1 as ok, case_id, null as exchange_id, 'x' as seen from seen";

    #[test]
    fn rules_are_sorted_and_found_by_id() {
        let rules = load(TABLES, &[("EG-SUB-002", GOOD), ("EG-COD-001", GOOD)]).unwrap();
        let ids: Vec<_> = rules.rules().iter().map(|rule| rule.id.as_str()).collect();
        assert_eq!(ids, ["EG-COD-001", "EG-SUB-002"]);
        assert_eq!(rules.get("EG-SUB-002").map(|rule| rule.title.as_str()), Some("T"));
        assert!(rules.get("EG-SUB-003").is_none());
    }

    #[test]
    fn an_unknown_column_is_found_at_its_place() {
        let query =
            "-- All of them.\nselect case_id as subject, oky as ok, case_id, null as exchange_id, 1 as seen\nfrom seen";
        assert_eq!(
            problems(TABLES, &[("EG-SUB-001", query)]),
            "rules/SUB/EG-SUB-001.sql:17:28: no such column: oky (see history/schema.sql and rules/derived.sql)"
        );
    }

    #[test]
    fn an_unknown_table_in_the_second_statement_of_the_tables_is_found_at_its_place() {
        let text =
            problems("create temp table a as select 1;\n\ncreate temp table b as\nselect * from nowhere;\n", &[]);
        assert!(text.starts_with("rules/derived.sql:4:15: no such table: nowhere"), "{text}");
    }

    #[test]
    fn missing_columns_of_query_and_sentences_are_all_named() {
        let text = problems(TABLES, &[("EG-SUB-001", "select case_id, 1 as ok from seen")]);
        assert_eq!(
            text,
            "rules/SUB/EG-SUB-001.sql:14:14: observed: the query gives no column `seen` (it gives case_id, ok)\n\
             rules/SUB/EG-SUB-001.sql:16:1: the query gives no column `subject` (every row must have subject, ok, case_id, \
             exchange_id)\n\
             rules/SUB/EG-SUB-001.sql:16:1: the query gives no column `exchange_id` (every row must have subject, ok, case_id, \
             exchange_id)"
        );
    }

    #[test]
    fn a_rule_only_reads() {
        for query in ["delete from dossiers", "pragma journal_mode = wal; select 1", "select ?1", "attach 'x' as y"] {
            assert!(problems(TABLES, &[("EG-SUB-001", query)]).starts_with("rules/SUB/EG-SUB-001.sql:16"), "{query}");
        }
    }

    #[test]
    fn queries_that_stand_elsewhere_are_refused_at_their_place() {
        let rules = load(TABLES, &[]).unwrap();
        let checked = |query: &str, columns| {
            let placed =
                Placed { file: "p.yaml".to_owned(), text: query.to_owned(), field: "f".to_owned(), position: None };
            rules.check_queries([(&placed, columns)]).err().map(|problems| problems.to_string())
        };
        assert_eq!(checked("select count(*) from seen", 1), None);
        assert_eq!(checked("select 1, count(*) from seen", 2), None);
        for (query, expected) in [
            ("select amount from seen", "no such column: amount (see history/schema.sql and rules/derived.sql)"),
            ("select 1 from nowhere", "no such table: nowhere (see history/schema.sql and rules/derived.sql)"),
            (
                "delete from seen",
                "not authorized: rules and figures read; derived.sql also creates temporary tables; nothing else is allowed",
            ),
            ("select ?1, 2", "this is no query (write one `select` (or `with ... select`) without parameters)"),
            ("select 1", "the query gives one column (select part and base)"),
        ] {
            assert_eq!(checked(query, 2), Some(format!("p.yaml: f: {expected}")), "{query}");
        }
    }

    #[test]
    fn two_rules_with_one_id_and_missing_tables_are_both_said() {
        let (_, text) = rule("EG-SUB-001", GOOD);
        let files = ["a/SUB/EG-SUB-001.sql", "b/SUB/EG-SUB-001.sql"].map(|file| (file.to_owned(), text.clone()));
        let text = RuleSet::load(files).unwrap_err().to_string();
        assert!(
            text.contains("b/SUB/EG-SUB-001.sql: id: the rule EG-SUB-001 stands in a/SUB/EG-SUB-001.sql too"),
            "{text}"
        );
        assert!(text.contains("derived.sql: the file is missing"), "{text}");
    }
}

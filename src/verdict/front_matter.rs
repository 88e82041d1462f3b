//! The YAML at the head of a rule file, written as SQL comments between two lines `-- ---`.

use std::path::Path;

use model::words::{Field, Operation};
use model::{Document, Fields, Node, Position, Problem, Problems};

use crate::rule::{Basis, Doubt, Level, Maturity, Oracle, Quiescence, Rule};
use crate::template;

/// Capabilities of an adapter or a run that are not operations.
const CAPABILITIES: &[&str] = &[
    "clock",
    "progress",
    "peer:bank",
    "peer:post",
    "dossier_code_pattern",
    "legacy_envelope",
    "publications",
    "planned:post_return",
    "planned:online_payment",
    "planned:payment_before",
    "planned:payment",
    "seen:refusal",
];

const FENCE: &str = "-- ---";
/// Width of `-- `: YAML stands this much further left than its line in the file.
const MARGIN: usize = 3;

/// A rule, and where those of its parts stand that can only be checked against a database.
pub(crate) struct Draft {
    pub(crate) rule: Rule,
    /// The line on which `rule.query` begins, counted from 1.
    pub(crate) query_line: usize,
    pub(crate) expected_at: Position,
    pub(crate) observed_at: Position,
}

/// Reads one rule file.
///
/// # Errors
/// Everything wrong with the front matter, at the lines and columns of the file.
pub(crate) fn read(file: &str, text: &str) -> Result<Draft, Problems> {
    let (yaml, query, query_line) = split(file, text)?;
    let read = |fields: &Fields<'_>| draft(fields, file, query, query_line);
    Document::parse(file, &yaml).and_then(|document| document.read(read)).map_err(|mut problems| {
        for position in problems.0.iter_mut().filter_map(|problem| problem.position.as_mut()) {
            *position = in_file(*position);
        }
        problems
    })
}

/// Where in the file a place of the YAML is.
fn in_file(position: Position) -> Position {
    Position { column: position.column + MARGIN, ..position }
}

/// Front matter as YAML on its own lines, the query, and the line on which the query begins.
fn split<'a>(file: &str, text: &'a str) -> Result<(String, &'a str, usize), Problems> {
    let problem = |line: usize, message: &str, remedy: &str| {
        let position = Some(Position { line, column: 1 });
        Problems::from(Problem { position, ..Problem::new(file, message, remedy) })
    };
    let mut yaml = String::from("\n");
    let mut lines = text.split_inclusive('\n');
    let mut begin = lines.next().map_or(0, str::len);
    if text.lines().next().map(str::trim_end) != Some(FENCE) {
        return Err(problem(1, "the front matter is missing", "begin the file with a line `-- ---`"));
    }
    for (i, line) in lines.enumerate() {
        begin += line.len();
        if line.trim_end() == FENCE {
            let query = text.get(begin..).unwrap_or_default();
            return Ok((yaml, query, i + 3));
        }
        match line.strip_prefix("-- ").or_else(|| line.strip_prefix("--").filter(|rest| rest.trim().is_empty())) {
            Some(content) => yaml.push_str(content),
            None => {
                let remedy = "begin each line with `-- `, and end the front matter with a line `-- ---`";
                return Err(problem(i + 2, "this line is no part of the front matter", remedy));
            }
        }
    }
    Err(problem(text.lines().count(), "the front matter does not end", "end it with a line `-- ---`"))
}

fn draft(fields: &Fields<'_>, file: &str, query: &str, query_line: usize) -> Option<Draft> {
    let id = fields.need("id").and_then(|node| rule_id(&node, file));
    let rev = fields.need("rev").and_then(|node| revision(&node));
    let title = fields.text("title");
    let title_vi = fields.text("title_vi");
    let level = fields.word("level", Level::ALL);
    let maturity = fields.word("maturity", Maturity::ALL);
    let oracle = fields.word("oracle", Oracle::ALL);
    let needs = fields.list("needs", capability);
    let unless = fields.list("unless", capability);
    let quiescence = fields.get("quiescence").map_or(Some(Quiescence::NotNeeded), |node| node.word(Quiescence::ALL));
    let basis = fields.need("basis").and_then(|_| filled(fields, "basis", basis));
    let why = fields.text("why");
    let minimum = fields.get("minimum").map_or(Some(None), |node| positive(&node).map(Some));
    let reasons = fields.need("reasons").and_then(|_| filled(fields, "reasons", |node| node.word(Doubt::ALL)));
    let kills = fields.need("kills").and_then(|_| filled(fields, "kills", defect));
    let expected = fields.need("expected").and_then(|node| sentence(&node));
    let observed = fields.need("observed").and_then(|node| sentence(&node));
    let (expected, expected_at) = expected?;
    let (observed, observed_at) = observed?;
    let rule = Rule {
        id: id?,
        rev: rev?,
        title: title?,
        title_vi: title_vi?,
        level: level?,
        maturity: maturity?,
        oracle: oracle?,
        needs: needs?,
        unless: unless?,
        quiescence: quiescence?,
        basis: basis?,
        why: why?,
        minimum: minimum?,
        reasons: reasons?,
        kills: kills?,
        expected,
        observed,
        query: query.trim_end().to_owned(),
        file: file.to_owned(),
    };
    Some(Draft { rule, query_line, expected_at, observed_at })
}

/// An id is the name of its file, and its area that of the folder.
fn rule_id(node: &Node<'_>, file: &str) -> Option<String> {
    let id = node.text()?;
    let mut parts = id.split('-');
    let (pack, area, number) = (parts.next(), parts.next(), parts.next());
    let letters = |part: Option<&str>, length: usize| {
        part.is_some_and(|part| part.len() == length && part.bytes().all(|byte| byte.is_ascii_uppercase()))
    };
    let digits = number.is_some_and(|part| part.len() == 3 && part.bytes().all(|byte| byte.is_ascii_digit()));
    if !(letters(pack, 2) && letters(area, 3) && digits && parts.next().is_none()) {
        return node.refuse(format!("`{id}` is no rule id"), "pack, area and number, such as EG-SUB-001");
    }
    let path = Path::new(file);
    let folder = path.parent().and_then(Path::file_name).and_then(|name| name.to_str());
    if path.file_stem().and_then(|stem| stem.to_str()) != Some(id) {
        return node.refuse(format!("`{id}` is not the name of this file"), format!("call the file {id}.sql"));
    }
    if folder.is_some() && folder != area {
        let area = area.unwrap_or_default();
        return node.refuse(format!("`{id}` is not of this folder's area"), format!("move the file to {area}/"));
    }
    Some(id.to_owned())
}

fn positive(node: &Node<'_>) -> Option<u64> {
    match node.integer()?.try_into() {
        Ok(number) if number > 0 => Some(number),
        Ok(_) | Err(_) => node.refuse("a number of at least 1 is expected here", ""),
    }
}

fn revision(node: &Node<'_>) -> Option<u32> {
    match positive(node)?.try_into() {
        Ok(revision) => Some(revision),
        Err(_) => node.refuse("a number up to 4,294,967,295 is expected here", ""),
    }
}

fn capability(node: &Node<'_>) -> Option<String> {
    let name = node.text()?;
    let shown = name.strip_prefix("shows:").and_then(Field::parse);
    if CAPABILITIES.contains(&name) || Operation::parse(name).is_some() || shown.is_some() {
        return Some(name.to_owned());
    }
    let known = CAPABILITIES.iter().copied().chain(Operation::ALL.iter().map(|known| known.as_str()));
    let meant = model::did_you_mean(name, known);
    let remedy = format!("{meant}an operation, shows:FIELD, or one of: {}", CAPABILITIES.join(", "));
    node.refuse(format!("`{name}` is no capability"), remedy)
}

/// A list that holds something.
fn filled<'a, T>(fields: &Fields<'a>, name: &'static str, read: impl FnMut(&Node<'a>) -> Option<T>) -> Option<Vec<T>> {
    let values = fields.list(name, read)?;
    if values.is_empty() { fields.need(name)?.refuse("the list is empty", "name at least one") } else { Some(values) }
}

fn basis(node: &Node<'_>) -> Option<Basis> {
    node.fields(|fields| {
        let source = fields.text("source");
        let text = fields.text("text");
        let verified = fields.need("verified").and_then(|node| match node.text()? {
            "true" => Some(true),
            "false" => Some(false),
            other => node.refuse(format!("`{other}` is neither true nor false"), "true only if the source was read"),
        });
        Some(Basis { source: source?, text: text?, verified: verified? })
    })
}

fn defect(node: &Node<'_>) -> Option<String> {
    let text = node.text()?;
    match text.split_once(':') {
        Some((system, name)) if !system.is_empty() && !name.is_empty() => Some(text.to_owned()),
        Some(_) | None => {
            node.refuse(format!("`{text}` is no defect"), "system and name, such as portal:truncate-name")
        }
    }
}

fn sentence(node: &Node<'_>) -> Option<(String, Position)> {
    let text = node.text()?;
    if template::pieces(text).is_err() {
        return node.refuse("a brace is opened and not closed", "write {column}");
    }
    Some((text.to_owned(), in_file(node.position())))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "\
-- ---
-- id: EG-SUB-001
-- rev: 1
-- title: What was submitted reads back
-- title_vi: Đọc lại nguyên vẹn
-- level: MUST
-- maturity: draft
-- oracle: read_back
-- needs: [submit, \"peer:bank\"]
-- basis: [{source: catalogue, text: reads back, verified: true}]
-- why: Names get lost.
--
-- reasons: [vacuous]
-- kills: [portal:truncate-name]
-- expected: \"{subject} is whole\"
-- observed: it is not
-- ---
-- Every subject.
select 1
";

    fn problems(text: &str) -> String {
        match read("rules/SUB/EG-SUB-001.sql", text) {
            Ok(_) => String::new(),
            Err(problems) => problems.to_string(),
        }
    }

    #[test]
    fn a_rule_is_read_with_its_query_and_the_line_of_it() {
        let draft = read("rules/SUB/EG-SUB-001.sql", GOOD).unwrap();
        assert_eq!(draft.rule.query, "-- Every subject.\nselect 1");
        assert_eq!(draft.query_line, 18);
        assert_eq!(draft.rule.minimum, None);
        assert_eq!(draft.rule.quiescence, Quiescence::NotNeeded);
        assert_eq!(draft.expected_at, Position { line: 15, column: 14 });
    }

    #[test]
    fn every_mistake_is_said_at_its_place() {
        let text = GOOD
            .replace("-- rev: 1", "-- rev: 0")
            .replace("level: MUST", "level: MAY")
            .replace("[submit, ", "[submitt, ")
            .replace("verified: true", "verified: perhaps")
            .replace("portal:truncate-name", "truncate-name")
            .replace("{subject}", "{subject")
            .replace("-- why: Names get lost.", "-- because: Names get lost.");
        assert_eq!(
            problems(&text),
            "rules/SUB/EG-SUB-001.sql:2:4: the field `why` is missing\n\
             rules/SUB/EG-SUB-001.sql:3:9: rev: a number of at least 1 is expected here\n\
             rules/SUB/EG-SUB-001.sql:6:11: level: `MAY` is not known here (one of: MUST, SHOULD)\n\
             rules/SUB/EG-SUB-001.sql:9:12: needs[0]: `submitt` is no capability (did you mean `submit`? an operation, shows:FIELD, or one of: clock, progress, \
             peer:bank, peer:post, dossier_code_pattern, legacy_envelope, publications, planned:post_return, \
             planned:online_payment, planned:payment_before, planned:payment, seen:refusal)\n\
             rules/SUB/EG-SUB-001.sql:10:60: basis[0].verified: `perhaps` is neither true nor false (true only if the source \
             was read)\n\
             rules/SUB/EG-SUB-001.sql:11:4: because: unknown field (known here: id, rev, title, title_vi, level, maturity, \
             oracle, needs, unless, quiescence, basis, why, minimum, reasons, kills, expected, observed)\n\
             rules/SUB/EG-SUB-001.sql:14:12: kills[0]: `truncate-name` is no defect (system and name, such as \
             portal:truncate-name)\n\
             rules/SUB/EG-SUB-001.sql:15:14: expected: a brace is opened and not closed (write {column})"
        );
    }

    #[test]
    fn a_rule_stands_in_the_file_of_its_name() {
        assert!(problems(&GOOD.replace("EG-SUB-001", "EG-SUB-002")).contains("call the file EG-SUB-002.sql"));
        assert!(problems(&GOOD.replace("EG-SUB-001", "SUB-1")).contains("`SUB-1` is no rule id"));
    }

    #[test]
    fn a_front_matter_begins_and_ends() {
        let file = "rules/SUB/EG-SUB-001.sql";
        assert_eq!(
            problems("select 1"),
            format!("{file}:1:1: the front matter is missing (begin the file with a line `-- ---`)")
        );
        assert_eq!(
            problems("-- ---\n-- id: EG-SUB-001\nselect 1\n"),
            format!(
                "{file}:3:1: this line is no part of the front matter (begin each line with `-- `, and end the front matter \
                 with a line `-- ---`)"
            )
        );
    }
}

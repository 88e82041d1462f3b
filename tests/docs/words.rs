//! Words and comments, read from the source that declares them.

/// One word of a closed vocabulary, with its doc comment.
pub(crate) struct Word {
    pub(crate) text: String,
    pub(crate) meaning: String,
}

/// The words of an enum that `words!` or `spelled!` declares in this source.
pub(crate) fn of_enum(source: &str, name: &str) -> Vec<Word> {
    let head = format!("    {name} {{");
    let body = source.split_once(head.as_str()).unwrap_or_else(|| panic!("no enum {name}")).1;
    let body = body.split_once("\n    }").unwrap().0;
    let mut words = Vec::new();
    let mut meaning = String::new();
    for line in body.lines().map(str::trim) {
        if let Some(doc) = line.strip_prefix("///") {
            meaning = [meaning.as_str(), doc.trim()].join(" ").trim().to_owned();
        } else if let Some((_, text)) = line.split_once(" = \"") {
            let text = text.trim_end_matches("\",").to_owned();
            words.push(Word { text, meaning: std::mem::take(&mut meaning) });
        }
    }
    assert!(!words.is_empty(), "{name}");
    words
}

/// A table that an SQL script creates.
pub(crate) struct Table {
    pub(crate) name: String,
    /// The comment above it.
    pub(crate) meaning: String,
    pub(crate) columns: Vec<Column>,
}

pub(crate) struct Column {
    pub(crate) name: String,
    /// Its type, and whether it may be null.
    pub(crate) kind: String,
    pub(crate) meaning: String,
}

/// The tables of a script, in its order; `create` is `create table ` or `create temp table `.
pub(crate) fn tables(script: &str, create: &str) -> Vec<Table> {
    let mut tables: Vec<Table> = Vec::new();
    let mut comment: Vec<&str> = Vec::new();
    let mut is_open = false;
    for line in script.lines() {
        if is_open {
            if line.starts_with(')') {
                is_open = false;
            } else if let Some(column) = column(line) {
                tables.last_mut().unwrap().columns.push(column);
            }
        } else if let Some(rest) = line.strip_prefix(create) {
            let name: String = rest.chars().take_while(|sign| sign.is_ascii_alphanumeric() || *sign == '_').collect();
            let meaning = std::mem::take(&mut comment).join(" ");
            let mut columns = Vec::new();
            if let Some((_, inside)) = rest.split_once(" (").filter(|(_, inside)| inside.ends_with(");")) {
                columns.extend(inside.trim_end_matches(");").split(", ").filter_map(column));
            } else {
                is_open = rest.ends_with('(');
            }
            tables.push(Table { name, meaning, columns });
        } else if let Some(text) = line.strip_prefix("-- ") {
            comment.push(text);
        } else {
            comment.clear();
        }
    }
    tables
}

/// `    outcome       text not null, -- ok, refused, error`
fn column(line: &str) -> Option<Column> {
    let (declaration, meaning) = line.split_once("-- ").unwrap_or((line, ""));
    let mut words = declaration.trim().trim_end_matches(',').split_whitespace();
    let (name, kind) = (words.next()?, words.next()?);
    let rest: Vec<_> = words.collect();
    if name == "primary" {
        return None;
    }
    let is_required = rest.windows(2).any(|pair| pair == ["not", "null"] || pair == ["primary", "key"]);
    let kind = if is_required { kind.to_owned() } else { format!("{kind}, null") };
    Some(Column { name: name.to_owned(), kind, meaning: meaning.trim().to_owned() })
}

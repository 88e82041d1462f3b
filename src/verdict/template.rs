//! Sentences with `{column}` in place of evidence.

use std::fmt::Write as _;

/// A piece of a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// As it stands.
    Plain(&'a str),
    /// The value of a column.
    Column(&'a str),
}

/// The pieces of a sentence in order; `Err` is the byte at which a brace does not close.
pub(crate) fn pieces(sentence: &str) -> Result<Vec<Piece<'_>>, usize> {
    let mut pieces = Vec::new();
    let mut rest = sentence;
    while let Some((plain, tail)) = rest.split_once('{') {
        let (column, after) = tail.split_once('}').ok_or(sentence.len() - tail.len() - 1)?;
        pieces.push(Piece::Plain(plain));
        pieces.push(Piece::Column(column));
        rest = after;
    }
    pieces.push(Piece::Plain(rest));
    Ok(pieces)
}

/// The sentence with the values of its columns; a column that is null or unknown reads `nothing`.
pub(crate) fn fill<'a>(sentence: &str, value: impl Fn(&str) -> Option<&'a str>) -> String {
    let mut text = String::with_capacity(sentence.len() * 2);
    for piece in pieces(sentence).unwrap_or_default() {
        let piece = match piece {
            Piece::Plain(plain) => plain,
            Piece::Column(column) => value(column).unwrap_or("nothing"),
        };
        text.push_str(piece);
    }
    text
}

/// `1 dossier`, `2 dossiers`: a count with its noun.
pub(crate) fn count(number: u64, noun: &str) -> String {
    let mut text = String::new();
    let ending = if number == 1 { "" } else { "s" };
    // Writing to a String cannot fail.
    write!(text, "{number} {noun}{ending}").unwrap_or_default();
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_filled_in_and_null_reads_nothing() {
        let value = |column: &str| (column == "name").then_some("An");
        assert_eq!(fill("{name} is {state}.", value), "An is nothing.");
    }

    #[test]
    fn an_open_brace_is_found_where_it_stands() {
        assert_eq!(pieces("a {b} c {d"), Err(8));
    }
}

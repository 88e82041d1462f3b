//! What somebody may have meant by a word that nobody knows.

/// How alike two words must be to be taken for each other, 0..=1 (Jaro-Winkler).
const ALIKE: f64 = 0.8;

/// The known word that is most like this one, or ends with it; none if all of them are quite different.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let likeness = |name: &str| match name.strip_suffix(word) {
        Some("") => 2.0,
        Some(_) if word.len() >= 4 => 1.0,
        Some(_) | None => strsim::jaro_winkler(word, name),
    };
    let alike = known.into_iter().map(|name| (likeness(name), name));
    let best = alike.filter(|(alike, _)| *alike >= ALIKE).max_by(|(one, _), (other, _)| one.total_cmp(other));
    best.map(|(_, name)| name)
}

/// `did you mean `submit`? ` with a blank at its end, to stand before what is known; empty if nothing is near.
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, known).map(|name| format!("did you mean `{name}`? ")).unwrap_or_default()
}

/// A remedy: `did you mean `submit`? one of: submit, track`.
pub fn one_of<T: AsRef<str>>(word: &str, known: &[T]) -> String {
    let known: Vec<_> = known.iter().map(AsRef::as_ref).collect();
    format!("{}one of: {}", did_you_mean(word, known.iter().copied()), known.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_alike_is_meant_and_nothing_that_is_quite_different() {
        let known = ["submit", "submitted", "track"];
        assert_eq!(nearest("sumbit", known), Some("submit"));
        assert_eq!(nearest("dien-bien", ["vinh-phuc-2021", "dien-bien-2019"]), Some("dien-bien-2019"));
        assert_eq!(nearest("online", ["citizen-after", "citizen-online"]), Some("citizen-online"));
        assert_eq!(nearest("p95", known), None);
        assert_eq!(one_of("tarck", &known), "did you mean `track`? one of: submit, submitted, track");
        assert_eq!(one_of("x", &known), "one of: submit, submitted, track");
    }
}

//! The language in which a page is shown.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;
use serde::Deserialize;

/// A language of the pages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub enum Language {
    /// Vietnamese, `vi`.
    #[default]
    #[serde(rename = "vi")]
    Vietnamese,
    /// English, `en`.
    #[serde(rename = "en")]
    English,
}

impl Language {
    /// The language of the query (`lang=vi`, `lang=en`), else the one that the browser prefers, else Vietnamese.
    pub fn of(query: Option<&str>, headers: &HeaderMap) -> Self {
        let asked = query.and_then(|query| form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "lang"));
        let preferred = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let word = asked.map(|(_, value)| value.into_owned()).or_else(|| preferred.map(str::to_owned));
        if word.is_some_and(|word| word.starts_with("en")) { Self::English } else { Self::Vietnamese }
    }

    /// Its code.
    pub fn code(self) -> &'static str {
        self.say("vi", "en")
    }

    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Vietnamese => Self::English,
            Self::English => Self::Vietnamese,
        }
    }

    /// One of two texts.
    pub fn say<'text>(self, vietnamese: &'text str, english: &'text str) -> &'text str {
        match self {
            Self::Vietnamese => vietnamese,
            Self::English => english,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_wins_over_the_browser_and_vietnamese_is_the_default() {
        let none = HeaderMap::new();
        let english = HeaderMap::from_iter([(ACCEPT_LANGUAGE, "en-GB,vi;q=0.5".parse().unwrap())]);
        assert_eq!(Language::of(None, &none), Language::Vietnamese);
        assert_eq!(Language::of(Some("a=1&lang=en"), &none), Language::English);
        assert_eq!(Language::of(None, &english), Language::English);
        assert_eq!(Language::of(Some("lang=vi"), &english), Language::Vietnamese);
    }
}

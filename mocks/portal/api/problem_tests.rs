//! Refusals as people read them.

use super::*;

const KINDS: [Kind; 26] = [
    Kind::Malformed,
    Kind::TooLarge,
    Kind::TooSlow,
    Kind::Validation,
    Kind::Unauthenticated,
    Kind::Forbidden,
    Kind::NotFound,
    Kind::MethodNotAllowed,
    Kind::IllegalTransition,
    Kind::PaymentRequired,
    Kind::PaymentInProgress,
    Kind::NothingToPay,
    Kind::AlreadyPaid,
    Kind::NothingToRefund,
    Kind::NotOnline,
    Kind::NotPayable,
    Kind::NotPostal,
    Kind::BagMismatch,
    Kind::Full,
    Kind::UnsupportedContent,
    Kind::VersionMismatch,
    Kind::KeyReused,
    Kind::StillRunning,
    Kind::TooMany,
    Kind::PeerUnavailable,
    Kind::NotKept,
];

#[test]
fn every_kind_of_refusal_has_a_word_of_its_own() {
    let mut words: Vec<&str> = KINDS.iter().map(|kind| kind.code()).collect();
    words.sort_unstable();
    words.dedup();
    assert_eq!(words.len(), KINDS.len());
}

#[test]
fn a_refusal_is_a_problem_and_never_a_success() {
    for kind in KINDS {
        let response = Problem::new(kind, "why").into_response();
        assert!(!response.status().is_success());
        assert_eq!(response.headers()[CONTENT_TYPE], "application/problem+json");
    }
}

#[test]
fn the_language_named_first_is_spoken() {
    let language = |text: &'static str| {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static(text));
        language_of(&headers)
    };
    assert_eq!(language_of(&HeaderMap::new()), Language::English);
    assert_eq!(language("vi-VN,vi;q=0.9,en;q=0.8"), Language::Vietnamese);
    assert_eq!(language("fr, en, vi"), Language::English);
    assert_eq!(language("fr"), Language::English);
}

#[test]
fn all_wrong_fields_are_named() {
    let flaw = |field: &'static str| Flaw::new(field, "is wrong");
    assert_eq!(Problem::fields(vec![flaw("unit"), flaw("channel")]).detail, "wrong: unit, channel");
}

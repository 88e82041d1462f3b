//! The document is true under every variant, and under several at once.

use mock_portal::Variant;
use serde_json::Value;

use super::openapi::Walk;

/// Walks through portals that each do some things otherwise.
async fn walk_under(all: &[&[Variant]]) {
    for variants in all {
        let walk = Walk::under(variants).await;
        walk.succeed().await;
        walk.refuse(&["desk-1"], &["{", "{}"]).await;
    }
}

/// Walks under one part in four of the variants, each by itself: tests run beside each other.
async fn walk_part(part: usize) {
    let all: Vec<&[Variant]> = Variant::ALL.chunks(1).skip(part).step_by(4).collect();
    walk_under(&all).await;
}

#[tokio::test]
async fn every_variant_answers_as_its_document_says_first_part() {
    walk_part(0).await;
}

#[tokio::test]
async fn every_variant_answers_as_its_document_says_second_part() {
    walk_part(1).await;
}

#[tokio::test]
async fn every_variant_answers_as_its_document_says_third_part() {
    walk_part(2).await;
}

#[tokio::test]
async fn every_variant_answers_as_its_document_says_fourth_part() {
    walk_part(3).await;
}

#[tokio::test]
async fn variants_together_answer_as_their_document_says() {
    walk_under(&[
        &[Variant::Submit202, Variant::Known201, Variant::Location, Variant::CursorPaging, Variant::PlainRefusal],
        &[Variant::ExplicitNulls, Variant::AbsentNulls, Variant::ExtraFields, Variant::Charset],
        &[Variant::OffsetPaging, Variant::CursorPaging, Variant::LinkPaging, Variant::Validation400],
        &[Variant::Illegal422, Variant::EmptyRefusal, Variant::Closed403, Variant::Cookies, Variant::NoTags],
        &[Variant::LowerCaseStates, Variant::All200, Variant::PlainRefusal, Variant::ExtraFields, Variant::Charset],
    ])
    .await;
    walk_under(&[Variant::ALL]).await;
}

#[test]
fn what_a_client_must_know_of_a_variant_is_in_its_document() {
    let document = |variants: &[Variant]| {
        let mut document: Value = serde_json::from_str(&mock_portal::openapi_under(variants)).unwrap();
        document["info"]["description"].take();
        document
    };
    let usual = document(&[]);
    // Other languages, signs, numbers, times and waits are no matter of types.
    let silent = [
        Variant::VietnameseRefusals,
        Variant::ReversedFields,
        Variant::UtcTimes,
        Variant::WholeSeconds,
        Variant::LongFractions,
        Variant::FiveDigits,
        Variant::SevenDigits,
        Variant::GappedNumbers,
        Variant::EightDigitDate,
        Variant::PrettyJson,
        Variant::EscapedJson,
        Variant::WeakTags,
        Variant::OtherTags,
        Variant::LateLookUp,
        Variant::Slow5ms,
        Variant::ConnectionClose,
        Variant::Chunked,
    ];
    for variant in Variant::ALL {
        let other = document(&[*variant]);
        for path in ["/peers/bank/callback", "/peers/post/status", "/openapi.json"] {
            assert!(!other["paths"][path].to_string().contains("$ref"), "{path} has copies of its own");
        }
        let paths = |document: &Value| {
            let mut all = document["paths"].clone();
            all.as_object_mut().unwrap().retain(|path, _| path.starts_with("/api/"));
            let schemas = &document["components"]["schemas"];
            (
                all,
                schemas["Dossier"].clone(),
                schemas["ProgressEntry"].clone(),
                document["components"]["responses"]["401.unauthenticated"].clone(),
            )
        };
        let is_silent = silent.contains(variant);
        assert_eq!(paths(&other) == paths(&usual), is_silent, "{}", variant.name());
    }
}

//! What is read out of answers: translated, weighed, and never taken for more than it is.

use model::words::{AdapterProblem, Fault, Field, Operation, Outcome};
use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization as _;
use vandan_portal::{Adapter, Reading, Reply};

use super::scene::{adapter, decode, read, shown, submit};

/// An adapter that reads everything that can be read.
fn reader() -> Adapter {
    adapter(
        r#"
time: "01/03/2021 07:30:00"
states: { submitted: [Mới đăng ký, NEW], completed: Đã xử lý xong, returned: "9" }
payment_states: { paid: rồi, required: chưa }
parcel_states: { delivered: đã giao }
failure: { code: $.error.code, none: ["0", OK, ""] }
operations:
  submit:
    request: POST /a
    session: no
    read:
      dossier_code: $.data.code
      state?: $.data.state
      payment_state?: $.data.payment.state
      parcel_state?: $.data.parcel
      submitted_at?: $.data.at
      due_at?: $.data.due
      fee?: $.data.fee
      version?: $.data.version
      owner_name?: $.data.owner
    progress: { at: $.data.log, happened_at: $.at, event: $.what, state: $.state }
    keep: { token: $.token }
"#,
    )
}

fn reply(adapter: &Adapter, status: u16, body: &str) -> (Outcome, Option<Fault>) {
    let (Reply { answer, fault }, _) = read(adapter, status, body.as_bytes());
    (answer, fault)
}

const OK: (Outcome, Option<Fault>) = (Outcome::Ok, None);
const REFUSED: (Outcome, Option<Fault>) = (Outcome::Refused, None);
const UNKNOWN: (Outcome, Option<Fault>) = (Outcome::Error, None);
const UNREADABLE: (Outcome, Option<Fault>) = (Outcome::Error, Some(Fault::Unreadable));

#[test]
fn an_answer_is_weighed_by_status_failure_code_and_what_it_shows() {
    let code = r#""data":{"code":"D-1"}"#;
    let table = [
        // A success shows what the adapter requires.
        (200, format!("{{{code}}}"), OK),
        (201, format!("{{{code}}}"), OK),
        (200, "{}".to_owned(), UNREADABLE),
        (200, r#"{"data":{"code":null}}"#.to_owned(), UNREADABLE),
        (200, "null".to_owned(), UNREADABLE),
        (200, "[]".to_owned(), UNREADABLE),
        (200, String::new(), UNREADABLE),
        (204, String::new(), UNREADABLE),
        (200, "<html>".to_owned(), UNREADABLE),
        // What is behind the JSON makes all of it doubtful.
        (200, format!("{{{code}}} and more"), UNREADABLE),
        // A failure code in a success refuses, unless it is one that means success.
        (200, format!("{{{code},\"error\":{{\"code\":\"E-5\"}}}}"), REFUSED),
        (200, format!("{{{code},\"error\":{{\"code\":5}}}}"), REFUSED),
        (200, format!("{{{code},\"error\":{{\"code\":true}}}}"), REFUSED),
        (200, format!("{{{code},\"error\":{{\"code\":0}}}}"), OK),
        (200, format!("{{{code},\"error\":{{\"code\":\"OK\"}}}}"), OK),
        (200, format!("{{{code},\"error\":{{\"code\":\"\"}}}}"), OK),
        (200, format!("{{{code},\"error\":{{\"code\":null}}}}"), OK),
        (200, format!("{{{code},\"error\":null}}"), OK),
        // Any other status below 500 refuses, whatever stands in it.
        (302, format!("{{{code}}}"), REFUSED),
        (404, format!("{{{code}}}"), REFUSED),
        (409, String::new(), REFUSED),
        (101, String::new(), REFUSED),
        // The server's own errors leave unknown what happened.
        (500, format!("{{{code}}}"), UNKNOWN),
        (503, "<html>".to_owned(), UNKNOWN),
        (599, format!("{{{code},\"error\":{{\"code\":\"E-5\"}}}}"), UNKNOWN),
    ];
    let adapter = reader();
    for (status, body, expected) in table {
        assert_eq!(reply(&adapter, status, &body), expected, "{status} {body}");
    }
}

#[test]
fn the_statuses_of_success_are_the_authors_where_there_are_some() {
    let adapter = submit("request: POST /a\nsuccess: [302, 303]");
    assert_eq!(reply(&adapter, 302, ""), OK);
    assert_eq!(reply(&adapter, 200, ""), REFUSED);
    let default = submit("request: POST /a");
    for status in [200, 201, 204] {
        assert_eq!(reply(&default, status, "anything"), OK, "what is not read need not be readable");
    }
    assert_eq!(reply(&default, 202, ""), REFUSED);
}

#[test]
fn a_success_without_content_is_ok_where_only_failures_are_read() {
    let adapter = adapter("failure: { code: $.error }\noperations: { submit: { request: POST /a, session: no } }\n");
    assert_eq!(reply(&adapter, 204, ""), OK);
    assert_eq!(reply(&adapter, 200, "<html>"), OK);
    assert_eq!(reply(&adapter, 200, r#"{"error":"x"}"#), REFUSED);
    assert_eq!(read(&adapter, 400, br#"{"error":"x"}"#).1.error_code(), Some("x"));
}

#[test]
fn states_are_translated_and_the_portals_word_is_kept() {
    let adapter = reader();
    for (word, ours) in [
        ("\"Mới đăng ký\"", Some("submitted")),
        ("\"NEW\"", Some("submitted")),
        ("9", Some("returned")),
        ("\"new\"", None),
        ("\"submitted\"", None),
        ("\"Đang chờ\"", None),
    ] {
        let body = format!("{{\"data\":{{\"code\":\"D\",\"state\":{word}}}}}");
        assert_eq!(shown(&adapter, &body, Field::State).as_deref(), ours, "{word}");
        assert_eq!(shown(&adapter, &body, Field::StateWord).as_deref(), Some(word.trim_matches('"')));
        assert_eq!(reply(&adapter, 200, &body), OK, "an optional state may be strange");
    }
    let body = r#"{"data":{"code":"D","payment":{"state":"rồi"},"parcel":"đã giao"}}"#;
    assert_eq!(shown(&adapter, body, Field::PaymentState).as_deref(), Some("paid"));
    assert_eq!(shown(&adapter, body, Field::ParcelState).as_deref(), Some("delivered"));
}

#[test]
fn numbers_and_truths_are_read_as_they_stand() {
    let adapter = reader();
    for (json, text) in [
        ("5592145403", "5592145403"),
        ("18446744073709551615", "18446744073709551615"),
        ("-5", "-5"),
        ("1.5", "1.5"),
        ("15000.0", "15000"),
        ("1.5e4", "15000"),
        ("\"15.000 đ\"", "15.000 đ"),
        ("true", "true"),
        ("false", "false"),
        ("1e400", "1e400"),
        ("9007199254740993.0", "9007199254740993"),
    ] {
        let body = format!("{{\"data\":{{\"code\":\"D\",\"fee\":{json}}}}}");
        assert_eq!(shown(&adapter, &body, Field::Fee).as_deref(), Some(text), "{json}");
    }
    for nothing in ["null", "[1]", "{\"a\":1}", "[]"] {
        let body = format!("{{\"data\":{{\"code\":\"D\",\"fee\":{nothing}}}}}");
        assert_eq!(shown(&adapter, &body, Field::Fee), None, "{nothing}");
        assert_eq!(reply(&adapter, 200, &body), OK);
    }
}

#[test]
fn instants_are_brought_into_one_form_and_others_left_as_they_stand() {
    let due = |example: &str, text: &str| {
        let adapter = adapter(&format!(
            "time: \"{example}\"\noperations: {{ submit: {{ request: POST /a, session: no, read: {{ due_at: $.due }} }} }}\n"
        ));
        shown(&adapter, &format!("{{\"due\":\"{text}\"}}"), Field::DueAt).unwrap()
    };
    let ours = "2021-03-01T07:30:00.000+07:00";
    let (rfc, compact, slashed) = ("2021-03-01T07:30:00+07:00", "20210301073000", "01/03/2021 07:30:00");
    for (example, text, expected) in [
        (rfc, "2021-03-01T07:30:00+07:00", ours),
        (rfc, "2021-03-01T00:30:00Z", ours),
        (rfc, ours, ours),
        (rfc, "2021-03-01T07:30:00.123456+07:00", "2021-03-01T07:30:00.123+07:00"),
        (rfc, "2021-03-01T07:30:00", "2021-03-01T07:30:00"),
        (rfc, "01/03/2021", "01/03/2021"),
        (compact, "20210301073000", ours),
        (compact, "202103010730", "202103010730"),
        (compact, "20210301073000999", "20210301073000999"),
        (compact, "20210231073000", "20210231073000"),
        (slashed, "01/03/2021 07:30:00", ours),
        (slashed, "31/02/2021 07:30:00", "31/02/2021 07:30:00"),
        (slashed, "01-03-2021 07:30:00", "01-03-2021 07:30:00"),
        (slashed, "01/03/2021 07:30:00 SA", "01/03/2021 07:30:00 SA"),
        (slashed, "hôm nay", "hôm nay"),
    ] {
        assert_eq!(due(example, text), expected, "{text} in the form of {example}");
    }
}

#[test]
fn a_log_is_read_line_by_line() {
    let body = r#"{"data":{"code":"D","log":[
        {"at":"01/03/2021 07:30:00","what":"nộp","state":"NEW","more":{"x":[1]}},
        {"what":"lạ","state":"???"},
        {},
        null,
        7,
        {"at":"hôm qua","state":9}
    ]}}"#;
    let (reply, reading) = read(&reader(), 200, body.as_bytes());
    assert_eq!(reply.answer, Outcome::Ok);
    let lines: Vec<_> = reading.lines().iter().map(|line| reading.line(line)).collect();
    assert_eq!(
        lines,
        [
            [Some("2021-03-01T07:30:00.000+07:00"), Some("nộp"), Some("submitted"), Some("NEW")],
            [None, Some("lạ"), None, Some("???")],
            [None; 4],
            [None; 4],
            [None; 4],
            [Some("hôm qua"), None, Some("returned"), Some("9")],
        ]
    );
    assert_eq!(reading.items().len(), 1, "lines are no dossiers");
}

#[test]
fn a_list_shows_one_dossier_an_element() {
    let adapter = adapter(
        "states: { submitted: NEW }\noperations:\n  inbox:\n    request: GET /i\n    session: no\n    items: { at: $.page.rows, read: { dossier_code: $.code, state: $.s, reference: $.who.ref } }\n",
    );
    let body = r#"{"page":{"rows":[{"code":"A","s":"NEW","who":{"ref":"R-1"}},{"code":"B","s":"?"},{}]},"rows":[{"code":"C"}]}"#;
    let mut reading = Reading::default();
    let exchange = &adapter.exchanges(Operation::Inbox)[0];
    assert_eq!(decode(&adapter, exchange, (200, body.as_bytes()), &mut reading).answer, Outcome::Ok);
    let of = |field| reading.items().iter().map(|item| reading.value(item, field)).collect::<Vec<_>>();
    assert_eq!(of(Field::DossierCode), [Some("A"), Some("B"), None]);
    assert_eq!(of(Field::State), [Some("submitted"), None, None]);
    assert_eq!(of(Field::StateWord), [Some("NEW"), Some("?"), None]);
    assert_eq!(of(Field::Reference), [Some("R-1"), None, None]);
    for body in [r#"{"page":{"rows":[]}}"#, r#"{"page":{"rows":null}}"#] {
        assert_eq!(decode(&adapter, exchange, (200, body.as_bytes()), &mut reading).answer, Outcome::Ok, "{body}");
        assert_eq!(reading.items().len(), 0);
    }
}

#[test]
fn a_list_that_is_not_there_is_no_empty_one_unless_the_adapter_says_so() {
    let decoded = |at: &str, body: &str| {
        let adapter = adapter(&format!(
            "operations: {{ inbox: {{ request: GET /i, session: no, items: {{ at: {at}, read: {{ dossier_code: $.code }} }} }} }}\n"
        ));
        let mut reading = Reading::default();
        let exchange = &adapter.exchanges(Operation::Inbox)[0];
        let reply = decode(&adapter, exchange, (200, body.as_bytes()), &mut reading);
        (reply.answer, reading.problems().next().map(|problem| (problem.problem, problem.field.map(str::to_owned))))
    };
    let missing = Some((AdapterProblem::MissingField, Some("items".to_owned())));
    for (at, body) in [("$.rows", "{}"), ("$.page.rows", r#"{"page":{}}"#), ("$.page.rows", r#"{"rows":[]}"#)] {
        assert_eq!(decoded(at, body), (Outcome::Error, missing.clone()), "{at} in {body}");
        assert_eq!(decoded(&format!("{at}?"), body), (Outcome::Ok, None), "{at}? in {body}");
    }
}

#[test]
fn a_list_may_be_the_whole_answer() {
    let adapter = adapter(
        "operations: { inbox: { request: GET /i, session: no, items: { at: $, read: { dossier_code: $.code } } } }\n",
    );
    let mut reading = Reading::default();
    decode(&adapter, &adapter.exchanges(Operation::Inbox)[0], (200, br#"[{"code":"A"},{"code":"B"}]"#), &mut reading);
    assert_eq!(reading.items().len(), 2);
}

#[test]
fn what_is_kept_has_a_number_of_its_own_for_every_name() {
    let adapter = adapter(
        "operations:\n  sign_in: { request: POST /s, keep: { a: $.a, b: $.b } }\n  submit: { request: POST /a, session: no, keep: { b: $.other, c: $.c } }\n",
    );
    let (_, reading) = read(&adapter, 200, br#"{"other":"2","c":3,"a":"no"}"#);
    assert_eq!(reading.kept().collect::<Vec<_>>(), [(1, "2"), (2, "3")]);
}

#[test]
fn an_answer_shows_nothing_of_the_one_before() {
    let adapter = reader();
    let exchange = &adapter.exchanges(Operation::Submit)[0];
    let mut reading = Reading::default();
    let full = r#"{"token":"t","error":{"code":"E"},"data":{"code":"D","log":[{"what":"x"}]}}"#;
    decode(&adapter, exchange, (200, full.as_bytes()), &mut reading);
    assert_eq!((reading.error_code(), reading.kept().count(), reading.lines().len()), (Some("E"), 1, 1));
    assert_eq!(decode(&adapter, exchange, (200, b""), &mut reading).fault, Some(Fault::Unreadable));
    assert_eq!((reading.error_code(), reading.kept().count(), reading.lines().len()), (None, 0, 0));
    assert!(reading.items().is_empty());
}

#[test]
fn an_adapter_says_what_it_can() {
    let capabilities = reader().capabilities();
    for expected in
        ["submit", "shows:dossier_code", "reads:submit.dossier_code $.data.code", "shows:payment_state", "progress"]
    {
        assert!(capabilities.iter().any(|capability| capability == expected), "{expected} in {capabilities:?}");
    }
    for absent in ["track", "shows:waybill", "dossier_code_pattern", "legacy_envelope"] {
        assert!(!capabilities.iter().any(|capability| capability == absent), "{absent} in {capabilities:?}");
    }
    let more =
        adapter("dossier_code: '^H'\nfailure: { code: $.e, in_status_200: yes }\noperations: {}\n").capabilities();
    assert_eq!(more, ["dossier_code_pattern", "legacy_envelope"]);
    let legal = adapter("also_legal: [[completed, in_process]]\noperations: {}\n").capabilities();
    assert_eq!(legal, ["legal:completed>in_process"]);
}

#[test]
fn depth_is_no_danger() {
    let adapter = reader();
    for (open, close) in [("[", "]"), ("{\"data\":", "}")] {
        let bare = format!("{}{}", open.repeat(200_000), close.repeat(200_000));
        reply(&adapter, 200, &bare);
        let wanted = format!("{{\"data\":{{\"code\":{bare}}}}}");
        assert_eq!(reply(&adapter, 200, &wanted), UNREADABLE);
    }
    // What nobody wants may be as deep as it likes.
    let unwanted = format!("{{\"x\":{}{},\"data\":{{\"code\":\"D\"}}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(reply(&adapter, 200, &unwanted), OK);
}

const FULL: &str = r#"{"token":"t","error":{"code":0},"data":{"code":"D-1","state":"NEW","payment":{"state":"rồi"},"at":"01/03/2021 07:30:00","fee":1.5,"owner":"\u1ec5 \"x\"","log":[{"at":"x","what":"y","state":"NEW"}]}}"#;

#[test]
fn an_answer_cut_anywhere_is_unreadable() {
    let adapter = reader();
    assert_eq!(reply(&adapter, 200, FULL), OK);
    for cut in 0..FULL.len() {
        let (reply, _) = read(&adapter, 200, &FULL.as_bytes()[..cut]);
        assert_eq!(reply.answer, Outcome::Error, "cut behind {}", String::from_utf8_lossy(&FULL.as_bytes()[..cut]));
    }
}

proptest! {
    #[test]
    fn no_bytes_make_reading_panic(status in 100_u16..=999, body in prop::collection::vec(any::<u8>(), 0..300)) {
        read(&reader(), status, &body);
    }

    #[test]
    fn no_damage_makes_reading_panic(at in 0..FULL.len(), byte: u8, cut in 0..FULL.len()) {
        let mut body = FULL.as_bytes().to_vec();
        body[at] = byte;
        read(&reader(), 200, &body);
        body.remove(cut);
        read(&reader(), 200, &body);
    }

    #[test]
    fn whatever_a_portal_shows_is_read_back_as_it_was(owner: String, token: String, fee: i64) {
        let body = serde_json::json!({ "token": token, "data": { "code": "D", "owner": owner, "fee": fee, "x": [owner] } });
        let (reply, reading) = read(&reader(), 200, body.to_string().as_bytes());
        prop_assert_eq!(reply.answer, Outcome::Ok);
        // A name may be composed otherwise (NFC); nothing else of it changes.
        prop_assert_eq!(reading.first(Field::OwnerName).map(str::to_owned), Some(owner.nfc().collect::<String>()));
        prop_assert_eq!(reading.first(Field::Fee).map(str::to_owned), Some(fee.to_string()));
        prop_assert_eq!(reading.kept().collect::<Vec<_>>(), vec![(0, token.as_str())]);
    }

    #[test]
    fn a_number_that_names_something_is_read_as_it_is_written(whole in "-?(0|[1-9][0-9]{0,40})", fraction in "(\\.[0-9]{1,5})?", exponent in "([eE][+-]?[0-9]{1,3})?") {
        let number = format!("{whole}{fraction}{exponent}");
        let body = format!("{{\"data\":{{\"code\":{number},\"fee\":{number}}}}}");
        prop_assert_eq!(shown(&reader(), &body, Field::DossierCode), Some(number));
    }
}

//! What the adapter does not understand is said: what, where, how often.

use model::words::{AdapterProblem, Fault, Field, Operation, Outcome};
use vandan_portal::{Adapter, Reading, Reply};

use super::scene::{Scene, adapter, decode, read, submit};

/// Everything that can be misunderstood, of one dossier.
fn reader() -> Adapter {
    adapter(
        "states: { submitted: [Mới đăng ký, NEW] }\npayment_states: { paid: rồi }\nparcel_states: { none: chưa }\n\
         failure: { code: $.error, none: [Đã xong] }\n\
         operations:\n  submit:\n    request: POST /a\n    session: no\n    read:\n      dossier_code: $.code\n      \
         state: $.state\n      payment_state?: $.paid\n      parcel_state?: $.parcel\n      due_at?: $.due\n      \
         fee?: $.fee\n      version?: $.version\n      receipts?: $.receipts\n    \
         progress: { at: $.log, happened_at: $.at, state: $.state }\n  \
         inbox:\n    request: GET /i\n    session: no\n    \
         items: { at: $.rows, read: { dossier_code: $.code, state: $.state, reference: $.ref, owner_number: $.owner } }\n  \
         catalogue: { request: GET /c, items: { at: $.rows, read: { procedure: $.p, service_level: $.level, payable: $.payable } } }\n",
    )
}

/// `problem field value items` of every problem.
fn problems(reading: &Reading) -> Vec<String> {
    let all = reading.problems();
    all.map(|problem| {
        let (field, value) = (problem.field.unwrap_or("-"), problem.value.unwrap_or("-"));
        format!("{} {field} {value} {}", problem.problem, problem.items)
    })
    .collect()
}

fn submitted(body: &str) -> (Reply, Vec<String>) {
    let (reply, reading) = read(&reader(), 200, body.as_bytes());
    (reply, problems(&reading))
}

fn listed(operation: Operation, body: &str) -> (Reply, Reading) {
    let adapter = reader();
    let mut reading = Reading::default();
    let reply = decode(&adapter, &adapter.exchanges(operation)[0], (200, body.as_bytes()), &mut reading);
    (reply, reading)
}

const OK: Reply = Reply { answer: Outcome::Ok, fault: None };
const UNREADABLE: Reply = Reply { answer: Outcome::Error, fault: Some(Fault::Unreadable) };

#[test]
fn a_word_that_is_not_translated_is_named_and_changes_nothing_else() {
    let body = r#"{"code":"D","state":"OLD","paid":"chưa rồi","parcel":7,"log":[{"state":"NEW"},{"state":"OLD"},{"state":"OLD"}]}"#;
    let (reply, said) = submitted(body);
    assert_eq!(reply, OK, "a required state was shown, though in a word that nobody knows");
    assert_eq!(
        said,
        [
            "unknown_word state OLD 1",
            "unknown_word payment_state chưa rồi 1",
            "unknown_word parcel_state 7 1",
            "unknown_word progress.state OLD 2"
        ]
    );
    let (_, reading) = read(&reader(), 409, body.as_bytes());
    assert_eq!(problems(&reading).len(), 4, "in a refusal too");
    assert_eq!(reading.first(Field::StateWord), Some("OLD"));
}

#[test]
fn what_is_understood_leaves_nothing_to_be_said() {
    let body = r#"{"code":"D","state":"NEW","paid":"rồi","parcel":"chưa","due":"2021-03-01T07:30:00+07:00","fee":15000.0,"version":"3","receipts":0,"log":[{"at":"2021-03-01T07:30:00.000+07:00","state":"NEW"}]}"#;
    assert_eq!(submitted(body), (OK, vec![]));
    let (_, reading) = read(&reader(), 404, b"<html>not found");
    assert_eq!(problems(&reading), [""; 0], "a refusal need not be JSON");
    let (_, reading) = read(&reader(), 502, b"<html>bad gateway");
    assert_eq!(problems(&reading), [""; 0], "nor a server's own error");
}

#[test]
fn words_are_the_same_in_any_unicode_form() {
    // the first is decomposed: more code points, the same letters
    let decomposed = "Mo\u{31b}\u{301}i \u{111}a\u{306}ng ky\u{301}";
    let body = format!("{{\"code\":\"D\",\"state\":\"{decomposed}\",\"error\":\"\u{110}a\u{303} xong\"}}");
    let (reply, reading) = read(&reader(), 200, body.as_bytes());
    assert_eq!((reply, reading.first(Field::State)), (OK, Some("submitted")));
    assert_eq!(reading.first(Field::StateWord), Some(decomposed), "as the portal wrote it");
    let named = submit("request: POST /a\nread: { owner_name: $.name }");
    let (_, reading) = read(&named, 200, "{\"name\":\"Hue\u{302}\u{301}\"}".as_bytes());
    assert_eq!(reading.first(Field::OwnerName), Some("Huế"), "what was submitted reads back unchanged");
    // and where the adapter's author wrote it so, words and keys alike
    let author = adapter(&format!(
        "states: {{ submitted: \"{decomposed}\" }}\noperations: {{ submit: {{ request: POST /a, session: no, read: {{ state: $.tra\u{323}ng }} }} }}\n"
    ));
    let (reply, reading) = read(&author, 200, "{\"trạng\":\"Mới đăng ký\"}".as_bytes());
    assert_eq!((reply, reading.first(Field::State)), (OK, Some("submitted")));
}

#[test]
fn values_that_are_not_of_their_fields_form_are_named() {
    for (field, json, said) in [
        ("due", "\"hôm nay\"", "due_at hôm nay"),
        ("due", "1614558600000", "due_at 1614558600000"),
        ("due", "\"2021-13-01T07:30:00.000+07:00\"", "due_at 2021-13-01T07:30:00.000+07:00"),
        ("fee", "\"15.000 đ\"", "fee 15.000 đ"),
        ("fee", "1.5", "fee 1.5"),
        ("fee", "15e-1", "fee 15e-1"),
        ("fee", "1e400", "fee 1e400"),
        ("fee", "1e-32768", "fee 1e-32768"),
        ("fee", "9223372036854775808", "fee 9223372036854775808"),
        ("receipts", "true", "receipts true"),
        ("version", "\"W/7\"", "version W/7"),
    ] {
        let (reply, said_now) = submitted(&format!("{{\"code\":\"D\",\"state\":\"NEW\",\"{field}\":{json}}}"));
        assert_eq!((reply, said_now), (OK, vec![format!("unreadable_field {said} 1")]), "{field}: {json}");
    }
    let (_, reading) = read(&reader(), 200, r#"{"code":"D","state":"NEW","version":"W/7"}"#.as_bytes());
    assert_eq!(reading.first(Field::Version), Some("W/7"), "it can be sent back");
    assert_eq!(reading.understood(&reading.items()[0], Field::Version), None, "and is no evidence");
    for (json, whole) in
        [("15000", "15000"), ("15000.00", "15000"), ("1.5E4", "15000"), ("150e-1", "15"), ("-0.0", "0")]
    {
        let (_, reading) = read(&reader(), 200, format!("{{\"fee\":{json}}}").as_bytes());
        assert_eq!(reading.first(Field::Fee), Some(whole), "{json}");
    }
}

#[test]
fn a_truth_of_the_catalogue_that_is_none_is_named() {
    let (reply, reading) = listed(
        Operation::Catalogue,
        r#"{"rows":[{"p":"1","level":4,"payable":true},{"p":"2","level":"bốn","payable":"có"},{"p":"3","payable":"có"}]}"#,
    );
    assert_eq!(reply, OK);
    assert_eq!(problems(&reading), ["unreadable_field service_level bốn 1", "unreadable_field payable có 2"]);
}

#[test]
fn a_success_that_lacks_something_says_what() {
    assert_eq!(submitted(r#"{"state":"NEW"}"#), (UNREADABLE, vec!["missing_field dossier_code - 1".to_owned()]));
    let (reply, said) = submitted("[]");
    assert_eq!(
        (reply, said),
        (UNREADABLE, vec!["missing_field dossier_code - 1".into(), "missing_field state - 1".into()])
    );
    let (_, reading) = read(&reader(), 200, b"{}");
    let reasons: Vec<_> = reading.problems().map(|problem| problem.to_string()).collect();
    assert_eq!(reasons, ["missing field: dossier_code", "missing field: state"]);
}

#[test]
fn what_is_no_json_is_shown_from_where_it_ceases_to_be() {
    for (body, said) in [
        ("<html><title>Lỗi</title>", "no JSON at byte 0: <html><title>Lỗi</title>"),
        ("", "no JSON at byte 0: nothing"),
        ("{\"code\":\"D\"", "no JSON at byte 11: the end"),
        ("{\"code\":\n \"D\",\n oops}", "no JSON at byte 16: oops}"),
        ("{\"code\":\"D\"} and more", "no JSON at byte 13: and more"),
        ("\u{feff}<html>", "no JSON at byte 3: <html>"),
    ] {
        let (reply, reading) = read(&reader(), 200, body.as_bytes());
        assert_eq!(reply, UNREADABLE, "{body}");
        let problem = reading.problems().next().unwrap();
        assert_eq!((problem.problem, problem.to_string().as_str()), (AdapterProblem::UnreadableBody, said));
    }
    let (_, reading) = read(&reader(), 200, &[b'<'; 5_000]);
    assert!(reading.problems().next().unwrap().value.unwrap().len() < 100);
}

#[test]
fn a_byte_order_mark_is_skipped() {
    let (reply, reading) = read(&reader(), 200, "\u{feff}{\"code\":\"D\",\"state\":\"NEW\"}".as_bytes());
    assert_eq!((reply, reading.first(Field::DossierCode)), (OK, Some("D")));
}

#[test]
fn a_row_that_says_nothing_of_whose_it_is_is_unrecognised_and_a_strangers_is_not() {
    let rows = r#"{"rows":[{"code":"A","state":"NEW","ref":"somebody else's"},{"code":"B","state":"NEW","owner":"1"},{"code":"C","state":"NEW"},{},null,7]}"#;
    let (reply, reading) = listed(Operation::Inbox, rows);
    assert_eq!(reply, OK);
    assert_eq!(problems(&reading), ["unrecognised_item reference, owner_number - 4"]);
    let (_, reading) = listed(Operation::Catalogue, r#"{"rows":[{"p":"1"}]}"#);
    assert_eq!(problems(&reading), [""; 0], "a procedure is nobody's");
}

#[test]
fn many_rows_alike_are_one_problem_and_many_kinds_are_sixteen() {
    let row = |word: usize| format!("{{\"code\":\"A\",\"ref\":\"R\",\"state\":\"word {word}\"}}");
    let body =
        |kinds: usize| format!("{{\"rows\":[{}]}}", (0..9_000).map(|i| row(i % kinds)).collect::<Vec<_>>().join(","));
    assert_eq!(problems(&listed(Operation::Inbox, &body(1)).1), ["unknown_word state word 0 9000"]);
    let (_, reading) = listed(Operation::Inbox, &body(900));
    let said = problems(&reading);
    assert_eq!(
        (said.len(), said[14].as_str(), said[15].as_str()),
        (16, "unknown_word state word 14 10", "unknown_word others - 8850")
    );
}

#[test]
fn the_adapters_own_content_type_wins_however_it_is_spelled() {
    let written = Scene::new()
        .write(&submit("request: POST /a\nheaders: { content-TYPE: application/json;charset=utf-8 }\njson: { a: 1 }"));
    assert_eq!(written.headers.get_all("content-type").iter().collect::<Vec<_>>(), ["application/json;charset=utf-8"]);
    // also where all operations have it, and an operation's own wins over those
    let both = adapter(
        "session_headers: { Content-Type: text/plain, Accept: a/b }\noperations:\n  submit: { request: POST /a, headers: { accept: c/d }, form: { a: b } }\n",
    );
    let written = Scene::new().write(&both);
    assert_eq!(written.headers.get_all("content-type").iter().collect::<Vec<_>>(), ["text/plain"]);
    assert_eq!(written.headers.get_all("accept").iter().collect::<Vec<_>>(), ["c/d"]);
}

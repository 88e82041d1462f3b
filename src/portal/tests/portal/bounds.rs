//! However much a portal says, no more of it is kept than was stated.

use model::words::{Fault, Field, Operation, Outcome};
use model::{LONGEST_CODE, LONGEST_VALUE, is_cut};
use vandan_portal::{Reading, Unwritable};

use super::scene::{Scene, adapter, decode, read, submit};

#[test]
fn every_value_is_cut_between_characters_with_a_mark() {
    let adapter = adapter(
        "failure: { code: $.e, none: [0] }\noperations:\n  submit:\n    request: POST /a\n    session: no\n    \
         read: { dossier_code: $.code, owner_name?: $.name, state?: $.name, payment_url?: $.name }\n    keep: { t: $.name }\n    \
         progress: { at: $.log, event: $.what, happened_at: $.what, state: $.what }\n",
    );
    let long = "ế".repeat(1_000_000);
    let body =
        format!("{{\"code\":\"{long}\",\"name\":\"{long}\",\"e\":\"{long}\",\"log\":[{{\"what\":\"{long}\"}}]}}");
    let (_, reading) = read(&adapter, 409, body.as_bytes());
    let [happened_at, event, state, word] = reading.line(&reading.lines()[0]);
    assert_eq!(state, None);
    let kept = [
        (reading.first(Field::DossierCode), LONGEST_CODE),
        (reading.first(Field::StateWord), LONGEST_CODE),
        (reading.first(Field::OwnerName), LONGEST_VALUE),
        (reading.first(Field::PaymentUrl), 8 << 10),
        (reading.error_code(), LONGEST_CODE),
        (reading.kept().next().map(|(_, text)| text), 16 << 10),
        (happened_at, LONGEST_CODE),
        (event, LONGEST_VALUE),
        (word, LONGEST_CODE),
    ];
    for (text, longest) in kept {
        let text = text.unwrap();
        assert!(text.len() <= longest && text.contains("…[3000000 bytes #") && is_cut(text), "{text}");
    }
    assert!(reading.problems().all(|problem| problem.value.is_none_or(|value| value.len() <= 160)));
}

#[test]
fn what_was_cut_is_not_sent_back() {
    let mut scene = Scene::new();
    let long = format!("{{\"code\":\"{}\"}}", "7".repeat(3_000_000));
    let reads = submit("request: POST /a\nread: { dossier_code: $.code }");
    let (_, reading) = read(&reads, 200, long.as_bytes());
    scene.memory.set(Field::DossierCode, reading.first(Field::DossierCode).unwrap());
    for target in ["${dossier.code}", "${dossier.code|last:6}"] {
        let Unwritable { reference, value } =
            scene.try_write(&submit(&format!("request: GET /d/{target}"))).err().unwrap();
        assert_eq!(format!("${{{reference}}}"), target);
        let value = value.unwrap();
        assert!(value.contains("…[3000000 bytes #") && value.len() <= 160, "{value}");
    }
}

#[test]
fn a_list_that_is_too_long_is_not_taken_for_a_shorter_one() {
    let adapter = adapter(
        "operations:\n  inbox: { request: GET /i, session: no, items: { at: $, read: { dossier_code: $.c, reference: $.r } } }\n",
    );
    let exchange = &adapter.exchanges(Operation::Inbox)[0];
    let mut reading = Reading::default();
    let mut listed = |rows: usize| {
        let body = format!("[{}]", vec![r#"{"c":"H18-1","r":"VD-1"}"#; rows].join(","));
        let reply = decode(&adapter, exchange, (200, body.as_bytes()), &mut reading);
        (reply.answer, reply.fault, reading.items().len(), reading.problems().map(|problem| problem.to_string()).next())
    };
    assert_eq!(listed(10_000), (Outcome::Ok, None, 10_000, None));
    let said = "80000 rows, at most 10000 are read: ask for fewer".to_owned();
    assert_eq!(listed(80_000), (Outcome::Error, Some(Fault::Unreadable), 0, Some(said)));
    assert_eq!(listed(1), (Outcome::Ok, None, 1, None));
}

//! What is read of headers and cookies.

use http::header::{HeaderMap, HeaderName, HeaderValue};
use model::words::{Fault, Field, Operation, Outcome};
use vandan_portal::{Adapter, Answer, Reading, Reply};

use super::scene::{adapter, submit};

/// Reads an answer to `submit` that consists of these headers and a body.
fn read(adapter: &Adapter, headers: &[(&str, &[u8])], body: &[u8]) -> (Reply, Reading) {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(name.parse::<HeaderName>().unwrap(), HeaderValue::from_bytes(value).unwrap());
    }
    let mut reading = Reading::default();
    let answer = Answer { status: 201, headers: &map, body };
    let reply = adapter.decode(&adapter.exchanges(Operation::Submit)[0], answer, &mut reading);
    (reply, reading)
}

#[test]
fn a_header_is_read_without_a_body_and_in_part() {
    let whole = submit("request: POST /a\nread: { dossier_code: header Location }");
    let (reply, reading) = read(&whole, &[("location", b"/dossiers/D-1")], b"");
    assert_eq!((reply.answer, reading.first(Field::DossierCode)), (Outcome::Ok, Some("/dossiers/D-1")));
    let part = submit("request: POST /a\nread:\n  dossier_code: header Location ~ '/dossiers/([^/]+)$'");
    let (reply, reading) = read(&part, &[("location", b"http://portal.example/dossiers/D-1")], b"no JSON");
    assert_eq!((reply.answer, reading.first(Field::DossierCode)), (Outcome::Ok, Some("D-1")));
    for location in [&b"/dossiers/D-1/papers"[..], b"\xff/dossiers/D-1"] {
        let (reply, reading) = read(&part, &[("location", location)], b"");
        assert_eq!((reply.answer, reply.fault), (Outcome::Error, Some(Fault::Unreadable)));
        assert_eq!(reading.reason().as_deref(), Some("missing field: dossier_code"));
    }
    assert_eq!(read(&part, &[], b"").0.answer, Outcome::Error);
    assert!(part.shows(Operation::Submit, Field::DossierCode));
    let place = "reads:submit.dossier_code header Location ~ '/dossiers/([^/]+)$'";
    assert!(part.capabilities().iter().any(|capability| capability == place), "{:?}", part.capabilities());
}

#[test]
fn a_header_stands_beside_the_body() {
    let both =
        submit("request: POST /a\nread: { dossier_code: header X-Code, state: $.s }\nkeep: { t: header x-token }");
    let (reply, reading) = read(&both, &[("X-Code", b"D-1"), ("x-code", b"D-2"), ("x-token", b"T")], br#"{"s":"NEW"}"#);
    assert_eq!((reply.answer, reading.first(Field::DossierCode)), (Outcome::Ok, Some("D-1")));
    assert_eq!((reading.items().len(), reading.first(Field::StateWord)), (1, Some("NEW")));
    assert_eq!(reading.kept().collect::<Vec<_>>(), [(0, "T")]);
    assert_eq!(read(&both, &[("x-code", b"D-1")], b"no JSON").0.fault, Some(Fault::Unreadable));
}

#[test]
fn the_last_cookie_of_a_name_is_kept() {
    let adapter = submit("request: POST /a\nkeep:\n  s: cookie sid\n  t: cookie sid ~ '^(.).*'");
    let cookies: &[(&str, &[u8])] = &[
        ("set-cookie", b"sid=old; Path=/"),
        ("set-cookie", b" sid = b=c== ; HttpOnly"),
        ("set-cookie", b"SID=other"),
        ("set-cookie", b"x=sid=no"),
        ("set-cookie", b"sid"),
    ];
    let (_, reading) = read(&adapter, cookies, b"");
    assert_eq!(reading.kept().collect::<Vec<_>>(), [(0, "b=c=="), (1, "b")]);
    let flood: Vec<(&str, &[u8])> = vec![("set-cookie", b"a=1"); 10_000];
    assert_eq!(read(&adapter, &flood, b"").1.kept().count(), 0);
}

#[test]
fn a_failure_may_stand_in_a_header_whatever_the_body_is() {
    let adapter = adapter(
        "failure: { code: header X-Error, none: [\"0\"], in_status_200: yes }\noperations:\n  submit: { request: POST /a, session: no }\n",
    );
    let of = |headers: &[(&str, &[u8])]| {
        let (reply, reading) = read(&adapter, headers, b"<html>");
        (reply.answer, reading.error_code().map(str::to_owned))
    };
    assert_eq!(of(&[("x-error", b"E-7")]), (Outcome::Refused, Some("E-7".to_owned())));
    assert_eq!(of(&[("x-error", b"0")]), (Outcome::Ok, None));
    assert_eq!(of(&[]), (Outcome::Ok, None));
}

#[test]
fn a_value_of_a_header_is_cut_like_any_other() {
    let adapter = submit("request: POST /a\nread: { dossier_code: header X-Code }");
    let (_, reading) = read(&adapter, &[("x-code", &b"x".repeat(60_000))], b"");
    assert!(reading.first(Field::DossierCode).unwrap().len() <= 512);
}

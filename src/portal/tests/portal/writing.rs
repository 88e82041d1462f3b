//! What requests are filled with, and that nothing a person is called can break out of its place.

use model::Vnd;
use model::words::{FeeBasis, Field, Operation, PaymentMethod};
use proptest::prelude::*;
use serde_json::{Value, json};
use vandan_portal::{Encoded, Unwritable};

use super::scene::{Scene, adapter, decode, submit};

#[test]
fn every_reference_writes_its_value() {
    let mut scene = Scene::new();
    scene.session.keep(0, "t-1");
    let expected: &[(&str, Value)] = &[
        ("applicant.kind", json!("organisation")),
        ("applicant.birth_date", json!("1985-04-23")),
        ("applicant.organisation", json!("Hộ kinh doanh Giả Định")),
        ("applicant.tax_code", json!("0000000095")),
        ("applicant.network_address", json!("192.0.2.7")),
        ("applicant.full_name", json!("Nguyễn Thị Ngọc")),
        ("applicant.citizen_number", json!("084800000007")),
        ("applicant.phone", json!("0900000007")),
        ("applicant.email", json!("ngoc@example.invalid")),
        ("applicant.address", json!("Thôn \"Đoài\", xã Thanh Yên\\2\nĐiện Biên")),
        ("case.reference", json!("VD-7")),
        ("case.unit", json!("H18")),
        ("case.procedure", json!("1.004873")),
        ("case.channel", json!("post")),
        ("case.payment", json!("online")),
        ("case.return", json!("electronic")),
        ("case.fee", json!(15_000)),
        ("case.assessed_fee", Value::Null),
        ("clerk.name", json!("clerk:H18/1")),
        ("clerk.password", json!("secret")),
        ("clerk.unit", json!("H18")),
        ("clock.now", json!("2021-03-01T07:30:00.000+07:00")),
        ("clock.speed", json!(1_234.5)),
        ("clock.until", json!("2021-03-01T11:30:00.000+07:00")),
        ("session.token", json!("t-1")),
        // The last characters, not bytes; all of them where there are fewer.
        ("applicant.full_name|last:4", json!("Ngọc")),
        ("applicant.citizen_number|last:6", json!("000007")),
        (" case.unit | last:99 ", json!("H18")),
        ("case.unit|last:0", json!("")),
    ];
    for (reference, value) in expected {
        assert_eq!(scene.json(reference), *value, "{reference}");
    }
}

#[test]
fn a_fee_is_assessed_where_the_tariff_does_not_say_it() {
    let mut scene = Scene::new();
    scene.case.fee_basis = FeeBasis::Assessed;
    scene.case.fee = Vnd(5_592_145_403);
    assert_eq!(scene.json("case.assessed_fee"), json!(5_592_145_403_i64));
}

#[test]
fn everything_a_portal_showed_can_be_shown_to_it_again() {
    for field in Field::ALL {
        let mut scene = Scene::new();
        scene.memory.set(*field, "7");
        let value = scene.json(&format!("dossier.{field}"));
        assert!(value == json!("7") || value == json!(7), "{field}: {value}");
    }
    let mut scene = Scene::new();
    scene.memory.set(Field::DossierCode, "H18-1");
    scene.memory.set(Field::DossierCode, "H18-2");
    assert_eq!(scene.json("dossier.code"), json!("H18-2"), "`code` is short for `dossier_code`, and the last counts");
}

#[test]
fn numbers_are_written_as_numbers_and_what_is_none_as_a_text() {
    let mut scene = Scene::new();
    let shown = [("7", json!(7)), ("-1.5e3", json!(-1_500.0)), ("null", Value::Null)];
    let not_numbers =
        ["v7", "", "1,000", "0x10", "007", "+1", "1 ", "NaN", "1e999", "{}", "1}, {\"admin\": true", "\"", "7\n8"];
    for (text, value) in shown {
        scene.memory.set(Field::Version, text);
        assert_eq!(scene.json("dossier.version"), value);
    }
    for text in not_numbers {
        scene.memory.set(Field::Version, text);
        let value = scene.json("dossier.version");
        assert!(value == json!(text) || value == json!(1), "{text:?} became {value}");
    }
}

#[test]
fn a_number_within_a_text_stays_text() {
    let adapter = submit("request: POST /a\njson: { v: \"${case.fee} VND\" }");
    assert_eq!(Scene::new().write(&adapter).body, r#"{"v":"15000 VND"}"#);
}

#[test]
fn json_keeps_the_shape_the_author_wrote() {
    let text = "request: POST /a\njson:\n  plain: [1, -2.5e3, true, false, null, yes, 0x1, 1_000, ~]\n  quoted: [\"1\", 'true', \"null\"]\n  nested: { a: { \"b c\": [ { d: \"\" } ] }, empty: {}, none: [] }\n  \"k\\\"ey\\n\": \"Hồ sơ \\\"${case.unit}\\\"\\t${case.reference}\"";
    let body: Value = serde_json::from_str(&Scene::new().write(&submit(text)).body).unwrap();
    assert_eq!(
        body,
        json!({
            "plain": [1, -2_500.0, true, false, null, "yes", "0x1", "1_000", "~"],
            "quoted": ["1", "true", "null"],
            "nested": { "a": { "b c": [ { "d": "" } ] }, "empty": {}, "none": [] },
            "k\"ey\n": "Hồ sơ \"H18\"\tVD-7",
        })
    );
}

#[test]
fn a_body_says_what_it_is() {
    let scene = Scene::new();
    let json = scene.write(&submit("request: POST /a\njson: {}"));
    assert_eq!((json.header("content-type"), json.body.as_str()), (&b"application/json"[..], "{}"));
    let form = scene.write(&submit("request: PUT /a\nform: { a: b }"));
    assert_eq!((form.header("content-type"), form.body.as_str()), (&b"application/x-www-form-urlencoded"[..], "a=b"));
    let none = scene.write(&submit("request: DELETE /a"));
    assert_eq!((none.method.as_str(), none.header("content-type"), none.body.as_str()), ("DELETE", &b""[..], ""));
}

#[test]
fn a_form_escapes_names_texts_and_values_alike() {
    let mut scene = Scene::new();
    scene.case.applicant.full_name = "Đỗ A&b=c+d%/".to_owned();
    let adapter =
        submit("request: POST /a\nform: { \"tên & họ\": \"ông & bà = ${applicant.full_name}\", action: pay }");
    assert_eq!(
        scene.write(&adapter).body,
        "t%C3%AAn+%26+h%E1%BB%8D=%C3%B4ng+%26+b%C3%A0+%3D+%C4%90%E1%BB%97+A%26b%3Dc%2Bd%25%2F&action=pay"
    );
}

#[test]
fn a_value_in_a_path_cannot_leave_its_place() {
    let mut scene = Scene::new();
    let adapter = submit("request: GET /api/${dossier.code}/view?q=${applicant.full_name}&x=1");
    scene.case.applicant.full_name = "a&admin=1#?é".to_owned();
    scene.memory.set(Field::DossierCode, "../../etc/passwd\r\nHost: elsewhere");
    let target = scene.write(&adapter).target;
    assert_eq!(target, "/api/..%2F..%2Fetc%2Fpasswd%0D%0AHost%3A%20elsewhere/view?q=a%26admin%3D1%23%3F%C3%A9&x=1");
}

#[test]
fn an_address_out_of_an_answer_is_taken_whole() {
    let mut scene = Scene::new();
    scene.memory.set(Field::PaymentUrl, "http://127.0.0.1:8080/pay/T1?x=%20y");
    assert_eq!(
        scene.write(&submit("request: GET ${dossier.payment_url}")).target,
        "http://127.0.0.1:8080/pay/T1?x=%20y"
    );
    let more = submit("request: GET ${dossier.payment_url}/confirm?by=${applicant.full_name|last:4}");
    assert_eq!(scene.write(&more).target, "http://127.0.0.1:8080/pay/T1?x=%20y/confirm?by=Ng%E1%BB%8Dc");
}

#[test]
fn a_header_carries_text_and_never_a_second_header() {
    let mut scene = Scene::new();
    let adapter = submit("request: GET /a\nheaders: { X-Name: \"name=${applicant.full_name}\" }");
    assert_eq!(scene.write(&adapter).header("x-name"), "name=Nguyễn Thị Ngọc".as_bytes());
    for name in ["a\r\nX-Admin: yes", "a\nb", "a\rb", "a\0b", "a\u{7f}b"] {
        scene.case.applicant.full_name = name.to_owned();
        assert_eq!(scene.try_write(&adapter).err(), Some(Unwritable::does_not_fit("header x-name", "")), "{name:?}");
    }
}

#[test]
fn what_is_not_known_is_named_and_nothing_is_written() {
    let mut scene = Scene::new();
    for (reference, said) in [
        ("dossier.code", "dossier.code"),
        ("dossier.waybill|last:3", "dossier.waybill|last:3"),
        ("session.token", "session.token"),
    ] {
        let adapter = adapter(&format!(
            "operations:\n  sign_in: {{ request: POST /s, keep: {{ token: $.t }} }}\n  submit: {{ request: \"POST /a/${{{reference}}}\", session: no }}\n"
        ));
        assert_eq!(scene.try_write(&adapter).err(), Some(Unwritable::not_known(said)));
    }
    scene.session.keep(3, "another");
    let adapter = submit("request: POST /a\njson: { v: \"${case.unit}\" }");
    let exchange = &adapter.exchanges(Operation::Submit)[0];
    let context = vandan_portal::Context { case: None, ..scene.context() };
    assert_eq!(adapter.encode(exchange, &context, &mut Encoded::default()), Err(Unwritable::not_known("case.unit")));
}

#[test]
fn a_request_shows_nothing_of_the_one_before() {
    let mut scene = Scene::new();
    let adapter = adapter(
        "operations:\n  submit: { request: \"POST /a/${case.unit}\", session: no, headers: { X-A: \"1\" }, json: { a: 1 } }\n  track: { request: \"GET /b/${dossier.code}\", session: no, headers: { X-B: \"${case.unit}${dossier.code}\" } }\n",
    );
    let [submit, track] = [Operation::Submit, Operation::Track].map(|operation| &adapter.exchanges(operation)[0]);
    let mut request = Encoded::default();
    adapter.encode(submit, &scene.context(), &mut request).unwrap();
    assert!(adapter.encode(track, &scene.context(), &mut request).is_err(), "a request that cannot be written");
    scene.memory.set(Field::DossierCode, "D");
    adapter.encode(track, &scene.context(), &mut request).unwrap();
    assert_eq!((request.method.as_str(), &request.target[..], &request.body[..]), ("GET", &b"/b/D"[..], &b""[..]));
    let headers: Vec<_> = request.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    assert_eq!(headers, [("x-b", &b"H18D"[..])]);
}

#[test]
fn the_portals_own_words_are_used_where_it_has_some() {
    let adapter = adapter(
        "words:\n  case.payment: { online: truc_tuyen, none: \"khong \\\"gi\\\"\" }\n  case.channel: { post: buu_chinh }\noperations:\n  submit:\n    request: POST /a\n    session: no\n    json: { p: \"${case.payment}\", c: \"${case.channel|last:5}\", r: \"${case.return}\" }\n",
    );
    let mut scene = Scene::new();
    assert_eq!(scene.write(&adapter).body, r#"{"p":"truc_tuyen","c":"chinh","r":"electronic"}"#);
    scene.case.payment = PaymentMethod::None;
    assert_eq!(scene.write(&adapter).body, r#"{"p":"khong \"gi\"","c":"chinh","r":"electronic"}"#);
    scene.case.payment = PaymentMethod::Counter;
    assert_eq!(scene.write(&adapter).body, r#"{"p":"counter","c":"chinh","r":"electronic"}"#, "for want of one, ours");
}

#[test]
fn the_session_is_shown_by_all_but_those_who_have_none() {
    let adapter = adapter(
        "session_headers: { Authorization: \"Bearer ${session.token}\" }\noperations:\n  sign_in: { request: POST /s, keep: { token: $.t } }\n  look_up: { request: GET /l }\n  track: { request: GET /t }\n  withdraw: { request: POST /w, session: no }\n  pay: { request: POST /p, headers: { X-Own: \"1\" } }\n",
    );
    let mut scene = Scene::new();
    scene.session.keep(0, "t-1");
    let expected: [(Operation, &[&str]); 5] = [
        (Operation::SignIn, &[]),
        (Operation::LookUp, &[]),
        (Operation::Track, &["authorization"]),
        (Operation::Withdraw, &[]),
        (Operation::Pay, &["authorization", "x-own"]),
    ];
    for (operation, names) in expected {
        let mut request = Encoded::default();
        adapter.encode(&adapter.exchanges(operation)[0], &scene.context(), &mut request).unwrap();
        let found: Vec<_> = request.headers.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(found, names, "{operation}");
    }
}

#[test]
fn an_operation_may_take_several_exchanges_each_with_its_own_request() {
    let adapter = adapter(
        "operations:\n  submit:\n    - { request: GET /form, session: no, keep: { csrf: $.csrf } }\n    - { request: POST /a, session: no, json: { csrf: \"${session.csrf}\" }, read: { dossier_code: $.code } }\n",
    );
    let exchanges = adapter.exchanges(Operation::Submit);
    assert_eq!(exchanges.len(), 2);
    let mut scene = Scene::new();
    let mut reading = vandan_portal::Reading::default();
    decode(&adapter, &exchanges[0], (200, br#"{"csrf":"k\"1"}"#), &mut reading);
    reading.kept().for_each(|(index, value)| scene.session.keep(index, value));
    let mut request = Encoded::default();
    adapter.encode(&exchanges[1], &scene.context(), &mut request).unwrap();
    assert_eq!(&request.body[..], br#"{"csrf":"k\"1"}"#);
}

#[test]
fn instants_are_written_as_the_portal_writes_them() {
    for (example, now) in [
        ("2021-03-01T07:30:00+07:00", "2021-03-01T07:30:00.000+07:00"),
        ("20210301073000", "20210301073000"),
        ("01/03/2021 07:30:00", "01/03/2021 07:30:00"),
    ] {
        let adapter = adapter(&format!(
            "time: \"{example}\"\noperations:\n  submit: {{ request: POST /a, session: no, json: {{ now: \"${{clock.now}}\" }} }}\n"
        ));
        assert_eq!(Scene::new().write(&adapter).body, format!("{{\"now\":\"{now}\"}}"));
    }
}

fn a_case_of(texts: &[String]) -> Scene {
    let mut scene = Scene::new();
    let mut texts = texts.iter().cycle().cloned();
    let mut next = || texts.next().unwrap_or_default();
    scene.case.applicant.full_name = next();
    scene.case.applicant.address = next();
    scene.case.reference = next();
    scene.case.unit = next();
    for field in Field::ALL {
        scene.memory.set(*field, &next());
    }
    scene.session.keep(0, &next());
    scene
}

proptest! {
    #[test]
    fn whatever_people_are_called_the_body_is_json_and_says_so(texts in prop::collection::vec(any::<String>(), 1..6)) {
        let scene = a_case_of(&texts);
        let shown: Vec<_> = Field::ALL.iter().map(|field| format!("  {field}: \"${{dossier.{field}}}\"")).collect();
        let own = "  name: \"${applicant.full_name}\"\n  mixed: \"<${applicant.address}|${case.reference|last:3}>\"";
        let adapter = submit(&format!("request: POST /a\njson:\n{own}\n{}", shown.join("\n")));
        let body: Value = serde_json::from_str(&scene.write(&adapter).body).unwrap();
        prop_assert_eq!(&body["name"], &json!(scene.case.applicant.full_name));
        let last: Vec<char> = scene.case.reference.chars().collect();
        let last: String = last[last.len().saturating_sub(3)..].iter().collect();
        prop_assert_eq!(&body["mixed"], &json!(format!("<{}|{last}>", scene.case.applicant.address)));
        prop_assert_eq!(&body["owner_name"], &json!(scene.memory.get(Field::OwnerName)));
        prop_assert_eq!(body.as_object().unwrap().len(), Field::ALL.len() + 2);
    }

    #[test]
    fn whatever_people_are_called_a_form_has_as_many_fields_as_the_author_wrote(texts in prop::collection::vec(any::<String>(), 1..4)) {
        let scene = a_case_of(&texts);
        let written = scene.write(&submit("request: POST /a/${case.unit}\nform: { a: \"${applicant.full_name}\", b: \"x ${applicant.address}\" }"));
        prop_assert_eq!(written.body.matches('&').count(), 1);
        prop_assert_eq!(written.body.matches('=').count(), 2);
        prop_assert!(written.body.is_ascii());
        prop_assert_eq!(written.target.matches('/').count(), 2);
        prop_assert!(written.target.bytes().all(|byte| byte.is_ascii_graphic()));
    }

    #[test]
    fn whatever_people_are_called_a_header_is_one_header(texts in prop::collection::vec(any::<String>(), 1..4)) {
        let scene = a_case_of(&texts);
        if let Ok(written) = scene.try_write(&submit("request: GET /a\nheaders: { X-Name: \"${applicant.full_name}\" }")) {
            prop_assert_eq!(written.header("x-name"), scene.case.applicant.full_name.as_bytes());
            prop_assert!(written.header("x-name").iter().all(|byte| *byte >= b' ' || *byte == b'\t'));
        }
    }
}

#[test]
fn an_offer_is_written_in_json_literals_or_in_the_portals_own_words() {
    let offer = model::Offer { procedure: "1.001193".to_owned(), level: 4, payable: false, postal: true };
    let scene = Scene::new();
    let written = |words: &str| {
        let adapter = adapter(&format!(
            "{words}operations:\n  publish: {{ request: \"PUT /c/${{offer.procedure}}\", session: no, json: {{ level: \"${{offer.level}}\", payable: \"${{offer.payable}}\" }} }}\n"
        ));
        let mut request = Encoded::default();
        let context = vandan_portal::Context { offer: Some(&offer), ..scene.context() };
        adapter.encode(&adapter.exchanges(Operation::Publish)[0], &context, &mut request).unwrap();
        (request.target.to_vec(), String::from_utf8(request.body.to_vec()).unwrap())
    };
    assert_eq!(written(""), (b"/c/1.001193".to_vec(), r#"{"level":4,"payable":false}"#.to_owned()));
    let (_, body) = written("words: { offer.payable: { \"true\": CO, \"false\": KHONG } }\n");
    assert_eq!(body, r#"{"level":4,"payable":"KHONG"}"#);
}

//! What the adapter does not understand, or cannot write, is recorded with the exchange it happened in.

use model::words::Role;
use vandan_engine::Publication;

use super::play::{DAY, MS, Play};
use super::portal::{Portal, polite, say, write};

#[test]
fn what_is_not_understood_is_recorded_with_its_exchange() {
    let portal = Portal::start(|asked, stream| match asked.path.as_str() {
        path if path.starts_with("/track") => {
            say(stream, 200, r#"{"code":"D","due":"hôm nay","log":[{"state":"LẠ"},{"state":"LẠ"}]}"#)
        }
        path if path.starts_with("/submit") => say(stream, 200, r#"{"code":"D","state":"LẠ"}"#),
        _ => say(stream, 200, "<html>"),
    });
    let reads = "states: { submitted: NEW }\noperations:\n  submit: { request: POST /submit, read: { dossier_code: $.code, state: $.state } }\n  \
                 track:\n    request: GET /track\n    read: { dossier_code: $.code, due_at: $.due, fee: $.fee }\n    \
                 progress: { at: $.log, state: $.state }\n  withdraw: { request: POST /w, read: { state: $.state } }\n";
    let mut play = Play::of(&portal, 1, "- do: submit\n- do: track");
    play.adapter = format!("portal: test\ntitle: T\n{reads}");
    let played = play.run();
    assert_eq!(
        played.problems,
        [
            "submit unknown_word state LẠ 1",
            "track unreadable_field due_at hôm nay 1",
            "track unknown_word progress.state LẠ 2",
            "track missing_field fee - 1",
        ]
    );
    assert_eq!(played.only("submit").came_to(), ("ok", 200, "-"), "an unknown word changes nothing else");
    let track = played.only("track");
    assert_eq!((track.came_to(), track.reason.as_deref()), (("error", 200, "unreadable"), Some("missing field: fee")));
}

#[test]
fn a_number_in_location_and_a_session_in_a_cookie_are_enough() {
    let portal = Portal::start(|asked, stream| {
        let head = match asked.path.as_str() {
            "/sign-in" => "204 No Content\r\nset-cookie: sid=s-1; Path=/; HttpOnly",
            "/dossiers" => "201 Created\r\nlocation: /dossiers/D-1\r\ncontent-length: 0",
            _ => "204 No Content",
        };
        write(stream, format!("HTTP/1.1 {head}\r\n\r\n").as_bytes())
    });
    let mut play = Play::of(&portal, 1, "- do: sign_in\n- do: submit\n- do: track");
    play.adapter = "portal: test\ntitle: T\nsession_headers: { X-Session: \"${session.sid}\" }\noperations:\n  \
                    sign_in: { request: POST /sign-in, keep: { sid: cookie sid } }\n  \
                    submit:\n    request: POST /dossiers\n    read:\n      dossier_code: header Location ~ '/([^/]+)$'\n  \
                    track: { request: \"GET /dossiers/${dossier.code}\" }\n"
        .to_owned();
    let played = play.run();
    assert!(played.rows.iter().all(|row| row.outcome == "ok"), "{:#?}", played.rows);
    assert_eq!(portal.times("/dossiers/D-1"), 1);
    assert!(portal.asked()[2].head.to_lowercase().contains("x-session: s-1"), "{}", portal.asked()[2].head);
}

#[test]
fn what_is_no_json_and_what_cannot_be_written_say_why() {
    let portal = Portal::start(|_, stream| say(stream, 200, "<html>"));
    let played = Play::of(&portal, 1, "- do: submit").run();
    let row = played.only("submit");
    assert_eq!(row.came_to(), ("error", 200, "unreadable"));
    assert_eq!(row.reason.as_deref(), Some("no JSON at byte 0: <html>"));
    assert_eq!(played.problems, ["submit unreadable_body - no JSON at byte 0: <html> 1"]);

    let portal = Portal::start(|asked, stream| match asked.path.as_str() {
        path if path.starts_with("/submit") => say(stream, 200, r#"{"code":"D","payment_url":"/no address"}"#),
        _ => say(stream, 200, &polite(asked)),
    });
    let played = Play::of(&portal, 1, "- do: submit\n- do: open_payment_page").run();
    let row = played.of("open_payment_page")[0];
    assert_eq!((row.came_to(), row.sent), (("error", 0, "unwritable"), None));
    assert_eq!(row.reason.as_deref(), Some("request does not fit: /no address"));
    assert!(
        played.problems.iter().all(|problem| problem == "open_payment_page unwritable_value request /no address 1")
    );
    assert!(!played.problems.is_empty());
}

#[test]
fn a_number_that_was_too_long_to_be_kept_is_not_sent_back() {
    let long = "7".repeat(3_000_000);
    let portal = Portal::start(move |asked, stream| match asked.path.as_str() {
        path if path.starts_with("/submit") => say(stream, 200, &format!("{{\"code\":\"{long}\"}}")),
        _ => say(stream, 200, &polite(asked)),
    });
    let play = Play::of(&portal, 1, "- do: submit\n- do: track");
    let played = play.set(|settings| settings.longest_answer = 4 << 20).run();
    assert_eq!(portal.asked().iter().filter(|asked| asked.path.starts_with("/track")).count(), 0);
    let row = played.of("track")[0];
    assert_eq!(row.came_to(), ("error", 0, "unwritable"));
    let reason = row.reason.as_deref().unwrap();
    assert!(reason.starts_with("dossier.code does not fit: 777") && reason.contains("…[3000000 bytes #"), "{reason}");
}

#[test]
fn clerks_and_registrars_say_so_too() {
    let portal = Portal::start(|asked, stream| match asked.path.as_str() {
        "/desk/inbox" => say(stream, 200, r#"{"items":[{"code":"D-1","reference":"nobody's"},{"code":"D-2"},{}]}"#),
        path if path.starts_with("/catalogue") => say(stream, 200, r#"{"items":[{"code":"1.1","payable":"có"}]}"#),
        _ => say(stream, 200, &polite(asked)),
    });
    let catalogue = "  catalogue: { request: GET /catalogue, items: { at: $.items, read: { procedure: $.code, payable: $.payable } } }\n  \
                     publish: { request: \"PUT /p/${dossier.waybill}\" }\n";
    let mut play = Play { clerks: 1, length: 60, ..Play::of(&portal, 1, "- do: submit") }.adapter(catalogue);
    play.publications = vec![Publication {
        due: 3 * MS,
        offer: model::Offer { procedure: "1.1".to_owned(), level: 4, payable: true, postal: true },
    }];
    let played = play.with("desk", Role::Desk, DAY).with("casework", Role::Desk, "- do: accept").run();
    for expected in [
        "inbox unrecognised_item reference, owner_number - 2",
        "catalogue unreadable_field payable có 1",
        "publish unwritable_value dossier.waybill - 1",
    ] {
        assert!(played.problems.iter().any(|problem| problem == expected), "{expected} in {:?}", played.problems);
    }
    assert_eq!(played.only("publish").reason.as_deref(), Some("dossier.waybill is not known"));
}

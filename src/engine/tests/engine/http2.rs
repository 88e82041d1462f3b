//! HTTP/2: spoken where the server chooses it or the user knows it, and otherwise like HTTP/1.1.

use h2::Reason;
use http::{HeaderName, Response, Version};
use vandan_engine::{Connections, EngineError, HttpVersion, OwnConnections};

use super::http2_portal::{Http2Portal, Reply};
use super::play::{Play, Played};
use super::portal::{Portal, Then, polite, say};
use super::tls_front::{Authorities, Front, here};

const STEPS: &str = "- do: sign_in\n- do: submit\n- do: track";
const OK: (&str, i64, &str) = ("ok", 200, "-");
const RESENT: &str = "resent: the kept connection was closed";
const BOTH: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// So many people use what is at this address.
fn play(url: &str, http: HttpVersion, people: u32, steps: &str) -> Play {
    // Nobody is there: what is at the address does not matter to whoever is not asked.
    let nobody = Portal::polite();
    Play { target: url.to_owned(), http, ..Play::of(&nobody, people, steps) }
}

#[track_caller]
fn all_ok(played: &Played, count: usize) {
    assert!(played.rows.iter().all(|row| row.came_to() == OK), "{:#?}", played.rows);
    assert_eq!(played.rows.len(), count);
}

#[test]
fn a_server_that_chooses_http_2_is_spoken_to_by_it_and_one_that_does_not_by_1_1() {
    let authorities = Authorities::new();
    let identity = authorities.issue(&here());
    let (new, old) = (Http2Portal::polite(), Portal::polite());
    for (protocols, http, spoken) in [
        (&BOTH[..], HttpVersion::Auto, "2"),
        (&BOTH[..1], HttpVersion::Auto, "2"),
        (&BOTH, HttpVersion::Http2, "2"),
        (&BOTH, HttpVersion::Http1, "1.1"),
        (&BOTH[1..], HttpVersion::Auto, "1.1"),
        // Many servers know nothing of ALPN.
        (&[], HttpVersion::Auto, "1.1"),
    ] {
        let behind = if spoken == "2" { new.address() } else { old.address() };
        let front = Front::choosing(behind, &identity, protocols);
        let mut play = play(&front.url(), http, 3, STEPS);
        play.tls = authorities.trusted();
        let played = play.run();
        all_ok(&played, 9);
        assert_eq!(played.health().http, spoken, "{http} of {protocols:?}");
    }
    assert_eq!((new.asked(|asked| asked.head.version), old.asked().len()), (vec![Version::HTTP_2; 27], 27));
}

#[test]
fn a_server_that_does_not_speak_what_is_asked_for_is_named_before_anybody_starts() {
    let (authorities, portal) = (Authorities::new(), Portal::polite());
    let identity = authorities.issue(&here());
    for protocols in [&BOTH[1..], &[]] {
        let front = Front::choosing(portal.address(), &identity, protocols);
        let mut play = play(&front.url(), HttpVersion::Http2, 1, STEPS);
        play.tls = authorities.trusted();
        let Err(error @ EngineError::NoTls { .. }) = play.run().health else { panic!("it was spoken") };
        let said = error.to_string();
        assert!(said.contains("it does not speak ") && said.contains("`--http auto`"), "{said}");
    }
    let said = play(&portal.url(), HttpVersion::Http2, 1, STEPS).run().health.unwrap_err().to_string();
    let expected = format!("could not speak HTTP/2 with {}: what answers speaks something else", portal.url());
    assert!(said.starts_with(&expected) && said.contains("`--http auto`"), "{said}");
    assert!(portal.asked().iter().all(|asked| asked.head.starts_with("PRI * ")), "it was greeted, and no more");
}

#[test]
fn http_2_without_tls_is_spoken_where_it_is_asked_for_only() {
    let (new, old) = (Http2Portal::polite(), Portal::polite());
    all_ok(&play(&new.url(), HttpVersion::Http2, 3, STEPS).run(), 9);
    let played = play(&old.url(), HttpVersion::Auto, 3, STEPS).run();
    all_ok(&played, 9);
    assert_eq!(played.health().http, "1.1");
}

#[test]
fn a_person_has_one_connection_with_one_exchange_at_a_time() {
    let portal = Http2Portal::polite();
    let own = Connections::Own(OwnConnections { most: 8, keep_alive: std::time::Duration::from_secs(10) });
    let played = play(&portal.url(), HttpVersion::Http2, 3, STEPS).set(|settings| settings.connections = own).run();
    all_ok(&played, 9);
    assert_eq!(portal.connections(), 3);
    assert_eq!(played.rows.iter().filter(|row| row.reused).count(), 6);
}

#[test]
fn a_request_has_the_form_of_http_2_and_names_its_run() {
    let portal = Http2Portal::polite();
    let adapter = "  withdraw:\n    request: POST /withdraw/${dossier.code}\n    session: no\n    headers: { Connection: close, Keep-Alive: timeout=5, Proxy-Connection: close, Transfer-Encoding: identity, Upgrade: h2c, TE: gzip, X-Own: kept }\n    json: { x: \"${case.reference}\" }\n";
    let steps = "- do: submit\n- do: withdraw\n- do: track";
    let played = play(&portal.url(), HttpVersion::Http2, 1, steps).adapter(adapter).run();
    all_ok(&played, 3);
    let heads = portal.asked(|asked| (asked.head.clone(), asked.body.len()));
    for ((head, length), row) in heads.iter().zip(&played.rows) {
        let said = |name: &str| head.headers.get(name).map(|value| value.to_str().unwrap());
        assert_eq!(head.uri.authority().unwrap().as_str(), portal.address().to_string());
        assert_eq!(head.uri.scheme_str(), Some("http"));
        assert_eq!(said("user-agent"), Some("vandan/test (run engine)"));
        let traceparent = said("traceparent").unwrap();
        assert!(row.traceparent.as_ref().is_some_and(|known| traceparent.starts_with(known.split_at(35).0)));
        assert_eq!(said("content-length"), (*length > 0).then(|| length.to_string()).as_deref());
        for name in ["host", "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "te"] {
            assert!(!head.headers.contains_key(HeaderName::from_static(name)), "{name} in {head:?}");
        }
    }
    assert_eq!(heads[1].0.headers["x-own"], "kept");
}

#[test]
fn cookies_codings_and_redirects_are_those_of_http_1_1() {
    let portal = Http2Portal::start(|asked| {
        let with = |status: u16, name: &str, value: &str, body: &str| {
            Reply::Answer(Response::builder().status(status).header(name, value).body(body.to_owned()).unwrap())
        };
        match asked.path() {
            "/sign-in" => with(200, "set-cookie", "s=1", r#"{"token":"t"}"#),
            "/submit/R-0" => with(303, "location", "/done/D-0", ""),
            "/track/D-0" => with(200, "content-encoding", "compress", r#"{"code":"D-0"}"#),
            _ => Reply::polite(asked),
        }
    });
    let mut play = play(&portal.url(), HttpVersion::Http2, 1, "- do: sign_in\n- do: submit\n- do: track");
    play.adapter = play.adapter.replace("title:", "redirects: same-origin\ntitle:");
    let played = play.run();
    assert_eq!(played.only("submit").came_to(), OK);
    assert_eq!(played.redirects, [format!("submit 1 {}/submit/R-0 303", portal.url())]);
    let unknown = "content coding compress: not known (gzip, deflate, br and zstd are)";
    let track = played.of("track")[0];
    assert_eq!((track.came_to(), track.reason.as_deref()), (("error", 200, "unreadable"), Some(unknown)));
    let cookies =
        portal.asked(|asked| asked.head.headers.get("cookie").map(|value| value.to_str().unwrap().to_owned()));
    assert_eq!(cookies[..3], [None, Some("s=1".to_owned()), Some("s=1".to_owned())]);
}

#[test]
fn a_connection_that_the_server_closes_in_order_is_replaced_and_nothing_is_sent_twice() {
    let portal = Http2Portal::start(|asked| match (Reply::polite(asked), asked.nth) {
        (Reply::Answer(answer), 0) => Reply::Last(answer),
        (reply, _) => reply,
    });
    let steps = "- do: submit\n- wait: 250 min\n- do: track\n- wait: 250 min\n- do: track";
    let played = Play { length: 2_800, ..play(&portal.url(), HttpVersion::Http2, 1, steps) }.run();
    all_ok(&played, 3);
    assert!(played.rows.iter().all(|row| !row.reused && row.reason.is_none()), "{:#?}", played.rows);
    assert_eq!((portal.asked(|_| ()).len(), portal.connections()), (3, 3));
}

#[test]
fn what_a_kept_connection_refuses_unread_is_sent_once_more_whatever_it_is() {
    let portal = Http2Portal::start(|asked| match (asked.connection, asked.nth) {
        // The first connection is the engine's greeting.
        (1, 1) => Reply::Reset(Reason::REFUSED_STREAM),
        _ => Reply::polite(asked),
    });
    let played = play(&portal.url(), HttpVersion::Http2, 1, "- do: sign_in\n- do: submit").run();
    let row = played.only("submit");
    assert_eq!((row.came_to(), row.reused, row.reason.as_deref()), (OK, false, Some(RESENT)), "{:#?}", played.rows);
}

#[test]
fn what_is_refused_on_a_fresh_connection_or_reset_otherwise_is_the_portal_s_fault() {
    for (reason, nth, said) in [
        (Reason::REFUSED_STREAM, 0, "RST_STREAM: REFUSED_STREAM"),
        (Reason::CANCEL, 1, "RST_STREAM: CANCEL"),
        (Reason::HTTP_1_1_REQUIRED, 1, "RST_STREAM: HTTP_1_1_REQUIRED"),
    ] {
        let portal =
            Http2Portal::start(move |asked| if asked.nth == nth { Reply::Reset(reason) } else { Reply::polite(asked) });
        let steps =
            if nth == 0 { "- do: submit\n  error: continue" } else { "- do: sign_in\n- do: submit\n  error: continue" };
        let played = play(&portal.url(), HttpVersion::Http2, 1, steps).run();
        let row = played.only("submit");
        assert_eq!((row.came_to(), row.reason.as_deref()), (("error", 0, "broken"), Some(said)));
    }
}

#[test]
fn a_body_longer_than_any_window_arrives() {
    let body = "x".repeat(3 << 20);
    let told = format!("{{\"code\":\"D-0\",\"more\":\"{body}\"}}");
    let portal = Http2Portal::start(move |_| Reply::say(&told));
    let steps = "- do: submit\n- do: track";
    let played =
        play(&portal.url(), HttpVersion::Http2, 1, steps).set(|settings| settings.longest_answer = 4 << 20).run();
    all_ok(&played, 2);
    assert!(played.rows.iter().all(|row| row.bytes_received > 3 << 20));
}

#[test]
fn a_request_longer_than_any_window_arrives() {
    let portal = Http2Portal::polite();
    let filling = "x".repeat(1 << 20);
    let adapter = format!(
        "  withdraw: {{ request: \"POST /withdraw/${{dossier.code}}\", session: no, json: {{ x: \"{filling}\" }} }}\n"
    );
    let played = play(&portal.url(), HttpVersion::Http2, 1, "- do: submit\n- do: withdraw").adapter(&adapter).run();
    all_ok(&played, 2);
    assert!(portal.asked(|asked| asked.body.len())[1] > 1 << 20);
}

#[test]
fn only_the_portal_is_taken_to_speak_http_2_without_tls() {
    // Its payment page stands elsewhere.
    let bank = Portal::start(|asked, stream| {
        say(stream, 200, &polite(asked));
        Then::Keep
    });
    let page = format!("{}/pay", bank.url());
    let portal = Http2Portal::start(move |_| Reply::say(&format!("{{\"code\":\"D-0\",\"payment_url\":\"{page}\"}}")));
    let mut play = play(&portal.url(), HttpVersion::Http2, 1, "- do: submit\n- do: open_payment_page");
    play.links = vec![vandan_engine::Authority::parse(&bank.url()).unwrap()];
    all_ok(&play.run(), 2);
    assert_eq!(bank.times("/pay"), 1);
}

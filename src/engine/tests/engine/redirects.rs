//! Redirects: followed as far as the adapter allows, as browsers do, and recorded hop by hop.

use super::play::{Play, Played};
use super::portal::{Asked, Portal, Then, hold, polite, say, write};
use super::tls_front::{Authorities, Front, here};
use vandan_engine::Authority;

/// An answer that leads elsewhere.
fn lead(stream: &mut std::net::TcpStream, status: u16, location: &str) -> Then {
    let head = format!("HTTP/1.1 {status} X\r\nlocation: {location}\r\nset-cookie: hop={status}; Path=/\r\n");
    write(stream, format!("{head}content-length: 5\r\n\r\nmoved").as_bytes())
}

/// A portal whose submissions lead here with this status, and that is polite otherwise.
fn leading(status: u16, location: impl Into<String>) -> Portal {
    let location = location.into();
    Portal::start(move |asked, stream| {
        if asked.path.starts_with("/submit") {
            lead(stream, status, &location)
        } else {
            say(stream, 200, &polite(asked))
        }
    })
}

/// One person submits at a portal whose redirects are followed so far.
fn submit(portal: &Portal, redirects: &str, links: &[&Portal]) -> Played {
    let mut play = Play::of(portal, 1, "- do: sign_in\n- do: submit");
    play.adapter = play.adapter.replace("title:", &format!("redirects: {redirects}\ntitle:"));
    // What lets somebody in must not leave.
    play.adapter = play.adapter.replace("    session: no\n    json:", "    json:");
    play.links = links.iter().map(|link| Authority::parse(&link.url()).unwrap()).collect();
    play.run()
}

/// Method, path, the named header (`-`: none), and body.
fn asked(asked: &Asked, header: &str) -> (String, String, String, String) {
    let method = asked.head.split(' ').next().unwrap().to_owned();
    let value = asked.head.lines().find_map(|line| line.strip_prefix(&format!("{header}: ")));
    let body = String::from_utf8(asked.body.clone()).unwrap();
    (method, asked.path.clone(), value.unwrap_or("-").to_owned(), body)
}

fn of(method: &str, path: &str, header: &str, body: &str) -> (String, String, String, String) {
    (method.to_owned(), path.to_owned(), header.to_owned(), body.to_owned())
}

const BODY: &str = r#"{"reference":"R-0","fee":15000}"#;

#[test]
fn method_and_body_are_kept_or_not_as_the_status_says() {
    for (status, keeps) in [(301, false), (302, false), (303, false), (307, true), (308, true)] {
        let portal = leading(status, "../done/R-0?x=1#there");
        let played = submit(&portal, "same-origin", &[]);
        let row = played.only("submit");
        assert_eq!((row.came_to(), row.attempt, row.reason.as_deref()), (("ok", 200, "-"), 1, None), "{status}");
        let path = "/done/R-0?x=1";
        let requests: Vec<_> = portal.asked().iter().skip(2).map(|request| asked(request, "authorization")).collect();
        let expected = if keeps { of("POST", path, "Bearer t-1", BODY) } else { of("GET", path, "Bearer t-1", "") };
        assert_eq!(requests, [expected], "{status}");
        let types = portal.asked()[2].head.matches("content-type").count();
        assert_eq!(types, usize::from(keeps), "{}", portal.asked()[2].head);
        assert_eq!(played.observed, ["submit 0"], "what the last answer shows is read");
        assert_eq!(played.redirects, [format!("submit 1 {}/submit/R-0 {status}", portal.url())]);
        let [sent, done] = played.redirect_times[0];
        assert!(row.sent == Some(sent) && sent <= done && done <= row.done, "{row:?}");
    }
}

#[test]
fn a_redirect_that_means_success_or_leads_nowhere_is_an_answer() {
    let portal = leading(303, "/done/R-0");
    let mut play = Play::of(&portal, 1, "- do: submit");
    play.adapter = play.adapter.replace("title:", "redirects: listed\ntitle:");
    play.adapter = play.adapter.replace("    session: no\n", "    session: no\n    success: [303]\n");
    play.adapter =
        play.adapter.replace("{ dossier_code: $.code, payment_url?: $.payment_url }", "{ waybill?: header Location }");
    assert_eq!(play.run().only("submit").came_to(), ("ok", 303, "-"));
    assert_eq!(portal.times("/done/R-0"), 0);
    for location in ["", "http://", "ftp://127.0.0.1/x", "http://u@127.0.0.1/", "/a b"] {
        let portal = leading(302, location);
        let played = submit(&portal, "listed", &[]);
        assert_eq!(played.only("submit").came_to(), ("refused", 302, "-"), "{location}");
    }
}

#[test]
fn another_origin_is_asked_only_if_it_is_listed_and_gets_nothing_that_lets_somebody_in() {
    let elsewhere = Portal::polite();
    let location = || format!("{}/done/R-0?token=1", elsewhere.url());
    for (redirects, links, came_to, reason) in [
        ("none", &[&elsewhere][..], ("refused", 302, "-"), Some(format!("not followed: {}/done/R-0", elsewhere.url()))),
        (
            "same-origin",
            &[&elsewhere],
            ("refused", 302, "-"),
            Some(format!("not followed: {}/done/R-0", elsewhere.url())),
        ),
        ("listed", &[], ("error", 0, "forbidden"), Some(elsewhere.url())),
    ] {
        let portal = leading(302, location());
        let played = submit(&portal, redirects, links);
        let row = played.only("submit");
        assert_eq!((row.came_to(), row.reason.clone()), (came_to, reason), "{redirects}");
        assert_eq!(elsewhere.connections(), 0, "{redirects}");
    }
    let portal = leading(307, location());
    assert_eq!(submit(&portal, "listed", &[&elsewhere]).only("submit").came_to(), ("ok", 200, "-"));
    let requests: Vec<_> = elsewhere.asked().iter().map(|request| asked(request, "authorization")).collect();
    assert_eq!(requests, [of("POST", "/done/R-0?token=1", "-", BODY)]);
    let head = &elsewhere.asked()[0].head;
    assert!(head.contains("user-agent: vandan/test") && head.contains("content-type: application/json"), "{head}");
    assert!(head.contains(&format!("host: {}\r\n", elsewhere.address())), "{head}");
    assert!(head.contains("cookie: hop=307"), "a cookie knows hosts, no ports (RFC 6265, section 8.5): {head}");
}

#[test]
fn a_redirect_to_itself_is_a_circle_unless_its_cookie_changes_something() {
    let portal = Portal::start(|asked, stream| {
        let is_known = asked.head.contains("cookie: hop=");
        if asked.path.starts_with("/submit") && !is_known {
            lead(stream, 307, &asked.path)
        } else {
            say(stream, 200, &polite(asked))
        }
    });
    let played = submit(&portal, "same-origin", &[]);
    assert_eq!((played.only("submit").came_to(), played.redirects.len()), (("ok", 200, "-"), 1));

    let portal = Portal::start(|asked, stream| match asked.path.as_str() {
        "/submit/R-0" => lead(stream, 307, "/other"),
        "/other" => lead(stream, 307, "/submit/R-0"),
        _ => say(stream, 200, &polite(asked)),
    });
    let played = submit(&portal, "same-origin", &[]);
    let row = played.only("submit");
    assert_eq!(row.came_to(), ("error", 307, "redirected"));
    assert_eq!(row.reason.as_deref(), Some("redirects lead in a circle"));
    assert!(portal.times("/other") <= 2, "{:?}", portal.asked());
}

#[test]
fn redirects_that_never_end_are_followed_ten_times() {
    let portal = Portal::start(|asked, stream| match asked.path.strip_prefix("/submit/") {
        Some(last) => lead(stream, 308, &format!("/submit/{last}x")),
        None => say(stream, 200, &polite(asked)),
    });
    let played = submit(&portal, "same-origin", &[]);
    let row = played.only("submit");
    assert_eq!((row.came_to(), row.reason.as_deref()), (("error", 308, "redirected"), Some("more than 10 redirects")));
    assert_eq!((played.redirects.len(), portal.asked().len()), (10, 1 + 11));
}

#[test]
fn a_chain_has_one_time_limit_and_one_fate() {
    let portal = Portal::start(|asked, stream| match asked.path.as_str() {
        "/submit/R-0" => lead(stream, 307, "/hangs"),
        "/hangs" => hold(stream),
        _ => say(stream, 200, &polite(asked)),
    });
    let mut play = Play::of(&portal, 1, "- do: submit");
    play.adapter = play.adapter.replace("title:", "redirects: same-origin\ntitle:");
    play.settings.timeout = std::time::Duration::from_millis(300);
    let played = play.run();
    let row = played.of("submit")[0];
    assert_eq!((row.came_to(), row.sent.is_some()), (("error", 0, "timed_out"), true));
}

#[test]
fn from_http_to_https_a_listed_redirect_is_followed() {
    let authorities = Authorities::new();
    let behind = Portal::polite();
    let front = Front::of(&behind, &authorities.issue(&here()));
    let portal = leading(301, format!("{}/done/R-0", front.url()));
    let mut play = Play::of(&portal, 1, "- do: submit");
    play.adapter = play.adapter.replace("title:", "redirects: listed\ntitle:");
    (play.links, play.tls) = (vec![Authority::parse(&front.url()).unwrap()], authorities.trusted());
    assert_eq!(play.run().only("submit").came_to(), ("ok", 200, "-"));
    assert_eq!(behind.times("/done/R-0"), 1);
}

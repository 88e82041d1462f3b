//! The engine speaks to nobody it may not speak to.

use std::sync::Arc;

use model::words::Channel;
use model::{Applicants, Case, CaseId};
use vandan_engine::{Authority, EngineError};

use super::play::{People, Play};
use super::portal::{Portal, number, polite, say};

/// Addresses an answer may send people to, and what must come of it: nothing that leaves this machine.
const PAYMENT_PAGES: &[(&str, &str)] = &[
    ("http://10.255.255.1/pay", "forbidden"),
    ("http://10.255.255.1:8080/pay?x=1", "forbidden"),
    ("http://portal.example/pay", "forbidden"),
    ("http://localhost.example/pay", "forbidden"),
    ("http://127.0.0.1.example/pay", "forbidden"),
    ("http://[2001:db8::1]:80/pay", "forbidden"),
    ("http://0.0.0.0:1/pay", "forbidden"),
    ("http://2130706433/pay", "forbidden"),
    ("http://127.0.0.1:1/pay", "forbidden"),
    ("http://[::ffff:127.0.0.1]:1/pay", "forbidden"),
    ("HTTP://LOCALHOST:1/pay", "forbidden"),
    ("http://10.255.255.1#@127.0.0.1/pay", "forbidden"),
    ("http://10.255.255.1?@127.0.0.1/pay", "forbidden"),
    ("http://127.0.0.1@10.255.255.1/pay", "forbidden"),
    ("http://127.0.0.1:99999/pay", "unwritable"),
    ("http://127.0.0.1:/pay", "forbidden"),
    ("https://127.0.0.1/pay", "forbidden"),
    ("ftp://127.0.0.1/pay", "forbidden"),
    ("javascript:alert(1)", "forbidden"),
    ("file:///etc/passwd", "forbidden"),
    ("/pay\\r\\nHost: portal.example", "unwritable"),
    ("/pay HTTP/1.1", "unwritable"),
    ("http://", "unwritable"),
    ("", "unwritable"),
];

#[test]
fn a_payment_page_elsewhere_is_never_opened() {
    let portal = Portal::start(|asked, stream| match PAYMENT_PAGES.get(number(asked)) {
        Some((url, _)) => {
            say(stream, 200, &format!("{{\"code\":\"{}\",\"payment_url\":\"{url}\"}}", polite_code(asked)))
        }
        None => say(stream, 404, ""),
    });
    let count = u32::try_from(PAYMENT_PAGES.len()).unwrap();
    let played = Play::of(&portal, count, "- do: submit\n- do: open_payment_page\n  error: continue").run();
    let mut rows = played.of("open_payment_page");
    rows.sort_by_key(|row| row.case);
    assert_eq!(rows.len(), PAYMENT_PAGES.len());
    for ((url, fault), row) in PAYMENT_PAGES.iter().zip(rows) {
        assert_eq!(row.came_to(), ("error", 0, *fault), "{url}");
        assert_eq!(row.sent, None, "{url}");
    }
    assert_eq!(portal.asked().len(), PAYMENT_PAGES.len(), "nothing but the submissions was sent");
}

#[test]
fn a_link_to_where_no_http_is_spoken_says_so_and_is_no_misreading() {
    const LINKS: &[(&str, &str)] = &[
        (
            "http://127.0.0.1:9501@host/pay?x=1",
            "http://127.0.0.1:9501@host: a name or password before `@` is not taken",
        ),
        ("file:///etc/passwd", "file://: `file:` is not spoken, only http and https"),
    ];
    let portal = Portal::start(|asked, stream| {
        let (url, _) = LINKS[number(asked)];
        say(stream, 200, &format!("{{\"code\":\"{}\",\"payment_url\":\"{url}\"}}", polite_code(asked)))
    });
    let count = u32::try_from(LINKS.len()).unwrap();
    let played = Play::of(&portal, count, "- do: submit\n- do: open_payment_page").run();
    let mut rows = played.of("open_payment_page");
    rows.sort_by_key(|row| row.case);
    let said: Vec<_> = rows.iter().map(|row| row.reason.as_deref().unwrap_or_default()).collect();
    assert_eq!(said, LINKS.iter().map(|(_, said)| *said).collect::<Vec<_>>());
    assert_eq!(played.problems, [""; 0], "the adapter could write them");
}

fn polite_code(asked: &super::portal::Asked) -> String {
    super::portal::last(asked).replace('R', "D")
}

#[test]
fn a_payment_page_at_a_door_that_nobody_listed_is_named_and_left() {
    let other = Portal::polite();
    let url = format!("{}/admin/shutdown", other.url());
    let portal = Portal::start(move |asked, stream| {
        say(stream, 200, &format!("{{\"code\":\"{}\",\"payment_url\":\"{url}\"}}", polite_code(asked)))
    });
    let played = Play::of(&portal, 1, "- do: submit\n- do: open_payment_page").run();
    let row = played.only("open_payment_page");
    assert_eq!((row.came_to(), row.sent), (("error", 0, "forbidden"), None));
    assert_eq!(row.reason, Some(other.url()));
    assert_eq!(other.connections(), 0);
}

#[test]
fn a_listed_door_is_known_in_every_spelling() {
    let bank = Portal::polite();
    let port = bank.address().port();
    let spellings = ["127.1", "2130706433", "LOCALHOST", "localhost.", "[::ffff:127.0.0.1]"];
    let portal = Portal::start(move |asked, stream| {
        let url = format!("HTTP://{}:{port}/pay", spellings[number(asked)]);
        say(stream, 200, &format!("{{\"code\":\"{}\",\"payment_url\":\"{url}\"}}", polite_code(asked)))
    });
    let mut play = Play::of(&portal, 5, "- do: submit\n- do: open_payment_page");
    play.links = vec![Authority::parse(&bank.url()).unwrap()];
    let played = play.run();
    assert!(played.of("open_payment_page").iter().all(|row| row.outcome == "ok"), "{:#?}", played.rows);
    assert_eq!(bank.times("/pay"), 5);
}

#[test]
fn a_payment_page_at_a_listed_door_is_opened_where_it_is() {
    let bank = Portal::polite();
    let url = format!("{}/page/1?x=%20y", bank.url());
    let portal = Portal::start(move |asked, stream| {
        say(stream, 200, &format!("{{\"code\":\"{}\",\"payment_url\":\"{url}\"}}", polite_code(asked)))
    });
    let mut play = Play::of(&portal, 1, "- do: submit\n- do: open_payment_page");
    play.links = vec![Authority::parse(&bank.url()).unwrap()];
    let played = play.run();
    assert_eq!(played.only("open_payment_page").came_to(), ("ok", 200, "-"));
    let asked = bank.asked();
    assert_eq!((asked.len(), asked[0].path.as_str()), (1, "/page/1?x=%20y"));
    assert!(asked[0].head.contains(&format!("host: {}", bank.address())), "{}", asked[0].head);
}

#[test]
fn a_path_that_names_a_host_leads_there_and_so_nowhere() {
    let portal = Portal::start(|asked, stream| {
        say(stream, 200, &format!("{{\"code\":\"{}\",\"payment_url\":\"//portal.example/pay\"}}", polite_code(asked)))
    });
    let played = Play::of(&portal, 1, "- do: submit\n- do: open_payment_page").run();
    let row = played.only("open_payment_page");
    assert_eq!((row.came_to(), row.reason.as_deref()), (("error", 0, "forbidden"), Some("http://portal.example")));
}

#[test]
fn paths_of_the_adapter_begin_behind_the_base_and_links_at_the_root() {
    let portal = Portal::start(|asked, stream| {
        say(stream, 200, &format!("{{\"code\":\"{}\",\"payment_url\":\"/pay/1\"}}", polite_code(asked)))
    });
    let mut play = Play::of(&portal, 1, "- do: submit\n- do: track\n- do: open_payment_page");
    play.target = format!("{}/dvc/api/", portal.url());
    play.adapter.push_str(super::play::CLOCK);
    assert!(play.run().rows.iter().all(|row| row.outcome == "ok"));
    let paths: Vec<_> = portal.asked().into_iter().map(|asked| asked.path).collect();
    assert_eq!(paths, ["/dvc/api/clock", "/dvc/api/submit/R-0", "/dvc/api/track/D-0", "/pay/1"]);
}

#[test]
fn a_redirect_is_told_and_not_followed() {
    let elsewhere = Portal::polite();
    let url = elsewhere.url();
    let portal = Portal::start(move |_, stream| {
        let head = format!("HTTP/1.1 307 X\r\nlocation: {url}/there\r\ncontent-length: 0\r\n\r\n");
        super::portal::write(stream, head.as_bytes())
    });
    let played = Play::of(&portal, 3, "- do: submit").run();
    assert!(played.of("submit").iter().all(|row| row.came_to() == ("refused", 307, "-")));
    assert_eq!((portal.asked().len(), elsewhere.connections()), (3, 0));
}

#[test]
fn a_target_that_may_not_be_spoken_to_is_not_even_greeted() {
    let portal = Portal::polite();
    let mut play = Play::of(&portal, 1, "- do: submit");
    play.target = "http://10.255.255.1:80".to_owned();
    let played = play.run();
    assert!(matches!(played.health, Err(EngineError::Forbidden(_))), "{:?}", played.health);
    assert!(played.rows.is_empty());
}

#[test]
fn a_portal_that_is_not_there_is_told_before_anybody_starts() {
    let portal = Portal::polite();
    let mut play = Play::of(&portal, 1, "- do: submit");
    let gone = Portal::polite();
    play.target = gone.url();
    drop(gone);
    let played = play.run();
    assert!(matches!(played.health, Err(EngineError::Unreachable(_))), "{:?}", played.health);
    assert_eq!((played.counted.dossiers.started, played.rows.len()), (0, 0));
}

#[test]
fn localhost_is_reached_at_whichever_of_its_addresses_somebody_listens() {
    let portal = Portal::polite();
    let mut play = Play::of(&portal, 2, "- do: submit");
    play.target = format!("http://localhost:{}", portal.address().port());
    assert_eq!(play.run().counted.dossiers.completed, 2);
}

#[test]
fn every_request_says_who_sends_it() {
    let portal = Portal::polite();
    Play::of(&portal, 1, "- do: submit\n- do: track").run();
    for asked in portal.asked() {
        assert!(asked.head.contains("user-agent: vandan/test (run engine)\r\n"), "{}", asked.head);
    }
}

#[test]
fn a_request_whose_values_are_not_known_is_not_sent() {
    // Nobody has signed in, so there is no token; nobody has submitted, so there is no code.
    let portal = Portal::polite();
    let steps = "- do: inbox\n  error: continue\n- do: track\n  error: continue";
    let played = Play::of(&portal, 1, steps).run();
    assert!(played.rows.iter().all(|row| row.came_to() == ("error", 0, "unwritable") && row.sent.is_none()));
    assert_eq!((played.rows.len(), portal.asked().len()), (2, 0));
}

#[test]
fn a_lane_that_panics_ends_the_run_with_an_error() {
    let portal = Portal::polite();
    let units = vec![(CaseId(0), 0), (CaseId(1), 0)];
    let people = People { channel: Channel::Online, units, panics_at: Some(CaseId(1)) };
    let mut play = Play::of(&portal, 2, "- do: submit");
    play.people = Some(Arc::new(people));
    let played = play.run();
    assert!(matches!(played.health, Err(EngineError::LanePanicked(0))), "{:?}", played.health);
}

/// People of whom none can be recognised without a panic.
struct Unrecognisable(People);

impl Applicants for Unrecognisable {
    fn count(&self) -> u32 {
        self.0.count()
    }

    fn case(&self, id: CaseId) -> Case {
        self.0.case(id)
    }

    fn recognise(&self, mark: &str) -> Option<CaseId> {
        unreachable!("nobody asks for {mark}, as the test wants it")
    }
}

#[test]
fn an_exchange_that_cannot_be_recorded_ends_the_run_with_an_error() {
    let portal = Portal::start(|asked, stream| say(stream, 200, &polite(asked)));
    let mut play = Play::of(&portal, 1, "- do: sign_in\n- do: submit");
    play.adapter = play.adapter.replace("$.code, payment_url?", "$.code, reference: $.code, payment_url?");
    let units = vec![(CaseId(0), 0)];
    play.people = Some(Arc::new(Unrecognisable(People { channel: Channel::Online, units, panics_at: None })));
    let played = play.run();
    assert!(matches!(played.health, Err(EngineError::LanePanicked(0))), "{:?}", played.health);
}

#[test]
fn a_session_is_shown_with_later_requests() {
    let portal = Portal::start(|asked, stream| say(stream, 200, &polite(asked)));
    let played = Play::of(&portal, 1, "- do: sign_in\n- do: inbox").run();
    assert_eq!(played.counted.dossiers.completed, 1);
    let asked = portal.asked();
    assert_eq!(asked[0].body, b"number=900000000000");
    assert!(asked[1].head.contains("authorization: Bearer t-1\r\n"), "{}", asked[1].head);
}

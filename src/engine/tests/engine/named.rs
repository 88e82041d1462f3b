//! Every request names its run, and its exchange is found by what it said.

use std::collections::{BTreeMap, BTreeSet};

use model::words::{PeerName, Role};
use vandan_engine::{HttpCodec, Identity};

use super::play::{CLOCK, DAY, Play, Played, TRACE, peer};
use super::portal::{Asked, Portal, Then, polite, say, write};

/// All values of a header.
fn said<'a>(asked: &'a Asked, header: &str) -> Vec<&'a str> {
    let lines = asked.head.lines().filter_map(|line| line.split_once(": "));
    lines.filter(|(name, _)| *name == header).map(|(_, value)| value).collect()
}

/// The trace-id and the parent-id of a request that is sampled and names the run.
#[track_caller]
fn ids(asked: &Asked) -> (String, String) {
    let [traceparent] = said(asked, "traceparent")[..] else { panic!("{}", asked.head) };
    let [version, trace, parent, flags] = traceparent.split('-').collect::<Vec<_>>()[..] else {
        panic!("{traceparent}")
    };
    assert_eq!((version, flags, trace.len(), parent.len()), ("00", "01", 32, 16), "{traceparent}");
    assert!(trace.starts_with(&format!("{TRACE:016x}")), "{traceparent}");
    assert_eq!(said(asked, "x-vandan-run"), ["engine"]);
    assert_eq!(said(asked, "user-agent"), ["vandan/test (run engine)"]);
    (trace.to_owned(), parent.to_owned())
}

/// What the history says of the requests with this trace-id: operations.
fn found(played: &Played, trace: &str) -> Vec<String> {
    let start = format!("00-{trace}-");
    let is_it = |row: &&super::play::Row| row.traceparent.as_ref().is_some_and(|own| own.starts_with(&start));
    played.rows.iter().filter(is_it).map(|row| row.operation.clone()).collect()
}

#[test]
fn everybody_names_the_run_and_no_two_exchanges_are_called_alike() {
    for codec in [HttpCodec::Lean, HttpCodec::Hyper] {
        let portal = Portal::polite();
        let bank = Portal::start(|_, stream| say(stream, 200, r#"{"next":0,"settled":true,"signals":[]}"#));
        let of = Play::of(&portal, 30, "- do: submit\n- do: track").adapter(CLOCK);
        let mut play = Play { lanes: 3, units: 3, clerks: 2, length: 300, ..of };
        for (arrival, i) in play.arrivals.iter_mut().zip(0_u16..) {
            arrival.unit = i % 3;
        }
        play.peers = vec![peer(PeerName::Bank, &bank)];
        let play = play.with("desk", Role::Desk, DAY).with("casework", Role::Desk, "- end");
        let play = play.with("final", Role::Citizen, "- do: track\n- do: look_up");
        let played = play.set(|settings| settings.codec = codec).run();

        let asked = portal.asked();
        let traces: BTreeMap<_, _> = asked.iter().map(|asked| (ids(asked).0, asked)).collect();
        assert_eq!(traces.len(), asked.len(), "no two of them are the same");
        let sent = played.rows.iter().filter(|row| row.sent.is_some());
        let operations: BTreeSet<_> = sent.clone().map(|row| row.operation.as_str()).collect();
        for operation in ["clock", "clerk_sign_in", "inbox", "submit", "track", "look_up"] {
            assert!(operations.contains(operation), "{operation} in {operations:?}");
        }
        assert_eq!(sent.count(), asked.len());
        for (trace, asked) in &traces {
            let [operation] = &found(&played, trace)[..] else { panic!("{}", asked.head) };
            let path = operation.trim_start_matches("clerk_").replace('_', "");
            assert!(asked.path.replace(['-', '_'], "").contains(&path), "{operation}: {}", asked.head);
        }
        let peers: BTreeSet<_> = bank.asked().iter().map(|asked| ids(asked).0).collect();
        assert!(peers.len() == bank.asked().len() && peers.iter().all(|trace| !traces.contains_key(trace)));
    }
}

#[test]
fn requests_of_one_exchange_are_one_trace_wherever_they_go() {
    let elsewhere = Portal::polite();
    let address = format!("{}/done/R-0", elsewhere.url());
    let portal = Portal::start(move |asked, stream| match asked.path.as_str() {
        "/submit/R-0" => write(stream, b"HTTP/1.1 303 X\r\nlocation: /moved\r\ncontent-length: 0\r\n\r\n"),
        "/moved" => {
            let head = format!("HTTP/1.1 303 X\r\nlocation: {address}\r\ncontent-length: 0\r\n\r\n");
            write(stream, head.as_bytes())
        }
        // A look on a connection that is kept is read and not answered: it is sent once more.
        path if path.starts_with("/track") && asked.nth > 0 => Then::Close,
        _ => say(stream, 200, &polite(asked)),
    });
    let mut play = Play::of(&portal, 1, "- do: submit\n- do: track");
    play.adapter = play.adapter.replace("title:", "redirects: listed\ntitle:");
    play.links = vec![vandan_engine::Authority::parse(&elsewhere.url()).unwrap()];
    let played = play.run();
    let asked = [portal.asked(), elsewhere.asked()].concat();
    let paths: Vec<_> = asked.iter().map(|asked| asked.path.as_str()).collect();
    assert_eq!(paths, ["/submit/R-0", "/moved", "/track/D-0", "/track/D-0", "/done/R-0"]);
    let ids: Vec<_> = asked.iter().map(ids).collect();
    let [submit, moved, look, again, done] = &ids[..] else { panic!("{ids:?}") };
    assert!(submit.0 == moved.0 && moved.0 == done.0 && look.0 == again.0 && submit.0 != look.0, "{ids:?}");
    assert_eq!(ids.iter().map(|(_, parent)| parent).collect::<BTreeSet<_>>().len(), 5, "{ids:?}");
    assert_eq!((found(&played, &submit.0), found(&played, &look.0)), (vec!["submit".into()], vec!["track".into()]));
    let of_first = format!("00-{}-{}-01", submit.0, submit.1);
    assert_eq!(played.only("submit").traceparent.as_deref(), Some(of_first.as_str()));
}

#[test]
fn who_is_told_to_come_again_comes_in_a_trace_of_its_own() {
    let portal = Portal::start(|asked, stream| match asked.nth {
        0 => write(stream, b"HTTP/1.1 503 X\r\nretry-after: 0\r\ncontent-length: 0\r\n\r\n"),
        _ => say(stream, 200, &polite(asked)),
    });
    let played = Play::of(&portal, 1, "- do: submit").run();
    assert_eq!(played.of("submit").len(), 2);
    let traces: BTreeSet<_> = portal.asked().iter().map(|asked| ids(asked).0).collect();
    assert!(traces.iter().all(|trace| found(&played, trace) == ["submit"]) && traces.len() == 2);
}

#[test]
fn what_the_adapter_writes_wins() {
    let portal = Portal::polite();
    let mut play = Play::of(&portal, 1, "- do: submit");
    let own = "    headers: { User-Agent: browser, X-Vandan-Run: mine, traceparent: 00-ab-cd-00 }\n";
    play.adapter = play.adapter.replace("  submit:\n", &format!("  submit:\n{own}"));
    play.settings.identity = Identity::new("test", "engine", None);
    let played = play.run();
    let asked = portal.asked();
    let [submit] = &asked[..] else { panic!("{asked:?}") };
    for (header, value) in [("user-agent", "browser"), ("x-vandan-run", "mine"), ("traceparent", "00-ab-cd-00")] {
        assert_eq!(said(submit, header), [value]);
    }
    assert_eq!(played.only("submit").outcome, "ok");
}

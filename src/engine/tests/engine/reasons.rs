//! Every error is counted under a reason of its own, in words that are the same for equal causes.

use std::io::Read as _;
use std::time::Duration;

use vandan_engine::Authority;

use super::play::{Play, Played};
use super::portal::{Portal, Then, hold, number, polite, say, write};

/// A member of gzip whose data breaks off.
const HALF_A_GZIP: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab";

#[test]
fn each_way_to_spoil_an_answer_has_its_reason() {
    let portal = Portal::start(|asked, stream| {
        match number(asked) {
            0 => {}
            1 => drop(write(stream, b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"code\":")),
            2 => {
                write(stream, b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 11\r\n\r\n");
                write(stream, HALF_A_GZIP);
            }
            3 => drop(say(stream, 200, r#"{"code":null}"#)),
            4 => drop(say(stream, 200, "<html>it works</html>")),
            5 => drop(say(stream, 200, "<html>another page</html>")),
            6 => drop(write(stream, b"SSH-2.0-OpenSSH_9.2p1\r\n\r\n")),
            7 => drop(say(stream, 500, "{}")),
            8 => drop(say(stream, 200, &" ".repeat(2_000))),
            9 => drop(say(stream, 409, "{}")),
            10 => drop(write(stream, b"HTTP/1.1 200 OK\r\ncontent-encoding: dcb\r\ncontent-length: 2\r\n\r\n{}")),
            _ => drop(say(stream, 200, &polite(asked))),
        }
        Then::Close
    });
    let played = Play::of(&portal, 12, "- do: submit").set(|settings| settings.longest_answer = 1_000).run();
    assert_eq!(
        played.reasons,
        [
            "adapter unreadable content coding not known 1",
            "adapter unreadable missing field: dossier_code 1",
            "adapter unreadable no JSON 2",
            "portal broken closed before an answer 1",
            "portal broken closed within the answer 1",
            "portal broken content coding gzip 1",
            "portal broken malformed HTTP/1.1 1",
            "portal status HTTP 500 1",
            "portal too_long longer than the limit, as it came 1",
        ]
    );
}

#[test]
fn what_was_waited_for_in_vain_is_the_reason_of_a_time_out() {
    let portal = Portal::start(|asked, stream| {
        if number(asked) == 1 {
            write(stream, b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n");
        }
        hold(stream)
    });
    let played = Play::of(&portal, 2, "- do: submit").set(|settings| settings.timeout = Duration::from_secs(3)).run();
    assert_eq!(played.reasons, ["portal timed_out answer not whole 1", "portal timed_out no answer 1"]);
}

#[test]
fn a_reset_is_told_from_a_close_and_a_refusal_from_both() {
    // Closing with unread bytes makes the kernel reset the connection.
    let portal = Portal::raw(|stream, _| {
        stream.read_exact(&mut [0]).unwrap_or_default();
    });
    let played = Play::of(&portal, 2, "- do: submit").run();
    assert_eq!(played.reasons, ["portal broken ECONNRESET 2"]);
    let portal = Portal::controlled(|control, asked, stream| {
        control.shut();
        say(stream, 200, &polite(asked));
        Then::Close
    });
    let steps = "- do: submit\n- do: look_up\n  error: continue\n- do: look_up\n  error: continue";
    let played = Play::of(&portal, 1, steps).run();
    // The first look goes on the kept connection, is closed, and is sent once more on one that is refused.
    assert_eq!(played.reasons, ["portal connect ECONNREFUSED 2"]);
}

/// Looks at the page of a payment, where something else than the portal answers by this.
fn paying_at(answer: &'static [u8]) -> Played {
    let bank = Portal::raw(move |stream, _| {
        stream.read_exact(&mut [0; 64]).unwrap_or_default();
        write(stream, answer);
        hold(stream);
    });
    let door = bank.url().replace("http:", "https:");
    let url = format!("{door}/pay");
    let portal =
        Portal::start(move |_, stream| say(stream, 200, &format!("{{\"code\":\"D-0\",\"payment_url\":\"{url}\"}}")));
    let mut play = Play::of(&portal, 1, "- do: submit\n- do: open_payment_page\n  error: continue");
    play.links = vec![Authority::parse(&door).unwrap()];
    play.set(|settings| settings.timeout = Duration::from_secs(3)).run()
}

#[test]
fn an_alert_of_tls_is_named_and_a_handshake_without_an_answer_is_no_connection() {
    let alert = paying_at(b"\x15\x03\x01\x00\x02\x02\x28");
    assert_eq!(alert.reasons, ["portal tls alert received: handshake failure 1"]);
    assert_eq!(paying_at(b"").reasons, ["portal timed_out no connection 1"]);
}

#[test]
fn what_is_ours_stands_apart_and_no_address_is_a_reason() {
    // Nothing tells anybody a number, and the page of the payment is at a door that is not allowed.
    let portal =
        Portal::start(|_, stream| say(stream, 200, "{\"code\":\"D-0\",\"payment_url\":\"http://127.0.0.1:9/pay\"}"));
    let steps = "- do: track\n  error: continue\n- do: submit\n- do: open_payment_page\n  error: continue";
    let played = Play::of(&portal, 1, steps).run();
    assert_eq!(
        played.reasons,
        ["adapter unwritable dossier.code is not known 1", "generator forbidden address not allowed 1"]
    );
}

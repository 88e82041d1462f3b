//! People whom a portal tells to come again later do so, as often as is reasonable; everything is recorded.

use std::io::Write;
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::play::{MS, Play, Played};
use super::portal::{Portal, Then, polite, say};

/// Puts off whoever asks.
fn put_off(stream: &mut TcpStream, status: &str, wait: &str) -> Then {
    // Whoever asked may be gone.
    drop(write!(stream, "HTTP/1.1 {status}\r\nretry-after: {wait}\r\ncontent-length: 0\r\n\r\n"));
    Then::Keep
}

/// A portal that does so on the way to a submission, the first few times, and one person who submits and looks.
fn play(times: usize, status: &'static str, wait: &'static str) -> (Portal, Played) {
    let so_far = AtomicUsize::new(0);
    let portal = Portal::start(move |asked, stream| {
        if asked.path.starts_with("/submit") && so_far.fetch_add(1, Ordering::SeqCst) < times {
            put_off(stream, status, wait)
        } else {
            say(stream, 200, &polite(asked))
        }
    });
    let played = Play::of(&portal, 1, "- do: submit\n- do: track").run();
    (portal, played)
}

#[test]
fn who_is_told_to_come_again_does_and_both_exchanges_are_recorded() {
    for status in ["429 Too Many Requests", "503 Service Unavailable"] {
        let (_portal, played) = play(1, status, "1");
        let rows = played.of("submit");
        assert_eq!(
            rows.iter().map(|row| (row.attempt, row.status)).collect::<Vec<_>>(),
            [(1, status.split(' ').next().and_then(|code| code.parse().ok())), (2, Some(200)),]
        );
        // The second is sent a second after the first answer, and the person has waited since they first wanted it.
        let second = i64::try_from(1_000 * MS).unwrap();
        assert_eq!(rows[1].due, rows[0].due);
        assert!(rows[1].sent.unwrap() >= rows[0].done + second);
        assert!(rows[1].delay <= rows[1].sent.unwrap() - rows[0].done - second, "{rows:#?}");
        assert_eq!(played.only("track").attempt, 1);
        assert_eq!((played.counted.dossiers.completed, played.counted.dossiers.failed), (1, 0));
    }
}

#[test]
fn a_date_is_as_far_off_as_the_answer_s_own_clock_says() {
    // Clocks of portals are wrong by years; each form of a date that HTTP knows.
    for wait in [
        "Fri, 05 Mar 2021 08:00:01 GMT\r\ndate: Fri, 05 Mar 2021 08:00:00 GMT",
        "Friday, 05-Mar-21 08:00:01 GMT\r\ndate: Fri Mar  5 08:00:00 2021",
    ] {
        let (_portal, played) = play(1, "429 Too Many Requests", wait);
        let rows = played.of("submit");
        assert_eq!(rows.iter().map(|row| row.attempt).collect::<Vec<_>>(), [1, 2], "{wait}");
        assert!(rows[1].sent.unwrap() >= rows[0].done + i64::try_from(1_000 * MS).unwrap());
    }
    let over = "Fri, 05 Mar 2021 07:00:00 GMT\r\ndate: Fri, 05 Mar 2021 08:00:00 GMT";
    assert_eq!(play(1, "503 Service Unavailable", over).1.of("submit").len(), 2, "what is over is not waited for");
}

#[test]
fn nobody_comes_again_for_ever() {
    let (portal, played) = play(usize::MAX, "503 Service Unavailable", "0");
    assert_eq!(played.of("submit").iter().map(|row| row.attempt).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert_eq!(portal.asked().len(), 4);
    assert_eq!((played.counted.dossiers.completed, played.counted.dossiers.failed), (0, 1));
}

#[test]
fn what_asks_for_too_much_or_makes_no_sense_is_an_answer_as_any_other() {
    for (status, wait) in [
        ("503 Service Unavailable", "3600"),
        ("503 Service Unavailable", "Fri, 05 Mar 2021 08:00:00 GMT"),
        ("503 Service Unavailable", "Fri, 05 Mar 2021 08:00:00 GMT\r\ndate: yesterday"),
        ("503 Service Unavailable", "Fri, 31 Dec 9999 08:00:00 GMT\r\ndate: Fri, 05 Mar 2021 08:00:00 GMT"),
        ("503 Service Unavailable", "-1"),
        ("503 Service Unavailable", "99999999999999999999999"),
        ("409 Conflict", "1"),
    ] {
        let (portal, played) = play(1, status, wait);
        assert_eq!(played.only("submit").attempt, 1, "{status}, {wait}");
        assert_eq!(portal.asked().len(), 1);
    }
}

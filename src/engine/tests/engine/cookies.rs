//! Sessions that live in cookies: everybody has a jar of their own, from one sign-in to the next.

use std::collections::BTreeMap;

use model::words::Role;

use super::play::{DAY, Play};
use super::portal::{Asked, Portal, polite, write};

/// A portal that gives every sign-in a cookie of its own, and refuses whoever shows none.
fn portal() -> Portal {
    Portal::start(|asked, stream| {
        let is_sign_in = asked.path.ends_with("/sign-in");
        let body = polite(asked);
        let head = match (is_sign_in, cookie(asked)) {
            (true, _) => format!("200 OK\r\nset-cookie: sid={}-{}; Path=/; HttpOnly", asked.connection, asked.nth),
            (false, Some(_)) => "200 OK\r\nset-cookie: seen=1".to_owned(),
            (false, None) => "401 Unauthorized".to_owned(),
        };
        write(stream, format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).as_bytes())
    })
}

/// The `Cookie` of a request.
fn cookie(asked: &Asked) -> Option<&str> {
    let line = asked.head.lines().find(|line| line.to_ascii_lowercase().starts_with("cookie:"))?;
    Some(line.split_once(':')?.1.trim())
}

#[test]
fn a_session_lives_in_cookies_from_one_sign_in_to_the_next() {
    let portal = portal();
    let played = Play::of(&portal, 1, "- do: sign_in\n- do: submit\n- do: track\n- do: sign_in\n- do: submit").run();
    assert!(played.rows.iter().all(|row| row.outcome == "ok"), "{:#?}", played.rows);
    let asked = portal.asked();
    let shown: Vec<_> = asked.iter().map(cookie).collect();
    let sid = |at: usize| format!("sid={}-{}", asked[at].connection, asked[at].nth);
    // What submitting sets goes to the folder of that path only.
    assert_eq!(shown, [None, Some(&*sid(0)), Some(&*sid(0)), None, Some(&*sid(3))]);
}

#[test]
fn nobody_shows_the_cookies_of_another() {
    let portal = portal();
    let play = Play { clerks: 2, ..Play::of(&portal, 5, "- do: sign_in\n- do: submit\n- do: look_up") };
    let played = play.with("desk", Role::Desk, DAY).with("casework", Role::Desk, "- do: accept").run();
    assert!(played.rows.iter().all(|row| row.outcome == "ok"), "{:#?}", played.rows);
    let mut desks = 0;
    let mut shown: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for asked in portal.asked() {
        if asked.path.ends_with("/sign-in") {
            assert_eq!(cookie(&asked), None);
        } else if let Some(cookie) = cookie(&asked) {
            let is_desk = asked.path.starts_with("/desk");
            desks += usize::from(is_desk);
            let sid = cookie.split("; ").find(|pair| pair.starts_with("sid=")).unwrap();
            shown.entry(sid.to_owned()).or_default().push(if is_desk { "desk".to_owned() } else { asked.path });
        }
    }
    assert!(desks > 0);
    // Five citizens, two requests each, and the clerks with none of theirs.
    let citizens: Vec<_> = shown.values().filter(|paths| !paths.contains(&"desk".to_owned())).collect();
    assert_eq!(citizens.iter().map(|paths| paths.len()).collect::<Vec<_>>(), [2; 5], "{shown:#?}");
    let clerks = shown.values().filter(|paths| paths.contains(&"desk".to_owned()));
    assert!(clerks.clone().count() <= 2 && clerks.flatten().all(|path| path == "desk"), "{shown:#?}");
}

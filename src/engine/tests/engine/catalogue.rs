//! The catalogue: read before and after, changed while people come.

use model::Offer;
use vandan_engine::Publication;

use super::play::{MS, Play};
use super::portal::{Portal, polite, say};

/// Operations of a portal with a catalogue, for [`Play::adapter`].
const CATALOGUE: &str = r#"  catalogue:
    request: GET /catalogue
    items: { at: $.items, read: { procedure: $.code, service_level: $.level, payable: $.payable } }
  publish:
    request: PUT /catalogue/${offer.procedure}
    json: { level: "${offer.level}", payable: "${offer.payable}" }
    read: { procedure: $.code, service_level: $.level, payable: $.payable }
"#;

/// Shows one procedure; what is published is confirmed, but `2.2` is declined.
fn portal() -> Portal {
    Portal::start(|asked, stream| match asked.path.as_str() {
        "/catalogue" => say(stream, 200, r#"{"items":[{"code":"1.1","level":2,"payable":false},{"code":"2.2"}]}"#),
        "/catalogue/2.2" => say(stream, 409, "{}"),
        path if path.starts_with("/catalogue/") => {
            let body = String::from_utf8_lossy(&asked.body).replacen('{', r#"{"code":"1.1","#, 1);
            say(stream, 200, &body)
        }
        _ => say(stream, 200, &polite(asked)),
    })
}

fn publication(milliseconds: u64, procedure: &str) -> Publication {
    Publication {
        due: milliseconds * MS,
        offer: Offer { procedure: procedure.to_owned(), level: 4, payable: true, postal: true },
    }
}

#[test]
fn it_is_read_before_and_after_and_changes_are_published_when_due() {
    let portal = portal();
    let mut play = Play::of(&portal, 1, "- do: submit").adapter(CATALOGUE);
    play.publications = vec![publication(3, "1.1"), publication(8, "2.2")];
    let played = play.run();
    let shown = ["catalogue 1.1 2 0", "catalogue 2.2  "];
    let expected: Vec<_> = shown.iter().chain(&["publish 1.1 4 1"]).chain(&shown).map(ToString::to_string).collect();
    assert_eq!(played.services, expected);
    let published = played.of("publish");
    let due: Vec<_> = published.iter().map(|row| (row.due, row.outcome.as_str(), row.phase.as_str())).collect();
    assert_eq!(due, [(3_000_000, "ok", "load"), (8_000_000, "refused", "load")]);
    assert!(published.iter().all(|row| row.sent >= Some(row.due) && row.actor == "registrar" && row.case.is_none()));
    assert_eq!(played.only("clerk_sign_in").actor, "registrar");
    let read: Vec<_> = played.of("catalogue").iter().map(|row| row.phase.as_str()).collect();
    assert_eq!(read, ["load", "final_read"]);
    let bodies: Vec<_> = portal.asked().into_iter().filter(|asked| asked.path == "/catalogue/1.1").collect();
    assert_eq!(String::from_utf8_lossy(&bodies[0].body), r#"{"level":4,"payable":true}"#);
}

#[test]
fn a_portal_that_takes_no_changes_is_told_none() {
    let portal = portal();
    let mut play = Play::of(&portal, 1, "- do: submit");
    play.publications = vec![publication(3, "1.1")];
    let played = play.run();
    assert_eq!(played.services, Vec::<String>::new());
    assert_eq!(played.of("clerk_sign_in").len(), 0);
}

//! https: who is trusted, who is not, and that the difference is said in one sentence before anybody starts.

use model::words::PeerName;
use rcgen::{BasicConstraints, CertificateParams, IsCa};
use tokio_rustls::rustls::HandshakeKind;
use vandan_engine::{Authority, BaseUrl, EngineError, Peer, Tls, TlsOptions};

use super::play::{Play, Played};
use super::portal::{Portal, Then, hold, polite, say, write};
use super::tls_front::{Authorities, BOTH, Demand, Front, OLD, expired, here, self_signed};

const STEPS: &str = "- do: submit\n- do: track";

/// Two people use a portal at this address.
fn play(portal: &Portal, url: String, tls: Tls) -> Played {
    let mut play = Play::of(portal, 2, STEPS);
    (play.target, play.tls) = (url, tls);
    play.run()
}

/// Why nobody starts.
#[track_caller]
fn refusal(portal: &Portal, url: String, tls: Tls) -> String {
    let played = play(portal, url, tls);
    assert!((played.counted.dossiers.started, played.rows.len()) == (0, 0), "{:?}", played.rows);
    match played.health {
        Err(error @ EngineError::NoTls { .. }) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

fn insecure() -> Tls {
    Tls::load(&TlsOptions { insecure: true, ..TlsOptions::default() }).unwrap()
}

#[test]
fn a_portal_whose_issuer_is_named_is_spoken_to_by_name_and_by_number() {
    let (portal, authorities) = (Portal::polite(), Authorities::new());
    let identity = authorities.issue(&here());
    for versions in [BOTH, OLD] {
        let front = Front::demanding(&portal, &identity, versions, &Demand::Nothing);
        for url in [front.url(), format!("https://localhost:{}", front.port())] {
            let played = play(&portal, url.clone(), authorities.trusted());
            assert_eq!(played.counted.dossiers.completed, 2, "{url}");
            assert!(played.rows.iter().all(|row| row.came_to() == ("ok", 200, "-")), "{:?}", played.rows);
        }
    }
}

#[test]
fn the_host_is_named_as_a_browser_names_it() {
    let (portal, authorities) = (Portal::polite(), Authorities::new());
    let front = Front::of(&portal, &authorities.issue(&here()));
    play(&portal, front.url(), authorities.trusted());
    let host = format!("host: 127.0.0.1:{}\r\n", front.port());
    assert!(portal.asked().iter().all(|asked| asked.head.contains(&host)), "{:?}", portal.asked());
}

#[test]
fn a_certificate_that_will_not_do_is_said_before_anybody_starts() {
    let (portal, authorities) = (Portal::polite(), Authorities::new());
    let elsewhere = CertificateParams::new(vec!["portal.example".to_owned()]).unwrap();
    for (identity, tls, words, remedy) in [
        (authorities.issue(&here()), Tls::default(), "unknown issuer (", "`--ca FILE`"),
        (self_signed(IsCa::NoCa), Tls::default(), "unknown issuer (", "`--ca FILE`"),
        (
            self_signed(IsCa::Ca(BasicConstraints::Unconstrained)),
            authorities.trusted(),
            "unknown issuer: self-signed certificate (",
            "`--ca FILE`",
        ),
        (authorities.issue(&expired()), authorities.trusted(), "certificate expired on 29 Feb 2020 (", "`--insecure`"),
        (
            authorities.issue(&elsewhere),
            authorities.trusted(),
            "name mismatch: the certificate is for portal.example, not for 127.0.0.1 (",
            "`--insecure`",
        ),
    ] {
        let front = Front::of(&portal, &identity);
        let said = refusal(&portal, front.url(), tls);
        assert!(said.starts_with(&format!("could not speak TLS with {}: {words}", front.url())), "{said}");
        assert!(said.contains(remedy) && !said.contains('\n'), "{said}");
        assert_eq!(play(&portal, front.url(), insecure()).counted.dossiers.completed, 2, "{words}");
    }
}

#[test]
fn a_peer_whose_certificate_will_not_do_is_said_before_anybody_starts() {
    let (portal, authorities) = (Portal::polite(), Authorities::new());
    let front = Front::of(&portal, &authorities.issue(&expired()));
    let mut play = Play::of(&portal, 2, STEPS);
    play.peers = vec![Peer { name: PeerName::Bank, base: BaseUrl::parse(&front.url()).unwrap() }];
    play.tls = authorities.trusted();
    let played = play.run();
    let Err(error @ EngineError::NoTls { .. }) = played.health else { panic!("{:?}", played.health) };
    assert!(error.to_string().contains(&format!("{}: certificate expired on ", front.url())), "{error}");
    assert_eq!((played.counted.dossiers.started, portal.asked().len()), (0, 0));
}

#[test]
fn a_self_signed_certificate_that_is_named_itself_will_do_for_its_own_host() {
    let (portal, authorities) = (Portal::polite(), Authorities::new());
    for is_ca in [IsCa::NoCa, IsCa::Ca(BasicConstraints::Unconstrained)] {
        let identity = self_signed(is_ca);
        let named = authorities.file("staging.pem", &identity.certificate.pem());
        let trusted = || Tls::load(&TlsOptions { ca: Some(named.clone()), ..TlsOptions::default() }).unwrap();
        let front = Front::of(&portal, &identity);
        assert_eq!(play(&portal, front.url(), trusted()).counted.dossiers.completed, 2);
        // It is this machine, too, and not what the certificate is for.
        let other = refusal(&portal, format!("https://portal.localhost:{}", front.port()), trusted());
        assert!(other.contains("name mismatch"), "{other}");
    }
}

#[test]
fn a_server_that_asks_who_we_are_is_told_or_its_refusal_is_said() {
    let (portal, authorities) = (Portal::polite(), Authorities::new());
    let identity = authorities.issue(&here());
    let with = |client| Tls::load(&TlsOptions { ca: Some(authorities.ca()), client, insecure: false }).unwrap();
    let known = || with(Some(authorities.client(&authorities.issue(&here()))));
    let unknown = || with(Some(authorities.client(&self_signed(IsCa::NoCa))));
    for versions in [BOTH, OLD] {
        let front = Front::demanding(&portal, &identity, versions, &Demand::Client(&authorities));
        assert_eq!(play(&portal, front.url(), known()).counted.dossiers.completed, 2);
        let said = refusal(&portal, front.url(), with(None));
        assert!(said.contains("alert received: ") && said.contains("--client-cert FILE --client-key FILE"), "{said}");
        let said = refusal(&portal, front.url(), unknown());
        assert!(said.contains("alert received: ") && said.contains("server's log"), "{said}");
    }
}

#[test]
fn what_does_not_speak_tls_is_said() {
    let of = |answer: &'static [u8]| {
        Portal::raw(move |stream, _| {
            if answer.is_empty() {
                return;
            }
            std::io::Read::read(stream, &mut [0; 64]).unwrap();
            write(stream, answer);
            while let Ok(1..) = std::io::Read::read(stream, &mut [0; 4_096]) {}
        })
    };
    for (answer, words) in [
        (&b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n"[..], "what answered does not speak TLS"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "what answered does not speak TLS"),
        // An alert of TLS 1.0: fatal, protocol version.
        (b"\x15\x03\x01\x00\x02\x02\x46", "no common version"),
        (b"\x15\x03\x01\x00\x02\x02\x28", "alert received: handshake failure"),
        (b"", "the connection was "),
    ] {
        let portal = of(answer);
        let said = refusal(&portal, portal.url().replace("http:", "https:"), insecure());
        assert!(said.contains(words), "{said}");
    }
}

#[test]
fn what_says_nothing_at_all_is_said_too() {
    let portal = Portal::raw(|stream, _| {
        hold(stream);
    });
    let said = refusal(&portal, portal.url().replace("http:", "https:"), insecure());
    assert!(said.contains("no answer to the handshake (is the port right?"), "{said}");
}

#[test]
fn a_slot_resumes_its_own_session_and_a_new_one_makes_a_whole_handshake() {
    let authorities = Authorities::new();
    let portal = Portal::start(|asked, stream| {
        say(stream, 200, &polite(asked));
        Then::Close
    });
    let front = Front::of(&portal, &authorities.issue(&here()));
    let mut play = Play::of(&portal, 1, STEPS);
    (play.target, play.tls) = (front.url(), authorities.trusted());
    assert_eq!(play.run().counted.dossiers.completed, 1);
    let mut kinds = front.handshakes();
    // The first is the look whether anybody is there.
    assert_eq!(kinds.remove(0), HandshakeKind::Full);
    assert!(kinds.starts_with(&[HandshakeKind::Full]) && kinds.contains(&HandshakeKind::Resumed), "{kinds:?}");
}

#[test]
fn a_link_to_a_page_that_nobody_vouches_for_is_not_followed_and_says_why() {
    let authorities = Authorities::new();
    let bank = Portal::polite();
    let front = Front::of(&bank, &authorities.issue(&here()));
    let url = format!("{}/pay", front.url());
    let portal =
        Portal::start(move |_, stream| say(stream, 200, &format!("{{\"code\":\"D-0\",\"payment_url\":\"{url}\"}}")));
    for (tls, came_to, reason) in
        [(Tls::default(), ("error", 0, "tls"), Some("unknown issuer")), (authorities.trusted(), ("ok", 200, "-"), None)]
    {
        let mut play = Play::of(&portal, 1, "- do: submit\n- do: open_payment_page\n  error: continue\n- do: track");
        (play.links, play.tls) = (vec![Authority::parse(&front.url()).unwrap()], tls);
        let played = play.run();
        let row = played.only("open_payment_page");
        assert_eq!((row.came_to(), row.reason.as_deref()), (came_to, reason));
        assert_eq!(row.sent.is_some(), reason.is_none());
        assert_eq!(played.only("track").came_to(), ("ok", 200, "-"));
    }
    assert_eq!(bank.times("/pay"), 1);
}

#[test]
fn a_link_to_the_same_door_by_another_scheme_is_another_door() {
    let (authorities, other) = (Authorities::new(), Portal::polite());
    let link = format!("http://{}/pay", other.address());
    let portal =
        Portal::start(move |_, stream| say(stream, 200, &format!("{{\"code\":\"D-0\",\"payment_url\":\"{link}\"}}")));
    let mut play = Play::of(&portal, 1, "- do: submit\n- do: open_payment_page\n  error: continue");
    play.links = vec![Authority::parse(&other.url().replace("http:", "https:")).unwrap()];
    play.tls = authorities.trusted();
    let played = play.run();
    let row = played.only("open_payment_page");
    assert_eq!((row.came_to(), row.reason.clone()), (("error", 0, "forbidden"), Some(other.url())));
    assert_eq!(other.connections(), 0);
}

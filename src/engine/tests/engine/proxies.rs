//! Proxies: a portal beyond this machine is asked through the one that the environment names.

use std::io::{Read, Write};
use std::net::TcpStream;

use rcgen::CertificateParams;
use vandan_engine::{Authority, EngineError, Proxies};

use super::play::{Play, Played};
use super::portal::{Portal, Then, polite, say, write};
use super::tls_front::{Authorities, Front};

/// A proxy that leads every tunnel to this port of this machine, after this answer.
fn proxy(port: u16, answer: &'static [u8]) -> Portal {
    Portal::raw(move |stream, _| {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
            head.extend_from_slice(&byte);
        }
        let asked = "CONNECT portal.example:443 HTTP/1.1\r\nHost: portal.example:443\r\n";
        if head != format!("{asked}User-Agent: vandan/test (run engine)\r\n\r\n").as_bytes() {
            return;
        }
        write(stream, answer);
        let Ok(behind) = TcpStream::connect(("127.0.0.1", port)) else { return };
        let (from, to) = (stream.try_clone().unwrap(), behind.try_clone().unwrap());
        let up = std::thread::spawn(move || pipe(from, to));
        pipe(behind, stream.try_clone().unwrap());
        up.join().unwrap();
    })
}

fn pipe(mut from: TcpStream, mut to: TcpStream) {
    let mut bytes = [0; 4_096];
    while let Ok(read @ 1..) = from.read(&mut bytes) {
        if to.write_all(&bytes[..read]).is_err() {
            break;
        }
    }
    // Whoever has gone need not be told.
    drop(to.shutdown(std::net::Shutdown::Both));
}

/// One person uses `portal.example` through this proxy.
fn play(proxy: &Portal, target: &str, authorities: &Authorities) -> Played {
    let mut play = Play::of(proxy, 1, "- do: submit\n- do: track");
    let address = proxy.url();
    play.proxies = Proxies::read(|name| (name == "all_proxy").then(|| address.clone())).unwrap();
    play.links = vec![Authority::parse(target).unwrap()];
    (play.target, play.tls) = (target.to_owned(), authorities.trusted());
    play.run()
}

#[test]
fn https_goes_through_a_tunnel_and_the_portal_still_proves_who_it_is() {
    let (portal, authorities) = (Portal::polite(), Authorities::new());
    let identity = authorities.issue(&CertificateParams::new(vec!["portal.example".to_owned()]).unwrap());
    let front = Front::of(&portal, &identity);
    let through = proxy(front.port(), b"HTTP/1.1 200 Connection established\r\nvia: a proxy\r\n\r\n");
    let played = play(&through, "https://portal.example", &authorities);
    assert!(played.rows.iter().all(|row| row.came_to() == ("ok", 200, "-")), "{:?}", played.rows);
    assert!(portal.asked().iter().all(|asked| asked.head.contains("host: portal.example\r\n")), "{:?}", portal.asked());
    assert_eq!(portal.asked().len(), 2);
}

#[test]
fn plain_http_is_asked_of_the_proxy_with_the_whole_address() {
    let authorities = Authorities::new();
    let through = Portal::start(|asked, stream| say(stream, 200, &polite(asked)));
    let played = play(&through, "http://portal.example:81", &authorities);
    assert!(played.rows.iter().all(|row| row.came_to() == ("ok", 200, "-")), "{:?}", played.rows);
    let paths: Vec<_> = through.asked().into_iter().map(|asked| asked.path).collect();
    assert_eq!(paths, ["http://portal.example:81/submit/R-0", "http://portal.example:81/track/D-0"]);
}

#[test]
fn a_proxy_that_leads_nowhere_is_named_before_anybody_starts() {
    let authorities = Authorities::new();
    for (answer, why) in [
        (&b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"[..], "the proxy opened no tunnel: HTTP 407"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", "the proxy opened no tunnel: it does not speak HTTP"),
    ] {
        let through = proxy(1, answer);
        let played = play(&through, "https://portal.example", &authorities);
        let Err(error @ EngineError::NoProxy { .. }) = played.health else { panic!("{:?}", played.health) };
        let said = error.to_string();
        assert!(said.contains(why) && said.contains(&through.url()) && said.contains("`no_proxy`"), "{said}");
    }
}

#[test]
fn what_nobody_listed_is_not_asked_through_a_proxy_either() {
    let authorities = Authorities::new();
    let through = Portal::start(|asked, stream| {
        say(stream, 200, &polite(asked).replace('}', ",\"payment_url\":\"http://bank.example/pay\"}"));
        Then::Keep
    });
    let mut play = Play::of(&through, 1, "- do: submit\n- do: open_payment_page\n  error: continue");
    let address = through.url();
    play.proxies = Proxies::read(|name| (name == "http_proxy").then(|| address.clone())).unwrap();
    play.links = vec![Authority::parse("http://portal.example").unwrap()];
    (play.target, play.tls) = ("http://portal.example".to_owned(), authorities.trusted());
    let played = play.run();
    assert_eq!(played.only("open_payment_page").came_to(), ("error", 0, "forbidden"));
    assert_eq!(through.asked().len(), 1, "{:?}", through.asked());
}

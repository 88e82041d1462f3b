//! `vandan mock country`: four systems that find each other, and end together.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::support::Desk;

/// The answer to a plain request, read to its end.
fn ask(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(120))).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

fn get(address: &str, path: &str) -> String {
    ask(address, &format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n"))
}

/// A country that does not outlive its test, whatever happens.
struct Country(Child);

impl Country {
    /// Waits for the end, but not for ever; the exit code.
    fn ended(&mut self) -> Option<i32> {
        for _ in 0..15_000 {
            if let Some(status) = self.0.try_wait().unwrap() {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        None
    }
}

impl Drop for Country {
    fn drop(&mut self) {
        // It has ended already, where all went well.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

#[test]
fn a_country_says_where_everything_is_and_ends_on_ctrl_c() {
    let desk = Desk::new();
    let started = desk
        .command(&["mock", "country", "--test-hooks", "--fault", "post:lost=0.1", "--outage", "unavailable@0 s+1 h"])
        .stdout(Stdio::piped())
        .spawn();
    let mut country = Country(started.unwrap());
    let mut lines = BufReader::new(country.0.stdout.take().unwrap()).lines();
    let said: Vec<String> = lines.by_ref().map(Result::unwrap).take_while(|line| !line.is_empty()).collect();
    let names: Vec<&str> = said.iter().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(names, ["portal", "bank", "post", "hub"]);
    let address = |place: usize| said[place].split_whitespace().nth(1).unwrap().strip_prefix("http://").unwrap();

    assert!(get(address(0), "/_test/state").contains("\"dossiers\":0"));
    for (place, peer) in [(1, "bank"), (2, "post"), (3, "hub")] {
        assert!(get(address(place), "/_ledger").contains(&format!("\"peer\":\"{peer}\"")));
    }
    assert!(get(address(2), "/?lang=en").contains("Mock post"));
    assert!(get(address(3), "/oidc/jwks").starts_with("HTTP/1.1 503"), "the outage is on");

    assert!(Command::new("kill").args(["-INT", &country.0.id().to_string()]).status().unwrap().success());
    assert_eq!(country.ended(), Some(0));
    assert!(TcpStream::connect(address(3)).is_err(), "nobody listens any more");
}

#[test]
fn a_fault_or_an_outage_that_does_not_exist_ends_with_104() {
    let desk = Desk::new();
    let said = desk.vandan(&["mock", "post", "--fault", "fire=0.1"]);
    said.ends_with(104);
    assert!(said.err.contains("lost, delayed, failed-attempt"), "{}", said.err);
    desk.vandan(&["mock", "hub", "--outage", "fire@1 s+1 s"]).ends_with(104);
    desk.vandan(&["mock", "country", "--bind", "127.0.0.1:65534"]).ends_with(104);
    let said = desk.vandan(&["mock", "country", "--fault", "lost=0.1"]);
    said.ends_with(104);
    assert!(said.err.contains("bank:lost=0.1 or post:lost=0.1"), "{}", said.err);
}

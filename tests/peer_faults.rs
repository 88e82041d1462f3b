//! A peer that misbehaves convicts no portal; a portal that does so beside it is convicted all the same.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use crate::support::{Desk, each, tiny};

/// A country that does not outlive its test, whatever happens.
struct Country(Child);

impl Drop for Country {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Plays a part of the tiny run against a country with this fault of a peer; the rules that fail.
fn failing(fault: &str, more: &[&str]) -> (Vec<String>, String) {
    let (desk, tiny) = (Desk::new(), tiny());
    let mut args = vec!["mock", "country", "--run", tiny.as_str(), "--test-hooks", "--fault", fault];
    args.extend(more);
    let mut country = Country(desk.command(&args).stdout(Stdio::piped()).spawn().unwrap());
    let lines = BufReader::new(country.0.stdout.take().unwrap()).lines();
    let said: Vec<String> = lines.map(Result::unwrap).take_while(|line| !line.is_empty()).collect();
    let address = |place: usize| said[place].split_whitespace().nth(1).unwrap().to_owned();
    let (portal, bank, post) = (address(0), address(1), address(2));
    let said = desk.play(&["--target", &portal, "--bank", &bank, "--post", &post]);
    (desk.rules("fail"), said.out)
}

#[test]
fn what_a_peer_did_is_no_fault_of_the_portal() {
    each(&["bank:lost=0.3", "post:lost-report=0.5", "post:wrong-cod=0.5"], |fault| {
        let (failed, out) = failing(fault, &[]);
        if failed.is_empty() { Ok(()) } else { Err(format!("{fault}: {failed:?} fail\n{out}")) }
    });
}

#[test]
fn a_portal_that_books_too_little_is_caught_beside_a_bank_that_keeps_silent() {
    let (failed, out) = failing("bank:lost=0.3", &["--defect", "skim"]);
    assert_eq!(failed, ["EG-PAY-009"], "{out}");
}

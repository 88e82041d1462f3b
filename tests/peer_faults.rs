//! A peer that misbehaves convicts no portal; a portal that does so beside it is convicted all the same.

use crate::support::{Country, Desk, each};

/// Plays a part of the tiny run against a country with this fault of a peer; the rules that fail.
fn failing(fault: &str, more: &[&str]) -> (Vec<String>, String) {
    let desk = Desk::new();
    let country = Country::start(&desk, &[&["--fault", fault], more].concat());
    let said = desk.play(&["--target", &country.portal, "--bank", &country.bank, "--post", &country.post]);
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

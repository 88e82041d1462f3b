//! Black-box tests: the binary as a user meets it. One test binary, one module per promise.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on is a test that fails")]

mod again;
mod bad_connections;
mod bad_input;
mod capacity;
mod chromium;
mod cli;
mod country;
mod crowd;
mod defects;
mod docs;
mod dry_run;
mod figures;
mod help;
mod judging;
mod load_shapes;
mod neighbours;
mod newcomer;
mod pages;
mod peer_faults;
mod people;
mod plans;
mod portal_gone;
mod provinces;
mod queries;
mod quick_look;
mod recording;
mod same_day;
mod sent_twice;
mod several_provinces;
mod signals;
mod stand_in;
mod stored_portal;
mod support;
mod targets;
mod variants;
mod visits;

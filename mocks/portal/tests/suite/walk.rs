//! Eight people walk at random through everything the portal offers, legal or not, at the same time, while the bank
//! and the post misbehave. Whatever they do in whatever order, all ledgers agree at the end.
//!
//! A seed decides what each of them does next; the interleaving is that of the moment. A walk that breaks a law is
//! walked again with fewer people and fewer steps, and the smallest that still breaks one is told.

mod board;
mod chance;
mod citizens;
mod desks;
mod laws;
mod ledgers;
mod legal;
mod money;
mod person;
mod stranger;
mod town;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use mock_portal::Defect;
use tokio::runtime;

use board::Board;
use ledgers::Ledgers;
use person::Person;
use town::Town;

/// How many walks `cargo test` takes; `WALKS` in the environment asks for more.
const WALKS: u64 = 32;
/// How many times as many it takes at most until each of [`EVENTS`] has happened: what happens depends on the moment, too.
const MOST_ROUNDS: u64 = 6;
/// How many acts each person tries.
const STEPS: usize = 60;
/// How many people act.
const PEOPLE: usize = 8;
/// How many walks are under way at a time; most of each is waiting.
const THREADS: usize = 3;
/// How often a smaller walk is tried before it counts as sound: what is found depends on the moment, too.
const TRIES: usize = 3;
/// How many walks may pass before a defect has to be found.
const MOST_WALKS: u64 = 48;

/// What has to happen to some dossier in some walk; a walk that comes to nothing proves nothing.
const EVENTS: [&str; 32] = [
    "submitted",
    "accepted",
    "refused",
    "started",
    "completed",
    "stopped",
    "supplement_requested",
    "supplement_received",
    "supplement_expired",
    "withdrawal_requested",
    "withdrawal_approved",
    "withdrawal_refused",
    "apologised",
    "consulted",
    "consultation_answered",
    "bagged",
    "bag_dispatched",
    "bag_received",
    "handed_over",
    "correction_opened",
    "correction_issued",
    "rated",
    "payment_required",
    "payment_ordered",
    "payment_cancelled",
    "paid",
    "collected",
    "tax_noticed",
    "tax_paid",
    "parcel_ordered",
    "parcel_in_transit",
    "parcel_delivered",
];

/// How far everybody walks: one number of steps for each person; none leaves that person out.
#[derive(Clone, Copy)]
struct Plan {
    seed: u64,
    steps: [usize; PEOPLE],
}

impl fmt::Display for Plan {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let people =
            ["citizen 1", "citizen 2", "clerk 1", "clerk 2", "cashier", "post clerk", "payer", "registrar+stranger"];
        write!(formatter, "seed {}", self.seed)?;
        for (name, steps) in people.iter().zip(self.steps).filter(|(_, steps)| *steps > 0) {
            write!(formatter, ", {name}: {steps}")?;
        }
        Ok(())
    }
}

/// What a walk came to.
struct Outcome {
    /// Every law that was broken.
    broken: Vec<String>,
    /// What happened to dossiers, and how often.
    events: BTreeMap<String, usize>,
}

/// Walks once.
fn walk(plan: Plan, defects: &[Defect]) -> Outcome {
    let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let town = Town::new(plan.seed, defects).await;
        let board = RefCell::new(Board::default());
        {
            let fees = [("1.000001", 8_000), ("1.000002", 120_000), ("1.000003", 0), (town::COUNTER_ONLY, 0)];
            board.borrow_mut().tariffs = fees.into_iter().map(|(code, fee)| ((code.to_owned(), 1), fee)).collect();
        }
        let person = |number| Person::new(&town, &board, plan.seed, number);
        let steps = plan.steps;
        tokio::join!(
            citizens::citizen(person(0), "003099000001", steps[0]),
            citizens::citizen(person(1), "003099000002", steps[1]),
            desks::clerk(person(2), "desk-1", "H99.01", steps[2]),
            desks::clerk(person(3), "desk-2", "H99.02", steps[3]),
            desks::clerk(person(4), "cashier-1", "H99.01", steps[4]),
            desks::post_clerk(person(5), steps[5]),
            citizens::payer(person(6), steps[6]),
            desks::registrar(person(7), steps[7]),
            stranger::stranger(person(8), steps[7]),
        );
        let ledgers = Ledgers::read(&town).await;
        let mut events = BTreeMap::new();
        for event in &ledgers.events {
            *events.entry(event["event"].as_str().unwrap().to_owned()).or_default() += 1;
        }
        Outcome { broken: laws::broken(&ledgers, &board.into_inner()), events }
    })
}

/// The smallest walk found that still breaks a law, and what it breaks.
fn shrunk(mut plan: Plan, mut broken: Vec<String>) -> (Plan, Vec<String>) {
    let mut size = usize::MAX;
    while plan.steps.iter().sum::<usize>() < size {
        size = plan.steps.iter().sum();
        let mut smaller: Vec<Plan> = vec![Plan { steps: plan.steps.map(|steps| steps / 2), ..plan }];
        for (i, _) in plan.steps.iter().enumerate().filter(|(_, steps)| **steps > 0) {
            let mut without = plan;
            without.steps[i] = 0;
            smaller.push(without);
        }
        for candidate in smaller {
            let found = (0..TRIES).map(|_| walk(candidate, &[]).broken).find(|found| !found.is_empty());
            if let Some(found) = found {
                (plan, broken) = (candidate, found);
                break;
            }
        }
    }
    (plan, broken)
}

fn whole(seed: u64) -> Plan {
    Plan { seed, steps: [STEPS; PEOPLE] }
}

#[expect(clippy::disallowed_methods, reason = "how far a test goes is told by whoever starts it")]
fn asked(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// `WALKS=1000 FIRST_WALK=32 cargo test -p mock-portal --test suite walk` walks on from where the usual walks end.
#[test]
fn whatever_eight_people_do_at_once_the_books_agree() {
    let (first, walks) = (asked("FIRST_WALK", 0), asked("WALKS", WALKS));
    let next = AtomicU64::new(first);
    let failed: Mutex<Vec<(Plan, Vec<String>)>> = Mutex::new(Vec::new());
    let seen: Mutex<BTreeMap<String, usize>> = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let unseen = || !missing(&seen.lock().unwrap()).is_empty();
                    let is_enough = match number - first {
                        taken if taken < walks => false,
                        taken => walks < WALKS || taken >= walks * MOST_ROUNDS || !unseen(),
                    };
                    if is_enough || !failed.lock().unwrap().is_empty() {
                        break;
                    }
                    let Outcome { broken, events } = walk(whole(number), &[]);
                    for (event, times) in events {
                        *seen.lock().unwrap().entry(event).or_default() += times;
                    }
                    if !broken.is_empty() {
                        failed.lock().unwrap().push((whole(number), broken));
                    }
                }
            });
        }
    });
    if let Some((plan, broken)) = failed.into_inner().unwrap().pop() {
        let (smallest, still) = shrunk(plan, broken.clone());
        panic!(
            "{plan} broke {} laws:\n{}\n\nas does {smallest}:\n{}",
            broken.len(),
            broken.join("\n"),
            still.join("\n")
        );
    }
    let seen = seen.into_inner().unwrap();
    let missing = missing(&seen);
    assert!(missing.is_empty() || walks < WALKS, "no walk has come to {missing:?}, only to {seen:?}");
}

/// What has happened in no walk yet.
fn missing(seen: &BTreeMap<String, usize>) -> Vec<&'static str> {
    EVENTS.into_iter().filter(|event| !seen.contains_key(*event)).collect()
}

/// In how many walks a defect is found, if it is.
fn found_in(defect: Defect) -> Option<(u64, String)> {
    (0..MOST_WALKS).find_map(|seed| {
        let broken = walk(whole(seed), &[defect]).broken;
        broken.first().map(|first| (seed + 1, first.clone()))
    })
}

#[test]
fn the_walk_finds_races_and_wrong_money() {
    let defects = [
        "double-insert",
        "double-capture",
        "toctou-paid",
        "toctou-key",
        "stale-check",
        "rmw-counter",
        "double-claim",
        "skim",
        "dup-callback",
        "check-after-update",
        "int32-money",
        "silent-accept",
    ];
    let missed: Vec<&str> =
        defects.into_iter().filter(|name| found_in(Defect::from_name(name).unwrap()).is_none()).collect();
    assert!(missed.is_empty(), "not found within {MOST_WALKS} walks: {missed:?}");
}

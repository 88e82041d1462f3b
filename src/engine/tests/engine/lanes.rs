//! What happens to a dossier does not depend on how many lanes there are.

use std::collections::BTreeMap;

use model::words::{Channel, Role};

use super::play::{Play, Played};
use super::portal::{Portal, number, polite, say};

/// The exchanges of each case, by what was done and what came of it, in their order.
fn by_case(played: &Played) -> BTreeMap<i64, Vec<String>> {
    let mut cases: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for row in played.rows.iter().filter(|row| row.phase != "final_read") {
        let Some(case) = row.case else { continue };
        cases.entry(case).or_default().push(format!("{} {} {} {}", row.journey, row.actor, row.operation, row.outcome));
    }
    cases
}

/// Forty people in four units, some of whom are refused, some of whom go on by chance.
fn play(channel: Channel, lanes: usize) -> Played {
    let portal =
        Portal::start(
            |asked, stream| {
                if number(asked) % 7 == 3 { say(stream, 409, "{}") } else { say(stream, 200, &polite(asked)) }
            },
        );
    let steps = "- do: submit\n- choose:\n    by_chance:\n      - { weight: 1, steps: [ { do: track } ] }\n      - { weight: 1, steps: [ { wait: 1 min to 9 min }, { do: track }, { do: track } ] }";
    let mut play = Play { channel, lanes, units: 4, clerks: 3, ..Play::of(&portal, 40, steps).every(1) };
    for (arrival, i) in play.arrivals.iter_mut().zip(0_u16..) {
        arrival.unit = i % 4;
    }
    play.length = 60;
    play.with("counter", Role::Desk, steps).run()
}

#[test]
fn two_lanes_do_for_each_dossier_what_one_does() {
    for channel in [Channel::Online, Channel::Counter] {
        let (one, two, five) = (play(channel, 1), play(channel, 2), play(channel, 5));
        assert_eq!(by_case(&one).len(), 40);
        assert_eq!(by_case(&one), by_case(&two));
        assert_eq!(by_case(&one), by_case(&five), "one lane more than there are units");
        assert_eq!(one.counted.dossiers.completed, two.counted.dossiers.completed);
    }
}

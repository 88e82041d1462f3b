//! In a closed model so many people are under way at a time; the next begins when one has ended.

use vandan_engine::LoadModel;

use super::play::{MS, Play, Played};
use super::portal::Portal;

/// So many people for 300 ms, of whom each submits and, a little later, looks.
fn play(people: usize, lanes: usize, pool: u32) -> Played {
    let portal = Portal::polite();
    let steps = "- do: submit\n- wait: 15 min\n- do: track";
    let mut play = Play { lanes, units: 2, length: 300, ..Play::of(&portal, pool, steps) };
    for (arrival, i) in play.arrivals.iter_mut().zip(0_u16..) {
        // A plan that nobody follows: everybody would come after the end.
        (arrival.unit, arrival.due) = (i % 2, 900 * MS);
    }
    play.set(|settings| settings.model = LoadModel::Closed { people }).run()
}

/// When each person was on their way, in order of their coming.
fn ways(played: &Played) -> Vec<(i64, i64)> {
    let mut ways = std::collections::BTreeMap::<i64, (i64, i64)>::new();
    for row in &played.rows {
        let Some(case) = row.case else { continue };
        let way = ways.entry(case).or_insert((row.due, row.done));
        *way = (way.0.min(row.due), way.1.max(row.done));
    }
    let mut ways: Vec<_> = ways.into_values().collect();
    ways.sort_unstable();
    ways
}

#[test]
fn as_many_are_under_way_as_are_asked_for_and_never_more() {
    for (people, lanes) in [(1, 1), (3, 1), (3, 2), (5, 2)] {
        let played = play(people, lanes, 600);
        let ways = ways(&played);
        let most =
            ways.iter().map(|(came, _)| ways.iter().filter(|(from, until)| from <= came && came < until).count()).max();
        assert_eq!(most, Some(people), "{people} people in {lanes} lanes");
        // Whoever is not among the first comes when another has ended, and not before.
        for (came, _) in &ways[people..] {
            assert!(ways.iter().any(|(_, ended)| ended <= came), "{came}: {ways:?}");
        }
        let dossiers = played.counted.dossiers;
        assert_eq!(dossiers.started, ways.len() as u64);
        assert!(dossiers.started > people as u64, "the next begins when the last has ended");
        assert_eq!((dossiers.dropped, dossiers.unfinished()), (0, 0));
        assert!(ways.iter().all(|(came, _)| *came < 300 * i64::try_from(MS).unwrap()), "nobody comes after the load");
    }
}

#[test]
fn who_is_left_when_nobody_more_can_come_ends_well() {
    let played = play(4, 1, 6);
    let dossiers = played.counted.dossiers;
    assert_eq!((dossiers.started, dossiers.dropped, dossiers.completed), (6, 0, 6));
    assert!(played.health().quiescent);
}

//! Whose connections the people of a run use, how many they may be, and how many the plan wants.

use std::time::Duration;

use mock_portal::Policy;
use model::nanoseconds;
use report::{Page, text};
use serde_json::{Value, json};

use crate::compose::Composition;
use crate::exit::Failure;
use crate::offered_load::OfferedLoad;
use crate::open_files::{self, Need};
use crate::run_file::Limits;
use crate::values::duration_text;

/// Whose connections are, as a run file or an option says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Connections {
    /// Each person has their own, as a browser has.
    PerPerson,
    /// So many of each thread, which all its people share, as behind a gateway.
    Pool(usize),
}

/// The most connections of a thread.
const MOST: usize = 1_000_000;

/// Connections of a thread to the bundled portal beside those of its people: to read dossiers back.
const READ_BACK: usize = 64;

/// The simulated time that an applicant's requests for a dossier take.
const AFTERWARDS: Duration = Duration::from_secs(86_400);

impl Connections {
    /// Reads `per_person`, or the size of a pool.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        match (text, text.replace('_', "").parse()) {
            ("per_person", _) => Ok(Self::PerPerson),
            (_, Ok(most @ 1..=MOST)) => Ok(Self::Pool(most)),
            _ => Err(format!("`{text}` is neither `per_person` nor the size of a pool, 1 to {MOST}")),
        }
    }

    /// Those of a run that needs this much, within what may be open.
    ///
    /// # Errors
    /// A run whose portal is played in this process is refused where both cannot have their connections: they could not be
    /// told apart. One against a portal outside is warned by `note`, for it may need fewer; what it lacks then is recorded
    /// and makes it invalid.
    pub(crate) fn within(
        self,
        need: Need,
        limits: &Limits,
        note: impl Fn(&str),
    ) -> Result<engine::Connections, Failure> {
        let most = match self {
            Self::PerPerson => {
                let served = if need.is_inside { Policy::USUAL.connections / need.lanes.max(1) } else { MOST };
                let most = need.affordable().unwrap_or(MOST).min(served.saturating_sub(READ_BACK)).max(1);
                return Ok(engine::Connections::Own(engine::OwnConnections { most, keep_alive: limits.keep_alive }));
            }
            Self::Pool(most) => most,
        };
        match need.lack(most) {
            Some(lack) if need.is_inside => Err(Failure::run(lack)),
            lack => {
                lack.iter().for_each(|lack| note(&format!("note: {lack}")));
                Ok(engine::Connections::Pool(most))
            }
        }
    }
}

impl std::fmt::Display for Connections {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::PerPerson => write!(out, "per_person"),
            Self::Pool(most) => write!(out, "{most}"),
        }
    }
}

/// People who have a connection open at once, at the most: an estimate. An applicant comes with their first request; each of
/// their requests keeps the connection open for `keep_alive`, and the last is sent within a simulated day. Clerks keep theirs.
pub(crate) fn wanted(composed: &Composition, offer: &OfferedLoad) -> u64 {
    let Limits { keep_alive, .. } = composed.run.limits;
    let held = |requests: f64| nanoseconds(keep_alive.mul_f64(requests.max(1.0)));
    let stay = |due: model::SimTime, requests: f64| {
        let (from, until) = (composed.timeline.wall(due), composed.timeline.wall(due + AFTERWARDS));
        (from, until.clamp(from + 1, from + held(requests).max(1)))
    };
    let dossiers = composed.arrivals.iter().map(|arrival| stay(arrival.due, offer.per_dossier()));
    let visits = composed.visits.iter().map(|visit| stay(visit.due, offer.per_visit().unwrap_or(1.0)));
    most_at_once(dossiers.chain(visits)) + composed.staff.len() as u64
}

/// The most intervals that hold one instant, each from its first to before its second.
fn most_at_once(intervals: impl Iterator<Item = (u64, u64)>) -> u64 {
    let mut ends: Vec<_> = intervals.flat_map(|(from, until)| [(from, 1), (until, -1)]).collect();
    // One that ends when another begins ends first.
    ends.sort_unstable();
    let (mut open, mut most) = (0_i64, 0);
    for (_, change) in ends {
        open += change;
        most = most.max(open);
    }
    most.unsigned_abs()
}

/// As a line of the plan.
pub(crate) fn tell(page: &mut Page, composed: &Composition, offer: &OfferedLoad) {
    let Limits { connections, keep_alive, .. } = composed.run.limits;
    page.line(
        "connections",
        &match connections {
            Connections::Pool(most) => {
                format!("a pool of {} for each thread, shared by all people", text::count(most as u64))
            }
            Connections::PerPerson => format!(
                "one per person, closed after {} without a request: about {} open in the peak second (an estimate)",
                duration_text(keep_alive.as_secs()),
                text::count(wanted(composed, offer))
            ),
        },
    );
}

/// As a section of `plan.json`.
pub(crate) fn to_json(composed: &Composition, offer: &OfferedLoad) -> Value {
    let Limits { connections, keep_alive, .. } = composed.run.limits;
    match connections {
        Connections::Pool(most) => json!({ "whose": "pool", "per_thread": most }),
        Connections::PerPerson => json!({
            "whose": "per_person",
            "keep_alive_seconds": keep_alive.as_secs_f64(),
            "open_at_peak": wanted(composed, offer),
        }),
    }
}

/// What to be warned of where people want more connections of their own than this system lets us have.
pub(crate) fn warning(composed: &Composition, offer: &OfferedLoad) -> Option<String> {
    let Connections::PerPerson = composed.run.limits.connections else { return None };
    let wanted = wanted(composed, offer);
    let need = Need { lanes: 1, addresses: 2, is_inside: true };
    let affordable = need.affordable().unwrap_or(MOST) as u64;
    (affordable < wanted).then(|| {
        format!(
            "about {} people want a connection open at once, and the limit of open files leaves {} to a run with the bundled \
             portal: who has used theirs longest ago loses it. Raise the limit (`ulimit -n {}`), or lower `limits.keep_alive`",
            text::count(wanted),
            text::count(affordable),
            open_files::files(need, wanted)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_has_a_size_and_everybody_else_their_own() {
        assert_eq!(Connections::parse("per_person"), Ok(Connections::PerPerson));
        assert_eq!(Connections::parse("1_000"), Ok(Connections::Pool(1_000)));
        for wrong in ["0", "per person", "-1", "1000001", ""] {
            assert!(Connections::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn intervals_that_overlap_are_counted_together() {
        assert_eq!(most_at_once([(0, 10), (5, 6), (6, 12), (20, 30)].into_iter()), 2);
        assert_eq!(most_at_once([(0, 10), (5, 8), (6, 12)].into_iter()), 3);
        assert_eq!(most_at_once(std::iter::empty()), 0);
    }
}

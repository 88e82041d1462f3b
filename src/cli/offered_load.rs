//! What a plan offers the portal: how many exchanges, how fast, and whether they are enough to decide the claims.
//!
//! An estimate: every journey is walked once in thought, every answer being ok. Looking into inboxes again and again and trying again after
//! refusals come on top; what does not get done before the load ends is not subtracted.

use std::collections::BTreeMap;

use engine::JourneyAssignment;
use journey::{Counts, JourneyId, Scripts};
use model::Kind;
use model::words::{Channel, Operation, ReturnMethod, Role, TrafficClass};
use report::text;
use serde_json::{Value, json};
use verdict::Gate;
use world::{Crowd, PlannedVisits};

/// Exchanges under load, and what they are measured by.
pub(crate) struct OfferedLoad {
    /// How often each operation is done.
    pub(crate) operations: Counts,
    dossiers: u64,
    wall_seconds: f64,
    peak_second: u32,
    visits: Option<OfVisits>,
    /// What part of the dossiers gates count, 0 to 1: those that come after the warm-up.
    counted: f64,
}

/// The part of visitors.
struct OfVisits {
    exchanges: u64,
    count: u64,
    peak_second: Crowd,
}

/// How long a plan takes on the wall clock, and the most dossiers that come in within a second of it.
#[derive(Clone, Copy)]
pub(crate) struct Pace {
    pub(crate) wall_seconds: f64,
    pub(crate) peak_second: u32,
}

/// `0.045/s`, `8.3/s`, `2,282/s`.
pub(crate) fn rate(per_second: f64) -> String {
    if per_second < 0.5 { format!("{per_second:.3}/s") } else { format!("{}/s", text::rate(per_second)) }
}

/// A claim, and what it takes to decide it.
pub(crate) struct GateSamples {
    pub(crate) claim: String,
    /// Samples that decide it if none violates it.
    pub(crate) needed: u64,
    /// Samples that the plan offers.
    pub(crate) offered: u64,
    operation: Option<Operation>,
}

impl OfferedLoad {
    /// What is offered by dossiers of these kinds, and by so many clerks of each role.
    pub(crate) fn of(
        kinds: &BTreeMap<Kind, u64>,
        clerks: impl Fn(Role) -> u64,
        scripts: &Scripts,
        assignment: &JourneyAssignment,
        pace: Pace,
    ) -> Self {
        let mut operations = Counts::new();
        for (kind, dossiers) in kinds {
            add(&mut operations, &of_dossier(*kind, scripts, assignment), *dossiers);
        }
        let desks = [(Role::Desk, assignment.desk), (Role::PostDesk, assignment.post_desk)];
        for (role, journey) in desks {
            // What a clerk does for no dossier in particular depends on no kind.
            if let (Some(journey), Some(kind)) = (journey, kinds.keys().next()) {
                add(&mut operations, &scripts.least(journey, *kind), clerks(role));
            }
        }
        let Pace { wall_seconds, peak_second } = pace;
        Self { operations, dossiers: kinds.values().sum(), wall_seconds, peak_second, visits: None, counted: 1.0 }
    }

    /// The same with visits to dossiers of these kinds.
    pub(crate) fn with_visits(
        mut self,
        visits: &PlannedVisits,
        kinds: &BTreeMap<Kind, u64>,
        scripts: &Scripts,
        journey: JourneyId,
    ) -> Self {
        let mut operations = Counts::new();
        for (kind, count) in kinds {
            add(&mut operations, &scripts.least(journey, *kind), *count);
        }
        add(&mut self.operations, &operations, 1);
        let (exchanges, peak_second) = (operations.values().sum(), visits.peak_second.clone());
        self.visits = Some(OfVisits { exchanges, count: visits.count, peak_second });
        self
    }

    /// The same, of which gates count only this part, 0 to 1.
    pub(crate) fn counting(self, counted: f64) -> Self {
        Self { counted, ..self }
    }

    /// All exchanges together.
    pub(crate) fn exchanges(&self) -> u64 {
        self.operations.values().sum()
    }

    /// Exchanges of one dossier, on average.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    pub(crate) fn per_dossier(&self) -> f64 {
        let of_visits = self.visits.as_ref().map_or(0, |visits| visits.exchanges);
        (self.exchanges() - of_visits) as f64 / self.dossiers.max(1) as f64
    }

    /// Exchanges of one visit, on average; none if there are no visits.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    pub(crate) fn per_visit(&self) -> Option<f64> {
        self.visits.as_ref().map(|visits| visits.exchanges as f64 / visits.count.max(1) as f64)
    }

    /// Exchanges per second of the wall clock, on average.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    pub(crate) fn mean_rate(&self) -> f64 {
        if self.wall_seconds > 0.0 { self.exchanges() as f64 / self.wall_seconds } else { 0.0 }
    }

    /// Exchanges in the second with the most arrivals, if everything else is as busy as they are.
    pub(crate) fn peak_rate(&self) -> f64 {
        let crowd = self.visits.as_ref().zip(self.per_visit()).map_or(0.0, |(visits, each)| {
            let Crowd { dossiers, visits, .. } = visits.peak_second;
            f64::from(dossiers) * self.per_dossier() + f64::from(visits) * each
        });
        self.peak_rate_of_dossiers().max(crowd)
    }

    /// The same of dossiers alone.
    pub(crate) fn peak_rate_of_dossiers(&self) -> f64 {
        f64::from(self.peak_second) * self.per_dossier()
    }

    /// What each claim needs and gets.
    pub(crate) fn gates<'g>(&self, gates: impl IntoIterator<Item = &'g Gate>) -> Vec<GateSamples> {
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "counts are positive and far below 2^53"
        )]
        let counted = |count: u64| (count as f64 * self.counted) as u64;
        let of = |operation| counted(self.operations.get(&operation).copied().unwrap_or(0));
        let offered = |gate: &Gate| match (gate.operation, gate.class) {
            (Some(operation), _) => of(operation),
            (None, TrafficClass::User) => counted(self.exchanges()),
            // Inboxes are looked into once at least; how often after that, the portal decides.
            (None, TrafficClass::Poll) => of(Operation::Inbox) + of(Operation::PostInbox),
            (None, TrafficClass::Control) => 0,
        };
        let gate = |gate: &Gate| GateSamples {
            claim: gate.claim.clone(),
            needed: gate.least_samples(),
            offered: offered(gate),
            operation: gate.operation,
        };
        gates.into_iter().map(gate).collect()
    }

    /// The offer as a section of `plan.json`; rates to a tenth.
    pub(crate) fn to_json(&self) -> Value {
        let tenth = |rate: f64| (rate * 10.0).round() / 10.0;
        let operations: serde_json::Map<_, _> =
            self.operations.iter().map(|(operation, count)| (operation.to_string(), json!(count))).collect();
        let mut json = json!({
            "basis": "estimate: every journey walked once, every answer ok; inboxes looked into again and tries after refusals come on top",
            "exchanges": self.exchanges(),
            "exchanges_per_dossier": tenth(self.per_dossier()),
            "exchanges_per_second_mean": tenth(self.mean_rate()),
            "exchanges_per_second_peak": tenth(self.peak_rate()),
            "operations": operations,
        });
        if let (Some(each), Some(fields)) = (self.per_visit(), json.as_object_mut()) {
            fields.insert("exchanges_per_visit".to_owned(), json!(tenth(each)));
        }
        json
    }
}

impl GateSamples {
    /// Whether the plan offers as many samples as it takes.
    pub(crate) fn is_enough(&self) -> bool {
        self.offered >= self.needed
    }

    /// Why the claim will hardly be decided; `None` if it can be.
    pub(crate) fn warning(&self) -> Option<String> {
        match self.operation {
            _ if self.is_enough() => None,
            Some(operation) if self.offered == 0 => {
                let claim = &self.claim;
                Some(format!("`{claim}` can never be decided: no journey of this run always does `{operation}`"))
            }
            _ => Some(format!(
                "`{}` can hardly be decided: it needs {} samples even if none violates it, the plan offers {}",
                self.claim, self.needed, self.offered
            )),
        }
    }

    /// The claim as an item of `plan.json`.
    pub(crate) fn to_json(&self) -> Value {
        json!({ "claim": self.claim, "samples_needed": self.needed, "samples_offered": self.offered })
    }
}

/// What is done for a dossier of this kind, by its applicant and by the clerks.
pub(crate) fn of_dossier(kind: Kind, scripts: &Scripts, assignment: &JourneyAssignment) -> Counts {
    let mut counts = Counts::new();
    let journey = |channel: Channel| assignment.channels.iter().find(|(known, _)| *known == channel);
    if let Some((_, journey)) = journey(kind.channel) {
        add(&mut counts, &scripts.least(*journey, kind), 1);
    }
    if let Some(desk) = assignment.desk {
        add(&mut counts, &scripts.least_for_each(desk, kind), 1);
    }
    // The post's clerks are shown results to be sent, and nothing else.
    if let Some(desk) = assignment.post_desk.filter(|_| kind.returns == ReturnMethod::Post && kind.has_result()) {
        add(&mut counts, &scripts.least_for_each(desk, kind), 1);
    }
    counts
}

fn add(counts: &mut Counts, more: &Counts, times: u64) {
    for (operation, count) in more {
        *counts.entry(*operation).or_default() += count * times;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_have_digits_after_the_point_where_they_matter() {
        assert_eq!([0.045, 8.26, 2_282.3].map(rate), ["0.045/s", "8.3/s", "2,282/s"]);
    }
}

//! One rate: which run plays it, for how long, and what came of it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use model::Fact;
use model::words::Fault;
use report::{CapacityStep, Purpose, StepStanding};
use verdict::{GateAnswer, Touches, Verdict};

use crate::args::{CapacityArgs, LoadArgs, RunArgs};
use crate::compose::Composition;
use crate::exit::{Exit, Failure};
use crate::offered_load::GateSamples;
use crate::plan;
use crate::run::Judged;

/// How many times as many samples as the fewest that decide a gate a step offers: some may violate it.
const MARGIN: f64 = 1.5;

/// How many times as long as asked for a step may be.
const LONGEST: f64 = 10.0;

/// How the steps of a search are played.
pub(crate) struct Steps {
    run: RunArgs,
    from: f64,
    /// The shortest, and how long one at the first rate must be to decide the gates.
    length: Duration,
    deciding: Duration,
}

impl Steps {
    pub(crate) fn new(args: &CapacityArgs) -> Self {
        let warm_up = args.run.plan.load.warm_up.unwrap_or(args.step_duration / 5);
        let mut run = RunArgs { quiet: true, ..args.run.clone() };
        run.plan.load.warm_up = Some(warm_up);
        Self { run, from: args.from, length: args.step_duration, deciding: args.step_duration }
    }

    /// Steps so long that every gate can be decided; `first` is the first one as it would be without.
    pub(crate) fn deciding(self, first: &Composition) -> Result<Self, Failure> {
        let (_, gates) = plan::offer(first);
        let never = gates.iter().find(|gate| gate.offered == 0).and_then(GateSamples::warning);
        if let Some(reason) = never.or_else(|| gates.is_empty().then(|| "the run has no gates".to_owned())) {
            let message =
                format!("could not search: {reason}\nthe capacity is the highest rate at which all gates hold");
            return Err(Failure::new(Exit::InvalidConfiguration, message));
        }
        #[expect(clippy::cast_precision_loss, reason = "samples are far below 2^53")]
        let lack = |needed: u64, offered: u64| MARGIN * needed as f64 / offered.max(1) as f64;
        let most = gates.iter().map(|gate| lack(gate.needed, gate.offered)).fold(1.0, f64::max);
        Ok(Self { deciding: self.length.mul_f64(most), ..self })
    }

    /// The same with their folders below this one.
    pub(crate) fn below(mut self, folder: &Path) -> Self {
        self.run.results = PathBuf::from(folder);
        self
    }

    /// How long a step at this rate lasts after its warm-up, in whole seconds.
    pub(crate) fn seconds(&self, rate: f64) -> Duration {
        let length = self.deciding.mul_f64(self.from / rate).clamp(self.length, self.length.mul_f64(LONGEST));
        Duration::from_secs_f64(length.as_secs_f64().ceil())
    }

    /// The run that plays this rate.
    pub(crate) fn args(&self, rate: f64) -> RunArgs {
        let mut run = self.run.clone();
        let rate_of = Some(world::ArrivalRate::PerSecond(rate));
        run.plan.load = LoadArgs { rate: rate_of, duration: Some(self.seconds(rate)), ..run.plan.load };
        run
    }
}

/// What came of a step.
pub(crate) fn step(purpose: Purpose, rate: f64, seconds: Duration, judged: &Judged) -> CapacityStep {
    let (standing, reasons) = standing(judged);
    let traffic = judged.summary.traffic.all.as_ref();
    let broken = judged.judgement.rules.iter().filter(|rule| rule.verdict == Verdict::Fail);
    #[expect(clippy::cast_precision_loss, reason = "exchanges are far below 2^53")]
    let share = |part: u64, whole: u64| part as f64 / whole.max(1) as f64;
    CapacityStep {
        purpose,
        rate,
        seconds: seconds.as_secs_f64(),
        standing,
        reasons,
        dossiers: judged.summary.identities().planned.unwrap_or(0),
        exchanges: traffic.map_or(0, |all| all.count),
        errors: traffic.map_or(0.0, |all| share(all.errors, all.count)),
        response_time: traffic.and_then(|all| all.response_time),
        broken_rules: broken.map(|rule| rule.id.clone()).collect(),
        folder: judged.id.clone(),
    }
}

/// How the gates of a run stand, and why they do not all hold.
///
/// A breach stands even if the generator was late: what its lateness may have spoilt was left out. A run that is invalid for
/// another reason than the generator says that the portal left people behind.
fn standing(judged: &Judged) -> (StepStanding, Vec<String>) {
    let judgement = &judged.judgement;
    let of = |answer| judgement.gates.iter().filter(move |gate| gate.verdict == answer);
    let causes = || judgement.validity.causes().iter().map(|cause| cause.text.clone()).collect::<Vec<_>>();
    let stands = !judgement.validity.touches_everything();
    if stands && of(GateAnswer::Fail).next().is_some() {
        let breached = of(GateAnswer::Fail).map(|gate| format!("`{}` is breached: {}", gate.claim, gate.observed));
        return (StepStanding::Exceeded, breached.collect());
    }
    match causes() {
        causes if !causes.is_empty() => {
            (if is_of_generator(judged) { StepStanding::GeneratorLimit } else { StepStanding::Exceeded }, causes)
        }
        _ => {
            let undecided: Vec<_> = of(GateAnswer::Undecided)
                .map(|gate| format!("`{}` is undecided: {}", gate.claim, gate.reason))
                .collect();
            (if undecided.is_empty() { StepStanding::Holds } else { StepStanding::Undecided }, undecided)
        }
    }
}

/// Whether the generator could not keep up: it was late, dropped people, lost records, or met a limit of this machine. What
/// follows from a portal that let nobody in does not count.
fn is_of_generator(Judged { judgement, summary, .. }: &Judged) -> bool {
    if [Fact::StoppedBecause, Fact::PortalGone].iter().any(|fact| judgement.run.get(*fact).is_some()) {
        return false;
    }
    let number = |fact| judgement.run.number(fact).unwrap_or(0.0);
    let is_late = judgement.validity.causes().iter().any(|cause| cause.touches == Touches::Times);
    let has_dropped =
        number(Fact::Dropped) - number(Fact::OutageDropped) > number(Fact::DroppedShareLimit) * number(Fact::Planned);
    let has_lost = number(Fact::RecorderLost) > 0.0;
    is_late
        || has_dropped
        || has_lost
        || summary.traffic.unsent.iter().any(|fault| fault.kind == Fault::LocalLimit.as_str())
}

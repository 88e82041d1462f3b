//! A journey's file: steps as the author wrote them.

use std::time::Duration;

use model::words::{
    Channel, DossierState, FeeBasis, Level, Operation, PaymentMethod, PaymentState, PlannedOutcome, ReturnMethod, Role,
};
use model::{Document, Fields, Node, Problems, one_of};
use rand::distr::Distribution;
use rand::distr::weighted::WeightedIndex;
use rand::{Rng, RngExt as _};
use rand_distr::Exp1;

/// A journey as written.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    pub(crate) file: String,
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) role: Role,
    pub(crate) steps: Vec<Step>,
}

/// One step as written.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// Do an operation; steps to take if it was refused, or ended in an error. `None`: the journey ends there.
    Do { operation: Operation, refused: Option<Vec<Step>>, error: Option<Vec<Step>>, optional: bool },
    /// Let simulated time pass.
    Wait(Pause),
    /// After this time of day, wait until offices open on the next working day.
    NotAfter(Duration),
    /// Wait for the moment at which the planned outcome is due.
    WaitForCompletion,
    /// Take the steps of the first arm that names the fact's value, else the last.
    Choose { by: Fact, arms: Vec<(&'static str, Vec<Step>)>, otherwise: Vec<Step> },
    /// Take one arm by chance, by weight.
    Chance { weights: WeightedIndex<u64>, arms: Vec<Vec<Step>> },
    /// Take the steps again and again until the condition holds afterwards, at most so many times.
    Repeat { steps: Vec<Step>, until: Until, at_most: u16 },
    /// Take the steps of another journey, here.
    Play { journey: String },
    /// Start another journey for the applicant of the same dossier, as a separate person.
    Follow { journey: String },
    /// Start another journey for each dossier that the last answer showed.
    Each { journey: String },
    /// End here, as planned.
    End,
}

/// How long to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pause {
    /// A constant.
    Exactly(Duration),
    /// Uniformly distributed between the two.
    Between(Duration, Duration),
    /// Exponentially distributed with this mean, at most ten times as long.
    About(Duration),
}

impl Pause {
    /// Its mean.
    pub(crate) fn mean(self) -> Duration {
        match self {
            Self::Exactly(pause) | Self::About(pause) => pause,
            Self::Between(least, most) => (least + most) / 2,
        }
    }
}

impl Distribution<Duration> for Pause {
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Duration {
        match *self {
            Self::Exactly(pause) => pause,
            Self::Between(least, most) => rng.random_range(least..=most),
            Self::About(mean) => mean.mul_f64(rng.sample::<f64, _>(Exp1).min(10.0)),
        }
    }
}

/// The value of [`Fact::Number`] once the portal has shown the dossier's number; until then it has none.
pub(crate) const KNOWN: &str = "known";

/// The facts that a choice can depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fact {
    Channel,
    Level,
    Payment,
    Fee,
    Return,
    PlannedOutcome,
    State,
    PaymentState,
    Number,
}

impl Fact {
    const ALL: [(&'static str, Self); 9] = [
        ("channel", Self::Channel),
        ("level", Self::Level),
        ("payment", Self::Payment),
        ("fee", Self::Fee),
        ("return", Self::Return),
        ("outcome", Self::PlannedOutcome),
        ("state", Self::State),
        ("payment_state", Self::PaymentState),
        ("number", Self::Number),
    ];

    /// The values it can have.
    fn values(self) -> Vec<&'static str> {
        match self {
            Self::Channel => Channel::ALL.iter().map(|word| word.as_str()).collect(),
            Self::Level => Level::ALL.iter().map(|word| word.as_str()).collect(),
            Self::Payment => PaymentMethod::ALL.iter().map(|word| word.as_str()).collect(),
            Self::Fee => FeeBasis::ALL.iter().map(|word| word.as_str()).collect(),
            Self::Return => ReturnMethod::ALL.iter().map(|word| word.as_str()).collect(),
            Self::PlannedOutcome => PlannedOutcome::ALL.iter().map(|word| word.as_str()).collect(),
            Self::State => DossierState::ALL.iter().map(|word| word.as_str()).collect(),
            Self::PaymentState => PaymentState::ALL.iter().map(|word| word.as_str()).collect(),
            Self::Number => vec![KNOWN],
        }
    }
}

/// The condition that ends a repetition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Until {
    /// The last operation was answered ok.
    Ok,
    /// The dossier was last seen in one of these states.
    State(Vec<DossierState>),
    /// The run is closing: no more work will come.
    Closing,
}

/// How deep steps may be nested in one file.
const DEEPEST: u8 = 16;

impl Script {
    pub(crate) fn read(file: &str, text: &str) -> Result<Self, Problems> {
        Document::parse(file, text)?.read(|fields| {
            let name = fields.text("journey");
            let title = fields.text("title");
            let role = fields.word("role", Role::ALL);
            let steps = fields.need("steps").and_then(|node| steps(&node, 0));
            Some(Self { file: file.to_owned(), name: name?, title: title?, role: role?, steps: steps? })
        })
    }
}

fn steps(node: &Node<'_>, depth: u8) -> Option<Vec<Step>> {
    if depth > DEEPEST {
        return node
            .refuse("steps are nested too deep", "put the inner ones into a journey of their own and `play` it");
    }
    let steps: Vec<_> = node.items()?.iter().map(|item| step(item, depth)).collect();
    steps.into_iter().collect()
}

/// A step is a word (`end`), or a map whose first field says what it is.
fn step(node: &Node<'_>, depth: u8) -> Option<Step> {
    if !node.is_map() {
        return match node.text()? {
            "end" => Some(Step::End),
            "wait_for_completion" => Some(Step::WaitForCompletion),
            other => node.refuse(format!("`{other}` is no step"), KNOWN_STEPS),
        };
    }
    let kind = node.entries()?.into_iter().map(|(key, _)| key).find(|key| STEP_KINDS.contains(key));
    match kind {
        Some("do") => node.fields(|fields| do_step(fields, depth)),
        Some("wait") => node.fields(|fields| fields.need("wait").and_then(|node| pause(&node)).map(Step::Wait)),
        Some("not_after") => {
            node.fields(|fields| fields.need("not_after").and_then(|node| node.parsed(time_of_day)).map(Step::NotAfter))
        }
        Some("choose") => node.fields(|fields| fields.need("choose").and_then(|node| choose(&node, depth))),
        Some("repeat") => {
            node.fields(|fields| fields.need("repeat").and_then(|node| node.fields(|fields| repeat(fields, depth))))
        }
        Some("play") => node.fields(|fields| Some(Step::Play { journey: fields.text("play")? })),
        Some("follow") => node.fields(|fields| Some(Step::Follow { journey: fields.text("follow")? })),
        Some("each") => node.fields(|fields| Some(Step::Each { journey: fields.text("each")? })),
        Some(_) | None => node.refuse("this is no step", KNOWN_STEPS),
    }
}

const STEP_KINDS: [&str; 8] = ["do", "wait", "not_after", "choose", "repeat", "play", "follow", "each"];
const KNOWN_STEPS: &str = "one of: do, wait, not_after, choose, repeat, play, follow, each, wait_for_completion, end";

fn do_step(fields: &Fields<'_>, depth: u8) -> Option<Step> {
    let operation = fields.word("do", Operation::ALL);
    let optional = fields.get("optional").map_or(Some(false), |node| match node.text()? {
        "yes" | "true" => Some(true),
        "no" | "false" => Some(false),
        other => node.refuse(format!("`{other}` is neither yes nor no"), ""),
    });
    let mut refused = None;
    let mut error = None;
    let read_refused = branch(fields, "refused", depth, &mut refused);
    let read_error = branch(fields, "error", depth, &mut error);
    read_refused?;
    read_error?;
    Some(Step::Do { operation: operation?, refused, error, optional: optional? })
}

/// Steps for an answer other than ok. `continue` means no steps; without the field the journey ends.
fn branch(fields: &Fields<'_>, name: &'static str, depth: u8, into: &mut Option<Vec<Step>>) -> Option<()> {
    let Some(node) = fields.get(name) else { return Some(()) };
    *into = if node.is_list() {
        Some(steps(&node, depth + 1)?)
    } else {
        match node.text()? {
            "continue" => Some(Vec::new()),
            "end" => None,
            other => {
                return node.refuse(format!("`{other}` is no way to go on"), "`continue`, `end`, or a list of steps");
            }
        }
    };
    Some(())
}

fn choose(node: &Node<'_>, depth: u8) -> Option<Step> {
    let is_chance = node.entries()?.iter().any(|(key, _)| *key == "by_chance");
    if is_chance {
        return node.fields(|fields| {
            let arms = fields.list("by_chance", |arm| {
                arm.fields(|fields| {
                    let weight = fields.integer("weight");
                    let steps = fields.need("steps").and_then(|node| steps(&node, depth + 1));
                    match u64::try_from(weight?) {
                        Ok(weight @ 1..=1_000_000) => Some((weight, steps?)),
                        Ok(_) | Err(_) => arm.refuse("a weight is a whole number from 1 to 1,000,000", ""),
                    }
                })
            })?;
            let (weights, arms): (Vec<u64>, Vec<_>) = arms.into_iter().unzip();
            match WeightedIndex::new(weights) {
                Ok(weights) => Some(Step::Chance { weights, arms }),
                Err(_) => node.refuse("there is nothing to choose from", ""),
            }
        });
    }
    node.fields(|fields| {
        let by = fields.need("by").and_then(|node| {
            let text = node.text()?;
            let known: Vec<_> = Fact::ALL.iter().map(|(name, _)| *name).collect();
            match Fact::ALL.iter().find(|(name, _)| *name == text) {
                Some((_, fact)) => Some(*fact),
                None => node.refuse(format!("`{text}` is no fact"), one_of(text, &known)),
            }
        })?;
        let mut arms = Vec::new();
        let mut all_read = Some(());
        for value in by.values() {
            if let Some(node) = fields.get(value) {
                match steps(&node, depth + 1) {
                    Some(steps) => arms.push((value, steps)),
                    None => all_read = None,
                }
            }
        }
        let otherwise = fields.get("otherwise").map_or(Some(Vec::new()), |node| steps(&node, depth + 1));
        all_read?;
        Some(Step::Choose { by, arms, otherwise: otherwise? })
    })
}

fn repeat(fields: &Fields<'_>, depth: u8) -> Option<Step> {
    let steps = fields.need("steps").and_then(|node| {
        let steps = steps(&node, depth + 1)?;
        if hold_an_operation(&steps) {
            return Some(steps);
        }
        node.refuse("a repetition without an operation changes nothing", "add a `do`, or leave the repetition out")
    });
    let until = fields.need("until").and_then(|node| until(&node));
    let at_most = fields.need("at_most").and_then(|node| match u16::try_from(node.integer()?) {
        Ok(times @ 1..) => Some(times),
        Ok(0) | Err(_) => node.refuse("a number of times from 1 to 65,535 is expected", ""),
    });
    Some(Step::Repeat { steps: steps?, until: until?, at_most: at_most? })
}

fn hold_an_operation(steps: &[Step]) -> bool {
    steps.iter().any(|step| match step {
        Step::Do { .. } | Step::Play { .. } => true,
        Step::Choose { arms, otherwise, .. } => {
            arms.iter().any(|(_, steps)| hold_an_operation(steps)) || hold_an_operation(otherwise)
        }
        Step::Chance { arms, .. } => arms.iter().any(|steps| hold_an_operation(steps)),
        Step::Repeat { steps, .. } => hold_an_operation(steps),
        Step::Wait(_)
        | Step::NotAfter(_)
        | Step::WaitForCompletion
        | Step::Follow { .. }
        | Step::Each { .. }
        | Step::End => false,
    })
}

/// `ok`, `closing`, or `state: [accepted, ...]`.
fn until(node: &Node<'_>) -> Option<Until> {
    if node.is_map() {
        return node.fields(|fields| fields.list("state", |node| node.word(DossierState::ALL)).map(Until::State));
    }
    match node.text()? {
        "ok" => Some(Until::Ok),
        "closing" => Some(Until::Closing),
        other => node.refuse(format!("`{other}` is no condition"), "`ok`, `closing`, or `state: [...]`"),
    }
}

/// `30 min`, `5 min to 2 h`, `about 20 min`.
fn pause(node: &Node<'_>) -> Option<Pause> {
    node.parsed(|text| {
        let problem =
            || format!("`{text}` is no time to wait (write `30 min`, `5 min to 2 h` or `about 20 min`; s, min, h, d)");
        if let Some(mean) = text.strip_prefix("about ") {
            return duration(mean).map(Pause::About).ok_or_else(problem);
        }
        if let Some((least, most)) = text.split_once(" to ") {
            return match (duration(least), duration(most)) {
                (Some(least), Some(most)) if least <= most => Ok(Pause::Between(least, most)),
                (Some(_), Some(_)) | (None, _) | (_, None) => Err(problem()),
            };
        }
        duration(text).map(Pause::Exactly).ok_or_else(problem)
    })
}

/// `14:30`, as the time since midnight.
fn time_of_day(text: &str) -> Result<Duration, String> {
    let read = text.split_once(':').and_then(|(hour, minute)| {
        let (hour, minute) = (hour.parse::<u64>().ok()?, minute.parse::<u64>().ok()?);
        (hour < 24 && minute < 60).then(|| Duration::from_secs(hour * 3_600 + minute * 60))
    });
    read.ok_or_else(|| format!("`{text}` is no time of day (write \"14:30\")"))
}

fn duration(text: &str) -> Option<Duration> {
    let (number, unit) = text.trim().split_once(' ')?;
    let seconds = match unit.trim() {
        "s" => 1,
        "min" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    let number: u32 = number.parse().ok()?;
    Some(Duration::from_secs(u64::from(number) * seconds))
}

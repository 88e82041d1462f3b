//! What recording an exchange costs: `cargo bench -p vandan-history`. See `benches/README.md`.
//!
//! Lives of dossiers, as a province's portal answers them, go through the recorder into a file: ten exchanges, nine
//! observations and twelve log lines each. Prints the processor time of the thread that writes, and what lies on disk.
#![expect(clippy::print_stdout, reason = "a benchmark says what it saw")]

use std::path::Path;
use std::time::Duration;

use model::words::{Field, Operation, Outcome, Phase, TrafficClass};
use vandan_history::{Batch, Exchange, Observed, ProgressLine, Recorder, Store};

#[path = "../measuring/processor.rs"]
#[expect(dead_code, reason = "what benchmarks share measures whole processes too")]
mod processor;
#[path = "../measuring/spread.rs"]
mod spread;

use processor::Trouble;
use spread::Spread;

/// Dossiers in a round: a million exchanges.
const DOSSIERS: u32 = 100_000;
const ROUNDS: usize = 3;
/// The steps of a dossier: what is done, in which journey, which fields and how many log lines the answer shows.
const LIFE: [(Operation, &str, &[Field], u32); 10] = {
    use Field::{
        AcceptedAt, AmountDue, AmountPaid, CompletedAt, DossierCode, DueAt, Fee, OwnerName, OwnerNumber, ParcelState,
        PaymentState, Procedure, Receipts, Reference, ReturnedAt, State, StateWord, SubmittedAt, Version,
    };
    const CASE: &[Field] = &[DossierCode, State, StateWord, AcceptedAt, DueAt, Fee, PaymentState, Version];
    const ALL: &[Field] = &[
        DossierCode,
        State,
        StateWord,
        Procedure,
        SubmittedAt,
        AcceptedAt,
        DueAt,
        CompletedAt,
        ReturnedAt,
        Fee,
        PaymentState,
        AmountDue,
        AmountPaid,
        Receipts,
        ParcelState,
        OwnerNumber,
        OwnerName,
        Reference,
        Version,
    ];
    [
        (Operation::SignIn, "citizen-online", &[], 0),
        (
            Operation::Submit,
            "citizen-online",
            &[DossierCode, State, StateWord, Procedure, SubmittedAt, Fee, Version],
            0,
        ),
        (Operation::Accept, "casework", CASE, 0),
        (Operation::Start, "casework", CASE, 0),
        (Operation::LookUp, "citizen-online", &[DossierCode, State, StateWord, DueAt], 0),
        (Operation::Complete, "casework", CASE, 0),
        (Operation::HandOver, "casework", CASE, 0),
        (Operation::Track, "owner-reads-back", ALL, 6),
        (Operation::LookUp, "owner-reads-back", &[DossierCode, State, StateWord, DueAt], 0),
        (Operation::ClerkView, "office-reads-back", ALL, 6),
    ]
};

const STATES: [&str; 6] = ["submitted", "accepted", "in_process", "completed", "returned", "returned"];
/// Dossiers that are under way together: their steps alternate.
const WAVE: u32 = 5_000;

fn main() -> Result<(), Trouble> {
    println!("{}", processor::machine()?);
    let folder = std::env::temp_dir().join(format!("vandan-recorder-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let rounds: Result<Vec<_>, _> = (0..ROUNDS).map(|round| record(&folder.join(format!("{round}.sqlite")))).collect();
    std::fs::remove_dir_all(&folder)?;
    let rounds = rounds?;
    let exchanges = f64::from(DOSSIERS) * f64::from(u32::try_from(LIFE.len())?);
    let each = Spread::of(rounds.iter().map(|round| round.used.as_secs_f64() * 1e6 / exchanges));
    let bytes = Spread::of(rounds.iter().map(|round| f64::from(round.bytes) / exchanges));
    println!("{exchanges} exchanges, {ROUNDS} rounds, median [least - most]");
    println!("writer: {each:.2} us of processor time an exchange");
    println!("file:   {bytes:.0} bytes an exchange, with its observations and log lines");
    Ok(())
}

/// What a round took.
struct Round {
    used: Duration,
    bytes: u32,
}

fn record(path: &Path) -> Result<Round, Trouble> {
    let before = others()?;
    let recorder = Recorder::start(Store::create(path)?)?;
    let mut inlet = recorder.inlet();
    for wave in (0..DOSSIERS).step_by(WAVE as usize) {
        for step in 0..LIFE.len() {
            for case in wave..wave + WAVE {
                add(inlet.batch(), case, step);
                if inlet.batch().is_full() {
                    // Waits for the writer, as no run would.
                    inlet.close();
                }
            }
        }
    }
    inlet.close();
    drop(inlet);
    let (store, loss) = recorder.finish()?;
    let written = others()?.saturating_sub(before);
    let begun = processor::used(OURS)?.own;
    store.close()?;
    let used = written + processor::used(OURS)?.own.saturating_sub(begun);
    if loss.0 > 0 {
        return Err(format!("{} records were lost", loss.0).into());
    }
    Ok(Round { used, bytes: u32::try_from(std::fs::metadata(path)?.len())? })
}

const OURS: &str = "/proc/thread-self/stat";

/// What all threads but this one have used.
fn others() -> Result<Duration, Trouble> {
    Ok(processor::used_by("self")?.own.saturating_sub(processor::used(OURS)?.own))
}

/// Records one step of a dossier.
fn add(batch: &mut Batch, case: u32, step: usize) {
    let (operation, journey, fields, lines) = LIFE[step];
    let ordinal = u64::from(case) * 10 + step as u64;
    let due = ordinal * 200_000;
    let jitter = ordinal.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 44;
    let is_read = step >= 7;
    let exchange = Exchange {
        case: Some(case + 1),
        actor: if journey == "casework" {
            batch.text(&format!("clerk:H53.{:02}/3", case % 80))
        } else {
            batch.text("citizen")
        },
        session: if step == 0 { 0 } else { case + 100 },
        journey: batch.text(journey),
        operation,
        attempt: 1,
        phase: if is_read { Phase::FinalRead } else { Phase::Load },
        lane: 0,
        due,
        sent: Some(due + 1_000 + jitter),
        first_byte: Some(due + 400_000 + 2 * jitter),
        done: due + 402_000 + 2 * jitter,
        answer: Outcome::Ok,
        status: Some(if step == 1 { 201 } else { 200 }),
        fault: None,
        bytes_sent: if step == 1 { 958 } else { 0 },
        bytes_received: 200 + 40 * u32::try_from(fields.len()).unwrap_or(0),
        bytes_decoded: None,
        reused: true,
        class: TrafficClass::User,
        delay: jitter,
        held: 0,
        reason: None,
    };
    batch.exchange(exchange, None);
    if !fields.is_empty() {
        let mut values = [None; Field::COLUMNS];
        for (slot, field) in values.iter_mut().zip(Field::ALL) {
            if fields.contains(field) {
                let text = value(*field, case, step);
                *slot = (!text.is_empty()).then(|| batch.text(&text));
            }
        }
        batch.observed(Observed { position: 0, case: Some(case + 1), values });
    }
    for position in 0..lines {
        let state = STATES[position as usize];
        let happened_at = Some(batch.text(&instant(case, position)));
        let (event, state_word) = (Some(batch.text(state)), Some(batch.text(&state.to_uppercase())));
        let state = Some(batch.text(state));
        batch.progress(ProgressLine { position, case: Some(case + 1), happened_at, event, state, state_word });
    }
}

/// What a dossier shows in a field at a step; nothing if that is not there yet.
fn value(field: Field, case: u32, step: usize) -> String {
    let state = STATES[match step {
        0..=1 => 0,
        2 => 1,
        3..=4 => 2,
        5 => 3,
        _ => 4,
    }];
    let from = |first: usize, hour: u32| if step < first { String::new() } else { instant(case, hour) };
    #[expect(clippy::wildcard_enum_match_arm, reason = "the others are numbers")]
    match field {
        Field::DossierCode => format!("H53.{:02}-210720-{case:06}", case % 80),
        Field::State => state.to_owned(),
        Field::StateWord => state.to_uppercase(),
        Field::Procedure => format!("2.{:06}", case % 90),
        Field::SubmittedAt => instant(case, 0),
        Field::AcceptedAt => from(2, 1),
        Field::DueAt => from(2, 9),
        Field::CompletedAt => from(5, 3),
        Field::ReturnedAt => from(6, 4),
        Field::PaymentState | Field::ParcelState => "none".to_owned(),
        Field::OwnerNumber => format!("072{:09}", u64::from(case) * 7_919),
        Field::OwnerName => format!("Nguyễn Thị Bích {}", case % 1_000),
        Field::Reference => format!("VD-{case:05}JAN07-020324L"),
        Field::Version => step.to_string(),
        _ => "0".to_owned(),
    }
}

fn instant(case: u32, hour: u32) -> String {
    format!("2021-07-{:02}T{:02}:{:02}:13.{:03}+07:00", 1 + case % 28, 8 + hour, case / 28 % 60, case % 1_000)
}

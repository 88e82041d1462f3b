//! Records on their way to the writer: rows side by side, their texts in one arena, so that recording an exchange
//! allocates nothing once a batch has grown to its working size.
//!
//! Nothing of a stranger's goes into a history longer than [`LONGEST_VALUE`]: [`Batch::text`] and [`Batch::signal`] cut what
//! is, with a mark. How large a batch is counts in bytes too: [`Batch::bytes`].

use std::mem::size_of;

use model::words::{AdapterProblem, Fault, Field, Operation, Outcome, Phase, TrafficClass};
use model::{Fact, LONGEST_CODE, LONGEST_VALUE, cut, cut_into, fitting};

/// Exchanges in a batch before it is handed to the recorder.
const FULL: usize = 512;
/// Bytes in a batch before it is handed to the recorder: a few times what 512 exchanges take as a rule.
const FULL_BYTES: usize = 1 << 20;
/// A batch that grew beyond this gives its memory back when it is emptied.
const KEPT_BYTES: usize = 2 * FULL_BYTES;

/// A text in the arena of a [`Batch`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Text {
    start: u32,
    end: u32,
}

/// One HTTP exchange: a row of the table `exchanges`. Instants are nanoseconds since the run began.
#[derive(Clone, Copy, Debug)]
pub struct Exchange {
    /// The planned dossier, where a single one is meant.
    pub case: Option<u32>,
    /// Who acted.
    pub actor: Text,
    /// Number of the sign-in it was done under; 0 = none.
    pub session: u32,
    /// The script it belongs to.
    pub journey: Text,
    /// What was wanted.
    pub operation: Operation,
    /// Counted from 1.
    pub attempt: u8,
    /// Part of the run.
    pub phase: Phase,
    /// Lane that sent it.
    pub lane: u8,
    /// When it was due: computed, never observed.
    pub due: u64,
    /// When the first byte was handed to the connection; `None`: nothing was sent.
    pub sent: Option<u64>,
    /// When the head of the answer was there; `None`: it never was.
    pub first_byte: Option<u64>,
    /// When it was over.
    pub done: u64,
    /// What is known of it.
    pub answer: Outcome,
    /// HTTP status; `None`: none came.
    pub status: Option<u16>,
    /// Why there is no trustworthy answer.
    pub fault: Option<Fault>,
    /// Bytes of the request's body.
    pub bytes_sent: u32,
    /// Bytes of the answer's body as it came.
    pub bytes_received: u32,
    /// Bytes of the answer's body without its content codings; `None`: none was undone.
    pub bytes_decoded: Option<u32>,
    /// Whether the connection had served before.
    pub reused: bool,
    /// Why it was made.
    pub class: TrafficClass,
    /// How late we were with it ourselves, in nanoseconds: scheduling and rate limit.
    pub delay: u64,
    /// The part of `delay` for which the rate limit held it back.
    pub held: u64,
    /// The fault in detail.
    pub reason: Option<Text>,
}

/// Something the adapter did not understand, or could not write: a row of the table `adapter_problems`. Belongs to the exchange
/// recorded last.
#[derive(Clone, Copy, Debug)]
pub struct Misread {
    /// What.
    pub problem: AdapterProblem,
    /// The field or header concerned.
    pub field: Option<Text>,
    /// What stood there.
    pub value: Option<Text>,
    /// How many dossiers of the answer it concerns.
    pub items: u32,
}

/// An answer that led elsewhere: a row of the table `redirects`. Belongs to the exchange recorded last. Nanoseconds since the
/// run began.
#[derive(Clone, Copy, Debug)]
pub struct Redirect {
    /// What was asked for, without its query.
    pub url: Text,
    /// HTTP status.
    pub status: u16,
    /// First byte sent.
    pub sent: Option<u64>,
    /// First byte received.
    pub first_byte: Option<u64>,
    /// Last byte received.
    pub done: u64,
    /// Bytes of the answer's body as it came.
    pub bytes_received: u32,
}

/// An interval in which a thread of ours stood still: a row of the table `stalls`. Nanoseconds since the run began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stall {
    /// `lane-0`, `lane-1`, ..., `coordinator`.
    pub thread: String,
    /// When it should have gone on.
    pub from: u64,
    /// When it did.
    pub until: u64,
}

/// What one answer says of one dossier: a row of the table `observations`. Belongs to the exchange recorded last.
#[derive(Clone, Copy, Debug)]
pub struct Observed {
    /// Place within the answer, from 0.
    pub position: u32,
    /// The planned dossier, recognised from what the portal showed.
    pub case: Option<u32>,
    /// The values, in the order of [`Field::ALL`]; `None`: not measured.
    pub values: [Option<Text>; Field::COLUMNS],
}

/// One line of the portal's own log of a dossier: a row of the table `progress`.
#[derive(Clone, Copy, Debug)]
pub struct ProgressLine {
    /// Order in the answer, from 0.
    pub position: u32,
    /// The planned dossier.
    pub case: Option<u32>,
    /// When, by the portal.
    pub happened_at: Option<Text>,
    /// The portal's word for what happened.
    pub event: Option<Text>,
    /// The state after it, in our words.
    pub state: Option<Text>,
    /// The state after it, in the portal's words.
    pub state_word: Option<Text>,
}

/// One procedure as the portal's catalogue shows it: a row of the table `services`.
#[derive(Clone, Copy, Debug)]
pub struct ShownService {
    /// Place in the answer, from 0.
    pub position: u32,
    /// Code of the procedure.
    pub procedure: Option<Text>,
    /// The level of service.
    pub level: Option<Text>,
    /// Whether it can be paid online, if that was understood.
    pub payable: Option<bool>,
    /// Whether the post can bring its result, if that was understood.
    pub postal: Option<bool>,
}

/// One message or act of a peer: a row of the table `signals`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signal {
    /// `bank` or `post`.
    pub peer: &'static str,
    /// One life of the peer: another after it was started again.
    pub epoch: String,
    /// Gap-free per peer and epoch, from 1.
    pub sequence: u64,
    /// Nanoseconds since the run began.
    pub at: i64,
    /// `in`, `out` or `internal`.
    pub direction: String,
    /// What kind of message or act.
    pub kind: String,
    /// Payment reference or waybill.
    pub reference: Option<String>,
    /// Number of the dossier.
    pub dossier_code: Option<String>,
    /// Whole dong.
    pub amount: Option<i64>,
    /// State of the payment or parcel after it.
    pub state: Option<String>,
    /// What was wrong with it on purpose.
    pub fault: Option<String>,
    /// HTTP status of the portal's answer.
    pub status: Option<u16>,
    /// Reply code in that answer.
    pub detail: Option<String>,
}

/// A row of an exchange with the rows that hang on it: how many observations, log lines and services follow it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub(crate) exchange: Exchange,
    pub(crate) observed: u32,
    pub(crate) progress: u32,
    pub(crate) services: u32,
    pub(crate) misread: u32,
    pub(crate) error_code: Option<Text>,
}

/// Records in order of their making.
#[derive(Debug, Default)]
pub struct Batch {
    pub(crate) arena: String,
    pub(crate) rows: Vec<Row>,
    pub(crate) observed: Vec<Observed>,
    pub(crate) progress: Vec<ProgressLine>,
    pub(crate) services: Vec<ShownService>,
    pub(crate) misread: Vec<Misread>,
    /// Each with the place of its exchange in `rows`.
    pub(crate) redirects: Vec<(usize, Redirect)>,
    pub(crate) stalls: Vec<Stall>,
    pub(crate) signals: Vec<Signal>,
    pub(crate) facts: Vec<(Fact, String)>,
    /// Bytes of texts that are not in the arena.
    strings: usize,
}

impl Batch {
    /// Keeps a text, cut to [`LONGEST_VALUE`] bytes.
    pub fn text(&mut self, text: &str) -> Text {
        let start = self.end();
        cut_into(text, LONGEST_VALUE, &mut self.arena);
        Text { start, end: self.end() }
    }

    fn end(&self) -> u32 {
        fitting(self.arena.len(), "a batch is handed over long before it holds 4 GiB of texts")
    }

    /// Adds an exchange; observations and log lines added next belong to it.
    pub fn exchange(&mut self, exchange: Exchange, error_code: Option<Text>) {
        self.rows.push(Row { exchange, observed: 0, progress: 0, services: 0, misread: 0, error_code });
    }

    fn last_row(&mut self) -> &mut Row {
        match self.rows.last_mut() {
            Some(row) => row,
            None => unreachable!("what an exchange shows is added after it"),
        }
    }

    /// Adds what the last exchange says of a dossier.
    pub fn observed(&mut self, observed: Observed) {
        self.last_row().observed += 1;
        self.observed.push(observed);
    }

    /// Adds a line of the portal's log that the last exchange shows.
    pub fn progress(&mut self, line: ProgressLine) {
        self.last_row().progress += 1;
        self.progress.push(line);
    }

    /// Adds a procedure of the catalogue that the last exchange shows.
    pub fn service(&mut self, service: ShownService) {
        self.last_row().services += 1;
        self.services.push(service);
    }

    /// Adds something of the last exchange that the adapter did not understand or could not write.
    pub fn misread(&mut self, misread: Misread) {
        self.last_row().misread += 1;
        self.misread.push(misread);
    }

    /// Adds an answer before that of the last exchange, which led to it.
    pub fn redirect(&mut self, redirect: Redirect) {
        self.redirects.push((self.rows.len().saturating_sub(1), redirect));
    }

    /// Adds an interval in which we stood still.
    pub fn stall(&mut self, stall: Stall) {
        self.strings += stall.thread.len();
        self.stalls.push(stall);
    }

    /// Adds a message or act of a peer; its texts are cut to [`LONGEST_CODE`] bytes.
    pub fn signal(&mut self, mut signal: Signal) {
        let Signal { epoch, direction, kind, reference, dossier_code, state, fault, detail, .. } = &mut signal;
        let optional = [reference, dossier_code, state, fault, detail].into_iter().filter_map(Option::as_mut);
        for text in [epoch, direction, kind].into_iter().chain(optional) {
            if text.len() > LONGEST_CODE {
                *text = cut(text, LONGEST_CODE).into_owned();
            }
            self.strings += text.len();
        }
        self.signals.push(signal);
    }

    /// Adds, or replaces, a fact of the run.
    pub fn fact(&mut self, fact: Fact, value: impl Into<String>) {
        let value = value.into();
        self.strings += value.len();
        self.facts.push((fact, value));
    }

    /// How many exchanges it holds.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// How many bytes its records take, their texts included.
    pub fn bytes(&self) -> usize {
        fn rows<T>(rows: &[T]) -> usize {
            size_of_val(rows)
        }
        self.arena.len()
            + self.strings
            + rows(&self.rows)
            + rows(&self.observed)
            + rows(&self.progress)
            + rows(&self.services)
            + rows(&self.misread)
            + rows(&self.redirects)
            + rows(&self.stalls)
            + rows(&self.signals)
            + rows(&self.facts)
    }

    /// How many bytes it holds in reserve or in use for the records of exchanges.
    fn capacity(&self) -> usize {
        self.arena.capacity()
            + self.rows.capacity() * size_of::<Row>()
            + self.observed.capacity() * size_of::<Observed>()
            + self.progress.capacity() * size_of::<ProgressLine>()
            + self.services.capacity() * size_of::<ShownService>()
            + self.misread.capacity() * size_of::<Misread>()
            + self.redirects.capacity() * size_of::<(usize, Redirect)>()
            + self.signals.capacity() * size_of::<Signal>()
    }

    /// Whether it should be handed to the recorder, by the number of its exchanges or by its size.
    pub fn is_full(&self) -> bool {
        self.len() >= FULL || self.bytes() >= FULL_BYTES
    }

    /// How many records it holds: exchanges, stalls, signals and facts.
    pub(crate) fn records(&self) -> u64 {
        (self.rows.len() + self.stalls.len() + self.signals.len() + self.facts.len()) as u64
    }

    /// Whether it holds nothing at all.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.stalls.is_empty() && self.signals.is_empty() && self.facts.is_empty()
    }

    pub(crate) fn read(&self, text: Text) -> &str {
        match self.arena.get(text.start as usize..text.end as usize) {
            Some(text) => text,
            None => unreachable!("a text is read from the batch that keeps it"),
        }
    }

    /// Empties it; its memory is kept as far as it is of the usual size.
    pub(crate) fn clear(&mut self) {
        if self.capacity() > KEPT_BYTES {
            *self = Self::default();
            return;
        }
        self.strings = 0;
        self.arena.clear();
        self.rows.clear();
        self.observed.clear();
        self.progress.clear();
        self.services.clear();
        self.misread.clear();
        self.redirects.clear();
        self.stalls.clear();
        self.signals.clear();
        self.facts.clear();
    }
}

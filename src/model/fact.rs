//! What a run says of itself: its facts, one row each in the table `run` of its history.

use crate::words::PeerName;

/// What the value of a fact is. All are written as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactKind {
    /// Any text.
    Text,
    /// A whole number.
    Integer,
    /// A number, as `0.41`.
    Number,
    /// `yes` or `no`.
    Claim,
}

impl FactKind {
    /// In words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "whole number",
            Self::Number => "number",
            Self::Claim => "`yes` or `no`",
        }
    }
}

/// Declares the facts: meaning, name and kind of each.
macro_rules! facts {
    ($($(#[doc = $meaning:literal])+ $fact:ident = $name:literal $kind:ident,)+) => {
        /// A fact of a run. Whatever is not stated is not known.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Fact { $($(#[doc = $meaning])+ $fact,)+ }

        impl Fact {
            /// Every fact, in reading order.
            pub const ALL: &'static [Self] = &[$(Self::$fact,)+];

            /// Its name in the history.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$fact => $name,)+ }
            }

            /// What its value is.
            pub const fn kind(self) -> FactKind {
                match self { $(Self::$fact => FactKind::$kind,)+ }
            }

            /// What it says.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$fact => concat!($($meaning,)+).trim(),)+ }
            }
        }
    };
}

facts! {
    /// The name of the run.
    RunId = "run_id" Text,
    /// The run file, as it was named.
    RunFile = "run_file" Text,
    /// The digest of the run file.
    RunFileDigest = "run_file_sha256" Text,
    /// The command, as it was typed.
    Command = "command" Text,
    /// What the run file calls the run.
    Title = "title" Text,
    /// The province or country.
    Province = "province" Text,
    /// The random seed.
    Seed = "seed" Text,
    /// What makes the references of the run its own.
    Salt = "salt" Text,
    /// The first 16 digits of the trace-ids of its requests. None where the adapter writes `traceparent` itself.
    TraceIdPrefix = "trace_id_prefix" Text,
    /// When the run began, in UTC.
    StartedAt = "started_at" Text,
    /// The version of vandan.
    VandanVersion = "vandan_version" Text,
    /// The folder of the results.
    Folder = "folder" Text,
    /// The addresses of the portal, separated by `, `.
    Target = "target" Text,
    /// How many requests each address of the portal got, if it has several: `http://127.0.0.1:81 120, http://127.0.0.2:81 121`.
    RequestsByTarget = "requests_by_target" Text,
    /// The versions of HTTP that were spoken with the portal, separated by `, `: `1.1`, `2`.
    Http = "http" Text,
    /// Whether the portal's certificate was not verified (`--insecure`): whoever answered may have been another.
    Insecure = "insecure" Claim,
    /// The proxy through which the portal was asked.
    Proxy = "proxy" Text,
    /// The adapter.
    Adapter = "adapter" Text,
    /// The digest of the adapter.
    AdapterDigest = "adapter_sha256" Text,
    /// How many threads generated load.
    Lanes = "lanes" Integer,
    /// Whose connections people used: `per_person`, or so many of each thread, shared by all.
    Connections = "connections" Text,
    /// The digest of the plan: equal plans have equal digests.
    PlanDigest = "plan_digest" Text,
    /// The first simulated instant.
    SimulatedFrom = "simulated_from" Text,
    /// The first simulated instant after the period.
    SimulatedUntil = "simulated_until" Text,
    /// The load shape: its phases and their rates.
    LoadShape = "load_shape" Text,
    /// How many people were under way at a time, each beginning the next journey when the last had ended: the model was closed.
    ClosedPeople = "closed_people" Integer,
    /// When the warm-up ends, in nanoseconds since the run began: gates count what is due later.
    WarmUpEndsNs = "warm_up_ends_ns" Integer,
    /// When the load ends, in nanoseconds since the run began.
    LoadEndsNs = "load_ends_ns" Integer,
    /// How late 99 % of requests may leave, in nanoseconds.
    SchedulingDelayLimitNs = "scheduling_delay_limit_ns" Integer,
    /// The share of arrivals that may be dropped, 0 to 1.
    DroppedShareLimit = "dropped_share_limit" Number,
    /// How many rules the run file requires to be decided.
    RequireRules = "require_rules" Integer,
    /// The areas of which the run file requires a rule to be decided, separated by `, `.
    RequireAreas = "require_areas" Text,
    /// The defects of the reference portal that were enabled, separated by `, `.
    Defects = "defects" Text,
    /// The API variants of the reference portal that were enabled, separated by `, `.
    Variants = "variants" Text,
    /// The environment faults that were injected, separated by `, `.
    Noise = "noise" Text,
    /// The cut-off hour, as `15:00`: a same-day dossier that is received later is due on the next working day.
    ReceiptCutoff = "receipt_cutoff" Text,
    /// The form of dossier codes that the adapter declares, as a regular expression.
    DossierCodePattern = "dossier_code_pattern" Text,
    /// Planned dossiers.
    Planned = "planned" Integer,
    /// Dossiers whose applicant was admitted.
    Started = "started" Integer,
    /// Dossiers whose applicant was not admitted.
    Dropped = "dropped" Integer,
    /// Dossiers whose journey ended as written.
    Completed = "completed" Integer,
    /// Dossiers whose journey ended because an answer left no way on.
    Failed = "failed" Integer,
    /// Dossiers whose journey had not ended.
    Unfinished = "unfinished" Integer,
    /// Planned visits.
    VisitsPlanned = "visits_planned" Integer,
    /// Visits that were admitted.
    VisitsStarted = "visits_started" Integer,
    /// Visits that were not admitted.
    VisitsDropped = "visits_dropped" Integer,
    /// Visits that ended as written.
    VisitsCompleted = "visits_completed" Integer,
    /// Visits that ended because an answer left no way on.
    VisitsFailed = "visits_failed" Integer,
    /// Visits that had not ended.
    VisitsUnfinished = "visits_unfinished" Integer,
    /// Records that did not reach the history.
    RecorderLost = "recorder_lost" Integer,
    /// Exchanges that were recorded.
    RecordedExchanges = "recorded_exchanges" Integer,
    /// Observations that were recorded.
    RecordedObservations = "recorded_observations" Integer,
    /// Lines of the portal's log that were recorded.
    RecordedProgress = "recorded_progress" Integer,
    /// Half of the requests of people left at most this late, in nanoseconds.
    SchedulingDelayP50Ns = "scheduling_delay_p50_ns" Integer,
    /// 99 % of the requests of people left at most this late, in nanoseconds.
    SchedulingDelayP99Ns = "scheduling_delay_p99_ns" Integer,
    /// How late the latest request of people left, in nanoseconds.
    SchedulingDelayMaxNs = "scheduling_delay_max_ns" Integer,
    /// 99 % of polls left at most this late, in nanoseconds.
    PollSchedulingDelayP99Ns = "poll_scheduling_delay_p99_ns" Integer,
    /// How late the latest poll left, in nanoseconds.
    PollSchedulingDelayMaxNs = "poll_scheduling_delay_max_ns" Integer,
    /// The share of the load during which the threads that generated it were busy, 0 to 1.
    CpuShare = "cpu_share" Number,
    /// Whether everything had settled before the final read, and all of it was made.
    Quiescent = "quiescent" Claim,
    /// Whether all peers had nothing pending at the end.
    PeersSettled = "peers_settled" Claim,
    /// Whether the bank had nothing pending at the end. vandan states `peers_settled` instead.
    PeerSettledBank = "peer_settled_bank" Claim,
    /// Whether the post had nothing pending at the end. vandan states `peers_settled` instead.
    PeerSettledPost = "peer_settled_post" Claim,
    /// How often the bank was started again.
    PeerRestartedBank = "peer_restarted_bank" Integer,
    /// How often the post was started again.
    PeerRestartedPost = "peer_restarted_post" Integer,
    /// How often the bank answered with something that is no ledger.
    PeerUnreadableBank = "peer_unreadable_bank" Integer,
    /// How often the post answered with something that is no ledger.
    PeerUnreadablePost = "peer_unreadable_post" Integer,
    /// How often the bank did not answer.
    PeerUnansweredBank = "peer_unanswered_bank" Integer,
    /// How often the post did not answer.
    PeerUnansweredPost = "peer_unanswered_post" Integer,
    /// Up to which signal the ledger of the bank was read.
    PeerSignalsBank = "peer_signals_bank" Integer,
    /// Up to which signal the ledger of the post was read.
    PeerSignalsPost = "peer_signals_post" Integer,
    /// How much the clocks of the peers and ours may differ, in nanoseconds (2,000,000 if it is not stated). vandan never states it.
    PeerClockToleranceNs = "peer_clock_tolerance_ns" Integer,
    /// How often a dossier was shown that this run cannot have caused.
    Strangers = "strangers" Integer,
    /// The number of the first of these dossiers.
    FirstStranger = "first_stranger" Text,
    /// Whether the run was stopped by its user.
    Aborted = "aborted" Claim,
    /// Why vandan gave the run up.
    StoppedBecause = "stopped_because" Text,
    /// Why the run ended early: the portal went away and did not come back.
    PortalGone = "portal_gone" Text,
    /// When nobody new was let in because nothing but errors came from the portal: `from-until` in nanoseconds, separated by commas; no `until` if that lasted to the end.
    Outages = "outages" Text,
    /// Dossiers that were due then and not let in; part of `dropped`.
    OutageDropped = "outage_dropped" Integer,
    /// Visits that were due then and not let in; part of `visits_dropped`.
    OutageVisitsDropped = "outage_visits_dropped" Integer,
    /// Whether the run finished.
    Finished = "finished" Claim,
}

impl Fact {
    /// Whether something is so, as the value of a [`FactKind::Claim`].
    pub const fn claim(is_so: bool) -> &'static str {
        if is_so { "yes" } else { "no" }
    }
}

/// The facts that count those who came for one purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArrivalFacts {
    /// How many were planned: started and dropped together.
    pub planned: Fact,
    /// How many were admitted: completed, failed and unfinished together.
    pub started: Fact,
    /// How many were not admitted.
    pub dropped: Fact,
    /// How many journeys ended as written.
    pub completed: Fact,
    /// How many journeys ended because an answer left no way on.
    pub failed: Fact,
    /// How many journeys had not ended.
    pub unfinished: Fact,
}

impl ArrivalFacts {
    /// Of those who came with a dossier.
    pub const DOSSIERS: Self = Self {
        planned: Fact::Planned,
        started: Fact::Started,
        dropped: Fact::Dropped,
        completed: Fact::Completed,
        failed: Fact::Failed,
        unfinished: Fact::Unfinished,
    };

    /// Of those who came only to look.
    pub const VISITS: Self = Self {
        planned: Fact::VisitsPlanned,
        started: Fact::VisitsStarted,
        dropped: Fact::VisitsDropped,
        completed: Fact::VisitsCompleted,
        failed: Fact::VisitsFailed,
        unfinished: Fact::VisitsUnfinished,
    };
}

/// The facts that say how a peer fared while its ledger was collected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerFacts {
    /// How often it was started again.
    pub restarted: Fact,
    /// How often it answered with something that is no ledger.
    pub unreadable: Fact,
    /// How often it did not answer.
    pub unanswered: Fact,
    /// Up to which signal its ledger was read.
    pub signals: Fact,
}

impl PeerFacts {
    /// Of this peer.
    pub const fn of(peer: PeerName) -> Self {
        match peer {
            PeerName::Bank => Self {
                restarted: Fact::PeerRestartedBank,
                unreadable: Fact::PeerUnreadableBank,
                unanswered: Fact::PeerUnansweredBank,
                signals: Fact::PeerSignalsBank,
            },
            PeerName::Post => Self {
                restarted: Fact::PeerRestartedPost,
                unreadable: Fact::PeerUnreadablePost,
                unanswered: Fact::PeerUnansweredPost,
                signals: Fact::PeerSignalsPost,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_fact_has_a_name_of_its_own_and_says_one_thing() {
        let names: BTreeSet<_> = Fact::ALL.iter().map(|fact| fact.name()).collect();
        assert_eq!(names.len(), Fact::ALL.len());
        assert!(Fact::ALL.iter().all(|fact| fact.meaning().ends_with('.')));
    }
}

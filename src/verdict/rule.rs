//! One rule: what it demands, on what ground, and the query that examines it.

use std::fmt;

/// Declares an enum whose variants have one spelling each.
macro_rules! spelled {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$doc])* $variant,)+ }

        impl $name {
            /// Every variant, in reading order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The one spelling.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.pad(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.as_str())
            }
        }
    };
}
pub(crate) use spelled;

spelled! {
    /// How binding a rule is.
    Level {
        /// Broken means failed.
        Must = "MUST",
        /// Broken means a warning.
        Should = "SHOULD",
    }
}

spelled! {
    /// How far a rule has been proved.
    Maturity {
        /// Not proved yet. Its verdicts count all the same.
        Draft = "draft",
        /// Broken by its defect on hand-written histories.
        Candidate = "candidate",
        /// Broken by its defect, and silent on clean, legal-variant and noisy portals.
        Stable = "stable",
    }
}

spelled! {
    /// Where a rule takes its expectation from.
    Oracle {
        /// One exchange says it all.
        SingleExchange = "single_exchange",
        /// Two forms of one request must mean the same.
        MetamorphicPair = "metamorphic_pair",
        /// What one actor may not see of another.
        CrossActor = "cross_actor",
        /// What is read when everything has settled.
        ReadBack = "read_back",
        /// The order of everything that happened to a dossier.
        History = "history",
        /// The books of a peer we play.
        SecondLedger = "second_ledger",
        /// The working calendar.
        Calendar = "calendar",
        /// A share or a quantile of many.
        Statistical = "statistical",
    }
}

spelled! {
    /// Why a rule can stay without a verdict.
    Doubt {
        /// There was nothing to examine.
        Vacuous = "vacuous",
        /// Less was decided than the rule's minimum.
        TooFew = "too_few",
        /// No subject could be decided.
        Undecided = "undecided",
        /// The final reads were made while something still moved.
        NotQuiescent = "not_quiescent",
        /// The adapter lacks an operation.
        Unmapped = "unmapped",
        /// A peer is not ours, so its ledger is not known.
        PeerNotOwned = "peer_not_owned",
        /// Too many answers that may mean anything.
        UnknownOps = "unknown_ops",
        /// The search was stopped before it ended.
        Budget = "budget",
        /// The portal's clock cannot be set.
        Clock = "clock",
        /// The generator was late itself.
        SchedulingDelay = "scheduling_delay",
        /// What the rule builds on did not come about.
        Precondition = "precondition",
        /// Others used the portal meanwhile.
        Contaminated = "contaminated",
    }
}

spelled! {
    /// Whether a rule needs final reads made when nothing moved any more.
    Quiescence {
        /// Judged on any history.
        NotNeeded = "not_needed",
        /// Inconclusive unless the run states that it was quiescent.
        Required = "required",
    }
}

/// One ground on which a rule stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Basis {
    /// Law, standard, paper or code, with its article or page.
    pub source: String,
    /// What it says.
    pub text: String,
    /// Whether the source itself was read.
    pub verified: bool,
}

/// One rule, as its file states it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// `EG-SUB-001`: pack, area, number; also the name of its file.
    pub id: String,
    /// Counted up with every change of meaning.
    pub rev: u32,
    /// What is demanded, as a sentence.
    pub title: String,
    /// The same in Vietnamese.
    pub title_vi: String,
    /// How binding it is.
    pub level: Level,
    /// How far it is proved.
    pub maturity: Maturity,
    /// Where the expectation comes from.
    pub oracle: Oracle,
    /// Capabilities without which the rule does not apply.
    pub needs: Vec<String>,
    /// Capabilities with which the rule does not apply.
    pub unless: Vec<String>,
    /// Whether the final reads must have been made at rest.
    pub quiescence: Quiescence,
    /// On what grounds it is demanded; never empty.
    pub basis: Vec<Basis>,
    /// Why a portal's users suffer if it is broken.
    pub why: String,
    /// Fewer decided subjects than this are no verdict; `None`: ten, or all there are if they are fewer.
    pub minimum: Option<u64>,
    /// Why it can stay without a verdict.
    pub reasons: Vec<Doubt>,
    /// Defects that break it, `portal:truncate-name`; never empty.
    pub kills: Vec<String>,
    /// What was expected of a subject, with `{column}` in place of evidence.
    pub expected: String,
    /// What was seen instead, with `{column}` in place of evidence.
    pub observed: String,
    /// One `select`: a row is one examined subject (`subject`, `ok`, `case_id`, `exchange_id`, evidence), or several alike
    /// if there is a column `subjects`.
    pub query: String,
    /// The file it stands in, as the user knows it.
    pub file: String,
}

//! The defects: what the portal can be told to do wrong, one by one, so that the tool that tests portals
//! can show that it notices.
//!
//! Each acts at one place and changes nothing but what it says. "Every 20th" means the 1st, 2nd or 3rd
//! occasion and every 20th from there, so that a short run meets it too.

/// One thing that the portal does wrong when told to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Defect {
    /// Names are cut.
    TruncateName,
    /// Some submissions are confirmed and lost.
    AckBeforeCommit,
    /// Some submissions are stored twice.
    DoubleInsert,
    /// The number in a code has no leading zeros.
    PadLoss,
    /// Some numbers are given out twice.
    RmwCounter,
    /// Some dossiers are completed without being processed.
    Jump9,
    /// Deadlines run over weekends.
    Weekend,
    /// Unpaid dossiers are processed.
    GateOpen,
    /// A repeated callback has a second effect.
    DupCallback,
    /// Forged callbacks are believed.
    SigIgnored,
    /// Some payments are booked short.
    Skim,
    /// A result counts as returned when the post gets it.
    Early10,
    /// Refusals look like successes.
    OkEnvelope,
    /// The public look-up tells who applied.
    OpenLookUp,
    /// The public look-up crashes now and then.
    CrashLookUp,
    /// The public look-up shows another deadline.
    TzSurface,
    /// Some publications of the catalogue are confirmed and lost.
    CatalogueLostUpdate,
    /// A publication of the catalogue moves deadlines that were given.
    CatalogueMovesDeadlines,
}

impl Defect {
    /// Every defect, in the order of the rules they break.
    pub const ALL: &'static [Self] = &[
        Self::TruncateName,
        Self::AckBeforeCommit,
        Self::DoubleInsert,
        Self::PadLoss,
        Self::RmwCounter,
        Self::OpenLookUp,
        Self::CrashLookUp,
        Self::Jump9,
        Self::Weekend,
        Self::TzSurface,
        Self::GateOpen,
        Self::SigIgnored,
        Self::DupCallback,
        Self::Skim,
        Self::Early10,
        Self::OkEnvelope,
        Self::CatalogueLostUpdate,
        Self::CatalogueMovesDeadlines,
    ];

    /// The name by which it is switched on.
    pub fn name(self) -> &'static str {
        match self {
            Self::TruncateName => "truncate-name",
            Self::AckBeforeCommit => "ack-before-commit",
            Self::DoubleInsert => "double-insert",
            Self::PadLoss => "pad-loss",
            Self::RmwCounter => "rmw-counter",
            Self::Jump9 => "jump-9",
            Self::Weekend => "weekend",
            Self::GateOpen => "gate-open",
            Self::DupCallback => "dup-callback",
            Self::SigIgnored => "sig-ignored",
            Self::Skim => "skim",
            Self::Early10 => "early-10",
            Self::OkEnvelope => "ok-envelope",
            Self::OpenLookUp => "open-look-up",
            Self::CrashLookUp => "crash-look-up",
            Self::TzSurface => "tz-surface",
            Self::CatalogueLostUpdate => "catalogue-lost-update",
            Self::CatalogueMovesDeadlines => "catalogue-moves-deadlines",
        }
    }

    /// The defect with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|defect| defect.name() == name)
    }

    /// The ids of the rules that must notice it.
    pub fn breaks(self) -> &'static [&'static str] {
        match self {
            Self::TruncateName => &["EG-SUB-001"],
            Self::AckBeforeCommit | Self::DoubleInsert => &["EG-SUB-005"],
            Self::PadLoss => &["VN-COD-001"],
            Self::RmwCounter => &["EG-COD-003"],
            Self::Jump9 => &["EG-STM-001"],
            Self::Weekend => &["EG-DDL-001"],
            Self::GateOpen => &["EG-PAY-002"],
            Self::DupCallback => &["EG-PAY-005"],
            Self::SigIgnored => &["EG-PAY-003"],
            Self::Skim => &["EG-PAY-009"],
            Self::Early10 => &["VN-PST-003"],
            Self::OkEnvelope => &["EG-ERR-002"],
            Self::OpenLookUp => &["EG-COD-008"],
            Self::CrashLookUp => &["EG-OAS-002"],
            Self::TzSurface => &["EG-DDL-008"],
            Self::CatalogueLostUpdate => &["VN-CAT-001"],
            Self::CatalogueMovesDeadlines => &["VN-CAT-002"],
        }
    }

    /// One sentence: what the portal does, and where such a thing was seen.
    pub fn description(self) -> &'static str {
        match self {
            Self::TruncateName => "Every 5th applicant's full name is stored cut to 10 characters.",
            Self::AckBeforeCommit => "Every 20th submission is confirmed with 201 and a proper code, and never stored.",
            Self::DoubleInsert => {
                "Every 20th submission that is not to be paid online is stored a second time under the next number, with the same client reference."
            }
            Self::PadLoss => "The number at the end of a dossier code is written without leading zeros.",
            Self::RmwCounter => {
                "Every 15th number is the one before it again, as when two processes read a counter before either \
                 writes it (seen in the number generators of OpenCPS and of a province's portal)."
            }
            Self::Jump9 => {
                "Every 10th dossier is said to be in process but stays accepted, and is completed from there (a \
                 province's portal was seen to rewrite states to \"completed\" before reporting them)."
            }
            Self::Weekend => "Deadlines count Saturdays and Sundays as working days.",
            Self::GateOpen => "A dossier whose fee is due in advance is processed before it is paid.",
            Self::DupCallback => {
                "A genuine payment callback that comes again issues another receipt (a province's portal was seen to \
                 guard against it by a status text only)."
            }
            Self::SigIgnored => {
                "The checksum of a payment callback is not compared, so whoever calls first is believed (seen in \
                 OpenCPS, mcReceiveResult)."
            }
            Self::Skim => "Every 5th payment is booked 1,000 VND short, whatever its method.",
            Self::Early10 => {
                "A result counts as returned as soon as the post has it (a province's portal was seen to treat \
                 \"order accepted\" and \"delivered\" alike)."
            }
            Self::OkEnvelope => {
                "Refusals are answered with HTTP 200 and an error code in the body (seen in a province's one-stop \
                 backend)."
            }
            Self::CrashLookUp => {
                "The public look-up of every 15th dossier is answered with 500, as when an exception is not caught."
            }
            Self::OpenLookUp => "The public look-up adds the applicant's full name and citizen number.",
            Self::TzSurface => {
                "The public look-up shows deadlines seven hours early, as when UTC is taken for local time (OpenCPS \
                 was seen to mix the two)."
            }
            Self::CatalogueLostUpdate => {
                "Every 20th procedure that a registrar publishes is confirmed with its new version, and never stored."
            }
            Self::CatalogueMovesDeadlines => {
                "The publication of a procedure gives its open dossiers the deadline of the new legal time, though \
                 each should keep that of its day of receipt."
            }
        }
    }
}

/// The defects that are switched on.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Defects(u32);

impl Defects {
    pub(crate) fn new(defects: &[Defect]) -> Self {
        Self(defects.iter().fold(0, |set, defect| set | Self::bit(*defect)))
    }

    /// Whether the defect is on.
    pub(crate) fn has(self, defect: Defect) -> bool {
        self.0 & Self::bit(defect) != 0
    }

    /// Whether the defect is on and `occasion`, counted from 1, is `first` or a multiple of `every` later.
    pub(crate) fn strike(self, defect: Defect, occasion: u64, first: u64, every: u64) -> bool {
        self.has(defect) && occasion % every == first
    }

    fn bit(defect: Defect) -> u32 {
        1 << (defect as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_to_their_defects() {
        for defect in Defect::ALL {
            assert_eq!(Defect::from_name(defect.name()), Some(*defect));
        }
        assert_eq!(Defect::from_name("no-such-defect"), None);
    }

    #[test]
    fn every_defect_is_listed_once_and_breaks_a_rule_in_one_sentence() {
        let mut names: Vec<_> = Defect::ALL.iter().map(|defect| defect.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Defect::ALL.len());
        for defect in Defect::ALL {
            assert!(!defect.breaks().is_empty());
            assert!(defect.description().ends_with('.'), "{}", defect.description());
        }
    }

    #[test]
    fn only_what_is_on_strikes() {
        let on = Defects::new(&[Defect::Skim]);
        let struck: Vec<u64> = (1..=12).filter(|n| on.strike(Defect::Skim, *n, 1, 5)).collect();
        assert_eq!(struck, [1, 6, 11]);
        assert!((1..=12).all(|n| !Defects::default().strike(Defect::Skim, n, 1, 5)));
        assert!(!on.has(Defect::Weekend));
    }
}

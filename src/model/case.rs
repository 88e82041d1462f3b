//! One planned dossier, and the formula that gives it.

use std::fmt;

use crate::words::{ApplicantKind, Channel, FeeBasis, Level, PaymentMethod, PlannedOutcome, ReturnMethod};
use crate::{SimTime, Vnd};

/// The number of a planned dossier within its run, counted from 0 in no particular order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CaseId(pub u32);

impl fmt::Display for CaseId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

/// One synthetic dossier as planned: the truth the judge knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Its number in this run.
    pub id: CaseId,
    /// Code of the unit that decides.
    pub unit: String,
    /// Level of government of that unit.
    pub level: Level,
    /// Code of the procedure.
    pub procedure: String,
    /// Legal time of the procedure, in working days.
    pub legal_days: u16,
    /// The way it comes in.
    pub channel: Channel,
    /// What is to be paid.
    pub fee: Vnd,
    /// What that is reckoned by.
    pub fee_basis: FeeBasis,
    /// How it is paid.
    pub payment: PaymentMethod,
    /// How the result is returned.
    pub returns: ReturnMethod,
    /// What becomes of it.
    pub outcome: PlannedOutcome,
    /// When the applicant means to submit.
    pub arrival: SimTime,
    /// A marking of the province's own (for example `land`), empty if none; figures may count by it.
    pub tag: String,
    /// Who applies.
    pub applicant: Applicant,
    /// The applicant's own reference: unique in the run, carries the person's number so that it can be recognised.
    pub reference: String,
}

/// Who applies: never a real person (the century digit of the number is 8 or 9, unless a run asks for realistic ones).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applicant {
    /// Whether a citizen applies, or an organisation through its legal representative.
    pub kind: ApplicantKind,
    /// Family, middle and given name in Vietnamese order, NFC unless hard inputs are asked for; of an organisation, its
    /// legal representative's.
    pub full_name: String,
    /// Twelve digits; inverts to the case.
    pub citizen_number: String,
    /// Date of birth, as `1985-04-23`.
    pub birth_date: String,
    /// Name of the organisation; empty for citizens.
    pub organisation: String,
    /// Ten digits, or ten and three for a branch; inverts to the case; empty for citizens.
    pub tax_code: String,
    /// A number that is not assigned.
    pub phone: String,
    /// An address under a reserved domain.
    pub email: String,
    /// The network address of the person's device, of a network for documentation.
    pub network_address: String,
    /// Where results are sent.
    pub address: String,
}

/// Everybody in a run, as a formula: any planned dossier in constant time, and back again from what a portal shows.
///
/// ```
/// # use vandan_model::{Case, CaseId, Applicants};
/// fn expected_name(people: &dyn Applicants, shown_number: &str) -> Option<String> {
///     people.recognise(shown_number).map(|case| people.case(case).applicant.full_name)
/// }
/// # let _ = expected_name;
/// ```
pub trait Applicants: Send + Sync {
    /// How many dossiers are planned; their ids are `0..count`.
    fn count(&self) -> u32;

    /// The planned dossier with this id. Ids outside `0..count` give an unspecified case, never a panic.
    fn case(&self, id: CaseId) -> Case;

    /// The case whose citizen number, tax code or reference this is; `None` if it is nobody of this run.
    fn recognise(&self, mark: &str) -> Option<CaseId>;

    /// Whether this reference is of a dossier that another run sent; never, where references do not tell runs apart.
    fn is_of_another_run(&self, reference: &str) -> bool {
        let _ = reference;
        false
    }
}

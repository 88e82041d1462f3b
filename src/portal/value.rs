//! What a request may be filled with: typed references such as `${applicant.full_name}`, resolved when the adapter is
//! loaded, written without looking anything up by name.

use model::words::{ApplicantKind, Channel, FeeBasis, Field, PaymentMethod, ReturnMethod};
use model::{Case, Offer, Staff};

use crate::clock::{ClockFacts, TimeFormat};

/// Everything a request may speak of.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The planned dossier.
    pub case: Option<&'a Case>,
    /// What the actor remembers of it.
    pub memory: &'a Memory,
    /// What the sign-in gave.
    pub session: &'a Session,
    /// The clerk who acts.
    pub staff: Option<&'a Staff>,
    /// The simulated clock, for telling the portal the time.
    pub clock: Option<ClockFacts>,
    /// How a procedure is to be offered, for publishing it.
    pub offer: Option<&'a Offer>,
}

/// What an actor remembers of a dossier from the portal's answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memory(Vec<(Field, Box<str>)>);

impl Memory {
    /// What was shown last for this field.
    pub fn get(&self, field: Field) -> Option<&str> {
        self.0.iter().find(|(known, _)| *known == field).map(|(_, value)| value.as_ref())
    }

    /// Remembers what is shown now.
    pub fn set(&mut self, field: Field, value: &str) {
        match self.0.iter_mut().find(|(known, _)| *known == field) {
            Some((_, old)) if **old == *value => {}
            Some((_, old)) => *old = value.into(),
            None => self.0.push((field, value.into())),
        }
    }
}

/// What a sign-in gave, to be shown with later requests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Session {
    /// Number of the sign-in in its lane; 0 = not signed in.
    pub number: u32,
    /// Values in the order of the adapter's names.
    values: Vec<Option<Box<str>>>,
}

impl Session {
    /// Keeps a value under its index.
    pub fn keep(&mut self, index: usize, value: &str) {
        if self.values.len() <= index {
            self.values.resize(index + 1, None);
        }
        if let Some(slot) = self.values.get_mut(index) {
            *slot = Some(value.into());
        }
    }

    fn get(&self, index: usize) -> Option<&str> {
        self.values.get(index)?.as_deref()
    }
}

/// A request needs a value that is not known, or does not fit into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unwritable {
    /// The reference as written in the adapter, the header, or what else of the request it is.
    pub reference: String,
    /// Why not: what stands there, if anything is known.
    pub value: Option<String>,
}

impl Unwritable {
    /// Nothing is known for this reference.
    pub fn not_known(reference: impl Into<String>) -> Self {
        Self { reference: reference.into(), value: None }
    }

    /// What is known does not fit; of the value so much is said as a message holds.
    pub fn does_not_fit(reference: impl Into<String>, value: &str) -> Self {
        Self { reference: reference.into(), value: Some(model::cut(value, LONGEST_SAID).into_owned()) }
    }
}

/// The most of a value that does not fit that is said, in bytes.
const LONGEST_SAID: usize = 160;

impl std::fmt::Display for Unwritable {
    /// `dossier.code is not known`, `dossier.code does not fit: "..."`.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.value.as_deref() {
            None => write!(out, "{} is not known", self.reference),
            Some("") => write!(out, "{} does not fit", self.reference),
            Some(value) => write!(out, "{} does not fit: {value}", self.reference),
        }
    }
}

/// A typed reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Value {
    source: Source,
    /// Only the last so many characters.
    last: Option<usize>,
    /// The portal's words for ours; empty: ours are used.
    words: Vec<(&'static str, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    Kind,
    FullName,
    CitizenNumber,
    BirthDate,
    Organisation,
    TaxCode,
    NetworkAddress,
    Phone,
    Email,
    Address,
    Reference,
    Unit,
    Procedure,
    Channel,
    Payment,
    Return,
    Fee,
    AssessedFee,
    Seen(Field),
    Session(usize),
    StaffName,
    StaffPassword,
    StaffUnit,
    ClockNow,
    ClockSpeed,
    ClockUntil,
    OfferProcedure,
    OfferLevel,
    OfferPayable,
    OfferPostal,
}

impl Source {
    /// Whether it is a number or an instant.
    fn is_reckoned(self) -> bool {
        matches!(
            self,
            Self::Fee
                | Self::AssessedFee
                | Self::ClockNow
                | Self::ClockSpeed
                | Self::ClockUntil
                | Self::OfferLevel
                | Self::OfferPayable
                | Self::OfferPostal
        )
    }
}

/// The fixed references, with their spelling.
const SOURCES: &[(&str, Source)] = &[
    ("applicant.kind", Source::Kind),
    ("applicant.full_name", Source::FullName),
    ("applicant.citizen_number", Source::CitizenNumber),
    ("applicant.birth_date", Source::BirthDate),
    ("applicant.organisation", Source::Organisation),
    ("applicant.tax_code", Source::TaxCode),
    ("applicant.network_address", Source::NetworkAddress),
    ("applicant.phone", Source::Phone),
    ("applicant.email", Source::Email),
    ("applicant.address", Source::Address),
    ("case.reference", Source::Reference),
    ("case.unit", Source::Unit),
    ("case.procedure", Source::Procedure),
    ("case.channel", Source::Channel),
    ("case.payment", Source::Payment),
    ("case.return", Source::Return),
    ("case.fee", Source::Fee),
    ("case.assessed_fee", Source::AssessedFee),
    ("clerk.name", Source::StaffName),
    ("clerk.password", Source::StaffPassword),
    ("clerk.unit", Source::StaffUnit),
    ("clock.now", Source::ClockNow),
    ("clock.speed", Source::ClockSpeed),
    ("clock.until", Source::ClockUntil),
    ("offer.procedure", Source::OfferProcedure),
    ("offer.level", Source::OfferLevel),
    ("offer.payable", Source::OfferPayable),
    ("offer.postal", Source::OfferPostal),
];

/// The adapter's own words for the values of a closed vocabulary, by reference.
pub(crate) type WordMaps = Vec<(&'static str, Vec<(&'static str, String)>)>;

/// The references whose words an adapter may translate, with our words.
pub(crate) fn translatable() -> [(&'static str, Vec<&'static str>); 6] {
    [
        ("applicant.kind", ApplicantKind::ALL.iter().map(|word| word.as_str()).collect()),
        ("case.channel", Channel::ALL.iter().map(|word| word.as_str()).collect()),
        ("case.payment", PaymentMethod::ALL.iter().map(|word| word.as_str()).collect()),
        ("case.return", ReturnMethod::ALL.iter().map(|word| word.as_str()).collect()),
        ("offer.payable", vec!["true", "false"]),
        ("offer.postal", vec!["true", "false"]),
    ]
}

/// Our word for a truth value, which is JSON's too.
const fn truth(is_so: bool) -> &'static str {
    if is_so { "true" } else { "false" }
}

impl Value {
    /// Reads `applicant.citizen_number|last:6`, `dossier.payment_url`, `session.token`, ...
    pub(crate) fn parse(text: &str, session_names: &[String], words: &WordMaps) -> Result<Self, String> {
        let (name, filter) = text.split_once('|').map_or((text, None), |(name, filter)| (name, Some(filter)));
        let name = name.trim();
        let last = match filter.map(|filter| filter.trim().strip_prefix("last:").map(str::parse)) {
            None => None,
            Some(Some(Ok(count))) => Some(count),
            Some(_) => return Err(format!("`{text}` has an unknown filter (known: `last:N`)")),
        };
        let source = Self::source(name, session_names)?;
        if last.is_some() && source.is_reckoned() {
            return Err(format!("`{name}` is no text that could be cut"));
        }
        let words = words.iter().find(|(reference, _)| *reference == name).map(|(_, words)| words.clone());
        Ok(Self { source, last, words: words.unwrap_or_default() })
    }

    fn source(name: &str, session_names: &[String]) -> Result<Source, String> {
        if let Some((_, source)) = SOURCES.iter().find(|(known, _)| *known == name) {
            return Ok(*source);
        }
        if let Some(field) = name.strip_prefix("dossier.") {
            let field = if field == "code" { "dossier_code" } else { field };
            return Field::parse(field).map(Source::Seen).ok_or_else(|| {
                let known: Vec<_> = Field::ALL.iter().map(|field| field.as_str()).collect();
                format!("`{name}` is nothing a portal shows (known: {})", known.join(", "))
            });
        }
        if let Some(kept) = name.strip_prefix("session.") {
            return session_names.iter().position(|known| known == kept).map(Source::Session).ok_or_else(|| {
                match session_names {
                    [] => format!("`{name}` is kept by no operation (none keeps anything: write `keep`)"),
                    [..] => format!("`{name}` is kept by no operation (kept: {})", session_names.join(", ")),
                }
            });
        }
        let known: Vec<_> = SOURCES.iter().map(|(known, _)| *known).collect();
        Err(format!("`{name}` is not known (known: {}, dossier.*, session.*)", known.join(", ")))
    }

    /// Whether the value is a JSON number, a truth value, or null, rather than a text.
    pub(crate) fn is_bare(&self) -> bool {
        match self.source {
            Source::Fee
            | Source::AssessedFee
            | Source::ClockSpeed
            | Source::OfferLevel
            | Source::OfferPayable
            | Source::OfferPostal => true,
            Source::Seen(field) => {
                matches!(field, Field::Fee | Field::AmountDue | Field::AmountPaid | Field::Version | Field::Receipts)
            }
            Source::Kind
            | Source::FullName
            | Source::CitizenNumber
            | Source::BirthDate
            | Source::Organisation
            | Source::TaxCode
            | Source::NetworkAddress
            | Source::Phone
            | Source::Email
            | Source::Address
            | Source::Reference
            | Source::Unit
            | Source::Procedure
            | Source::Channel
            | Source::Payment
            | Source::Return
            | Source::Session(_)
            | Source::StaffName
            | Source::StaffPassword
            | Source::StaffUnit
            | Source::ClockNow
            | Source::ClockUntil
            | Source::OfferProcedure => false,
        }
    }

    /// Gives the value's text to `write`.
    pub(crate) fn with<R>(&self, context: &Context<'_>, time: TimeFormat, write: impl FnOnce(&str) -> R) -> Option<R> {
        let case = context.case;
        let text = match self.source {
            Source::Kind => self.translated(case?.applicant.kind.as_str()),
            Source::FullName => case?.applicant.full_name.as_str(),
            Source::CitizenNumber => case?.applicant.citizen_number.as_str(),
            Source::BirthDate => case?.applicant.birth_date.as_str(),
            Source::Organisation => case?.applicant.organisation.as_str(),
            Source::TaxCode => case?.applicant.tax_code.as_str(),
            Source::NetworkAddress => case?.applicant.network_address.as_str(),
            Source::Phone => case?.applicant.phone.as_str(),
            Source::Email => case?.applicant.email.as_str(),
            Source::Address => case?.applicant.address.as_str(),
            Source::Reference => case?.reference.as_str(),
            Source::Unit => case?.unit.as_str(),
            Source::Procedure => case?.procedure.as_str(),
            Source::Channel => self.translated(case?.channel.as_str()),
            Source::Payment => self.translated(case?.payment.as_str()),
            Source::Return => self.translated(case?.returns.as_str()),
            Source::Fee => return Some(write(&case?.fee.0.to_string())),
            Source::AssessedFee => return Some(Self::assessed(case?, write)),
            Source::Seen(field) => context.memory.get(field)?,
            Source::Session(index) => context.session.get(index)?,
            Source::StaffName => context.staff?.name.as_str(),
            Source::StaffPassword => context.staff?.password.as_str(),
            Source::StaffUnit => context.staff?.unit_code.as_str(),
            Source::ClockNow => return Some(write(&time.write(context.clock?.now))),
            Source::ClockUntil => return Some(write(&time.write(context.clock?.until))),
            Source::ClockSpeed => return Some(write(&format!("{:.3}", context.clock?.speed))),
            Source::OfferProcedure => context.offer?.procedure.as_str(),
            Source::OfferLevel => return Some(write(&context.offer?.level.to_string())),
            Source::OfferPayable => self.translated(truth(context.offer?.payable)),
            Source::OfferPostal => self.translated(truth(context.offer?.postal)),
        };
        // What was too long to be kept is not cut once more: it must be seen that it is not whole.
        Some(write(if model::is_cut(text) { text } else { self.cut(text) }))
    }

    /// What the office assesses when it accepts; otherwise the tariff stands.
    fn assessed<R>(case: &Case, write: impl FnOnce(&str) -> R) -> R {
        match case.fee_basis {
            FeeBasis::Assessed => write(&case.fee.0.to_string()),
            FeeBasis::Tariff => write("null"),
        }
    }

    fn translated<'a>(&'a self, ours: &'a str) -> &'a str {
        self.words.iter().find(|(word, _)| *word == ours).map_or(ours, |(_, theirs)| theirs.as_str())
    }

    fn cut<'a>(&self, text: &'a str) -> &'a str {
        let Some(last) = self.last else { return text };
        let skipped = text.chars().count().saturating_sub(last);
        text.char_indices().nth(skipped).and_then(|(start, _)| text.get(start..)).unwrap_or_default()
    }
}

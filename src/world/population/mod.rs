//! Everybody in a run, as a formula: nothing is stored per person.
//!
//! ```text
//! case number --keyed bijection--> rank --integer table--> cell, person --> every field
//!      ^                                                                      |
//!      +------ citizen number, tax code, reference: recognised in constant time
//! ```
//!
//! [`Population`] knows the cells of a province and a seed. The same seed gives the same people on any machine. Each
//! field draws from a stream of its own name, so a new field changes no other. A person's number
//! ([`Identity::person`]) does not depend on the scale: a smaller run has the same people, with the same dossiers, only
//! fewer. The case number does: it is the person's place in the run.
//!
//! [`Population::identity`] and [`Population::render`] do not allocate. [`Applicants::case`] is built on them.

mod alias_table;
mod amounts;
mod birthday;
mod clerks;
mod contacts;
mod edge_cases;
mod guard;
mod layout;
mod letters;
mod name_tables;
mod names;
mod numbers;
mod organisations;
mod pieces;
mod rendered;
mod tax_codes;
mod text;
mod turn;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use model::words::{ApplicantKind, FeeBasis, PaymentMethod};
use model::{Applicant, Applicants, Case, CaseId, Permutation, Seed, SimTime, Stream, Vnd, fitting};
use rand::RngExt as _;

pub use birthday::Birthday;
pub use clerks::{Clerk, ClerkRole, clerks};
pub use edge_cases::{EdgeCaseShares, EdgeCaseSharesSyntax};
pub use guard::{Exposed, exposed};
pub use layout::{Scale, ScaleOutOfRange, TooManyPeople};
pub use numbers::{Realism, Sex};
pub use pieces::in_order;
pub use rendered::Rendered;
pub(crate) use turn::{Turn, year};

use crate::arrivals::ArrivalTimes;
use crate::arrivals::arrival::Arrival;
use crate::province::{Cell, Ethnicity, Province};
use alias_table::AliasTable;
use amounts::Amounts;
use contacts::Contacts;
use layout::{Layout, Slot};
use names::{Name, Names};
use numbers::{CitizenNumbers, References};
use organisations::Organisations;
use rendered::Text;
use tax_codes::TaxCodes;

/// The people of a province and their dossiers.
#[derive(Clone, Debug)]
pub struct Population {
    province: Arc<Province>,
    seed: Seed,
    /// Its place among the populations of one run.
    turn: Turn,
    layout: Layout,
    /// From case numbers to ranks.
    order: Permutation,
    /// Computed once for each cell of the province, in order.
    shares: Vec<Share>,
    numbers: CitizenNumbers,
    tax_codes: TaxCodes,
    references: References,
    contacts: Contacts,
    amounts: Amounts,
    arrival_times: ArrivalTimes,
    names: Names,
    hard: edge_cases::Choice,
    organisations: Organisations,
    ethnicities: AliasTable,
    places: AliasTable,
    /// `, Xã Noong Hẹt, huyện Điện Biên, tỉnh Điện Biên`: what follows the house, for each place.
    address_ends: Vec<String>,
    streams: Streams,
}

/// What all people of a cell have in common.
#[derive(Clone, Copy, Debug)]
struct Share {
    /// How many of a hundred are organisations.
    organisations: u8,
    /// What they pay, unless their amount is drawn.
    fee: Vnd,
}

/// The random streams of the fields.
#[derive(Clone, Copy, Debug)]
struct Streams {
    /// People, birthday, place and house.
    home: Stream,
    organisation: Stream,
}

/// One dossier and its applicant as numbers: everything about them that is not text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Number of the dossier in this run.
    pub case: CaseId,
    /// Number of the person: the same at every scale.
    pub person: u64,
    /// The dossier's cell, by its position in [`Province::cells`].
    pub cell: u32,
    /// Who applies.
    pub kind: ApplicantKind,
    /// The sex that the citizen number states.
    pub sex: Sex,
    /// When the person was born.
    pub born: Birthday,
    /// The citizen number as a number of twelve digits.
    pub citizen_number: u64,
    /// What is to be paid.
    pub fee: Vnd,
    /// Where the amount comes from.
    pub fee_basis: FeeBasis,
    /// When the applicant means to submit.
    pub arrival: SimTime,
    name: Name,
    place: u32,
    house: u16,
}

/// Why a permuted rank is a case and the reverse.
const RANKS: &str = "a permutation stays within the 32 bits of a case number";

/// House numbers run from 1 to this.
const HOUSES: u16 = 300;

impl Population {
    /// The people that belong to this seed. At a smaller scale every cell shrinks in proportion (Webster), and those
    /// who remain are the same people.
    ///
    /// # Errors
    /// [`TooManyPeople`] if the scale asks for more than the citizen numbers of a province can tell apart.
    pub fn new(province: Arc<Province>, seed: Seed, scale: Scale) -> Result<Self, TooManyPeople> {
        let turn = Turn::alone(&province);
        Self::in_turn(province, seed, scale, turn)
    }

    /// The people of this seed whose turn it is: no two turns share a person.
    pub(crate) fn in_turn(
        province: Arc<Province>,
        seed: Seed,
        scale: Scale,
        turn: Turn,
    ) -> Result<Self, TooManyPeople> {
        let weights: Vec<_> = province.cells().iter().map(|cell| cell.count).collect();
        let layout = Layout::new(&weights, scale, CitizenNumbers::LIMIT / turn.of)?;
        let shares = shares(&province);
        let territory = province.territory();
        let kind = if territory.starts_with("thành phố ") { "" } else { "tỉnh " };
        let address_end = |place: &crate::Place| format!(", {}, {kind}{territory}", place.name);
        Ok(Self {
            seed,
            turn,
            order: Permutation::new(seed.stream("order"), u64::from(layout.count())),
            layout,
            shares,
            numbers: numbers(&province, Realism::Impossible, seed, turn),
            tax_codes: TaxCodes::new(seed),
            references: References::new(seed),
            contacts: Contacts::new(seed),
            amounts: Amounts::new(&province, seed),
            arrival_times: ArrivalTimes::new(province.schedules(), province.cells(), seed),
            names: Names::new(seed),
            hard: edge_cases::Choice::new(EdgeCaseShares::default(), seed),
            organisations: Organisations::new(seed),
            ethnicities: AliasTable::new(province.ethnicities().iter().map(|(_, weight)| *weight)),
            places: AliasTable::new(province.places().iter().map(|place| place.weight)),
            address_ends: province.places().iter().map(address_end).collect(),
            streams: Streams {
                home: seed.stream("people, birthday, place, house"),
                organisation: seed.stream("organisation"),
            },
            province,
        })
    }

    /// The same people, some of them with names that portals handle badly.
    #[must_use]
    pub fn with_edge_cases(mut self, inputs: EdgeCaseShares) -> Self {
        self.hard = edge_cases::Choice::new(inputs, self.seed);
        self
    }

    /// The same people with numbers of this realism.
    #[must_use]
    pub fn with_realism(mut self, realism: Realism) -> Self {
        self.numbers = numbers(&self.province, realism, self.seed, self.turn);
        self
    }

    /// The same people with the references of one run; nothing else changes.
    #[must_use]
    pub fn with_salt(mut self, salt: u64) -> Self {
        self.references.salted(salt);
        self
    }

    /// The case whose citizen number, tax code or reference this is, the reference in whichever run of this seed.
    pub fn recognise_in_any_run(&self, mark: &str) -> Option<CaseId> {
        let in_its_run = self.references.as_in(mark).read(mark).and_then(|person| self.case_of(person));
        in_its_run.or_else(|| self.recognise(mark))
    }

    /// Its place among the populations of one run.
    pub(crate) fn turn(&self) -> Turn {
        self.turn
    }

    /// The number in the run of whoever a reference or a tax code belongs to, of this population or another of the run.
    pub(crate) fn numbered(&self, mark: &str) -> Option<u64> {
        self.references.read(mark).or_else(|| self.tax_codes.read(mark))
    }

    /// The case of the citizen with this number.
    pub(crate) fn of_citizen(&self, number: &str) -> Option<CaseId> {
        self.numbers.read(number).and_then(|person| self.case_of(person))
    }

    /// The province they live in, shared.
    pub(crate) fn shared_province(&self) -> Arc<Province> {
        Arc::clone(&self.province)
    }

    /// The province they live in.
    pub fn province(&self) -> &Province {
        &self.province
    }

    /// The seed they belong to.
    pub fn seed(&self) -> Seed {
        self.seed
    }

    /// Every case number, in order.
    pub fn ids(&self) -> impl Iterator<Item = CaseId> + use<> {
        (0..self.layout.count()).map(CaseId)
    }

    /// The province's cells, with how many dossiers of each are planned at this scale.
    pub fn cells(&self) -> impl Iterator<Item = (&Cell, u32)> {
        self.province.cells().iter().zip(self.layout.counts())
    }

    /// The cell of a case. Ids outside the population give an unspecified cell.
    pub fn cell(&self, id: CaseId) -> &Cell {
        self.cell_at(self.slot(id).cell)
    }

    /// The charge of the province that a case pays, by its position, and how much; none if it pays the tariff, or nothing.
    pub fn assessed(&self, id: CaseId) -> Option<(usize, Vnd)> {
        if self.province.charges().is_empty() {
            return None;
        }
        let slot = self.slot(id);
        Some((self.amounts.charge(slot.cell)?, self.amounts.of(slot.cell, slot.ordinal)?))
    }

    /// When a case comes in, and where to.
    pub fn arrival(&self, id: CaseId) -> Arrival {
        let slot = self.slot(id);
        let due = self.arrival_times.due(slot.cell, slot.person);
        Arrival { due, case: id, unit: self.cell_at(slot.cell).unit }
    }

    /// For each cell of the province its position, itself, and its cases with the key of their draws, in no particular order.
    pub(crate) fn cases_by_cell(&self) -> impl Iterator<Item = (usize, &Cell, impl Iterator<Item = (CaseId, u64)>)> {
        let cells = self.province.cells().iter().enumerate();
        cells.map(move |(position, cell)| {
            let cases = self.layout.of_cell(position).map(|(rank, person)| {
                let case = self.order.backward(u64::from(rank));
                (CaseId(fitting(case, RANKS)), self.turn.number(person))
            });
            (position, cell, cases)
        })
    }

    /// When everybody comes.
    pub(crate) fn arrival_times(&self) -> &ArrivalTimes {
        &self.arrival_times
    }

    /// One dossier and its applicant as numbers. Ids outside the population give an unspecified one.
    pub fn identity(&self, id: CaseId) -> Identity {
        let slot = self.slot(id);
        let (person, share) = (slot.person, self.share(slot.cell));
        let number = self.numbers.of(person);
        let mut rng = self.streams.home.rng(person, 0);
        let people = self.province.ethnicities().get(rng.sample(&self.ethnicities));
        let people = people.map_or(Ethnicity::Kinh, |(people, _)| *people);
        let assessed = self.amounts.of(slot.cell, slot.ordinal);
        Identity {
            case: id,
            person,
            cell: fitting(slot.cell, "there are fewer cells than dossiers"),
            kind: self.kind(person, share),
            sex: number.sex,
            born: Birthday::drawn(number.year, &mut rng),
            citizen_number: number.digits,
            fee: assessed.unwrap_or(share.fee),
            fee_basis: if assessed.is_some() { FeeBasis::Assessed } else { FeeBasis::Tariff },
            arrival: self.arrival_times.due(slot.cell, person),
            name: self.names.draw(person, people, number.sex, self.hard.of(person)),
            place: fitting(rng.sample(&self.places), "an alias table has 32-bit positions"),
            house: rng.random_range(1..=HOUSES),
        }
    }

    /// Writes all texts about a person into a buffer and replaces its previous content.
    pub fn render(&self, identity: &Identity, out: &mut Rendered) {
        let person = identity.person;
        out.clear();
        self.names.push(identity.name, person, &mut out.text);
        out.end(Text::FullName);
        text::push_digits::<12>(identity.citizen_number, &mut out.text);
        out.end(Text::CitizenNumber);
        identity.born.push(&mut out.text);
        out.end(Text::BirthDate);
        if identity.kind == ApplicantKind::Organisation {
            self.organisations.push(person, &mut out.text);
        }
        out.end(Text::Organisation);
        if identity.kind == ApplicantKind::Organisation {
            self.tax_codes.push(person, &mut out.text);
        }
        out.end(Text::TaxCode);
        self.contacts.push_phone(person, &mut out.text);
        out.end(Text::Phone);
        self.names.push_ascii(identity.name, &mut out.text);
        out.text.push('.');
        text::push_number(person, &mut out.text);
        out.text.push_str("@dan.example");
        out.end(Text::Email);
        self.contacts.push_network_address(person, &mut out.text);
        out.end(Text::NetworkAddress);
        out.text.push_str("Số ");
        text::push_number(u64::from(identity.house), &mut out.text);
        out.text.push_str(self.address_ends.get(identity.place as usize).map_or("", String::as_str));
        out.end(Text::Address);
        self.references.push(person, &mut out.text);
        out.end(Text::Reference);
    }

    #[inline]
    fn slot(&self, id: CaseId) -> Slot {
        let rank: u32 = fitting(self.order.forward(u64::from(id.0)), RANKS);
        let slot = self.layout.slot(rank.min(self.layout.count().saturating_sub(1)));
        Slot { person: self.turn.number(slot.person), ..slot }
    }

    fn cell_at(&self, position: usize) -> &Cell {
        match self.province.cells().get(position) {
            Some(cell) => cell,
            None => unreachable!("the layout has as many cells as the province"),
        }
    }

    #[inline]
    fn share(&self, position: usize) -> &Share {
        match self.shares.get(position) {
            Some(share) => share,
            None => unreachable!("there is a share for each cell of the layout"),
        }
    }

    #[inline]
    fn kind(&self, person: u64, share: &Share) -> ApplicantKind {
        let percent = u32::from(share.organisations);
        // Most cells have none or only organisations: nothing is drawn for them.
        let is_organisation = percent > 0 && self.streams.organisation.rng(person, 0).random_ratio(percent, 100);
        if is_organisation { ApplicantKind::Organisation } else { ApplicantKind::Citizen }
    }

    fn case_of(&self, person: u64) -> Option<CaseId> {
        let rank = self.layout.rank(self.turn.own(person)?)?;
        Some(CaseId(fitting(self.order.backward(u64::from(rank)), RANKS)))
    }
}

fn numbers(province: &Province, realism: Realism, seed: Seed, turn: Turn) -> CitizenNumbers {
    CitizenNumbers::new(province.number_code(), turn.year, realism, seed)
}

fn shares(province: &Province) -> Vec<Share> {
    let share = |cell: &Cell| {
        let tariff = province.catalogue().get(usize::from(cell.procedure)).map_or(Vnd::ZERO, |procedure| procedure.fee);
        let fee = if cell.payment == PaymentMethod::None { Vnd::ZERO } else { tariff };
        Share { organisations: province.organisations(cell.procedure), fee }
    };
    province.cells().iter().map(share).collect()
}

fn applicant(kind: ApplicantKind, texts: &Rendered) -> Applicant {
    Applicant {
        kind,
        full_name: texts.full_name().to_owned(),
        citizen_number: texts.citizen_number().to_owned(),
        birth_date: texts.birth_date().to_owned(),
        organisation: texts.organisation().to_owned(),
        tax_code: texts.tax_code().to_owned(),
        phone: texts.phone().to_owned(),
        email: texts.email().to_owned(),
        network_address: texts.network_address().to_owned(),
        address: texts.address().to_owned(),
    }
}

impl Applicants for Population {
    fn count(&self) -> u32 {
        self.layout.count()
    }

    fn case(&self, id: CaseId) -> Case {
        let identity = self.identity(id);
        let mut texts = Rendered::default();
        self.render(&identity, &mut texts);
        let cell = self.cell_at(identity.cell as usize);
        let unit = self.province.units().get(usize::from(cell.unit));
        let procedure = self.province.catalogue().get(usize::from(cell.procedure));
        let (Some(unit), Some(procedure)) = (unit, procedure) else {
            unreachable!("the unit and the procedure of a cell are the province's")
        };
        let tag = usize::from(cell.tag).checked_sub(1).and_then(|tag| self.province.tags().get(tag));
        Case {
            id,
            unit: unit.code.clone(),
            level: cell.level,
            procedure: procedure.code.clone(),
            legal_days: procedure.legal_days,
            channel: cell.channel,
            fee: identity.fee,
            fee_basis: identity.fee_basis,
            payment: cell.payment,
            returns: cell.returns,
            outcome: cell.outcome,
            arrival: identity.arrival,
            tag: tag.cloned().unwrap_or_default(),
            applicant: applicant(identity.kind, &texts),
            reference: texts.reference().to_owned(),
        }
    }

    fn recognise(&self, mark: &str) -> Option<CaseId> {
        if let Some(case) =
            self.numbers.read(mark).or_else(|| self.references.read(mark)).and_then(|person| self.case_of(person))
        {
            return Some(case);
        }
        let case = self.tax_codes.read(mark).and_then(|person| self.case_of(person))?;
        (self.identity(case).kind == ApplicantKind::Organisation).then_some(case)
    }

    fn is_of_another_run(&self, reference: &str) -> bool {
        self.references.are_not(reference)
    }
}

//! How leaves become cells, in three steps: every dimension must be decided, the procedure is drawn by popularity among those
//! that fit, and the days of arrival are narrowed so that the procedure is offered that way already and the outcome can come
//! true before the period ends.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use model::words::{PaymentMethod, PlannedOutcome, ReturnMethod};
use model::{Position, Vnd, fitting};

use super::cell::Cell;
use super::coverage::{self, Candidate, Group};
use super::in_use::{InUse, decided};
use super::procedure::Procedure;
use super::tree::{Context, Leaf};
use super::unit::Unit;
use super::vocabulary::Vocabulary;
use super::word::{Dimension, Known, Word};
use crate::apportion::Sequence;
use crate::calendar::Calendar;
use crate::period::Period;

/// Turns leaves into cells.
pub(crate) struct CellBuilder<'c> {
    pub(crate) vocabulary: Vocabulary<'c>,
    pub(crate) calendar: &'c Calendar,
    pub(crate) period: Period,
    /// What people ask units for, where that is known.
    in_use: &'c InUse<'c>,
    /// For each unit, by its position, the procedures that its dossiers may be about.
    decided: Vec<Vec<u16>>,
    /// One sequence for all leaves with the same candidates, so that small leaves share rare procedures out too.
    sequences: BTreeMap<Vec<(u16, u64)>, Sequence>,
    /// What was refused already: many leaves come from one place of the file.
    noted: BTreeSet<(Position, String)>,
}

impl<'c> CellBuilder<'c> {
    pub(crate) fn new(context: Context<'c>, in_use: &'c InUse<'c>, calendar: &'c Calendar) -> Self {
        let Context { vocabulary, period, .. } = context;
        let of_unit = |(position, unit): (u16, &Unit)| match in_use.0.get(&position) {
            Some((_, used)) => used.clone(),
            None => decided(vocabulary, unit).map(|(procedure, _)| procedure).collect(),
        };
        let decided = (0..).zip(vocabulary.units).map(of_unit).collect();
        Self { vocabulary, calendar, period, in_use, decided, sequences: BTreeMap::new(), noted: BTreeSet::new() }
    }

    /// The cells of all leaves; `None` if any leaf is wrong.
    pub(crate) fn cells(mut self, leaves: &[Leaf<'_>]) -> Option<Vec<Cell>> {
        let mut groups = Vec::new();
        let mut complete = true;
        for leaf in leaves {
            match self.decided(leaf).and_then(|alike| self.with_procedures(leaf, alike)) {
                Some(group) => groups.push(group),
                None => complete = false,
            }
        }
        if !complete {
            return None;
        }
        coverage::serve(&mut groups, self.in_use, self.vocabulary)?;
        Some(groups.iter().flat_map(Group::cells).collect())
    }

    /// The leaf as one cell without its procedure.
    fn decided(&mut self, leaf: &Leaf<'_>) -> Option<Cell> {
        let known = &leaf.known;
        for dimension in
            [Dimension::Unit, Dimension::Channel, Dimension::PlannedOutcome, Dimension::Payment, Dimension::Return]
        {
            if known.get(dimension).is_none() {
                let message = format!("nothing decides the {dimension} of {}", self.described(leaf));
                self.refuse::<()>(leaf, dimension.as_str(), message, "split them further, here or under `then`");
            }
        }
        let cell = typed(leaf)?;
        if cell.payment == PaymentMethod::CashOnDelivery && cell.returns != ReturnMethod::Post {
            let message = format!("cash on delivery without delivery: {}", self.described(leaf));
            return self.refuse(leaf, "cod", message, "return them by post, or let them pay otherwise");
        }
        Some(cell)
    }

    fn with_procedures(&mut self, leaf: &Leaf<'_>, alike: Cell) -> Option<Group> {
        let candidates = self.candidates(leaf, &alike)?;
        let key: Vec<_> = candidates.iter().map(|candidate| (candidate.procedure, candidate.weight)).collect();
        let weights = candidates.iter().map(|candidate| candidate.weight).collect();
        let sequence = self.sequences.entry(key).or_insert_with(|| Sequence::new(weights));
        let dealt = sequence.deal(u64::from(leaf.count));
        let counts = dealt.into_iter().map(|count| fitting(count, "no part is more than the leaf")).collect();
        Some(Group { alike, candidates, counts })
    }

    /// The procedures that fit: of the unit, free or payable as the payment asks, offered that way, short enough.
    fn candidates(&mut self, leaf: &Leaf<'_>, alike: &Cell) -> Option<Vec<Candidate>> {
        let vocabulary = self.vocabulary;
        let unit = vocabulary.units.get(usize::from(alike.unit))?;
        let all = match leaf.known.get(Dimension::Procedure) {
            Some(Word::Procedure(position)) => vec![position],
            Some(_) | None => self.decided.get(usize::from(alike.unit)).cloned().unwrap_or_default(),
        };
        if all.is_empty() {
            let message = format!("unit {} ({}) decides no procedure of the catalogue", unit.code, unit.level);
            return self.refuse(leaf, &unit.code, message, "give it `fields` with procedures of its level");
        }
        let known = vocabulary.catalogue.procedures();
        let all = all.into_iter().filter_map(|position| Some((position, known.get(usize::from(position))?)));
        let payable: Vec<_> = all.filter(|(_, procedure)| is_payable(procedure, alike.payment)).collect();
        let kind = if alike.payment == PaymentMethod::None { "free" } else { "payable" };
        if payable.is_empty() {
            let message = format!("unit {} has no {kind} procedure for {}", unit.code, self.described(leaf));
            return self.refuse(leaf, kind, message, "add one to the catalogue, or let them pay otherwise");
        }
        let opens = |position: &u16| vocabulary.catalogue.opens(*position, alike, leaf.window.from);
        let offered: Vec<_> =
            payable.into_iter().filter_map(|(i, procedure)| Some((i, procedure, opens(&i)?))).collect();
        if offered.is_empty() {
            let message =
                format!("no {kind} procedure of unit {} is offered that way to {}", unit.code, self.described(leaf));
            let remedy = "raise one in the `catalogue`, or let them come, pay or have it returned otherwise";
            return self.refuse(leaf, "offered", message, remedy);
        }
        let fitting: Vec<_> =
            offered.iter().filter_map(|(i, procedure, opens)| self.fit(leaf, alike, (*i, procedure), *opens)).collect();
        if fitting.is_empty() && offered.iter().all(|(_, procedure, _)| procedure.legal_days < least_days(alike)) {
            let outcome = alike.outcome;
            let message = format!(
                "no procedure of unit {} has so much legal time that it can be {outcome} ({} working days or more) for {}",
                unit.code,
                least_days(alike),
                self.described(leaf)
            );
            return self.refuse(leaf, "shortest", message, "add a longer procedure, or another outcome");
        }
        if fitting.is_empty() {
            return self.refuse_for_time(
                leaf,
                alike,
                offered
                    .iter()
                    .map(|(_, procedure, _)| procedure.legal_days)
                    .filter(|days| *days >= least_days(alike))
                    .min()?,
            );
        }
        Some(fitting)
    }

    /// The procedure with the days that remain for it, from the first on which it is offered that way.
    fn fit(
        &self,
        leaf: &Leaf<'_>,
        alike: &Cell,
        (position, procedure): (u16, &Procedure),
        opens: Date,
    ) -> Option<Candidate> {
        if procedure.legal_days < least_days(alike) {
            return None;
        }
        let needed = working_days_needed(procedure.legal_days, alike.outcome, alike.returns);
        let until = self.calendar.last_day_before(needed, self.period.until)?;
        let window = leaf.window.within(Period { from: opens, until });
        let before = window.from.yesterday().ok()?;
        let days = u64::try_from(self.calendar.working_days_between(before, window.until)).ok()?;
        // A procedure that people ask for evenly is met as often as days remain for it.
        (days > 0).then(|| Candidate { procedure: position, window, weight: u64::from(procedure.weight) * days })
    }

    fn refuse_for_time(&mut self, leaf: &Leaf<'_>, alike: &Cell, legal_days: u16) -> Option<Vec<Candidate>> {
        let needed = working_days_needed(legal_days, alike.outcome, alike.returns);
        let left = self.calendar.working_days_between(leaf.window.from, self.period.until);
        let message = format!(
            "no day is left to come in for {}: from {} to the end on {} there are {left} working days, the shortest \
             procedure needs {needed}",
            self.described(leaf),
            leaf.window.from,
            self.period.until
        );
        self.refuse(leaf, "time", message, "let them come in earlier, or add a shorter procedure")
    }

    fn described(&self, leaf: &Leaf<'_>) -> String {
        let dossiers = if leaf.count == 1 { "dossier" } else { "dossiers" };
        format!("{} {dossiers} ({})", leaf.count, self.vocabulary.describe(&leaf.known))
    }

    /// Notes a problem once for each place and kind.
    fn refuse<T>(&mut self, leaf: &Leaf<'_>, kind: &str, message: String, remedy: &str) -> Option<T> {
        if self.noted.insert((leaf.node.position(), kind.to_owned())) {
            leaf.node.refuse(message, remedy)
        } else {
            None
        }
    }
}

/// The shortest legal time that leaves room for an outcome. What is early is done on a day before the due day. Offices wait for who
/// pays online, which must not use up the only day.
fn least_days(alike: &Cell) -> u16 {
    let waited = u16::from(alike.payment == PaymentMethod::Online);
    match alike.outcome {
        PlannedOutcome::Early => 1 + waited,
        PlannedOutcome::OnTime => waited,
        PlannedOutcome::Late | PlannedOutcome::Withdrawn | PlannedOutcome::Stopped | PlannedOutcome::Open => 0,
    }
}

/// Whether people who pay like this may ask for the procedure.
fn is_payable(procedure: &Procedure, payment: PaymentMethod) -> bool {
    match payment {
        PaymentMethod::None => procedure.fee == Vnd::ZERO,
        PaymentMethod::Online | PaymentMethod::Counter => procedure.fee > Vnd::ZERO,
        PaymentMethod::CashOnDelivery => true,
    }
}

/// The leaf's words, each in its place; `None` if one is missing.
fn typed(leaf: &Leaf<'_>) -> Option<Cell> {
    let known: &Known = &leaf.known;
    let (Some(Word::Level(level)), Some(Word::Unit(unit))) = (known.get(Dimension::Level), known.get(Dimension::Unit))
    else {
        return None;
    };
    let Some(Word::Channel(channel)) = known.get(Dimension::Channel) else { return None };
    let Some(Word::PlannedOutcome(outcome)) = known.get(Dimension::PlannedOutcome) else { return None };
    let Some(Word::Payment(payment)) = known.get(Dimension::Payment) else { return None };
    let Some(Word::Return(returns)) = known.get(Dimension::Return) else { return None };
    let tag = if let Some(Word::Tag(tag)) = known.get(Dimension::Tag) { tag } else { 0 };
    Some(Cell {
        level,
        unit,
        channel,
        outcome,
        payment,
        returns,
        tag,
        procedure: 0,
        count: leaf.count,
        window: leaf.window,
    })
}

/// How many working days must be left after the day of arrival, so that the outcome comes true within the period: the legal
/// time, two days for being late, two for the post, and one because acceptance may fall on the next working day.
pub(crate) fn working_days_needed(legal_days: u16, outcome: PlannedOutcome, returns: ReturnMethod) -> u16 {
    let post = if returns == ReturnMethod::Post { 2 } else { 0 };
    match outcome {
        PlannedOutcome::Early | PlannedOutcome::OnTime => legal_days + post + 1,
        PlannedOutcome::Late => legal_days + 2 + post + 1,
        PlannedOutcome::Withdrawn | PlannedOutcome::Stopped => 2,
        PlannedOutcome::Open => 0,
    }
}

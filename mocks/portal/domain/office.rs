//! The context of a step, besides the dossier.

use crate::behaviour::defects::Defects;
use crate::domain::moment::Moment;
use crate::domain::payments::debt::Debt;

/// What has a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Term {
    /// The papers that were asked for.
    Supplement,
    /// The payment that was ordered at the platform.
    Payment(Debt),
}

/// What a step needs besides the dossier: the present, and the defects.
pub(crate) struct Office<'registry> {
    /// The present on the business clock.
    pub(crate) now: Moment,
    pub(crate) defects: Defects,
    /// How many payments were booked, whatever their method.
    pub(crate) payments: &'registry mut u64,
    /// The term that the step starts, and when it ends.
    reminder: Option<(Moment, Term)>,
}

impl<'registry> Office<'registry> {
    pub(crate) fn new(now: Moment, defects: Defects, payments: &'registry mut u64) -> Self {
        Self { now, defects, payments, reminder: None }
    }

    /// Lets a term of the dossier run until a moment; one for each step.
    pub(crate) fn remind(&mut self, until: Moment, term: Term) {
        self.reminder = Some((until, term));
    }

    /// The term that the step started, if any.
    pub(crate) fn reminder(&self) -> Option<(Moment, Term)> {
        self.reminder
    }
}

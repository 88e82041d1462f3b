//! A dossier and its life: the states, the events that move it between them, and the log of both.

use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::calendar::{self, Weekends};
use crate::catalogue::{Clerk, Procedure, Unit};
use crate::moment::Moment;
use crate::payment::Payment;
use crate::problem::{Kind, Problem};
use crate::queues::Queue;
use crate::submission::{Applicant, Channel, Form, ReturnMethod};

/// Where a dossier stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum State {
    Submitted,
    Accepted,
    Rejected,
    InProcess,
    WithdrawalRequested,
    Stopped,
    Completed,
    Returned,
}

/// What happened to a dossier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Event {
    Submitted,
    Accepted,
    Refused,
    Started,
    Completed,
    Stopped,
    WithdrawalRequested,
    WithdrawalApproved,
    HandedOver,
    PaymentRequired,
    PaymentOrdered,
    PaymentCancelled,
    Paid,
    Collected,
    ParcelOrdered,
    ParcelInTransit,
    ParcelDelivered,
}

impl Event {
    /// The states it may happen in and the state it leads to; `None` for events that leave the state alone
    /// or that only the post can cause.
    fn rule(self) -> Option<(&'static [State], State)> {
        match self {
            Event::Accepted => Some((&[State::Submitted], State::Accepted)),
            Event::Refused => Some((&[State::Submitted], State::Rejected)),
            Event::Started => Some((&[State::Accepted], State::InProcess)),
            Event::Completed => Some((&[State::InProcess], State::Completed)),
            Event::Stopped => Some((&[State::Accepted, State::InProcess], State::Stopped)),
            Event::WithdrawalRequested => {
                Some((&[State::Submitted, State::Accepted, State::InProcess], State::WithdrawalRequested))
            }
            Event::WithdrawalApproved => Some((&[State::WithdrawalRequested], State::Stopped)),
            Event::HandedOver | Event::ParcelDelivered => Some((&[State::Completed], State::Returned)),
            Event::Submitted
            | Event::PaymentRequired
            | Event::PaymentOrdered
            | Event::PaymentCancelled
            | Event::Paid
            | Event::Collected
            | Event::ParcelOrdered
            | Event::ParcelInTransit => None,
        }
    }
}

/// Who caused an event.
#[derive(Debug, Clone)]
pub(crate) enum Actor {
    Applicant,
    Clerk(Arc<Clerk>),
    Bank,
    Post,
}

impl Serialize for Actor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Actor::Applicant => serializer.serialize_str("applicant"),
            Actor::Clerk(clerk) => serializer.collect_str(&format_args!("clerk:{}", clerk.id)),
            Actor::Bank => serializer.serialize_str("bank"),
            Actor::Post => serializer.serialize_str("post"),
        }
    }
}

/// One line of the log.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Entry {
    at: Moment,
    event: Event,
    /// The state after the event.
    state: State,
    actor: Actor,
    /// What was given as the reason, for the events that need one.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// Where the parcel with the result is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum ParcelState {
    None,
    Ordered,
    InTransit,
    Delivered,
}

/// The parcel with the result.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Parcel {
    pub(crate) waybill: Option<String>,
    pub(crate) state: ParcelState,
    /// Whose order is on its way to the post, so that a second clerk does not place another.
    #[serde(skip)]
    pub(crate) being_ordered_by: Option<Actor>,
}

/// One dossier. Fields are written by [`crate::steps`] and [`crate::payment`] only.
#[derive(Debug, Clone)]
pub(crate) struct Dossier {
    /// Which submission it came from, counted from 1; a copy made by a defect shares it.
    pub(crate) ordinal: u64,
    pub(crate) code: String,
    pub(crate) unit: Arc<Unit>,
    /// As it was when the dossier came in; later publications do not reach it.
    pub(crate) procedure: Arc<Procedure>,
    /// Which version of the procedure that was.
    pub(crate) procedure_version: u64,
    pub(crate) channel: Channel,
    pub(crate) client_reference: Option<String>,
    pub(crate) applicant: Applicant,
    /// The applicant's citizen number, as a number.
    pub(crate) owner: u64,
    pub(crate) form: Form,
    pub(crate) return_method: ReturnMethod,
    pub(crate) return_address: Option<String>,
    pub(crate) state: State,
    pub(crate) fee: i64,
    pub(crate) submitted_at: Moment,
    pub(crate) accepted_at: Option<Moment>,
    pub(crate) due_at: Option<Moment>,
    pub(crate) started_at: Option<Moment>,
    pub(crate) completed_at: Option<Moment>,
    pub(crate) returned_at: Option<Moment>,
    pub(crate) payment: Payment,
    pub(crate) parcel: Parcel,
    /// Append-only: one entry per event, in the order in which they happened.
    pub(crate) progress: Vec<Entry>,
    /// Grows by one with every change.
    pub(crate) version: u64,
    /// The queue from which a clerk has already taken it.
    pub(crate) taken_from: Option<Queue>,
    /// The start was confirmed and not recorded; see the defect `jump-9`.
    pub(crate) start_was_pretended: bool,
}

impl Dossier {
    /// Whether the event may happen now.
    pub(crate) fn may(&self, event: Event) -> Result<State, Problem> {
        match event.rule() {
            Some((from, to)) if from.contains(&self.state) => Ok(to),
            Some(_) | None => Err(self.illegal()),
        }
    }

    /// Moves the dossier to the state the event leads to, and logs it.
    pub(crate) fn advance(&mut self, event: Event, actor: Actor, at: Moment) -> Result<(), Problem> {
        self.state = self.may(event)?;
        self.log(event, actor, at);
        Ok(())
    }

    /// The same, with the reason that was given.
    pub(crate) fn advance_for(
        &mut self,
        event: Event,
        reason: String,
        actor: Actor,
        at: Moment,
    ) -> Result<(), Problem> {
        self.advance(event, actor, at)?;
        if let Some(entry) = self.progress.last_mut() {
            entry.reason = Some(reason);
        }
        Ok(())
    }

    /// Logs an event in the state the dossier is in.
    pub(crate) fn log(&mut self, event: Event, actor: Actor, at: Moment) {
        self.version += 1;
        self.progress.push(Entry { at, event, state: self.state, actor, reason: None });
    }

    /// The refusal of something that does not fit the state.
    pub(crate) fn illegal(&self) -> Problem {
        Problem::new(Kind::IllegalTransition, format!("dossier {} is {:?}", self.code, self.state))
    }

    /// Whether the case is being handled: received, and neither ended nor about to be withdrawn.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.state, State::Submitted | State::Accepted | State::InProcess)
    }

    /// Gives an open dossier the deadline of another legal time; see the defect `catalogue-moves-deadlines`.
    pub(crate) fn move_deadline(&mut self, legal_days: u16) {
        if matches!(self.state, State::Accepted | State::InProcess) {
            self.due_at = self.accepted_at.map(|at| calendar::due_at(at, legal_days, Weekends::Off));
        }
    }

    /// The queue it waits in, if it waits in one.
    pub(crate) fn queue(&self) -> Option<Queue> {
        let is_for_post = self.state == State::Completed
            && self.return_method == ReturnMethod::Post
            && self.parcel.state == ParcelState::None
            && self.parcel.being_ordered_by.is_none();
        let queue = match self.state {
            State::Submitted => Some(Queue::Intake),
            State::Completed if is_for_post => Some(Queue::Post),
            State::Accepted
            | State::Rejected
            | State::InProcess
            | State::WithdrawalRequested
            | State::Stopped
            | State::Completed
            | State::Returned => None,
        };
        queue.filter(|queue| self.taken_from != Some(*queue))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATES: [State; 8] = [
        State::Submitted,
        State::Accepted,
        State::Rejected,
        State::InProcess,
        State::WithdrawalRequested,
        State::Stopped,
        State::Completed,
        State::Returned,
    ];

    fn edges(event: Event) -> Vec<(State, State)> {
        let (from, to) = event.rule().unwrap();
        STATES.into_iter().filter(|state| from.contains(state)).map(|state| (state, to)).collect()
    }

    #[test]
    fn the_relation_is_the_one_that_was_agreed() {
        use State::{Accepted, Completed, InProcess, Rejected, Returned, Stopped, Submitted, WithdrawalRequested};
        let all = [
            (Event::Accepted, vec![(Submitted, Accepted)]),
            (Event::Refused, vec![(Submitted, Rejected)]),
            (Event::Started, vec![(Accepted, InProcess)]),
            (Event::Completed, vec![(InProcess, Completed)]),
            (Event::Stopped, vec![(Accepted, Stopped), (InProcess, Stopped)]),
            (
                Event::WithdrawalRequested,
                vec![
                    (Submitted, WithdrawalRequested),
                    (Accepted, WithdrawalRequested),
                    (InProcess, WithdrawalRequested),
                ],
            ),
            (Event::WithdrawalApproved, vec![(WithdrawalRequested, Stopped)]),
            (Event::HandedOver, vec![(Completed, Returned)]),
            (Event::ParcelDelivered, vec![(Completed, Returned)]),
        ];
        for (event, agreed) in all {
            assert_eq!(edges(event), agreed, "{event:?}");
        }
    }

    #[test]
    fn ends_have_no_way_out() {
        for end in [State::Rejected, State::Stopped, State::Returned] {
            for event in [Event::Accepted, Event::Started, Event::Completed, Event::Stopped, Event::HandedOver] {
                assert!(!event.rule().unwrap().0.contains(&end), "{event:?} from {end:?}");
            }
        }
    }
}

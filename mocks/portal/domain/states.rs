//! The states of a dossier and the events that lead from one to another.
//!
//! # Source
//! The ten states of the national list: 1 mới đăng ký, 2 được tiếp nhận, 3 không được tiếp nhận, 4 đang xử lý,
//! 5 yêu cầu bổ sung giấy tờ, 6 yêu cầu thực hiện nghĩa vụ tài chính, 7 công dân yêu cầu rút hồ sơ, 8 dừng xử lý,
//! 9 đã xử lý xong, 10 đã trả kết quả.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The state of a dossier, in the order of the national list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum State {
    Submitted,
    Accepted,
    Rejected,
    InProcess,
    AwaitingSupplement,
    AwaitingPayment,
    WithdrawalRequested,
    Stopped,
    Completed,
    Returned,
}

/// What happened to a dossier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Event {
    Submitted,
    Accepted,
    Refused,
    Started,
    Completed,
    Stopped,
    SupplementRequested,
    SupplementReceived,
    SupplementExpired,
    WithdrawalRequested,
    WithdrawalApproved,
    WithdrawalRefused,
    Apologised,
    Consulted,
    ConsultationAnswered,
    Bagged,
    BagDispatched,
    BagReceived,
    HandedOver,
    CorrectionOpened,
    CorrectionIssued,
    Rated,
    PaymentRequired,
    PaymentOrdered,
    PaymentCancelled,
    PaymentFailed,
    PaymentExpired,
    Paid,
    /// Money arrived for an order that had ended, and was no longer owed.
    Overpaid,
    FeeExempted,
    Collected,
    Remitted,
    Reconciled,
    Refunded,
    TaxNoticed,
    TaxPaid,
    ParcelOrdered,
    ParcelInTransit,
    ParcelAttemptFailed,
    ParcelDelivered,
    /// Another amount than ordered was collected on delivery.
    CollectionDisputed,
    ParcelReturned,
    ParcelLost,
    ParcelCancelled,
    PickupRequested,
    PapersCollected,
    PapersAtAgency,
    PapersLost,
    PickupCancelled,
}

impl Event {
    /// The states it may happen in and the state it leads to; `None` for events that leave the state alone, that
    /// lead back to where the case was interrupted, or that only the post can cause.
    pub(crate) fn rule(self) -> Option<(&'static [State], State)> {
        match self {
            Event::Accepted => Some((&[State::Submitted], State::Accepted)),
            Event::Refused => Some((&[State::Submitted], State::Rejected)),
            Event::Started => Some((&[State::Accepted], State::InProcess)),
            Event::Completed => Some((&[State::InProcess], State::Completed)),
            Event::Stopped => Some((&[State::Accepted, State::InProcess], State::Stopped)),
            Event::SupplementRequested => {
                Some((&[State::Submitted, State::Accepted, State::InProcess], State::AwaitingSupplement))
            }
            Event::TaxNoticed => Some((&[State::Accepted, State::InProcess], State::AwaitingPayment)),
            Event::WithdrawalRequested => {
                Some((&[State::Submitted, State::Accepted, State::InProcess], State::WithdrawalRequested))
            }
            Event::WithdrawalApproved => Some((&[State::WithdrawalRequested], State::Stopped)),
            Event::HandedOver | Event::ParcelDelivered => Some((&[State::Completed], State::Returned)),
            Event::Submitted
            | Event::SupplementReceived
            | Event::SupplementExpired
            | Event::WithdrawalRefused
            | Event::Apologised
            | Event::Consulted
            | Event::ConsultationAnswered
            | Event::Bagged
            | Event::BagDispatched
            | Event::BagReceived
            | Event::CorrectionOpened
            | Event::CorrectionIssued
            | Event::Rated
            | Event::PaymentRequired
            | Event::PaymentOrdered
            | Event::PaymentCancelled
            | Event::PaymentFailed
            | Event::PaymentExpired
            | Event::Paid
            | Event::Overpaid
            | Event::FeeExempted
            | Event::Collected
            | Event::Remitted
            | Event::Reconciled
            | Event::Refunded
            | Event::TaxPaid
            | Event::ParcelOrdered
            | Event::ParcelInTransit
            | Event::ParcelAttemptFailed
            | Event::CollectionDisputed
            | Event::ParcelReturned
            | Event::ParcelLost
            | Event::ParcelCancelled
            | Event::PickupRequested
            | Event::PapersCollected
            | Event::PapersAtAgency
            | Event::PapersLost
            | Event::PickupCancelled => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATES: [State; 10] = [
        State::Submitted,
        State::Accepted,
        State::Rejected,
        State::InProcess,
        State::AwaitingSupplement,
        State::AwaitingPayment,
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
        use State::{
            Accepted, AwaitingPayment, AwaitingSupplement, Completed, InProcess, Rejected, Returned, Stopped,
            Submitted, WithdrawalRequested,
        };
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
            (
                Event::SupplementRequested,
                vec![(Submitted, AwaitingSupplement), (Accepted, AwaitingSupplement), (InProcess, AwaitingSupplement)],
            ),
            (Event::TaxNoticed, vec![(Accepted, AwaitingPayment), (InProcess, AwaitingPayment)]),
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

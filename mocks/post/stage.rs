//! The stages a parcel goes through, and what may happen to it in each.

/// How many delivery attempts there are before the parcel goes back.
pub(crate) const ATTEMPTS: u8 = 3;

/// The direction of a parcel; an order number may have one of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Way {
    /// A result, from the agency to the citizen.
    ToCitizen,
    /// A paper dossier, from the citizen to the agency.
    ToAgency,
}

/// How far a parcel has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Ordered by the portal, not picked up.
    Ordered,
    /// Picked up and on its way.
    InTransit,
    /// On its way, after so many delivery attempts.
    AttemptFailed(u8),
    /// With the receiver, who has paid what was to be collected.
    Delivered,
    /// Back with the agency.
    Returned,
    /// It cannot be found.
    Lost,
    /// Cancelled by the portal before it was picked up.
    Cancelled,
}

/// What may happen to a parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Event {
    PickUp,
    Deliver,
    FailAttempt,
    Return,
    Lose,
    Cancel,
}

impl Stage {
    /// The stage after an event; `None`: it cannot happen in this stage and direction.
    pub(crate) fn after(self, event: Event, way: Way) -> Option<Self> {
        let is_to_citizen = way == Way::ToCitizen;
        match (self, event) {
            (Self::Ordered, Event::PickUp) => Some(Self::InTransit),
            (Self::Ordered, Event::Cancel) => Some(Self::Cancelled),
            (Self::InTransit | Self::AttemptFailed(_), Event::Deliver) => Some(Self::Delivered),
            (Self::InTransit | Self::AttemptFailed(_), Event::Lose) => Some(Self::Lost),
            (Self::InTransit, Event::FailAttempt) if is_to_citizen => Some(Self::AttemptFailed(1)),
            (Self::AttemptFailed(tries), Event::FailAttempt) if tries < ATTEMPTS => {
                Some(Self::AttemptFailed(tries + 1))
            }
            (Self::AttemptFailed(_), Event::Return) => Some(Self::Returned),
            _ => None,
        }
    }

    /// Whether nothing can happen any more.
    pub(crate) fn is_final(self) -> bool {
        matches!(self, Self::Delivered | Self::Returned | Self::Lost | Self::Cancelled)
    }

    /// Whether the parcel does not arrive, so that the portal may order again.
    pub(crate) fn is_in_vain(self) -> bool {
        matches!(self, Self::Returned | Self::Lost | Self::Cancelled)
    }

    pub(crate) fn word(self, way: Way) -> &'static str {
        match (self, way) {
            (Self::Ordered, Way::ToCitizen) => "ordered",
            (Self::InTransit, Way::ToCitizen) => "in_transit",
            (Self::Delivered, Way::ToCitizen) => "delivered",
            (Self::Ordered, Way::ToAgency) => "pickup_requested",
            (Self::InTransit, Way::ToAgency) => "collected",
            (Self::Delivered, Way::ToAgency) => "at_agency",
            (Self::AttemptFailed(_), _) => "attempt_failed",
            (Self::Returned, _) => "returned_to_agency",
            (Self::Lost, _) => "lost",
            (Self::Cancelled, _) => "cancelled",
        }
    }

    /// The operator's own number for the stage.
    pub(crate) fn code(self, way: Way) -> &'static str {
        match (self, way) {
            (Self::Ordered, Way::ToCitizen) => "1",
            (Self::InTransit, Way::ToCitizen) => "3",
            (Self::Delivered, Way::ToCitizen) => "4",
            (Self::AttemptFailed(_), _) => "5",
            (Self::Returned, _) => "6",
            (Self::Lost, _) => "7",
            (Self::Cancelled, _) => "8",
            (Self::Ordered, Way::ToAgency) => "11",
            (Self::InTransit, Way::ToAgency) => "13",
            (Self::Delivered, Way::ToAgency) => "14",
        }
    }

    /// The name of the stage, in Vietnamese.
    pub(crate) fn vietnamese(self, way: Way) -> &'static str {
        match (self, way) {
            (Self::Ordered, Way::ToCitizen) => "Đã nhận yêu cầu phát",
            (Self::InTransit, Way::ToCitizen) => "Đang vận chuyển",
            (Self::Delivered, Way::ToCitizen) => "Phát thành công",
            (Self::Ordered, Way::ToAgency) => "Đã nhận yêu cầu thu gom",
            (Self::InTransit, Way::ToAgency) => "Đã thu gom hồ sơ",
            (Self::Delivered, Way::ToAgency) => "Đã chuyển đến cơ quan",
            (Self::AttemptFailed(_), _) => "Phát không thành công",
            (Self::Returned, _) => "Đã chuyển hoàn cơ quan",
            (Self::Lost, _) => "Bưu gửi bị thất lạc",
            (Self::Cancelled, _) => "Đã hủy",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAGES: [Stage; 9] = [
        Stage::Ordered,
        Stage::InTransit,
        Stage::AttemptFailed(1),
        Stage::AttemptFailed(2),
        Stage::AttemptFailed(3),
        Stage::Delivered,
        Stage::Returned,
        Stage::Lost,
        Stage::Cancelled,
    ];
    const EVENTS: [Event; 6] =
        [Event::PickUp, Event::Deliver, Event::FailAttempt, Event::Return, Event::Lose, Event::Cancel];

    /// Every pair of stage and event that is legal, on the way to the citizen; all others are not.
    const LEGAL: [(Stage, Event, Stage); 16] = [
        (Stage::Ordered, Event::PickUp, Stage::InTransit),
        (Stage::Ordered, Event::Cancel, Stage::Cancelled),
        (Stage::InTransit, Event::Deliver, Stage::Delivered),
        (Stage::InTransit, Event::FailAttempt, Stage::AttemptFailed(1)),
        (Stage::InTransit, Event::Lose, Stage::Lost),
        (Stage::AttemptFailed(1), Event::Deliver, Stage::Delivered),
        (Stage::AttemptFailed(1), Event::FailAttempt, Stage::AttemptFailed(2)),
        (Stage::AttemptFailed(1), Event::Return, Stage::Returned),
        (Stage::AttemptFailed(1), Event::Lose, Stage::Lost),
        (Stage::AttemptFailed(2), Event::Deliver, Stage::Delivered),
        (Stage::AttemptFailed(2), Event::FailAttempt, Stage::AttemptFailed(3)),
        (Stage::AttemptFailed(2), Event::Return, Stage::Returned),
        (Stage::AttemptFailed(2), Event::Lose, Stage::Lost),
        (Stage::AttemptFailed(3), Event::Deliver, Stage::Delivered),
        (Stage::AttemptFailed(3), Event::Return, Stage::Returned),
        (Stage::AttemptFailed(3), Event::Lose, Stage::Lost),
    ];

    #[test]
    fn each_event_is_legal_in_the_listed_stages_and_in_no_other() {
        for stage in STAGES {
            for event in EVENTS {
                let legal = LEGAL.iter().find(|(from, what, _)| (*from, *what) == (stage, event)).map(|(_, _, to)| *to);
                assert_eq!(stage.after(event, Way::ToCitizen), legal, "{stage:?} {event:?}");
            }
        }
    }

    #[test]
    fn an_agency_is_always_there_to_take_a_dossier() {
        assert_eq!(Stage::InTransit.after(Event::FailAttempt, Way::ToAgency), None);
        for (stage, event) in [(Stage::Ordered, Event::PickUp), (Stage::Ordered, Event::Cancel)] {
            assert_eq!(stage.after(event, Way::ToAgency), stage.after(event, Way::ToCitizen));
        }
        for event in [Event::Deliver, Event::Lose] {
            assert_eq!(Stage::InTransit.after(event, Way::ToAgency), Stage::InTransit.after(event, Way::ToCitizen));
        }
    }
}

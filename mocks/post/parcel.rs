//! One parcel and the stages it goes through.

use std::time::Duration;

use crate::ledger::{Direction, Message};

/// How far a parcel has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Ordered by the portal, not picked up.
    Ordered,
    /// Picked up and on its way.
    InTransit,
    /// With the receiver, who has paid what was to be collected.
    Delivered,
}

impl Stage {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Stage::Ordered => "ordered",
            Stage::InTransit => "in_transit",
            Stage::Delivered => "delivered",
        }
    }

    /// The operator's own number for the stage.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Stage::Ordered => "1",
            Stage::InTransit => "3",
            Stage::Delivered => "4",
        }
    }
}

/// One parcel, as ordered by the portal.
#[derive(Debug, Clone)]
pub(crate) struct Parcel {
    pub(crate) waybill: String,
    pub(crate) order_number: String,
    /// Whole VND to collect from the receiver; zero is a parcel without collection.
    pub(crate) cod_amount: i64,
    pub(crate) status_url: String,
    /// The whole time from order to delivery.
    pub(crate) transit: Duration,
    pub(crate) stage: Stage,
}

impl Parcel {
    /// From order to pick-up: two fifths of the whole way.
    pub(crate) fn until_pick_up(&self) -> Duration {
        self.transit * 2 / 5
    }

    /// From pick-up to delivery: the rest of the way.
    pub(crate) fn until_delivery(&self) -> Duration {
        self.transit.saturating_sub(self.until_pick_up())
    }

    /// What the receiver has paid so far.
    pub(crate) fn cod_collected(&self) -> i64 {
        match self.stage {
            Stage::Ordered | Stage::InTransit => 0,
            Stage::Delivered => self.cod_amount,
        }
    }

    /// Moves the parcel one stage on and says what happened, in order.
    pub(crate) fn advance(&mut self) -> Vec<Message> {
        match self.stage {
            Stage::Ordered => {
                self.stage = Stage::InTransit;
                vec![self.internal("picked_up", 0)]
            }
            Stage::InTransit if self.cod_amount > 0 => {
                self.stage = Stage::Delivered;
                vec![self.internal("delivered", 0), self.internal("collected", self.cod_amount)]
            }
            Stage::InTransit => {
                self.stage = Stage::Delivered;
                vec![self.internal("delivered", 0)]
            }
            Stage::Delivered => Vec::new(),
        }
    }

    fn internal(&self, kind: &'static str, amount: i64) -> Message {
        Message {
            direction: Direction::Internal,
            kind,
            reference: self.waybill.clone(),
            dossier: self.order_number.clone(),
            amount,
            state: self.stage.word(),
            status: None,
            detail: String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parcel(cod_amount: i64) -> Parcel {
        Parcel {
            waybill: "VP000000001VN".into(),
            order_number: "D-1".into(),
            cod_amount,
            status_url: String::new(),
            transit: Duration::from_secs(1),
            stage: Stage::Ordered,
        }
    }

    fn journey(mut parcel: Parcel) -> Vec<(&'static str, i64)> {
        let mut events = Vec::new();
        for _ in 0..4 {
            events.extend(parcel.advance().iter().map(|event| (event.kind, event.amount)));
        }
        events
    }

    #[test]
    fn a_parcel_is_picked_up_then_delivered_then_stays() {
        assert_eq!(journey(parcel(0)), [("picked_up", 0), ("delivered", 0)]);
    }

    #[test]
    fn money_is_collected_at_the_door_and_only_there() {
        assert_eq!(journey(parcel(70_000)), [("picked_up", 0), ("delivered", 0), ("collected", 70_000)]);
    }

    #[test]
    fn pick_up_is_at_two_fifths_of_the_way() {
        let parcel = parcel(0);
        assert_eq!(parcel.until_pick_up(), Duration::from_millis(400));
        assert_eq!(parcel.until_pick_up() + parcel.until_delivery(), parcel.transit);
    }
}

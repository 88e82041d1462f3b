//! One parcel: its order, its faults, and how far it has come.

use std::time::Duration;

use crate::faults::Fault;
use crate::ledger::Message;
use crate::stage::{ATTEMPTS, Event, Stage, Way};

/// How the transport of a parcel will end; decided when it is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It arrives at the first attempt.
    Arrives,
    /// It arrives after so many failed attempts.
    ArrivesAfter(u8),
    /// It goes back after the last attempt.
    GoesBack,
    /// It is lost on the way.
    IsLost,
}

/// The faults of a parcel and its reports, besides its [`Fate`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DeliveryFaults {
    pub(crate) fate: Fate,
    /// What is added to the amount to collect; zero is the right amount.
    pub(crate) cod_error: i64,
    /// What happens to the reports: any of `DuplicateReport`, `OutOfOrder`, `LostReport`, each at most once.
    pub(crate) of_reports: [Option<Fault>; 3],
}

impl DeliveryFaults {
    /// No fault.
    #[cfg(test)]
    pub(crate) const NONE: Self = Self { fate: Fate::Arrives, cod_error: 0, of_reports: [None; 3] };

    pub(crate) fn has(&self, fault: Fault) -> bool {
        self.of_reports.contains(&Some(fault))
    }
}

/// One parcel, as ordered by the portal: about 400 bytes with usual texts, 4 kB at the most.
#[derive(Debug, Clone)]
pub(crate) struct Parcel {
    pub(crate) waybill: String,
    pub(crate) order_number: String,
    pub(crate) way: Way,
    /// Who ordered it and gets what is collected.
    pub(crate) customer: String,
    /// Whole VND to collect from the receiver; zero is a parcel without collection.
    pub(crate) cod_amount: i64,
    /// How many papers a citizen handed over; zero where that is not asked.
    pub(crate) documents: u32,
    pub(crate) status_url: String,
    /// The whole time from order to delivery.
    pub(crate) transit: Duration,
    pub(crate) stage: Stage,
    pub(crate) delivery_faults: DeliveryFaults,
    /// Whether a fault makes `transit` longer.
    pub(crate) is_delayed: bool,
    /// How many parcels with this order number failed before.
    pub(crate) round: u32,
    /// When a first report was held back to be sent out of order, in milliseconds of 1970.
    pub(crate) held_back: Option<u64>,
}

impl Parcel {
    /// From order to pick-up: two fifths of the transit time.
    fn until_pick_up(&self) -> Duration {
        self.transit * 2 / 5
    }

    /// From pick-up to delivery: the rest.
    fn until_delivery(&self) -> Duration {
        self.transit.saturating_sub(self.until_pick_up())
    }

    /// What happens next, and how long after what happened last; `None`: nothing more.
    pub(crate) fn next(&self) -> Option<(Event, Duration)> {
        let fate = self.delivery_faults.fate;
        match self.stage {
            Stage::Ordered => Some((Event::PickUp, self.until_pick_up())),
            Stage::InTransit => {
                let event = match fate {
                    Fate::Arrives => Event::Deliver,
                    Fate::ArrivesAfter(_) | Fate::GoesBack => Event::FailAttempt,
                    Fate::IsLost => Event::Lose,
                };
                Some((event, self.until_delivery()))
            }
            Stage::AttemptFailed(tries) => {
                let event = match fate {
                    Fate::ArrivesAfter(failures) if tries < failures => Event::FailAttempt,
                    Fate::GoesBack if tries < ATTEMPTS => Event::FailAttempt,
                    Fate::GoesBack => Event::Return,
                    Fate::Arrives | Fate::ArrivesAfter(_) | Fate::IsLost => Event::Deliver,
                };
                Some((event, self.transit / 2))
            }
            Stage::Delivered | Stage::Returned | Stage::Lost | Stage::Cancelled => None,
        }
    }

    /// What the receiver has paid so far.
    pub(crate) fn cod_collected(&self) -> i64 {
        if self.stage == Stage::Delivered && self.cod_amount > 0 {
            self.cod_amount + self.delivery_faults.cod_error
        } else {
            0
        }
    }

    /// Applies an event and returns its signals, in order; nothing where it cannot happen.
    pub(crate) fn apply(&mut self, event: Event) -> Vec<Message> {
        let Some(stage) = self.stage.after(event, self.way) else {
            return Vec::new();
        };
        self.stage = stage;
        let mut messages = vec![Message { fault: self.fault_of(event), ..self.internal(self.kind_of(event), 0) }];
        if self.cod_collected() > 0 {
            let fault = (self.delivery_faults.cod_error != 0).then_some(Fault::WrongCod);
            messages.push(Message { fault, ..self.internal("collected", self.cod_collected()) });
        }
        messages
    }

    fn kind_of(&self, event: Event) -> &'static str {
        match (event, self.way) {
            (Event::PickUp, Way::ToCitizen) => "picked_up",
            (Event::PickUp, Way::ToAgency) => "taken_from_citizen",
            (Event::Deliver, Way::ToCitizen) => "delivered",
            (Event::Deliver, Way::ToAgency) => "handed_to_agency",
            (Event::FailAttempt, _) => "attempt_failed",
            (Event::Return, _) => "returned_to_agency",
            (Event::Lose, _) => "lost",
            (Event::Cancel, _) => "cancelled",
        }
    }

    /// The fault that makes an event happen.
    fn fault_of(&self, event: Event) -> Option<Fault> {
        match (event, self.delivery_faults.fate) {
            (Event::Lose, _) => Some(Fault::Lost),
            (Event::FailAttempt, Fate::ArrivesAfter(_)) => Some(Fault::FailedAttempt),
            (Event::FailAttempt | Event::Return, Fate::GoesBack) => Some(Fault::Returned),
            _ => None,
        }
    }

    /// An internal signal about this parcel, as it stands now.
    pub(crate) fn internal(&self, kind: &'static str, amount: i64) -> Message {
        Message {
            reference: self.waybill.clone(),
            dossier: self.order_number.clone(),
            amount,
            state: self.stage.word(self.way),
            ..Message::internal(kind)
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn parcel(order_number: &str, cod_amount: i64) -> Parcel {
        Parcel {
            waybill: "VP000000001VN".into(),
            order_number: order_number.into(),
            way: Way::ToCitizen,
            customer: "PORTAL".into(),
            cod_amount,
            documents: 0,
            status_url: String::new(),
            transit: Duration::from_secs(1),
            stage: Stage::Ordered,
            delivery_faults: DeliveryFaults::NONE,
            is_delayed: false,
            round: 0,
            held_back: None,
        }
    }

    fn with_fate(fate: Fate) -> Parcel {
        Parcel { delivery_faults: DeliveryFaults { fate, ..DeliveryFaults::NONE }, ..parcel("D-1", 70_000) }
    }

    fn journey(mut parcel: Parcel) -> Vec<(&'static str, i64)> {
        let mut messages = Vec::new();
        for _ in 0..9 {
            let Some((event, _)) = parcel.next() else { break };
            messages.extend(parcel.apply(event).iter().map(|message| (message.kind, message.amount)));
        }
        assert!(parcel.stage.is_final());
        messages
    }

    #[test]
    fn an_event_that_cannot_happen_changes_and_says_nothing() {
        let mut parcel = parcel("D-1", 70_000);
        assert!(parcel.apply(Event::Deliver).is_empty());
        assert_eq!((parcel.stage, parcel.cod_collected()), (Stage::Ordered, 0));
    }

    #[test]
    fn a_parcel_is_picked_up_then_delivered_then_stays() {
        assert_eq!(journey(parcel("D-1", 0)), [("picked_up", 0), ("delivered", 0)]);
    }

    #[test]
    fn money_is_collected_at_the_door_and_only_there() {
        let expected = [("picked_up", 0), ("delivered", 0), ("collected", 70_000)];
        assert_eq!(journey(parcel("D-1", 70_000)), expected);
    }

    #[test]
    fn a_fate_is_fulfilled() {
        let failed = ("attempt_failed", 0);
        assert_eq!(journey(with_fate(Fate::IsLost)), [("picked_up", 0), ("lost", 0)]);
        assert_eq!(
            journey(with_fate(Fate::GoesBack)),
            [("picked_up", 0), failed, failed, failed, ("returned_to_agency", 0)]
        );
        assert_eq!(
            journey(with_fate(Fate::ArrivesAfter(2))),
            [("picked_up", 0), failed, failed, ("delivered", 0), ("collected", 70_000)]
        );
    }

    #[test]
    fn a_wrong_amount_is_marked_in_the_ledger() {
        let mut parcel = parcel("D-1", 70_000);
        parcel.delivery_faults.cod_error = -1_000;
        parcel.apply(Event::PickUp);
        let messages = parcel.apply(Event::Deliver);
        let collected = messages.iter().find(|message| message.kind == "collected").unwrap();
        assert_eq!((collected.amount, collected.fault), (69_000, Some(Fault::WrongCod)));
    }

    #[test]
    fn pick_up_is_at_two_fifths_of_the_way() {
        let parcel = parcel("D-1", 0);
        assert_eq!(parcel.until_pick_up(), Duration::from_millis(400));
        assert_eq!(parcel.until_pick_up() + parcel.until_delivery(), parcel.transit);
    }
}

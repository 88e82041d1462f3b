//! One parcel, the stages it goes through, and what may happen to it in each.

use std::time::Duration;

use crate::faults::Fault;
use crate::ledger::{Direction, Message};

/// How often the carrier tries the receiver's door before the parcel goes back.
pub(crate) const ATTEMPTS: u8 = 3;

/// Which way a parcel goes; an order number may have one of each.
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
    /// On its way, after so many attempts at the receiver's door.
    AttemptFailed(u8),
    /// With the receiver, who has paid what was to be collected.
    Delivered,
    /// Back with the agency.
    Returned,
    /// Nobody knows where.
    Lost,
    /// Called off by the portal before it was picked up.
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
    /// The stage after an event; `None`: it cannot happen in this stage on this way.
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

    /// Whether the parcel reaches nobody, so that the portal may order anew.
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

    /// What people read of the stage, in Vietnamese.
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

/// How a parcel's way will end; decided when it is ordered.
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

/// What goes wrong with a parcel and its reports on purpose, beside its [`Fate`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mishaps {
    pub(crate) fate: Fate,
    /// What is added to the amount to collect; zero is the right amount.
    pub(crate) cod_error: i64,
    /// What happens to the reports: any of `DuplicateReport`, `OutOfOrder`, `LostReport`, each at most once.
    pub(crate) of_reports: [Option<Fault>; 3],
}

impl Mishaps {
    /// Everything goes well.
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
    pub(crate) mishaps: Mishaps,
    /// Whether a fault makes `transit` longer.
    pub(crate) is_delayed: bool,
    /// How many parcels with this order number were ordered before, in vain.
    pub(crate) round: u32,
    /// When a first report was held back to be sent out of order, in milliseconds of 1970.
    pub(crate) held_back: Option<u64>,
}

impl Parcel {
    /// From order to pick-up: two fifths of the whole way.
    fn until_pick_up(&self) -> Duration {
        self.transit * 2 / 5
    }

    /// From pick-up to delivery: the rest of the way.
    fn until_delivery(&self) -> Duration {
        self.transit.saturating_sub(self.until_pick_up())
    }

    /// What happens next, and how long after what happened last; `None`: nothing more.
    pub(crate) fn next(&self) -> Option<(Event, Duration)> {
        let fate = self.mishaps.fate;
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
        if self.stage == Stage::Delivered && self.cod_amount > 0 { self.cod_amount + self.mishaps.cod_error } else { 0 }
    }

    /// Lets an event happen and says so, in order; nothing where it cannot happen.
    pub(crate) fn let_happen(&mut self, event: Event) -> Vec<Message> {
        let Some(stage) = self.stage.after(event, self.way) else {
            return Vec::new();
        };
        self.stage = stage;
        let mut messages = vec![Message { fault: self.fault_of(event), ..self.internal(self.kind_of(event), 0) }];
        if self.cod_collected() > 0 {
            let fault = (self.mishaps.cod_error != 0).then_some(Fault::WrongCod);
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
        match (event, self.mishaps.fate) {
            (Event::Lose, _) => Some(Fault::Lost),
            (Event::FailAttempt, Fate::ArrivesAfter(_)) => Some(Fault::FailedAttempt),
            (Event::FailAttempt | Event::Return, Fate::GoesBack) => Some(Fault::Returned),
            _ => None,
        }
    }

    /// An internal signal about this parcel, as it stands now.
    pub(crate) fn internal(&self, kind: &'static str, amount: i64) -> Message {
        Message {
            direction: Direction::Internal,
            kind,
            reference: self.waybill.clone(),
            dossier: self.order_number.clone(),
            amount,
            state: self.stage.word(self.way),
            status: None,
            detail: String::new(),
            fault: None,
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
            mishaps: Mishaps::NONE,
            is_delayed: false,
            round: 0,
            held_back: None,
        }
    }

    fn with_fate(fate: Fate) -> Parcel {
        Parcel { mishaps: Mishaps { fate, ..Mishaps::NONE }, ..parcel("D-1", 70_000) }
    }

    fn journey(mut parcel: Parcel) -> Vec<(&'static str, i64)> {
        let mut messages = Vec::new();
        for _ in 0..9 {
            let Some((event, _)) = parcel.next() else { break };
            messages.extend(parcel.let_happen(event).iter().map(|message| (message.kind, message.amount)));
        }
        assert!(parcel.stage.is_final());
        messages
    }

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

    #[test]
    fn an_event_that_cannot_happen_changes_and_says_nothing() {
        let mut parcel = parcel("D-1", 70_000);
        assert!(parcel.let_happen(Event::Deliver).is_empty());
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
        parcel.mishaps.cod_error = -1_000;
        parcel.let_happen(Event::PickUp);
        let messages = parcel.let_happen(Event::Deliver);
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

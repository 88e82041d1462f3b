//! The bank's records: payments by reference and by transaction, the money, the ledger, and callbacks still
//! to be sent.

use std::collections::{BTreeMap, HashMap, VecDeque};

use crate::cash::{Cash, Flow, Movement, Sums};
use crate::faults::{Course, Fault};
use crate::ledger::{Ledger, Message, ROOM};
use crate::payment::{Order, Payment, State};

/// How many payments are kept; the oldest finished ones make room for new ones. At about 700 bytes each this is
/// 70 MB; a run of 60,000 dossiers orders about 10,000.
pub(crate) const KEPT: usize = 100_000;
/// How many request ids are remembered: more than a portal sends in the minutes in which it repeats one.
const REMEMBERED: usize = 1_000;
/// The largest number of refunds of a payment.
const MOST_REFUNDS: usize = 32;

/// Why a new order is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotPlaced {
    /// There is no room: every payment that is kept can still be paid.
    #[error("take one more order: {KEPT} are open")]
    Full,
    /// The order exists with another amount.
    #[error("take the order: its reference is that of another amount")]
    Conflict,
}

/// Why a refund is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotRefunded {
    /// The customer has not paid.
    #[error("refund a payment that was not captured")]
    NotCaptured,
    /// It is more than is left of the payment.
    #[error("refund more than is left of the payment")]
    TooMuch,
    /// A refund of this number exists, of another amount.
    #[error("refund another amount under the number of an earlier refund")]
    Conflict,
    /// The payment was refunded in too many parts.
    #[error("refund a payment in more than {MOST_REFUNDS} parts")]
    TooMany,
}

/// The outcome of the customer's decision.
#[derive(Debug)]
pub(crate) enum Decided {
    /// It decided the payment: the portal is to be called.
    Now(Payment),
    /// It came late or again, and changed nothing.
    Before(Payment),
}

/// Everything that changes while the bank runs; guarded by one lock that is never held across an `.await`.
#[derive(Debug)]
pub(crate) struct Records {
    payments: BTreeMap<u64, Payment>,
    by_reference: HashMap<String, u64>,
    by_lookup: HashMap<String, u64>,
    /// The payments about which nothing more will happen, except refunds, in the order in which they ended.
    over: VecDeque<u64>,
    /// How many payments were ever ordered.
    ordered: u64,
    /// The money of the payments that were dropped.
    departed: Sums,
    pub(crate) cash: Cash,
    pub(crate) ledger: Ledger,
    /// The latest request ids of protocols that accept each id once.
    recent_requests: VecDeque<String>,
    /// Open callbacks: waiting, under way, or to be repeated.
    pub(crate) open_callbacks: usize,
}

impl Records {
    pub(crate) fn new() -> Self {
        Self {
            payments: BTreeMap::new(),
            by_reference: HashMap::new(),
            by_lookup: HashMap::new(),
            over: VecDeque::new(),
            ordered: 0,
            departed: Sums::default(),
            cash: Cash::default(),
            ledger: Ledger::new(ROOM),
            recent_requests: VecDeque::new(),
            open_callbacks: 0,
        }
    }

    /// The payment with this reference.
    pub(crate) fn by_reference(&self, reference: &str) -> Option<&Payment> {
        self.payments.get(self.by_reference.get(reference)?)
    }

    /// The payment that a customer finds under this code.
    pub(crate) fn by_lookup(&self, code: &str) -> Option<&Payment> {
        self.payments.get(self.by_lookup.get(code)?)
    }

    /// The payment with this transaction number.
    pub(crate) fn by_transaction(&mut self, transaction: &str) -> Option<&mut Payment> {
        let number: u64 = transaction.strip_prefix('T')?.parse().ok()?;
        let payment = self.payments.get_mut(&number)?;
        (payment.transaction() == transaction).then_some(payment)
    }

    /// Remembers a request id; whether it is new.
    pub(crate) fn is_first_request(&mut self, name: &str) -> bool {
        if self.recent_requests.iter().any(|known| known == name) {
            return false;
        }
        if self.recent_requests.len() >= REMEMBERED {
            self.recent_requests.pop_front();
        }
        self.recent_requests.push_back(name.to_owned());
        true
    }

    /// The payments that are kept, oldest first.
    pub(crate) fn payments(&self) -> impl Iterator<Item = &Payment> {
        self.payments.values()
    }

    /// How many payments were ever ordered.
    pub(crate) fn ordered(&self) -> u64 {
        self.ordered
    }

    /// The money of all payments, including dropped ones; must equal what [`crate::cash`] says.
    pub(crate) fn sums(&self) -> Sums {
        self.payments.values().fold(self.departed, |mut sums, payment| {
            sums.add(payment.sums());
            sums
        })
    }

    /// Records an order: the same reference again is the same payment.
    pub(crate) fn place(&mut self, order: Order, now: i64) -> Result<&Payment, NotPlaced> {
        let (known, amount) = (self.by_reference.get(&order.reference).copied(), order.amount);
        let number = match known {
            Some(number) => number,
            None => self.open(order, now)?,
        };
        let Some(payment) = self.payments.get(&number) else {
            unreachable!("a reference leaves together with its payment");
        };
        if payment.order.amount == amount { Ok(payment) } else { Err(NotPlaced::Conflict) }
    }

    fn open(&mut self, order: Order, now: i64) -> Result<u64, NotPlaced> {
        self.make_room(now)?;
        self.ordered += 1;
        let number = self.ordered;
        self.by_reference.insert(order.reference.clone(), number);
        if !order.lookup.is_empty() {
            self.by_lookup.insert(order.lookup.clone(), number);
        }
        self.payments.insert(number, Payment::new(number, order));
        Ok(number)
    }

    fn make_room(&mut self, now: i64) -> Result<(), NotPlaced> {
        if self.payments.len() < KEPT {
            return Ok(());
        }
        if self.over.is_empty()
            && let Some(oldest) = self.payments.values().next().map(|payment| payment.number)
        {
            self.note_expiry(oldest, now);
        }
        let leaving = self.over.pop_front().and_then(|number| self.payments.remove(&number));
        let leaving = leaving.ok_or(NotPlaced::Full)?;
        self.by_reference.remove(&leaving.order.reference);
        if self.by_lookup.get(&leaving.order.lookup) == Some(&leaving.number) {
            self.by_lookup.remove(&leaving.order.lookup);
        }
        self.departed.add(leaving.sums());
        Ok(())
    }

    /// Records that an order was not paid in time, if that is so.
    pub(crate) fn note_expiry(&mut self, number: u64, now: i64) {
        let overdue = self.payments.get_mut(&number).filter(|payment| payment.is_overdue(now));
        if let Some(payment) = overdue {
            payment.state = State::Expired;
            self.ledger.enter(payment.internal());
            self.over.push_back(number);
        }
    }

    /// Ends an ordered payment as the customer decided. `None`: no such transaction.
    pub(crate) fn decide(&mut self, transaction: &str, wanted: Wanted, now: i64) -> Option<Decided> {
        let number = self.by_transaction(transaction)?.number;
        self.note_expiry(number, now);
        let payment = self.payments.get_mut(&number)?;
        if payment.state != State::Ordered {
            return Some(Decided::Before(payment.clone()));
        }
        payment.decided_at = now;
        self.open_callbacks += 1;
        match wanted {
            Wanted::Cancel => {
                payment.state = State::Cancelled;
                self.ledger.enter(payment.internal());
            }
            Wanted::Pay(course) if course.has(Fault::PendingForever) => self.suspend(number, Fault::PendingForever),
            Wanted::Pay(course) if course.has(Fault::Pending) => self.suspend(number, Fault::Pending),
            Wanted::Pay(_) => self.capture(number, now),
        }
        self.payments.get(&number).cloned().map(Decided::Now)
    }

    fn suspend(&mut self, number: u64, fault: Fault) {
        if let Some(payment) = self.payments.get_mut(&number) {
            payment.state = State::Pending;
            self.ledger.enter(Message { fault: Some(fault), ..payment.internal() });
        }
    }

    fn capture(&mut self, number: u64, now: i64) {
        if let Some(payment) = self.payments.get_mut(&number) {
            payment.state = State::Captured;
            payment.decided_at = now;
            self.ledger.enter(payment.internal());
            self.cash.enter(movement(payment, now, Flow::Capture, payment.order.amount));
        }
    }

    /// Captures money that was in transit; returns the payment after it.
    pub(crate) fn clear(&mut self, number: u64, now: i64) -> Option<Payment> {
        if self.payments.get(&number).is_some_and(|payment| payment.state == State::Pending) {
            self.capture(number, now);
        }
        self.payments.get(&number).cloned()
    }

    /// Records that the portal has acknowledged a payment.
    pub(crate) fn acknowledge(&mut self, number: u64) {
        if let Some(payment) = self.payments.get_mut(&number) {
            payment.acknowledged = true;
        }
    }

    /// Records that a payment is finished and the portal will not be called again.
    pub(crate) fn finish(&mut self, number: u64) {
        self.open_callbacks -= 1;
        self.over.push_back(number);
    }

    /// Refunds the customer, and returns the payment after it; the same number again has no
    /// second effect.
    pub(crate) fn refund(&mut self, number: u64, refund: &Refund<'_>) -> Result<Payment, NotRefunded> {
        let payment = self.payments.get_mut(&number).ok_or(NotRefunded::NotCaptured)?;
        if payment.state != State::Captured {
            return Err(NotRefunded::NotCaptured);
        }
        if let Some((_, amount)) = payment.refunds.iter().find(|(known, _)| known == refund.name) {
            return if *amount == refund.amount { Ok(payment.clone()) } else { Err(NotRefunded::Conflict) };
        }
        if refund.amount <= 0 || refund.amount > payment.order.amount - payment.refunded() {
            return Err(NotRefunded::TooMuch);
        }
        if payment.refunds.len() >= MOST_REFUNDS {
            return Err(NotRefunded::TooMany);
        }
        payment.refunds.push((refund.name.to_owned(), refund.amount));
        let kind = "refunded";
        let detail = refund.name.to_owned();
        self.ledger.enter(Message { kind, amount: refund.amount, detail, ..payment.internal() });
        self.cash.enter(movement(payment, refund.at, Flow::Refund(refund.name.to_owned()), refund.amount));
        Ok(payment.clone())
    }
}

/// What a customer wants to do with a payment.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wanted {
    /// Pay it, with these faults.
    Pay(Course),
    /// Decline it.
    Cancel,
}

/// A refund.
#[derive(Debug)]
pub(crate) struct Refund<'order> {
    /// The portal's number of it.
    pub(crate) name: &'order str,
    /// Whole dong.
    pub(crate) amount: i64,
    /// Seconds since 1970.
    pub(crate) at: i64,
}

fn movement(payment: &Payment, at: i64, flow: Flow, amount: i64) -> Movement {
    let (transaction, reference) = (payment.transaction(), payment.order.reference.clone());
    Movement { at, flow, transaction, reference, amount }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::Shares;
    use crate::payment::tests::order;

    const NOW: i64 = 1_500;

    fn pay() -> Wanted {
        Wanted::Pay(Shares::default().course(1, "R"))
    }

    fn placed(records: &mut Records, reference: &str) -> String {
        records.place(order(reference), NOW).unwrap().transaction()
    }

    #[test]
    fn a_payment_is_captured_once() {
        let mut records = Records::new();
        let transaction = placed(&mut records, "R");
        assert!(matches!(records.decide(&transaction, pay(), NOW), Some(Decided::Now(_))));
        assert!(matches!(records.decide(&transaction, pay(), NOW), Some(Decided::Before(_))));
        assert_eq!((records.open_callbacks, records.cash.total().captures), (1, 1));
    }

    #[test]
    fn a_captured_payment_cannot_be_cancelled() {
        let mut records = Records::new();
        let transaction = placed(&mut records, "R");
        records.decide(&transaction, pay(), NOW);
        let Some(Decided::Before(payment)) = records.decide(&transaction, Wanted::Cancel, NOW) else {
            panic!("it was decided before");
        };
        assert_eq!(payment.state, State::Captured);
    }

    #[test]
    fn an_order_that_has_expired_cannot_be_paid() {
        let mut records = Records::new();
        let transaction = placed(&mut records, "R");
        let Some(Decided::Before(payment)) = records.decide(&transaction, pay(), 2_000) else {
            panic!("it is too late");
        };
        assert_eq!((payment.state, records.cash.total().captures), (State::Expired, 0));
    }

    #[test]
    fn a_transaction_that_was_never_given_out_is_unknown() {
        let mut records = Records::new();
        placed(&mut records, "R");
        for stranger in ["T0000000002", "T0000000000", "T1", "1", "", "FORGED-R"] {
            assert!(records.by_transaction(stranger).is_none(), "{stranger}");
        }
    }

    #[test]
    fn a_reference_is_that_of_one_amount() {
        let mut records = Records::new();
        placed(&mut records, "R");
        assert!(records.place(order("R"), NOW).is_ok());
        assert_eq!(records.place(Order { amount: 1, ..order("R") }, NOW).unwrap_err(), NotPlaced::Conflict);
    }

    #[test]
    fn no_more_is_refunded_than_was_captured() {
        let mut records = Records::new();
        let transaction = placed(&mut records, "R");
        let refund = |records: &mut Records, name, amount| {
            records.refund(1, &Refund { name, amount, at: NOW }).map(|payment| payment.refunded())
        };
        assert_eq!(refund(&mut records, "F1", 1), Err(NotRefunded::NotCaptured));
        records.decide(&transaction, pay(), NOW);
        assert_eq!(refund(&mut records, "F1", 100_000), Ok(100_000));
        assert_eq!(refund(&mut records, "F1", 100_000), Ok(100_000), "the same again is the same");
        assert_eq!(refund(&mut records, "F1", 99_999), Err(NotRefunded::Conflict));
        assert_eq!(refund(&mut records, "F2", 20_001), Err(NotRefunded::TooMuch));
        assert_eq!(refund(&mut records, "F2", 0), Err(NotRefunded::TooMuch));
        assert_eq!(refund(&mut records, "F2", 20_000), Ok(120_000));
        assert_eq!((records.cash.total().net(), records.cash.total().refunds), (0, 2));
    }

    #[test]
    fn payments_that_are_over_make_room_and_leave_their_money_in_the_sums() {
        let mut records = Records::new();
        for i in 0..KEPT {
            placed(&mut records, &format!("R-{i}"));
        }
        assert_eq!(records.place(order("one more"), NOW).unwrap_err(), NotPlaced::Full);
        records.decide("T0000000005", pay(), NOW);
        records.finish(5);
        placed(&mut records, "one more");
        assert!(records.by_reference("R-4").is_none() && records.by_reference("R-5").is_some());
        assert_eq!((records.sums(), records.cash.total()), (records.cash.total(), records.sums()));
        assert_eq!(records.sums().captured, 120_000);
        assert!(records.place(order("late"), 2_000).is_ok(), "an expired order makes room too");
        assert_eq!(records.payments().count(), KEPT);
    }
}

//! The bank's books: payments by reference and by transaction, the ledger, and what is still to be told.

use std::collections::HashMap;

use serde::Serialize;

use crate::ledger::{Direction, Ledger, Message};

/// How far a payment has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// The portal ordered it; the customer has not decided.
    Ordered,
    /// The customer paid; the money is with the bank.
    Captured,
    /// The customer declined to pay.
    Cancelled,
}

impl State {
    pub(crate) fn word(self) -> &'static str {
        match self {
            State::Ordered => "ordered",
            State::Captured => "captured",
            State::Cancelled => "cancelled",
        }
    }

    /// The code that tells the portal and the customer how the payment ended.
    pub(crate) fn code(self) -> &'static str {
        match self {
            State::Captured => "00",
            State::Cancelled => "24",
            State::Ordered => "99",
        }
    }
}

/// One payment, as ordered by the portal.
#[derive(Debug, Clone)]
pub(crate) struct Payment {
    pub(crate) transaction: String,
    pub(crate) partner: String,
    pub(crate) reference: String,
    pub(crate) dossier: String,
    pub(crate) description: String,
    pub(crate) amount: i64,
    pub(crate) callback_url: String,
    pub(crate) return_url: String,
    pub(crate) state: State,
    /// Set when the page was first shown, so that at most one forged callback is sent per payment.
    pub(crate) shown: bool,
}

impl Payment {
    /// An internal signal about this payment, in its present state.
    pub(crate) fn internal(&self) -> Message {
        Message {
            direction: Direction::Internal,
            kind: self.state.word(),
            reference: self.reference.clone(),
            dossier: self.dossier.clone(),
            amount: self.amount,
            state: self.state.word(),
            fault: None,
            status: None,
            detail: self.transaction.clone(),
        }
    }
}

/// Everything that changes while the bank runs; guarded by one lock that no `.await` is under.
#[derive(Debug, Default)]
pub(crate) struct Books {
    payments: Vec<Payment>,
    by_reference: HashMap<String, usize>,
    pub(crate) ledger: Ledger,
    /// Callbacks decided on and not yet over: waiting, under way, or to be repeated.
    pub(crate) open_callbacks: usize,
}

impl Books {
    /// The payment with this reference.
    pub(crate) fn by_reference(&self, reference: &str) -> Option<&Payment> {
        self.payments.get(*self.by_reference.get(reference)?)
    }

    /// The payment with this transaction number.
    pub(crate) fn by_transaction(&mut self, transaction: &str) -> Option<&mut Payment> {
        let number: usize = transaction.strip_prefix('T')?.parse().ok()?;
        let payment = self.payments.get_mut(number.checked_sub(1)?)?;
        (payment.transaction == transaction).then_some(payment)
    }

    /// Books a new order; the caller has made sure that its reference is new.
    pub(crate) fn open(&mut self, mut payment: Payment) -> String {
        let transaction = format!("T{:010}", self.payments.len() + 1);
        payment.transaction.clone_from(&transaction);
        self.by_reference.insert(payment.reference.clone(), self.payments.len());
        self.payments.push(payment);
        transaction
    }

    /// Ends an ordered payment as the customer decided. `None`: no such transaction. The flag says
    /// whether this call ended it; a payment that is over stays as it is.
    pub(crate) fn decide(&mut self, transaction: &str, decision: State) -> Option<(Payment, bool)> {
        let payment = self.by_transaction(transaction)?;
        let decided = payment.state == State::Ordered;
        if decided {
            payment.state = decision;
        }
        let payment = payment.clone();
        if decided {
            self.ledger.enter(payment.internal());
            self.open_callbacks += 1;
        }
        Some((payment, decided))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payment(reference: &str) -> Payment {
        Payment {
            transaction: String::new(),
            partner: "P".into(),
            reference: reference.into(),
            dossier: "D".into(),
            description: String::new(),
            amount: 120_000,
            callback_url: String::new(),
            return_url: String::new(),
            state: State::Ordered,
            shown: false,
        }
    }

    #[test]
    fn a_payment_is_captured_once() {
        let mut books = Books::default();
        let transaction = books.open(payment("R"));
        assert!(matches!(books.decide(&transaction, State::Captured), Some((_, true))));
        assert!(matches!(books.decide(&transaction, State::Captured), Some((_, false))));
        assert_eq!(books.open_callbacks, 1);
    }

    #[test]
    fn a_captured_payment_cannot_be_cancelled() {
        let mut books = Books::default();
        let transaction = books.open(payment("R"));
        books.decide(&transaction, State::Captured);
        let (payment, decided) = books.decide(&transaction, State::Cancelled).unwrap();
        assert_eq!((payment.state, decided), (State::Captured, false));
    }

    #[test]
    fn a_transaction_that_was_never_given_out_is_unknown() {
        let mut books = Books::default();
        books.open(payment("R"));
        for stranger in ["T0000000002", "T0000000000", "T1", "1", "", "FORGED-R"] {
            assert!(books.by_transaction(stranger).is_none(), "{stranger}");
        }
    }
}

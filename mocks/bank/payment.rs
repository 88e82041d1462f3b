//! One payment: what was ordered, and how far it has come.

use serde::Serialize;

use crate::cash::Sums;
use crate::ledger::{Direction, Message};

/// How far a payment has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// The portal ordered it; the customer has not decided.
    Ordered,
    /// The customer paid; the money is in transit between banks.
    Pending,
    /// The customer paid; the money is with the bank.
    Captured,
    /// The customer declined to pay.
    Cancelled,
    /// It was not paid in time.
    Expired,
}

impl State {
    pub(crate) const ALL: [State; 5] =
        [State::Ordered, State::Pending, State::Captured, State::Cancelled, State::Expired];

    pub(crate) fn word(self) -> &'static str {
        match self {
            State::Ordered => "ordered",
            State::Pending => "pending",
            State::Captured => "captured",
            State::Cancelled => "cancelled",
            State::Expired => "expired",
        }
    }

    /// The result code for portal and customer, in every profile.
    pub(crate) fn code(self) -> &'static str {
        match self {
            State::Captured => "00",
            State::Expired => "11",
            State::Cancelled => "24",
            State::Ordered | State::Pending => "99",
        }
    }
}

/// What a portal orders, whatever its protocol.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    /// The merchant: who is to get the money.
    pub(crate) partner: String,
    /// The portal's name of the payment, unique to it.
    pub(crate) reference: String,
    pub(crate) dossier: String,
    pub(crate) description: String,
    /// Whole dong.
    pub(crate) amount: i64,
    /// Empty: the setup says.
    pub(crate) callback_url: String,
    /// Empty: the setup says.
    pub(crate) return_url: String,
    /// What a customer can type to find the payment; empty if the profile has no such thing.
    pub(crate) lookup: String,
    /// When it was ordered, in seconds since 1970.
    pub(crate) ordered_at: i64,
    /// When it can no longer be paid, in seconds since 1970.
    pub(crate) expires_at: i64,
}

/// The largest amount: a thousand billion dong. Nine million of them fit into an `i64`.
const LARGEST_AMOUNT: i64 = 1_000_000_000_000;

impl Order {
    /// Whether every field is present where it must be and none is longer than any portal needs. This is what
    /// bounds a payment in memory: 4 KB at most, about 700 bytes as portals are.
    pub(crate) fn is_in_form(&self) -> bool {
        let names = [(&self.partner, 64), (&self.reference, 128)];
        let texts = [
            (&self.dossier, 128),
            (&self.description, 512),
            (&self.callback_url, 1_024),
            (&self.return_url, 1_024),
            (&self.lookup, 160),
        ];
        (1..=LARGEST_AMOUNT).contains(&self.amount)
            && names.iter().all(|(name, longest)| (1..=*longest).contains(&name.len()))
            && texts.iter().all(|(text, longest)| text.len() <= *longest)
            && [&self.callback_url, &self.return_url].iter().all(|url| url.is_empty() || is_web_address(url))
    }
}

/// Whether a browser can be redirected there: `http` or `https`, and no character that could end a header or an attribute.
fn is_web_address(url: &str) -> bool {
    (url.starts_with("http://") || url.starts_with("https://")) && url.bytes().all(|byte| byte.is_ascii_graphic())
}

/// One payment, as ordered by the portal.
#[derive(Debug, Clone)]
pub(crate) struct Payment {
    /// Counts from one.
    pub(crate) number: u64,
    pub(crate) order: Order,
    pub(crate) state: State,
    /// When the customer paid or declined, or the money came, in seconds since 1970.
    pub(crate) decided_at: i64,
    /// The refunds, under the portal's number of each.
    pub(crate) refunds: Vec<(String, i64)>,
    /// Set when the page was first shown, so that at most one forged callback is sent per payment.
    pub(crate) shown: bool,
    /// Whether the portal has acknowledged a genuine callback.
    pub(crate) acknowledged: bool,
}

impl Payment {
    pub(crate) fn new(number: u64, order: Order) -> Self {
        let decided_at = order.ordered_at;
        Self {
            number,
            order,
            state: State::Ordered,
            decided_at,
            refunds: Vec::new(),
            shown: false,
            acknowledged: false,
        }
    }

    /// The bank's name of the payment.
    pub(crate) fn transaction(&self) -> String {
        format!("T{:010}", self.number)
    }

    /// Whether it can no longer be paid, although this is not recorded yet.
    pub(crate) fn is_overdue(&self, now: i64) -> bool {
        self.state == State::Ordered && now >= self.order.expires_at
    }

    /// The amount refunded, in dong.
    pub(crate) fn refunded(&self) -> i64 {
        self.refunds.iter().map(|(_, amount)| amount).sum()
    }

    /// The money of this payment.
    pub(crate) fn sums(&self) -> Sums {
        let is_captured = self.state == State::Captured;
        Sums {
            captures: u64::from(is_captured),
            captured: if is_captured { self.order.amount } else { 0 },
            refunds: self.refunds.len() as u64,
            refunded: self.refunded(),
        }
    }

    /// An internal signal about this payment, in its present state.
    pub(crate) fn internal(&self) -> Message {
        Message {
            direction: Direction::Internal,
            kind: self.state.word(),
            reference: self.order.reference.clone(),
            dossier: self.order.dossier.clone(),
            amount: self.order.amount,
            state: self.state.word(),
            fault: None,
            status: None,
            detail: self.transaction(),
        }
    }

    /// A signal about this payment that the portal or a customer asked for.
    pub(crate) fn asked(&self, kind: &'static str) -> Message {
        Message { direction: Direction::In, kind, status: Some(200), ..self.internal() }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::profiles::Claim;

    pub(crate) fn order(reference: &str) -> Order {
        Order {
            partner: "P".into(),
            reference: reference.into(),
            dossier: "D".into(),
            description: String::new(),
            amount: 120_000,
            callback_url: "http://127.0.0.1:1/callback".into(),
            return_url: String::new(),
            lookup: String::new(),
            ordered_at: 1_000,
            expires_at: 2_000,
        }
    }

    /// A payment of 120,000 dong that was captured on 2021-03-01 at 21:05:09 in Vietnam.
    pub(crate) fn captured(reference: &str, description: &str) -> Payment {
        let order = Order { description: description.into(), ..order(reference) };
        Payment { state: State::Captured, decided_at: 1_614_607_509, ..Payment::new(1, order) }
    }

    /// What the bank truthfully says of a payment of merchant `P`.
    pub(crate) fn claim<'payment>(payment: &'payment Payment, transaction: &'payment str) -> Claim<'payment> {
        let Order { partner, amount, .. } = &payment.order;
        Claim { payment, state: payment.state, partner, amount: *amount, transaction, at: payment.decided_at }
    }

    #[test]
    fn an_order_is_bounded_in_every_field() {
        type Spoil = fn(&mut Order, String);
        assert!(order("R").is_in_form());
        let long = "x".repeat(2_000);
        let spoilt: [(&str, Spoil); 7] = [
            ("partner", |order, text| order.partner = text),
            ("reference", |order, text| order.reference = text),
            ("dossier", |order, text| order.dossier = text),
            ("description", |order, text| order.description = text),
            ("callback", |order, text| order.callback_url = format!("http://{text}")),
            ("return", |order, text| order.return_url = format!("http://{text}")),
            ("lookup", |order, text| order.lookup = text),
        ];
        for (field, spoil) in spoilt {
            let mut order = order("R");
            spoil(&mut order, long.clone());
            assert!(!order.is_in_form(), "{field}");
        }
    }

    #[test]
    fn an_amount_is_above_zero_and_no_more_than_a_thousand_billion() {
        for (amount, is_fine) in
            [(0, false), (-1, false), (1, true), (LARGEST_AMOUNT, true), (LARGEST_AMOUNT + 1, false)]
        {
            assert_eq!(Order { amount, ..order("R") }.is_in_form(), is_fine, "{amount}");
        }
    }

    #[test]
    fn an_address_is_one_of_the_web() {
        for url in ["javascript:alert(1)", "http://a\r\nSet-Cookie: x", "/back", "http://a b"] {
            assert!(!Order { return_url: url.into(), ..order("R") }.is_in_form(), "{url}");
        }
    }
}

//! Operations of every profile: open a payment, query it, refund it. The
//! profiles translate; this module decides and records in the ledger.

use axum::http::StatusCode;

use crate::bank::Bank;
use crate::clock;
use crate::ledger::{Direction, Message};
use crate::payment::{Order, Payment, State};
use crate::records::{NotPlaced, NotRefunded, Refund};

/// Why the bank refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Objection {
    /// The message is not signed with the secret.
    BadChecksum,
    /// A field is missing, too long or invalid.
    Malformed,
    /// There is no such payment.
    Unknown,
    /// The same name was used for something else.
    Conflict,
    /// The money is not there.
    NotCaptured,
    /// The refund exceeds what is left.
    TooMuch,
    /// Too many payments are open.
    Full,
}

impl Objection {
    /// The reply code.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Objection::TooMuch => "02",
            Objection::Unknown => "91",
            Objection::Conflict => "94",
            Objection::NotCaptured => "95",
            Objection::Full => "96",
            Objection::BadChecksum => "97",
            Objection::Malformed => "99",
        }
    }

    pub(crate) fn status(self) -> StatusCode {
        match self {
            Objection::BadChecksum | Objection::Malformed => StatusCode::BAD_REQUEST,
            Objection::Unknown => StatusCode::NOT_FOUND,
            Objection::Conflict | Objection::NotCaptured | Objection::TooMuch => StatusCode::CONFLICT,
            Objection::Full => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The text for people, in Vietnamese and in English.
    pub(crate) fn words(self) -> (&'static str, &'static str) {
        match self {
            Objection::BadChecksum => ("Sai mã xác thực", "The checksum is wrong"),
            Objection::Malformed => ("Dữ liệu không đúng định dạng", "A field is missing or not in form"),
            Objection::Unknown => ("Không tìm thấy giao dịch", "There is no such payment"),
            Objection::Conflict => ("Mã đã được dùng với nội dung khác", "The name was used for something else"),
            Objection::NotCaptured => ("Giao dịch chưa thành công", "The payment was not captured"),
            Objection::TooMuch => ("Số tiền hoàn vượt quá số tiền còn lại", "More than is left of the payment"),
            Objection::Full => ("Quá nhiều giao dịch đang mở", "Too many payments are open"),
        }
    }
}

impl From<NotPlaced> for Objection {
    fn from(reason: NotPlaced) -> Self {
        match reason {
            NotPlaced::Full => Objection::Full,
            NotPlaced::Conflict => Objection::Conflict,
        }
    }
}

impl From<NotRefunded> for Objection {
    fn from(reason: NotRefunded) -> Self {
        match reason {
            NotRefunded::NotCaptured => Objection::NotCaptured,
            NotRefunded::TooMuch | NotRefunded::TooMany => Objection::TooMuch,
            NotRefunded::Conflict => Objection::Conflict,
        }
    }
}

/// Opens the payment of an order, unless `objection` or the order itself forbids it.
pub(crate) fn take(bank: &Bank, order: Order, objection: Option<Objection>) -> Result<Payment, Objection> {
    let objection = objection.or_else(|| (!order.is_in_form()).then_some(Objection::Malformed));
    let signal = order_signal(&order);
    let mut records = bank.records();
    let placed = match objection {
        Some(objection) => Err(objection),
        None => records.place(order, clock::now()).cloned().map_err(Objection::from),
    };
    let (state, status, detail) = match &placed {
        Ok(_) => (State::Ordered.word(), 200, "0"),
        Err(objection) => ("refused", objection.status().as_u16(), objection.code()),
    };
    records.ledger.enter(Message { state, status: Some(status), detail: detail.to_owned(), ..signal });
    placed
}

fn order_signal(order: &Order) -> Message {
    Message {
        direction: Direction::In,
        reference: order.reference.clone(),
        dossier: order.dossier.clone(),
        amount: order.amount,
        ..Message::internal("order")
    }
}

/// Records a message that could not be parsed.
pub(crate) fn reject(bank: &Bank, kind: &'static str, objection: Objection) -> Objection {
    bank.records().ledger.enter(Message {
        direction: Direction::In,
        state: "refused",
        status: Some(objection.status().as_u16()),
        detail: objection.code().to_owned(),
        ..Message::internal(kind)
    });
    objection
}

/// The state of a payment; the query is recorded as a signal of `kind`.
pub(crate) fn ask(bank: &Bank, reference: &str, kind: &'static str) -> Result<Payment, Objection> {
    let mut records = bank.records();
    let number = records.by_reference(reference).ok_or(Objection::Unknown)?.number;
    records.note_expiry(number, clock::now());
    let payment = records.by_reference(reference).cloned().ok_or(Objection::Unknown)?;
    records.ledger.enter(payment.asked(kind));
    Ok(payment)
}

/// A refund that a portal orders.
#[derive(Debug)]
pub(crate) struct Claimed<'fields> {
    pub(crate) partner: &'fields str,
    pub(crate) reference: &'fields str,
    /// The portal's number of the refund.
    pub(crate) refund: &'fields str,
    /// Whole dong.
    pub(crate) amount: i64,
}

/// Refunds the customer; returns the payment after it.
pub(crate) fn give_back(bank: &Bank, claimed: &Claimed<'_>) -> Result<Payment, Objection> {
    if claimed.refund.is_empty() || claimed.refund.len() > LONGEST_REFUND_NAME {
        return Err(reject(bank, "refund", Objection::Malformed));
    }
    let paid = bank.records().by_reference(claimed.reference).cloned();
    let Some(paid) = paid.filter(|payment| payment.order.partner == claimed.partner) else {
        return Err(reject(bank, "refund", Objection::Unknown));
    };
    let mut records = bank.records();
    let refund = Refund { name: claimed.refund, amount: claimed.amount, at: clock::now() };
    let done = records.refund(paid.number, &refund).map_err(Objection::from);
    let (status, detail) = match done {
        Ok(_) => (200, "0"),
        Err(objection) => (objection.status().as_u16(), objection.code()),
    };
    let signal = Message { amount: claimed.amount, detail: detail.to_owned(), ..paid.asked("refund") };
    records.ledger.enter(Message { status: Some(status), ..signal });
    done
}

/// The longest name of a refund.
const LONGEST_REFUND_NAME: usize = 64;

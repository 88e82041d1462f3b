//! What defects do to a dossier; each is called at one place of the step that it affects, and does nothing while it is off.

use crate::behaviour::defects::{Defect, Defects};
use crate::domain::dossier::Dossier;
use crate::domain::office::Office;
use crate::domain::payments::payment::{Payment, PaymentState};
use crate::domain::payments::platform::{Confirmation, Outcome, Verdict};
use crate::domain::states::{Event, State};

/// `revive`: a stopped dossier can be started.
pub(crate) fn revive(dossier: &mut Dossier, office: &Office<'_>) {
    if dossier.state == State::Stopped && office.defects.has(Defect::Revive) {
        dossier.state = State::Accepted;
    }
}

/// `jump-9`: whether the start is shown and not done.
pub(crate) fn pretends_start(dossier: &mut Dossier, office: &Office<'_>) -> bool {
    let pretends = office.defects.triggers(Defect::Jump9, dossier.ordinal, 1, 10);
    if pretends {
        dossier.start_was_pretended = true;
        dossier.version += 1;
    }
    pretends
}

/// `rewrite-hist`: removes the start from the log.
pub(crate) fn rewrite_history(dossier: &mut Dossier, office: &Office<'_>) {
    if office.defects.has(Defect::RewriteHist) {
        dossier.progress.retain(|entry| entry.event != Event::Started);
    }
}

/// `early-10` and `tried-is-done`: the result counts as delivered before it is.
pub(crate) fn close_early(dossier: &mut Dossier, defect: Defect, office: &Office<'_>) {
    if office.defects.has(defect) {
        dossier.state = State::Returned;
        dossier.returned_at = Some(office.now);
    }
}

/// `double-capture`: each attempt to pay places another order.
pub(crate) fn forget_order(payment: &mut Payment, defects: Defects) {
    if defects.has(Defect::DoubleCapture) {
        payment.reference = None;
        payment.url = None;
    }
}

/// `check-after-update`: a wrong amount marks the payment as paid before it is refused.
pub(crate) fn book_wrong_amount(payment: &mut Payment, defects: Defects) {
    if defects.has(Defect::CheckAfterUpdate) {
        payment.state = PaymentState::Paid;
    }
}

/// `dup-callback` and `out-of-order`: what a report on a paid order does nevertheless.
pub(crate) fn confirm_again(
    payment: &mut Payment,
    confirmation: &Confirmation<'_>,
    defects: Defects,
) -> Option<Verdict> {
    let is_repeated = confirmation.is_genuine && payment.transaction.as_deref() == Some(confirmation.transaction);
    if is_repeated && defects.has(Defect::DupCallback) {
        payment.receipt_count += 1;
    } else if confirmation.outcome != Outcome::Captured && defects.has(Defect::OutOfOrder) {
        payment.charge(confirmation.amount);
    } else {
        return None;
    }
    Some(Verdict::Done)
}

//! What every route shares.

use std::sync::{Mutex, MutexGuard, PoisonError};

use mock_ground::Caller;

use crate::config::Setup;
use crate::faults::Course;
use crate::payment::Payment;
use crate::records::Records;

/// A bank.
pub(crate) struct Bank {
    pub(crate) setup: Setup,
    /// Where the bank itself is reached, for the addresses of its pages.
    url: String,
    /// A plain lock: it is held for a few map operations and never across an `.await`.
    records: Mutex<Records>,
    pub(crate) caller: Caller,
}

impl Bank {
    pub(crate) fn new(setup: Setup, url: String) -> Self {
        Self { setup, url, records: Mutex::new(Records::new()), caller: Caller::new(Caller::IN_FLIGHT) }
    }

    pub(crate) fn records(&self) -> MutexGuard<'_, Records> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The faults that a payment gets.
    pub(crate) fn course(&self, reference: &str) -> Course {
        self.setup.shares.course(self.setup.seed, reference)
    }

    /// Where the customer pays.
    pub(crate) fn page_of(&self, payment: &Payment) -> String {
        format!("{}/pay/{}", self.url, payment.transaction())
    }

    /// Where the receipt is shown.
    pub(crate) fn receipt_of(&self, payment: &Payment) -> String {
        format!("{}/receipt/{}", self.url, payment.transaction())
    }

    /// Where callbacks go; `None` if neither the setup nor the order says.
    pub(crate) fn callback_address<'bank>(&'bank self, payment: &'bank Payment) -> Option<&'bank str> {
        let address = self.setup.callback_url.as_deref().unwrap_or(&payment.order.callback_url);
        (!address.is_empty()).then_some(address)
    }
}

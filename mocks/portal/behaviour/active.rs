//! What is switched on in a running portal besides defects: its variants and the faults that are injected. A tester may
//! switch them while it runs.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::behaviour::fault_injection::Faults;
use crate::behaviour::variants::Variants;

/// The variants and the faults of a running portal.
#[derive(Debug)]
pub(crate) struct Active {
    /// Whether neither is on: all that a request to an ordinary portal asks.
    is_ordinary: AtomicBool,
    variants: AtomicU64,
    faults: Mutex<Option<Arc<Faults>>>,
}

impl Active {
    pub(crate) fn new(variants: Variants, faults: Option<Faults>) -> Self {
        let active = Self {
            is_ordinary: AtomicBool::new(true),
            variants: AtomicU64::new(variants.bits()),
            faults: Mutex::new(faults.map(Arc::new)),
        };
        active.look();
        active
    }

    pub(crate) fn is_ordinary(&self) -> bool {
        self.is_ordinary.load(Ordering::Relaxed)
    }

    pub(crate) fn variants(&self) -> Variants {
        Variants::from_bits(self.variants.load(Ordering::Relaxed))
    }

    pub(crate) fn set_variants(&self, variants: Variants) {
        self.variants.store(variants.bits(), Ordering::Relaxed);
        self.look();
    }

    pub(crate) fn faults(&self) -> Option<Arc<Faults>> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_faults(&self, faults: Option<Faults>) {
        *self.faults.lock().unwrap_or_else(PoisonError::into_inner) = faults.map(Arc::new);
        self.look();
    }

    fn look(&self) {
        let is_ordinary = self.variants().is_empty() && self.faults().is_none();
        self.is_ordinary.store(is_ordinary, Ordering::Relaxed);
    }
}

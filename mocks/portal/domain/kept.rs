//! The two forms of a thing: told to people, or kept in the store. They differ in the fields that nobody is told.

use std::cell::Cell;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::de::value::StrDeserializer;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::domain::catalogue::{Procedure, Process, ServiceLevel, Unit};

thread_local! {
    /// Whether this thread is writing something into the store.
    static IS_KEEPING: Cell<bool> = const { Cell::new(false) };
}

/// For fields that are kept and not told: `#[serde(skip_serializing_if = "kept::is_told")]`, and for the document
/// `#[schemars(skip)]`. With `#[serde(skip)]` a restart would lose the field.
pub(crate) fn is_told<T>(_field: &T) -> bool {
    !IS_KEEPING.get()
}

/// A thing as it is kept: JSON with all of its fields.
pub(crate) fn kept(thing: &impl Serialize) -> String {
    IS_KEEPING.set(true);
    let text = serde_json::to_string(thing);
    IS_KEEPING.set(false);
    text.unwrap_or_else(|_| unreachable!("what is kept has string keys and integers only"))
}

/// A thing that was kept.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T, serde_json::Error> {
    serde_json::from_str(text)
}

/// The word by which a thing is known that has no fields.
pub(crate) fn word(thing: &impl Serialize) -> String {
    kept(thing).trim_matches('"').to_owned()
}

/// The thing with this word.
pub(crate) fn of_word<T: DeserializeOwned>(word: &str) -> Option<T> {
    T::deserialize(StrDeserializer::<serde::de::value::Error>::new(word)).ok()
}

/// A unit is kept as its code; what is read has no more than that until the dossier is settled.
pub(crate) mod unit {
    use super::{Arc, Deserialize, Deserializer, Serializer, Unit};

    pub(crate) fn serialize<S: Serializer>(unit: &Unit, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&unit.code)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<Unit>, D::Error> {
        let code = String::deserialize(deserializer)?;
        Ok(Arc::new(Unit { code, name: String::new(), level: String::new() }))
    }
}

/// A procedure is kept as its code, beside which stands the version; what is read has no more than that until the
/// dossier is settled.
pub(crate) mod procedure {
    use super::{Arc, Deserialize, Deserializer, Procedure, Process, Serializer, ServiceLevel};

    pub(crate) fn serialize<S: Serializer>(procedure: &Procedure, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&procedure.code)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<Procedure>, D::Error> {
        Ok(Arc::new(Procedure {
            code: String::deserialize(deserializer)?,
            name: String::new(),
            legal_days: 0,
            fee: 0,
            service_level: ServiceLevel::default(),
            payable: false,
            postal: false,
            process: Process::default(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::payments::payment::Payment;
    use crate::domain::submission::PaymentMethod;

    #[test]
    fn what_nobody_is_told_is_kept() {
        let payment = Payment::new(PaymentMethod::Online, 5);
        let told = serde_json::to_string(&payment).unwrap();
        let kept = kept(&payment);
        assert!(!told.contains("references") && kept.contains("\"references\":0"), "{told} {kept}");
        assert_eq!(serde_json::to_string(&read::<Payment>(&kept).unwrap()).unwrap(), told);
    }

    /// `skip` loses a field at a restart, and nothing else would tell.
    #[test]
    fn no_field_is_skipped_but_the_one_that_may_be_lost() {
        let sources = [
            include_str!("agencies.rs"),
            include_str!("papers/bags.rs"),
            include_str!("dossier.rs"),
            include_str!("payments/obligations.rs"),
            include_str!("delivery/parcels.rs"),
            include_str!("../state/one_time_codes.rs"),
            include_str!("payments/payment.rs"),
            include_str!("petitions.rs"),
            include_str!("delivery/pickups.rs"),
            include_str!("payments/platform.rs"),
            include_str!("queues.rs"),
            include_str!("results.rs"),
            include_str!("submission.rs"),
            include_str!("papers/supplements.rs"),
        ];
        let skipped = |source: &str| {
            let after = source.split("#[serde(skip)]").skip(1);
            after.map(|rest| rest.trim_start().lines().next().unwrap_or_default().to_owned()).collect::<Vec<_>>()
        };
        let all: Vec<String> = sources.into_iter().flat_map(skipped).collect();
        assert_eq!(
            all,
            ["pub(crate) being_ordered_by: Option<Actor>,"],
            "say `skip_serializing_if = \"kept::is_told\"`"
        );
    }
}

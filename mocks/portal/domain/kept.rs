//! How a dossier refers to what it shares with others: by code.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::de::value::StrDeserializer;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::domain::catalogue::{Procedure, Process, ServiceLevel, Unit};

/// The word by which a thing is known that has no fields.
pub(crate) fn word(thing: &impl Serialize) -> String {
    let text = serde_json::to_string(thing).unwrap_or_else(|_| unreachable!("a word is a string"));
    text.trim_matches('"').to_owned()
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

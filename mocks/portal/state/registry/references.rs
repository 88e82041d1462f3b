//! Which of an applicant's dossiers bears which client reference. Most applicants have few, a few have thousands.

use std::collections::HashMap;

use crate::domain::dossier_id::DossierId;

/// Up to how many references are looked through one by one: a table for a single one would take 200 bytes.
const FEW: usize = 8;

/// The dossiers of one applicant by client reference; the first with it counts.
#[derive(Debug)]
pub(crate) enum References {
    Few(Vec<(Box<str>, DossierId)>),
    Many(HashMap<Box<str>, DossierId>),
}

impl Default for References {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl References {
    /// The dossier with this reference.
    pub(crate) fn get(&self, reference: &str) -> Option<&DossierId> {
        match self {
            Self::Few(few) => few.iter().find(|(known, _)| known.as_ref() == reference).map(|(_, id)| id),
            Self::Many(many) => many.get(reference),
        }
    }

    /// Notes a reference, unless it is known.
    pub(crate) fn note(&mut self, reference: &str, id: DossierId) {
        if self.get(reference).is_some() {
            return;
        }
        match self {
            Self::Few(few) if few.len() < FEW => {
                few.reserve_exact(1);
                few.push((reference.into(), id));
            }
            Self::Few(few) => {
                let mut many: HashMap<Box<str>, DossierId> = few.drain(..).collect();
                many.insert(reference.into(), id);
                *self = Self::Many(many);
            }
            Self::Many(many) => {
                many.insert(reference.into(), id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_or_many_each_reference_leads_to_the_first_dossier_with_it() {
        let mut references = References::default();
        for id in 0..3 * FEW {
            references.note(&format!("r-{id}"), id);
            references.note("r-0", id);
            assert_eq!(references.get(&format!("r-{id}")), Some(&id));
            assert_eq!(references.get("r-0"), Some(&0));
            assert_eq!(references.get(&format!("r-{}", id + 1)), None);
        }
    }
}

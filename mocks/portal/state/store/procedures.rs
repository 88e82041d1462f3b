//! The catalogue of procedures in the store. The store takes precedence; of the catalogue that the portal is started with,
//! only procedures that the store does not have are added.

use std::collections::HashMap;
use std::sync::Arc;

use crate::domain::catalogue::Procedure;
use crate::domain::procedures::{Procedures, Published};
use crate::state::store::part::{Batch, Part, ReadError, Source, body, read_body, whole};

const PUT: &str = "insert or replace into procedures values (?1, ?2, ?3)";
const ALL: &str = "select code, version, body from procedures order by code, version";

/// Every version of every procedure.
pub(crate) struct Versions(HashMap<(String, u64), Arc<Procedure>>);

impl Versions {
    /// # Errors
    /// When a row cannot be read.
    pub(crate) fn read(source: &Source<'_>) -> Result<Self, ReadError> {
        let rows: Vec<(String, u64, String)> = source.rows(ALL)?;
        let mut all = HashMap::with_capacity(rows.len());
        for (code, version, body) in rows {
            let procedure = read_body("procedures", &format!("{code}, version {version}"), &body)?;
            all.insert((code, version), Arc::new(procedure));
        }
        Ok(Self(all))
    }

    pub(crate) fn get(&self, code: &str, version: u64) -> Option<&Arc<Procedure>> {
        self.0.get(&(code.to_owned(), version))
    }

    /// Puts the last version of each into the catalogue.
    pub(crate) fn publish(&self, procedures: &mut Procedures) {
        for ((code, version), procedure) in &self.0 {
            let published = Published { procedure: Arc::clone(procedure), version: *version };
            match procedures.by_code.get(code) {
                Some(later) if later.version > *version => {}
                Some(_) | None => drop(procedures.by_code.insert(code.clone(), published)),
            }
        }
    }
}

impl Part for Procedures {
    fn watch(&mut self) {
        self.unwritten = Some(self.by_code.values().cloned().collect());
    }

    fn is_dirty(&self) -> bool {
        self.unwritten.as_ref().is_some_and(|unwritten| !unwritten.is_empty())
    }

    fn write(&mut self, batch: &mut Batch<'_>) {
        for Published { procedure, version } in self.unwritten.iter_mut().flat_map(std::mem::take) {
            batch.add(PUT, vec![procedure.code.clone().into(), whole(version), body(&*procedure)]);
        }
        batch.count("publications", self.publications);
    }

    /// The procedures themselves are read together with the dossiers, which share them; see [`Versions`].
    fn restore(&mut self, source: &Source<'_>) -> Result<(), ReadError> {
        self.publications = source.counter("publications");
        Ok(())
    }
}

//! Sync states in the store. Without a link nothing is written, and rows of an earlier link stay.

use rusqlite::types::Value;

use crate::domain::dossier_id::DossierId;
use crate::state::outbox::Outbox;
use crate::state::store::part::{Batch, Part, ReadError, Source, body, place, read_body};

const PUT: &str = "insert or replace into sync_states (dossier, body, reason) values (?1, ?2, ?3)";
const ALL: &str = "select dossier, body, reason from sync_states order by dossier";
const PUT_FETCHED: &str = "insert or replace into fetched values (1, ?1)";
const ALL_FETCHED: &str = "select last from fetched";

impl Part for Option<Box<Outbox>> {
    fn watch(&mut self) {
        if let Some(outbox) = self {
            outbox.dirty.watch();
        }
    }

    fn is_dirty(&self) -> bool {
        self.as_ref().is_some_and(|outbox| outbox.dirty.is_any())
    }

    /// The cursor of fetching is written with any batch: what is fetched again is recognised.
    fn write(&mut self, batch: &mut Batch<'_>) {
        let Some(outbox) = self else { return };
        for id in outbox.dirty.take() {
            if let Some((sync, reason)) = outbox.sync(id) {
                let reason = reason.map_or(Value::Null, |reason| reason.to_owned().into());
                batch.add(PUT, vec![place(id), body(sync), reason]);
            }
        }
        if !outbox.last_pulled.is_empty() {
            batch.add(PUT_FETCHED, vec![outbox.last_pulled.clone().into()]);
        }
        batch.count("untaken", outbox.untaken);
    }

    fn restore(&mut self, source: &Source<'_>) -> Result<(), ReadError> {
        let Some(outbox) = self else { return Ok(()) };
        let rows: Vec<(DossierId, String, Option<String>)> = source.rows(ALL)?;
        for (id, text, reason) in rows {
            let sync = read_body("sync_states", &id, &text)?;
            outbox.restore(id, sync, reason);
        }
        let fetched: Vec<(String,)> = source.rows(ALL_FETCHED)?;
        outbox.last_pulled = fetched.into_iter().next().map(|(last,)| last).unwrap_or_default();
        outbox.untaken = source.counter("untaken");
        Ok(())
    }
}

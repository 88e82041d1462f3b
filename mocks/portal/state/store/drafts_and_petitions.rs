//! Drafts and petitions in the store.

use serde_json::value::RawValue;

use crate::domain::drafts::{Draft, Drafts};
use crate::domain::moment::Moment;
use crate::domain::petitions::{Petition, Petitions};
use crate::state::store::part::{Batch, Part, ReadError, Source, body, no_sense, place, read_body, whole};

const PUT_DRAFT: &str = "insert or replace into drafts values (?1, ?2, ?3, ?4)";
const DROP_DRAFT: &str = "delete from drafts where id = ?1";
const ALL_DRAFTS: &str = "select id, owner, saved_at, fields from drafts order by id";
const PUT_PETITION: &str = "insert or replace into petitions values (?1, ?2, ?3)";
const ALL_PETITIONS: &str = "select number, owner, body from petitions order by number";

impl Part for Drafts {
    fn watch(&mut self) {
        self.dirty.watch();
    }

    fn is_dirty(&self) -> bool {
        self.dirty.is_any()
    }

    fn write(&mut self, batch: &mut Batch<'_>) {
        for (owner, id) in self.dirty.take() {
            match self.get(owner, id) {
                Ok(draft) => {
                    let (saved_at, fields) = (draft.saved_at.to_string(), draft.fields.get().to_owned());
                    batch.add(PUT_DRAFT, vec![whole(id), whole(owner), saved_at.into(), fields.into()]);
                }
                Err(_thrown_away) => batch.add(DROP_DRAFT, vec![whole(id)]),
            }
        }
        batch.count("drafts begun", self.begun);
    }

    fn restore(&mut self, source: &Source<'_>) -> Result<(), ReadError> {
        let rows: Vec<(u64, u64, String, String)> = source.rows(ALL_DRAFTS)?;
        for (id, owner, saved_at, fields) in rows {
            let saved_at = Moment::parse(&saved_at).ok_or_else(|| no_sense("drafts", &id))?;
            let fields = RawValue::from_string(fields).map_err(|source| ReadError::Body {
                table: "drafts",
                row: id.to_string(),
                source,
            })?;
            self.resume(owner, Draft { id, saved_at, fields });
        }
        self.begun = source.counter("drafts begun");
        Ok(())
    }
}

impl Part for Petitions {
    fn watch(&mut self) {
        self.dirty.watch();
    }

    fn is_dirty(&self) -> bool {
        self.dirty.is_any()
    }

    fn write(&mut self, batch: &mut Batch<'_>) {
        for number in self.dirty.take() {
            if let Ok(petition) = self.get(number) {
                batch.add(PUT_PETITION, vec![place(number), whole(petition.owner), body(petition)]);
            }
        }
    }

    fn restore(&mut self, source: &Source<'_>) -> Result<(), ReadError> {
        let rows: Vec<(u64, u64, String)> = source.rows(ALL_PETITIONS)?;
        for (number, owner, text) in rows {
            let mut petition: Petition = read_body("petitions", &number, &text)?;
            petition.owner = owner;
            self.all.push(petition);
            if number != self.all.len() as u64 {
                return Err(no_sense("petitions", &number));
            }
        }
        Ok(())
    }
}

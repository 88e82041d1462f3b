//! Kept answers in the store. A request that was still running under its key is forgotten.

use axum::http::{HeaderValue, StatusCode};
use rusqlite::types::Value;

use crate::state::replays::{Kept, Keyed, Replays};
use crate::state::store::part::{Batch, Part, ReadError, Source, no_sense, whole};

const PUT: &str = "insert or replace into kept_answers values (?1, ?2, ?3, ?4, ?5, ?6)";
const DROP: &str = "delete from kept_answers where key = ?1";
const ALL: &str = "select key, serial, request, status, content_type, body from kept_answers order by serial";

impl Part for Replays {
    fn watch(&mut self) {
        self.dirty.watch();
    }

    fn is_dirty(&self) -> bool {
        self.dirty.is_any()
    }

    fn write(&mut self, batch: &mut Batch<'_>) {
        for key in self.dirty.take() {
            let name = Value::Blob(key.to_vec());
            match self.by_key.get(&key) {
                Some(Keyed { serial, request, answer: Some(answer) }) => {
                    let content_type = answer.content_type.as_ref().and_then(|value| value.to_str().ok());
                    let content_type = content_type.map_or(Value::Null, |text| text.to_owned().into());
                    let status = whole(answer.status.as_u16().into());
                    let (request, body) = (request.to_vec().into(), answer.body.to_vec().into());
                    batch.add(PUT, vec![name, whole(*serial), request, status, content_type, body]);
                }
                Some(Keyed { answer: None, .. }) | None => batch.add(DROP, vec![name]),
            }
        }
        batch.count("keys begun", self.begun);
    }

    fn restore(&mut self, source: &Source<'_>) -> Result<(), ReadError> {
        type Columns = ([u8; 32], u64, [u8; 32], u16, Option<String>, Vec<u8>);
        let rows: Vec<Columns> = source.rows(ALL)?;
        for (key, serial, request, status, content_type, body) in rows {
            let (Ok(status), Ok(content_type)) =
                (StatusCode::from_u16(status), content_type.map(HeaderValue::try_from).transpose())
            else {
                return Err(no_sense("kept_answers", &serial));
            };
            let answer = Some(Kept { status, content_type, body: body.into() });
            self.by_key.insert(key, Keyed { serial, request, answer });
            self.order.push_back(key);
        }
        self.begun = source.counter("keys begun");
        Ok(())
    }
}

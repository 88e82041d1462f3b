//! Sessions and one-time codes in the store. Tokens stay valid: their secret part follows from a seed that is kept.

use std::sync::Arc;

use rusqlite::types::Value;

use crate::domain::person::Person;
use crate::state::one_time_codes::OneTimeCodes;
use crate::state::sessions::{Session, Sessions, mark};
use crate::state::store::part::{Batch, Part, ReadError, Source, body, no_sense, place, whole};

const PUT_SESSION: &str = "insert or replace into sessions values (?1, ?2, ?3, ?4, ?5)";
const ALL_SESSIONS: &str = "select place, number, citizen, clerk, opened_ns from sessions order by place";
const PUT_CODE: &str = "insert or replace into one_time_codes values (?1, ?2)";
const DROP_CODE: &str = "delete from one_time_codes where citizen = ?1";

impl Part for Sessions {
    fn watch(&mut self) {
        self.dirty.watch();
    }

    fn is_dirty(&self) -> bool {
        self.dirty.is_any()
    }

    fn write(&mut self, batch: &mut Batch<'_>) {
        for at in self.dirty.take() {
            let Some(session) = self.ring.get(at) else { continue };
            let (citizen, clerk) = match &session.person {
                Some(Person::Citizen(number)) => (whole(*number), Value::Null),
                Some(Person::Clerk(clerk)) => (Value::Null, clerk.id.clone().into()),
                None => (Value::Null, Value::Null),
            };
            let number = whole(self.number_at(at));
            batch.add(PUT_SESSION, vec![place(at), number, citizen, clerk, whole(session.opened_ns)]);
        }
        batch.count("sessions seed", self.seed);
        batch.count("sessions opened", self.opened);
        batch.count("sessions last ns", self.lifetime_ns);
    }

    /// A clerk who has left the catalogue since is signed out.
    fn restore(&mut self, source: &Source<'_>) -> Result<(), ReadError> {
        type Columns = (usize, u64, Option<u64>, Option<String>, u64);
        if source.counter("sessions seed") == 0 {
            // The store is new, and so is the seed that is at hand.
            return Ok(());
        }
        self.seed = source.counter("sessions seed");
        self.opened = source.counter("sessions opened");
        self.lifetime_ns = source.counter("sessions last ns");
        let rows: Vec<Columns> = source.rows(ALL_SESSIONS)?;
        for (at, number, citizen, clerk, opened_ns) in rows {
            if at != self.ring.len() || number != self.number_at(at) {
                return Err(no_sense("sessions", &at));
            }
            let clerk = clerk.and_then(|id| source.catalogue.clerk(&id).map(Arc::clone));
            let person = citizen.map(Person::Citizen).or_else(|| clerk.map(Person::Clerk));
            self.ring.push(Session { mark: mark(self.seed, number), person, opened_ns });
        }
        Ok(())
    }
}

impl Part for OneTimeCodes {
    fn watch(&mut self) {
        self.dirty.watch();
    }

    fn is_dirty(&self) -> bool {
        self.dirty.is_any()
    }

    fn write(&mut self, batch: &mut Batch<'_>) {
        for citizen in self.dirty.take() {
            match self.by_citizen.get(&citizen) {
                Some(sent) => batch.add(PUT_CODE, vec![whole(citizen), body(sent)]),
                None => batch.add(DROP_CODE, vec![whole(citizen)]),
            }
        }
        batch.count("one-time codes", self.counter);
    }

    fn restore(&mut self, source: &Source<'_>) -> Result<(), ReadError> {
        self.by_citizen.extend(source.bodies("one_time_codes")?);
        self.counter = source.counter("one-time codes");
        Ok(())
    }
}

//! The business clock in the store. It goes on from the moment that was written last: a clock that a tester stopped
//! stays stopped, one that was sped up does not count the time in which the portal was down.

use rusqlite::types::Value;

use crate::domain::moment::Moment;
use crate::state::clock::{Clock, Course, wall_ns};
use crate::state::store::part::{Batch, Part, ReadError, Source, no_sense};

const PUT: &str = "insert or replace into clock values (1, ?1, ?2, ?3, ?4)";
const ALL: &str = "select latest, shown, speed, until from clock";

impl Part for Clock {
    fn watch(&mut self) {}

    fn is_dirty(&self) -> bool {
        self.is_dirty
    }

    /// It is written with every batch, so that nothing in the store is later than it.
    fn write(&mut self, batch: &mut Batch<'_>) {
        self.is_dirty = false;
        let course = self.set.map(|(course, _)| course);
        let speed = course.map_or(Value::Null, |course| course.speed.into());
        let until = course.and_then(|course| course.until);
        let until = until.map_or(Value::Null, |until| until.to_string().into());
        batch.add(PUT, vec![self.latest.to_string().into(), self.shown.to_string().into(), speed, until]);
    }

    fn restore(&mut self, source: &Source<'_>) -> Result<(), ReadError> {
        let rows: Vec<(String, String, Option<f64>, Option<String>)> = source.rows(ALL)?;
        for (latest, shown, speed, until) in rows {
            self.shown = Moment::parse(&shown).ok_or_else(|| no_sense("clock", &shown))?;
            self.latest = Moment::parse(&latest).ok_or_else(|| no_sense("clock", &latest))?;
            let until =
                until.map(|until| Moment::parse(&until).ok_or_else(|| no_sense("clock", &until))).transpose()?;
            self.set = speed.map(|speed| (Course { now: self.latest, speed, until }, wall_ns()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::{Connection, params_from_iter};

    use super::*;
    use crate::domain::catalogue::{Catalogue, Index};
    use crate::state::store::part::Counters;

    const HOUR_MS: i64 = 3_600_000;

    #[test]
    fn a_clock_goes_on_from_what_it_has_told_and_no_time_has_passed_meanwhile() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(crate::state::store::SCHEMA).unwrap();
        let now = Moment::parse("2021-03-01T07:00:00+07:00").unwrap();
        let mut clock = Clock::real();
        // Set in 1970: at this speed it would long be in the year 9000.
        clock.set(Course { now, speed: 3_600.0, until: None }, 0);
        assert!(!clock.is_dirty());
        clock.read(10_000_000_000);
        assert!(clock.is_dirty(), "a tester was told, and it never goes backwards");
        let told = clock.latest;
        clock.shown = told.plus_ms(9_000);
        let (mut counters, index) = (Counters::default(), Index::new(Catalogue::sample()).unwrap());
        let mut batch = Batch::new(&mut counters);
        clock.write(&mut batch);
        for write in batch.into_writes() {
            connection.execute(&write.sql, params_from_iter(write.values)).unwrap();
        }

        let mut again = Clock::real();
        again.restore(&Source::new(&connection, &index).unwrap()).unwrap();
        let now = again.now(wall_ns());
        assert!(
            told.plus_ms(9_000) <= now && now < told.plus_ms(HOUR_MS),
            "{told} {now}: it was ahead, and never goes back"
        );
    }
}

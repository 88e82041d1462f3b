//! The numbers of dossiers: counted for each unit and day.

use crate::domain::moment::Moment;
use crate::state::registry::Registry;

impl Registry {
    /// The next code of a unit that is free: one of its numbers may have been given out elsewhere and handed down.
    pub(crate) fn next_code(&mut self, unit: &str, now: Moment) -> String {
        loop {
            let code = self.draw_code(unit, now);
            if self.defects.repeats_codes() || !self.by_code.contains_key(&code) {
                return code;
            }
        }
    }

    /// `{unit}-{yyMMdd}-{number of the day, at least four digits}`.
    fn draw_code(&mut self, unit: &str, now: Moment) -> String {
        let (defects, variants) = (self.defects, self.variants);
        let day = now.minus_hours(defects.hours_behind_in_codes()).date();
        let last = self.unit_ledger(unit).numbers.get(&day).copied().unwrap_or(0);
        self.later_numbers += u64::from(last > 0);
        let number = defects.number(last, last + variants.stride(), self.later_numbers);
        self.unit_ledger(unit).numbers.insert(day, number);
        self.unsaved.numbers.mark_with(|| (unit.to_owned(), day));
        let (unit, date) = (defects.unit_in_code(unit), variants.date_in_code(day));
        format!("{unit}-{date}-{number:0digits$}", digits = defects.digits_in_code(variants.digits()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::behaviour::defects::{Defect, Defects};
    use crate::domain::procedures::Procedures;

    fn moment(text: &str) -> Moment {
        Moment::parse(text).unwrap()
    }

    #[test]
    fn a_number_past_9999_widens_and_is_not_cut() {
        let mut registry = Registry::new(Defects::default(), Procedures::default());
        let now = moment("2021-03-05T08:00:00+07:00");
        registry.unit_ledger("H12").numbers.insert(now.date(), 9_998);
        assert_eq!(registry.next_code("H12", now), "H12-210305-9999");
        assert_eq!(registry.next_code("H12", now), "H12-210305-10000");
        assert_eq!(registry.next_code("H12", moment("2021-03-06T00:00:00+07:00")), "H12-210306-0001");
    }

    #[test]
    fn a_tiny_run_meets_the_repeated_number_wherever_two_share_a_unit_and_a_day() {
        let mut registry = Registry::new(Defects::new(&[Defect::RmwCounter]), Procedures::default());
        let (one, other) = (moment("2021-03-05T08:00:00+07:00"), moment("2021-03-06T08:00:00+07:00"));
        assert_eq!(registry.next_code("H12", one), "H12-210305-0001");
        assert_eq!(registry.next_code("H13", one), "H13-210305-0001");
        assert_eq!(registry.next_code("H12", other), "H12-210306-0001");
        assert_eq!(registry.next_code("H12", other), "H12-210306-0001");
        assert_eq!(registry.next_code("H12", other), "H12-210306-0002");
    }
}

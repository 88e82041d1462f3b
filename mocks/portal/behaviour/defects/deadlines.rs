//! What defects change in deadlines.

use crate::behaviour::defects::{Defect, Defects};

/// How a calendar is read when working days are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// As the law says.
    Law,
    /// With weekends as working days.
    WithWeekends,
    /// With every Saturday off, including those worked in exchange for a day off.
    WithoutSwaps,
    /// With public holidays as working days.
    WithHolidays,
}

impl Defects {
    /// How the calendar is read when a dossier is accepted.
    pub(crate) fn reading(self) -> Reading {
        let wrong = [
            (Defect::Weekend, Reading::WithWeekends),
            (Defect::NoSwap, Reading::WithoutSwaps),
            (Defect::NoHolidays, Reading::WithHolidays),
        ];
        wrong.into_iter().find(|(defect, _)| self.has(*defect)).map_or(Reading::Law, |(_, reading)| reading)
    }

    /// How many working days a dossier may take.
    pub(crate) fn legal_days(self, legal: u16) -> u16 {
        legal.saturating_sub(u16::from(self.has(Defect::OffByOne)))
    }

    /// The deadline that the applicant receives, if any.
    pub(crate) fn appointment<T>(self, due_at: T, ordinal: u64) -> Option<T> {
        (!self.triggers(Defect::BlankDue, ordinal, 1, 10)).then_some(due_at)
    }

    /// The deadline after a pause: moved by `working` time, or by calendar time.
    pub(crate) fn resumed<T>(self, working: T, by_the_wall: T) -> T {
        if self.has(Defect::CalendarPause) { by_the_wall } else { working }
    }
}

//! The deadlines of the law, counted in working time.
//!
//! - Legal time in *days*: the day of receipt does not count, the deadline is closing time on the last working day. The rule EG-DDL-001
//!   judges the same day. An office of eight hours a day that counts by the hour comes to the same day, too.
//! - Legal time in *hours*: from the instant of receipt, in hours the office works.
//! - *Same day*: closing time of the day of receipt if it was received before 15:00 (or whatever the law says), else of the next
//!   working day. A catalogue writes it as a legal time of 0 days, and so the rule EG-DDL-001 reads it.
//! - A pause (a supplement was asked for) gives back the *working* time it took, never calendar days. Where the promise is a day, the
//!   last day is given whole.
//! - A transfer to another unit is no argument here: it neither restarts nor pauses anything, and the hours of the office that
//!   received the dossier go on to count.

use std::time::Duration;

use jiff::civil::Date;
use model::{Case, SimTime};

use super::law::Law;
use super::working_time::WorkingTime;
use crate::period::next;

/// How long a procedure may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LegalTime {
    /// It is done on the day of receipt.
    SameDay,
    /// Working days; 0 is the day of receipt whatever the hour.
    Days(u16),
    /// Working hours.
    Hours(u16),
}

/// A stretch in which the clock of a dossier stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause {
    /// When something was asked for.
    pub from: SimTime,
    /// When it came; `None` if it has not.
    pub until: Option<SimTime>,
}

/// By when a dossier must be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadline<'a> {
    /// The last instant that is on time.
    pub due: SimTime,
    /// The last instant at which the office works and may still say that it will be late; `None` if there is none after receipt.
    pub apology_by: Option<SimTime>,
    /// The version of the law it is counted by.
    pub law: &'a Law,
}

/// Why a dossier has no deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoDeadline {
    /// The calendar knows no law for the day of receipt.
    #[error(
        "count the deadline of a dossier received on {0}: the calendar's law begins later (add a version under `law`)"
    )]
    NoLaw(Date),
    /// The deadline lies further ahead than the calendar reaches.
    #[error("count the deadline of a dossier received on {0}: it lies beyond the calendar (add years to it)")]
    Beyond(Date),
    /// Its clock stands: there is none until the pause ends.
    #[error("count the deadline of a dossier received on {0}: its clock stands")]
    Standing(Date),
}

impl Deadline<'_> {
    /// Whether a new day may be set now: the applicant is told in time, and not for more often than the law allows.
    pub fn may_be_extended(&self, told: SimTime, extended_before: u16) -> bool {
        let in_time = self.apology_by.is_some_and(|latest| told <= latest);
        in_time && extended_before < self.law.apology.value.extensions
    }
}

/// By when an office must be done with a dossier that it received at this instant. Pauses are in order and apart; one that begins after
/// the deadline changes nothing.
///
/// # Errors
/// [`NoDeadline`] if the calendar knows no law of that day or ends too early, or if a pause has not ended.
pub fn deadline<'a>(
    time: &'a WorkingTime,
    received: SimTime,
    legal: LegalTime,
    pauses: &[Pause],
) -> Result<Deadline<'a>, NoDeadline> {
    let day = received.day();
    let law = time.calendar().law(day).ok_or(NoDeadline::NoLaw(day))?;
    let mut counted = unpaused(time, law, received, legal).ok_or(NoDeadline::Beyond(day))?;
    let mut due = counted;
    for pause in pauses {
        if pause.from >= due {
            break;
        }
        let until = pause.until.ok_or(NoDeadline::Standing(day))?;
        counted = time.after(counted, time.open_between(pause.from, until)).ok_or(NoDeadline::Beyond(day))?;
        due = match legal {
            LegalTime::Hours(_) => counted,
            LegalTime::SameDay | LegalTime::Days(_) => time.closing(counted.day()).unwrap_or(counted),
        };
    }
    let apology_by = time.last_open(due - Duration::from_secs(86_400) * u32::from(law.apology.value.days));
    Ok(Deadline { due, apology_by: apology_by.filter(|latest| *latest >= received), law })
}

/// By when a submitted dossier must be accepted or refused.
///
/// # Errors
/// [`NoDeadline`] if the calendar knows no law of that day or ends too early.
pub fn intake_deadline(time: &WorkingTime, submitted: SimTime) -> Result<SimTime, NoDeadline> {
    let day = submitted.day();
    let law = time.calendar().law(day).ok_or(NoDeadline::NoLaw(day))?;
    time.after(submitted, hours(law.intake_hours.value)).ok_or(NoDeadline::Beyond(day))
}

/// By when a planned dossier must be done if the office takes it up as soon as it works after it came in.
///
/// # Errors
/// [`NoDeadline`] if the calendar knows no law of that day or ends too early.
pub fn planned_deadline<'a>(time: &'a WorkingTime, case: &Case) -> Result<Deadline<'a>, NoDeadline> {
    let taken_up = time.next_open(case.arrival).ok_or(NoDeadline::Beyond(case.arrival.day()))?;
    let legal = if case.legal_days == 0 { LegalTime::SameDay } else { LegalTime::Days(case.legal_days) };
    deadline(time, taken_up, legal, &[])
}

fn unpaused(time: &WorkingTime, law: &Law, received: SimTime, legal: LegalTime) -> Option<SimTime> {
    match legal {
        LegalTime::Days(0) => Some(time.closing(received.day()).unwrap_or(received)),
        LegalTime::Days(days) => time.closing(time.calendar().add_working_days(received.day(), days)),
        LegalTime::Hours(number) => time.after(received, hours(number)),
        LegalTime::SameDay => {
            let taken_up = time.next_open(received)?;
            let day = taken_up.day();
            let in_time = taken_up < SimTime::at(day, law.same_day.value);
            time.closing(if in_time { day } else { time.next_open(SimTime::start_of(next(day)))?.day() })
        }
    }
}

fn hours(number: u16) -> Duration {
    Duration::from_secs(3_600) * u32::from(number)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jiff::ToSpan;
    use jiff::civil::{Weekday, date, time};
    use model::Seed;
    use rand::RngExt as _;

    use super::*;
    use crate::calendar::vietnam;
    use crate::province::office::Office;

    const MINUTE: i64 = 60_000;
    const DAY: i64 = 1_440;

    /// Opening and closing, in minutes of the day; the second list is Friday's.
    type Opening = [&'static [(i64, i64)]; 2];

    const OFFICES: [Opening; 3] = [
        [&[(420, 690), (810, 1_020)], &[(420, 690), (810, 1_020)]],
        [&[(450, 690), (780, 1_020)], &[(450, 690)]],
        [&[(480, 960)], &[(510, 600), (615, 700), (900, 1_000)]],
    ];

    fn working_time(opening: Opening) -> WorkingTime {
        let hours = |stretches: &[(i64, i64)]| -> Vec<_> {
            let clock =
                |minute: i64| time(i8::try_from(minute / 60).unwrap(), i8::try_from(minute % 60).unwrap(), 0, 0);
            stretches.iter().map(|(open, close)| (clock(*open), clock(*close))).collect()
        };
        let [usual, friday] = opening.map(hours);
        WorkingTime::new(
            vietnam(),
            &Office { hours: usual, days: vec![(Weekday::Friday, friday)], source: "made up".to_owned() },
        )
    }

    /// The second derivation: every minute since the calendar began, one after the other, without sums or searches.
    struct Minutes {
        open: Vec<bool>,
        worked: Vec<bool>,
    }

    impl Minutes {
        fn new([usual, friday]: Opening) -> Self {
            let (mut open, mut worked) = (Vec::new(), Vec::new());
            for day in date(2019, 1, 1).series(1.day()).take_while(|day| day.year() < 2030) {
                worked.push(vietnam().is_working(day));
                let stretches = if day.weekday() == Weekday::Friday { friday } else { usual };
                let is_open = |minute| stretches.iter().any(|(from, until)| (*from..*until).contains(&minute));
                open.extend((0..DAY).map(|minute| vietnam().is_working(day) && is_open(minute)));
            }
            Self { open, worked }
        }

        fn is_open(&self, minute: i64) -> bool {
            self.open[usize::try_from(minute).unwrap()]
        }

        fn is_worked(&self, minute: i64) -> bool {
            self.worked[usize::try_from(minute / DAY).unwrap()]
        }

        /// The first minute by which so many open ones have passed.
        fn pass(&self, mut minute: i64, mut open: i64) -> i64 {
            while open > 0 {
                open -= i64::from(self.is_open(minute));
                minute += 1;
            }
            minute
        }

        /// The minute after the last open one of a minute's day.
        fn closing(&self, minute: i64) -> i64 {
            let (first, mut closing) = (minute / DAY * DAY, minute);
            for minute in first..first + DAY {
                if self.is_open(minute) {
                    closing = minute + 1;
                }
            }
            closing
        }

        fn unpaused(&self, received: i64, legal: LegalTime) -> i64 {
            let mut minute = received;
            match legal {
                LegalTime::Hours(hours) => return self.pass(received, 60 * i64::from(hours)),
                LegalTime::Days(days) => {
                    let mut left = days;
                    while left > 0 {
                        minute += 1;
                        left -= u16::from(minute % DAY == 0 && self.is_worked(minute));
                    }
                }
                LegalTime::SameDay => {
                    while !self.is_open(minute) {
                        minute += 1;
                    }
                    if minute % DAY >= 15 * 60 {
                        minute += 1;
                        while minute % DAY > 0 || !self.is_worked(minute) {
                            minute += 1;
                        }
                    }
                }
            }
            self.closing(minute)
        }

        fn deadline(&self, received: i64, legal: LegalTime, pauses: &[(i64, i64)]) -> i64 {
            let mut counted = self.unpaused(received, legal);
            let mut due = counted;
            for (from, until) in pauses.iter().filter(|(from, until)| from < until) {
                if *from < due {
                    let owed = (*from..*until).filter(|minute| self.is_open(*minute)).count();
                    counted = self.pass(counted, i64::try_from(owed).unwrap());
                    due = if matches!(legal, LegalTime::Hours(_)) { counted } else { self.closing(counted - 1) };
                }
            }
            due
        }
    }

    /// Draws of one case.
    struct Dice(u64, u32);

    impl Dice {
        fn below(&mut self, bound: u64) -> u64 {
            self.1 += 1;
            Seed(20).stream("deadline").rng(self.0, self.1).random_range(0..bound)
        }

        fn minutes(&mut self, bound: u64) -> i64 {
            i64::try_from(self.below(bound)).unwrap()
        }

        fn legal(&mut self) -> LegalTime {
            let number = u16::try_from(self.below(12)).unwrap();
            match self.below(10) {
                0 | 1 => LegalTime::SameDay,
                2..6 => LegalTime::Days(number),
                _ => LegalTime::Hours(1 + number * 5),
            }
        }
    }

    #[test]
    fn a_hundred_thousand_deadlines_agree_with_stepping_minute_by_minute() {
        let begin = SimTime::start_of(date(2019, 1, 1)).0;
        let instant = |minute: i64| SimTime(begin + minute * MINUTE);
        let mut kinds = BTreeSet::new();
        for (number, opening) in (0..).zip(OFFICES) {
            let (time, minutes) = (working_time(opening), Minutes::new(opening));
            for case in 0..33_334 {
                let mut dice = Dice(case * 3 + number, 0);
                let received = dice.minutes(9 * 365 * 1_440);
                let legal = dice.legal();
                let mut pauses = Vec::new();
                let mut reached = received;
                for _ in 0..dice.below(3) {
                    let from = reached + dice.minutes(5_000);
                    reached = from + 1 + dice.minutes(6_000);
                    pauses.push((from, reached));
                }
                let halts: Vec<_> = pauses
                    .iter()
                    .map(|(from, until)| Pause { from: instant(*from), until: Some(instant(*until)) })
                    .collect();
                let expected = instant(minutes.deadline(received, legal, &pauses));
                let found = deadline(&time, instant(received), legal, &halts).unwrap();
                assert_eq!(found.due, expected, "received {}, {legal:?}, {halts:?}", instant(received));
                kinds.insert((
                    std::mem::discriminant(&legal) == std::mem::discriminant(&LegalTime::SameDay),
                    pauses.len(),
                ));
            }
        }
        assert_eq!(kinds.len(), 6, "same-day and longer ones, each with 0, 1 and 2 pauses");
    }

    fn usual() -> WorkingTime {
        working_time(OFFICES[0])
    }

    fn at(day: Date, hour: i8, minute: i8) -> SimTime {
        SimTime::at(day, time(hour, minute, 0, 0))
    }

    fn due(received: SimTime, legal: LegalTime, pauses: &[Pause]) -> SimTime {
        deadline(&usual(), received, legal, pauses).unwrap().due
    }

    #[test]
    fn days_begin_after_the_day_of_receipt_and_step_over_tet() {
        // Received on the last day before Tết 2021, and on a Saturday.
        assert_eq!(due(at(date(2021, 2, 9), 8, 0), LegalTime::Days(3), &[]), at(date(2021, 2, 19), 17, 0));
        assert_eq!(due(at(date(2021, 3, 6), 20, 0), LegalTime::Days(1), &[]), at(date(2021, 3, 8), 17, 0));
        // Swapped Saturdays are worked.
        assert_eq!(due(at(date(2024, 5, 3), 8, 0), LegalTime::Days(1), &[]), at(date(2024, 5, 4), 17, 0));
        assert_eq!(due(at(date(2021, 3, 5), 8, 0), LegalTime::Days(0), &[]), at(date(2021, 3, 5), 17, 0));
    }

    #[test]
    fn what_comes_after_three_o_clock_is_done_the_next_working_day() {
        let friday = date(2021, 3, 5);
        let monday_evening = at(date(2021, 3, 8), 17, 0);
        assert_eq!(due(at(friday, 14, 59), LegalTime::SameDay, &[]), at(friday, 17, 0));
        assert_eq!(due(at(friday, 15, 0), LegalTime::SameDay, &[]), monday_evening);
        assert_eq!(due(at(friday, 22, 0), LegalTime::SameDay, &[]), monday_evening);
        assert_eq!(due(at(date(2021, 3, 7), 16, 0), LegalTime::SameDay, &[]), monday_evening);
    }

    #[test]
    fn a_pause_gives_back_working_time_and_no_calendar_days() {
        // Asked on Friday at four, answered on Monday at eight: two working hours, three calendar days.
        let pause = Pause { from: at(date(2021, 3, 5), 16, 0), until: Some(at(date(2021, 3, 8), 8, 0)) };
        let received = at(date(2021, 3, 5), 9, 0);
        assert_eq!(due(received, LegalTime::Hours(16), &[pause]), at(date(2021, 3, 9), 11, 0));
        assert_eq!(due(received, LegalTime::Days(2), &[pause]), at(date(2021, 3, 10), 17, 0));
        // Over a weekend alone nothing is given back; after the deadline nothing is left to pause.
        let weekend = Pause { from: at(date(2021, 3, 5), 17, 0), until: Some(at(date(2021, 3, 7), 23, 0)) };
        assert_eq!(due(received, LegalTime::Days(2), &[weekend]), at(date(2021, 3, 9), 17, 0));
        let late = Pause { from: at(date(2021, 3, 9), 17, 0), until: None };
        assert_eq!(due(received, LegalTime::Days(2), &[late]), at(date(2021, 3, 9), 17, 0));
    }

    #[test]
    fn counting_by_the_hour_comes_to_the_same_day() {
        for (offset, days) in (0..600).zip((1..=20).cycle()) {
            let day = date(2019, 9, 18).checked_add(offset.days()).unwrap();
            if vietnam().is_working(day) {
                let received = at(day, 7 + i8::try_from(offset % 4).unwrap(), 1);
                let by_hour = due(received, LegalTime::Hours(8 * days), &[]);
                assert_eq!(by_hour.day(), due(received, LegalTime::Days(days), &[]).day(), "{received}, {days} days");
            }
        }
    }

    #[test]
    fn who_will_be_late_says_so_a_day_before_and_once() {
        let time = usual();
        let two_days = deadline(&time, at(date(2021, 3, 4), 9, 0), LegalTime::Days(2), &[]).unwrap();
        // Due on Monday evening: a day before is Sunday, so the last chance is Friday evening.
        let friday_evening = at(date(2021, 3, 5), 17, 0);
        assert_eq!(two_days.apology_by, Some(friday_evening));
        assert!(two_days.may_be_extended(friday_evening, 0));
        assert!(!two_days.may_be_extended(friday_evening, 1));
        assert!(!two_days.may_be_extended(at(date(2021, 3, 8), 8, 0), 0));
        let same_day = deadline(&time, at(date(2021, 3, 4), 9, 0), LegalTime::SameDay, &[]).unwrap();
        assert_eq!(same_day.apology_by, None);
    }

    #[test]
    fn a_dossier_is_taken_up_within_eight_working_hours() {
        let time = usual();
        assert_eq!(intake_deadline(&time, at(date(2021, 3, 5), 9, 0)), Ok(at(date(2021, 3, 8), 9, 0)));
        assert_eq!(intake_deadline(&time, at(date(2021, 3, 5), 21, 0)), Ok(at(date(2021, 3, 8), 17, 0)));
    }

    #[test]
    fn without_law_or_calendar_or_running_clock_there_is_none() {
        let time = usual();
        let reason = |received, pauses: &[Pause]| deadline(&time, received, LegalTime::Days(30), pauses).unwrap_err();
        let early = date(2018, 1, 3);
        assert_eq!(reason(at(early, 9, 0), &[]), NoDeadline::NoLaw(early));
        let late = date(2029, 12, 20);
        assert_eq!(reason(at(late, 9, 0), &[]), NoDeadline::Beyond(late));
        let received = at(date(2021, 3, 4), 9, 0);
        assert_eq!(reason(received, &[Pause { from: received, until: None }]), NoDeadline::Standing(received.day()));
    }
}

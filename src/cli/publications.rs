//! The changes of the catalogue that a run publishes, and the catalogue that its portal begins with.

use engine::Publication;
use jiff::civil::Date;
use model::{SimTime, Timeline, fitting};
use world::{Calendar, Change, Part, People, Procedure, Province, Reach};

/// Every change of the catalogues of all provinces, in the order of their instants.
///
/// Changes that take effect on a day are published one after the other, evenly over the office hours of the last working day
/// before it: people come all the while, and nobody relies on a change before its day.
pub(crate) fn publications(people: &People, calendar: &Calendar, timeline: &Timeline) -> Vec<Publication> {
    let mut publications: Vec<_> =
        people.parts().iter().flat_map(|part| of_province(part, calendar, timeline)).collect();
    publications.sort_by_key(|publication| publication.due);
    // Instants that the run's time cannot tell apart follow each other all the same.
    let mut last = None;
    for publication in &mut publications {
        let due = last.map_or(publication.due, |last| publication.due.max(last + 1));
        publication.due = due;
        last = Some(due);
    }
    publications
}

/// Every change of the catalogue of one province.
fn of_province(part: &Part, calendar: &Calendar, timeline: &Timeline) -> Vec<Publication> {
    let province = part.province();
    let changes = province.changes();
    let mut publications: Vec<Publication> = Vec::with_capacity(changes.len());
    for together in changes.chunk_by(|one, next| one.on == next.on) {
        let Some(first) = together.first() else { continue };
        let hours = opening(province, last_working_day_before(first.on, province, calendar));
        for (position, change) in together.iter().enumerate() {
            let due = timeline.wall(part.moved().on_clock(within(&hours, position, together.len())));
            publications.extend(published(part, change).map(|offer| Publication { due, offer }));
        }
    }
    publications
}

/// How the portal offers each procedure when the run begins: wholly online where the province says nothing of it; one that is
/// offline then, and published later, is described only.
pub(crate) fn at_first(province: &Province) -> Vec<(&Procedure, world::Offer)> {
    if province.editions().is_empty() {
        let everything = world::Offer { reach: Reach::Full, payable: true, postal: true, integrated: false };
        return province.catalogue().iter().map(|procedure| (procedure, everything)).collect();
    }
    let mut offered = province.catalogue_on(province.period().from);
    let changes = province.changes();
    for (procedure, offer) in &mut offered {
        let is_published = |change: &Change| {
            province.catalogue().get(usize::from(change.procedure)).is_some_and(|other| other.code == procedure.code)
        };
        if offer.reach == Reach::Offline && changes.iter().any(is_published) {
            offer.reach = Reach::Level2;
        }
    }
    offered.retain(|(_, offer)| offer.reach != Reach::Offline);
    offered
}

/// The level of service by which a portal counts a reach: what is partly online can be submitted, what is wholly online, all.
pub(crate) const fn level(reach: Reach) -> u8 {
    match reach {
        Reach::Offline | Reach::Level2 => 2,
        Reach::Level3 | Reach::Partial => 3,
        Reach::Level4 | Reach::Full => 4,
    }
}

fn published(part: &Part, change: &Change) -> Option<model::Offer> {
    let procedure = part.province().catalogue().get(usize::from(change.procedure))?;
    let level = level(change.offer.reach);
    Some(model::Offer {
        procedure: part.procedure(&procedure.code),
        level,
        payable: change.offer.payable,
        postal: change.offer.postal,
    })
}

/// The last working day before a day; the first of the period if there is none in it.
fn last_working_day_before(day: Date, province: &Province, calendar: &Calendar) -> Date {
    let before = province.period().days().take_while(|earlier| *earlier < day);
    before.filter(|earlier| calendar.is_working(*earlier)).last().unwrap_or(province.period().from)
}

/// The office hours of a day.
fn opening(province: &Province, day: Date) -> Vec<(SimTime, SimTime)> {
    province.office().hours.iter().map(|(open, close)| (SimTime::at(day, *open), SimTime::at(day, *close))).collect()
}

/// The instant of number `position` of `count` that are spread evenly over some stretches.
fn within(stretches: &[(SimTime, SimTime)], position: usize, count: usize) -> SimTime {
    let open: i64 = stretches.iter().map(|(from, until)| until.0 - from.0).sum();
    let [position, count]: [i64; 2] = [position, count].map(|number| fitting(number, "changes are few"));
    let share = |whole: i64| whole.saturating_mul(position) / count.max(1);
    let mut passed = share(open);
    for (from, until) in stretches {
        let length = until.0 - from.0;
        if passed < length {
            return SimTime(from.0 + passed);
        }
        passed -= length;
    }
    stretches.last().map_or(SimTime(0), |(_, until)| *until)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_spread_over_the_open_stretches_only() {
        let stretches = [(SimTime(100), SimTime(104)), (SimTime(200), SimTime(204))];
        let instants: Vec<_> = (0..4).map(|position| within(&stretches, position, 4).0).collect();
        assert_eq!(instants, [100, 102, 200, 202]);
        assert_eq!(within(&[], 0, 1), SimTime(0));
    }

    #[test]
    fn a_portal_counts_what_is_partly_online_as_level_3() {
        assert_eq!([Reach::Level2, Reach::Partial, Reach::Full].map(level), [2, 3, 4]);
    }
}

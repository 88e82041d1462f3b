//! Figures about services: how many procedures are offered how, how many of them are asked for, at how many units.
//!
//! ```yaml
//!     planned: { services: { reach: [level3, level4], has: payable, on: 2020-09-30 } }
//!     planned: { services: { has: payable, on: 2020-09-30, since: 2020-07-31 } }   # how many more than on that day
//!     planned: { services: { has: dossiers } }
//!     base: { services: { reach: [partial, full] } }                               # as a share of these
//!     planned: { units: { level: district, reach: full, more_than: 0.60 } }
//! ```
//!
//! `units` counts the units of a level at which more than (or `at_least`) this share of their procedures of a reach got a dossier
//! online (tỷ lệ dịch vụ công có phát sinh hồ sơ trực tuyến). Without `on` the last day of the period is meant.

use std::collections::BTreeSet;
use std::fmt;

use jiff::civil::Date;
use model::words::{Channel, Level};
use model::{Comparison, Counted, Decimal, Fields, Node, Precision, fitting};

use super::catalogue::Catalogue;
use super::cell::Cell;
use super::in_use::decided;
use super::offer::{Extra, Offer, Reach};
use super::procedure::Procedure;
use super::unit::Unit;
use super::vocabulary::Vocabulary;
use crate::period::date;

/// What a figure about services counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServiceCount {
    /// So many procedures.
    Services(Services),
    /// The first as a share of the second.
    Share(Services, Services),
    /// So many units.
    Units(Units),
}

/// Which procedures are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Services {
    /// Those of this level of government; of all, if there is none.
    pub level: Option<Level>,
    /// Those of one of these reaches; of any, if there is none.
    pub reach: Vec<Reach>,
    /// Those with all of these.
    pub has: Vec<Property>,
    /// The day on which they are counted.
    pub on: Date,
    /// An earlier day; those counted then are taken off.
    pub since: Option<Date>,
}

/// Something a procedure may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Property {
    /// An extra of its offer.
    Extra(Extra),
    /// At least one dossier.
    Dossiers,
}

/// Which units are meant: those where a share of their procedures exceeds a bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Units {
    /// Units of this level.
    pub level: Level,
    /// Their procedures of this reach ...
    pub reach: Reach,
    /// ... of which a share within this bound has a dossier that came in online.
    pub bound: Bound,
    /// The day on which procedures have that reach.
    pub on: Date,
}

/// What a share is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// It is more.
    MoreThan(Decimal),
    /// It is as much or more.
    AtLeast(Decimal),
}

impl fmt::Display for Property {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Extra(extra) => extra.fmt(out),
            Self::Dossiers => out.pad("dossiers"),
        }
    }
}

impl Property {
    const ALL: &'static [Self] =
        &[Self::Extra(Extra::Payable), Self::Extra(Extra::Postal), Self::Extra(Extra::Integrated), Self::Dossiers];
}

/// The demand: the procedures that dossiers are about.
#[derive(Default)]
pub(crate) struct Demand {
    /// With at least one dossier.
    asked: BTreeSet<u16>,
    /// By unit, with at least one dossier that came in online.
    online: BTreeSet<(u16, u16)>,
}

impl Demand {
    /// The demand of these cells, each with as many dossiers as are planned.
    pub(crate) fn of<'c>(cells: impl Iterator<Item = (&'c Cell, u32)>) -> Self {
        let mut demand = Self::default();
        for (cell, _) in cells.filter(|(_, count)| *count > 0) {
            demand.ask(cell.procedure, cell.unit, cell.channel);
        }
        demand
    }

    /// Adds a dossier about a procedure at a unit, by their positions.
    pub(crate) fn ask(&mut self, procedure: u16, unit: u16, channel: Channel) {
        self.asked.insert(procedure);
        if channel == Channel::Online {
            self.online.insert((unit, procedure));
        }
    }
}

/// Whether a share lies within a bound; a share of nothing never does.
fn is_met(part: u32, base: u32, bound: Decimal, precision: Precision) -> bool {
    let share = Counted::share(part.into(), base.into());
    let exactly = Decimal { units: 0, digits: 0 };
    share.is_some_and(|share| share.compare(bound, precision, exactly) != Comparison::Outside)
}

impl Bound {
    fn holds(self, part: u32, base: u32) -> bool {
        match self {
            Self::MoreThan(bound) => is_met(part, base, bound, Precision::MoreThan),
            Self::AtLeast(bound) => is_met(part, base, bound, Precision::AtLeast),
        }
    }
}

impl Services {
    /// The procedures of a part of the catalogue.
    pub(crate) fn of_part(level: Option<Level>, reach: Reach, on: Date) -> Self {
        Self { level, reach: vec![reach], has: Vec::new(), on, since: None }
    }

    fn count(&self, catalogue: &Catalogue, demand: &Demand) -> u32 {
        let then = self.since.map_or(0, |day| self.count_on(day, catalogue, demand));
        self.count_on(self.on, catalogue, demand).saturating_sub(then)
    }

    fn count_on(&self, day: Date, catalogue: &Catalogue, demand: &Demand) -> u32 {
        let is_meant = |(position, procedure): &(u16, &Procedure)| {
            let offer = catalogue.offer_on(*position, day);
            let has = |property: &Property| match property {
                Property::Extra(extra) => offer.is_some_and(|offer| offer.has(*extra)),
                Property::Dossiers => demand.asked.contains(position),
            };
            (self.level.is_none() || procedure.levels.first().copied() == self.level)
                && (self.reach.is_empty() || offer.is_some_and(|offer| self.reach.contains(&offer.reach)))
                && self.has.iter().all(has)
        };
        let count = (0_u16..).zip(catalogue.procedures()).filter(is_meant).count();
        fitting(count, "procedures have 16-bit positions")
    }

    fn read(node: &Node<'_>, catalogue: &Catalogue, last: Date) -> Option<Self> {
        node.fields(|fields| {
            let level = fields.get("level").map_or_else(|| Some(None), |node| node.word(Level::ALL).map(Some));
            let reach = fields.get("reach").map_or_else(|| Some(Vec::new()), |node| words(&node, Reach::ALL));
            let has = fields.get("has").map_or_else(|| Some(Vec::new()), |node| words(&node, Property::ALL));
            let on = day(fields, catalogue, last);
            let since = fields.get("since").map_or_else(|| Some(None), |node| known(&node, catalogue).map(Some));
            Some(Self { level: level?, reach: reach?, has: has?, on: on?, since: since? })
        })
    }
}

impl Units {
    fn count(&self, vocabulary: Vocabulary<'_>, demand: &Demand) -> u32 {
        self.units(vocabulary, demand).map_or(0, |units| fitting(units.len(), "units have 16-bit positions"))
    }

    /// The positions of the units that are meant.
    fn units(&self, vocabulary: Vocabulary<'_>, demand: &Demand) -> Option<Vec<u16>> {
        let offers = &vocabulary.catalogue.edition_on(self.on)?.offers;
        let is_meant = |(position, unit): &(u16, &Unit)| {
            let reaches = |procedure: u16| {
                offers.get(usize::from(procedure)).is_some_and(|offer: &Offer| offer.reach == self.reach)
            };
            let decided = decided(vocabulary, unit).map(|(procedure, _)| procedure).filter(|at| reaches(*at));
            let (mut base, mut part) = (0, 0);
            for procedure in decided {
                base += 1;
                part += u32::from(demand.online.contains(&(*position, procedure)));
            }
            base > 0 && self.bound.holds(part, base)
        };
        let units = (0_u16..).zip(vocabulary.units).filter(|(_, unit)| unit.level == self.level).filter(is_meant);
        Some(units.map(|(position, _)| position).collect())
    }

    fn read(node: &Node<'_>, catalogue: &Catalogue, last: Date) -> Option<Self> {
        node.fields(|fields| {
            let level = fields.word("level", Level::ALL);
            let reach = fields.word("reach", Reach::ALL);
            let on = day(fields, catalogue, last);
            let share = |node: Node<'_>| {
                let text = node.text()?;
                Decimal::parse(text).or_else(|| node.refuse(format!("`{text}` is not a share"), "write it as 0.80"))
            };
            let bound = match (fields.get("more_than"), fields.get("at_least")) {
                (Some(node), None) => share(node).map(Bound::MoreThan),
                (None, Some(node)) => share(node).map(Bound::AtLeast),
                (Some(_), Some(_)) | (None, None) => fields
                    .node()
                    .refuse("the share is compared with nothing, or twice", "give `more_than` or `at_least`"),
            };
            Some(Self { level: level?, reach: reach?, bound: bound?, on: on? })
        })
    }
}

impl ServiceCount {
    /// Whether what a figure gives as `planned` or `base` speaks of services.
    pub(crate) fn is_meant(node: &Node<'_>) -> bool {
        node.is_map() && node.entries().is_some_and(|entries| entries.iter().any(|(key, _)| KEYS.contains(key)))
    }

    /// Reads what a figure gives as `planned` and `base`.
    pub(crate) fn read(planned: &Node<'_>, base: Option<&Node<'_>>, vocabulary: Vocabulary<'_>) -> Option<Self> {
        let catalogue = vocabulary.catalogue;
        let Some(last) = catalogue.last_day() else {
            return planned.refuse("nothing is said of how procedures are offered", "give the province a `catalogue`");
        };
        let services =
            |node: &Node<'_>| node.fields(|fields| Services::read(&fields.need("services")?, catalogue, last));
        if let Some(base) = base {
            let (part, base) = (services(planned), services(base));
            return Some(Self::Share(part?, base?));
        }
        planned.fields(|fields| match fields.get("units") {
            Some(node) => Units::read(&node, catalogue, last).map(Self::Units),
            None => Services::read(&fields.need("services")?, catalogue, last).map(Self::Services),
        })
    }

    /// The number that comes of this demand; none if it is a share of nothing.
    pub(crate) fn count(&self, vocabulary: Vocabulary<'_>, demand: &Demand) -> Option<Counted> {
        let services = |services: &Services| i64::from(services.count(vocabulary.catalogue, demand));
        match self {
            Self::Services(counted) => Some(Counted::whole(services(counted))),
            Self::Share(part, base) => Counted::share(services(part), services(base)),
            Self::Units(units) => Some(Counted::whole(units.count(vocabulary, demand).into())),
        }
    }
}

/// What a map that speaks of services begins with.
const KEYS: [&str; 2] = ["services", "units"];

/// Reads one word or a list of them.
fn words<T: Copy + fmt::Display + 'static>(node: &Node<'_>, all: &'static [T]) -> Option<Vec<T>> {
    let nodes = if node.is_list() { node.items()? } else { vec![node.clone()] };
    nodes.iter().map(|node| node.word(all)).collect::<Vec<_>>().into_iter().collect()
}

/// Checks that the catalogue is known on a day.
fn known(node: &Node<'_>, catalogue: &Catalogue) -> Option<Date> {
    let day = date(node)?;
    if catalogue.edition_on(day).is_some() {
        return Some(day);
    }
    node.refuse(
        format!("nothing is said of how procedures are offered on {day}"),
        "give the catalogue an earlier edition",
    )
}

/// Reads the day `on` which something is counted.
fn day(fields: &Fields<'_>, catalogue: &Catalogue, last: Date) -> Option<Date> {
    fields.get("on").map_or(Some(last), |node| known(&node, catalogue))
}

//! How a province is read from its file and checked as a whole.

use std::sync::Arc;

use model::words::PaymentMethod;
use model::{Comparison, Counted, Document, Fields, Node, Problems, one_of};

use super::catalogue::Catalogue;
use super::cell::Cell;
use super::cell_builder::CellBuilder;
use super::figure::{Figure, Planned};
use super::generated;
use super::in_use::InUse;
use super::money::{self, Charge, Stated, charge_of};
use super::office::Office;
use super::organisations::organisations;
use super::remark::{self, Contradiction};
use super::section::Section;
use super::selector::Selector;
use super::services::Demand;
use super::split::split_further;
use super::tree::{Context, StatedFigure, Tree};
use super::vocabulary::{UNTAGGED, Vocabulary};
use super::word::{Dimension, Known};
use super::{Ethnicity, Paper, Place, Province};
use crate::administrative::Gazetteer;
use crate::arrivals::{Around, Schedules};
use crate::calendar::Calendar;
use crate::period::Period;

/// The fields that can only be read once the units and tags are known.
const NEEDING_WORDS: [&str; 5] = ["figures", "contradictions", "post_counters", "amounts", "dossiers"];

impl Province {
    /// Reads a province.
    ///
    /// # Errors
    /// Everything wrong with the file, at once: missing and unknown fields and words, parts that do not add up to their whole,
    /// counts and sums that contradict their figure, contradictions that nobody explains, dossiers of which something is left
    /// undecided, cash on delivery without delivery or without an amount, amounts that belong to two charges, outcomes that
    /// cannot come true before the period ends, measured figures that nothing planned counts, a `catalogue` that does not
    /// add up, lets procedures move down, or offers nobody what the dossiers need.
    pub fn load(file: &str, text: &str, catalogue: &Catalogue, calendar: &Calendar) -> Result<Self, Problems> {
        Self::load_with(file, text, Surroundings { catalogue, calendar, gazetteers: &[] })
    }

    /// Reads a province that may take units and places from the administrative units.
    ///
    /// # Errors
    /// As [`Self::load`], and administrative units that are not there.
    pub fn load_with(file: &str, text: &str, around: Surroundings<'_>) -> Result<Self, Problems> {
        Document::parse(file, text)?.read(|fields| read(fields, around.catalogue, around.calendar, around.gazetteers))
    }
}

/// What a province is read against.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// The procedures it draws on.
    pub catalogue: &'a Catalogue,
    /// Its working days.
    pub calendar: &'a Calendar,
    /// The administrative units it may take its own from.
    pub gazetteers: &'a [Gazetteer],
}

fn read(fields: &Fields<'_>, catalogue: &Catalogue, calendar: &Calendar, gazetteers: &[Gazetteer]) -> Option<Province> {
    let name = fields.text("name");
    let title = fields.text("title");
    let territory = fields.text("province");
    let number_code = fields.need("number_code").and_then(|node| number_code(&node));
    let document = fields.need("document").and_then(|node| paper(&node));
    let period = fields.need("period").and_then(|node| period(&node, calendar));
    let office = fields.need("office").and_then(|node| Office::read(&node));
    let places = fields.need("places").and_then(|node| places(fields, &node, gazetteers));
    let ethnicities = fields.need("names").and_then(|node| ethnicities(&node));
    let section = match (fields.get("catalogue"), period) {
        (Some(node), Some(period)) => Section::read(&node, catalogue, period).map(Some),
        (_, _) => Some(None),
    };
    let catalogue = section.as_ref().and_then(Option::as_ref).map_or(catalogue, |(_, catalogue)| catalogue);
    let organisations = organisations(fields, catalogue);
    let units = fields.need("units").and_then(|_| generated::units(fields, catalogue, gazetteers));
    let tags = fields.map("tags", |name, node| tag(name, node));
    let assumptions = fields.list("assumptions", remark::assumption);
    let around = period.zip(office.as_ref()).zip(units.as_deref());
    let around = around.map(|((period, office), units)| Around { period, office, units });
    let schedules = fields.need("arrivals").and_then(|node| Schedules::read(&node, around, calendar));
    let (Some(units), Some(tags), Some(document), Some(period), Some(section)) =
        (units, tags, document, period, &section)
    else {
        for name in NEEDING_WORDS {
            fields.get(name);
        }
        return None;
    };
    let vocabulary = Vocabulary { units: &units, tags: &tags, catalogue };
    let background = Background { calendar, period, section: section.as_ref().map(|(section, _)| section) };
    let counts = counts(fields, &document, vocabulary, &background)?;
    Some(Province {
        name: name?,
        title: title?,
        territory: territory?,
        number_code: number_code?,
        document,
        period,
        office: office?,
        post_counters: counts.post_counters,
        units,
        tags,
        places: places?,
        ethnicities: ethnicities?,
        figures: counts.figures,
        contradictions: counts.contradictions,
        assumptions: assumptions?,
        charges: counts.charges,
        organisations: organisations?,
        cells: counts.cells,
        schedules: Arc::new(schedules?),
        catalogue: catalogue.clone(),
    })
}

/// Everything that figures speak of.
struct Counts {
    figures: Vec<Figure>,
    contradictions: Vec<Contradiction>,
    post_counters: u16,
    charges: Vec<Charge>,
    cells: Vec<Cell>,
}

/// What counts are read against beside the words.
struct Background<'s, 'a> {
    calendar: &'s Calendar,
    period: Period,
    section: Option<&'s Section<'a>>,
}

fn counts<'a>(
    fields: &Fields<'a>,
    document: &Paper,
    vocabulary: Vocabulary<'_>,
    background: &Background<'_, 'a>,
) -> Option<Counts> {
    let Background { calendar, period, section } = *background;
    let mut ids = Vec::new();
    let figures = fields.list("figures", |node| Figure::read(node, &document.citation(), vocabulary, &mut ids));
    let (counters, dossiers) = (fields.need("post_counters"), fields.need("dossiers"));
    let Some(mut figures) = figures else {
        for name in NEEDING_WORDS {
            fields.get(name);
        }
        return None;
    };
    let contradictions = remark::contradictions(fields, &figures);
    let counters = counters.and_then(|node| Stated::read(&node, &figures, 1_000));
    let charges = fields.list("amounts", |node| money::read(node, &figures, vocabulary));
    let context = Context { vocabulary, figures: &figures, period };
    let in_use = match fields.get("catalogue") {
        Some(node) => InUse::read(&node, vocabulary, period.until),
        None => Some(InUse::default()),
    };
    let Grown { cells, stated, branches } = cells(&dossiers?, context, &in_use?, calendar)?;
    let (counters, charges) = (counters?, charges?);
    let counted = section.map(|section| section.stated(&figures)).unwrap_or_default();
    plan_figures(&mut figures, &counters, &charges, stated);
    for (position, count) in counted {
        if let Some(figure) = figures.get_mut(position) {
            figure.planned = Planned::Services(count);
        }
    }
    check_figures(fields, &figures, &cells, &branches, vocabulary);
    check_charges(fields, &charges, &cells, vocabulary);
    Some(Counts {
        figures,
        contradictions: contradictions?,
        post_counters: u16::try_from(counters.value).ok()?,
        charges,
        cells,
    })
}

/// The cells of the tree, and what its branches state.
struct Grown {
    cells: Vec<Cell>,
    /// The figures that branches state.
    stated: Vec<StatedFigure>,
    /// What each end of the tree had decided before `then` split it further.
    branches: Vec<Known>,
}

/// Reads the tree, splits it and builds its cells.
fn cells(node: &Node<'_>, context: Context<'_>, in_use: &InUse<'_>, calendar: &Calendar) -> Option<Grown> {
    node.fields(|fields| {
        let mut tree = Tree::read(fields, context);
        let stated = std::mem::take(&mut tree.stated);
        let branches = tree.leaves.iter().map(|leaf| leaf.known.clone()).collect();
        let leaves = split_further(fields, tree, context.vocabulary)?;
        let cells = CellBuilder::new(context, in_use, calendar).cells(&leaves)?;
        if cells.is_empty() {
            return fields.node().refuse("there is no dossier at all", "give `count` a number above 0");
        }
        Some(Grown { cells, stated, branches })
    })
}

/// Gives each figure what is planned for it.
fn plan_figures(figures: &mut [Figure], counters: &Stated, charges: &[Charge], stated: Vec<StatedFigure>) {
    let mut plan = |position: Option<usize>, planned| {
        if let Some(figure) = position.and_then(|position| figures.get_mut(position)) {
            figure.planned = planned;
        }
    };
    plan(counters.figure, Planned::PostCounters);
    for (position, charge) in charges.iter().enumerate() {
        plan(charge.figure, Planned::Sum(position));
    }
    for figure in stated {
        plan(Some(figure.position), Planned::Dossiers(figure.dossiers));
    }
}

/// Refuses figures that the cells contradict, and measured ones that nothing planned counts.
fn check_figures(
    fields: &Fields<'_>,
    figures: &[Figure],
    cells: &[Cell],
    branches: &[Known],
    vocabulary: Vocabulary<'_>,
) {
    let nodes = fields.get("figures").and_then(|node| node.items()).unwrap_or_default();
    let demand = Demand::of(cells.iter().map(|cell| (cell, cell.count)));
    for (figure, node) in figures.iter().zip(nodes) {
        match &figure.planned {
            Planned::Dossiers(selector) => {
                let planned = count(cells, selector);
                if figure.compare(Counted::whole(planned.into())) == Comparison::Outside {
                    let which = selector.describe(vocabulary);
                    let message = format!(
                        "{planned} dossiers are planned ({which}), figure {} says {}",
                        figure.id,
                        figure.said()
                    );
                    node.refuse::<()>(message, remedy(selector, branches));
                }
            }
            Planned::Share(part, base) => {
                let (part, base) = (count(cells, part), count(cells, base));
                let share = Counted::share(part.into(), base.into());
                if share.is_none_or(|share| figure.compare(share) == Comparison::Outside) {
                    let message = format!("{part} of {base} are planned, figure {} says {}", figure.id, figure.said());
                    node.refuse::<()>(message, "mend `dossiers`, or the figure's `planned` and `base`");
                }
            }
            Planned::Services(count) => {
                let counted = count.count(vocabulary, &demand);
                if counted.is_none_or(|counted| figure.compare(counted) == Comparison::Outside) {
                    let counted = counted.map_or_else(|| "none".to_owned(), |counted| counted.to_string());
                    let message = format!("{counted} are planned, figure {} says {}", figure.id, figure.said());
                    node.refuse::<()>(message, "mend `catalogue`, or what the figure counts");
                }
            }
            Planned::Nothing if figure.needs_a_plan() => {
                let message = format!("nothing planned counts figure {}", figure.id);
                node.refuse::<()>(message, "name it as `figure:` where its count stands, or give `planned:`");
            }
            Planned::Nothing | Planned::Sum(_) | Planned::PostCounters => {}
        }
    }
}

/// What to do about a count that does not come out: a margin across the branches is never fitted, it must be made one.
fn remedy(selector: &Selector, branches: &[Known]) -> String {
    if !branches.iter().any(|known| selector.leaves_open(known)) {
        return "mend `dossiers`, or what the figure counts".to_owned();
    }
    let margins: Vec<_> = selector.dimensions().map(Dimension::as_str).collect();
    if let [margin] = margins.as_slice() {
        return format!("no branch of `dossiers` fixes the {margin}: make one with `by:`, weights are not fitted");
    }
    let margins = margins.join(" and ");
    format!("no branch of `dossiers` fixes {margins} together: make one with `by:`, crossed margins are not fitted")
}

/// Refuses charges that nobody pays, that cannot carry their sum or share payers, and collections without an amount.
fn check_charges(fields: &Fields<'_>, charges: &[Charge], cells: &[Cell], vocabulary: Vocabulary<'_>) {
    let nodes = fields.get("amounts").and_then(|node| node.items()).unwrap_or_default();
    for (position, (charge, node)) in charges.iter().zip(&nodes).enumerate() {
        let paid = || cells.iter().filter(|cell| cell.payment != PaymentMethod::None);
        let meant = || paid().filter(|cell| charge.of.matches(|dimension| Some(cell.word(dimension))));
        let taken = meant().filter_map(|cell| charge_of(charges, cell)).find(|taken| *taken != position);
        if let Some(other) = taken {
            let message =
                format!("some of these dossiers ({}) pay amounts[{other}] already", charge.of.describe(vocabulary));
            node.refuse::<()>(message, "let every dossier belong to one entry");
        } else {
            charge.check(node, meant().map(|cell| u64::from(cell.count)).sum());
        }
    }
    let on_delivery = cells.iter().filter(|cell| cell.payment == PaymentMethod::CashOnDelivery);
    let unknown: u32 = on_delivery.filter(|cell| charge_of(charges, cell).is_none()).map(|cell| cell.count).sum();
    if unknown > 0 {
        let message = format!("{unknown} dossiers are paid on delivery, but nobody knows how much");
        fields.node().refuse::<()>(message, "give `amounts` an entry of { payment: cod } with their `sum` and `shape`");
    }
}

/// How many dossiers of these cells are selected.
pub(crate) fn count(cells: &[Cell], selector: &Selector) -> u32 {
    let meant = cells.iter().filter(|cell| selector.matches(|dimension| Some(cell.word(dimension))));
    meant.map(|cell| cell.count).sum()
}

fn number_code(node: &Node<'_>) -> Option<u16> {
    let text = node.text()?;
    let three_digits = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit());
    let code = text.parse().ok().filter(|_| three_digits);
    code.or_else(|| {
        node.refuse(format!("`{text}` does not begin a citizen number"), "three digits in quotes, as \"072\"")
    })
}

/// Reads the document that a file retells.
pub(crate) fn paper(node: &Node<'_>) -> Option<Paper> {
    node.fields(|fields| {
        let file = fields.text("file");
        let title = fields.text("title");
        let published = fields.text_or_empty("published");
        Some(Paper { file: file?, title: title?, published: published? })
    })
}

fn period(node: &Node<'_>, calendar: &Calendar) -> Option<Period> {
    let period = Period::read(node)?;
    if period.within(calendar.covered()) == period {
        return Some(period);
    }
    let message = format!("the calendar {} does not cover {period}: it has {}", calendar.name(), calendar.covered());
    node.refuse(message, "add the year to the calendar")
}

fn places(fields: &Fields<'_>, node: &Node<'_>, gazetteers: &[Gazetteer]) -> Option<Vec<Place>> {
    if node.is_map() {
        return generated::places(node, gazetteers);
    }
    let places = fields.list("places", place)?;
    if places.is_empty() { node.refuse("nobody lives anywhere", "give at least one place") } else { Some(places) }
}

fn place(node: &Node<'_>) -> Option<Place> {
    node.fields(|fields| {
        let name = fields.text("name");
        let weight = fields.need("weight").and_then(|node| node.bounded(1, 1_000_000));
        Some(Place { name: name?, weight: weight? })
    })
}

fn ethnicities(node: &Node<'_>) -> Option<Vec<(Ethnicity, u64)>> {
    let mut ethnicities = Vec::new();
    for (key, node) in node.entries()? {
        let known = Ethnicity::ALL.iter().find(|(spelling, _)| *spelling == key);
        let weight = node.bounded(1, 1_000_000);
        let Some((_, people)) = known else {
            let all: Vec<_> = Ethnicity::ALL.iter().map(|(spelling, _)| *spelling).collect();
            return node.refuse(format!("no names are known of `{key}`"), one_of(key, &all));
        };
        ethnicities.push((*people, weight?));
    }
    if ethnicities.is_empty() { node.refuse("nobody has a name", "as { kinh: 1 }") } else { Some(ethnicities) }
}

fn tag(name: &str, node: &Node<'_>) -> Option<String> {
    node.text()?;
    if name == UNTAGGED {
        return node.refuse(format!("`{UNTAGGED}` is the word for having no tag"), "choose another name");
    }
    Some(name.to_owned())
}

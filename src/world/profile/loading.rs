//! How a province is read from its file and checked as a whole.

use std::cmp::Ordering;

use model::words::{Channel, PaymentMethod};
use model::{Document, Fields, Node, Problems};

use super::catalogue::{Catalogue, bounded};
use super::cell::{Cell, Harvest};
use super::figure::{Figure, Planned};
use super::in_use::InUse;
use super::money::{self, CashOnDelivery, Stated};
use super::section::Section;
use super::selector::Selector;
use super::services::Demand;
use super::split::split_further;
use super::tree::{Context, StatedFigure, Tree};
use super::unit::{Office, Unit};
use super::word::{UNTAGGED, Vocabulary};
use super::{Paper, People, Place, Province};
use crate::arrivals::{Curve, Schedule, check};
use crate::{Calendar, Period};

/// The fields that can only be read once the units and tags are known.
const NEEDING_WORDS: [&str; 4] = ["figures", "post_counters", "cod", "dossiers"];

impl Province {
    /// Reads a province.
    ///
    /// # Errors
    /// Everything wrong with the file, at once: missing and unknown fields and words, parts that do not add up to their whole,
    /// counts that contradict their figure, dossiers of which something is left undecided, cash on delivery without
    /// delivery, outcomes that cannot come true before the period ends, measured figures that nothing planned counts, a
    /// `catalogue` that does not add up, lets procedures move down, or offers nobody what the dossiers need.
    pub fn load(file: &str, text: &str, catalogue: &Catalogue, calendar: &Calendar) -> Result<Self, Problems> {
        Document::parse(file, text)?.read(|fields| read(fields, catalogue, calendar))
    }
}

fn read(fields: &Fields<'_>, catalogue: &Catalogue, calendar: &Calendar) -> Option<Province> {
    let name = fields.text("name");
    let title = fields.text("title");
    let territory = fields.text("province");
    let number_code = fields.need("number_code").and_then(|node| number_code(&node));
    let document = fields.need("document").and_then(|node| paper(&node));
    let period = fields.need("period").and_then(|node| period(&node, calendar));
    let office = fields.need("office").and_then(|node| Office::read(&node));
    let places = fields.need("places").and_then(|node| places(fields, &node));
    let peoples = fields.need("names").and_then(|node| peoples(&node));
    let section = match (fields.get("catalogue"), period) {
        (Some(node), Some(period)) => Section::read(&node, catalogue, period).map(Some),
        (_, _) => Some(None),
    };
    let catalogue = section.as_ref().and_then(Option::as_ref).map_or(catalogue, |(_, catalogue)| catalogue);
    let mut codes = Vec::new();
    let units = fields.need("units").and_then(|_| fields.list("units", |node| Unit::read(node, catalogue, &mut codes)));
    let tags = fields.map("tags", |name, node| tag(name, node));
    let surroundings = period.as_ref().zip(office.as_ref());
    let schedules = fields.need("arrivals").and_then(|node| schedules(&node, surroundings, calendar));
    let (Some(units), Some(tags), Some(document), Some(period), Some(section)) =
        (units, tags, document, period, &section)
    else {
        for name in NEEDING_WORDS {
            fields.get(name);
        }
        return None;
    };
    let vocabulary = Vocabulary { units: &units, tags: &tags, catalogue };
    let surroundings = Surroundings { calendar, period, section: section.as_ref().map(|(section, _)| section) };
    let counts = counts(fields, &document, vocabulary, &surroundings)?;
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
        peoples: peoples?,
        figures: counts.figures,
        cod: counts.cod,
        cells: counts.cells,
        schedules: schedules?,
        catalogue: catalogue.clone(),
    })
}

/// Everything that figures speak of.
struct Counts {
    figures: Vec<Figure>,
    post_counters: u16,
    cod: Option<CashOnDelivery>,
    cells: Vec<Cell>,
}

/// What counts are read against beside the words.
struct Surroundings<'s, 'a> {
    calendar: &'s Calendar,
    period: Period,
    section: Option<&'s Section<'a>>,
}

fn counts<'a>(
    fields: &Fields<'a>,
    document: &Paper,
    vocabulary: Vocabulary<'_>,
    surroundings: &Surroundings<'_, 'a>,
) -> Option<Counts> {
    let Surroundings { calendar, period, section } = *surroundings;
    let mut ids = Vec::new();
    let figures = fields.list("figures", |node| Figure::read(node, &document.file, vocabulary, &mut ids));
    let counters = fields.need("post_counters");
    let cod = fields.get("cod");
    let dossiers = fields.need("dossiers");
    let mut figures = figures?;
    let counters = counters.and_then(|node| Stated::read(&node, &figures, 1_000));
    let cod = cod.map(|node| money::read(&node, &figures).map(|cod| (node, cod)));
    let context = Context { vocabulary, figures: &figures, period };
    let in_use = match fields.get("catalogue") {
        Some(node) => InUse::read(&node, vocabulary, period.until),
        None => Some(InUse::default()),
    };
    let counted = section.map(|section| section.stated(&figures)).unwrap_or_default();
    let (cells, stated) = cells(&dossiers?, context, &in_use?, calendar)?;
    let (counters, cod) = (counters?, cod.map_or_else(|| Some(None), |cod| cod.map(Some))?);
    plan_figures(&mut figures, &counters, cod.as_ref().and_then(|(_, (_, figure))| *figure), stated);
    for (position, count) in counted {
        if let Some(figure) = figures.get_mut(position) {
            figure.planned = Planned::Services(count);
        }
    }
    check_figures(fields, &figures, &cells, vocabulary);
    check_cod(fields, cod.as_ref().map(|(node, (cod, _))| (node, cod)), &cells);
    Some(Counts {
        figures,
        post_counters: u16::try_from(counters.value).ok()?,
        cod: cod.map(|(_, (cod, _))| cod),
        cells,
    })
}

/// Reads the tree, splits it and harvests its cells; gives the figures that branches state, too.
fn cells(
    node: &Node<'_>,
    context: Context<'_>,
    in_use: &InUse<'_>,
    calendar: &Calendar,
) -> Option<(Vec<Cell>, Vec<StatedFigure>)> {
    node.fields(|fields| {
        let mut tree = Tree::read(fields, context);
        let stated = std::mem::take(&mut tree.stated);
        let leaves = split_further(fields, tree, context.vocabulary)?;
        let cells = Harvest::new(context, in_use, calendar).cells(&leaves)?;
        if cells.is_empty() {
            return fields.node().refuse("there is no dossier at all", "give `count` a number above 0");
        }
        Some((cells, stated))
    })
}

/// Tells each figure what is planned for it.
fn plan_figures(figures: &mut [Figure], counters: &Stated, sum: Option<usize>, stated: Vec<StatedFigure>) {
    let mut plan = |position: Option<usize>, planned| {
        if let Some(figure) = position.and_then(|position| figures.get_mut(position)) {
            figure.planned = planned;
        }
    };
    plan(counters.figure, Planned::PostCounters);
    plan(sum, Planned::CollectedSum);
    for figure in stated {
        plan(Some(figure.position), Planned::Dossiers(figure.dossiers));
    }
}

/// Refuses figures that the cells contradict, and measured ones that nothing planned counts.
fn check_figures(fields: &Fields<'_>, figures: &[Figure], cells: &[Cell], vocabulary: Vocabulary<'_>) {
    let nodes = fields.get("figures").and_then(|node| node.items()).unwrap_or_default();
    let demand = Demand::of(cells.iter().map(|cell| (cell, cell.count)));
    for (figure, node) in figures.iter().zip(nodes) {
        let stated = figure.stated.value;
        match &figure.planned {
            Planned::Dossiers(selector) => {
                let planned = count(cells, selector);
                if stated.whole() != Some(i64::from(planned)) {
                    let which = selector.describe(vocabulary);
                    let message = format!(
                        "{planned} dossiers are planned ({which}), figure {} says {}",
                        figure.id,
                        stated.value()
                    );
                    node.refuse::<()>(message, "mend `dossiers`, or what the figure counts");
                }
            }
            Planned::Share(part, base) => {
                let (part, base) = (count(cells, part), count(cells, base));
                if base == 0 || stated.rounds(part, base) != Ordering::Equal {
                    let message = format!("{part} of {base} are planned, figure {} says {}", figure.id, stated.value());
                    node.refuse::<()>(message, "mend `dossiers`, or the figure's `planned` and `base`");
                }
            }
            Planned::Services(count) => {
                let counted = count.count(vocabulary, &demand);
                if !counted.agrees(stated, figure.stated.source.precision) {
                    let message = format!("{counted} are planned, figure {} says {}", figure.id, stated.value());
                    node.refuse::<()>(message, "mend `catalogue`, or what the figure counts");
                }
            }
            Planned::Nothing if figure.needs_a_plan() => {
                let message = format!("nothing planned counts figure {}", figure.id);
                node.refuse::<()>(message, "name it as `figure:` where its count stands, or give `planned:`");
            }
            Planned::Nothing | Planned::CollectedSum | Planned::PostCounters => {}
        }
    }
}

fn check_cod(fields: &Fields<'_>, cod: Option<(&Node<'_>, &CashOnDelivery)>, cells: &[Cell]) {
    let payers = cells.iter().filter(|cell| cell.payment == PaymentMethod::CashOnDelivery).map(|cell| cell.count).sum();
    match cod {
        Some((node, cod)) => cod.check(node, payers),
        None if payers > 0 => {
            let message = format!("{payers} dossiers are paid on delivery, but nobody knows how much");
            fields.node().refuse::<()>(message, "give `cod` with the `sum` and `shape` of the amounts");
        }
        None => {}
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

fn paper(node: &Node<'_>) -> Option<Paper> {
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

fn places(fields: &Fields<'_>, node: &Node<'_>) -> Option<Vec<Place>> {
    let places = fields.list("places", place)?;
    if places.is_empty() { node.refuse("nobody lives anywhere", "give at least one place") } else { Some(places) }
}

fn place(node: &Node<'_>) -> Option<Place> {
    node.fields(|fields| {
        let name = fields.text("name");
        let weight = fields.need("weight").and_then(|node| bounded(&node, 1, 1_000_000));
        Some(Place { name: name?, weight: weight? })
    })
}

fn peoples(node: &Node<'_>) -> Option<Vec<(People, u64)>> {
    let mut peoples = Vec::new();
    for (key, node) in node.entries()? {
        let known = People::ALL.iter().find(|(spelling, _)| *spelling == key);
        let weight = bounded(&node, 1, 1_000_000);
        let Some((_, people)) = known else {
            let all: Vec<_> = People::ALL.iter().map(|(spelling, _)| *spelling).collect();
            return node.refuse(format!("no names are known of `{key}`"), format!("one of: {}", all.join(", ")));
        };
        peoples.push((*people, weight?));
    }
    if peoples.is_empty() { node.refuse("nobody has a name", "as { kinh: 1 }") } else { Some(peoples) }
}

fn tag(name: &str, node: &Node<'_>) -> Option<String> {
    node.text()?;
    if name == UNTAGGED {
        return node.refuse(format!("`{UNTAGGED}` is the word for having no tag"), "choose another name");
    }
    Some(name.to_owned())
}

/// Reads one curve for each channel and lays it over the period.
fn schedules(node: &Node<'_>, around: Option<(&Period, &Office)>, calendar: &Calendar) -> Option<Vec<Schedule>> {
    node.fields(|fields| {
        fields.text("source");
        let curve = |channel: &Channel| {
            let node = fields.need(channel.as_str())?;
            Some((Curve::read(&node)?, node))
        };
        let curves: Vec<_> = Channel::ALL.iter().map(curve).collect();
        let (period, office) = around?;
        let mut schedules = Vec::new();
        for (curve, node) in curves.into_iter().collect::<Option<Vec<_>>>()? {
            let schedule = Schedule::new(&curve, calendar, office, *period);
            check(&node, &curve, &schedule, office, period.days().filter(|day| calendar.is_working(*day)));
            schedules.push(schedule);
        }
        Some(schedules)
    })
}

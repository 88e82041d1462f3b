//! A whole country: how many dossiers each province has, and one template that makes a province of each.
//!
//! ```text
//! countries/vietnam-2025.yaml  --Country::load-->  Country: 34 members with their volumes
//! templates/vietnam-2025.yaml  --Country::province(i)-->  a Province like any other, through the same cells and checks
//! ```
//!
//! A template is a province file in which `${name}` and the like stand where provinces differ. Provinces are made one at a time, so that a
//! country takes no more memory than its largest province.

use std::fmt;

use model::{Document, Fields, Node, Placed, Position, Problem, Problems, Seed, one_of};

use crate::administrative::{Division, Gazetteer};
use crate::apportion::apportion;
use crate::calendar::Calendar;
use crate::period::Period;
use crate::province::{Province, Surroundings};

/// A country in one period.
#[derive(Clone, Debug)]
pub struct Country {
    /// Its name, such as `vietnam-2025`.
    pub name: String,
    /// What it is, in a few words.
    pub title: String,
    /// Name of the template that makes its provinces.
    pub template: Placed,
    /// Name of the catalogue of procedures.
    pub procedures: Placed,
    /// Name of the calendar.
    pub calendar: Placed,
    /// Name of the run whose journeys and gates the plan uses.
    pub run: Placed,
    /// The random seed.
    pub seed: Seed,
    /// The days it speaks of.
    pub period: Period,
    /// The dossiers of all provinces together.
    pub volume: Volume,
    /// Its provinces, in order of their codes.
    pub members: Vec<Member>,
}

/// One province of a country.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its code, two digits.
    pub code: String,
    /// Its name; a city has its kind in front.
    pub territory: String,
    /// Its dossiers.
    pub volume: Volume,
}

/// A number of dossiers and its provenance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Volume {
    /// How many.
    pub dossiers: u32,
    /// Its provenance.
    pub basis: Provenance,
    /// Where it is stated, how it is derived, or what is assumed.
    pub source: String,
}

/// Where a number comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provenance {
    /// A source states it.
    Stated,
    /// It follows from stated numbers, by the arithmetic given.
    Derived,
    /// Nobody states it.
    Assumed,
}

impl Provenance {
    const ALL: &'static [Self] = &[Self::Stated, Self::Derived, Self::Assumed];

    /// Its spelling in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stated => "stated",
            Self::Derived => "derived",
            Self::Assumed => "assumed",
        }
    }
}

impl fmt::Display for Provenance {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.as_str())
    }
}

/// The text that makes a province of a member.
#[derive(Clone, Copy, Debug)]
pub struct Template<'a> {
    /// Name of the file, for problems.
    pub file: &'a str,
    /// What stands in it.
    pub text: &'a str,
}

/// The most dossiers a country may have: case numbers of one province are 32 bits wide.
const MOST: i64 = 1_000_000_000;

impl Country {
    /// Reads a country whose provinces are those of one of the gazetteers.
    ///
    /// # Errors
    /// Everything wrong with the file, at once: missing and unknown fields, provinces without a volume, with two, or that do not exist, stated
    /// provinces that hold more than the whole.
    pub fn load(file: &str, text: &str, gazetteers: &[Gazetteer]) -> Result<Self, Problems> {
        Document::parse(file, text)?.read(|fields| read(fields, gazetteers))
    }

    /// The same country in another period: every volume in proportion to the working days, rounded to the nearest. `None` if
    /// that is more dossiers than a country may have.
    pub fn over(&self, period: Period, calendar: &Calendar) -> Option<Self> {
        let (measured, days) = (working_days(self.period, calendar), working_days(period, calendar));
        let scaled = |volume: &Volume| {
            let exact = u64::from(volume.dossiers) * days;
            let dossiers = (exact + measured / 2) / measured.max(1);
            let source =
                format!("{} in {measured} working days, x {days} / {measured}: {}", volume.dossiers, volume.source);
            let basis = if volume.basis == Provenance::Stated { Provenance::Derived } else { volume.basis };
            u32::try_from(dossiers).ok().map(|dossiers| Volume { dossiers, basis, source })
        };
        let member = |member: &Member| Some(Member { volume: scaled(&member.volume)?, ..member.clone() });
        let members = self.members.iter().map(member).collect::<Option<Vec<_>>>()?;
        let dossiers = members.iter().try_fold(0_u32, |sum, member| sum.checked_add(member.volume.dossiers))?;
        let volume = Volume { dossiers, ..scaled(&self.volume)? };
        (i64::from(dossiers) <= MOST).then(|| Self { period, volume, members, ..self.clone() })
    }

    /// How many of its days are worked.
    pub fn working_days(&self, calendar: &Calendar) -> u64 {
        working_days(self.period, calendar)
    }

    /// The seed of a member: no two provinces share a person.
    pub fn seed_of(&self, member: &Member) -> Seed {
        let code =
            member.code.parse().unwrap_or_else(|error| unreachable!("the code of a province is two digits: {error}"));
        Seed(self.seed.stream("province").below(code, u64::MAX))
    }

    /// Makes a province of a member.
    ///
    /// # Errors
    /// Placeholders that nothing fills, and everything that [`Province::load_with`] refuses, at its line of the template.
    pub fn province(
        &self,
        member: &Member,
        template: Template<'_>,
        around: Surroundings<'_>,
    ) -> Result<Province, Problems> {
        let file = format!("{} (province {})", template.file, member.code);
        let text = self.filled(member, template, &file)?;
        Province::load_with(&file, &text, around)
    }

    /// The template with every placeholder filled. Comments stay as they are, and so do line numbers.
    fn filled(&self, member: &Member, template: Template<'_>, file: &str) -> Result<String, Problems> {
        let values = [
            ("country", self.name.clone()),
            ("code", member.code.clone()),
            ("province", member.territory.clone()),
            ("count", member.volume.dossiers.to_string()),
            ("from", self.period.from.to_string()),
            ("until", self.period.until.to_string()),
        ];
        let (mut text, mut problems) = (String::with_capacity(template.text.len()), Problems::default());
        for (line, row) in (1..).zip(template.text.split_inclusive('\n')) {
            if row.trim_start().starts_with('#') {
                text.push_str(row);
                continue;
            }
            let mut rest = row;
            while let Some((before, behind)) = rest.split_once("${") {
                let (name, after) = behind.split_once('}').unwrap_or((behind.trim_end(), ""));
                text.push_str(before);
                match values.iter().find(|(known, _)| *known == name) {
                    Some((_, value)) => text.push_str(value),
                    None => problems.push(unfilled(file, Position { line, column: before.chars().count() + 1 }, name)),
                }
                rest = after;
            }
            text.push_str(rest);
        }
        problems.or(text)
    }
}

fn unfilled(file: &str, position: Position, name: &str) -> Problem {
    let remedy = one_of(name, &["country", "code", "province", "count", "from", "until"]);
    Problem { position: Some(position), ..Problem::new(file, format!("nothing fills `${{{name}}}`"), remedy) }
}

fn working_days(period: Period, calendar: &Calendar) -> u64 {
    let worked = period.days().filter(|day| calendar.is_working(*day)).count();
    worked as u64
}

fn read(fields: &Fields<'_>, gazetteers: &[Gazetteer]) -> Option<Country> {
    let name = fields.text("country");
    let title = fields.text("title");
    let gazetteer = fields.need("administrative").and_then(|node| gazetteer(&node, gazetteers));
    let named = |field| fields.need(field).and_then(|node| node.placed());
    let template = named("template");
    let procedures = named("procedures");
    let calendar = named("calendar");
    let run = named("run");
    let seed = fields.need("seed").and_then(|node| node.bounded(0, i64::MAX));
    let period = fields.need("period").and_then(|node| Period::read(&node));
    let volume = fields.need("volume").and_then(|node| node.fields(volume));
    let provinces = fields.need("provinces");
    let members = match (provinces, gazetteer, &volume) {
        (Some(node), Some(gazetteer), Some(volume)) => node.fields(|fields| members(fields, gazetteer, volume)),
        _ => None,
    };
    Some(Country {
        name: name?,
        title: title?,
        template: template?,
        procedures: procedures?,
        calendar: calendar?,
        run: run?,
        seed: Seed(seed?),
        period: period?,
        volume: volume?,
        members: members?,
    })
}

fn gazetteer<'g>(node: &Node<'_>, gazetteers: &'g [Gazetteer]) -> Option<&'g Gazetteer> {
    let name = node.text()?;
    gazetteers.iter().find(|known| known.name() == name).or_else(|| {
        let known: Vec<_> = gazetteers.iter().map(Gazetteer::name).collect();
        node.refuse(format!("there are no administrative units `{name}`"), one_of(name, &known))
    })
}

/// Reads `{ dossiers: 4_300_000, basis: stated, source: ... }`.
fn volume(fields: &Fields<'_>) -> Option<Volume> {
    let dossiers = fields.need("dossiers").and_then(|node| node.bounded(1, MOST));
    let (basis, source) = (fields.word("basis", Provenance::ALL), fields.text("source"));
    Some(Volume { dossiers: dossiers?, basis: basis?, source: source? })
}

/// Reads the pinned provinces and divides the rest among the others by weight (Webster).
fn members(fields: &Fields<'_>, gazetteer: &Gazetteer, whole: &Volume) -> Option<Vec<Member>> {
    let is_province = |code: &str, node: &Node<'_>| {
        gazetteer
            .province(code)
            .map(drop)
            .or_else(|| node.refuse(format!("{} has no province `{code}`", gazetteer.name()), "two digits, in quotes"))
    };
    let pinned = fields.map("pinned", |code, node| {
        let volume = node.fields(volume);
        is_province(code, node)?;
        Some((code.to_owned(), volume?))
    });
    let node = fields.need("others");
    let others = node.as_ref().and_then(|node| node.fields(|fields| others_of(fields, is_province)));
    let (node, pinned, (basis, source, weights)) = (node?, pinned?, others?);
    let sum: u64 = pinned.iter().map(|(_, volume)| u64::from(volume.dossiers)).sum();
    let Some(rest) = u64::from(whole.dossiers).checked_sub(sum) else {
        let message = format!("the pinned provinces have {sum} dossiers, the whole country {}", whole.dossiers);
        return fields.node().refuse(message, "mend one of them");
    };
    let shares = apportion(rest, &weights.iter().map(|(_, weight)| *weight).collect::<Vec<_>>());
    let mut volumes = pinned;
    for ((code, _), share) in weights.iter().zip(shares) {
        if volumes.iter().any(|(known, _)| known == code) {
            return node.refuse(format!("the province {code} is pinned and weighed"), "keep one of them");
        }
        volumes.push((code.clone(), Volume { dossiers: u32::try_from(share).ok()?, basis, source: source.clone() }));
    }
    complete(fields, gazetteer, &volumes)
}

type Weighed = (Provenance, String, Vec<(String, u64)>);

fn others_of(fields: &Fields<'_>, is_province: impl Fn(&str, &Node<'_>) -> Option<()>) -> Option<Weighed> {
    let (basis, source) = (fields.word("basis", Provenance::ALL), fields.text("source"));
    let weights = fields.map("weights", |code, node| {
        let weight = node.bounded(1, 1_000_000_000);
        is_province(code, node)?;
        Some((code.to_owned(), weight?))
    });
    Some((basis?, source?, weights?))
}

/// Every province with its volume, in the gazetteer's order; refused if one has none.
fn complete(fields: &Fields<'_>, gazetteer: &Gazetteer, volumes: &[(String, Volume)]) -> Option<Vec<Member>> {
    let mut members = Vec::new();
    let mut missing = Vec::new();
    for territory in gazetteer.provinces() {
        let code = &territory.unit.code;
        match volumes.iter().find(|(known, volume)| known == code && volume.dossiers > 0) {
            Some((_, volume)) => {
                members.push(Member { code: code.clone(), territory: called(&territory.unit), volume: volume.clone() });
            }
            None => missing.push(format!("{code} {}", territory.unit.name)),
        }
    }
    if missing.is_empty() {
        return Some(members);
    }
    let message = format!("nobody says how many dossiers these provinces have: {}", missing.join(", "));
    fields.node().refuse(message, "pin them, or give them a weight under `others`")
}

/// The name of a province: a city keeps its kind in front, a province does not.
fn called(unit: &Division) -> String {
    if unit.kind == "tỉnh" { unit.name.clone() } else { format!("{} {}", unit.kind, unit.name) }
}

#[cfg(test)]
mod tests;

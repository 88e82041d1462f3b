//! Units and places that a province file takes from the administrative units instead of listing them.
//!
//! ```yaml
//! places: { from: vietnam-2019, province: "11", weights: { phường: 3, thị trấn: 2, xã: 1 } }    # or `weights: equal`
//! units:
//!   - { code: H11.05, name: Sở Tư pháp, level: department, fields: [tư pháp], clerks: 4 }
//!   - { from: vietnam-2019, province: "11", level: commune, codes: "H11.{commune}", fields: [hộ tịch], clerks: 1, weights: equal }
//! ```
//!
//! The weights are assumptions unless the file says otherwise: by kind, every kind that occurs must have one. A district without
//! communes is a place of weight 1 and has no commune units.

use model::words::Level;
use model::{Fields, Node, one_of};

use super::Place;
use super::catalogue::Catalogue;
use super::unit::{self, Unit};
use crate::administrative::{Division, Gazetteer, Territory};

/// Reads `units`: listed ones, and those that are generated.
pub(crate) fn units(fields: &Fields<'_>, catalogue: &Catalogue, gazetteers: &[Gazetteer]) -> Option<Vec<Unit>> {
    let mut codes = Vec::new();
    let units = fields.list("units", |node| {
        if is_generated(node) {
            node.fields(|fields| generated_units(fields, catalogue, gazetteers, &mut codes))
        } else {
            Unit::read(node, catalogue, &mut codes).map(|unit| vec![unit])
        }
    })?;
    let units: Vec<_> = units.into_iter().flatten().collect();
    if units.len() <= MOST_UNITS {
        return Some(units);
    }
    fields.node().refuse(format!("{} units are more than a province may have", units.len()), "65,535 at the most")
}

/// Positions of units are `u16`.
const MOST_UNITS: usize = u16::MAX as usize;

/// Reads `places: { from: ... }`.
pub(crate) fn places(node: &Node<'_>, gazetteers: &[Gazetteer]) -> Option<Vec<Place>> {
    node.fields(|fields| {
        let territory = territory(fields, gazetteers);
        let weights = fields.need("weights").and_then(|node| Weights::read(&node));
        let (territory, weights) = (territory?, weights?);
        let mut places = Vec::with_capacity(territory.communes.len());
        for commune in &territory.communes {
            let mut name = commune.unit.title();
            if let Some(district) = territory.district_of(commune) {
                name = format!("{name}, {}", district.full_name());
            }
            places.push(Place { name, weight: weights.of(fields.node(), &commune.unit)? });
        }
        places.extend(territory.undivided().map(|district| Place { name: district.title(), weight: 1 }));
        Some(places)
    })
}

fn is_generated(node: &Node<'_>) -> bool {
    node.is_map() && node.entries().is_some_and(|entries| entries.iter().any(|(key, _)| *key == "from"))
}

fn generated_units(
    fields: &Fields<'_>,
    catalogue: &Catalogue,
    gazetteers: &[Gazetteer],
    codes: &mut Vec<String>,
) -> Option<Vec<Unit>> {
    let territory = territory(fields, gazetteers);
    let level = fields.need("level").and_then(|node| match node.word(Level::ALL)? {
        Level::Department => node.refuse("departments are not administrative units", "list them one by one"),
        level @ (Level::District | Level::Commune) => Some(level),
    });
    let pattern = fields.need("codes");
    let work = fields.list("fields", |node| unit::field(node, catalogue));
    let clerks = fields.need("clerks").and_then(|node| node.bounded(1, 1_000));
    let weights = fields.need("weights").and_then(|node| Weights::read(&node));
    let (territory, level, pattern, work) = (territory?, level?, pattern?, work?);
    let (clerks, weights): (u16, _) = (clerks?, weights?);
    let divisions = divisions(territory, level);
    if divisions.is_empty() {
        let message = format!("{} has no {level}", territory.unit.full_name());
        return fields.node().refuse(message, "leave these units out, or take those of another year");
    }
    let mut units = Vec::with_capacity(divisions.len());
    for (division, district) in divisions {
        let text = pattern.text()?.replace("{commune}", &in_pairs(&division.code));
        let text = text.replace("{district}", &district.map_or_else(String::new, |district| in_pairs(&district.code)));
        let weight = weights.of(fields.node(), division)?;
        let name = format!("Ủy ban nhân dân {}", division.full_name());
        let code = unit::new_code(&pattern, &text, codes)?;
        units.push(Unit { code, name, level, fields: work.clone(), clerks, weight, office: None });
    }
    Some(units)
}

/// The digits of a division in pairs, as dossier numbers want them: `094` becomes `00.94`, `03124` becomes `00.31.24`.
///
/// # Source
/// Every published example of a unit's code has two digits in each group behind the first. The widths of the decision
/// itself (20/2020/QĐ-TTg) were not read.
fn in_pairs(digits: &str) -> String {
    let width = digits.len().next_multiple_of(2);
    let mut pairs = String::with_capacity(width * 3 / 2);
    for (i, digit) in format!("{digits:0>width$}").chars().enumerate() {
        if i > 0 && i % 2 == 0 {
            pairs.push('.');
        }
        pairs.push(digit);
    }
    pairs
}

/// The divisions of a level, each with the district it is, or belongs to.
fn divisions(territory: &Territory, level: Level) -> Vec<(&Division, Option<&Division>)> {
    match level {
        Level::Department => Vec::new(),
        Level::District => territory.districts.iter().map(|district| (district, Some(district))).collect(),
        Level::Commune => {
            territory.communes.iter().map(|commune| (&commune.unit, territory.district_of(commune))).collect()
        }
    }
}

/// The province that `from` and `province` name.
fn territory<'g>(fields: &Fields<'_>, gazetteers: &'g [Gazetteer]) -> Option<&'g Territory> {
    let (from, province) = (fields.need("from"), fields.need("province"));
    let (from, province) = (from?, province?);
    let (name, code) = (from.text()?, province.text()?);
    let Some(gazetteer) = gazetteers.iter().find(|gazetteer| gazetteer.name() == name) else {
        let known: Vec<_> = gazetteers.iter().map(Gazetteer::name).collect();
        let remedy = if known.is_empty() { "none are at hand".to_owned() } else { one_of(name, &known) };
        return from.refuse(format!("there are no administrative units `{name}`"), remedy);
    };
    gazetteer.province(code).or_else(|| {
        province.refuse(
            format!("{name} has no province `{code}`"),
            format!("the two digits in quotes that stand in scenarios/administrative/{name}.txt"),
        )
    })
}

/// How much each kind weighs.
enum Weights {
    Equal,
    ByKind(Vec<(String, u64)>),
}

impl Weights {
    fn read(node: &Node<'_>) -> Option<Self> {
        if !node.is_map() {
            return match node.text()? {
                "equal" => Some(Self::Equal),
                other => node.refuse(format!("`{other}` is no way to weigh them"), "`equal`, or { phường: 3, xã: 1 }"),
            };
        }
        let weights: Vec<_> = node
            .entries()?
            .into_iter()
            .map(|(kind, node)| Some((kind.to_owned(), node.bounded(1, 1_000_000)?)))
            .collect();
        weights.into_iter().collect::<Option<Vec<_>>>().map(Self::ByKind)
    }

    fn of(&self, node: &Node<'_>, division: &Division) -> Option<u64> {
        let Self::ByKind(weights) = self else { return Some(1) };
        let found = weights.iter().find(|(kind, _)| kind == division.kind).map(|(_, weight)| *weight);
        found.or_else(|| {
            let message = format!("nobody knows what a {} weighs ({})", division.kind, division.name);
            node.refuse(message, format!("add `{}: 1` to its weights", division.kind))
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::administrative::Gazetteer;
    use crate::calendar::Calendar;
    use crate::province::{Catalogue, Province, Surroundings};

    const PROVINCE: &str = r#"
name: tiny
title: A province for tests
province: Thử
number_code: "999"
document: { file: made-up.txt, title: none }
period: { from: 2021-03-01, until: 2021-03-12 }
office: { hours: [07:00-11:30], source: made up }
post_counters: 1
names: { kinh: 1 }
units:
  - { code: S1, name: Sở Tư pháp, level: department, fields: [hộ tịch], clerks: 2 }
  - UNITS
places: PLACES
arrivals:
  source: made up
  counter: { open: office, hours: { 8: 1 }, weekdays: { monday: 1, tuesday: 1, wednesday: 1, thursday: 1, friday: 1 } }
  post: { open: office, hours: { 8: 1 }, weekdays: { monday: 1, tuesday: 1, wednesday: 1, thursday: 1, friday: 1 } }
  online: { open: office, hours: { 8: 1 }, weekdays: { monday: 1, tuesday: 1, wednesday: 1, thursday: 1, friday: 1 } }
dossiers:
  count: 1_000
  then:
    - { by: level, weights: { department: 1, commune: 9 } }
    - { by: unit, when: { level: commune }, weights: units }
    - { by: unit, when: { level: department }, weights: units }
    - { by: outcome, weights: { early: 1 } }
    - { by: channel, weights: { counter: 1 } }
    - { by: return, weights: { counter: 1 } }
    - { by: payment, weights: { counter: 1 } }
"#;

    const UNITS: &str = r#"{ from: old, province: "11", level: commune, codes: "U.{district}.{commune}", fields: [hộ tịch], clerks: 1, weights: { phường: 3, xã: 1 } }"#;
    const PLACES: &str = r#"{ from: old, province: "11", weights: { phường: 5, xã: 2 } }"#;

    const GAZETTEER: &str = "11 tỉnh Điện Biên\n094 thành phố Điện Biên Phủ\n03124 phường Noong Bua\n03127 xã Tà Lèng\n\
                             097 huyện Mường Chà\n03199 xã Sá Tổng\n099 huyện Đảo Xa\n";

    fn load(units: &str, places: &str) -> Result<Province, String> {
        let calendar = include_str!("../../../scenarios/calendars/vietnam.yaml");
        let calendar = Calendar::load("vietnam.yaml", calendar).unwrap();
        let catalogue = include_str!("../../../scenarios/procedures/common.yaml");
        let catalogue = Catalogue::load("common.yaml", catalogue).unwrap();
        let gazetteers = [Gazetteer::load("old", "old.txt", GAZETTEER).unwrap()];
        let around = Surroundings { catalogue: &catalogue, calendar: &calendar, gazetteers: &gazetteers };
        let text = PROVINCE.replace("UNITS", units).replace("PLACES", places);
        Province::load_with("tiny.yaml", &text, around).map_err(|problems| problems.to_string())
    }

    #[test]
    fn every_commune_becomes_a_unit_and_a_place() {
        let province = load(UNITS, PLACES).unwrap();
        let units: Vec<_> = province.units().iter().map(|unit| (unit.code.as_str(), unit.name.as_str())).collect();
        assert_eq!(units[0], ("S1", "Sở Tư pháp"));
        assert_eq!(units[1], ("U.00.94.00.31.24", "Ủy ban nhân dân phường Noong Bua"));
        assert_eq!(units[3].0, "U.00.97.00.31.99");
        let places: Vec<_> = province.places().iter().map(|place| (place.name.as_str(), place.weight)).collect();
        assert_eq!(places[0], ("Phường Noong Bua, thành phố Điện Biên Phủ", 5));
        assert_eq!(places[2], ("Xã Sá Tổng, huyện Mường Chà", 2));
        assert_eq!(places[3], ("Huyện Đảo Xa", 1));
    }

    #[test]
    fn a_split_by_units_follows_their_weights_within_the_level() {
        let province = load(UNITS, PLACES).unwrap();
        let of = |position| province.cells().iter().filter(|cell| cell.unit == position).map(|cell| cell.count).sum();
        let counts: [u32; 4] = [of(0), of(1), of(2), of(3)];
        assert_eq!(counts, [100, 540, 180, 180]);
    }

    #[test]
    fn what_is_not_there_is_refused_with_all_else_that_is_wrong() {
        let unknown = UNITS.replace("from: old", "from: new");
        let problems = load(&unknown, &PLACES.replace(r#""11""#, r#""12""#)).unwrap_err();
        assert!(
            problems.contains("units[1].from: there are no administrative units `new` (one of: old)"),
            "{problems}"
        );
        assert!(problems.contains("places.province: old has no province `12`"), "{problems}");
        let problems = load(&UNITS.replace(".{commune}", ""), &PLACES.replace("xã: 2", "thị trấn: 2")).unwrap_err();
        assert!(problems.contains("units[1].codes: the unit U.00.94 stands twice"), "{problems}");
        assert!(problems.contains("places: nobody knows what a xã weighs (Tà Lèng) (add `xã: 1`"), "{problems}");
        let problems = load(&UNITS.replace("level: commune", "level: department"), "{ weights: half }").unwrap_err();
        assert!(problems.contains("departments are not administrative units"), "{problems}");
        assert!(problems.contains("`half` is no way to weigh them"), "{problems}");
        assert!(problems.contains("places: the field `from` is missing"), "{problems}");
    }
}

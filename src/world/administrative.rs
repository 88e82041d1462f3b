//! The administrative units of a country at one time: provinces, districts where there are any, communes.
//!
//! ```text
//! # a remark
//! 11 tỉnh Điện Biên            two digits: a province
//! 094 thành phố Điện Biên Phủ  three digits: a district of the province above; none since July 2025
//! 03124 phường Noong Bua       five digits: a commune of the district above, or of the province if it has none
//! ```
//!
//! The length of the code gives the level; kind and name follow. [`Gazetteer`] knows names only. Populations and
//! responsibilities belong to the province files.

use model::{Position, Problem, Problems};

/// All units of a country at one time.
#[derive(Clone, Debug)]
pub struct Gazetteer {
    name: String,
    provinces: Vec<Territory>,
}

/// A province (đơn vị hành chính cấp tỉnh) and everything below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Territory {
    /// The province itself.
    pub unit: Division,
    /// Its districts, in order of their codes; none where there is no such level.
    pub districts: Vec<Division>,
    /// Its communes, in order of the file.
    pub communes: Vec<Commune>,
}

/// One administrative unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Division {
    /// Its code: two, three or five digits.
    pub code: String,
    /// Its kind, such as `tỉnh`, `thị xã` or `phường`.
    pub kind: &'static str,
    /// Its name without the kind.
    pub name: String,
}

/// A commune and the district it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commune {
    /// The commune itself.
    pub unit: Division,
    /// Position of its district in [`Territory::districts`]; `None` where there is no such level.
    pub district: Option<usize>,
}

/// The kinds of each level: the digits of its codes, its name, its kinds; a kind that begins another stands after it.
const LEVELS: [(usize, &str, &[&str]); 3] = [
    (2, "a province", &["thành phố", "tỉnh"]),
    (3, "a district", &["thành phố", "thị xã", "huyện", "quận"]),
    (5, "a commune", &["thị trấn", "đặc khu", "phường", "xã"]),
];

impl Gazetteer {
    /// Reads a file; province files refer to it by `name`.
    ///
    /// # Errors
    /// Every line that is no unit: a code of another length, twice or out of order, an unknown kind, a name that is missing or not composed
    /// (NFC), a unit without the one above it.
    pub fn load(name: &str, file: &str, text: &str) -> Result<Self, Problems> {
        let mut reading = Reading { file, provinces: Vec::new(), problems: Problems::default() };
        for (line, text) in (1..).zip(text.lines()) {
            if !text.is_empty() && !text.starts_with('#') {
                reading.line(line, text);
            }
        }
        if reading.provinces.is_empty() {
            reading.note(1, "there is no province".to_owned(), "begin with a line such as `11 tỉnh Điện Biên`");
        }
        let Reading { provinces, problems, .. } = reading;
        problems.or(Self { name: name.to_owned(), provinces })
    }

    /// The name by which province files refer to it, such as `vietnam-2019`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Every province, in order of the codes.
    pub fn provinces(&self) -> &[Territory] {
        &self.provinces
    }

    /// The province with this code.
    pub fn province(&self, code: &str) -> Option<&Territory> {
        self.provinces.iter().find(|territory| territory.unit.code == code)
    }
}

impl Division {
    /// Kind and name in running text, such as `huyện Mường Chà`.
    pub fn full_name(&self) -> String {
        format!("{} {}", self.kind, self.name)
    }

    /// Kind and name at the beginning of an address, such as `Xã Sá Tổng`.
    pub fn title(&self) -> String {
        let mut letters = self.full_name();
        let first = letters.chars().next();
        if let Some(first) = first {
            letters = first.to_uppercase().chain(letters.chars().skip(1)).collect();
        }
        letters
    }
}

impl Territory {
    /// The district of a commune.
    pub fn district_of(&self, commune: &Commune) -> Option<&Division> {
        commune.district.and_then(|district| self.districts.get(district))
    }

    /// The districts that have no commune: islands, mostly.
    pub fn undivided(&self) -> impl Iterator<Item = &Division> {
        let is_divided = |position| self.communes.iter().any(|commune| commune.district == Some(position));
        self.districts.iter().enumerate().filter(move |(position, _)| !is_divided(*position)).map(|(_, unit)| unit)
    }
}

/// What has been read so far.
struct Reading<'a> {
    file: &'a str,
    provinces: Vec<Territory>,
    problems: Problems,
}

impl Reading<'_> {
    fn line(&mut self, line: usize, text: &str) {
        let (code, rest) = text.split_once(' ').unwrap_or((text, ""));
        let level =
            LEVELS.iter().find(|(digits, ..)| code.len() == *digits && code.bytes().all(|b| b.is_ascii_digit()));
        let Some((digits, level, kinds)) = level else {
            let remedy = "two digits for a province, three for a district, five for a commune";
            return self.note(line, format!("`{code}` is not the code of a unit"), remedy);
        };
        let split = kinds.iter().find_map(|kind| Some((*kind, rest.strip_prefix(kind)?.strip_prefix(' ')?)));
        let Some((kind, name)) = split.filter(|(_, name)| !name.trim().is_empty()) else {
            let message = format!("`{rest}` does not name {level}");
            return self.note(line, message, &format!("write the kind first, one of: {}", kinds.join(", ")));
        };
        if name.chars().any(|letter| ('\u{300}'..='\u{36f}').contains(&letter)) {
            return self.note(line, format!("`{name}` is not composed"), "write it in Unicode's form NFC");
        }
        let unit = Division { code: code.to_owned(), kind, name: name.to_owned() };
        if *digits == 2 { self.province(line, unit) } else { self.below(line, unit) }
    }

    fn province(&mut self, line: usize, unit: Division) {
        if self.provinces.last().is_some_and(|last| last.unit.code >= unit.code) {
            self.note(line, format!("the province {} stands twice or out of order", unit.code), "sort by code");
        }
        self.provinces.push(Territory { unit, districts: Vec::new(), communes: Vec::new() });
    }

    /// A district or commune of the province read last.
    fn below(&mut self, line: usize, unit: Division) {
        let Some(territory) = self.provinces.last_mut() else {
            return self.note(line, format!("{} belongs to no province", unit.code), "begin with the province's line");
        };
        let is_known = territory.districts.iter().chain(territory.communes.iter().map(|commune| &commune.unit));
        if is_known.into_iter().any(|known| known.code == unit.code) {
            return self.note(line, format!("the unit {} stands twice", unit.code), "keep one of them");
        }
        if unit.code.len() == 3 {
            if territory.districts.is_empty() && !territory.communes.is_empty() {
                let message = format!("the district {} comes after communes without one", unit.code);
                return self.note(line, message, "a province has districts for all of its communes, or for none");
            }
            territory.districts.push(unit);
        } else {
            let district = territory.districts.len().checked_sub(1);
            territory.communes.push(Commune { unit, district });
        }
    }

    fn note(&mut self, line: usize, message: String, remedy: &str) {
        let position = Some(Position { line, column: 1 });
        self.problems.push(Problem { position, ..Problem::new(self.file, message, remedy) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = include_str!("../../scenarios/administrative/vietnam-2019.txt");
    const NEW: &str = include_str!("../../scenarios/administrative/vietnam-2025.txt");

    fn counts(text: &str) -> (usize, usize, usize) {
        let gazetteer = Gazetteer::load("x", "x.txt", text).unwrap();
        let sum = |count: fn(&Territory) -> usize| gazetteer.provinces().iter().map(count).sum();
        (gazetteer.provinces().len(), sum(|province| province.districts.len()), sum(|province| province.communes.len()))
    }

    #[test]
    fn the_shipped_files_have_the_numbers_their_sources_state() {
        assert_eq!(counts(OLD), (63, 705, 10_599));
        assert_eq!(counts(NEW), (34, 0, 3_321));
    }

    #[test]
    fn a_commune_knows_its_district_and_its_name_begins_an_address() {
        let gazetteer = Gazetteer::load("vietnam-2019", "x.txt", OLD).unwrap();
        let province = gazetteer.province("11").unwrap();
        assert_eq!(province.unit.full_name(), "tỉnh Điện Biên");
        let commune = province.communes.iter().find(|commune| commune.unit.name == "Noong Bua").unwrap();
        assert_eq!(commune.unit.title(), "Phường Noong Bua");
        assert_eq!(province.district_of(commune).unwrap().full_name(), "thành phố Điện Biên Phủ");
        let islands: Vec<_> =
            gazetteer.provinces().iter().flat_map(Territory::undivided).map(Division::title).collect();
        assert_eq!(islands.len(), 5);
        assert!(islands.contains(&"Huyện Côn Đảo".to_owned()));
    }

    #[test]
    fn everything_wrong_is_told_at_once_with_its_line() {
        let text = "# a remark\n001 quận Ba Đình\n11 tỉnh Điện Biên\n11 tỉnh Điện Biên\n094 làng Mới\n9 xã Một\n\
                    03124 phường Noong Bua\n03124 phường Noong Bua\n095 thị xã Mường Lay\n03127 xã \n03130 xã Me\u{300}o\n";
        let problems = Gazetteer::load("x", "x.txt", text).unwrap_err().to_string();
        for expected in [
            "x.txt:2:1: 001 belongs to no province",
            "x.txt:4:1: the province 11 stands twice or out of order",
            "x.txt:5:1: `làng Mới` does not name a district (write the kind first, one of: thành phố, thị xã, huyện, quận)",
            "x.txt:6:1: `9` is not the code of a unit",
            "x.txt:8:1: the unit 03124 stands twice",
            "x.txt:9:1: the district 095 comes after communes without one",
            "x.txt:10:1: `xã ` does not name a commune",
            "x.txt:11:1: `Me\u{300}o` is not composed",
        ] {
            assert!(problems.contains(expected), "{expected} in\n{problems}");
        }
        assert_eq!(problems.lines().count(), 8, "{problems}");
        assert!(Gazetteer::load("x", "x.txt", "").unwrap_err().to_string().contains("there is no province"));
    }
}

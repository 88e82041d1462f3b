//! The catalogue: units, procedures, clerks.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Everything that a portal is set up with before it serves clients.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Catalogue {
    /// The agencies that receive dossiers.
    pub units: Vec<Unit>,
    /// The administrative procedures on offer.
    pub procedures: Vec<Procedure>,
    /// The people at the desks.
    pub clerks: Vec<Clerk>,
}

/// An agency that receives dossiers.
#[derive(Debug, Clone, Deserialize)]
pub struct Unit {
    /// The code that every dossier code of this unit starts with, such as `H12.18`.
    pub code: String,
    /// The name as citizens read it.
    pub name: String,
    /// The administrative level, such as `province`, `district` or `commune`.
    pub level: String,
}

/// An administrative procedure.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
pub struct Procedure {
    /// The national code, such as `1.005129`.
    pub code: String,
    /// The name as citizens read it.
    pub name: String,
    /// The legal time, in working days; 0 means the same day.
    pub legal_days: u16,
    /// The tariff, in whole VND; 0 is free of charge.
    pub fee: i64,
    /// How much of the service is online.
    #[serde(default)]
    pub service_level: ServiceLevel,
    /// Whether the fee can be paid online, which does not depend on the level (some services below level 4 can).
    #[serde(default = "yes")]
    pub payable: bool,
    /// Whether the result can be returned by post.
    #[serde(default = "yes")]
    pub postal: bool,
    /// Whether the applicant need not come in person.
    #[serde(default)]
    pub process: Process,
}

fn yes() -> bool {
    true
}

/// How much of a service is online, as portals counted it until 2022; written as the number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(try_from = "u64", into = "u64")]
pub enum ServiceLevel {
    /// Level 2: information and forms are online; dossiers are submitted at the counter or by post.
    Two,
    /// Level 3: dossiers can be submitted online as well.
    Three,
    /// Level 4: the fee and the return of the result need no counter either.
    #[default]
    Four,
}

impl TryFrom<u64> for ServiceLevel {
    type Error = &'static str;

    fn try_from(level: u64) -> Result<Self, Self::Error> {
        match level {
            2 => Ok(Self::Two),
            3 => Ok(Self::Three),
            4 => Ok(Self::Four),
            _ => Err("must be 2, 3 or 4"),
        }
    }
}

impl From<ServiceLevel> for u64 {
    fn from(level: ServiceLevel) -> Self {
        match level {
            ServiceLevel::Two => 2,
            ServiceLevel::Three => 3,
            ServiceLevel::Four => 4,
        }
    }
}

/// How much of a procedure is done without coming in person, as portals count it since 2022.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Process {
    /// All of it (toàn trình).
    #[default]
    Full,
    /// A part of it (một phần).
    Partial,
}

/// A person at a desk.
#[derive(Debug, Clone, Deserialize)]
pub struct Clerk {
    /// What the clerk signs in with.
    pub id: String,
    /// The unit whose inbox the clerk works off; none for a post clerk and a registrar.
    pub unit: Option<String>,
    /// What the clerk may do.
    pub role: Role,
    /// The password, in the clear: these people do not exist.
    pub password: String,
}

/// What a clerk may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Accepts, processes and hands over the dossiers of a unit.
    Desk,
    /// Hands finished results of all units to the post.
    Post,
    /// Keeps the catalogue of procedures.
    Registrar,
}

impl Clerk {
    /// A clerk of whom only the id is known.
    pub(crate) fn named(id: &str) -> Self {
        Self { id: id.to_owned(), unit: None, role: Role::Desk, password: String::new() }
    }
}

impl Catalogue {
    /// A small catalogue for use by hand: two units, three procedures, a desk each, one post counter,
    /// one registrar.
    pub fn sample() -> Self {
        let unit =
            |code: &str, name: &str, level: &str| Unit { code: code.into(), name: name.into(), level: level.into() };
        let procedure = |code: &str, name: &str, legal_days, fee| Procedure {
            code: code.into(),
            name: name.into(),
            legal_days,
            fee,
            service_level: ServiceLevel::default(),
            payable: true,
            postal: true,
            process: Process::default(),
        };
        let clerk = |id: &str, unit: Option<&str>, role| Clerk {
            id: id.into(),
            unit: unit.map(str::to_owned),
            role,
            password: "open".into(),
        };
        Self {
            units: vec![unit("H99.01", "Sở mẫu", "province"), unit("H99.02", "Phường mẫu", "commune")],
            procedures: vec![
                procedure("1.000001", "Cấp bản sao trích lục hộ tịch", 0, 8_000),
                procedure("1.000002", "Cấp giấy phép mẫu", 5, 120_000),
                procedure("1.000003", "Xác nhận thông tin cư trú", 3, 0),
            ],
            clerks: vec![
                clerk("desk-1", Some("H99.01"), Role::Desk),
                clerk("desk-2", Some("H99.02"), Role::Desk),
                clerk("post-1", None, Role::Post),
                clerk("registrar-1", None, Role::Registrar),
            ],
        }
    }
}

/// The catalogue as the portal looks things up in it: by code.
#[derive(Debug)]
pub(crate) struct Index {
    units: HashMap<String, Arc<Unit>>,
    procedures: HashMap<String, Arc<Procedure>>,
    clerks: HashMap<String, Arc<Clerk>>,
}

impl Index {
    /// Indexes a catalogue, or reports everything that is wrong with it.
    pub(crate) fn new(catalogue: Catalogue) -> io::Result<Self> {
        let mut problems = Vec::new();
        let units = by_code(catalogue.units, |unit| &unit.code, "unit", &mut problems);
        let procedures = by_code(catalogue.procedures, |procedure| &procedure.code, "procedure", &mut problems);
        let clerks = by_code(catalogue.clerks, |clerk| &clerk.id, "clerk", &mut problems);
        for clerk in clerks.values() {
            match (&clerk.unit, clerk.role) {
                (Some(unit), _) if !units.contains_key(unit) => {
                    problems.push(format!("clerk {} works at unit {unit}, which is not in the list", clerk.id));
                }
                (None, Role::Desk) => problems.push(format!("clerk {} has a desk but no unit", clerk.id)),
                (Some(_), _) | (None, Role::Post | Role::Registrar) => {}
            }
        }
        for procedure in procedures.values().filter(|procedure| procedure.fee < 0) {
            problems.push(format!("procedure {} has a negative fee", procedure.code));
        }
        if problems.is_empty() {
            return Ok(Self { units, procedures, clerks });
        }
        problems.sort();
        Err(io::Error::new(io::ErrorKind::InvalidInput, problems.join("; ")))
    }

    pub(crate) fn unit(&self, code: &str) -> Option<&Arc<Unit>> {
        self.units.get(code)
    }

    pub(crate) fn clerk(&self, id: &str) -> Option<&Arc<Clerk>> {
        self.clerks.get(id)
    }

    /// The procedures as they were on offer when the portal started.
    pub(crate) fn procedures(&self) -> impl Iterator<Item = &Arc<Procedure>> {
        self.procedures.values()
    }
}

fn by_code<T>(
    items: Vec<T>,
    code: impl Fn(&T) -> &String,
    kind: &str,
    problems: &mut Vec<String>,
) -> HashMap<String, Arc<T>> {
    let mut index = HashMap::with_capacity(items.len());
    for item in items {
        let key = code(&item).clone();
        if key.is_empty() {
            problems.push(format!("a {kind} has no code"));
        }
        if index.insert(key.clone(), Arc::new(item)).is_some() {
            problems.push(format!("{kind} {key} is listed twice"));
        }
    }
    index
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_is_sound() {
        let index = Index::new(Catalogue::sample()).unwrap();
        assert_eq!(index.procedures().count(), 3);
    }

    #[test]
    fn everything_wrong_is_said_at_once() {
        let mut catalogue = Catalogue::sample();
        catalogue.units.push(catalogue.units[0].clone());
        catalogue.clerks[0].unit = Some("H00".into());
        catalogue.clerks[1].unit = None;
        catalogue.procedures[0].fee = -1;
        let problems = Index::new(catalogue).unwrap_err().to_string();
        for part in ["unit H99.01 is listed twice", "unit H00", "desk-2 has a desk but no unit", "negative fee"] {
            assert!(problems.contains(part), "{part} in {problems}");
        }
    }

    #[test]
    fn a_catalogue_is_read_from_json() {
        let text = r#"{
            "units": [{ "code": "H12", "name": "Sở", "level": "province" }],
            "procedures": [{ "code": "1.1", "name": "A", "legal_days": 5, "fee": 1000 }],
            "clerks": [{ "id": "c", "unit": "H12", "role": "desk", "password": "p" }]
        }"#;
        let catalogue: Catalogue = serde_json::from_str(text).unwrap();
        assert_eq!(catalogue.clerks[0].role, Role::Desk);
        let procedure = &catalogue.procedures[0];
        assert_eq!((procedure.service_level, procedure.process), (ServiceLevel::Four, Process::Full));
        assert!(procedure.payable && procedure.postal, "what an older catalogue does not say is allowed");
        assert!(Index::new(catalogue).is_ok());
    }
}

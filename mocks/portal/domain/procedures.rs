//! The procedures on offer: changed while the portal runs, each change a new version. A dossier keeps the
//! version it came in under, so that no publication moves an old deadline.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::behaviour::defects::{Defect, Defects};
use crate::domain::catalogue::{Index, Procedure, Process, ServiceLevel};
use crate::domain::problem::{Flaw, Problem};

/// The longest name, in characters.
const LONGEST_NAME: usize = 500;
/// The longest legal time, in working days: about ten years.
const LONGEST_TIME: u64 = 2_500;
/// The highest tariff, in whole VND.
const HIGHEST_FEE: i64 = 1_000_000_000_000;
/// How many changes fit into one publication: more than any province has procedures.
const MOST_CHANGES: usize = 5_000;

/// A procedure as it was published.
#[derive(Debug, Clone)]
pub(crate) struct Published {
    pub(crate) procedure: Arc<Procedure>,
    /// Counted from 1, which is what the portal started with.
    pub(crate) version: u64,
}

/// A published procedure as it is shown.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PublishedProcedure")]
pub(crate) struct Offered<'published> {
    #[serde(flatten)]
    procedure: &'published Procedure,
    version: u64,
}

impl Published {
    pub(crate) fn told(&self) -> Offered<'_> {
        Offered { procedure: &self.procedure, version: self.version }
    }
}

/// What a registrar sends: what is absent stays as it is.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RawChange {
    code: Option<String>,
    name: Option<String>,
    legal_days: Option<u64>,
    fee: Option<i64>,
    service_level: Option<u64>,
    payable: Option<bool>,
    postal: Option<bool>,
    process: Option<String>,
}

/// All procedures, by code. A version takes about 300 bytes for as long as it is on offer or a dossier keeps it.
#[derive(Debug, Default)]
pub(crate) struct Procedures {
    pub(crate) by_code: BTreeMap<String, Published>,
    /// How many procedures were published since the start, including those a defect has lost.
    pub(crate) publications: u64,
    /// What is not yet in the store; `None` while there is none.
    pub(crate) unwritten: Option<Vec<Published>>,
}

impl Procedures {
    /// What the portal starts with.
    pub(crate) fn new(catalogue: &Index) -> Self {
        let first = |procedure: &Arc<Procedure>| {
            (procedure.code.clone(), Published { procedure: procedure.clone(), version: 1 })
        };
        Self { by_code: catalogue.procedures().map(first).collect(), publications: 0, unwritten: None }
    }

    pub(crate) fn get(&self, code: &str) -> Option<&Published> {
        self.by_code.get(code)
    }

    /// All of them, by code.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Published> {
        self.by_code.values()
    }

    /// Publishes a change of one procedure; returns what the registrar receives.
    pub(crate) fn publish(
        &mut self,
        code: &str,
        mut change: RawChange,
        defects: Defects,
    ) -> Result<Published, Problem> {
        if self.get(code).is_none() {
            return Err(Problem::not_found("procedure"));
        }
        if change.code.as_ref().is_some_and(|named| named != code) {
            return Err(Problem::field("code", "is not the one in the address"));
        }
        change.code = Some(code.to_owned());
        let mut flaws = Vec::new();
        let changed = self.changed(change, "", &mut flaws);
        match changed {
            Some(procedure) if flaws.is_empty() => Ok(self.store(procedure, defects)),
            Some(_) | None => Err(Problem::fields(flaws)),
        }
    }

    /// Publishes all changes, or none, and then reports everything that is wrong with them.
    pub(crate) fn publish_all(&mut self, changes: Vec<RawChange>, defects: Defects) -> Result<Vec<Published>, Problem> {
        if changes.is_empty() || changes.len() > MOST_CHANGES {
            return Err(Problem::field("changes", format!("must be 1 to {MOST_CHANGES}")));
        }
        let mut flaws = Vec::new();
        let mut ready: BTreeMap<String, Procedure> = BTreeMap::new();
        for (i, change) in changes.into_iter().enumerate() {
            let at = format!("changes[{i}].");
            let Some(procedure) = self.changed(change, &at, &mut flaws) else { continue };
            if let Some(twice) = ready.insert(procedure.code.clone(), procedure) {
                flaws.push(Flaw::new(format!("{at}code"), format!("{} is listed twice", twice.code)));
            }
        }
        if flaws.is_empty() {
            Ok(ready.into_values().map(|procedure| self.store(procedure, defects)).collect())
        } else {
            Err(Problem::fields(flaws))
        }
    }

    fn store(&mut self, procedure: Procedure, defects: Defects) -> Published {
        self.publications += 1;
        let version = self.get(&procedure.code).map_or(1, |published| published.version + 1);
        let published = Published { procedure: Arc::new(procedure), version };
        if !defects.triggers(Defect::CatalogueLostUpdate, self.publications, 2, 20) {
            self.by_code.insert(published.procedure.code.clone(), published.clone());
            if let Some(unwritten) = &mut self.unwritten {
                unwritten.push(published.clone());
            }
        }
        published
    }

    /// The procedure after the change; what is wrong with the change is added to the flaws.
    fn changed(&self, change: RawChange, at: &str, flaws: &mut Vec<Flaw>) -> Option<Procedure> {
        let mut flaw = |field: &str, message: &'static str| flaws.push(Flaw::new(format!("{at}{field}"), message));
        let Some(published) = change.code.as_deref().and_then(|code| self.get(code)) else {
            flaw("code", "is not in the catalogue");
            return None;
        };
        let mut procedure = Procedure::clone(&published.procedure);
        if let Some(name) = change.name {
            if name.trim().is_empty() || name.chars().count() > LONGEST_NAME {
                flaw("name", "must have 1 to 500 characters");
            }
            procedure.name = name;
        }
        if let Some(days) = change.legal_days {
            match u16::try_from(days) {
                Ok(few) if days <= LONGEST_TIME => procedure.legal_days = few,
                Ok(_) | Err(_) => flaw("legal_days", "must be 0 to 2,500"),
            }
        }
        if let Some(fee) = change.fee {
            if !(0..=HIGHEST_FEE).contains(&fee) {
                flaw("fee", "must be 0 to 1,000,000,000,000");
            }
            procedure.fee = fee;
        }
        if let Some(level) = change.service_level {
            match ServiceLevel::try_from(level) {
                Ok(level) => procedure.service_level = level,
                Err(reason) => flaw("service_level", reason),
            }
        }
        match change.process.as_deref() {
            Some("full") => procedure.process = Process::Full,
            Some("partial") => procedure.process = Process::Partial,
            Some(_) => flaw("process", "must be full or partial"),
            None => {}
        }
        procedure.payable = change.payable.unwrap_or(procedure.payable);
        procedure.postal = change.postal.unwrap_or(procedure.postal);
        Some(procedure)
    }
}

//! The provinces of a run that plays several at once, each beside the others.

use std::collections::BTreeMap;

use model::words::{Outcome, Phase, TrafficClass};
use rusqlite::Connection;
use verdict::{GateAnswer, Judgement};

use crate::latency::{Durations, Latency};
use crate::text::MISSING;
use crate::traffic::{UNSENT, unsigned, was_left_open};

/// What became of one province of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProvinceLine {
    /// Its name.
    pub name: String,
    /// Its planned dossiers.
    pub planned: u64,
    /// Those whose submission was acknowledged.
    pub submitted: u64,
    /// Those done before or on their due day.
    pub in_time: u64,
    /// Those done after it.
    pub late: u64,
    /// Exchanges of people about its dossiers in the load phase.
    pub exchanges: u64,
    /// Those without a trustworthy answer.
    pub errors: u64,
    /// The response time of these exchanges.
    pub response_time: Option<Latency>,
    /// How many gates hold for it alone.
    pub gates_held: u64,
    /// The claims that are broken for it alone.
    pub gates_broken: Vec<String>,
    /// How many gates its samples decide.
    pub gates_decided: u64,
}

impl ProvinceLine {
    /// `7 of 7`: gates that hold, of those decided; a dash where none is.
    pub fn gates_text(&self) -> String {
        match self.gates_decided {
            0 => MISSING.to_owned(),
            decided => format!("{} of {decided}", self.gates_held),
        }
    }
}

/// Every province of a history, in the order of the run; empty where there is one only.
pub(crate) fn measure(history: &Connection, judgement: &Judgement) -> rusqlite::Result<Vec<ProvinceLine>> {
    let mut lines = planned(history)?;
    if lines.len() < 2 {
        return Ok(Vec::new());
    }
    let mut traffic = traffic(history)?;
    for line in &mut lines {
        if let Some(OfProvince { errors, response_times }) = traffic.remove(&line.name) {
            line.exchanges = (response_times.answered.len() + response_times.open.len()) as u64;
            line.errors = errors;
            line.response_time = Latency::of(response_times);
        }
        let gates = judgement.provinces.iter().find(|province| province.province == line.name);
        let gates = gates.map(|province| province.gates.as_slice()).unwrap_or_default();
        line.gates_held = gates.iter().filter(|gate| gate.verdict == GateAnswer::Pass).count() as u64;
        let broken = gates.iter().filter(|gate| gate.verdict == GateAnswer::Fail);
        line.gates_broken = broken.map(|gate| gate.claim.clone()).collect();
        line.gates_decided = line.gates_held + line.gates_broken.len() as u64;
    }
    Ok(lines)
}

fn planned(history: &Connection) -> rusqlite::Result<Vec<ProvinceLine>> {
    let mut statement = history.prepare(
        "select d.province, count(*), sum(r.submitted), sum(r.outcome in ('early', 'on_time')), sum(r.outcome = 'late')
           from dossiers d join results r on r.case_id = d.case_id group by d.province order by min(d.case_id)",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(ProvinceLine {
            name: row.get(0)?,
            planned: unsigned(row.get(1)?),
            submitted: unsigned(row.get(2)?),
            in_time: unsigned(row.get(3)?),
            late: unsigned(row.get(4)?),
            ..ProvinceLine::default()
        })
    })?;
    rows.collect()
}

#[derive(Default)]
struct OfProvince {
    errors: u64,
    response_times: Durations,
}

fn traffic(history: &Connection) -> rusqlite::Result<BTreeMap<String, OfProvince>> {
    let mut all: BTreeMap<String, OfProvince> = BTreeMap::new();
    let mut statement = history.prepare(&format!(
        "select d.province, e.outcome, e.done_ns - e.due_ns, e.status, e.fault from exchanges e join dossiers d on d.case_id = e.case_id
          where e.phase = ?1 and e.traffic_class = ?2 and not {UNSENT}"
    ))?;
    let mut rows = statement.query([Phase::Load.as_str(), TrafficClass::User.as_str()])?;
    while let Some(row) = rows.next()? {
        let name = row.get_ref(0)?.as_str().unwrap_or_default();
        if !all.contains_key(name) {
            all.insert(name.to_owned(), OfProvince::default());
        }
        let Some(of_province) = all.get_mut(name) else { continue };
        let outcome = Outcome::parse(row.get_ref(1)?.as_str().unwrap_or_default());
        let is_error = matches!(outcome, Some(Outcome::Error) | None);
        let is_open = is_error && was_left_open(row.get(3)?, row.get_ref(4)?.as_str_or_null()?);
        let Durations { answered, open } = &mut of_province.response_times;
        of_province.errors += u64::from(is_error);
        if is_open { open.push(row.get(2)?) } else { answered.push(row.get(2)?) }
    }
    Ok(all)
}

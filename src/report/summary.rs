//! Everything a report says, computed once, so that every form says the same.

use std::collections::BTreeMap;

use model::{ArrivalFacts, Fact};
use rusqlite::{Connection, OptionalExtension as _};
use verdict::{
    AreaExamined, Basis, GateAnswer, GateVerdict, Judgement, Level, Overall, RuleSet, RuleVerdict, RunFacts, Session,
    SourceFile, Verdict,
};

use crate::adapter::{self, Misunderstandings};
use crate::counting::Counter;
use crate::errors::{self, Errors};
use crate::fidelity::{self, Agreement, FigureLine};
use crate::provinces::{self, ProvinceLine};
use crate::series::{self, Day, WallSeries};
use crate::targets::{self, TargetLine};
use crate::text::counted;
use crate::traffic::{self, Traffic};
use crate::words;

/// So many areas that were not examined are named in the headline; a report names all of them further below.
const AREAS_NAMED: usize = 4;

/// A finished (or killed) run, judged and counted.
///
/// Plain data: every form of report is a function of this value alone.
#[derive(Clone, Debug)]
pub struct Summary {
    /// Every fact the run recorded about itself, by name.
    pub facts: RunFacts,
    /// The verdict of the whole run.
    pub overall: Overall,
    /// Why the run proves nothing, in words; empty if it is valid.
    pub invalid: Vec<String>,
    /// What the run file requires and did not come about, in words.
    pub unmet: Vec<String>,
    /// What is worth saying and changes no verdict, in words.
    pub remarks: Vec<String>,
    /// Every area of the catalogue with what was decided of it.
    pub areas: Vec<AreaExamined>,
    /// The files by which the run was judged.
    pub sources: Vec<SourceFile>,
    /// The verdict of every rule: those that need attention first, then by id.
    pub rules: Vec<RuleVerdict>,
    /// What each rule rests on, by id.
    pub citations: BTreeMap<String, Citation>,
    /// The planned dossiers that findings are about, by case.
    pub cases: BTreeMap<i64, CaseLine>,
    /// The verdict of every claim of the run file, in its order.
    pub gates: Vec<GateVerdict>,
    /// Every published figure beside the recorded one.
    pub figures: Vec<FigureLine>,
    /// What provinces have set themselves, asked of the recorded dossiers.
    pub targets: Vec<TargetLine>,
    /// Each province beside the others, where the run plays several.
    pub provinces: Vec<ProvinceLine>,
    /// What went over the wire.
    pub traffic: Traffic,
    /// What of it has no trustworthy answer, by reason.
    pub errors: Errors,
    /// What the adapter did not understand of it.
    pub adapter: Misunderstandings,
    /// The run over its wall clock.
    pub wall: WallSeries,
    /// The run over the calendar.
    pub days: Vec<Day>,
    /// The folder of the results as the reader knows it; set it to what was typed.
    pub folder: String,
}

/// What a rule rests on, for readers who want to argue.
#[derive(Clone, Debug)]
pub struct Citation {
    /// The title in Vietnamese.
    pub title_vi: String,
    /// Why a portal's users suffer where it is broken.
    pub why: String,
    /// The texts it follows from.
    pub basis: Vec<Basis>,
}

/// One planned dossier, as far as a finding needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseLine {
    /// The applicant's own reference.
    pub reference: String,
    /// Unit that decides.
    pub unit: String,
    /// Procedure.
    pub procedure: String,
    /// How it comes in.
    pub channel: String,
    /// How the fee is paid.
    pub payment_method: String,
    /// How the result is returned.
    pub return_method: String,
}

/// How many dossiers, or visits, there were and what became of them; `None` where the run did not record it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Identities {
    /// Planned: `started + dropped`.
    pub planned: Option<u64>,
    /// Those whose journey began: `completed + failed + unfinished`.
    pub started: Option<u64>,
    /// Those never begun because the generator could not keep up.
    pub dropped: Option<u64>,
    /// Journeys that came to their end.
    pub completed: Option<u64>,
    /// Journeys the portal broke off.
    pub failed: Option<u64>,
    /// Journeys still under way when the run ended.
    pub unfinished: Option<u64>,
}

/// The health of the instrument itself; `None` where the run did not record it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Generator {
    /// Half of all requests left at most this late, in nanoseconds.
    pub scheduling_delay_p50_ns: Option<i64>,
    /// 99 of 100 requests left at most this late, in nanoseconds.
    pub scheduling_delay_p99_ns: Option<i64>,
    /// The latest request, in nanoseconds.
    pub scheduling_delay_max_ns: Option<i64>,
    /// The p99 above which the run proves nothing, in nanoseconds.
    pub scheduling_delay_limit_ns: Option<i64>,
    /// Share of the processor the generator used.
    pub cpu_share: Option<f64>,
    /// Exchanges that happened and could not be recorded.
    pub recorder_lost: Option<u64>,
}

/// How many rules stand at each verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RuleCounts {
    /// Held in everything examined.
    pub pass: u64,
    /// Broken.
    pub fail: u64,
    /// Broken, but only recommended.
    pub warn: u64,
    /// Not enough was seen to tell.
    pub inconclusive: u64,
    /// The rule itself broke.
    pub error: u64,
    /// The portal does not offer what the rule is about.
    pub not_applicable: u64,
}

/// How many published figures the run met.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FigureCounts {
    /// Equal to the document.
    pub exact: u64,
    /// As close as the document's precision allows to tell.
    pub within_precision: u64,
    /// Not what the document says.
    pub differs: u64,
    /// The query failed.
    pub not_counted: u64,
    /// Contradictory in the document itself.
    pub not_judged: u64,
    /// Not part of this run.
    pub not_reproducible: u64,
}

/// A summary could not be computed.
#[derive(Debug, thiserror::Error)]
#[error("read the {what} of the history: {source}")]
pub struct SummaryError {
    /// What was being read.
    pub what: &'static str,
    /// What SQLite says.
    #[source]
    pub source: rusqlite::Error,
}

impl Summary {
    /// Computes everything a report says about a judged session.
    ///
    /// Facts that a killed run never recorded are missing, not an error.
    ///
    /// # Errors
    /// [`SummaryError`] if a table of the history cannot be read.
    pub fn measure(session: &Session, rules: &RuleSet, judgement: &Judgement) -> Result<Self, SummaryError> {
        let history = session.connection();
        let counter = Counter { session: history, meter: session.meter() };
        let failed_to_read = |what| move |source| SummaryError { what, source };
        let mut verdicts = judgement.rules.clone();
        verdicts.sort_by_key(|rule| (words::urgency(rule.verdict), rule.id.clone()));
        Ok(Self {
            facts: judgement.run.clone(),
            overall: judgement.overall,
            invalid: judgement.validity.causes().iter().map(|cause| cause.text.clone()).collect(),
            unmet: judgement.unmet.clone(),
            remarks: judgement.remarks.clone(),
            areas: judgement.areas.clone(),
            sources: judgement.sources.clone(),
            citations: cite(rules, &verdicts),
            cases: cases(history, &verdicts).map_err(failed_to_read("dossiers"))?,
            rules: verdicts,
            gates: judgement.gates.clone(),
            figures: fidelity::measure(counter).map_err(failed_to_read("figures"))?,
            targets: targets::measure(counter).map_err(failed_to_read("targets"))?,
            provinces: provinces::measure(history, judgement).map_err(failed_to_read("dossiers"))?,
            traffic: traffic::measure(history).map_err(failed_to_read("exchanges"))?,
            errors: errors::measure(history).map_err(failed_to_read("exchanges"))?,
            adapter: adapter::measure(history).map_err(failed_to_read("adapter's problems"))?,
            wall: series::wall(history).map_err(failed_to_read("exchanges"))?,
            days: series::days(history).map_err(failed_to_read("results"))?,
            folder: folder(history),
        })
    }

    /// A fact of the run; `None` if it was not recorded or is empty.
    pub fn fact(&self, fact: Fact) -> Option<&str> {
        self.facts.get(fact).filter(|value| !value.is_empty())
    }

    /// The run's title: what the run file calls it, or which file it was.
    pub fn title(&self) -> &str {
        self.fact(Fact::Title).or_else(|| self.fact(Fact::RunFile)).unwrap_or("a run without a title")
    }

    /// What a closed model means for the times of this run; none if people came as planned.
    pub fn closed_model(&self) -> Option<String> {
        let people = self.fact(Fact::ClosedPeople)?;
        Some(format!(
            "Closed model: each of {people} people began the next journey when the last had ended, so that a slow portal was \
             asked less often, and response times leave out the wait of those who would have come meanwhile (coordinated \
             omission)."
        ))
    }

    /// The command that repeats this run: as it was typed, where the run says so.
    pub fn command(&self) -> String {
        if let Some(command) = self.fact(Fact::Command) {
            return command.to_owned();
        }
        let file = self.fact(Fact::RunFile).unwrap_or("RUN_FILE");
        self.fact(Fact::Seed)
            .map_or_else(|| format!("vandan run {file}"), |seed| format!("vandan run {file} --seed {seed}"))
    }

    /// The verdict of the whole run in one line: `FAILED: 1 rule`; a run that conforms says how much that proves.
    pub fn headline(&self) -> String {
        let word = words::overall_word(self.overall);
        let mut headline = match self.overall {
            Overall::Conforms => format!("{word}{}", self.proved()),
            Overall::Aborted => word.to_owned(),
            Overall::RuleFailed => format!("{word}: {}", counted(self.rule_counts().fail, "rule", "rules")),
            Overall::GateBreached => {
                let breached: Vec<_> = self.gates.iter().filter(|gate| gate.verdict == GateAnswer::Fail).collect();
                match breached.as_slice() {
                    [gate] => format!("{word}: {}", gate.claim),
                    _ => format!("{word}: {}", counted(breached.len() as u64, "gate", "gates")),
                }
            }
            Overall::Invalid | Overall::Undecided => format!("{word}: {}", self.doubt()),
        };
        let replaced = words::replaced(&self.sources);
        if !replaced.is_empty() {
            headline.push_str("; ");
            headline.push_str(&replaced);
        }
        headline
    }

    /// ` to 15 rules; 2 not applicable; not examined: access control`: what a run that conforms proves, and what not.
    fn proved(&self) -> String {
        let all = self.rule_counts();
        let gates = self.gates.len() as u64;
        let held = if all.pass > 0 { counted(all.pass, "rule", "rules") } else { counted(gates, "gate", "gates") };
        let mut parts = vec![format!(" to {held}")];
        let count = |verdict| self.rules.iter().filter(|rule| rule.verdict == verdict).count() as u64;
        let open = count(Verdict::Inconclusive);
        for (number, text) in [
            (all.warn, counted(all.warn, "recommendation not followed", "recommendations not followed")),
            (open, counted(open, "recommendation undecided", "recommendations undecided")),
            (all.not_applicable, format!("{} not applicable", all.not_applicable)),
            (u64::from(gates == 0), "no gates".to_owned()),
        ] {
            parts.extend((number > 0).then_some(text));
        }
        parts.extend(Some(words::not_examined(&self.areas, AREAS_NAMED)).filter(|text| !text.is_empty()));
        parts.join("; ")
    }

    /// What speaks against the run as evidence and is not in the headline already.
    pub fn objections(&self) -> Vec<&str> {
        let reasons = self.reasons();
        let says_why = matches!(self.overall, Overall::Invalid | Overall::Undecided);
        if says_why && reasons.len() == 1 { Vec::new() } else { reasons }
    }

    /// What speaks against the run as evidence, and what it lacks of what is required.
    fn reasons(&self) -> Vec<&str> {
        self.invalid.iter().chain(&self.unmet).map(String::as_str).collect()
    }

    /// How many rules stand at each verdict.
    pub fn rule_counts(&self) -> RuleCounts {
        count_rules(self.rules.iter())
    }

    /// How many published figures the run met.
    pub fn figure_counts(&self) -> FigureCounts {
        let mut counts = FigureCounts::default();
        for figure in &self.figures {
            *match figure.agreement {
                Agreement::Exact => &mut counts.exact,
                Agreement::WithinPrecision => &mut counts.within_precision,
                Agreement::Differs => &mut counts.differs,
                Agreement::NotCounted(_) => &mut counts.not_counted,
                Agreement::NotJudged(_) => &mut counts.not_judged,
                Agreement::NotReproducible(_) => &mut counts.not_reproducible,
            } += 1;
        }
        counts
    }

    /// How many dossiers there were and what became of them.
    pub fn identities(&self) -> Identities {
        self.counted(ArrivalFacts::DOSSIERS)
    }

    /// How many visits of visitors there were and what became of them; `None` if the run planned none.
    pub fn visits(&self) -> Option<Identities> {
        let visits = self.counted(ArrivalFacts::VISITS);
        visits.planned.is_some().then_some(visits)
    }

    fn counted(&self, facts: ArrivalFacts) -> Identities {
        Identities {
            planned: self.number(facts.planned),
            started: self.number(facts.started),
            dropped: self.number(facts.dropped),
            completed: self.number(facts.completed),
            failed: self.number(facts.failed),
            unfinished: self.number(facts.unfinished),
        }
    }

    /// The health of the instrument.
    pub fn generator(&self) -> Generator {
        Generator {
            scheduling_delay_p50_ns: self.number(Fact::SchedulingDelayP50Ns),
            scheduling_delay_p99_ns: self.number(Fact::SchedulingDelayP99Ns),
            scheduling_delay_max_ns: self.number(Fact::SchedulingDelayMaxNs),
            scheduling_delay_limit_ns: self.number(Fact::SchedulingDelayLimitNs),
            cpu_share: self.number(Fact::CpuShare),
            recorder_lost: self.number(Fact::RecorderLost),
        }
    }

    /// A fact that is a number; `None` if it is missing or is none.
    fn number<T: std::str::FromStr>(&self, fact: Fact) -> Option<T> {
        self.fact(fact)?.trim().parse().ok()
    }

    /// Why the run as a whole proves nothing, in one line.
    fn doubt(&self) -> String {
        match self.reasons().as_slice() {
            [reason] => return (*reason).to_owned(),
            [first, rest @ ..] => {
                return format!("{first}; and {}", counted(rest.len() as u64, "more reason", "more reasons"));
            }
            [] => {}
        }
        let crashed = self.rule_counts().error;
        let counts = count_rules(self.rules.iter().filter(|rule| rule.level == Level::Must));
        let undecided = self.gates.iter().filter(|gate| gate.verdict == GateAnswer::Undecided).count() as u64;
        let parts: Vec<String> = [
            (crashed, counted(crashed, "rule could not be judged", "rules could not be judged")),
            (counts.inconclusive, counted(counts.inconclusive, "rule inconclusive", "rules inconclusive")),
            (undecided, counted(undecided, "gate undecided", "gates undecided")),
        ]
        .into_iter()
        .filter_map(|(number, text)| (number > 0).then_some(text))
        .collect();
        if parts.is_empty() { "nothing was observed".to_owned() } else { parts.join(", ") }
    }
}

impl Identities {
    /// Whether planned = started + dropped; `None` if a part is missing.
    pub fn plan_closes(&self) -> Option<bool> {
        Some(self.planned? == self.started? + self.dropped?)
    }

    /// Whether started = completed + failed + unfinished; `None` if a part is missing.
    pub fn start_closes(&self) -> Option<bool> {
        Some(self.started? == self.completed? + self.failed? + self.unfinished?)
    }
}

fn count_rules<'a>(rules: impl Iterator<Item = &'a RuleVerdict>) -> RuleCounts {
    let mut counts = RuleCounts::default();
    for rule in rules {
        *match rule.verdict {
            Verdict::Pass => &mut counts.pass,
            Verdict::Fail => &mut counts.fail,
            Verdict::Warn => &mut counts.warn,
            Verdict::Inconclusive => &mut counts.inconclusive,
            Verdict::Error => &mut counts.error,
            Verdict::NotApplicable => &mut counts.not_applicable,
        } += 1;
    }
    counts
}

fn cite(rules: &RuleSet, verdicts: &[RuleVerdict]) -> BTreeMap<String, Citation> {
    let cited = verdicts.iter().filter_map(|verdict| rules.get(&verdict.id));
    cited
        .map(|rule| {
            let citation =
                Citation { title_vi: rule.title_vi.clone(), why: rule.why.clone(), basis: rule.basis.clone() };
            (rule.id.clone(), citation)
        })
        .collect()
}

/// The planned dossiers that witnesses name.
fn cases(history: &Connection, verdicts: &[RuleVerdict]) -> rusqlite::Result<BTreeMap<i64, CaseLine>> {
    let mut statement = history.prepare(
        "select reference, unit, procedure, channel, payment_method, return_method from dossiers where case_id = ?1",
    )?;
    let mut cases = BTreeMap::new();
    for case in verdicts.iter().flat_map(|verdict| &verdict.witnesses).filter_map(|witness| witness.case_id) {
        let line = statement.query_row([case], |row| {
            Ok(CaseLine {
                reference: row.get(0)?,
                unit: row.get(1)?,
                procedure: row.get(2)?,
                channel: row.get(3)?,
                payment_method: row.get(4)?,
                return_method: row.get(5)?,
            })
        });
        if let Some(line) = line.optional()? {
            cases.insert(case, line);
        }
    }
    Ok(cases)
}

/// The folder the history lies in; `.` if it lies nowhere.
fn folder(history: &Connection) -> String {
    let parent = history.path().and_then(|path| std::path::Path::new(path).parent());
    parent.map_or_else(|| ".".to_owned(), |parent| parent.display().to_string())
}

//! What provinces have set themselves: KPI targets as data, each with its denominator in words.
//!
//! ```yaml
//! document: { file: 003_6bb2390d42613cac.txt, title: ... }
//! targets:
//!   - id: on-time-departments
//!     title: Early and on time, departments
//!     title_vi: Trả kết quả trước và đúng hạn, cấp tỉnh
//!     figure: VP21-07                      # may be missing: then no figure states it
//!     period: { from: 2021-01-01, until: 2021-12-31 }
//!     scope: province
//!     denominator: results of departments that are early, on time or late
//!     at_least: 0.98                       # or more_than, less_than, exact
//!     of: { level: department, outcome: [early, on_time, late] }
//!     part: { outcome: [early, on_time] }  # among those
//!     measured_by: select sum(...), count(*) from results where ...
//! ```
//!
//! Instead of `of`, `part` and `measured_by` a target may have `figures: { part: [DB19-04], base: [DB19-02, DB19-03, DB19-04] }`
//! (without a base the part is a share already), or `not_computable: why`. A target is no figure: what a province misses is no
//! fault of the portal, and a target of one document may be asked of every province.

use std::collections::BTreeMap;

use model::{Comparison, Counted, Decimal, Document, Fields, Node, Placed, Precision, Problems, tolerance};

use crate::fidelity::Fidelity;
use crate::period::Period;
use crate::province::{Paper, Province, Terms, decimal, paper};

/// A target that a province has set itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Its id, such as `on-time-departments`.
    pub id: String,
    /// What is to be reached, in English.
    pub title: String,
    /// The same in Vietnamese.
    pub title_vi: String,
    /// The document that sets it.
    pub document: Paper,
    /// The figure that states it, if one does.
    pub figure: Option<String>,
    /// The time it speaks of.
    pub period: Period,
    /// Whom it speaks of.
    pub scope: String,
    /// What is 100 %, in words.
    pub denominator: String,
    /// How the share must compare with the value: exact, at least, more than, less than.
    pub bound: Precision,
    /// The value, 0..=1.
    pub value: Decimal,
    /// Where the share comes from.
    pub share: Share,
}

/// Where the share that a target speaks of comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Share {
    /// From the dossiers.
    Dossiers {
        /// Which dossiers are 100 %.
        of: Terms,
        /// Which of these count.
        part: Terms,
        /// The SQL that returns part and base of a recorded run, over its table `results`.
        measured_by: Placed,
    },
    /// From figures of the document.
    Figures {
        /// Whose sum counts.
        part: Vec<String>,
        /// Whose sum is 100 %; none if the part is a share already.
        base: Vec<String>,
    },
    /// No province has what it needs, for this reason.
    Not(String),
}

/// Whether a target is met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reached {
    /// The share is as the target asks.
    Met(Counted),
    /// It is not.
    Missed(Counted),
    /// Nobody can tell, for this reason.
    NotMeasured(String),
}

/// Said where nobody is meant.
pub(crate) const NO_SUCH_DOSSIERS: &str = "this province has no such dossiers";

/// How a target may compare, with its spelling in files.
const BOUNDS: [(&str, Precision); 4] = [
    ("at_least", Precision::AtLeast),
    ("more_than", Precision::MoreThan),
    ("less_than", Precision::LessThan),
    ("exact", Precision::Exact),
];

impl Target {
    /// Reads all files of targets, each given with its name.
    ///
    /// # Errors
    /// Everything wrong with any of them: missing and unknown fields and words, ids that stand twice.
    pub fn load<'f>(files: impl IntoIterator<Item = (&'f str, &'f str)>) -> Result<Vec<Self>, Problems> {
        let mut problems = Problems::default();
        let mut targets = Vec::new();
        let mut ids = Vec::new();
        for (file, text) in files {
            let read = Document::parse(file, text).and_then(|document| {
                document.read(|fields| {
                    let document = fields.need("document").and_then(|node| paper(&node));
                    let read = fields.need("targets").and_then(|node| node.items())?;
                    let read: Vec<_> = read.iter().map(|node| target(node, document.as_ref(), &mut ids)).collect();
                    read.into_iter().collect::<Option<Vec<_>>>()
                })
            });
            match read {
                Ok(read) => targets.extend(read),
                Err(found) => problems.extend(found),
            }
        }
        problems.or(targets)
    }

    /// Whether a population reaches the target.
    pub fn ask(&self, province: &Province, counted: &Fidelity) -> Reached {
        match &self.share {
            Share::Not(reason) => Reached::NotMeasured(reason.clone()),
            Share::Dossiers { of, part, .. } => {
                let Some((of, part)) = of.resolve(province.vocabulary()).zip(part.resolve(province.vocabulary()))
                else {
                    return Reached::NotMeasured(NO_SUCH_DOSSIERS.to_owned());
                };
                let (part, base) = counted.part_of(&part, &of);
                match Counted::share(part, base) {
                    Some(share) => self.judge(share),
                    None => Reached::NotMeasured(NO_SUCH_DOSSIERS.to_owned()),
                }
            }
            Share::Figures { part, base } => self.ask_figures(province, counted, part, base),
        }
    }

    /// Whether the share rests on numbers that the document states and nobody generates.
    pub fn rests_on_the_document(&self, province: &Province, counted: &Fidelity) -> bool {
        let Share::Figures { part, base } = &self.share else { return false };
        let mut lines = province.figures().iter().zip(&counted.figures);
        lines.any(|(figure, line)| line.generated.is_none() && (part.contains(&figure.id) || base.contains(&figure.id)))
    }

    /// Asks the figures: what is generated of them, else what the document states.
    fn ask_figures(&self, province: &Province, counted: &Fidelity, part: &[String], base: &[String]) -> Reached {
        let known: BTreeMap<&str, Counted> = province
            .figures()
            .iter()
            .zip(&counted.figures)
            .filter_map(|(figure, line)| {
                Some((figure.id.as_str(), line.generated.or_else(|| stated(figure.stated.value))?))
            })
            .collect();
        let values = |ids: &[String]| ids.iter().map(|id| known.get(id.as_str()).copied()).collect::<Option<Vec<_>>>();
        let Some((part, base)) = values(part).zip(values(base)) else {
            return Reached::NotMeasured("the document of this province gives no such counts".to_owned());
        };
        let share = match (part.as_slice(), base.as_slice()) {
            ([share], []) => Some(*share),
            (part, base) => {
                let sum = |counts: &[Counted]| counts.iter().map(|count| count.part / count.base).sum::<i64>();
                Counted::share(sum(part), sum(base))
            }
        };
        share.map_or_else(|| Reached::NotMeasured("the counts are 0".to_owned()), |share| self.judge(share))
    }

    fn judge(&self, share: Counted) -> Reached {
        match share.compare(self.value, self.bound, tolerance(self.value, self.bound)) {
            Comparison::Equal | Comparison::Within => Reached::Met(share),
            Comparison::Outside | Comparison::NotCompared => Reached::Missed(share),
        }
    }
}

/// A stated number as if it had been counted.
fn stated(value: Decimal) -> Option<Counted> {
    Counted::share(value.units, 10_i64.checked_pow(value.digits.into())?)
}

fn target(node: &Node<'_>, document: Option<&Paper>, ids: &mut Vec<String>) -> Option<Target> {
    node.fields(|fields| {
        let id = fields.need("id").and_then(|node| id(&node, ids));
        let (title, title_vi) = (fields.text("title"), fields.text("title_vi"));
        let figure = fields.get("figure").map_or(Some(None), |node| node.text().map(|text| Some(text.to_owned())));
        let period = fields.need("period").and_then(|node| Period::read(&node));
        let scope = fields.text("scope");
        let denominator = fields.text("denominator");
        let bound = bound(fields);
        let share = share(fields);
        let (bound, value) = bound?;
        Some(Target {
            id: id?,
            title: title?,
            title_vi: title_vi?,
            document: document?.clone(),
            figure: figure?,
            period: period?,
            scope: scope?,
            denominator: denominator?,
            bound,
            value,
            share: share?,
        })
    })
}

fn id(node: &Node<'_>, ids: &mut Vec<String>) -> Option<String> {
    let id = node.text()?.to_owned();
    if ids.contains(&id) {
        return node.refuse(format!("the target {id} stands twice"), "keep one of them");
    }
    ids.push(id.clone());
    Some(id)
}

/// The one bound that is given.
fn bound(fields: &Fields<'_>) -> Option<(Precision, Decimal)> {
    let given: Vec<_> = BOUNDS.iter().filter_map(|(name, bound)| Some((*bound, fields.get(name)?))).collect();
    let [(bound, node)] = given.as_slice() else {
        return fields.node().refuse(
            format!("{} bounds are given", given.len()),
            "give one of at_least, more_than, less_than, exact, as 0.98",
        );
    };
    let value = decimal(node)?;
    match value.millionths() {
        Some(millionths) if millionths <= 1_000_000 => Some((*bound, value)),
        Some(_) | None => node.refuse("a target lies between 0 and 1", "write 98 % as 0.98"),
    }
}

fn share(fields: &Fields<'_>) -> Option<Share> {
    let (of, part, query) = (fields.get("of"), fields.get("part"), fields.get("measured_by"));
    let (figures, reason) = (fields.get("figures"), fields.get("not_computable"));
    match (of, part, query, figures, reason) {
        (Some(of), Some(part), Some(query), None, None) => {
            let (of, part) = (Terms::read(&of), Terms::read(&part));
            Some(Share::Dossiers { of: of?, part: part?, measured_by: query.placed()? })
        }
        (None, None, None, Some(figures), None) => figures.fields(|fields| {
            let ids = |name| fields.list(name, |node| node.text().map(str::to_owned));
            let (part, base) = (ids("part"), ids("base"));
            Some(Share::Figures { part: part?, base: base? })
        }),
        (None, None, None, None, Some(reason)) => reason.text().map(|text| Share::Not(text.to_owned())),
        _ => fields.node().refuse(
            "nobody knows where the share comes from",
            "give `of`, `part` and `measured_by`, or `figures`, or `not_computable` (why)",
        ),
    }
}

//! The generated tail of a catalogue: procedures that nobody has, in numbers that provinces publish.
//!
//! ```yaml
//! tail:
//!   source: "assumption: ..."
//!   seed: 61                            # of the catalogue, whatever the seed of a run
//!   popularity: { first: 12, exponent: 1.25 }
//!   acts: [Cấp, Cấp lại]                # name = act + object + whom
//!   whom: ["", đối với tổ chức]
//!   legal_days: { department: { 5: 3, 10: 2 }, district: { 5: 1 }, commune: { 1: 1 } }    # by weight
//!   fees: { 0: 5, 50_000: 1 }           # by weight
//!   documents: [Đơn đề nghị, Giấy ủy quyền, Bản sao căn cước công dân]
//!   fields:
//!     y tế: { weights: { department: 8, district: 1 }, objects: [giấy phép hoạt động phòng khám] }
//! ```
//!
//! The procedure number `j` of a field at a level is a formula of the seed, the field, the level and `j`: its code always means
//! the same procedure, in every province and every run.

use model::words::Level;
use model::{Decimal, Node, Permutation, Seed, Stream, Vnd, fitting};
use rand::RngExt as _;
use rand::seq::IndexedRandom as _;

use super::procedure::{GENERATED, Procedure, WEIGHT};
use crate::apportion;

/// The tables that procedures are made from.
#[derive(Clone, Debug)]
pub(crate) struct SyntheticProcedures {
    seed: Seed,
    popularity: Popularity,
    acts: Vec<String>,
    whom: Vec<String>,
    /// One table for each level, in the order of [`Level::ALL`].
    legal_days: Vec<Vec<(u16, u64)>>,
    fees: Vec<(i64, u64)>,
    documents: Vec<String>,
    fields: Vec<Field>,
}

/// A field (lĩnh vực) of the tail.
#[derive(Clone, Debug)]
struct Field {
    name: String,
    objects: Vec<String>,
    /// How many procedures it has at each level, relative to all others, in the order of [`Level::ALL`].
    weights: Vec<u64>,
}

/// How often the tail is asked for, after Zipf: number `j` of a field at a level, from 1, has the weight `first / j^exponent`.
#[derive(Clone, Copy, Debug)]
struct Popularity {
    first: u32,
    /// Four times the exponent.
    quarters: u32,
}

impl Popularity {
    fn weight(self, number: u32) -> u32 {
        // The root of the root of number^quarters x 10^8 is a hundred times number^exponent, in whole numbers on any machine.
        let power = u128::from(number).pow(self.quarters) * 100_000_000;
        let divisor = power.isqrt().isqrt().max(1);
        fitting::<_, u32>(u128::from(self.first) * u128::from(WEIGHT) * 100 / divisor, "weights are at most 10^9")
            .max(1)
    }
}

/// How many procedures are to be made.
pub(crate) enum Wanted {
    /// So many, wherever the weights put them.
    InAll(u32),
    /// So many at each level, in the order of [`Level::ALL`].
    AtLevels(Vec<u32>),
}

/// The most procedures of a field at one level: three digits of their codes.
const MOST: u64 = 999;

impl SyntheticProcedures {
    pub(crate) fn read(node: &Node<'_>) -> Option<Self> {
        node.fields(|fields| {
            fields.text("source");
            let seed = fields.need("seed").and_then(|node| node.bounded(0, i64::MAX));
            let popularity = fields.need("popularity").and_then(|node| Popularity::read(&node));
            let list = |name| fields.need(name).and_then(|node| texts(&node));
            let (acts, whom, documents) = (list("acts"), list("whom"), list("documents"));
            let legal_days = fields.need("legal_days").and_then(|node| {
                node.fields(|fields| {
                    let of = |level: &Level| fields.need(level.as_str()).and_then(|node| weighted(&node, 0, 250));
                    Level::ALL.iter().map(of).collect::<Vec<_>>().into_iter().collect()
                })
            });
            let fees = fields.need("fees").and_then(|node| weighted(&node, 0, 1_000_000_000));
            let all = fields.need("fields").and_then(|_| fields.map("fields", Field::read));
            Some(Self {
                seed: Seed(seed?),
                popularity: popularity?,
                acts: acts?,
                whom: whom?,
                legal_days: legal_days?,
                fees: fees?,
                documents: documents?,
                fields: all?,
            })
        })
    }

    /// Makes procedures; `node` is where too many are noted.
    pub(crate) fn generate(&self, wanted: &Wanted, node: &Node<'_>) -> Option<Vec<Procedure>> {
        let mut procedures = Vec::new();
        for (field, counts) in (1_u64..).zip(self.counts(wanted)) {
            let table = self.fields.get(usize::try_from(field - 1).ok()?)?;
            for ((at, level), count) in (0_u64..).zip(Level::ALL).zip(counts) {
                if count > self.most(table) {
                    let message = format!("{count} procedures of the field {} are to be made ({level})", table.name);
                    let remedy = format!("it has names for {}: give it more `objects`", self.most(table));
                    return node.refuse(message, remedy);
                }
                procedures.extend((0..count).map(|j| self.procedure(field, at, j)));
            }
        }
        Some(procedures)
    }

    /// How many procedures each field has at each level.
    fn counts(&self, wanted: &Wanted) -> Vec<Vec<u64>> {
        let weights: Vec<u64> = self.fields.iter().flat_map(|field| field.weights.iter().copied()).collect();
        let levels = Level::ALL.len();
        let counts = match wanted {
            Wanted::InAll(count) => apportion(u64::from(*count), &weights),
            Wanted::AtLevels(counts) => {
                let at = |level: usize| weights.iter().copied().skip(level).step_by(levels).collect::<Vec<_>>();
                let by_level: Vec<_> =
                    counts.iter().enumerate().map(|(level, count)| apportion(u64::from(*count), &at(level))).collect();
                let of = |field: usize| by_level.iter().map(move |counts| counts.get(field).copied().unwrap_or(0));
                (0..self.fields.len()).flat_map(of).collect()
            }
        };
        counts.chunks(levels).map(<[u64]>::to_vec).collect()
    }

    /// How many names a field has for each level.
    fn most(&self, field: &Field) -> u64 {
        (self.names(field) / size(Level::ALL)).min(MOST)
    }

    fn names(&self, field: &Field) -> u64 {
        size(&self.acts) * size(&field.objects) * size(&self.whom)
    }

    /// Procedure number `j`, from 0, of a field, from 1, at a level, from 0.
    fn procedure(&self, field: u64, level: u64, j: u64) -> Procedure {
        let number = field * 10_000 + (level + 1) * 1_000 + j + 1;
        let table = self.fields.get(place(field - 1));
        let days = self.legal_days.get(place(level)).map_or(&[][..], Vec::as_slice);
        Procedure {
            code: format!("{GENERATED}.{number:06}"),
            name: table.map(|table| self.name(table, j * size(Level::ALL) + level)).unwrap_or_default(),
            field: table.map(|table| table.name.clone()).unwrap_or_default(),
            levels: Level::ALL.get(place(level)).copied().into_iter().collect(),
            legal_days: drawn(self.seed.stream("legal days"), number, days),
            fee: Vnd(drawn(self.seed.stream("fee"), number, &self.fees)),
            weight: self.popularity.weight(fitting(j + 1, "a code has three digits for it")),
            documents: self.papers(number),
        }
    }

    /// Name number `i` of a field; no two are alike.
    fn name(&self, field: &Field, i: u64) -> String {
        let stream = self.seed.stream(&format!("names of {}", field.name));
        let place = Permutation::new(stream, self.names(field)).forward(i);
        let word = |words: &[String], place: u64| {
            words.get(fitting::<_, usize>(place % size(words), "a list is in memory")).cloned().unwrap_or_default()
        };
        let act = word(&self.acts, place);
        let object = word(&field.objects, place / size(&self.acts));
        let whom = word(&self.whom, place / size(&self.acts) / size(&field.objects));
        format!("{act} {object} {whom}").trim_end().to_owned()
    }

    /// The first of the documents, and one to three others.
    fn papers(&self, number: u64) -> Vec<String> {
        let mut rng = self.seed.stream("documents").rng(number, 0);
        let Some((first, others)) = self.documents.split_first() else { return Vec::new() };
        let more = rng.random_range(1..=3);
        std::iter::once(first).chain(others.sample(&mut rng, more)).cloned().collect()
    }
}

impl Field {
    fn read(name: &str, node: &Node<'_>) -> Option<Self> {
        node.fields(|fields| {
            let objects = fields.need("objects").and_then(|node| texts(&node));
            let weights = fields.need("weights").and_then(|node| {
                node.fields(|fields| {
                    let of = |level: &Level| match fields.get(level.as_str()) {
                        Some(node) => node.bounded(0, 1_000_000),
                        None => Some(0),
                    };
                    Level::ALL.iter().map(of).collect::<Vec<_>>().into_iter().collect()
                })
            });
            Some(Self { name: name.to_owned(), objects: objects?, weights: weights? })
        })
    }
}

impl Popularity {
    fn read(node: &Node<'_>) -> Option<Self> {
        node.fields(|fields| {
            let first = fields.need("first").and_then(|node| node.bounded(1, 1_000_000));
            let quarters = fields.need("exponent").and_then(|node| {
                let exponent = Decimal::parse(node.text()?).and_then(Decimal::millionths);
                let quarters = exponent.filter(|exponent| exponent % 250_000 == 0).map(|exponent| exponent / 250_000);
                quarters
                    .and_then(|quarters| u32::try_from(quarters).ok())
                    .filter(|quarters| *quarters <= 8)
                    .or_else(|| node.refuse("no exponent of popularity", "a multiple of 0.25, at most 2"))
            });
            Some(Self { first: first?, quarters: quarters? })
        })
    }
}

fn size<T>(things: &[T]) -> u64 {
    things.len() as u64
}

/// A position in a list.
fn place(position: u64) -> usize {
    fitting(position, "a list is in memory")
}

/// Reads a list of texts that is not empty.
fn texts(node: &Node<'_>) -> Option<Vec<String>> {
    let texts: Vec<_> = node.items()?.iter().map(|node| node.text().map(str::to_owned)).collect();
    let texts: Vec<_> = texts.into_iter().collect::<Option<_>>()?;
    if texts.is_empty() { node.refuse("nothing to choose from", "give at least one") } else { Some(texts) }
}

/// Reads `{ 5: 30, 10: 20 }`: numbers within bounds, each with its weight.
fn weighted<T: TryFrom<i64>>(node: &Node<'_>, least: i64, most: i64) -> Option<Vec<(T, u64)>> {
    let mut table = Vec::new();
    for (key, node) in node.entries()? {
        let number = key.replace('_', "").parse().ok().filter(|number| (least..=most).contains(number));
        let Some(number) = number.and_then(|number| T::try_from(number).ok()) else {
            return node.refuse(format!("`{key}` is out of bounds"), format!("give a number from {least} to {most}"));
        };
        table.push((number, node.bounded(1, 1_000_000)?));
    }
    if table.is_empty() { node.refuse("nothing to choose from", "as { 5: 30, 10: 20 }") } else { Some(table) }
}

/// One of some numbers, by weight.
fn drawn<T: Copy>(stream: Stream, index: u64, table: &[(T, u64)]) -> T {
    let drawn = table.choose_weighted(&mut stream.rng(index, 0), |(_, weight)| *weight);
    drawn.map_or_else(|error| unreachable!("`weighted` reads no such table: {error}"), |(number, _)| *number)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use model::Document;

    use super::*;

    fn tail() -> SyntheticProcedures {
        let text = include_str!("../../../scenarios/procedures/common.yaml");
        let document = Document::parse("common.yaml", text).unwrap();
        let read = document.read(|fields| {
            for name in ["source", "procedures"] {
                fields.get(name);
            }
            SyntheticProcedures::read(&fields.need("tail")?)
        });
        read.unwrap()
    }

    fn generate(wanted: &Wanted) -> Vec<Procedure> {
        let document = Document::parse("x.yaml", "").unwrap();
        let tail = tail();
        document.read(|fields| tail.generate(wanted, fields.node())).unwrap()
    }

    #[test]
    fn a_smaller_tail_is_part_of_a_larger() {
        let (small, large) = (generate(&Wanted::InAll(300)), generate(&Wanted::InAll(2_000)));
        assert_eq!((small.len(), large.len()), (300, 2_000));
        assert!(small.iter().all(|procedure| large.contains(procedure)));
    }

    #[test]
    fn every_level_gets_as_many_as_are_wanted() {
        let made = generate(&Wanted::AtLevels(vec![700, 90, 40]));
        let of = |level| made.iter().filter(|procedure| procedure.levels == [level]).count();
        assert_eq!((of(Level::Department), of(Level::District), of(Level::Commune)), (700, 90, 40));
    }

    #[test]
    fn codes_and_names_stand_once_and_are_nobodys() {
        let made = generate(&Wanted::InAll(2_000));
        let codes: BTreeSet<_> = made.iter().map(|procedure| &procedure.code).collect();
        let names: BTreeSet<_> = made.iter().map(|procedure| (&procedure.field, &procedure.name)).collect();
        assert_eq!((codes.len(), names.len()), (2_000, 2_000));
        assert!(codes.iter().all(|code| code.len() == 8 && code.starts_with("9.")));
    }

    #[test]
    fn fees_and_times_are_drawn_by_their_weights() {
        let made = generate(&Wanted::InAll(2_000));
        let free = made.iter().filter(|procedure| procedure.fee == Vnd::ZERO).count();
        assert!((820..1_020).contains(&free), "46 in 100 are free: {free}");
        assert!(made.iter().all(|procedure| procedure.legal_days <= 30));
        let slow = |procedure: &&Procedure| procedure.levels == [Level::Commune] && procedure.legal_days > 7;
        assert_eq!(made.iter().find(slow), None);
    }

    #[test]
    fn popularity_falls_as_zipf_says() {
        let popularity = Popularity { first: 12, quarters: 4 };
        assert_eq!([1, 2, 3, 10].map(|number| popularity.weight(number)), [12_000, 6_000, 4_000, 1_200]);
        // 12,000 / 16^1.25 = 12,000 / 32
        assert_eq!(Popularity { first: 12, quarters: 5 }.weight(16), 375);
        assert_eq!(Popularity { first: 1, quarters: 8 }.weight(999), 1);
        assert_eq!(Popularity { first: 7, quarters: 0 }.weight(500), 7_000);
    }
}

//! How long an arrival takes: its draw, its instant and its place in the order, over a year of one large province. Run it with
//! `cargo bench -p vandan-world --bench arrivals`; criterion shows elements per second, and 1 s / that is the time of one arrival.
//! The goal is 150 ns on one core.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use model::Seed;
use vandan_world::{Calendar, Catalogue, Population, Province, Scale, arrivals, batches};

const CALENDAR: &str = include_str!("../../scenarios/calendars/vietnam.yaml");
const PROCEDURES: &str = include_str!("../../scenarios/procedures/common.yaml");
const TAY_NINH: &str = include_str!("../../scenarios/provinces/tay-ninh-2021.yaml");

/// A year of a province with Tây Ninh's curves and some hundred cells; `seasonality` goes into its `arrivals`.
fn population(count: u32, seasonality: &str) -> Population {
    let between = |from: &str, until: &str| {
        let begin = TAY_NINH.find(from).expect("a part of the shipped file");
        let end = TAY_NINH.get(begin..).and_then(|rest| rest.find(until)).expect("a part of the shipped file");
        TAY_NINH.get(begin..begin + end).expect("a part of the shipped file")
    };
    let curves = between("arrivals:\n", "# What the postman collects")
        .replace("arrivals:\n", &format!("arrivals:\n{seasonality}"));
    let text = format!(
        "name: large\ntitle: A large province\nprovince: Thử\nnumber_code: \"072\"\ndocument: {{ file: none, title: none }}\n\
         period: {{ from: 2024-01-01, until: 2024-12-31 }}\noffice: {{ hours: [07:00-11:30, 13:30-17:00], source: none }}\n\
         post_counters: 1\nnames: {{ kinh: 1 }}\n{}{}{curves}dossiers:\n  count: {count}\n  then:\n\
         \x20   - {{ by: unit, weights: {{ H53.05: 30, H53.06: 20, H53.07: 12, H53.08: 10, H53.09: 8, H53.10: 8, H53.11: 7, H53.12: 5 }} }}\n\
         \x20   - {{ by: channel, weights: {{ counter: 55, post: 28, online: 17 }} }}\n\
         \x20   - {{ by: outcome, weights: {{ early: 70, on_time: 25, open: 5 }} }}\n\
         \x20   - {{ by: return, weights: {{ counter: 2, electronic: 1 }} }}\n    - {{ by: payment, weights: {{ none: 1, counter: 1 }} }}\n",
        between("units:\n", "# Where people live"),
        between("places:\n", "# When people come"),
    );
    let calendar = Calendar::load("vietnam.yaml", CALENDAR).expect("shipped");
    let catalogue = Catalogue::load("common.yaml", PROCEDURES).expect("shipped");
    let province =
        Province::load("large.yaml", &text, &catalogue, &calendar).unwrap_or_else(|problems| panic!("{problems}"));
    Population::new(Arc::new(province), Seed(1), Scale::WHOLE).expect("the published dossiers have people")
}

fn sorted_arrivals(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("arrivals");
    group.sample_size(10);
    for (count, seasonality) in
        [(60_000, "plain"), (1_000_000, "plain"), (1_000_000, "dispersion and bursts"), (4_000_000, "plain")]
    {
        let fields = if seasonality == "plain" { "" } else { "  dispersion: 20\n  burstiness: 70\n" };
        let population = population(count, fields);
        group.throughput(Throughput::Elements(count.into()));
        group.bench_function(BenchmarkId::new(seasonality, count), |bench| {
            bench.iter(|| black_box(arrivals(&population)));
        });
    }
    let population = population(1_000_000, "");
    group.throughput(Throughput::Elements(1_000_000));
    group.bench_function("in batches of 250,000/1000000", |bench| {
        bench.iter(|| batches(&population, 250_000).map(|batch| black_box(batch).len()).sum::<usize>());
    });
    group.finish();
}

criterion_group!(benches, sorted_arrivals);
criterion_main!(benches);

//! How fast people are computed: throughput per core of identities, of all their texts, of whole cases, and back.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use model::{Applicants, CaseId, Seed};
use vandan_world::{Calendar, Catalogue, Population, Province, Rendered, Scale};

/// People of each turn.
const PEOPLE: u32 = 100_000;

/// Tây Ninh, as often as makes a hundred million people.
fn population(times: u32) -> Population {
    let calendar = Calendar::load("vietnam.yaml", include_str!("../../scenarios/calendars/vietnam.yaml"));
    let catalogue = Catalogue::load("common.yaml", include_str!("../../scenarios/procedures/common.yaml"));
    let (calendar, catalogue) = (calendar.expect("shipped"), catalogue.expect("shipped"));
    let text = include_str!("../../scenarios/provinces/tay-ninh-2021.yaml");
    let province = Province::load("tay-ninh-2021.yaml", text, &catalogue, &calendar).expect("shipped");
    let scale = Scale::new(times, 1).expect("above 0");
    Population::new(Arc::new(province), Seed(2021), scale).expect("a hundred million people have numbers of their own")
}

fn people(criterion: &mut Criterion) {
    for (name, times) in [("59,457 people", 1), ("100 million people", 1_682)] {
        let population = population(times);
        // Case numbers far apart, so that nothing is near in memory.
        let step = (population.count() / PEOPLE).max(1);
        let count = population.count();
        let ids = move || (0..PEOPLE).map(move |i| CaseId(i.wrapping_mul(step) % count));
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Elements(u64::from(PEOPLE))).sample_size(20);
        group.bench_function("identity", |bencher| {
            bencher.iter(|| ids().fold(0, |sum, id| sum ^ black_box(population.identity(id)).citizen_number));
        });
        group.bench_function("identity and all texts", |bencher| {
            let mut texts = Rendered::default();
            bencher.iter(|| {
                for id in ids() {
                    population.render(&population.identity(id), &mut texts);
                    black_box(texts.bytes());
                }
            });
        });
        group.bench_function("case", |bencher| {
            bencher.iter(|| ids().for_each(|id| drop(black_box(population.case(id)))));
        });
        let numbers: Vec<_> = ids().map(|id| population.case(id).applicant.citizen_number).collect();
        group.bench_function("recognise", |bencher| {
            bencher.iter(|| numbers.iter().filter(|number| population.recognise(number).is_some()).count());
        });
        group.finish();
    }
}

criterion_group!(benches, people);
criterion_main!(benches);

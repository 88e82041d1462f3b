//! How fast a country is planned: making a province, walking through its dossiers, all provinces on all cores.
//!
//!     cargo bench --bench plan

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use world::{
    Calendar, Catalogue, Country, CountryPlan, Gazetteer, People, Plan, Planning, Played, Province, Scale,
    Surroundings, Template,
};

const COUNTRY: &str = include_str!("../../scenarios/countries/vietnam-2025.yaml");
const TEMPLATE: Template<'_> =
    Template { file: "vietnam-2025.yaml", text: include_str!("../../scenarios/templates/vietnam-2025.yaml") };

/// Everything the country is read against.
struct World {
    calendar: Calendar,
    catalogue: Catalogue,
    gazetteers: [Gazetteer; 1],
}

impl World {
    fn load() -> Self {
        let calendar = include_str!("../../scenarios/calendars/vietnam.yaml");
        let catalogue = include_str!("../../scenarios/procedures/common.yaml");
        let units = include_str!("../../scenarios/administrative/vietnam-2025.txt");
        Self {
            calendar: Calendar::load("vietnam.yaml", calendar).expect("shipped"),
            catalogue: Catalogue::load("common.yaml", catalogue).expect("shipped"),
            gazetteers: [Gazetteer::load("vietnam-2025", "vietnam-2025.txt", units).expect("shipped")],
        }
    }

    fn around(&self) -> Surroundings<'_> {
        Surroundings { catalogue: &self.catalogue, calendar: &self.calendar, gazetteers: &self.gazetteers }
    }

    fn province(&self, country: &Country, code: &str) -> Province {
        let member = country.members.iter().find(|member| member.code == code).expect("a province of the country");
        country.province(member, TEMPLATE, self.around()).expect("shipped")
    }
}

fn plan(criterion: &mut Criterion) {
    let world = World::load();
    let country = Country::load("vietnam-2025.yaml", COUNTRY, &world.gazetteers).expect("shipped");
    let mut group = criterion.benchmark_group("plan");
    group.sample_size(10);

    let largest = Arc::new(world.province(&country, "79"));
    group.throughput(Throughput::Elements(largest.cells().len().try_into().expect("a count")));
    group.bench_function("cells of the largest province", |bench| bench.iter(|| world.province(&country, "79")));

    let played = [Played { province: Arc::clone(&largest), scale: Scale::WHOLE }];
    let people =
        People::new(&played, country.seed, Scale::WHOLE, &world.calendar).expect("one province has few people");
    let minute = people.timeline(&world.calendar, Duration::from_secs(60), 12.0);
    group.throughput(Throughput::Elements(largest.count().into()));
    group.bench_function("dossiers of the largest province, one thread", |bench| {
        bench.iter(|| Plan::new(&people, &minute, NonZeroUsize::MIN));
    });

    let planning = Planning {
        template: TEMPLATE,
        around: world.around(),
        scale: Scale::WHOLE,
        length: None,
        threads: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
    };
    group.throughput(Throughput::Elements(country.volume.dossiers.into()));
    group.bench_function("34 provinces, 36 working days, all cores", |bench| {
        bench.iter(|| CountryPlan::new(&country, planning).expect("shipped"));
    });
    group.finish();
}

criterion_group!(benches, plan);
criterion_main!(benches);

//! The client process: plays the five-step journey with the whole engine, as `vandan run` would, and measures itself.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use engine::{
    Arrival, Arrivals, Authority, BaseUrl, Guard, Health, Identity, JourneyAssignment, Meters, Purpose, RunSpec,
    Settings, Tls,
};
use history::{PlannedDossier, Recorder, Store};
use journey::Scripts;
use model::words::Channel;
use model::{Applicants, CaseId, Seed, SimTime, Timeline};
use portal::Adapter;
use serde::{Deserialize, Serialize};
use world::{Calendar, Catalogue, Population, Province, Scale};

use crate::processor::{self, Trouble};
use crate::watch::Watch;

/// What is played.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Load {
    /// Journeys, of five requests each.
    pub(crate) journeys: u32,
    /// How many come at once.
    pub(crate) wave: u32,
    /// From one wave to the next.
    pub(crate) gap: Duration,
    /// Connections of the lane.
    pub(crate) connections: usize,
}

/// What it came to.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Played {
    pub(crate) requests: u32,
    /// Requests that were not answered as hoped, journeys that did not end as written, records lost: 0 in a good run.
    pub(crate) wrong: u64,
    /// Requests whose answer showed the very citizen who had submitted: one a journey in a good run.
    pub(crate) recognised: u32,
    /// From the first due instant to the last answer.
    pub(crate) wall: Duration,
    /// Processor time of the lane's thread, of the recorder's, and of the whole process from the start of the recorder
    /// to the closed history.
    pub(crate) lane: Duration,
    pub(crate) recorder: Duration,
    pub(crate) process: Duration,
    /// Processor time before that: scenario files, population, plan written.
    pub(crate) set_up: Duration,
    /// The engine's own account of how late it was.
    pub(crate) scheduling_delay_p50: Duration,
    pub(crate) scheduling_delay_p99: Duration,
    /// From the recorded history, `sent - due` of the first request of each journey: its due instant is computed
    /// beforehand, and the wait for a free connection counts. The other requests are due when the answer before them
    /// has come, so that they are hardly ever late and would flatter.
    pub(crate) late_p50: Duration,
    pub(crate) late_p99: Duration,
    pub(crate) peak_kib: u32,
    /// Bytes of the closed history, plan included.
    pub(crate) history_bytes: u64,
    /// Mean bytes of a submitted form, and of the dossier read back.
    pub(crate) submit_bytes: f64,
    pub(crate) track_bytes: f64,
}

/// Connections of the lane, and of wrk.
pub(crate) const CONNECTIONS: usize = 64;

/// How often the threads' processor time is read.
const LOOK: Duration = Duration::from_millis(20);

const PORTAL: &str = include_str!("portal.yaml");
const JOURNEY: &str = include_str!("journey.yaml");
const PROVINCE: &str = include_str!("../../scenarios/provinces/tay-ninh-2021.yaml");
const PROCEDURES: &str = include_str!("../../scenarios/procedures/common.yaml");
const CALENDAR: &str = include_str!("../../scenarios/calendars/vietnam.yaml");

/// Plays and prints a [`Played`] as one line of JSON.
pub(crate) fn play(port: &str, load: &str) -> Result<(), Trouble> {
    let load: Load = serde_json::from_str(load)?;
    let folder = tempfile::tempdir()?;
    let history = folder.path().join("history.sqlite");
    let population = population(load)?;
    let spec = spec(port, load, Arc::clone(&population))?;
    let mut store = Store::create(&history)?;
    plan(&mut store, &population, load)?;
    let before = processor::used_by("self")?.own;
    let recorder = Recorder::start(store)?;
    let meters = Meters::new(1);
    let (health, lane, used_by_recorder, store, lost) = watched(|| {
        let health = engine::run(spec, vec![arrivals(load)], &recorder, &meters, &AtomicBool::new(false))?;
        let (store, lost) = recorder.finish()?;
        Ok((health, store, lost.0))
    })?;
    store.close()?;
    let process = processor::used_by("self")?.own.saturating_sub(before);
    let peak_kib = processor::peak_kib("self")?;
    let snapshot = meters.snapshot();
    let journeys_missed = u64::from(load.journeys) - snapshot.dossiers.completed.min(u64::from(load.journeys));
    let found = Found::read(&history)?;
    let played = Played {
        requests: u32::try_from(snapshot.ok)?,
        wrong: snapshot.refused + snapshot.errors + journeys_missed + lost,
        recognised: found.recognised,
        wall: found.wall,
        lane,
        recorder: used_by_recorder,
        process,
        set_up: before,
        scheduling_delay_p50: Duration::from_nanos(health.scheduling_delay_p50),
        scheduling_delay_p99: Duration::from_nanos(health.scheduling_delay_p99),
        late_p50: found.late_p50,
        late_p99: found.late_p99,
        peak_kib,
        history_bytes: std::fs::metadata(&history)?.len(),
        submit_bytes: found.submit_bytes,
        track_bytes: found.track_bytes,
    };
    writeln!(std::io::stdout(), "{}", serde_json::to_string(&played)?)?;
    Ok(())
}

/// The people of Tây Ninh, as many times as there must be for every journey to have its own.
fn population(load: Load) -> Result<Arc<Population>, Trouble> {
    let calendar = Calendar::load("vietnam.yaml", CALENDAR)?;
    let catalogue = Catalogue::load("common.yaml", PROCEDURES)?;
    let province = Province::load("tay-ninh-2021.yaml", PROVINCE, &catalogue, &calendar)?;
    let times = load.journeys.div_ceil(province.count()).max(1);
    Ok(Arc::new(Population::new(Arc::new(province), Seed(2021), Scale::new(times, 1)?)?))
}

fn spec(port: &str, load: Load, people: Arc<Population>) -> Result<RunSpec, Trouble> {
    let adapter = Adapter::load("portal.yaml", PORTAL)?;
    let scripts = Scripts::load([("journey.yaml", JOURNEY)], |operation| adapter.maps(operation))?;
    let journey = scripts.find("five-steps").ok_or("journey.yaml holds no five-steps")?;
    let length = Duration::from_nanos(due(load, load.journeys)) + Duration::from_millis(1);
    let day = SimTime(86_400_000);
    Ok(RunSpec {
        adapter: Arc::new(adapter),
        scripts: Arc::new(scripts),
        assignment: JourneyAssignment {
            channels: Channel::ALL.iter().map(|channel| (*channel, journey)).collect(),
            visit: None,
            desk: None,
            post_desk: None,
            final_reads: Vec::new(),
        },
        people: people as Arc<dyn Applicants>,
        staff: Vec::new(),
        registrar: None,
        publications: Vec::new(),
        units: vec!["all".to_owned()],
        timeline: Arc::new(Timeline::new([(SimTime(0), day, true, 1.0)], length)),
        seed: Seed(2021),
        target: BaseUrl::parse(&format!("http://127.0.0.1:{port}"))?,
        also_at: Vec::new(),
        peers: Vec::new(),
        guard: Guard::of([Authority::parse(&format!("http://127.0.0.1:{port}"))?]),
        tls: Tls::default(),
        settings: Settings {
            model: engine::LoadModel::Open,
            connections: engine::Connections::Pool(load.connections),
            // Nobody is turned away: a core that others share may fall behind for a while.
            under_way: 100_000,
            timeout: Duration::from_secs(10),
            drain: Duration::from_secs(10),
            final_read: Duration::ZERO,
            outage: None,
            poll_every: Duration::ZERO,
            settle: Duration::ZERO,
            warm_up: Duration::ZERO,
            longest_answer: 4 << 20,
            identity: Identity::new(env!("CARGO_PKG_VERSION"), "cpu_per_request", Some(2021)),
            codec: engine::HttpCodec::default(),
        },
    })
}

/// When a journey is due, in nanoseconds since the run began.
fn due(load: Load, number: u32) -> u64 {
    u64::try_from((load.gap * (number / load.wave.max(1))).as_nanos()).unwrap_or(u64::MAX)
}

fn arrivals(load: Load) -> Arrivals {
    Box::new((0..load.journeys).map(move |number| Arrival {
        due: due(load, number),
        case: CaseId(number),
        unit: 0,
        purpose: Purpose::Dossier,
    }))
}

fn plan(store: &mut Store, people: &Population, load: Load) -> Result<(), Trouble> {
    let numbers: Vec<_> = (0..load.journeys).collect();
    // Piece by piece, so that the peak of memory is the run's and not the plan's.
    for numbers in numbers.chunks(1_000) {
        let cases: Vec<_> = numbers.iter().map(|number| (people.case(CaseId(*number)), due(load, *number))).collect();
        let dossiers = cases.iter().map(|(case, due)| PlannedDossier { case, province: "tay-ninh-2021", due: *due });
        store.plan_dossiers(dossiers)?;
    }
    Ok(())
}

/// Runs `work`, reading meanwhile what the lane's and the recorder's threads use; a thread's last look counts.
fn watched(
    work: impl FnOnce() -> Result<(Health, Store, u64), Trouble>,
) -> Result<(Health, Duration, Duration, Store, u64), Trouble> {
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let (mut lane, mut recorder) = (Watch::new("lane-0"), Watch::new("recorder"));
            while !over.load(Ordering::Relaxed) {
                std::thread::sleep(LOOK);
                lane.look();
                recorder.look();
            }
            (lane.used, recorder.used)
        });
        let worked = work();
        over.store(true, Ordering::Relaxed);
        let (lane, recorder) = watch.join().map_err(|_panic| "the watch panicked")?;
        let (health, store, lost) = worked?;
        Ok((health, lane, recorder, store, lost))
    })
}

/// What the recorded history says.
struct Found {
    wall: Duration,
    late_p50: Duration,
    late_p99: Duration,
    recognised: u32,
    submit_bytes: f64,
    track_bytes: f64,
}

impl Found {
    fn read(path: &Path) -> Result<Self, Trouble> {
        let history = history::open(path)?;
        let number = |sql: &str| -> Result<u64, Trouble> {
            Ok(u64::try_from(history.query_row(sql, [], |row| row.get::<_, i64>(0))?)?)
        };
        let mean = |sql: &str| history.query_row(sql, [], |row| row.get::<_, f64>(0));
        let late = |quantile: &str| {
            number(&format!(
                "with late as (select sent_ns - due_ns as by from exchanges where operation = 'submit' and sent_ns > 0)
                 select by from late order by 1 limit 1
                 offset (select cast(count(*) * {quantile} as integer) from late)"
            ))
        };
        let recognised = "select count(*) from observations join exchanges using (exchange_id)
            where owner_number is not null and observations.case_id = exchanges.case_id";
        Ok(Self {
            wall: Duration::from_nanos(number("select max(done_ns) - min(due_ns) from exchanges")?),
            late_p50: Duration::from_nanos(late("0.5")?),
            late_p99: Duration::from_nanos(late("0.99")?),
            recognised: u32::try_from(number(recognised)?)?,
            submit_bytes: mean("select avg(bytes_sent) from exchanges where operation = 'submit'")?,
            track_bytes: mean("select avg(bytes_received) from exchanges where operation = 'track'")?,
        })
    }
}

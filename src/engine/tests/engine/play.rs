//! A run in a test: a few people, journeys written in the test, and what the history says afterwards.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::channel;
use std::time::Duration;

use history::{Recorder, Store};
use journey::Scripts;
use model::words::{Channel, FeeBasis, Level, PaymentMethod, PeerName, PlannedOutcome, ReturnMethod, Role};
use model::{Applicant, Applicants, Case, CaseId, Fact, Seed, SimTime, Staff, Timeline, Vnd};
use portal::Adapter;
use vandan_engine::{
    Arrival, Arrivals, Authority, BaseUrl, Connections, EngineError, Guard, Health, HttpVersion, Identity,
    JourneyAssignment, Meters, Peer, Proxies, Publication, Purpose, RunSpec, Settings, Snapshot, SourceAddresses, Tls,
    lane_of,
};

use super::portal::Portal;

/// One simulated minute is played in a millisecond.
pub(crate) const MINUTE: u64 = 1_000_000;

/// The part of trace-ids that is the run's.
pub(crate) const TRACE: u64 = 0x9c11_85a5_c5e9_fc54;

/// Nanoseconds of a millisecond of the wall clock.
pub(crate) const MS: u64 = 1_000_000;

/// No run of these tests takes as long, and those that would wait for ever would wait twice as long.
const HANGS: Duration = Duration::from_secs(300);

const ADAPTER: &str = r#"
portal: test
title: A portal under test
session_headers: { Authorization: "Bearer ${session.token}" }
operations:
  sign_in: { request: "POST /sign-in", form: { number: "${applicant.citizen_number}" }, keep: { token: $.token } }
  submit:
    request: POST /submit/${case.reference}
    session: no
    json: { reference: "${case.reference}", fee: "${case.fee}" }
    read: { dossier_code: $.code, payment_url?: $.payment_url }
  pay: { request: "POST /pay/${dossier.code}", session: no, read: { payment_url: $.payment_url } }
  open_payment_page: { request: "GET ${dossier.payment_url}" }
  track: { request: "GET /track/${dossier.code}", session: no, read: { dossier_code: $.code } }
  look_up: { request: "GET /look-up/${dossier.code}" }
  clerk_sign_in: { request: "POST /desk/sign-in", json: { clerk: "${clerk.name}" }, keep: { token: $.token } }
  inbox: { request: "POST /desk/inbox", items: { at: $.items, read: { dossier_code: $.code, reference: $.reference } } }
  accept: { request: "POST /desk/accept/${dossier.code}", session: no }
  clerk_view: { request: "GET /desk/view/${dossier.code}", session: no }
"#;

/// A clerk's working day, for [`Play::with`] under the name `desk`: looks into the inbox until the run closes.
pub(crate) const DAY: &str = "- do: clerk_sign_in\n- repeat:\n    at_most: 60000\n    until: closing\n    steps:\n      - wait: 5 min\n      - do: inbox\n      - each: casework";

/// Operations of a portal that can be told the time, for [`Play::adapter`].
pub(crate) const CLOCK: &str = "  clock: { request: PUT /clock, json: { now: \"${clock.now}\" } }\n";

/// A run to be.
///
/// Journeys are cast by their names: `citizen` comes online, `counter` at the counter, `post` by post, `visit` only looks, `desk` and
/// `post-desk` are clerks' days, and those that begin with `final` read back at the end.
pub(crate) struct Play {
    pub(crate) target: String,
    /// Where the portal is besides.
    pub(crate) also_at: Vec<String>,
    pub(crate) adapter: String,
    pub(crate) journeys: Vec<String>,
    pub(crate) arrivals: Vec<Arrival>,
    pub(crate) channel: Channel,
    pub(crate) units: u16,
    pub(crate) clerks: u16,
    /// Clerks at the post's counters, who serve all units.
    pub(crate) post_clerks: u16,
    pub(crate) lanes: usize,
    /// Length of the load, in milliseconds of the wall clock.
    pub(crate) length: u64,
    pub(crate) peers: Vec<Peer>,
    pub(crate) settings: Settings,
    pub(crate) stop: Arc<AtomicBool>,
    pub(crate) people: Option<Arc<dyn Applicants>>,
    pub(crate) publications: Vec<Publication>,
    /// Where links of the portal may lead, besides to itself and its peers.
    pub(crate) links: Vec<Authority>,
    /// Requests a host gets in any second, at the most.
    pub(crate) max_rate: Option<f64>,
    pub(crate) tls: Tls,
    /// Which HTTP is spoken with the portal.
    pub(crate) http: HttpVersion,
    pub(crate) proxies: Proxies,
    pub(crate) sources: Vec<std::net::IpAddr>,
}

/// A run that was.
pub(crate) struct Played {
    pub(crate) health: Result<Health, EngineError>,
    pub(crate) counted: Snapshot,
    pub(crate) lost: u64,
    /// All exchanges, in order of their recording.
    pub(crate) rows: Vec<Row>,
    /// When we stood still ourselves: which thread, and for how many nanoseconds.
    pub(crate) stalls: Vec<(String, i64)>,
    /// All signals, as `peer/sequence`.
    pub(crate) signals: Vec<String>,
    /// What was shown of dossiers of this run, as `operation case`.
    pub(crate) observed: Vec<String>,
    /// What was shown of the catalogue, as `operation procedure level payable`.
    pub(crate) services: Vec<String>,
    /// Answers that led elsewhere, as `operation hop url status`, and when they were sent and done.
    pub(crate) redirects: Vec<String>,
    pub(crate) redirect_times: Vec<[i64; 2]>,
    /// What was not understood, as `operation problem field value items`.
    pub(crate) problems: Vec<String>,
    /// Why there was no trustworthy answer, as `blame kind reason exchanges`, in order.
    pub(crate) reasons: Vec<String>,
    /// The facts of the run that the engine itself states.
    pub(crate) facts: Vec<(String, String)>,
}

impl Played {
    /// A fact that the engine stated.
    pub(crate) fn fact(&self, name: &str) -> Option<String> {
        self.facts.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }
}

/// An exchange, as the history has it.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) case: Option<i64>,
    pub(crate) actor: String,
    pub(crate) journey: String,
    pub(crate) operation: String,
    pub(crate) phase: String,
    pub(crate) due: i64,
    pub(crate) sent: Option<i64>,
    pub(crate) done: i64,
    pub(crate) outcome: String,
    pub(crate) status: Option<i64>,
    pub(crate) fault: Option<String>,
    pub(crate) bytes_received: i64,
    pub(crate) bytes_decoded: Option<i64>,
    pub(crate) reused: bool,
    pub(crate) attempt: i64,
    pub(crate) reason: Option<String>,
    pub(crate) delay: i64,
    pub(crate) held: i64,
    pub(crate) class: String,
    pub(crate) traceparent: Option<String>,
}

impl Row {
    /// `PlannedOutcome`, status (0: none) and fault, for comparing.
    pub(crate) fn came_to(&self) -> (&str, i64, &str) {
        (&self.outcome, self.status.unwrap_or(0), self.fault.as_deref().unwrap_or("-"))
    }
}

impl Play {
    /// So many people come at once to this portal, with this journey.
    pub(crate) fn of(portal: &Portal, count: u32, steps: &str) -> Self {
        Self {
            target: portal.url(),
            also_at: Vec::new(),
            adapter: ADAPTER.to_owned(),
            journeys: vec![journey("citizen", Role::Citizen, steps)],
            arrivals: (0..count).map(|case| arrival(case, Purpose::Dossier)).collect(),
            channel: Channel::Online,
            units: 1,
            clerks: 0,
            post_clerks: 0,
            lanes: 1,
            length: 20,
            peers: Vec::new(),
            settings: Settings {
                model: vandan_engine::LoadModel::Open,
                connections: Connections::Pool(64),
                under_way: 10_000,
                timeout: Duration::from_secs(10),
                settle: Duration::ZERO,
                warm_up: Duration::ZERO,
                drain: Duration::from_secs(10),
                final_read: Duration::from_secs(10),
                outage: None,
                poll_every: Duration::from_millis(20),
                longest_answer: 1 << 20,
                identity: Identity::new("test", "engine", Some(TRACE)),
                codec: vandan_engine::HttpCodec::default(),
            },
            stop: Arc::default(),
            people: None,
            publications: Vec::new(),
            links: Vec::new(),
            max_rate: None,
            tls: Tls::default(),
            http: HttpVersion::default(),
            proxies: Proxies::default(),
            sources: Vec::new(),
        }
    }

    pub(crate) fn with(mut self, name: &str, role: Role, steps: &str) -> Self {
        self.journeys.push(journey(name, role, steps));
        self
    }

    /// Lets a person come every so many milliseconds.
    pub(crate) fn every(mut self, milliseconds: u64) -> Self {
        for (arrival, i) in self.arrivals.iter_mut().zip(0_u64..) {
            arrival.due = i * milliseconds * MS;
        }
        self
    }

    /// Lets everybody come once more so many milliseconds after their dossier, only to look.
    pub(crate) fn visited_after(mut self, milliseconds: u64) -> Self {
        let visit =
            |arrival: &Arrival| Arrival { due: arrival.due + milliseconds * MS, purpose: Purpose::Visit, ..*arrival };
        let visits: Vec<_> = self.arrivals.iter().map(visit).collect();
        self.arrivals.extend(visits);
        self.arrivals.sort_unstable();
        self
    }

    /// Adds operations, in YAML.
    pub(crate) fn adapter(mut self, operations: &str) -> Self {
        self.adapter.push_str(operations);
        self
    }

    pub(crate) fn set(mut self, set: impl FnOnce(&mut Settings)) -> Self {
        set(&mut self.settings);
        self
    }

    /// Plays it; a run that hangs fails the test.
    pub(crate) fn run(self) -> Played {
        let (tell, told) = channel();
        std::thread::spawn(move || drop(tell.send(self.play())));
        told.recv_timeout(HANGS).expect("the run hangs, or the test's own scene panicked")
    }

    fn play(self) -> Played {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history.sqlite");
        let mut store = Store::create(&path).unwrap();
        store.set_facts(&[(Fact::TraceIdPrefix, format!("{TRACE:016x}"))]).unwrap();
        let recorder = Recorder::start(store).unwrap();
        let meters = Meters::new(self.lanes);
        let (stop, streams) = (Arc::clone(&self.stop), self.streams());
        let health = vandan_engine::run(self.spec(), streams, &recorder, &meters, &stop);
        let (store, loss) = recorder.finish().unwrap();
        store.close().unwrap();
        let history = history::open(&path).unwrap();
        let mut rows = history
            .prepare(
                "select case_id, actor, journey, operation, phase, due_ns, sent_ns, done_ns, outcome, status, fault,
                 bytes_received, reused, attempt, reason, delay_ns, held_ns, traffic_class,
                 bytes_decoded, traceparent from exchanges order by exchange_id",
            )
            .unwrap();
        let rows = rows.query_map([], |row| {
            Ok(Row {
                case: row.get(0)?,
                actor: row.get(1)?,
                journey: row.get(2)?,
                operation: row.get(3)?,
                phase: row.get(4)?,
                due: row.get(5)?,
                sent: row.get(6)?,
                done: row.get(7)?,
                outcome: row.get(8)?,
                status: row.get(9)?,
                fault: row.get(10)?,
                bytes_received: row.get(11)?,
                bytes_decoded: row.get(18)?,
                reused: row.get(12)?,
                attempt: row.get(13)?,
                reason: row.get(14)?,
                delay: row.get(15)?,
                held: row.get(16)?,
                class: row.get(17)?,
                traceparent: row.get(19)?,
            })
        });
        let rows = rows.unwrap().map(Result::unwrap).collect();
        let mut stalls = history.prepare("select thread, until_ns - from_ns from stalls order by from_ns").unwrap();
        let stalls = stalls.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect();
        let mut signals = history.prepare("select peer || '/' || sequence from signals order by 1").unwrap();
        let signals = signals.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let mut observed = history
            .prepare(
                "select operation || ' ' || o.case_id from observations o join exchanges using (exchange_id)
                 where o.case_id is not null order by o.case_id, exchange_id",
            )
            .unwrap();
        let observed = observed.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let mut services = history
            .prepare(
                "select format('%s %s %s %s', operation, procedure, service_level, payable)
                 from services join exchanges using (exchange_id) order by exchange_id, position",
            )
            .unwrap();
        let services = services.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let mut redirects = history
            .prepare(
                "select format('%s %s %s %s', operation, hop, url, r.status), r.sent_ns, r.done_ns
                 from redirects r join exchanges using (exchange_id) order by exchange_id, hop",
            )
            .unwrap();
        let redirects = redirects.query_map([], |row| Ok((row.get(0)?, [row.get(1)?, row.get(2)?])));
        let (redirects, redirect_times) = redirects.unwrap().map(Result::unwrap).unzip();
        let mut facts = history.prepare("select name, value from run").unwrap();
        let facts = facts.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect();
        let mut problems = history
            .prepare(
                "select format('%s %s %s %s %s', operation, problem, coalesce(field, '-'), coalesce(value, '-'), items)
                 from adapter_problems join exchanges using (exchange_id) order by exchange_id, position",
            )
            .unwrap();
        let problems = problems.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let mut reasons = history
            .prepare("select format('%s %s %s %s', blame, kind, reason, exchanges) from errors_by_reason order by 1")
            .unwrap();
        let reasons = reasons.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        Played {
            health,
            counted: meters.snapshot(),
            lost: loss.0,
            rows,
            stalls,
            signals,
            observed,
            services,
            redirects,
            redirect_times,
            problems,
            reasons,
            facts,
        }
    }

    fn streams(&self) -> Vec<Arrivals> {
        let of = |lane| -> Arrivals {
            let here = self.arrivals.iter().filter(|arrival| lane_of(arrival.unit, self.lanes) == lane);
            Box::new(here.copied().collect::<Vec<_>>().into_iter())
        };
        (0..self.lanes).map(of).collect()
    }

    fn spec(self) -> RunSpec {
        let adapter = Adapter::load("test.yaml", &self.adapter).unwrap_or_else(|problems| panic!("{problems}"));
        let files = self.journeys.iter().map(|text| ("journey.yaml", text.as_str()));
        let scripts = Scripts::load(files, |_| true).unwrap_or_else(|problems| panic!("{problems}"));
        let final_reads = ["final", "final-desk"].iter().filter_map(|name| scripts.find(name)).collect();
        let channels = [(Channel::Online, "citizen"), (Channel::Counter, "counter"), (Channel::Post, "post")];
        let assignment = JourneyAssignment {
            channels: channels.iter().filter_map(|(channel, name)| Some((*channel, scripts.find(name)?))).collect(),
            visit: scripts.find("visit"),
            desk: scripts.find("desk"),
            post_desk: scripts.find("post-desk"),
            final_reads,
        };
        let units: Vec<_> = (0..self.units).map(|unit| format!("H{unit}")).collect();
        let clerks = (0..self.units).flat_map(|unit| (0..self.clerks).map(move |number| (unit, number)));
        let staff = clerks.map(|(unit, number)| Staff {
            name: format!("clerk:H{unit}/{number}"),
            password: "secret".to_owned(),
            role: Role::Desk,
            unit: Some(unit),
            unit_code: format!("H{unit}"),
        });
        let at_the_post = (0..self.post_clerks).map(|number| Staff {
            name: format!("post:{number}"),
            password: "secret".to_owned(),
            role: Role::PostDesk,
            unit: None,
            unit_code: String::new(),
        });
        let end = SimTime(i64::try_from(self.length * 60_000).unwrap());
        let people = self.people.unwrap_or_else(|| {
            let unit_of = self.arrivals.iter().map(|arrival| (arrival.case, arrival.unit)).collect();
            Arc::new(People { channel: self.channel, units: unit_of, panics_at: None })
        });
        let target = BaseUrl::parse(&self.target).unwrap();
        let also_at: Vec<_> = self.also_at.iter().map(|url| BaseUrl::parse(url).unwrap()).collect();
        let peers = self.peers.iter().map(|peer| peer.base.authority().clone());
        let targets = || std::iter::once(&target).chain(&also_at).map(BaseUrl::authority);
        let doors = targets().filter(|door| door.is_loopback()).cloned().chain(peers).chain(self.links);
        let guard = Guard::of(doors)
            .through(self.proxies, &self.settings.identity)
            .speaking(self.http, targets())
            .bound_to(SourceAddresses::new(&self.sources).unwrap());
        let guard = match self.max_rate {
            Some(rate) => guard.at_most(rate),
            None => guard,
        };
        RunSpec {
            adapter: Arc::new(adapter),
            scripts: Arc::new(scripts),
            assignment,
            people,
            staff: staff.chain(at_the_post).collect(),
            registrar: Some(Staff {
                name: "registrar".to_owned(),
                password: "secret".to_owned(),
                role: Role::Desk,
                unit: None,
                unit_code: String::new(),
            }),
            publications: self.publications,
            units,
            timeline: Arc::new(Timeline::new([(SimTime(0), end, true, 1.0)], Duration::from_millis(self.length))),
            seed: Seed(7),
            guard,
            tls: self.tls,
            target,
            also_at,
            peers: self.peers,
            settings: self.settings,
        }
    }
}

impl Played {
    /// The exchanges of one operation.
    pub(crate) fn of(&self, operation: &str) -> Vec<&Row> {
        self.rows.iter().filter(|row| row.operation == operation).collect()
    }

    /// The only exchange of one operation.
    #[track_caller]
    pub(crate) fn only(&self, operation: &str) -> &Row {
        let rows = self.of(operation);
        assert_eq!(rows.len(), 1, "{operation} in {:#?}", self.rows);
        rows[0]
    }

    #[track_caller]
    pub(crate) fn health(&self) -> &Health {
        self.health.as_ref().unwrap()
    }
}

/// Somebody who comes at the beginning.
pub(crate) fn arrival(case: u32, purpose: Purpose) -> Arrival {
    Arrival { due: 0, case: CaseId(case), unit: 0, purpose }
}

/// A journey's file.
pub(crate) fn journey(name: &str, role: Role, steps: &str) -> String {
    let steps = steps.replace('\n', "\n  ");
    format!("journey: {name}\ntitle: A journey of a test\nrole: {role}\nsteps:\n  {steps}\n")
}

/// A peer whose ledger is at this portal.
pub(crate) fn peer(name: PeerName, portal: &Portal) -> Peer {
    Peer { name, base: BaseUrl::parse(&portal.url()).unwrap() }
}

/// Everybody has a number; whoever is marked makes the formula panic.
pub(crate) struct People {
    pub(crate) channel: Channel,
    pub(crate) units: Vec<(CaseId, u16)>,
    pub(crate) panics_at: Option<CaseId>,
}

impl Applicants for People {
    fn count(&self) -> u32 {
        u32::try_from(self.units.len()).unwrap()
    }

    fn case(&self, id: CaseId) -> Case {
        assert!(self.panics_at != Some(id), "a population that panics, as the test wants it");
        let unit = self.units.iter().find(|(case, _)| *case == id).map_or(0, |(_, unit)| *unit);
        Case {
            id,
            unit: format!("H{unit}"),
            level: Level::Commune,
            procedure: "1.000001".to_owned(),
            legal_days: 5,
            channel: self.channel,
            fee: Vnd(15_000),
            fee_basis: FeeBasis::Tariff,
            payment: PaymentMethod::Online,
            returns: ReturnMethod::Electronic,
            outcome: PlannedOutcome::OnTime,
            arrival: SimTime(0),
            tag: String::new(),
            applicant: Applicant {
                full_name: "Nguyễn Thị Thử".to_owned(),
                citizen_number: format!("{:012}", 900_000_000_000_u64 + u64::from(id.0)),
                phone: "0900000000".to_owned(),
                email: "thu@example.invalid".to_owned(),
                address: "Thôn 1".to_owned(),
                ..Applicant::default()
            },
            reference: format!("R-{id}"),
        }
    }

    fn recognise(&self, mark: &str) -> Option<CaseId> {
        mark.strip_prefix("R-")?.parse().ok().map(CaseId)
    }
}

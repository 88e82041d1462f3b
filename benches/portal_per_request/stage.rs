//! Everybody at work: the connections, the dossiers under way, and in which order they are taken up.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use engine::RunClock;
use tokio::sync::Mutex;
use tokio::task;

use crate::client::{CONNECTIONS, Load, Part, Times};
use crate::journey::{Life, Staff, Step};
use crate::processor::{self, Trouble};
use crate::schedule::Schedule;
use crate::wire::Connection;

/// In which order a part is played.
#[derive(Clone)]
pub(crate) enum Order {
    /// Every connection walks its own dossiers, one after another.
    Walk,
    /// The step at this place, of one dossier after another.
    OneStep(usize),
    /// What is due next, when it is due.
    Keep(Rc<Schedule>),
}

/// One request that was answered; times in nanoseconds of the run's clock.
pub(crate) struct Exchange {
    pub(crate) step: Step,
    due: u64,
    sent: u64,
    done: u64,
    pub(crate) is_right: bool,
}

impl Exchange {
    pub(crate) fn waited(&self) -> u32 {
        micros(self.due, self.done)
    }

    pub(crate) fn late(&self) -> u32 {
        micros(self.due, self.sent)
    }

    pub(crate) fn served(&self) -> u32 {
        micros(self.sent, self.done)
    }
}

fn micros(from: u64, until: u64) -> u32 {
    u32::try_from(until.saturating_sub(from) / 1_000).unwrap_or(u32::MAX)
}

/// All connections and what they share.
pub(crate) struct Stage {
    connections: Vec<Connection>,
    shared: Rc<Shared>,
}

struct Shared {
    clock: RunClock,
    /// The process of the portal.
    process: String,
    staff: Staff,
    /// The dossiers, each with the place of its next step. Who takes a step waits for the one before it.
    lives: Vec<Mutex<(Life, usize)>>,
    /// What is taken up next: a dossier, or a slot.
    next: Cell<u64>,
}

impl Stage {
    pub(crate) async fn open(load: Load) -> Result<Self, Trouble> {
        let mut connections = Vec::new();
        for _ in 0..CONNECTIONS {
            connections.push(Connection::open(&load.address).await?);
        }
        let staff = Staff::sign_in(connections.first_mut().ok_or("there is no connection")?).await?;
        let lives = (0..load.dossiers).map(|i| Mutex::new((Life::new(load.first + i), 0))).collect();
        let process = load.process.to_string();
        let shared = Shared { clock: RunClock::start(), process, staff, lives, next: Cell::new(0) };
        Ok(Self { connections, shared: Rc::new(shared) })
    }

    pub(crate) fn now(&self) -> u64 {
        self.shared.clock.now()
    }

    /// Lets all connections work at once, and measures that.
    pub(crate) async fn play(&mut self, name: &str, order: Order) -> Result<(Part, Vec<Exchange>), Trouble> {
        self.shared.next.set(0);
        if let Order::Keep(schedule) = &order {
            schedule.keep_time(self.shared.clock);
        }
        let (used, start) = (processor::used_by(&self.shared.process)?.own, self.now());
        let mut working = Vec::new();
        for (i, connection) in self.connections.drain(..).enumerate() {
            working.push(task::spawn_local(Rc::clone(&self.shared).work(i, order.clone(), connection)));
        }
        let mut exchanges = Vec::new();
        for work in working {
            let (connection, own) = work.await??;
            self.connections.push(connection);
            exchanges.extend(own);
        }
        let wall = Duration::from_nanos(self.now() - start);
        let used = processor::used_by(&self.shared.process)?.own.saturating_sub(used);
        let waited = Times::of(exchanges.iter().map(Exchange::waited));
        Ok((Part { name: name.to_owned(), requests: u32::try_from(exchanges.len())?, wall, used, waited }, exchanges))
    }
}

impl Shared {
    /// What the i-th connection does.
    async fn work(
        self: Rc<Self>,
        i: usize,
        order: Order,
        mut connection: Connection,
    ) -> Result<(Connection, Vec<Exchange>), Trouble> {
        let mut exchanges = Vec::new();
        match order {
            Order::Walk => {
                for dossier in (i..self.lives.len()).step_by(CONNECTIONS) {
                    for place in 0..Step::ALL.len() {
                        exchanges.push(self.take(dossier, place, None, &mut connection).await?);
                    }
                }
            }
            Order::OneStep(place) => {
                while let Some(dossier) =
                    usize::try_from(self.count()).ok().filter(|dossier| *dossier < self.lives.len())
                {
                    exchanges.push(self.take(dossier, place, None, &mut connection).await?);
                }
            }
            Order::Keep(schedule) => self.keep(&schedule, &mut exchanges, &mut connection).await?,
        }
        Ok((connection, exchanges))
    }

    async fn keep(
        &self,
        schedule: &Schedule,
        exchanges: &mut Vec<Exchange>,
        connection: &mut Connection,
    ) -> Result<(), Trouble> {
        loop {
            schedule.due.acquire().await?.forget();
            let slot = self.count();
            if slot >= schedule.slots {
                return Ok(());
            }
            let Some((dossier, place)) = schedule.at(slot).filter(|(dossier, _)| *dossier < self.lives.len()) else {
                continue;
            };
            exchanges.push(self.take(dossier, place, Some(schedule.time(slot)), connection).await?);
        }
    }

    /// The next number, from 0 on.
    fn count(&self) -> u64 {
        self.next.replace(self.next.get() + 1)
    }

    /// Takes one step of one dossier, once the step before it is over.
    async fn take(
        &self,
        dossier: usize,
        place: usize,
        due: Option<u64>,
        connection: &mut Connection,
    ) -> Result<Exchange, Trouble> {
        let mut life = self.lives.get(dossier).ok_or("there is no such dossier")?.lock().await;
        let (life, next) = &mut *life;
        let step = Step::ALL.get(place).copied().filter(|_| *next == place).ok_or("a step was taken out of turn")?;
        let sent = self.clock.now();
        let is_right = life.take(step, &self.staff, connection).await?;
        *next += 1;
        Ok(Exchange { step, due: due.unwrap_or(sent), sent, done: self.clock.now(), is_right })
    }
}

//! What the engine is told before a run.

use std::sync::Arc;
use std::time::Duration;

use journey::{JourneyId, Scripts};
use model::words::{Channel, PeerName};
use model::{Applicants, CaseId, Offer, Seed, Staff, Timeline};
use portal::Adapter;

use crate::base_url::BaseUrl;
use crate::connection::HttpCodec;
use crate::guard::Guard;
use crate::identity::Identity;
use crate::tls::Tls;

/// A person who comes at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Arrival {
    /// When, in nanoseconds since the run began.
    pub due: u64,
    /// With which dossier.
    pub case: CaseId,
    /// To which unit, by its index in the plan.
    pub unit: u16,
    /// What for.
    pub purpose: Purpose,
}

/// What a person comes for: each is counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// To hand in the dossier.
    Dossier,
    /// Only to look: with the dossier's number, if the portal has shown it by then.
    Visit,
}

/// When the next person comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LoadModel {
    /// When they are due, whatever the portal does.
    #[default]
    Open,
    /// When another has ended: so many people are under way at a time, and their due instants do not count.
    Closed {
        /// In all lanes together.
        people: usize,
    },
}

/// The people who come to one lane, in order of their coming.
pub type Arrivals = Box<dyn Iterator<Item = Arrival> + Send>;

/// The lane that serves a unit: a unit's citizens and clerks always share one.
pub fn lane_of(unit: u16, lanes: usize) -> usize {
    usize::from(unit) % lanes.max(1)
}

/// Who walks which journey.
#[derive(Clone, Debug)]
pub struct JourneyAssignment {
    /// The journey of those who come through this channel; journeys of clerks are walked by a clerk of the unit.
    pub channels: Vec<(Channel, JourneyId)>,
    /// The journey of visitors.
    pub visit: Option<JourneyId>,
    /// The working day of a unit's clerks.
    pub desk: Option<JourneyId>,
    /// The working day of the clerks at the post's counters.
    pub post_desk: Option<JourneyId>,
    /// Journeys that read every dossier back when all is over.
    pub final_reads: Vec<JourneyId>,
}

/// A peer whose ledger is collected.
#[derive(Clone, Debug)]
pub struct Peer {
    /// Which one it is.
    pub name: PeerName,
    /// Where its ledger is.
    pub base: BaseUrl,
}

/// A change of the portal's catalogue that the run publishes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// When, in nanoseconds since the run began.
    pub due: u64,
    /// How the procedure is offered from then on.
    pub offer: Offer,
}

/// Whose connections are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connections {
    /// So many in each lane, which all its people share, as behind a gateway. Who finds none free waits for the portal.
    Pool(usize),
    /// Each person has their own.
    Own(OwnConnections),
}

/// Connections that each belong to one person, as to a browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnConnections {
    /// People of a lane who have one open at a time, at the most. For one more, who has used theirs longest ago loses it; where
    /// all are in use, waiting is a delay of ours.
    pub most: usize,
    /// How long one is kept that is not used.
    pub keep_alive: Duration,
}

impl Connections {
    /// Exchanges of a lane at a time, at the most.
    pub(crate) fn most(self) -> usize {
        match self {
            Self::Pool(most) | Self::Own(OwnConnections { most, .. }) => most,
        }
    }
}

/// Limits and lengths.
#[derive(Clone, Debug)]
pub struct Settings {
    /// When the next person comes.
    pub model: LoadModel,
    /// Whose connections are.
    pub connections: Connections,
    /// People who may be under way in a lane; who comes beyond that is dropped and counted.
    pub under_way: usize,
    /// The longest an exchange may take.
    pub timeout: Duration,
    /// For how long nothing but errors may come before nobody new is let in; the run ends when nobody is answered for as long
    /// again. `None`: people are let in whatever comes.
    pub outage: Option<Duration>,
    /// The shortest time from one poll of a journey to the next: offices live by simulated time, the wire does not.
    pub poll_every: Duration,
    /// For how long nothing must have happened before dossiers are read back: a portal may show late what it did.
    pub settle: Duration,
    /// The longest the drain may take.
    pub drain: Duration,
    /// The longest the final read may take.
    pub final_read: Duration,
    /// Bytes of an answer's body that are read at the most.
    pub longest_answer: usize,
    /// For how long, from the start, what is due counts as warm-up.
    pub warm_up: Duration,
    /// What every request says of its sender.
    pub identity: Identity,
    /// What speaks HTTP/1.1 where there is no TLS.
    pub codec: HttpCodec,
}

/// All the engine knows of a run.
pub struct RunSpec {
    /// How to speak to the portal.
    pub adapter: Arc<Adapter>,
    /// What people do.
    pub scripts: Arc<Scripts>,
    /// Who walks which journey.
    pub assignment: JourneyAssignment,
    /// Who everybody is.
    pub people: Arc<dyn Applicants>,
    /// Who works for the offices.
    pub staff: Vec<Staff>,
    /// Who publishes changes of the catalogue.
    pub registrar: Option<Staff>,
    /// The changes, in the order of their instants, which all differ.
    pub publications: Vec<Publication>,
    /// Codes of the units, by index.
    pub units: Vec<String>,
    /// The map of time.
    pub timeline: Arc<Timeline>,
    /// Where chance comes from.
    pub seed: Seed,
    /// Where the portal is.
    pub target: BaseUrl,
    /// Where it is besides: people are dealt out over all its addresses in turn, and each stays with one.
    pub also_at: Vec<BaseUrl>,
    /// Whose ledgers are collected.
    pub peers: Vec<Peer>,
    /// Which addresses may be spoken to.
    pub guard: Guard,
    /// Whom https is spoken with, and as whom.
    pub tls: Tls,
    /// Limits and lengths.
    pub settings: Settings,
}

impl RunSpec {
    /// All addresses of the portal.
    pub(crate) fn targets(&self) -> impl Iterator<Item = &BaseUrl> {
        std::iter::once(&self.target).chain(&self.also_at)
    }

    /// That of the person with this number.
    pub(crate) fn target_of(&self, number: usize) -> &BaseUrl {
        match number.checked_rem(self.also_at.len() + 1) {
            Some(at @ 1..) => self.also_at.get(at - 1).unwrap_or(&self.target),
            Some(0) | None => &self.target,
        }
    }
}

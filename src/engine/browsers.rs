//! People's own connections, each with a TLS session, kept between their requests as their browsers keep them.
//!
//! A person's browser goes with their act to whoever sends it, and comes back afterwards. One that is not used for too long
//! is closed, and so is the one that rests longest where there would be more than may be open.

use std::cell::Cell;
use std::collections::VecDeque;
use std::rc::Rc;

use model::nanoseconds;

use crate::actors::Actors;
use crate::http_client::HttpClient;
use crate::spec::OwnConnections;

/// What a person sends with, while they send nothing.
pub(crate) struct Browser {
    client: Box<HttpClient>,
    /// Since when its connections rest; without any there is nothing to be closed.
    resting: Option<Rest>,
}

/// Since when; counted until it is over.
struct Rest {
    since: u64,
    all: Rc<Cell<usize>>,
}

impl Drop for Rest {
    fn drop(&mut self) {
        self.all.set(self.all.get() - 1);
    }
}

/// The browsers of a lane.
pub(crate) struct Browsers {
    limits: OwnConnections,
    /// How many rest with a connection, and how many are in use.
    resting: Rc<Cell<usize>>,
    in_use: usize,
    /// Who rests since when, longest first. They may have left since, or rest since later.
    order: VecDeque<(u64, usize)>,
}

impl Browsers {
    pub(crate) fn new(limits: OwnConnections) -> Self {
        Self { limits, resting: Rc::default(), in_use: 0, order: VecDeque::new() }
    }

    /// Somebody sends something: takes their browser, or a `fresh` one, and closes others where there would be too many.
    pub(crate) fn take(
        &mut self,
        people: &mut Actors,
        person: usize,
        fresh: impl FnOnce() -> HttpClient,
    ) -> Box<HttpClient> {
        let taken = people.get_mut(person).browser.take();
        self.in_use += 1;
        let client = taken.map_or_else(|| Box::new(fresh()), |browser| browser.client);
        while self.resting.get() + self.in_use > self.limits.most && self.close_oldest(people) {}
        client
    }

    /// Somebody has sent, and what they sent with rests.
    pub(crate) fn put_back(&mut self, people: &mut Actors, person: usize, client: Box<HttpClient>, now: u64) {
        self.in_use -= 1;
        let resting = client.is_open().then(|| {
            self.resting.set(self.resting.get() + 1);
            self.order.push_back((now, person));
            Rest { since: now, all: Rc::clone(&self.resting) }
        });
        people.get_mut(person).browser = Some(Browser { client, resting });
    }

    /// Closes what rested for too long.
    pub(crate) fn close_idle(&mut self, people: &mut Actors, now: u64) {
        let keep = nanoseconds(self.limits.keep_alive);
        while self.order.front().is_some_and(|(since, _)| since + keep <= now) {
            self.close_oldest(people);
        }
    }

    /// Closes the one at the front if it still rests; says whether there was any at the front.
    fn close_oldest(&mut self, people: &mut Actors) -> bool {
        let Some((since, person)) = self.order.pop_front() else { return false };
        if let Some(browser) = people.browser(person)
            && browser.resting.as_ref().is_some_and(|rest| rest.since == since)
        {
            browser.resting = None;
            browser.client.close();
        }
        true
    }
}

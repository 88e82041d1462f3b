//! `vandan run --dry-run`: the requests that a run would send, how many of each, how fast and to whom. Nothing is sent.

use std::collections::BTreeMap;

use engine::{Authority, Occasion, RunSpec};
use journey::{Counts, JourneyId};
use model::words::{Operation, ReturnMethod, Role};
use model::{Applicants as _, CaseId, Kind, Staff};
use report::Column;
use report::text::count;
use serde_json::{Value, json};

use crate::compose::Composition;
use crate::console;
use crate::estimate::Estimate;
use crate::redacted::redacted;
use crate::run_file::Authorization;

/// Who sends requests, in the order in which they are shown.
const SENDERS: [&str; 4] = ["citizen", "clerk", "post clerk", "the run"];
const THE_RUN: usize = 3;

/// Where the bundled portal would be asked: its port is chosen when a run begins.
pub(crate) const BUNDLED: &str = "http://127.0.0.1:1";

/// What a run would be played with.
pub(crate) struct Rehearsal<'a> {
    pub(crate) composed: &'a Composition,
    pub(crate) spec: &'a RunSpec,
    pub(crate) consent: Option<&'a Authorization>,
    /// Whether the bundled portal would be asked.
    pub(crate) is_bundled: bool,
}

/// An operation of somebody: how often it is done at least, and for which kinds of dossiers.
#[derive(Default)]
struct Acts {
    count: u64,
    kinds: Vec<Kind>,
}

type ActsBySender = BTreeMap<(usize, Operation), Acts>;

/// One operation of somebody, with its first requests.
struct Line {
    sender: &'static str,
    operation: Operation,
    /// Requests in all.
    count: u64,
    /// One of each exchange of the operation.
    requests: Vec<String>,
}

/// A door, what is there, and what the guard says of it.
struct Door {
    address: String,
    what: &'static str,
    decision: String,
}

impl Rehearsal<'_> {
    /// As people read it.
    pub(crate) fn text(&self) -> String {
        let lines = self.lines();
        let width = usize::from(console::width()) - 2;
        let mut text = String::new();
        for line in &lines {
            let mut page = console::page();
            page.heading(line.operation.as_str(), line.sender);
            text.push_str(&page.into_text());
            for request in &line.requests {
                let lines = report::wrapped(request.trim_end(), width);
                let indented = lines.lines().map(|line| format!("  {line}").trim_end().to_owned() + "\n");
                text.extend(std::iter::once("\n".to_owned()).chain(indented));
            }
        }
        let mut page = console::page();
        page.heading("REQUESTS", "every journey walked once, every answer ok; more for polls and what is tried again");
        page.table(vec![
            Column::left("sender", lines.iter().map(|line| line.sender.to_owned()).collect()),
            Column::left("operation", lines.iter().map(|line| line.operation.to_string()).collect()),
            Column::right("requests", 0, lines.iter().map(|line| count(line.count)).collect()),
        ]);
        Estimate::of(self.composed).tell(&mut page);
        page.heading("HOSTS", "");
        for Door { address, what, decision } in self.doors() {
            page.line(what, &format!("{address}: {decision}"));
        }
        page.heading("DRY RUN", "nothing was sent, no connection was opened, nothing was recorded");
        text + &page.into_text()
    }

    /// The same for programs.
    pub(crate) fn json(&self) -> String {
        let line = |line: &Line| {
            json!({
                "sender": line.sender,
                "operation": line.operation.as_str(),
                "count": line.count,
                "requests": line.requests,
            })
        };
        let door = |door: &Door| json!({ "address": door.address, "what": door.what, "guard": door.decision });
        let document = json!({
            "operations": self.lines().iter().map(line).collect::<Value>(),
            "estimate": Estimate::of(self.composed).to_json(),
            "max_rate": self.consent.map(|consent| consent.max_rate),
            "hosts": self.doors().iter().map(door).collect::<Value>(),
        });
        format!("{document:#}")
    }

    fn lines(&self) -> Vec<Line> {
        let acts = acts(self.composed);
        let examples = self.examples(&acts);
        let line = |((sender, operation), acts): (&(usize, Operation), &Acts)| {
            let exchanges = self.composed.adapter.exchanges(*operation).len() as u64;
            Line {
                sender: SENDERS.get(*sender).copied().unwrap_or_default(),
                operation: *operation,
                count: acts.count * exchanges,
                requests: self.requests(*sender, *operation, examples.get(&(*sender, *operation)).copied()),
            }
        };
        acts.iter().map(line).filter(|line| line.count > 0).collect()
    }

    /// The first dossier for which each is done.
    fn examples(&self, acts: &ActsBySender) -> BTreeMap<(usize, Operation), CaseId> {
        let mut wanted: Vec<_> = acts.iter().filter(|(_, acts)| !acts.kinds.is_empty()).collect();
        let mut examples = BTreeMap::new();
        for arrival in &self.composed.arrivals {
            if wanted.is_empty() {
                break;
            }
            let kind = self.composed.people.cell(arrival.case).kind();
            wanted.retain(|(key, acts)| {
                let is_one = acts.kinds.contains(&kind);
                if is_one {
                    examples.insert(**key, arrival.case);
                }
                !is_one
            });
        }
        examples
    }

    fn requests(&self, sender: usize, operation: Operation, case: Option<CaseId>) -> Vec<String> {
        let composed = self.composed;
        let case = case.map(|case| composed.people.case(case));
        let role = if SENDERS.get(sender) == Some(&"post clerk") { Role::PostDesk } else { Role::Desk };
        let of_role = |staff: &&Staff| staff.role == role;
        let unit = case.as_ref().map(|case| case.unit.as_str()).unwrap_or_default();
        let clerk = || composed.staff.iter().filter(of_role).find(|staff| staff.unit_code == unit);
        let staff = match sender {
            0 => None,
            THE_RUN => Some(&composed.registrar),
            _ => clerk().or_else(|| composed.staff.iter().find(of_role)),
        };
        // What is secret is not even written.
        let staff = staff.map(|staff| Staff { password: "${clerk.password}".to_owned(), ..staff.clone() });
        let occasion = Occasion { operation, case: case.as_ref(), staff: staff.as_ref() };
        let shown = |text: String| {
            let text = redacted(&text);
            if self.is_bundled { text.replace("127.0.0.1:1\r\n", "127.0.0.1:PORT\r\n") } else { text }
        };
        engine::requests(self.spec, occasion).into_iter().map(shown).map(|text| text.replace("\r\n", "\n")).collect()
    }

    fn doors(&self) -> Vec<Door> {
        let allowed = match self.consent {
            Some(Authorization { by, until, max_rate, .. }) => {
                format!("allowed by {by} until {until}, at most {max_rate} requests in a second")
            }
            None => "allowed: this machine".to_owned(),
        };
        let decided = |what, authority: &Authority| Door {
            address: authority.to_string(),
            what,
            decision: match (self.spec.guard.allows(authority), authority.is_loopback()) {
                (false, _) => "refused".to_owned(),
                (true, true) if self.consent.is_none() => "allowed: this machine".to_owned(),
                (true, _) => allowed.clone(),
            },
        };
        let of_bundled = |what| Door {
            address: "http://127.0.0.1:PORT".to_owned(),
            what,
            decision: "allowed: the bundled mock, on a free port".to_owned(),
        };
        let mut doors: Vec<Door> = if self.is_bundled {
            ["portal", "bank", "post"].map(of_bundled).into()
        } else {
            let peers = self.spec.peers.iter().map(|peer| decided(peer.name.as_str(), peer.base.authority()));
            let portal = std::iter::once(&self.spec.target).chain(&self.spec.also_at);
            portal.map(|target| decided("portal", target.authority())).chain(peers).collect()
        };
        let also = self.consent.into_iter().flat_map(|consent| &consent.also);
        doors.extend(also.chain(&self.composed.run.links).map(|door| decided("links", door)));
        let others = Door {
            address: "any other".to_owned(),
            what: "links",
            decision: "refused, also where a redirect leads there".to_owned(),
        };
        doors.push(others);
        doors
    }
}

/// What everybody does, as far as the plan knows.
fn acts(composed: &Composition) -> ActsBySender {
    let Composition { scripts, assignment, adapter, .. } = composed;
    let mut acts = ActsBySender::new();
    let mut add = |sender: usize, counts: &Counts, times: u64, kind: Option<Kind>| {
        for (operation, count) in counts.iter().filter(|(_, count)| **count > 0) {
            let acts = acts.entry((sender, *operation)).or_default();
            acts.count += count * times;
            acts.kinds.extend(kind);
        }
    };
    let sender = |journey: JourneyId| match scripts.role(journey) {
        Role::Citizen => 0,
        Role::Desk => 1,
        Role::PostDesk => 2,
    };
    let kinds = composed.people.kinds();
    for (kind, dossiers) in &kinds {
        let walked = assignment.channels.iter().filter(|(channel, _)| *channel == kind.channel);
        let walked = walked.map(|(_, journey)| *journey).chain(assignment.final_reads.iter().copied());
        for journey in walked {
            add(sender(journey), &scripts.least(journey, *kind), *dossiers, Some(*kind));
        }
        if let Some(desk) = assignment.desk {
            add(1, &scripts.least_for_each(desk, *kind), *dossiers, Some(*kind));
        }
        if let Some(desk) = assignment.post_desk.filter(|_| kind.returns == ReturnMethod::Post && kind.has_result()) {
            add(2, &scripts.least_for_each(desk, *kind), *dossiers, Some(*kind));
        }
    }
    if let Some(visit) = assignment.visit {
        for (kind, visits) in &composed.people.kinds_of(&composed.visits) {
            add(sender(visit), &scripts.least(visit, *kind), *visits, Some(*kind));
        }
    }
    for (role, journey) in [(Role::Desk, assignment.desk), (Role::PostDesk, assignment.post_desk)] {
        let clerks = composed.staff.iter().filter(|staff| staff.role == role).count() as u64;
        // What a clerk does for no dossier in particular depends on no kind.
        if let (Some(journey), Some(kind)) = (journey, kinds.keys().next()) {
            add(sender(journey), &scripts.least(journey, *kind), clerks, None);
        }
    }
    let publications = composed.publications.len() as u64;
    let own = [
        (Operation::ClerkSignIn, publications.min(1)),
        (Operation::Catalogue, 2),
        (Operation::Publish, publications),
        (Operation::Clock, composed.timeline.segments().len() as u64),
    ];
    let own = own.into_iter().filter(|(operation, _)| adapter.maps(*operation));
    add(THE_RUN, &own.collect(), 1, None);
    acts
}

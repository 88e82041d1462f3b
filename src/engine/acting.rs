//! One act of a person: written as a request, and, when it is over, read, recorded and taken in.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request};
use http_body_util::Full;
use journey::Ending;
use model::words::{Blame, DossierState, Fault, Field, Operation, Outcome, Phase};
use portal::{Context, Encoded, Reply, Unwritable};

use crate::authority::{Authority, not_followed};
use crate::backing_off::{came_to_nothing, is_no_traffic, is_ours, is_sign_in};
use crate::delay::Taken;
use crate::http_client::Attempt;
use crate::known::shown;
use crate::lane::{Act, Lane};
use crate::own_limits::Trouble;
use crate::task_queue::{Entry, Task};
use crate::transcript;

/// How often people who are told to come again later do so, before they take it for an answer.
const MOST_PUT_OFF: u8 = 3;
/// The longest that they wait for it.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// A request with its address and the length of its body, or why there is none.
pub(crate) type Prepared = Result<(Authority, Request<Full<Bytes>>, usize), Trouble>;

impl Lane {
    /// Takes an act to a connection: writes its request, reckons how late we are with it, and gives back for how long the rate
    /// limit held it in line.
    pub(crate) fn take(&mut self, act: &mut Act) -> (Prepared, u64) {
        let now = self.state.clock.now();
        self.meter.taken.add(1);
        let Taken { late, held } = self.waits.take(act.queued, now, self.holding.total(now));
        let prepared = self.prepare(act);
        act.task.delay = late + self.state.clock.now().saturating_sub(now);
        self.meter.scheduling_delay.set(act.task.delay);
        (prepared, held)
    }

    /// Writes the request of an act.
    fn prepare(&mut self, act: &Act) -> Prepared {
        let state = Arc::clone(&self.state);
        let spec = &state.spec;
        let person = self.people.get(act.person).ok_or(Fault::Unwritable)?;
        let exchange = spec.adapter.exchanges(act.task.operation).get(act.task.exchange).ok_or(Fault::Unwritable)?;
        let context = Context {
            case: act.task.case.as_deref(),
            memory: &act.task.memory,
            session: &person.session,
            staff: person.staff.and_then(|at| spec.staff.get(at)),
            clock: None,
            offer: None,
        };
        if let Err(unwritable) = spec.adapter.encode(exchange, &context, &mut self.request) {
            if unwritable.value.is_none() && (act.task.missed || person.missed) {
                // Neither the adapter's doing nor an answer: what would have shown it never came.
                let reason = format!("{unwritable}: an earlier answer never came");
                return Err(Trouble { fault: Fault::Unwritable, reason: Some(Cow::Owned(reason)) });
            }
            self.request.unwritable = Some(unwritable);
            return Err(Fault::Unwritable.into());
        }
        if let (Operation::Submit, Some(case)) = (act.task.operation, &act.task.case) {
            state.begun.begin(case.id);
        }
        request(&mut self.request, &spec.target, &self.user_agent)
    }

    /// Reads the answer of an act, records it, and lets its person go on.
    pub(crate) fn over(&mut self, act: Act, mut attempt: Attempt) {
        let state = Arc::clone(&self.state);
        let Act { person: id, mut task, .. } = act;
        self.waits.over();
        if attempt.given_up {
            self.meter.unsent.add(1);
            return self.give_up_act(id, attempt.done);
        }
        task.delay = task.delay.saturating_add(attempt.held);
        if task.phase == Phase::Load {
            self.scheduling_delays.record(task.class, task.delay);
        }
        let Reply { answer, fault } = self.weigh(&task, &attempt);
        attempt.fault = fault;
        self.meter.over(task.operation, &attempt, answer);
        let is_known = is_no_traffic(&attempt) && task.unsent.replace(task.operation) == Some(task.operation);
        if !is_known {
            self.record(id, &task, &attempt, answer);
        }
        if state.phase() == Phase::Ended {
            return;
        }
        if attempt.sent.is_none() && !task.origin.may_act_in(state.phase()) {
            return self.give_up_act(id, attempt.done);
        }
        let looked_in_vain = answer == Outcome::Ok
            && matches!(task.operation, Operation::Inbox | Operation::PostInbox)
            && self.reading.items().is_empty();
        let is_missed = answer != Outcome::Ok && attempt.fault.is_none_or(|fault| fault.blame() != Blame::Adapter);
        task.missed |= is_missed;
        if let Some(person) = self.people.get_mut(id) {
            if is_sign_in(task.operation) {
                person.missed = is_missed;
            }
            person.busy = false;
            person.free_at = attempt.done;
            person.idle_since = if looked_in_vain { attempt.sent.unwrap_or(0) } else { person.idle_since };
        }
        if !looked_in_vain && !matches!(task.operation, Operation::ClerkSignIn) {
            self.meter.last_activity.set(attempt.done);
        }
        if answer == Outcome::Ok {
            self.take_in(id, &mut task);
        }
        if let Some(wait) = attempt.told_to_wait.filter(|wait| *wait <= LONGEST_WAIT && task.put_off < MOST_PUT_OFF) {
            // Still due when it was: who is told to come again waits all the while.
            task.put_off += 1;
            task.not_before = attempt.done + u64::try_from(wait.as_nanos()).unwrap_or(u64::MAX);
            self.enqueue(id, task);
        } else if answer == Outcome::Ok && task.exchange + 1 < state.spec.adapter.exchanges(task.operation).len() {
            task.exchange += 1;
            task.put_off = 0;
            task.due = attempt.done;
            self.enqueue(id, task);
        } else {
            task.put_off = 0;
            if self.back_off(id, &mut task, &attempt, answer) {
                self.end(id, &task, Ending::GaveUp);
            } else {
                if answer != Outcome::Ok {
                    task.polled = task.polled.max(Some(attempt.sent.unwrap_or(task.due)));
                }
                task.instance.answered(answer);
                self.go_on(id, task, attempt.done);
            }
        }
        self.look_at_queue(id);
        let now = self.state.clock.now();
        if self.state.phase() == Phase::FinalRead {
            self.read_back(now);
        }
        // Who has come meanwhile stands in line before what is due later.
        self.admit_arrivals(now);
        self.look_at_due(now);
        if self.inlet.batch().is_full() {
            self.flush(now);
        }
        self.set_alarm();
    }

    /// An act was not done, and will not be: its journey goes no further.
    fn give_up_act(&mut self, id: usize, now: u64) {
        if let Some(person) = self.people.get_mut(id) {
            person.busy = false;
            person.free_at = now;
        }
        self.leave_unfinished(id);
        self.look_at_queue(id);
    }

    /// Has a person looked at when the first thing of their queue is due.
    fn look_at_queue(&mut self, id: usize) {
        if let Some(moment) = self.people.get(id).and_then(|person| person.queue.peek()).map(Entry::moment) {
            self.timers.push(Reverse((moment, id)));
        }
    }

    /// Plans the pause after an act that came to nothing; says whether its journey ends with it.
    fn back_off(&mut self, id: usize, task: &mut Task, attempt: &Attempt, answer: Outcome) -> bool {
        let is_vain = came_to_nothing(task.operation, attempt, answer);
        task.in_vain.count(is_vain);
        let mut pause = task.in_vain.pause();
        // What one dossier lacks keeps nobody from working on others.
        if !is_ours(attempt)
            && let Some(person) = self.people.get_mut(id)
        {
            person.in_vain.count(is_vain);
            pause = pause.max(person.in_vain.pause());
        }
        task.rest_until = if is_vain { attempt.done + pause } else { 0 };
        is_vain && task.in_vain.is_enough(attempt)
    }

    /// Wakes the lane earlier, if something has become due before it wakes of itself.
    pub(crate) fn set_alarm(&mut self) {
        if let Some(Reverse((moment, _))) = self.timers.peek()
            && *moment < self.wake
        {
            self.wake = *moment;
            self.alarm.notify_one();
        }
    }

    /// Reads the answer into `self.reading` and says what is known.
    pub(crate) fn weigh(&mut self, task: &Task, attempt: &Attempt) -> Reply {
        let state = Arc::clone(&self.state);
        let exchange = state.spec.adapter.exchanges(task.operation).get(task.exchange);
        match (exchange, attempt.status, attempt.fault) {
            (Some(exchange), Some(status), None) => {
                state.spec.adapter.decode(exchange, status, &attempt.body, &mut self.reading)
            }
            (_, _, fault) => {
                self.reading.clear();
                if fault == Some(Fault::Unwritable)
                    && let Some(unwritable) = self.request.unwritable.take()
                {
                    self.reading.note_unwritable(&unwritable);
                }
                Reply { answer: Outcome::Error, fault }
            }
        }
    }

    /// Takes what an answer gave into session, memory and the list of known dossiers.
    pub(crate) fn take_in(&mut self, id: usize, task: &mut Task) {
        if let Some(person) = self.people.get_mut(id)
            && self.reading.kept().next().is_some()
        {
            self.signed_in += 1;
            for (index, value) in self.reading.kept() {
                person.session.keep(index, value);
            }
            let lanes = u32::try_from(self.state.lanes).unwrap_or(1);
            person.session.number = self.signed_in * lanes + u32::try_from(self.number).unwrap_or(0);
        }
        let state = Arc::clone(&self.state);
        let (Some(case), [item]) = (task.case.as_deref().map(|case| case.id), self.reading.items()) else { return };
        let item = *item;
        task.remember(&self.reading, &item);
        let is_over_already = task.operation == Operation::Submit && task.seen.state.is_some_and(is_an_end);
        if is_over_already || state.known().is_of_another_run(&self.reading, &item) {
            state.begun.note_stranger(shown(&self.reading, &item));
        }
        if task.operation == Operation::Submit
            && let Some(code) = self.reading.value(&item, Field::DossierCode)
        {
            self.codes.insert(case, code.into());
        }
    }

    pub(crate) fn record(&mut self, id: usize, task: &Task, attempt: &Attempt, answer: Outcome) {
        let state = Arc::clone(&self.state);
        let Some(person) = self.people.get(id) else { return };
        let entry = transcript::Entry {
            case: task.case.as_deref().map(|case| case.id),
            actor: &person.name,
            session: person.session.number,
            journey: state.spec.scripts.name(task.instance.journey()),
            operation: task.operation,
            attempt: task.put_off.saturating_add(1),
            phase: task.phase,
            lane: u8::try_from(self.number).unwrap_or(u8::MAX),
            due: task.due,
            answer,
            class: task.class,
            delay: task.delay,
            held: attempt.held,
        };
        transcript::record(self.inlet.batch(), &entry, attempt, &self.reading, state.known());
    }
}

/// Whether a dossier in this state is done with: one that was just handed in cannot be.
fn is_an_end(state: DossierState) -> bool {
    matches!(state, DossierState::Completed | DossierState::Returned | DossierState::Stopped)
}

/// Puts an encoded request into hyper's form; where it does not fit, [`Encoded::unwritable`] says what.
pub(crate) fn request(encoded: &mut Encoded, target: &Authority, user_agent: &HeaderValue) -> Prepared {
    assemble(encoded, target, user_agent).map_err(|_does_not_fit| {
        let address = String::from_utf8_lossy(&encoded.target).into_owned();
        if let Some(link) = not_followed(&address) {
            // It could be written, but leads to where nobody is spoken to.
            return Trouble { fault: Fault::Forbidden, reason: Some(Cow::Owned(link)) };
        }
        encoded.unwritable = Some(Unwritable::does_not_fit("request", &address));
        Fault::Unwritable.into()
    })
}

fn assemble(
    encoded: &mut Encoded,
    target: &Authority,
    user_agent: &HeaderValue,
) -> Result<(Authority, Request<Full<Bytes>>, usize), Fault> {
    let line = std::str::from_utf8(&encoded.target).map_err(|_binary| Fault::Unwritable)?;
    let (authority, path) = if line.starts_with('/') {
        (target.clone(), Cow::Borrowed(line))
    } else {
        let (authority, path) = Authority::split(line).map_err(|_no_address| Fault::Unwritable)?;
        (authority, Cow::Owned(path))
    };
    let mut request = Request::new(Full::default());
    *request.method_mut() = encoded.method.clone();
    *request.uri_mut() = path.parse().map_err(|_no_path| Fault::Unwritable)?;
    let headers = request.headers_mut();
    let host = HeaderValue::from_str(&authority.to_string()).map_err(|_invisible| Fault::Unwritable)?;
    headers.insert(http::header::HOST, host);
    headers.insert(http::header::USER_AGENT, user_agent.clone());
    for (name, value) in encoded.headers.drain(..) {
        headers.insert(name, value);
    }
    let body = encoded.body.split().freeze();
    let length = body.len();
    *request.body_mut() = Full::new(body);
    Ok((authority, request, length))
}

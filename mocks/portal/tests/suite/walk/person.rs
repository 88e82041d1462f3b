//! Somebody who acts: sends a request once, twice, by half, or hangs up, and notes on the board what came of it.

use std::cell::RefCell;
use std::time::Duration;

use http::Method;
use serde_json::{Value, json};

use super::board::{Act, Board, Handed};
use super::chance::Chance;
use super::town::{Ask, Reply, Town};

/// Somebody who acts.
pub(super) struct Person<'town> {
    pub(super) town: &'town Town,
    pub(super) board: &'town RefCell<Board>,
    pub(super) chance: Chance,
    /// What makes this person's keys and marks differ from all others'.
    name: String,
    pub(super) token: String,
    made: usize,
}

/// A step on a dossier.
pub(super) struct Deed<'deed> {
    pub(super) code: &'deed str,
    /// The address after that of the dossier.
    pub(super) step: &'static str,
    pub(super) body: Value,
    pub(super) events: &'static [&'static str],
    pub(super) by: &'deed str,
    pub(super) meant_for: Option<u64>,
}

/// What became of a request and its repetitions.
#[derive(Debug, Default)]
pub(super) struct Fate {
    pub(super) replies: Vec<Reply>,
    pub(super) unknown: usize,
}

impl Fate {
    /// The answers that say it was done, replays only where there is nothing else.
    pub(super) fn done(&self) -> Vec<&Reply> {
        let done: Vec<&Reply> = self.replies.iter().filter(|reply| reply.is_done()).collect();
        let fresh: Vec<&Reply> = done.iter().copied().filter(|reply| !reply.is_replay).collect();
        if fresh.is_empty() { done.into_iter().take(1).collect() } else { fresh }
    }
}

impl<'town> Person<'town> {
    pub(super) fn new(town: &'town Town, board: &'town RefCell<Board>, seed: u64, number: u64) -> Self {
        let name = format!("{seed}-{number}");
        Self { town, board, chance: Chance::new(seed, number), name, token: String::new(), made: 0 }
    }

    /// Signs in as a citizen.
    pub(super) async fn sign_in(&mut self, number: &str) {
        let credentials = json!({ "citizen_number": number, "otp": &number[6..] });
        self.token = self.open_session("/api/sessions", credentials).await;
    }

    /// Signs in as a clerk.
    pub(super) async fn sign_in_clerk(&mut self, id: &str) {
        self.token = self.open_session("/api/desk/sessions", json!({ "clerk": id, "password": "open" })).await;
    }

    async fn open_session(&self, path: &str, credentials: Value) -> String {
        let opened = self.town.ask("", &Ask::post(path, credentials)).await.unwrap();
        opened.body["token"].as_str().unwrap().to_owned()
    }

    /// A mark that nobody else makes.
    pub(super) fn mark(&mut self) -> String {
        self.made += 1;
        format!("{}-{}", self.name, self.made)
    }

    /// One plain exchange.
    pub(super) async fn ask(&self, ask: &Ask) -> Option<Reply> {
        let reply = self.town.ask(&self.token, ask).await;
        self.look_at(ask, reply.as_ref());
        reply
    }

    pub(super) async fn get(&self, path: impl Into<String>) -> Option<Reply> {
        self.ask(&Ask::get(path)).await
    }

    /// No walk may meet a failure of the portal: all its peers are well.
    fn look_at(&self, ask: &Ask, reply: Option<&Reply>) {
        if let Some(reply) = reply.filter(|reply| reply.status >= 500) {
            let told = format!("{} {} was answered {} {}", ask.method, ask.path, reply.status, reply.body);
            self.board.borrow_mut().shock(told);
        }
    }

    /// Sends a request as people do: mostly once, sometimes twice at the same instant, sometimes not to its end, and
    /// sometimes without waiting for the answer and then once more.
    pub(super) async fn insist(&mut self, mut ask: Ask) -> Fate {
        if ask.method == Method::POST && self.chance.one_in(3) {
            ask.key = Some(self.mark());
        }
        let fate = self.send(ask.clone()).await;
        if ask.key.is_some() && !fate.done().is_empty() && self.chance.one_in(4) {
            let other = Ask { body: json!({ "reason": "r", "another": true }), ..ask };
            if self.ask(&other).await.is_some_and(|reply| reply.is_done()) {
                self.board.borrow_mut().shock(format!("a key answers for another request: {other:?}"));
            }
        }
        fate
    }

    async fn send(&mut self, ask: Ask) -> Fate {
        let mut fate = Fate::default();
        match self.chance.below(12) {
            0 => {
                self.town.ask_by_half(&self.token, &ask);
                // What needs no body may be done before the body turns out to be missing.
                fate.unknown += usize::from(ask.body.is_null());
            }
            1 | 2 => {
                let timeout = Duration::from_micros(200 * self.chance.below(25) as u64);
                match self.town.ask_and_hang_up(&self.token, &ask, timeout).await {
                    Some(reply) => return self.answered(&ask, fate, reply),
                    None => fate.unknown += 1,
                }
                if self.chance.one_in(3) {
                    return fate;
                }
            }
            3 | 4 if ask.key.is_some() => {
                let (first, second) = tokio::join!(self.ask(&ask), self.ask(&ask));
                for reply in [first, second] {
                    fate.unknown += usize::from(reply.is_none());
                    fate.replies.extend(reply);
                }
                let fresh = fate.replies.iter().filter(|reply| reply.is_done() && !reply.is_replay);
                if fresh.count() > 1 {
                    self.board.borrow_mut().shock(format!("two requests under one key ran: {ask:?}"));
                }
                return fate;
            }
            _ => {}
        }
        match self.ask(&ask).await {
            Some(reply) => self.answered(&ask, fate, reply),
            None => Fate { unknown: fate.unknown + 1, ..fate },
        }
    }

    fn answered(&self, ask: &Ask, mut fate: Fate, reply: Reply) -> Fate {
        self.look_at(ask, Some(&reply));
        fate.replies.push(reply);
        fate
    }

    /// Tries a step on a dossier, and notes it. `side` is where this person stands: `/api` or `/api/desk`.
    pub(super) async fn act(&mut self, side: &str, deed: Deed<'_>) -> Fate {
        let path = format!("{side}/dossiers/{}/{}", deed.code, deed.step);
        let ask = Ask { version: deed.meant_for, ..Ask::post(path, deed.body) };
        let fate = self.insist(ask).await;
        let done = fate.done().iter().map(|reply| reply.version().unwrap_or_default()).collect();
        self.board.borrow_mut().acts.push(Act {
            code: deed.code.to_owned(),
            events: deed.events,
            by: deed.by.to_owned(),
            meant_for: deed.meant_for,
            done,
            unknown: fate.unknown,
        });
        fate
    }

    /// Hands something new in under its mark, and tells what came of it.
    pub(super) async fn hand_in(&mut self, mark: String, is_named: bool, ask: Ask) -> Handed {
        let had_key = self.made;
        let fate = self.insist(ask).await;
        // A key is the only thing that may have been made since.
        let is_named = is_named || self.made > had_key;
        let (mut new, mut again) = (Vec::new(), Vec::new());
        for reply in fate.replies.iter().filter(|reply| reply.is_done()) {
            let is_new = reply.status == 201 && !reply.is_replay;
            if is_new { &mut new } else { &mut again }.push(reply.body.clone());
        }
        Handed { mark, is_named, new, again, unknown: fate.unknown }
    }
}

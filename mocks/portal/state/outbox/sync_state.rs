//! The rules of the sync state of one dossier, without I/O.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::behaviour::defects::{Defect, Defects};

/// How often a dossier that is refused for its content is sent again before a clerk has to ask.
const MOST_TRIES: u8 = 6;

/// The sync state of a dossier (life cycle D).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum SyncState {
    /// Something is still to be sent.
    #[default]
    Pending,
    /// A message is on its way.
    Sent,
    /// Everything was sent and acknowledged.
    Acked,
    /// The national portal already knows a dossier of this code: it is sent again as an update.
    Duplicate,
    /// The last message was refused; it is retried.
    Error,
    /// What was sent contradicts what the national portal knows; a clerk may have the whole dossier sent again.
    Conflict,
}

/// Whether the dossier is to be sent again as a whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Whole {
    #[default]
    NotDue,
    /// Once all steps are synced: the dates on the packet have changed.
    AfterSteps,
    /// Before any further step.
    BeforeSteps,
}

/// What a message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Looks up what the national portal knows of one dossier.
    LookUp,
    /// Dossiers are sent for the first time.
    Create,
    /// Dossiers are sent again as a whole.
    Update,
    /// Steps of dossiers are sent.
    Steps,
}

/// The outcome of the packets of one dossier in one message.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// How many were accepted before the first that was not.
    pub(crate) taken: u32,
    /// How many were accepted after it.
    pub(crate) taken_later: u32,
    /// The number of the first refusal and its words.
    pub(crate) trouble: Option<(i64, String)>,
    /// Whether a step among them changes the dates on the packet.
    pub(crate) has_milestone: bool,
}

/// Whether a dossier is to be sent again, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Again {
    /// As soon as there is something to send.
    Now,
    /// After so many milliseconds.
    After(u64),
    /// When a clerk asks for it.
    WhenAsked,
}

/// How far one dossier is synced: 16 bytes.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct DossierSync {
    /// How many entries of its log the national portal has; `None` if it does not know the dossier.
    pub(crate) synced: u32,
    /// How many steps the national portal says it has, which distinguishes a lost step from a lost answer.
    steps: u32,
    pub(crate) state: SyncState,
    whole: Whole,
    /// A message ended without an answer: its outcome has to be looked up.
    is_unsure: bool,
    tries: u8,
    /// Whether it is in a queue of the outbox, or on its way.
    #[serde(skip)]
    pub(crate) is_queued: bool,
}

/// Error codes of the hub's answers.
const EXISTS: i64 = 3;
const MISSING: i64 = 4;
const CONFLICT: i64 = 5;
const FULL: i64 = 9;

/// How long to wait if the national portal has no room, in milliseconds.
const FULL_MS: u64 = 5_000;

impl DossierSync {
    /// What is to be sent next of a dossier whose log has `length` entries.
    pub(crate) fn next(&self, length: u32) -> Option<Kind> {
        if self.is_unsure {
            Some(Kind::LookUp)
        } else if self.synced == 0 {
            Some(Kind::Create)
        } else if self.whole == Whole::BeforeSteps {
            Some(Kind::Update)
        } else if self.synced < length {
            Some(Kind::Steps)
        } else {
            (self.whole == Whole::AfterSteps).then_some(Kind::Update)
        }
    }

    /// Whether nothing is sent of it until a clerk asks.
    pub(crate) fn is_stuck(&self) -> bool {
        self.state == SyncState::Conflict || (self.state == SyncState::Error && self.tries >= MOST_TRIES)
    }

    /// A clerk resyncs the dossier as it stands, in place of the steps that were refused.
    pub(crate) fn resync(&mut self, length: u32) {
        let is_known = self.synced > 0;
        self.synced = if is_known { length } else { 0 };
        self.whole = if is_known { Whole::BeforeSteps } else { Whole::NotDue };
        (self.state, self.tries) = (SyncState::Pending, 0);
    }

    /// There was no answer: the message may or may not have been accepted. A look-up changes nothing, so it may be repeated.
    pub(crate) fn unanswered(&mut self) {
        self.state = SyncState::Error;
        self.is_unsure = self.synced > 0;
    }

    /// The portal restarts: what was on its way may or may not have been accepted.
    pub(crate) fn resumed(&mut self, length: u32) {
        let is_owed = self.next(length).is_some();
        self.is_unsure |= is_owed && self.synced > 0 && !self.is_stuck();
    }

    /// The hub reported an outage: nothing was accepted.
    pub(crate) fn put_off(&mut self) {
        self.state = SyncState::Error;
    }

    /// The hub has judged what was sent.
    pub(crate) fn judged(&mut self, kind: Kind, tally: &Tally, length: u32, defects: Defects) -> Again {
        match kind {
            Kind::Create => self.synced = self.synced.max(tally.taken.min(1)),
            Kind::Update if tally.taken > 0 => self.whole = Whole::NotDue,
            Kind::Update => {}
            Kind::LookUp => self.is_unsure = false,
            Kind::Steps => {
                self.synced += tally.taken;
                self.steps += tally.taken + tally.taken_later;
                if tally.taken > 0 && tally.has_milestone && self.whole == Whole::NotDue {
                    self.whole = Whole::AfterSteps;
                }
            }
        }
        match &tally.trouble {
            None => self.went_well(length),
            Some((EXISTS, _)) if kind == Kind::Create && defects.has(Defect::DuplicateIsDone) => {
                self.synced = length;
                self.went_well(length)
            }
            Some((EXISTS, _)) if kind == Kind::Create => {
                (self.state, self.whole, self.is_unsure) = (SyncState::Duplicate, Whole::BeforeSteps, true);
                Again::Now
            }
            Some((MISSING, _)) => {
                *self = Self { tries: self.tries, is_queued: self.is_queued, ..Self::default() };
                self.failed()
            }
            Some((CONFLICT, _)) => self.contradicted(),
            Some((FULL, _)) if tally.taken_later == 0 => {
                self.state = SyncState::Error;
                Again::After(FULL_MS)
            }
            // A later step was taken, so that the refused one has no place any more.
            Some(_) if tally.taken_later > 0 => self.contradicted(),
            Some(_) => self.failed(),
        }
    }

    /// The hub has answered how many steps it has of the dossier; `None`: it does not know it.
    pub(crate) fn looked_up(&mut self, steps: Option<u32>, length: u32) -> Again {
        self.is_unsure = false;
        let Some(steps) = steps else {
            let is_contrary = self.state == SyncState::Duplicate;
            *self = Self { tries: self.tries, is_queued: self.is_queued, ..Self::default() };
            // Who says both that it exists and that it does not is not asked without a rest.
            return if is_contrary { self.failed() } else { Again::Now };
        };
        // What it has beyond what was known are the steps whose answer was lost.
        let known = if self.synced == 0 { 1 } else { self.synced };
        self.synced = known.saturating_add(steps.saturating_sub(self.steps)).min(length.max(1));
        self.steps = steps;
        if self.state != SyncState::Duplicate {
            self.state = SyncState::Pending;
            // A step among those may have changed the dates.
            if self.whole == Whole::NotDue {
                self.whole = Whole::AfterSteps;
            }
        }
        Again::Now
    }

    fn went_well(&mut self, length: u32) -> Again {
        self.tries = 0;
        self.state = if self.next(length).is_none() { SyncState::Acked } else { SyncState::Pending };
        Again::Now
    }

    fn contradicted(&mut self) -> Again {
        self.state = SyncState::Conflict;
        Again::WhenAsked
    }

    /// Exponential backoff from 100 ms.
    fn failed(&mut self) -> Again {
        self.state = SyncState::Error;
        let wait_ms = 100 << self.tries.min(MOST_TRIES);
        self.tries = self.tries.saturating_add(1);
        if self.is_stuck() { Again::WhenAsked } else { Again::After(wait_ms) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLEAN: fn() -> Defects = Defects::default;

    fn taken(taken: u32) -> Tally {
        Tally { taken, ..Tally::default() }
    }

    fn refused(number: i64) -> Tally {
        Tally { trouble: Some((number, "why".into())), ..Tally::default() }
    }

    #[test]
    fn a_dossier_is_created_and_then_its_steps_are_told() {
        let mut sync = DossierSync::default();
        assert_eq!(sync.next(1), Some(Kind::Create));
        assert_eq!(sync.judged(Kind::Create, &taken(1), 3, CLEAN()), Again::Now);
        assert_eq!((sync.state, sync.next(3)), (SyncState::Pending, Some(Kind::Steps)));
        sync.judged(Kind::Steps, &Tally { has_milestone: true, ..taken(2) }, 3, CLEAN());
        assert_eq!((sync.state, sync.next(3)), (SyncState::Pending, Some(Kind::Update)));
        sync.judged(Kind::Update, &taken(1), 3, CLEAN());
        assert_eq!((sync.state, sync.next(3)), (SyncState::Acked, None));
    }

    #[test]
    fn a_duplicate_is_looked_up_and_updated_before_any_step() {
        let mut sync = DossierSync::default();
        sync.judged(Kind::Create, &refused(3), 2, CLEAN());
        assert_eq!((sync.state, sync.next(2)), (SyncState::Duplicate, Some(Kind::LookUp)));
        sync.looked_up(Some(0), 2);
        assert_eq!((sync.state, sync.next(2)), (SyncState::Duplicate, Some(Kind::Update)));
        sync.judged(Kind::Update, &taken(1), 2, CLEAN());
        assert_eq!((sync.synced, sync.next(2)), (1, Some(Kind::Steps)));
    }

    #[test]
    fn a_step_whose_answer_was_lost_is_not_told_twice_and_a_lost_step_is_told_again() {
        for (has, then) in [(1, Some(Kind::Steps)), (2, Some(Kind::Update))] {
            let mut sync = DossierSync::default();
            sync.judged(Kind::Create, &taken(1), 3, CLEAN());
            sync.judged(Kind::Steps, &taken(1), 3, CLEAN());
            sync.unanswered();
            assert_eq!((sync.state, sync.next(3)), (SyncState::Error, Some(Kind::LookUp)));
            sync.looked_up(Some(has), 3);
            assert_eq!((sync.synced, sync.next(3)), (1 + has, then));
        }
    }

    #[test]
    fn a_contradiction_waits_for_a_clerk_who_has_all_told_as_it_stands() {
        let mut sync = DossierSync::default();
        sync.judged(Kind::Create, &taken(1), 4, CLEAN());
        assert_eq!(sync.judged(Kind::Steps, &refused(5), 4, CLEAN()), Again::WhenAsked);
        assert!(sync.is_stuck());
        sync.resync(4);
        assert_eq!((sync.state, sync.next(4)), (SyncState::Pending, Some(Kind::Update)));
        sync.judged(Kind::Update, &taken(1), 4, CLEAN());
        assert_eq!(sync.state, SyncState::Acked);
    }

    #[test]
    fn a_step_taken_after_a_refused_one_is_a_contradiction() {
        let mut sync = DossierSync::default();
        sync.judged(Kind::Create, &taken(1), 4, CLEAN());
        let tally = Tally { taken: 1, taken_later: 1, ..refused(6) };
        assert_eq!(sync.judged(Kind::Steps, &tally, 4, CLEAN()), Again::WhenAsked);
        assert_eq!(sync.state, SyncState::Conflict);
    }

    #[test]
    fn what_is_refused_is_tried_ever_more_rarely_and_not_for_ever() {
        let mut sync = DossierSync::default();
        let waits: Vec<Again> = (0..6).map(|_| sync.judged(Kind::Create, &refused(6), 1, CLEAN())).collect();
        let expected = [100, 200, 400, 800, 1_600].map(Again::After);
        assert_eq!((&waits[..5], waits[5]), (&expected[..], Again::WhenAsked));
        sync.resync(1);
        assert_eq!((sync.next(1), sync.is_stuck()), (Some(Kind::Create), false));
    }

    #[test]
    fn a_nation_that_says_one_thing_and_the_other_is_not_asked_for_ever() {
        let mut sync = DossierSync::default();
        let mut rounds = 0;
        while !sync.is_stuck() {
            sync.judged(Kind::Create, &refused(3), 1, CLEAN());
            sync.looked_up(None, 1);
            rounds += 1;
        }
        assert_eq!(rounds, 6);
        let mut sync = DossierSync::default();
        sync.judged(Kind::Create, &taken(1), 2, CLEAN());
        assert_eq!(sync.judged(Kind::Update, &refused(3), 2, CLEAN()), Again::After(100));
    }

    #[test]
    fn a_nation_without_room_is_asked_again_without_end() {
        let mut sync = DossierSync::default();
        let waits = (0..20).map(|_| sync.judged(Kind::Create, &refused(9), 1, CLEAN()));
        assert!(waits.into_iter().all(|again| again == Again::After(5_000)));
    }

    #[test]
    fn after_a_restart_the_portal_learns_what_it_has_told() {
        let mut sync = DossierSync::default();
        sync.judged(Kind::Create, &refused(3), 5, CLEAN());
        sync.looked_up(Some(2), 5);
        sync.judged(Kind::Update, &taken(1), 5, CLEAN());
        assert_eq!((sync.synced, sync.next(5)), (3, Some(Kind::Steps)));
    }

    #[test]
    fn a_dossier_that_the_nation_has_forgotten_is_told_from_the_beginning() {
        let mut sync = DossierSync::default();
        sync.judged(Kind::Create, &taken(1), 2, CLEAN());
        assert_eq!(sync.judged(Kind::Steps, &refused(4), 2, CLEAN()), Again::After(100));
        assert_eq!(sync.next(2), Some(Kind::Create));
    }

    #[test]
    fn an_outage_counts_as_nobodys_try() {
        let mut sync = DossierSync::default();
        (0..100).for_each(|_| sync.put_off());
        assert_eq!((sync.is_stuck(), sync.next(1)), (false, Some(Kind::Create)));
    }

    #[test]
    fn a_sync_is_small() {
        assert!(size_of::<DossierSync>() <= 16);
    }
}

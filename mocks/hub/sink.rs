//! The sink: SMS and e-mail that are only kept.

use std::collections::{HashMap, VecDeque};

use mock_ground::unix_ms;
use serde::{Deserialize, Serialize};

/// How many messages are kept; the next one drops the oldest. They take about 400 bytes each with usual texts: 40 MB,
/// and 500 MB at the most.
const CAPACITY: usize = 100_000;

/// The channel of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Channel {
    /// A short message to a telephone.
    Sms,
    /// An e-mail.
    Email,
}

/// A message as it is posted.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Letter {
    pub(crate) channel: Channel,
    pub(crate) recipient: String,
    #[serde(default)]
    pub(crate) sender: String,
    #[serde(default)]
    pub(crate) subject: String,
    pub(crate) text: String,
}

/// A message as it is stored.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Kept {
    /// Its number: they count from one and never repeat.
    pub(crate) id: u64,
    at_unix_ms: u64,
    #[serde(flatten)]
    letter: Letter,
}

/// All messages, the newest last.
#[derive(Debug, Default)]
pub(crate) struct Sink {
    /// How many were dropped: the first one kept has the number after it.
    pub(crate) dropped: u64,
    kept: VecDeque<Kept>,
    /// The numbers of each recipient's messages, the oldest first.
    by_recipient: HashMap<String, VecDeque<u64>>,
}

impl Sink {
    /// Keeps a message and returns its number.
    pub(crate) fn keep(&mut self, letter: Letter) -> u64 {
        if self.kept.len() == CAPACITY {
            self.drop_oldest();
        }
        let id = self.count() + 1;
        self.by_recipient.entry(letter.recipient.clone()).or_default().push_back(id);
        self.kept.push_back(Kept { id, at_unix_ms: unix_ms(), letter });
        id
    }

    fn drop_oldest(&mut self) {
        let Some(oldest) = self.kept.pop_front() else { return };
        self.dropped += 1;
        if let Some(ids) = self.by_recipient.get_mut(&oldest.letter.recipient) {
            ids.pop_front();
            if ids.is_empty() {
                self.by_recipient.remove(&oldest.letter.recipient);
            }
        }
    }

    /// How many messages there ever were.
    pub(crate) fn count(&self) -> u64 {
        self.dropped + self.kept.len() as u64
    }

    pub(crate) fn get(&self, id: u64) -> Option<&Kept> {
        let place = id.checked_sub(self.dropped + 1)?;
        self.kept.get(usize::try_from(place).ok()?)
    }

    /// The messages after number `since`, oldest first, of one recipient or of all.
    pub(crate) fn since(&self, since: u64, recipient: Option<&str>, limit: usize) -> Vec<&Kept> {
        match recipient {
            Some(recipient) => {
                let ids = self.by_recipient.get(recipient).into_iter().flatten();
                ids.filter(|id| **id > since).filter_map(|id| self.get(*id)).take(limit).collect()
            }
            None => {
                let (dropped, kept) = (self.dropped, self.kept.len() as u64);
                let first = since.saturating_sub(dropped).min(kept);
                let first = usize::try_from(first).unwrap_or_else(|_| unreachable!("so many are kept in memory"));
                self.kept.iter().skip(first).take(limit).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(recipient: &str) -> Letter {
        Letter {
            channel: Channel::Sms,
            recipient: recipient.into(),
            sender: String::new(),
            subject: String::new(),
            text: "Mã xác thực".into(),
        }
    }

    fn ids(sink: &Sink, since: u64, recipient: Option<&str>) -> Vec<u64> {
        sink.since(since, recipient, 3).iter().map(|kept| kept.id).collect()
    }

    #[test]
    fn messages_are_found_by_recipient_and_cursor() {
        let mut sink = Sink::default();
        for i in 0..6 {
            sink.keep(letter(if i % 2 == 0 { "A" } else { "B" }));
        }
        assert_eq!(ids(&sink, 0, None), [1, 2, 3]);
        assert_eq!(ids(&sink, 4, None), [5, 6]);
        assert_eq!(ids(&sink, 1, Some("A")), [3, 5]);
        assert_eq!(ids(&sink, 0, Some("C")), [0_u64; 0]);
    }

    #[test]
    fn when_there_is_no_room_the_oldest_is_dropped_and_counted() {
        let mut sink = Sink::default();
        sink.keep(letter("A"));
        for _ in 0..CAPACITY {
            sink.keep(letter("B"));
        }
        assert_eq!((sink.dropped, sink.kept.len(), sink.by_recipient.len()), (1, CAPACITY, 1));
        assert_eq!(ids(&sink, 0, Some("A")), [0_u64; 0]);
        assert_eq!(ids(&sink, 0, Some("B")), [2, 3, 4]);
        assert_eq!(ids(&sink, 0, None), [2, 3, 4]);
    }
}

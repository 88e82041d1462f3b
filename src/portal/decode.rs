//! From an answer to what is known: read by the exchange's paths, translated into our words, weighed as ok, refused or
//! unknown.

use model::words::{Answer, Fault, Field};

use crate::adapter::{Adapter, Exchange, Words};
use crate::reading::Reading;

/// What is known of an exchange that was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Ok, refused or unknown.
    pub answer: Answer,
    /// Why the answer cannot be trusted.
    pub fault: Option<Fault>,
}

impl Adapter {
    /// Reads an answer into `reading` and says what is known.
    ///
    /// Success is a status of the exchange's list without a failure code in the body, showing every field the adapter
    /// does not mark as optional. A server error (5xx) leaves unknown what happened; every other answer refuses.
    pub fn decode(&self, exchange: &Exchange, status: u16, body: &[u8], reading: &mut Reading) -> Reply {
        reading.clear();
        let is_success = exchange.success.contains(&status);
        let is_read = exchange.wanted.is_empty() || exchange.wanted.read(body, reading).is_ok();
        self.translate(reading);
        let reply = |answer, fault| Reply { answer, fault };
        if status >= 500 {
            return reply(Answer::Unknown, None);
        }
        if !is_success || reading.error_code().is_some() {
            return reply(Answer::Refused, None);
        }
        let is_readable = is_read || !exchange.is_content_read;
        if !is_readable || exchange.required.iter().any(|field| reading.first(*field).is_none()) {
            return reply(Answer::Unknown, Some(Fault::Unreadable));
        }
        reply(Answer::Ok, None)
    }

    /// Puts the portal's words into ours, in place.
    fn translate(&self, reading: &mut Reading) {
        if let Some(code) = reading.error_span()
            && self.no_failure.iter().any(|word| word == reading.text(code))
        {
            reading.set_error_code(None);
        }
        for item in 0..reading.items().len() {
            self.translate_item(item, reading);
        }
        self.translate_lines(reading);
    }

    fn translate_item(&self, at: usize, reading: &mut Reading) {
        let Some(item) = reading.items().get(at).copied() else { return };
        if let Some(word) = item.get(Field::State) {
            reading.set_in(at, Field::StateWord, Some(word));
            let state = ours(&self.states, reading.text(word)).map(model::words::DossierState::as_str);
            let span = state.map(|state| reading.push_text(state));
            reading.set_in(at, Field::State, span);
        }
        if let Some(word) = item.get(Field::PaymentState) {
            let state = ours(&self.payment_states, reading.text(word)).map(model::words::PaymentState::as_str);
            let span = state.map(|state| reading.push_text(state));
            reading.set_in(at, Field::PaymentState, span);
        }
        if let Some(word) = item.get(Field::ParcelState) {
            let state = ours(&self.parcel_states, reading.text(word)).map(model::words::ParcelState::as_str);
            let span = state.map(|state| reading.push_text(state));
            reading.set_in(at, Field::ParcelState, span);
        }
        for field in [Field::SubmittedAt, Field::AcceptedAt, Field::DueAt, Field::CompletedAt, Field::ReturnedAt] {
            if let Some(span) = item.get(field)
                && let Some(text) = self.instant(reading.text(span))
            {
                let span = reading.push_text(&text);
                reading.set_in(at, field, Some(span));
            }
        }
    }

    fn translate_lines(&self, reading: &mut Reading) {
        let mut lines = std::mem::take(reading.lines_mut());
        for line in &mut lines {
            if let Some(word) = line.state_word {
                let state = ours(&self.states, reading.text(word)).map(model::words::DossierState::as_str);
                line.state = state.map(|state| reading.push_text(state));
            }
            if let Some(span) = line.happened_at
                && let Some(text) = self.instant(reading.text(span))
            {
                line.happened_at = Some(reading.push_text(&text));
            }
        }
        *reading.lines_mut() = lines;
    }

    /// The instant in our form; `None` where it has it already, or cannot be read and stays as the portal wrote it.
    fn instant(&self, text: &str) -> Option<String> {
        let is_ours = text.len() == "2021-03-01T07:30:00.000+07:00".len() && text.ends_with("+07:00");
        if is_ours { None } else { self.time.read(text).ok().map(|instant| instant.to_string()) }
    }
}

fn ours<T: Copy>(words: &Words<T>, theirs: &str) -> Option<T> {
    words.iter().find(|(word, _)| word == theirs).map(|(_, ours)| *ours)
}

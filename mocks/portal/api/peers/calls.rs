//! Calls to the payment platform and the post. Both recognise a repeated order, so that trying again is safe.

use std::fmt::Display;

use bytes::Bytes;
use mock_ground::{Answer, Call};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::problem::{Kind, Problem};
use crate::state::portal::Portal;

/// The body of an order.
pub(crate) fn body(order: &impl Serialize) -> Bytes {
    serde_json::to_vec(order).unwrap_or_else(|_| unreachable!("orders have string keys and integers only")).into()
}

/// The token by which the post knows this portal.
pub(crate) fn post_token(portal: &Portal) -> (&'static str, &str) {
    ("access_token", &portal.config.post_token)
}

/// Calls a peer until it has decided or the tries are used up.
pub(crate) async fn ask(portal: &Portal, call: &Call<'_>) -> Result<Answer, Problem> {
    let _permit = portal.caller.permit().await;
    portal.caller.until_decided(call, |_| {}).await.map_err(unavailable)
}

/// The body of an answer, unless it refuses.
pub(crate) fn agreed(url: &str, answer: Answer) -> Result<Bytes, Problem> {
    if answer.status.is_success() { Ok(answer.body) } else { Err(refused(url, answer.status)) }
}

/// What an answer says, unless it refuses.
pub(crate) fn read<T: DeserializeOwned>(url: &str, answer: Answer) -> Result<T, Problem> {
    serde_json::from_slice(&agreed(url, answer)?)
        .map_err(|error| unavailable(format_args!("understand the answer of {url}: {error}")))
}

pub(crate) fn refused(url: &str, answer: impl Display) -> Problem {
    unavailable(format_args!("have {url} agree: it answered {answer}"))
}

/// A peer could not do this.
pub(crate) fn unavailable(what: impl Display) -> Problem {
    Problem::new(Kind::PeerUnavailable, format!("could not {what}"))
}

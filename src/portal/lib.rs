//! How to speak to one portal: an [`Adapter`] read from YAML turns what a person wants into requests, and answers
//! into observations in our words. Bytes in, bytes out; opens no socket.
//!
//! Everything is compiled when the adapter is loaded: a request is a list of literal bytes and holes
//! (`template`), an answer is read by a tree of the paths it wants (`read`) and the headers it wants (`head`), and
//! nothing else of it is looked at.
//!
//! An operation may take several exchanges; sessions keep what a sign-in gave. What will grow here, and where:
//! other bodies in `body`, other ways of reading in `read`, polling and webhooks as kinds of [`Exchange`].

mod adapter;
mod body;
mod clock;
mod composed;
mod decode;
mod head;
mod load;
mod read;
mod reading;
mod template;
mod value;

#[doc(hidden)]
pub mod fuzzing;

pub use adapter::{Adapter, Exchange, Redirects};
pub use body::Encoded;
pub use clock::{ClockFacts, TimeFormat};
pub use decode::{Answer, Reply};
pub use reading::{Item, Line, NotUnderstood, Reading};
pub use value::{Context, Memory, Session, Unwritable};

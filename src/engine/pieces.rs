//! A body that comes in pieces.

use bytes::{Bytes, BytesMut};
use model::words::Fault;

/// What has come of a body, in one piece: kept apart, a million chunks of one byte would take forty times their length.
#[derive(Debug, Default)]
pub(crate) struct Pieces {
    /// Not copied while it is the only one.
    first: Bytes,
    whole: BytesMut,
}

impl Pieces {
    /// Adds the next one, up to `longest` bytes in all.
    ///
    /// # Errors
    /// [`Fault::TooLong`] if there are more.
    pub(crate) fn add(&mut self, piece: Bytes, longest: usize) -> Result<(), Fault> {
        if self.first.len().max(self.whole.len()) + piece.len() > longest {
            return Err(Fault::TooLong);
        }
        if self.first.is_empty() {
            self.first = piece;
        } else {
            if self.whole.is_empty() {
                self.whole.extend_from_slice(&self.first);
            }
            self.whole.extend_from_slice(&piece);
        }
        Ok(())
    }

    /// The whole body.
    pub(crate) fn whole(self) -> Bytes {
        if self.whole.is_empty() { self.first } else { self.whole.freeze() }
    }
}

//! The post's ledger; see [`mock_ground::Ledger`].

pub(crate) use mock_ground::Direction;
use mock_ground::Room;

use crate::faults::Fault;

/// At so many signals nothing more is accepted: half a gigabyte.
pub(crate) const ROOM: Room = Room::All(2_000_000);

pub(crate) type Ledger = mock_ground::Ledger<Fault>;
pub(crate) type Message = mock_ground::Message<Fault>;

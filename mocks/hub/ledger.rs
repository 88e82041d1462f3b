//! The hub's ledger; see [`mock_ground::Ledger`].

pub(crate) use mock_ground::Direction;
use mock_ground::Room;

/// At so many signals nothing more is accepted: half a gigabyte.
const ROOM: Room = Room::All(2_000_000);

/// A fault of the hub is an outage, or what a tester did.
pub(crate) type Ledger = mock_ground::Ledger<&'static str>;
pub(crate) type Message = mock_ground::Message<&'static str>;

pub(crate) fn new() -> Ledger {
    Ledger::new(ROOM)
}

//! The bank's ledger; see [`mock_ground::Ledger`].

pub(crate) use mock_ground::Direction;
use mock_ground::Room;

use crate::faults::Fault;

/// How many signals are kept: a run of 60,000 dossiers leaves about 50,000. At under 400 bytes each this is 80 MB at most in
/// practice.
pub(crate) const ROOM: Room = Room::Latest(200_000);

pub(crate) type Ledger = mock_ground::Ledger<Fault>;
pub(crate) type Message = mock_ground::Message<Fault>;

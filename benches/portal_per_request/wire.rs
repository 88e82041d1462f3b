//! One connection of the client: a request is written, its answer is read to its end, and nothing else is done.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::processor::Trouble;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// A connection that is kept.
pub(crate) struct Connection {
    stream: TcpStream,
    /// What has come of the present answer.
    incoming: Vec<u8>,
}

/// An answer, read to its end.
pub(crate) struct Answer<'connection> {
    pub(crate) status: u16,
    pub(crate) body: &'connection str,
}

impl Connection {
    pub(crate) fn open(address: &str) -> Result<Self, Trouble> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { stream, incoming: vec![0; 64 << 10] })
    }

    pub(crate) fn ask(&mut self, request: &str) -> Result<Answer<'_>, Trouble> {
        self.stream.write_all(request.as_bytes())?;
        let (mut length, mut whole) = (0, None);
        while whole.is_none_or(|whole| length < whole) {
            let room = self.incoming.get_mut(length..).filter(|room| !room.is_empty()).ok_or("the answer is too long")?;
            let read = self.stream.read(room)?;
            if read == 0 {
                return Err("the connection was closed instead of an answer".into());
            }
            length += read;
            whole = whole.or_else(|| whole_length(self.incoming.get(..length)?));
        }
        let answer = std::str::from_utf8(self.incoming.get(..length).unwrap_or_default())?;
        let (head, body) = answer.split_once("\r\n\r\n").ok_or("the answer has no head")?;
        let status = head.get(9..12).and_then(|status| status.parse().ok()).ok_or("the answer has no status")?;
        Ok(Answer { status, body })
    }
}

/// How many bytes an answer has, once its head is whole.
fn whole_length(incoming: &[u8]) -> Option<usize> {
    let head = incoming.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let lines = std::str::from_utf8(incoming.get(..head)?).ok()?.lines();
    let length = lines.filter_map(|line| line.split_once(':')).find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    Some(head + length.map_or(Some(0), |(_, length)| length.trim().parse().ok())?)
}

//! One connection of the client: a request is written, its answer is read to its end, and nothing else is done.

use std::io::ErrorKind;

use tokio::net::TcpStream;

use crate::processor::Trouble;

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
    pub(crate) async fn open(address: &str) -> Result<Self, Trouble> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, incoming: vec![0; 64 << 10] })
    }

    pub(crate) async fn ask(&mut self, request: &str) -> Result<Answer<'_>, Trouble> {
        self.write(request.as_bytes()).await?;
        let (mut length, mut whole) = (0, None);
        while whole.is_none_or(|whole| length < whole) {
            length += self.read(length).await?;
            whole = whole.or_else(|| whole_length(self.incoming.get(..length)?));
        }
        let answer = std::str::from_utf8(self.incoming.get(..length).unwrap_or_default())?;
        let (head, body) = answer.split_once("\r\n\r\n").ok_or("the answer has no head")?;
        let status = head.get(9..12).and_then(|status| status.parse().ok()).ok_or("the answer has no status")?;
        Ok(Answer { status, body })
    }

    async fn write(&self, mut bytes: &[u8]) -> Result<(), Trouble> {
        while !bytes.is_empty() {
            match self.stream.try_write(bytes) {
                Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.stream.writable().await?,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Reads what has come, behind the first `length` bytes; how many more there are.
    async fn read(&mut self, length: usize) -> Result<usize, Trouble> {
        let room = self.incoming.get_mut(length..).filter(|room| !room.is_empty()).ok_or("the answer is too long")?;
        loop {
            self.stream.readable().await?;
            match self.stream.try_read(room) {
                Ok(0) => return Err("the connection was closed instead of an answer".into()),
                Ok(read) => return Ok(read),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// How many bytes an answer has, once its head is whole.
fn whole_length(incoming: &[u8]) -> Option<usize> {
    let head = incoming.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let lines = std::str::from_utf8(incoming.get(..head)?).ok()?.lines();
    let mut fields = lines.filter_map(|line| line.split_once(':'));
    let length = fields.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    Some(head + length.map_or(Some(0), |(_, length)| length.trim().parse().ok())?)
}

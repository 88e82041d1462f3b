//! What people attach to their dossiers: files of real size, with valid headers and known hashes, that nobody has to keep.
//!
//! An [`Attachment`] is a formula of (seed, person, number of the document): its name, media type and size cost
//! nothing, its bytes are written in pieces wherever they are wanted, and its hash is known by writing it. No two have
//! the same bytes, unless [`Bytes::Same`] is asked for.

mod jpeg;
mod pdf;

use std::io::{self, Write};

use model::{Philox, Seed, Stream};
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, RngExt as _};
use sha2::{Digest, Sha256};

/// Whether attachments differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Bytes {
    /// Each has its own.
    #[default]
    Own,
    /// All of a media type are the same file, as when people upload what they downloaded.
    Same,
}

/// The kind of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Media {
    /// A PDF document of one page.
    Pdf,
    /// A JPEG picture.
    Jpeg,
}

impl Media {
    /// Its media type, as HTTP names it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Jpeg => "image/jpeg",
        }
    }

    const fn extension(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Jpeg => "jpg",
        }
    }
}

/// What people attach.
const PAPERS: [(&str, Media); 10] = [
    ("Đơn đề nghị", Media::Pdf),
    ("Bản chụp căn cước công dân", Media::Jpeg),
    ("Giấy khai sinh", Media::Jpeg),
    ("Giấy chứng nhận quyền sử dụng đất", Media::Pdf),
    ("Ảnh chân dung", Media::Jpeg),
    ("Giấy ủy quyền", Media::Pdf),
    ("Hợp đồng có công chứng", Media::Pdf),
    ("Giấy xác nhận cư trú", Media::Pdf),
    ("Sơ đồ vị trí thửa đất", Media::Jpeg),
    ("Biên bản họp gia đình", Media::Pdf),
];

/// Sizes in bytes that so many of a thousand attachments do not exceed, straight lines between. assumption: most are
/// scans of some hundred kilobytes, a few are photographs of the limit that portals set.
const SIZES: [(u64, u64); 6] =
    [(0, 20_000), (300, 120_000), (600, 400_000), (850, 1_200_000), (970, 4_000_000), (1_000, 10_000_000)];

/// The attachments of everybody in a run.
#[derive(Clone, Copy, Debug)]
pub struct Attachments {
    facts: Stream,
    content: Stream,
    bytes: Bytes,
}

/// One file.
#[derive(Clone, Debug)]
pub struct Attachment {
    /// Its name, in Vietnamese, with its extension.
    pub file_name: String,
    /// What it is.
    pub media: Media,
    /// How many bytes it has.
    pub size: u64,
    content: Stream,
    /// Which bytes of the stream are its own.
    key: u64,
}

impl Attachments {
    /// The attachments that belong to this seed.
    pub fn new(seed: Seed, bytes: Bytes) -> Self {
        Self { facts: seed.stream("attachment"), content: seed.stream("attachment bytes"), bytes }
    }

    /// How many documents a person attaches: 1 to 4; assumption.
    pub fn count(&self, person: u64) -> u8 {
        self.facts.rng(person, u32::MAX).random_range(1..=4)
    }

    /// A person's document of this number, from 0.
    pub fn of(&self, person: u64, document: u8) -> Attachment {
        let mut rng = self.facts.rng(person, u32::from(document));
        let (title, media) = PAPERS.choose(&mut rng).copied().unwrap_or(("Tài liệu", Media::Pdf));
        let (millionth, key) = match self.bytes {
            Bytes::Own => (rng.random_range(0..1_000_000), person * 256 + u64::from(document)),
            Bytes::Same => (500_000, u64::MAX - media as u64),
        };
        Attachment {
            file_name: format!("{person:06}-{} {title}.{}", document + 1, media.extension()),
            media,
            size: size_of(millionth),
            content: self.content,
            key,
        }
    }
}

/// The size that so many millionths of the attachments do not exceed.
fn size_of(millionth: u64) -> u64 {
    let mut below = (0, 0);
    for (share, size) in SIZES {
        let share = share * 1_000;
        if millionth < share {
            return below.1 + (size - below.1) * (millionth - below.0) / (share - below.0);
        }
        below = (share, size);
    }
    below.1
}

impl Attachment {
    /// Writes all its bytes; gives their SHA-256.
    ///
    /// # Errors
    /// Whatever `out` fails with.
    pub fn write(&self, out: &mut impl Write) -> io::Result<[u8; 32]> {
        let mut out = Hashing { out, hash: Sha256::new() };
        let mut padding = Padding(self.content.rng(self.key, 0));
        match self.media {
            Media::Pdf => pdf::write(self.size, &mut padding, &mut out)?,
            Media::Jpeg => jpeg::write(self.size, &mut padding, &mut out)?,
        }
        Ok(out.hash.finalize().into())
    }

    /// The SHA-256 of its bytes, found by computing them.
    pub fn sha256(&self) -> [u8; 32] {
        match self.write(&mut io::sink()) {
            Ok(hash) => hash,
            Err(error) => unreachable!("nothing fails to vanish: {error}"),
        }
    }
}

/// Hashes what it passes on.
struct Hashing<'w, W> {
    out: &'w mut W,
    hash: Sha256,
}

impl<W: Write> Write for Hashing<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hash.update(bytes.get(..written).unwrap_or(bytes));
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Random bytes, which do not compress.
struct Padding(Philox);

impl Padding {
    /// Writes so many bytes.
    fn write(&mut self, mut count: u64, out: &mut impl Write) -> io::Result<()> {
        let mut piece = [0; 8_192];
        while count > 0 {
            self.0.fill_bytes(&mut piece);
            let length = usize::try_from(count).map_or(piece.len(), |count| count.min(piece.len()));
            out.write_all(piece.get(..length).unwrap_or(&piece))?;
            count -= length as u64;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn bytes(attachment: &Attachment) -> (Vec<u8>, [u8; 32]) {
        let mut bytes = Vec::new();
        let hash = attachment.write(&mut bytes).unwrap();
        (bytes, hash)
    }

    /// The first attachment of a media type that is not larger than this.
    fn small(media: Media, attachments: Attachments) -> impl Iterator<Item = Attachment> {
        let all = (0..).map(move |person| attachments.of(person, 0));
        all.filter(move |attachment| attachment.media == media && attachment.size < 60_000)
    }

    #[test]
    fn files_have_the_size_and_hash_that_were_told() {
        let attachments = Attachments::new(Seed(1), Bytes::Own);
        for media in [Media::Pdf, Media::Jpeg] {
            for attachment in small(media, attachments).take(3) {
                let (bytes, hash) = bytes(&attachment);
                assert_eq!(bytes.len() as u64, attachment.size);
                let expected: [u8; 32] = Sha256::digest(&bytes).into();
                assert_eq!((hash, attachment.sha256()), (expected, expected));
            }
        }
    }

    #[test]
    fn no_two_have_the_same_bytes_unless_asked() {
        let attachments = Attachments::new(Seed(1), Bytes::Own);
        let hashes: HashSet<_> =
            small(Media::Pdf, attachments).take(12).map(|attachment| attachment.sha256()).collect();
        assert_eq!(hashes.len(), 12);
        let same = Attachments::new(Seed(1), Bytes::Same);
        let of = |media| (0..).map(|person| same.of(person, 0)).filter(move |attachment| attachment.media == media);
        let hashes: HashSet<_> = of(Media::Jpeg).take(3).map(|attachment| attachment.sha256()).collect();
        assert_eq!(hashes.len(), 1);
    }

    #[test]
    fn sizes_run_from_twenty_kilobytes_to_ten_megabytes_with_a_heavy_tail() {
        let attachments = Attachments::new(Seed(1), Bytes::Own);
        let mut sizes: Vec<_> = (0..4_000).map(|person| attachments.of(person, 1).size).collect();
        sizes.sort_unstable();
        assert!(sizes[0] >= 20_000 && sizes[3_999] <= 10_000_000);
        assert!((200_000..500_000).contains(&sizes[2_000]), "median {}", sizes[2_000]);
        assert!(sizes[3_960] > 4_000_000, "the largest of a hundred: {}", sizes[3_960]);
    }

    #[test]
    fn names_are_vietnamese_and_people_attach_one_to_four() {
        let attachments = Attachments::new(Seed(1), Bytes::Own);
        let first = attachments.of(17, 2);
        assert!(first.file_name.starts_with("000017-3 "), "{}", first.file_name);
        let counts: HashSet<_> = (0..200).map(|person| attachments.count(person)).collect();
        assert_eq!(counts, HashSet::from([1, 2, 3, 4]));
        let pictures = (0..1_000).filter(|person| attachments.of(*person, 0).media == Media::Jpeg).count();
        assert!((350..450).contains(&pictures), "four of ten papers are pictures: {pictures}");
    }
}

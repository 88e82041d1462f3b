//! A JPEG picture of any size: eight grey points by eight, and comments.
//!
//! ```text
//! start | JFIF | comments of up to 65,533 bytes | quantisation | frame | two code tables | scan | end
//! ```
//!
//! # Source
//! ITU-T T.81, annex B (compressed data formats); JFIF 1.01.

use std::io::{self, Write};

use model::fitting;

use super::Padding;

/// Start of image, JFIF header.
const HEAD: &[u8] = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00";

/// One component of 8 x 8 points in baseline coding.
const FRAME: &[u8] = b"\xff\xc0\x00\x0b\x08\x00\x08\x00\x08\x01\x01\x11\x00";

/// Two code tables, each with the one code `0`: no difference from the grey before, and nothing more in this block.
const CODES: [&[u8]; 2] = [
    b"\xff\xc4\x00\x14\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
    b"\xff\xc4\x00\x14\x10\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
];

/// The scan, whose two codes fill a byte with ones, and the end of the image.
const SCAN: &[u8] = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x3f\xff\xd9";

/// What a comment takes besides its text, and the most it takes in all.
const COMMENT: u64 = 4;
const LONGEST: u64 = 65_537;

/// Writes a picture of `size` bytes, which must be at least a few hundred.
pub(super) fn write(size: u64, padding: &mut Padding, out: &mut impl Write) -> io::Result<()> {
    let mut after = b"\xff\xdb\x00\x43\x00".to_vec();
    after.extend([1; 64]);
    for part in [FRAME, CODES[0], CODES[1], SCAN] {
        after.extend_from_slice(part);
    }
    out.write_all(HEAD)?;
    let mut left = size.saturating_sub((HEAD.len() + after.len()) as u64);
    while left >= COMMENT {
        // What remains must be nothing, or enough for one more comment.
        let next = if left > LONGEST { LONGEST.min(left - COMMENT) } else { left };
        let length: u16 = fitting(next - 2, "a comment is no longer than its length can say");
        out.write_all(&[0xff, 0xfe])?;
        out.write_all(&length.to_be_bytes())?;
        padding.write(next - COMMENT, out)?;
        left -= next;
    }
    out.write_all(&after)
}

#[cfg(test)]
mod tests {
    use model::Seed;

    use super::*;

    /// The markers of a picture in order, each segment left by the length it states.
    fn markers(bytes: &[u8]) -> Vec<u8> {
        let (mut at, mut markers) = (2, Vec::new());
        while bytes[at] == 0xff && bytes[at + 1] != 0xda {
            markers.push(bytes[at + 1]);
            at += 2 + usize::from(u16::from_be_bytes([bytes[at + 2], bytes[at + 3]]));
        }
        assert_eq!(&bytes[at..], SCAN);
        markers
    }

    #[test]
    fn every_segment_ends_where_the_next_begins_whatever_the_size() {
        let fixed = 20 + 69 + 13 + 22 + 22 + 13;
        let sizes = [
            fixed + 4,
            20_000,
            fixed + LONGEST - 1,
            fixed + LONGEST,
            fixed + LONGEST + 1,
            fixed + LONGEST + 4,
            200_003,
        ];
        for size in sizes {
            let mut padding = Padding(Seed(1).stream("x").rng(7, 0));
            let mut bytes = Vec::new();
            write(size, &mut padding, &mut bytes).unwrap();
            assert_eq!(bytes.len() as u64, size);
            assert!(bytes.starts_with(&[0xff, 0xd8]) && bytes.ends_with(&[0xff, 0xd9]));
            let markers = markers(&bytes);
            let (comments, others): (Vec<u8>, Vec<u8>) = markers.into_iter().partition(|marker| *marker == 0xfe);
            assert_eq!(others, [0xe0, 0xdb, 0xc0, 0xc4, 0xc4]);
            assert_eq!(comments.len() as u64, (size - fixed).div_ceil(LONGEST));
        }
    }
}

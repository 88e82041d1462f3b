//! A PDF document of one page and any size.
//!
//! ```text
//! header | catalogue | pages | page | font | its words | padding in a stream nobody refers to | xref | trailer
//! ```
//!
//! # Source
//! ISO 32000-1, section 7.5 (file structure).

use std::io::{self, Write};

use super::Padding;

const HEAD: &[u8] = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n";

/// The first objects, from number 1.
const OBJECTS: [&str; 5] = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 4 0 R >> >> /Contents 5 0 R >>",
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    "<< /Length 52 >>\nstream\nBT /F1 14 Tf 72 760 Td (An invented document) Tj ET\n\nendstream",
];

const END_OF_PADDING: &str = "\nendstream\nendobj\n";

/// Writes a document of `size` bytes, which must be at least about a thousand.
pub(super) fn write(size: u64, padding: &mut Padding, out: &mut impl Write) -> io::Result<()> {
    let mut before = HEAD.to_vec();
    let mut offsets = Vec::new();
    for (object, number) in OBJECTS.iter().zip(1..) {
        offsets.push(before.len() as u64);
        before.extend(format!("{number} 0 obj\n{object}\nendobj\n").into_bytes());
    }
    offsets.push(before.len() as u64);
    // Numbers of ten digits, so that no length depends on another.
    let opened = |length: u64| format!("6 0 obj\n<< /Length {length:010} >>\nstream\n");
    let start = before.len() as u64 + opened(0).len() as u64;
    let fixed = start + (END_OF_PADDING.len() + trailer(&offsets, 0).len()) as u64;
    let length = size.saturating_sub(fixed);
    out.write_all(&before)?;
    out.write_all(opened(length).as_bytes())?;
    padding.write(length, out)?;
    out.write_all(END_OF_PADDING.as_bytes())?;
    out.write_all(trailer(&offsets, start + length + END_OF_PADDING.len() as u64).as_bytes())
}

/// The cross-reference table, which begins at `at`, and the trailer.
fn trailer(offsets: &[u64], at: u64) -> String {
    let entries: Vec<_> = offsets.iter().map(|offset| format!("{offset:010} 00000 n \n")).collect();
    let entries = entries.concat();
    let count = offsets.len() + 1;
    format!(
        "xref\n0 {count}\n0000000000 65535 f \n{entries}trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{at:010}\n%%EOF\n"
    )
}

#[cfg(test)]
mod tests {
    use model::Seed;

    use super::*;

    /// The position that `text` has as its only one.
    fn only(bytes: &[u8], text: &str) -> usize {
        let found: Vec<_> = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(text.as_bytes())).collect();
        assert_eq!(found.len(), 1, "{text}");
        found[0]
    }

    #[test]
    fn every_offset_of_the_table_leads_to_its_object() {
        for size in [2_000, 20_000, 123_457] {
            let mut padding = Padding(Seed(1).stream("x").rng(7, 0));
            let mut bytes = Vec::new();
            write(size, &mut padding, &mut bytes).unwrap();
            assert_eq!(bytes.len() as u64, size);
            assert!(bytes.starts_with(b"%PDF-1.4\n") && bytes.ends_with(b"\n%%EOF\n"));
            let table = only(&bytes, "\nxref\n") + 1;
            let trailer = String::from_utf8(bytes[table..].to_vec()).unwrap();
            assert!(trailer.contains(&format!("startxref\n{table:010}\n")), "{trailer}");
            for (line, number) in trailer.lines().skip(3).take(6).zip(1..) {
                let offset: usize = line[..10].parse().unwrap();
                assert!(bytes[offset..].starts_with(format!("{number} 0 obj\n").as_bytes()), "{number}");
                assert_eq!(line.len(), 19, "twenty bytes with the line end: {line}");
            }
        }
    }

    #[test]
    fn streams_are_as_long_as_they_say() {
        let mut padding = Padding(Seed(1).stream("x").rng(7, 0));
        let mut bytes = Vec::new();
        write(30_000, &mut padding, &mut bytes).unwrap();
        for object in ["5 0 obj\n<< /Length ", "6 0 obj\n<< /Length "] {
            let at = only(&bytes, object) + object.len();
            let digits: String =
                bytes[at..].iter().map(|byte| char::from(*byte)).take_while(char::is_ascii_digit).collect();
            let start = at + digits.len() + " >>\nstream\n".len();
            let end = start + digits.parse::<usize>().unwrap();
            assert!(bytes[end..].starts_with(b"\nendstream"), "{object}");
        }
    }
}

//! A page of text of a fixed width: headings, wrapped paragraphs, tables that lose columns rather than wrap.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::Style;
use crate::text::{head, printable};

/// The most of what stands before a paragraph, in bytes.
const LONGEST_LEAD: usize = 120;
/// The most of a cell of a table, in bytes: more than any terminal is wide.
const LONGEST_CELL: usize = 400;

/// What a text is, which a colour then shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// As any text.
    Plain,
    /// To be read first.
    Strong,
    /// To be read last.
    Faint,
    /// As it should be.
    Good,
    /// Not as it should be.
    Bad,
    /// Nobody knows.
    Doubtful,
}

/// A text that grows downwards and never beyond its width.
#[derive(Debug)]
pub struct Page {
    style: Style,
    text: String,
}

/// One column of a table.
#[derive(Debug)]
pub struct Column {
    /// What stands above it.
    pub title: &'static str,
    /// What stands above the titles of this and its neighbours with the same word; may be empty.
    pub group: &'static str,
    /// On which side its texts stand.
    pub side: Side,
    /// How soon it goes when the page is narrow: the highest goes first; 0 stays.
    pub expendable: u8,
    /// Its texts, one per row.
    pub cells: Vec<String>,
}

/// A side of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The left one.
    Left,
    /// The right one.
    Right,
}

impl Page {
    /// An empty page.
    pub fn new(style: Style) -> Self {
        Self { style, text: String::new() }
    }

    /// All that was written.
    pub fn into_text(self) -> String {
        self.text
    }

    /// An empty line.
    pub fn gap(&mut self) {
        self.text.push('\n');
    }

    /// `RULES    11 pass, 1 fail`, with an empty line above.
    pub fn heading(&mut self, title: &str, note: &str) {
        let note = &printable(note);
        self.gap();
        let lead = pad(title, title.width() + 2, Side::Left);
        let lead = pad(&lead, 12, Side::Left);
        let room = self.width().saturating_sub(lead.width());
        let mut note_lines = wrap(note, room).into_iter();
        let first = note_lines.next().unwrap_or_default();
        self.text.push_str(&self.ink(Ink::Strong, lead.trim_end()));
        if !first.is_empty() {
            self.text.push_str(&" ".repeat(lead.width() - lead.trim_end().width()));
            self.text.push_str(&first);
        }
        self.gap();
        for line in note_lines {
            self.text.push_str(&" ".repeat(lead.width()));
            self.text.push_str(&line);
            self.gap();
        }
    }

    /// A wrapped paragraph whose first line begins with `lead` and whose other lines stand below what follows it.
    pub fn paragraph(&mut self, lead: &str, ink: Ink, text: &str) {
        let lead = head(lead, LONGEST_LEAD);
        let hang = lead.width();
        let mut start = lead.clone().into_owned();
        for line in wrap(&printable(text), self.width().saturating_sub(hang)) {
            self.text.push_str(&self.ink(ink, format!("{start}{line}").trim_end()));
            self.gap();
            start = " ".repeat(hang);
        }
    }

    /// A label and its value, as `  dossiers     3,082`.
    pub fn line(&mut self, label: &str, value: &str) {
        self.paragraph(&format!("  {label:<12} "), Ink::Plain, value);
    }

    /// A command, continued on the next line with a backslash where it is too long. A word is never broken: it must
    /// still work when it is copied.
    pub fn command(&mut self, words: &[&str]) {
        let mut line = String::from("  ");
        for (i, word) in words.iter().enumerate() {
            let room = if i + 1 == words.len() { self.width() } else { self.width().saturating_sub(2) };
            if !line.trim().is_empty() && line.width() + 1 + word.width() > room {
                self.text.push_str(&line);
                self.text.push_str(" \\\n");
                line = String::from("    ");
            } else if !line.trim().is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        self.text.push_str(&line);
        self.gap();
    }

    /// A table indented by two; columns are given up until the rest fits.
    pub fn table(&mut self, mut columns: Vec<Column>) {
        for cell in columns.iter_mut().flat_map(|column| &mut column.cells) {
            if cell.len() > LONGEST_CELL {
                *cell = head(cell, LONGEST_CELL).into_owned();
            }
        }
        let (columns, gap) = fit(columns, self.width().saturating_sub(2));
        let rows = columns.iter().map(|column| column.cells.len()).max().unwrap_or(0);
        let titles = columns.iter().map(|column| pad(column.title, column.width(), column.side));
        let titles = titles.collect::<Vec<_>>().join(&" ".repeat(gap));
        for line in [group_line(&columns, gap), titles] {
            if !line.trim().is_empty() {
                self.text.push_str(&self.ink(Ink::Faint, &format!("  {}", line.trim_end())));
                self.gap();
            }
        }
        for row in 0..rows {
            let cells = columns
                .iter()
                .map(|column| pad(column.cells.get(row).map_or("", String::as_str), column.width(), column.side));
            let line = cells.collect::<Vec<_>>().join(&" ".repeat(gap));
            let line = clip(&printable(&format!("  {}", line.trim_end())), self.width());
            self.text.push_str(&self.ink(ink_of_mark(&line), &line));
            self.gap();
        }
    }

    fn width(&self) -> usize {
        usize::from(self.style.width).max(20)
    }

    fn ink(&self, ink: Ink, text: &str) -> String {
        let code = match ink {
            Ink::Plain => return text.to_owned(),
            Ink::Strong => "1",
            Ink::Faint => "2",
            Ink::Good => "32",
            Ink::Bad => "1;31",
            Ink::Doubtful => "33",
        };
        if self.style.color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

impl Column {
    /// A column of words, which stays however narrow the page is.
    pub fn left(title: &'static str, cells: Vec<String>) -> Self {
        Self { title, group: "", side: Side::Left, expendable: 0, cells }
    }

    /// A column of numbers; `expendable` as the field.
    pub fn right(title: &'static str, expendable: u8, cells: Vec<String>) -> Self {
        Self { title, group: "", side: Side::Right, expendable, cells }
    }

    /// The same column as part of a group.
    #[must_use]
    pub fn under(self, group: &'static str) -> Self {
        Self { group, ..self }
    }

    fn width(&self) -> usize {
        self.cells.iter().map(|cell| cell.width()).chain([self.title.width()]).max().unwrap_or(0)
    }
}

/// The colour of a row that begins with a mark.
fn ink_of_mark(line: &str) -> Ink {
    match line.trim_start().chars().next() {
        Some('✗') => Ink::Bad,
        Some('?') => Ink::Doubtful,
        Some('✓') => Ink::Good,
        _ => Ink::Plain,
    }
}

/// Drops the most expendable columns until the rest fits; two signs between columns where there is room, else one.
fn fit(mut columns: Vec<Column>, room: usize) -> (Vec<Column>, usize) {
    loop {
        let bare: usize = columns.iter().map(Column::width).sum();
        let gaps = columns.len().saturating_sub(1);
        if bare + 2 * gaps <= room {
            return (columns, 2);
        }
        if bare + gaps <= room {
            return (columns, 1);
        }
        let most = columns.iter().map(|column| column.expendable).max().unwrap_or(0);
        if most == 0 {
            return (columns, 1);
        }
        columns.retain(|column| column.expendable != most);
    }
}

/// The line above the titles: each group's word above its first column that has room for it.
fn group_line(columns: &[Column], gap: usize) -> String {
    let mut line = String::new();
    let mut start = 0;
    let mut said = "";
    for column in columns {
        // A word ends where its column ends if it is alone, and begins where it begins if others follow.
        let alone = columns.iter().filter(|other| other.group == column.group).count() == 1;
        if !column.group.is_empty() && column.group != said {
            let place = if alone { (start + column.width()).saturating_sub(column.group.width()) } else { start };
            line = pad(&line, place, Side::Left);
            line.push_str(column.group);
        }
        said = column.group;
        start += column.width() + gap;
    }
    line
}

/// Fills a text up to a width as seen on the screen.
fn pad(text: &str, width: usize, side: Side) -> String {
    let space = " ".repeat(width.saturating_sub(text.width()));
    match side {
        Side::Left => format!("{text}{space}"),
        Side::Right => format!("{space}{text}"),
    }
}

/// Cuts a text that is too wide and says so with an ellipsis.
fn clip(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let (head, _) = split_at_width(text, width.saturating_sub(1));
    format!("{head}…")
}

/// What stands behind a number on the same line: `12 ms`, `0.5 %`.
const UNITS: [&str; 13] = ["%", "µs", "us", "ms", "s", "min", "h", "kB", "MB", "kiB", "MiB", "GB", "dong"];

/// The words of a text; a number and its unit are one.
fn unbreakable(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let unit = word.trim_end_matches([',', '.', ';', ':', ')']);
        match words
            .last_mut()
            .filter(|number| UNITS.contains(&unit) && number.ends_with(|sign: char| sign.is_ascii_digit()))
        {
            Some(number) => number.extend([" ", word]),
            None => words.push(word.to_owned()),
        }
    }
    words
}

/// Lines as they are, but for those wider than `width`: these are wrapped below their own beginning.
pub fn wrapped(text: &str, width: usize) -> String {
    let wrapped = |line: &str| {
        if line.width() <= width {
            return line.to_owned();
        }
        let indent = line.len() - line.trim_start().len();
        let indent = " ".repeat(indent.min(width / 2));
        let lines = wrap(line, width - indent.len()).into_iter().map(|line| indent.clone() + &line);
        lines.collect::<Vec<_>>().join("\n")
    };
    text.split('\n').map(wrapped).collect::<Vec<_>>().join("\n")
}

/// Breaks a text at spaces, but never between a number and its unit, into lines of at most `width`; a word longer than that
/// is cut. Never empty. Every sign is looked at a fixed number of times.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(8);
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut room = width;
    for word in &unbreakable(text) {
        let mut word = word.as_str();
        let mut needed = word.width();
        if !line.is_empty() && needed >= room {
            lines.push(std::mem::take(&mut line));
            room = width;
        }
        while needed > width {
            let (head, rest) = split_at_width(word, width);
            lines.push(head.to_owned());
            needed = needed.saturating_sub(head.width());
            word = rest;
        }
        if !line.is_empty() && !word.is_empty() {
            line.push(' ');
            room -= 1;
        }
        line.push_str(word);
        room = room.saturating_sub(needed);
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// Splits where the head is as wide as it may be.
fn split_at_width(text: &str, width: usize) -> (&str, &str) {
    let mut seen = 0;
    for (i, sign) in text.char_indices() {
        seen += sign.width().unwrap_or(0);
        if seen > width && i > 0 {
            return text.split_at(i);
        }
    }
    (text, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vietnamese_counts_by_what_the_eye_sees() {
        // the second spelling is decomposed: more code points, the same three signs
        assert_eq!(pad("Huế", 5, Side::Left), "Huế  ");
        assert_eq!(pad("Hue\u{302}\u{301}", 5, Side::Left), "Hue\u{302}\u{301}  ");
        assert_eq!(wrap("Nguyễn Thị Hường nộp hồ sơ", 12), ["Nguyễn Thị", "Hường nộp hồ", "sơ"]);
    }

    #[test]
    fn a_long_value_goes_on_below_its_beginning() {
        let mut page = Page::new(Style { color: false, width: 40 });
        page.line("channels", "33,046 counter + 16,819 post + 9,592 online");
        let expected = "  channels     33,046 counter + 16,819\n               post + 9,592 online\n";
        assert_eq!(page.into_text(), expected);
    }

    #[test]
    fn a_number_and_its_unit_are_never_parted() {
        assert_eq!(wrap("the share is 0 %, within 12 ms", 14), ["the share is", "0 %, within", "12 ms"]);
        assert_eq!(wrap("a rule of 5 s or so", 11), ["a rule of", "5 s or so"]);
        assert_eq!(wrap("percent is %", 11), ["percent is", "%"]);
    }

    #[test]
    fn only_lines_that_are_too_wide_are_wrapped() {
        let text = "short   and  kept\n    a line that is too wide\n";
        assert_eq!(wrapped(text, 20), "short   and  kept\n    a line that is\n    too wide\n");
    }

    #[test]
    fn a_page_does_not_grow_with_what_a_stranger_says() {
        let length = |bytes: usize| {
            let long = "ế".repeat(bytes / 3);
            let mut page = Page::new(Style { color: false, width: 80 });
            page.heading("RULES", &long);
            page.paragraph(&long, Ink::Plain, &long);
            page.table(vec![Column::left("a", vec![long.clone()]), Column::right("b", 1, vec![long])]);
            page.into_text().len()
        };
        assert!(length(3_000_000).abs_diff(length(30_000)) < 1_000 && length(30_000) < 40_000);
    }

    #[test]
    fn wrapped_lines_hold_as_much_as_fits_and_no_sign_is_lost() {
        let text = "ab cde ".repeat(50) + &"x".repeat(45) + " Nguyễn Thị Hường";
        for width in 8..40 {
            let lines = wrap(&text, width);
            assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""));
            for (line, next) in lines.iter().zip(lines.iter().skip(1)) {
                assert!(line.width() <= width, "{line}");
                let first = next.split(' ').next().unwrap();
                let fits = line.width() + 1 + first.width() <= width;
                assert!(!fits || line.chars().all(|sign| sign == 'x'), "{line} | {next}");
            }
        }
    }

    #[test]
    fn a_word_longer_than_the_page_is_cut_and_nothing_is_lost() {
        let lines = wrap("see https://portal.example/very/long/address now", 10);
        assert!(lines.iter().all(|line| line.width() <= 10), "{lines:?}");
        assert_eq!(lines.concat().replace(' ', ""), "seehttps://portal.example/very/long/addressnow");
    }

    #[test]
    fn a_narrow_page_gives_up_the_most_expendable_column_first() {
        let column = |title, expendable| Column::right(title, expendable, vec!["12345678".to_owned()]);
        let (kept, gap) = fit(vec![column("a", 0), column("b", 2), column("c", 1)], 18);
        assert_eq!((kept.iter().map(|column| column.title).collect::<Vec<_>>(), gap), (vec!["a", "c"], 2));
    }
}

//! Text for people: labels with values, headings and remarks, broken at blanks to fit the terminal.

/// A page being written.
pub(crate) struct Page {
    text: String,
    width: usize,
}

/// Columns of a label and the blanks around it.
const LABEL: usize = 15;

impl Page {
    /// An empty page of so many columns.
    pub(crate) fn new(width: u16) -> Self {
        Self { text: String::new(), width: usize::from(width) }
    }

    /// What has been written.
    pub(crate) fn text(self) -> String {
        self.text
    }

    /// A paragraph from the first column.
    pub(crate) fn paragraph(&mut self, text: &str) {
        self.hang("", text, 0);
    }

    /// An empty line.
    pub(crate) fn gap(&mut self) {
        self.text.push('\n');
    }

    /// A label and its value.
    pub(crate) fn line(&mut self, label: &str, value: &str) {
        self.hang(&format!("  {label:<12} "), value, LABEL);
    }

    /// A sign and what it is about.
    pub(crate) fn remark(&mut self, sign: char, text: &str) {
        self.hang(&format!("  {sign} "), text, 4);
    }

    /// A remark below a table.
    pub(crate) fn note(&mut self, text: &str) {
        self.hang("    ", text, 4);
    }

    /// A line as it is, for tables that know their widths.
    pub(crate) fn row(&mut self, row: &str) {
        self.text.push_str(row.trim_end());
        self.text.push('\n');
    }

    /// Columns of the page.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// Words behind a head; further lines stand `indent` columns in. Names are composed, so a sign is a column.
    fn hang(&mut self, head: &str, text: &str, indent: usize) {
        let mut column = head.chars().count();
        let mut is_first = true;
        self.text.push_str(head);
        for word in text.split(' ') {
            let length = word.chars().count();
            if !is_first && column + 1 + length > self.width {
                self.text.push('\n');
                self.text.push_str(&" ".repeat(indent));
                column = indent;
            } else if !is_first {
                self.text.push(' ');
                column += 1;
            }
            self.text.push_str(word);
            column += length;
            is_first = false;
        }
        self.text.push('\n');
    }
}

/// `59,457`.
pub(crate) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `0.045/s`, `8.3/s`, `2,282/s`.
pub(crate) fn rate(per_second: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "rates are neither negative nor beyond u64"
    )]
    let whole = per_second.round() as u64;
    match whole {
        0 => format!("{per_second:.3}/s"),
        1..100 => format!("{per_second:.1}/s"),
        _ => format!("{}/s", grouped(whole)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_are_broken_at_blanks_below_their_beginning() {
        let mut page = Page::new(40);
        page.line("channels", "33,046 counter + 16,819 post + 9,592 online");
        page.remark('!', "Điện Biên");
        let expected = "  channels     33,046 counter + 16,819\n               post + 9,592 online\n  ! Điện Biên\n";
        assert_eq!(page.text(), expected);
    }

    #[test]
    fn rates_have_digits_after_the_point_where_they_matter() {
        assert_eq!([0.045, 8.26, 2_282.3].map(rate), ["0.045/s", "8.3/s", "2,282/s"]);
    }

    #[test]
    fn digits_stand_in_groups_of_three() {
        assert_eq!([0, 999, 1_000, 33_200_000].map(grouped), ["0", "999", "1,000", "33,200,000"]);
    }
}

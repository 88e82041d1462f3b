//! The frame around every page: one way to switch the language, no resource from elsewhere.

use maud::{DOCTYPE, Markup, html};

use crate::language::Language;

/// What a page is made of.
#[derive(Debug)]
pub struct Frame<'page> {
    /// The language it is in.
    pub language: Language,
    /// What it is called.
    pub title: &'page str,
    /// A class of the body.
    pub class: Option<&'static str>,
    /// What else stands in the head, such as the style.
    pub head: Markup,
    /// What else stands in the header.
    pub tools: Markup,
    /// Everything below the header.
    pub content: Markup,
}

impl Frame<'_> {
    /// The whole page.
    pub fn render(self) -> Markup {
        let other = self.language.other();
        html! {
            (DOCTYPE)
            html lang=(self.language.code()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    link rel="icon" href="data:,";
                    title { (self.title) }
                    (self.head)
                }
                body class=[self.class] {
                    header {
                        h1 { (self.title) }
                        a href={ "?lang=" (other.code()) } lang=(other.code()) hreflang=(other.code()) {
                            (other.say("Tiếng Việt", "English"))
                        }
                        (self.tools)
                    }
                    (self.content)
                }
            }
        }
    }
}

/// A whole number as Vietnamese readers write it: `1.250.000`.
pub fn grouped<Number: ToString + Copy>(number: Number) -> String {
    let number = number.to_string();
    let (sign, digits) = number.strip_prefix('-').map_or(("", number.as_str()), |digits| ("-", digits));
    let mut text = String::with_capacity(number.len() * 4 / 3 + 1);
    text.push_str(sign);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push('.');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped_by_threes() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(-1_000), "-1.000");
        assert_eq!(grouped(1_250_000), "1.250.000");
        assert_eq!(grouped(5_592_145_403_i64), "5.592.145.403");
    }
}

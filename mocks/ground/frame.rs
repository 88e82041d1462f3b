//! The frame around every page: one way to switch the language, no resource from elsewhere.

use maud::{DOCTYPE, Markup, html};

use crate::language::Language;

/// The parts of a page.
#[derive(Debug)]
pub struct Frame<'page> {
    /// The language it is in.
    pub language: Language,
    /// The title.
    pub title: &'page str,
    /// Parameters that the link to the other language keeps; empty ones are left out.
    pub kept: &'page [(&'page str, &'page str)],
    /// A class of the body.
    pub class: Option<&'static str>,
    /// Further content of the head, such as the style.
    pub head: Markup,
    /// Further content of the header.
    pub tools: Markup,
    /// Everything below the header.
    pub content: Markup,
}

impl Frame<'_> {
    /// The whole page.
    pub fn render(self) -> Markup {
        let other = self.language.other();
        let kept = self.kept.iter().filter(|(_, value)| !value.is_empty());
        let query = form_urlencoded::Serializer::new(format!("lang={}", other.code())).extend_pairs(kept).finish();
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
                        a href={ "?" (query) } lang=(other.code()) hreflang=(other.code()) {
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

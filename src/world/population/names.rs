//! Names: family, middle and given name in Vietnamese order, composed (NFC), by people and sex.
//!
//! A name belongs to nobody: the frequency tables of [`super::name_tables`] are combined at random. A drawn [`Name`] is
//! a few numbers; [`Names::push`] writes it.

use model::{Seed, Stream, fitting};
use rand::seq::IndexedRandom as _;
use rand::{Rng, RngExt as _};

use super::alias_table::AliasTable;
use super::edge_cases::EdgeCase;
use super::letters::{ascii, push_decomposed};
use super::name_tables::{FILLERS, NAMESAKES, Table, Tables, WITH_D, tables};
use super::numbers::Sex;
use crate::province::Ethnicity;

/// A drawn name: positions in the tables, and how its letters are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    /// Positions among [`Names::words`]: family, middle, first and second given name; [`NONE`] where there is none.
    parts: [u16; 4],
    letters: Letters,
}

/// How a name is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Letters {
    /// Composed (NFC).
    Composed,
    /// Decomposed (NFD).
    Decomposed,
    /// With the Icelandic eth (U+00D0), which looks like Đ (U+0110).
    Eth,
    /// With a D instead of Đ.
    PlainD,
    /// Lengthened to [`LONG`] letters.
    Long,
}

const NONE: u16 = u16::MAX;

/// How many letters a long name has, blanks included.
const LONG: usize = 60;

/// All names there are, ready to be drawn.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    stream: Stream,
    fillers: Stream,
    words: Vec<Word>,
    /// By people and sex, in the order of [`Ethnicity::ALL`].
    kits: Vec<Kit>,
    namesakes: Kit,
    with_d: Kit,
}

#[derive(Clone, Debug)]
struct Word {
    text: &'static str,
    ascii: String,
}

/// The tables of one people and sex.
#[derive(Clone, Debug)]
struct Kit {
    family: Pool,
    middle: Pool,
    given: Pool,
    middles: [u32; 3],
}

/// Words that stand together in [`Names::words`].
#[derive(Clone, Debug)]
struct Pool {
    first: u16,
    words: AliasTable,
}

impl Pool {
    fn new(table: Table, words: &mut Vec<Word>) -> Self {
        let first = fitting(words.len(), "the tables have some thousand words");
        words.extend(table.iter().map(|(text, _)| Word { text, ascii: ascii(text) }));
        Self { first, words: AliasTable::new(table.iter().map(|(_, weight)| u64::from(*weight))) }
    }

    #[inline]
    fn draw(&self, rng: &mut impl Rng) -> u16 {
        self.first + fitting::<_, u16>(rng.sample(&self.words), "the tables have some thousand words")
    }
}

impl Kit {
    fn new(tables: &Tables, words: &mut Vec<Word>) -> Self {
        Self {
            family: Pool::new(tables.family, words),
            middle: Pool::new(tables.middle, words),
            given: Pool::new(tables.given, words),
            middles: tables.middles,
        }
    }

    #[inline]
    fn draw(&self, stream: Stream, index: u64) -> [u16; 4] {
        let mut rng = stream.rng(index, 0);
        let [none, one, _] = self.middles;
        let hundredth = rng.random_range(0..100);
        let family = self.family.draw(&mut rng);
        let middle = if hundredth < none { NONE } else { self.middle.draw(&mut rng) };
        let given = self.given.draw(&mut rng);
        // Two-part given names: the first part is a given name, too.
        let first = if hundredth < none + one { NONE } else { self.given.draw(&mut rng) };
        [family, middle, first, given]
    }
}

impl Names {
    pub(crate) fn new(seed: Seed) -> Self {
        let mut words = Vec::new();
        let mut kits = Vec::new();
        for (_, people) in Ethnicity::ALL {
            for sex in [Sex::Male, Sex::Female] {
                kits.push(Kit::new(&tables(*people, sex), &mut words));
            }
        }
        let (namesakes, with_d) = (Kit::new(&NAMESAKES, &mut words), Kit::new(&WITH_D, &mut words));
        Self { stream: seed.stream("name"), fillers: seed.stream("long name"), words, kits, namesakes, with_d }
    }

    /// The name of a person.
    #[inline]
    pub(crate) fn draw(&self, person: u64, people: Ethnicity, sex: Sex, hard: Option<EdgeCase>) -> Name {
        match hard {
            None => Name { parts: self.parts(person, people, sex), letters: Letters::Composed },
            Some(hard) => self.draw_hard(person, people, sex, hard),
        }
    }

    fn parts(&self, index: u64, people: Ethnicity, sex: Sex) -> [u16; 4] {
        let kit = self.kits.get(2 * people as usize + sex as usize).unwrap_or(&self.namesakes);
        kit.draw(self.stream, index)
    }

    fn draw_hard(&self, person: u64, people: Ethnicity, sex: Sex, hard: EdgeCase) -> Name {
        let [family, middle, first, given] = self.parts(person, people, sex);
        match hard {
            EdgeCase::Namesake => {
                let letters = if person.is_multiple_of(2) { Letters::Composed } else { Letters::Decomposed };
                Name { parts: self.namesakes.draw(self.stream, person & !1), letters }
            }
            EdgeCase::Long => Name { parts: [family, middle, first, given], letters: Letters::Long },
            EdgeCase::OneWord => Name { parts: [NONE, NONE, NONE, given], letters: Letters::Composed },
            EdgeCase::Minority(people) => Name { parts: self.parts(person, people, sex), letters: Letters::Composed },
            EdgeCase::ConfusedD => {
                let letters = match person % 3 {
                    0 => Letters::Composed,
                    1 => Letters::Eth,
                    _ => Letters::PlainD,
                };
                Name { parts: self.with_d.draw(self.stream, person), letters }
            }
        }
    }

    /// The words of a name, the same word not twice in a row.
    fn words(&self, name: Name) -> impl Iterator<Item = &Word> {
        let mut before = NONE;
        let new = move |part: &u16| *part != NONE && std::mem::replace(&mut before, *part) != *part;
        name.parts.into_iter().filter(new).filter_map(|part| self.words.get(usize::from(part)))
    }

    /// Appends a person's name.
    #[inline]
    pub(crate) fn push(&self, name: Name, person: u64, out: &mut String) {
        if name.letters == Letters::Long {
            return self.push_long(name, person, out);
        }
        for (i, word) in self.words(name).enumerate() {
            if i > 0 {
                out.push(' ');
            }
            match name.letters {
                Letters::Composed | Letters::Long => out.push_str(word.text),
                Letters::Decomposed => push_decomposed(word.text, out),
                Letters::Eth => out.extend(word.text.chars().map(|letter| if letter == 'Đ' { 'Ð' } else { letter })),
                Letters::PlainD => out.extend(word.text.chars().map(|letter| if letter == 'Đ' { 'D' } else { letter })),
            }
        }
    }

    /// Appends the name with so many words before its last that it has exactly [`LONG`] letters.
    fn push_long(&self, name: Name, person: u64, out: &mut String) {
        let start = out.len();
        let words: Vec<_> = self.words(name).map(|word| word.text).collect();
        let Some((given, others)) = words.split_last() else { return };
        for word in others {
            out.push_str(word);
            out.push(' ');
        }
        let written = out.get(start..).map_or(0, |text| text.chars().count());
        let mut left = LONG.saturating_sub(written + given.chars().count());
        let mut rng = self.fillers.rng(person, 0);
        while left > 0 {
            // Each word takes its letters and a blank, 3 to 7 in all; what is left must be enough for a last one.
            let length = match left {
                0..=7 => left - 1,
                8..=14 => left / 2 - 1,
                _ => rng.random_range(2..=6),
            };
            let fillers = FILLERS.get(length.saturating_sub(2)).copied().unwrap_or_default();
            out.push_str(fillers.choose(&mut rng).unwrap_or(&""));
            out.push(' ');
            left = left.saturating_sub(length + 1);
        }
        out.push_str(given);
    }

    /// Appends the name as it stands in an e-mail address.
    #[inline]
    pub(crate) fn push_ascii(&self, name: Name, out: &mut String) {
        for (i, word) in self.words(name).enumerate() {
            if i > 0 {
                out.push('.');
            }
            out.push_str(&word.ascii);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(names: &Names, person: u64, people: Ethnicity, sex: Sex, hard: Option<EdgeCase>) -> String {
        let mut text = String::new();
        names.push(names.draw(person, people, sex, hard), person, &mut text);
        text
    }

    fn all(people: u64, hard: Option<EdgeCase>) -> Vec<String> {
        let names = Names::new(Seed(3));
        let both = |of: Ethnicity| [(of, Sex::Male), (of, Sex::Female)];
        let kits = Ethnicity::ALL.iter().flat_map(|(_, of)| both(*of));
        kits.flat_map(|(of, sex)| (0..people).map(move |person| (person, of, sex)))
            .map(|(person, of, sex)| written(&names, person, of, sex, hard))
            .collect()
    }

    #[test]
    fn names_have_two_to_six_words_with_the_family_first() {
        let names = Names::new(Seed(3));
        for (_, people) in Ethnicity::ALL {
            for sex in [Sex::Male, Sex::Female] {
                let families = tables(*people, sex).family;
                for person in 0..500 {
                    let name = written(&names, person, *people, sex, None);
                    assert!((2..=6).contains(&name.split(' ').count()), "{name}");
                    assert!(families.iter().any(|(family, _)| name.starts_with(family)), "{name}");
                }
            }
        }
    }

    #[test]
    fn names_are_composed_and_every_letter_has_a_plain_one() {
        for name in all(1_000, None) {
            assert!(!name.chars().any(|letter| ('\u{300}'..='\u{36f}').contains(&letter)), "{name}");
            assert_eq!(ascii(&name).chars().count(), name.replace('\'', "").chars().count(), "{name}");
            assert!(ascii(&name).is_ascii());
        }
    }

    #[test]
    fn short_and_long_names_occur() {
        let lengths: Vec<_> = all(1_000, None).iter().map(|name| name.chars().count()).collect();
        assert!(lengths.iter().min() < Some(&6) && lengths.iter().max() > Some(&20));
    }

    #[test]
    fn long_names_have_exactly_sixty_letters() {
        for name in all(500, Some(EdgeCase::Long)) {
            assert_eq!(name.chars().count(), 60, "{name}");
            assert!(!name.contains("  "), "{name}");
        }
    }

    #[test]
    fn names_of_one_word_have_no_family() {
        let names = all(200, Some(EdgeCase::OneWord));
        let families = tables(Ethnicity::Kinh, Sex::Male).family;
        let is_family = |name: &str| families.iter().any(|(family, _)| name == *family);
        // A few given names (Phal La) have two words, and Mai is both.
        assert!(names.iter().filter(|name| !name.contains(' ') && !is_family(name)).count() > names.len() * 3 / 4);
    }

    #[test]
    fn namesakes_differ_only_in_the_form_of_their_letters() {
        let names = Names::new(Seed(3));
        for person in (0..200).step_by(2) {
            let composed = written(&names, person, Ethnicity::Kinh, Sex::Male, Some(EdgeCase::Namesake));
            let twin = written(&names, person + 1, Ethnicity::Kinh, Sex::Female, Some(EdgeCase::Namesake));
            let mut decomposed = String::new();
            push_decomposed(&composed, &mut decomposed);
            assert_ne!(composed, twin);
            assert_eq!(decomposed, twin);
        }
    }

    #[test]
    fn a_confused_d_is_right_an_eth_or_plain() {
        let names = Names::new(Seed(3));
        let names: Vec<_> = (0..300)
            .map(|person| written(&names, person, Ethnicity::Kinh, Sex::Male, Some(EdgeCase::ConfusedD)))
            .collect();
        let having = |sign: char| names.iter().filter(|name| name.contains(sign)).count();
        assert_eq!((having('Đ'), having('\u{d0}')), (100, 100));
        assert!(names.iter().skip(2).step_by(3).all(|name| name.starts_with('D')));
    }
}

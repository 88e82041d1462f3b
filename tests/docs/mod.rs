//! The pages of `docs/`: the first example of each works, its tables are those of the code that they describe, and its
//! generated blocks are up to date. `UPDATE_DOCS=1 cargo test -p vandan --test suite docs::` writes these blocks again.

mod examples;
mod generated;
mod keys;
mod page;
mod words;

use page::Page;

/// The pages that these tests look after. `defects.md` and `variants.md` are printed by the binary.
const PAGES: [&str; 10] =
    ["runs", "adapters", "journeys", "provinces", "rules", "history", "gates", "peers", "trust", "measurements"];

/// The longest line of prose, in characters. Rows of tables may be longer.
const WIDTH: usize = 120;

#[test]
fn every_page_opens_with_an_example() {
    for name in PAGES {
        let page = Page::read(name);
        let before: Vec<_> = page.text.lines().take_while(|line| !line.starts_with("```")).collect();
        let is_opening = before.iter().skip(1).all(|line| !line.starts_with('#')) && before.len() < 16;
        assert!(is_opening, "docs/{name}.md does not open with its example");
    }
}

#[test]
fn lines_of_prose_are_short() {
    let pages = PAGES.map(Page::read);
    for page in pages.iter().chain([&Page::at("README.md")]) {
        for (number, line) in page.text.lines().enumerate() {
            let is_free = line.starts_with('|') || line.starts_with("![");
            assert!(is_free || line.chars().count() <= WIDTH, "{}:{}: {line}", page.path, number + 1);
        }
    }
    assert!(Page::at("README.md").text.lines().count() <= 120, "the README is one page");
}

#[test]
fn every_link_leads_somewhere() {
    let files = ["README.md", "ARCHITECTURE.md", "results/README.md", "benches/README.md", "src/decisions/README.md"];
    let pages: Vec<_> = PAGES.map(Page::read).into_iter().chain(files.map(Page::at)).collect();
    for page in &pages {
        for link in page.links() {
            let target = page.folder().join(&link);
            assert!(target.exists(), "{} links to {link}, which is not there", page.path);
        }
    }
}

/// The longest line of `ARCHITECTURE.md`.
const WIDE: usize = 160;

#[test]
fn the_architecture_names_what_is_there() {
    let page = Page::at("ARCHITECTURE.md");
    for (number, line) in page.text.lines().enumerate() {
        assert!(line.chars().count() <= WIDE, "ARCHITECTURE.md:{}: {line}", number + 1);
    }
    let code = page.text.split('`').skip(1).step_by(2);
    let is_path = |word: &&str| word.contains('/') && word.is_ascii() && !word.contains(['<', ' ', '*', '|', '\n']);
    for path in code.filter(is_path).filter(|word| !word.starts_with("results/")) {
        assert!(crate::support::root().join(path).exists(), "ARCHITECTURE.md names `{path}`, which is not there");
    }
}

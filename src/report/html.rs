//! The report as one page that opens anywhere: no network, no script needed for reading, light and dark, on paper too.

mod adapter;
mod figures;
mod findings;
mod frame;
mod measures;
mod provinces;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::summary::Summary;
use crate::words;

const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");

/// What the page may load: nothing but itself.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";

/// The report of a run as one HTML page.
pub fn html(summary: &Summary) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="color-scheme" content="light dark";
                title { (words::overall_mark(summary.overall)) " " (summary.headline()) " – " (frame::said(summary.title())) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a .skip href="#main" { "Skip to the verdict" }
                (frame::opening(summary))
                main #main {
                    (frame::banner(summary))
                    (frame::facts(summary))
                    (findings::rules(summary))
                    (findings::gates(summary))
                    (provinces::provinces(summary))
                    (figures::fidelity(summary))
                    (figures::targets(summary))
                    (measures::latency(summary))
                    (adapter::not_understood(summary))
                    (measures::load(summary))
                    (measures::generator(summary))
                    (frame::repeat(summary))
                }
                (frame::closing(summary))
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    page.into_string()
}

/// A section with its heading in both languages.
fn section(id: &str, title: &str, title_vi: &str, content: &Markup) -> Markup {
    html! {
        section id=(id) aria-labelledby=(format!("{id}-title")) {
            h2 id=(format!("{id}-title")) { (title) " " span .gloss lang="vi" { (title_vi) } }
            (content)
        }
    }
}

/// A table that scrolls inside its own frame where the screen is narrow.
fn scroll(label: &str, table: &Markup) -> Markup {
    html! { div .scroll role="region" aria-label=(label) tabindex="0" { (table) } }
}

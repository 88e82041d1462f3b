//! The report in a terminal: what failed first, then everything else in the order in which it is asked for.
//!
//! Words and marks carry the meaning; colour only repeats it. No line is wider than asked, except a command that would
//! no longer work if it were broken.

mod errors;
pub(crate) mod page;
mod sections;

use model::Fact;
use verdict::Overall;

use crate::summary::Summary;
use crate::text::{MISSING, counted, printable};
use crate::words;
use page::{Ink, Page};

/// How a terminal report looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether ANSI colours are used.
    pub color: bool,
    /// Widest line, in columns as seen; 80 where nothing is known.
    pub width: u16,
}

/// The report of a run for a terminal.
///
/// Order: verdict, rules, gates, provinces, fidelity, targets, traffic, errors, what was not understood, people and generator, files, what to try next, and the verdict again
/// because it is the end of a long text that is on the screen.
pub fn terminal(summary: &Summary, style: Style) -> String {
    let mut page = Page::new(style);
    opening(&mut page, summary);
    sections::rules(&mut page, summary);
    sections::gates(&mut page, summary);
    sections::provinces(&mut page, summary);
    sections::fidelity(&mut page, summary);
    sections::targets(&mut page, summary);
    sections::traffic(&mut page, summary);
    errors::errors(&mut page, summary);
    sections::not_understood(&mut page, summary);
    sections::people(&mut page, summary);
    sections::files(&mut page, summary);
    page.gap();
    verdict_line(&mut page, summary);
    page.into_text()
}

fn opening(page: &mut Page, summary: &Summary) {
    let fact = |fact| printable(summary.fact(fact).unwrap_or(MISSING));
    page.paragraph("", Ink::Strong, summary.title());
    page.paragraph(
        "",
        Ink::Faint,
        &format!("run {} · seed {} · portal {}", fact(Fact::RunId), fact(Fact::Seed), fact(Fact::Target)),
    );
    page.gap();
    verdict_line(page, summary);
    let mut score = Vec::new();
    if !summary.rules.is_empty() {
        let judged = summary.rules.len() as u64 - summary.rule_counts().not_applicable;
        score.push(format!("{} of {} hold", summary.rule_counts().pass, counted(judged, "rule", "rules")));
    }
    if !summary.gates.is_empty() {
        let hold = summary.gates.iter().filter(|gate| gate.verdict == verdict::GateAnswer::Pass).count();
        score.push(format!("{hold} of {} hold", counted(summary.gates.len() as u64, "gate", "gates")));
    }
    score.push(match summary.traffic.exchanges() {
        0 => "nothing was sent".to_owned(),
        _ => summary.traffic.in_words(),
    });
    page.paragraph("  ", Ink::Plain, &score.join(" · "));
    for reason in summary.objections() {
        page.paragraph("  ? ", Ink::Doubtful, reason);
    }
    for remark in &summary.remarks {
        page.paragraph("  · ", Ink::Plain, remark);
    }
}

fn verdict_line(page: &mut Page, summary: &Summary) {
    let ink = match summary.overall {
        Overall::Conforms => Ink::Good,
        Overall::RuleFailed | Overall::GateBreached => Ink::Bad,
        Overall::Invalid | Overall::Undecided | Overall::Aborted => Ink::Doubtful,
    };
    page.paragraph(&format!("{} ", words::overall_mark(summary.overall)), ink, &summary.headline());
}

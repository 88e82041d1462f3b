//! What the documents say beside what was generated.

use maud::{Markup, html};

use super::findings::badge;
use super::frame::said;
use super::{scroll, section};
use crate::fidelity::{Agreement, FigureLine};
use crate::summary::Summary;
use crate::targets::{Standing, TargetLine, target_score};
use crate::words;

pub(super) fn fidelity(summary: &Summary) -> Markup {
    let content = html! {
        p { (words::figure_score(&summary.figure_counts())) "." }
        @if !summary.figures.is_empty() {
            (scroll("Fidelity", &html! {
                table .figures.stack {
                    caption { "Each published figure and the same thing counted in this run's recording" }
                    thead { tr {
                        th scope="col" { "Agreement" }
                        th scope="col" { "Figure" }
                        th scope="col" .number { "The document says" }
                        th scope="col" .number { "We generated" }
                        th scope="col" .number { "Delta" }
                        th scope="col" .wide { "Stated as" }
                    } }
                    @for document in summary.figures.chunk_by(|one, next| one.figure.document == next.figure.document) {
                        tbody {
                            tr { th .document colspan="6" scope="rowgroup" lang="vi" { (said(document.first().map_or("", |figure| &figure.figure.document))) } }
                            @for figure in document { (row(figure)) }
                        }
                    }
                }
            }))
        }
    };
    section("fidelity", "Fidelity", "Khớp với số liệu công bố", &content)
}

fn row(figure: &FigureLine) -> Markup {
    let (tone, mark) = match figure.agreement {
        Agreement::Exact | Agreement::WithinPrecision => ("good", "✓"),
        Agreement::Differs | Agreement::NotCounted(_) => ("bad", "✗"),
        Agreement::NotJudged(_) | Agreement::NotReproducible(_) => ("faint", "–"),
    };
    let unit = if figure.is_share() { "" } else { &figure.figure.unit };
    html! {
        tr .telling[figure.agreement.is_mismatch()] {
            td { (badge(tone, mark, figure.agreement.as_str())) }
            th scope="row" {
                (said(&figure.figure.name.replace('_', " "))) span .note { ", " (said(&figure.figure.scope)) " · " (said(&figure.figure.id)) }
                @if !figure.figure.quote.is_empty() { q .quote lang="vi" { (said(&figure.figure.quote)) } }
                @if !figure.agreement.reason().is_empty() { p .note { (said(figure.agreement.reason())) } }
            }
            td .number data-label="the document says" { (figure.stated_text()) " " span .note { (said(unit)) } }
            td .number data-label="we generated" { (figure.generated_text()) }
            td .number data-label="delta" { (figure.delta_text()) }
            td .wide { (said(&figure.figure.precision.as_str().replace('_', " "))) }
        }
    }
}

/// What provinces have set themselves; nothing where nobody has any.
pub(super) fn targets(summary: &Summary) -> Markup {
    if summary.targets.is_empty() {
        return html! {};
    }
    let content = html! {
        p { (target_score(&summary.targets)) ". What provinces have set themselves, asked of the recorded dossiers; none of it judges the portal." }
        (scroll("Targets", &html! {
            table .figures.stack {
                caption { "Each target and the share that this run's dossiers reach" }
                thead { tr {
                    th scope="col" { "Standing" }
                    th scope="col" { "Target" }
                    th scope="col" .number { "Asked" }
                    th scope="col" .number { "Found" }
                    th scope="col" .number { "Dossiers" }
                } }
                tbody { @for target in &summary.targets { (target_row(target)) } }
            }
        }))
    };
    section("targets", "Targets", "Chỉ tiêu của các tỉnh", &content)
}

fn target_row(target: &TargetLine) -> Markup {
    let tone = match target.standing {
        Standing::Met => "good",
        Standing::Missed => "doubtful",
        Standing::NotMeasured(_) => "faint",
    };
    html! {
        tr {
            td { (badge(tone, target.standing.mark(), target.standing.as_str())) }
            th scope="row" {
                (said(&target.target.title)) span .note { " · " (said(target.target.figure.as_deref().unwrap_or(&target.target.id))) }
                q .quote lang="vi" { (said(&target.target.title_vi)) }
                p .note { "100 %: " (said(&target.target.denominator)) }
                @if !target.standing.reason().is_empty() { p .note { (said(target.standing.reason())) } }
            }
            td .number data-label="asked" { (target.asked()) }
            td .number data-label="found" { (target.found()) }
            td .number data-label="dossiers" { (target.counts()) }
        }
    }
}

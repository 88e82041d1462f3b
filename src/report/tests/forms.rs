//! What people read, as snapshots; and what no form may ever do.

mod fixture;

use std::collections::BTreeSet;

use unicode_width::UnicodeWidthStr as _;
use vandan_report::{Agreement, Style, Summary, html, junit, summary_json, terminal};
use verdict::Budget;

/// Asserts one snapshot below `tests/snapshots` of the repository.
macro_rules! assert_reads {
    ($name:literal, $text:expr) => {
        insta::with_settings!({
            snapshot_path => "../../../tests/snapshots",
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, { insta::assert_snapshot!($name, $text) })
    };
}

type Variant = (&'static str, fn() -> Summary);

const VARIANTS: [Variant; 5] = [
    ("conforming", fixture::conforming),
    ("failing", fixture::failing),
    ("invalid", fixture::invalid),
    ("aborted", fixture::aborted),
    ("killed", fixture::killed),
];

fn plain(summary: &Summary, width: u16) -> String {
    terminal(summary, Style { color: false, width })
}

#[test]
fn a_terminal_of_80_columns_reads_well() {
    assert_reads!("report_terminal_80_conforming", plain(&fixture::conforming(), 80));
    assert_reads!("report_terminal_80_failing", plain(&fixture::failing(), 80));
    assert_reads!("report_terminal_80_invalid", plain(&fixture::invalid(), 80));
    assert_reads!("report_terminal_80_aborted", plain(&fixture::aborted(), 80));
    assert_reads!("report_terminal_80_killed", plain(&fixture::killed(), 80));
}

#[test]
fn a_terminal_of_60_columns_loses_columns_not_lines() {
    assert_reads!("report_terminal_60_conforming", plain(&fixture::conforming(), 60));
    assert_reads!("report_terminal_60_failing", plain(&fixture::failing(), 60));
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for (name, summary) in VARIANTS {
        let summary = summary();
        for width in [60, 72, 80, 100, 140] {
            for line in plain(&summary, width).lines() {
                assert!(line.width() <= usize::from(width), "{name} at {width}: {line}");
            }
        }
    }
}

#[test]
fn colour_adds_nothing_but_colour() {
    let summary = fixture::failing();
    let colored = terminal(&summary, Style { color: true, width: 80 });
    let mut bare = String::new();
    for (i, part) in colored.split('\u{1b}').enumerate() {
        bare.push_str(if i == 0 { part } else { part.split_once('m').expect("a colour ends with m").1 });
    }
    assert_eq!(bare, plain(&summary, 80));
}

#[test]
fn a_portal_can_neither_drive_the_terminal_nor_inject_markup() {
    let summary = fixture::failing();
    assert!(plain(&summary, 80).chars().all(|sign| sign == '\n' || !sign.is_control()));
    for text in [html(&summary), junit(&summary)] {
        assert!(text.contains("&lt;script&gt;alert("), "the answer is shown");
        assert!(!text.contains("<script>alert("), "and does nothing");
        assert!(text.chars().all(|sign| sign == '\n' || !(sign.is_control() || sign == '\u{202e}')));
    }
}

#[test]
fn the_page_reads_well() {
    let page = html(&fixture::failing());
    let structure = without(&without(&page, "<style>", "</style>"), "<script>", "</script>");
    let structure = without(&without(&structure, " d=\"", "\""), "<footer>", "</footer>");
    // Its digest changes with every word of the shipped file.
    let structure = without(&structure, "rules/derived.sql</th><td>", "</td>");
    assert_reads!("report_html_failing", structure.replace("><", ">\n<"));
}

/// The text with everything between each pair of marks left out.
fn without(text: &str, from: &str, to: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some((head, tail)) = rest.split_once(from) {
        kept.push_str(head);
        kept.push_str(from);
        rest = tail.split_once(to).map_or("", |(_, after)| after);
        kept.push_str(to);
    }
    kept + rest
}

#[test]
fn the_page_needs_no_network_and_names_its_parts() {
    for (name, summary) in VARIANTS {
        let page = html(&summary());
        assert!(page.contains("<html lang=\"en\">") && page.contains("default-src 'none'"), "{name}");
        for outside in ["src=", "href=\"http", "url(", "@import", "<link", "<iframe"] {
            assert!(!page.contains(outside), "{name} asks for {outside}");
        }
        let count = |part: &str| page.matches(part).count();
        let ids: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "{name}: {ids:?}");
        assert_eq!(count("<h1"), 1, "{name}");
        assert_eq!(count("<table"), count("<caption"), "{name}: every table has a caption");
        assert_eq!(count("<th ") + count("<th>"), count(" scope=\""), "{name}: every heading says what it heads");
        assert_eq!(count("<svg"), count("</desc>"), "{name}: every picture is described");
    }
}

#[test]
fn a_killed_run_is_said_with_dashes_in_every_form() {
    let summary = fixture::killed();
    assert_eq!(summary.headline(), "INVALID: the recording was cut short: the run does not say that it finished");
    assert!(plain(&summary, 80).contains("planned – = started – + dropped –"));
    assert!(html(&summary).contains("planned <b>–</b>"));
    assert!(summary_json(&summary).contains("\"planned\": null"));
    assert!(junit(&summary).contains("<error message=\"the recording was cut short"));
}

#[test]
fn a_figure_or_a_target_without_end_is_a_line_of_its_own() {
    let endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*), 1 from n";
    let changes = format!(
        "insert into figures values ('TN21-98', 6, '', 'endless', 'portal', '1', 'dossiers', 'exact', '0', '', '{endless}', null);
         insert into targets values (9, 'endless', '', '', '', null, '', 'exact', '1', '{endless}', null);"
    );
    let small = Budget { steps: 3_000_000, steps_per_page: 0, ..Budget::DEFAULT };
    let summary = fixture::summary_within(&changes, small);
    let figure = summary.figures.iter().find(|figure| figure.figure.id == "TN21-98").expect("the figure");
    assert!(matches!(&figure.agreement, Agreement::NotCounted(reason) if reason.starts_with("budget: ")), "{figure:?}");
    let target = summary.targets.iter().find(|target| target.target.id == "endless").expect("the target");
    assert!(target.standing.reason().starts_with("budget: "), "{target:?}");
    let counted = |id: &str| {
        summary
            .figures
            .iter()
            .any(|figure| figure.figure.id == id && figure.generated == Some(model::Counted::whole(8)))
    };
    assert!(counted("TN21-01"), "the others are counted");
}

#[test]
fn polls_stand_in_a_group_of_their_own_and_what_was_not_sent_is_no_traffic() {
    let summary = fixture::summary(
        "update exchanges set operation = 'inbox', traffic_class = 'poll' where operation = 'track' and phase = 'load';
         update exchanges set outcome = 'error', fault = 'local_limit', sent_ns = null, status = null where exchange_id = 1;",
    );
    let rows = |rows: &[vandan_report::OperationTraffic]| {
        rows.iter().map(|row| (row.operation.clone(), row.count)).collect::<Vec<_>>()
    };
    let traffic = &summary.traffic;
    assert_eq!(rows(&traffic.operations), [("submit".to_owned(), 7), ("accept".to_owned(), 8)]);
    assert_eq!(rows(&traffic.others), [("inbox".to_owned(), 8)]);
    assert_eq!((traffic.all.as_ref().map(|all| all.count), traffic.exchanges()), (Some(15), 23));
    let text = plain(&summary, 80);
    assert!(text.contains("inbox, polls"), "{text}");
    assert!(text.contains("never sent, so no traffic: 1 local limit (first: exchange 1)"), "{text}");
}

#[test]
fn a_run_that_conforms_says_how_much_that_proves() {
    let summary = fixture::conforming();
    assert_eq!(
        summary.headline(),
        "CONFORMS to 3 rules; 1 recommendation undecided; 1 not applicable; not examined: access control, sessions, refunds, national \
         portal and 15 more areas"
    );
    let silent = fixture::summary("delete from gates");
    assert!(silent.headline().contains("; no gates; "), "{}", silent.headline());
}

#[test]
fn visits_are_told_beside_the_dossiers_where_there_are_any() {
    let summary = fixture::summary(
        "insert into run (name, value) values ('visits_planned', '64'), ('visits_started', '64'), ('visits_dropped', '0'),
         ('visits_completed', '60'), ('visits_failed', '1'), ('visits_unfinished', '3');",
    );
    let text = plain(&summary, 80);
    let dossiers = text.find("planned 8 = started 8 + dropped 0").expect("the dossiers as before");
    let visits = text.find("VISITS      by visitors").expect("a heading of their own");
    assert!(dossiers < visits, "{text}");
    for expected in ["planned 64 = started 64 + dropped 0", "started 64 = completed 60 + failed 1 + unfinished 3"] {
        assert!(text[visits..].contains(expected), "{text}");
    }
    assert!(html(&summary).contains("planned <b>64</b>"));
    assert!(summary_json(&summary).contains("\"visits\": {"));
    assert!(!summary_json(&fixture::conforming()).contains("\"visits\""));
    assert!(!plain(&fixture::conforming(), 80).contains("VISITS"));
}

#[test]
fn what_the_adapter_did_not_understand_is_said_with_its_remedy_in_every_form() {
    let summary = fixture::summary(
        "insert into adapter_problems values (5, 0, 'unknown_word', 'state', 'Đang <chờ>', 2),
             (6, 0, 'unknown_word', 'state', 'Đang <chờ>', 1), (7, 0, 'missing_field', 'dossier_code', null, 1);",
    );
    let text = plain(&summary, 100);
    for expected in [
        "NOT UNDERSTOOD  in 3 of 32 exchanges: the adapter's part, not the portal's",
        "  ? the word \"Đang <chờ>\" for state is not translated: 3 rows in 2 exchanges, first 5 (",
        "    add the word to `states:` of the adapter\n",
        "  ? a successful answer lacks dossier_code: 1 exchange, first 7 (",
        "    correct the path of `dossier_code`, or write `dossier_code?` where a success may lack it\n",
    ] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
    let page = html(&summary);
    assert!(page.contains("id=\"not-understood\"") && page.contains("Đang &lt;chờ&gt;"));
    assert!(junit(&summary).contains("<system-out>NotUnderstood: in 3 of 32 exchanges"));
    assert!(summary_json(&summary).contains("\"value\": \"Đang <chờ>\""));
    let nothing = fixture::conforming();
    assert!(!plain(&nothing, 100).contains("NOT UNDERSTOOD") && !html(&nothing).contains("not-understood\""));
    assert!(!junit(&nothing).contains("NotUnderstood") && !summary_json(&nothing).contains("of_exchanges"));
}

#[test]
fn refusals_are_counted_by_status_and_code_in_every_form() {
    let summary = fixture::summary(
        "update exchanges set outcome = 'refused', status = 409 where exchange_id in (2, 3);
         update observations set error_code = 'not_<yet>' where exchange_id in (2, 3) and position = 0;
         update exchanges set outcome = 'refused', status = 404 where exchange_id = 4;
         delete from observations where exchange_id = 4;",
    );
    let text = plain(&summary, 200);
    assert!(text.contains("  · refused: 2 HTTP 409 not_<yet> ("), "{text}");
    assert!(text.contains("first: exchange 2), 1 HTTP 404 ("), "{text}");
    assert!(html(&summary).contains("HTTP 409 not &lt;yet&gt;"));
    assert!(summary_json(&summary).contains("\"kind\": \"HTTP 409 not_<yet>\""));
    assert!(!plain(&fixture::conforming(), 200).contains("refused: "));
}

#[test]
fn no_form_grows_with_a_strangers_text() {
    let forms = |bytes: usize| {
        let summary = fixture::summary(&format!(
            "{} update observations set dossier_code = dossier_code || printf('%.*c', {bytes}, 'x'), error_code = printf('%.*c', {bytes}, 'x');
             insert into adapter_problems values (5, 0, 'unknown_word', 'state', printf('%.*c', {bytes}, 'x'), 2);",
            include_str!("fixture/failing.sql")
        ));
        [plain(&summary, 80).len(), html(&summary).len(), junit(&summary).len(), summary_json(&summary).len()]
    };
    let (long, longer) = (forms(10_000), forms(30_000));
    for (long, longer) in long.into_iter().zip(longer) {
        assert!(longer.abs_diff(long) < 2_000, "{long} and {longer} bytes");
    }
}

#[test]
fn junit_reads_well_and_tells_passes_too() {
    assert_reads!("report_junit_failing", junit(&fixture::failing()));
    assert_reads!("report_junit_conforming", junit(&fixture::conforming()));
}

#[test]
fn the_summary_for_programs_reads_well() {
    assert_reads!("report_summary_failing", summary_json(&fixture::failing()));
}

#[test]
fn every_form_is_the_same_twice() {
    let (one, other) = (fixture::failing(), fixture::failing());
    assert_eq!(html(&one), html(&other));
    assert_eq!(plain(&one, 80), plain(&other, 80));
    assert_eq!(junit(&one), junit(&other));
    assert_eq!(summary_json(&one), summary_json(&other));
}

#[test]
fn what_is_counted_closes() {
    let summary = fixture::failing();
    let traffic = &summary.traffic;
    let all = traffic.all.as_ref().expect("there was traffic");
    assert_eq!(all.count, traffic.operations.iter().map(|row| row.count).sum::<u64>());
    assert_eq!(all.count, all.ok + all.refused + all.errors);
    let exchanges: u64 = traffic.phases.iter().map(|phase| phase.count).sum();
    assert_eq!(exchanges, 32);
    assert_eq!(summary.wall.points.iter().map(|point| point.due).sum::<u64>(), exchanges);
    assert_eq!(summary.wall.points.iter().map(|point| point.done).sum::<u64>(), exchanges);
    assert_eq!(summary.wall.points.last().map(|point| point.in_flight), Some(0));
    assert_eq!(summary.days.iter().flat_map(|day| day.submitted).sum::<u64>(), 8);
}

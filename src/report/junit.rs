//! The report as JUnit XML, for CI systems that draw tests.
//!
//! Three suites: rules, gates, validity of the run. Every rule and gate is a test case, also when it passes, so that a
//! green run is not an empty file. Broken is a failure, not knowing is an error, not applicable is skipped; what is only
//! recommended never fails a build.

use model::Fact;
use verdict::{GateAnswer, GateVerdict, Level, RuleVerdict, Verdict, Witness};

use crate::summary::Summary;
use crate::text::{LONGEST_SHOWN, append, count, float, head, printable};
use crate::words;

/// The most of a test case's text, in bytes: five witnesses with all their evidence take a tenth of it as a rule.
const LONGEST_TEXT: usize = 100_000;

/// The report of a run as JUnit XML.
pub fn junit(summary: &Summary) -> String {
    let suites: [(&str, Vec<TestCase>); 3] = [
        ("rules", summary.rules.iter().map(rule_case).collect()),
        ("gates", summary.gates.iter().map(gate_case).collect()),
        (
            "run validity",
            [Some(validity_case(summary)), Some(required_case(summary)), understanding_case(summary)]
                .into_iter()
                .flatten()
                .collect(),
        ),
    ];
    let time = seconds(summary);
    let properties = properties(summary);
    let counts = counts(suites.iter().flat_map(|(_, cases)| cases));
    let mut lines = vec![
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>".to_owned(),
        format!("<testsuites name=\"{}\" {counts} time=\"{time}\">", escape(summary.title())),
    ];
    for (name, cases) in &suites {
        lines.push(suite_opening(name, cases, &time));
        lines.push(properties.clone());
        lines.extend(cases.iter().map(TestCase::to_xml));
        lines.push("  </testsuite>".to_owned());
    }
    lines.push("</testsuites>\n".to_owned());
    lines.join("\n")
}

struct TestCase {
    class: String,
    name: String,
    remark: Option<Remark>,
}

/// What is to be said of a test case: an element of its own.
struct Remark {
    element: Element,
    kind: &'static str,
    message: String,
    text: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Element {
    /// It is not as it must be.
    Failure,
    /// It is not known whether it is.
    Error,
    /// It is not asked for.
    Skipped,
    /// It passes all the same.
    SystemOut,
}

impl TestCase {
    fn to_xml(&self) -> String {
        let opening =
            format!("    <testcase classname=\"{}\" name=\"{}\" time=\"0\"", escape(&self.class), escape(&self.name));
        match &self.remark {
            None => format!("{opening}/>"),
            Some(remark) => format!("{opening}>\n      {}\n    </testcase>", remark.to_xml()),
        }
    }
}

impl Remark {
    fn to_xml(&self) -> String {
        let Self { kind, .. } = self;
        let (message, text) = (escape(&self.message), escape_lines(&self.text));
        match self.element {
            Element::Failure => format!("<failure message=\"{message}\" type=\"{kind}\">{text}</failure>"),
            Element::Error => format!("<error message=\"{message}\" type=\"{kind}\">{text}</error>"),
            Element::Skipped => format!("<skipped message=\"{message}\"/>"),
            Element::SystemOut if text.is_empty() => format!("<system-out>{kind}: {message}</system-out>"),
            Element::SystemOut => format!("<system-out>{kind}: {message}\n\n{text}</system-out>"),
        }
    }
}

fn suite_opening(name: &str, cases: &[TestCase], time: &str) -> String {
    format!("  <testsuite name=\"{name}\" {} time=\"{time}\">", counts(cases.iter()))
}

/// The attributes that count test cases.
fn counts<'a>(cases: impl Iterator<Item = &'a TestCase>) -> String {
    let (mut tests, mut failures, mut errors, mut skipped) = (0, 0, 0, 0);
    for case in cases {
        tests += 1;
        match case.remark.as_ref().map(|remark| remark.element) {
            Some(Element::Failure) => failures += 1,
            Some(Element::Error) => errors += 1,
            Some(Element::Skipped) => skipped += 1,
            Some(Element::SystemOut) | None => {}
        }
    }
    format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\"")
}

fn properties(summary: &Summary) -> String {
    let known = [Fact::RunId, Fact::Seed, Fact::RunFile, Fact::Target, Fact::Http, Fact::Insecure, Fact::Proxy]
        .into_iter()
        .filter_map(|fact| Some((fact.name(), summary.fact(fact)?)));
    let lines = known.map(|(name, value)| format!("      <property name=\"{name}\" value=\"{}\"/>\n", escape(value)));
    format!("    <properties>\n{}    </properties>", lines.collect::<String>())
}

fn rule_case(rule: &RuleVerdict) -> TestCase {
    let area = rule.id.rsplit_once('-').map_or(rule.id.as_str(), |(area, _)| area);
    TestCase {
        class: format!("rules.{area}"),
        name: format!("{} {}", rule.id, rule.title),
        remark: Some(rule_remark(rule)),
    }
}

fn rule_remark(rule: &RuleVerdict) -> Remark {
    let broken = || {
        format!(
            "broken in {} of {} examined, {} undecided",
            count(rule.broken),
            count(rule.examined),
            count(rule.undecided)
        )
    };
    let evidence = || rule.witnesses.iter().map(testimony).collect::<Vec<_>>().join("\n\n");
    match rule.verdict {
        Verdict::Pass => {
            let message = words::examined(rule);
            Remark { element: Element::SystemOut, kind: "Pass", message, text: String::new() }
        }
        // A recommendation that is not followed is worth reading and does not fail a build.
        Verdict::Warn => Remark { element: Element::SystemOut, kind: "Warn", message: broken(), text: evidence() },
        Verdict::Fail => Remark { element: Element::Failure, kind: "Fail", message: broken(), text: evidence() },
        // What is only recommended leaves a run conforming when it cannot be told: a build must not fail by it either.
        Verdict::Inconclusive if rule.level == Level::Should => skipped("Inconclusive", &rule.reason),
        Verdict::Inconclusive => open("Inconclusive", &format!("{} ({})", rule.reason, words::examined(rule))),
        Verdict::Error => open("Error", &rule.reason),
        Verdict::NotApplicable => skipped("NotApplicable", &rule.reason),
    }
}

fn open(kind: &'static str, reason: &str) -> Remark {
    Remark { element: Element::Error, kind, message: reason.to_owned(), text: reason.to_owned() }
}

fn skipped(kind: &'static str, reason: &str) -> Remark {
    Remark { element: Element::Skipped, kind, message: reason.to_owned(), text: String::new() }
}

/// One witness as lines of text.
fn testimony(witness: &Witness) -> String {
    let mut text = head(&witness.subject, LONGEST_SHOWN).into_owned();
    for (name, value) in [("case", witness.case_id), ("exchange", witness.exchange_id)] {
        if let Some(value) = value {
            append(&mut text, format_args!("\n{name}: {value}"));
        }
    }
    if let Some(trace_id) = words::telling_trace_id(witness) {
        append(&mut text, format_args!("\ntrace-id: {trace_id}"));
    }
    let shown = |text| head(text, LONGEST_SHOWN);
    let (expected, observed) = (shown(&witness.expected), shown(&witness.observed));
    append(&mut text, format_args!("\nexpected: {expected}\nobserved: {observed}"));
    for (name, value) in &witness.evidence {
        append(&mut text, format_args!("\n{name}: {}", shown(value)));
    }
    text
}

fn gate_case(gate: &GateVerdict) -> TestCase {
    let text = format!(
        "observed: {}\nsamples: {}\nviolations: {}\n{}",
        gate.observed, gate.samples, gate.violations, gate.reason
    );
    let remark = match gate.verdict {
        GateAnswer::Pass => None,
        GateAnswer::Fail => {
            Some(Remark { element: Element::Failure, kind: "Breached", message: gate.observed.clone(), text })
        }
        GateAnswer::Undecided => {
            Some(Remark { element: Element::Error, kind: "Undecided", message: gate.reason.clone(), text })
        }
    };
    TestCase { class: "gates".to_owned(), name: gate.claim.clone(), remark }
}

/// What the adapter did not understand; only if there is any. Whether it makes the run invalid is said by the other case.
fn understanding_case(summary: &Summary) -> Option<TestCase> {
    let adapter = &summary.adapter;
    let lines = adapter.lines.iter().map(|line| format!("{}: {}. {}", line.what(), line.place(), line.remedy()));
    let remark = Remark {
        element: Element::SystemOut,
        kind: "NotUnderstood",
        message: adapter.note(),
        text: lines.chain(adapter.rest()).collect::<Vec<_>>().join("\n"),
    };
    let case = TestCase { class: "run".to_owned(), name: "adapter".to_owned(), remark: Some(remark) };
    (!adapter.is_empty()).then_some(case)
}

fn validity_case(summary: &Summary) -> TestCase {
    let remark = (!summary.invalid.is_empty()).then(|| Remark {
        element: Element::Error,
        kind: "Invalid",
        message: summary.invalid.join("; "),
        text: summary.invalid.join("\n"),
    });
    TestCase { class: "run".to_owned(), name: "the instrument kept up and lost nothing".to_owned(), remark }
}

/// Whether as much was decided as the run file requires.
fn required_case(summary: &Summary) -> TestCase {
    let remark = (!summary.unmet.is_empty()).then(|| Remark {
        element: Element::Error,
        kind: "Unmet",
        message: summary.unmet.join("; "),
        text: summary.unmet.join("\n"),
    });
    TestCase { class: "run".to_owned(), name: "what the run file requires was decided".to_owned(), remark }
}

/// Wall time of the run in seconds; every suite is of the whole run.
fn seconds(summary: &Summary) -> String {
    let end = summary.traffic.phases.iter().map(|phase| phase.end_ns).max().unwrap_or(0);
    format!("{:.3}", float(end) / 1e9)
}

/// Text for an attribute: one line, no markup, no sign that XML forbids.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for sign in printable(text).chars() {
        match sign {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            _ => escaped.push(sign),
        }
    }
    escaped
}

/// Text for the inside of an element: as [`escape`], but line ends stay; what is longer than a person reads is cut.
fn escape_lines(text: &str) -> String {
    head(text, LONGEST_TEXT).lines().map(escape).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_forbids_never_reaches_the_file() {
        assert_eq!(escape("<script>\0\u{8}\u{fffe}&'\""), "&lt;script&gt;\u{fffd}\u{fffd}\u{fffd}&amp;&apos;&quot;");
        assert_eq!(escape_lines("a<\nb"), "a&lt;\nb");
    }
}

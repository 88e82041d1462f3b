//! Verdicts in words and marks: what a colour-blind reader of a log without colour still sees.

use verdict::{AreaExamined, GateAnswer, Overall, RuleVerdict, SourceFile, Verdict, Witness};

use crate::errors::Others;
use crate::summary::{FigureCounts, RuleCounts};
use crate::text::{append, count, counted};
use crate::traffic::OperationTraffic;

/// The sign that stands before a judged line.
pub fn mark(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "✓",
        Verdict::Warn => "!",
        Verdict::NotApplicable => "–",
        Verdict::Inconclusive => "?",
        Verdict::Fail | Verdict::Error => "✗",
    }
}

/// A rule's verdict for people.
pub fn rule_word(verdict: Verdict) -> String {
    verdict.as_str().replace('_', " ")
}

/// The place of a verdict in a report: what needs a reader first comes first.
pub fn urgency(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Fail => 0,
        Verdict::Error => 1,
        Verdict::Warn => 2,
        Verdict::Inconclusive => 3,
        Verdict::Pass => 4,
        Verdict::NotApplicable => 5,
    }
}

/// The sign that stands before a gate.
pub fn gate_mark(answer: GateAnswer) -> &'static str {
    match answer {
        GateAnswer::Pass => "✓",
        GateAnswer::Fail => "✗",
        GateAnswer::Undecided => "?",
    }
}

/// A gate's verdict for people.
pub fn gate_word(answer: GateAnswer) -> &'static str {
    match answer {
        GateAnswer::Pass => "holds",
        GateAnswer::Fail => "breached",
        GateAnswer::Undecided => "undecided",
    }
}

/// The sign that stands before the verdict of the whole run.
pub fn overall_mark(overall: Overall) -> &'static str {
    match overall {
        Overall::Conforms => "✓",
        Overall::RuleFailed | Overall::GateBreached => "✗",
        Overall::Invalid | Overall::Undecided | Overall::Aborted => "?",
    }
}

/// The verdict of the whole run in the fewest words.
pub fn overall_word(overall: Overall) -> &'static str {
    match overall {
        Overall::Conforms => "CONFORMS",
        Overall::RuleFailed => "FAILED",
        Overall::GateBreached => "GATE BREACHED",
        Overall::Invalid => "INVALID",
        Overall::Undecided => "UNDECIDED",
        Overall::Aborted => "ABORTED",
    }
}

/// The same in Vietnamese.
pub fn overall_word_vi(overall: Overall) -> &'static str {
    match overall {
        Overall::Conforms => "Đạt yêu cầu",
        Overall::RuleFailed => "Không đạt yêu cầu",
        Overall::GateBreached => "Vượt ngưỡng cam kết",
        Overall::Invalid => "Lần chạy không hợp lệ, chưa thể kết luận",
        Overall::Undecided => "Chưa đủ căn cứ để kết luận",
        Overall::Aborted => "Đã dừng giữa chừng",
    }
}

/// `2 fail, 1 inconclusive, 12 pass`: what needs a reader first.
pub fn rule_score(counts: &RuleCounts) -> String {
    let parts = [
        (counts.fail, "fail"),
        (counts.error, "error"),
        (counts.warn, "warn"),
        (counts.inconclusive, "inconclusive"),
        (counts.pass, "pass"),
        (counts.not_applicable, "not applicable"),
    ];
    let parts: Vec<String> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
    if parts.is_empty() { "none judged".to_owned() } else { parts.join(", ") }
}

/// `31 of 33 figures exact, 2 not reproducible`.
pub fn figure_score(counts: &FigureCounts) -> String {
    let rest = [
        (counts.within_precision, "within the precision stated"),
        (counts.differs, if counts.differs == 1 { "differs" } else { "differ" }),
        (counts.not_counted, "could not be counted"),
        (counts.not_judged, "not judged"),
        (counts.not_reproducible, "not reproducible"),
    ];
    let all = counts.exact + rest.iter().map(|(n, _)| n).sum::<u64>();
    if all == 0 {
        return "no published figures in this run".to_owned();
    }
    let mut score = format!("{} of {} exact", counts.exact, counted(all, "figure", "figures"));
    for (n, word) in rest.iter().filter(|(n, _)| *n > 0) {
        append(&mut score, format_args!(", {n} {word}"));
    }
    score
}

/// `770 examined, 0 undecided, 0 broken`: what stands beside every verdict of a rule.
pub fn examined(rule: &RuleVerdict) -> String {
    format!("{} examined, {} undecided, {} broken", count(rule.examined), count(rule.undecided), count(rule.broken))
}

/// `not examined: access control, sessions, refunds and 9 more areas`, at most so many by name; empty if nothing was left out.
pub fn not_examined(areas: &[AreaExamined], most: usize) -> String {
    let missing: Vec<_> = areas.iter().filter(|area| area.decided == 0).map(|area| area.area).collect();
    let named = missing.iter().take(most).copied().collect::<Vec<_>>().join(", ");
    match missing.len().saturating_sub(most) {
        0 if missing.is_empty() => String::new(),
        0 => format!("not examined: {named}"),
        more => format!("not examined: {named} and {}", counted(more as u64, "more area", "more areas")),
    }
}

/// Which shipped files a user's own stand in place of; empty if none do.
pub fn replaced(sources: &[SourceFile]) -> String {
    let replaced: Vec<_> = sources.iter().filter(|source| source.replaces_shipped).collect();
    match replaced.as_slice() {
        [] => String::new(),
        [one] => format!("{} is replaced by {}", one.subject(), one.file),
        [first, second, rest @ ..] => {
            let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
            let count = replaced.len();
            format!("{count} shipped rule files are replaced: {}, {}{more}", first.subject(), second.subject())
        }
    }
}

/// Why figures of latencies are lower bounds.
pub fn open_ended(all: &OperationTraffic) -> String {
    let parts = [
        (all.unanswered, counted(all.unanswered, "exchange without an answer", "exchanges without an answer")),
        (all.dropped, counted(all.dropped, "arrival that was dropped", "arrivals that were dropped")),
    ];
    let parts: Vec<_> = parts.into_iter().filter(|(count, _)| *count > 0).map(|(_, text)| text).collect();
    format!("{} may have taken longer than what was waited for", parts.join(" and "))
}

/// `and 3 other reasons (12 exchanges)`: what a list of reasons leaves out.
pub fn others(others: Others) -> String {
    let reasons = counted(others.reasons, "other reason", "other reasons");
    format!("and {reasons} ({})", counted(others.exchanges, "exchange", "exchanges"))
}

/// The trace-id of an exchange, by which the portal's logs know it; `None` if it is not known.
pub fn trace_id(traceparent: Option<&str>) -> Option<&str> {
    traceparent?.split('-').nth(1)
}

/// The trace-id of the exchange that tells of a finding.
pub fn telling_trace_id(witness: &Witness) -> Option<&str> {
    trace_id(witness.telling()?.traceparent.as_deref())
}

/// Where a finding was made: `case 17 · exchange 4211 · H53.02-210405-0001`; nothing twice.
pub fn place(witness: &Witness) -> String {
    let case = witness.case_id.map(|case| format!("case {case}"));
    let exchange = witness.exchange_id.map(|exchange| format!("exchange {exchange}"));
    let is_said = [&case, &exchange].into_iter().flatten().any(|part| *part == witness.subject);
    let subject = (!is_said && !witness.subject.is_empty()).then(|| witness.subject.clone());
    [case, exchange, subject].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

//! Judging a history and writing every report: at the end of `run`, and alone as `judge` and `report`.

use std::path::Path;

use report::Summary;
use verdict::{Judgement, RuleSet, Session};

use crate::args::JudgeArgs;
use crate::exit::{Exit, Failure};
use crate::{console, load, problems, results};

/// `vandan judge DIR`.
pub(crate) fn judge(args: &JudgeArgs) -> Result<Exit, Failure> {
    let rules = problems::read(&args.scenarios, load::rules)?;
    Ok(judge_into(&args.folder, &rules, args.quiet)?.0.overall.into())
}

/// `vandan report DIR`: the same files, whatever the verdict; ends well if they could be written.
pub(crate) fn report(args: &JudgeArgs) -> Result<Exit, Failure> {
    judge(args).map(|_verdict| Exit::Conforms)
}

/// Judges the history of a folder and writes every report into it.
pub(crate) fn judge_into(folder: &Path, rules: &RuleSet, quiet: bool) -> Result<(Judgement, Summary), Failure> {
    let history = folder.join("history.sqlite");
    let session = Session::open(&history, rules).map_err(Failure::run)?;
    let judgement = session.judge(rules).map_err(Failure::run)?;
    let mut summary = Summary::measure(&session, rules, &judgement).map_err(Failure::run)?;
    summary.folder = folder.display().to_string();
    write_all(folder, &judgement, &summary)?;
    if !quiet {
        let style = console::style();
        console::print(&report::terminal(&summary, style));
    }
    Ok((judgement, summary))
}

fn write_all(folder: &Path, judgement: &Judgement, summary: &Summary) -> Result<(), Failure> {
    let files = [
        ("verdicts.json", judgement.to_json()),
        ("summary.json", report::summary_json(summary)),
        ("junit.xml", report::junit(summary)),
        ("report.html", report::html(summary)),
    ];
    files.iter().try_for_each(|(name, text)| results::write(&folder.join(name), text))
}

//! Everything wrong with the files of a run, with the offending lines, as a compiler would show it.

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use model::{Position, Problem, Problems};

use crate::args::ScenarioArgs;
use crate::console;
use crate::exit::{Exit, Failure};
use crate::scenarios::Scenarios;

/// Gathers the scenarios and reads something out of them; what is wrong with them is shown where it stands.
pub(crate) fn read<T>(
    args: &ScenarioArgs,
    read: impl FnOnce(&mut Scenarios) -> Result<T, Problems>,
) -> Result<T, Failure> {
    let mut scenarios = Scenarios::gather(&args.scenarios).map_err(|problems| failure(&problems, None))?;
    let found = read(&mut scenarios);
    found.map_err(|problems| failure(&problems, Some(&scenarios)))
}

/// The failure that tells all of these problems.
fn failure(problems: &Problems, scenarios: Option<&Scenarios>) -> Failure {
    let renderer = if console::colors_on_stderr() { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.term_width(console::width().into());
    let one = |problem: &Problem| {
        let source = scenarios.and_then(|scenarios| scenarios.text_of(&problem.file));
        format!("{}\n\n", shown(problem, source, &renderer))
    };
    let all: String = problems.0.iter().map(one).collect();
    let count = problems.0.len();
    let s = if count == 1 { "" } else { "s" };
    Failure::new(Exit::InvalidConfiguration, format!("{all}{count} problem{s}; nothing was done"))
}

fn shown(problem: &Problem, source: Option<&str>, renderer: &Renderer) -> String {
    let title = if problem.field.is_empty() {
        problem.message.clone()
    } else {
        format!("{}: {}", problem.field, problem.message)
    };
    let width = usize::from(console::width());
    let group = Level::ERROR.primary_title(report::wrapped(&title, width - "error: ".len()));
    let span = problem.position.zip(source).map(|(position, source)| (source, span(source, position)));
    let mut group = match &span {
        Some((source, span)) => group.element(
            Snippet::source(*source).path(&problem.file).annotation(AnnotationKind::Primary.span(span.clone())),
        ),
        None => group.element(annotate_snippets::Origin::path(&problem.file)),
    };
    if !problem.remedy.is_empty() {
        group = group.element(Level::HELP.message(report::wrapped(&problem.remedy, width - "    = help: ".len() - 2)));
    }
    renderer.render(&[group])
}

/// The bytes from a position to the end of its word or quoted text.
fn span(source: &str, position: Position) -> std::ops::Range<usize> {
    let line_start: usize = source.split_inclusive('\n').take(position.line.saturating_sub(1)).map(str::len).sum();
    let line = source.get(line_start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let start = line.char_indices().nth(position.column.saturating_sub(1)).map_or(line.len(), |(at, _)| at);
    let word = line.get(start..).unwrap_or_default();
    let end = word.find([',', '}', ']', '#']).unwrap_or(word.len());
    let word = word.get(..end).unwrap_or(word).trim_end();
    line_start + start..line_start + start + word.len().max(1).min(line.len().saturating_sub(start).max(1))
}

//! The only place that writes to the terminal.

use std::io::{IsTerminal, Write};

use report::{Page, Style};

/// Writes a text to standard output, with a line end.
pub(crate) fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    // A reader who has gone (`vandan rules | head`) is no failure of ours.
    let _gone: std::io::Result<()> = writeln!(out, "{}", text.trim_end_matches('\n'));
}

/// Writes a text to standard error, with a line end; lines wider than the terminal are wrapped.
pub(crate) fn print_error(text: &str) {
    let mut out = std::io::stderr().lock();
    let text = report::wrapped(text.trim_end_matches('\n'), width().into());
    let _gone: std::io::Result<()> = writeln!(out, "{text}");
}

/// Whether standard output takes colours: a terminal, and `NO_COLOR` is not set.
pub(crate) fn colors_on_stdout() -> bool {
    std::io::stdout().is_terminal() && !is_color_unwanted()
}

/// Whether standard error takes colours.
pub(crate) fn colors_on_stderr() -> bool {
    std::io::stderr().is_terminal() && !is_color_unwanted()
}

/// <https://no-color.org>: set, to anything but an empty text.
fn is_color_unwanted() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}

/// How a report looks on standard output.
pub(crate) fn style() -> Style {
    Style { color: colors_on_stdout(), width: width() }
}

/// An empty page as wide as the terminal.
pub(crate) fn page() -> Page {
    Page::new(style())
}

/// Columns of the terminal; 80 where none is known.
pub(crate) fn width() -> u16 {
    let columns = std::env::var_os("COLUMNS").and_then(|text| text.to_str()?.parse::<u16>().ok());
    let width = columns.or_else(|| terminal_size::terminal_size().map(|(width, _)| width.0)).unwrap_or(80);
    width.clamp(40, 140)
}

//! The run over its wall clock: what was due and done, what was in flight, response times.

use maud::{Markup, html};

use super::axis::{Scale, grid_line, label, px};
use super::{RIGHT, WIDTH};
use crate::series::WallSeries;
use crate::text::{append, count, duration, float, float_count, rate, trimmed};
use crate::traffic::PhaseTraffic;

const LEFT: f64 = 62.0;
/// Top and height of each panel.
const PANELS: [(f64, f64); 3] = [(46.0, 120.0), (198.0, 60.0), (290.0, 80.0)];
const BOTTOM: f64 = 370.0;
const HEIGHT: f64 = 406.0;

/// Draws three panels over the same seconds: exchanges due and done per second, exchanges in flight, waiting (p95).
///
/// Nothing is drawn if nothing happened.
pub fn load(series: &WallSeries, phases: &[PhaseTraffic]) -> Markup {
    let Some(last) = series.points.last() else { return html! {} };
    let end = f64::from(last.start_s) + f64::from(series.width_s);
    let across = Scale::linear((0.0, end), (LEFT, RIGHT));
    let width = f64::from(series.width_s);
    let due: Vec<f64> = series.points.iter().map(|point| float_count(point.due) / width).collect();
    let done: Vec<f64> = series.points.iter().map(|point| float_count(point.done) / width).collect();
    let flying: Vec<f64> = series.points.iter().map(|point| float_count(point.in_flight)).collect();
    let response_time: Vec<f64> =
        series.points.iter().map(|point| point.response_time_p95_ns.map_or(0.0, float) / 1e6).collect();
    html! {
        svg .chart viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" aria-labelledby="load-chart-title load-chart-desc" {
            title #load-chart-title { "Load over wall time" }
            desc #load-chart-desc { (summary(series, &due, &done)) }
            (legend())
            (phase_marks(&across, phases))
            (panel(PANELS[0], "exchanges per second", &[("series-1 area", &due), ("series-2 line", &done)]))
            (panel(PANELS[1], "in flight", &[("series-1 area", &flying)]))
            (panel(PANELS[2], "response time p95, ms", &[("series-1 area", &response_time)]))
            @for tick in across.ticks(10.0) {
                (label(across.place(tick), BOTTOM + 15.0, "middle", &trimmed(tick, 0)))
            }
            (label(RIGHT, BOTTOM + 31.0, "end", "wall time since the run began, seconds"))
        }
    }
}

fn summary(series: &WallSeries, due: &[f64], done: &[f64]) -> String {
    let peak = |values: &[f64]| rate(values.iter().copied().fold(0.0, f64::max));
    let flying = series.points.iter().map(|point| point.in_flight).max().unwrap_or(0);
    let response_time = series.points.iter().filter_map(|point| point.response_time_p95_ns).max();
    format!(
        "Points of {} s. At most {} exchanges per second were due and {} done; at the end of a point at most {} were in \
         flight; the worst p95 of waiting was {}.",
        series.width_s,
        peak(due),
        peak(done),
        count(flying),
        response_time.map_or_else(|| "–".to_owned(), duration)
    )
}

fn legend() -> Markup {
    html! {
        rect .series-1 .area x=(LEFT) y="5" width="22" height="10" {}
        (label(LEFT + 28.0, 14.0, "start", "due (intended)"))
        path .series-2 .line d=(format!("M{} 10h22", LEFT + 130.0)) {}
        (label(LEFT + 158.0, 14.0, "start", "done"))
    }
}

/// A dashed line where each phase after the first begins; its name where the next one leaves room for it.
fn phase_marks(across: &Scale, phases: &[PhaseTraffic]) -> Markup {
    let begins = |phase: &PhaseTraffic| across.place(float(phase.start_ns) / 1e9);
    html! {
        @for (i, phase) in phases.iter().enumerate().skip(1) {
            @let x = begins(phase);
            line .phase x1=(px(x)) y1="28" x2=(px(x)) y2=(BOTTOM) {}
            @if phases.get(i + 1).is_none_or(|next| begins(next) - x > 70.0) {
                (label((x + 4.0).min(RIGHT), 36.0, if x > RIGHT - 70.0 { "end" } else { "start" }, &phase.phase.replace('_', " ")))
            }
        }
    }
}

fn panel((top, height): (f64, f64), name: &str, lines: &[(&str, &Vec<f64>)]) -> Markup {
    let highest = lines.iter().flat_map(|(_, values)| values.iter().copied()).fold(0.0, f64::max);
    let up = Scale::linear((0.0, highest.max(1.0)), (top + height, top));
    let step = (RIGHT - LEFT) / lines.first().map_or(1.0, |(_, values)| float_count(values.len() as u64));
    html! {
        (label(LEFT, top - 6.0, "start", name))
        @for tick in up.ticks(if height > 100.0 { 4.0 } else { 2.0 }) {
            (grid_line((LEFT, up.place(tick)), (RIGHT, up.place(tick))))
            (label(LEFT - 6.0, up.place(tick) + 4.0, "end", &trimmed(tick, 1)))
        }
        @for (class, values) in lines {
            path class=(class) d=(steps(&up, step, values, class.contains("area"))) {}
        }
    }
}

/// A staircase: each value holds for its whole point. Closed down to the ground for an area.
fn steps(up: &Scale, step: f64, values: &[f64], closed: bool) -> String {
    let ground = up.place(0.0);
    let mut path = if closed { format!("M{} {}", px(LEFT), px(ground)) } else { String::new() };
    let mut x = LEFT;
    let mut previous = None;
    for value in values {
        let y = px(up.place(*value));
        if previous.as_ref() != Some(&y) {
            let move_or_line = if path.is_empty() { 'M' } else { 'L' };
            append(&mut path, format_args!("{move_or_line}{} {y}", px(x)));
        }
        x += step;
        append(&mut path, format_args!("H{}", px(x)));
        previous = Some(y);
    }
    if closed {
        append(&mut path, format_args!("V{}Z", px(ground)));
    }
    path
}

//! Response time and errors over the rate of a search for the capacity.

use maud::{Markup, html};

use super::axis::{Scale, grid_line, label, px};
use super::{RIGHT, WIDTH};
use crate::capacity::CapacityStep;
use crate::text::{append, duration, float, percent, trimmed};

const LEFT: f64 = 62.0;
/// Top and bottom of the panels.
const TIMES: (f64, f64) = (46.0, 210.0);
const ERRORS: (f64, f64) = (250.0, 320.0);
const HEIGHT: f64 = 360.0;

/// Draws p50, p95 and p99 of these steps, which are in order of their rates, and their errors; a line marks `found`.
///
/// Nothing is drawn if nothing was answered.
pub fn capacity(steps: &[&CapacityStep], found: Option<f64>) -> Markup {
    let times: Vec<_> = steps.iter().filter_map(|step| Some((*step, step.response_time?))).collect();
    let rates = steps.iter().map(|step| step.rate);
    let (Some(low), Some(high)) = (rates.clone().reduce(f64::min), rates.reduce(f64::max)) else { return html! {} };
    let known = || times.iter().flat_map(|(_, time)| [time.p50_ns, time.p99_ns]).map(float);
    let (Some(fast), Some(slow)) = (known().reduce(f64::min), known().reduce(f64::max)) else { return html! {} };
    let across = Scale::logarithmic((low, high), (LEFT, RIGHT));
    let up = Scale::logarithmic((fast.max(1_000.0), slow), (TIMES.1, TIMES.0));
    let worst = steps.iter().map(|step| step.errors).fold(0.0, f64::max);
    let share = Scale::linear((0.0, worst.max(0.01)), (ERRORS.1, ERRORS.0));
    let line = |of: fn(crate::Latency) -> i64| {
        times.iter().map(|(step, time)| (across.place(step.rate), up.place(float(of(*time))))).collect::<Vec<_>>()
    };
    let errors: Vec<_> = steps.iter().map(|step| (across.place(step.rate), share.place(step.errors))).collect();
    html! {
        svg .chart viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" aria-labelledby="capacity-chart-title capacity-chart-desc" {
            title #capacity-chart-title { "Response time and errors over the rate" }
            desc #capacity-chart-desc {
                "p50, p95 and p99 of " (steps.len()) " steps from " (trimmed(low, 3)) " to " (trimmed(high, 3))
                " dossiers a second, between " (duration_of(fast)) " and " (duration_of(slow)) "; errors up to " (percent(worst))
                ". The table below holds the same figures."
            }
            (label(LEFT, 14.0, "start", "response time: p50, p95 (bold), p99"))
            (label(LEFT, ERRORS.0 - 8.0, "start", "errors"))
            @for tick in across.ticks(6.0) {
                (grid_line((across.place(tick), TIMES.0), (across.place(tick), ERRORS.1)))
                (label(across.place(tick), ERRORS.1 + 15.0, "middle", &trimmed(tick, 3)))
            }
            @for tick in up.ticks(4.0) {
                (grid_line((LEFT, up.place(tick)), (RIGHT, up.place(tick))))
                (label(LEFT - 6.0, up.place(tick) + 4.0, "end", &duration_of(tick)))
            }
            @for tick in [0.0, worst.max(0.01)] {
                (grid_line((LEFT, share.place(tick)), (RIGHT, share.place(tick))))
                (label(LEFT - 6.0, share.place(tick) + 4.0, "end", &percent(tick)))
            }
            path .line stroke-opacity="0.4" d=(path(&line(|time| time.p50_ns))) {}
            path .line style="stroke-width: 2.8" d=(path(&line(|time| time.p95_ns))) {}
            path .line stroke-opacity="0.4" d=(path(&line(|time| time.p99_ns))) {}
            path .line d=(path(&errors)) {}
            @for ((x, y), step) in line(|time| time.p95_ns).into_iter().zip(times.iter().map(|(step, _)| step)) {
                circle class=(if step.standing == crate::StepStanding::Holds { "series-1" } else { "series-3" }) cx=(px(x)) cy=(px(y)) r="4" {
                    title { (crate::capacity_step(step)) }
                }
            }
            @if let Some(rate) = found {
                line .phase x1=(px(across.place(rate))) y1="24" x2=(px(across.place(rate))) y2=(ERRORS.1) {}
                (label(across.place(rate), 34.0, "middle", &format!("{}/s", trimmed(rate, 3))))
            }
            (label(RIGHT, HEIGHT - 8.0, "end", "dossiers a second, logarithmic; blue: all gates hold"))
        }
    }
}

fn path(points: &[(f64, f64)]) -> String {
    let mut path = String::new();
    for (position, (x, y)) in points.iter().enumerate() {
        append(&mut path, format_args!("{}{} {}", if position == 0 { 'M' } else { 'L' }, px(*x), px(*y)));
    }
    path
}

#[expect(clippy::cast_possible_truncation, reason = "nanoseconds of a response time")]
fn duration_of(nanoseconds: f64) -> String {
    duration(nanoseconds as i64)
}

//! Latency per operation on a logarithmic axis.

use maud::{Markup, html};

use super::axis::{Scale, grid_line, label, px};
use super::{RIGHT, WIDTH};
use crate::latency::Latency;
use crate::text::{duration, float};
use crate::traffic::OperationTraffic;

const LEFT: f64 = 148.0;
const TOP: f64 = 44.0;
const ROW: f64 = 30.0;
const BAR: f64 = 8.0;

/// Draws, per operation, what people waited and what the portal took: a full bar from p50 to p95, pale to p99, a tick at
/// the maximum.
///
/// Nothing is drawn if no operation has a latency.
pub fn latency(operations: &[OperationTraffic]) -> Markup {
    let known: Vec<i64> = operations
        .iter()
        .flat_map(|row| [row.response_time, row.service_time])
        .flatten()
        .flat_map(|latency| [latency.p50_ns, latency.max_ns])
        .collect();
    let (Some(low), Some(high)) = (known.iter().min(), known.iter().max()) else { return html! {} };
    let scale = Scale::logarithmic((float(*low).max(1_000.0), float(*high)), (LEFT, RIGHT));
    let bottom = operations.iter().fold(TOP, |y, _| y + ROW);
    let height = bottom + 34.0;
    html! {
        svg .chart viewBox=(format!("0 0 {WIDTH} {}", px(height))) role="img" aria-labelledby="latency-chart-title latency-chart-desc" {
            title #latency-chart-title { "Latency per operation: p50, p95, p99 and maximum, response time and service time" }
            desc #latency-chart-desc {
                "One row per operation on a logarithmic axis from " (duration(*low)) " to " (duration(*high))
                ". The table below holds the same figures."
            }
            (legend())
            @for tick in scale.ticks(6.0) {
                (grid_line((scale.place(tick), TOP - 6.0), (scale.place(tick), bottom)))
                (label(scale.place(tick), bottom + 15.0, "middle", &tick_text(tick)))
            }
            (label(RIGHT, bottom + 30.0, "end", "time, logarithmic"))
            @for (row, y) in operations.iter().zip((0_u16..).map(|i| TOP + f64::from(i) * ROW)) {
                g {
                    title { (hover(row)) }
                    (label(LEFT - 10.0, y + 17.0, "end", &row.operation.replace('_', " ")))
                    (bar(&scale, y + 3.0, "series-1", row.response_time))
                    (bar(&scale, y + 4.0 + BAR, "series-2", row.service_time))
                }
            }
        }
    }
}

fn legend() -> Markup {
    html! {
        rect .series-1 x=(LEFT) y="8" width="22" height=(BAR) {}
        (label(LEFT + 28.0, 16.0, "start", "response time, from the intended start"))
        rect .series-2 x=(LEFT + 232.0) y="8" width="22" height=(BAR) {}
        (label(LEFT + 260.0, 16.0, "start", "service time, from sending"))
        (label(RIGHT, 16.0, "end", "full: p50–p95, pale: –p99, tick: max"))
    }
}

fn bar(scale: &Scale, y: f64, class: &str, latency: Option<Latency>) -> Markup {
    let Some(latency) = latency else { return html! {} };
    let [p50, p95, p99, max] = latency.values().map(|value| scale.place(float(value)));
    html! {
        rect class=(class) x=(px(p50)) y=(px(y)) width=(px((p95 - p50).max(2.0))) height=(BAR) {}
        rect class=(format!("{class} pale")) x=(px(p95)) y=(px(y)) width=(px((p99 - p95).max(0.0))) height=(BAR) {}
        rect class=(class) x=(px(max - 1.0)) y=(px(y)) width="2" height=(BAR) {}
    }
}

/// `10 ms` rather than `10.0 ms`: marks are round.
fn tick_text(nanoseconds: f64) -> String {
    let (value, unit) = match nanoseconds {
        _ if nanoseconds < 0.999e6 => (nanoseconds / 1e3, "µs"),
        _ if nanoseconds < 0.999e9 => (nanoseconds / 1e6, "ms"),
        _ => (nanoseconds / 1e9, "s"),
    };
    format!("{value:.0} {unit}")
}

fn hover(row: &OperationTraffic) -> String {
    let say = |latency: Option<Latency>| {
        latency.map_or_else(
            || "–".to_owned(),
            |latency| {
                let [p50, p95, p99, max] = latency.values().map(duration);
                format!("p50 {p50}, p95 {p95}, p99 {p99}, max {max}")
            },
        )
    };
    format!("{}: response time {}; service time {}", row.operation, say(row.response_time), say(row.service_time))
}

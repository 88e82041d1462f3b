//! The run over the calendar: dossiers per simulated day, by channel.

use maud::{Markup, html};
use model::words::Channel;
use model::{SimTime, fitting};

use super::axis::{Scale, grid_line, label, px};
use super::{RIGHT, WIDTH};
use crate::series::Day;
use crate::text::{append, count, float, float_count, trimmed};

const LEFT: f64 = 62.0;
const TOP: f64 = 34.0;
const BOTTOM: f64 = 234.0;
const HEIGHT: f64 = 274.0;
const DAY_MS: i64 = 86_400_000;
/// Days of a week and more than this make a chart of weeks.
const MOST_BARS: i64 = 400;

/// Draws the submitted dossiers of each simulated day, stacked by channel, and the planned total as a line where it differs.
///
/// Nothing is drawn if there is no day.
pub fn days(days: &[Day]) -> Markup {
    let Some(chart) = Chart::of(days) else { return html! {} };
    let highest = chart.bars.iter().map(|bar| bar.submitted.iter().sum::<u64>().max(bar.planned)).max().unwrap_or(0);
    let up = Scale::linear((0.0, float_count(highest).max(1.0)), (BOTTOM, TOP));
    html! {
        svg .chart viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" aria-labelledby="days-chart-title days-chart-desc" {
            title #days-chart-title { "Dossiers submitted per simulated " (chart.unit()) ", by channel" }
            desc #days-chart-desc { (summary(days, &chart)) }
            (legend(&chart))
            @for tick in up.ticks(4.0) {
                (grid_line((LEFT, up.place(tick)), (RIGHT, up.place(tick))))
                (label(LEFT - 6.0, up.place(tick) + 4.0, "end", &trimmed(tick, 0)))
            }
            @for channel in 0..3 { path class=(format!("series-{}", channel + 1)) d=(chart.stack(&up, channel)) {} }
            @if chart.falls_short() { path .planned d=(chart.outline(&up)) {} }
            @for (x, text) in chart.marks() {
                line .axis x1=(px(x)) y1=(BOTTOM) x2=(px(x)) y2=(BOTTOM + 4.0) {}
                (label(x, BOTTOM + 17.0, "middle", &text))
            }
            (label(RIGHT, BOTTOM + 34.0, "end", &format!("simulated time, dossiers per {}", chart.unit())))
        }
    }
}

fn legend(chart: &Chart) -> Markup {
    html! {
        @for (i, (channel, x)) in Channel::ALL.iter().zip([LEFT, LEFT + 90.0, LEFT + 165.0]).enumerate() {
            rect class=(format!("series-{}", i + 1)) x=(px(x)) y="5" width="14" height="10" {}
            (label(x + 20.0, 14.0, "start", channel.as_str()))
        }
        @if chart.falls_short() {
            path .planned d=(format!("M{} 10h22", LEFT + 255.0)) {}
            (label(LEFT + 283.0, 14.0, "start", "all planned"))
        }
    }
}

fn summary(days: &[Day], chart: &Chart) -> String {
    let [counter, post, online] = [0, 1, 2].map(|i| count(days.iter().filter_map(|day| day.submitted.get(i)).sum()));
    let first = days.first().map_or("–", |day| day.day.as_str());
    let last = days.last().map_or("–", |day| day.day.as_str());
    let busiest = chart.bars.iter().map(|bar| bar.submitted.iter().sum::<u64>()).max().unwrap_or(0);
    format!(
        "From {first} to {last}: {counter} at the counter, {post} by post, {online} online; at most {} in one {}.",
        count(busiest),
        chart.unit()
    )
}

#[derive(Clone, Copy, Default)]
struct Bar {
    submitted: [u64; 3],
    planned: u64,
}

/// One bar per day (or week, where days would be thinner than a pixel), without gaps.
struct Chart {
    first_day: i64,
    days_per_bar: i64,
    bars: Vec<Bar>,
}

impl Chart {
    fn of(days: &[Day]) -> Option<Self> {
        let numbered: Vec<(i64, &Day)> = days.iter().filter_map(|day| Some((day_number(&day.day)?, day))).collect();
        let (first_day, last_day) = (numbered.first()?.0, numbered.last()?.0);
        let days_per_bar = if last_day - first_day > MOST_BARS { 7 } else { 1 };
        let mut bars = vec![Bar::default(); usize::try_from((last_day - first_day) / days_per_bar).ok()? + 1];
        for (number, day) in numbered {
            let bar =
                usize::try_from((number - first_day) / days_per_bar).ok().and_then(|place| bars.get_mut(place))?;
            bar.planned += day.planned.iter().sum::<u64>();
            bar.submitted.iter_mut().zip(day.submitted).for_each(|(sum, more)| *sum += more);
        }
        Some(Self { first_day, days_per_bar, bars })
    }

    fn unit(&self) -> &'static str {
        if self.days_per_bar == 1 { "day" } else { "week" }
    }

    fn falls_short(&self) -> bool {
        self.bars.iter().any(|bar| bar.planned != bar.submitted.iter().sum::<u64>())
    }

    fn step(&self) -> f64 {
        (RIGHT - LEFT) / float_count(self.bars.len() as u64)
    }

    /// One path for one channel: a rectangle per bar, above the channels before it.
    fn stack(&self, up: &Scale, channel: usize) -> String {
        let (step, gap) = (self.step(), (self.step() * 0.15).min(3.0));
        let mut path = String::new();
        let mut x = LEFT;
        for bar in &self.bars {
            let below: u64 = bar.submitted.iter().take(channel).sum();
            let mine = bar.submitted.get(channel).copied().unwrap_or(0);
            if mine > 0 {
                let (bottom, top) = (up.place(float_count(below)), up.place(float_count(below + mine)));
                let width = (step - gap).max(0.5);
                append(&mut path, format_args!("M{} {}H{}V{}H{}Z", px(x), px(bottom), px(x + width), px(top), px(x)));
            }
            x += step;
        }
        path
    }

    fn outline(&self, up: &Scale) -> String {
        let step = self.step();
        let mut path = String::new();
        let mut x = LEFT;
        for bar in &self.bars {
            let y = px(up.place(float_count(bar.planned)));
            let move_or_line = if path.is_empty() { 'M' } else { 'L' };
            append(&mut path, format_args!("{move_or_line}{} {y}H{}", px(x), px(x + step)));
            x += step;
        }
        path
    }

    /// At most a dozen dates: days of a short period, firsts of months of a long one.
    fn marks(&self) -> Vec<(f64, String)> {
        let span = fitting::<_, i64>(self.bars.len(), "a chart has few bars") * self.days_per_bar;
        let months = span > 75;
        let dates = (0..span).map(|i| (i, date(self.first_day + i)));
        let candidates: Vec<(i64, String)> = dates.filter(|(_, date)| !months || date.ends_with("-01")).collect();
        let every = candidates.len().div_ceil(12).max(1);
        let scale = Scale::linear((0.0, float(span)), (LEFT, RIGHT));
        let shown = if months { 7 } else { 10 };
        candidates
            .iter()
            .step_by(every)
            .map(|(i, date)| {
                (scale.place(float(*i)), date.chars().take(shown).skip(if months { 0 } else { 5 }).collect())
            })
            .collect()
    }
}

/// Days since the epoch of a date in Vietnam.
fn day_number(day: &str) -> Option<i64> {
    SimTime::parse(&format!("{day}T12:00:00+07:00")).ok().map(|noon| noon.0.div_euclid(DAY_MS))
}

/// The date of a number of days since the epoch.
fn date(number: i64) -> String {
    SimTime(number * DAY_MS + DAY_MS / 4).day().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: &str, submitted: [u64; 3]) -> Day {
        Day { day: day.to_owned(), planned: submitted, submitted }
    }

    #[test]
    fn days_without_dossiers_keep_their_place() {
        let chart = Chart::of(&[day("2021-02-27", [1, 0, 0]), day("2021-03-02", [0, 2, 1])]).expect("two days");
        assert_eq!(chart.bars.len(), 4);
        assert_eq!(
            chart.marks().iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>(),
            ["02-27", "02-28", "03-01", "03-02"]
        );
    }

    #[test]
    fn two_years_are_drawn_in_weeks_and_none_is_lost() {
        let chart = Chart::of(&[day("2021-01-01", [1, 0, 0]), day("2022-12-31", [0, 0, 4])]).expect("two days");
        assert_eq!(chart.unit(), "week");
        assert_eq!(chart.bars.iter().map(|bar| bar.submitted.iter().sum::<u64>()).sum::<u64>(), 5);
    }

    #[test]
    fn an_unreadable_day_is_left_out_not_a_crash() {
        assert!(Chart::of(&[day("someday", [1, 0, 0])]).is_none());
    }
}

//! From values to places, and the marks along the way.

use maud::{Markup, html};

/// How values become places along one direction.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    /// First and last value.
    domain: (f64, f64),
    /// Places of the first and last value; the second may be smaller (upwards on a screen).
    range: (f64, f64),
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Linear,
    Logarithmic,
}

impl Scale {
    /// A scale on which equal distances are equal differences.
    pub(super) fn linear(domain: (f64, f64), range: (f64, f64)) -> Self {
        Self { domain, range, kind: Kind::Linear }
    }

    /// A scale on which equal distances are equal ratios; spans whole steps of 1, 2, 5 around `domain` (above zero).
    pub(super) fn logarithmic(domain: (f64, f64), range: (f64, f64)) -> Self {
        let low = step_below(domain.0.max(f64::MIN_POSITIVE));
        let high = step_above(domain.1.max(low));
        let high = if high > low { high } else { low * 10.0 };
        Self { domain: (low, high), range, kind: Kind::Logarithmic }
    }

    /// The place of a value; values outside the domain stand at its border.
    pub(super) fn place(&self, value: f64) -> f64 {
        let (low, high) = self.domain;
        let value = value.clamp(low, high);
        let share = match self.kind {
            Kind::Linear if high > low => (value - low) / (high - low),
            Kind::Linear => 0.0,
            Kind::Logarithmic => (value / low).log10() / (high / low).log10(),
        };
        self.range.0 + share * (self.range.1 - self.range.0)
    }

    /// Round values to mark: about `count` on a linear scale, powers of ten (and 2, 5 where there is room) on the other.
    pub(super) fn ticks(&self, count: f64) -> Vec<f64> {
        let (low, high) = self.domain;
        match self.kind {
            Kind::Linear => multiples(step_above((high - low) / count).max(1.0), low, high),
            Kind::Logarithmic => {
                let decades = (high / low).log10();
                let within: &[f64] = if decades > 3.1 { &[1.0] } else { &[1.0, 2.0, 5.0] };
                let first = 10_f64.powf(low.log10().floor());
                (0_i32..12)
                    .flat_map(|decade| within.iter().map(move |digit| first * 10_f64.powi(decade) * digit))
                    .filter(|value| *value >= low * 0.999 && *value <= high * 1.001)
                    .collect()
            }
        }
    }
}

/// A place in the picture, to a tenth of a unit.
pub(super) fn px(place: f64) -> String {
    let text = format!("{place:.1}");
    text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned)
}

/// A text at a place; `anchor` is `start`, `middle` or `end`.
pub(super) fn label(x: f64, y: f64, anchor: &str, text: &str) -> Markup {
    html! { text x=(px(x)) y=(px(y)) text-anchor=(anchor) { (text) } }
}

/// A horizontal or vertical hair line of the grid.
pub(super) fn grid_line(from: (f64, f64), to: (f64, f64)) -> Markup {
    html! { line .grid x1=(px(from.0)) y1=(px(from.1)) x2=(px(to.0)) y2=(px(to.1)) {} }
}

/// The largest of 1, 2, 5 times a power of ten that is not above `value` (above zero).
fn step_below(value: f64) -> f64 {
    let decade = 10_f64.powf(value.log10().floor());
    [5.0, 2.0, 1.0].into_iter().map(|digit| digit * decade).find(|step| *step <= value * 1.000_001).unwrap_or(decade)
}

/// The smallest of 1, 2, 5 times a power of ten that is not below `value`; 1 for nothing.
fn step_above(value: f64) -> f64 {
    if value <= 0.0 {
        return 1.0;
    }
    let decade = 10_f64.powf(value.log10().floor());
    [1.0, 2.0, 5.0]
        .into_iter()
        .map(|digit| digit * decade)
        .find(|step| *step >= value * 0.999_999)
        .unwrap_or(decade * 10.0)
}

/// The multiples of `step` within `low..=high`.
fn multiples(step: f64, low: f64, high: f64) -> Vec<f64> {
    let mut value = (low / step).ceil() * step;
    let mut values = Vec::new();
    while value <= high * 1.000_001 && values.len() < 50 {
        values.push(value);
        value += step;
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_ratios_are_equal_distances() {
        let scale = Scale::logarithmic((1.0, 1_000.0), (0.0, 300.0));
        for (value, expected) in [(1.0, 0.0), (10.0, 100.0), (1_000.0, 300.0), (5_000.0, 300.0), (0.0, 0.0)] {
            assert!((scale.place(value) - expected).abs() < 1e-9, "{value}");
        }
    }

    #[test]
    fn marks_are_round_and_few() {
        assert_eq!(Scale::linear((0.0, 137.0), (0.0, 1.0)).ticks(4.0), [0.0, 50.0, 100.0]);
        assert_eq!(Scale::logarithmic((3.0, 700.0), (0.0, 1.0)).ticks(4.0).len(), 9);
        assert_eq!(Scale::logarithmic((1.0, 1e6), (0.0, 1.0)).ticks(4.0).len(), 7);
    }

    #[test]
    fn a_scale_of_one_value_still_places_it() {
        assert!(Scale::linear((0.0, 0.0), (5.0, 9.0)).place(0.0).is_finite());
        assert!(Scale::logarithmic((7.0, 7.0), (5.0, 9.0)).place(7.0).is_finite());
    }
}

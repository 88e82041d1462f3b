//! Tails of the binomial distribution, exact up to rounding, for any number of samples.
//!
//! Legend: `n` samples, each a violation with probability `p`; `v` violations were counted; `c` is the confidence.
#![expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]

/// P(Bin(n, p) <= v).
pub(crate) fn at_most(n: u64, p: f64, v: u64) -> f64 {
    if v >= n || p <= 0.0 {
        return 1.0;
    }
    if p >= 1.0 {
        return 0.0;
    }
    // The shorter tail is summed, term by term away from the mode, so that no digits cancel.
    if (v as f64) < n as f64 * p { sum_down(n, p, v) } else { 1.0 - sum_up(n, p, v + 1) }
}

/// P(Bin(n, p) >= v).
pub(crate) fn at_least(n: u64, p: f64, v: u64) -> f64 {
    if v == 0 || p >= 1.0 {
        return 1.0;
    }
    if v > n || p <= 0.0 {
        return 0.0;
    }
    if (v as f64) > n as f64 * p { sum_up(n, p, v) } else { 1.0 - sum_down(n, p, v - 1) }
}

/// The least share that `v` of `n` violations exclude with confidence `c`: the one-sided upper bound of Clopper and
/// Pearson.
pub(crate) fn upper_bound(n: u64, v: u64, c: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    // 50 halvings: finer than the text shows.
    for _ in 0..50 {
        let p = f64::midpoint(low, high);
        if at_most(n, p, v) <= 1.0 - c { high = p } else { low = p }
    }
    high
}

fn sum_down(n: u64, p: f64, v: u64) -> f64 {
    let mut term = probability(n, p, v);
    let mut sum = term;
    let mut k = v;
    while k > 0 && term > sum * f64::EPSILON {
        term *= k as f64 / (n - k + 1) as f64 * ((1.0 - p) / p);
        sum += term;
        k -= 1;
    }
    sum.min(1.0)
}

fn sum_up(n: u64, p: f64, v: u64) -> f64 {
    let mut term = probability(n, p, v);
    let mut sum = term;
    let mut k = v;
    while k < n && term > sum * f64::EPSILON {
        term *= (n - k) as f64 / (k + 1) as f64 * (p / (1.0 - p));
        sum += term;
        k += 1;
    }
    sum.min(1.0)
}

/// P(Bin(n, p) = v) for 0 < p < 1.
fn probability(n: u64, p: f64, v: u64) -> f64 {
    let (n, v) = (n as f64, v as f64);
    let choose = ln_gamma(n + 1.0) - ln_gamma(v + 1.0) - ln_gamma(n - v + 1.0);
    (choose + v * p.ln() + (n - v) * (-p).ln_1p()).exp()
}

/// ln Γ(x) for x >= 1: Stirling's series, after a step up to where four terms of it give every digit.
fn ln_gamma(x: f64) -> f64 {
    let mut x = x;
    let mut product = 1.0;
    while x < 12.0 {
        product *= x;
        x += 1.0;
    }
    let r = 1.0 / (x * x);
    let series = (1.0 / 12.0 - r * (1.0 / 360.0 - r * (1.0 / 1_260.0 - r / 1_680.0))) / x;
    let half_ln_two_pi = 0.5 * std::f64::consts::TAU.ln();
    (x - 0.5) * x.ln() - x + half_ln_two_pi + series - product.ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Smallest n at which v violations prove "quantile q" with confidence c.
    fn smallest(q: f64, c: f64, v: u64) -> u64 {
        let (mut low, mut high) = (v, 1_000_000);
        while high - low > 1 {
            let n = u64::midpoint(low, high);
            if at_most(n, 1.0 - q, v) <= 1.0 - c { high = n } else { low = n }
        }
        high
    }

    #[test]
    fn the_published_table_of_smallest_samples_is_met() {
        // Claim, and the smallest n for 0, 1, 2, 5, 10, 20, 50 violations
        for (q, c, table) in [
            (0.95, 0.95, [59, 93, 124, 208, 336, 577, 1_260]),
            (0.95, 0.99, [90, 130, 165, 259, 398, 656, 1_372]),
            (0.99, 0.99, [459, 662, 838, 1_307, 2_010, 3_304, 6_898]),
            (0.999, 0.99, [4_603, 6_636, 8_403, 13_105, 20_140, 33_097, 69_058]),
        ] {
            let computed = [0, 1, 2, 5, 10, 20, 50].map(|v| smallest(q, c, v));
            assert_eq!(computed, table, "p{} with {c}", q * 100.0);
        }
    }

    #[test]
    fn tails_agree_with_sums_by_hand() {
        // Bin(4, 1/2): 1 4 6 4 1 of 16
        for (v, sixteenths) in [(0, 1.0), (1, 5.0), (2, 11.0), (3, 15.0), (4, 16.0)] {
            assert!((at_most(4, 0.5, v) - sixteenths / 16.0).abs() < 1e-12);
            assert!((at_least(4, 0.5, 4 - v) - sixteenths / 16.0).abs() < 1e-12);
        }
    }

    #[test]
    fn both_tails_cover_everything_once() {
        for n in [1, 10, 1_000, 700_000] {
            for p in [1e-6, 0.001, 0.05, 0.5, 0.99] {
                for v in [1, n / 1_000 + 1, n / 20 + 1, n / 2 + 1, n] {
                    let whole = at_most(n, p, v - 1) + at_least(n, p, v);
                    assert!((whole - 1.0).abs() < 1e-9, "n {n} p {p} v {v}: {whole}");
                }
            }
        }
    }

    #[test]
    fn the_upper_bound_of_no_violation_is_the_rule_of_three() {
        assert!((upper_bound(1_000, 0, 0.95) - 0.002_991_2).abs() < 1e-6);
        assert!((upper_bound(7, 7, 0.95) - 1.0).abs() < 1e-9);
    }
}

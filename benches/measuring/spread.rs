//! How the rounds of a benchmark are told: by what lies in the middle, and how far they reach.

/// The median and the extremes of a few numbers.
pub(crate) struct Spread {
    least: f64,
    median: f64,
    most: f64,
}

impl Spread {
    /// Of any numbers; of none, it is no number.
    pub(crate) fn of(numbers: impl Iterator<Item = f64>) -> Self {
        let mut numbers: Vec<_> = numbers.collect();
        numbers.sort_by(f64::total_cmp);
        let at = |place: usize| numbers.get(place).copied().unwrap_or(f64::NAN);
        Self { least: at(0), median: at(numbers.len() / 2), most: at(numbers.len().saturating_sub(1)) }
    }
}

impl std::fmt::Display for Spread {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let decimals = out.precision().unwrap_or(1);
        let Self { least, median, most } = self;
        write!(out, "{median:.decimals$} [{least:.decimals$} - {most:.decimals$}]")
    }
}

//! Arrivals in order: a radix sort by due instant, cases of one instant by number.

use model::fitting;

use super::Arrival;

/// Bits that one pass sorts by: its counters fit the L1 cache.
const DIGIT_BITS: u32 = 11;
const DIGITS: usize = 1 << DIGIT_BITS;

/// Below this, comparing is faster than counting.
const FEW: usize = 4_096;

/// Sorts by due instant, then case.
pub(crate) fn sort(arrivals: &mut Vec<Arrival>) {
    let earliest = arrivals.iter().map(|arrival| arrival.due).min();
    let latest = arrivals.iter().map(|arrival| arrival.due).max();
    let (Some(earliest), Some(latest)) = (earliest, latest) else { return };
    if arrivals.len() < FEW {
        arrivals.sort_unstable();
        return;
    }
    let span = latest.0.abs_diff(earliest.0);
    let offset = |arrival: &Arrival| arrival.due.0.abs_diff(earliest.0);
    let mut other = arrivals.clone();
    let mut shift = 0;
    while span.checked_shr(shift).is_some_and(|left| left > 0) {
        scatter(arrivals, &mut other, |arrival| digit(offset(arrival) >> shift));
        std::mem::swap(arrivals, &mut other);
        shift += DIGIT_BITS;
    }
    for same in arrivals.chunk_by_mut(|a, b| a.due == b.due) {
        if same.len() > 1 {
            same.sort_unstable();
        }
    }
}

/// Copies by digit; a stable sort.
fn scatter(from: &[Arrival], into: &mut [Arrival], digit_of: impl Fn(&Arrival) -> usize) {
    let mut places = [0_usize; DIGITS];
    for arrival in from {
        if let Some(count) = places.get_mut(digit_of(arrival)) {
            *count += 1;
        }
    }
    let mut begin = 0;
    for place in &mut places {
        begin += std::mem::replace(place, begin);
    }
    for arrival in from {
        if let Some(place) = places.get_mut(digit_of(arrival)) {
            if let Some(slot) = into.get_mut(*place) {
                *slot = *arrival;
            }
            *place += 1;
        }
    }
}

fn digit(offset: u64) -> usize {
    fitting(offset & (DIGITS as u64 - 1), "a digit is below 2,048")
}

#[cfg(test)]
mod tests {
    use model::{CaseId, Seed, SimTime};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_order_is_that_of_comparing(seed: u64, count in 0_u32..20_000, span in 1_u64..1 << 42, start in -1_i64 << 40..1 << 40) {
            let stream = Seed(seed).stream("due");
            let mut arrivals: Vec<_> = (0..count)
                .map(|case| {
                    let due = i64::try_from(stream.below(case.into(), span)).unwrap();
                    Arrival { due: SimTime(start + due), case: CaseId(case ^ 0x55), unit: 0 }
                })
                .collect();
            let mut expected = arrivals.clone();
            expected.sort_unstable();
            sort(&mut arrivals);
            prop_assert!(arrivals == expected);
        }
    }
}

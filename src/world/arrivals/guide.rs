//! Finding the stretch of a mass in constant time.

/// Where to begin looking for the stretch of a mass: masses are cut into about as many equal parts as there are stretches, and each
/// part knows the stretch in which it begins. A draw looks at two stretches on average, whatever their number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Guide {
    /// A part is 2 to this power long.
    shift: u32,
    firsts: Vec<u32>,
}

impl Guide {
    /// A guide to stretches whose masses begin here, in order.
    pub(crate) fn new(begins: impl ExactSizeIterator<Item = u64>, mass: u64) -> Self {
        let parts = (begins.len() as u64).max(1) * 2;
        let shift = (mass / parts).checked_ilog2().unwrap_or(0);
        let mut firsts = Vec::new();
        let mut stretch = 0_u32;
        for begin in begins.skip(1) {
            // Every part that begins before the next stretch does begins in this one.
            while at(firsts.len(), shift).is_some_and(|part| part < begin) {
                firsts.push(stretch);
            }
            stretch += 1;
        }
        while at(firsts.len(), shift).is_some_and(|part| part <= mass) {
            firsts.push(stretch);
        }
        Self { shift, firsts }
    }

    /// The stretch in which the part of this mass begins.
    pub(crate) fn at(&self, mass: u64) -> usize {
        let part = usize::try_from(mass >> self.shift).ok().and_then(|part| self.firsts.get(part));
        part.or(self.firsts.last()).map_or(0, |first| *first as usize)
    }
}

/// Where a part begins; `None` beyond all masses.
fn at(part: usize, shift: u32) -> Option<u64> {
    u64::try_from(part).ok()?.checked_mul(1 << shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guide_begins_at_or_before_the_stretch_that_is_meant() {
        let begins = [0_u64, 1, 2, 900, 901, 5_000];
        let guide = Guide::new(begins.into_iter(), 6_000);
        for mass in 0..6_000 {
            let meant = begins.partition_point(|begin| *begin <= mass) - 1;
            assert!(guide.at(mass) <= meant, "{mass}");
        }
        assert_eq!(Guide::new([].into_iter(), 0).at(5), 0);
    }
}

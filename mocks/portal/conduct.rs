//! How a reference portal behaves besides what it is: otherwise, noisily, slowly, or sparingly.

use std::time::Duration;

use crate::noise::Noise;
use crate::patience::Patience;
use crate::variants::Variant;

/// What a portal is told about its behaviour when it starts. Defects are in [`crate::Config`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conduct {
    /// What it does otherwise, and may.
    pub variants: Vec<Variant>,
    /// What befalls its answers.
    pub noise: Option<Noise>,
    /// Where the chance of the noise comes from.
    pub seed: u64,
    /// How long each answer to people takes at the least, from the arrival of the request; a minute at most.
    pub delay: Duration,
    /// How many requests a client may send in a second; `None` is any number.
    pub limit: Option<u32>,
    /// What it bears of slow and many clients.
    pub patience: Patience,
}

impl Conduct {
    /// That of a portal of which nothing is asked: by the book, as fast as it can.
    pub fn ordinary() -> Self {
        Self {
            variants: Vec::new(),
            noise: None,
            seed: 0,
            delay: Duration::ZERO,
            limit: None,
            patience: Patience::USUAL,
        }
    }
}

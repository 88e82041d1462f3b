//! Pictures of a run as inline SVG: drawn here, so that a report needs no script and no network.
//!
//! Every picture says in `<title>` and `<desc>` what it shows, draws text and axes in `currentColor` so that it follows
//! light and dark, and names its series by classes (`series-1`..`series-3`) that the page colours.

mod axis;
mod capacity;
mod days;
mod latency;
mod load;

pub use capacity::capacity;
pub use days::days;
pub use latency::latency;
pub use load::load;

/// Width of every picture in its own units; the page scales it.
const WIDTH: f64 = 760.0;
/// Where plots end on the right.
const RIGHT: f64 = 744.0;

//! Instants on the wire.

use model::{SimTime, TimeSyntax};

/// What a portal is told of the simulated clock.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClockFacts {
    /// The simulated instant now.
    pub now: SimTime,
    /// Simulated seconds per second from now on.
    pub speed: f64,
    /// The simulated instant at which the portal's clock must stand until it is told more.
    pub until: SimTime,
}

/// How a portal writes instants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeFormat {
    /// `2021-03-01T07:30:00+07:00`, with offset.
    Rfc3339,
    /// `20210301073000`, Vietnamese time (the packets of the national portal).
    Compact,
    /// `01/03/2021 07:30:00`, Vietnamese time.
    Slashed,
}

impl TimeFormat {
    /// Every format with its spelling in adapters.
    pub(crate) const ALL: &'static [(&'static str, Self)] = &[
        ("2021-03-01T07:30:00+07:00", Self::Rfc3339),
        ("20210301073000", Self::Compact),
        ("01/03/2021 07:30:00", Self::Slashed),
    ];

    /// The instant as the portal writes it.
    pub fn write(self, instant: SimTime) -> String {
        let civil = instant.civil();
        match self {
            Self::Rfc3339 => instant.to_string(),
            Self::Compact => civil.strftime("%Y%m%d%H%M%S").to_string(),
            Self::Slashed => civil.strftime("%d/%m/%Y %H:%M:%S").to_string(),
        }
    }

    /// The instant in our form, RFC 3339 with +07:00.
    ///
    /// # Errors
    /// [`TimeSyntax`] if the text is not of this format.
    pub fn read(self, text: &str) -> Result<SimTime, TimeSyntax> {
        let parts = match self {
            Self::Rfc3339 => return SimTime::parse(text),
            Self::Compact => [(0, 4), (4, 6), (6, 8), (8, 10), (10, 12), (12, 14)],
            Self::Slashed => [(6, 10), (3, 5), (0, 2), (11, 13), (14, 16), (17, 19)],
        };
        let instant = SimTime::parse(&rearrange(text, parts))?;
        // What stands between and behind the parts was not looked at.
        if self.write(instant) == text {
            Ok(instant)
        } else {
            Err(TimeSyntax {
                text: text.to_owned(),
                reason: "it has other signs between or behind its parts".to_owned(),
            })
        }
    }
}

/// Year, month, day, hour, minute, second out of a text, as RFC 3339; parts that are not there stay empty.
fn rearrange(text: &str, parts: [(usize, usize); 6]) -> String {
    let [year, month, day, hour, minute, second] = parts.map(|(start, end)| text.get(start..end).unwrap_or_default());
    format!("{year}-{month}-{day}T{hour}:{minute}:{second}+07:00")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_reads_what_it_writes() {
        let instant = SimTime::parse("2021-03-01T21:05:09+07:00").unwrap();
        for (example, format) in TimeFormat::ALL {
            assert_eq!(format.read(&format.write(instant)), Ok(instant), "{example}");
            assert_eq!(format.write(format.read(example).unwrap()).get(..10), example.get(..10));
        }
    }

    #[test]
    fn nonsense_is_no_instant() {
        for (_, format) in TimeFormat::ALL {
            assert!(format.read("hôm nay").is_err());
        }
    }
}

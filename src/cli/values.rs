//! How times, shares, scales and periods are written in options and run files.

use std::time::Duration;

/// Reads `30 s`, `200 ms`, `3 min`; with or without the blank.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let cut = text.find(|sign: char| sign.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(cut);
    let milliseconds = match unit {
        "ms" => 1,
        "s" => 1_000,
        "min" | "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err(format!("`{text}` is no length of time (write `200 ms`, `30 s`, `3 min`)")),
    };
    let number: u32 = number
        .trim()
        .parse()
        .map_err(|_no_number| format!("`{text}` is no length of time (a whole number and ms, s, min or h)"))?;
    Ok(Duration::from_millis(u64::from(number) * milliseconds))
}

/// A length in whole seconds as [`duration`] reads it.
pub(crate) fn duration_text(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        _ if seconds.is_multiple_of(60) => format!("{} min", seconds / 60),
        _ => format!("{seconds} s"),
    }
}

/// Reads `5/s` or `300/min`: how many come in a second.
pub(crate) fn per_second(text: &str) -> Result<f64, String> {
    match world::ArrivalRate::parse(text)? {
        world::ArrivalRate::PerSecond(rate) if rate > 0.0 => Ok(rate),
        world::ArrivalRate::PerSecond(_) | world::ArrivalRate::Peaks(_) => {
            Err(format!("`{text}` is no rate to begin or end with (write 5/s or 300/min)"))
        }
    }
}

/// Reads `10` or `10%` as 0.1: a percentage of 1 to 100.
pub(crate) fn precision(text: &str) -> Result<f64, String> {
    match text.trim_end_matches('%').trim().parse::<f64>() {
        Ok(percent) if (1.0..=100.0).contains(&percent) => Ok(percent / 100.0),
        _ => Err(format!("`{text}` is no percentage from 1 to 100")),
    }
}

/// Reads a share, `0.1`.
pub(crate) fn share(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_no_number| format!("`{text}` is not a number"))?;
    model::Share::new(number).map(model::Share::value).map_err(|error| error.to_string())
}

/// Seconds that a run lasts at the most: a year. A plan counts every one of them.
const LONGEST: u64 = 366 * 86_400;

/// A run lasts a second at least, and a year at most.
pub(crate) fn length(text: &str) -> Result<Duration, String> {
    let length = duration(text)?;
    match length.as_secs() {
        0 => Err(format!("`{text}` is too short: a run lasts a second at least")),
        1..=LONGEST => Ok(length),
        _ => Err(format!("`{text}` is too long: a run lasts a year at most")),
    }
}

/// A delay is a minute at most.
pub(crate) fn delay(text: &str) -> Result<Duration, String> {
    let delay = duration(text)?;
    if delay.as_secs() < 60 { Ok(delay) } else { Err(format!("`{text}` is too long: a minute at most")) }
}

/// Reads `2025-07-01..2026-06-30`.
pub(crate) fn period(text: &str) -> Result<world::Period, String> {
    let days = text.split_once("..").and_then(|(from, until)| Some((from.parse().ok()?, until.parse().ok()?)));
    let (from, until) = days.ok_or_else(|| format!("`{text}` are no days; write them as 2025-07-01..2026-06-30"))?;
    if from <= until { Ok(world::Period { from, until }) } else { Err(format!("`{text}` ends before it begins")) }
}

/// Reads `1/20`, or `3`.
pub(crate) fn scale(text: &str) -> Result<world::Scale, String> {
    let (numerator, denominator) = text.split_once('/').unwrap_or((text, "1"));
    let number = |text: &str| {
        text.trim().parse::<u32>().map_err(|_no_number| format!("`{text}` is not a whole number; write a part as 1/20"))
    };
    world::Scale::new(number(numerator)?, number(denominator)?).map_err(|error| error.to_string())
}

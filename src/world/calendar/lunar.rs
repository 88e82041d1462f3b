//! An independent derivation of the lunar holidays: new moons and solstices computed, months counted, and the shipped calendar
//! held against them. Test-only: the product reads its calendar from a file.
//!
//! A month begins on the day, at UTC+7, of its new moon; the eleventh month is the one in which the sun reaches 270 degrees. If
//! thirteen months lie between two eleventh ones, the first of them in which the sun enters no new twelfth of its way is a leap
//! month and repeats the number before it.
//!
//! # Source
//! Meeus, "Astronomical Algorithms", 2nd edition, chapters 25 (sun, 0.01 degrees) and 49 (new moon, seconds).

use jiff::ToSpan;
use jiff::civil::{Date, date};

use super::vietnam;

const JULIAN_DAY_OF_1970: f64 = 2_440_587.5;
/// Dynamical time runs ahead of universal time by about 70 seconds in these years.
const AHEAD_DAYS: f64 = 70.0 / 86_400.0;
const UTC_PLUS_7_DAYS: f64 = 7.0 / 24.0;

fn sine(degrees: f64) -> f64 {
    degrees.to_radians().sin()
}

/// The Julian day, in dynamical time, of the `k`-th new moon since January 2000.
fn new_moon(k: i32) -> f64 {
    let k = f64::from(k);
    let t = k / 1_236.85;
    let eccentricity = 1.0 - 0.002_516 * t;
    let sun = 2.5534 + 29.105_356_70 * k - 0.000_001_4 * t * t;
    let moon = 201.5643 + 385.816_935_28 * k + 0.010_758_2 * t * t;
    let latitude = 160.7108 + 390.670_502_84 * k - 0.001_611_8 * t * t;
    let node = 124.7746 - 1.563_755_88 * k;
    let mean = 2_451_550.097_66 + 29.530_588_861 * k + 0.000_154_37 * t * t;
    mean - 0.407_20 * sine(moon)
        + 0.172_41 * eccentricity * sine(sun)
        + 0.016_08 * sine(2.0 * moon)
        + 0.010_39 * sine(2.0 * latitude)
        + 0.007_39 * eccentricity * sine(moon - sun)
        - 0.005_14 * eccentricity * sine(moon + sun)
        + 0.002_08 * eccentricity * eccentricity * sine(2.0 * sun)
        - 0.001_11 * sine(moon - 2.0 * latitude)
        - 0.000_57 * sine(moon + 2.0 * latitude)
        + 0.000_56 * eccentricity * sine(2.0 * moon + sun)
        - 0.000_42 * sine(3.0 * moon)
        + 0.000_42 * eccentricity * sine(sun + 2.0 * latitude)
        + 0.000_38 * eccentricity * sine(sun - 2.0 * latitude)
        - 0.000_24 * eccentricity * sine(2.0 * moon - sun)
        - 0.000_17 * sine(node)
}

/// Which twelfth of its way, from 0 at the spring equinox, the sun is in when this Vietnamese day begins.
fn twelfth(day: i32) -> i32 {
    let instant = f64::from(day) + JULIAN_DAY_OF_1970 - UTC_PLUS_7_DAYS + AHEAD_DAYS;
    let t = (instant - 2_451_545.0) / 36_525.0;
    let anomaly = 357.529_11 + 35_999.050_29 * t;
    let centre = (1.914_602 - 0.004_817 * t) * sine(anomaly)
        + (0.019_993 - 0.000_101 * t) * sine(2.0 * anomaly)
        + 0.000_289 * sine(3.0 * anomaly);
    let node = 125.04 - 1_934.136 * t;
    let longitude = 280.466_46 + 36_000.769_83 * t + centre - 0.005_69 - 0.004_78 * sine(node);
    whole(longitude.rem_euclid(360.0) / 30.0)
}

#[expect(clippy::cast_possible_truncation, reason = "days and twelfths are small")]
fn whole(number: f64) -> i32 {
    number.floor() as i32
}

/// The Vietnamese day of the `k`-th new moon, in days since 1970.
fn month_start(k: i32) -> i32 {
    whole(new_moon(k) - AHEAD_DAYS + UTC_PLUS_7_DAYS - JULIAN_DAY_OF_1970)
}

fn days_since_1970(day: Date) -> i32 {
    (day - date(1970, 1, 1)).get_days()
}

/// The new moon that begins the eleventh month of a year.
fn eleventh_month(year: i16) -> i32 {
    let december = days_since_1970(date(year, 12, 18));
    let solstice = (december..december + 7).find(|day| twelfth(day + 1) == 9).unwrap();
    let first = whole((f64::from(year) - 2_000.0) * 12.3685);
    (first..first + 15).rfind(|k| month_start(*k) <= solstice).unwrap()
}

/// The `day`-th of the `month`-th lunar month (not its leap twin) that falls in the first half of a year.
fn lunar(year: i16, month: i32, day: i32) -> Date {
    let (first, last) = (eleventh_month(year - 1), eleventh_month(year));
    let has_leap = last - first == 13;
    let is_leap = |k: i32| twelfth(month_start(k)) == twelfth(month_start(k + 1));
    let leap = (first + 1..last).find(|k| has_leap && is_leap(*k));
    // The eleventh month stands at `first`, so the first one at `first + 2`, unless a leap month lies between.
    let regular = first + month + 1;
    let k = if leap.is_some_and(|leap| leap <= regular) { regular + 1 } else { regular };
    date(1970, 1, 1).checked_add((month_start(k) + day - 1).days()).unwrap()
}

#[test]
fn known_lunar_days_come_out() {
    // A year whose month before Tết ended differently in Hanoi and Beijing, and years with a leap month before April.
    assert_eq!(lunar(2007, 1, 1), date(2007, 2, 17));
    assert_eq!(lunar(2004, 3, 10), date(2004, 4, 28));
    assert_eq!(lunar(2023, 3, 10), date(2023, 4, 29));
    assert_eq!(lunar(1985, 1, 1), date(1985, 1, 21));
}

#[test]
fn tet_and_hung_kings_day_stand_where_the_moon_puts_them() {
    let calendar = vietnam();
    for year in 2019..=2027 {
        let named = |name: &str| -> Vec<Date> {
            let days = date(year, 1, 1).series(1.day()).take_while(|day| day.year() == year);
            days.filter(|day| calendar.note(*day) == name).collect()
        };
        let first_day = lunar(year, 1, 1);
        let eve = first_day.yesterday().unwrap();
        let tet = named("Tết Nguyên đán");
        // The law gives five days: at least the eve, the first three days, and one more before or after.
        let least = [eve, first_day, first_day.tomorrow().unwrap(), first_day.checked_add(2.days()).unwrap()];
        assert!(least.iter().all(|day| tet.contains(day)), "{year}: {tet:?} around {first_day}");
        assert!(tet.len() >= 5 && tet.windows(2).all(|pair| pair[0].tomorrow().unwrap() == pair[1]), "{year}: {tet:?}");
        assert_eq!(named("Giỗ Tổ Hùng Vương"), [lunar(year, 3, 10)], "{year}");
    }
}

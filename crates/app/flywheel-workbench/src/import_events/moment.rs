//! Times as files and databases write them, read to microseconds.

use flywheel_tables::infer;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Number, Value};

/// A time, and whether it says by itself which moment it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Written {
    /// Microseconds since 1970; where no zone was named, as if it were UTC.
    pub micros: i64,
    /// True when the zone is known.
    pub zoned: bool,
}

/// Reads a time with the month before the day where both are possible.
pub(super) fn read(value: &Value) -> Option<Written> {
    read_as(value, false)
}

/// Reads a time: RFC 3339, a date and time of day in many forms, or seconds, milliseconds, microseconds or nanoseconds since 1970.
pub(super) fn read_as(value: &Value, day_first: bool) -> Option<Written> {
    match value {
        Value::Number(number) => of_number(number.as_f64()?).or_else(|| of_day(number)),
        Value::String(text) => {
            let text = text.trim();
            if let Ok(moment) = text.parse::<Timestamp>() {
                return Some(Written { micros: moment.as_microsecond(), zoned: true });
            }
            let is_digits = text.len() >= 9 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
            if is_digits && text.matches('.').count() <= 1 {
                return of_number(text.parse().ok()?);
            }
            let read = if day_first { infer::moment_day_first } else { infer::moment };
            let secs = read(text).or_else(|| read(&whole_hour(text)?))?;
            Some(Written { micros: (secs * 1e6).round() as i64, zoned: names_zone(text) })
        }
        _ => None,
    }
}

/// The moment of a time in a zone, where it names none.
pub(super) fn in_zone(written: Written, zone: &TimeZone) -> Option<i64> {
    if written.zoned {
        return Some(written.micros);
    }
    let wall = Timestamp::from_microsecond(written.micros).ok()?.to_zoned_datetime(TimeZone::UTC).datetime();
    Some(wall.to_zoned_datetime(zone.clone()).ok()?.timestamp().as_microsecond())
}

/// True where a text ends with a zone: `Z`, `UTC`, `+02:00`.
pub(super) fn names_zone(text: &str) -> bool {
    let text = text.trim().to_ascii_lowercase();
    let Some(colon) = text.find(':') else {
        return text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') && text.len() >= 9;
    };
    let clock = &text[colon..];
    clock.ends_with('z') || clock.ends_with("utc") || clock.ends_with("gmt") || clock.contains(['+', '-'])
}

/// A day as a whole number, such as 20260301.
fn of_day(number: &Number) -> Option<Written> {
    let secs = number.as_u64().and_then(|day| infer::moment(&day.to_string()))?;
    Some(Written { micros: (secs * 1e6).round() as i64, zoned: false })
}

/// `2014-12-06 02` as `2014-12-06 02:00`: some logs tell the hour only.
fn whole_hour(text: &str) -> Option<String> {
    let (_, hour) = text.rsplit_once([' ', 'T'])?;
    let is_hour = matches!(hour.len(), 1 | 2) && hour.bytes().all(|byte| byte.is_ascii_digit());
    is_hour.then(|| format!("{text}:00"))
}

/// The unit is told by the size: seconds and milliseconds reach to the year 5138.
fn of_number(number: f64) -> Option<Written> {
    let unit = match number.abs() {
        size if size < 1e8 || !size.is_finite() => return None,
        size if size < 1e11 => 1e6,
        size if size < 1e14 => 1e3,
        size if size < 1e17 => 1.0,
        _ => 1e-3,
    };
    Some(Written { micros: (number * unit).round() as i64, zoned: true })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn times_are_moments_of_their_zone() {
        let berlin = TimeZone::get("Europe/Berlin").expect("a zone");
        let at = |value: Value, day_first| {
            let moment = in_zone(read_as(&value, day_first)?, &berlin)?;
            Timestamp::from_microsecond(moment).ok().map(|moment| moment.to_string())
        };
        for (value, day_first, expected) in [
            (json!("2026-03-01T09:30:00Z"), false, Some("2026-03-01T09:30:00Z")),
            (json!("2026-03-01T09:30:00.123456+08:00"), false, Some("2026-03-01T01:30:00.123456Z")),
            (json!("2026-03-01 09:30:00"), false, Some("2026-03-01T08:30:00Z")),
            (json!("2026-07-01"), false, Some("2026-06-30T22:00:00Z")),
            (json!("1/7/2026 12:00"), false, Some("2026-01-07T11:00:00Z")),
            (json!("1/7/2026 12:00"), true, Some("2026-07-01T10:00:00Z")),
            // The clock is put forward at 02:00.
            (json!("2026-03-29 02:30:00"), false, Some("2026-03-29T01:30:00Z")),
            (json!(1_767_225_600), false, Some("2026-01-01T00:00:00Z")),
            (json!(20_260_701), false, Some("2026-06-30T22:00:00Z")),
            (json!("20260701"), false, Some("2026-06-30T22:00:00Z")),
            (json!("2026-07-01 9"), false, Some("2026-07-01T07:00:00Z")),
            (json!("2026-07-01T09"), false, Some("2026-07-01T07:00:00Z")),
            (json!(20_261_301), false, None),
            (json!("1767225600123"), false, Some("2026-01-01T00:00:00.123Z")),
            (json!(1_767_225_600_123_456_i64), false, Some("2026-01-01T00:00:00.123456Z")),
            (json!("soon"), false, None),
            (json!(12), false, None),
            (json!(null), false, None),
        ] {
            assert_eq!(at(value.clone(), day_first).as_deref(), expected, "{value}");
        }
    }
}

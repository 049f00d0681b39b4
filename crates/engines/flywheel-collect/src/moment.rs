//! When an event happened: the forms in which clients write a time, and their clocks put right.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::rfc2822;
use jiff::tz::TimeZone;
use serde_json::Value;

/// Microseconds of a second.
pub const SECOND: i64 = 1_000_000;

/// A clock that differs by less is taken to be right: the difference is how long the request was on its way.
const ON_ITS_WAY: i64 = SECOND;

/// How far ahead of the server's clock a moment may be, as in PostHog.
const AHEAD_AT_MOST: i64 = 23 * 3600 * SECOND;

/// Moments before 1971-01-01 are a clock that was never set.
const CLOCK_NOT_SET: i64 = 365 * 24 * 3600 * SECOND;

/// A time as a client wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// Microseconds since 1970-01-01T00:00:00Z.
    pub time: i64,
    /// False when no zone was written and UTC was assumed.
    pub zoned: bool,
}

/// Why a moment cannot be an event's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Impossible {
    /// It is no time.
    Unreadable,
    /// It lies before 1971.
    TooEarly,
    /// It lies more than 23 hours ahead.
    Ahead,
}

/// Reads a time: RFC 3339, ISO 8601 with or without zone, a date, RFC 2822, or a number of seconds, milliseconds or microseconds.
pub fn read(value: &Value) -> Result<Written, Impossible> {
    match value {
        Value::String(text) => read_text(text.trim()),
        Value::Number(number) => number.as_f64().and_then(of_number).ok_or(Impossible::Unreadable),
        _ => Err(Impossible::Unreadable),
    }
}

/// Reads a time from text.
pub fn read_text(text: &str) -> Result<Written, Impossible> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(Written { time: moment.as_microsecond(), zoned: true });
    }
    if let Ok(local) = text.parse::<DateTime>() {
        let moment = TimeZone::UTC.to_timestamp(local).map_err(|_| Impossible::Unreadable)?;
        return Ok(Written { time: moment.as_microsecond(), zoned: false });
    }
    if let Ok(moment) = rfc2822::DateTimeParser::new().parse_timestamp(text) {
        return Ok(Written { time: moment.as_microsecond(), zoned: true });
    }
    text.parse().ok().and_then(of_number).ok_or(Impossible::Unreadable)
}

/// Seconds, milliseconds or microseconds since 1970, told apart by their size: each covers 2001 to 5138.
fn of_number(number: f64) -> Option<Written> {
    let unit = match number.abs() {
        size if !size.is_finite() || size >= 1e17 => return None,
        size if size < 1e11 => 1e6,
        size if size < 1e14 => 1e3,
        _ => 1.0,
    };
    Some(Written { time: (number * unit).round() as i64, zoned: true })
}

/// How an event's own time relates to the server's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    /// When the request arrived, microseconds.
    pub now: i64,
    /// When the client sent it by its own clock; `None` when it did not say, or is not to be corrected.
    pub sent_at: Option<i64>,
}

impl Clock {
    /// The moment by the server's clock, when it can be an event's at all.
    ///
    /// # Errors
    /// A moment before 1971 or more than 23 hours ahead, after the correction.
    pub fn correct(&self, time: i64) -> Result<i64, Impossible> {
        let skew = self.sent_at.map_or(0, |sent_at| self.now.saturating_sub(sent_at));
        let skew = if skew.abs() < ON_ITS_WAY { 0 } else { skew };
        let time = time.saturating_add(skew);
        if time < CLOCK_NOT_SET {
            Err(Impossible::TooEarly)
        } else if time > self.now.saturating_add(AHEAD_AT_MOST) {
            Err(Impossible::Ahead)
        } else {
            Ok(time)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn micros(text: &str) -> i64 {
        text.parse::<Timestamp>().expect("a moment").as_microsecond()
    }

    #[test]
    fn times_are_read_in_the_forms_of_the_clients() {
        let moment = micros("2026-03-01T09:30:00.25Z");
        for (written, zoned) in [
            (json!("2026-03-01T09:30:00.250Z"), true),
            (json!("2026-03-01T17:30:00.250000+08:00"), true),
            (json!(" 2026-03-01T09:30:00.25"), false),
            (json!("2026-03-01 09:30:00.25"), false),
            (json!("2026-03-01 09:30:00.25+00:00"), true),
            (json!(1_772_357_400.25), true),
            (json!(1_772_357_400_250_i64), true),
            (json!(1_772_357_400_250_000_i64), true),
            (json!("1772357400250"), true),
        ] {
            assert_eq!(read(&written), Ok(Written { time: moment, zoned }), "{written}");
        }
        assert_eq!(
            read(&json!("2026-03-01")).map(|written| written.time),
            Ok(micros("2026-03-01T00:00:00Z"))
        );
        let mail = read(&json!("Sun, 01 Mar 2026 09:30:00 +0000")).map(|written| written.time);
        assert_eq!(mail, Ok(micros("2026-03-01T09:30:00Z")));
        for wrong in [
            json!(""),
            json!("yesterday"),
            json!("2026-13-01T00:00:00Z"),
            json!([1]),
            json!(1e300),
            json!(true),
        ] {
            assert_eq!(read(&wrong), Err(Impossible::Unreadable), "{wrong}");
        }
    }

    #[test]
    fn a_wrong_clock_is_put_right_and_an_impossible_time_is_not_believed() {
        let now = micros("2026-03-01T09:30:00Z");
        let clock = |sent_at: Option<&str>| Clock { now, sent_at: sent_at.map(micros) };
        let five_before = now - 5 * SECOND;
        assert_eq!(
            clock(Some("1970-01-01T00:00:10Z")).correct(5 * SECOND),
            Ok(five_before),
            "a clock never set"
        );
        assert_eq!(
            clock(Some("2030-03-01T09:30:00Z")).correct(micros("2030-03-01T09:29:55Z")),
            Ok(five_before)
        );
        assert_eq!(
            clock(Some("2026-03-01T09:29:59.5Z")).correct(five_before),
            Ok(five_before),
            "half a second is the way"
        );
        assert_eq!(clock(None).correct(five_before), Ok(five_before));
        assert_eq!(clock(None).correct(0), Err(Impossible::TooEarly));
        assert_eq!(clock(None).correct(micros("3000-01-01T00:00:00Z")), Err(Impossible::Ahead));
        assert_eq!(
            clock(None).correct(micros("1997-01-05T00:00:00Z")),
            Ok(micros("1997-01-05T00:00:00Z")),
            "an old purchase"
        );
        assert_eq!(clock(None).correct(i64::MAX), Err(Impossible::Ahead));
        assert_eq!(clock(Some("1970-01-01T00:00:00Z")).correct(i64::MIN), Err(Impossible::TooEarly));
    }
}

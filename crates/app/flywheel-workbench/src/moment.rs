//! A moment or a day as people type it, and when it begins in the project's time zone.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// A moment, or a day for its beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// `2026-03-01`.
    Day(Date),
    /// `2026-03-01T09:30:00+08:00`.
    Exact(Timestamp),
}

impl Moment {
    /// As it is typed; `None` where that is neither a moment nor a day.
    pub fn read(text: &str) -> Option<Self> {
        let exact = text.parse::<Timestamp>().map(Self::Exact);
        exact.or_else(|_| text.parse::<Date>().map(Self::Day)).ok()
    }

    /// Its beginning in a time zone, microseconds since 1970, UTC; `None` for a day beyond what a moment can be.
    pub fn begins(self, zone: &TimeZone) -> Option<i64> {
        let moment = match self {
            Self::Exact(moment) => moment,
            Self::Day(day) => day.to_zoned_datetime(zone.clone()).ok()?.timestamp(),
        };
        Some(moment.as_microsecond())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_of_the_project() {
        for (text, zone, moment) in [
            ("2026-03-01", "UTC", "2026-03-01T00:00:00Z"),
            ("2026-03-01", "Asia/Shanghai", "2026-02-28T16:00:00Z"),
            ("2026-03-01", "America/New_York", "2026-03-01T05:00:00Z"),
            ("2026-03-01T09:30:00+08:00", "America/New_York", "2026-03-01T01:30:00Z"),
        ] {
            let zone = TimeZone::get(zone).expect("a zone");
            let expected: Timestamp = moment.parse().expect("a moment");
            let begins = Moment::read(text).and_then(|moment| moment.begins(&zone));
            assert_eq!(begins, Some(expected.as_microsecond()), "{text}");
        }
        assert_eq!(Moment::read("soon"), None);
    }
}

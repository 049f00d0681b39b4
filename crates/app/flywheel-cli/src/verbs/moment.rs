//! A moment or a day as it is typed, and when it begins in the project's time zone.

use flywheel_spec::{Phrase, Problem};
use flywheel_workbench::Workbench;
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
    /// As it is typed; a mistake is the key of its phrase.
    pub fn read(text: &str) -> Result<Self, String> {
        let exact = text.parse::<Timestamp>().map(Self::Exact);
        exact.or_else(|_| text.parse::<Date>().map(Self::Day)).map_err(|_| "cli.date_wrong".to_owned())
    }

    /// Its beginning, microseconds since 1970, UTC.
    fn begins(self, zone: &TimeZone) -> Result<i64, Problem> {
        let moment = match self {
            Self::Exact(moment) => Ok(moment),
            Self::Day(day) => day.to_zoned_datetime(zone.clone()).map(|day| day.timestamp()),
        };
        moment.map(Timestamp::as_microsecond).map_err(|_| Problem::error(Phrase::new("cli.date_wrong")))
    }
}

/// The beginnings of two of them in the project's time zone.
pub fn stretch(
    workbench: &Workbench,
    from: Option<Moment>,
    to: Option<Moment>,
) -> Result<(Option<i64>, Option<i64>), Problem> {
    let zone = TimeZone::get(&workbench.project().time_zone).unwrap_or(TimeZone::UTC);
    let begins = |moment: Option<Moment>| moment.map(|moment| moment.begins(&zone)).transpose();
    Ok((begins(from)?, begins(to)?))
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
            let begins = Moment::read(text).expect(text).begins(&zone).expect(text);
            assert_eq!(begins, expected.as_microsecond(), "{text}");
        }
        assert_eq!(Moment::read("soon"), Err("cli.date_wrong".to_owned()));
    }
}

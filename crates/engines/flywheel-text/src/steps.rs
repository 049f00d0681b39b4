//! Steps of time: hours, days, weeks from Monday, or months, in the project's time zone.

use flywheel_spec::product::Interval;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, ZonedDateTime};

/// Steps told at most; a longer stretch gets longer steps.
const MOST: usize = 120;
/// Days up to which steps are days, and weeks up to which they are weeks.
const DAYS: i64 = 45;
const WEEKS: i64 = 400;

const DAY_MICROS: i64 = 86_400_000_000;

/// Steps of time, each from its beginning to the next one's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Steps {
    /// How long they are.
    pub interval: Interval,
    /// Their beginnings, microseconds since 1970, rising.
    pub starts: Vec<i64>,
    /// Their names: a date, or a date and an hour.
    pub names: Vec<String>,
}

impl Steps {
    /// The steps from a first to a last moment; none where a moment is no time of the calendar.
    pub fn between(first: i64, last: i64, interval: Option<Interval>, zone: &TimeZone) -> Option<Self> {
        let days = last.saturating_sub(first) / DAY_MICROS;
        let mut interval = interval.unwrap_or(match days {
            0 => Interval::Hour,
            days if days <= DAYS => Interval::Day,
            days if days <= WEEKS => Interval::Week,
            _ => Interval::Month,
        });
        loop {
            let found = Self::of(first, last, interval, zone)?;
            interval = match interval {
                _ if found.starts.len() <= MOST => return Some(found),
                Interval::Hour => Interval::Day,
                Interval::Day => Interval::Week,
                Interval::Week => Interval::Month,
                Interval::Month => return Some(found.latest()),
            };
        }
    }

    fn of(first: i64, last: i64, interval: Interval, zone: &TimeZone) -> Option<Self> {
        let mut start =
            begin(&Timestamp::from_microsecond(first).ok()?.to_zoned_datetime(zone.clone()), interval)?;
        let mut steps = Self { interval, starts: Vec::new(), names: Vec::new() };
        // Beyond what is ever told, the number alone matters.
        let most = if interval == Interval::Month { 12_000 } else { MOST + 1 };
        while start.timestamp().as_microsecond() <= last && steps.starts.len() < most {
            steps.starts.push(start.timestamp().as_microsecond());
            steps.names.push(match interval {
                Interval::Hour => start.strftime("%Y-%m-%d %H:00").to_string(),
                _ => start.strftime("%Y-%m-%d").to_string(),
            });
            let span = match interval {
                Interval::Hour => 1.hour(),
                Interval::Day => 1.day(),
                Interval::Week => 1.week(),
                Interval::Month => 1.month(),
            };
            start = start.checked_add(span).ok()?;
        }
        Some(steps)
    }

    /// Only the latest months: what came before the first step is in no step.
    fn latest(mut self) -> Self {
        let gone = self.starts.len().saturating_sub(MOST);
        self.starts.drain(..gone);
        self.names.drain(..gone);
        self
    }

    /// The step that a moment is in.
    pub fn at(&self, moment: i64) -> Option<usize> {
        self.starts.partition_point(|start| *start <= moment).checked_sub(1)
    }

    /// How many steps.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }
}

fn begin(moment: &ZonedDateTime, interval: Interval) -> Option<ZonedDateTime> {
    let date = moment.date();
    let date = match interval {
        Interval::Hour => {
            // Hours of the wall clock begin where its minutes are none, in zones of half hours too.
            let micros = moment.timestamp().as_microsecond();
            let local = micros + i64::from(moment.offset().seconds()) * 1_000_000;
            let start = Timestamp::from_microsecond(micros - local.rem_euclid(3_600_000_000)).ok()?;
            return Some(start.to_zoned_datetime(moment.time_zone().clone()));
        }
        Interval::Day => date,
        Interval::Week => date.checked_sub(i64::from(date.weekday().to_monday_zero_offset()).days()).ok()?,
        Interval::Month => date.first_of_month(),
    };
    date.to_zoned_datetime(moment.time_zone().clone()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_those_of_the_calendar() {
        let zone = TimeZone::fixed(jiff::tz::offset(8));
        let at = |text: &str| text.parse::<Timestamp>().unwrap().as_microsecond();
        let (first, last) = (at("2026-03-02T20:00:00Z"), at("2026-04-30T00:00:00Z"));
        let weeks = Steps::between(first, last, None, &zone).unwrap();
        assert_eq!((weeks.interval, weeks.names[0].as_str(), weeks.len()), (Interval::Week, "2026-03-02", 9));
        assert_eq!((weeks.at(first), weeks.at(last), weeks.at(0)), (Some(0), Some(8), None));
        let months = Steps::between(first, last, Some(Interval::Month), &zone).unwrap();
        assert_eq!(months.names, ["2026-03-01", "2026-04-01"]);
        let hours = Steps::between(first, first, None, &zone).unwrap();
        assert_eq!(hours.names, ["2026-03-03 04:00"]);
        // Too many hours become days, weeks and months.
        assert!(Steps::between(0, last, Some(Interval::Hour), &zone).unwrap().len() <= MOST);
        assert!(Steps::between(i64::MIN, i64::MAX, None, &zone).is_none());
    }
}

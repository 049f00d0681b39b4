//! When: periods resolved to moments, and time cut into hours, days, weeks and months of a time zone.

use flywheel_spec::product::{Interval, Period};
use flywheel_spec::project::Weekday;
use flywheel_spec::{Problem, Problems, phrase};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, ZonedDateTime};
use serde::{Deserialize, Serialize};

/// Most steps that a period may be cut into.
const STEPS_AT_MOST: usize = 20_000;

/// Microseconds of a day of 24 hours.
pub const DAY_MICROS: i64 = 86_400_000_000;

/// The project's sense of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    /// IANA time zone, such as `Asia/Shanghai`.
    pub time_zone: String,
    /// The day that a week begins with.
    pub first_day_of_week: Weekday,
    /// The moment of asking.
    pub now: Timestamp,
}

/// A period as moments: microseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    /// The beginning, inclusive; absent for all that came before.
    pub from: Option<i64>,
    /// The end, exclusive.
    pub to: i64,
}

/// Time cut into steps.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Steps {
    /// The beginnings of the steps, ascending, then the end of the last: one more than there are steps.
    pub edges: Vec<i64>,
    /// What each step is called: `2026-03-01`, `2026-03-01 14:00`, `2026-03`.
    pub labels: Vec<String>,
}

impl Steps {
    /// How many.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The step that a moment lies in.
    pub fn at(&self, moment: i64) -> Option<usize> {
        let after = self.edges.partition_point(|edge| *edge <= moment);
        (after > 0 && after <= self.len()).then(|| after - 1)
    }
}

impl Calendar {
    /// The time zone, which the project's check has found to exist; UTC where it does not.
    pub fn zone(&self) -> TimeZone {
        TimeZone::get(&self.time_zone).unwrap_or(TimeZone::UTC)
    }

    /// A period's moments.
    ///
    /// # Errors
    /// A beginning or end that cannot be read, or an end before the beginning.
    pub fn stretch(&self, period: &Period) -> Result<Stretch, Problems> {
        let mut problems = Problems::default();
        let mut read = |text: &Option<String>, setting: &str, end: bool| {
            let moment = self.moment(text.as_deref()?, end);
            if moment.is_none() {
                let found = text.as_deref().unwrap_or_default();
                let problem = Problem::error(phrase!("product.moment", found = found));
                problems.push(problem.advise(phrase!("product.moment_advice")).at_setting(setting));
            }
            moment
        };
        let from = read(&period.from, "period.from", false);
        let to = read(&period.to, "period.to", true);
        let to = to.unwrap_or(self.now.as_microsecond() + 1);
        if from.is_some_and(|from| from >= to) {
            problems.push(Problem::error(phrase!("product.period_empty")).at_setting("period"));
        }
        problems.settle(Stretch { from, to }).map(|(stretch, _)| stretch)
    }

    /// The steps from one moment to another: the first is the one that `from` lies in, the last the one before or at `to`.
    ///
    /// # Errors
    /// When there would be more than 20,000.
    pub fn steps(&self, from: i64, to: i64, interval: Interval) -> Result<Steps, Problems> {
        let mut steps = Steps::default();
        let mut at = self.beginning(self.zoned(from), interval);
        loop {
            let micros = at.timestamp().as_microsecond();
            if steps.edges.last().is_none_or(|last| *last < micros) {
                steps.edges.push(micros);
                if micros >= to {
                    return Ok(steps);
                }
                let mut told = label(&at, interval);
                // The hour that comes twice when the clock is put back.
                if steps.labels.last() == Some(&told) {
                    told = at.strftime("%Y-%m-%d %H:%M %:z").to_string();
                }
                steps.labels.push(told);
            }
            if steps.len() > STEPS_AT_MOST {
                let problem = Problem::error(phrase!("product.too_many_steps", most = STEPS_AT_MOST));
                return Err(problem.at_setting("interval").into());
            }
            at = match self.next(&at, interval) {
                Some(next) => next,
                None => return Ok(steps),
            };
        }
    }

    /// The beginning of the step that a moment lies in.
    pub fn beginning_of(&self, moment: i64, interval: Interval) -> i64 {
        self.beginning(self.zoned(moment), interval).timestamp().as_microsecond()
    }

    /// A moment in the project's time zone; moments out of range become the nearest in range.
    pub fn zoned(&self, micros: i64) -> ZonedDateTime {
        let moment = Timestamp::from_microsecond(micros).unwrap_or(if micros < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        });
        moment.to_zoned_datetime(self.zone())
    }

    /// The date of a moment, `2026-03-01`.
    pub fn date(&self, micros: i64) -> Date {
        self.zoned(micros).date()
    }

    fn beginning(&self, moment: ZonedDateTime, interval: Interval) -> ZonedDateTime {
        let date = moment.date();
        let day = match interval {
            Interval::Hour => {
                // The wall clock's hour, also where a zone's offset is no whole hour.
                let into = i64::from(moment.minute()) * 60 + i64::from(moment.second());
                let back = into.seconds().nanoseconds(i64::from(moment.subsec_nanosecond()));
                return moment.checked_sub(back).unwrap_or(moment);
            }
            Interval::Day => date,
            Interval::Week => {
                let first = match self.first_day_of_week {
                    Weekday::Monday => jiff::civil::Weekday::Monday,
                    Weekday::Sunday => jiff::civil::Weekday::Sunday,
                    Weekday::Saturday => jiff::civil::Weekday::Saturday,
                };
                let back = i64::from(date.weekday().since(first));
                date.checked_sub(back.days()).unwrap_or(date)
            }
            Interval::Month => date.first_of_month(),
        };
        day.to_zoned_datetime(self.zone()).unwrap_or(moment)
    }

    fn next(&self, beginning: &ZonedDateTime, interval: Interval) -> Option<ZonedDateTime> {
        let date = beginning.date();
        let day = match interval {
            Interval::Hour => return beginning.checked_add(1.hour()).ok(),
            Interval::Day => date.checked_add(1.day()).ok()?,
            Interval::Week => date.checked_add(7.days()).ok()?,
            Interval::Month => date.first_of_month().checked_add(1.month()).ok()?,
        };
        day.to_zoned_datetime(self.zone()).ok()
    }

    /// A moment as people write it; of a date or month the beginning, or for an `end` the beginning of the next one.
    fn moment(&self, text: &str, end: bool) -> Option<i64> {
        let text = text.trim();
        if let Some(back) = text.strip_prefix('-') {
            let digits = back.find(|letter: char| !letter.is_ascii_digit())?;
            let count: i64 = back[..digits].parse().ok()?;
            let now = self.now.to_zoned_datetime(self.zone());
            let (span, interval) = match &back[digits..] {
                "h" => (count.hours(), Interval::Hour),
                "d" => (count.days(), Interval::Day),
                "w" => ((count * 7).days(), Interval::Week),
                "mo" | "m" => (count.months(), Interval::Month),
                "y" => (count.years(), Interval::Month),
                _ => return None,
            };
            let then = now.checked_sub(span).ok()?;
            return Some(self.beginning(then, interval).timestamp().as_microsecond());
        }
        if text == "now" {
            return Some(self.now.as_microsecond());
        }
        let day = match text {
            "today" => Some(self.now.to_zoned_datetime(self.zone()).date()),
            "yesterday" => self.now.to_zoned_datetime(self.zone()).date().checked_sub(1.day()).ok(),
            _ if text.len() == 10 => text.parse::<Date>().ok(),
            _ => None,
        };
        let month = if text.len() == 7 { format!("{text}-01").parse::<Date>().ok() } else { None };
        if let Some((day, length)) = day.map(|day| (day, 1.day())).or(month.map(|day| (day, 1.month()))) {
            let day = if end { day.checked_add(length).ok()? } else { day };
            return day.to_zoned_datetime(self.zone()).ok().map(|day| day.timestamp().as_microsecond());
        }
        if let Ok(moment) = text.parse::<Timestamp>() {
            return Some(moment.as_microsecond());
        }
        // A wall-clock time without offset is the project's own.
        let local = text.parse::<jiff::civil::DateTime>().ok()?;
        local.to_zoned_datetime(self.zone()).ok().map(|moment| moment.timestamp().as_microsecond())
    }
}

fn label(beginning: &ZonedDateTime, interval: Interval) -> String {
    match interval {
        Interval::Hour => beginning.strftime("%Y-%m-%d %H:%M").to_string(),
        Interval::Day | Interval::Week => beginning.strftime("%Y-%m-%d").to_string(),
        Interval::Month => beginning.strftime("%Y-%m").to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar(zone: &str, now: &str) -> Calendar {
        Calendar {
            time_zone: zone.to_owned(),
            first_day_of_week: Weekday::Monday,
            now: now.parse().expect("a moment"),
        }
    }

    fn micros(text: &str) -> i64 {
        text.parse::<Timestamp>().expect("a moment").as_microsecond()
    }

    #[test]
    fn days_of_daylight_saving_are_as_long_as_they_are() {
        let berlin = calendar("Europe/Berlin", "2026-04-01T00:00:00Z");
        let steps = berlin
            .steps(micros("2026-03-28T12:00:00Z"), micros("2026-03-30T12:00:00Z"), Interval::Day)
            .expect("steps");
        assert_eq!(steps.labels, ["2026-03-28", "2026-03-29", "2026-03-30"]);
        let hours: Vec<i64> =
            steps.edges.windows(2).map(|pair| (pair[1] - pair[0]) / 3_600_000_000).collect();
        assert_eq!(hours, [24, 23, 24]);
        assert_eq!(steps.at(micros("2026-03-28T23:30:00Z")), Some(1), "half past midnight in Berlin");
    }

    #[test]
    fn the_hour_that_comes_twice_is_told_apart() {
        let new_york = calendar("America/New_York", "2026-12-01T00:00:00Z");
        let steps = new_york
            .steps(micros("2026-11-01T05:10:00Z"), micros("2026-11-01T07:10:00Z"), Interval::Hour)
            .expect("steps");
        assert_eq!(steps.labels, ["2026-11-01 01:00", "2026-11-01 01:00 -05:00", "2026-11-01 02:00"]);
    }

    #[test]
    fn weeks_begin_where_the_project_says() {
        let mut calendar = calendar("UTC", "2026-04-01T00:00:00Z");
        let wednesday = micros("2026-03-04T10:00:00Z");
        for (first, expected) in [
            (Weekday::Monday, "2026-03-02"),
            (Weekday::Sunday, "2026-03-01"),
            (Weekday::Saturday, "2026-02-28"),
        ] {
            calendar.first_day_of_week = first;
            let steps = calendar.steps(wednesday, wednesday + 1, Interval::Week).expect("steps");
            assert_eq!(steps.labels, [expected]);
        }
    }

    #[test]
    fn periods_are_read_as_people_write_them() {
        let calendar = calendar("Asia/Shanghai", "2026-03-15T20:00:00Z");
        let stretch = |from: &str, to: Option<&str>| {
            let period = Period { from: Some(from.to_owned()), to: to.map(str::to_owned) };
            let stretch = calendar.stretch(&period).expect(from);
            (stretch.from.expect("a beginning"), stretch.to)
        };
        // 20:00 UTC on the 15th is 04:00 on the 16th in Shanghai.
        assert_eq!(stretch("today", None).0, micros("2026-03-15T16:00:00Z"));
        assert_eq!(stretch("-7d", None).0, micros("2026-03-08T16:00:00Z"));
        assert_eq!(stretch("-1mo", None).0, micros("2026-01-31T16:00:00Z"));
        assert_eq!(
            stretch("2026-03-01", Some("2026-03-02")),
            (micros("2026-02-28T16:00:00Z"), micros("2026-03-02T16:00:00Z"))
        );
        assert_eq!(
            stretch("2026-02", Some("2026-03")),
            (micros("2026-01-31T16:00:00Z"), micros("2026-03-31T16:00:00Z"))
        );
        assert_eq!(
            stretch("2026-03-01T00:00:00Z", Some("2026-03-01T09:00:00")),
            (micros("2026-03-01T00:00:00Z"), micros("2026-03-01T01:00:00Z"))
        );
        for end in ["2026-13-01", "2026-13"] {
            let wrong = Period { from: Some("soon".to_owned()), to: Some(end.to_owned()) };
            assert_eq!(calendar.stretch(&wrong).expect_err("wrong").problems.len(), 2, "{end}");
        }
    }
}

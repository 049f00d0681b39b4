//! Dates and moments, in parts: how long ago, year, month, day, weekday, hour; what goes round in a circle is put on one.

use std::borrow::Cow;
use std::f64::consts::TAU;
use std::sync::Arc;

use flywheel_spec::{Phrase, phrase};
use flywheel_tables::frame::Values;
use flywheel_tables::infer::{self, Writing};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::Slots;
use super::number::mean_and_deviation;
use crate::figure;

/// A part of a moment, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimePart {
    /// Days since 1970, standardised.
    Elapsed,
    /// The year, standardised.
    Year,
    /// The month as the sine and cosine of its angle.
    Month,
    /// The day of the month, 1 to 31, as 0 to 1.
    Day,
    /// The weekday as seven 0/1 inputs, Monday first.
    Weekday,
    /// The hour, fractions included, as the sine and cosine of its angle.
    Hour,
}

/// How one column of moments becomes inputs; a missing moment is all zeros.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeCode {
    /// The parts that vary in the training part, in order.
    pub parts: Vec<TimePart>,
    /// Mean and deviation of the days since 1970.
    pub elapsed: [f64; 2],
    /// Mean and deviation of the year.
    pub year: [f64; 2],
    /// Whether a last input says that the moment was missing.
    pub indicator: bool,
    /// First and last moment of the training part, seconds since 1970.
    pub range: [f64; 2],
    /// How texts are read as moments.
    #[serde(default, skip_serializing_if = "Writing::is_usual")]
    pub writing: Writing,
}

impl TimeCode {
    /// Fits on the training part's moments, seconds since 1970, missing ones as NaN; absent when all are missing.
    pub(super) fn fit(values: &[f64], indicator: bool, writing: Writing) -> Option<(Self, Vec<Phrase>)> {
        let present: Vec<f64> = values.iter().copied().filter(|secs| civil(*secs).is_some()).collect();
        let moments: Vec<DateTime> = present.iter().filter_map(|&secs| civil(secs)).collect();
        let first = *moments.first()?;
        let varies = |part: fn(&DateTime) -> i64| moments.iter().any(|moment| part(moment) != part(&first));
        let mut parts = vec![TimePart::Elapsed];
        let candidates: [(TimePart, fn(&DateTime) -> i64); 5] = [
            (TimePart::Year, |moment| i64::from(moment.year())),
            (TimePart::Month, |moment| i64::from(moment.month())),
            (TimePart::Day, |moment| i64::from(moment.day())),
            (TimePart::Weekday, |moment| i64::from(moment.weekday().to_monday_zero_offset())),
            (TimePart::Hour, |moment| i64::from(moment.hour()) * 60 + i64::from(moment.minute())),
        ];
        parts.extend(candidates.into_iter().filter(|(_, part)| varies(*part)).map(|(name, _)| name));

        let days: Vec<f64> = present.iter().map(|secs| secs / 86_400.0).collect();
        let years: Vec<f64> = moments.iter().map(|moment| f64::from(moment.year())).collect();
        let missing = values.len() - present.len();
        let code = Self {
            parts,
            elapsed: positive_deviation(mean_and_deviation(&days)),
            year: positive_deviation(mean_and_deviation(&years)),
            indicator: indicator && missing > 0,
            range: [
                present.iter().copied().fold(f64::INFINITY, f64::min),
                present.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            ],
            writing,
        };
        let names: Vec<&str> = code.parts.iter().map(|part| part.name()).collect();
        let mut steps = vec![phrase!("prepare.step_time", parts = names.join(", "))];
        if missing > 0 {
            steps.push(phrase!("prepare.step_time_missing", count = missing));
        }
        if code.indicator {
            steps.push(phrase!("prepare.step_indicator"));
        }
        Some((code, steps))
    }

    /// Inputs that come of it.
    pub fn width(&self) -> usize {
        self.parts.iter().map(|part| part.width()).sum::<usize>() + usize::from(self.indicator)
    }

    /// Writes the inputs of the rows asked for.
    pub(super) fn encode(&self, values: Option<&Values>, rows: &[usize], slots: &mut Slots<'_>) {
        let times = values.map(|values| as_written(values, self.writing));
        let last = self.width() - 1;
        for (example, &row) in rows.iter().enumerate() {
            let secs = times.as_ref().map_or(f64::NAN, |times| times[row]);
            let Some(moment) = civil(secs) else {
                if self.indicator {
                    slots.put(example, last, 1.0);
                }
                continue;
            };
            let mut at = 0;
            for part in &self.parts {
                self.put(*part, secs, &moment, example, at, slots);
                at += part.width();
            }
        }
    }

    fn put(
        &self,
        part: TimePart,
        secs: f64,
        moment: &DateTime,
        example: usize,
        at: usize,
        slots: &mut Slots<'_>,
    ) {
        let mut circle = |share: f64| {
            slots.put(example, at, (TAU * share).sin() as f32);
            slots.put(example, at + 1, (TAU * share).cos() as f32);
        };
        match part {
            TimePart::Month => circle(f64::from(moment.month() - 1) / 12.0),
            TimePart::Hour => {
                let hours = f64::from(moment.hour()) + f64::from(moment.minute()) / 60.0;
                circle(hours / 24.0);
            }
            TimePart::Elapsed => slots.put(example, at, standard(secs / 86_400.0, self.elapsed)),
            TimePart::Year => slots.put(example, at, standard(f64::from(moment.year()), self.year)),
            TimePart::Day => slots.put(example, at, (f64::from(moment.day() - 1) / 30.0) as f32),
            TimePart::Weekday => {
                slots.put(example, at + moment.weekday().to_monday_zero_offset() as usize, 1.0);
            }
        }
    }
}

impl TimePart {
    /// Inputs that come of it.
    pub fn width(self) -> usize {
        match self {
            Self::Elapsed | Self::Year | Self::Day => 1,
            Self::Month | Self::Hour => 2,
            Self::Weekday => 7,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Elapsed => "elapsed",
            Self::Year => "year",
            Self::Month => "month",
            Self::Day => "day",
            Self::Weekday => "weekday",
            Self::Hour => "hour",
        }
    }
}

/// The values as seconds since 1970; texts are read, what can't be read is missing (NaN).
pub(crate) fn as_times(values: &Values) -> Cow<'_, [f64]> {
    as_written(values, Writing::Usual)
}

fn as_written(values: &Values, writing: Writing) -> Cow<'_, [f64]> {
    match values {
        Values::Time(secs) => Cow::Borrowed(secs),
        Values::Number(numbers) => Cow::Owned(numbers.iter().map(|&number| of_number(number)).collect()),
        Values::Text(texts) => {
            let read = |text: &Option<Arc<str>>| text.as_deref().and_then(|text| read_as(text, writing));
            Cow::Owned(texts.iter().map(|text| read(text).unwrap_or(f64::NAN)).collect())
        }
        Values::Image(images) => Cow::Owned(vec![f64::NAN; images.len()]),
    }
}

/// Seconds since 1970 out of text, in every form that an import reads; UTC where no zone is given.
pub(crate) fn read_as(text: &str, writing: Writing) -> Option<f64> {
    writing.moment(text)
}

/// Seconds since 1970 out of a number: a date such as 20150701, and seconds already otherwise.
pub(crate) fn of_number(number: f64) -> f64 {
    // Taken for seconds, all dates of these two centuries would lie in three weeks of 1970.
    let is_packed = (19_000_101.0..21_000_000.0).contains(&number) && number.fract() == 0.0;
    if is_packed { infer::moment(&number.to_string()).unwrap_or(number) } else { number }
}

/// One moment as a short text.
pub(crate) fn show(secs: f64) -> String {
    civil(secs).map_or_else(|| figure::plain(secs), |moment| moment.to_string())
}

fn civil(secs: f64) -> Option<DateTime> {
    if !secs.is_finite() {
        return None;
    }
    let moment = jiff::Timestamp::from_nanosecond((secs * 1e9) as i128).ok()?;
    Some(TimeZone::UTC.to_datetime(moment))
}

fn positive_deviation((mean, deviation): (f64, f64)) -> [f64; 2] {
    [mean, if deviation > 0.0 { deviation } else { 1.0 }]
}

fn standard(value: f64, [mean, deviation]: [f64; 2]) -> f32 {
    ((value - mean) / deviation) as f32
}

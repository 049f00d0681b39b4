//! Numbers: outliers dealt with, missing ones filled in, then centred and scaled.

use std::borrow::Cow;
use std::sync::Arc;

use flywheel_spec::recipe::{MissingRule, Normalisation, OutlierRule};
use flywheel_spec::{Phrase, phrase};
use flywheel_stats::quantile::Sorted;
use flywheel_tables::frame::Values;
use flywheel_tables::infer::Writing;
use serde::{Deserialize, Serialize};

use super::Slots;
use crate::figure;

/// Beyond so many interquartile ranges from the quartiles a number is an outlier, as in the profile of a table.
const OUTLIER_RANGES: f64 = 3.0;

/// A deviation of so small a share of the mean is rounding.
const ROUNDING: f64 = 1e-12;

/// How one column of numbers becomes inputs: `(x - centre) / scale`, and a 0/1 for missing where training had missing ones.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NumberCode {
    /// Stands in for a missing number.
    pub fill: f64,
    /// Whether a second input says that the number was missing.
    pub indicator: bool,
    /// What happens outside `bounds`.
    pub outliers: OutlierRule,
    /// Three interquartile ranges around the quartiles; absent where outliers are kept or the quartiles are equal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bounds: Option<[f64; 2]>,
    /// Subtracted.
    pub centre: f64,
    /// Divides; never 0.
    pub scale: f64,
    /// Smallest and largest number of the training part, as they stood in the table.
    pub range: [f64; 2],
    /// The training part's median.
    pub median: f64,
    /// How texts are read as numbers.
    #[serde(default, skip_serializing_if = "Writing::is_usual")]
    pub writing: Writing,
}

/// The rules of one column of numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct NumberRules {
    pub normalise: Normalisation,
    pub missing: MissingRule,
    pub fill: f64,
    pub indicator: bool,
    pub outliers: OutlierRule,
    pub writing: Writing,
}

impl NumberCode {
    /// Fits on the training part's numbers, missing ones as NaN; absent when all are missing.
    pub(super) fn fit(mut values: Vec<f64>, rules: NumberRules) -> Option<(Self, Vec<Phrase>)> {
        let mut steps = Vec::new();
        let present = Sorted::of(values.iter().copied());
        let range = [present.quantile(0.0)?, present.quantile(1.0)?];

        let bounds = bounds(&present).filter(|_| rules.outliers != OutlierRule::Keep);
        if let Some([low, high]) = bounds {
            let outside = values.iter().filter(|&&value| value < low || value > high).count();
            if outside > 0 {
                let key = match rules.outliers {
                    OutlierRule::Clip => "prepare.step_clip",
                    OutlierRule::Missing | OutlierRule::Keep => "prepare.step_outliers_missing",
                };
                steps.push(
                    Phrase::new(key)
                        .with("count", outside)
                        .with("low", figure::plain(low))
                        .with("high", figure::plain(high)),
                );
            }
            values.iter_mut().for_each(|value| *value = within(*value, bounds, rules.outliers));
        }

        let present = Sorted::of(values.iter().copied());
        let median = present.quantile(0.5)?;
        let fill = match rules.missing {
            MissingRule::Median => median,
            MissingRule::Constant => rules.fill,
            MissingRule::MostFrequent => most_frequent(&present),
        };
        let missing = values.iter().filter(|value| value.is_nan()).count();
        if missing > 0 {
            let key = match rules.missing {
                MissingRule::Median => "prepare.step_median",
                MissingRule::Constant => "prepare.step_constant",
                MissingRule::MostFrequent => "prepare.step_most_frequent",
            };
            steps.push(Phrase::new(key).with("fill", figure::plain(fill)).with("count", missing));
            values.iter_mut().filter(|value| value.is_nan()).for_each(|value| *value = fill);
        }
        let indicator = rules.indicator && missing > 0;
        if indicator {
            steps.push(phrase!("prepare.step_indicator"));
        }

        let (centre, scale) = centre_and_scale(&values, rules.normalise);
        steps.push(match rules.normalise {
            Normalisation::None => phrase!("prepare.step_as_is"),
            Normalisation::Standard => {
                phrase!("prepare.step_standard", centre = figure::plain(centre), scale = figure::plain(scale))
            }
            Normalisation::MinMax => {
                phrase!(
                    "prepare.step_min_max",
                    low = figure::plain(centre),
                    high = figure::plain(centre + scale)
                )
            }
            Normalisation::Robust => {
                phrase!("prepare.step_robust", centre = figure::plain(centre), scale = figure::plain(scale))
            }
        });
        let (outliers, writing) = (rules.outliers, rules.writing);
        let code = Self { fill, indicator, outliers, bounds, centre, scale, range, median, writing };
        Some((code, steps))
    }

    /// Inputs that come of it.
    pub fn width(&self) -> usize {
        1 + usize::from(self.indicator)
    }

    /// Writes the inputs of the rows asked for.
    pub(super) fn encode(&self, values: Option<&Values>, rows: &[usize], slots: &mut Slots<'_>) {
        let numbers = values.map(|values| as_written(values, self.writing));
        for (example, &row) in rows.iter().enumerate() {
            let raw = numbers.as_ref().map_or(f64::NAN, |numbers| numbers[row]);
            let value = within(raw, self.bounds, self.outliers);
            let present = if value.is_nan() { self.fill } else { value };
            slots.put(example, 0, ((present - self.centre) / self.scale) as f32);
            if self.indicator {
                slots.put(example, 1, f32::from(u8::from(value.is_nan())));
            }
        }
    }
}

/// The values as numbers: texts are read, what can't be read or isn't finite is missing (NaN).
pub(crate) fn as_numbers(values: &Values) -> Cow<'_, [f64]> {
    as_written(values, Writing::Usual)
}

fn as_written(values: &Values, writing: Writing) -> Cow<'_, [f64]> {
    match values {
        Values::Number(numbers) | Values::Time(numbers)
            if numbers.iter().all(|number| !number.is_infinite()) =>
        {
            Cow::Borrowed(numbers)
        }
        Values::Number(numbers) | Values::Time(numbers) => Cow::Owned(
            numbers.iter().map(|&number| if number.is_finite() { number } else { f64::NAN }).collect(),
        ),
        Values::Text(texts) => {
            let read = |text: &Option<Arc<str>>| text.as_deref().and_then(|text| read_as(text, writing));
            Cow::Owned(texts.iter().map(|text| read(text).unwrap_or(f64::NAN)).collect())
        }
        Values::Image(images) => Cow::Owned(vec![f64::NAN; images.len()]),
    }
}

/// A finite number out of text, in every form that an import reads, such as `1,200`, `$4.99` or `85%`.
pub(crate) fn read(text: &str) -> Option<f64> {
    read_as(text, Writing::Usual)
}

/// As [`read`], with the decimal sign that the column is written with.
pub(crate) fn read_as(text: &str, writing: Writing) -> Option<f64> {
    writing.number(text).filter(|number| number.is_finite())
}

fn bounds(present: &Sorted) -> Option<[f64; 2]> {
    let (q1, q3) = (present.quantile(0.25)?, present.quantile(0.75)?);
    let reach = OUTLIER_RANGES * (q3 - q1);
    (reach > 0.0).then_some([q1 - reach, q3 + reach])
}

fn within(value: f64, bounds: Option<[f64; 2]>, rule: OutlierRule) -> f64 {
    match (bounds, rule) {
        (Some([low, high]), OutlierRule::Clip) => value.clamp(low, high),
        (Some([low, high]), OutlierRule::Missing) if value < low || value > high => f64::NAN,
        _ => value,
    }
}

/// The smallest of the most frequent values.
fn most_frequent(present: &Sorted) -> f64 {
    let runs = present.values().chunk_by(|a, b| a == b);
    let longest = runs.max_by(|a, b| a.len().cmp(&b.len()).then(b[0].total_cmp(&a[0])));
    longest.map_or(0.0, |run| run[0])
}

/// Fitted after filling in, so that it is the input, and not the raw column, that gets mean 0 and deviation 1.
fn centre_and_scale(values: &[f64], normalise: Normalisation) -> (f64, f64) {
    let (mean, deviation) = mean_and_deviation(values);
    let (centre, scale) = match normalise {
        Normalisation::None => (0.0, 1.0),
        Normalisation::Standard => (mean, deviation),
        Normalisation::MinMax => {
            let low = values.iter().copied().fold(f64::INFINITY, f64::min);
            let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            (low, high - low)
        }
        Normalisation::Robust => {
            let sorted = Sorted::of(values.iter().copied());
            let quartile = |share| sorted.quantile(share).unwrap_or(0.0);
            let range = quartile(0.75) - quartile(0.25);
            (quartile(0.5), if range > 0.0 { range } else { deviation })
        }
    };
    (centre, if scale > 0.0 && scale.is_finite() { scale } else { 1.0 })
}

/// Mean and population deviation, in two passes so that large offsets cost no digits; numbers that differ by no more
/// than rounding have a deviation of 0.
pub(super) fn mean_and_deviation(values: &[f64]) -> (f64, f64) {
    // The sum of many equal decimals is off by some last digits, which would pass for a deviation.
    if let Some(&first) = values.first()
        && values.iter().all(|&value| value == first)
    {
        return (first, 0.0);
    }
    let count = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / count;
    let square = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count;
    let deviation = square.sqrt();
    (mean, if deviation > ROUNDING * mean.abs() { deviation } else { 0.0 })
}

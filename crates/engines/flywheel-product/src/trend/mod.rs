//! Counts over time: how often, by how many, how much.

mod fold;
mod formula;
mod report;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use flywheel_people::{Column, Fold, FoldError, Identity, Partial, Reading, erase};
use flywheel_spec::product::trend::{Aggregate, BackUnit, Compare, Measure, TrendSpec};
use flywheel_spec::product::{Answer, EventFilter, Interval};
use flywheel_spec::{Problem, Problems, phrase};
use jiff::{Span, ToSpan};

use self::fold::{Half, Trend};
use self::formula::Formula;
use crate::calendar::{Calendar, DAY_MICROS, Steps};
use crate::conditions::mistakes;
use crate::intervals::{check_filter, check_group, only, unit_of};
use crate::plan::{Context, Planned};

/// Most series: one for each letter.
const SERIES_AT_MOST: usize = 26;
/// Most properties of a breakdown.
const PROPERTIES_AT_MOST: usize = 3;
/// Most steps of a rolling average.
const ROLLING_AT_MOST: u32 = 1_000;
/// Days of a month, on average: a twelfth of 365.2425.
const DAYS_OF_MONTH: f64 = 30.436_875;

/// Checks the question against its context.
///
/// # Errors
/// Every mistake at once.
pub fn plan(spec: &TrendSpec, context: &Context) -> Result<Box<dyn Planned>, Problems> {
    let mut problems = Problems::default();
    check(spec, &mut problems);
    let mut formulas = Vec::new();
    for (at, formula) in spec.formulas.iter().enumerate() {
        match Formula::read(&formula.formula, spec.series.len()) {
            Ok(formula) => formulas.push(formula),
            Err(problem) => problems.push(problem.at_setting(format!("formulas.{at}.formula"))),
        }
    }
    let halves = match halves(spec, &context.calendar) {
        Ok(halves) => halves,
        Err(wrong) => {
            problems.extend(wrong);
            return Err(problems);
        }
    };
    problems.settle(())?;
    let (reading, columns) = reading(spec, &halves);
    let trend = Trend { spec: spec.clone(), reading, halves, value_columns: columns };
    let now = context.calendar.now.as_microsecond();
    Ok(Box::new(Plan { trend: Arc::new(trend), formulas, now }))
}

struct Plan {
    trend: Arc<Trend>,
    formulas: Vec<Formula>,
    now: i64,
}

impl Planned for Plan {
    fn folds(&self) -> Vec<Arc<dyn Fold>> {
        vec![erase(self.trend.clone())]
    }

    fn finish(&self, states: Vec<Box<dyn Partial>>, _: &Identity) -> Result<Answer, FoldError> {
        report::report(&self.trend, &self.formulas, self.now, only(states)?).map(Answer::Trend)
    }
}

/// What is read, and for each series the column of its numbers; the breakdown's columns come first.
fn reading(spec: &TrendSpec, halves: &[Half]) -> (Reading, Vec<Option<usize>>) {
    let filters = spec
        .series
        .iter()
        .map(|series| EventFilter {
            event: series.event.clone(),
            conditions: series.conditions.iter().chain(&spec.conditions).cloned().collect(),
            label: None,
        })
        .collect();
    let mut columns: Vec<Column> =
        spec.breakdown.iter().map(|property| Column::Text { property: property.clone() }).collect();
    let mut value_columns = Vec::new();
    for series in &spec.series {
        let property = series.property.as_ref().filter(|_| series.measure == Measure::Value);
        value_columns.push(property.map(|property| {
            let column = Column::Number { property: property.clone() };
            columns.iter().position(|other| *other == column).unwrap_or_else(|| {
                columns.push(column);
                columns.len() - 1
            })
        }));
    }
    let active = spec.series.iter().any(|series| active_days(series.measure).is_some());
    let from = halves.iter().map(|half| {
        let earliest = half.active.iter().filter_map(|starts| starts.first()).min();
        half.from.min(earliest.copied().filter(|_| active).unwrap_or(half.from))
    });
    let to = halves.iter().map(|half| half.to).max();
    let reading = Reading { filters, columns, from: from.min(), to, unit: unit_of(spec.group.as_ref()) };
    (reading, value_columns)
}

/// How many days back a measure of active people looks.
pub(crate) fn active_days(measure: Measure) -> Option<i64> {
    match measure {
        Measure::WeeklyPeople => Some(7),
        Measure::MonthlyPeople => Some(30),
        _ => None,
    }
}

/// The period cut into steps, and what it is compared with.
fn halves(spec: &TrendSpec, calendar: &Calendar) -> Result<Vec<Half>, Problems> {
    let stretch = calendar.stretch(&spec.period)?;
    let thirty = || calendar.beginning_of(stretch.to - 30 * DAY_MICROS, Interval::Day);
    let from = stretch.from.unwrap_or_else(thirty);
    let steps = calendar.steps(from, stretch.to, spec.interval)?;
    let mut halves = vec![half(spec, calendar, steps.clone(), from, stretch.to)];
    let count = steps.len();
    match spec.compare {
        None => {}
        Some(Compare::Previous) => {
            let mut edges = vec![steps.edges[0]];
            for _ in 0..count {
                edges.push(calendar.beginning_of(edges[edges.len() - 1] - 1, spec.interval));
            }
            let first = edges[count];
            let mut before = calendar.steps(first, steps.edges[0], spec.interval)?;
            fit(&mut before, count);
            // A stretch that begins or ends within a step is compared with one that does so too.
            let from = before.edges[0] + (from - steps.edges[0]);
            let last = before.edges[before.len() - 1];
            let to = (last + (stretch.to - steps.edges[count - 1])).min(before.edges[before.len()]);
            halves.push(half(spec, calendar, before, from, to));
        }
        Some(Compare::Back { count: back, unit }) => {
            let span: Span = match unit {
                BackUnit::Day => i64::from(back).days(),
                BackUnit::Week => i64::from(back).weeks(),
                BackUnit::Month => i64::from(back).months(),
                BackUnit::Year => i64::from(back).years(),
            };
            let earlier = |moment: i64, span: Span| {
                let then = calendar.zoned(moment).checked_sub(span).ok()?;
                Some(then.timestamp().as_microsecond())
            };
            let span = earlier(from, span).map_or(span, |then| whole(span, from - then, spec.interval));
            let (Some(earlier_from), Some(earlier_to)) = (earlier(from, span), earlier(stretch.to, span))
            else {
                return Err(Problem::error(phrase!("trend.back_far")).at_setting("compare").into());
            };
            let mut before = calendar.steps(earlier_from, earlier_to, spec.interval)?;
            fit(&mut before, count);
            let to = earlier_to.min(before.edges[before.len()]);
            halves.push(half(spec, calendar, before, earlier_from, to));
        }
    }
    Ok(halves)
}

/// So far back in whole weeks or months, the nearest number of them and at least one: a stretch that begins elsewhere
/// within its step would be cut into other pieces than the one it is compared with, and be longer or shorter.
fn whole(span: Span, micros: i64, interval: Interval) -> Span {
    let days = micros as f64 / DAY_MICROS as f64;
    let steps = |length: f64| ((days / length).round() as i64).max(1);
    match interval {
        Interval::Hour | Interval::Day => span,
        Interval::Week => steps(7.0).weeks(),
        Interval::Month => steps(DAYS_OF_MONTH).months(),
    }
}

/// No more steps than the period has; where months are shorter there may be fewer.
fn fit(steps: &mut Steps, count: usize) {
    steps.labels.truncate(count);
    steps.edges.truncate(count + 1);
}

fn half(spec: &TrendSpec, calendar: &Calendar, steps: Steps, from: i64, to: i64) -> Half {
    let active = spec
        .series
        .iter()
        .map(|series| {
            let Some(days) = active_days(series.measure) else { return Vec::new() };
            let begin = |end: &i64| {
                let begin = calendar.zoned(*end).checked_sub(days.days());
                begin.map_or(*end - days * DAY_MICROS, |begin| begin.timestamp().as_microsecond())
            };
            steps.edges.iter().skip(1).map(begin).collect()
        })
        .collect();
    Half { steps, from, to, active }
}

fn check(spec: &TrendSpec, problems: &mut Problems) {
    check_group(spec.group.as_ref(), problems);
    let mut wrong = |setting: String, words: flywheel_spec::Phrase| {
        problems.push(Problem::error(words).at_setting(setting));
    };
    if spec.series.is_empty() {
        wrong("series".to_owned(), phrase!("trend.no_series"));
    }
    if spec.series.len() > SERIES_AT_MOST {
        let words = phrase!("trend.too_many_series", most = SERIES_AT_MOST, found = spec.series.len());
        wrong("series".to_owned(), words);
    }
    if spec.breakdown.len() > PROPERTIES_AT_MOST {
        let words =
            phrase!("trend.too_many_properties", most = PROPERTIES_AT_MOST, found = spec.breakdown.len());
        wrong("breakdown".to_owned(), words);
    }
    for (at, property) in spec.breakdown.iter().enumerate() {
        if property.name.trim().is_empty() {
            wrong(format!("breakdown.{at}.name"), phrase!("trend.property_empty"));
        }
    }
    if spec.top == 0 {
        wrong("top".to_owned(), phrase!("trend.top_zero"));
    }
    if let Some(found) = spec.rolling.filter(|steps| !(1..=ROLLING_AT_MOST).contains(steps)) {
        wrong("rolling".to_owned(), phrase!("trend.rolling", most = ROLLING_AT_MOST, found = found));
    }
    if let Some(found) = spec.smoothing.filter(|weight| !(*weight > 0.0 && *weight <= 1.0)) {
        wrong("smoothing".to_owned(), phrase!("trend.smoothing", found = found));
    }
    if let Some(Compare::Back { count: 0, .. }) = spec.compare {
        wrong("compare.count".to_owned(), phrase!("trend.back_zero"));
    }
    for (at, series) in spec.series.iter().enumerate() {
        let value = series.measure == Measure::Value;
        let per_person = series.measure == Measure::PerPerson;
        match &series.property {
            None if value => wrong(format!("series.{at}.property"), phrase!("trend.property_missing")),
            Some(_) if !value => wrong(format!("series.{at}.property"), phrase!("trend.property_idle")),
            Some(property) if property.name.trim().is_empty() => {
                wrong(format!("series.{at}.property.name"), phrase!("trend.property_empty"));
            }
            _ => {}
        }
        if series.aggregate.is_some() && !value && !per_person {
            wrong(format!("series.{at}.aggregate"), phrase!("trend.aggregate_idle"));
        }
        if series.aggregate == Some(Aggregate::Sum) && per_person {
            wrong(format!("series.{at}.aggregate"), phrase!("trend.aggregate_sum"));
        }
        let sums = match series.measure {
            Measure::Total | Measure::People => true,
            Measure::Value => series.aggregate.unwrap_or_default() == Aggregate::Sum,
            _ => false,
        };
        if spec.cumulative && !sums {
            let letter = letter(at);
            let measure = name_of(series.measure);
            wrong(
                "cumulative".to_owned(),
                phrase!("trend.cumulative_idle", measure = measure, letter = letter),
            );
        }
    }
    for (at, series) in spec.series.iter().enumerate() {
        let own = EventFilter { conditions: series.conditions.clone(), ..EventFilter::default() };
        check_filter(&own, &format!("series.{at}"), problems);
    }
    let own = EventFilter { conditions: spec.conditions.clone(), ..EventFilter::default() };
    problems.problems.extend(mistakes(&own));
}

/// A series' letter.
pub(crate) fn letter(series: usize) -> String {
    char::from(b'A' + series.min(25) as u8).to_string()
}

/// A measure as it is typed.
pub(crate) fn name_of(measure: Measure) -> &'static str {
    match measure {
        Measure::Total => "total",
        Measure::People => "people",
        Measure::WeeklyPeople => "weekly_people",
        Measure::MonthlyPeople => "monthly_people",
        Measure::PerPerson => "per_person",
        Measure::Value => "value",
    }
}

//! The report of a release: each metric on either side of the moment, and whether it moved.

use flywheel_people::{FoldError, Identity};
use flywheel_spec::evaluation::Estimate;
use flywheel_spec::product::metric::Count;
use flywheel_spec::product::release::{ReleaseMetric, ReleaseReport};
use flywheel_spec::product::{Answer, Chart, ChartKind, Series};
use flywheel_spec::{Phrase, Problem, phrase};
use flywheel_stats::correction::benjamini_hochberg;
use flywheel_stats::difference::two_sided;

use super::{Release, State};
use crate::clustered::Sums;
use crate::figures::{number, number_with, percent, percent_with, probability, signed_percent};
use crate::metric::ReadyMetric;
use crate::told::{Told, invariant, same};

/// The steps of each side.
struct Sides {
    before: std::ops::Range<usize>,
    after: std::ops::Range<usize>,
}

impl Told for Release {
    fn report(&self, mut state: State, _: &Identity) -> Result<Answer, FoldError> {
        state.metrics.resize(self.metrics.len(), Sums::default());
        state.metrics.iter_mut().for_each(|sums| sums.widen(2 * self.steps.len()));
        let mut report = ReleaseReport::default();
        let Some(at) = self.at.or(state.marked) else {
            report.findings.push(phrase!("growth.release_unmarked"));
            return Ok(Answer::Release(report));
        };
        report.at = Some(self.calendar.zoned(at).strftime("%Y-%m-%d %H:%M").to_string());
        let sides = self.sides(at);
        (report.steps_before, report.steps_after) = (sides.before.len() as u32, sides.after.len() as u32);
        if sides.before.is_empty() || sides.after.is_empty() {
            report.findings.push(phrase!("growth.release_too_early"));
            return Ok(Answer::Release(report));
        }
        let mut tests = Vec::new();
        for (metric, sums) in self.metrics.iter().zip(&state.metrics) {
            let (told, p) = compare(metric, sums, &sides);
            if let (Some(before), Some(after), Some(difference)) =
                (&told.before, &told.after, &told.difference)
            {
                invariant(same(after.value - before.value, difference.value, after.value), || {
                    format!("release: {} minus {} is not {}", after.value, before.value, difference.value)
                })?;
            }
            tests.extend(p);
            report.metrics.push(ReleaseMetric { q: p, ..told });
        }
        let mut corrected = benjamini_hochberg(&tests).into_iter();
        for metric in report.metrics.iter_mut().filter(|metric| metric.q.is_some()) {
            metric.q = corrected.next();
        }
        let counts: Vec<Count> = self.metrics.iter().map(|metric| metric.count).collect();
        report.findings = findings(&report, &counts);
        report.warnings = self.warnings(&report);
        report.charts = self.charts(&state);
        Ok(Answer::Release(report))
    }
}

impl Release {
    /// Whole steps on either side of the moment, as many as asked for at most.
    fn sides(&self, at: i64) -> Sides {
        let Some(own) = self.steps.at(at) else {
            return Sides { before: 0..0, after: 0..0 };
        };
        let first = if self.steps.edges[own] == at { own } else { own + 1 };
        let whole = self.steps.edges[1..].iter().filter(|edge| **edge <= self.to).count();
        let end = (first + self.side).min(whole).max(first);
        Sides { before: own.saturating_sub(self.side)..own, after: first..end }
    }

    fn warnings(&self, report: &ReleaseReport) -> Vec<Problem> {
        let mut warnings = Vec::new();
        let mut warn = |message: Phrase| warnings.push(Problem::warning(message));
        if (report.steps_before as usize) < self.side || (report.steps_after as usize) < self.side {
            warn(phrase!(
                "growth.release_short",
                before = report.steps_before,
                after = report.steps_after,
                asked = self.side
            ));
        }
        if !self.weekly {
            warn(phrase!("growth.release_weekdays"));
        }
        for metric in &report.metrics {
            // Without spread, as of one person alone, nothing is sure.
            let moved = metric.earlier.filter(|earlier| earlier.high > earlier.low);
            let moved = moved.is_some_and(|earlier| earlier.low > 0.0 || earlier.high < 0.0);
            if moved {
                warn(phrase!("growth.release_moving", name = metric.name));
            }
        }
        warnings
    }

    fn charts(&self, state: &State) -> Vec<Chart> {
        let chart = |(metric, sums): (&ReadyMetric, &Sums)| Chart {
            kind: ChartKind::Line,
            title: phrase!("growth.chart_release", name = metric.name),
            axis: self.steps.labels.clone(),
            axis_titles: Vec::new(),
            series: vec![Series {
                name: metric.name.clone(),
                title: None,
                values: (0..self.steps.len())
                    .map(|step| metric.value(sums.sum(2 * step), sums.sum(2 * step + 1)))
                    .collect(),
            }],
        };
        self.metrics.iter().zip(&state.metrics).map(chart).collect()
    }
}

/// A metric over some steps: totals for each step, ratios over all.
fn over(metric: &ReadyMetric, sums: &[f64], steps: &std::ops::Range<usize>) -> Option<f64> {
    let (mut counted, mut below) = (0.0, 0.0);
    for step in steps.clone() {
        counted += sums[2 * step];
        below += sums[2 * step + 1];
    }
    if metric.count.is_total() {
        return (!steps.is_empty()).then(|| counted / steps.len() as f64);
    }
    metric.value(counted, below)
}

fn compare(metric: &ReadyMetric, sums: &Sums, sides: &Sides) -> (ReleaseMetric, Option<f64>) {
    let (before, after) = (&sides.before, &sides.after);
    let middle = before.start + before.len() / 2;
    let (early, late) = (before.start..middle, middle..before.end);
    let minus = |one: &std::ops::Range<usize>, two: &std::ops::Range<usize>| {
        sums.estimate(|sums| Some(over(metric, sums, one)? - over(metric, sums, two)?))
    };
    let difference = sums.deviation(|sums| Some(over(metric, sums, after)? - over(metric, sums, before)?));
    let found = ReleaseMetric {
        name: metric.name.clone(),
        before: sums.estimate(|sums| over(metric, sums, before)).map(|found| metric.cut(found)),
        after: sums.estimate(|sums| over(metric, sums, after)).map(|found| metric.cut(found)),
        difference: minus(after, before),
        earlier: minus(&late, &early),
        ..ReleaseMetric::default()
    };
    let before = found.before.as_ref().map(|before| before.value).filter(|before| *before != 0.0);
    let relative = difference.zip(before).map(|((difference, _), before)| difference / before);
    let p = difference
        .and_then(|(difference, deviation)| (deviation > 0.0).then(|| two_sided(difference / deviation)));
    (ReleaseMetric { relative, ..found }, p)
}

pub(super) fn findings(report: &ReleaseReport, counts: &[Count]) -> Vec<Phrase> {
    let mut findings = Vec::new();
    let mut order: Vec<(&ReleaseMetric, Count)> = report.metrics.iter().zip(counts.iter().copied()).collect();
    order.sort_by(|(one, _), (two, _)| one.q.unwrap_or(1.0).total_cmp(&two.q.unwrap_or(1.0)));
    for (metric, count) in order {
        let (Some(before), Some(after), Some(difference)) =
            (&metric.before, &metric.after, &metric.difference)
        else {
            findings.push(phrase!("growth.release_undefined", name = metric.name));
            continue;
        };
        let sure = metric.q.is_some_and(|q| q < 0.05);
        let key = match (sure, difference.value > 0.0) {
            (true, true) => "growth.release_rose",
            (true, false) => "growth.release_fell",
            (false, _) => "growth.release_same",
        };
        let relative = metric.relative.map_or_else(|| "–".to_owned(), signed_percent);
        findings.push(
            phrase!(key)
                .with("name", &metric.name)
                .with("before", told(count, before.value))
                .with("after", told(count, after.value))
                .with("difference", told_with(count, difference))
                .with("relative", relative)
                .with("p", metric.q.map_or_else(|| "–".to_owned(), probability)),
        );
    }
    findings.push(phrase!("growth.release_cause"));
    findings
}

/// A number of a metric, a share as a percentage.
fn told(count: Count, value: f64) -> String {
    if count == Count::Share { percent(value) } else { number(value) }
}

/// The same with its interval.
fn told_with(count: Count, estimate: &Estimate) -> String {
    if count == Count::Share { percent_with(estimate) } else { number_with(estimate) }
}

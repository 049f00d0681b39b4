//! Before and after a release.

use flywheel_people::{Column, FoldError, Identity, PersonEvents, Question, Reading};
use flywheel_spec::evaluation::Estimate;
use flywheel_spec::product::metric::Count;
use flywheel_spec::product::release::{ReleaseMetric, ReleaseReport, ReleaseSpec};
use flywheel_spec::product::{Answer, Chart, ChartKind, EventFilter, Period, Series};
use flywheel_spec::{Phrase, Problem, Problems, phrase};
use flywheel_stats::correction::benjamini_hochberg;
use flywheel_stats::difference::two_sided;
use serde::{Deserialize, Serialize};

use crate::calendar::Steps;
use crate::clustered::Sums;
use crate::figures::{number, number_with, percent, percent_with, probability, signed_percent};
use crate::metric::{ReadyMetric, bit};
use crate::plan::{Context, Planned};
use crate::settings::Settings;
use crate::told::{Told, invariant, planned, same};

/// Most steps that a marker is looked for in: each pair of steps has its own sum.
const STEPS_AT_MOST: usize = 120;

/// Checks the question against its context.
///
/// # Errors
/// Every mistake at once.
pub fn plan(spec: &ReleaseSpec, context: &Context) -> Result<Box<dyn Planned>, Problems> {
    let calendar = &context.calendar;
    let mut settings = Settings::default();
    let mut filters: Vec<EventFilter> = Vec::new();
    let mut columns: Vec<Column> = Vec::new();
    let count = spec.metrics.len();
    settings.need((1..=12).contains(&count), "metrics", || phrase!("growth.release_metrics", found = count));
    let metrics: Vec<ReadyMetric> = spec
        .metrics
        .iter()
        .enumerate()
        .map(|(index, metric)| {
            ReadyMetric::new(metric, &format!("metrics.{index}"), &mut settings, &mut filters, &mut columns)
        })
        .collect();
    settings.need(spec.at.is_some() != spec.marker.is_some(), "at", || phrase!("growth.release_marker"));
    settings.maybe("marker", spec.marker.as_ref());
    settings.range("steps", f64::from(spec.steps), 2.0, 50.0);
    let side = spec.steps.clamp(2, 50) as usize;
    let marker = spec.marker.as_ref().map_or(0, |marker| bit(&mut filters, marker));
    let mut at = None;
    let stretch = if let Some(text) = &spec.at {
        let period = Period { from: Some(text.clone()), to: None };
        match calendar.stretch(&period).map(|stretch| stretch.from) {
            Ok(Some(moment)) => {
                at = Some(moment);
                // So many steps before the one that the moment lies in, and after it.
                let own = calendar.beginning_of(moment, spec.interval);
                let mut from = own;
                for _ in 0..side {
                    from = calendar.beginning_of(from - 1, spec.interval);
                }
                let ahead = calendar.now.as_microsecond();
                let skipped = usize::from(own < moment);
                let long = calendar.steps(own, ahead.max(own + 1), spec.interval)?;
                let last = (side + skipped).min(long.len());
                Some((from, long.edges[last].min(ahead + 1)))
            }
            Ok(None) => None,
            Err(_) => {
                settings.wrong("at", phrase!("growth.release_at", found = text));
                None
            }
        }
    } else {
        settings.stretch(calendar, &spec.period, spec.interval, 60)
    };
    let steps = settings.steps(calendar, stretch, spec.interval);
    settings.need(steps.len() <= STEPS_AT_MOST, "period", || {
        phrase!("product.too_many_steps", most = STEPS_AT_MOST)
    });
    let (_, to) = stretch.unwrap_or_default();
    let from = steps.edges.first().copied();
    let reading = Reading { filters, columns, from, to: Some(to), ..Reading::default() };
    settings.settle(planned(Release {
        reading,
        steps,
        metrics,
        marker,
        at,
        side,
        to,
        weekly: spec.interval != flywheel_spec::product::Interval::Day || side.is_multiple_of(7),
        calendar: calendar.clone(),
    }))
}

struct Release {
    reading: Reading,
    steps: Steps,
    metrics: Vec<ReadyMetric>,
    marker: u64,
    at: Option<i64>,
    side: usize,
    to: i64,
    weekly: bool,
    calendar: crate::Calendar,
}

#[derive(Default, Serialize, Deserialize)]
struct State {
    /// One for each metric: both of its sums in every step, and their products.
    metrics: Vec<Sums>,
    /// The marker's first time.
    marked: Option<i64>,
}

impl Question for Release {
    type State = State;

    fn reading(&self) -> &Reading {
        &self.reading
    }

    fn person(&self, state: &mut State, events: &PersonEvents<'_>) {
        state.metrics.resize(self.metrics.len(), Sums::default());
        if let Some(event) = (0..events.len()).find(|event| events.marks[*event] & self.marker != 0) {
            let time = events.times[event];
            state.marked = Some(state.marked.map_or(time, |known| known.min(time)));
        }
        let mut parts = vec![vec![0.0; 2 * self.steps.len()]; self.metrics.len()];
        let mut begin = 0;
        for step in 0..self.steps.len() {
            let end =
                begin + events.times[begin..].partition_point(|time| *time < self.steps.edges[step + 1]);
            if end > begin {
                for (metric, part) in self.metrics.iter().zip(&mut parts) {
                    (part[2 * step], part[2 * step + 1]) = metric.person(events, begin..end);
                }
            }
            begin = end;
        }
        for (sums, part) in state.metrics.iter_mut().zip(&parts) {
            sums.add(part);
        }
    }

    fn merge(&self, state: &mut State, other: State) {
        state.metrics.resize(self.metrics.len(), Sums::default());
        for (mine, theirs) in state.metrics.iter_mut().zip(&other.metrics) {
            mine.merge(theirs);
        }
        state.marked = [state.marked, other.marked].into_iter().flatten().min();
    }
}

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
            series: vec![Series {
                name: metric.name.clone(),
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

fn findings(report: &ReleaseReport, counts: &[Count]) -> Vec<Phrase> {
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use flywheel_people::event::{Event, number_of};
    use flywheel_spec::product::QuestionSpec;
    use flywheel_stats::chance::Chance;
    use serde_json::json;

    use super::*;
    use crate::make_believe::{DAY, alike, ask, ask_spread, cases, context, event, micros, random, who};

    #[test]
    fn random_releases_compare_as_by_hand() {
        for case in 0..cases() {
            let mut chance = Chance::new(8).stream("release").stream(case);
            let mut events = random(
                &mut chance,
                &["use", "buy", "use"],
                30,
                120,
                |chance, _| json!({"amount": chance.below(20)}),
            );
            let marked =
                micros("2026-03-15T00:00:00Z") + chance.below(8) as i64 * 6 * crate::make_believe::HOUR;
            events.push(event("p0", "deploy", marked, json!({})));
            events.push(event("p1", "deploy", marked + DAY, json!({})));
            let mut question = json!({
                "kind": "release", "steps": 7,
                "metrics": [
                    {"event": {"event": "use"}, "count": "events"},
                    {"event": {"event": "buy"}, "count": "mean", "property": {"name": "amount"}},
                    {"event": {"event": "buy"}, "count": "share", "among": {"event": "use"}}
                ]
            });
            if case % 2 == 0 {
                question["marker"] = json!({"event": "deploy"});
                question["period"] = json!({"from": "2026-03-01", "to": "2026-03-30"});
            } else {
                let moment = jiff::Timestamp::from_microsecond(marked).expect("a moment");
                question["at"] = json!(moment.to_string());
            }
            let question: QuestionSpec = serde_json::from_value(question).expect("a question");
            let context = context("UTC", "2026-04-20");
            let answer = ask(&question, &context, &events);
            alike(&answer, &ask_spread(&question, &context, &events, 3))
                .expect("the same from several readers");
            let Answer::Release(report) = answer else { panic!() };
            assert_eq!((report.steps_before, report.steps_after), (7, 7), "case {case}");
            let day = marked.div_euclid(DAY);
            let first = if marked % DAY == 0 { day } else { day + 1 };
            let mut expected = Vec::new();
            for days in [day - 7..day, first..first + 7] {
                let inside = |event: &&Event| days.contains(&event.time.div_euclid(DAY));
                let named = |name: &'static str| {
                    events.iter().filter(inside).filter(move |event| event.event == name)
                };
                let amounts: Vec<f64> =
                    named("buy").filter_map(|event| number_of(&event.properties["amount"])).collect();
                let mut days_of: BTreeMap<(i64, i64), (bool, bool)> = BTreeMap::new();
                for event in events.iter().filter(inside) {
                    let key = (who(&event.distinct_id), event.time.div_euclid(DAY));
                    let entry = days_of.entry(key).or_default();
                    entry.0 |= event.event == "use";
                    entry.1 |= event.event == "buy";
                }
                let used = days_of.values().filter(|did| did.0).count() as f64;
                let both = days_of.values().filter(|did| did.0 && did.1).count() as f64;
                expected.push([
                    Some(named("use").count() as f64 / 7.0),
                    (!amounts.is_empty()).then(|| amounts.iter().sum::<f64>() / amounts.len() as f64),
                    (used > 0.0).then(|| both / used),
                ]);
            }
            for (index, found) in report.metrics.iter().enumerate() {
                for (told, expected) in
                    [(found.before, expected[0][index]), (found.after, expected[1][index])]
                {
                    let alike = match (told, expected) {
                        (Some(told), Some(expected)) => (told.value - expected).abs() < 1e-9,
                        (None, None) => true,
                        _ => false,
                    };
                    assert!(alike, "case {case}, metric {index}: {told:?} {expected:?}");
                }
            }
        }
    }

    /// People with habits of their own: the interval must hold a true difference of nothing as often as it says.
    #[test]
    fn ninety_five_in_a_hundred_intervals_hold_the_truth() {
        let begin = micros("2026-03-01T00:00:00Z");
        let mut held = 0;
        let rounds = 200;
        for round in 0..rounds {
            let mut chance = Chance::new(9).stream(round as u64);
            let mut events = Vec::new();
            for person in 0..60 {
                let often = chance.between(0.0, 0.9).powi(2);
                for day in 0..28 {
                    let mut count = 0;
                    while count < 4 && chance.coin(often) {
                        events.push(event(
                            &format!("p{person}"),
                            "use",
                            begin + day * DAY + count,
                            json!({}),
                        ));
                        count += 1;
                    }
                }
            }
            let question: QuestionSpec = serde_json::from_value(json!({
                "kind": "release", "at": "2026-03-15", "metrics": [{"event": {"event": "use"}, "count": "events"}]
            }))
            .expect("a question");
            let Answer::Release(report) = ask(&question, &context("UTC", "2026-04-20"), &events) else {
                panic!()
            };
            let difference = report.metrics[0].difference.expect("a difference");
            held += i32::from(difference.low <= 0.0 && 0.0 <= difference.high);
        }
        // Binomial(200, 0.95): below 180 or at 200 once in a thousand.
        assert!((180..200).contains(&held), "{held} of {rounds}");
    }

    #[test]
    fn findings_read_as_sentences() {
        let flat = |value: f64| Estimate { value, low: value, high: value };
        let metric = |name: &str, before: f64, after: f64| ReleaseMetric {
            name: name.to_owned(),
            before: Some(flat(before)),
            after: Some(flat(after)),
            difference: Some(flat(after - before)),
            relative: Some(after / before - 1.0),
            q: Some(0.01),
            earlier: None,
        };
        let metrics =
            vec![metric("use", 10.0, 12.0), metric("buy", 0.5, 0.75), metric("buy / use", 0.5, 1.0)];
        let counts = [Count::Events, Count::Events, Count::Share];
        let told = findings(&ReleaseReport { metrics, ..Default::default() }, &counts);
        assert_eq!(told[0].key, "growth.release_rose");
        assert!(!told[0].en.contains('{') && told[0].zh.contains("+20.0%"), "{told:?}");
        // Half an event a day is no share of anything; a share is a percentage, all of it too.
        assert!(told[1].en.contains("from 0.5000 to 0.7500: 0.2500 ("), "{told:?}");
        assert!(told[2].en.contains("from 50.0% to 100.0%: 50.0% ("), "{told:?}");
    }

    #[test]
    fn one_person_alone_proves_no_movement() {
        let time = micros("2026-03-14T12:00:00Z");
        let events = [event("a", "use", time, json!({}))];
        let question: QuestionSpec = serde_json::from_value(json!({
            "kind": "release", "at": "2026-03-15", "metrics": [{"event": {"event": "use"}, "count": "events"}]
        }))
        .expect("a question");
        let Answer::Release(report) = ask(&question, &context("UTC", "2026-04-20"), &events) else {
            panic!()
        };
        assert_eq!(report.findings[0].key, "growth.release_same");
        assert!(report.warnings.is_empty(), "{:?}", report.warnings);
    }

    #[test]
    fn mistakes_are_told_at_once() {
        let spec: QuestionSpec = serde_json::from_value(json!({
            "kind": "release", "at": "someday", "steps": 1,
            "metrics": [{"event": {"event": "buy"}, "count": "sum"}, {"count": "share"}]
        }))
        .expect("a question");
        let wrong = crate::plan::plan(&spec, &context("UTC", "2026-03-20")).err().expect("mistakes");
        let places: Vec<_> =
            wrong.problems.iter().map(|problem| problem.place.setting.clone().unwrap_or_default()).collect();
        assert_eq!(places, ["metrics.0.property", "metrics.1.among", "steps", "at"]);
    }
}

//! Growth accounting: new, retained, resurrected and churned people, and the quick ratio.

use flywheel_people::{Column, FoldError, Identity, PersonEvents, Question, Reading, Unit};
use flywheel_spec::evaluation::Estimate;
use flywheel_spec::product::growth::{GrowthReport, GrowthSpec, GrowthStep, ValueStep};
use flywheel_spec::product::{Answer, Chart, ChartKind, Series};
use flywheel_spec::{Phrase, Problem, Problems, phrase};
use flywheel_stats::normal::Z95;
use serde::{Deserialize, Serialize};

use crate::calendar::Steps;
use crate::clustered::{ratio, share_of};
use crate::figures::{number, number_with, percent_with, signed_percent};
use crate::plan::{Context, Planned};
use crate::settings::Settings;
use crate::told::{Told, invariant, planned, same};

/// Checks the question against its context.
///
/// # Errors
/// Every mistake at once.
pub fn plan(spec: &GrowthSpec, context: &Context) -> Result<Box<dyn Planned>, Problems> {
    let calendar = &context.calendar;
    let mut settings = Settings::default();
    settings.filter("event", &spec.event);
    settings.need(spec.group.as_deref() != Some(""), "group", || phrase!("growth.name_empty"));
    let stretch = settings.stretch(calendar, &spec.period, spec.interval, 12);
    // One step before the first, which the first is compared with.
    let widened = stretch.map(|(from, to)| {
        let first = calendar.beginning_of(from, spec.interval);
        (calendar.beginning_of(first - 1, spec.interval), to)
    });
    let steps = settings.steps(calendar, widened, spec.interval);
    let reading = Reading {
        filters: vec![spec.event.clone()],
        columns: spec.value.clone().map(|property| Column::Number { property }).into_iter().collect(),
        from: None,
        to: stretch.map(|(_, to)| to),
        unit: spec.group.clone().map_or(Unit::Person, |group| Unit::Group { group }),
    };
    settings.settle(planned(Growth {
        reading,
        steps,
        now: calendar.now.as_microsecond(),
        valued: spec.value.is_some(),
    }))
}

struct Growth {
    reading: Reading,
    /// The steps told, and one before them.
    steps: Steps,
    now: i64,
    valued: bool,
}

#[derive(Default, Serialize, Deserialize)]
struct State {
    steps: Vec<Movement>,
}

#[derive(Default, Clone, Serialize, Deserialize)]
struct Movement {
    active: u64,
    new: u64,
    retained: u64,
    resurrected: u64,
    churned: u64,
    value: Value,
}

#[derive(Default, Clone, Serialize, Deserialize)]
struct Value {
    total: f64,
    new: f64,
    resurrected: f64,
    expansion: f64,
    contraction: f64,
    churned: f64,
}

impl Question for Growth {
    type State = State;

    fn reading(&self) -> &Reading {
        &self.reading
    }

    fn person(&self, state: &mut State, events: &PersonEvents<'_>) {
        state.steps.resize(self.steps.len(), Movement::default());
        let value =
            |of: std::ops::Range<usize>| -> f64 { of.filter_map(|event| events.number(0, event)).sum() };
        let mut event = events.times.partition_point(|time| *time < self.steps.edges[0]);
        let mut ever = event > 0;
        // Whether the person was active in the step before, and with how much.
        let mut before: Option<f64> = None;
        for (step, movement) in state.steps.iter_mut().enumerate() {
            let end = self.steps.edges[step + 1];
            let first = event;
            while event < events.len() && events.times[event] < end {
                event += 1;
            }
            let now = (event > first).then(|| value(first..event));
            match (before, now) {
                (None, None) => {}
                (Some(lost), None) => {
                    movement.churned += 1;
                    movement.value.churned += lost;
                }
                (None, Some(gained)) => {
                    movement.active += 1;
                    movement.value.total += gained;
                    let (people, total) = if ever {
                        (&mut movement.resurrected, &mut movement.value.resurrected)
                    } else {
                        (&mut movement.new, &mut movement.value.new)
                    };
                    *people += 1;
                    *total += gained;
                    ever = true;
                }
                (Some(had), Some(has)) => {
                    movement.active += 1;
                    movement.retained += 1;
                    movement.value.total += has;
                    movement.value.expansion += (has - had).max(0.0);
                    movement.value.contraction += (had - has).max(0.0);
                }
            }
            before = now;
        }
    }

    fn merge(&self, state: &mut State, other: State) {
        state.steps.resize(self.steps.len(), Movement::default());
        for (mine, theirs) in state.steps.iter_mut().zip(other.steps) {
            mine.active += theirs.active;
            mine.new += theirs.new;
            mine.retained += theirs.retained;
            mine.resurrected += theirs.resurrected;
            mine.churned += theirs.churned;
            mine.value.total += theirs.value.total;
            mine.value.new += theirs.value.new;
            mine.value.resurrected += theirs.value.resurrected;
            mine.value.expansion += theirs.value.expansion;
            mine.value.contraction += theirs.value.contraction;
            mine.value.churned += theirs.value.churned;
        }
    }
}

impl Told for Growth {
    fn report(&self, mut state: State, _: &Identity) -> Result<Answer, FoldError> {
        state.steps.resize(self.steps.len(), Movement::default());
        let mut steps = Vec::new();
        for (index, pair) in state.steps.windows(2).enumerate() {
            let [before, now] = pair else { continue };
            self.check(before, now)?;
            let told = index + 1;
            let value = &now.value;
            steps.push(GrowthStep {
                step: self.steps.labels[told].clone(),
                complete: self.steps.edges[told + 1] <= self.now
                    && self.reading.to.is_none_or(|to| self.steps.edges[told + 1] <= to),
                active: now.active,
                new: now.new,
                retained: now.retained,
                resurrected: now.resurrected,
                churned: now.churned,
                quick_ratio: quick_ratio(now.new + now.resurrected, now.churned),
                retention: share_of(now.retained, before.active),
                value: self.valued.then(|| ValueStep {
                    total: value.total,
                    new: value.new,
                    resurrected: value.resurrected,
                    expansion: value.expansion,
                    contraction: value.contraction,
                    churned: value.churned,
                    quick_ratio: ratio(
                        value.new + value.resurrected + value.expansion,
                        value.churned + value.contraction,
                    ),
                }),
            });
        }
        let mut report =
            GrowthReport { findings: findings(&steps), charts: charts(&steps), ..Default::default() };
        if steps.last().is_some_and(|step| !step.complete) {
            report.warnings.push(Problem::warning(phrase!("growth.step_open")));
        }
        report.steps = steps;
        Ok(Answer::Growth(report))
    }
}

impl Growth {
    fn check(&self, before: &Movement, now: &Movement) -> Result<(), FoldError> {
        invariant(now.active + now.churned == before.active + now.new + now.resurrected, || {
            format!(
                "growth: {} active, {} churned, from {} active, {} new, {} resurrected",
                now.active, now.churned, before.active, now.new, now.resurrected
            )
        })?;
        invariant(now.active == now.new + now.retained + now.resurrected, || {
            format!("growth: {} active are not the sum of their parts", now.active)
        })?;
        let value = &now.value;
        let moved = value.new + value.resurrected + value.expansion - value.contraction - value.churned;
        let size = value.new.abs() + value.resurrected.abs() + value.expansion + value.contraction;
        invariant(same(value.total, before.value.total + moved, size), || {
            format!("growth: a value of {} is not {} moved by {moved}", value.total, before.value.total)
        })
    }
}

/// The ratio of two Poisson counts; its interval on the logarithm, absent width where a count is 0.
fn quick_ratio(gained: u64, lost: u64) -> Option<Estimate> {
    let value = ratio(gained as f64, lost as f64)?;
    let deviation = (1.0 / (gained.max(1) as f64) + 1.0 / lost as f64).sqrt();
    // Half a count stands for none, as in Haldane's correction.
    let centre = ((gained as f64).max(0.5) / lost as f64).ln();
    let low = if gained == 0 { 0.0 } else { (centre - Z95 * deviation).exp() };
    Some(Estimate { value, low, high: (centre + Z95 * deviation).exp() })
}

fn findings(steps: &[GrowthStep]) -> Vec<Phrase> {
    let mut findings = Vec::new();
    let complete: Vec<&GrowthStep> = steps.iter().filter(|step| step.complete).collect();
    let Some(last) = complete.last() else {
        return vec![phrase!("growth.no_step_over")];
    };
    if steps.iter().all(|step| step.active == 0) {
        return vec![phrase!("growth.nobody")];
    }
    if let Some(quick) = &last.quick_ratio {
        let quick_text = number_with(quick);
        findings.push(if quick.low > 1.0 {
            phrase!("growth.grows", step = last.step, quick = quick_text)
        } else if quick.high < 1.0 {
            phrase!("growth.shrinks", step = last.step, quick = quick_text)
        } else {
            phrase!("growth.even", step = last.step, quick = quick_text)
        });
    }
    findings.push(phrase!(
        "growth.movement",
        step = last.step,
        active = number(last.active as f64),
        new = number(last.new as f64),
        retained = number(last.retained as f64),
        resurrected = number(last.resurrected as f64),
        churned = number(last.churned as f64),
    ));
    if let Some(retention) = &last.retention {
        findings.push(phrase!("growth.retention", share = percent_with(retention)));
    }
    if let Some(first) = complete.first()
        && complete.len() > 1
        && first.active > 0
    {
        let change = last.active as f64 / first.active as f64 - 1.0;
        findings.push(phrase!(
            "growth.over_time",
            first = first.step,
            last = last.step,
            change = signed_percent(change)
        ));
    }
    if let Some(value) = &last.value {
        findings.push(phrase!(
            "growth.value",
            total = number(value.total),
            gained = number(value.new + value.resurrected + value.expansion),
            lost = number(value.churned + value.contraction),
        ));
    }
    findings
}

fn charts(steps: &[GrowthStep]) -> Vec<Chart> {
    let axis: Vec<String> = steps.iter().map(|step| step.step.clone()).collect();
    let series = |name: &str, value: &dyn Fn(&GrowthStep) -> Option<f64>| {
        Series::word(name, steps.iter().map(value).collect())
    };
    let mut charts = vec![
        Chart {
            kind: ChartKind::StackedBar,
            title: phrase!("growth.chart_people"),
            axis: axis.clone(),
            axis_titles: Vec::new(),
            series: vec![
                series("new", &|step| Some(step.new as f64)),
                series("retained", &|step| Some(step.retained as f64)),
                series("resurrected", &|step| Some(step.resurrected as f64)),
                series("churned", &|step| Some(0.0 - step.churned as f64)),
            ],
        },
        Chart {
            kind: ChartKind::Line,
            title: phrase!("growth.chart_quick"),
            axis: axis.clone(),
            axis_titles: Vec::new(),
            series: vec![series("quick ratio", &|step| step.quick_ratio.map(|quick| quick.value))],
        },
    ];
    if steps.iter().any(|step| step.value.is_some()) {
        let part = |name: &str, of: fn(&ValueStep) -> f64| series(name, &|step| step.value.as_ref().map(of));
        charts.push(Chart {
            kind: ChartKind::StackedBar,
            title: phrase!("growth.chart_value"),
            axis,
            axis_titles: Vec::new(),
            series: vec![
                part("new", |value| value.new),
                part("resurrected", |value| value.resurrected),
                part("expansion", |value| value.expansion),
                part("contraction", |value| 0.0 - value.contraction),
                part("churned", |value| 0.0 - value.churned),
            ],
        });
    }
    charts
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use flywheel_people::event::{Event, number_of};
    use flywheel_spec::product::{EventFilter, Interval, Period, Property, QuestionSpec};
    use flywheel_stats::chance::Chance;
    use serde_json::json;

    use super::*;
    use crate::make_believe::{alike, ask, ask_spread, cases, context, event, micros, random, who};

    /// The same by sets: who was active in which step, from the whole list, step by step.
    fn oracle(events: &[Event], steps: &Steps, step: usize) -> (Movement, BTreeSet<i64>) {
        let active = |step: usize| -> BTreeMap<i64, f64> {
            let mut people = BTreeMap::new();
            for event in events.iter().filter(|event| event.event == "use") {
                if steps.edges[step] <= event.time && event.time < steps.edges[step + 1] {
                    let value = event.properties.get("v").and_then(number_of).unwrap_or(0.0);
                    *people.entry(who(&event.distinct_id)).or_insert(0.0) += value;
                }
            }
            people
        };
        let earlier: BTreeSet<i64> = events
            .iter()
            .filter(|event| event.event == "use" && event.time < steps.edges[step])
            .map(|event| who(&event.distinct_id))
            .collect();
        let (before, now) = (active(step - 1), active(step));
        let mut movement = Movement { active: now.len() as u64, ..Default::default() };
        for (person, value) in &now {
            movement.value.total += value;
            match (before.get(person), earlier.contains(person)) {
                (Some(had), _) => {
                    movement.retained += 1;
                    movement.value.expansion += (value - had).max(0.0);
                    movement.value.contraction += (had - value).max(0.0);
                }
                (None, true) => {
                    movement.resurrected += 1;
                    movement.value.resurrected += value;
                }
                (None, false) => {
                    movement.new += 1;
                    movement.value.new += value;
                }
            }
        }
        for (person, value) in &before {
            if !now.contains_key(person) {
                movement.churned += 1;
                movement.value.churned += value;
            }
        }
        (movement, now.into_keys().collect())
    }

    #[test]
    fn random_histories_are_accounted_as_by_sets() {
        for case in 0..cases() {
            let mut chance = Chance::new(1).stream("growth").stream(case);
            let events = random(&mut chance, &["use", "use", "other"], 40, 120, |chance, _| {
                if chance.coin(0.8) { json!({"v": chance.below(9) as f64 - 1.0}) } else { json!({}) }
            });
            let context = context(["UTC", "Asia/Shanghai"][case as usize % 2], "2026-04-08");
            let interval = [Interval::Day, Interval::Week, Interval::Month][case as usize % 3];
            let period = Period { from: Some("2026-03-10".to_owned()), to: Some("2026-04-06".to_owned()) };
            let spec = GrowthSpec {
                event: EventFilter::named("use"),
                interval,
                period: period.clone(),
                value: Some(Property::of_event("v")),
                group: None,
            };
            let question = QuestionSpec::Growth(spec);
            let answer = ask(&question, &context, &events);
            alike(&answer, &ask_spread(&question, &context, &events, 3))
                .expect("the same from several readers");
            let Answer::Growth(report) = answer else { panic!("another report") };
            let stretch = context.calendar.stretch(&period).expect("a stretch");
            let first = context.calendar.beginning_of(stretch.from.expect("a beginning"), interval);
            let steps = context
                .calendar
                .steps(context.calendar.beginning_of(first - 1, interval), stretch.to, interval)
                .expect("steps");
            let until: Vec<Event> = events.iter().filter(|event| event.time < stretch.to).cloned().collect();
            assert_eq!(report.steps.len() + 1, steps.len());
            for (index, found) in report.steps.iter().enumerate() {
                let (expected, _) = oracle(&until, &steps, index + 1);
                let counts = (found.active, found.new, found.retained, found.resurrected, found.churned);
                let wanted = (
                    expected.active,
                    expected.new,
                    expected.retained,
                    expected.resurrected,
                    expected.churned,
                );
                assert_eq!(counts, wanted, "case {case}, {}", found.step);
                let (value, wanted) = (found.value.expect("a value"), expected.value);
                for (one, two) in [
                    (value.total, wanted.total),
                    (value.new, wanted.new),
                    (value.resurrected, wanted.resurrected),
                    (value.expansion, wanted.expansion),
                    (value.contraction, wanted.contraction),
                    (value.churned, wanted.churned),
                ] {
                    assert!((one - two).abs() < 1e-9, "case {case}: {one} {two}");
                }
            }
        }
    }

    #[test]
    fn a_quarter_is_told_in_plain_words() {
        let day = |text: &str| micros(&format!("2026-{text}T10:00:00Z"));
        let mut events = vec![event("old", "use", day("01-01"), json!({}))];
        for person in ["a", "b", "c", "old"] {
            events.push(event(person, "use", day("03-03"), json!({})));
        }
        for person in ["a", "d"] {
            events.push(event(person, "use", day("03-10"), json!({})));
        }
        let spec: QuestionSpec = serde_json::from_value(json!({
            "kind": "growth", "event": {"event": "use"}, "period": {"from": "2026-03-02", "to": "2026-03-15"}
        }))
        .expect("a question");
        let Answer::Growth(report) = ask(&spec, &context("UTC", "2026-03-20"), &events) else { panic!() };
        let steps: Vec<_> = report
            .steps
            .iter()
            .map(|step| (step.new, step.retained, step.resurrected, step.churned))
            .collect();
        assert_eq!(steps, [(3, 0, 1, 0), (1, 1, 0, 3)]);
        // (1 + 0) / 3, and exp(ln(1/3) ± 1.96 √(1 + 1/3)).
        let quick = report.steps[1].quick_ratio.expect("a ratio");
        assert!((quick.value - 1.0 / 3.0).abs() < 1e-12 && (quick.low - 0.034_670).abs() < 1e-5, "{quick:?}");
        assert!(report.findings.iter().all(|finding| !finding.en.contains('{')), "{:?}", report.findings);
        assert_eq!(report.warnings.len(), 0);
    }

    #[test]
    fn all_mistakes_are_told_at_once() {
        let spec: QuestionSpec = serde_json::from_value(json!({
            "kind": "growth", "event": {"event": "", "where": [{"property": "x", "operator": "gt", "value": "many"}]},
            "period": {"from": "soon"}, "group": ""
        }))
        .expect("a question");
        let wrong = crate::plan::plan(&spec, &context("UTC", "2026-03-20")).err().expect("mistakes");
        let places: Vec<_> =
            wrong.problems.iter().map(|problem| problem.place.setting.clone().unwrap_or_default()).collect();
        assert_eq!(places, ["event.where", "event.event", "group", "period.from"]);
    }
}

//! New, returning, resurrecting and dormant people over time.

use std::sync::Arc;

use flywheel_people::{Fold, FoldError, Identity, Partial, PersonEvents, Question, Reading, erase};
use flywheel_spec::product::lifecycle::{LifecycleInterval, LifecycleReport, LifecycleSpec, NewBy};
use flywheel_spec::product::{Answer, Chart, ChartKind, EventFilter, Series};
use flywheel_spec::{Phrase, Problem, Problems, phrase};
use serde::{Deserialize, Serialize};

use crate::intervals::{Intervals, Walk, check_filter, check_group, fits, only, unit_of, unit_word};
use crate::plan::{Context, Planned};

/// The filter's place in the reading.
const ACTIVE: usize = 0;

/// Checks the question against its context.
///
/// # Errors
/// Every mistake at once.
pub fn plan(spec: &LifecycleSpec, context: &Context) -> Result<Box<dyn Planned>, Problems> {
    let mut problems = Problems::default();
    check_filter(&spec.event, "event", &mut problems);
    check_group(spec.group.as_ref(), &mut problems);
    let intervals = Intervals::of(&context.calendar, &spec.period, spec.interval, spec.intervals);
    let mut intervals = intervals.map_err(|wrong| problems.extend(wrong)).unwrap_or_default();
    let (spec, _) = problems.settle(spec)?;

    // The interval before the first tells who returns in the first, and who is missing.
    intervals.edges.insert(0, intervals.before(&context.calendar, spec.interval));
    intervals.labels.insert(0, String::new());
    let mut filters = vec![spec.event.clone()];
    if spec.new == NewBy::FirstEvent && spec.event != EventFilter::default() {
        filters.push(EventFilter::default());
    }
    let reading = Reading {
        filters,
        columns: Vec::new(),
        from: None,
        to: Some(intervals.known_until),
        unit: unit_of(spec.group.as_ref()),
    };
    Ok(Box::new(Plan { spec: spec.clone(), question: Arc::new(Lifecycle { reading, intervals }) }))
}

struct Plan {
    spec: LifecycleSpec,
    question: Arc<Lifecycle>,
}

struct Lifecycle {
    reading: Reading,
    /// The interval before the first, then those of the report.
    intervals: Intervals,
}

/// How many people of each kind, by interval; the one before the first included.
#[derive(Default, Serialize, Deserialize)]
struct State {
    counts: Vec<Counts>,
}

#[derive(Clone, Copy, Default, Serialize, Deserialize)]
struct Counts {
    new: u64,
    returning: u64,
    resurrecting: u64,
    dormant: u64,
}

impl Counts {
    fn active(self) -> u64 {
        self.new + self.returning + self.resurrecting
    }
}

impl Question for Lifecycle {
    type State = State;

    fn reading(&self) -> &Reading {
        &self.reading
    }

    fn person(&self, state: &mut State, events: &PersonEvents<'_>) {
        state.counts.resize(self.intervals.len(), Counts::default());
        let mut walk = Walk::new(&self.intervals.edges);
        // The first event that is shown is the first of the history: of any kind, or of the activity's.
        let born = walk.at(events.times[0]);
        let mut last = None;
        for (event, time) in events.times.iter().copied().enumerate() {
            let Some(interval) = walk.at(time) else { continue };
            if last == Some(interval) || !fits(events, event, ACTIVE) {
                continue;
            }
            let counts = &mut state.counts[interval];
            if born == Some(interval) {
                counts.new += 1;
            } else if last.is_some_and(|last| last + 1 == interval) {
                counts.returning += 1;
            } else {
                counts.resurrecting += 1;
            }
            if let Some(last) = last
                && last + 1 < interval
            {
                state.counts[last + 1].dormant += 1;
            }
            last = Some(interval);
        }
        if let Some(missing) = last.and_then(|last| state.counts.get_mut(last + 1)) {
            missing.dormant += 1;
        }
    }

    fn merge(&self, state: &mut State, other: State) {
        state.counts.resize(self.intervals.len(), Counts::default());
        for (counts, more) in state.counts.iter_mut().zip(other.counts) {
            counts.new += more.new;
            counts.returning += more.returning;
            counts.resurrecting += more.resurrecting;
            counts.dormant += more.dormant;
        }
    }
}

impl Planned for Plan {
    fn folds(&self) -> Vec<Arc<dyn Fold>> {
        vec![erase(self.question.clone())]
    }

    fn finish(&self, states: Vec<Box<dyn Partial>>, _: &Identity) -> Result<Answer, FoldError> {
        let mut state: State = only(states)?;
        let known = &self.question.intervals;
        state.counts.resize(known.len(), Counts::default());
        for pair in state.counts.windows(2) {
            // Who was there before is there again, or is missing once.
            if pair[0].active() != pair[1].returning + pair[1].dormant {
                let wrong = "lifecycle: the dormant are not who was active before and did not return";
                return Err(FoldError::Invariant(wrong.to_owned()));
            }
        }
        let intervals = (1..known.len()).map(|at| LifecycleInterval {
            label: known.labels[at].clone(),
            active: state.counts[at].active(),
            new: state.counts[at].new,
            returning: state.counts[at].returning,
            resurrecting: state.counts[at].resurrecting,
            dormant: state.counts[at].dormant,
            complete: known.complete(at),
        });
        let intervals: Vec<LifecycleInterval> = intervals.collect();
        Ok(Answer::Lifecycle(LifecycleReport {
            findings: self.findings(&intervals),
            charts: vec![chart(&intervals)],
            warnings: open(&intervals),
            intervals,
        }))
    }
}

impl Plan {
    fn findings(&self, intervals: &[LifecycleInterval]) -> Vec<Phrase> {
        if intervals.iter().all(|interval| interval.active == 0) {
            return vec![phrase!("following.lifecycle_nobody")];
        }
        let complete: Vec<&LifecycleInterval> =
            intervals.iter().filter(|interval| interval.complete).collect();
        let came: u64 = complete.iter().map(|interval| interval.new + interval.resurrecting).sum();
        let went: u64 = complete.iter().map(|interval| interval.dormant).sum();
        let key = match came.cmp(&went) {
            std::cmp::Ordering::Greater => "following.lifecycle_grows",
            std::cmp::Ordering::Less => "following.lifecycle_shrinks",
            std::cmp::Ordering::Equal => "following.lifecycle_even",
        };
        let mut findings = Vec::new();
        if let Some(last) = complete.last() {
            findings.push(phrase!(key, came = came, went = went));
            findings.push(
                phrase!(
                    "following.lifecycle_last",
                    label = last.label,
                    active = last.active,
                    new = last.new,
                    returning = last.returning,
                    resurrecting = last.resurrecting,
                    dormant = last.dormant
                )
                .with_phrase("unit", &unit_word(self.spec.interval)),
            );
        }
        findings
    }
}

fn chart(intervals: &[LifecycleInterval]) -> Chart {
    let series = |name: &str, value: &dyn Fn(&LifecycleInterval) -> f64| {
        Series::word(name, intervals.iter().map(|interval| Some(value(interval))).collect())
    };
    Chart {
        kind: ChartKind::StackedBar,
        title: phrase!("following.lifecycle_chart"),
        axis: intervals.iter().map(|interval| interval.label.clone()).collect(),
        axis_titles: Vec::new(),
        series: vec![
            series("new", &|interval| interval.new as f64),
            series("returning", &|interval| interval.returning as f64),
            series("resurrecting", &|interval| interval.resurrecting as f64),
            series("dormant", &|interval| 0.0 - interval.dormant as f64),
        ],
    }
}

fn open(intervals: &[LifecycleInterval]) -> Vec<Problem> {
    let last = intervals.last().filter(|interval| !interval.complete);
    last.map(|last| Problem::warning(phrase!("following.interval_open", label = last.label)))
        .into_iter()
        .collect()
}

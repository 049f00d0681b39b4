//! Who comes back, by when they began.

mod fold;
mod report;

use std::sync::Arc;

use flywheel_people::{Column, Fold, FoldError, Identity, Partial, Reading, erase};
use flywheel_spec::product::retention::{Begins, Clock, RetentionSpec};
use flywheel_spec::product::{Answer, Interval};
use flywheel_spec::{Problem, Problems, phrase};

use crate::calendar::DAY_MICROS;
use crate::intervals::{Intervals, check_count, check_filter, check_group, unit_of};
use crate::plan::{Context, Planned};
use fold::{Retention, State};

/// The filters' places in the reading.
const START: usize = 0;

/// Checks the question against its context.
///
/// # Errors
/// Every mistake at once.
pub fn plan(spec: &RetentionSpec, context: &Context) -> Result<Box<dyn Planned>, Problems> {
    let mut problems = Problems::default();
    check_filter(&spec.start, "start", &mut problems);
    if let Some(returning) = &spec.returning {
        check_filter(returning, "returning", &mut problems);
    }
    check_count("at_least", spec.at_least, 1, u32::MAX, &mut problems);
    check_count("breakdown_most", spec.breakdown_most, 1, 1_000, &mut problems);
    if let Some(columns) = spec.columns {
        check_count("columns", columns, 1, 1_000, &mut problems);
    }
    check_group(spec.group.as_ref(), &mut problems);
    if spec.breakdown.as_ref().is_some_and(|property| property.name.trim().is_empty()) {
        problems.push(Problem::error(phrase!("following.property_empty")).at_setting("breakdown.name"));
    }
    let intervals = Intervals::of(&context.calendar, &spec.period, spec.interval, spec.intervals);
    let intervals = intervals.map_err(|wrong| problems.extend(wrong)).unwrap_or_default();
    let (spec, _) = problems.settle(spec)?;

    let mut filters = vec![spec.start.clone()];
    let mut returning = START;
    if let Some(filter) = spec.returning.as_ref().filter(|filter| !same_events(filter, &spec.start)) {
        filters.push(filter.clone());
        returning = 1;
    }
    let reading = Reading {
        filters,
        columns: spec.breakdown.iter().map(|property| Column::Text { property: property.clone() }).collect(),
        from: (spec.begins != Begins::FirstTime).then(|| intervals.from()),
        to: Some(intervals.known_until),
        unit: unit_of(spec.group.as_ref()),
    };
    let width = spec.columns.map_or(intervals.len(), |columns| (columns as usize + 1).min(intervals.len()));
    let question = Arc::new(Retention {
        reading,
        returning,
        begins: spec.begins,
        rolling: (spec.clock == Clock::Rolling).then(|| length(spec.interval)),
        at_least: spec.at_least,
        or_later: spec.or_later,
        broken_down: spec.breakdown.clone(),
        intervals,
        width,
    });
    Ok(Box::new(Plan { spec: spec.clone(), question }))
}

/// Whether two filters fit the same events, whatever they are called.
fn same_events(
    one: &flywheel_spec::product::EventFilter,
    other: &flywheel_spec::product::EventFilter,
) -> bool {
    one.event == other.event && one.conditions == other.conditions
}

/// How long an interval by a person's own clock is.
fn length(interval: Interval) -> i64 {
    match interval {
        Interval::Hour => DAY_MICROS / 24,
        Interval::Day => DAY_MICROS,
        Interval::Week => 7 * DAY_MICROS,
        Interval::Month => 30 * DAY_MICROS,
    }
}

struct Plan {
    spec: RetentionSpec,
    question: Arc<Retention>,
}

impl Planned for Plan {
    fn folds(&self) -> Vec<Arc<dyn Fold>> {
        vec![erase(self.question.clone())]
    }

    fn finish(&self, states: Vec<Box<dyn Partial>>, _: &Identity) -> Result<Answer, FoldError> {
        let state = crate::intervals::only::<State>(states)?;
        Ok(Answer::Retention(report::report(&self.spec, &self.question, state)?))
    }
}

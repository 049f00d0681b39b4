//! Who people are: by properties, by behaviour, by value, by list.
//!
//! A segment is itself a question about everybody. Another question is asked of a segment, or broken down by it, in two steps
//! over the same events: ask the segment with `list = true`, then put [`Members`] around the other question's folds
//! ([`Members::only`] shows it members alone, [`Members::others`] everybody else; both fit into one reading of the events).

mod fold;
mod members;
mod report;
mod rfm;
mod who;

use std::sync::Arc;

use flywheel_people::{Column, Fold, FoldError, Identity, Partial, Reading, erase};
use flywheel_spec::product::segment::SegmentSpec;
use flywheel_spec::product::{Answer, EventFilter};
use flywheel_spec::{Problem, Problems, phrase};

use crate::intervals::{check_count, check_filter, check_group, only, unit_of};
use crate::plan::{Context, Planned};
use fold::{Scoring, Segment, State};
pub use members::Members;
use who::Asked;

/// The place of the population's filter.
const POPULATION: usize = 0;

/// Checks the question against its context.
///
/// # Errors
/// Every mistake at once.
pub fn plan(spec: &SegmentSpec, context: &Context) -> Result<Box<dyn Planned>, Problems> {
    let mut asked = Asked::new(context, spec.group.as_deref(), spec.rfm.is_some());
    check_filter(&spec.population, "population", &mut asked.problems);
    asked.filter(&spec.population);
    let who = asked.read(&spec.who, "who");
    check_count("examples", spec.examples, 0, 1_000, &mut asked.problems);
    check_group(spec.group.as_ref(), &mut asked.problems);
    let mut scoring = None;
    if let Some(rfm) = &spec.rfm {
        check_filter(&rfm.event, "rfm.event", &mut asked.problems);
        let filter = asked.filter(&rfm.event);
        if rfm.value.as_ref().is_some_and(|property| property.name.trim().is_empty()) {
            let problem = Problem::error(phrase!("following.property_empty"));
            asked.problems.push(problem.at_setting("rfm.value.name"));
        }
        let value = rfm.value.clone().map(|property| asked.column(Column::Number { property }));
        let stretch = asked.stretch(None, &rfm.period, "rfm");
        scoring = Some(Scoring { filter, value, stretch });
    }
    let mut distinct_id = None;
    if !asked.listed.is_empty() {
        // An id may stand only in events that nothing else asks for.
        asked.filter(&EventFilter::default());
    }
    if spec.examples > 0 || !asked.listed.is_empty() {
        distinct_id = Some(asked.column(Column::DistinctId));
    }
    let Asked { filters, columns, leaves, listed, mut problems, .. } = asked;
    crate::intervals::check_filters(filters.len(), &mut problems);
    if leaves.len() > who::LEAVES_AT_MOST {
        let problem = Problem::error(phrase!("following.segment_too_many", most = who::LEAVES_AT_MOST));
        problems.push(problem.at_setting("who"));
    }
    let (who, _) = problems.settle(who)?;
    let question = Arc::new(Segment {
        reading: Reading {
            filters,
            columns,
            from: None,
            to: Some(context.calendar.now.as_microsecond() + 1),
            unit: unit_of(spec.group.as_ref()),
        },
        who,
        leaves,
        listed,
        distinct_id,
        scoring,
        examples: spec.examples as usize,
        list: spec.list,
    });
    Ok(Box::new(Plan { spec: spec.clone(), question, now: context.calendar.now.as_microsecond() }))
}

struct Plan {
    spec: SegmentSpec,
    question: Arc<Segment>,
    now: i64,
}

impl Planned for Plan {
    fn folds(&self) -> Vec<Arc<dyn Fold>> {
        vec![erase(self.question.clone())]
    }

    fn finish(&self, states: Vec<Box<dyn Partial>>, _: &Identity) -> Result<Answer, FoldError> {
        let state = only::<State>(states)?;
        Ok(Answer::Segment(report::report(&self.spec, &self.question, state, self.now)?))
    }
}

//! Which ways people take from event to event.

mod fold;
mod report;

use std::sync::Arc;

use flywheel_people::{Column, Fold, FoldError, Identity, Partial, Reading, erase};
use flywheel_spec::product::paths::{PathsSpec, SessionCut, StepName};
use flywheel_spec::product::{Answer, EventFilter, Property};
use flywheel_spec::{Problem, Problems, phrase};

use crate::intervals::{check_count, check_filter, check_filters, check_group, only, unit_of};
use crate::plan::{Context, Planned};
use fold::{Cut, Names, Paths, State};

/// Microseconds of a minute.
const MINUTE: i64 = 60_000_000;

/// Checks the question against its context.
///
/// # Errors
/// Every mistake at once.
pub fn plan(spec: &PathsSpec, context: &Context) -> Result<Box<dyn Planned>, Problems> {
    let problems = check(spec);
    let (stretch, problems) = match context.calendar.stretch(&spec.period) {
        Ok(stretch) => (Some(stretch), problems),
        Err(wrong) => (None, {
            let mut all = problems;
            all.extend(wrong);
            all
        }),
    };
    let (stretch, _) = problems.settle(stretch)?;

    let mut columns = Vec::new();
    let mut column = |column| {
        columns.push(column);
        columns.len() - 1
    };
    let mut text = |name: &str| column(Column::Text { property: Property::of_event(name) });
    let (names, needed) = match &spec.by {
        StepName::Page => {
            (Names::Page { path: text("$pathname"), url: text("$current_url") }, Some("$pageview"))
        }
        StepName::Screen => (Names::Plain(text("$screen_name")), Some("$screen")),
        StepName::Event => (Names::Plain(column(Column::Event)), None),
        StepName::Property { property } => {
            (Names::Plain(column(Column::Text { property: property.clone() })), None)
        }
    };
    let cut = match spec.sessions {
        SessionCut::Pause { minutes } => Cut::Pause(i64::from(minutes) * MINUTE),
        SessionCut::SessionId => {
            Cut::SessionId(column(Column::Text { property: Property::of_event("$session_id") }))
        }
        SessionCut::Whole => Cut::Whole,
    };
    let then_by = spec.then_by.clone().map(|property| column(Column::Number { property }));
    let filters = if spec.events.is_empty() {
        vec![needed.map_or_else(EventFilter::default, EventFilter::named)]
    } else {
        spec.events.clone()
    };
    let question = Arc::new(Paths {
        reading: Reading {
            filters,
            columns,
            from: stretch.and_then(|stretch| stretch.from),
            to: stretch.map(|stretch| stretch.to),
            unit: unit_of(spec.group.as_ref()),
        },
        names,
        cut,
        then_by,
        without: spec.without.iter().map(|name| names.told(name).to_owned()).collect(),
        from: spec.from.as_deref().map(|name| names.told(name).to_owned()),
        to: spec.to.as_deref().map(|name| names.told(name).to_owned()),
        most_steps: spec.most_steps as usize,
        collapse: spec.collapse_repeats,
        variants: spec.variants,
    });
    Ok(Box::new(Plan { spec: spec.clone(), question }))
}

fn check(spec: &PathsSpec) -> Problems {
    let mut problems = Problems::default();
    for (at, filter) in spec.events.iter().enumerate() {
        check_filter(filter, &format!("events.{at}"), &mut problems);
    }
    check_filters(spec.events.len(), &mut problems);
    // Two ends and the middle between them need three steps.
    let least = if spec.from.is_some() && spec.to.is_some() { 3 } else { 2 };
    check_count("most_steps", spec.most_steps, least, 20, &mut problems);
    check_count("most_names", spec.most_names, 1, 1_000, &mut problems);
    check_count("most_variants", spec.most_variants, 1, 100_000, &mut problems);
    check_group(spec.group.as_ref(), &mut problems);
    if spec.sessions == (SessionCut::Pause { minutes: 0 }) {
        problems.push(Problem::error(phrase!("following.pause_zero")).at_setting("sessions.minutes"));
    }
    if spec.from.is_some() && spec.from == spec.to {
        problems.push(Problem::error(phrase!("following.paths_same_ends")).at_setting("to"));
    }
    for (end, setting) in [(&spec.from, "from"), (&spec.to, "to")] {
        if let Some(name) = end
            && spec.without.contains(name)
        {
            let problem = Problem::error(phrase!("following.paths_end_without", name = name));
            problems.push(problem.at_setting(setting));
        }
    }
    let empty = |property: &Property| property.name.trim().is_empty();
    if matches!(&spec.by, StepName::Property { property } if empty(property)) {
        problems.push(Problem::error(phrase!("following.property_empty")).at_setting("by.property.name"));
    }
    if spec.then_by.as_ref().is_some_and(empty) {
        problems.push(Problem::error(phrase!("following.property_empty")).at_setting("then_by.name"));
    }
    problems
}

struct Plan {
    spec: PathsSpec,
    question: Arc<Paths>,
}

impl Planned for Plan {
    fn folds(&self) -> Vec<Arc<dyn Fold>> {
        vec![erase(self.question.clone())]
    }

    fn finish(&self, states: Vec<Box<dyn Partial>>, _: &Identity) -> Result<Answer, FoldError> {
        Ok(Answer::Paths(report::report(&self.spec, only::<State>(states)?)?))
    }
}

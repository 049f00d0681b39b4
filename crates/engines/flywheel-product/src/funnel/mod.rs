//! Steps on the way to a goal, and where people leave.

mod explain;
mod fold;
mod report;
mod separate;
#[cfg(test)]
mod tests;
mod unordered;
mod walk;

use std::sync::Arc;

use flywheel_people::reading::FILTERS_AT_MOST;
use flywheel_people::{Column, Fold, FoldError, Identity, Partial, Reading, erase};
use flywheel_spec::product::funnel::{Attribution, FunnelOrder, FunnelSpec};
use flywheel_spec::product::{Answer, EventFilter};
use flywheel_spec::{Problem, Problems, phrase};

use self::fold::{Columns, Funnel, State};
use self::walk::Route;
use crate::calendar::Calendar;
use crate::conditions::mistakes;
use crate::intervals::{check_filter, check_group, only, unit_of};
use crate::plan::{Context, Planned};

/// Most properties that are compared at once.
const PROPERTIES_AT_MOST: usize = 50;

/// Checks the question against its context.
///
/// # Errors
/// Every mistake at once.
pub fn plan(spec: &FunnelSpec, context: &Context) -> Result<Box<dyn Planned>, Problems> {
    let funnel = ready(spec, context)?;
    Ok(Box::new(Plan { funnel: Arc::new(funnel), calendar: context.calendar.clone() }))
}

fn ready(spec: &FunnelSpec, context: &Context) -> Result<Funnel, Problems> {
    let mut problems = Problems::default();
    check(spec, &mut problems);
    let (filters, route, filters_of) = route(spec, &mut problems);
    let stretch = context.calendar.stretch(&spec.period);
    let stretch = match stretch {
        Ok(stretch) => stretch,
        Err(wrong) => {
            problems.extend(wrong);
            return Err(problems);
        }
    };
    let steps = spec.steps.len();
    let index = |step: Option<u32>, otherwise: usize| step.map_or(otherwise, |step| step.max(1) as usize - 1);
    let mut over = None;
    if let Some(asked) = &spec.over_time {
        match stretch.from {
            None => problems.push(Problem::error(phrase!("funnel.over_time_from")).at_setting("period.from")),
            Some(from) => match context.calendar.steps(from, stretch.to, asked.interval) {
                Ok(cut) => over = Some((cut, index(asked.from, 0), index(asked.to, steps.max(1) - 1))),
                Err(wrong) => problems.extend(wrong),
            },
        }
    }
    problems.settle(())?;
    let mut reading = Reading {
        filters,
        columns: Vec::new(),
        from: stretch.from,
        to: Some(stretch.to),
        unit: unit_of(spec.group.as_ref()),
    };
    let columns = columns(spec, &mut reading);
    let timed = (index(spec.time_to_convert.from, 0), index(spec.time_to_convert.to, steps - 1));
    let separated = index(spec.separate.as_ref().and_then(|separate| separate.step), steps - 1);
    let until = stretch.to;
    let explained = spec.explain.as_ref().map(|asked| context.person(asked));
    Ok(Funnel {
        spec: spec.clone(),
        reading,
        route,
        filters_of,
        until,
        over,
        timed,
        columns,
        separated,
        explained,
    })
}

struct Plan {
    funnel: Arc<Funnel>,
    calendar: Calendar,
}

impl Planned for Plan {
    fn folds(&self) -> Vec<Arc<dyn Fold>> {
        vec![erase(self.funnel.clone())]
    }

    fn finish(&self, states: Vec<Box<dyn Partial>>, _: &Identity) -> Result<Answer, FoldError> {
        let state: State = only(states)?;
        report::report(&self.funnel, &self.calendar, state).map(Answer::Funnel)
    }
}

/// The values shown beside each event.
fn columns(spec: &FunnelSpec, reading: &mut Reading) -> Columns {
    let mut add = |column: Column| {
        reading.columns.push(column);
        reading.columns.len() - 1
    };
    let mut columns = Columns::default();
    if let Some(breakdown) = &spec.breakdown {
        columns.breakdown = Some(add(Column::Text { property: breakdown.property.clone() }));
    }
    if spec.explain.is_some() || spec.people.is_some() {
        columns.distinct_id = Some(add(Column::DistinctId));
    }
    if spec.explain.is_some() {
        columns.event = Some(add(Column::Event));
        columns.uuid = Some(add(Column::Uuid));
    }
    for property in spec.separate.iter().flat_map(|separate| &separate.properties) {
        let at = add(Column::Text { property: property.clone() });
        columns.separate.get_or_insert(at);
    }
    columns
}

/// The filters of steps, exclusions and alternatives in this order, what a walk goes by, and each step's filters.
fn route(spec: &FunnelSpec, problems: &mut Problems) -> (Vec<EventFilter>, Route, Vec<u64>) {
    let steps = spec.steps.len();
    let filter = |event: &Option<String>, conditions: &[_]| EventFilter {
        event: event.clone(),
        conditions: conditions.iter().chain(&spec.conditions).cloned().collect(),
        label: None,
    };
    let mut filters = Vec::new();
    for step in &spec.steps {
        filters.push(filter(&step.event, &step.conditions));
    }
    for exclusion in &spec.exclusions {
        filters.push(filter(&exclusion.event, &exclusion.conditions));
    }
    let mut alternatives = Vec::new();
    for (at, step) in spec.steps.iter().enumerate() {
        for other in &step.or {
            alternatives.push((at, filters.len()));
            filters.push(filter(&other.event, &other.conditions));
        }
    }
    if spec.order == FunnelOrder::Strict {
        filters.push(EventFilter { conditions: spec.conditions.clone(), ..EventFilter::default() });
    }
    if filters.len() > FILTERS_AT_MOST {
        let words = phrase!("funnel.too_many", found = filters.len(), most = FILTERS_AT_MOST);
        problems.push(Problem::error(words).at_setting("steps"));
        return (Vec::new(), Route::default(), Vec::new());
    }
    let mut route = Route {
        steps,
        strict: spec.order == FunnelOrder::Strict,
        window: spec.window.micros(),
        exclusions: vec![0; steps.max(1) - 1],
        ..Route::default()
    };
    for (at, step) in spec.steps.iter().enumerate() {
        route.optional |= u64::from(step.optional) << at;
    }
    for (at, exclusion) in spec.exclusions.iter().enumerate() {
        let bit = 1_u64 << (steps + at);
        route.excluded |= bit;
        let from = exclusion.from.unwrap_or(1).max(1) as usize - 1;
        let to = exclusion.to.map_or(steps, |to| to as usize).min(steps).max(1) - 1;
        for gap in route.exclusions.iter_mut().take(to).skip(from) {
            *gap |= bit;
        }
    }
    let mut filters_of = Vec::new();
    if !alternatives.is_empty() {
        filters_of = (0..steps).map(|step| 1 << step).collect();
        for (step, filter) in alternatives {
            filters_of[step] |= 1 << filter;
        }
    }
    (filters, route, filters_of)
}

fn check(spec: &FunnelSpec, problems: &mut Problems) {
    let steps = spec.steps.len() as u32;
    let mut wrong = |setting: &str, problem: Problem| problems.push(problem.at_setting(setting));
    if steps < 2 {
        wrong("steps", Problem::error(phrase!("funnel.steps_least", found = steps)));
    }
    if spec.window.count == 0 {
        let problem = Problem::error(phrase!("funnel.window_zero"));
        wrong("window.count", problem.advise(phrase!("funnel.window_advice")));
    }
    for (at, step) in spec.steps.iter().enumerate() {
        if step.optional && (at == 0 || at + 1 == spec.steps.len()) {
            wrong(&format!("steps.{at}.optional"), Problem::error(phrase!("funnel.optional_end")));
        } else if step.optional && spec.order == FunnelOrder::Unordered {
            wrong(&format!("steps.{at}.optional"), Problem::error(phrase!("funnel.optional_unordered")));
        }
    }
    let mut range = |setting: &str, found: Option<u32>, least: u32, most: u32| {
        let Some(found) = found.filter(|found| !(least..=most).contains(found)) else { return };
        let words = phrase!("funnel.step_range", found = found, least = least, most = most);
        problems.push(Problem::error(words).at_setting(setting));
    };
    let last = steps.max(2);
    for (at, exclusion) in spec.exclusions.iter().enumerate() {
        range(&format!("exclusions.{at}.from"), exclusion.from, 1, last - 1);
        range(&format!("exclusions.{at}.to"), exclusion.to, 2, last);
    }
    if let Some(over) = &spec.over_time {
        range("over_time.from", over.from, 1, last - 1);
        range("over_time.to", over.to, 2, last);
    }
    range("time_to_convert.from", spec.time_to_convert.from, 1, last - 1);
    range("time_to_convert.to", spec.time_to_convert.to, 2, last);
    range("people.step", spec.people.as_ref().map(|people| people.step), 1, last);
    range("separate.step", spec.separate.as_ref().and_then(|separate| separate.step), 2, last);
    if let Some(Attribution::Step { step }) = spec.breakdown.as_ref().map(|breakdown| breakdown.attribution) {
        range("breakdown.attribution.step", Some(step), 1, last);
    }
    check_pairs(spec, problems);
    check_settings(spec, problems);
}

/// What must stand in an order.
fn check_pairs(spec: &FunnelSpec, problems: &mut Problems) {
    let last = spec.steps.len() as u32;
    let mut ascending = |setting: &str, from: Option<u32>, to: Option<u32>| {
        let (from, to) = (from.unwrap_or(1), to.unwrap_or(last));
        if from >= to && from >= 1 && to <= last {
            let words = phrase!("funnel.from_before_to", from = from, to = to);
            problems.push(Problem::error(words).at_setting(setting));
        }
    };
    for (at, exclusion) in spec.exclusions.iter().enumerate() {
        ascending(&format!("exclusions.{at}"), exclusion.from, exclusion.to);
    }
    if let Some(over) = &spec.over_time {
        ascending("over_time", over.from, over.to);
    }
    ascending("time_to_convert", spec.time_to_convert.from, spec.time_to_convert.to);
    for (at, exclusion) in spec.exclusions.iter().enumerate() {
        let same = spec
            .steps
            .iter()
            .position(|step| step.event == exclusion.event && step.conditions == exclusion.conditions);
        if let Some(step) = same {
            let words = phrase!("funnel.exclusion_is_step", step = step + 1);
            problems.push(Problem::error(words).at_setting(format!("exclusions.{at}")));
        }
        let partial =
            exclusion.from.is_some_and(|from| from != 1) || exclusion.to.is_some_and(|to| to != last);
        if partial && spec.order == FunnelOrder::Unordered {
            let words = phrase!("funnel.exclusion_unordered");
            problems.push(Problem::error(words).at_setting(format!("exclusions.{at}")));
        }
    }
    if let Some(Attribution::Step { step }) = spec.breakdown.as_ref().map(|breakdown| breakdown.attribution)
        && spec.order == FunnelOrder::Unordered
        && step > 1
    {
        let words = phrase!("funnel.attribution_unordered", step = step);
        problems.push(Problem::error(words).at_setting("breakdown.attribution"));
    }
}

fn check_settings(spec: &FunnelSpec, problems: &mut Problems) {
    check_group(spec.group.as_ref(), problems);
    for (at, step) in spec.steps.iter().enumerate() {
        let own = EventFilter { conditions: step.conditions.clone(), ..EventFilter::default() };
        check_filter(&own, &format!("steps.{at}"), problems);
        for (other, filter) in step.or.iter().enumerate() {
            check_filter(filter, &format!("steps.{at}.or.{other}"), problems);
        }
    }
    for (at, exclusion) in spec.exclusions.iter().enumerate() {
        let own = EventFilter { conditions: exclusion.conditions.clone(), ..EventFilter::default() };
        check_filter(&own, &format!("exclusions.{at}"), problems);
    }
    let own = EventFilter { conditions: spec.conditions.clone(), ..EventFilter::default() };
    problems.problems.extend(mistakes(&own));
    let mut wrong = |setting: String, words: flywheel_spec::Phrase| {
        problems.push(Problem::error(words).at_setting(setting));
    };
    let mut named = |setting: String, name: &str| {
        if name.trim().is_empty() {
            wrong(setting, phrase!("funnel.property_empty"));
        }
    };
    if let Some(breakdown) = &spec.breakdown {
        named("breakdown.property".to_owned(), &breakdown.property.name);
    }
    if let Some(separate) = &spec.separate {
        for (at, property) in separate.properties.iter().enumerate() {
            named(format!("separate.properties.{at}"), &property.name);
        }
        let found = separate.properties.len();
        if found == 0 {
            wrong("separate.properties".to_owned(), phrase!("funnel.no_properties"));
        } else if found > PROPERTIES_AT_MOST {
            let words = phrase!("funnel.too_many_properties", most = PROPERTIES_AT_MOST, found = found);
            wrong("separate.properties".to_owned(), words);
        }
    }
    for (setting, count) in [
        ("breakdown.top", spec.breakdown.as_ref().map(|breakdown| breakdown.top)),
        ("people.limit", spec.people.as_ref().map(|people| people.limit)),
    ] {
        if count == Some(0) {
            wrong(setting.to_owned(), phrase!("funnel.zero", setting = setting));
        }
    }
    if let Some(found) = spec.time_to_convert.bins.filter(|bins| !(1..=90).contains(bins)) {
        wrong("time_to_convert.bins".to_owned(), phrase!("funnel.bins", found = found));
    }
}

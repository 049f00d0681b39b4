//! Funnels against PostHog's own cases, and against a naive person-by-person count.

mod merged;
mod mistakes;
mod naive;
mod posthog;
mod random;
mod speed;
mod told;

use flywheel_people::memory::fold_events;
use flywheel_people::{Event, IdKind, Identity, person_of};
use flywheel_spec::Problems;
use flywheel_spec::product::funnel::{FunnelReport, FunnelSpec};
use flywheel_spec::product::{Answer, Period, QuestionSpec};
use flywheel_spec::project::Weekday;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::calendar::Calendar;
use crate::plan::{Context, plan};

pub(super) fn context() -> Context {
    Context::at(Calendar {
        time_zone: "UTC".to_owned(),
        first_day_of_week: Weekday::Monday,
        now: "2030-01-01T00:00:00Z".parse().expect("a moment"),
    })
}

pub(super) fn micros(time: &str) -> i64 {
    let time = time.replace(' ', "T");
    let time = if time.len() == 10 { format!("{time}T00:00:00") } else { time };
    let time = if time.ends_with('Z') { time } else { format!("{time}Z") };
    time.parse::<jiff::Timestamp>().expect(&time).as_microsecond()
}

pub(super) fn event(person: &str, name: &str, time: i64, number: u128) -> Event {
    Event {
        uuid: Uuid::from_u128(number),
        id_kind: IdKind::Sent,
        event: name.to_owned(),
        distinct_id: person.to_owned(),
        time,
        received: time,
        source: "test".to_owned(),
        properties: Map::new(),
    }
}

/// Events as lines: `person: name @time {properties}`.
pub(super) fn journeys(lines: &[(&str, &str, &str, Value)]) -> Vec<Event> {
    let made = lines.iter().enumerate().map(|(number, (person, name, time, properties))| {
        let mut event = event(person, name, micros(time), number as u128);
        if let Value::Object(properties) = properties {
            event.properties = properties.clone();
        }
        event
    });
    made.collect()
}

pub(super) fn question(text: Value) -> FunnelSpec {
    let mut text = text;
    let steps = text["steps"].as_array().cloned().unwrap_or_default();
    let steps = steps.into_iter().map(|step| if step.is_string() { json!({ "event": step }) } else { step });
    text["steps"] = steps.collect();
    serde_json::from_value(text).expect("a funnel")
}

pub(super) fn ask_as(
    spec: &FunnelSpec,
    events: &[Event],
    person: impl Fn(&str) -> i64,
) -> Result<FunnelReport, Problems> {
    ask_in(&context(), spec, events, person)
}

pub(super) fn ask_in(
    context: &Context,
    spec: &FunnelSpec,
    events: &[Event],
    person: impl Fn(&str) -> i64,
) -> Result<FunnelReport, Problems> {
    let planned = plan(&QuestionSpec::Funnel(spec.clone()), context)?;
    let fold = &planned.folds()[0];
    let state = fold_events(fold.as_ref(), events, person)?;
    let bytes = state.bytes().expect("bytes");
    let state = fold.read(&bytes).expect("a state");
    match planned.finish(vec![state], &Identity::default()).expect("a report") {
        Answer::Funnel(report) => Ok(report),
        other => panic!("another answer: {other:?}"),
    }
}

pub(super) fn ask(spec: &FunnelSpec, events: &[Event]) -> FunnelReport {
    ask_as(spec, events, person_of).expect("a plan")
}

pub(super) fn counts(report: &FunnelReport) -> Vec<u64> {
    report.steps.iter().map(|step| step.people).collect()
}

pub(super) fn in_period(spec: &mut FunnelSpec, from: &str, to: &str) {
    spec.period = Period { from: Some(from.to_owned()), to: Some(to.to_owned()) };
}

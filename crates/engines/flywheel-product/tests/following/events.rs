//! Events written briefly, and questions asked of them in one state or in many.

use flywheel_people::memory::fold_events;
use flywheel_people::{Event, GroupValues, Groups, IdKind, Identity, Partial, person_of};
use flywheel_product::{Calendar, Context, plan};
use flywheel_spec::product::{Answer, QuestionSpec};
use flywheel_spec::project::Weekday;
use serde_json::{Map, Value, json};

/// One event; `when` is RFC 3339 or a wall-clock time in UTC.
pub fn event(who: &str, when: &str, name: &str, properties: Value) -> Event {
    event_at(who, micros(when), name, properties)
}

/// One event at a moment.
pub fn event_at(who: &str, time: i64, name: &str, properties: Value) -> Event {
    let properties = match properties {
        Value::Object(properties) => properties,
        _ => Map::new(),
    };
    Event {
        uuid: uuid::Uuid::nil(),
        id_kind: IdKind::Sent,
        event: name.to_owned(),
        distinct_id: who.to_owned(),
        time,
        received: time,
        source: "test".to_owned(),
        properties,
    }
}

/// Microseconds of a moment.
pub fn micros(when: &str) -> i64 {
    let text = match when.len() {
        10 => format!("{when}T00:00:00Z"),
        _ if when.ends_with('Z') || when.contains('+') => when.replace(' ', "T"),
        _ => format!("{}Z", when.replace(' ', "T")),
    };
    text.parse::<jiff::Timestamp>().unwrap_or_else(|error| panic!("{when}: {error}")).as_microsecond()
}

/// A calendar.
pub fn calendar(zone: &str, first_day_of_week: Weekday, now: &str) -> Calendar {
    let now = jiff::Timestamp::from_microsecond(micros(now)).expect("a moment");
    Calendar { time_zone: zone.to_owned(), first_day_of_week, now }
}

/// `alias1` is `person1`; everybody else is one person an id.
pub fn person(id: &str) -> i64 {
    person_of(if id == "alias1" { "person1" } else { id })
}

/// What the companies of events have: `acme` pays, `globex` does not, of others nothing is known.
fn companies() -> Groups {
    let plans = [("acme", json!("pro")), ("globex", json!("free"))].map(|(key, plan)| (key.to_owned(), plan));
    Groups::from([("company.plan".to_owned(), GroupValues::from(plans))])
}

/// The same by the plainest way.
pub fn company_plan(event: &Event) -> Option<&'static str> {
    match event.properties.get("$groups")?.get("company")?.as_str()? {
        "acme" => Some("pro"),
        "globex" => Some("free"),
        _ => None,
    }
}

/// The answer, from one state; the same must come from many, each sent as bytes.
pub fn ask(question: Value, calendar: &Calendar, events: &[Event]) -> Answer {
    let question: QuestionSpec = serde_json::from_value(question).expect("a question");
    let context = Context { groups: companies(), ..Context::at(calendar.clone()) };
    let planned = plan(&question, &context).unwrap_or_else(|wrong| panic!("{:?}", wrong.problems));
    let one: Vec<Box<dyn Partial>> = planned
        .folds()
        .iter()
        .map(|fold| fold_events(fold.as_ref(), events, person).expect("conditions"))
        .collect();
    let whole = planned.finish(one, &Identity::default()).expect("an answer");
    for parts in [2, 5] {
        let folds = planned.folds();
        let states = folds.iter().map(|fold| {
            let mut merged = fold.start();
            for part in 0..parts {
                let some: Vec<Event> = events
                    .iter()
                    .filter(|event| person(&event.distinct_id).rem_euclid(parts) == part)
                    .cloned()
                    .collect();
                let state = fold_events(fold.as_ref(), &some, person).expect("conditions");
                let sent = fold.read(&state.bytes().expect("bytes")).expect("a state");
                merged.merge(sent).expect("the same fold");
            }
            merged
        });
        let answer = planned.finish(states.collect(), &Identity::default()).expect("an answer");
        assert_eq!(answer, whole, "{parts} states");
    }
    whole
}

/// The settings of every mistake of a question.
pub fn mistakes(question: Value, calendar: &Calendar) -> Vec<String> {
    let question: QuestionSpec = serde_json::from_value(question).expect("a question");
    let Err(wrong) = plan(&question, &Context::at(calendar.clone())) else { return Vec::new() };
    let setting = |problem: flywheel_spec::Problem| problem.place.setting.unwrap_or_default();
    wrong.problems.into_iter().map(setting).collect()
}

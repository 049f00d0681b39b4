//! Random events and ways to ask a question of them, for tests.

use flywheel_people::event::{Event, IdKind, person_of};
use flywheel_people::memory::fold_events;
use flywheel_people::{Fold, Identity, Merge, Partial};
use flywheel_spec::product::{Answer, QuestionSpec};
use flywheel_spec::project::Weekday;
use flywheel_stats::chance::Chance;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::calendar::Calendar;
use crate::plan::{Context, Planned, plan};

pub const HOUR: i64 = 3_600_000_000;
pub const DAY: i64 = 24 * HOUR;

/// How many random cases: 300, or `PROPTEST_CASES`.
pub fn cases() -> u64 {
    std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(300)
}

/// A context whose moment of asking is noon of the day.
pub fn context(zone: &str, day: &str) -> Context {
    Context::at(Calendar {
        time_zone: zone.to_owned(),
        first_day_of_week: Weekday::Monday,
        now: format!("{day}T12:00:00Z").parse().expect("a moment"),
    })
}

/// A moment's microseconds.
pub fn micros(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().expect("a moment").as_microsecond()
}

/// An event.
pub fn event(person: &str, name: &str, time: i64, properties: Value) -> Event {
    let properties = match properties {
        Value::Object(properties) => properties,
        _ => Map::new(),
    };
    Event {
        uuid: Uuid::nil(),
        id_kind: IdKind::Sent,
        event: name.to_owned(),
        distinct_id: person.to_owned(),
        time,
        received: time,
        source: "test".to_owned(),
        properties,
    }
}

/// Who a distinct id is in tests: `p3b` is merged into `p3`.
pub fn who(distinct_id: &str) -> i64 {
    person_of(distinct_id.strip_suffix('b').unwrap_or(distinct_id))
}

/// The merges that [`who`] stands for: those of the events' ids, and of ids that a property may name.
fn identity(events: &[Event]) -> Identity {
    let ids = events.iter().map(|event| event.distinct_id.clone());
    let ids = ids.chain((0..14).map(|number| format!("p{number}b")));
    let merges: Vec<Merge> = ids.map(|id| Merge { from: person_of(&id), into: who(&id) }).collect();
    Identity::from_merges(&merges)
}

/// Random events of a dozen people, some of whom have two ids, from March 2026 on, on a coarse grid of time so that moments collide.
pub fn random(
    chance: &mut Chance,
    names: &[&str],
    days: i64,
    most: u64,
    properties: impl Fn(&mut Chance, &str) -> Value,
) -> Vec<Event> {
    let count = chance.below(most) + 1;
    let people = chance.below(12) + 1;
    let begin = micros("2026-03-01T00:00:00Z");
    (0..count)
        .map(|_| {
            let mut person = format!("p{}", chance.below(people));
            if chance.coin(0.2) {
                person.push('b');
            }
            let name = *chance.pick(names);
            let time = begin + chance.below(days as u64 * 8) as i64 * 3 * HOUR;
            let properties = properties(chance, name);
            event(&person, name, time, properties)
        })
        .collect()
}

/// The answer to a question, which must be plannable.
pub fn ask(question: &QuestionSpec, context: &Context, events: &[Event]) -> Answer {
    let planned = plan(question, context).unwrap_or_else(|wrong| panic!("{wrong}"));
    let states = states(planned.folds().iter().map(AsRef::as_ref), events, 1);
    planned.finish(states, &identity(events)).unwrap_or_else(|error| panic!("{error}"))
}

/// The answer when people are spread over several readers, whose states travel as bytes.
pub fn ask_spread(question: &QuestionSpec, context: &Context, events: &[Event], readers: i64) -> Answer {
    let planned: Box<dyn Planned> = plan(question, context).unwrap_or_else(|wrong| panic!("{wrong}"));
    let states = states(planned.folds().iter().map(AsRef::as_ref), events, readers);
    planned.finish(states, &identity(events)).unwrap_or_else(|error| panic!("{error}"))
}

/// The states of folds over the events, people spread over readers.
pub fn states<'f>(
    folds: impl Iterator<Item = &'f dyn Fold>,
    events: &[Event],
    readers: i64,
) -> Vec<Box<dyn Partial>> {
    folds
        .map(|fold| {
            let mut whole = fold.start();
            for reader in 0..readers {
                let mine: Vec<Event> = events
                    .iter()
                    .filter(|event| who(&event.distinct_id) % readers == reader)
                    .cloned()
                    .collect();
                let part = fold_events(fold, &mine, who).unwrap_or_else(|wrong| panic!("{wrong}"));
                let bytes = part.bytes().expect("bytes");
                whole.merge(fold.read(&bytes).expect("a state")).expect("the same fold");
            }
            whole
        })
        .collect()
}

/// Whether two answers say the same, floats to a tolerance.
pub fn alike(one: &impl serde::Serialize, two: &impl serde::Serialize) -> Result<(), String> {
    let (one, two) = (serde_json::to_value(one), serde_json::to_value(two));
    values_alike("", &one.expect("JSON"), &two.expect("JSON"))
}

fn values_alike(at: &str, one: &Value, two: &Value) -> Result<(), String> {
    // Findings round numbers to texts, where the last digit of a sum may tip one: their keys are compared.
    if at.contains(".findings.") && [".en", ".zh", ".args"].iter().any(|part| at.contains(part)) {
        return Ok(());
    }
    match (one, two) {
        (Value::Array(one), Value::Array(two)) if one.len() == two.len() => one
            .iter()
            .zip(two)
            .enumerate()
            .try_for_each(|(index, (one, two))| values_alike(&format!("{at}.{index}"), one, two)),
        (Value::Object(one), Value::Object(two)) if one.len() == two.len() => {
            one.iter().try_for_each(|(key, one)| {
                values_alike(&format!("{at}.{key}"), one, two.get(key).unwrap_or(&Value::Null))
            })
        }
        (Value::Number(one), Value::Number(two)) => {
            let (a, b) = (one.as_f64().unwrap_or(0.0), two.as_f64().unwrap_or(0.0));
            if (a - b).abs() <= 1e-6 * (1.0 + a.abs()) {
                Ok(())
            } else {
                Err(format!("{at}: {a} is not {b}"))
            }
        }
        _ if one == two => Ok(()),
        _ => Err(format!("{at}: {one} is not {two}")),
    }
}

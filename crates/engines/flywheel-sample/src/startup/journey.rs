//! A person's way from the first visit: the steps to a purchase, sessions by habit and season, bills, and a survey.

use flywheel_people::{Event, IdKind};
use flywheel_stats::chance::Chance;
use serde_json::{Map, Value, json};

use super::life::Life;
use super::person::{Person, Plan};
use super::{DAY, STEPS, Startup};

/// Something that happens: when, its name, its own properties.
pub(super) type Happening = (i64, &'static str, Map<String, Value>);

/// Microseconds of a minute.
pub(super) const MINUTE: i64 = 60_000_000;

/// All of a person's events, by time.
pub(super) fn events(startup: &Startup, person: &Person) -> Vec<Event> {
    let plants = startup.plants();
    let life = Life::of(startup, person, &plants);
    let mut happenings = Vec::new();
    for visit in &life.visits {
        visit.happenings(startup, &mut happenings);
    }
    for (step, moment) in life.steps.iter().enumerate() {
        happenings.push((*moment, STEPS[step], step_properties(person, step)));
    }
    for bill in &life.bills {
        let mut more = Map::new();
        more.insert("amount".to_owned(), json!(person.plan.price()));
        more.insert("currency".to_owned(), json!("USD"));
        happenings.push((*bill, "bill paid", more));
    }
    if let Some(cancelled) = life.cancelled {
        happenings.push((cancelled, "subscription cancelled", Map::new()));
    }
    for hit in &life.hits {
        if let Some(error) = plants[hit.plant].subject.error {
            let mut more = Map::new();
            more.insert("code".to_owned(), json!(error));
            more.insert(
                "$app_version".to_owned(),
                json!(super::session::version_name(super::session::release_at(startup, hit.moment))),
            );
            happenings.push((hit.moment, "error shown", more));
        }
    }
    survey(startup, person, &mut happenings);
    happenings.retain(|(moment, ..)| *moment < startup.ends());
    happenings.sort_by_key(|(moment, ..)| *moment);
    let mut chance = startup.chance(person.number, "uuids");
    happenings
        .into_iter()
        .map(|(moment, name, more)| event(person, &mut chance, moment, name, more))
        .collect()
}

/// When a person takes each of the steps that they mean to take before the end; at most ten days in all.
pub(super) fn step_moments(startup: &Startup, person: &Person) -> Vec<i64> {
    let mut chance = startup.chance(person.number, "steps");
    let mut moments = Vec::new();
    let mut moment = person.first + 2 * MINUTE;
    for step in 0..person.steps {
        let wait = match step {
            0 => chance.between(0.5, 20.0) * MINUTE as f64,
            4 => chance.between(0.5, 6.0) * DAY as f64,
            _ => chance.f64().powi(3) * 1.3 * DAY as f64 + MINUTE as f64,
        };
        moment += wait as i64;
        if moment >= startup.ends() {
            break;
        }
        moments.push(moment);
    }
    moments
}

fn step_properties(person: &Person, step: usize) -> Map<String, Value> {
    let mut more = Map::new();
    match step {
        0 => {
            let mut set = Map::new();
            set.insert("plan".to_owned(), json!(person.plan.name()));
            set.insert("country".to_owned(), json!(person.country));
            more.insert("$set".to_owned(), Value::Object(set));
            if let Some(inviter) = person.invited_by {
                more.insert("invited_by".to_owned(), json!(inviter));
            }
        }
        4 => {
            more.insert("amount".to_owned(), json!(purchase_price(person.plan)));
        }
        _ => {}
    }
    more
}

/// What the first purchase costs: the free plan sells extras.
pub(super) fn purchase_price(plan: Plan) -> f64 {
    plan.price().max(9.0)
}

/// One in eight is asked after a week how likely they are to recommend; those on phones like it less.
fn survey(startup: &Startup, person: &Person, happenings: &mut Vec<Happening>) {
    let mut chance = startup.chance(person.number, "survey");
    if !chance.coin(0.125) || person.steps == 0 {
        return;
    }
    let leaning = 6.0 + person.steps as f64 * 0.6 + 1.8 * chance.normal();
    let mut more = Map::new();
    more.insert("$survey_id".to_owned(), json!("nps-1"));
    more.insert("$survey_response".to_owned(), json!(leaning.round().clamp(0.0, 10.0) as u8));
    happenings.push((person.first + 7 * DAY, "survey sent", more));
}

pub(super) fn event(
    person: &Person,
    chance: &mut Chance,
    moment: i64,
    name: &str,
    more: Map<String, Value>,
) -> Event {
    let mut properties = Map::new();
    properties.insert("$lib".to_owned(), json!("web"));
    properties.insert("$browser".to_owned(), json!(person.browser));
    properties.insert("$device_type".to_owned(), json!(person.device.name()));
    properties.insert("$geoip_country_code".to_owned(), json!(person.country));
    properties.insert("plan".to_owned(), json!(person.plan.name()));
    if let Some(source) = person.channel.source() {
        properties.insert("utm_source".to_owned(), json!(source));
    }
    properties.extend(more);
    let random = u128::from(chance.u64()) << 64 | u128::from(chance.u64());
    Event {
        uuid: uuid::Builder::from_random_bytes(random.to_be_bytes()).into_uuid(),
        id_kind: IdKind::Sent,
        event: name.to_owned(),
        distinct_id: person.distinct_id.clone(),
        time: moment,
        received: moment + 1_500_000,
        source: "sample".to_owned(),
        properties,
    }
}

//! However people are split over readers, the report is the same.

use flywheel_people::memory::fold_events;
use flywheel_people::{Event, Identity, person_of};
use flywheel_spec::product::funnel::FunnelReport;
use flywheel_spec::product::{Answer, QuestionSpec};
use flywheel_stats::chance::Chance;
use serde_json::{Value, json};

use super::random::cases;
use super::{context, event, in_period, micros, question};
use crate::plan::plan;

fn people(chance: &mut Chance) -> Vec<Event> {
    let names = ["a", "b", "c", "x", "other"];
    let begin = micros("2026-03-01");
    let mut events = Vec::new();
    for person in 0..12 {
        let mut time = begin;
        for _ in 0..(10.0 * chance.f64()) as usize {
            time += (chance.f64() * 40.0) as i64 * 3_600_000_000;
            let name = names[(chance.f64() * 5.0) as usize];
            let mut event = event(&format!("p{person}"), name, time, events.len() as u128);
            if chance.coin(0.8) {
                event.properties.insert(
                    "plan".to_owned(),
                    Value::from(["free", "pro", "team"][(chance.f64() * 3.0) as usize]),
                );
            }
            if chance.coin(0.2) {
                event.properties.insert(
                    "$set".to_owned(),
                    json!({ "country": if person % 3 == 0 { "de" } else { "cn" } }),
                );
            }
            events.push(event);
        }
    }
    events
}

fn split(spec: &Value, events: &[Event], readers: i64) -> FunnelReport {
    let mut spec = question(spec.clone());
    in_period(&mut spec, "2026-03-01", "2026-03-31");
    let planned = plan(&QuestionSpec::Funnel(spec), &context()).expect("a plan");
    let fold = &planned.folds()[0];
    let mut all = fold.start();
    for reader in 0..readers {
        let theirs: Vec<Event> = events
            .iter()
            .filter(|event| person_of(&event.distinct_id) % readers == reader)
            .cloned()
            .collect();
        let state = fold_events(fold.as_ref(), &theirs, person_of).expect("a state");
        let bytes = state.bytes().expect("bytes");
        all.merge(fold.read(&bytes).expect("a state")).expect("one of its own");
    }
    match planned.finish(vec![all], &Identity::default()).expect("a report") {
        Answer::Funnel(report) => report,
        other => panic!("another answer: {other:?}"),
    }
}

#[test]
fn splitting_people_changes_nothing() {
    let orders = ["ordered", "strict", "unordered"];
    let attributions = [
        json!({ "kind": "first" }),
        json!({ "kind": "last" }),
        json!({ "kind": "every" }),
        json!({ "kind": "step", "step": 1 }),
    ];
    for case in 0..cases() / 3 {
        let mut chance = Chance::new(case).stream("merged");
        let events = people(&mut chance);
        let spec = json!({
            "steps": ["a", { "event": "b", "or": [{ "event": "other" }] }, "c"],
            "order": orders[case as usize % 3],
            "window": { "count": 3, "unit": "day" },
            "exclusions": if case % 2 == 0 { json!([{ "event": "x" }]) } else { json!([]) },
            "breakdown": {
                "property": { "name": if case % 5 == 0 { "country" } else { "plan" }, "of": if case % 5 == 0 { "person" } else { "event" } },
                "attribution": attributions[case as usize % 4],
                "top": 2,
            },
            "over_time": { "interval": "week" },
            "people": { "step": 2, "limit": 3 },
            "separate": { "properties": [{ "name": "plan" }, { "name": "country", "of": "person" }] },
            "explain": "p3",
        });
        let one = split(&spec, &events, 1);
        for readers in [2, 5] {
            assert_eq!(split(&spec, &events, readers), one, "case {case}, {readers} readers");
        }
        let mut turned = events.clone();
        turned.reverse();
        assert_eq!(split(&spec, &turned, 3), one, "case {case}, events in another order");
    }
}

//! How long the fold itself takes: twenty million events of 400,000 people, counted when asked for.

use flywheel_people::{Dictionary, PersonEvents, Question};
use flywheel_stats::chance::Chance;
use serde_json::json;

use super::{context, question};
use crate::funnel::fold::State;
use crate::funnel::{Funnel, ready};

fn funnel(extra: serde_json::Value) -> Funnel {
    let mut spec = json!({ "steps": ["a", "b", "c", "d", "e"] });
    for (key, value) in extra.as_object().cloned().unwrap_or_default() {
        spec[key] = value;
    }
    ready(&question(spec), &context()).expect("a plan")
}

#[test]
#[expect(clippy::print_stdout, reason = "a measurement is for reading")]
#[ignore = "a measurement: run it with --release --ignored --nocapture"]
fn twenty_million_events() {
    const PEOPLE: usize = 400_000;
    const EVENTS: usize = 50;
    let mut chance = Chance::new(1).stream("speed");
    // The same thousand people over and over: what is measured is the fold and not the memory.
    let people: Vec<(Vec<i64>, Vec<u64>, Vec<u32>)> = (0..1_000)
        .map(|_| {
            let mut times: Vec<i64> = (0..EVENTS).map(|_| (chance.f64() * 90.0 * 86_400e6) as i64).collect();
            times.sort_unstable();
            let mark =
                |chance: &mut Chance| 1_u64 << [0, 0, 0, 1, 1, 2, 2, 3, 4, 5][(chance.f64() * 10.0) as usize];
            let marks = (0..EVENTS).map(|_| mark(&mut chance)).collect();
            (times, marks, vec![0; EVENTS])
        })
        .collect();
    let mut dictionary = Dictionary::default();
    dictionary.number("one");
    let exclusion = json!({ "exclusions": [{ "event": "x", "from": 1, "to": 2 }] });
    let both = json!({
        "exclusions": [{ "event": "x", "from": 1, "to": 2 }],
        "breakdown": { "property": { "name": "plan" } },
    });
    for (name, extra) in [("plain", json!({})), ("exclusion", exclusion), ("exclusion and breakdown", both)] {
        let funnel = funnel(extra);
        let mut state = State::default();
        let begin = std::time::Instant::now();
        for person in 0..PEOPLE {
            let (times, marks, keys) = &people[person % people.len()];
            let columns = [flywheel_people::Slice::Text(keys)];
            funnel.person(
                &mut state,
                &PersonEvents {
                    person: person as i64,
                    times,
                    marks,
                    columns: &columns,
                    dictionary: &dictionary,
                },
            );
        }
        println!("{name}: {:?} for {} events, {:?}", begin.elapsed(), PEOPLE * EVENTS, state.all.did);
        assert!(state.all.did[0] > 0);
    }
}

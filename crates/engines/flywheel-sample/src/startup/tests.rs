//! The truths of the startup are really in what it writes.

use std::collections::HashSet;

use super::*;

#[test]
fn a_person_is_the_same_whoever_else_is_made() {
    let startup = Startup::default();
    let alone = startup.events(17);
    let _ = startup.events(3);
    assert_eq!(startup.events(17), alone);
    let larger = Startup { people: 9_000, ..startup };
    assert_eq!(larger.person(17).device, startup.person(17).device);
}

#[test]
fn events_are_in_order_inside_the_time_and_all_different() {
    let startup = Startup { people: 300, ..Startup::default() };
    let mut uuids = HashSet::new();
    let mut count = 0;
    for number in 0..startup.people {
        let events = startup.events(number);
        assert!(!events.is_empty());
        assert!(events.is_sorted_by_key(|event| event.time), "person {number}");
        for event in &events {
            assert!(uuids.insert(event.uuid), "a uuid comes twice");
            assert!((startup.begins..startup.ends()).contains(&event.time));
        }
        count += events.len();
    }
    let mean = count as f64 / startup.people as f64;
    assert!((20.0..100.0).contains(&mean), "{mean} events a person");
}

#[test]
fn the_truth_of_the_funnel_is_in_the_events() {
    let startup = Startup { people: 800, ..Startup::default() };
    let truth = startup.truth();
    let mut reached = [0_u64; STEPS.len()];
    for number in 0..startup.people {
        let events = startup.events(number);
        let mut from = 0;
        let mut began = None;
        for (step, name) in STEPS.iter().enumerate() {
            let found = events[from..].iter().position(|event| event.event == *name);
            let Some(at) = found.map(|at| at + from) else { break };
            let first = *began.get_or_insert(events[at].time);
            if events[at].time > first + 14 * DAY {
                break;
            }
            reached[step] += 1;
            from = at + 1;
        }
    }
    assert_eq!(reached, truth.funnel);
    assert!(reached.is_sorted_by(|a, b| a >= b) && reached[4] > 0, "{reached:?}");
}

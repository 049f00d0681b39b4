//! A make-believe startup that sells a project board: who its people are, what they do, and what is true of them.
//!
//! Everything follows from the seed, each person from a stream of their own, so that any person can be made alone
//! and all people in any order. The [`Truth`] says what an analysis should find; no engine knows how this writes.

mod journey;
mod person;
mod session;
mod truth;

use flywheel_people::{Event, person_of};
use flywheel_stats::chance::Chance;

pub use person::{Channel, Device, Person, Plan};
pub use truth::{STEPS, Truth};

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

/// The size and the time of the startup.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Startup {
    /// What everything follows from.
    pub seed: u64,
    /// People who ever came.
    pub people: u64,
    /// Days from the first visit to the last moment.
    pub days: u32,
    /// The first day's midnight, microseconds since 1970, UTC.
    pub begins: i64,
    /// Events of a person on average, about; sessions grow longer with it.
    pub events_per_person: f64,
}

impl Default for Startup {
    /// 2,000 people in 120 days from 2026-01-01.
    fn default() -> Self {
        Self { seed: 7, people: 2_000, days: 120, begins: 1_767_225_600_000_000, events_per_person: 50.0 }
    }
}

impl Startup {
    /// One person with what is true of them.
    pub fn person(&self, number: u64) -> Person {
        Person::draw(self, number)
    }

    /// One person's events, by time.
    pub fn events(&self, number: u64) -> Vec<Event> {
        journey::events(self, &self.person(number))
    }

    /// Everybody's numbers in the order of their person keys, in which files of events are kept.
    pub fn in_order_of_people(&self) -> Vec<u64> {
        let mut keys: Vec<(i64, u64)> =
            (0..self.people).map(|number| (person_of(&person::distinct_id(self, number)), number)).collect();
        keys.sort_unstable();
        keys.into_iter().map(|(_, number)| number).collect()
    }

    /// What an analysis should find.
    pub fn truth(&self) -> Truth {
        Truth::of(self)
    }

    /// The moment after which nothing happens.
    pub fn ends(&self) -> i64 {
        self.begins + i64::from(self.days) * DAY
    }

    fn chance(&self, number: u64, purpose: &'static str) -> Chance {
        Chance::new(self.seed).stream(purpose).stream(number)
    }
}

#[cfg(test)]
mod tests {
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
}

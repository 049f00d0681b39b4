//! A make-believe startup that sells a project board: who its people are, what they do and say, and what is true of them.
//!
//! Everything follows from the seed, each person from a stream of their own, so that any person can be made alone
//! and all people in any order. The [`Truth`] says what an analysis should find; no engine knows how this writes.

mod catalogue;
mod faq;
mod feedback;
mod files;
mod grammar;
mod journey;
mod label;
mod life;
mod person;
mod plant;
mod private;
mod session;
mod speaker;
mod style;
#[cfg(test)]
mod tests;
mod truth;

use flywheel_people::{Event, person_of};
use flywheel_stats::chance::Chance;

pub use catalogue::{Complaint, Name};
pub use faq::FAQ;
pub use feedback::Spoken;
pub use files::{Written, write_all, write_events, write_feedback_csv, write_feedback_events, write_truth};
pub use label::{Label, MessageKind, Mood};
pub use person::{Channel, Device, Person, Plan};
pub use plant::{Course, Effect, PlantKind, Segment};
pub use private::{Personal, PersonalKind};
pub use truth::{PlantedProblem, STEPS, Truth};

use plant::Plant;

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
    /// Problems that it has, at most 28.
    pub problems: u32,
    /// Things that annoy aloud and change nothing, at most 8.
    pub decoys: u32,
    /// How much people say, beside the usual of about a message a person; nothing at 0.
    pub talk: f64,
}

impl Default for Startup {
    /// 2,000 people in 120 days from 2026-01-01, with 12 problems and 3 decoys.
    fn default() -> Self {
        Self {
            seed: 7,
            people: 2_000,
            days: 120,
            begins: 1_767_225_600_000_000,
            events_per_person: 50.0,
            problems: 12,
            decoys: 3,
            talk: 1.0,
        }
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

    /// What one person says, as events, by time: `feedback` with `text`, `rating`, `source`, `version` and `language`,
    /// or `survey sent` with the text in `$survey_response` and the stars in `$survey_response_1`.
    pub fn feedback(&self, number: u64) -> Vec<Event> {
        self.spoken(number).into_iter().map(|spoken| spoken.event).collect()
    }

    /// What one person says, with what is true of each message, by time.
    pub fn spoken(&self, number: u64) -> Vec<Spoken> {
        feedback::spoken(self, &self.person(number))
    }

    /// One person's events and what they say, by time.
    pub fn events_with_feedback(&self, number: u64) -> Vec<Event> {
        let mut events = self.events(number);
        events.extend(self.feedback(number));
        events.sort_by_key(|event| event.time);
        events
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

    fn plants(&self) -> Vec<Plant> {
        Plant::all(self)
    }

    fn chance(&self, number: u64, purpose: &'static str) -> Chance {
        Chance::new(self.seed).stream(purpose).stream(number)
    }
}

//! Task success, time on task, and friction.

mod attempt;
mod report;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use flywheel_people::{Column, PersonEvents, Question, Reading};
use flywheel_spec::product::experience::{ExperienceSpec, TaskSpec};
use flywheel_spec::product::{EventFilter, Interval};
use flywheel_spec::{Problems, phrase};
use serde::{Deserialize, Serialize};

use crate::clustered::Sums;
use crate::metric::bit;
use crate::plan::{Context, Planned};
use crate::settings::Settings;
use crate::told::planned;

const MINUTE_MICROS: i64 = 60_000_000;

/// Checks the question against its context.
///
/// # Errors
/// Every mistake at once.
pub fn plan(spec: &ExperienceSpec, context: &Context) -> Result<Box<dyn Planned>, Problems> {
    let mut settings = Settings::default();
    let mut filters: Vec<EventFilter> = Vec::new();
    let friction = [&spec.rage_click, &spec.dead_click, &spec.error];
    for (setting, filter) in ["rage_click", "dead_click", "error"].into_iter().zip(friction) {
        settings.filter(setting, filter);
    }
    let friction = friction.map(|filter| (bit(&mut filters, filter), filter.label().to_owned()));
    let tasks: Vec<Task> = spec
        .tasks
        .iter()
        .enumerate()
        .map(|(index, task)| Task::new(task, &format!("tasks.{index}"), &mut settings, &mut filters))
        .collect();
    let most = flywheel_people::reading::FILTERS_AT_MOST;
    settings.need(filters.len() <= most, "tasks", || {
        phrase!("growth.too_many", most = most, found = filters.len())
    });
    let stretch = settings.stretch(&context.calendar, &spec.period, Interval::Day, 28);
    let (from, to) = stretch.unwrap_or_default();
    let columns = vec![Column::Text { property: spec.place.clone() }];
    let reading = Reading { filters, columns, from: Some(from), to: Some(to), ..Reading::default() };
    settings.settle(planned(Experience { reading, tasks, friction, to }))
}

struct Experience {
    reading: Reading,
    tasks: Vec<Task>,
    /// Rage clicks, dead clicks, errors.
    friction: [(u64, String); 3],
    to: i64,
}

/// A task's bits.
struct Task {
    name: String,
    start: u64,
    start_name: String,
    steps: Vec<(u64, String)>,
    success: u64,
    abandon: u64,
    fail: u64,
    within: i64,
}

impl Task {
    fn new(spec: &TaskSpec, setting: &str, settings: &mut Settings, filters: &mut Vec<EventFilter>) -> Self {
        let mut ready = |filter: &EventFilter, name: &str| {
            settings.filter(&format!("{setting}.{name}"), filter);
            bit(filters, filter)
        };
        let start = ready(&spec.start, "start");
        let steps = spec
            .steps
            .iter()
            .enumerate()
            .map(|(index, step)| (ready(step, &format!("steps.{index}")), step.label().to_owned()));
        let steps = steps.collect();
        let success = ready(&spec.success, "success");
        let abandon = spec.abandon.as_ref().map_or(0, |filter| ready(filter, "abandon"));
        let fail = spec.fail.as_ref().map_or(0, |filter| ready(filter, "fail"));
        settings
            .need(!spec.name.trim().is_empty(), &format!("{setting}.name"), || phrase!("growth.name_empty"));
        settings
            .need(spec.start != spec.success, &format!("{setting}.success"), || phrase!("growth.task_same"));
        settings.range(&format!("{setting}.within_minutes"), f64::from(spec.within_minutes), 1.0, 43_200.0);
        Self {
            name: spec.name.clone(),
            start,
            start_name: spec.start.label().to_owned(),
            steps,
            success,
            abandon,
            fail,
            within: i64::from(spec.within_minutes) * MINUTE_MICROS,
        }
    }

    /// Where an event stands among others of its moment.
    fn rank(&self, mark: u64, errors: u64) -> u8 {
        let steps = self.steps.iter().fold(0, |bits, (bit, _)| bits | bit);
        [self.start, steps, errors, self.success, self.fail, self.abandon]
            .iter()
            .position(|bits| mark & bits != 0)
            .map_or(6, |rank| rank as u8)
    }
}

#[derive(Default, Serialize, Deserialize)]
struct State {
    tasks: Vec<TaskState>,
    friction: Vec<FrictionState>,
}

#[derive(Default, Clone, Serialize, Deserialize)]
struct TaskState {
    /// A person's successes, attempts with friction, and attempts.
    sums: Sums,
    /// People who began at all, whether or not the end is known.
    people: u64,
    succeeded: u64,
    abandoned: u64,
    failed: u64,
    dead_ends: u64,
    open: u64,
    retries: u64,
    /// How long each success took, microseconds.
    took: Vec<i64>,
    steps: Vec<StepState>,
}

#[derive(Default, Clone, Serialize, Deserialize)]
struct StepState {
    reached: u64,
    with_error: u64,
    rage_clicks: u64,
    dead_ends: u64,
}

#[derive(Default, Clone, Serialize, Deserialize)]
struct FrictionState {
    events: u64,
    people: u64,
    places: BTreeMap<String, (u64, u64)>,
}

impl Experience {
    fn make_room(&self, state: &mut State) {
        state.tasks.resize(self.tasks.len(), TaskState::default());
        for (task, state) in self.tasks.iter().zip(&mut state.tasks) {
            state.steps.resize(task.steps.len() + 1, StepState::default());
        }
        state.friction.resize(self.friction.len(), FrictionState::default());
    }

    fn friction(&self, state: &mut [FrictionState], events: &PersonEvents<'_>) {
        for ((bit, _), state) in self.friction.iter().zip(state) {
            let mut places: BTreeMap<&str, u64> = BTreeMap::new();
            let mut count = 0;
            for event in (0..events.len()).filter(|event| events.marks[*event] & bit != 0) {
                count += 1;
                if let Some(place) = events.text(0, event) {
                    *places.entry(place).or_default() += 1;
                }
            }
            state.events += count;
            state.people += u64::from(count > 0);
            for (place, count) in places {
                let entry = state.places.entry(place.to_owned()).or_default();
                entry.0 += count;
                entry.1 += 1;
            }
        }
    }
}

impl Question for Experience {
    type State = State;

    fn reading(&self) -> &Reading {
        &self.reading
    }

    fn person(&self, state: &mut State, events: &PersonEvents<'_>) {
        self.make_room(state);
        for (task, state) in self.tasks.iter().zip(&mut state.tasks) {
            self.task(task, state, events);
        }
        self.friction(&mut state.friction, events);
    }

    fn merge(&self, state: &mut State, other: State) {
        self.make_room(state);
        for (mine, theirs) in state.tasks.iter_mut().zip(other.tasks) {
            mine.sums.merge(&theirs.sums);
            mine.people += theirs.people;
            mine.succeeded += theirs.succeeded;
            mine.abandoned += theirs.abandoned;
            mine.failed += theirs.failed;
            mine.dead_ends += theirs.dead_ends;
            mine.open += theirs.open;
            mine.retries += theirs.retries;
            mine.took.extend(theirs.took);
            for (mine, theirs) in mine.steps.iter_mut().zip(theirs.steps) {
                mine.reached += theirs.reached;
                mine.with_error += theirs.with_error;
                mine.rage_clicks += theirs.rage_clicks;
                mine.dead_ends += theirs.dead_ends;
            }
        }
        for (mine, theirs) in state.friction.iter_mut().zip(other.friction) {
            mine.events += theirs.events;
            mine.people += theirs.people;
            for (place, theirs) in theirs.places {
                let mine = mine.places.entry(place).or_default();
                mine.0 += theirs.0;
                mine.1 += theirs.1;
            }
        }
    }
}

//! The reader against the plain reading in memory: random events, files, merges, tails and questions, one answer.

mod bits;
mod random;
mod speed;
mod writer;

use std::sync::Arc;

use flywheel_people::memory::fold_events;
use flywheel_people::{
    Event, Fold, GroupValues, Groups, Identity, LookUp, PersonEvents, Question, Reading, Segments, Slice,
    erase, person_of,
};
use object_store::memory::InMemory;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::wanted::Wanted;
use super::{Embedded, EventsView, run};

/// Writes down everything it is shown.
pub struct Recorder(pub Reading);

/// One person as they were shown: rows in order of time, rows of the same moment in order of what they say.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Shown {
    person: i64,
    rows: Vec<(i64, u64, Vec<Option<String>>)>,
}

impl Question for Recorder {
    type State = Vec<Shown>;

    fn reading(&self) -> &Reading {
        &self.0
    }

    fn person(&self, state: &mut Self::State, events: &PersonEvents<'_>) {
        assert!(!events.is_empty() && events.times.is_sorted());
        let value = |column: usize, row: usize| match events.columns[column] {
            Slice::Text(_) => events.text(column, row).map(str::to_owned),
            Slice::Number(_) => events.number(column, row).map(|number| number.to_string()),
        };
        let row = |row: usize| {
            let values = (0..self.0.columns.len()).map(|column| value(column, row)).collect();
            (events.times[row], events.marks[row], values)
        };
        let mut rows: Vec<_> = (0..events.len()).map(row).collect();
        rows.sort();
        state.push(Shown { person: events.person, rows });
    }

    fn merge(&self, state: &mut Self::State, other: Self::State) {
        state.extend(other);
    }
}

/// Folds that write down what readings show.
pub fn recorders(readings: &[Reading]) -> Vec<Arc<dyn Fold>> {
    readings.iter().map(|reading| erase(Arc::new(Recorder(reading.clone())))).collect()
}

/// What these readings want.
pub fn wanted(readings: &[Reading]) -> Wanted {
    Wanted::of(recorders(readings).iter().map(AsRef::as_ref)).expect("readings without mistakes")
}

/// What a state wrote down, in order.
pub fn shown(state: Box<dyn flywheel_people::Partial>) -> Vec<Shown> {
    let mut shown = *state.into_any().downcast::<Vec<Shown>>().expect("a recorder's state");
    shown.sort();
    shown
}

/// What the companies of random events have; of `acme` more is known than of `globex`.
pub fn groups() -> Groups {
    let values = |values: &[(&str, serde_json::Value)]| {
        values.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect::<GroupValues>()
    };
    Groups::from([
        ("company.plan".to_owned(), values(&[("acme", json!("pro")), ("globex", json!(5))])),
        ("company.size".to_owned(), values(&[("acme", json!("12.5"))])),
    ])
}

/// A view of files in memory.
pub fn view(files: Vec<crate::EventFile>, store: Arc<InMemory>, root: &str) -> EventsView {
    EventsView { store, root: root.to_owned(), files }
}

/// Asks files and tail, and compares with everything in memory.
pub async fn check(
    view: &EventsView,
    tail: &[Event],
    all: &[Event],
    identity: &Identity,
    readings: &[Reading],
    threads: usize,
) -> Result<(), String> {
    let mut few: Vec<i64> = ["id 1", "id 2", "id 5"].map(person_of).to_vec();
    few.sort_unstable();
    let segments = Segments::from([("few".to_owned(), few)]);
    let look_up = Arc::new(LookUp { segments, groups: groups() });
    let folds: Vec<_> = recorders(readings).into_iter().map(|fold| look_up.around(fold)).collect();
    let engine = Embedded { threads, batch_rows: 7, ..Embedded::default() };
    let states = run(engine, view, tail, identity, &folds).await.map_err(|error| error.to_string())?;
    for ((state, fold), reading) in states.into_iter().zip(&folds).zip(readings) {
        let expected = fold_events(fold.as_ref(), all, |id| identity.of_id(id));
        let expected = shown(expected.map_err(|error| error.to_string())?);
        let found = shown(state);
        if found != expected {
            return Err(format!("{reading:#?}\nfound {found:#?}\nexpected {expected:#?}"));
        }
    }
    Ok(())
}

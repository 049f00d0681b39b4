//! Sums of numbers at any number of threads.

use std::sync::Arc;

use flywheel_people::{
    Column, Event, IdKind, Identity, Merge, PersonEvents, Question, Reading, erase, person_of,
};
use flywheel_spec::product::{EventFilter, Property};
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStoreExt, PutPayload};
use serde_json::json;
use uuid::Uuid;

use super::view;
use super::writer::{self, Columns};
use crate::EventFile;
use crate::read::{Embedded, run};

const PEOPLE: u32 = 300;

/// Adds up what people paid.
struct Sum(Reading);

impl Question for Sum {
    type State = f64;

    fn reading(&self) -> &Reading {
        &self.0
    }

    fn person(&self, state: &mut f64, events: &PersonEvents<'_>) {
        for row in 0..events.len() {
            *state += events.number(0, row).unwrap_or(0.0);
        }
    }

    fn merge(&self, state: &mut f64, other: f64) {
        *state += other;
    }
}

fn paid(person: u32, at: u32) -> Event {
    let number = person * 3 + at;
    let properties = json!({ "amount": 100.0 / f64::from(number + 3) });
    Event {
        uuid: Uuid::from_u128(u128::from(number)),
        id_kind: IdKind::Sent,
        event: "pay".to_owned(),
        distinct_id: format!("id {person}"),
        time: i64::from(at),
        received: i64::from(at),
        source: "test".to_owned(),
        properties: properties.as_object().cloned().unwrap_or_default(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sums_come_to_the_same_bits_at_any_number_of_threads() {
    let store = Arc::new(InMemory::new());
    let root = Uuid::now_v7().to_string();
    let columns = Columns { number: vec!["amount".to_owned()], has_set: true, ..Columns::default() };
    let mut files = Vec::new();
    for part in 0..2 {
        let events: Vec<Event> = (0..PEOPLE).map(|person| paid(person, part)).collect();
        let rows: Vec<(i64, &Event)> =
            events.iter().map(|event| (person_of(&event.distinct_id), event)).collect();
        let min_person = rows.iter().map(|row| row.0).min().unwrap_or_default();
        let max_person = rows.iter().map(|row| row.0).max().unwrap_or_default();
        let (path, time) = (format!("part-{part}.parquet"), i64::from(part));
        let bytes = writer::file(rows, &columns, 7);
        files.push(EventFile {
            path: path.clone(),
            bytes: bytes.len() as u64,
            rows: u64::from(PEOPLE),
            min_person,
            max_person,
            min_time: time,
            max_time: time,
            steps: 0,
        });
        store.put(&Path::from(path.as_str()), PutPayload::from(bytes)).await.expect("room in memory");
    }
    let view = view(files, store, &root);
    let tail: Vec<Event> = (0..PEOPLE).step_by(17).map(|person| paid(person, 2)).collect();
    let person = |at: u32| person_of(&format!("id {at}"));
    let merges: Vec<Merge> =
        (0..20).map(|at| Merge { from: person(at * 2), into: person(at * 2 + 1) }).collect();
    let identity = Identity::from_merges(&merges);
    let reading = Reading {
        filters: vec![EventFilter::named("pay")],
        columns: vec![Column::Number { property: Property::of_event("amount") }],
        ..Reading::default()
    };
    let mut first = None;
    for threads in [1, 2, 5, 2, 5, 1] {
        let folds = [erase(Arc::new(Sum(reading.clone())))];
        let engine = Embedded { threads, ..Embedded::default() };
        let mut states = run(engine, &view, &tail, &identity, &folds).await.expect("an answer");
        let state = states.pop().expect("a state").into_any();
        let sum = *state.downcast::<f64>().expect("a sum");
        assert!(sum > 0.0);
        assert_eq!(*first.get_or_insert(sum.to_bits()), sum.to_bits(), "{threads} threads");
    }
}

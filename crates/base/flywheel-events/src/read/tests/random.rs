//! Random events, files, merges, tails and readings.

use std::sync::Arc;

use flywheel_people::{Column, Event, IdKind, Identity, Merge, Reading, Step, Unit, person_of};
use flywheel_spec::product::{EventFilter, Operator, Owner, Property, PropertyFilter};
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStoreExt, PutPayload};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::writer::{self, Columns};
use super::{check, view};
use crate::EventFile;

const PEOPLE: usize = 7;

#[derive(Debug, Clone)]
struct Case {
    events: Vec<(Event, usize)>,
    files: Vec<(Columns, usize, usize)>,
    steps: Vec<Step>,
    settled: usize,
    readings: Vec<Reading>,
    threads: usize,
}

fn any_value() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        json!("pro"),
        json!("free"),
        json!("12.5"),
        json!("true"),
        json!(true),
        json!(false),
        json!(null),
        json!(5),
        json!(5.0),
        json!(2.5),
        json!(-3),
        json!([1, "a"]),
        json!({"deep": {"plan": 1}}),
        json!("張三 \"q\""),
        json!("inf"),
        json!(18446744073709551615_u64),
    ])
}

/// One of the words that are said of a person; two of one moment may well differ.
fn said(word: usize, name: &str) -> Value {
    let fit = [json!("Bern"), json!("true"), json!(7), json!("1e3"), json!(2.5)];
    let unfit = [json!(true), json!(null), json!([2]), json!("true"), json!(7)];
    let values = if name == "odd" { unfit } else { fit };
    values[word].clone()
}

fn any_event() -> impl Strategy<Value = Event> {
    let names = prop::sample::select(vec!["a", "b", "c", "$pageview"]);
    let properties =
        prop::collection::vec((prop::sample::select(vec!["plan", "amount", "rare"]), any_value()), 0..4);
    let about = prop::sample::select(vec!["city", "age", "odd"]);
    let sets = prop::collection::vec((any::<bool>(), about, 0_usize..5), 0..3);
    let company = prop::option::of(prop::sample::select(vec!["acme", "globex"]));
    (0..PEOPLE, names, 0_i64..40, properties, sets, company, any::<bool>(), any::<u128>()).prop_map(
        |(person, name, time, properties, sets, company, quiet, uuid)| {
            let mut map: Map<String, Value> =
                properties.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
            if !quiet {
                for (once, name, word) in sets {
                    let key = if once { "$set_once" } else { "$set" };
                    let set = map.entry(key.to_owned()).or_insert_with(|| json!({}));
                    set[name] = said(word, name);
                }
            }
            if let Some(company) = company {
                map.insert("$groups".to_owned(), json!({ "company": company }));
            }
            Event {
                uuid: Uuid::from_u128(uuid),
                id_kind: IdKind::Sent,
                event: name.to_owned(),
                distinct_id: format!("id {person}"),
                time,
                received: time + 1,
                source: "test".to_owned(),
                properties: map,
            }
        },
    )
}

fn any_property() -> impl Strategy<Value = Property> {
    prop::sample::select(vec![
        Property::of_event("plan"),
        Property::of_event("amount"),
        Property::of_event("rare"),
        Property { name: "city".to_owned(), of: Owner::Person },
        Property { name: "age".to_owned(), of: Owner::Person },
        Property { name: "odd".to_owned(), of: Owner::Person },
        Property::of_segment("few"),
        Property::of_group("company.plan"),
        Property::of_group("company.size"),
        Property::of_group("team.size"),
    ])
}

fn any_condition() -> impl Strategy<Value = PropertyFilter> {
    use Operator::*;
    let test = prop::sample::select(vec![
        (Is, json!("pro")),
        (IsNot, json!(["pro", 5])),
        (Contains, json!("R")),
        (Matches, json!("^[0-9.]+$")),
        (Gte, json!(5)),
        (Lt, json!(6)),
        (IsSet, json!(null)),
        (IsNotSet, json!(null)),
        (Is, json!("true")),
        (Is, json!("in")),
    ]);
    (any_property(), test).prop_map(|(property, (operator, value))| PropertyFilter {
        property: property.name,
        of: property.of,
        operator,
        value,
    })
}

fn any_filter() -> impl Strategy<Value = EventFilter> {
    let name = prop::option::weighted(0.8, prop::sample::select(vec!["a", "b", "c", "none"]));
    (name, prop::collection::vec(any_condition(), 0..3)).prop_map(|(name, conditions)| EventFilter {
        event: name.map(str::to_owned),
        conditions,
        label: None,
    })
}

fn any_reading() -> impl Strategy<Value = Reading> {
    let column = prop_oneof![
        4 => any_property().prop_map(|property| Column::Text { property }),
        4 => any_property().prop_map(|property| Column::Number { property }),
        1 => Just(Column::Event),
        1 => Just(Column::DistinctId),
        1 => Just(Column::Uuid),
    ];
    let unit = prop_oneof![5 => Just(Unit::Person), 1 => Just(Unit::Group { group: "company".to_owned() })];
    let filters = prop::collection::vec(any_filter(), 1..4);
    let columns = prop_oneof![6 => prop::collection::vec(column.clone(), 0..4), 1 => prop::collection::vec(column, 17..19)];
    (filters, columns, prop::option::of(0_i64..30), prop::option::of(10_i64..40), unit)
        .prop_map(|(filters, columns, from, to, unit)| Reading { filters, columns, from, to, unit })
}

fn any_columns() -> impl Strategy<Value = Columns> {
    let some = |names: Vec<&'static str>| {
        let most = names.len();
        prop::sample::subsequence(names, 0..=most)
            .prop_map(|names| names.into_iter().map(str::to_owned).collect())
    };
    let lists = (
        some(vec!["plan", "amount", "rare"]),
        some(vec!["plan", "amount", "rare"]),
        some(vec!["city", "age", "odd"]),
    );
    (lists, prop::bool::weighted(0.85)).prop_map(|((text, number, set), has_set)| Columns {
        text,
        number,
        set,
        has_set,
    })
}

fn any_case() -> impl Strategy<Value = Case> {
    let step = (0..PEOPLE, 0..PEOPLE, prop::bool::weighted(0.3), 0_usize..6);
    let file = (any_columns(), 1_usize..12, 0_usize..7);
    (
        prop::collection::vec((any_event(), 0_usize..6), 0..80),
        prop::collection::vec(file, 0..5),
        prop::collection::vec(step, 0..6),
        0_usize..7,
        prop::collection::vec(any_reading(), 1..3),
        1_usize..4,
    )
        .prop_map(|(events, files, lines, settled, readings, threads)| {
            let mut steps = Vec::new();
            for (from, into, undo, place) in lines {
                if undo && place < steps.len() {
                    steps.push(Step::Undo(place as u64));
                } else {
                    let person = |at: usize| person_of(&format!("id {at}"));
                    steps.push(Step::Merge(Merge { from: person(from), into: person(into) }));
                }
            }
            let settled = settled.min(steps.len());
            Case { events, files, steps, settled, readings, threads }
        })
}

async fn holds(case: Case) -> Result<(), String> {
    let store = Arc::new(InMemory::new());
    let root = Uuid::now_v7().to_string();
    let mut files = Vec::new();
    for (at, (columns, rows_a_group, written)) in case.files.iter().enumerate() {
        let written = (*written).clamp(case.settled, case.steps.len());
        let then = Identity::from_steps(&case.steps[..written], 0);
        let rows = case.events.iter().filter(|(_, place)| *place == at);
        let rows: Vec<(i64, &Event)> =
            rows.map(|(event, _)| (then.of_id(&event.distinct_id), event)).collect();
        let (Some(min_person), Some(max_person)) =
            (rows.iter().map(|row| row.0).min(), rows.iter().map(|row| row.0).max())
        else {
            continue;
        };
        let times = rows.iter().map(|row| row.1.time);
        let span = times.clone().min().zip(times.max()).unwrap_or_default();
        let (path, count) = (format!("part-{at}.parquet"), rows.len() as u64);
        let bytes = writer::file(rows, columns, *rows_a_group);
        let size = bytes.len() as u64;
        store.put(&Path::from(path.as_str()), PutPayload::from(bytes)).await.expect("room in memory");
        let (min_time, max_time) = span;
        let steps = written as u64;
        files.push(EventFile {
            path,
            bytes: size,
            rows: count,
            min_person,
            max_person,
            min_time,
            max_time,
            steps,
        });
    }
    let is_tail = |place: &usize| *place >= case.files.len();
    let tail: Vec<Event> =
        case.events.iter().filter(|(_, place)| is_tail(place)).map(|(event, _)| event.clone()).collect();
    let all: Vec<Event> = case.events.iter().map(|(event, _)| event.clone()).collect();
    let identity = Identity::from_steps(&case.steps, case.settled as u64);
    check(&view(files, store, &root), &tail, &all, &identity, &case.readings, case.threads).await
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(
        std::env::var("FLYWHEEL_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(400)
    ))]

    #[test]
    fn files_and_tail_answer_as_memory_does(case in any_case()) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().expect("a runtime");
        if let Err(difference) = runtime.block_on(holds(case)) {
            return Err(TestCaseError::fail(difference));
        }
    }
}

//! How long a funnel over many events takes; run by hand: `cargo test … read::tests::speed -- --ignored --nocapture`.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use arrow::array::{ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use flywheel_people::{Column, Identity, Merge, PersonEvents, Question, Reading, erase, person_of};
use flywheel_spec::product::{EventFilter, Property};
use object_store::local::LocalFileSystem;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;

use crate::EventFile;
use crate::read::{Embedded, EventsView, run};

const DAY: i64 = 86_400_000_000;
const PLANS: [&str; 4] = ["free", "pro", "team", "enterprise"];

/// People who took the steps in order, each step at most 14 days after the first.
struct Funnel(Reading);

impl Question for Funnel {
    type State = Vec<u64>;

    fn reading(&self) -> &Reading {
        &self.0
    }

    fn person(&self, state: &mut Self::State, events: &PersonEvents<'_>) {
        let steps = self.0.filters.len();
        state.resize(steps, 0);
        // For each step, when the newest way that reached it began.
        let mut began = [i64::MIN; 64];
        let mut reached = 0;
        for (time, mark) in events.times.iter().zip(events.marks) {
            for step in (0..steps).rev() {
                if mark >> step & 1 == 0 {
                    continue;
                }
                if step == 0 {
                    began[0] = *time;
                    reached = reached.max(1);
                } else if began[step - 1] != i64::MIN && *time - began[step - 1] <= 14 * DAY {
                    began[step] = began[step - 1];
                    reached = reached.max(step + 1);
                }
            }
        }
        state[..reached].iter_mut().for_each(|count| *count += 1);
    }

    fn merge(&self, state: &mut Self::State, other: Self::State) {
        state.resize(self.0.filters.len(), 0);
        state.iter_mut().zip(other).for_each(|(mine, theirs)| *mine += theirs);
    }
}

fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Writes the file unless it is there; 20 event names, 50 events a person.
fn make(path: &Path, people: usize, each: usize) {
    if path.exists() {
        return;
    }
    let mut persons: Vec<(i64, usize)> =
        (0..people).map(|at| (person_of(&format!("user-{at}")), at)).collect();
    persons.sort_unstable();
    let shredded =
        KeyValue::new("flywheel.shredded".to_owned(), r#"{"text":["plan"],"number":[],"set":[]}"#.to_owned());
    let time = ColumnPath::from("time");
    let properties = WriterProperties::builder()
        .set_max_row_group_row_count(Some(128 * 1024))
        .set_compression(Compression::LZ4_RAW)
        .set_column_dictionary_enabled(time.clone(), false)
        .set_column_encoding(time, Encoding::PLAIN)
        .set_key_value_metadata(Some(vec![shredded]))
        .build();
    let mut writer: Option<ArrowWriter<std::fs::File>> = None;
    for chunk in persons.chunks(2000) {
        let (mut who, mut when, mut what, mut ids, mut plans) = (vec![], vec![], vec![], vec![], vec![]);
        for (person, at) in chunk {
            let mut times: Vec<i64> =
                (0..each).map(|event| (mix((at * 1000 + event) as u64) % (90 * DAY as u64)) as i64).collect();
            times.sort_unstable();
            for (event, time) in times.into_iter().enumerate() {
                who.push(*person);
                when.push(time);
                what.push(format!("event {}", mix((at * 7919 + event) as u64) % 20));
                ids.push(format!("user-{at}"));
                plans.push(PLANS[(mix((at + event / 25) as u64) % 4) as usize]);
            }
        }
        let rows = who.len();
        let text = |texts: Vec<String>| -> ArrayRef { Arc::new(StringArray::from(texts)) };
        let times: ArrayRef = Arc::new(TimestampMicrosecondArray::from(when).with_timezone("UTC"));
        let json: Vec<String> =
            plans.iter().map(|plan| format!(r#"{{"plan":"{plan}","url":"/x"}}"#)).collect();
        let batch = RecordBatch::try_from_iter([
            ("person", Arc::new(Int64Array::from(who)) as ArrayRef),
            ("time", times.clone()),
            ("event", text(what)),
            ("distinct_id", text(ids)),
            ("uuid", text(vec![String::new(); rows])),
            ("received", times),
            ("source", text(vec!["posthog".to_owned(); rows])),
            ("properties", text(json)),
            ("p.plan", Arc::new(StringArray::from(plans)) as ArrayRef),
            ("has_set", Arc::new(BooleanArray::from(vec![false; rows])) as ArrayRef),
        ]);
        let batch = batch.expect("a batch");
        let writer = writer.get_or_insert_with(|| {
            let file = std::fs::File::create(path.with_extension("part")).expect("a file");
            ArrowWriter::try_new(file, batch.schema(), Some(properties.clone())).expect("a writer")
        });
        writer.write(&batch).expect("rows");
    }
    writer.expect("rows").close().expect("a file");
    std::fs::rename(path.with_extension("part"), path).expect("a file");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "writes gigabytes; run by hand"]
async fn a_funnel_over_twenty_million_events() {
    let people =
        std::env::var("FLYWHEEL_PEOPLE").ok().and_then(|people| people.parse().ok()).unwrap_or(400_000);
    let folder =
        PathBuf::from(std::env::var("FLYWHEEL_SPEED").unwrap_or_else(|_| "/tmp/flywheel-speed".to_owned()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let name = format!("events-{people}.parquet");
    make(&folder.join(&name), people, 50);
    let bytes = std::fs::metadata(folder.join(&name)).expect("a file").len();
    let store = Arc::new(LocalFileSystem::new_with_prefix(&folder).expect("a folder"));
    let (rows, steps) = (people as u64 * 50, 0);
    let (min_person, max_person, min_time, max_time) = (0, i64::MAX, 0, i64::MAX);
    let file = EventFile { path: name, bytes, rows, min_person, max_person, min_time, max_time, steps };
    let view = EventsView { store, root: folder.display().to_string(), files: vec![file] };

    let steps: Vec<EventFilter> = (0..5).map(|step| EventFilter::named(format!("event {step}"))).collect();
    let plain = Reading { filters: steps, ..Reading::default() };
    let broken_down =
        Reading { columns: vec![Column::Text { property: Property::of_event("plan") }], ..plain.clone() };
    let person = |at: usize| person_of(&format!("user-{at}"));
    let merges: Vec<Merge> =
        (0..people / 40).map(|at| Merge { from: person(at * 2), into: person(at * 2 + 1) }).collect();
    let merged = Identity::from_merges(&merges);
    let nobody = Identity::default();
    for (what, reading, identity) in [
        ("plain", &plain, &nobody),
        ("with a breakdown", &broken_down, &nobody),
        ("5% merged", &plain, &merged),
    ] {
        for threads in [1, 2] {
            let folds = [erase(Arc::new(Funnel(reading.clone())))];
            let engine = Embedded { threads, ..Embedded::default() };
            let mut times = Vec::new();
            let mut counts = Vec::new();
            for _ in 0..5 {
                let begun = Instant::now();
                let states = run(engine, &view, &[], identity, &folds).await.expect("an answer");
                times.push(begun.elapsed().as_secs_f64());
                counts = states
                    .into_iter()
                    .flat_map(|state| *state.into_any().downcast::<Vec<u64>>().expect("counts"))
                    .collect();
            }
            times.sort_by(f64::total_cmp);
            println!(
                "{what}, {threads} threads: best {:.3} s, median {:.3} s, {counts:?}",
                times[0], times[2]
            );
        }
    }
}

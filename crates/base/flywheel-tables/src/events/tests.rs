//! Every acknowledged event exactly once: whatever comes twice, wherever a process dies, whatever is merged or erased.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use flywheel_people::{Event, Identity, Merge, Step as MergeStep, person_of};
use jiff::Timestamp;
use object_store::memory::InMemory;
use proptest::prelude::*;
use serde_json::json;
use url::Url;

use super::file::read_events;
use super::made::{event, many};
use super::place::{Location, Place};
use super::store::Step;
use super::*;
use crate::spool::{self, Spool, SpoolOptions, frame_event};

/// A project's folders.
struct Made {
    folder: tempfile::TempDir,
}

impl Made {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    /// The store as a new process opens it.
    fn open(&self) -> EventStore {
        let location = Location::Folder(self.folder.path().join("events"));
        EventStore::open(location, self.folder.path().join("seen")).expect("opened")
    }

    fn spool_folder(&self) -> std::path::PathBuf {
        self.folder.path().join("spool")
    }

    fn spool(&self, first: u64) -> Spool<()> {
        let options = SpoolOptions { first, ..SpoolOptions::default() };
        Spool::open(&self.spool_folder(), options, |(): &(), _: &mut Vec<u8>| {}).expect("opened")
    }

    /// The table's events as its files hold them.
    async fn table(&self) -> Vec<Event> {
        let snapshot = self.open().snapshot().await.expect("read");
        let files = snapshot.files.iter();
        files
            .flat_map(|file| read_events(&self.folder.path().join("events").join(&file.path)).expect("read"))
            .collect()
    }
}

fn now() -> Timestamp {
    "2030-01-01T00:00:00Z".parse().expect("a moment")
}

fn append(spool: &Spool<()>, events: &[Event]) -> u64 {
    let mut bytes = Vec::new();
    events.iter().for_each(|event| frame_event(&mut bytes, event));
    let (sender, answer) = std::sync::mpsc::channel();
    spool.append_framed(bytes, events.len() as u64, move |done| sender.send(done).expect("heard"));
    answer.recv().expect("an answer").expect("on the disk")
}

fn numbers(events: &[Event]) -> Vec<u128> {
    let mut numbers: Vec<u128> = events.iter().map(|event| event.uuid.as_u128()).collect();
    numbers.sort_unstable();
    numbers
}

async fn commit(store: &EventStore, arrival: Arrival, events: &[Event]) -> Committed {
    store.commit(arrival, events.to_vec(), &Identity::default(), now()).await.expect("committed")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_come_in_once_and_the_table_says_what_it_holds() {
    let made = Made::new();
    let store = made.open();
    assert_eq!(*store.snapshot().await.expect("read"), Snapshot::default());
    let first = commit(&store, Arrival::Segment(1), &many(0, 100)).await;
    assert_eq!((first.written, first.duplicates, first.version), (100, 0, Some(0)));
    let twice: Vec<Event> = many(50, 150).into_iter().chain(many(140, 150)).collect();
    let second = commit(&store, Arrival::Segment(2), &twice).await;
    assert_eq!((second.written, second.duplicates, second.before), (50, 60, false));
    assert!(commit(&store, Arrival::Segment(2), &many(900, 950)).await.before);
    let known = commit(&store, Arrival::Import, &many(0, 10)).await;
    assert_eq!((known.written, known.version), (0, Some(1)), "nothing new is no version");
    let import = commit(&store, Arrival::Import, &many(145, 160)).await;
    assert_eq!((import.written, import.duplicates), (10, 5));
    let only_known = commit(&store, Arrival::Segment(5), &many(0, 10)).await;
    assert_eq!((only_known.written, only_known.version), (0, Some(3)));

    let snapshot = store.snapshot().await.expect("read");
    assert_eq!((snapshot.committed_segment, snapshot.ordinal, snapshot.rows()), (5, 3, 160));
    assert_eq!(*made.open().snapshot().await.expect("read"), *snapshot);
    assert_eq!(numbers(&made.table().await), numbers(&many(0, 160)));
    for file in &snapshot.files {
        let events = read_events(&made.folder.path().join("events").join(&file.path)).expect("read");
        let persons = events.iter().map(|event| person_of(&event.distinct_id));
        let times = events.iter().map(|event| event.time);
        assert_eq!((persons.clone().min(), persons.max()), (Some(file.min_person), Some(file.max_person)));
        assert_eq!((times.clone().min(), times.max()), (Some(file.min_time), Some(file.max_time)));
    }
    let versions: Vec<u64> =
        store.versions().await.expect("listed").iter().map(|mark| mark.version).collect();
    assert_eq!(versions, [0, 1, 2, 3]);
    assert_eq!(store.snapshot_at(0).await.expect("read").expect("there").rows(), 100);
    assert!(store.snapshot_at(9).await.expect("read").is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wherever_a_commit_dies_the_next_try_brings_each_event_in_once() {
    for step in [Step::Files, Step::Seen, Step::Version] {
        let made = Made::new();
        commit(&made.open(), Arrival::Segment(1), &many(0, 50)).await;
        let dying = made.open();
        *dying.inner.stop.lock().expect("free") = Some(step);
        let died = dying.commit(Arrival::Segment(2), many(40, 90), &Identity::default(), now()).await;
        assert!(died.is_err(), "{step:?}");
        drop(dying);

        let again = commit(&made.open(), Arrival::Segment(2), &many(40, 90)).await;
        assert_eq!(again.before, step == Step::Version, "{step:?}");
        let other = commit(&made.open(), Arrival::Segment(3), &many(80, 100)).await;
        assert_eq!(other.written, 10, "{step:?}");
        assert_eq!(numbers(&made.table().await), numbers(&many(0, 100)), "{step:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_list_of_seen_events_is_made_anew() {
    let made = Made::new();
    commit(&made.open(), Arrival::Segment(1), &many(0, 50)).await;
    std::fs::remove_dir_all(made.folder.path().join("seen")).expect("lost");
    let spool = made.spool(2);
    append(&spool, &many(40, 60));
    let whole = Tail::new(made.spool_folder()).read(&made.open()).await.expect("read");
    assert_eq!(numbers(&whole.tail), numbers(&many(50, 60)));
    std::fs::remove_dir_all(made.folder.path().join("seen")).expect("lost");
    let committed = commit(&made.open(), Arrival::Segment(2), &many(40, 60)).await;
    assert_eq!((committed.written, committed.duplicates), (10, 10));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_version_that_lands_after_its_process_died_costs_no_event() {
    for first in [0, 50] {
        let made = Made::new();
        if first > 0 {
            commit(&made.open(), Arrival::Segment(1), &many(0, first)).await;
        }
        // A process dies while its version is under way; the next one begins with what it finds, and dies as well.
        let next = made.open();
        *next.inner.stop.lock().expect("free") = Some(Step::Seen);
        let all = many(first, first + 60);
        assert!(next.commit(Arrival::Segment(3), all, &Identity::default(), now()).await.is_err());
        // Only now the storage takes the version of the first.
        let location = Location::Folder(made.folder.path().join("events"));
        let late = EventStore::open(location, made.folder.path().join("elsewhere")).expect("opened");
        commit(&late, Arrival::Segment(2), &many(first, first + 40)).await;

        let spool = made.spool(3);
        append(&spool, &many(first + 40, first + 60));
        let whole = Tail::new(made.spool_folder()).read(&made.open()).await.expect("read");
        assert_eq!(numbers(&whole.tail), numbers(&many(first + 40, first + 60)));
        let committed = commit(&made.open(), Arrival::Segment(3), &many(first + 40, first + 60)).await;
        assert_eq!((committed.written, committed.duplicates), (20, 0));
        assert_eq!(numbers(&made.table().await), numbers(&many(0, first + 60)));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_projects_bring_events_into_one_table_and_count_their_own_segments() {
    let folder = tempfile::tempdir().expect("a folder");
    let root: Arc<InMemory> = Arc::default();
    let open = |project: &str| {
        let url = Url::parse("s3://bucket/events").expect("a URL");
        let place = Place::with_root(Location::Url(url.clone()), url, root.clone()).expect("a place");
        EventStore::with(place, folder.path().join(project).join("seen")).expect("opened")
    };
    let bring = |store: EventStore, from: u64| async move {
        for round in 0..12 {
            let events = many(from + round * 10, from + round * 10 + 15);
            let committed = commit(&store, Arrival::Segment(round + 1), &events).await;
            assert!(!committed.before, "a segment of another project is none of this one");
        }
    };
    tokio::join!(bring(open("a"), 0), bring(open("b"), 100));
    let (a, b) = (open("a"), open("b"));
    let snapshot = a.snapshot().await.expect("read");
    assert_eq!((snapshot.rows(), snapshot.committed_segment), (225, 12));
    assert_eq!(b.snapshot().await.expect("read").committed_segment, 12);
    let mut found = Vec::new();
    a.every_event(&snapshot, |events| found.extend(events)).await.expect("read");
    assert_eq!(numbers(&found), numbers(&many(0, 225)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_bring_events_in_at_the_same_time() {
    let made = Made::new();
    let (a, b) = (made.open(), made.open());
    let bring = |store: EventStore, from: u64| async move {
        for round in 0..15 {
            commit(&store, Arrival::Import, &many(from + round * 10, from + round * 10 + 20)).await;
        }
    };
    let compacting = made.open();
    let merge = async {
        let how = Compaction { runs: 2, ..Compaction::default() };
        for _ in 0..10 {
            compacting.compact(&how, &Identity::default(), now()).await.expect("merged");
            tokio::task::yield_now().await;
        }
    };
    tokio::join!(bring(a, 0), bring(b, 75), merge);
    assert_eq!(numbers(&made.table().await), numbers(&many(0, 235)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_tail_is_what_waits_and_is_in_neither_twice() {
    let made = Made::new();
    let store = made.open();
    let spool = made.spool(1);
    let mut tail = Tail::new(made.spool_folder());
    assert!(tail.read(&store).await.expect("read").tail.is_empty());
    assert_eq!(append(&spool, &many(0, 30)), 1);
    append(&spool, &many(20, 40));
    let whole = tail.read(&store).await.expect("read");
    assert_eq!(whole.tail.len(), 40);
    let unchanged = tail.read(&store).await.expect("read");
    assert!(Arc::ptr_eq(&whole.tail, &unchanged.tail), "nothing is made anew");
    drop((whole, unchanged));

    spool.seal().expect("sealed");
    append(&spool, &many(35, 45));
    assert_eq!(tail.read(&store).await.expect("read").tail.len(), 45);
    // An import brings in what waits, then the first segment is committed; another process reads with a tail of its own.
    commit(&store, Arrival::Import, &many(42, 43)).await;
    for expected in [44, 4] {
        let whole = tail.read(&store).await.expect("read");
        assert_eq!(whole.tail.len(), expected);
        let other = Tail::new(made.spool_folder()).read(&made.open()).await.expect("read");
        assert_eq!(numbers(&other.tail), numbers(&whole.tail));
        let all: Vec<Event> = made.table().await.into_iter().chain(whole.tail.iter().cloned()).collect();
        assert_eq!(numbers(&all), numbers(&many(0, 45)));
        let mut segment = Vec::new();
        let path = spool::segment_path(&made.spool_folder(), 1);
        spool::read_segment_file(&path, |record| {
            if let Some(spool::Arrived::Event(event)) = spool::arrived(record) {
                segment.push(*event);
            }
        })
        .expect("read");
        commit(&made.open(), Arrival::Segment(1), &segment).await;
    }
    spool::remove(&made.spool_folder(), 1).expect("removed");
    assert_eq!(tail.read(&store).await.expect("read").tail.len(), 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flipped_bit_costs_one_event_and_is_told() {
    let made = Made::new();
    let spool = made.spool(1);
    append(&spool, &many(0, 20));
    drop(spool);
    let path = spool::segment_path(&made.spool_folder(), 1);
    let whole = std::fs::read(&path).expect("read");
    for position in (20..whole.len()).step_by(97) {
        let mut damaged = whole.clone();
        damaged[position] ^= 4;
        std::fs::write(&path, damaged).expect("written");
        let read = Tail::new(made.spool_folder()).read(&made.open()).await.expect("read");
        assert_eq!((read.tail.len(), read.damages.len()), (19, 1), "byte {position}");
    }
    std::fs::write(&path, &whole[..whole.len() - 5]).expect("torn");
    let read = Tail::new(made.spool_folder()).read(&made.open()).await.expect("read");
    assert_eq!((read.tail.len(), read.damages[0].kind), (19, spool::DamageKind::Torn));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn merges_write_merged_people_under_whom_they_are_and_change_nothing_else() {
    let made = Made::new();
    let store = made.open();
    let steps = [
        MergeStep::Merge(Merge { from: person_of("person 1"), into: person_of("person 2") }),
        MergeStep::Merge(Merge { from: person_of("person 3"), into: person_of("person 1") }),
        MergeStep::Merge(Merge { from: person_of("person 5"), into: person_of("person 6") }),
        MergeStep::Undo(0),
    ];
    for round in 0..6 {
        // Each batch was written under what was known of people then.
        let then = Identity::from_steps(&steps[..(round as usize).min(3)], 0);
        let size = FileSize { rows: 700, bytes: usize::MAX };
        let events = many(round * 2000, round * 2000 + 2000);
        store.commit_sized(Arrival::Segment(round + 1), events, &then, now(), size).await.expect("committed");
    }
    let before = store.snapshot().await.expect("read");
    assert_eq!(before.settled_steps(), Some(0));
    let identity = Identity::from_steps(&steps, 0);
    let size = FileSize { rows: 3000, bytes: usize::MAX };
    let how = Compaction { size, ..Compaction::default() };
    let compacted = store.compact(&how, &identity, now()).await.expect("merged").expect("six runs are many");
    assert_eq!((compacted.files_before, compacted.rows), (before.files.len() as u64, 12_000));
    assert!(store.compact(&how, &identity, now()).await.expect("looked").is_none(), "one run is enough");

    let after = made.open().snapshot().await.expect("read");
    assert_eq!(after.rows(), 12_000);
    assert_eq!((after.settled_steps(), after.committed_segment, after.ordinal), (Some(4), 6, 6));
    assert!(after.files.len() < before.files.len());
    for pair in after.files.windows(2) {
        assert!(pair[0].max_person < pair[1].min_person, "files of one run do not overlap");
    }
    let mut expected = many(0, 12_000);
    expected.sort_by_key(|event| (identity.of_id(&event.distinct_id), event.time, event.uuid));
    let mut found = made.table().await;
    assert!(
        found.windows(2).all(|pair| {
            let key = |event: &Event| (identity.of_id(&event.distinct_id), event.time);
            key(&pair[0]) <= key(&pair[1])
        }),
        "sorted by person and time"
    );
    found.sort_by_key(|event| (identity.of_id(&event.distinct_id), event.time, event.uuid));
    assert_eq!(found, expected);
    for file in &after.files {
        let path = made.folder.path().join("events").join(&file.path);
        let (opened, known) = super::place::metadata(&path).expect("opened");
        let shredded = super::file::shredded_of(known.metadata());
        assert_eq!(shredded.set, ["city"]);
        let reader =
            datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::new_with_metadata(
                opened, known,
            );
        for batch in reader.build().expect("a reader") {
            let batch = batch.expect("a batch");
            let ids = row::texts(&batch, row::DISTINCT_ID).expect("ids");
            for (person, id) in row::persons(&batch).expect("persons").values().iter().zip(ids.iter()) {
                assert_eq!(*person, identity.of_id(id.expect("an id")));
            }
            let base = batch.project(&(0..row::BASE_COLUMNS).collect::<Vec<_>>()).expect("base columns");
            assert_eq!(
                shredded.conform(&base).expect("filled"),
                batch,
                "columns say what the properties say"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_merge_that_dies_leaves_everything_and_what_was_replaced_goes_in_time() {
    let made = Made::new();
    for round in 0..6 {
        commit(&made.open(), Arrival::Segment(round + 1), &many(round * 20, round * 20 + 20)).await;
    }
    let how = Compaction::default();
    for step in [Step::Files, Step::Version] {
        let dying = made.open();
        *dying.inner.stop.lock().expect("free") = Some(step);
        assert!(dying.compact(&how, &Identity::default(), now()).await.is_err());
        assert_eq!(numbers(&made.table().await), numbers(&many(0, 120)), "{step:?}");
    }
    let store = made.open();
    let parquet = || {
        let files = std::fs::read_dir(made.folder.path().join("events")).expect("listed");
        files.filter(|file| file.as_ref().is_ok_and(|file| file.path().extension().is_some())).count()
    };
    assert_eq!((store.snapshot().await.expect("read").files.len(), parquet()), (1, 7));
    let real = file_clock(made.folder.path()).expect("a clock");
    assert_eq!(store.tidy(KEEP, real).await.expect("tidied"), 0, "a question may still read them");
    assert_eq!(parquet(), 7);
    let later = real + Duration::from_secs(700);
    assert_eq!(store.tidy(KEEP, later).await.expect("tidied"), 6);
    assert_eq!(parquet(), 1);
    assert_eq!(numbers(&made.table().await), numbers(&many(0, 120)));
    // The versions go once one that was written in one piece is old enough.
    assert!(store.tidy(KEEP, later).await.expect("tidied") > 0);
    let versions = made.open().versions().await.expect("listed");
    assert_eq!(versions.len(), 1, "{versions:?}");
    assert_eq!(numbers(&made.table().await), numbers(&many(0, 120)));
    commit(&store, Arrival::Segment(9), &many(110, 130)).await;
    assert_eq!(numbers(&made.table().await), numbers(&many(0, 130)));
}

/// The moment that the storage's clock gives a file made now.
fn file_clock(folder: &std::path::Path) -> Option<Timestamp> {
    let path = folder.join("clock");
    std::fs::write(&path, "tick").ok()?;
    Timestamp::try_from(std::fs::metadata(&path).ok()?.modified().ok()?).ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erased_person_is_in_no_file_of_the_folder_and_stays_away() {
    let made = Made::new();
    let store = made.open();
    for round in 0..6 {
        let mut events = many(round * 200, round * 200 + 200);
        events.push(event(90_000 + round, "erase-me@example.com"));
        events.push(event(91_000 + round, "their other id"));
        commit(&store, Arrival::Segment(round + 1), &events).await;
    }
    let merge = Merge { from: person_of("their other id"), into: person_of("erase-me@example.com") };
    let identity = Identity::from_merges(&[merge]);
    // Older versions hold the person too, also files that were replaced already.
    store.compact(&Compaction::default(), &identity, now()).await.expect("merged").expect("six runs");
    commit(&store, Arrival::Segment(7), &[event(92_000, "erase-me@example.com")]).await;

    let what = Erase { persons: HashSet::from([merge.into]), ..Erase::default() };
    assert_eq!(store.count_erased(&what, &identity).await.expect("counted"), 13);
    let erased = store.erase(&what, &identity, now()).await.expect("erased");
    assert_eq!((erased.events, erased.files), (13, 2));
    assert_eq!(numbers(&made.table().await), numbers(&many(0, 1200)));
    let mut scanned = 0;
    for entry in walk(made.folder.path()) {
        // Compressed pages hide texts: a Parquet file is read, everything else is searched.
        let bytes = std::fs::read(&entry).expect("read");
        let found = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
        assert!(!found(b"erase-me") && !found(b"their other id"), "{}", entry.display());
        let parquet = entry.extension().is_some_and(|ending| ending == "parquet");
        if parquet && !entry.to_string_lossy().contains("_delta_log") {
            let events = read_events(&entry).expect("read");
            assert!(events.iter().all(|event| event.distinct_id.starts_with("person ")));
            scanned += 1;
        }
    }
    assert_eq!(scanned, store.snapshot().await.expect("read").files.len());
    let reopened = made.open();
    assert_eq!(reopened.versions().await.expect("listed").len(), 1);
    let again = commit(&reopened, Arrival::Segment(8), &[event(92_000, "erase-me@example.com")]).await;
    assert_eq!((again.written, again.duplicates), (0, 1), "an old event is not taken in again");

    let old = Erase { before: Some(i64::MAX), ..Erase::default() };
    assert_eq!(reopened.erase(&old, &identity, now()).await.expect("erased").events, 1200);
    assert!(made.open().snapshot().await.expect("read").files.is_empty());
    commit(&made.open(), Arrival::Segment(9), &many(2000, 2010)).await;
    assert_eq!(numbers(&made.table().await), numbers(&many(2000, 2010)));
}

#[tokio::test]
async fn events_of_others_no_longer_name_who_is_erased() {
    let made = Made::new();
    let carrying = |number: u64, properties: serde_json::Value| Event {
        properties: properties.as_object().cloned().unwrap_or_default(),
        ..event(number, "bob")
    };
    let join = carrying(
        1,
        json!({"referrer": "anna", "note": "anna's", "with": ["carl", "anna"], "$set": {"inviter": "anna"}}),
    );
    let quiet = carrying(2, json!({"referrer": "joanna"}));
    commit(&made.open(), Arrival::Segment(1), &[join.clone(), quiet.clone(), event(3, "anna")]).await;
    // A file in which only others speak of her.
    commit(&made.open(), Arrival::Segment(2), &[carrying(4, json!({"referrer": "anna"}))]).await;
    let what = Erase { distinct_ids: HashSet::from(["anna".to_owned()]), ..Erase::default() };
    let erased = made.open().erase(&what, &Identity::default(), now()).await.expect("erased");
    assert_eq!((erased.events, erased.naming, erased.files), (1, 2, 2));
    let mut found = made.table().await;
    found.sort_by_key(|event| event.uuid);
    let expected = [
        carrying(
            1,
            json!({"referrer": "erased", "note": "anna's", "with": ["carl", "erased"], "$set": {"inviter": "erased"}}),
        ),
        quiet,
        carrying(4, json!({"referrer": "erased"})),
    ];
    assert_eq!(found, expected);
    let files = walk(&made.folder.path().join("events"));
    for path in files.iter().filter(|path| path.extension().is_some_and(|ending| ending == "parquet")) {
        let read = crate::import(&crate::Source::Path(path), &crate::ImportOptions::default());
        let Ok(read) = read else { continue };
        for column in &read.frame.columns {
            let named = (0..read.frame.rows()).any(|row| column.values.text(row).as_deref() == Some("anna"));
            assert!(!named, "{} of {}", column.name, path.display());
        }
    }
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("listed").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() { files.extend(walk(&entry)) } else { files.push(entry) }
    }
    files
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_on_an_object_store_works_alike() {
    let folder = tempfile::tempdir().expect("a folder");
    let root: Arc<InMemory> = Arc::default();
    let open = || {
        let url = Url::parse("s3://bucket/deep/events").expect("a URL");
        let place = Place::with_root(Location::Url(url.clone()), url, root.clone()).expect("a place");
        EventStore::with(place, folder.path().join("seen")).expect("opened")
    };
    for round in 0..45 {
        commit(&open(), Arrival::Segment(round + 1), &many(round * 10, round * 10 + 15)).await;
        if round % 10 == 9 {
            let compacted = open().compact(&Compaction::default(), &Identity::default(), now()).await;
            assert!(compacted.expect("merged").is_some());
        }
    }
    let snapshot = open().snapshot().await.expect("read");
    assert_eq!((snapshot.rows(), snapshot.committed_segment), (455, 45));
    let erase = Erase { distinct_ids: HashSet::from(["person 0".to_owned()]), ..Erase::default() };
    let erased = open().erase(&erase, &Identity::default(), now()).await.expect("erased");
    let expected = many(0, 455).iter().filter(|event| event.distinct_id == "person 0").count();
    assert_eq!(erased.events, expected as u64);
    assert_eq!(open().snapshot().await.expect("read").rows(), 455 - expected as u64);
}

#[derive(Debug, Clone)]
enum Deed {
    Arrive(u64, u64),
    Seal,
    Commit(Option<Step>),
    Import(u64, u64, Option<Step>),
    Compact(Option<Step>),
    MergeSeen,
    Tidy,
    Forget,
}

fn deed() -> impl Strategy<Value = Deed> {
    let stop = || prop::option::of(prop::sample::select(vec![Step::Files, Step::Seen, Step::Version]));
    prop_oneof![
        4 => (0_u64..200, 1_u64..20).prop_map(|(from, count)| Deed::Arrive(from, from + count)),
        2 => Just(Deed::Seal),
        4 => stop().prop_map(Deed::Commit),
        2 => (0_u64..200, 1_u64..20, stop()).prop_map(|(from, count, stop)| Deed::Import(from, from + count, stop)),
        1 => stop().prop_map(Deed::Compact),
        1 => Just(Deed::MergeSeen),
        1 => Just(Deed::Tidy),
        1 => Just(Deed::Forget),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 64, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_each_acknowledged_event_is_read_once(deeds in prop::collection::vec(deed(), 1..25)) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let made = Made::new();
            let mut acknowledged: BTreeMap<u128, Event> = BTreeMap::new();
            let mut spool = made.spool(1);
            let mut standing = Tail::new(made.spool_folder());
            let identity = Identity::default();
            for deed in deeds {
                // Every deed is another process's, which may die in it.
                let store = made.open();
                let stop = |step: Option<Step>| *store.inner.stop.lock().expect("free") = step;
                match deed {
                    Deed::Arrive(from, to) => {
                        append(&spool, &many(from, to));
                        acknowledged.extend(many(from, to).into_iter().map(|event| (event.uuid.as_u128(), event)));
                    }
                    Deed::Seal => {
                        spool.seal().expect("sealed");
                    }
                    Deed::Commit(step) => {
                        let committed = store.snapshot().await.expect("read").committed_segment;
                        let sealed = spool.seal().expect("sealed");
                        let folder = made.spool_folder();
                        for (number, path) in spool::segments(&folder).expect("listed") {
                            if number <= committed {
                                spool::remove(&folder, number).expect("removed");
                            } else if number <= sealed {
                                let mut events = Vec::new();
                                spool::read_segment_file(&path, |record| {
                                    if let Some(spool::Arrived::Event(event)) = spool::arrived(record) {
                                        events.push(*event);
                                    }
                                }).expect("read");
                                stop(step);
                                if store.commit(Arrival::Segment(number), events, &identity, now()).await.is_err() {
                                    break;
                                }
                            }
                        }
                        stop(None);
                    }
                    Deed::Import(from, to, step) => {
                        stop(step);
                        let imported = store.commit(Arrival::Import, many(from, to), &identity, now()).await;
                        // An import that died after its version is in, and will be found in when it comes again.
                        let new = many(from, to).into_iter().map(|event| (event.uuid.as_u128(), event));
                        if imported.is_ok() || step == Some(Step::Version) {
                            acknowledged.extend(new);
                        }
                    }
                    Deed::Compact(step) => {
                        stop(step.filter(|step| *step != Step::Seen));
                        let how = Compaction { runs: 3, ..Compaction::default() };
                        let _ = store.compact(&how, &identity, now()).await;
                    }
                    Deed::MergeSeen => {
                        store.merge_seen().await.expect("merged");
                    }
                    Deed::Tidy => {
                        let clock = file_clock(made.folder.path()).expect("a clock");
                        store.tidy(Duration::ZERO, clock).await.expect("tidied");
                    }
                    Deed::Forget => {
                        let committed = store.snapshot().await.expect("read").committed_segment;
                        drop(spool);
                        spool = made.spool(committed + 1);
                    }
                }
                let expected: Vec<u128> = acknowledged.keys().copied().collect();
                for tail in [&mut standing, &mut Tail::new(made.spool_folder())] {
                    let whole = tail.read(&made.open()).await.expect("read");
                    prop_assert!(whole.damages.is_empty());
                    let folder = made.folder.path().join("events");
                    let files = whole.snapshot.files.iter();
                    let mut found: Vec<Event> =
                        files.flat_map(|file| read_events(&folder.join(&file.path)).expect("read")).collect();
                    found.extend(whole.tail.iter().cloned());
                    prop_assert_eq!(numbers(&found), expected.clone());
                }
            }
            Ok(())
        })?;
    }
}

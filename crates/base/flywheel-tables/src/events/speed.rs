//! How long the ways of an event take on this machine; run by hand: `cargo test -p flywheel-tables --lib -- --ignored speed --nocapture`.

use std::time::Instant;

use flywheel_people::Identity;

use super::made::many;
use super::*;
use crate::spool::{Spool, SpoolOptions, frame_event};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures and asserts little"]
#[expect(clippy::print_stderr, reason = "its numbers are what it is for")]
async fn speed_of_commits_tails_and_merges() {
    let folder = tempfile::tempdir().expect("a folder");
    let open = || {
        let location = Location::Folder(folder.path().join("events"));
        EventStore::open(location, folder.path().join("seen")).expect("opened")
    };
    let now = "2030-01-01T00:00:00Z".parse().expect("a moment");
    let identity = Identity::default();
    let store = open();
    for round in 0..10_u64 {
        let events = many(round * 50_000, round * 50_000 + 50_000);
        let begun = Instant::now();
        store.commit(Arrival::Segment(round + 1), events, &identity, now).await.expect("committed");
        eprintln!("commit of 50,000 events: {:?}", begun.elapsed());
    }
    let begun = Instant::now();
    let snapshot = open().snapshot().await.expect("read");
    eprintln!(
        "first snapshot, {} files, {} bytes: {:?}",
        snapshot.files.len(),
        snapshot.bytes(),
        begun.elapsed()
    );
    let begun = Instant::now();
    store.snapshot().await.expect("read");
    eprintln!("snapshot when nothing changed: {:?}", begun.elapsed());

    let spool_folder = folder.path().join("spool");
    let options = SpoolOptions { first: 11, ..SpoolOptions::default() };
    let spool = Spool::open(&spool_folder, options, |(): &(), _: &mut Vec<u8>| {}).expect("opened");
    let mut bytes = Vec::new();
    many(500_000, 600_000).iter().for_each(|event| frame_event(&mut bytes, event));
    spool.append_framed(bytes, 100_000, |_| {});
    spool.flush().expect("on the disk");
    let mut tail = Tail::new(&spool_folder);
    for told in ["first reading of a tail of 100,000", "again"] {
        let begun = Instant::now();
        assert_eq!(tail.read(&store).await.expect("read").tail.len(), 100_000);
        eprintln!("{told}: {:?}", begun.elapsed());
    }
    let begun = Instant::now();
    let how = Compaction { everything: true, ..Compaction::default() };
    let compacted = store.compact(&how, &identity, now).await.expect("merged").expect("ten runs");
    eprintln!("merge of {} rows into {} files: {:?}", compacted.rows, compacted.files_after, begun.elapsed());
}

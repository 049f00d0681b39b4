//! From arrivals to a version of the table, each event once: however often a batch comes, and wherever a process dies.
//!
//! Files first, then the uuids among those [seen](super::seen), then the version, which names the ordinal of both:
//! what a dead process left behind of the first two counts for nothing and is written again. The version also names the
//! checksum of those uuids, so that a list which lost the race for its ordinal is not taken for the one that won.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use datafusion::parquet::arrow::ProjectionMask;
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use deltalake::protocol::{DeltaOperation, SaveMode};
use flywheel_people::{Event, Identity};
use flywheel_spec::Problems;
use jiff::Timestamp;

use super::file::whole_batch;
use super::output::{FileSize, Output};
use super::row;
use super::seen::{Runs, place};
use super::shred::Shredded;
use super::store::{EventStore, ORDINAL, SEEN, Step, add};
use super::{EventFile, Snapshot};
use crate::storage::StorageError;

/// Rows that are turned into columns at a time.
const BATCH_ROWS: usize = 16 << 10;

/// Times that a batch is brought in anew because others brought events in first.
const ATTEMPTS: usize = 20;

/// Where a batch of events comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// The whole of a segment of the spool, which is committed in the order of numbers.
    Segment(u64),
    /// From elsewhere, such as an import.
    Import,
}

/// What became of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Committed {
    /// Events that are new.
    pub written: u64,
    /// Events that were known, from before or from earlier in the batch.
    pub duplicates: u64,
    /// True when the segment had been committed before: everything of it is in the table, and nothing was done.
    pub before: bool,
    /// The table's version now; absent while it has none.
    pub version: Option<u64>,
}

/// How a batch is brought in.
#[derive(Clone, Copy)]
struct How<'h> {
    arrival: Arrival,
    identity: &'h Identity,
    now: Timestamp,
    size: FileSize,
}

impl EventStore {
    /// Makes the new ones of these events part of the table, in one version.
    ///
    /// One commit at a time goes on in all processes of a project; a segment that was committed before is left alone.
    /// Where another project brings events into the same table at the same moment, the later one looks again
    /// what is new, which reads the uuids of the whole table.
    /// When this returns, the events are on the disk and the segment may go.
    ///
    /// # Errors
    /// When the storage refuses; then the table is as it was, or holds all of them, and the same call may be made again.
    pub async fn commit(
        &self,
        arrival: Arrival,
        events: Vec<Event>,
        identity: &Identity,
        now: Timestamp,
    ) -> Result<Committed, Problems> {
        self.commit_sized(arrival, events, identity, now, FileSize::default()).await
    }

    /// Like [`EventStore::commit`], with files of another size.
    ///
    /// # Errors
    /// As there.
    pub async fn commit_sized(
        &self,
        arrival: Arrival,
        events: Vec<Event>,
        identity: &Identity,
        now: Timestamp,
        size: FileSize,
    ) -> Result<Committed, Problems> {
        let how = How { arrival, identity, now, size };
        self.bring_in(events, how).await.map_err(|error| self.at(&error))
    }

    async fn bring_in(&self, events: Vec<Event>, how: How<'_>) -> Result<Committed, StorageError> {
        let mut held = self.inner.committing.lock().await;
        let _lock = self.commit_lock().await?;
        let all = events.len() as u64;
        let mut left = events;
        let mut attempt = 1;
        loop {
            let (snapshot, _) = self.newest().await?;
            if let Arrival::Segment(segment) = how.arrival
                && segment <= snapshot.committed_segment
            {
                return Ok(Committed { before: true, version: snapshot.version, ..Committed::default() });
            }
            let runs = self.runs(&snapshot, &held).await?;
            let (new, places) = fresh(left, runs.clone()).await?;
            let written = new.len() as u64;
            let counts = Committed { written, duplicates: all - written, ..Committed::default() };
            if written == 0 && how.arrival == Arrival::Import {
                return Ok(Committed { version: snapshot.version, ..counts });
            }
            let new = Arc::new(new);
            match self.add_events(&snapshot, new.clone(), places, how).await {
                Ok(version) => {
                    *held = runs;
                    return Ok(Committed { version: Some(version), ..counts });
                }
                // Another machine, or a request of a dead process that arrived late: some may be there by now.
                Err(StorageError::Overtaken) if attempt < ATTEMPTS => left = Arc::unwrap_or_clone(new),
                Err(error) => return Err(error),
            }
            attempt += 1;
        }
    }

    /// Adds new events to the table as it was at a snapshot, in one version: its number.
    async fn add_events(
        &self,
        snapshot: &Snapshot,
        events: Arc<Vec<Event>>,
        places: Vec<u128>,
        how: How<'_>,
    ) -> Result<u64, StorageError> {
        let brings = !events.is_empty();
        let ordinal = snapshot.ordinal + u64::from(brings);
        let mut transactions = vec![(ORDINAL, ordinal)];
        let (mut files, mut written_sum) = (Vec::new(), None);
        if brings {
            files = self.write_files(ordinal, events, how.identity, how.size).await?;
            self.stop_at(Step::Files)?;
            let seen = self.inner.seen.clone();
            let sum = tokio::task::spawn_blocking(move || seen.write(ordinal, places)).await??;
            self.stop_at(Step::Seen)?;
            transactions.push((SEEN, u64::from(sum)));
            written_sum = Some(sum);
        }
        let mut segment = 0;
        if let Arrival::Segment(number) = how.arrival {
            transactions.push((self.inner.spool.as_str(), number));
            segment = number;
        }
        let actions = |now_newest: &Snapshot, _: Option<&_>| {
            // Files that were only rewritten meanwhile do not matter.
            if now_newest.ordinal != snapshot.ordinal {
                return Err(StorageError::Overtaken);
            }
            Ok(files.iter().map(|file| add(file, true, how.now)).collect())
        };
        let operation = DeltaOperation::Write { mode: SaveMode::Append, partition_by: None, predicate: None };
        let added = self.add_version(actions, &transactions, operation, how.now).await;
        if matches!(added, Err(StorageError::Overtaken)) && brings {
            // The storage may have taken the version, and its answer got lost.
            let (newest, _) = self.newest().await?;
            let is_own = newest.ordinal == ordinal && newest.seen_sum == written_sum;
            if let Some(version) = newest.version
                && is_own
                && newest.committed_segment >= segment
            {
                return Ok(version);
            }
        }
        added
    }

    /// Makes the list of seen events anew where it was lost.
    pub(super) async fn mend_seen(&self) -> Result<(), StorageError> {
        let mut held = self.inner.committing.lock().await;
        let _lock = self.commit_lock().await?;
        let (snapshot, _) = self.newest().await?;
        *held = self.runs(&snapshot, &held).await?;
        Ok(())
    }

    /// The right to bring events in, which one process of a machine has; it goes with the file.
    pub(super) async fn commit_lock(&self) -> Result<std::fs::File, StorageError> {
        let folder = self.inner.seen.folder().to_owned();
        let lock = move || {
            std::fs::create_dir_all(&folder)?;
            let file = std::fs::File::options()
                .create(true)
                .truncate(false)
                .write(true)
                .open(folder.join("commit.lock"))?;
            file.lock()?;
            Ok::<_, std::io::Error>(file)
        };
        Ok(tokio::task::spawn_blocking(lock).await??)
    }

    /// The uuids of the table; read from its files anew where the folder of them was lost.
    async fn runs(&self, snapshot: &Snapshot, held: &Runs) -> Result<Runs, StorageError> {
        let (seen, ordinal, before) = (self.inner.seen.clone(), snapshot.ordinal, held.clone());
        let at = snapshot.clone();
        let open = move || seen.at(&at, &before);
        if let Some(runs) = tokio::task::spawn_blocking(open).await?? {
            return Ok(runs);
        }
        let staging = self.inner.place.staging()?;
        let mut places = Vec::new();
        for file in &snapshot.files {
            let path = self.inner.place.local(&file.path, &staging).await?;
            places.append(&mut tokio::task::spawn_blocking(move || places_of(path)).await??);
        }
        let seen = self.inner.seen.clone();
        let rebuilt = move || {
            seen.rebuild(ordinal, places)?;
            seen.upto(ordinal, &Runs::default())
        };
        let runs = tokio::task::spawn_blocking(rebuilt).await??;
        runs.ok_or_else(|| std::io::Error::other("the list of seen events could not be made anew").into())
    }

    async fn write_files(
        &self,
        ordinal: u64,
        events: Arc<Vec<Event>>,
        identity: &Identity,
        size: FileSize,
    ) -> Result<Vec<EventFile>, StorageError> {
        let staging = self.inner.place.staging()?;
        let (folder, identity) = (staging.folder.clone(), identity.clone());
        let write = move || {
            let rows = row::sorted(events.iter(), &identity);
            let shredded = Shredded::choose(rows.iter().map(|(_, event)| &event.properties));
            let mut digest = xxhash_rust::xxh3::Xxh3::new();
            rows.iter().for_each(|(_, event)| digest.update(event.uuid.as_bytes()));
            // A writer that was thought dead and goes on writes the same file, or one of another name.
            let group = format!("c{ordinal:010}-{:016x}", digest.digest());
            let schema = shredded.schema();
            let mut output = Output::new(folder, group, shredded.clone(), identity.steps, size);
            for rows in rows.chunks(BATCH_ROWS) {
                output.write(&whole_batch(rows, &shredded, &schema)?)?;
            }
            output.finish()
        };
        let staged = tokio::task::spawn_blocking(write).await??;
        let mut files = Vec::with_capacity(staged.len());
        for (staged, file) in staged {
            self.inner.place.publish(staged, &file.path).await?;
            files.push(file);
        }
        Ok(files)
    }
}

/// The events that are new, the first of each uuid, and their places.
async fn fresh(events: Vec<Event>, runs: Runs) -> Result<(Vec<Event>, Vec<u128>), StorageError> {
    let look = move || {
        let places: Vec<u128> = events.iter().map(|event| place(event.uuid)).collect();
        let mut known = runs.known(&places, 0)?;
        let mut new = Vec::with_capacity(events.len());
        let mut fresh = Vec::with_capacity(events.len());
        for (event, place) in events.into_iter().zip(places) {
            if known.insert(place) {
                new.push(event);
                fresh.push(place);
            }
        }
        Ok::<_, std::io::Error>((new, fresh))
    };
    Ok(tokio::task::spawn_blocking(look).await??)
}

fn places_of(path: PathBuf) -> Result<Vec<u128>, StorageError> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(std::fs::File::open(path)?)?;
    let uuids = ProjectionMask::columns(builder.parquet_schema(), [row::UUID]);
    let mut places: HashSet<u128> = HashSet::new();
    for batch in builder.with_projection(uuids).build()? {
        let batch = batch?;
        let texts = row::texts(&batch, row::UUID)?;
        places.extend(texts.iter().flatten().filter_map(|text| text.parse().ok()).map(place));
    }
    Ok(places.into_iter().collect())
}

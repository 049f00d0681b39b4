//! From arrivals to a version of the table, each event once: however often a batch comes, and wherever a process dies.
//!
//! Files first, then the uuids among those [seen](super::seen), then the version, which names the ordinal of both:
//! what a dead process left behind of the first two counts for nothing and is written again.

use std::collections::HashSet;
use std::path::PathBuf;

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
use super::store::{EventStore, ORDINAL, SPOOL, Step, add};
use super::{EventFile, Snapshot};
use crate::storage::StorageError;

/// Rows that are turned into columns at a time.
const BATCH_ROWS: usize = 16 << 10;

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

impl EventStore {
    /// Makes the new ones of these events part of the table, in one version.
    ///
    /// One commit at a time goes on in all processes of a machine; a segment that was committed before is left alone.
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
        let committed = self.bring_in(arrival, events, identity, now, size).await;
        committed.map_err(|error| self.at(&error))
    }

    async fn bring_in(
        &self,
        arrival: Arrival,
        events: Vec<Event>,
        identity: &Identity,
        now: Timestamp,
        size: FileSize,
    ) -> Result<Committed, StorageError> {
        let mut held = self.inner.committing.lock().await;
        let _lock = self.commit_lock().await?;
        let (snapshot, _) = self.newest().await?;
        if let Arrival::Segment(segment) = arrival
            && segment <= snapshot.committed_segment
        {
            return Ok(Committed { before: true, version: snapshot.version, ..Committed::default() });
        }
        let runs = self.runs(&snapshot, &held).await?;
        let all = events.len() as u64;
        let (events, places) = fresh(events, runs.clone()).await?;
        let written = events.len() as u64;
        let counts = Committed { written, duplicates: all - written, ..Committed::default() };
        if written == 0 && arrival == Arrival::Import {
            return Ok(Committed { version: snapshot.version, ..counts });
        }
        let ordinal = snapshot.ordinal + u64::from(written > 0);
        let files = if written > 0 {
            let files = self.write_files(ordinal, events, identity, size).await?;
            self.stop_at(Step::Files)?;
            let seen = self.inner.seen.clone();
            tokio::task::spawn_blocking(move || seen.write(ordinal, places)).await??;
            self.stop_at(Step::Seen)?;
            files
        } else {
            Vec::new()
        };
        let mut transactions = vec![(ORDINAL, ordinal)];
        if let Arrival::Segment(segment) = arrival {
            transactions.push((SPOOL, segment));
        }
        let actions = |now_newest: &Snapshot, _: Option<&_>| {
            // Only files may have been rewritten meanwhile: whoever brings events in holds the lock.
            if now_newest.ordinal != snapshot.ordinal {
                return Err(
                    std::io::Error::other("another program brought events in at the same time").into()
                );
            }
            Ok(files.iter().map(|file| add(file, true, now)).collect())
        };
        let operation = DeltaOperation::Write { mode: SaveMode::Append, partition_by: None, predicate: None };
        let version = self.add_version(actions, &transactions, operation, now).await?;
        *held = runs;
        Ok(Committed { version: Some(version), ..counts })
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
        let open = move || seen.upto(ordinal, &before);
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
        events: Vec<Event>,
        identity: &Identity,
        size: FileSize,
    ) -> Result<Vec<EventFile>, StorageError> {
        let staging = self.inner.place.staging()?;
        let (folder, identity) = (staging.folder.clone(), identity.clone());
        let write = move || {
            let rows = row::sorted(&events, &identity);
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

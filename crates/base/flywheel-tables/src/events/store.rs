//! The table `events`: which files it holds at a version, and how a version is added to it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use deltalake::DeltaTable;
use deltalake::errors::DeltaTableError;
use deltalake::kernel::transaction::{CommitBuilder, CommitProperties, TransactionError};
use deltalake::kernel::{Action, Add, Transaction};
use deltalake::protocol::DeltaOperation;
use deltalake::table::state::DeltaTableState;
use flywheel_spec::Problems;
use jiff::Timestamp;
use object_store::{ObjectStore, ObjectStoreExt};
use serde_json::{Value, json};
use tokio::sync::Mutex;
use uuid::Uuid;

use super::place::{Location, Place};
use super::row;
use super::seen::{Runs, Seen};
use super::{EventFile, Snapshot, output};
use crate::storage::StorageError;

/// The application transaction that names the last segment of the spool in the table. Where the table lies outside of
/// the project's folder it is followed by the project's own mark: each project that writes there counts its own segments.
pub const SPOOL: &str = "flywheel-spool";

/// The application transaction that counts the commits that brought events.
pub const ORDINAL: &str = "flywheel-ordinal";

/// The application transaction that holds the checksum of the uuids that the last of these commits brought.
pub const SEEN: &str = "flywheel-seen";

/// The file, beside the folder of seen events, that holds the mark by which a shared table knows this project.
const MARK: &str = "writer";

/// Commits after which the state of the table is written in one piece.
const CHECKPOINT_EVERY: u64 = 20;

/// Times that a version is tried anew because another program added one first.
const ATTEMPTS: usize = 20;

/// Times that a table is loaded anew because its log was tidied meanwhile.
const LOADS: usize = 5;

/// The table of events; cheap to clone, and safe to hold in any number of processes.
#[derive(Clone)]
pub struct EventStore {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub place: Place,
    pub seen: Seen,
    /// The application transaction of this project's spool.
    pub spool: String,
    known: Mutex<Known>,
    /// Held by whoever brings events in; the runs that it has open.
    pub committing: Mutex<Runs>,
    /// Held by whoever rewrites files.
    pub rewriting: Mutex<()>,
    #[cfg(test)]
    pub stop: std::sync::Mutex<Option<Step>>,
}

/// The newest state that was loaded.
#[derive(Default)]
struct Known {
    table: Option<DeltaTable>,
    snapshot: Arc<Snapshot>,
}

/// What a writer has just done, for tests in which it dies there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Files stand in the folder, and nothing names them.
    Files,
    /// The uuids stand among those seen, for a commit that did not happen.
    Seen,
    /// The version stands, and nobody was told.
    Version,
}

/// A version that can still be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VersionMark {
    /// Its number.
    pub version: u64,
    /// When it was written, by the storage's clock.
    pub written_at: Timestamp,
}

impl std::fmt::Debug for EventStore {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("EventStore")
            .field("location", &self.inner.place.location)
            .finish_non_exhaustive()
    }
}

impl EventStore {
    /// Opens the table at a place, which the first commit makes; `seen` is the folder for the uuids that came in.
    ///
    /// # Errors
    /// When the folder cannot be made, or the environment lacks what the storage needs.
    pub fn open(location: Location, seen: impl Into<PathBuf>) -> Result<Self, Problems> {
        let path = PathBuf::from(location.to_string());
        let opened = Place::open(location).and_then(|place| Self::with(place, seen.into()));
        opened.map_err(|error| error.at(&path))
    }

    pub(super) fn with(place: Place, seen: PathBuf) -> Result<Self, StorageError> {
        let spool = spool_of(&place, &seen)?;
        Ok(Self {
            inner: Arc::new(Inner {
                place,
                seen: Seen::new(seen),
                spool,
                known: Mutex::default(),
                committing: Mutex::default(),
                rewriting: Mutex::default(),
                #[cfg(test)]
                stop: std::sync::Mutex::default(),
            }),
        })
    }

    /// Where it lies.
    pub fn location(&self) -> &Location {
        &self.inner.place.location
    }

    /// Its files by their names, as [`EventFile::path`] tells them.
    pub fn files(&self) -> Arc<dyn ObjectStore> {
        self.inner.place.files.clone()
    }

    /// The uuids that ever came in.
    pub fn seen(&self) -> &Seen {
        &self.inner.seen
    }

    /// The table at its newest version; empty while nothing was committed. Costs next to nothing when nothing changed.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn snapshot(&self) -> Result<Arc<Snapshot>, Problems> {
        self.newest().await.map(|(snapshot, _)| snapshot).map_err(|error| self.at(&error))
    }

    /// The table at a version; `None` when it is no more, or not yet, there.
    ///
    /// # Errors
    /// When a version that is there cannot be read.
    pub async fn snapshot_at(&self, version: u64) -> Result<Option<Snapshot>, Problems> {
        let mut table = DeltaTable::new(self.inner.place.log.clone());
        if table.load_version(version).await.is_err() {
            let there = self.versions().await?.iter().any(|mark| mark.version == version);
            if !there {
                return Ok(None);
            }
            table.load_version(version).await.map_err(|error| self.at(&error.into()))?;
        }
        self.read(&table).await.map(Some).map_err(|error| self.at(&error))
    }

    /// The versions that can still be read, oldest first.
    ///
    /// # Errors
    /// When the log cannot be listed.
    pub async fn versions(&self) -> Result<Vec<VersionMark>, Problems> {
        let objects = self.inner.place.list().await.map_err(|error| self.at(&error))?;
        let log = objects.iter().filter_map(|object| {
            let name = object.location.as_ref().strip_prefix("_delta_log/")?;
            let (version, kind) = name.split_once('.')?;
            Some((version.parse::<u64>().ok()?, kind.to_owned(), object.last_modified))
        });
        let log: Vec<_> = log.collect();
        let whole = |version: u64| {
            version == 0 || log.iter().any(|(at, kind, _)| *at == version && kind.starts_with("checkpoint"))
        };
        let first = log.iter().map(|(version, ..)| *version).filter(|version| whole(*version)).min();
        let mut marks: Vec<VersionMark> = log
            .iter()
            .filter(|(version, kind, _)| kind == "json" && Some(*version) >= first)
            .map(|(version, _, at)| VersionMark {
                version: *version,
                written_at: Timestamp::from_millisecond(at.timestamp_millis()).unwrap_or_default(),
            })
            .collect();
        marks.sort_by_key(|mark| mark.version);
        Ok(marks)
    }

    /// The newest state, and the table that it was read of, when there is one.
    pub(super) async fn newest(&self) -> Result<(Arc<Snapshot>, Option<DeltaTable>), StorageError> {
        let mut known = self.inner.known.lock().await;
        if let Some(version) = known.snapshot.version
            && self.is_newest(version).await?
        {
            return Ok((known.snapshot.clone(), known.table.clone()));
        }
        let mut load = 1;
        loop {
            match self.load(&mut known).await {
                Ok(()) => return Ok((known.snapshot.clone(), known.table.clone())),
                Err(error) if load == LOADS => return Err(error),
                Err(_) => {
                    // The log may have been tidied while it was read; what is known of it is of no use then.
                    *known = Known::default();
                    load += 1;
                }
            }
        }
    }

    async fn load(&self, known: &mut Known) -> Result<(), StorageError> {
        let log = &self.inner.place.log;
        if !log.is_delta_table_location().await? {
            *known = Known::default();
            return Ok(());
        }
        let mut table = known.table.take().unwrap_or_else(|| DeltaTable::new(log.clone()));
        table.update_incremental(None).await?;
        known.snapshot = Arc::new(self.read(&table).await?);
        known.table = Some(table);
        Ok(())
    }

    /// True when the version stands and none follows it.
    async fn is_newest(&self, version: u64) -> Result<bool, StorageError> {
        let stands = |version: u64| async move {
            let name = object_store::path::Path::from(format!("_delta_log/{version:020}.json"));
            match self.inner.place.files.head(&name).await {
                Ok(_) => Ok(true),
                Err(object_store::Error::NotFound { .. }) => Ok(false),
                Err(error) => Err(StorageError::from(error)),
            }
        };
        Ok(!stands(version + 1).await? && stands(version).await?)
    }

    async fn read(&self, table: &DeltaTable) -> Result<Snapshot, StorageError> {
        let state = table.snapshot()?;
        let log = &self.inner.place.log;
        let mut segment = state.transaction_version(log.as_ref(), &self.inner.spool).await?;
        if segment.is_none() && self.inner.spool != SPOOL {
            // Written before projects had marks: it is not known by whom, and a number past it is free for everybody.
            segment = state.transaction_version(log.as_ref(), SPOOL).await?;
        }
        let ordinal = state.transaction_version(log.as_ref(), ORDINAL).await?;
        let seen_sum = state.transaction_version(log.as_ref(), SEEN).await?;
        let number = |found: Option<i64>| found.and_then(|found| u64::try_from(found).ok()).unwrap_or(0);
        let mut files: Vec<EventFile> = state
            .log_data()
            .iter()
            .map(|file| {
                let path = file.path().into_owned();
                let bytes = u64::try_from(file.size()).unwrap_or(0);
                from_stats(path, bytes, file.stats().as_deref())
            })
            .collect();
        files.sort_by(|a, b| a.min_person.cmp(&b.min_person).then_with(|| a.path.cmp(&b.path)));
        Ok(Snapshot {
            version: Some(state.version()),
            committed_segment: number(segment),
            ordinal: number(ordinal),
            seen_sum: seen_sum.and_then(|sum| u32::try_from(sum).ok()),
            files,
        })
    }

    /// Adds a version; `actions` says of the newest state what to do, again for each state that another program made first.
    pub(super) async fn add_version(
        &self,
        actions: impl Fn(&Snapshot, Option<&DeltaTableState>) -> Result<Vec<Action>, StorageError>,
        transactions: &[(&str, u64)],
        operation: DeltaOperation,
        now: Timestamp,
    ) -> Result<u64, StorageError> {
        let mut attempt = 1;
        loop {
            let (snapshot, table) = self.newest().await?;
            let state = table.as_ref().map(DeltaTable::snapshot).transpose()?;
            let mut all = Vec::new();
            if state.is_none() {
                all.extend(self.first_actions(now)?);
            }
            all.extend(actions(&snapshot, state)?);
            let transactions = transactions.iter().map(|(name, version)| {
                let version = i64::try_from(*version).unwrap_or(i64::MAX);
                Transaction::new_with_last_update(name, version, Some(now.as_millisecond()))
            });
            // No silent retry: whether what was read still holds is for `actions` to say.
            let properties = CommitProperties::default()
                .with_application_transactions(transactions.collect())
                .with_max_retries(0)
                .with_create_checkpoint(false)
                .with_cleanup_expired_logs(Some(false));
            let committed = CommitBuilder::from(properties)
                .with_actions(all)
                .build(state.map(|state| state as _), self.inner.place.log.clone(), operation.clone())
                .await;
            match committed {
                Ok(committed) => {
                    let version = committed.version();
                    self.inner.place.sync_log(version).await?;
                    self.stop_at(Step::Version)?;
                    if version > 0 && version.is_multiple_of(CHECKPOINT_EVERY) {
                        // The log can be read without; the next one is only some commits away.
                        let _ = self.checkpoint().await;
                    }
                    return Ok(version);
                }
                Err(error) if attempt < ATTEMPTS && lost_the_race(&error) => attempt += 1,
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Writes the newest state in one piece; says its version.
    pub(super) async fn checkpoint(&self) -> Result<Option<u64>, StorageError> {
        let (snapshot, table) = self.newest().await?;
        if let Some(table) = table {
            deltalake::checkpoints::create_checkpoint(&table, None).await?;
        }
        Ok(snapshot.version)
    }

    /// Forgets what is known, after the log was tidied.
    pub(super) async fn forget(&self) {
        *self.inner.known.lock().await = Known::default();
    }

    pub(super) fn at(&self, error: &StorageError) -> Problems {
        error.at(&PathBuf::from(self.inner.place.location.to_string()))
    }

    /// In tests, a process may die here.
    #[cfg(test)]
    pub(super) fn stop_at(&self, step: Step) -> Result<(), StorageError> {
        let mut stop = self.inner.stop.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match stop.take_if(|stop| *stop == step) {
            Some(step) => Err(std::io::Error::other(format!("died after {step:?}")).into()),
            None => Ok(()),
        }
    }

    #[cfg(not(test))]
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "tests stop here")]
    pub(super) fn stop_at(&self, _step: Step) -> Result<(), StorageError> {
        Ok(())
    }

    fn first_actions(&self, now: Timestamp) -> Result<[Action; 2], StorageError> {
        let fields: Vec<Value> = row::schema()
            .fields()
            .iter()
            .map(|field| {
                use datafusion::arrow::datatypes::DataType;
                let kind = match field.data_type() {
                    DataType::Int64 => "long",
                    DataType::Timestamp(..) => "timestamp",
                    _ => "string",
                };
                json!({ "name": field.name(), "type": kind, "nullable": true, "metadata": {} })
            })
            .collect();
        let schema = json!({ "type": "struct", "fields": fields });
        let seed = format!("{}\n{now}", self.inner.place.url);
        let metadata = json!({
            "id": Uuid::new_v5(&Uuid::NAMESPACE_URL, seed.as_bytes()).to_string(),
            "name": "events",
            "description": null,
            "format": { "provider": "parquet", "options": {} },
            "schemaString": schema.to_string(),
            "partitionColumns": [],
            "configuration": {
                "flywheel.source": "events",
                "flywheel.writtenAt": now.to_string(),
                // What is replaced goes when nobody can be reading it any more, and its versions with it.
                "delta.enableExpiredLogCleanup": "false",
            },
            "createdTime": now.as_millisecond(),
        });
        // The oldest protocol, so that every reader of Delta Lake reads it.
        let protocol = json!({ "minReaderVersion": 1, "minWriterVersion": 2 });
        let wrong = |error: serde_json::Error| DeltaTableError::generic(error.to_string());
        Ok([
            Action::Protocol(serde_json::from_value(protocol).map_err(wrong)?),
            Action::Metadata(serde_json::from_value(metadata).map_err(wrong)?),
        ])
    }
}

/// The application transaction of a project's spool; the mark of a project is made when it is first needed.
fn spool_of(place: &Place, seen: &Path) -> std::io::Result<String> {
    let home = seen.parent().unwrap_or_else(|| Path::new("."));
    if place.folder().is_some_and(|folder| folder.starts_with(home)) {
        return Ok(SPOOL.to_owned());
    }
    let path = home.join(MARK);
    if !path.exists() {
        std::fs::create_dir_all(home)?;
        let mut staged = tempfile::Builder::new().prefix(".writing-").tempfile_in(home)?;
        staged.write_all(Uuid::new_v4().to_string().as_bytes())?;
        staged.as_file().sync_all()?;
        match staged.persist_noclobber(&path) {
            Err(error) if error.error.kind() != std::io::ErrorKind::AlreadyExists => return Err(error.error),
            _ => std::fs::File::open(home)?.sync_all()?,
        }
    }
    Ok(format!("{SPOOL}-{}", std::fs::read_to_string(path)?.trim()))
}

/// The log's entry of a file.
pub(super) fn add(file: &EventFile, data_change: bool, now: Timestamp) -> Action {
    let mut least = json!({ "person": file.min_person });
    let mut most = json!({ "person": file.max_person });
    if let (Some(first), Some(last)) = (moment(file.min_time), moment(file.max_time)) {
        least["time"] = first.into();
        most["time"] = last.into();
    }
    let stats = json!({ "numRecords": file.rows, "minValues": least, "maxValues": most, "nullCount": {} });
    Action::Add(Add {
        path: file.path.clone(),
        size: i64::try_from(file.bytes).unwrap_or(i64::MAX),
        modification_time: now.as_millisecond(),
        data_change,
        stats: Some(stats.to_string()),
        ..Add::default()
    })
}

/// A moment as the log writes it; none where its years end.
fn moment(micros: i64) -> Option<String> {
    let timestamp = Timestamp::from_microsecond(micros).ok()?;
    let within = timestamp >= Timestamp::UNIX_EPOCH && timestamp.as_second() < 253_370_764_800;
    within.then(|| timestamp.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string())
}

fn from_stats(path: String, bytes: u64, stats: Option<&str>) -> EventFile {
    let stats: Value = stats.and_then(|stats| serde_json::from_str(stats).ok()).unwrap_or_default();
    let person = |key: &str, otherwise: i64| stats[key]["person"].as_i64().unwrap_or(otherwise);
    let time = |key: &str, otherwise: i64| {
        let text = stats[key]["time"].as_str().map(|text| text.trim_end_matches('Z'));
        let moment = text.and_then(|text| format!("{text}Z").parse::<Timestamp>().ok());
        moment.map_or(otherwise, Timestamp::as_microsecond)
    };
    let (_, steps) = output::read_name(&path);
    EventFile {
        bytes,
        rows: stats["numRecords"].as_u64().unwrap_or(0),
        min_person: person("minValues", i64::MIN),
        max_person: person("maxValues", i64::MAX),
        min_time: time("minValues", i64::MIN),
        max_time: time("maxValues", i64::MAX),
        steps,
        path,
    }
}

fn lost_the_race(error: &DeltaTableError) -> bool {
    matches!(
        error,
        DeltaTableError::VersionAlreadyExists(_)
            | DeltaTableError::Transaction {
                source: TransactionError::CommitConflict(_)
                    | TransactionError::MaxCommitAttempts(_)
                    | TransactionError::VersionAlreadyExists(_),
            }
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_files_entry_reads_back() {
        let file = EventFile {
            path: "c0000000001-ab.0000.3.parquet".to_owned(),
            bytes: 9,
            rows: 2,
            min_person: 5,
            max_person: i64::MAX - 1,
            min_time: 1_700_000_000_123_456,
            max_time: 1_700_000_000_123_457,
            steps: 3,
        };
        let Action::Add(entry) = add(&file, true, Timestamp::UNIX_EPOCH) else { panic!("an entry") };
        assert_eq!(from_stats(entry.path, 9, entry.stats.as_deref()), file);
        let odd = EventFile { min_time: i64::MIN, max_time: i64::MAX, ..file };
        let Action::Add(entry) = add(&odd, true, Timestamp::UNIX_EPOCH) else { panic!("an entry") };
        assert_eq!(from_stats(entry.path, 9, entry.stats.as_deref()), odd);
        assert_eq!(from_stats("x".to_owned(), 9, None).max_person, i64::MAX);
    }
}

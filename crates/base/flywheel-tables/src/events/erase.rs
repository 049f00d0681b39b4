//! Events go for good: of a person, or of an age. New files are written without them, and every older version goes at once.
//! Where other people's events carry a distinct id of the person as a value, something else stands in its place then.
//!
//! What stays is a number for each erased event in the list of those [seen](super::seen), made of its uuid alone:
//! so that a client which sends an old event again does not bring back a person who asked to be forgotten.
//! The number tells nothing about the event or the person. Events that such a client makes anew, with uuids of their own,
//! are new events: whether to take them is for whoever collects to say.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, BooleanArray, RecordBatch, StringArray};
use datafusion::arrow::compute::filter_record_batch;
use datafusion::parquet::arrow::ProjectionMask;
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use flywheel_people::{Identity, person_of};
use flywheel_spec::Problems;
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::compact::group;
use super::output::{FileSize, Output};
use super::place::metadata;
use super::shred::Shredded;
use super::store::EventStore;
use super::{EventFile, file, row, tidy};
use crate::Naming;
use crate::storage::StorageError;

/// What stands in place of an erased person's id in events of others.
pub const ERASED: &str = "erased";

/// Which events go: those that fit any of these.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Erase {
    /// Events of these distinct ids; events of others no longer name them.
    pub distinct_ids: HashSet<String>,
    /// Events of these people and of everyone who is merged with them.
    pub persons: HashSet<i64>,
    /// Events that happened before this moment, microseconds.
    pub before: Option<i64>,
}

/// What went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Erased {
    /// Events.
    pub events: u64,
    /// Events of others that named the person, and stay without the name.
    pub naming: u64,
    /// Files that were written anew or fell away.
    pub files: u64,
    /// Objects of older versions that went.
    pub removed: u64,
}

/// The rows of a file that an erasure touches.
#[derive(Debug, Clone, Copy, Default)]
struct Touched {
    /// Events that go.
    events: u64,
    /// Events of others that name the person.
    naming: u64,
}

impl EventStore {
    /// Erases events from the table and removes every version but the one that this leaves, at once.
    ///
    /// Arrivals wait meanwhile, and a question that reads a file which goes has to begin again.
    /// What stands in the spool is committed, or erased there, by whoever writes it.
    ///
    /// # Errors
    /// When the storage refuses; made again, the call goes on where it ended.
    pub async fn erase(&self, what: &Erase, identity: &Identity, now: Timestamp) -> Result<Erased, Problems> {
        self.rewrite_without(what, identity, now).await.map_err(|error| self.at(&error))
    }

    /// How many events of the table would go.
    ///
    /// # Errors
    /// When the storage refuses.
    pub async fn count_erased(&self, what: &Erase, identity: &Identity) -> Result<u64, Problems> {
        let count = async {
            let (snapshot, _) = self.newest().await?;
            let mut count = 0;
            for file in &snapshot.files {
                count += self.count_in(file, what, identity).await?.events;
            }
            Ok::<_, StorageError>(count)
        };
        count.await.map_err(|error| self.at(&error))
    }

    async fn rewrite_without(
        &self,
        what: &Erase,
        identity: &Identity,
        now: Timestamp,
    ) -> Result<Erased, StorageError> {
        let _committing = self.inner.committing.lock().await;
        let _rewriting = self.inner.rewriting.lock().await;
        let _commit_lock = self.commit_lock().await?;
        let _rewrite_lock = self.rewrite_lock(true).await?;
        let (snapshot, _) = self.newest().await?;
        let mut erased = Erased::default();
        let (mut old, mut new) = (Vec::new(), Vec::new());
        for file in &snapshot.files {
            let Touched { events, naming } = self.count_in(file, what, identity).await?;
            if events > 0 || naming > 0 {
                erased.events += events;
                erased.naming += naming;
                old.push(file.clone());
                if events < file.rows {
                    new.extend(self.write_without(file, what, identity, now).await?);
                }
            }
        }
        erased.files = old.len() as u64;
        if !old.is_empty() {
            self.replace(&old, &new, true, now).await?;
        }
        erased.removed = tidy::leave_newest(self).await?;
        Ok(erased)
    }

    async fn count_in(
        &self,
        file: &EventFile,
        what: &Erase,
        identity: &Identity,
    ) -> Result<Touched, StorageError> {
        let only_by_age = what.distinct_ids.is_empty() && what.persons.is_empty();
        if only_by_age && what.before.is_none_or(|before| file.min_time >= before) {
            return Ok(Touched::default());
        }
        let staging = self.inner.place.staging()?;
        let path = self.inner.place.local(&file.path, &staging).await?;
        let (what, identity) = (what.clone(), identity.clone());
        tokio::task::spawn_blocking(move || what.count(&path, &identity)).await?
    }

    async fn write_without(
        &self,
        file: &EventFile,
        what: &Erase,
        identity: &Identity,
        now: Timestamp,
    ) -> Result<Vec<EventFile>, StorageError> {
        let staging = self.inner.place.staging()?;
        let path = self.inner.place.local(&file.path, &staging).await?;
        let group = group("e", std::slice::from_ref(file), now.as_microsecond().unsigned_abs());
        let (what, identity, folder, steps) =
            (what.clone(), identity.clone(), staging.folder.clone(), file.steps);
        let write = move || what.leave_out(&path, &identity, folder, group, steps);
        let staged = tokio::task::spawn_blocking(write).await??;
        let mut files = Vec::new();
        for (staged, file) in staged {
            self.inner.place.publish(staged, &file.path).await?;
            files.push(file);
        }
        Ok(files)
    }
}

impl Erase {
    /// True when nothing would go.
    pub fn is_empty(&self) -> bool {
        self.distinct_ids.is_empty() && self.persons.is_empty() && self.before.is_none()
    }

    /// Whether an event goes.
    pub fn fits(&self, distinct_id: &str, time: i64, identity: &Identity) -> bool {
        self.fits_row(person_of(distinct_id), distinct_id, time, identity)
    }

    fn fits_row(&self, written: i64, distinct_id: &str, time: i64, identity: &Identity) -> bool {
        self.before.is_some_and(|before| time < before)
            || self.distinct_ids.contains(distinct_id)
            || (!self.persons.is_empty() && {
                let own = person_of(distinct_id);
                let now = identity.person(written, distinct_id);
                self.persons.contains(&own)
                    || self.persons.contains(&now)
                    || self.persons.iter().any(|person| identity.of(*person) == now)
            })
    }

    fn rows(&self, batch: &RecordBatch, identity: &Identity) -> Result<BooleanArray, StorageError> {
        let (persons, times) = (row::persons(batch)?, row::times(batch, row::TIME)?);
        let ids = row::texts(batch, row::DISTINCT_ID)?;
        let stays = |at: usize| !self.fits_row(persons.value(at), ids.value(at), times.value(at), identity);
        Ok((0..batch.num_rows()).map(|at| Some(stays(at))).collect())
    }

    fn count(&self, path: &Path, identity: &Identity) -> Result<Touched, StorageError> {
        let (file, known) = metadata(path)?;
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, known);
        let names = [row::PERSON, row::TIME, row::DISTINCT_ID, row::PROPERTIES];
        // What others' events carry matters only where somebody may be named.
        let names = if self.distinct_ids.is_empty() { &names[..3] } else { &names[..] };
        let narrow = ProjectionMask::columns(builder.parquet_schema(), names.iter().copied());
        let spellings = self.spellings();
        let mut touched = Touched::default();
        for batch in builder.with_projection(narrow).build()? {
            let batch = batch?;
            let stays = self.rows(&batch, identity)?;
            touched.events += (batch.num_rows() - stays.true_count()) as u64;
            if !spellings.is_empty() {
                let json = row::texts(&batch, row::PROPERTIES)?;
                let others = (0..batch.num_rows()).filter(|at| stays.value(*at));
                let naming = others.filter(|at| self.names_them(&spellings, json.value(*at)).is_some());
                touched.naming += naming.count() as u64;
            }
        }
        Ok(touched)
    }

    /// The distinct ids as JSON writes them.
    fn spellings(&self) -> Vec<String> {
        let spelling = |id: &String| {
            let json = Value::from(id.as_str()).to_string();
            json[1..json.len() - 1].to_owned()
        };
        self.distinct_ids.iter().map(spelling).collect()
    }

    /// The properties, where one of them names the person.
    fn names_them(&self, spellings: &[String], json: &str) -> Option<Map<String, Value>> {
        // Few events name anybody: only those are read.
        if !spellings.iter().any(|spelling| json.contains(spelling.as_str())) {
            return None;
        }
        let properties = row::properties_of(json);
        Naming { ids: &self.distinct_ids }.is_in_object(&properties).then_some(properties)
    }

    /// The batch of a file with something else in place of the ids that it names, in its accelerating columns too.
    fn without_names(&self, batch: RecordBatch, shredded: &Shredded) -> Result<RecordBatch, StorageError> {
        let spellings = self.spellings();
        if spellings.is_empty() {
            return Ok(batch);
        }
        let json = row::texts(&batch, row::PROPERTIES)?;
        let mut texts: Vec<String> = json.iter().map(|text| text.unwrap_or_default().to_owned()).collect();
        let mut changed = false;
        for text in &mut texts {
            if let Some(mut properties) = self.names_them(&spellings, text) {
                Naming { ids: &self.distinct_ids }.leave_out(&mut properties, ERASED);
                *text = Value::Object(properties).to_string();
                changed = true;
            }
        }
        if !changed {
            return Ok(batch);
        }
        let rows: Vec<Map<String, Value>> = texts.iter().map(|text| row::properties_of(text)).collect();
        // The properties are the last of the base columns.
        let mut columns: Vec<ArrayRef> = batch.columns()[..row::BASE_COLUMNS - 1].to_vec();
        columns.push(Arc::new(StringArray::from(texts)));
        columns.extend(shredded.fill(rows.iter()));
        Ok(RecordBatch::try_new(batch.schema(), columns)?)
    }

    fn leave_out(
        &self,
        path: &Path,
        identity: &Identity,
        folder: PathBuf,
        group: String,
        steps: u64,
    ) -> Result<Vec<(tempfile::NamedTempFile, EventFile)>, StorageError> {
        let (source, known) = metadata(path)?;
        let shredded = file::shredded_of(known.metadata());
        let size = FileSize { rows: u64::MAX, bytes: usize::MAX };
        let mut output = Output::new(folder, group, shredded.clone(), steps, size);
        for batch in ParquetRecordBatchReaderBuilder::new_with_metadata(source, known).build()? {
            let batch = batch?;
            let stays = self.rows(&batch, identity)?;
            let batch = shredded.conform(&filter_record_batch(&batch, &stays)?)?;
            output.write(&self.without_names(batch, &shredded)?)?;
        }
        output.finish()
    }
}

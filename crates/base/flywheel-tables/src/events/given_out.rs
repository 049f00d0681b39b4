//! Events as they are, given out: those of a person, or all of them one after the other.

use std::collections::HashSet;
use std::path::Path;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::error::ArrowError;
use datafusion::parquet::arrow::ProjectionMask;
use datafusion::parquet::arrow::arrow_reader::{ParquetRecordBatchReaderBuilder, RowSelection, RowSelector};
use flywheel_people::{Event, Identity, person_of};
use flywheel_spec::Problems;

use super::place::metadata;
use super::store::EventStore;
use super::{EventFile, Snapshot, row};
use crate::storage::StorageError;

impl EventStore {
    /// The events of these distinct ids, by time.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub async fn events_of(
        &self,
        snapshot: &Snapshot,
        distinct_ids: &HashSet<String>,
        identity: &Identity,
    ) -> Result<Vec<Event>, Problems> {
        let written = written_as(distinct_ids, identity);
        let touches = |file: &&EventFile| {
            written.iter().any(|person| (file.min_person..=file.max_person).contains(person))
        };
        let mut events = Vec::new();
        for file in snapshot.files.iter().filter(touches) {
            let (ids, written) = (distinct_ids.clone(), written.clone());
            let found = self.with_file(file, move |path| of_file(path, &ids, &written)).await;
            events.append(&mut found.map_err(|error| self.at(&error))?);
        }
        events.sort_by_key(|event| (event.time, event.uuid));
        Ok(events)
    }

    /// The events of these names, by time.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub async fn events_named(
        &self,
        snapshot: &Snapshot,
        names: &HashSet<String>,
    ) -> Result<Vec<Event>, Problems> {
        let mut events = Vec::new();
        for file in &snapshot.files {
            let names = names.clone();
            let found = self.with_file(file, move |path| named_in_file(path, &names)).await;
            events.append(&mut found.map_err(|error| self.at(&error))?);
        }
        events.sort_by_key(|event| (event.time, event.uuid));
        Ok(events)
    }

    /// Hands every event of the table to `take`, some at a time, in no order.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub async fn every_event(
        &self,
        snapshot: &Snapshot,
        mut take: impl FnMut(Vec<Event>),
    ) -> Result<(), Problems> {
        for file in &snapshot.files {
            let read = self.with_file(file, |path| super::file::read_events(path)).await;
            take(read.map_err(|error| self.at(&error))?);
        }
        Ok(())
    }

    async fn with_file<T: Send + 'static>(
        &self,
        file: &EventFile,
        work: impl FnOnce(&Path) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, StorageError> {
        let staging = self.inner.place.staging()?;
        let path = self.inner.place.local(&file.path, &staging).await?;
        tokio::task::spawn_blocking(move || work(&path)).await?
    }
}

/// The people under whom rows of these ids may have been written.
fn written_as(distinct_ids: &HashSet<String>, identity: &Identity) -> HashSet<i64> {
    let mut written: HashSet<i64> = distinct_ids.iter().map(|id| person_of(id)).collect();
    let now: HashSet<i64> = written.iter().map(|person| identity.of(*person)).collect();
    let same = identity.canonical.iter().filter(|(_, root)| now.contains(root));
    written.extend(same.map(|(person, _)| *person));
    written.extend(now);
    if identity.split {
        written.extend(identity.affected());
    }
    written
}

fn of_file(
    path: &Path,
    distinct_ids: &HashSet<String>,
    written: &HashSet<i64>,
) -> Result<Vec<Event>, StorageError> {
    rows_where(path, &[row::PERSON, row::DISTINCT_ID], |batch| {
        let (persons, ids) = (row::persons(batch)?, row::texts(batch, row::DISTINCT_ID)?);
        let fits = |at| written.contains(&persons.value(at)) && distinct_ids.contains(ids.value(at));
        Ok((0..batch.num_rows()).map(fits).collect())
    })
}

fn named_in_file(path: &Path, names: &HashSet<String>) -> Result<Vec<Event>, StorageError> {
    rows_where(path, &[row::EVENT], |batch| {
        let events = row::texts(batch, row::EVENT)?;
        Ok((0..batch.num_rows()).map(|at| names.contains(events.value(at))).collect())
    })
}

/// The events of a file whose rows fit by a few columns; only their rows are read whole.
fn rows_where(
    path: &Path,
    columns: &[&str],
    fits: impl Fn(&RecordBatch) -> Result<Vec<bool>, ArrowError>,
) -> Result<Vec<Event>, StorageError> {
    let (file, known) = metadata(path)?;
    let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, known);
    let narrow = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
    let mut selectors = Vec::new();
    let mut found = 0;
    for batch in builder.with_projection(narrow).build()? {
        for fits in fits(&batch?)? {
            selectors.push(if fits { RowSelector::select(1) } else { RowSelector::skip(1) });
            found += usize::from(fits);
        }
    }
    if found == 0 {
        return Ok(Vec::new());
    }
    let (file, known) = metadata(path)?;
    let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, known);
    let base = ProjectionMask::roots(builder.parquet_schema(), 0..row::BASE_COLUMNS);
    let mut events = Vec::with_capacity(found);
    for batch in builder.with_projection(base).with_row_selection(RowSelection::from(selectors)).build()? {
        events.append(&mut row::events(&batch?)?);
    }
    Ok(events)
}

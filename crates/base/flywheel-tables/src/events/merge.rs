//! Sorted files as one stream of rows: batch by batch, whatever their number and size.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::arrow::array::{
    BooleanArray, Int64Array, RecordBatch, TimestampMicrosecondArray, UInt32Array,
};
use datafusion::arrow::compute::{filter_record_batch, interleave_record_batch, take_record_batch};
use datafusion::parquet::arrow::ProjectionMask;
use datafusion::parquet::arrow::arrow_reader::{
    ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder, RowSelection, RowSelector,
};
use flywheel_people::Identity;

use super::file::{FileWriter, STAGING};
use super::place::metadata;
use super::row::{self, TIME};
use super::shred::Shredded;
use crate::storage::StorageError;

/// Rows of a batch that is read or written.
const BATCH_ROWS: usize = 8 << 10;

/// Rows that changed their person, and are sorted in memory before they go to the disk.
const MOVED_ROWS: usize = 256 << 10;

/// What happens to rows on their way.
pub(super) struct Passage<'p> {
    /// Who is whom by now.
    pub identity: &'p Identity,
    /// The columns of the files to come.
    pub shredded: &'p Shredded,
}

impl Passage<'_> {
    /// Hands the rows of sorted runs, each a chain of files, to `take` in order, as batches of the shredded columns.
    ///
    /// Rows that belong to another person by now are sorted aside, in files of `folder`, and merged in under their new one.
    pub fn merge(
        &self,
        runs: Vec<VecDeque<PathBuf>>,
        folder: &Path,
        mut take: impl FnMut(&RecordBatch) -> Result<(), StorageError>,
    ) -> Result<(), StorageError> {
        let mut moved = Vec::new();
        if !self.identity.is_settled() {
            let mut aside = Aside { passage: self, folder, rows: 0, batches: Vec::new(), files: &mut moved };
            for path in runs.iter().flatten() {
                aside.gather(path)?;
            }
            aside.spill()?;
        }
        let mut streams = Vec::new();
        for files in runs {
            streams.push(Stream::open(files, self, true)?);
        }
        for file in &moved {
            streams.push(Stream::open(VecDeque::from([file.path().to_owned()]), self, false)?);
        }
        streams.retain(|stream| !stream.is_done());
        let mut heap: BinaryHeap<Reverse<((i64, i64), usize)>> =
            streams.iter().enumerate().map(|(at, stream)| Reverse((stream.key(), at))).collect();
        let mut picked = Picked::default();
        while let Some(Reverse((_, at))) = heap.pop() {
            // The stream goes on alone until another one's turn comes.
            let next = heap.peek().map(|Reverse(next)| *next);
            let stream = &mut streams[at];
            let start = stream.position;
            let end = stream.until(next, at);
            picked.add(at, &stream.batch, start..end);
            stream.position = end;
            if picked.rows >= BATCH_ROWS {
                picked.give(&mut take)?;
            }
            if stream.position == stream.batch.num_rows() {
                stream.advance(self)?;
            }
            if !stream.is_done() {
                heap.push(Reverse((stream.key(), at)));
            }
        }
        picked.give(&mut take)
    }

    /// Whether each row belongs to another person than the one it was written under.
    fn moved(&self, batch: &RecordBatch) -> Result<Option<Vec<Option<i64>>>, StorageError> {
        let persons = row::persons(batch)?.values();
        let affected = self.identity.affected();
        if !persons.iter().any(|person| affected.contains(person)) {
            return Ok(None);
        }
        let ids = row::texts(batch, row::DISTINCT_ID)?;
        let moved = persons.iter().enumerate().map(|(at, person)| {
            let now = if affected.contains(person) {
                self.identity.person(*person, ids.value(at))
            } else {
                *person
            };
            (now != *person).then_some(now)
        });
        let moved: Vec<Option<i64>> = moved.collect();
        Ok(moved.iter().any(Option::is_some).then_some(moved))
    }
}

/// Rows that changed their person, on their way into sorted files.
struct Aside<'a, 'p> {
    passage: &'a Passage<'p>,
    folder: &'a Path,
    rows: usize,
    batches: Vec<RecordBatch>,
    files: &'a mut Vec<tempfile::NamedTempFile>,
}

impl Aside<'_, '_> {
    /// Takes a file's rows that changed their person; the others' wide columns are not read.
    fn gather(&mut self, path: &Path) -> Result<(), StorageError> {
        let (file, known) = metadata(path)?;
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, known);
        let narrow = ProjectionMask::columns(builder.parquet_schema(), [row::PERSON, row::DISTINCT_ID]);
        let mut selectors: Vec<RowSelector> = Vec::new();
        let mut persons: VecDeque<i64> = VecDeque::new();
        for batch in builder.with_projection(narrow).with_batch_size(BATCH_ROWS).build()? {
            let batch = batch?;
            match self.passage.moved(&batch)? {
                None => selectors.push(RowSelector::skip(batch.num_rows())),
                Some(moved) => {
                    for now in moved {
                        selectors.push(if now.is_some() {
                            RowSelector::select(1)
                        } else {
                            RowSelector::skip(1)
                        });
                        persons.extend(now);
                    }
                }
            }
        }
        if persons.is_empty() {
            return Ok(());
        }
        let (file, known) = metadata(path)?;
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file, known)
            .with_batch_size(BATCH_ROWS)
            .with_row_selection(RowSelection::from(selectors))
            .build()?;
        for batch in reader {
            let batch = self.passage.shredded.conform(&batch?)?;
            let now: Int64Array = persons.drain(..batch.num_rows()).collect();
            let mut columns = batch.columns().to_vec();
            columns[0] = Arc::new(now);
            self.rows += batch.num_rows();
            self.batches.push(RecordBatch::try_new(batch.schema(), columns)?);
            if self.rows >= MOVED_ROWS {
                self.spill()?;
            }
        }
        Ok(())
    }

    fn spill(&mut self) -> Result<(), StorageError> {
        let batches = std::mem::take(&mut self.batches);
        if std::mem::take(&mut self.rows) == 0 {
            return Ok(());
        }
        let whole = datafusion::arrow::compute::concat_batches(&batches[0].schema(), &batches)?;
        drop(batches);
        let (persons, times) = (row::persons(&whole)?.values(), row::times(&whole, TIME)?.values());
        let mut order: Vec<u32> = (0..whole.num_rows() as u32).collect();
        order.sort_by_key(|at| (persons[*at as usize], times[*at as usize]));
        let staged = tempfile::Builder::new().prefix(STAGING).suffix(".parquet").tempfile_in(self.folder)?;
        let mut writer = FileWriter::new(staged.reopen()?, self.passage.shredded)?;
        for order in order.chunks(BATCH_ROWS) {
            writer.write(&take_record_batch(&whole, &UInt32Array::from(order.to_vec()))?)?;
        }
        writer.finish()?;
        self.files.push(staged);
        Ok(())
    }
}

/// One sorted run of files.
struct Stream {
    files: VecDeque<PathBuf>,
    reader: Option<ParquetRecordBatchReader>,
    batch: RecordBatch,
    persons: Int64Array,
    times: TimestampMicrosecondArray,
    position: usize,
    leave_moved: bool,
}

impl Stream {
    fn open(
        files: VecDeque<PathBuf>,
        passage: &Passage<'_>,
        leave_moved: bool,
    ) -> Result<Self, StorageError> {
        let batch = RecordBatch::new_empty(passage.shredded.schema());
        let (persons, times) = (Int64Array::new_null(0), TimestampMicrosecondArray::new_null(0));
        let mut stream = Self { files, reader: None, batch, persons, times, position: 0, leave_moved };
        stream.advance(passage)?;
        Ok(stream)
    }

    fn is_done(&self) -> bool {
        self.position >= self.batch.num_rows()
    }

    fn key(&self) -> (i64, i64) {
        self.key_at(self.position)
    }

    fn key_at(&self, row: usize) -> (i64, i64) {
        (self.persons.value(row), self.times.value(row))
    }

    /// The first row from the position on that comes after another stream's.
    fn until(&self, next: Option<((i64, i64), usize)>, at: usize) -> usize {
        let rows = self.batch.num_rows();
        let Some(next) = next else { return rows };
        (self.position + 1..rows).find(|row| (self.key_at(*row), at) > next).unwrap_or(rows)
    }

    fn advance(&mut self, passage: &Passage<'_>) -> Result<(), StorageError> {
        self.position = 0;
        loop {
            if self.reader.is_none() {
                let Some(path) = self.files.pop_front() else {
                    self.batch = RecordBatch::new_empty(passage.shredded.schema());
                    return Ok(());
                };
                let (file, known) = metadata(&path)?;
                let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, known);
                self.reader = Some(builder.with_batch_size(BATCH_ROWS).build()?);
            }
            match self.reader.as_mut().and_then(Iterator::next) {
                None => self.reader = None,
                Some(batch) => {
                    let mut batch = batch?;
                    if self.leave_moved
                        && !passage.identity.is_settled()
                        && let Some(moved) = passage.moved(&batch)?
                    {
                        let stays: BooleanArray = moved.iter().map(|now| Some(now.is_none())).collect();
                        batch = filter_record_batch(&batch, &stays)?;
                    }
                    if batch.num_rows() > 0 {
                        self.batch = passage.shredded.conform(&batch)?;
                        self.persons = row::persons(&self.batch)?.clone();
                        self.times = row::times(&self.batch, TIME)?.clone();
                        return Ok(());
                    }
                }
            }
        }
    }
}

/// Rows of several batches that follow each other.
#[derive(Default)]
struct Picked {
    batches: Vec<RecordBatch>,
    /// The stream that the last batch of it came from, by stream.
    from: Vec<(usize, usize)>,
    places: Vec<(usize, usize)>,
    rows: usize,
}

impl Picked {
    fn add(&mut self, stream: usize, batch: &RecordBatch, rows: std::ops::Range<usize>) {
        let same = |known: &RecordBatch| Arc::ptr_eq(known.column(0), batch.column(0));
        let known = self.from.iter().rev().find(|(of, at)| *of == stream && same(&self.batches[*at]));
        let at = match known {
            Some((_, at)) => *at,
            None => {
                self.batches.push(batch.clone());
                self.from.push((stream, self.batches.len() - 1));
                self.batches.len() - 1
            }
        };
        self.rows += rows.len();
        self.places.extend(rows.map(|row| (at, row)));
    }

    fn give(
        &mut self,
        take: &mut impl FnMut(&RecordBatch) -> Result<(), StorageError>,
    ) -> Result<(), StorageError> {
        if self.rows > 0 {
            let batches: Vec<&RecordBatch> = self.batches.iter().collect();
            take(&interleave_record_batch(&batches, &self.places)?)?;
        }
        *self = Self::default();
        Ok(())
    }
}

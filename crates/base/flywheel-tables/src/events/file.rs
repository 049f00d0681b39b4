//! One file of events: sorted by person and time, written aside and put in its place whole.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use datafusion::arrow::array::{ArrayRef, RecordBatch};
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::basic::{Compression, ZstdLevel};
use datafusion::parquet::file::metadata::{KeyValue, SortingColumn};
use datafusion::parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use datafusion::parquet::schema::types::ColumnPath;
use flywheel_people::{Event, Identity};

use super::EventFile;
use super::row::{self, PERSON, PROPERTIES, RECEIVED, TIME, UUID};
use super::shred::{self, Shredded};
use crate::storage::StorageError;

/// Rows of a row group.
pub const ROW_GROUP_ROWS: usize = 128 << 10;

/// Rows that one page holds at most; pages are what a reader skips.
const PAGE_ROWS: usize = 8 << 10;

/// Begins the name of a file that is still being written; readers of Delta Lake pass such names over.
pub const STAGING: &str = "_staging-";

/// Rows that are turned into columns at a time.
const BATCH_ROWS: usize = 16 << 10;

/// Writes one file of these events, which need not be in order; the file appears whole or not at all.
///
/// # Errors
/// When the disk refuses, or the texts of one batch exceed what a column holds.
pub fn write_events(path: &Path, events: &[Event], identity: &Identity) -> Result<EventFile, StorageError> {
    let rows = row::sorted(events, identity);
    let shredded = Shredded::choose(rows.iter().map(|(_, event)| &event.properties));
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    std::fs::create_dir_all(folder)?;
    let staged = tempfile::Builder::new().prefix(STAGING).suffix(".parquet").tempfile_in(folder)?;
    let mut writer = FileWriter::new(staged.as_file(), &shredded)?;
    for rows in rows.chunks(BATCH_ROWS) {
        writer.write(&whole_batch(rows, &shredded, &writer.schema)?)?;
    }
    let (facts, _) = writer.finish()?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let bytes = settle(staged, path)?;
    Ok(facts.file(name, bytes, identity.steps))
}

/// Base and accelerating columns of rows in the order of files.
///
/// # Errors
/// When the texts of one column exceed 2 GiB.
pub fn whole_batch(
    rows: &[(i64, &Event)],
    shredded: &Shredded,
    schema: &SchemaRef,
) -> Result<RecordBatch, StorageError> {
    let mut columns: Vec<ArrayRef> = row::base_columns(rows)?;
    columns.extend(shredded.fill(rows.iter().map(|(_, event)| &event.properties)));
    Ok(RecordBatch::try_new(schema.clone(), columns)?)
}

/// Brings a staged file to the disk and to its name; says its bytes.
pub(super) fn settle(staged: tempfile::NamedTempFile, path: &Path) -> Result<u64, StorageError> {
    staged.as_file().sync_all()?;
    let bytes = staged.as_file().metadata()?.len();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        staged.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))?;
    }
    staged.persist(path).map_err(|error| error.error)?;
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?;
    }
    Ok(bytes)
}

/// What a file holds, as its Delta entry tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// Rows.
    pub rows: u64,
    /// Smallest and largest person.
    pub persons: (i64, i64),
    /// Earliest and latest event.
    pub times: (i64, i64),
}

impl Default for Facts {
    fn default() -> Self {
        Self { rows: 0, persons: (i64::MAX, i64::MIN), times: (i64::MAX, i64::MIN) }
    }
}

impl Facts {
    fn add(&mut self, batch: &RecordBatch) -> Result<(), StorageError> {
        self.rows += batch.num_rows() as u64;
        for person in row::persons(batch)?.values() {
            self.persons = (self.persons.0.min(*person), self.persons.1.max(*person));
        }
        for time in row::times(batch, TIME)?.values() {
            self.times = (self.times.0.min(*time), self.times.1.max(*time));
        }
        Ok(())
    }

    /// The file with its name and bytes.
    pub fn file(self, path: String, bytes: u64, steps: u64) -> EventFile {
        EventFile {
            path,
            bytes,
            rows: self.rows,
            min_person: self.persons.0,
            max_person: self.persons.1,
            min_time: self.times.0,
            max_time: self.times.1,
            steps,
        }
    }
}

/// Writes batches that come in order into one file; holds one row group at a time.
pub struct FileWriter<W: Write + Send> {
    writer: ArrowWriter<W>,
    facts: Facts,
    schema: SchemaRef,
}

impl<W: Write + Send> FileWriter<W> {
    /// Begins a file with these accelerating columns.
    ///
    /// # Errors
    /// When the sink refuses.
    pub fn new(sink: W, shredded: &Shredded) -> Result<Self, StorageError> {
        let schema = shredded.schema();
        let writer = ArrowWriter::try_new(sink, schema.clone(), Some(properties(shredded, &schema)))?;
        Ok(Self { writer, facts: Facts::default(), schema })
    }

    /// Writes rows, which must follow those before.
    ///
    /// # Errors
    /// When the sink refuses.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), StorageError> {
        self.facts.add(batch)?;
        self.writer.write(batch)?;
        Ok(())
    }

    /// Rows so far.
    pub fn rows(&self) -> u64 {
        self.facts.rows
    }

    /// Bytes so far, those of the row group under way by estimate.
    pub fn bytes(&self) -> usize {
        self.writer.bytes_written() + self.writer.in_progress_size()
    }

    /// Ends the file and gives the sink back.
    ///
    /// # Errors
    /// When the sink refuses.
    pub fn finish(self) -> Result<(Facts, W), StorageError> {
        let facts = self.facts;
        Ok((facts, self.writer.into_inner()?))
    }
}

fn properties(shredded: &Shredded, schema: &SchemaRef) -> WriterProperties {
    let column = |name: &str| ColumnPath::new(vec![name.to_owned()]);
    let sorting =
        [0, 1].map(|column_idx| SortingColumn { column_idx, descending: false, nulls_first: false });
    let mut properties = WriterProperties::builder()
        .set_created_by("flywheel".to_owned())
        .set_writer_version(WriterVersion::PARQUET_1_0)
        .set_key_value_metadata(Some(vec![KeyValue::new(shred::KEY.to_owned(), shredded.json())]))
        .set_sorting_columns(Some(sorting.to_vec()))
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_write_batch_size(PAGE_ROWS)
        // Columns that questions read are decompressed as fast as they are copied.
        .set_compression(Compression::LZ4_RAW)
        .set_statistics_enabled(EnabledStatistics::Page);
    // What has no repetition gains nothing from a dictionary.
    for name in [TIME, UUID, RECEIVED, PROPERTIES] {
        properties = properties.set_column_dictionary_enabled(column(name), false);
    }
    properties = properties.set_column_compression(
        column(PROPERTIES),
        Compression::ZSTD(ZstdLevel::try_new(1).unwrap_or_default()),
    );
    // Only the order and the time let a reader skip; bounds of texts would only make the footer long.
    for field in schema.fields() {
        if ![PERSON, TIME].contains(&field.name().as_str()) {
            properties =
                properties.set_column_statistics_enabled(column(field.name()), EnabledStatistics::Chunk);
        }
    }
    for name in [PROPERTIES, UUID] {
        properties = properties.set_column_statistics_enabled(column(name), EnabledStatistics::None);
    }
    properties.build()
}

/// The accelerating columns that a file's metadata names.
pub fn shredded_of(metadata: &datafusion::parquet::file::metadata::ParquetMetaData) -> Shredded {
    let pairs = metadata.file_metadata().key_value_metadata();
    let value = pairs.and_then(|pairs| pairs.iter().find(|pair| pair.key == shred::KEY)?.value.as_deref());
    value.map(Shredded::parse).unwrap_or_default()
}

/// Reads a whole file's events: for tests and small tools.
///
/// # Errors
/// When the file cannot be read or is none of events.
pub fn read_events(path: &Path) -> Result<Vec<Event>, StorageError> {
    use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path)?)?;
    let projection =
        datafusion::parquet::arrow::ProjectionMask::roots(builder.parquet_schema(), 0..row::BASE_COLUMNS);
    let mut events = Vec::new();
    for batch in builder.with_projection(projection).build()? {
        events.extend(row::events(&batch?)?);
    }
    Ok(events)
}

#[cfg(test)]
mod tests {
    use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    use flywheel_people::{Merge, person_of};
    use serde_json::json;

    use super::super::made::{event, many};
    use super::*;

    #[test]
    fn a_file_is_sorted_says_its_columns_and_gives_the_events_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("events.parquet");
        let merge = Merge { from: person_of("person 1"), into: person_of("person 2") };
        let identity = Identity::from_merges(&[merge]);
        let events = many(0, 40_000);
        let file = write_events(&path, &events, &identity).expect("written");
        assert_eq!((file.rows, file.steps, file.path.as_str()), (40_000, 1, "events.parquet"));
        assert_eq!(file.bytes, std::fs::metadata(&path).expect("there").len());
        assert_eq!(std::fs::read_dir(folder.path()).expect("listed").count(), 1, "nothing staged stays");

        let mut expected = events.clone();
        expected.sort_by_key(|event| (identity.of_id(&event.distinct_id), event.time, event.uuid));
        assert_eq!(read_events(&path).expect("read"), expected);

        let builder =
            ParquetRecordBatchReaderBuilder::try_new(File::open(&path).expect("there")).expect("a file");
        let shredded = shredded_of(builder.metadata());
        assert!(shredded.text.contains(&"plan".to_owned()) && shredded.number == ["amount"], "{shredded:?}");
        assert_eq!(shredded.set, ["city"]);
        assert!(builder.metadata().offset_index().is_none() || builder.metadata().num_row_groups() > 0);
        assert_eq!(*builder.schema().fields(), *shredded.schema().fields());
        let mut last = (i64::MIN, i64::MIN);
        for batch in builder.build().expect("a reader") {
            let batch = batch.expect("a batch");
            assert!(row::is_sorted(&batch).expect("columns"));
            let (persons, times) =
                (row::persons(&batch).expect("persons"), row::times(&batch, TIME).expect("times"));
            assert!(last <= (persons.value(0), times.value(0)));
            last = (persons.value(batch.num_rows() - 1), times.value(batch.num_rows() - 1));
            assert!(!persons.values().contains(&merge.from), "written as whom they are");
        }
        assert_eq!(file.max_person, last.0);
    }

    #[test]
    fn a_batch_conforms_to_another_files_columns_as_if_written_there() {
        let events: Vec<Event> = (0..50)
            .map(|at| {
                let mut event = event(at, "b");
                event.properties.insert("plan".to_owned(), json!(["free", "pro"][at as usize % 2]));
                event.properties.insert("rare".to_owned(), json!(at));
                event.properties.insert("$set".to_owned(), json!({"city": "Bern"}));
                event
            })
            .collect();
        let identity = Identity::default();
        let rows = row::sorted(&events, &identity);
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let had = Shredded { text: names(&["plan"]), ..Shredded::default() };
        let wanted = Shredded {
            text: names(&["rare", "plan"]),
            number: names(&["rare"]),
            set: names(&["city"]),
            ..Shredded::default()
        };
        let from = whole_batch(&rows, &had, &had.schema()).expect("a batch");
        let expected = whole_batch(&rows, &wanted, &wanted.schema()).expect("a batch");
        assert_eq!(wanted.conform(&from).expect("conformed"), expected);
        let base = from.project(&(0..row::BASE_COLUMNS).collect::<Vec<_>>()).expect("base columns");
        assert_eq!(wanted.conform(&base).expect("conformed"), expected);
    }
}

//! One data file: written aside and put in its place whole, read batch by batch into the frame's own memory.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::arrow::array::new_null_array;
use datafusion::arrow::datatypes::{DataType, FieldRef, Schema};
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::arrow::arrow_reader::{ArrowReaderMetadata, ParquetRecordBatchReaderBuilder};
use datafusion::parquet::basic::{Compression, ZstdLevel};
use datafusion::parquet::file::properties::{EnabledStatistics, WriterProperties};
use datafusion::parquet::schema::types::ColumnPath;
use flywheel_spec::table::ColumnKind;

use super::layout::{self, Gathered};
use crate::frame::{Frame, Values};
use crate::infer::Writing;
use crate::storage::StorageError;

/// Begins the name of a file that is still being written; readers of Delta Lake pass such names over.
pub const STAGING: &str = "_staging-";

/// Bytes that one batch should hold at most.
const BATCH_BYTES: usize = 8 << 20;

/// Rows that one batch holds at most.
const BATCH_ROWS: usize = 16_384;

/// A data file that is whole on disk.
#[derive(Debug)]
pub struct Written {
    /// Where.
    pub path: PathBuf,
    /// Its name in the table's folder.
    pub name: String,
    /// Its bytes.
    pub bytes: u64,
}

/// Writes the frame into a new file of the folder, named after its content; on any failure nothing of it stays.
pub fn write(
    folder: &Path,
    content: &str,
    frame: &Frame,
    schema: &Arc<Schema>,
) -> Result<Written, StorageError> {
    std::fs::create_dir_all(folder)?;
    let staged = tempfile::Builder::new().prefix(STAGING).suffix(".parquet").tempfile_in(folder)?;
    let rows = batch_rows(frame);
    let mut writer = ArrowWriter::try_new(staged.as_file(), schema.clone(), Some(properties(schema, rows)))?;
    let mut start = 0;
    while start < frame.rows() {
        let end = frame.rows().min(start + rows);
        writer.write(&layout::batch(frame, schema, start, end)?)?;
        start = end;
    }
    writer.close()?;
    staged.as_file().sync_all()?;
    let bytes = staged.as_file().metadata()?.len();
    // The staged file's letters, drawn until no other file has them, tell equal contents apart.
    let staged_name = staged.path().file_name().unwrap_or_default().to_string_lossy().into_owned();
    let name = format!("part-{}-{}", &content[..16], staged_name.trim_start_matches(STAGING));
    let path = folder.join(&name);
    staged.persist(&path).map_err(|error| error.error)?;
    set_readable(&path)?;
    Ok(Written { path, name, bytes })
}

/// What the files of a version hold.
#[derive(Debug)]
pub struct Content {
    /// The values.
    pub frame: Frame,
    /// What each column holds.
    pub kinds: Vec<ColumnKind>,
    /// The columns that were not written in the usual way.
    pub writing: BTreeMap<String, Writing>,
}

/// Reads the files one after the other into one frame, at most `limit` rows.
///
/// The frame has the columns named, or those of the first file where none are;
/// a column that a file lacks is missing in its rows, and what a file holds besides is passed over.
pub fn read(
    files: &[(PathBuf, u64)],
    columns: Option<&[String]>,
    limit: Option<u64>,
) -> Result<Content, StorageError> {
    let opened = files
        .iter()
        .map(|(path, _)| {
            let file = File::open(path)?;
            let metadata = ArrowReaderMetadata::load(&file, Default::default())?;
            Ok((file, metadata))
        })
        .collect::<Result<Vec<_>, StorageError>>()?;
    let stored: usize = opened
        .iter()
        .map(|(_, metadata)| usize::try_from(metadata.metadata().file_metadata().num_rows()).unwrap_or(0))
        .sum();
    let wanted = limit.map_or(stored, |limit| stored.min(usize::try_from(limit).unwrap_or(usize::MAX)));

    let fields: Vec<FieldRef> = match columns {
        // The first file that has a column says how it was written.
        Some(names) => names
            .iter()
            .filter_map(|name| opened.iter().find_map(|(_, metadata)| field_named(metadata.schema(), name)))
            .collect(),
        None => opened.first().map_or_else(Vec::new, |(_, first)| first.schema().fields().to_vec()),
    };
    let mut columns: Vec<Gathered> =
        fields.iter().map(|field| Gathered::new(field, wanted)).collect::<Result<_, _>>()?;
    let mut left = wanted;
    for (file, metadata) in opened {
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata)
            .with_batch_size(4096)
            .with_limit(left)
            .build()?;
        for batch in reader {
            let batch = batch?;
            left -= batch.num_rows();
            for (column, field) in columns.iter_mut().zip(&fields) {
                match batch.column_by_name(field.name()) {
                    Some(array) => column.push(array)?,
                    None => column.push(&new_null_array(field.data_type(), batch.num_rows()))?,
                }
            }
        }
    }
    let unusual = columns.iter().filter(|column| !column.writing.is_usual());
    let writing = unusual.map(|column| (column.name.clone(), column.writing)).collect();
    let (columns, kinds) = columns.into_iter().map(Gathered::finish).unzip();
    Ok(Content { frame: Frame { columns }, kinds, writing })
}

fn field_named(schema: &Schema, name: &str) -> Option<FieldRef> {
    schema.fields().iter().find(|field| field.name() == name).cloned()
}

/// Rows of a file without reading its values.
pub fn count_rows(path: &Path) -> Result<u64, StorageError> {
    let metadata = ArrowReaderMetadata::load(&File::open(path)?, Default::default())?;
    Ok(u64::try_from(metadata.metadata().file_metadata().num_rows()).unwrap_or(0))
}

fn batch_rows(frame: &Frame) -> usize {
    let wide = frame.columns.iter().map(|column| match &column.values {
        Values::Image(images) => images.shape.bytes(),
        _ => 16,
    });
    (BATCH_BYTES / wide.sum::<usize>().max(1)).clamp(1, BATCH_ROWS)
}

fn properties(schema: &Schema, rows: usize) -> WriterProperties {
    let level = ZstdLevel::try_new(1).unwrap_or_default();
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(level))
        .set_max_row_group_row_count(Some(rows.max(BATCH_ROWS / 4)))
        .set_statistics_enabled(EnabledStatistics::Chunk);
    for field in schema.fields().iter().filter(|field| *field.data_type() == DataType::Binary) {
        let column = ColumnPath::new(vec![field.name().clone()]);
        properties = properties
            .set_column_dictionary_enabled(column.clone(), false)
            .set_column_statistics_enabled(column, EnabledStatistics::None);
    }
    properties.build()
}

/// A temporary file is readable by its owner alone; a table is readable by whom the folder allows.
#[cfg(unix)]
fn set_readable(path: &Path) -> Result<(), std::io::Error> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn set_readable(_path: &Path) -> Result<(), std::io::Error> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Column;

    fn texts(name: &str, values: &[&str]) -> Column {
        let values = values.iter().map(|value| Some(Arc::from(*value))).collect();
        Column { name: name.to_owned(), values: Values::Text(values) }
    }

    #[test]
    fn files_with_unlike_columns_are_laid_under_each_other_by_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = |content: &str, columns: Vec<Column>| {
            let kinds = vec![ColumnKind::Text; columns.len()];
            let frame = Frame { columns };
            let schema = Arc::new(layout::schema(&frame, &kinds, &BTreeMap::new()));
            let written = write(folder.path(), content, &frame, &schema).expect("a file");
            (written.path, written.bytes)
        };
        let one = file("1111111111111111", vec![texts("who", &["a", "b"]), texts("plan", &["pro", "free"])]);
        let two = file("2222222222222222", vec![texts("page", &["home"]), texts("who", &["c"])]);
        let named: Vec<String> = ["who", "page"].map(str::to_owned).to_vec();

        let frame = read(&[one, two], Some(&named), None).expect("both files").frame;

        let cells = |at: usize| -> Vec<Option<String>> {
            (0..frame.rows()).map(|row| frame.columns[at].values.text(row)).collect()
        };
        assert_eq!(frame.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(), named);
        assert_eq!(cells(0), ["a", "b", "c"].map(|who| Some(who.to_owned())));
        assert_eq!(cells(1), [None, None, Some("home".to_owned())]);
    }
}

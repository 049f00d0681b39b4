//! Parquet: typed columns as they are, codes and repeated texts recognised, images in bytes decoded.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use bytes::Bytes;
use datafusion::arrow::array::{Array, ArrayRef, BinaryArray, StructArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use flywheel_spec::table::{ColumnKind, ImageShape};
use flywheel_spec::{Phrase, Problem, Problems, phrase};

use super::delimited::unique;
use super::{Format, ImportOptions, Imported, LISTED, Notes, image_folder};
use crate::frame::{Column, Frame, Images, Values};
use crate::infer::{self, refine_numbers};
use crate::storage::StorageError;
use crate::warehouse::layout::Gathered;

/// Reads a Parquet file.
pub(super) fn import(name: &str, bytes: Vec<u8>, options: &ImportOptions) -> Result<Imported, Problems> {
    let broken = |reason: String| {
        let problem = Problem::error(phrase!("tables.parquet_broken", reason = reason));
        Problems::from(problem.advise(Phrase::new("tables.copy_again")).in_file(name))
    };
    let mut notes = Notes::default();
    // The Parquet library panics on some damaged files, which are a person's mistake and not ours.
    let read = catch_unwind(AssertUnwindSafe(|| read(name, bytes, options, &mut notes)));
    let (frame, kinds) = match read {
        Ok(Ok(read)) => read,
        Ok(Err(error)) => return Err(broken(error.to_string())),
        Err(_) => return Err(broken("its pages contradict each other".to_owned())),
    };
    if frame.rows() == 0 && !notes.problems.stop() {
        notes.problems.push(
            Problem::error(Phrase::new("tables.empty_file"))
                .advise(Phrase::new("tables.copy_again"))
                .in_file(name),
        );
    }
    notes.settle(frame, kinds, Format::Parquet)
}

fn read(
    name: &str,
    bytes: Vec<u8>,
    options: &ImportOptions,
    notes: &mut Notes,
) -> Result<(Frame, Vec<ColumnKind>), StorageError> {
    // The copy of Arrow's schema that some writers embed is left aside: a damaged one makes Arrow panic.
    let options_of_reader = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let builder =
        ParquetRecordBatchReaderBuilder::try_new_with_options(Bytes::from(bytes), options_of_reader)?;
    // The count is only a hint for the memory to reserve, and may be wrong in a damaged file.
    let rows = usize::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or(0).min(1 << 20);
    let schema = builder.schema().clone();
    let mut columns: Vec<Building> =
        schema.fields().iter().map(|field| Building::new(field, rows)).collect::<Result<_, _>>()?;
    for batch in builder.with_batch_size(4096).build()? {
        let batch = batch?;
        for (column, array) in columns.iter_mut().zip(batch.columns()) {
            column.push(array)?;
        }
    }
    let mut frame = Frame::default();
    let mut kinds = Vec::new();
    let mut taken: Vec<String> = Vec::new();
    for (field, building) in schema.fields().iter().zip(columns) {
        let wanted = options.kinds.get(field.name()).copied();
        let is_target = options.target.as_ref() == Some(field.name());
        if let Some((mut column, kind)) = building.finish(name, field, wanted, is_target, notes) {
            column.name = unique(&column.name, &taken);
            taken.push(column.name.clone());
            frame.columns.push(column);
            kinds.push(kind);
        }
    }
    Ok((frame, kinds))
}

/// A column while it is read.
enum Building {
    Plain(Box<Gathered>),
    Pictures(Pictures),
    Unread,
}

/// Encoded images (PNG, JPEG, WebP) decoded as they come.
#[derive(Default)]
struct Pictures {
    shape: Option<ImageShape>,
    pixels: Vec<u8>,
    row: u64,
    mistakes: Vec<(u64, Phrase)>,
}

impl Building {
    fn new(field: &Field, rows: usize) -> Result<Self, StorageError> {
        let is_bytes = |data_type: &DataType| {
            matches!(data_type, DataType::Binary | DataType::LargeBinary | DataType::BinaryView)
        };
        Ok(match field.data_type() {
            data_type if is_bytes(data_type) => Self::Pictures(Pictures::default()),
            // Hugging Face keeps an image as a structure of its bytes and its path.
            DataType::Struct(fields)
                if fields.iter().any(|field| field.name() == "bytes" && is_bytes(field.data_type())) =>
            {
                Self::Pictures(Pictures::default())
            }
            data_type if data_type.is_nested() => Self::Unread,
            _ => Self::Plain(Box::new(Gathered::new(field, rows)?)),
        })
    }

    fn push(&mut self, array: &ArrayRef) -> Result<(), StorageError> {
        match self {
            Self::Plain(column) => Ok(column.push(array)?),
            Self::Pictures(pictures) => pictures.push(array),
            Self::Unread => Ok(()),
        }
    }

    fn finish(
        self,
        file: &str,
        field: &Field,
        wanted: Option<ColumnKind>,
        is_target: bool,
        notes: &mut Notes,
    ) -> Option<(Column, ColumnKind)> {
        match self {
            Self::Plain(column) => {
                let said = column.kind;
                let (mut column, stored) = column.finish();
                let kind = match (wanted.or(said), column.values) {
                    (_, Values::Number(values)) => {
                        let (values, kind) = refine_numbers(values, wanted.or(said));
                        column.values = values;
                        kind
                    }
                    (kind, Values::Text(texts)) => {
                        // What is no value is null here already; a word such as `-` may be a class.
                        let keeps_words = is_target || wanted == Some(ColumnKind::Category);
                        let is_value = |text: &Arc<str>| {
                            if keeps_words { !text.trim().is_empty() } else { !infer::is_missing(text) }
                        };
                        let texts: Vec<Option<Arc<str>>> =
                            texts.into_iter().map(|text| text.filter(is_value)).collect();
                        column.values = Values::Text(texts);
                        match kind {
                            Some(kind @ (ColumnKind::Category | ColumnKind::Boolean | ColumnKind::Text)) => {
                                kind
                            }
                            _ => infer::kind_of(&column.values),
                        }
                    }
                    (_, values) => {
                        column.values = values;
                        stored
                    }
                };
                Some((column, kind))
            }
            Self::Pictures(pictures) => pictures.finish(file, field.name(), notes),
            Self::Unread => {
                let found = field.data_type().to_string();
                notes.problems.push(
                    Problem::warning(phrase!("tables.column_unread", column = field.name(), found = found))
                        .advise(Phrase::new("tables.column_unread_advice"))
                        .in_file(file)
                        .in_column(field.name()),
                );
                None
            }
        }
    }
}

impl Pictures {
    fn push(&mut self, array: &ArrayRef) -> Result<(), StorageError> {
        let inner = match array.as_any().downcast_ref::<StructArray>() {
            Some(structure) => structure.column_by_name("bytes").cloned().unwrap_or_else(|| array.clone()),
            None => array.clone(),
        };
        let inner = cast(&inner, &DataType::Binary)?;
        let Some(contents) = inner.as_any().downcast_ref::<BinaryArray>() else { return Ok(()) };
        for content in contents {
            self.row += 1;
            match content.map(image_folder::decode_single) {
                Some(Ok((shape, pixels))) => self.add(shape, &pixels),
                Some(Err(error)) => {
                    self.mistakes.push((self.row, phrase!("tables.image_broken", reason = error)))
                }
                None => self.mistakes.push((self.row, Phrase::new("tables.image_absent"))),
            }
        }
        Ok(())
    }

    fn add(&mut self, shape: ImageShape, pixels: &[u8]) {
        let common = *self.shape.get_or_insert(shape);
        let same_size = (common.height, common.width) == (shape.height, shape.width);
        match (same_size, common.channels, shape.channels) {
            (true, a, b) if a == b => self.pixels.extend_from_slice(pixels),
            (true, 3, 1) => self.pixels.extend(pixels.iter().flat_map(|&value| [value; 3])),
            (true, ..) => {
                self.shape = Some(shape);
                self.pixels = self.pixels.iter().flat_map(|&value| [value; 3]).collect();
                self.pixels.extend_from_slice(pixels);
            }
            (false, ..) => {
                let name = |shape: ImageShape| format!("{}×{}", shape.width, shape.height);
                let message = phrase!(
                    "tables.image_size",
                    count = 1,
                    size = name(shape),
                    common = name(common),
                    examples = format!("#{}", self.row)
                );
                self.mistakes.push((self.row, message));
            }
        }
    }

    fn finish(self, file: &str, name: &str, notes: &mut Notes) -> Option<(Column, ColumnKind)> {
        let count = self.mistakes.len();
        for (row, message) in self.mistakes.into_iter().take(LISTED) {
            notes.problems.push(
                Problem::error(message)
                    .advise(Phrase::new("tables.image_broken_advice"))
                    .in_file(file)
                    .in_column(name)
                    .at_row(row),
            );
        }
        if count > LISTED {
            notes
                .problems
                .push(Problem::error(phrase!("tables.more_images", count = count - LISTED)).in_file(file));
        }
        let images = Images { shape: self.shape?, pixels: self.pixels.into() };
        Some((Column { name: name.to_owned(), values: Values::Image(images) }, ColumnKind::Image))
    }
}

//! How a frame lies in Arrow and Delta: one column each, its kind and an image's shape in the field's metadata.
//!
//! Whole numbers lie as 64-bit integers and codes such as `0`/`1` too, so that DuckDB, Polars and Spark read what a person expects.
//! What the frame held is told by `flywheel.values`, and reading gives it back exactly.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use bytes::Bytes;
use datafusion::arrow::array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use datafusion::arrow::buffer::{Buffer, OffsetBuffer, ScalarBuffer};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use datafusion::arrow::error::ArrowError;
use flywheel_spec::table::{ColumnKind, ImageShape};

use crate::frame::{Column, Frame, Images, Values};
use crate::infer::Writing;

/// The field's metadata key that names the [`ColumnKind`].
pub const KIND_KEY: &str = "flywheel.kind";
/// The field's metadata key that gives an image's shape as `height x width x channels`, such as `28x28x1`.
pub const IMAGE_KEY: &str = "flywheel.image";
/// The field's metadata key that names the frame's storage: `number`, `text`, `time` or `image`.
pub const VALUES_KEY: &str = "flywheel.values";
/// The field's metadata key that names the [`Writing`] of the file that the column came from; absent for the usual one.
pub const WRITING_KEY: &str = "flywheel.writing";

/// Whole numbers up to here are exact in both 64-bit floats and integers.
const LARGEST_WHOLE: f64 = 9_007_199_254_740_992.0;

/// The Arrow schema of a frame; `writing` names the columns that were not written in the usual way.
pub fn schema(frame: &Frame, kinds: &[ColumnKind], writing: &BTreeMap<String, Writing>) -> Schema {
    let field = |(column, kind): (&Column, &ColumnKind)| {
        field(column, *kind, writing.get(&column.name).copied().unwrap_or_default())
    };
    Schema::new(frame.columns.iter().zip(kinds).map(field).collect::<Vec<_>>())
}

/// The rows `start..end` of a frame in the schema's types; images share the frame's pixels and are not copied.
pub fn batch(frame: &Frame, schema: &SchemaRef, start: usize, end: usize) -> Result<RecordBatch, ArrowError> {
    let arrays = frame
        .columns
        .iter()
        .zip(schema.fields())
        .map(|(column, field)| array(&column.values, field.data_type(), start, end))
        .collect::<Result<Vec<_>, _>>()?;
    RecordBatch::try_new(schema.clone(), arrays)
}

/// The name of a kind as it stands in metadata and in TOML.
pub fn kind_name(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Number => "number",
        ColumnKind::Category => "category",
        ColumnKind::Boolean => "boolean",
        ColumnKind::Time => "time",
        ColumnKind::Text => "text",
        ColumnKind::Image => "image",
    }
}

/// The kind of that name.
pub fn kind_named(name: &str) -> Option<ColumnKind> {
    [
        ColumnKind::Number,
        ColumnKind::Category,
        ColumnKind::Boolean,
        ColumnKind::Time,
        ColumnKind::Text,
        ColumnKind::Image,
    ]
    .into_iter()
    .find(|kind| kind_name(*kind) == name)
}

/// Reads `28x28x1`.
pub fn shape_named(text: &str) -> Option<ImageShape> {
    let mut sizes = text.split('x').map(|size| size.parse::<usize>().ok().filter(|&size| size > 0));
    let shape = ImageShape { height: sizes.next()??, width: sizes.next()??, channels: sizes.next()?? };
    sizes.next().is_none().then_some(shape)
}

fn field(column: &Column, kind: ColumnKind, writing: Writing) -> Field {
    let (data_type, values) = match &column.values {
        Values::Number(values) if values.iter().all(|&value| whole(value)) => (DataType::Int64, "number"),
        Values::Number(_) => (DataType::Float64, "number"),
        Values::Time(_) => (DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())), "time"),
        Values::Image(_) => (DataType::Binary, "image"),
        Values::Text(values) => {
            let coded = matches!(kind, ColumnKind::Category | ColumnKind::Boolean)
                && values.iter().any(Option::is_some);
            let all = |fits: fn(&str) -> bool| values.iter().flatten().all(|value| fits(value));
            let data_type = match coded {
                true if all(is_code) => DataType::Int64,
                true if all(is_truth) => DataType::Boolean,
                _ => DataType::Utf8,
            };
            (data_type, "text")
        }
    };
    let mut metadata = HashMap::from([
        (KIND_KEY.to_owned(), kind_name(kind).to_owned()),
        (VALUES_KEY.to_owned(), values.to_owned()),
    ]);
    if let Values::Image(Images { shape, .. }) = &column.values {
        metadata.insert(IMAGE_KEY.to_owned(), format!("{}x{}x{}", shape.height, shape.width, shape.channels));
    }
    if !writing.is_usual() {
        metadata.insert(WRITING_KEY.to_owned(), writing.name().to_owned());
    }
    Field::new(&column.name, data_type, true).with_metadata(metadata)
}

fn whole(value: f64) -> bool {
    let negative_zero = value == 0.0 && value.is_sign_negative();
    value.is_nan() || (value.fract() == 0.0 && value.abs() <= LARGEST_WHOLE && !negative_zero)
}

/// True for a text that comes back the same from an integer: `7` and `-3`, but not `07` or `+3`.
fn is_code(text: &str) -> bool {
    text.parse::<i64>().is_ok_and(|value| value.to_string() == text)
}

fn is_truth(text: &str) -> bool {
    text == "true" || text == "false"
}

fn array(values: &Values, data_type: &DataType, start: usize, end: usize) -> Result<ArrayRef, ArrowError> {
    Ok(match (values, data_type) {
        (Values::Number(values), DataType::Int64) => Arc::new(
            values[start..end]
                .iter()
                .map(|&value| (!value.is_nan()).then_some(value as i64))
                .collect::<Int64Array>(),
        ),
        (Values::Number(values), _) => Arc::new(
            values[start..end]
                .iter()
                .map(|&value| (!value.is_nan()).then_some(value))
                .collect::<Float64Array>(),
        ),
        (Values::Time(values), _) => {
            let micros = |secs: &f64| secs.is_finite().then(|| (secs * 1e6).round() as i64);
            let array: TimestampMicrosecondArray = values[start..end].iter().map(micros).collect();
            Arc::new(array.with_timezone("UTC"))
        }
        (Values::Text(values), DataType::Int64) => Arc::new(
            values[start..end]
                .iter()
                .map(|value| value.as_deref()?.parse::<i64>().ok())
                .collect::<Int64Array>(),
        ),
        (Values::Text(values), DataType::Boolean) => Arc::new(
            values[start..end]
                .iter()
                .map(|value| Some(value.as_deref()? == "true"))
                .collect::<BooleanArray>(),
        ),
        (Values::Text(values), _) => {
            Arc::new(values[start..end].iter().map(Option::as_deref).collect::<StringArray>())
        }
        (Values::Image(images), _) => Arc::new(image_array(images, start, end)?),
    })
}

/// Borrows the pixels of the rows as one Arrow buffer.
fn image_array(images: &Images, start: usize, end: usize) -> Result<BinaryArray, ArrowError> {
    let size = images.shape.bytes();
    let pixels = Buffer::from(Bytes::from_owner(images.pixels.clone()))
        .slice_with_length(start * size, (end - start) * size);
    let offsets: ScalarBuffer<i32> = (0..=end - start)
        .map(|row| i32::try_from(row * size).map_err(|_| ArrowError::OffsetOverflowError(row * size)))
        .collect::<Result<Vec<_>, _>>()?
        .into();
    BinaryArray::try_new(OffsetBuffer::new(offsets), pixels, None)
}

/// Gathers batches of one column into [`Values`].
#[derive(Debug)]
pub struct Gathered {
    /// The column's name.
    pub name: String,
    /// What it holds; absent when the table was written by another program.
    pub kind: Option<ColumnKind>,
    /// How the file was written that it came from.
    pub writing: Writing,
    values: Values,
    interner: crate::interner::Interner,
    filled: usize,
}

impl Gathered {
    /// Makes room for `rows` rows of a field.
    pub fn new(field: &Field, rows: usize) -> Result<Self, ArrowError> {
        let said = |key: &str| field.metadata().get(key).map(String::as_str);
        let values = match (said(VALUES_KEY), field.data_type()) {
            (Some("image"), _) => {
                let shape = said(IMAGE_KEY).and_then(shape_named).ok_or_else(|| {
                    ArrowError::SchemaError(format!(
                        "column `{}` is an image without `{IMAGE_KEY}`",
                        field.name()
                    ))
                })?;
                // One allocation, filled in place: the pixels never exist twice.
                let pixels = std::iter::repeat_n(0_u8, rows * shape.bytes()).collect();
                Values::Image(Images { shape, pixels })
            }
            (Some("text"), _) => Values::Text(Vec::with_capacity(rows)),
            (None, data_type) if !data_type.is_numeric() && !data_type.is_temporal() => {
                Values::Text(Vec::with_capacity(rows))
            }
            (_, DataType::Timestamp(..) | DataType::Date32 | DataType::Date64) => {
                Values::Time(Vec::with_capacity(rows))
            }
            _ => Values::Number(Vec::with_capacity(rows)),
        };
        let kind = said(KIND_KEY).and_then(kind_named);
        let writing = said(WRITING_KEY).and_then(Writing::named).unwrap_or_default();
        let (name, interner) = (field.name().clone(), Default::default());
        Ok(Self { name, kind, writing, values, interner, filled: 0 })
    }

    /// Adds the rows of one batch.
    pub fn push(&mut self, array: &ArrayRef) -> Result<(), ArrowError> {
        use datafusion::arrow::compute::cast;
        match &mut self.values {
            Values::Number(values) => {
                let array = cast(array, &DataType::Float64)?;
                let array = typed::<Float64Array>(&array)?;
                values.extend(array.iter().map(|value| value.unwrap_or(f64::NAN)));
            }
            Values::Time(values) => {
                let array = cast(array, &DataType::Timestamp(TimeUnit::Microsecond, None))?;
                let array = typed::<TimestampMicrosecondArray>(&array)?;
                values.extend(array.iter().map(|value| value.map_or(f64::NAN, |micros| micros as f64 / 1e6)));
            }
            Values::Text(values) => {
                let array = cast(array, &DataType::Utf8)?;
                let array = typed::<StringArray>(&array)?;
                values.extend(array.iter().map(|value| Some(self.interner.share(value?))));
            }
            Values::Image(images) => {
                let array = cast(array, &DataType::Binary)?;
                let array = typed::<BinaryArray>(&array)?;
                let size = images.shape.bytes();
                let Some(pixels) = Arc::get_mut(&mut images.pixels) else {
                    return Err(ArrowError::ComputeError(
                        "the pixels are shared while they are filled".to_owned(),
                    ));
                };
                let even = array.null_count() == 0 && array.offsets().lengths().all(|length| length == size);
                let room = self.filled + array.len() * size;
                if !even || room > pixels.len() {
                    return Err(ArrowError::InvalidArgumentError(format!(
                        "column `{}` holds an image that is not of {size} bytes",
                        self.name
                    )));
                }
                let first = usize::try_from(array.value_offsets()[0]).unwrap_or(0);
                pixels[self.filled..room]
                    .copy_from_slice(&array.value_data()[first..first + array.len() * size]);
                self.filled = room;
            }
        }
        Ok(())
    }

    /// The column with its kind.
    pub fn finish(self) -> (Column, ColumnKind) {
        let column = Column { name: self.name, values: self.values };
        let kind = self.kind.unwrap_or_else(|| column.storage_kind());
        (column, kind)
    }
}

fn typed<T: 'static>(array: &ArrayRef) -> Result<&T, ArrowError> {
    array.as_any().downcast_ref::<T>().ok_or_else(|| {
        ArrowError::CastError(format!("a column of {} does not read as it was written", array.data_type()))
    })
}

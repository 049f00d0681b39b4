//! Rows as files: CSV, JSON, Parquet.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, Float64Array, RecordBatch, StringArray};
use datafusion::arrow::csv::WriterBuilder as CsvWriter;
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::json::writer::{JsonArray, WriterBuilder as JsonWriter};
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::basic::{Compression, ZstdLevel};
use datafusion::parquet::file::properties::WriterProperties;
use serde_json::{Map, Value};

use super::QueryAnswer;
use crate::storage::StorageError;

/// A form of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Lines with commas, a header first.
    Csv,
    /// An array of objects.
    Json,
    /// Apache Parquet.
    Parquet,
}

/// A column of a sheet.
#[derive(Debug, Clone, PartialEq)]
pub enum SheetColumn {
    /// Texts.
    Text(Vec<Option<String>>),
    /// Numbers.
    Number(Vec<Option<f64>>),
}

/// Columns of equal length, to be written as a file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sheet {
    /// The columns with their names.
    pub columns: Vec<(String, SheetColumn)>,
}

impl Sheet {
    /// The sheet as rows.
    ///
    /// # Errors
    /// When the columns are not of one length.
    pub fn answer(self) -> Result<QueryAnswer, StorageError> {
        let mut fields = Vec::new();
        let mut arrays: Vec<ArrayRef> = Vec::new();
        for (name, column) in self.columns {
            let (kind, array): (DataType, ArrayRef) = match column {
                SheetColumn::Text(values) => (DataType::Utf8, Arc::new(StringArray::from(values))),
                SheetColumn::Number(values) => (DataType::Float64, Arc::new(Float64Array::from(values))),
            };
            fields.push(Field::new(name, kind, true));
            arrays.push(array);
        }
        let schema = Arc::new(Schema::new(fields));
        let batch = RecordBatch::try_new(schema.clone(), arrays)?;
        Ok(QueryAnswer { schema, batches: vec![batch], cut: false })
    }
}

impl QueryAnswer {
    /// Rows.
    pub fn len(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    /// True when there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The columns' names and what they hold, in Arrow's words.
    pub fn columns(&self) -> Vec<(String, String)> {
        let fields = self.schema.fields().iter();
        fields.map(|field| (field.name().clone(), field.data_type().to_string())).collect()
    }

    /// Every row as JSON values, in the columns' order.
    ///
    /// # Errors
    /// When a value has no form in JSON.
    pub fn rows(&self) -> Result<Vec<Vec<Value>>, StorageError> {
        // Two columns may have one name, so positions stand in for names.
        let fields = self.schema.fields().iter().enumerate();
        let numbered: Vec<Field> = fields
            .map(|(index, field)| field.as_ref().clone().with_name(format!("{index}")).with_nullable(true))
            .collect();
        let numbered = Arc::new(Schema::new(numbered));
        let mut rows = Vec::new();
        for batch in &self.batches {
            let batch = RecordBatch::try_new(numbered.clone(), batch.columns().to_vec())?;
            let objects: Vec<Map<String, Value>> = serde_json::from_slice(&json(&[batch])?)
                .map_err(|error| ArrowError::JsonError(error.to_string()))?;
            rows.extend(
                objects.into_iter().map(|object| object.into_iter().map(|(_, value)| value).collect()),
            );
        }
        Ok(rows)
    }

    /// Every row as text; a missing value is absent.
    ///
    /// # Errors
    /// When a value cannot be shown.
    pub fn texts(&self) -> Result<Vec<Vec<Option<String>>>, StorageError> {
        let options = FormatOptions::default();
        let mut rows = Vec::new();
        for batch in &self.batches {
            let columns = batch.columns().iter();
            let formatters = columns
                .map(|array| ArrayFormatter::try_new(array.as_ref(), &options))
                .collect::<Result<Vec<_>, _>>()?;
            for row in 0..batch.num_rows() {
                let cells = formatters.iter().zip(batch.columns());
                let cells = cells.map(|(formatter, array)| {
                    (!array.is_null(row)).then(|| formatter.value(row).to_string())
                });
                rows.push(cells.collect());
            }
        }
        Ok(rows)
    }

    /// The rows as a file.
    ///
    /// # Errors
    /// When a value has no form there.
    pub fn write(&self, form: Form) -> Result<Vec<u8>, StorageError> {
        match form {
            Form::Csv => csv(&self.schema, &self.batches),
            Form::Json => json(&self.batches),
            Form::Parquet => parquet(&self.schema, &self.batches),
        }
    }
}

fn csv(schema: &SchemaRef, batches: &[RecordBatch]) -> Result<Vec<u8>, StorageError> {
    let mut bytes = Vec::new();
    let mut writer = CsvWriter::new().with_header(true).build(&mut bytes);
    if batches.is_empty() {
        writer.write(&flat(&RecordBatch::new_empty(schema.clone()))?)?;
    }
    for batch in batches {
        writer.write(&flat(batch)?)?;
    }
    drop(writer);
    Ok(bytes)
}

/// Nested values as text, which CSV needs.
fn flat(batch: &RecordBatch) -> Result<RecordBatch, StorageError> {
    let options = FormatOptions::default();
    let (mut fields, mut arrays): (Vec<Field>, Vec<ArrayRef>) = Default::default();
    for (field, array) in batch.schema().fields().iter().zip(batch.columns()) {
        if !field.data_type().is_nested() {
            fields.push(field.as_ref().clone());
            arrays.push(array.clone());
            continue;
        }
        let formatter = ArrayFormatter::try_new(array.as_ref(), &options)?;
        let texts = (0..array.len())
            .map(|row| (!array.is_null(row)).then(|| formatter.value(row).to_string()))
            .collect::<StringArray>();
        fields.push(Field::new(field.name(), DataType::Utf8, true));
        arrays.push(Arc::new(texts));
    }
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)?)
}

fn json(batches: &[RecordBatch]) -> Result<Vec<u8>, StorageError> {
    let mut bytes = Vec::new();
    let mut writer = JsonWriter::new().with_explicit_nulls(true).build::<_, JsonArray>(&mut bytes);
    for batch in batches {
        writer.write(batch)?;
    }
    writer.finish()?;
    drop(writer);
    if bytes.is_empty() {
        bytes.extend_from_slice(b"[]");
    }
    Ok(bytes)
}

fn parquet(schema: &SchemaRef, batches: &[RecordBatch]) -> Result<Vec<u8>, StorageError> {
    let compression = Compression::ZSTD(ZstdLevel::try_new(1).unwrap_or_default());
    let properties = WriterProperties::builder().set_compression(compression).build();
    let schema = batches.first().map_or_else(|| schema.clone(), RecordBatch::schema);
    let mut writer = ArrowWriter::try_new(Vec::new(), schema, Some(properties))?;
    for batch in batches {
        writer.write(batch)?;
    }
    Ok(writer.into_inner()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet() -> QueryAnswer {
        let name = SheetColumn::Text(vec![Some("a,b".to_owned()), None]);
        let value = SheetColumn::Number(vec![Some(1.5), None]);
        let columns = vec![("name".to_owned(), name), ("value".to_owned(), value)];
        Sheet { columns }.answer().expect("a sheet")
    }

    #[test]
    fn rows_become_files() {
        let text = |form| String::from_utf8(sheet().write(form).expect("written")).expect("text");
        assert_eq!(text(Form::Csv), "name,value\n\"a,b\",1.5\n,\n");
        assert_eq!(text(Form::Json), r#"[{"name":"a,b","value":1.5},{"name":null,"value":null}]"#);
        let parquet = sheet().write(Form::Parquet).expect("written");
        let reader = datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(
            bytes::Bytes::from(parquet),
        );
        assert_eq!(reader.expect("Parquet").metadata().file_metadata().num_rows(), 2);
    }
}

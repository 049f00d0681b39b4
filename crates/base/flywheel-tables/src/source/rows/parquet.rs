//! Parquet batch by batch, every value as JSON has it: moments as ISO 8601, nested values nested.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};

use datafusion::arrow::json::LineDelimitedWriter;
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use flywheel_spec::{Phrase, Problem, phrase};
use serde_json::Value;

use super::{BATCH, Out, Row, Stopped};
use crate::storage::StorageError;

/// Reads to the end.
pub(super) fn read(name: &str, file: File, out: &mut Out) -> Result<(), Stopped> {
    let broken = |reason: String| {
        let problem = Problem::error(phrase!("tables.parquet_broken", reason = reason));
        Stopped::from(problem.advise(Phrase::new("tables.copy_again")).in_file(name))
    };
    // The Parquet library panics on some damaged files, which are a person's mistake and not ours.
    match catch_unwind(AssertUnwindSafe(|| read_batches(file, out))) {
        Ok(Ok(Ok(()))) => Ok(()),
        Ok(Ok(Err(gone))) => Err(gone),
        Ok(Err(error)) => Err(broken(error.to_string())),
        Err(_) => Err(broken("its pages contradict each other".to_owned())),
    }
}

fn read_batches(file: File, out: &mut Out) -> Result<Result<(), Stopped>, StorageError> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(file)?.with_batch_size(BATCH).build()?;
    let mut place = 0;
    for batch in reader {
        let mut lines = Vec::new();
        let mut writer = LineDelimitedWriter::new(&mut lines);
        writer.write(&batch?)?;
        writer.finish()?;
        drop(writer);
        for line in lines.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
            place += 1;
            let fields = match serde_json::from_slice(line) {
                Ok(Value::Object(fields)) => fields,
                _ => serde_json::Map::new(),
            };
            if let Err(gone) = out.row(Ok(Row::new(place, fields))) {
                return Ok(Err(gone.into()));
            }
        }
    }
    Ok(Ok(()))
}

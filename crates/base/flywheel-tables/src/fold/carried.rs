//! What travels between the machines of a cluster: which people a task reads, and what it found.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BinaryArray, Int64Array, RecordBatch, UInt32Array};
use datafusion::arrow::datatypes::{DataType, Field, Int64Type, Schema, SchemaRef, UInt32Type};
use datafusion::arrow::error::ArrowError;
use flywheel_events::read::{Gathered, Rows};
use flywheel_people::{Dictionary, Fold, NONE};
use serde::{Deserialize, Serialize};

use super::{PersonRange, ReadError};
use crate::events::EventFile;

/// Bytes of an answer that one row carries; messages between machines have a limit.
const PIECE_BYTES: usize = 4 << 20;

/// The files that a scan reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScanSpec {
    /// The table's address, which every machine can open.
    pub root: String,
    /// The files.
    pub files: Vec<EventFile>,
    /// Whether rows set aside belong to whom their distinct id says.
    pub by_id: bool,
}

/// One task's share of the people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// Who is read.
    pub range: PersonRange,
    /// Whose rows are set aside, ascending.
    pub aside: Vec<i64>,
}

/// What one task found.
#[derive(Debug, Serialize, Deserialize)]
struct Found {
    states: Vec<Vec<u8>>,
    texts: Vec<String>,
    aside: Vec<Rows>,
}

/// The columns of shares: `from`, `to`, `aside`.
pub fn shares_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("from", DataType::Int64, false),
        Field::new("to", DataType::Int64, true),
        Field::new("aside", DataType::Binary, false),
    ]))
}

/// A share as a batch of one row, so that it is cut and carried as any table's partition is.
pub fn share_batch(share: &Share) -> Result<RecordBatch, ArrowError> {
    let aside: Vec<u8> = share.aside.iter().flat_map(|person| person.to_le_bytes()).collect();
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from(vec![share.range.from])),
        Arc::new(Int64Array::from(vec![share.range.to])),
        Arc::new(BinaryArray::from(vec![aside.as_slice()])),
    ];
    RecordBatch::try_new(shares_schema(), columns)
}

/// Reads shares back.
pub fn shares_of(batch: &RecordBatch) -> Option<Vec<Share>> {
    let from = batch.column(0).as_primitive_opt::<Int64Type>()?;
    let to = batch.column(1).as_primitive_opt::<Int64Type>()?;
    let aside = batch.column(2).as_binary_opt::<i32>()?;
    let person = |bytes: &[u8]| i64::from_le_bytes(bytes.try_into().unwrap_or_default());
    let share = |row: usize| Share {
        range: PersonRange { from: from.value(row), to: to.is_valid(row).then(|| to.value(row)) },
        aside: aside.value(row).chunks_exact(8).map(person).collect(),
    };
    Some((0..batch.num_rows()).map(share).collect())
}

/// The columns of what tasks found: which task, which piece of how many, the piece.
pub fn found_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("from", DataType::Int64, false),
        Field::new("piece", DataType::UInt32, false),
        Field::new("pieces", DataType::UInt32, false),
        Field::new("bytes", DataType::Binary, false),
    ]))
}

/// What a task found, in pieces.
pub fn found_batches(from: i64, gathered: Gathered) -> Result<Vec<RecordBatch>, ReadError> {
    let states = gathered.states.iter().map(|state| state.bytes()).collect::<Result<Vec<_>, _>>()?;
    let mut aside = gathered.aside;
    let mut texts: Vec<String> = Vec::new();
    // Only the texts that rows set aside name travel.
    let mut known = vec![NONE; gathered.dictionary.len()];
    for rows in &mut aside {
        rows.renumber(|text| {
            let number = &mut known[text as usize];
            if *number == NONE {
                *number = texts.len() as u32;
                texts.push(gathered.dictionary.text(text).unwrap_or_default().to_owned());
            }
            *number
        });
    }
    let bytes =
        postcard::to_stdvec(&Found { states, texts, aside }).map_err(flywheel_people::FoldError::from)?;
    let pieces = bytes.chunks(PIECE_BYTES).count() as u32;
    let batch = |(piece, bytes): (usize, &[u8])| {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(Int64Array::from(vec![from])),
            Arc::new(UInt32Array::from(vec![piece as u32])),
            Arc::new(UInt32Array::from(vec![pieces])),
            Arc::new(BinaryArray::from(vec![bytes])),
        ];
        RecordBatch::try_new(found_schema(), columns).map_err(|error| ReadError::Task(error.to_string()))
    };
    bytes.chunks(PIECE_BYTES).enumerate().map(batch).collect()
}

/// Puts what all tasks found together again, one [`Gathered`] for each of the `tasks`, by the people they read.
pub fn found_of(
    batches: &[RecordBatch],
    tasks: &[PersonRange],
    folds: &[Arc<dyn Fold>],
) -> Result<Vec<Gathered>, ReadError> {
    let wrong = |what: &str| ReadError::Task(format!("the cluster's answer is incomplete: {what}"));
    let mut pieces: Vec<(i64, u32, u32, &[u8])> = Vec::new();
    for batch in batches {
        let from = batch.column(0).as_primitive_opt::<Int64Type>().ok_or_else(|| wrong("columns"))?;
        let piece = batch.column(1).as_primitive_opt::<UInt32Type>().ok_or_else(|| wrong("columns"))?;
        let count = batch.column(2).as_primitive_opt::<UInt32Type>().ok_or_else(|| wrong("columns"))?;
        let bytes = batch.column(3).as_binary_opt::<i32>().ok_or_else(|| wrong("columns"))?;
        let row = |row: usize| (from.value(row), piece.value(row), count.value(row), bytes.value(row));
        pieces.extend((0..batch.num_rows()).map(row));
    }
    pieces.sort_by_key(|(from, piece, ..)| (*from, *piece));
    let mut gathered = Vec::new();
    let mut rest = pieces.as_slice();
    for task in tasks {
        let length = rest.iter().take_while(|(from, ..)| *from == task.from).count();
        let (mine, others) = rest.split_at(length);
        rest = others;
        let is_whole = !mine.is_empty()
            && mine
                .iter()
                .enumerate()
                .all(|(at, (_, piece, count, _))| (*piece, *count) == (at as u32, length as u32));
        if !is_whole {
            return Err(wrong("a part is missing or came twice"));
        }
        let bytes: Vec<u8> = mine.iter().flat_map(|(.., bytes)| bytes.iter().copied()).collect();
        gathered.push(found(&bytes, folds)?);
    }
    if rest.is_empty() { Ok(gathered) } else { Err(wrong("it holds more than was asked")) }
}

fn found(bytes: &[u8], folds: &[Arc<dyn Fold>]) -> Result<Gathered, ReadError> {
    let found: Found = postcard::from_bytes(bytes).map_err(flywheel_people::FoldError::from)?;
    if found.states.len() != folds.len() || found.aside.len() != folds.len() {
        return Err(ReadError::Task("the cluster answered another question".to_owned()));
    }
    let states =
        folds.iter().zip(&found.states).map(|(fold, state)| fold.read(state)).collect::<Result<_, _>>()?;
    let mut dictionary = Dictionary::default();
    let numbers: Vec<u32> = found.texts.iter().map(|text| dictionary.number(text)).collect();
    let mut aside = found.aside;
    for rows in &mut aside {
        rows.renumber(|text| numbers.get(text as usize).copied().unwrap_or(NONE));
    }
    Ok(Gathered { states, aside, dictionary })
}

//! One file of events: where in it each wanted value lies, and its row groups fetched and decoded.

use std::collections::HashMap;
use std::io::{BufReader, Read};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Field, Schema, TimeUnit};
use bytes::{Buf, Bytes};
use object_store::ObjectStore;
use object_store::path::Path;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
    RowSelection, RowSelectionPolicy, RowSelector,
};
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::statistics::Statistics;

use super::base::{Base, BaseRows};
use super::on_disk::{From as DiskFrom, OnDisk};
use super::reader::Shared;
use super::wanted::Wanted;
use super::{PersonRange, ReadError, footers, on_disk};
use crate::shred::{HAS_SET, KEY};
use crate::{EventFile, Shredded};

/// How many columns every question reads: person, time and event.
const BASE: usize = 3;

/// A file whose footer is read.
#[derive(Debug)]
pub struct OpenFile {
    path: Path,
    store: Arc<dyn ObjectStore>,
    /// Where it lies on this machine, if it does.
    on_disk: Option<PathBuf>,
    bytes: u64,
    batch_rows: usize,
    metadata: ArrowReaderMetadata,
    mask: ProjectionMask,
    base: BasePlace,
    properties: ProjectionMask,
    /// Where each wanted value lies.
    pub layout: Layout,
    /// Row groups, in order.
    pub groups: Vec<Group>,
}

/// A row group and the people in it.
#[derive(Debug, Clone, Copy)]
pub struct Group {
    /// Its place in the file.
    pub at: usize,
    /// Its first person.
    pub first: i64,
    /// Its last person.
    pub last: i64,
}

/// Where each wanted value lies in the decoded batches; absent where only `properties` holds it.
#[derive(Debug, Default)]
pub struct Layout {
    /// The person.
    pub person: usize,
    /// The time.
    pub time: usize,
    /// The event's name.
    pub event: usize,
    /// The distinct id, when wanted.
    pub distinct_id: Option<usize>,
    /// The uuid, when wanted.
    pub uuid: Option<usize>,
    /// Whether the event says something about its person, when wanted and written.
    pub has_set: Option<usize>,
    /// By place in `Wanted::texts`.
    pub texts: Vec<Option<usize>>,
    /// By place in `Wanted::numbers`.
    pub numbers: Vec<Option<usize>>,
    /// By place in `Wanted::person`: `$set` and `$set_once`.
    pub sets: Vec<Option<(usize, usize)>>,
}

impl OpenFile {
    /// Reads the footer and finds the wanted values.
    pub async fn open(shared: &Shared, file: &EventFile) -> Result<Self, ReadError> {
        let (view, wanted) = (&shared.view, &shared.wanted);
        let path = Path::parse(&file.path).map_err(|error| broken(&file.path, &error))?;
        let footer = footers::footer(&view.store, &view.root, &path, file.bytes).await?;
        let wrong = |error: ParquetError| broken(&file.path, &error);
        let plain = ArrowReaderMetadata::try_new(
            footer.clone(),
            ArrowReaderOptions::new().with_skip_arrow_metadata(true),
        );
        let plain = plain.map_err(wrong)?;
        let (columns, layout) = choose(plain.schema(), &shredded(&plain), wanted, shared.by_id)
            .map_err(|column| broken(&file.path, &format!("column `{column}` is missing")))?;

        let hinted: Vec<Field> = plain.schema().fields().iter().map(|field| hint(field)).collect();
        let options = ArrowReaderOptions::new()
            .with_skip_arrow_metadata(true)
            .with_schema(Arc::new(Schema::new_with_metadata(hinted, plain.schema().metadata().clone())));
        let metadata = ArrowReaderMetadata::try_new(footer, options).map_err(wrong)?;
        let mask = ProjectionMask::roots(metadata.parquet_schema(), columns.iter().copied());
        let properties = plain.schema().index_of("properties").ok();
        let properties = ProjectionMask::roots(metadata.parquet_schema(), properties);
        let (parquet, person) = (metadata.parquet_schema(), plain.schema().index_of("person").unwrap_or(0));
        let mut leaves = 0..parquet.num_columns();
        let person = leaves.find(|leaf| parquet.get_column_root_idx(*leaf) == person).unwrap_or(0);
        let mut groups = Vec::new();
        let row_groups = metadata.metadata().row_groups();
        for (at, group) in row_groups.iter().enumerate().filter(|(_, group)| group.num_rows() > 0) {
            let (first, last) = people(group, person).unwrap_or((file.min_person, file.max_person));
            groups.push(Group { at, first, last });
        }
        let (store, on_disk) = (view.store.clone(), on_disk::find(&view.root, &path));
        let (bytes, batch_rows) = (file.bytes, shared.batch_rows);
        let base = BasePlace::of(&metadata, &layout, &columns);
        Ok(Self { path, store, on_disk, bytes, batch_rows, metadata, mask, base, properties, layout, groups })
    }

    /// What an error calls it.
    pub fn name(&self) -> String {
        self.path.to_string()
    }

    /// Fetches what a row group's wanted columns take.
    pub async fn fetch(self: Arc<Self>, group: usize) -> Result<Fetched, ReadError> {
        let metadata = self.metadata.metadata().row_group(group);
        let columns = metadata.columns().iter().enumerate().filter(|(at, _)| self.mask.leaf_included(*at));
        let ranges = columns.map(|(_, column)| {
            let (start, length) = column.byte_range();
            start..start + length
        });
        self.ranges(ranges.collect()).await
    }

    /// Decodes a fetched row group, piece by piece; pieces without anybody of the range may be left out.
    pub fn decode(
        &self,
        group: usize,
        fetched: Fetched,
        range: PersonRange,
    ) -> Result<Pieces<'_>, ReadError> {
        let wrong = |error: ParquetError| broken(&self.name(), &error);
        let metadata = self.metadata.metadata().row_group(group);
        let fetched = Arc::new(fetched);
        let base = match &self.base {
            BasePlace::Nowhere => None,
            BasePlace::First { leaves, .. } => Base::of(metadata, *leaves, &fetched).map_err(wrong)?,
        };
        let mask = match (&self.base, &base) {
            (BasePlace::First { others, .. }, Some(_)) => others.as_ref(),
            _ => Some(&self.mask),
        };
        let reader = |mask: &ProjectionMask| {
            ParquetRecordBatchReaderBuilder::new_with_metadata(
                fetched.as_ref().clone(),
                self.metadata.clone(),
            )
            .with_row_groups(vec![group])
            .with_projection(mask.clone())
            .with_batch_size(self.batch_rows)
            .build()
        };
        let others = mask.map(reader).transpose().map_err(wrong)?;
        let left = usize::try_from(metadata.num_rows()).unwrap_or(0);
        Ok(Pieces { file: self, range, base, others, at: 0, left })
    }

    /// Reads `properties` of some rows of a row group, whose numbers ascend, and shows each to `take`.
    pub async fn properties(
        &self,
        group: usize,
        rows: &[u32],
        mut take: impl FnMut(Option<&str>),
    ) -> Result<(), ReadError> {
        let metadata = self.metadata.metadata();
        let leaf = (0..metadata.row_group(group).num_columns()).find(|at| self.properties.leaf_included(*at));
        let Some(leaf) = leaf else {
            rows.iter().for_each(|_| take(None));
            return Ok(());
        };
        let total = usize::try_from(metadata.row_group(group).num_rows()).unwrap_or(0);
        let selection = selection(rows, total);
        let (start, length) = metadata.row_group(group).column(leaf).byte_range();
        let offsets = metadata.offset_index().and_then(|index| index.get(group)?.get(leaf));
        let ranges = match offsets.filter(|offsets| !offsets.page_locations().is_empty()) {
            Some(offsets) => {
                let pages = offsets.page_locations();
                let mut ranges = selection.scan_ranges(pages);
                // The dictionary's page stands before the first page of data.
                let first = u64::try_from(pages[0].offset).unwrap_or(start);
                if first > start {
                    ranges.insert(0, start..first);
                }
                ranges
            }
            None => std::iter::once(start..start + length).collect(),
        };
        let fetched = self.ranges(ranges).await?;
        let wrong = |error: &dyn std::fmt::Display| broken(&self.name(), error);
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(fetched, self.metadata.clone())
            .with_row_groups(vec![group])
            .with_projection(self.properties.clone())
            .with_row_selection(selection)
            // A mask would decode pages that were not fetched.
            .with_row_selection_policy(RowSelectionPolicy::Selectors)
            .with_batch_size(self.batch_rows.min(4096))
            .build()
            .map_err(|error| wrong(&error))?;
        let mut seen = 0;
        for batch in reader {
            let batch = batch.map_err(|error| wrong(&error))?;
            let texts =
                batch.column(0).as_string_opt::<i32>().ok_or_else(|| wrong(&"properties are no text"))?;
            texts.iter().for_each(&mut take);
            seen += texts.len();
        }
        if seen == rows.len() {
            Ok(())
        } else {
            Err(wrong(&format!("{seen} rows instead of {}", rows.len())))
        }
    }

    async fn ranges(&self, ranges: Vec<Range<u64>>) -> Result<Fetched, ReadError> {
        if let Some(file) = &self.on_disk {
            let opened = OnDisk::open(file, &ranges).map_err(|error| broken(&self.name(), &error))?;
            return Ok(Fetched::OnDisk { file: opened, length: self.bytes });
        }
        let bytes = self.store.get_ranges(&self.path, &ranges).await?;
        // Another program may lay the columns down in another order than it names them.
        let mut parts: Vec<(u64, Bytes)> = ranges.into_iter().map(|range| range.start).zip(bytes).collect();
        parts.sort_unstable_by_key(|(start, _)| *start);
        Ok(Fetched::Parts { parts, length: self.bytes })
    }
}

/// Where the columns stand that every question reads.
#[derive(Debug)]
enum BasePlace {
    /// Where [`Base`] does not look for them.
    Nowhere,
    /// Before all others: their places in the file, and the columns that are decoded besides.
    First { leaves: [usize; BASE], others: Option<ProjectionMask> },
}

impl BasePlace {
    fn of(metadata: &ArrowReaderMetadata, layout: &Layout, columns: &[usize]) -> Self {
        let (schema, parquet) = (metadata.schema(), metadata.parquet_schema());
        let micros = matches!(
            schema.field(columns[layout.time]).data_type(),
            DataType::Int64 | DataType::Timestamp(TimeUnit::Microsecond, _)
        );
        let flat = parquet.num_columns() == schema.fields().len();
        if (layout.person, layout.time, layout.event) != (0, 1, 2) || !micros || !flat {
            return Self::Nowhere;
        }
        let others = &columns[BASE..];
        let others = (!others.is_empty()).then(|| ProjectionMask::roots(parquet, others.iter().copied()));
        Self::First { leaves: [columns[0], columns[1], columns[2]], others }
    }
}

/// A row group on its way out of its pages.
pub struct Pieces<'f> {
    file: &'f OpenFile,
    range: PersonRange,
    base: Option<Base>,
    others: Option<ParquetRecordBatchReader>,
    at: usize,
    left: usize,
}

/// Rows that are decoded together.
#[derive(Debug)]
pub struct Piece {
    /// Its first row's number in the row group.
    pub first: u32,
    /// The columns that every question reads, where they were decoded apart.
    pub base: Option<BaseRows>,
    others: Option<RecordBatch>,
}

impl Piece {
    /// A column by its place in the layout.
    pub fn column(&self, at: usize) -> Option<&ArrayRef> {
        let apart = if self.base.is_some() { BASE } else { 0 };
        self.others.as_ref()?.columns().get(at.checked_sub(apart)?)
    }
}

impl Pieces<'_> {
    /// The next rows; absent where they are left out.
    fn piece(&mut self) -> Result<Option<Piece>, ReadError> {
        let rows = self.left.min(self.file.batch_rows);
        let first = self.at as u32;
        (self.at, self.left) = (self.at + rows, self.left - rows);
        let others = match &mut self.others {
            None => None,
            Some(others) => match others.next() {
                Some(Ok(batch)) if batch.num_rows() == rows => Some(batch),
                Some(Ok(_)) | None => {
                    return Err(broken(&self.file.name(), &"its columns are not equally long"));
                }
                Some(Err(error)) => return Err(broken(&self.file.name(), &error)),
            },
        };
        let Some(base) = &mut self.base else { return Ok(Some(Piece { first, base: None, others })) };
        let base = base.take(rows, self.range).map_err(|error| broken(&self.file.name(), &error))?;
        Ok(base.map(|base| Piece { first, base: Some(base), others }))
    }
}

impl Iterator for Pieces<'_> {
    type Item = Result<Piece, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.left > 0 {
            if let Some(piece) = self.piece().transpose() {
                return Some(piece);
            }
        }
        None
    }
}

/// Reads a column of whole numbers.
pub fn integers(array: &ArrayRef) -> Option<&[i64]> {
    use arrow::datatypes::{Int64Type, TimestampMicrosecondType};
    if array.null_count() > 0 {
        return None;
    }
    match array.data_type() {
        DataType::Int64 => array.as_primitive_opt::<Int64Type>().map(|array| &**array.values()),
        _ => array.as_primitive_opt::<TimestampMicrosecondType>().map(|array| &**array.values()),
    }
}

/// A file that cannot be read.
pub fn broken(path: &str, reason: &dyn std::fmt::Display) -> ReadError {
    ReadError::File { path: path.to_owned(), reason: reason.to_string() }
}

fn shredded(metadata: &ArrowReaderMetadata) -> Shredded {
    let pairs = metadata.metadata().file_metadata().key_value_metadata();
    let text = pairs
        .and_then(|pairs| pairs.iter().find(|pair| pair.key == KEY))
        .and_then(|pair| pair.value.as_deref());
    text.map(Shredded::parse).unwrap_or_default()
}

/// The columns to decode, ascending, and where each wanted value lies among them; or the column that is missing.
fn choose(
    schema: &Schema,
    shredded: &Shredded,
    wanted: &Wanted,
    distinct_id: bool,
) -> Result<(Vec<usize>, Layout), String> {
    let place = |name: &str| schema.index_of(name).ok();
    let need = |name: &str| place(name).ok_or_else(|| name.to_owned());
    let listed = |list: &[String], name: &str, column: String| {
        list.iter().any(|listed| listed == name).then(|| place(&column)).flatten()
    };
    let mut layout =
        Layout { person: need("person")?, time: need("time")?, event: need("event")?, ..Layout::default() };
    if wanted.distinct_id || distinct_id {
        layout.distinct_id = Some(need("distinct_id")?);
    }
    if wanted.uuid {
        layout.uuid = Some(need("uuid")?);
    }
    if !wanted.person.is_empty() {
        layout.has_set = place(HAS_SET);
    }
    layout.texts =
        wanted.texts.iter().map(|name| listed(&shredded.text, name, format!("p.{name}"))).collect();
    layout.numbers =
        wanted.numbers.iter().map(|name| listed(&shredded.number, name, format!("n.{name}"))).collect();
    let set = |name: &String| {
        let set = listed(&shredded.set, name, format!("s.{name}"))?;
        Some((set, place(&format!("o.{name}"))?))
    };
    layout.sets = wanted.person.iter().map(set).collect();

    let mut columns = vec![layout.person, layout.time, layout.event];
    columns.extend(layout.distinct_id.into_iter().chain(layout.uuid).chain(layout.has_set));
    columns.extend(layout.texts.iter().chain(&layout.numbers).copied().flatten());
    columns.extend(layout.sets.iter().flatten().flat_map(|(set, once)| [*set, *once]));
    columns.sort_unstable();
    columns.dedup();
    let decoded: HashMap<usize, usize> =
        columns.iter().enumerate().map(|(at, column)| (*column, at)).collect();
    let turn = |column: &mut usize| *column = decoded[column];
    turn(&mut layout.person);
    turn(&mut layout.time);
    turn(&mut layout.event);
    for column in [&mut layout.distinct_id, &mut layout.uuid, &mut layout.has_set].into_iter().flatten() {
        turn(column);
    }
    layout.texts.iter_mut().chain(&mut layout.numbers).flatten().for_each(turn);
    for (set, once) in layout.sets.iter_mut().flatten() {
        turn(set);
        turn(once);
    }
    Ok((columns, layout))
}

/// Text is read as the file's own dictionary; the whole properties, which hardly repeat, as they are.
fn hint(field: &Field) -> Field {
    match field.data_type() {
        DataType::Utf8 if field.name() != "properties" => field
            .clone()
            .with_data_type(DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))),
        _ => field.clone(),
    }
}

/// The first and last person of a row group, by its statistics.
pub fn people(group: &RowGroupMetaData, leaf: usize) -> Option<(i64, i64)> {
    match group.column(leaf).statistics()? {
        Statistics::Int64(bounds) => Some((*bounds.min_opt()?, *bounds.max_opt()?)),
        _ => None,
    }
}

fn selection(rows: &[u32], total: usize) -> RowSelection {
    let mut selectors = Vec::new();
    let mut at = 0;
    let mut rows = rows.iter().map(|row| *row as usize).peekable();
    while let Some(start) = rows.next() {
        let mut end = start + 1;
        while rows.next_if_eq(&end).is_some() {
            end += 1;
        }
        if start > at {
            selectors.push(RowSelector::skip(start - at));
        }
        selectors.push(RowSelector::select(end - start));
        at = end;
    }
    if at < total {
        selectors.push(RowSelector::skip(total - at));
    }
    RowSelection::from(selectors)
}

/// Parts of a file, read as if they were the file.
#[derive(Debug, Clone)]
pub enum Fetched {
    /// In memory, each with the byte where it begins.
    Parts {
        /// They do not overlap, and stand in order.
        parts: Vec<(u64, Bytes)>,
        /// The file's bytes.
        length: u64,
    },
    /// On this machine's disk, still to be read.
    OnDisk {
        /// The file.
        file: OnDisk,
        /// Its bytes.
        length: u64,
    },
}

/// A part of a file from some byte on.
pub enum Rest {
    /// In memory.
    Memory(bytes::buf::Reader<Bytes>),
    /// On the disk.
    Disk(BufReader<DiskFrom>),
}

impl Read for Rest {
    fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::Memory(bytes) => bytes.read(room),
            Self::Disk(file) => file.read(room),
        }
    }
}

/// What the parts hold from a byte on.
fn from(parts: &[(u64, Bytes)], start: u64) -> ParquetResult<Bytes> {
    let at = parts.partition_point(|(offset, _)| *offset <= start);
    let part = at.checked_sub(1).map(|at| &parts[at]);
    let inside = part.and_then(|(offset, bytes)| {
        let skip = usize::try_from(start - offset).ok()?;
        (skip < bytes.len()).then(|| bytes.slice(skip..))
    });
    inside.ok_or_else(|| ParquetError::EOF(format!("byte {start} was not fetched")))
}

impl Length for Fetched {
    fn len(&self) -> u64 {
        match self {
            Self::Parts { length, .. } | Self::OnDisk { length, .. } => *length,
        }
    }
}

impl ChunkReader for Fetched {
    type T = Rest;

    fn get_read(&self, start: u64) -> ParquetResult<Self::T> {
        Ok(match self {
            Self::Parts { parts, .. } => Rest::Memory(from(parts, start)?.reader()),
            Self::OnDisk { file, .. } => Rest::Disk(file.read_from(start)),
        })
    }

    fn get_bytes(&self, start: u64, length: usize) -> ParquetResult<Bytes> {
        match self {
            Self::Parts { parts, .. } => {
                let mut bytes = from(parts, start)?;
                if bytes.len() < length {
                    return Err(ParquetError::EOF(format!("{length} bytes at {start} were not fetched")));
                }
                bytes.truncate(length);
                Ok(bytes)
            }
            Self::OnDisk { file, .. } => Ok(file.bytes(start, length)?),
        }
    }
}

//! A column's pages, decoded straight into rows: no array in between, no levels where nothing is null.
//!
//! Only the encodings that our own files use (the [Parquet format](https://parquet.apache.org/docs/file-format/data-pages/encodings/):
//! plain whole numbers, and places in a dictionary as runs and packed groups); [`fits`] says whether a column is of that kind.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use arrow::array::{Array, StringArray, StringBuilder};
use bytes::Bytes;
use parquet::basic::{Encoding, Type};
use parquet::column::page::{Page, PageReader};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::reader::{ChunkReader, SerializedPageReader};

/// Bits of a place at most.
const WIDEST: u8 = 32;

/// Whether a column has no nulls and only pages that are decoded here.
pub fn fits(column: &ColumnChunkMetaData) -> bool {
    let descriptor = column.column_descr();
    let flat = descriptor.max_rep_level() == 0 && descriptor.max_def_level() <= 1;
    let whole = column.statistics().and_then(|statistics| statistics.null_count_opt()) == Some(0);
    let in_dictionary = column.page_encoding_stats_mask().is_some_and(|pages| {
        pages.is_only(Encoding::RLE_DICTIONARY) || pages.is_only(Encoding::PLAIN_DICTIONARY)
    });
    let plain = column.page_encoding_stats_mask().is_some_and(|pages| pages.is_only(Encoding::PLAIN));
    let levels = column.encodings().all(|encoding| {
        use Encoding::{PLAIN, PLAIN_DICTIONARY, RLE, RLE_DICTIONARY};
        matches!(encoding, PLAIN | RLE | RLE_DICTIONARY | PLAIN_DICTIONARY)
    });
    let known = match column.column_type() {
        Type::INT64 => plain || in_dictionary,
        Type::BYTE_ARRAY => in_dictionary,
        _ => false,
    };
    flat && whole && levels && known
}

/// A column of whole numbers without nulls.
pub struct Numbers<R: ChunkReader> {
    pages: Pages<R>,
    dictionary: Vec<i64>,
    page: NumberPage,
}

/// What is left of the page at hand.
enum NumberPage {
    Plain(Bytes),
    Places(Hybrid),
}

impl<R: ChunkReader> Numbers<R> {
    /// Decodes from the column's beginning.
    pub fn new(pages: Pages<R>) -> Self {
        Self { pages, dictionary: Vec::new(), page: NumberPage::Plain(Bytes::new()) }
    }

    /// Appends the next rows.
    pub fn take(&mut self, rows: usize, to: &mut Vec<i64>) -> Result<()> {
        let wanted = to.len() + rows;
        while to.len() < wanted {
            let left = wanted - to.len();
            match &mut self.page {
                NumberPage::Plain(bytes) if bytes.len() >= 8 => {
                    let count = left.min(bytes.len() / 8);
                    to.extend(
                        bytes[..count * 8].as_chunks().0.iter().map(|number| i64::from_le_bytes(*number)),
                    );
                    *bytes = bytes.slice(count * 8..);
                }
                NumberPage::Places(places) if places.left > 0 => {
                    places.take(left, &self.dictionary, to)?;
                }
                _ => self.turn()?,
            }
        }
        Ok(())
    }

    /// Passes the next rows over; pages that hold no others are not decompressed.
    pub fn skip(&mut self, rows: usize) -> Result<()> {
        let mut left = rows;
        while left > 0 {
            match &mut self.page {
                NumberPage::Plain(bytes) if bytes.len() >= 8 => {
                    let count = left.min(bytes.len() / 8);
                    *bytes = bytes.slice(count * 8..);
                    left -= count;
                }
                NumberPage::Places(places) if places.left > 0 => left -= places.skip(left)?,
                _ => match self.pages.skip(left)? {
                    0 => self.turn()?,
                    skipped => left -= skipped,
                },
            }
        }
        Ok(())
    }

    /// Turns to the next page.
    fn turn(&mut self) -> Result<()> {
        match self.pages.next()? {
            Some(Part::Dictionary(bytes)) => {
                let (numbers, _) = bytes.as_chunks();
                self.dictionary = numbers.iter().map(|number| i64::from_le_bytes(*number)).collect();
            }
            Some(Part::Plain(bytes)) => self.page = NumberPage::Plain(bytes),
            Some(Part::Places(places)) => self.page = NumberPage::Places(places),
            None => return Err(ended()),
        }
        Ok(())
    }
}

/// A column of texts without nulls, all of them in the dictionary.
pub struct Texts<R: ChunkReader> {
    pages: Pages<R>,
    /// The dictionary, and each place's number for Arrow.
    values: StringArray,
    places: Vec<i32>,
    page: Hybrid,
}

impl<R: ChunkReader> Texts<R> {
    /// Decodes from the column's beginning.
    pub fn new(pages: Pages<R>) -> Self {
        Self {
            pages,
            values: StringArray::from(Vec::<&str>::new()),
            places: Vec::new(),
            page: Hybrid::default(),
        }
    }

    /// Appends the next rows' places in the dictionary, and gives the dictionary.
    pub fn take(&mut self, rows: usize, to: &mut Vec<i32>) -> Result<StringArray> {
        let wanted = to.len() + rows;
        while to.len() < wanted {
            if self.page.left > 0 {
                self.page.take(wanted - to.len(), &self.places, to)?;
                continue;
            }
            self.turn()?;
        }
        Ok(self.values.clone())
    }

    /// Passes the next rows over; pages that hold no others are not decompressed.
    pub fn skip(&mut self, rows: usize) -> Result<()> {
        let mut left = rows;
        while left > 0 {
            if self.page.left > 0 {
                left -= self.page.skip(left)?;
                continue;
            }
            match self.pages.skip(left)? {
                0 => self.turn()?,
                skipped => left -= skipped,
            }
        }
        Ok(())
    }

    /// Turns to the next page.
    fn turn(&mut self) -> Result<()> {
        match self.pages.next()? {
            // What was taken already stands for places in the first one.
            Some(Part::Dictionary(_)) if !self.places.is_empty() => {
                return Err(ParquetError::General("a second dictionary".to_owned()));
            }
            Some(Part::Dictionary(bytes)) => {
                self.values = texts_of(&bytes)?;
                self.places = (0..self.values.len() as i32).collect();
            }
            Some(Part::Places(places)) => self.page = places,
            Some(Part::Plain(_)) => {
                return Err(ParquetError::General("a text beside the dictionary".to_owned()));
            }
            None => return Err(ended()),
        }
        Ok(())
    }
}

/// A column's pages, one after the other.
pub struct Pages<R: ChunkReader> {
    reader: SerializedPageReader<R>,
    has_levels: bool,
}

/// What a page holds, its levels left off.
enum Part {
    Dictionary(Bytes),
    Plain(Bytes),
    Places(Hybrid),
}

impl<R: ChunkReader> Pages<R> {
    /// The pages of a column of so many rows.
    pub fn new(reader: Arc<R>, column: &ColumnChunkMetaData, rows: usize) -> Result<Self> {
        let has_levels = column.column_descr().max_def_level() > 0;
        Ok(Self { reader: SerializedPageReader::new(reader, column, rows, None)?, has_levels })
    }

    /// Passes the next page over if it has no more rows than this, and says how many it had; 0 where it stays.
    fn skip(&mut self, most: usize) -> Result<usize> {
        let Some(page) = self.reader.peek_next_page()? else { return Err(ended()) };
        let rows =
            page.num_rows.or(page.num_levels).filter(|rows| !page.is_dict && (1..=most).contains(rows));
        if rows.is_some() {
            self.reader.skip_next_page()?;
        }
        Ok(rows.unwrap_or(0))
    }

    fn next(&mut self) -> Result<Option<Part>> {
        Ok(match self.reader.get_next_page()? {
            None => None,
            Some(Page::DictionaryPage { buf, .. }) => Some(Part::Dictionary(buf)),
            Some(Page::DataPage { buf, num_values, encoding, .. }) => {
                let levels = if self.has_levels { 4 + number(&buf, 4)? as usize } else { 0 };
                Some(part(&buf, levels, num_values, encoding)?)
            }
            Some(Page::DataPageV2 {
                buf,
                num_values,
                encoding,
                def_levels_byte_len,
                rep_levels_byte_len,
                ..
            }) => {
                let levels = def_levels_byte_len as usize + rep_levels_byte_len as usize;
                Some(part(&buf, levels, num_values, encoding)?)
            }
        })
    }
}

fn part(page: &Bytes, levels: usize, values: u32, encoding: Encoding) -> Result<Part> {
    if levels > page.len() {
        return Err(ended());
    }
    let bytes = page.slice(levels..);
    match encoding {
        Encoding::PLAIN => Ok(Part::Plain(bytes)),
        Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY => {
            Ok(Part::Places(Hybrid::new(bytes, values as usize)?))
        }
        other => Err(ParquetError::General(format!("a page is encoded as {other}"))),
    }
}

/// Places in a dictionary: runs of one place, and groups of eight packed bit by bit.
#[derive(Default)]
struct Hybrid {
    bytes: Bytes,
    /// The next byte that no run took.
    at: usize,
    width: u8,
    run: Run,
    /// Rows of the page that were not taken.
    left: usize,
}

#[derive(Default)]
enum Run {
    #[default]
    None,
    /// One place, so many times.
    Same(usize, usize),
    /// The bit where the next place begins, and how many there are.
    Packed(usize, usize),
}

impl Hybrid {
    fn new(bytes: Bytes, left: usize) -> Result<Self> {
        let width = *bytes.first().ok_or_else(ended)?;
        if width > WIDEST {
            return Err(ParquetError::General(format!("a place in the dictionary has {width} bits")));
        }
        Ok(Self { bytes, at: 1, width, run: Run::None, left })
    }

    /// Appends what stands in the dictionary for the next rows, so many at most.
    fn take<T: Copy>(&mut self, rows: usize, dictionary: &[T], to: &mut Vec<T>) -> Result<()> {
        let mut wanted = rows.min(self.left);
        self.left -= wanted;
        while wanted > 0 {
            match &mut self.run {
                Run::Same(place, count) if *count > 0 => {
                    let value = *dictionary.get(*place).ok_or_else(beyond)?;
                    let taken = wanted.min(*count);
                    to.resize(to.len() + taken, value);
                    *count -= taken;
                    wanted -= taken;
                }
                Run::Packed(bit, count) if *count > 0 => {
                    let taken = wanted.min(*count);
                    unpack(&self.bytes, *bit, self.width, taken, dictionary, to)?;
                    *bit += taken * usize::from(self.width);
                    *count -= taken;
                    wanted -= taken;
                }
                _ => self.begin_run()?,
            }
        }
        Ok(())
    }

    /// Passes the next rows over, so many at most, and says how many.
    fn skip(&mut self, rows: usize) -> Result<usize> {
        let wanted = rows.min(self.left);
        self.left -= wanted;
        let mut left = wanted;
        while left > 0 {
            match &mut self.run {
                Run::Same(_, count) if *count > 0 => {
                    let taken = left.min(*count);
                    *count -= taken;
                    left -= taken;
                }
                Run::Packed(bit, count) if *count > 0 => {
                    let taken = left.min(*count);
                    *bit += taken * usize::from(self.width);
                    *count -= taken;
                    left -= taken;
                }
                _ => self.begin_run()?,
            }
        }
        Ok(wanted)
    }

    fn begin_run(&mut self) -> Result<()> {
        let (mut header, mut shift) = (0_usize, 0);
        loop {
            let byte = *self.bytes.get(self.at).ok_or_else(ended)?;
            self.at += 1;
            header |= usize::from(byte & 127) << shift;
            shift += 7;
            if byte < 128 {
                break;
            }
            if shift > 28 {
                return Err(ParquetError::General("a run is too long".to_owned()));
            }
        }
        let width = usize::from(self.width);
        if header & 1 == 0 {
            let length = width.div_ceil(8);
            let place = number(self.bytes.get(self.at..).unwrap_or_default(), length)?;
            self.at += length;
            self.run = Run::Same(place as usize, header >> 1);
        } else {
            let groups = header >> 1;
            self.run = Run::Packed(self.at * 8, groups * 8);
            self.at += groups * width;
        }
        Ok(())
    }
}

/// Appends packed places' values; the last group of a page may be cut short where no row needs it.
fn unpack<T: Copy>(
    bytes: &[u8],
    bit: usize,
    width: u8,
    count: usize,
    dictionary: &[T],
    to: &mut Vec<T>,
) -> Result<()> {
    let width = usize::from(width);
    let mask = (1_u64 << width) - 1;
    if (bit + count * width).div_ceil(8) > bytes.len() {
        return Err(ended());
    }
    let fallback = *dictionary.first().ok_or_else(beyond)?;
    let begin = to.len();
    to.resize(begin + count, fallback);
    let to = &mut to[begin..];
    let (mut row, mut bit, mut largest) = (0, bit, 0_usize);
    // Eight bytes hold any place, wherever in the first of them it begins.
    while row < count && bit / 8 + 8 <= bytes.len() {
        let word: [u8; 8] = bytes[bit / 8..bit / 8 + 8].try_into().unwrap_or_default();
        let place = (u64::from_le_bytes(word) >> (bit % 8) & mask) as usize;
        largest = largest.max(place);
        to[row] = dictionary.get(place).copied().unwrap_or(fallback);
        row += 1;
        bit += width;
    }
    while row < count {
        let place = (number(&bytes[bit / 8..], 8.min(bytes.len() - bit / 8))? >> (bit % 8) & mask) as usize;
        largest = largest.max(place);
        to[row] = dictionary.get(place).copied().unwrap_or(fallback);
        row += 1;
        bit += width;
    }
    if largest < dictionary.len() { Ok(()) } else { Err(beyond()) }
}

/// The whole number in the first bytes, eight at most, least significant first.
fn number(bytes: &[u8], length: usize) -> Result<u64> {
    let bytes = bytes.get(..length).ok_or_else(ended)?;
    Ok(bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

/// A dictionary's page: each text behind its length.
fn texts_of(page: &[u8]) -> Result<StringArray> {
    let mut texts = StringBuilder::new();
    let mut rest = page;
    while !rest.is_empty() {
        let length = number(rest, 4)? as usize;
        let text = rest.get(4..4 + length).ok_or_else(ended)?;
        texts.append_value(std::str::from_utf8(text)?);
        rest = &rest[4 + length..];
    }
    Ok(texts.finish())
}

fn ended() -> ParquetError {
    ParquetError::EOF("a page ends before its rows do".to_owned())
}

fn beyond() -> ParquetError {
    ParquetError::General("a place lies beyond the dictionary".to_owned())
}

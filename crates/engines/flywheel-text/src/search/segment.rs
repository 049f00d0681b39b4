//! A segment on disk: memory-mapped, checked when it is opened, never changed.
//!
//! A file is a magic word, sections one after the other, and a directory of them with a checksum each; numbers are little-endian.

use std::fs::File;
use std::path::Path;

use memmap2::Mmap;
use xxhash_rust::xxh3::xxh3_64;

use super::error::SearchError;
use super::postings::{Postings, read};

/// The format and its version.
pub(super) const MAGIC: &[u8; 8] = b"fwfind01";

/// The parts of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    /// For each term in order of the alphabet: where its word, where its postings begin, how many these are; then one record of ends.
    Terms,
    Words,
    Postings,
    /// Where each document begins in `Stored`, and the end.
    Offsets,
    /// Id, person and text of each document, each with its length before it.
    Stored,
    Times,
    /// How many terms each document has.
    Lengths,
    /// The hash of each id and its document, sorted.
    Ids,
    /// The hash of each person and their documents, sorted.
    People,
    /// For each field its name, its values and a code a document.
    Columns,
    /// For each document a factor and one byte a number; empty where there are none.
    Vectors,
}

const SECTIONS: usize = 11;

/// What is kept of a document as it arrived.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Stored<'a> {
    pub id: &'a str,
    pub person: Option<&'a str>,
    pub text: &'a str,
}

/// A field of a segment.
struct Column {
    name: String,
    values: Vec<String>,
    /// Where its codes begin in the section.
    codes: usize,
}

/// A segment that is open for reading.
pub(super) struct Segment {
    map: Mmap,
    sections: [(usize, usize); SECTIONS],
    columns: Vec<Column>,
    documents: usize,
    /// The sum of the documents' lengths.
    pub total_length: u64,
}

impl Segment {
    /// Opens a file and checks all of it.
    pub(super) fn open(path: &Path) -> Result<Self, SearchError> {
        let file = File::open(path).map_err(SearchError::disk(path))?;
        // SAFETY: a segment's file is never written again after it got its name; removing it leaves the mapping whole.
        let map = unsafe { Mmap::map(&file) }.map_err(SearchError::disk(path))?;
        let damaged = || SearchError::Damaged(path.to_owned());
        let sections = sections(&map).ok_or_else(damaged)?;
        let mut segment = Self { map, sections, columns: Vec::new(), documents: 0, total_length: 0 };
        let times = segment.section(Section::Times).len();
        segment.documents = times / 8;
        let sized = times % 8 == 0
            && segment.section(Section::Lengths).len() == segment.documents * 4
            && segment.section(Section::Offsets).len() == (segment.documents + 1) * 8
            && segment.section(Section::Terms).len() % 24 == 0
            && segment.section(Section::Terms).len() >= 24;
        if !sized {
            return Err(damaged());
        }
        segment.columns =
            columns(segment.section(Section::Columns), segment.documents).ok_or_else(damaged)?;
        segment.total_length = (0..segment.documents as u32).map(|at| u64::from(segment.length(at))).sum();
        Ok(segment)
    }

    /// How many documents it holds.
    pub(super) fn len(&self) -> usize {
        self.documents
    }

    fn section(&self, section: Section) -> &[u8] {
        let (start, end) = self.sections[section as usize];
        &self.map[start..end]
    }

    /// What is kept of a document.
    pub(super) fn stored(&self, document: u32) -> Stored<'_> {
        let offsets = self.section(Section::Offsets);
        let (start, end) = (u64_at(offsets, document as usize), u64_at(offsets, document as usize + 1));
        let Some(mut bytes) = self.section(Section::Stored).get(start as usize..end as usize) else {
            return Stored::default();
        };
        let mut part = || -> Option<&str> {
            let long = read(&mut bytes)? as usize;
            let (part, rest) = bytes.split_at_checked(long)?;
            bytes = rest;
            std::str::from_utf8(part).ok()
        };
        let (id, person, text) = (part(), part(), part());
        Stored {
            id: id.unwrap_or_default(),
            person: person.filter(|person| !person.is_empty()),
            text: text.unwrap_or_default(),
        }
    }

    pub(super) fn time(&self, document: u32) -> i64 {
        u64_at(self.section(Section::Times), document as usize).cast_signed()
    }

    pub(super) fn length(&self, document: u32) -> u32 {
        u32_at(self.section(Section::Lengths), document as usize)
    }

    /// All lengths, four bytes each.
    pub(super) fn lengths(&self) -> &[u8] {
        self.section(Section::Lengths)
    }

    /// The names of its fields.
    pub(super) fn fields(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| column.name.as_str())
    }

    /// The value of a field of a document.
    pub(super) fn field(&self, name: &str, document: u32) -> Option<&str> {
        let column = self.columns.iter().find(|column| column.name == name)?;
        let code = u32_at(&self.section(Section::Columns)[column.codes..], document as usize);
        column.values.get((code as usize).checked_sub(1)?).map(String::as_str)
    }

    /// The values of a field, and a code a document as four bytes: 0 for none, else the value's place from 1.
    pub(super) fn column(&self, name: &str) -> Option<(&[String], &[u8])> {
        let column = self.columns.iter().find(|column| column.name == name)?;
        let codes = &self.section(Section::Columns)[column.codes..column.codes + 4 * self.documents];
        Some((&column.values, codes))
    }

    /// The factor and the bytes of a document's vector; empty where the segment has none.
    pub(super) fn vector_bytes(&self, document: u32) -> &[u8] {
        let vectors = self.section(Section::Vectors);
        let long = vectors.len().checked_div(self.documents).unwrap_or(0);
        &vectors[document as usize * long..(document as usize + 1) * long]
    }

    pub(super) fn term_count(&self) -> usize {
        self.section(Section::Terms).len() / 24 - 1
    }

    /// The word of a term by its place in the alphabet.
    pub(super) fn term(&self, at: usize) -> &str {
        let records = self.section(Section::Terms);
        let (start, end) = (u64_at(records, at * 3) as usize, u64_at(records, at * 3 + 3) as usize);
        self.section(Section::Words)
            .get(start..end)
            .and_then(|word| std::str::from_utf8(word).ok())
            .unwrap_or_default()
    }

    /// In how many documents a term stands.
    pub(super) fn frequency_at(&self, at: usize) -> u32 {
        u64_at(self.section(Section::Terms), at * 3 + 2) as u32
    }

    /// The postings of a term by its place in the alphabet.
    pub(super) fn postings_at(&self, at: usize) -> Postings<'_> {
        let records = self.section(Section::Terms);
        let (start, end) = (u64_at(records, at * 3 + 1) as usize, u64_at(records, at * 3 + 4) as usize);
        let bytes = self.section(Section::Postings).get(start..end).unwrap_or_default();
        Postings::new(bytes, self.frequency_at(at))
    }

    /// Where a term stands in the alphabet, if it is there.
    pub(super) fn find_term(&self, term: &str) -> Option<usize> {
        let at = self.first_from(term);
        (at < self.term_count() && self.term(at) == term).then_some(at)
    }

    /// The place of the first term that is not before a word.
    pub(super) fn first_from(&self, word: &str) -> usize {
        let (mut low, mut high) = (0, self.term_count());
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.term(middle) < word {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// The document of an id.
    pub(super) fn find_id(&self, id: &str) -> Option<u32> {
        self.with_hash(Section::Ids, xxh3_64(id.as_bytes())).find(|document| self.stored(*document).id == id)
    }

    /// The documents of a person.
    pub(super) fn of_person(&self, person: &str) -> Vec<u32> {
        let same = self.with_hash(Section::People, xxh3_64(person.as_bytes()));
        same.filter(|document| self.stored(*document).person == Some(person)).collect()
    }

    fn with_hash(&self, section: Section, hash: u64) -> impl Iterator<Item = u32> {
        let (records, _) = self.section(section).as_chunks::<12>();
        let hash_of = |record: &[u8; 12]| u64_at(record, 0);
        let first = records.partition_point(|record| hash_of(record) < hash);
        records[first..]
            .iter()
            .take_while(move |record| hash_of(record) == hash)
            .map(|record| u32_at(&record[8..], 0))
            .filter(|document| (*document as usize) < self.documents)
    }
}

/// The number at a place of a section of numbers of four bytes; 0 beyond its end.
#[inline]
pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.as_chunks::<4>().0.get(at).map_or(0, |number| u32::from_le_bytes(*number))
}

#[inline]
fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes.as_chunks::<8>().0.get(at).map_or(0, |number| u64::from_le_bytes(*number))
}

/// Where each section lies, if the whole file is what was written.
fn sections(map: &[u8]) -> Option<[(usize, usize); SECTIONS]> {
    let tail = map.len().checked_sub(16)?;
    if !map.starts_with(MAGIC) {
        return None;
    }
    let directory_long = u64_at(&map[tail..], 1) as usize;
    let directory = &map[tail.checked_sub(directory_long)?..tail];
    if directory_long != SECTIONS * 32 || xxh3_64(directory) != u64_at(&map[tail..], 0) {
        return None;
    }
    let mut sections = [(0, 0); SECTIONS];
    for at in 0..SECTIONS {
        let [kind, offset, long, hash] = [0, 1, 2, 3].map(|part| u64_at(directory, at * 4 + part));
        let end = offset.checked_add(long)?;
        let bytes = map.get(offset as usize..end as usize)?;
        if xxh3_64(bytes) != hash {
            return None;
        }
        *sections.get_mut(kind as usize)? = (offset as usize, end as usize);
    }
    Some(sections)
}

fn columns(section: &[u8], documents: usize) -> Option<Vec<Column>> {
    let mut columns = Vec::new();
    let mut rest = section;
    while !rest.is_empty() {
        let mut text = || -> Option<String> {
            let long = read(&mut rest)? as usize;
            let (text, after) = rest.split_at_checked(long)?;
            rest = after;
            String::from_utf8(text.to_vec()).ok()
        };
        let name = text()?;
        let count = read(&mut rest)?;
        let mut values = Vec::new();
        for _ in 0..count {
            let long = read(&mut rest)? as usize;
            let (text, after) = rest.split_at_checked(long)?;
            rest = after;
            values.push(String::from_utf8(text.to_vec()).ok()?);
        }
        columns.push(Column { name, values, codes: section.len() - rest.len() });
        rest = rest.get(4 * documents..)?;
    }
    Some(columns)
}

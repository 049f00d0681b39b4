//! A segment in memory, before it is written: documents numbered from 0 and the postings of their terms.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::Write;
use std::path::Path;

use xxhash_rust::xxh3::xxh3_64;

use super::document::Document;
use super::error::SearchError;
use super::postings::{encode, write};
use super::segment::{MAGIC, Section, Segment};
use super::terms::Occurrence;
use super::vectors::quantise;

/// A column of a field: its values, and for each document which, from 1; 0 where it has none.
#[derive(Default)]
struct Column {
    values: Vec<String>,
    known: HashMap<String, u32>,
    codes: Vec<u32>,
}

/// A segment in memory.
#[derive(Default)]
pub(super) struct Builder {
    dimension: usize,
    stored: Vec<u8>,
    offsets: Vec<u64>,
    times: Vec<i64>,
    lengths: Vec<u32>,
    ids: Vec<(u64, u32)>,
    people: Vec<(u64, u32)>,
    columns: BTreeMap<String, Column>,
    vectors: Vec<u8>,
    has_vectors: bool,
    terms: HashMap<String, usize>,
    postings: Vec<Vec<(u32, u32)>>,
}

impl Builder {
    pub(super) fn new(dimension: usize) -> Self {
        Self { dimension, ..Self::default() }
    }

    /// How many documents it holds.
    pub(super) fn len(&self) -> usize {
        self.times.len()
    }

    /// Adds a document with its terms.
    pub(super) fn add(&mut self, document: &Document, terms: &[Occurrence], length: u32) {
        let number =
            self.place(&document.id, document.person.as_deref(), &document.text, document.time, length);
        for (name, value) in &document.fields {
            self.field(number, name, value);
        }
        let quantised = document.vector.as_deref().map(quantise);
        match quantised {
            Some((scale, bytes)) => {
                self.has_vectors = true;
                self.vectors.extend_from_slice(&scale.to_le_bytes());
                self.vectors.extend(bytes.iter().map(|byte| byte.cast_unsigned()));
            }
            None => self.vectors.resize(self.vectors.len() + 4 + self.dimension, 0),
        }
        for (term, count) in terms {
            self.postings_of(term).push((number, *count));
        }
    }

    /// Adds the documents of a segment that are kept, with fields given anew where `relabel` says so.
    pub(super) fn add_segment(
        &mut self,
        segment: &Segment,
        keep: impl Fn(u32) -> bool,
        relabel: impl Fn(&str, &str) -> Option<Option<String>>,
        new_fields: &[String],
    ) {
        let mut numbers: Vec<Option<u32>> = vec![None; segment.len()];
        let mut names: Vec<String> = segment.fields().map(str::to_owned).collect();
        names.extend(new_fields.iter().cloned());
        names.sort();
        names.dedup();
        for old in (0..segment.len() as u32).filter(|old| keep(*old)) {
            let stored = segment.stored(old);
            let number =
                self.place(stored.id, stored.person, stored.text, segment.time(old), segment.length(old));
            numbers[old as usize] = Some(number);
            for name in &names {
                let value = match relabel(name, stored.id) {
                    Some(value) => value,
                    None => segment.field(name, old).map(str::to_owned),
                };
                if let Some(value) = value {
                    self.field(number, name, &value);
                }
            }
            let vector = segment.vector_bytes(old);
            self.has_vectors |= !vector.is_empty() && vector[..4] != [0; 4];
            self.vectors.extend_from_slice(vector);
            self.vectors.resize(self.len() * (4 + self.dimension), 0);
        }
        for at in 0..segment.term_count() {
            let kept: Vec<(u32, u32)> = segment
                .postings_at(at)
                .filter_map(|(old, count)| {
                    numbers.get(old as usize).copied().flatten().map(|number| (number, count))
                })
                .collect();
            if !kept.is_empty() {
                self.postings_of(segment.term(at)).extend(kept);
            }
        }
    }

    fn place(&mut self, id: &str, person: Option<&str>, text: &str, time: i64, length: u32) -> u32 {
        let number = self.len() as u32;
        self.offsets.push(self.stored.len() as u64);
        for part in [id, person.unwrap_or_default(), text] {
            write(part.len() as u64, &mut self.stored);
            self.stored.extend_from_slice(part.as_bytes());
        }
        self.times.push(time);
        self.lengths.push(length);
        self.ids.push((xxh3_64(id.as_bytes()), number));
        if let Some(person) = person.filter(|person| !person.is_empty()) {
            self.people.push((xxh3_64(person.as_bytes()), number));
        }
        number
    }

    fn field(&mut self, number: u32, name: &str, value: &str) {
        if !self.columns.contains_key(name) {
            self.columns.insert(name.to_owned(), Column::default());
        }
        let Some(column) = self.columns.get_mut(name) else { return };
        let code = match column.known.get(value) {
            Some(code) => *code,
            None => {
                column.values.push(value.to_owned());
                let code = column.values.len() as u32;
                column.known.insert(value.to_owned(), code);
                code
            }
        };
        column.codes.resize(number as usize, 0);
        column.codes.push(code);
    }

    fn postings_of(&mut self, term: &str) -> &mut Vec<(u32, u32)> {
        let at = match self.terms.get(term) {
            Some(at) => *at,
            None => {
                self.postings.push(Vec::new());
                self.terms.insert(term.to_owned(), self.postings.len() - 1);
                self.postings.len() - 1
            }
        };
        &mut self.postings[at]
    }

    /// Writes the segment under a temporary name, makes it durable, and gives it its name.
    pub(super) fn write(mut self, folder: &Path, name: &str) -> Result<u64, SearchError> {
        let mut sections: Vec<(Section, Vec<u8>)> = Vec::new();
        let mut terms: Vec<(&str, usize)> =
            self.terms.iter().map(|(term, at)| (term.as_str(), *at)).collect();
        terms.sort_unstable();
        let (mut records, mut words, mut postings) = (Vec::new(), Vec::new(), Vec::new());
        for (term, at) in terms {
            records.extend_from_slice(&(words.len() as u64).to_le_bytes());
            records.extend_from_slice(&(postings.len() as u64).to_le_bytes());
            records.extend_from_slice(&(self.postings[at].len() as u64).to_le_bytes());
            words.extend_from_slice(term.as_bytes());
            encode(&self.postings[at], &mut postings);
            self.postings[at] = Vec::new();
        }
        for end in [words.len() as u64, postings.len() as u64, 0] {
            records.extend_from_slice(&end.to_le_bytes());
        }
        sections.push((Section::Terms, records));
        sections.push((Section::Words, words));
        sections.push((Section::Postings, postings));
        self.offsets.push(self.stored.len() as u64);
        sections
            .push((Section::Offsets, self.offsets.iter().flat_map(|offset| offset.to_le_bytes()).collect()));
        sections.push((Section::Stored, std::mem::take(&mut self.stored)));
        sections.push((Section::Times, self.times.iter().flat_map(|time| time.to_le_bytes()).collect()));
        sections
            .push((Section::Lengths, self.lengths.iter().flat_map(|length| length.to_le_bytes()).collect()));
        for (section, mut pairs) in [(Section::Ids, self.ids), (Section::People, self.people)] {
            pairs.sort_unstable();
            let bytes = pairs.iter().flat_map(|(hash, number)| {
                let mut record = [0; 12];
                record[..8].copy_from_slice(&hash.to_le_bytes());
                record[8..].copy_from_slice(&number.to_le_bytes());
                record
            });
            sections.push((section, bytes.collect()));
        }
        let mut columns = Vec::new();
        for (name, mut column) in self.columns {
            column.codes.resize(self.times.len(), 0);
            write(name.len() as u64, &mut columns);
            columns.extend_from_slice(name.as_bytes());
            write(column.values.len() as u64, &mut columns);
            for value in &column.values {
                write(value.len() as u64, &mut columns);
                columns.extend_from_slice(value.as_bytes());
            }
            columns.extend(column.codes.iter().flat_map(|code| code.to_le_bytes()));
        }
        sections.push((Section::Columns, columns));
        let vectors = if self.has_vectors { self.vectors } else { Vec::new() };
        sections.push((Section::Vectors, vectors));
        write_file(folder, name, |file| {
            let mut directory = Vec::new();
            let mut offset = MAGIC.len() as u64;
            file.write_all(MAGIC)?;
            for (section, bytes) in &sections {
                file.write_all(bytes)?;
                for number in [*section as u64, offset, bytes.len() as u64, xxh3_64(bytes)] {
                    directory.extend_from_slice(&number.to_le_bytes());
                }
                offset += bytes.len() as u64;
            }
            file.write_all(&directory)?;
            file.write_all(&xxh3_64(&directory).to_le_bytes())?;
            file.write_all(&(directory.len() as u64).to_le_bytes())?;
            Ok(offset + directory.len() as u64 + 16)
        })
    }
}

/// Writes a file under a temporary name, makes it durable, and gives it its name, which is durable too.
pub(super) fn write_file<T>(
    folder: &Path,
    name: &str,
    content: impl FnOnce(&mut std::io::BufWriter<File>) -> std::io::Result<T>,
) -> Result<T, SearchError> {
    let (path, temporary) = (folder.join(name), folder.join(format!("{name}.tmp")));
    let attempt = || -> std::io::Result<T> {
        let mut file = std::io::BufWriter::with_capacity(1 << 20, File::create(&temporary)?);
        let given = content(&mut file)?;
        file.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
        std::fs::rename(&temporary, &path)?;
        File::open(folder)?.sync_all()?;
        Ok(given)
    };
    attempt().map_err(SearchError::disk(&path))
}

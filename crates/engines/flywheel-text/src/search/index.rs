//! An index opened for reading: one consistent state, whatever is written meanwhile.

use std::path::{Path, PathBuf};

use flywheel_spec::{Problem, phrase};

use super::document::Document;
use super::error::SearchError;
use super::manifest::Manifest;
use super::segment::Segment;

/// An index opened for reading.
pub struct Index {
    pub(super) segments: Vec<Segment>,
    pub(super) dimension: usize,
    generation: u64,
    damaged: Vec<PathBuf>,
}

impl Index {
    /// Opens the state of the last commit; an empty folder, or none, is an empty index.
    ///
    /// A damaged segment is left out and told by [`problems`](Self::problems).
    ///
    /// # Errors
    /// Where the disk refuses or the manifest itself is damaged.
    pub fn open(folder: &Path) -> Result<Self, SearchError> {
        let mut attempts = 0;
        loop {
            let manifest = Manifest::read(folder)?;
            match Self::of(folder, &manifest) {
                // A commit came between reading the manifest and opening what it names.
                Err(SearchError::Disk { source, .. })
                    if source.kind() == std::io::ErrorKind::NotFound
                        && attempts < 20
                        && Manifest::read(folder)?.generation != manifest.generation =>
                {
                    attempts += 1;
                }
                other => return other,
            }
        }
    }

    fn of(folder: &Path, manifest: &Manifest) -> Result<Self, SearchError> {
        let (mut segments, mut damaged) = (Vec::new(), Vec::new());
        for name in &manifest.segments {
            match Segment::open(&folder.join(name)) {
                Ok(segment) => segments.push(segment),
                Err(SearchError::Damaged(path)) => damaged.push(path),
                Err(other) => return Err(other),
            }
        }
        Ok(Self { segments, dimension: manifest.dimension, generation: manifest.generation, damaged })
    }

    /// How many documents it holds.
    pub fn len(&self) -> usize {
        self.segments.iter().map(Segment::len).sum()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many commits made it.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// A document by its id, without its vector.
    pub fn get(&self, id: &str) -> Option<Document> {
        self.segments.iter().find_map(|segment| segment.find_id(id).map(|at| document(segment, at)))
    }

    /// The length of its vectors; 0 where it keeps none.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// Whether a document is found by its meaning too.
    pub fn has_vector(&self, id: &str) -> bool {
        self.segments
            .iter()
            .find_map(|segment| segment.find_id(id).map(|at| segment.vector_bytes(at)))
            .is_some_and(|bytes| bytes.first_chunk::<4>().is_some_and(|factor| *factor != [0; 4]))
    }

    /// Every document of a person, without vectors, by id: what is handed over when the person asks for it.
    pub fn of_person(&self, person: &str) -> Vec<Document> {
        let mut all: Vec<Document> = self
            .segments
            .iter()
            .flat_map(|segment| segment.of_person(person).into_iter().map(|at| document(segment, at)))
            .collect();
        all.sort_by(|one, other| one.id.cmp(&other.id));
        all
    }

    /// Files that are not what was written, each as a warning with its name.
    pub fn problems(&self) -> Vec<Problem> {
        let name = |path: &PathBuf| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        self.damaged
            .iter()
            .map(|path| {
                Problem::warning(phrase!("search.damaged", file = name(path)))
                    .advise(phrase!("search.rebuild"))
            })
            .collect()
    }
}

/// A document of a segment, without its vector.
pub(super) fn document(segment: &Segment, at: u32) -> Document {
    let stored = segment.stored(at);
    Document {
        id: stored.id.to_owned(),
        text: stored.text.to_owned(),
        time: segment.time(at),
        person: stored.person.map(str::to_owned),
        fields: segment
            .fields()
            .filter_map(|name| segment.field(name, at).map(|value| (name.to_owned(), value.to_owned())))
            .collect(),
        vector: None,
    }
}

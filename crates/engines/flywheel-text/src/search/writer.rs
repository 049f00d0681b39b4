//! Writing to an index: adding, replacing, relabelling, erasing; each commit is one rename of the manifest.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs::File;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::builder::Builder;
use super::document::Document;
use super::error::SearchError;
use super::manifest::{self, Manifest};
use super::segment::Segment;
use super::terms::index_terms;

/// How many documents are cut into terms at once.
const BATCH: usize = 8192;
/// How many documents a segment is begun with at most.
const FLUSH: usize = 262_144;
/// So many segments of like size become one.
const FAN: usize = 6;

/// What a commit did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Committed {
    /// Documents in the index now.
    pub documents: u64,
    /// Documents that were replaced or erased.
    pub removed: u64,
    /// The manifest's number.
    pub generation: u64,
}

/// The one who writes to an index; there is one at a time.
pub struct Writer {
    folder: PathBuf,
    manifest: Manifest,
    /// Held while this writer lives.
    _lock: File,
    segments: Vec<(String, Segment)>,
    /// Files of the manifest; those after them are new.
    committed: usize,
    pending: Vec<Document>,
    builder: Builder,
    /// The documents to leave out, by file.
    dropped: HashMap<String, HashSet<u32>>,
    /// By field and id the new value.
    labels: BTreeMap<String, HashMap<String, Option<String>>>,
}

impl Writer {
    /// Opens a folder for writing and makes it where it is not there; what a crash left behind is removed.
    ///
    /// `dimension` is the length of vectors, 0 for none; it is fixed by the first commit.
    ///
    /// # Errors
    /// Where another writer is at work, a file is damaged, the disk refuses, or the index was made for another length.
    pub fn open(folder: &Path, dimension: usize) -> Result<Self, SearchError> {
        Self::open_locked(folder, dimension, lock(folder)?)
    }

    fn open_locked(folder: &Path, dimension: usize, lock: File) -> Result<Self, SearchError> {
        let mut manifest = Manifest::read(folder)?;
        if manifest.generation == 0 {
            manifest.dimension = dimension;
        } else if manifest.dimension != dimension {
            return Err(SearchError::Dimension { found: dimension, expected: manifest.dimension });
        }
        let mut segments = Vec::new();
        for name in &manifest.segments {
            segments.push((name.clone(), Segment::open(&folder.join(name))?));
        }
        let writer = Self {
            folder: folder.to_owned(),
            builder: Builder::new(dimension),
            committed: segments.len(),
            manifest,
            _lock: lock,
            segments,
            pending: Vec::new(),
            dropped: HashMap::new(),
            labels: BTreeMap::new(),
        };
        writer.sweep()?;
        Ok(writer)
    }

    /// Begins anew: everything that was there is gone with the next commit. The way out of a damaged index.
    ///
    /// # Errors
    /// As [`open`](Self::open), but no file is read.
    pub fn anew(folder: &Path, dimension: usize) -> Result<Self, SearchError> {
        let lock = lock(folder)?;
        if let Err(SearchError::Damaged(_)) = Manifest::read(folder) {
            let path = folder.join(manifest::NAME);
            std::fs::remove_file(&path).map_err(SearchError::disk(&path))?;
        }
        let old = Manifest::read(folder)?;
        let empty = Manifest {
            format: old.format,
            generation: old.generation + 1,
            dimension,
            segments: Vec::new(),
            next: old.next,
        };
        empty.write(folder)?;
        Self::open_locked(folder, dimension, lock)
    }

    /// Adds a document, or replaces the one of its id; it is found after the next commit.
    ///
    /// # Errors
    /// Where its vector has another length than the index was made for, or the disk refuses.
    pub fn add(&mut self, document: Document) -> Result<(), SearchError> {
        if let Some(vector) = &document.vector
            && vector.len() != self.manifest.dimension
        {
            return Err(SearchError::Dimension { found: vector.len(), expected: self.manifest.dimension });
        }
        self.pending.push(document);
        if self.pending.len() >= BATCH {
            self.digest();
            if self.builder.len() >= FLUSH {
                self.flush()?;
            }
        }
        Ok(())
    }

    /// Removes everything of a person that was added so far; no byte of it is left after the next commit.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn erase_person(&mut self, person: &str) -> Result<u64, SearchError> {
        self.flush()?;
        self.drop_where(|segment| segment.of_person(person))
    }

    /// Removes the document of an id that was added so far; no byte of it is left after the next commit.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn remove(&mut self, id: &str) -> Result<u64, SearchError> {
        self.flush()?;
        self.drop_where(|segment| segment.find_id(id).into_iter().collect())
    }

    /// Gives a field anew: by id the value, or none. Documents that are not named keep theirs.
    pub fn relabel(&mut self, field: &str, values: impl IntoIterator<Item = (String, Option<String>)>) {
        self.labels.entry(field.to_owned()).or_default().extend(values);
    }

    /// Makes everything since the last commit count at once.
    ///
    /// # Errors
    /// Where the disk refuses; what counted before goes on to count.
    pub fn commit(&mut self) -> Result<Committed, SearchError> {
        self.flush()?;
        self.drop_replaced();
        let removed = self.dropped.values().map(|documents| documents.len() as u64).sum();
        let groups = self.groups();
        let labels = std::mem::take(&mut self.labels);
        let new_fields: Vec<String> = labels.keys().cloned().collect();
        let mut next: Vec<(String, Segment)> = Vec::new();
        let mut old: HashMap<String, Segment> = std::mem::take(&mut self.segments).into_iter().collect();
        let outcome = (|| -> Result<(), SearchError> {
            for group in &groups {
                if let [name] = group.as_slice()
                    && !self.must_rewrite(name, old.get(name), &labels)
                {
                    next.extend(old.remove(name).map(|segment| (name.clone(), segment)));
                    continue;
                }
                let mut builder = Builder::new(self.manifest.dimension);
                for name in group {
                    let Some(segment) = old.get(name) else { continue };
                    let dropped = self.dropped.get(name);
                    builder.add_segment(
                        segment,
                        |document| dropped.is_none_or(|dropped| !dropped.contains(&document)),
                        |field, id| labels.get(field).and_then(|values| values.get(id)).cloned(),
                        &new_fields,
                    );
                }
                if builder.len() > 0 {
                    next.push(Self::write_segment(&self.folder, &mut self.manifest, builder)?);
                }
            }
            Ok(())
        })();
        if let Err(error) = outcome {
            // Nothing counts that did not before: the segments that are not named any more are read again by the next writer.
            self.segments = old.into_iter().chain(next).collect();
            self.labels = labels;
            self.segments.sort_by(|one, other| one.0.cmp(&other.0));
            return Err(error);
        }
        self.manifest.segments = next.iter().map(|(name, _)| name.clone()).collect();
        self.manifest.generation += 1;
        self.manifest.write(&self.folder)?;
        self.segments = next;
        self.committed = self.segments.len();
        self.dropped.clear();
        drop(old);
        self.sweep()?;
        let documents = self.segments.iter().map(|(_, segment)| segment.len() as u64).sum();
        Ok(Committed { documents, removed, generation: self.manifest.generation })
    }

    /// Cuts what is pending into terms.
    fn digest(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        let cut: Vec<_> = pending.par_iter().map(|document| index_terms(&document.text)).collect();
        for (document, (terms, length)) in pending.iter().zip(cut) {
            self.builder.add(document, &terms, length);
        }
    }

    /// Writes what was added as a segment that does not count yet.
    fn flush(&mut self) -> Result<(), SearchError> {
        self.digest();
        if self.builder.len() == 0 {
            return Ok(());
        }
        let builder = std::mem::replace(&mut self.builder, Builder::new(self.manifest.dimension));
        let segment = Self::write_segment(&self.folder, &mut self.manifest, builder)?;
        self.segments.push(segment);
        Ok(())
    }

    fn write_segment(
        folder: &Path,
        manifest: &mut Manifest,
        builder: Builder,
    ) -> Result<(String, Segment), SearchError> {
        let name = format!("segment-{:08}.fws", manifest.next);
        manifest.next += 1;
        builder.write(folder, &name)?;
        let segment = Segment::open(&folder.join(&name))?;
        Ok((name, segment))
    }

    fn drop_where(&mut self, which: impl Fn(&Segment) -> Vec<u32>) -> Result<u64, SearchError> {
        let mut count = 0;
        for (name, segment) in &self.segments {
            for document in which(segment) {
                count += u64::from(self.dropped.entry(name.clone()).or_default().insert(document));
            }
        }
        Ok(count)
    }

    /// Of documents with one id only the last counts.
    fn drop_replaced(&mut self) {
        for newer in self.committed..self.segments.len() {
            let (newer_name, segment) = &self.segments[newer];
            let mut seen: HashMap<&str, u32> = HashMap::with_capacity(segment.len());
            for document in 0..segment.len() as u32 {
                let id = segment.stored(document).id;
                if let Some(before) = seen.insert(id, document) {
                    self.dropped.entry(newer_name.clone()).or_default().insert(before);
                }
            }
            for (name, older) in &self.segments[..newer] {
                let replaced: Vec<u32> = seen.keys().filter_map(|id| older.find_id(id)).collect();
                if !replaced.is_empty() {
                    self.dropped.entry(name.clone()).or_default().extend(replaced);
                }
            }
        }
    }

    fn must_rewrite(
        &self,
        name: &str,
        segment: Option<&Segment>,
        labels: &BTreeMap<String, HashMap<String, Option<String>>>,
    ) -> bool {
        let dropped = self.dropped.get(name).is_some_and(|dropped| !dropped.is_empty());
        let relabelled = |segment: &Segment| {
            labels.values().any(|values| values.keys().any(|id| segment.find_id(id).is_some()))
        };
        dropped || segment.is_some_and(relabelled)
    }

    /// Which segments become one: those of like size once there are enough of them; the rest stay alone.
    fn groups(&self) -> Vec<Vec<String>> {
        let mut tiers: BTreeMap<u32, BTreeSet<&str>> = BTreeMap::new();
        for (name, segment) in &self.segments {
            let kept = segment.len() - self.dropped.get(name).map_or(0, HashSet::len);
            let tier = (kept.max(1024) / 1024).ilog(4);
            tiers.entry(tier).or_default().insert(name);
        }
        let mut groups: Vec<Vec<String>> = Vec::new();
        let mut carried: Vec<String> = Vec::new();
        for (_, names) in tiers {
            if names.len() + usize::from(!carried.is_empty()) >= FAN {
                // What was just joined is as large as its new neighbours and joins them too.
                carried.extend(names.into_iter().map(str::to_owned));
            } else {
                groups.extend(names.into_iter().map(|name| vec![name.to_owned()]));
            }
        }
        if !carried.is_empty() {
            carried.sort();
            groups.push(carried);
        }
        groups.sort();
        groups
    }

    /// Removes every file of an index that the manifest does not name.
    fn sweep(&self) -> Result<(), SearchError> {
        let entries = std::fs::read_dir(&self.folder).map_err(SearchError::disk(&self.folder))?;
        for entry in entries {
            let entry = entry.map_err(SearchError::disk(&self.folder))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let ours =
                (name.starts_with("segment-") || name.starts_with(manifest::NAME)) && name != manifest::NAME;
            if ours && !self.manifest.segments.contains(&name) {
                std::fs::remove_file(entry.path()).map_err(SearchError::disk(&entry.path()))?;
            }
        }
        File::open(&self.folder).and_then(|folder| folder.sync_all()).map_err(SearchError::disk(&self.folder))
    }
}

/// The folder, made where it is not there, for one writer alone.
fn lock(folder: &Path) -> Result<File, SearchError> {
    std::fs::create_dir_all(folder).map_err(SearchError::disk(folder))?;
    let path = folder.join("lock");
    let lock = File::create(&path).map_err(SearchError::disk(&path))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(std::fs::TryLockError::WouldBlock) => Err(SearchError::Busy(folder.to_owned())),
        Err(std::fs::TryLockError::Error(error)) => Err(SearchError::disk(&path)(error)),
    }
}

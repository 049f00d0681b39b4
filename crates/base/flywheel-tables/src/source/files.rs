//! The files of a source: one, a folder's, or a zip's, under paths with `/` between the parts.

use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek};
use std::path::{Path, PathBuf};

use flywheel_spec::{Phrase, Problem, Problems, phrase};
use zip::ZipArchive;

use super::{Source, bytes};
use crate::storage::StorageError;

/// Files deeper than this are not looked for.
const DEPTH: usize = 6;

/// Bytes that one file of a zip may unpack to.
const MOST_BYTES: u64 = 8 << 30;

/// The files of a source.
pub(super) struct Files {
    name: String,
    entries: Vec<Entry>,
    store: Store,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// Its path below the source, with `/`.
    pub(super) path: String,
    place: Place,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    Disk(PathBuf),
    Zip(usize),
    Memory,
}

enum Store {
    Disk,
    Zip(ZipArchive<Box<dyn ReadSeek>>),
    One(Option<Vec<u8>>),
}

trait ReadSeek: Read + Seek {}
impl<T: Read + Seek> ReadSeek for T {}

impl Files {
    /// Lists what is there; hidden files and an operating system's leftovers are passed over.
    pub(super) fn open(source: &Source<'_>) -> Result<Self, Problems> {
        match source {
            Source::Bytes { name, bytes } if bytes::is_zip(bytes) => {
                Self::zip((*name).to_owned(), Box::new(Cursor::new(bytes.to_vec())))
            }
            Source::Bytes { name, bytes } => Ok(Self::one((*name).to_owned(), bytes.to_vec())),
            Source::Path(path) if path.is_dir() => Self::folder(path),
            Source::Path(path) => Self::file(path),
        }
    }

    /// The folder of a file, or nothing where it cannot be read.
    pub(super) fn beside(path: &Path) -> Result<Option<Self>, Problems> {
        match path.parent() {
            Some(folder) if folder.as_os_str().is_empty() => Self::folder(Path::new(".")).map(Some),
            Some(folder) => Self::folder(folder).map(Some),
            None => Ok(None),
        }
    }

    /// The source's name, for messages.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The files by path.
    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The name and content of a source that is one plain file; only once.
    pub(super) fn single(&mut self) -> Option<(String, Vec<u8>)> {
        match &mut self.store {
            Store::One(bytes) => bytes.take().map(|bytes| (self.name.clone(), bytes)),
            _ => None,
        }
    }

    /// The content of a file.
    pub(super) fn read(&mut self, index: usize) -> Result<Vec<u8>, Problems> {
        self.read_start(index, MOST_BYTES)
    }

    /// At most the first `limit` bytes of a file.
    pub(super) fn read_start(&mut self, index: usize, limit: u64) -> Result<Vec<u8>, Problems> {
        let entry = &self.entries[index];
        let mut content = Vec::new();
        let read = match (&entry.place, &mut self.store) {
            (Place::Disk(path), _) => {
                File::open(path).and_then(|file| file.take(limit).read_to_end(&mut content))
            }
            (Place::Zip(index), Store::Zip(archive)) => match archive.by_index(*index) {
                Ok(file) => file.take(limit).read_to_end(&mut content),
                Err(error) => Err(std::io::Error::other(error)),
            },
            _ => Ok(0),
        };
        match read {
            Ok(_) => Ok(content),
            Err(error) => {
                let file = entry.path.clone();
                Err(Problem::error(phrase!("tables.unreadable", reason = error))
                    .advise(Phrase::new("tables.copy_again"))
                    .in_file(file)
                    .into())
            }
        }
    }

    fn file(path: &Path) -> Result<Self, Problems> {
        let name = path.display().to_string();
        if !path.exists() {
            return Err(absent(path));
        }
        let failed = |error: std::io::Error| StorageError::from(error).at(path);
        let mut file = File::open(path).map_err(failed)?;
        let mut start = [0; 4];
        let length = file.read(&mut start).map_err(failed)?;
        if bytes::is_zip(&start[..length]) {
            return Self::zip(name, Box::new(BufReader::new(File::open(path).map_err(failed)?)));
        }
        Ok(Self::one(name, std::fs::read(path).map_err(failed)?))
    }

    fn one(name: String, bytes: Vec<u8>) -> Self {
        let entries = vec![Entry { path: name.clone(), place: Place::Memory }];
        Self { name, entries, store: Store::One(Some(bytes)) }
    }

    fn folder(root: &Path) -> Result<Self, Problems> {
        let mut entries = Vec::new();
        walk(root, "", DEPTH, &mut entries).map_err(|error| StorageError::from(error).at(root))?;
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Self { name: root.display().to_string(), entries, store: Store::Disk })
    }

    fn zip(name: String, reader: Box<dyn ReadSeek>) -> Result<Self, Problems> {
        let mut archive = match ZipArchive::new(reader) {
            Ok(archive) => archive,
            Err(error) => {
                return Err(Problem::error(phrase!("tables.zip_broken", reason = error))
                    .advise(Phrase::new("tables.copy_again"))
                    .in_file(name)
                    .into());
            }
        };
        let mut entries = Vec::new();
        for index in 0..archive.len() {
            let Ok(file) = archive.by_index_raw(index) else { continue };
            let path = zip_name(file.name_raw());
            if !file.is_dir() && !path.split('/').any(is_leftover) {
                entries.push(Entry { path, place: Place::Zip(index) });
            }
        }
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Self { name, entries, store: Store::Zip(archive) })
    }
}

fn walk(folder: &Path, prefix: &str, depth: usize, entries: &mut Vec<Entry>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if is_leftover(&name) {
            continue;
        }
        let path = format!("{prefix}{name}");
        let metadata = std::fs::metadata(entry.path())?;
        if metadata.is_dir() && depth > 0 {
            walk(&entry.path(), &format!("{path}/"), depth - 1, entries)?;
        } else if metadata.is_file() {
            entries.push(Entry { path, place: Place::Disk(entry.path()) });
        }
    }
    Ok(())
}

/// Hidden files, and what operating systems leave beside a person's own.
fn is_leftover(name: &str) -> bool {
    name.starts_with('.') || matches!(name, "__MACOSX" | "Thumbs.db" | "desktop.ini")
}

/// Zips made on a Chinese Windows name their files in GBK without saying so.
fn zip_name(raw: &[u8]) -> String {
    let name = match std::str::from_utf8(raw) {
        Ok(name) => name.to_owned(),
        Err(_) => encoding_rs::GB18030.decode(raw).0.into_owned(),
    };
    name.replace('\\', "/")
}

pub(super) fn absent(path: &Path) -> Problems {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let wanted = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let names = std::fs::read_dir(folder).into_iter().flatten().filter_map(|entry| entry.ok());
    let nearest = names
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .map(|name| (strsim::jaro_winkler(&name, &wanted), name))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(&a.1)));
    let advice = match nearest {
        Some((_, nearest)) => {
            phrase!("tables.no_such_file_nearest", nearest = folder.join(nearest).display())
        }
        None => Phrase::new("tables.no_such_file_advice"),
    };
    Problem::error(Phrase::new("tables.no_such_file"))
        .advise(advice)
        .in_file(path.display().to_string())
        .into()
}

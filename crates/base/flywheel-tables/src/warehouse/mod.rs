//! The tables of a project: Delta Lake in a folder, one table each, every write a new version that replaces the content at once.

mod erase;
mod find;
pub mod fingerprint;
pub mod layout;
mod log;
mod parquet_file;
mod sql;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use flywheel_spec::table::{ColumnKind, TableSummary};
use flywheel_spec::{Phrase, Problem, Problems, phrase};
use jiff::Timestamp;

pub use find::Cell;
pub use sql::SqlAnswer;

use crate::frame::Frame;
use crate::infer::Writing;
use crate::storage::StorageError;
use crate::stored::StoredTable;
use log::{Replacement, Version};

/// A file that was staged so long ago belongs to an import that died.
const STALE: Duration = Duration::from_secs(6 * 60 * 60);

/// A folder of tables.
#[derive(Debug, Clone)]
pub struct Warehouse {
    folder: PathBuf,
}

impl Warehouse {
    /// The tables in `folder`, which the first write makes.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Every table at its newest version, by name.
    pub async fn list(&self) -> Result<Vec<TableSummary>, Problems> {
        let mut summaries = Vec::new();
        for name in self.names()? {
            let folder = self.folder.join(&name);
            if let Some(version) = log::open(&folder, None).await.map_err(|error| error.at(&folder))? {
                summaries.push(summary(&name, &version).map_err(|error| error.at(&folder))?);
            }
        }
        Ok(summaries)
    }

    /// One table at its newest version; an unknown name is answered with the nearest known one.
    pub async fn summary(&self, name: &str) -> Result<TableSummary, Problems> {
        let (folder, version) = self.open(name, None).await?;
        summary(name, &version).map_err(|error| error.at(&folder))
    }

    /// Makes the frame the whole content of the table, as a new version.
    ///
    /// `kinds` says what each column holds, `writing` which ones were not written in the usual way,
    /// `source` where it comes from.
    /// The data is written aside first and becomes the table in one commit:
    /// a process that dies or a disk that fills up on the way leaves the version that was.
    pub async fn write(
        &self,
        name: &str,
        frame: &Frame,
        kinds: &[ColumnKind],
        writing: &BTreeMap<String, Writing>,
        source: &str,
        now: Timestamp,
    ) -> Result<TableSummary, Problems> {
        check(name, frame, kinds)?;
        let folder = self.folder.join(name);
        remove_stale(&folder, now);
        let frame = frame.clone();
        let kinds = kinds.to_vec();
        let writing = writing.clone();
        let target = folder.clone();
        let written = tokio::task::spawn_blocking(move || {
            let content = fingerprint::content_digest(&frame, &kinds);
            let schema = Arc::new(layout::schema(&frame, &kinds, &writing));
            let written = parquet_file::write(&target, &content, &frame, &schema)?;
            Ok::<_, StorageError>((content, schema, written, frame.rows() as u64))
        });
        let written = written.await.map_err(StorageError::from).and_then(|result| result);
        let (content, schema, written, rows) = written.map_err(|error| error.at(&folder))?;
        let (file, bytes) = (written.name.clone(), written.bytes);
        let new = Replacement { schema: &schema, file, bytes, rows, content: &content, source, now };
        let number = match log::replace(&folder, &new).await {
            Ok(number) => number,
            Err(error) => {
                // What follows a commit, such as a checkpoint, may fail although the commit stands.
                let is_live = |version: &Version| version.files.iter().any(|(path, _)| *path == written.path);
                match log::open(&folder, None).await {
                    Ok(Some(version)) if is_live(&version) => version.number,
                    Ok(_) => {
                        // A file that no version names is only a burden; the failed commit is what the user must hear of.
                        let _ = std::fs::remove_file(&written.path);
                        return Err(error.at(&folder));
                    }
                    Err(_) => return Err(error.at(&folder)),
                }
            }
        };
        let (folder, version) = self.open(name, Some(number)).await?;
        summary(name, &version).map_err(|error| error.at(&folder))
    }

    /// Reads a version of a table, the newest when none is named, and of it at most the first `limit` rows.
    ///
    /// Images are read straight into the one block that the frame keeps.
    pub async fn read(
        &self,
        name: &str,
        version: Option<u64>,
        limit: Option<u64>,
    ) -> Result<StoredTable, Problems> {
        let (folder, version) = self.open(name, version).await?;
        let number = version.number;
        let content = version.content.clone();
        let read = tokio::task::spawn_blocking(move || {
            let read = parquet_file::read(&version.files, Some(&version.columns), limit)?;
            // A version that another program wrote carries no fingerprint: take it of what is there.
            let content = match content {
                Some(content) => content,
                None if limit.is_none() => fingerprint::content_digest(&read.frame, &read.kinds),
                None => {
                    let whole = parquet_file::read(&version.files, Some(&version.columns), None)?;
                    fingerprint::content_digest(&whole.frame, &whole.kinds)
                }
            };
            Ok::<_, StorageError>((read, content))
        });
        let read = read.await.map_err(StorageError::from).and_then(|result| result);
        let (read, content) = read.map_err(|error| error.at(&folder))?;
        let fingerprint = format!("{name}@{number}:{content}");
        let parquet_file::Content { frame, kinds, writing } = read;
        Ok(StoredTable { name: name.to_owned(), version: number, fingerprint, frame, kinds, writing })
    }

    /// Every table's live files at its newest version.
    pub async fn live_files(&self) -> Result<Vec<(String, Vec<PathBuf>)>, Problems> {
        let mut tables = Vec::new();
        for name in self.names()? {
            let folder = self.folder.join(&name);
            if let Some(version) = log::open(&folder, None).await.map_err(|error| error.at(&folder))? {
                tables.push((name, version.files.into_iter().map(|(path, _)| path).collect()));
            }
        }
        Ok(tables)
    }

    /// Answers a read-only SQL query over the tables at their newest versions, with at most `limit` rows.
    pub async fn sql(&self, query: &str, limit: usize) -> Result<SqlAnswer, Problems> {
        sql::answer(self.live_files().await?, query, limit).await
    }

    fn names(&self) -> Result<Vec<String>, Problems> {
        if !self.folder.exists() {
            return Ok(Vec::new());
        }
        let entries =
            std::fs::read_dir(&self.folder).map_err(|error| StorageError::from(error).at(&self.folder))?;
        let mut names: Vec<String> = entries
            .filter_map(|entry| entry.ok())
            .filter(|entry| log::exists(&entry.path()))
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect();
        names.sort();
        Ok(names)
    }

    async fn open(&self, name: &str, version: Option<u64>) -> Result<(PathBuf, Version), Problems> {
        let folder = self.folder.join(name);
        if !is_name(name) || !log::exists(&folder) {
            return Err(unknown(name, &self.names()?));
        }
        match log::open(&folder, version).await.map_err(|error| error.at(&folder))? {
            Some(version) => Ok((folder, version)),
            None => match version {
                Some(version) => {
                    let newest = log::open(&folder, None).await.map_err(|error| error.at(&folder))?;
                    let newest = newest.map_or(0, |newest| newest.number);
                    let problem =
                        Problem::error(phrase!("tables.version_unknown", table = name, version = version))
                            .advise(phrase!("tables.version_unknown_advice", newest = newest));
                    Err(problem.into())
                }
                None => Err(unknown(name, &self.names()?)),
            },
        }
    }
}

fn unknown(name: &str, known: &[String]) -> Problems {
    let nearest =
        known.iter().max_by(|a, b| strsim::jaro_winkler(a, name).total_cmp(&strsim::jaro_winkler(b, name)));
    let advice = match nearest {
        Some(nearest) => phrase!("tables.unknown_advice", nearest = nearest, known = known.join(", ")),
        None => Phrase::new("tables.unknown_none"),
    };
    Problem::error(phrase!("tables.unknown", table = name)).advise(advice).into()
}

fn summary(name: &str, version: &Version) -> Result<TableSummary, StorageError> {
    let rows = match version.rows {
        Some(rows) => rows,
        None => {
            version.files.iter().map(|(path, _)| parquet_file::count_rows(path)).sum::<Result<u64, _>>()?
        }
    };
    Ok(TableSummary {
        name: name.to_owned(),
        version: version.number,
        rows,
        columns: version.columns.len(),
        bytes: version.files.iter().map(|(_, bytes)| bytes).sum(),
        source: version.source.clone(),
        written_at: version.written_at.clone(),
    })
}

/// A table's name is a folder's name: letters of any script, digits, `_`, `-` and inner dots, at most 100 bytes.
fn is_name(name: &str) -> bool {
    let fits = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.');
    !name.is_empty() && name.len() <= 100 && name.chars().all(fits) && !name.starts_with(['.', '-', '_'])
}

fn check(name: &str, frame: &Frame, kinds: &[ColumnKind]) -> Result<(), Problems> {
    let mut problems = Problems::default();
    if !is_name(name) {
        problems.push(
            Problem::error(phrase!("tables.bad_name", table = name))
                .advise(Phrase::new("tables.bad_name_advice")),
        );
    }
    if frame.columns.is_empty() || frame.rows() == 0 {
        problems.push(Problem::error(Phrase::new("tables.no_rows")));
    }
    let uneven = frame.columns.iter().any(|column| column.values.len() != frame.rows());
    if uneven || kinds.len() != frame.columns.len() {
        problems.push(Problem::error(Phrase::new("tables.uneven")));
    }
    let mut seen = std::collections::HashSet::new();
    for column in &frame.columns {
        // Delta Lake tells columns apart regardless of case.
        if column.name.is_empty() || !seen.insert(column.name.to_lowercase()) {
            problems.push(
                Problem::error(phrase!("tables.column_twice", column = column.name)).in_column(&column.name),
            );
        }
    }
    problems.settle(()).map(|_| ())
}

/// Removes what an import that died left behind; one that works now is younger.
fn remove_stale(folder: &Path, now: Timestamp) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let limit = SystemTime::UNIX_EPOCH + Duration::from_millis(now.as_millisecond().max(0).unsigned_abs());
    for entry in entries.filter_map(|entry| entry.ok()) {
        let staged = entry.file_name().to_string_lossy().starts_with(parquet_file::STAGING);
        let changed = entry.metadata().and_then(|metadata| metadata.modified());
        if staged && changed.is_ok_and(|changed| limit.duration_since(changed).is_ok_and(|age| age > STALE)) {
            // It is only tidying: the next write tries again.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

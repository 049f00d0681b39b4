//! Many small files become few large ones, and what was replaced goes when nobody can be reading it any more.
//!
//! Files of one commit or merge are one sorted run. Runs of a size class that are too many are merged into one run of the
//! next class, so that every event is written a number of times that grows with the logarithm of the table.
//! A merge reads and writes beside everything else: commits and questions go on, and only its last step, one version
//! of the log, meets theirs. Rows of merged people are written under whom they are by then.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::path::PathBuf;
use std::time::Duration;

use deltalake::protocol::DeltaOperation;
use deltalake::table::state::DeltaTableState;
use flywheel_people::Identity;
use flywheel_spec::Problems;
use jiff::Timestamp;

use super::merge::Passage;
use super::output::{FileSize, Output, read_name};
use super::place::metadata;
use super::shred::Shredded;
use super::store::{EventStore, Step, add};
use super::{EventFile, Snapshot, file};
use crate::storage::StorageError;

/// How files are merged.
#[derive(Debug, Clone, Copy)]
pub struct Compaction {
    /// Runs of one size class before they are merged; at least 2.
    pub runs: usize,
    /// Rows of the smallest size class; each class holds four times the one before.
    pub smallest: u64,
    /// How large files become.
    pub size: FileSize,
    /// True to merge everything into one run.
    pub everything: bool,
}

impl Default for Compaction {
    fn default() -> Self {
        Self { runs: 6, smallest: 32 << 10, size: FileSize::default(), everything: false }
    }
}

/// What a merge did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Compacted {
    /// Files before.
    pub files_before: u64,
    /// Files after.
    pub files_after: u64,
    /// Rows that were written.
    pub rows: u64,
}

impl EventStore {
    /// Merges the files that are most in need of it, in one version; `None` when none are.
    ///
    /// # Errors
    /// When the storage refuses; the table is as it was then.
    pub async fn compact(
        &self,
        how: &Compaction,
        identity: &Identity,
        now: Timestamp,
    ) -> Result<Option<Compacted>, Problems> {
        self.merge_files(how, identity, now).await.map_err(|error| self.at(&error))
    }

    async fn merge_files(
        &self,
        how: &Compaction,
        identity: &Identity,
        now: Timestamp,
    ) -> Result<Option<Compacted>, StorageError> {
        let Ok(_rewriting) = self.inner.rewriting.try_lock() else { return Ok(None) };
        let Some(_lock) = self.rewrite_lock(false).await? else { return Ok(None) };
        let (snapshot, _) = self.newest().await?;
        let runs = choose(&snapshot.files, how, identity);
        if runs.is_empty() {
            return Ok(None);
        }
        let inputs: Vec<EventFile> = runs.iter().flatten().cloned().collect();
        let staging = self.inner.place.staging()?;
        let mut paths: Vec<VecDeque<PathBuf>> = Vec::new();
        for run in &runs {
            let mut chain = VecDeque::new();
            for file in run {
                chain.push_back(self.inner.place.local(&file.path, &staging).await?);
            }
            paths.push(chain);
        }
        let group = group("m", &inputs, identity.steps);
        let (folder, identity, rows) = (staging.folder.clone(), identity.clone(), rows_of(&inputs));
        let size = how.size;
        let merge = move || {
            let shredded = merged_columns(paths.iter().flatten().zip(rows))?;
            let mut output = Output::new(folder.clone(), group, shredded.clone(), identity.steps, size);
            let passage = Passage { identity: &identity, shredded: &shredded };
            passage.merge(paths, &folder, |batch| output.write(batch))?;
            output.finish()
        };
        let staged = tokio::task::spawn_blocking(merge).await??;
        let mut files = Vec::with_capacity(staged.len());
        for (staged, file) in staged {
            self.inner.place.publish(staged, &file.path).await?;
            files.push(file);
        }
        self.stop_at(Step::Files)?;
        let rows = files.iter().map(|file| file.rows).sum();
        if rows != inputs.iter().map(|file| file.rows).sum::<u64>() {
            return Err(std::io::Error::other("a merge would change the number of events").into());
        }
        self.replace(&inputs, &files, false, now).await?;
        Ok(Some(Compacted { files_before: inputs.len() as u64, files_after: files.len() as u64, rows }))
    }

    /// Puts files in the place of others, in one version; nothing happens when one of those is not live any more.
    pub(super) async fn replace(
        &self,
        old: &[EventFile],
        new: &[EventFile],
        data_change: bool,
        now: Timestamp,
    ) -> Result<u64, StorageError> {
        let wanted: HashSet<&str> = old.iter().map(|file| file.path.as_str()).collect();
        let actions = |_: &Snapshot, state: Option<&DeltaTableState>| {
            let mut actions = Vec::new();
            for live in state.map(DeltaTableState::log_data).iter().flat_map(|files| files.iter()) {
                if wanted.contains(live.path().as_ref()) {
                    actions.push(deltalake::kernel::Action::Remove(live.remove_action(data_change)));
                }
            }
            if actions.len() != wanted.len() {
                return Err(std::io::Error::other("files were replaced by another program meanwhile").into());
            }
            actions.extend(new.iter().map(|file| add(file, data_change, now)));
            Ok(actions)
        };
        let operation = if data_change {
            DeltaOperation::Delete { predicate: None }
        } else {
            DeltaOperation::Optimize { predicate: None, target_size: 128 << 20 }
        };
        self.add_version(actions, &[], operation, now).await
    }

    /// The right to rewrite files, which one process of a machine has; `None` when another has it and this one does not wait.
    pub(super) async fn rewrite_lock(&self, wait: bool) -> Result<Option<std::fs::File>, StorageError> {
        let folder = self.inner.seen.folder().to_owned();
        let lock = move || {
            std::fs::create_dir_all(&folder)?;
            let path = folder.join("rewrite.lock");
            let file = std::fs::File::options().create(true).truncate(false).write(true).open(path)?;
            if wait {
                file.lock()?;
                return Ok(Some(file));
            }
            match file.try_lock() {
                Ok(()) => Ok(Some(file)),
                Err(std::fs::TryLockError::WouldBlock) => Ok(None),
                Err(std::fs::TryLockError::Error(error)) => Err(error),
            }
        };
        Ok(tokio::task::spawn_blocking(lock).await??)
    }

    /// Merges the lists of seen events where they are many; says whether any were merged.
    ///
    /// # Errors
    /// When the disk refuses, or a list is not what was written.
    pub async fn merge_seen(&self) -> Result<bool, Problems> {
        let merge = async {
            let (snapshot, _) = self.newest().await?;
            // The newest commits' lists stay as they are for readers of a somewhat older table.
            let (seen, settled) = (self.inner.seen.clone(), snapshot.ordinal.saturating_sub(2));
            Ok::<_, StorageError>(tokio::task::spawn_blocking(move || seen.merge(settled)).await??)
        };
        merge.await.map_err(|error| self.at(&error))
    }

    /// Removes files that were replaced, and versions that were followed by others, longer than `keep` ago,
    /// and what dead processes left behind; says how many objects went.
    ///
    /// # Errors
    /// When the storage refuses.
    pub async fn tidy(&self, keep: Duration, now: Timestamp) -> Result<u64, Problems> {
        super::tidy::tidy(self, keep, now).await.map_err(|error| self.at(&error))
    }
}

/// Ten minutes: what a question may at most take that still reads files which were replaced meanwhile.
pub const KEEP: Duration = Duration::from_secs(600);

/// A name for files made of others, which no other files get.
pub(super) fn group(prefix: &str, inputs: &[EventFile], salt: u64) -> String {
    let mut digest = xxhash_rust::xxh3::Xxh3::new();
    digest.update(&salt.to_le_bytes());
    for file in inputs {
        digest.update(file.path.as_bytes());
        digest.update(&[0]);
    }
    format!("{prefix}{:016x}", digest.digest())
}

fn rows_of(files: &[EventFile]) -> Vec<u64> {
    files.iter().map(|file| file.rows).collect()
}

fn merged_columns<'p>(files: impl Iterator<Item = (&'p PathBuf, u64)>) -> Result<Shredded, StorageError> {
    let mut parts = Vec::new();
    for (path, rows) in files {
        let (_, known) = metadata(path)?;
        parts.push((rows, file::shredded_of(known.metadata())));
    }
    Ok(Shredded::merge(parts.iter().map(|(rows, part)| (*rows, part))))
}

/// The runs to merge, each with its files by person.
fn choose(files: &[EventFile], how: &Compaction, identity: &Identity) -> Vec<Vec<EventFile>> {
    let mut runs: BTreeMap<&str, Vec<EventFile>> = BTreeMap::new();
    for file in files {
        runs.entry(read_name(&file.path).0).or_default().push(file.clone());
    }
    let mut runs: Vec<Vec<EventFile>> = runs.into_values().collect();
    for run in &mut runs {
        // The parts of a run are numbered in order, also where one person fills several.
        run.sort_by(|a, b| a.path.cmp(&b.path));
    }
    if how.everything {
        let old = runs.iter().flatten().any(|file| file.steps < identity.steps);
        return if runs.len() > 1 || old { runs } else { Vec::new() };
    }
    let rows = |run: &Vec<EventFile>| run.iter().map(|file| file.rows).sum::<u64>();
    let class = |run: &Vec<EventFile>| {
        (rows(run) / how.smallest.max(1)).checked_ilog2().map_or(0, |bits| bits / 2 + 1)
    };
    let mut classes: BTreeMap<u32, Vec<Vec<EventFile>>> = BTreeMap::new();
    for run in runs {
        classes.entry(class(&run)).or_default().push(run);
    }
    let many = classes.into_values().find(|runs| runs.len() >= how.runs.max(2));
    many.unwrap_or_default()
}

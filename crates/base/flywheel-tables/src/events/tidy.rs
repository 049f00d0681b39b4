//! Files and versions that nobody needs any more go.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStoreExt};
use serde_json::Value;

use super::file::STAGING;
use super::store::EventStore;
use crate::storage::StorageError;

/// What no version names and is older than this belongs to a process that died.
const STALE: Duration = Duration::from_secs(6 * 60 * 60);

/// Versions in the log past the last that was written in one piece, after which one is.
const LOG_AT_MOST: usize = 40;

/// The log as it lies there.
struct Log<'o> {
    versions: BTreeMap<u64, &'o ObjectMeta>,
    checkpoints: BTreeMap<u64, Vec<&'o ObjectMeta>>,
}

pub(super) async fn tidy(store: &EventStore, keep: Duration, now: Timestamp) -> Result<u64, StorageError> {
    let Ok(_rewriting) = store.inner.rewriting.try_lock() else { return Ok(0) };
    let Some(_lock) = store.rewrite_lock(false).await? else { return Ok(0) };
    let objects = store.inner.place.list().await?;
    let log = Log::of(&objects);
    let (snapshot, _) = store.newest().await?;
    let Some(newest) = snapshot.version else { return Ok(0) };
    let horizon = millis(now) - i64::try_from(keep.as_millis()).unwrap_or(i64::MAX);
    // The version that a question may have begun with at the horizon; what it names stays.
    let oldest =
        log.versions.iter().filter(|(_, object)| written(object) <= horizon).map(|(version, _)| *version);
    let Some(oldest) = oldest.max() else { return Ok(0) };

    let live: BTreeSet<&str> = snapshot.files.iter().map(|file| file.path.as_str()).collect();
    let mut gone = BTreeSet::new();
    let mut named = BTreeSet::new();
    for (version, object) in &log.versions {
        let (added, removed) = read(store, &object.location).await?;
        if *version <= oldest {
            gone.extend(removed.iter().cloned());
        }
        named.extend(added);
        named.extend(removed);
    }
    let stale = millis(now) - i64::try_from(keep.max(STALE).as_millis()).unwrap_or(i64::MAX);
    let mut removed = 0;
    for object in files_of(&objects) {
        let name = object.location.as_ref();
        let replaced = gone.contains(name);
        let left_behind = !named.contains(name)
            && written(object) < stale
            && (name.ends_with(".parquet") || name.starts_with(STAGING));
        if !live.contains(name) && (replaced || left_behind) {
            store.inner.place.remove(&object.location).await?;
            removed += 1;
        }
    }
    let last_whole = log.checkpoints.keys().next_back().copied();
    let behind = log.versions.range(last_whole.map_or(0, |version| version + 1)..).count();
    if behind > LOG_AT_MOST || (!gone.is_empty() && last_whole.is_none_or(|version| version < newest)) {
        store.checkpoint().await?;
    }
    // Versions go when one that was written in one piece stands between them and the horizon.
    let Some(whole) = log.checkpoints.keys().copied().filter(|version| *version <= oldest).max() else {
        return Ok(removed);
    };
    Ok(removed + remove_versions(store, &log, whole).await?)
}

/// Leaves nothing but the newest version: every other file and version goes at once.
///
/// Whoever calls this holds the right to bring in and to rewrite.
pub(super) async fn leave_newest(store: &EventStore) -> Result<u64, StorageError> {
    let Some(version) = store.checkpoint().await? else { return Ok(0) };
    let (snapshot, _) = store.newest().await?;
    let live: BTreeSet<&str> = snapshot.files.iter().map(|file| file.path.as_str()).collect();
    let objects = store.inner.place.list().await?;
    let mut removed = 0;
    for object in files_of(&objects) {
        if !live.contains(object.location.as_ref()) {
            store.inner.place.remove(&object.location).await?;
            removed += 1;
        }
    }
    removed += remove_versions(store, &Log::of(&objects), version).await?;
    store.forget().await;
    Ok(removed)
}

/// Removes the versions before one.
async fn remove_versions(store: &EventStore, log: &Log<'_>, before: u64) -> Result<u64, StorageError> {
    let mut removed = 0;
    let versions = log.versions.range(..before).map(|(_, object)| *object);
    let checkpoints = log.checkpoints.range(..before).flat_map(|(_, objects)| objects.iter().copied());
    let gone: Vec<&ObjectMeta> = versions.chain(checkpoints).collect();
    for object in gone {
        store.inner.place.remove(&object.location).await?;
        removed += 1;
    }
    Ok(removed)
}

/// What lies beside the log.
fn files_of(objects: &[ObjectMeta]) -> Vec<&ObjectMeta> {
    objects.iter().filter(|object| !object.location.as_ref().starts_with("_delta_log/")).collect()
}

impl<'o> Log<'o> {
    fn of(objects: &'o [ObjectMeta]) -> Self {
        let mut log = Self { versions: BTreeMap::new(), checkpoints: BTreeMap::new() };
        for object in objects {
            let name = object.location.as_ref().strip_prefix("_delta_log/");
            let Some((version, kind)) = name.and_then(|name| name.split_once('.')) else { continue };
            let Ok(version) = version.parse() else { continue };
            if kind == "json" {
                log.versions.insert(version, object);
            } else if kind.starts_with("checkpoint") {
                log.checkpoints.entry(version).or_default().push(object);
            }
        }
        log
    }
}

/// The files that a version adds and removes.
async fn read(store: &EventStore, location: &Path) -> Result<(Vec<String>, Vec<String>), StorageError> {
    let bytes = store.inner.place.files.get(location).await?.bytes().await?;
    let (mut added, mut removed) = (Vec::new(), Vec::new());
    for line in bytes.split(|byte| *byte == b'\n') {
        let Ok(action) = serde_json::from_slice::<Value>(line) else { continue };
        let path = |kind: &str| action[kind]["path"].as_str().map(str::to_owned);
        added.extend(path("add"));
        removed.extend(path("remove"));
    }
    Ok((added, removed))
}

fn written(object: &ObjectMeta) -> i64 {
    object.last_modified.timestamp_millis()
}

fn millis(now: Timestamp) -> i64 {
    now.as_millisecond()
}

//! What was acknowledged and is not yet in the table, read by any process, each event once beside a snapshot of the table.
//!
//! A [`Tail`] keeps what it has decoded: only bytes that were added since are read, and a question that finds nothing new
//! pays for a few looks at file names. An event counts where it stands first: in the table, else in the earliest segment.

use std::collections::{BTreeMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flywheel_people::Event;
use flywheel_spec::Problems;

use super::Snapshot;
use super::seen::{Runs, Seen, place};
use super::store::EventStore;
use crate::spool::{self, Arrived, Damage};
use crate::storage::StorageError;

/// Times that the table and the spool are looked at anew because a commit came in between.
const ATTEMPTS: usize = 20;

/// Every acknowledged event at one moment: the table's files, and what waits beside them.
#[derive(Debug, Clone)]
pub struct Whole {
    /// The table.
    pub snapshot: Arc<Snapshot>,
    /// What waits, in the order of arrival; nothing of it is in the table, nothing is there twice.
    pub tail: Arc<Vec<Event>>,
    /// What of the spool cannot be read.
    pub damages: Vec<Damage>,
}

/// A reader of a spool of arrivals.
#[derive(Debug)]
pub struct Tail {
    folder: PathBuf,
    segments: BTreeMap<u64, Progress>,
    events: Arc<Vec<Event>>,
    /// Of each event its segment and its place among those seen.
    marks: Vec<(u64, u128)>,
    places: HashSet<u128>,
    runs: Runs,
    /// The commits that the events were compared with.
    compared: u64,
}

#[derive(Debug, Default)]
struct Progress {
    offset: u64,
    damages: Vec<Damage>,
}

impl Tail {
    /// A reader of the spool in a folder.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            segments: BTreeMap::new(),
            events: Arc::default(),
            marks: Vec::new(),
            places: HashSet::new(),
            runs: Runs::default(),
            compared: 0,
        }
    }

    /// The table and what waits, as of one moment.
    ///
    /// # Errors
    /// When the spool or the table cannot be read.
    pub async fn read(&mut self, store: &EventStore) -> Result<Whole, Problems> {
        let folder = self.folder.clone();
        self.look(store).await.map_err(|error| error.at(&folder))
    }

    async fn look(&mut self, store: &EventStore) -> Result<Whole, StorageError> {
        for attempt in 1..=ATTEMPTS {
            let (snapshot, _) = store.newest().await?;
            if attempt == ATTEMPTS / 2 {
                // Nothing may have changed at all, and the list of seen events be lost.
                store.mend_seen().await?;
            }
            // What is decoded moves to a thread that may wait for the disk, and comes back with what is new.
            let mut tail = std::mem::replace(self, Self::new(&self.folder));
            let (seen, at) = (store.seen().clone(), snapshot.clone());
            let caught_up = tokio::task::spawn_blocking(move || {
                let caught_up = tail.catch_up(&at, &seen);
                (tail, caught_up)
            });
            let (tail, caught_up) = caught_up.await?;
            *self = tail;
            if !caught_up? {
                continue;
            }
            // A commit after the snapshot may have taken a segment away before it was read.
            let (after, _) = store.newest().await?;
            if after.committed_segment == snapshot.committed_segment {
                return Ok(Whole { snapshot, tail: self.events.clone(), damages: self.damages() });
            }
        }
        Err(io::Error::other("commits came faster than the spool could be read").into())
    }

    fn damages(&self) -> Vec<Damage> {
        self.segments.values().flat_map(|progress| progress.damages.iter().cloned()).collect()
    }

    /// Reads what is new beside a snapshot; false when the snapshot is too old by now.
    fn catch_up(&mut self, snapshot: &Snapshot, seen: &Seen) -> io::Result<bool> {
        let committed = snapshot.committed_segment;
        self.segments.retain(|segment, _| *segment > committed);
        self.keep(|(segment, _)| *segment > committed);

        let mut found = Vec::new();
        let mut listed = HashSet::new();
        for (number, path) in
            spool::segments(&self.folder)?.into_iter().filter(|(number, _)| *number > committed)
        {
            listed.insert(number);
            match self.read_on(number, &path, &mut found) {
                Ok(true) => {}
                Ok(false) => return self.begin_again(),
                Err(error) if error.kind() == io::ErrorKind::NotFound => return self.begin_again(),
                Err(error) => {
                    self.begin_again()?;
                    return Err(error);
                }
            }
        }
        if self.segments.keys().any(|segment| !listed.contains(segment)) {
            return self.begin_again();
        }
        if found.is_empty() && self.marks.is_empty() {
            self.compared = snapshot.ordinal;
            return Ok(true);
        }
        if !found.is_empty() || snapshot.ordinal != self.compared {
            match seen.at(snapshot, &self.runs)? {
                Some(runs) => self.runs = runs,
                // What was just read is not compared yet, and must be read again.
                None => return self.begin_again(),
            }
        }
        if snapshot.ordinal < self.compared {
            return self.begin_again();
        }
        if snapshot.ordinal > self.compared && !self.marks.is_empty() {
            let mine: Vec<u128> = self.marks.iter().map(|(_, place)| *place).collect();
            let known = self.runs.known(&mine, self.compared)?;
            if !known.is_empty() {
                self.keep(|(_, place)| !known.contains(place));
            }
        }
        self.compared = snapshot.ordinal;
        if !found.is_empty() {
            let places: Vec<u128> = found.iter().map(|(_, event)| place(event.uuid)).collect();
            let known = self.runs.known(&places, 0)?;
            let events = Arc::make_mut(&mut self.events);
            for ((segment, event), place) in found.into_iter().zip(places) {
                if !known.contains(&place) && self.places.insert(place) {
                    events.push(event);
                    self.marks.push((segment, place));
                }
            }
        }
        Ok(true)
    }

    /// Reads what was added to a segment; false when its writer took something back.
    fn read_on(&mut self, number: u64, path: &Path, found: &mut Vec<(u64, Event)>) -> io::Result<bool> {
        let progress = self.segments.entry(number).or_default();
        let from = progress.offset;
        let take = |record: &[u8]| {
            if let Some(Arrived::Event(event)) = spool::arrived(record) {
                found.push((number, *event));
            }
        };
        let read = spool::read_segment_from(path, from, take)?;
        if read.offset < from {
            return Ok(false);
        }
        progress.offset = read.offset;
        // The end of a growing segment was looked at again.
        progress.damages.retain(|known| known.offset < from);
        progress.damages.extend(read.damages);
        Ok(true)
    }

    fn begin_again(&mut self) -> io::Result<bool> {
        *self = Self::new(&self.folder);
        Ok(false)
    }

    /// Forgets the events whose segment and place do not fit.
    fn keep(&mut self, fits: impl Fn(&(u64, u128)) -> bool) {
        if self.marks.iter().all(&fits) {
            return;
        }
        let mut kept = self.marks.iter().map(&fits);
        Arc::make_mut(&mut self.events).retain(|_| kept.next().unwrap_or(true));
        self.marks.retain(&fits);
        self.places = self.marks.iter().map(|(_, place)| *place).collect();
    }
}

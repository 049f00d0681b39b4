//! Events folded: files sorted by person and time, what arrived since, and who is whom by now.
//!
//! [`run`] shows every person of a table of events to some folds exactly once and whole, as `flywheel_people::memory` says it
//! must be, and returns one state for each fold.
//! It cuts people into ranges, one pass over the wanted columns each, and puts together in their order what each gave:
//! the number of threads changes no digit of a sum. Rows that fit no filter are dropped batch by batch, people of whom
//! a merge speaks or who have events in the tail are set aside and shown at the end.

mod base;
mod batch;
mod file;
mod footers;
mod on_disk;
mod pages;
mod properties;
pub mod ranges;
mod reader;
mod rows;
mod settle;
mod show;
mod source;
#[cfg(test)]
mod tests;
mod texts;
mod together;
mod wanted;

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use flywheel_people::{Event, Fold, FoldError, Identity, Partial, person_of};
use flywheel_spec::{Phrase, Problem, Problems, phrase};
use object_store::ObjectStore;
use serde::{Deserialize, Serialize};
use tokio::runtime::Handle;

pub use self::reader::{Gathered, Reader, Shared};
pub use self::rows::Rows;
pub use self::settle::settle;
pub use self::wanted::Wanted;

use self::together::Together;
use crate::EventFile;

/// Bytes that rows set aside may take, unless an engine says otherwise.
const ASIDE_BYTES: usize = 2 << 30;

/// Rows decoded at once: their columns stay in the processor's nearer caches.
pub const BATCH_ROWS: usize = 16 * 1024;

/// Folding in this process.
#[derive(Debug, Clone, Copy)]
pub struct Embedded {
    /// Threads that read; how many there are changes no answer.
    pub threads: usize,
    /// Bytes that rows set aside may take.
    pub aside_bytes: usize,
    /// Rows that are decoded at once; it changes no answer.
    pub batch_rows: usize,
}

impl Default for Embedded {
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Self { threads, aside_bytes: ASIDE_BYTES, batch_rows: BATCH_ROWS }
    }
}

/// The files of a table of events at one version.
#[derive(Debug, Clone)]
pub struct EventsView {
    /// Where they lie.
    pub store: Arc<dyn ObjectStore>,
    /// The table's address, a folder or a URL; what tells this store from others.
    pub root: String,
    /// The files; none overlaps with another version's.
    pub files: Vec<EventFile>,
}

/// People from `from` on, below `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PersonRange {
    /// The first.
    pub from: i64,
    /// The first who is not in it any more; absent when there is no end.
    pub to: Option<i64>,
}

impl PersonRange {
    /// Everybody.
    pub const ALL: Self = Self { from: i64::MIN, to: None };

    fn touches(self, file: &EventFile) -> bool {
        file.max_person >= self.from && self.to.is_none_or(|to| file.min_person < to)
    }
}

/// Why reading ended without an answer.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// A file is broken, or none of ours.
    #[error("file `{path}` cannot be read: {reason}")]
    File {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// The storage failed.
    #[error("storage: {0}")]
    Store(#[from] object_store::Error),
    /// Too many rows had to be set aside.
    #[error("rows set aside take more than {bytes} bytes")]
    AsideFull {
        /// What they may take.
        bytes: u64,
    },
    /// Nobody waited for the answer any more.
    #[error("stopped")]
    Stopped,
    /// Two states did not fit together.
    #[error("{0}")]
    Fold(#[from] FoldError),
    /// A thread ended early.
    #[error("{0}")]
    Task(String),
    /// A condition is wrong.
    #[error("a condition is wrong")]
    Condition(Problems),
}

impl From<ReadError> for Problems {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Condition(problems) => problems,
            ReadError::AsideFull { bytes } => {
                Problem::error(phrase!("reading.aside_full", mib = bytes >> 20))
                    .advise(Phrase::new("reading.aside_full_advice"))
                    .into()
            }
            error => Problem::error(phrase!("reading.failed", reason = error))
                .advise(Phrase::new("reading.failed_advice"))
                .into(),
        }
    }
}

/// Shows everybody to the folds, in this process, and returns one state for each.
///
/// `tail` holds events that no file has yet. Dropping the future stops the work.
///
/// # Errors
/// A wrong condition, a file that cannot be read, more rows to set aside than there is room for.
pub async fn run(
    engine: Embedded,
    events: &EventsView,
    tail: &[Event],
    identity: &Identity,
    folds: &[Arc<dyn Fold>],
) -> Result<Vec<Box<dyn Partial>>, ReadError> {
    let shared = Arc::new(Shared::of(engine, events, folds, people_aside(tail, identity), identity.split)?);
    let _stop = StopOnDrop(shared.clone());
    let ranges = Arc::new(ranges::cut_alike(events).await?);
    let next = Arc::new(AtomicUsize::new(0));
    let together = Arc::new(Together::new(folds, &shared.wanted));
    let tasks: Vec<_> = (0..engine.threads.max(1).min(ranges.len()))
        .map(|_| {
            let (shared, folds) = (shared.clone(), folds.to_vec());
            let (ranges, next, together) = (ranges.clone(), next.clone(), together.clone());
            tokio::task::spawn_blocking(move || -> Result<(), ReadError> {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(range) = ranges.get(at) else { return Ok(()) };
                    let mut reader = Reader::new(shared.clone(), &folds);
                    reader.read(&Handle::current(), *range)?;
                    together.add(at, reader.finish())?;
                }
            })
        })
        .collect();
    let mut failed = None;
    for task in tasks {
        let read = task.await.map_err(|error| ReadError::Task(error.to_string())).and_then(|read| read);
        if let Err(error) = read {
            shared.stopped.store(true, Ordering::Relaxed);
            // The first reason is the reason; that others stopped follows from it.
            failed = failed.filter(|known| !matches!(known, ReadError::Stopped)).or(Some(error));
        }
    }
    match failed {
        Some(error) => Err(error),
        None => together.take().settle(folds, &shared.wanted, identity, tail),
    }
}

/// Everyone whose rows are not all in one place: affected by a merge, or with events in the tail.
pub fn people_aside(tail: &[Event], identity: &Identity) -> Arc<[i64]> {
    let mut people: HashSet<i64> = identity.affected().clone();
    for event in tail {
        let person = person_of(&event.distinct_id);
        people.extend([person, identity.of(person)]);
    }
    let mut people: Vec<i64> = people.into_iter().collect();
    people.sort_unstable();
    people.into()
}

/// Tells the readers to stop when nobody waits for them any more.
#[derive(Debug)]
pub struct StopOnDrop(pub Arc<Shared>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.stopped.store(true, Ordering::Relaxed);
    }
}

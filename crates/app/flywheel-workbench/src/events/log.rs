//! The one writer of arrivals: an event is acknowledged when it stands on the disk, and is in every answer from then on.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;
use std::sync::Arc;

use flywheel_collect::Aside;
use flywheel_people::Event;
use flywheel_spec::{Problem, phrase};
use flywheel_tables::spool::{self, Spool, SpoolOptions, frame_aside, frame_event};
use tokio::sync::{Mutex, MutexGuard, oneshot};

use super::mask::Masks;
use super::waiting::{NEWEST, Waiting};
use crate::data::blocking;
use crate::{Failure, Workbench};

/// Bytes of arrivals that may wait for the table; then senders are asked to come back later.
const WAITING_AT_MOST: u64 = 192 << 20;

/// Events above which another thread makes their bytes.
const INLINE: usize = 500;

/// Why arrivals were not taken; nothing of them is kept, and they may be sent again.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TakeError {
    /// The disk is full.
    #[error("{}", problem.message)]
    Full {
        /// Said to people.
        problem: Problem,
    },
    /// More has arrived than can be brought into the table.
    #[error("{}", problem.message)]
    Behind {
        /// Said to people.
        problem: Problem,
    },
    /// The disk refused for another reason.
    #[error("{}", problem.message)]
    Unwritten {
        /// Said to people.
        problem: Problem,
    },
}

impl TakeError {
    /// What to tell.
    pub fn problem(&self) -> &Problem {
        match self {
            Self::Full { problem } | Self::Behind { problem } | Self::Unwritten { problem } => problem,
        }
    }

    /// When to come back, seconds.
    pub fn retry_after_secs(&self) -> u32 {
        match self {
            Self::Full { .. } => 10,
            Self::Behind { .. } | Self::Unwritten { .. } => 3,
        }
    }
}

impl From<TakeError> for Failure {
    fn from(error: TakeError) -> Self {
        match error {
            TakeError::Full { problem } | TakeError::Behind { problem } => Self::Wrong(problem.into()),
            TakeError::Unwritten { problem } => Self::Broken(problem),
        }
    }
}

/// The open log; one process of a project has it. Cheap to clone.
#[derive(Clone)]
pub struct EventLog {
    inner: Arc<Inner>,
}

struct Inner {
    workbench: Workbench,
    spool: Spool<()>,
    masks: Masks,
    waiting: Arc<Waiting>,
    /// One commit, or one erasure, at a time.
    turn: Mutex<()>,
    /// Freed by the operating system when this process is gone.
    _lock: File,
}

impl std::fmt::Debug for EventLog {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("EventLog").finish_non_exhaustive()
    }
}

impl Workbench {
    /// Opens the log for writing; what an earlier process left waits again.
    ///
    /// # Errors
    /// When another process has it, or its folder cannot be written.
    pub async fn event_log(&self) -> Result<EventLog, Failure> {
        let folder = self.folder().spool();
        let lock = blocking({
            let folder = folder.clone();
            move || lock(&folder)
        })
        .await??;
        // Only who has the lock may ask what is committed: nobody else commits segments meanwhile.
        let committed = self.event_store()?.snapshot().await?.committed_segment;
        let workbench = self.clone();
        blocking(move || {
            let io = |error| Failure::io(&folder, &error);
            super::commit::remove_segments(&folder, committed);
            let left = spool::segments(&folder).map_err(io)?;
            let last = left.last().map_or(0, |(number, _)| *number);
            let bytes = left.iter().filter_map(|(_, path)| path.metadata().ok()).map(|data| data.len()).sum();
            let waiting = Arc::new(Waiting::with(bytes));
            let options = SpoolOptions { first: committed.max(last) + 1, ..SpoolOptions::default() };
            let spool = Spool::open(&folder, options, |(): &(), _: &mut Vec<u8>| {}).map_err(io)?;
            let masks = Masks::new(workbench.project().privacy.as_ref());
            let turn = Mutex::new(());
            Ok(EventLog { inner: Arc::new(Inner { workbench, spool, masks, waiting, turn, _lock: lock }) })
        })
        .await?
    }
}

impl EventLog {
    /// Takes arrivals and returns when they are on the disk: all of them, or none.
    ///
    /// # Errors
    /// When the disk is full or refuses; then the sender is to come back.
    pub async fn take(&self, arrivals: Vec<Event>, aside: Vec<Aside>) -> Result<(), TakeError> {
        if arrivals.is_empty() && aside.is_empty() {
            return Ok(());
        }
        let waiting = self.inner.waiting.bytes();
        if waiting > WAITING_AT_MOST {
            let waiting = format!("{} MiB", waiting >> 20);
            return Err(TakeError::Behind {
                problem: Problem::error(phrase!("events.behind", waiting = waiting)),
            });
        }
        let masks = self.inner.masks.clone();
        let framed = if arrivals.len() + aside.len() > INLINE {
            let work = move || framed(&masks, arrivals, aside);
            tokio::task::spawn_blocking(work).await.map_err(|error| unwritten(&io::Error::other(error)))?
        } else {
            framed(&masks, arrivals, aside)
        };
        let (sender, written) = oneshot::channel();
        let waiting = self.inner.waiting.clone();
        let Framed { bytes, records, events } = framed;
        let length = bytes.len() as u64;
        self.inner.spool.append_framed(bytes, records, move |result| {
            if result.is_ok() {
                waiting.acknowledged(length, events);
            }
            // Who went away without waiting has its events on the disk all the same.
            let _ = sender.send(result);
        });
        match written.await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(unwritten(&error)),
            Err(error) => Err(unwritten(&io::Error::other(error))),
        }
    }

    /// Returns when everything taken before is on the disk.
    ///
    /// # Errors
    /// When some of it could not be written.
    pub fn flush(&self) -> io::Result<()> {
        self.inner.spool.flush()
    }

    /// The newest arrivals of this process, newest first; of one event only, when one is named.
    pub fn newest(&self, event: Option<&str>, limit: usize) -> Vec<Arc<Event>> {
        self.inner.waiting.newest(event, limit)
    }

    /// Bytes of arrivals that wait for the table.
    pub fn waiting_bytes(&self) -> u64 {
        self.inner.waiting.bytes()
    }

    /// Why nothing could be brought into the table just now.
    pub fn trouble(&self) -> Option<Problem> {
        self.inner.waiting.trouble()
    }

    /// The project.
    pub(crate) fn workbench(&self) -> &Workbench {
        &self.inner.workbench
    }

    /// What waits.
    pub(crate) fn waiting(&self) -> &Waiting {
        &self.inner.waiting
    }

    /// Waits until no commit is under way, and lets none begin.
    pub(crate) async fn turn(&self) -> MutexGuard<'_, ()> {
        self.inner.turn.lock().await
    }

    /// Ends the segment that grows, and says the last that is complete.
    pub(crate) async fn seal(&self) -> Result<u64, Failure> {
        let log = self.clone();
        let sealed = blocking(move || log.inner.spool.seal()).await?;
        sealed.map_err(|error| Failure::io(&self.inner.workbench.folder().spool(), &error))
    }
}

/// Arrivals as bytes for the spool, and the last of the events for a live view.
struct Framed {
    bytes: Vec<u8>,
    records: u64,
    events: Vec<Event>,
}

fn framed(masks: &Masks, mut events: Vec<Event>, asides: Vec<Aside>) -> Framed {
    let mut bytes = Vec::with_capacity(events.len() * 512);
    let records = (events.len() + asides.len()) as u64;
    for event in &mut events {
        masks.event(event);
        frame_event(&mut bytes, event);
    }
    for mut aside in asides {
        masks.aside(&mut aside);
        match serde_json::to_vec(&aside) {
            Ok(json) => frame_aside(&mut bytes, &json),
            Err(error) => unreachable!("what was kept aside has a JSON form: {error}"),
        }
    }
    events.drain(..events.len().saturating_sub(NEWEST));
    Framed { bytes, records, events }
}

/// The right to write, which one process has.
fn lock(folder: &Path) -> Result<File, Failure> {
    let io = |error: &io::Error| Failure::io(folder, error);
    std::fs::create_dir_all(folder).map_err(|error| io(&error))?;
    let path = folder.join("lock");
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(path);
    let file = file.map_err(|error| io(&error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            let problem = Problem::error(phrase!("events.log_taken"));
            Err(Failure::Conflict(problem.advise(phrase!("events.log_taken_advice"))))
        }
        Err(TryLockError::Error(error)) => Err(io(&error)),
    }
}

fn unwritten(error: &io::Error) -> TakeError {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    if matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge) {
        let problem = Problem::error(phrase!("events.full", reason = error));
        return TakeError::Full { problem: problem.advise(phrase!("events.full_advice")) };
    }
    let problem = Problem::error(phrase!("events.unwritten", reason = error));
    TakeError::Unwritten { problem: problem.advise(phrase!("events.unwritten_advice")) }
}

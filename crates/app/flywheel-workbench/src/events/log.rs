//! The one writer of arrivals: an event is acknowledged when it stands on the disk, and is in every answer from then on.

use std::collections::VecDeque;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use flywheel_collect::Aside;
use flywheel_people::Event;
use flywheel_spec::{Problem, phrase};
use flywheel_tables::spool::{Spool, SpoolOptions, frame_aside, frame_event};
use tokio::sync::{Notify, oneshot};

use super::mask::Masks;
use crate::data::blocking;
use crate::{Failure, Workbench};

/// The newest events that a live view may ask for.
const NEWEST: usize = 500;

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
    /// Freed by the operating system when this process is gone.
    _lock: File,
}

/// What was acknowledged and is not yet in the table.
#[derive(Default)]
pub(crate) struct Waiting {
    state: Mutex<State>,
    /// Bytes of it.
    bytes: AtomicU64,
    /// Something has arrived.
    pub arrived: Notify,
}

#[derive(Default)]
struct State {
    /// In the order acknowledged, with their segments.
    events: VecDeque<(u64, Arc<Event>, u64)>,
    /// The last segment whose events were taken out.
    through: u64,
    newest: VecDeque<Arc<Event>>,
    asides: u64,
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
        let committed = self.event_store().snapshot().await?.committed_segment;
        let workbench = self.clone();
        blocking(move || {
            let lock = lock(&folder)?;
            let waiting = Arc::new(Waiting::default());
            super::read::segments_after(&folder, committed, |segment, record| {
                waiting.add(segment, record.event.map(Arc::new), record.bytes);
            })?;
            let first = committed.max(waiting.last_segment()) + 1;
            let options = SpoolOptions { first, ..SpoolOptions::default() };
            let spool = Spool::open(&folder, options, |(): &(), _: &mut Vec<u8>| {})
                .map_err(|error| Failure::io(&folder, &error))?;
            let masks = Masks::new(workbench.project().privacy.as_ref());
            Ok(EventLog { inner: Arc::new(Inner { workbench, spool, masks, waiting, _lock: lock }) })
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
        let waiting = self.inner.waiting.bytes.load(Ordering::Relaxed);
        if waiting > WAITING_AT_MOST {
            let waiting = format!("{} MiB", waiting >> 20);
            return Err(TakeError::Behind { problem: Problem::error(phrase!("events.behind", waiting = waiting)) });
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
        let Framed { bytes, records, events, asides } = framed;
        self.inner.spool.append_framed(bytes, records, move |result| {
            if let Ok(segment) = &result {
                waiting.acknowledged(*segment, events, asides);
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
        let state = self.inner.waiting.state();
        let fits = |arrived: &&Arc<Event>| event.is_none_or(|name| arrived.event == name);
        state.newest.iter().rev().filter(fits).take(limit).cloned().collect()
    }

    /// Bytes of arrivals that wait for the table.
    pub fn waiting_bytes(&self) -> u64 {
        self.inner.waiting.bytes.load(Ordering::Relaxed)
    }

    /// The project.
    pub(crate) fn workbench(&self) -> &Workbench {
        &self.inner.workbench
    }

    /// What waits.
    pub(crate) fn waiting(&self) -> &Waiting {
        &self.inner.waiting
    }

    /// Ends the segment that grows, and says the last that is complete.
    pub(crate) async fn seal(&self) -> Result<u64, Failure> {
        let log = self.clone();
        let sealed = blocking(move || log.inner.spool.seal()).await?;
        sealed.map_err(|error| Failure::io(&self.inner.workbench.folder().spool(), &error))
    }
}

impl Waiting {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn acknowledged(&self, segment: u64, events: Vec<(Event, u64)>, asides: u64) {
        let mut state = self.state();
        let mut added = 0;
        for (event, bytes) in events {
            added += bytes;
            state.put(segment, Arc::new(event), bytes);
        }
        state.asides += asides;
        self.bytes.fetch_add(added, Ordering::Relaxed);
        drop(state);
        self.arrived.notify_one();
    }

    /// What an earlier process left.
    fn add(&self, segment: u64, event: Option<Arc<Event>>, bytes: u64) {
        let mut state = self.state();
        match event {
            Some(event) => {
                state.put(segment, event, bytes);
                self.bytes.fetch_add(bytes, Ordering::Relaxed);
            }
            None => state.asides += 1,
        }
    }

    fn last_segment(&self) -> u64 {
        self.state().events.back().map_or(0, |(segment, ..)| *segment)
    }

    /// The events of segments after one that is in the table; `None` when some of them were taken out already,
    /// because they are in a newer version of the table.
    pub fn after(&self, committed: u64) -> Option<Vec<(u64, Arc<Event>)>> {
        let state = self.state();
        if state.through > committed {
            return None;
        }
        let after = state.events.iter().filter(|(segment, ..)| *segment > committed);
        Some(after.map(|(segment, event, _)| (*segment, event.clone())).collect())
    }

    /// Takes out what is in the table by now.
    pub fn committed(&self, segment: u64) {
        let mut state = self.state();
        let mut freed = 0;
        while state.events.front().is_some_and(|(waiting, ..)| *waiting <= segment) {
            freed += state.events.pop_front().map_or(0, |(_, _, bytes)| bytes);
        }
        state.through = state.through.max(segment);
        state.asides = 0;
        self.bytes.fetch_sub(freed, Ordering::Relaxed);
    }

    /// Whether anything waits, events or what was kept aside.
    pub fn is_empty(&self) -> bool {
        let state = self.state();
        state.events.is_empty() && state.asides == 0
    }

    /// How many events wait, and their bytes.
    pub fn size(&self) -> (usize, u64) {
        (self.state().events.len(), self.bytes.load(Ordering::Relaxed))
    }

    /// Forgets what a live view shows.
    pub fn forget_newest(&self) {
        self.state().newest.clear();
    }
}

impl State {
    fn put(&mut self, segment: u64, event: Arc<Event>, bytes: u64) {
        if self.newest.len() == NEWEST {
            self.newest.pop_front();
        }
        self.newest.push_back(event.clone());
        self.events.push_back((segment, event, bytes));
    }
}

/// Arrivals as bytes for the spool.
struct Framed {
    bytes: Vec<u8>,
    records: u64,
    events: Vec<(Event, u64)>,
    asides: u64,
}

fn framed(masks: &Masks, arrivals: Vec<Event>, aside: Vec<Aside>) -> Framed {
    let mut bytes = Vec::with_capacity(arrivals.len() * 512);
    let records = (arrivals.len() + aside.len()) as u64;
    let asides = aside.len() as u64;
    let mut events = Vec::with_capacity(arrivals.len());
    for mut event in arrivals {
        masks.event(&mut event);
        let before = bytes.len();
        frame_event(&mut bytes, &event);
        events.push((event, (bytes.len() - before) as u64));
    }
    for mut aside in aside {
        masks.aside(&mut aside);
        match serde_json::to_vec(&aside) {
            Ok(json) => frame_aside(&mut bytes, &json),
            Err(error) => unreachable!("what was kept aside has a JSON form: {error}"),
        }
    }
    Framed { bytes, records, events, asides }
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

/// True while a process has the right to write.
pub(crate) fn is_open(folder: &Path) -> bool {
    let Ok(file) = File::open(folder.join("lock")) else { return false };
    matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
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


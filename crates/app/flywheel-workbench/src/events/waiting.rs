//! What was acknowledged and waits for the table, as the process that took it knows it: how much, since when, and the newest.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use flywheel_people::Event;
use flywheel_spec::Problem;

/// The newest events that a live view may ask for.
pub(crate) const NEWEST: usize = 500;

/// About the bytes of an event.
const EVENT_BYTES: u64 = 500;

/// What waits for the table; the events themselves stand in the spool.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Bytes in the spool.
    bytes: u64,
    /// Events that arrived since the last commit began.
    events: u64,
    /// Since when the first of them waits.
    since: Option<Instant>,
    newest: VecDeque<Arc<Event>>,
    /// Why nothing could be brought into the table just now.
    trouble: Option<Problem>,
}

/// How much waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Load {
    /// Bytes in the spool.
    pub bytes: u64,
    /// Events that arrived since the last commit began.
    pub events: u64,
    /// Since when the first of them waits.
    pub since: Instant,
}

impl Waiting {
    /// What an earlier process left.
    pub fn with(bytes: u64) -> Self {
        let since = (bytes > 0).then(Instant::now);
        Self { state: Mutex::new(State { bytes, events: bytes / EVENT_BYTES, since, ..State::default() }) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes note of what has reached the disk.
    pub fn acknowledged(&self, bytes: u64, events: Vec<Event>) {
        let mut state = self.state();
        state.bytes += bytes;
        state.events += events.len() as u64;
        state.since.get_or_insert_with(Instant::now);
        for event in events {
            if state.newest.len() == NEWEST {
                state.newest.pop_front();
            }
            state.newest.push_back(Arc::new(event));
        }
    }

    /// How much waits; `None` when nothing does.
    pub fn load(&self) -> Option<Load> {
        let state = self.state();
        state.since.map(|since| Load { bytes: state.bytes, events: state.events, since })
    }

    /// Bytes in the spool.
    pub fn bytes(&self) -> u64 {
        self.state().bytes
    }

    /// A commit begins with everything that arrived so far.
    pub fn begin(&self) {
        let mut state = self.state();
        state.events = 0;
        state.since = None;
    }

    /// So many bytes are in the table now, or more is left of them.
    pub fn committed(&self, bytes: u64, left: bool) {
        let mut state = self.state();
        state.bytes = state.bytes.saturating_sub(bytes);
        state.trouble = None;
        if left {
            state.since.get_or_insert_with(Instant::now);
        }
    }

    /// Nothing could be brought into the table: it waits on.
    pub fn troubled(&self, problem: Problem) {
        let mut state = self.state();
        state.since.get_or_insert_with(Instant::now);
        state.events += state.bytes / EVENT_BYTES;
        state.trouble = Some(problem);
    }

    /// Why nothing could be brought into the table just now.
    pub fn trouble(&self) -> Option<Problem> {
        self.state().trouble.clone()
    }

    /// The newest arrivals, newest first.
    pub fn newest(&self, event: Option<&str>, limit: usize) -> Vec<Arc<Event>> {
        let state = self.state();
        let fits = |arrived: &&Arc<Event>| event.is_none_or(|name| arrived.event == name);
        state.newest.iter().rev().filter(fits).take(limit).cloned().collect()
    }

    /// Forgets what a live view shows of some events.
    pub fn forget_newest(&self, erased: impl Fn(&Event) -> bool) {
        self.state().newest.retain(|event| !erased(event));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::testing::event;

    #[test]
    fn what_arrives_during_a_commit_waits_for_the_next() {
        let waiting = Waiting::with(0);
        assert_eq!(waiting.load(), None);
        waiting.acknowledged(100, vec![event("a", "x", 0), event("b", "y", 1)]);
        assert_eq!(waiting.load().map(|load| (load.bytes, load.events)), Some((100, 2)));
        waiting.begin();
        assert_eq!(waiting.load(), None);
        waiting.acknowledged(50, vec![event("c", "x", 2)]);
        waiting.committed(100, false);
        assert_eq!(waiting.load().map(|load| (load.bytes, load.events)), Some((50, 1)));
        assert_eq!(waiting.newest(Some("x"), 5).len(), 2);
        waiting.forget_newest(|event| event.distinct_id == "c");
        assert_eq!(waiting.newest(None, 5)[0].distinct_id, "b");
        waiting.begin();
        waiting.troubled(Problem::warning(flywheel_spec::Phrase::verbatim("full")));
        assert!(waiting.load().is_some() && waiting.trouble().is_some(), "it is tried again");
    }
}

//! Ranges that end in any order, put together in the order of their people: each as soon as those before it are there.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use flywheel_people::Fold;

use super::ReadError;
use super::reader::Gathered;
use super::settle::Whole;
use super::wanted::Wanted;

/// What all readers of a request have found so far.
pub struct Together(Mutex<Found>);

struct Found {
    /// The ranges before `next`; absent while a reader puts one more to them.
    whole: Option<Whole>,
    /// The range whose turn it is.
    next: usize,
    /// Ranges that were done before their turn.
    waiting: BTreeMap<usize, Gathered>,
}

impl Together {
    /// Nothing yet.
    pub fn new(folds: &[Arc<dyn Fold>], wanted: &Wanted) -> Self {
        let whole = Some(Whole::new(folds, wanted));
        Self(Mutex::new(Found { whole, next: 0, waiting: BTreeMap::new() }))
    }

    /// Takes what was read of the range at this place.
    pub fn add(&self, at: usize, gathered: Gathered) -> Result<(), ReadError> {
        self.found().waiting.insert(at, gathered);
        while let Some((mut whole, next)) = self.turn() {
            // Meanwhile the others read on.
            whole.take(next)?;
            self.found().whole = Some(whole);
        }
        Ok(())
    }

    /// Everything, when all ranges are in.
    pub fn take(&self) -> Whole {
        self.found().whole.take().unwrap_or_default()
    }

    /// The ranges put together and the one that comes next, unless it isn't there or another reader is at it.
    fn turn(&self) -> Option<(Whole, Gathered)> {
        let mut found = self.found();
        let turn = found.next;
        if found.whole.is_none() || !found.waiting.contains_key(&turn) {
            return None;
        }
        found.next += 1;
        Some((found.whole.take()?, found.waiting.remove(&turn)?))
    }

    fn found(&self) -> MutexGuard<'_, Found> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! A segment's members, put around the folds of any other question.

use std::any::Any;
use std::sync::Arc;

use flywheel_people::{Fold, FoldError, GroupValues, Partial, PersonEvents, Reading};
use flywheel_spec::product::segment::SegmentReport;

/// The persons of a segment, as its report with `list = true` names them.
///
/// They are persons as they were when it was asked: ask it over the same events as the question that it narrows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Members {
    /// Ascending.
    persons: Arc<[i64]>,
}

impl Members {
    /// Any persons.
    pub fn new(mut persons: Vec<i64>) -> Self {
        persons.sort_unstable();
        persons.dedup();
        Self { persons: persons.into() }
    }

    /// The members that a report lists.
    pub fn of(report: &SegmentReport) -> Self {
        Self::new(report.persons.iter().filter_map(|person| person.parse().ok()).collect())
    }

    /// Whether a person is one.
    pub fn holds(&self, person: i64) -> bool {
        self.persons.binary_search(&person).is_ok()
    }

    /// The fold, shown members alone.
    pub fn only(&self, fold: Arc<dyn Fold>) -> Arc<dyn Fold> {
        Arc::new(Narrowed { fold, members: self.clone(), wanted: true })
    }

    /// The fold, shown everybody else.
    pub fn others(&self, fold: Arc<dyn Fold>) -> Arc<dyn Fold> {
        Arc::new(Narrowed { fold, members: self.clone(), wanted: false })
    }
}

struct Narrowed {
    fold: Arc<dyn Fold>,
    members: Members,
    wanted: bool,
}

struct NarrowedState {
    state: Box<dyn Partial>,
    members: Members,
    wanted: bool,
}

impl Narrowed {
    fn around(&self, state: Box<dyn Partial>) -> Box<dyn Partial> {
        Box::new(NarrowedState { state, members: self.members.clone(), wanted: self.wanted })
    }
}

impl Fold for Narrowed {
    fn reading(&self) -> &Reading {
        self.fold.reading()
    }

    fn start(&self) -> Box<dyn Partial> {
        self.around(self.fold.start())
    }

    fn read(&self, bytes: &[u8]) -> Result<Box<dyn Partial>, FoldError> {
        Ok(self.around(self.fold.read(bytes)?))
    }

    fn members(&self, segment: &str) -> &[i64] {
        self.fold.members(segment)
    }

    fn group_values(&self, property: &str) -> Option<&GroupValues> {
        self.fold.group_values(property)
    }
}

impl Partial for NarrowedState {
    fn person(&mut self, events: &PersonEvents<'_>) {
        if self.members.holds(events.person) == self.wanted {
            self.state.person(events);
        }
    }

    fn merge(&mut self, other: Box<dyn Partial>) -> Result<(), FoldError> {
        // The other gives its inner state away, which is what the inner state merges with.
        self.state.merge(other)
    }

    fn bytes(&self) -> Result<Vec<u8>, FoldError> {
        self.state.bytes()
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self.state.into_any()
    }
}

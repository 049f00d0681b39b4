//! A question of one fold and its report: what most questions of growth are.

use std::sync::Arc;

use flywheel_people::{Fold, FoldError, Identity, Partial, Question, erase};
use flywheel_spec::product::Answer;

use crate::plan::Planned;

/// A question whose one state makes its report.
pub(crate) trait Told: Question {
    /// The report, by who is whom; its invariants are checked here.
    ///
    /// # Errors
    /// When an invariant does not hold.
    fn report(&self, state: Self::State, identity: &Identity) -> Result<Answer, FoldError>;
}

/// The question, ready to run.
pub(crate) fn planned<Q: Told>(question: Q) -> Box<dyn Planned> {
    Box::new(One(Arc::new(question)))
}

struct One<Q>(Arc<Q>);

impl<Q: Told> Planned for One<Q> {
    fn folds(&self) -> Vec<Arc<dyn Fold>> {
        vec![erase(self.0.clone())]
    }

    fn finish(&self, states: Vec<Box<dyn Partial>>, identity: &Identity) -> Result<Answer, FoldError> {
        let [state] = <[Box<dyn Partial>; 1]>::try_from(states).map_err(|_| FoldError::Foreign)?;
        let state = state.into_any().downcast::<Q::State>().map_err(|_| FoldError::Foreign)?;
        self.0.report(*state, identity)
    }
}

/// Fails where two numbers of a report contradict each other.
///
/// # Errors
/// When `holds` is false.
pub(crate) fn invariant(holds: bool, says: impl FnOnce() -> String) -> Result<(), FoldError> {
    if holds { Ok(()) } else { Err(FoldError::Invariant(says())) }
}

/// Whether two sums of floats that were added in different orders are the same number.
pub(crate) fn same(one: f64, two: f64, size: f64) -> bool {
    (one - two).abs() <= 1e-9 * (1.0 + size.abs() + one.abs() + two.abs())
}

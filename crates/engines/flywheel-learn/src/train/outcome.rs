//! What a training leaves behind.

use flywheel_spec::Phrase;
use flywheel_spec::event::EpochReport;
use flywheel_spec::run::RunState;

use crate::engine::Tensor;

/// The best weights, the way to them, and what the way says.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// `Finished`, `Stopped` by a person, or `Failed` because numbers left the finite.
    pub state: RunState,
    /// The weights of the best epoch; absent when no epoch was finished.
    pub weights: Option<Vec<Tensor>>,
    /// Every finished epoch, those of earlier processes of a resumed run included.
    pub epochs: Vec<EpochReport>,
    /// The epoch whose weights these are, from 1.
    pub best_epoch: Option<usize>,
    /// Why it ended before its last epoch, if it did.
    pub stopped_because: Option<Phrase>,
    /// What the curves say, and what to change.
    pub findings: Vec<Phrase>,
}

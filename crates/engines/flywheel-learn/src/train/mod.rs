//! The training loop: epochs of shuffled batches, judged on the validation part, best weights kept, resumable bit by bit.

mod checkpoint;
mod course;
mod diagnosis;
mod outcome;
mod run;
mod sums;
mod watch;

pub use checkpoint::{Checkpoint, CheckpointError, EpochSums, FORMAT, LoopState};
pub use course::Course;
pub use outcome::Outcome;
pub use run::{outputs, refit, run};
pub use watch::{Unwatched, Watch};

pub use crate::plan::train;

//! The training loop: epochs of shuffled batches, judged on the validation part, best weights kept, resumable bit by bit.

mod checkpoint;
mod outcome;
mod watch;

pub use checkpoint::{Checkpoint, CheckpointError, EpochSums, FORMAT, LoopState};
pub use outcome::Outcome;
pub use watch::{Unwatched, Watch};

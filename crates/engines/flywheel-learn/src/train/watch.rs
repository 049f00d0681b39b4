//! Whoever watches a training: hears of it, keeps its checkpoints, may stop it, and lends it a clock.

use std::io;
use std::time::Duration;

use flywheel_spec::event::TrainEvent;

use super::Checkpoint;

/// The watcher's side of a training; an engine reads no clock and writes no file itself.
pub trait Watch {
    /// Something happened; a few a second at most.
    fn event(&mut self, event: TrainEvent);

    /// A moment from which the run can go on bit by bit; whoever keeps it must replace the last one atomically.
    fn checkpoint(&mut self, checkpoint: &Checkpoint) -> io::Result<()>;

    /// True when a person, or a search that has seen enough, wants the run to end after this step.
    fn stopping(&self) -> bool;

    /// Time since this process began the work.
    fn elapsed(&self) -> Duration;
}

/// Watches nothing and never stops: for tests and for searches that only want the outcome.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unwatched;

impl Watch for Unwatched {
    fn event(&mut self, _: TrainEvent) {}

    fn checkpoint(&mut self, _: &Checkpoint) -> io::Result<()> {
        Ok(())
    }

    fn stopping(&self) -> bool {
        false
    }

    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }
}

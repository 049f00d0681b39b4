//! Learning anew from all rows, for as many epochs as the best of the first learning took; nothing is left to judge it on.

use std::io;
use std::time::Duration;

use flywheel_spec::event::TrainEvent;

use super::{Pace, Run, finite};
use crate::engine::{Divergence, Engine, Tensor};
use crate::train::{Checkpoint, Course, EpochSums, LoopState, Watch};

/// Runs all epochs of a course on an engine that holds the first weights, and returns the last ones; absent when asked to stop.
///
/// `losses` are the first learning's validation losses by epoch, for a schedule that goes by them. No checkpoint is kept:
/// whoever is interrupted goes on from the first learning's last one, and comes to the same bits.
pub fn refit(
    course: &Course<'_>,
    engine: &mut dyn Engine,
    losses: &[f64],
    watch: &mut dyn Watch,
) -> Result<Option<Vec<Tensor>>, Divergence> {
    let mut watch = WithoutCheckpoints(watch);
    let began = watch.elapsed();
    let pace = Pace { started: began, rows: 0, judging: Duration::ZERO };
    let state = LoopState::default();
    let mut run =
        Run { course, engine, watch: &mut watch, state, best: None, pace, saved: began, save_failed: false };
    while run.state.epochs_done < course.epochs {
        let began = run.watch.elapsed();
        if !run.epoch(began)? {
            return Ok(None);
        }
        if let Some(loss) = losses.get(run.state.epochs_done) {
            course.schedule.judged(*loss, &mut run.state.plateau);
        }
        run.state.epochs_done += 1;
        run.state.step_in_epoch = 0;
        run.state.epoch = EpochSums::default();
    }
    let weights = run.engine.weights();
    finite(&weights)?;
    Ok(Some(weights))
}

/// A watcher that is handed no checkpoint.
struct WithoutCheckpoints<'a>(&'a mut dyn Watch);

impl Watch for WithoutCheckpoints<'_> {
    fn event(&mut self, event: TrainEvent) {
        self.0.event(event);
    }

    fn checkpoint(&mut self, _: &Checkpoint) -> io::Result<()> {
        Ok(())
    }

    fn stopping(&self) -> bool {
        self.0.stopping()
    }

    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

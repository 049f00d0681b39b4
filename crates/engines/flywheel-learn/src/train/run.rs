//! The loop itself: step after step, epoch after epoch, until the end, a stop, or numbers that leave the finite.

mod refit;

use std::time::Duration;

use flywheel_spec::event::{EpochReport, TrainEvent};
use flywheel_spec::run::RunState;
use flywheel_spec::{Phrase, phrase};

use super::course::VALIDATION_LOSS;
use super::{Checkpoint, Course, EpochSums, LoopState, Outcome, Watch, diagnosis, sums};
use crate::augment::{Ahead, Epoch};
use crate::engine::{Batch, Divergence, Engine, Step, Tensor, decays};
use crate::evaluate::metric_words;
use crate::examples::Examples;
use crate::figure;
use crate::optimizer::{sum_of_sizes, sum_of_squares};

pub use refit::refit;

/// Between two progress events.
const PROGRESS_EVERY: Duration = Duration::from_millis(250);

/// Between two checkpoints within an epoch.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(30);

/// Epochs shorter than this don't each end with a checkpoint: keeping it on disk would take longer than learning.
const CHECKPOINT_APART: Duration = Duration::from_millis(250);

/// Rows that are answered at once when the validation part is judged.
const JUDGED_AT_ONCE: usize = 4096;

/// Runs a course on an engine that holds the first weights; a checkpoint takes the place of both.
///
/// `Err` says why a checkpoint does not belong to this course, as a cause.
pub fn run(
    course: &Course<'_>,
    engine: &mut dyn Engine,
    resume: Option<Checkpoint>,
    watch: &mut dyn Watch,
) -> Result<Outcome, Phrase> {
    let mut best = None;
    let mut state = LoopState { plan: course.plan.clone(), ..LoopState::default() };
    if let Some(checkpoint) = resume {
        if checkpoint.state.plan != course.plan {
            return Err(phrase!("train.cause_other_plan"));
        }
        engine
            .restore(&checkpoint.weights, &checkpoint.optimizer)
            .map_err(|reason| phrase!("train.cause_other_tensors", reason = reason))?;
        best = checkpoint.best;
        state = checkpoint.state;
    } else {
        state.epoch.penalty = penalty(course, &engine.weights());
    }
    let began = watch.elapsed();
    let pace = Pace { started: began, rows: 0, judging: Duration::ZERO };
    let mut run = Run { course, engine, watch, state, best, pace, saved: began, save_failed: false };
    let (ended, stopped_because) = run.epochs();
    let findings = match &ended {
        Ended::Diverged => diagnosis::after_divergence(course, &run.state),
        Ended::Finished | Ended::Stopped => diagnosis::of_curves(course, &run.state.reports),
    };
    let state = match ended {
        Ended::Finished => RunState::Finished,
        Ended::Stopped => RunState::Stopped,
        Ended::Diverged => RunState::Failed,
    };
    Ok(Outcome {
        state,
        weights: run.best,
        best_epoch: run.state.best_epoch,
        epochs: run.state.reports,
        stopped_because,
        findings,
    })
}

/// Answers for all examples, `examples × outputs`.
pub fn outputs(engine: &mut dyn Engine, examples: &Examples) -> Vec<f32> {
    let all: Vec<u32> = (0..examples.len() as u32).collect();
    let answer = |chosen: &[u32]| engine.outputs(&Batch { examples, chosen, augmented: None });
    all.chunks(JUDGED_AT_ONCE).flat_map(answer).collect()
}

/// A course under way.
struct Run<'a, 'w> {
    course: &'a Course<'a>,
    engine: &'w mut dyn Engine,
    watch: &'w mut dyn Watch,
    state: LoopState,
    best: Option<Vec<Tensor>>,
    pace: Pace,
    /// When the last checkpoint was kept.
    saved: Duration,
    save_failed: bool,
}

/// How fast this process goes.
struct Pace {
    started: Duration,
    /// Rows learned from in this process.
    rows: u64,
    /// Time spent judging in this process.
    judging: Duration,
}

/// How the loop came to its end.
enum Ended {
    Finished,
    Stopped,
    Diverged,
}

impl Run<'_, '_> {
    fn epochs(&mut self) -> (Ended, Option<Phrase>) {
        while self.state.epochs_done < self.course.epochs {
            if let Some(patience) = self.impatient() {
                let message = phrase!(
                    "train.early_stopping",
                    patience = patience,
                    best = self.state.best_epoch.unwrap_or_default()
                )
                .with_phrase("metric", &metric_words(self.course.metric));
                self.watch.event(TrainEvent::Note { message: message.clone() });
                return (Ended::Finished, Some(message));
            }
            let began = self.watch.elapsed();
            match self.epoch(began) {
                Ok(true) => {}
                Ok(false) => {
                    self.state.epoch.secs += (self.watch.elapsed() - began).as_secs_f64();
                    self.save();
                    return (
                        Ended::Stopped,
                        Some(phrase!("train.stopped", epoch = self.state.epochs_done + 1)),
                    );
                }
                Err(divergence) => return (Ended::Diverged, Some(self.divergence(&divergence))),
            }
            if let Err(divergence) = self.judge(began) {
                return (Ended::Diverged, Some(self.divergence(&divergence)));
            }
            let last = self.state.epochs_done == self.course.epochs || self.impatient().is_some();
            if last || self.watch.elapsed().saturating_sub(self.saved) >= CHECKPOINT_APART {
                self.save();
            }
        }
        (Ended::Finished, None)
    }

    /// The epoch's remaining steps; false when asked to stop.
    fn epoch(&mut self, began: Duration) -> Result<bool, Divergence> {
        let course = self.course;
        let order = course.order(self.state.epochs_done);
        let epoch = Epoch {
            number: self.state.epochs_done,
            order: &order,
            batch_size: course.batch_size,
            first_batch: self.state.step_in_epoch,
        };
        std::thread::scope(|scope| {
            let mut ahead = course.augmenter.as_ref().and_then(|augmenter| {
                Ahead::start(scope, augmenter, &course.train.inputs, epoch, course.threads)
            });
            let mut shown = self.watch.elapsed();
            for chosen in order.chunks(course.batch_size).skip(epoch.first_batch) {
                if self.watch.stopping() {
                    return Ok(false);
                }
                let augmented = ahead.as_mut().map(Ahead::take);
                self.step(&Batch { examples: course.train, chosen, augmented: augmented.as_deref() })?;
                let now = self.watch.elapsed();
                if now.saturating_sub(shown) >= PROGRESS_EVERY {
                    shown = now;
                    self.show(now);
                }
                if now.saturating_sub(self.saved) >= CHECKPOINT_EVERY {
                    let before = self.state.epoch.secs;
                    self.state.epoch.secs += (now - began).as_secs_f64();
                    self.save();
                    self.state.epoch.secs = before;
                }
            }
            Ok(true)
        })
    }

    fn step(&mut self, batch: &Batch<'_>) -> Result<(), Divergence> {
        let learning_rate = self.course.schedule.rate(self.state.steps_done, &self.state.plateau) as f32;
        let step = Step { number: self.state.steps_done, learning_rate };
        let outcome = self.engine.step(batch, &step)?;
        sums::add(&mut self.state.epoch, self.course, batch, &outcome);
        self.state.steps_done += 1;
        self.state.step_in_epoch += 1;
        self.pace.rows += batch.chosen.len() as u64;
        Ok(())
    }

    /// Judges the epoch on the validation part, keeps its weights if they are the best, and tells of it.
    fn judge(&mut self, began: Duration) -> Result<(), Divergence> {
        let judging = self.watch.elapsed();
        let course = self.course;
        let weights = self.engine.weights();
        finite(&weights)?;
        let answers = outputs(self.engine, course.validation);
        let all: Vec<u32> = (0..course.validation.len() as u32).collect();
        let validation_loss = course.objective.mean(&answers, &course.validation.targets, &all);
        if !validation_loss.is_finite() {
            return Err(Divergence { place: VALIDATION_LOSS.to_owned() });
        }
        let value = (course.judge)(&answers, course.validation).filter(|value| value.is_finite());
        let before = self.state.epoch.penalty;
        let after = penalty(course, &weights);
        let best = self.improves(value, self.state.best_value, 0.0) || self.is_surer(value, validation_loss);
        let now = self.watch.elapsed();
        let last_step = self.state.steps_done.saturating_sub(1);
        let report = EpochReport {
            epoch: self.state.epochs_done + 1,
            learning_rate: course.schedule.rate(last_step, &self.state.plateau),
            train_loss: self.state.epoch.loss / self.state.epoch.rows.max(1) as f64 + (before + after) / 2.0,
            train_metric: sums::metric(&self.state.epoch, course),
            validation_loss,
            validation_metric: value,
            metric: course.metric,
            best,
            secs: self.state.epoch.secs + (now - began).as_secs_f64(),
        };
        self.pace.judging += now - judging;
        self.remember(&report, weights, value, after);
        self.watch.event(TrainEvent::Epoch(report));
        Ok(())
    }

    /// Takes a judged epoch into the state.
    fn remember(&mut self, report: &EpochReport, weights: Vec<Tensor>, value: Option<f64>, penalty: f64) {
        if report.best {
            self.best = Some(weights);
            self.state.best_epoch = Some(report.epoch);
            self.state.best_value = value;
        }
        let min_delta = self.course.early_stopping.map_or(0.0, |spec| spec.min_delta);
        if self.improves(value, self.state.stopping_value, min_delta) {
            self.state.stopping_value = value;
            self.state.epochs_without_improvement = 0;
        } else {
            self.state.epochs_without_improvement += 1;
        }
        self.course.schedule.judged(report.validation_loss, &mut self.state.plateau);
        self.state.reports.push(report.clone());
        self.state.epochs_done = report.epoch;
        self.state.step_in_epoch = 0;
        self.state.epoch = EpochSums { penalty, ..EpochSums::default() };
    }

    /// True when a value beats another by more than `by`; anything beats nothing, and nothing beats nothing.
    fn improves(&self, value: Option<f64>, best: Option<f64>, by: f64) -> bool {
        match (value, best) {
            (Some(value), Some(best)) if self.course.metric.more_is_better() => value > best + by,
            (Some(value), Some(best)) => value < best - by,
            (None, Some(_)) => false,
            (_, None) => true,
        }
    }

    /// True when a value is that of the best epoch and the validation loss is lower: as many right answers, and surer ones.
    fn is_surer(&self, value: Option<f64>, validation_loss: f64) -> bool {
        let best = self.state.best_epoch.and_then(|epoch| self.state.reports.get(epoch - 1));
        value == self.state.best_value && best.is_some_and(|best| validation_loss < best.validation_loss)
    }

    /// The patience that has run out, if it has.
    fn impatient(&self) -> Option<usize> {
        let patience = self.course.early_stopping?.patience;
        (self.state.epochs_without_improvement >= patience).then_some(patience)
    }

    fn show(&mut self, now: Duration) {
        let spent = now.saturating_sub(self.pace.started + self.pace.judging).as_secs_f64();
        let rows_per_sec = if spent > 0.0 { self.pace.rows as f64 / spent } else { 0.0 };
        let rows_left = ((self.course.epochs - self.state.epochs_done) as u64
            * self.course.train.len() as u64)
            .saturating_sub(self.state.epoch.rows);
        let judged = self.state.reports.len().max(1) as f64;
        let judging_left =
            self.pace.judging.as_secs_f64() / judged * (self.course.epochs - self.state.epochs_done) as f64;
        let learning_left = if rows_per_sec > 0.0 { rows_left as f64 / rows_per_sec } else { 0.0 };
        self.watch.event(TrainEvent::Progress {
            epoch: self.state.epochs_done + 1,
            step: self.state.step_in_epoch,
            steps: self.course.steps(),
            loss: self.state.epoch.loss / self.state.epoch.rows.max(1) as f64,
            rows_per_sec,
            left_secs: learning_left + judging_left,
        });
    }

    /// Hands a checkpoint to the watcher; where it can't be kept, the run goes on and says so once.
    fn save(&mut self) {
        let checkpoint = Checkpoint {
            weights: self.engine.weights(),
            optimizer: self.engine.optimizer_state(),
            best: self.best.clone(),
            state: self.state.clone(),
        };
        self.saved = self.watch.elapsed();
        if let Err(error) = self.watch.checkpoint(&checkpoint)
            && !self.save_failed
        {
            self.save_failed = true;
            self.watch.event(TrainEvent::Note { message: phrase!("train.checkpoint_failed", cause = error) });
        }
    }

    fn divergence(&self, divergence: &Divergence) -> Phrase {
        let rate = self.course.schedule.rate(self.state.steps_done, &self.state.plateau);
        phrase!(
            "train.diverged",
            epoch = self.state.epochs_done + 1,
            step = self.state.step_in_epoch + 1,
            rate = figure::plain(rate)
        )
        .with_phrase("place", &self.course.place(&divergence.place))
    }
}

/// An error names the first tensor that holds a number beyond the finite.
fn finite(weights: &[Tensor]) -> Result<(), Divergence> {
    let broken = |tensor: &&Tensor| tensor.values.iter().any(|value| !value.is_finite());
    weights.iter().find(broken).map_or(Ok(()), |tensor| Err(Divergence { place: tensor.name.clone() }))
}

/// `λ₁ Σ|w| + λ₂ Σw²` over the weights that decay.
fn penalty(course: &Course<'_>, weights: &[Tensor]) -> f64 {
    let [l1, l2] = course.penalties;
    if l1 == 0.0 && l2 == 0.0 {
        return 0.0;
    }
    let decaying = weights.iter().filter(|tensor| decays(&tensor.shape));
    decaying.map(|tensor| l1 * sum_of_sizes(&tensor.values) + l2 * sum_of_squares(&tensor.values)).sum()
}

#[cfg(test)]
mod tests;

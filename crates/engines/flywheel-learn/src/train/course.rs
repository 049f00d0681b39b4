//! What a training loop needs to know: the data, how long, how fast, what is judged.

use flywheel_spec::recipe::{EarlyStoppingSpec, MetricName, Task};
use flywheel_spec::{Phrase, phrase};

use crate::augment::Augmenter;
use crate::draw;
use crate::examples::Examples;
use crate::loss::Objective;
use crate::network::Head;
use crate::schedule::Schedule;

/// The place of numbers that left the finite where no tensor is to blame but what the validation part says.
pub(super) const VALIDATION_LOSS: &str = "validation loss";

/// A training laid out, apart from the engine that computes it.
pub struct Course<'a> {
    /// What is learned from.
    pub train: &'a Examples,
    /// What chooses the best weights.
    pub validation: &'a Examples,
    /// Passes over the training part, at most.
    pub epochs: usize,
    /// Rows a step; all of them for full-batch gradient descent.
    pub batch_size: usize,
    /// The learning rate of every step.
    pub schedule: Schedule,
    /// The loss, which also judges the validation part.
    pub objective: Objective,
    /// λ of `λ Σ|w|` and of `λ Σw²`, for the reported training loss.
    pub penalties: [f64; 2],
    /// Classes or a number.
    pub task: Task,
    /// What turns outputs into answers.
    pub head: Head,
    /// The metric whose best epoch is kept.
    pub metric: MetricName,
    /// The metric over outputs (all rows of the examples, in order); absent where it is undefined.
    pub judge: &'a (dyn Fn(&[f32], &Examples) -> Option<f64> + Sync),
    /// What a standardised number is multiplied by to be in the target's unit; 1 for classes.
    pub target_deviation: f64,
    /// When to stop before the last epoch.
    pub early_stopping: Option<EarlyStoppingSpec>,
    /// Changes training images.
    pub augmenter: Option<Augmenter>,
    /// Threads that change images ahead of learning.
    pub threads: usize,
    /// Keys the order of each epoch.
    pub seed: u64,
    /// The recipe's layer that each layer of the network came of, to name it where numbers leave the finite.
    pub sources: Vec<usize>,
    /// Names the plan; a checkpoint of another one is refused.
    pub plan: String,
}

impl Course<'_> {
    /// Steps an epoch.
    pub fn steps(&self) -> usize {
        self.train.len().div_ceil(self.batch_size)
    }

    /// A place such as `layers.2.weight` with the recipe's layer beside it: `layers.2.weight (network.1)`.
    pub fn place(&self, place: &str) -> Phrase {
        let layer =
            place.strip_prefix("layers.").and_then(|rest| rest.split('.').next()?.parse::<usize>().ok());
        match layer.and_then(|layer| self.sources.get(layer)) {
            Some(source) => Phrase::verbatim(format!("{place} (network.{source})")),
            None if place == VALIDATION_LOSS => phrase!("train.place_validation_loss"),
            None => Phrase::verbatim(place),
        }
    }

    /// The order in which an epoch (from 0) visits the training examples.
    pub fn order(&self, epoch: usize) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.train.len() as u32).collect();
        // The sum over all rows in another order is only another rounding.
        if self.batch_size < order.len() {
            draw::shuffle(self.seed, epoch).shuffle(&mut order);
        }
        order
    }
}

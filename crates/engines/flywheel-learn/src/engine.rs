//! What computes a network: the one interface behind which Burn and the fast path stand.

use flywheel_spec::recipe::{LossSpec, OptimizerSpec};

use crate::examples::Examples;
use crate::network::NetworkPlan;

/// What an engine is built from; both engines read the same and must do the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Blueprint {
    /// The layers.
    pub network: NetworkPlan,
    /// What is made small; [`crate::loss`] fixes each formula.
    pub loss: LossSpec,
    /// How weights move; [`crate::optimizer`] fixes each formula.
    pub optimizer: OptimizerSpec,
    /// λ of `λ Σ|w|`; its gradient, `λ sign(w)`, joins that of the data before clipping, for weights that [`decays`].
    pub l1: f32,
    /// λ of `λ Σw²`; its gradient, `2 λ w`, joins that of the data before clipping, for weights that [`decays`].
    pub l2: f32,
    /// Gradients of all weights that aren't frozen, penalties included, are scaled down to this common norm.
    pub clip_norm: Option<f32>,
    /// How much each class counts; empty when all count the same.
    pub class_weights: Vec<f32>,
    /// Keys dropout's draws; see [`crate::draw`].
    pub seed: u64,
    /// Threads that compute; the bits do not depend on it.
    pub threads: usize,
}

/// True for the tensors that L1, L2 and AdamW's decay act on: the weights of dense, convolution and embedding layers,
/// neither biases nor what a normalisation learns. `shape` tells them apart: only those have two axes or more.
pub fn decays(shape: &[usize]) -> bool {
    shape.len() >= 2
}

/// A named tensor in PyTorch's layout.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    /// Such as `layers.0.weight`; an optimizer's state is `layers.0.weight.first_moment` and the like.
    pub name: String,
    /// Sizes, outermost first.
    pub shape: Vec<usize>,
    /// Values in row-major order.
    pub values: Vec<f32>,
}

/// Which examples a step reads.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    /// The prepared part.
    pub examples: &'a Examples,
    /// Positions in it, in order.
    pub chosen: &'a [u32],
    /// Augmented pixels of the chosen images, one after the other, instead of those in `examples`.
    pub augmented: Option<&'a [u8]>,
}

/// One optimisation step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Counts from 0 over the whole run; dropout draws are keyed by it, Adam's bias correction uses it plus 1.
    pub number: u64,
    /// The learning rate now.
    pub learning_rate: f32,
}

/// What a step saw, before its update.
#[derive(Debug, Clone, PartialEq)]
pub struct StepOutcome {
    /// Mean data loss over the batch, regularisation not included.
    pub loss: f32,
    /// Outputs of the network, `chosen × outputs`, dropout at work.
    pub outputs: Vec<f32>,
}

/// Numbers left the finite.
#[derive(Debug, Clone, PartialEq)]
pub struct Divergence {
    /// Where it was seen first: a tensor or layer such as `layers.2.weight`, or `loss`.
    pub place: String,
}

/// A network that learns and answers.
pub trait Engine: Send {
    /// One step: forward, loss, backward, update.
    fn step(&mut self, batch: &Batch<'_>, step: &Step) -> Result<StepOutcome, Divergence>;

    /// Outputs for the chosen examples, `chosen × outputs`, as when serving: no dropout, running statistics.
    fn outputs(&mut self, batch: &Batch<'_>) -> Vec<f32>;

    /// Everything learned, running statistics included.
    fn weights(&self) -> Vec<Tensor>;

    /// Everything the optimizer remembers; with `weights` and the step number it continues bit by bit.
    fn optimizer_state(&self) -> Vec<Tensor>;

    /// Takes back what `weights` and `optimizer_state` gave; missing, extra or misshapen tensors are named in the error.
    /// An empty optimizer state is a fresh one.
    fn restore(&mut self, weights: &[Tensor], optimizer_state: &[Tensor]) -> Result<(), String>;

    /// Gradient of the batch's data loss by each weight, in the order of `weights` without running statistics; for tests and diagnosis.
    /// A batch norm's running statistics may move, as in a step.
    fn gradients(&mut self, batch: &Batch<'_>, step: &Step) -> Vec<Tensor>;
}

/// Finds each wanted tensor among those given, in the order wanted; missing, extra and misshapen ones are named together.
pub fn matched<'a>(wanted: &[(String, Vec<usize>)], given: &'a [Tensor]) -> Result<Vec<&'a Tensor>, String> {
    let mut mistakes = Vec::new();
    let mut found = Vec::with_capacity(wanted.len());
    for (name, shape) in wanted {
        match given.iter().find(|tensor| tensor.name == *name) {
            None => mistakes.push(format!("`{name}` is missing")),
            Some(tensor) if tensor.shape != *shape => {
                mistakes.push(format!("`{name}` has shape {:?}, wanted {shape:?}", tensor.shape));
            }
            Some(tensor) if tensor.values.len() != shape.iter().product::<usize>() => {
                mistakes.push(format!("`{name}` has {} numbers, its shape {shape:?}", tensor.values.len()));
            }
            Some(tensor) => found.push(tensor),
        }
    }
    for tensor in given.iter().filter(|tensor| wanted.iter().all(|(name, _)| *name != tensor.name)) {
        mistakes.push(format!("`{}` belongs to nothing", tensor.name));
    }
    if mistakes.is_empty() { Ok(found) } else { Err(mistakes.join("; ")) }
}

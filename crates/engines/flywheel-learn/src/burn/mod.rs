//! Burn as an engine: the one definition of a network, its slopes by automatic differentiation, on any device that Burn has.
//!
//! Weights live here as plain numbers between two steps, so that the optimizers of [`crate::optimizer`] move them in one pass
//! and checkpoints copy them as they are. Burn's own random functions, dropout and optimizers are not used:
//! the first two draw from one process-wide generator, the third is thirteen passes.

mod device;
mod forward;
mod input;
mod leaves;
mod loss;

use burn::tensor::{Device, Tensor as BurnTensor};

pub use self::device::best_device;
use self::forward::{Mode, Pass, Seen, numbers};
use self::input::Input;
use self::leaves::Leaves;
use crate::engine::{Batch, Blueprint, Divergence, Engine, Step, StepOutcome, Tensor, matched};
use crate::loss::Objective;
use crate::network::{LayerKind, Parameter, Role};
use crate::optimizer::{Moved, Optimizer, slots};

/// Bytes that the activations of one piece of a batch may take.
const PIECE_BYTES: usize = 48 << 20;

/// A network in Burn.
pub struct BurnEngine {
    blueprint: Blueprint,
    device: Device,
    threads: rayon::ThreadPool,
    optimizer: Optimizer,
    objective: Objective,
    parameters: Vec<Parameter>,
    /// One for each parameter, in order.
    weights: Vec<Vec<f32>>,
    /// What the optimizer remembers of each parameter.
    memory: Vec<Vec<Vec<f32>>>,
    /// Rows that are computed at once; a larger batch is taken in pieces whose gradients are summed.
    piece: usize,
}

impl BurnEngine {
    /// Builds what the blueprint describes on a device, with weights yet to be given by [`Engine::restore`].
    pub fn new(blueprint: &Blueprint, device: Device) -> Result<Self, String> {
        let threads = rayon::ThreadPoolBuilder::new()
            .num_threads(blueprint.threads.max(1))
            .thread_name(|index| format!("burn-{index}"))
            .build()
            .map_err(|error| format!("start {} threads: {error}", blueprint.threads))?;
        let optimizer = Optimizer {
            kind: blueprint.optimizer,
            l1: blueprint.l1,
            l2: blueprint.l2,
            clip_norm: blueprint.clip_norm,
        };
        let objective = Objective {
            loss: blueprint.loss,
            outputs: blueprint.network.outputs,
            class_weights: blueprint.class_weights.clone(),
        };
        let parameters = blueprint.network.parameters();
        let memories = slots(&blueprint.optimizer).len();
        let memory = parameters.iter().map(|parameter| match moves(parameter) {
            true => vec![vec![0.0; parameter.len()]; memories],
            false => Vec::new(),
        });
        Ok(Self {
            memory: memory.collect(),
            weights: parameters.iter().map(|parameter| vec![0.0; parameter.len()]).collect(),
            piece: piece_rows(blueprint),
            blueprint: blueprint.clone(),
            device,
            threads,
            optimizer,
            objective,
            parameters,
        })
    }

    fn leaves(&self, device: &Device, learned: impl Fn(&Parameter) -> bool) -> Leaves {
        let weights = self.parameters.iter().zip(&self.weights);
        let parts = weights.map(|(parameter, values)| {
            (parameter.name.as_str(), &parameter.shape[..], &values[..], learned(parameter))
        });
        Leaves::new(parts, device)
    }

    /// Gradients of the batch's mean data loss for the parameters that `wanted` picks, with the outputs and what batch norms saw.
    fn backward(
        &self,
        batch: &Batch<'_>,
        step: &Step,
        wanted: impl Fn(&Parameter) -> bool + Copy + Sync,
    ) -> (Vec<Vec<f32>>, Vec<f32>, Vec<Seen>) {
        let device = self.device.clone().autodiff();
        let targets = &batch.examples.targets;
        let weight = self.objective.weight(targets, batch.chosen);
        let scale = if weight > 0.0 { 1.0 / weight } else { 0.0 };
        let mut gradients: Vec<Vec<f32>> = vec![Vec::new(); self.parameters.len()];
        let mut outputs = Vec::with_capacity(batch.chosen.len() * self.objective.outputs);
        let mut seen = Vec::new();
        for from in (0..batch.chosen.len()).step_by(self.piece) {
            let to = from.saturating_add(self.piece).min(batch.chosen.len());
            let leaves = self.leaves(&device, wanted);
            let mode = Mode::Learning { seed: self.blueprint.seed, step: step.number, first_row: from };
            let mut pass = Pass {
                network: &self.blueprint.network,
                leaves: &leaves,
                device: &device,
                mode,
                seen: Vec::new(),
            };
            let given: BurnTensor<2> = pass.run(Input::read(batch, from, to, &device), |_, _| {});
            outputs.extend(numbers(given.clone().inner()));
            seen.append(&mut pass.seen);
            let loss = loss::share(&self.objective, given, targets, &batch.chosen[from..to], scale, &device);
            let mut found = loss.backward();
            for (parameter, sum) in
                self.parameters.iter().zip(&mut gradients).filter(|(parameter, _)| wanted(parameter))
            {
                let piece = leaves.take_gradient(&parameter.name, &mut found);
                let piece = piece.unwrap_or_else(|| vec![0.0; parameter.len()]);
                if sum.is_empty() {
                    *sum = piece;
                } else {
                    sum.iter_mut().zip(piece).for_each(|(sum, slope)| *sum += slope);
                }
            }
        }
        (gradients, outputs, seen)
    }

    /// Moves the running statistics towards what the batch norms saw (PyTorch's `momentum`, unbiased variance).
    fn remember(&mut self, seen: &[Seen]) {
        for batch in seen.iter().filter(|batch| batch.count > 1) {
            let LayerKind::BatchNorm { momentum, .. } = self.blueprint.network.layers[batch.layer].kind
            else {
                continue;
            };
            let unbiased = batch.count as f32 / (batch.count - 1) as f32;
            for (parameter, values) in self.parameters.iter().zip(&mut self.weights) {
                if parameter.layer != Some(batch.layer) {
                    continue;
                }
                let (new, factor) = match parameter.role {
                    Role::RunningMean => (&batch.mean, 1.0),
                    Role::RunningVariance => (&batch.variance, unbiased),
                    _ => continue,
                };
                for (value, new) in values.iter_mut().zip(new) {
                    *value += momentum * (new * factor - *value);
                }
            }
        }
    }

    /// Moves every weight that isn't frozen.
    fn advance(&mut self, gradients: &mut [Vec<f32>], step: &Step) {
        let tensors = self.parameters.iter().zip(&mut self.weights).zip(gradients).zip(&mut self.memory);
        let mut moved: Vec<Moved<'_>> = tensors
            .filter(|(((parameter, _), _), _)| moves(parameter))
            .map(|(((parameter, weights), gradient), memory)| Moved {
                shape: &parameter.shape,
                weights,
                gradient,
                memory,
            })
            .collect();
        self.threads.install(|| self.optimizer.step(&mut moved, step));
    }

    /// Where numbers left the finite: a tensor, else the first layer whose outputs aren't finite, else the loss.
    fn locate(&self, batch: &Batch<'_>, step: &Step) -> Divergence {
        let broken = self.parameters.iter().zip(&self.weights);
        let broken = broken.filter(|(_, values)| values.iter().any(|value| !value.is_finite()));
        if let Some((parameter, _)) = broken.into_iter().next() {
            return Divergence { place: parameter.name.clone() };
        }
        let leaves = self.leaves(&self.device, |_| false);
        let mode = Mode::Learning { seed: self.blueprint.seed, step: step.number, first_row: 0 };
        let mut pass = Pass {
            network: &self.blueprint.network,
            leaves: &leaves,
            device: &self.device,
            mode,
            seen: Vec::new(),
        };
        let mut first = None;
        let to = batch.chosen.len().min(self.piece);
        pass.run(Input::read(batch, 0, to, &self.device), |layer, signal| {
            if first.is_none() && !signal.is_finite() {
                first = Some(layer);
            }
        });
        Divergence { place: first.map_or_else(|| "loss".to_owned(), |layer| format!("layers.{layer}")) }
    }

    fn named(&self, parameter: &Parameter, values: Vec<f32>) -> Tensor {
        Tensor { name: parameter.name.clone(), shape: parameter.shape.clone(), values }
    }
}

impl Engine for BurnEngine {
    fn step(&mut self, batch: &Batch<'_>, step: &Step) -> Result<StepOutcome, Divergence> {
        let (mut gradients, outputs, seen) = self.threads.install(|| self.backward(batch, step, moves));
        let loss = self.objective.mean(&outputs, &batch.examples.targets, batch.chosen) as f32;
        if !loss.is_finite() {
            return Err(self.locate(batch, step));
        }
        self.remember(&seen);
        self.advance(&mut gradients, step);
        Ok(StepOutcome { loss, outputs })
    }

    fn outputs(&mut self, batch: &Batch<'_>) -> Vec<f32> {
        let leaves = self.leaves(&self.device, |_| false);
        let mut outputs = Vec::with_capacity(batch.chosen.len() * self.objective.outputs);
        for from in (0..batch.chosen.len()).step_by(self.piece) {
            let to = from.saturating_add(self.piece).min(batch.chosen.len());
            let mut pass = Pass {
                network: &self.blueprint.network,
                leaves: &leaves,
                device: &self.device,
                mode: Mode::Serving,
                seen: Vec::new(),
            };
            let piece = self
                .threads
                .install(|| numbers(pass.run(Input::read(batch, from, to, &self.device), |_, _| {})));
            outputs.extend(piece);
        }
        outputs
    }

    fn weights(&self) -> Vec<Tensor> {
        let weights = self.parameters.iter().zip(&self.weights);
        weights.map(|(parameter, values)| self.named(parameter, values.clone())).collect()
    }

    fn optimizer_state(&self) -> Vec<Tensor> {
        let names = slots(&self.blueprint.optimizer);
        let memories = self.parameters.iter().zip(&self.memory);
        memories
            .flat_map(|(parameter, memory)| {
                memory.iter().zip(names).map(|(values, slot)| Tensor {
                    name: format!("{}.{slot}", parameter.name),
                    shape: parameter.shape.clone(),
                    values: values.clone(),
                })
            })
            .collect()
    }

    fn restore(&mut self, weights: &[Tensor], optimizer_state: &[Tensor]) -> Result<(), String> {
        let names = slots(&self.blueprint.optimizer);
        let wanted = |tensors: Vec<(String, &Parameter)>| -> Vec<(String, Vec<usize>)> {
            tensors.into_iter().map(|(name, parameter)| (name, parameter.shape.clone())).collect()
        };
        let all = self.parameters.iter().map(|parameter| (parameter.name.clone(), parameter)).collect();
        let moving = self.parameters.iter().filter(|parameter| moves(parameter));
        let remembered = moving.flat_map(|parameter| {
            names.iter().map(move |slot| (format!("{}.{slot}", parameter.name), parameter))
        });
        let weights = matched(&wanted(all), weights)?;
        let mut memories = match optimizer_state.is_empty() {
            true => Vec::new(),
            false => matched(&wanted(remembered.collect()), optimizer_state)?,
        }
        .into_iter();
        self.weights = weights.into_iter().map(|tensor| tensor.values.clone()).collect();
        for slot in self.memory.iter_mut().flatten() {
            match memories.next() {
                Some(tensor) => slot.clone_from(&tensor.values),
                None => slot.fill(0.0),
            }
        }
        Ok(())
    }

    fn gradients(&mut self, batch: &Batch<'_>, step: &Step) -> Vec<Tensor> {
        let learned = |parameter: &Parameter| parameter.role.learned();
        let (gradients, ..) = self.threads.install(|| self.backward(batch, step, learned));
        let all = self.parameters.iter().zip(gradients).filter(|(parameter, _)| learned(parameter));
        all.map(|(parameter, values)| self.named(parameter, values)).collect()
    }
}

/// True when the optimizer moves it.
fn moves(parameter: &Parameter) -> bool {
    parameter.role.learned() && !parameter.frozen
}

/// Rows whose activations fit the bound; statistics over a batch need all its rows at once.
fn piece_rows(blueprint: &Blueprint) -> usize {
    let layers = &blueprint.network.layers;
    if layers.iter().any(|layer| matches!(layer.kind, LayerKind::BatchNorm { .. })) {
        return usize::MAX;
    }
    let numbers: usize = layers.iter().map(|layer| layer.input.len() + layer.output.len()).sum();
    (PIECE_BYTES / 4 / numbers.max(1)).clamp(64, 8192)
}

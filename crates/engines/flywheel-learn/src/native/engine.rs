//! The fast path as an engine: learns and answers behind the interface that Burn stands behind, too.

use std::sync::atomic::{AtomicU64, Ordering};

use flywheel_spec::recipe::OptimizerSpec;

use crate::engine::{Batch, Blueprint, Divergence, Engine, Step, StepOutcome, Tensor, decays};
use crate::loss::Objective;
use crate::network::NetworkPlan;
use crate::optimizer::slots;

use super::buffer::Buffer;
use super::cpu::{Level, for_each_level};
use super::disjoint::Disjoint;
use super::layers::Mode;
use super::network::{Network, Operation};
use super::parameter::{Parameter, mismatches};
use super::pass::{Machine, Rows, Sink, Workspace};
use super::pool::Pool;
use super::predictor::Predictor;
use super::product::even_part;
use super::update::{Penalty, Rule};

/// Rows that pass at a time; larger batches are summed from parts of this size.
const ROWS: usize = 512;

/// Operations that the loss of one output takes, its exponential above all.
const OPERATIONS_AN_OUTPUT: usize = 400;

/// Rows that are answered at a time before anything was learned.
const ANSWERS: usize = 128;

/// Numbers of a tensor that one task updates.
const PART: usize = 16 * 1024;

/// Tasks that the loss of a batch is shared out in.
const LOSS_TASKS: usize = 8;

/// A network that learns and answers on this processor, its kernels fused and its threads kept.
pub struct NativeEngine {
    plan: NetworkPlan,
    network: Network,
    objective: Objective,
    optimizer: OptimizerSpec,
    penalty: Penalty,
    clip_norm: Option<f32>,
    seed: u64,
    pool: Pool,
    level: Level,
    workspace: Workspace,
    /// The optimizer's memory of each tensor.
    moments: Vec<[Buffer; 2]>,
    /// Gradients by tensor, where they can't be spent at once.
    gradients: Vec<Buffer>,
}

impl NativeEngine {
    /// Builds what the blueprint describes, with weights yet to be given by [`Engine::restore`].
    pub fn new(blueprint: &Blueprint) -> Self {
        let network = Network::new(&blueprint.network);
        let pool = Pool::new(blueprint.threads);
        let moments = network.parameters.iter().map(|tensor| {
            let len = |nth: usize| {
                if tensor.learns && nth < slots(&blueprint.optimizer).len() { tensor.values.len() } else { 0 }
            };
            [Buffer::zeros(len(0)), Buffer::zeros(len(1))]
        });
        Self {
            plan: blueprint.network.clone(),
            objective: Objective {
                loss: blueprint.loss,
                outputs: blueprint.network.outputs,
                class_weights: blueprint.class_weights.clone(),
            },
            penalty: Penalty { l1: blueprint.l1, l2: blueprint.l2 },
            clip_norm: blueprint.clip_norm,
            seed: blueprint.seed,
            level: Level::detect(),
            workspace: Workspace::new(&network, 0, pool.threads(), true),
            moments: moments.collect(),
            gradients: network.parameters.iter().map(|_| Buffer::default()).collect(),
            optimizer: blueprint.optimizer,
            pool,
            network,
        }
    }

    /// Uses these vector instructions instead of the widest.
    #[cfg(test)]
    pub(super) fn at_level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    /// A copy that answers only, shared by as many threads as like.
    pub fn predictor(&self) -> Predictor {
        Predictor::of(&self.plan, &self.network)
    }

    /// Which vector instructions it uses, for the report.
    pub fn instructions(&self) -> &'static str {
        self.level.name()
    }

    /// Statistics over a batch need all its rows at once.
    fn rows_at_a_time(&self, batch: usize) -> usize {
        let whole =
            self.network.stages.iter().any(|stage| matches!(stage.operation, Operation::BatchNorm(_)));
        if whole { batch } else { batch.min(ROWS) }
    }

    fn make_room(&mut self, rows: usize) {
        if self.workspace.rows() < rows {
            self.workspace = Workspace::new(&self.network, rows, self.pool.threads(), true);
        }
    }

    /// Forward and back over the batch in parts; gradients are spent by the rules, or without any summed up.
    fn pass(
        &mut self,
        batch: &Batch<'_>,
        step: &Step,
        rules: Option<Vec<Rule>>,
    ) -> Result<StepOutcome, Divergence> {
        let count = batch.chosen.len();
        let at_a_time = self.rows_at_a_time(count).max(1);
        self.make_room(at_a_time.min(count));
        let weight = self.objective.weight(&batch.examples.targets, batch.chosen);
        let scale = if weight > 0.0 { 1.0 / weight } else { 0.0 };
        let mode = Mode::Learn { seed: self.seed, step: step.number };
        let mut outcome = StepOutcome { loss: 0.0, outputs: vec![0.0; count * self.objective.outputs] };
        let mut loss = 0.0;
        for first in (0..count).step_by(at_a_time) {
            let chosen = &batch.chosen[first..count.min(first + at_a_time)];
            let rows = Rows { count: chosen.len(), first, mode };
            let machine = Machine { pool: &self.pool, level: self.level };
            let pixels = batch.augmented.map(|all| &all[first * all.len() / count.max(1)..]);
            self.workspace.load(machine, &self.network, &batch.examples.inputs, chosen, pixels);
            self.workspace.forward(machine, &self.network, rows);
            let width = self.objective.outputs;
            let outputs = &mut outcome.outputs[first * width..(first + rows.count) * width];
            loss += self.judge(batch, chosen, scale as f32, outputs);
            if !loss.is_finite() {
                return Err(self.divergence(rows.count));
            }
            let machine = Machine { pool: &self.pool, level: self.level };
            match &rules {
                Some(rules) => {
                    let moments = self
                        .moments
                        .iter_mut()
                        .map(|pair| pair.each_mut().map(|moment| Disjoint::new(moment)));
                    let updates = Updates { level: self.level, rules, moments: moments.collect() };
                    self.workspace.backward(machine, &mut self.network, rows, &updates);
                }
                None => {
                    let gradients = self.gradients.iter_mut().map(|gradient| Disjoint::new(gradient));
                    let sums = Sums { level: self.level, gradients: gradients.collect() };
                    self.workspace.backward(machine, &mut self.network, rows, &sums);
                }
            }
            self.workspace.follow_statistics(&mut self.network);
        }
        outcome.loss = (loss * scale) as f32;
        Ok(outcome)
    }

    /// The loss of the rows in the last field; writes their outputs, and their gradient to the last slope.
    fn judge(&mut self, batch: &Batch<'_>, chosen: &[u32], scale: f32, outputs: &mut [f32]) -> f64 {
        let width = self.objective.outputs;
        let last = self.workspace.fields.len() - 1;
        let field = self.workspace.fields[last].rows(chosen.len());
        let slope = &mut self.workspace.slopes[last];
        let tasks = LOSS_TASKS.min(chosen.len());
        // Without a tensor that learns there is no room for slopes, and none is needed.
        let asked = !slope.data.is_empty();
        let mut unused = vec![0.0; if asked { 0 } else { chosen.len() * field.spacing }];
        let spacing = field.spacing;
        let slopes = Disjoint::new(if asked { &mut slope.data } else { &mut unused });
        let outputs = Disjoint::new(outputs);
        let losses: Vec<AtomicU64> = (0..tasks).map(|_| AtomicU64::new(0)).collect();
        let objective = &self.objective;
        self.pool.run(tasks, chosen.len() * width * OPERATIONS_AN_OUTPUT, |_, task| {
            let mut sum = 0.0;
            for row in even_part(chosen.len(), tasks, task) {
                // SAFETY: a row is one task's.
                let (output, slope) = unsafe {
                    (
                        outputs.part(row * width..(row + 1) * width),
                        slopes.part(row * spacing..row * spacing + width),
                    )
                };
                output.copy_from_slice(field.row(row, width));
                sum +=
                    objective.row(output, batch.examples.targets.truth(chosen[row] as usize), scale, slope);
            }
            losses[task].store(f64::to_bits(sum), Ordering::Relaxed);
        });
        losses.into_iter().map(|loss| f64::from_bits(loss.into_inner())).sum()
    }

    /// Where numbers left the finite first: the input, a tensor, what a layer gave, else the loss itself.
    fn divergence(&self, rows: usize) -> Divergence {
        let bad = |numbers: &[f32]| numbers.iter().any(|x| !x.is_finite());
        let embedded =
            self.network.embeddings.iter().map(|embedding| &self.network.parameters[embedding.parameter]);
        if let Some(tensor) = embedded.into_iter().find(|tensor| bad(&tensor.values)) {
            return Divergence { place: tensor.name.clone() };
        }
        let field_is_bad = |index: usize| {
            if let (0, Some(batch)) = (index, &self.workspace.sparse) {
                return !batch.is_finite();
            }
            let field = &self.workspace.fields[index];
            (0..rows).any(|row| bad(field.rows(rows).row(row, field.extent.len())))
        };
        if field_is_bad(0) {
            return Divergence { place: "input".into() };
        }
        for (index, stage) in self.network.stages.iter().enumerate() {
            let tensors = &self.network.parameters[stage.parameters.clone()];
            if let Some(tensor) = tensors.iter().find(|tensor| bad(&tensor.values)) {
                return Divergence { place: tensor.name.clone() };
            }
            if field_is_bad(index + 1) {
                return Divergence { place: format!("layers.{}", stage.layer) };
            }
        }
        Divergence { place: "loss".into() }
    }

    fn rule(&self, tensor: &Parameter, step: &Step, penalty: Penalty) -> Rule {
        Rule::new(&self.optimizer, step, penalty, decays(&tensor.shape))
    }

    fn clear_gradients(&mut self) {
        for (gradient, tensor) in self.gradients.iter_mut().zip(&self.network.parameters) {
            gradient.reserve(if tensor.running { 0 } else { tensor.values.len() });
            gradient.fill(0.0);
        }
    }

    /// Moves the weights by the summed gradients, cut to the common norm.
    fn update(&mut self, step: &Step) -> Result<(), Divergence> {
        let level = self.level;
        let mut squares = 0.0;
        for (tensor, gradient) in
            self.network.parameters.iter().zip(&mut self.gradients).filter(|(t, _)| t.learns)
        {
            let penalty = if decays(&tensor.shape) { self.penalty } else { Penalty::default() };
            let tasks = gradient.len().div_ceil(PART);
            let sums: Vec<AtomicU64> = (0..tasks).map(|_| AtomicU64::new(0)).collect();
            self.pool.split(tasks, [(&mut *gradient, PART)], |_, task, [gradient]| {
                penalty.add(level, &tensor.values[task * PART..][..gradient.len()], gradient);
                sums[task].store(f64::to_bits(sum_of_squares(level, gradient)), Ordering::Relaxed);
            });
            squares += sums.into_iter().map(|sum| f64::from_bits(sum.into_inner())).sum::<f64>();
        }
        let norm = squares.sqrt();
        if !norm.is_finite() {
            let bad = |gradient: &Buffer| gradient.iter().any(|x| !x.is_finite());
            let first =
                self.network.parameters.iter().zip(&self.gradients).find(|(_, gradient)| bad(gradient));
            return Err(Divergence {
                place: first.map_or("gradient".into(), |(tensor, _)| tensor.name.clone()),
            });
        }
        // As PyTorch's `clip_grad_norm_`.
        let factor = self.clip_norm.map_or(1.0, |limit| (f64::from(limit) / (norm + 1e-6)).min(1.0)) as f32;
        let rules: Vec<Rule> = self
            .network
            .parameters
            .iter()
            .map(|tensor| self.rule(tensor, step, Penalty::default()))
            .collect();
        let tensors =
            self.network.parameters.iter_mut().zip(&mut self.gradients).zip(&mut self.moments).zip(rules);
        for (((tensor, gradient), [first, second]), rule) in
            tensors.filter(|(((tensor, _), _), _)| tensor.learns)
        {
            let tasks = gradient.len().div_ceil(PART);
            let slices: [(&mut [f32], usize); 4] =
                [(&mut tensor.values, PART), (gradient, PART), (first, PART), (second, PART)];
            self.pool.split(tasks, slices, |_, _, [values, gradient, first, second]| {
                gradient.iter_mut().for_each(|g| *g *= factor);
                rule.apply(level, values, gradient, [first, second]);
            });
        }
        Ok(())
    }
}

impl Engine for NativeEngine {
    fn step(&mut self, batch: &Batch<'_>, step: &Step) -> Result<StepOutcome, Divergence> {
        let in_one = batch.chosen.len() <= self.rows_at_a_time(batch.chosen.len());
        if in_one && self.clip_norm.is_none() {
            let rules = self.network.parameters.iter().map(|tensor| self.rule(tensor, step, self.penalty));
            let rules = rules.collect();
            return self.pass(batch, step, Some(rules));
        }
        self.clear_gradients();
        let outcome = self.pass(batch, step, None)?;
        self.update(step)?;
        Ok(outcome)
    }

    fn outputs(&mut self, batch: &Batch<'_>) -> Vec<f32> {
        let count = batch.chosen.len();
        // Within the room that learning made, or little more: images take much of it.
        let at_a_time = count.min(self.workspace.rows().max(ANSWERS));
        self.make_room(at_a_time);
        let width = self.objective.outputs;
        let mut outputs = Vec::with_capacity(count * width);
        for first in (0..count).step_by(at_a_time.max(1)) {
            let chosen = &batch.chosen[first..count.min(first + at_a_time)];
            let machine = Machine { pool: &self.pool, level: self.level };
            let pixels = batch.augmented.map(|all| &all[first * all.len() / count..]);
            self.workspace.load(machine, &self.network, &batch.examples.inputs, chosen, pixels);
            let rows = Rows { count: chosen.len(), first, mode: Mode::Answer };
            self.workspace.forward(machine, &self.network, rows);
            let field = self.workspace.fields[self.workspace.fields.len() - 1].rows(rows.count);
            (0..rows.count).for_each(|row| outputs.extend_from_slice(field.row(row, width)));
        }
        outputs
    }

    fn weights(&self) -> Vec<Tensor> {
        let tensors = self.network.parameters.iter();
        tensors.map(|tensor| tensor.export(tensor.name.clone(), &tensor.values)).collect()
    }

    fn optimizer_state(&self) -> Vec<Tensor> {
        let mut state = Vec::new();
        for (tensor, moments) in
            self.network.parameters.iter().zip(&self.moments).filter(|(tensor, _)| tensor.learns)
        {
            for (name, moment) in slots(&self.optimizer).iter().zip(moments) {
                state.push(tensor.export(format!("{}.{name}", tensor.name), moment));
            }
        }
        state
    }

    fn restore(&mut self, weights: &[Tensor], optimizer_state: &[Tensor]) -> Result<(), String> {
        let mut wanted: Vec<(String, &[usize])> = Vec::new();
        let mut remembered: Vec<(String, &[usize])> = Vec::new();
        for tensor in &self.network.parameters {
            wanted.push((tensor.name.clone(), &tensor.shape));
            if tensor.learns {
                let names = slots(&self.optimizer).iter();
                remembered
                    .extend(names.map(|name| (format!("{}.{name}", tensor.name), tensor.shape.as_slice())));
            }
        }
        let mut mistakes = mismatches(&wanted, weights);
        if !optimizer_state.is_empty() {
            mistakes.extend(mismatches(&remembered, optimizer_state));
        }
        if !mistakes.is_empty() {
            return Err(mistakes.join("; "));
        }
        for (tensor, moments) in self.network.parameters.iter_mut().zip(&mut self.moments) {
            for (name, moment) in slots(&self.optimizer).iter().zip(moments).filter(|_| tensor.learns) {
                moment.fill(0.0);
                let name = format!("{}.{name}", tensor.name);
                if let Some(given) = optimizer_state.iter().find(|given| given.name == name) {
                    tensor.layout.import(&given.values, moment);
                }
            }
            if let Some(given) = weights.iter().find(|given| given.name == tensor.name) {
                tensor.layout.import(&given.values, &mut tensor.values);
            }
        }
        Ok(())
    }

    fn gradients(&mut self, batch: &Batch<'_>, step: &Step) -> Vec<Tensor> {
        self.clear_gradients();
        // A divergence shows in the gradients themselves.
        let _ = self.pass(batch, step, None);
        let tensors =
            self.network.parameters.iter().zip(&self.gradients).filter(|(tensor, _)| !tensor.running);
        tensors.map(|(tensor, gradient)| tensor.export(tensor.name.clone(), gradient)).collect()
    }
}

/// Moves weights as their gradients come.
struct Updates<'a> {
    level: Level,
    rules: &'a [Rule],
    moments: Vec<[Disjoint<'a>; 2]>,
}

impl Sink for Updates<'_> {
    fn take(&self, parameter: usize, start: usize, gradient: &mut [f32], values: &mut [f32]) {
        let moments = self.moments[parameter].each_ref().map(|moment| {
            let (from, to) = (start.min(moment.len()), (start + values.len()).min(moment.len()));
            // SAFETY: parts of a tensor don't overlap.
            unsafe { moment.part(from..to) }
        });
        self.rules[parameter].apply(self.level, values, gradient, moments);
    }
}

/// Adds gradients up.
struct Sums<'a> {
    level: Level,
    gradients: Vec<Disjoint<'a>>,
}

impl Sink for Sums<'_> {
    fn take(&self, parameter: usize, start: usize, gradient: &mut [f32], _: &mut [f32]) {
        // SAFETY: parts of a tensor don't overlap.
        let sum = unsafe { self.gradients[parameter].part(start..start + gradient.len()) };
        add(self.level, gradient, sum);
    }
}

for_each_level! {
    fn add(numbers: &[f32], sums: &mut [f32]) {
        sums.iter_mut().zip(numbers).for_each(|(sum, x)| *sum += x);
    }
}

for_each_level! {
    fn sum_of_squares(numbers: &[f32]) -> f64 {
        let mut lanes = [0.0_f64; 16];
        for chunk in numbers.chunks(16) {
            for (lane, x) in lanes.iter_mut().zip(chunk) {
                *lane += f64::from(*x) * f64::from(*x);
            }
        }
        lanes.iter().sum()
    }
}

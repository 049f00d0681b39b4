//! The fast path against plain loops in double precision, against itself on other threads, and against an interrupted self.

mod bits;
mod recipes;
mod reference;
mod steps;

use flywheel_spec::recipe::{Initializer, LossSpec, OptimizerSpec};
use flywheel_spec::table::ImageShape;
use flywheel_stats::chance::Chance;

use crate::engine::{Batch, Blueprint, Engine, Step, Tensor};
use crate::examples::{Examples, Inputs, Targets};
use crate::loss::Objective;
use crate::network::{EmbeddingPlan, Head, InputPlan, LayerKind, LayerPlan, NetworkPlan, Shape};

use super::NativeEngine;
use super::cpu::Level;

/// A layer and, where it chooses, how many outputs or filters it has.
pub type Choice = (LayerKind, usize);

pub fn dense(units: usize) -> Choice {
    (LayerKind::Dense { bias: true, initializer: Initializer::He {} }, units)
}

pub fn conv(filters: usize, kernel: usize, stride: usize, padding: [usize; 2]) -> Choice {
    (LayerKind::Conv2d { kernel, stride, padding, bias: true, initializer: Initializer::He {} }, filters)
}

/// A network with its shapes inferred.
pub fn network(input: InputPlan, choices: &[Choice]) -> NetworkPlan {
    let mut at = input.shape();
    let mut layers = Vec::new();
    for (source, (kind, outputs)) in choices.iter().enumerate() {
        let windows = |size: usize, stride: usize, padding: usize, channels: Option<usize>| match at {
            Shape::Flat(_) => at,
            Shape::Image(image) => Shape::Image(ImageShape {
                height: (image.height + padding - size) / stride + 1,
                width: (image.width + padding - size) / stride + 1,
                channels: channels.unwrap_or(image.channels),
            }),
        };
        let output = match *kind {
            LayerKind::Dense { .. } => Shape::Flat(*outputs),
            LayerKind::Flatten => Shape::Flat(at.len()),
            LayerKind::Conv2d { kernel, stride, padding, .. } => {
                windows(kernel, stride, padding[0] + padding[1], Some(*outputs))
            }
            LayerKind::MaxPool { size, stride } | LayerKind::AvgPool { size, stride } => {
                windows(size, stride, 0, None)
            }
            _ => at,
        };
        layers.push(LayerPlan { source, kind: kind.clone(), input: at, output, frozen: false });
        at = output;
    }
    NetworkPlan { input, layers, outputs: at.len(), head: Head::Identity }
}

pub fn blueprint(network: NetworkPlan) -> Blueprint {
    Blueprint {
        network,
        loss: LossSpec::CrossEntropy { label_smoothing: 0.0 },
        optimizer: OptimizerSpec::Adam { learning_rate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
        l1: 0.0,
        l2: 0.0,
        clip_norm: None,
        class_weights: Vec::new(),
        seed: 11,
        threads: 2,
    }
}

/// Random images or rows, with random classes.
pub fn examples(input: &InputPlan, count: usize, classes: usize) -> Examples {
    let mut chance = Chance::new(5);
    let inputs = match input {
        InputPlan::Images(shape) => Inputs::Images {
            shape: *shape,
            pixels: (0..count * shape.bytes()).map(|_| chance.below(256) as u8).collect(),
            positions: (0..count as u32).collect(),
            scale: 1.0 / 128.0,
            shift: -1.0,
        },
        InputPlan::Rows { numbers, embeddings } => Inputs::Rows {
            width: *numbers,
            numbers: (0..count * numbers).map(|_| chance.normal() as f32).collect(),
            embedded: embeddings.len(),
            categories: (0..count)
                .flat_map(|_| embeddings.iter().map(|e| e.categories as u64).collect::<Vec<_>>())
                .map(|categories| chance.below(categories) as u32)
                .collect(),
        },
    };
    let targets = Targets::Classes((0..count).map(|_| chance.below(classes as u64) as u32).collect());
    Examples { inputs, targets, rows: (0..count).collect() }
}

/// Random weights about as large as at the start of a training; scales about one, variances above zero.
pub fn weights(engine: &impl Engine) -> Vec<Tensor> {
    let mut chance = Chance::new(3);
    let mut tensors = engine.weights();
    for tensor in &mut tensors {
        let inputs: usize = tensor.shape.iter().skip(1).product();
        let size = if tensor.shape.len() > 1 { (1.5 / inputs as f64).sqrt() } else { 0.3 };
        for value in &mut tensor.values {
            let drawn = (chance.normal() * size) as f32;
            *value = if tensor.name.ends_with("running_var") { 0.5 + drawn.abs() } else { *value + drawn };
        }
    }
    tensors
}

/// The examples' rows as the reference reads them, in PyTorch's order.
fn reference_rows(
    examples: &Examples,
    input: &InputPlan,
    weights: &[Tensor],
    chosen: &[u32],
) -> Vec<Vec<f64>> {
    let row = |&example: &u32| match &examples.inputs {
        Inputs::Images { shape, pixels, positions, scale, shift } => {
            let (area, channels) = (shape.height * shape.width, shape.channels);
            let image = &pixels[positions[example as usize] as usize * shape.bytes()..][..shape.bytes()];
            let value =
                |i: usize| f64::from(f32::from(image[i % area * channels + i / area]) * scale + shift);
            (0..shape.bytes()).map(value).collect()
        }
        Inputs::Sparse(rows) => {
            let mut row = vec![0.0; rows.width];
            rows.row(example as usize).for_each(|(place, value)| row[place as usize] = f64::from(value));
            row
        }
        Inputs::Rows { width, numbers, embedded, categories } => {
            let mut row: Vec<f64> =
                numbers[example as usize * width..][..*width].iter().map(|&x| f64::from(x)).collect();
            if let InputPlan::Rows { embeddings, .. } = input {
                for (nth, EmbeddingPlan { width, .. }) in embeddings.iter().enumerate() {
                    let table =
                        weights.iter().find(|t| t.name == format!("embeddings.{nth}.weight")).unwrap();
                    let category = categories[example as usize * embedded + nth] as usize;
                    row.extend(table.values[category * width..][..*width].iter().map(|&x| f64::from(x)));
                }
            }
            row
        }
    };
    chosen.iter().map(row).collect()
}

/// Outputs, loss and gradients of one batch against the reference, at every level.
pub fn check(blueprint: &Blueprint, examples: &Examples, chosen: &[u32]) {
    let weights = weights(&NativeEngine::new(blueprint));
    let input = &blueprint.network.input;
    let step = Step { number: 3, learning_rate: 0.01 };
    let batch = Batch { examples, chosen, augmented: None };
    let answers =
        reference::forward(blueprint, &weights, &reference_rows(examples, input, &weights, chosen), None);
    let learned = |weights: &[Tensor]| {
        reference::forward(
            blueprint,
            weights,
            &reference_rows(examples, input, weights, chosen),
            Some(step.number),
        )
    };
    let outputs = learned(&weights);
    let flat = |rows: &[Vec<f64>]| rows.iter().flatten().map(|&x| x as f32).collect::<Vec<f32>>();
    let objective = Objective {
        loss: blueprint.loss,
        outputs: blueprint.network.outputs,
        class_weights: blueprint.class_weights.clone(),
    };
    let mut slopes = vec![0.0; chosen.len() * objective.outputs];
    let loss = objective.mean_and_gradient(&flat(&outputs), &examples.targets, chosen, &mut slopes);
    for level in Level::available() {
        let mut engine = NativeEngine::new(blueprint).at_level(level);
        engine.restore(&weights, &[]).unwrap();
        let close = |found: f32, wanted: f64, what: &str| {
            let error = (f64::from(found) - wanted).abs();
            assert!(
                error < 2e-4 * (1.0 + wanted.abs()),
                "{level:?} {what}: {found}, not {wanted}, in {blueprint:?}"
            );
        };
        for (found, wanted) in engine.outputs(&batch).iter().zip(answers.iter().flatten()) {
            close(*found, *wanted, "answer");
        }
        let gradients = engine.gradients(&batch, &step);
        engine.restore(&weights, &[]).unwrap();
        let outcome = engine.step(&batch, &step).unwrap();
        for (found, wanted) in outcome.outputs.iter().zip(outputs.iter().flatten()) {
            close(*found, *wanted, "output");
        }
        close(outcome.loss, loss, "loss");
        check_gradients(&weights, &gradients, &learned, &slopes, level);
    }
}

/// Some of each tensor's gradients against differences to either side; at a kink between the two.
fn check_gradients(
    weights: &[Tensor],
    gradients: &[Tensor],
    outputs: &impl Fn(&[Tensor]) -> Vec<Vec<f64>>,
    slopes: &[f32],
    level: Level,
) {
    let mut moved = weights.to_vec();
    let mut chance = Chance::new(17);
    for gradient in gradients {
        let at = weights.iter().position(|tensor| tensor.name == gradient.name).unwrap();
        for _ in 0..4 {
            let i = chance.below(gradient.values.len() as u64) as usize;
            let mut along = |by: f32| {
                moved[at].values[i] = weights[at].values[i] + by;
                let weight = f64::from(moved[at].values[i]);
                let rows = outputs(&moved);
                moved[at].values[i] = weights[at].values[i];
                (weight, rows.iter().flatten().zip(slopes).map(|(x, d)| x * f64::from(*d)).sum::<f64>())
            };
            let (below, here, above) = (along(-1e-5), along(0.0), along(1e-5));
            let slope = |from: (f64, f64), to: (f64, f64)| (to.1 - from.1) / (to.0 - from.0);
            let (left, right) = (slope(below, here), slope(here, above));
            let found = f64::from(gradient.values[i]);
            let leeway = 1e-3 * left.abs().max(right.abs()) + 5e-4;
            assert!(
                left.min(right) - leeway < found && found < left.max(right) + leeway,
                "{level:?} {}[{i}]: {found}, not {left} to {right}",
                gradient.name
            );
        }
    }
}

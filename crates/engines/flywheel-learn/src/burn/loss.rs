//! The losses as Burn tensors, whose slopes Burn itself finds; [`crate::loss`] gives the formulas.

use burn::tensor::{Device, Tensor, activation};
use flywheel_spec::recipe::LossSpec;

use super::forward::tensor;
use crate::examples::Targets;
use crate::loss::{Objective, Truth};

/// The share of the chosen rows in a batch's mean loss: `Σ wᵢ lossᵢ · scale`, with `scale = 1 / Σ wᵢ` over the whole batch.
pub(super) fn share(
    objective: &Objective,
    outputs: Tensor<2>,
    targets: &Targets,
    chosen: &[u32],
    scale: f64,
    device: &Device,
) -> Tensor<1> {
    let [rows, width] = outputs.dims();
    let truths: Vec<Truth> = chosen.iter().map(|&row| targets.truth(row as usize)).collect();
    let weight = |truth: &Truth| match truth {
        Truth::Class(class) => f64::from(objective.class_weights.get(*class).copied().unwrap_or(1.0)),
        Truth::Number(_) => 1.0,
    };
    let target = |truth: &Truth, unit: usize| match truth {
        Truth::Class(class) => f64::from(u8::from(*class == unit)),
        Truth::Number(number) => f64::from(*number),
    };
    let table = |value: &dyn Fn(&Truth, usize) -> f64, width: usize| -> Tensor<2> {
        let values = truths.iter().flat_map(|truth| (0..width).map(move |unit| value(truth, unit) as f32));
        tensor(values.collect(), [rows, width], device)
    };
    // For losses of differences: each row's weight over the batch's weight and the outputs.
    let differences = |outputs: Tensor<2>| outputs - table(&target, width);
    let weighted = |errors: Tensor<2>| {
        let share = |truth: &Truth, _: usize| weight(truth) * scale / width as f64;
        (errors * table(&share, 1)).sum()
    };

    match objective.loss {
        LossSpec::Mse {} => {
            let difference = differences(outputs);
            weighted(difference.clone() * difference)
        }
        LossSpec::Mae {} => weighted(differences(outputs).abs()),
        LossSpec::Huber { delta } => {
            let distance = differences(outputs).abs();
            let near = distance.clone().clamp_max(delta);
            let far = distance - near.clone();
            weighted(near.clone() * near * 0.5 + far * delta)
        }
        LossSpec::CrossEntropy { label_smoothing } => {
            let share = |truth: &Truth, unit: usize| {
                let class_weight = objective.class_weights.get(unit).map_or(1.0, |&weight| f64::from(weight));
                let smoothed = target(truth, unit) * (1.0 - label_smoothing) + label_smoothing / width as f64;
                -class_weight * smoothed * scale
            };
            (activation::log_softmax(outputs, 1) * table(&share, width)).sum()
        }
        LossSpec::BinaryCrossEntropy { label_smoothing } => {
            // A softmax over 0 and the logit is its sigmoid.
            let zero = Tensor::zeros([rows, 1], device);
            let share = |truth: &Truth, unit: usize| {
                let one = target(truth, 1) * (1.0 - label_smoothing) + 0.5 * label_smoothing;
                -weight(truth) * scale * if unit == 1 { one } else { 1.0 - one }
            };
            (activation::log_softmax(Tensor::cat(vec![zero, outputs], 1), 1) * table(&share, 2)).sum()
        }
    }
}

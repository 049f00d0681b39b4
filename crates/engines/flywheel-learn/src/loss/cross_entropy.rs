//! Cross-entropy of a softmax over the outputs, with label smoothing (Szegedy et al. 2016) and class weights.
//!
//! As PyTorch's `CrossEntropyLoss(weight=w, label_smoothing=ε)`:
//! `(1 - ε) w_y (-log p_y) + ε/k Σ_c w_c (-log p_c)`, and the batch's sum is divided by `Σ w_y`.

use super::Truth;

/// See [`super::Objective::row`]; the weights are those of all classes, because smoothing counts each.
pub(super) fn row(
    outputs: &[f32],
    truth: Truth,
    smoothing: f64,
    class_weights: &[f32],
    scale: f32,
    gradient: &mut [f32],
) -> f64 {
    let highest = outputs.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0_f32;
    for (output, slope) in outputs.iter().zip(&mut *gradient) {
        *slope = (output - highest).exp();
        sum += *slope;
    }
    let log_sum = f64::from(sum).ln() + f64::from(highest);
    let spread = smoothing / outputs.len() as f64;
    let target = |unit: usize| {
        let weight = class_weights.get(unit).map_or(1.0, |&weight| f64::from(weight));
        weight * (f64::from(truth.number(unit)) * (1.0 - smoothing) + spread)
    };

    let mut total = 0.0;
    let mut mass = 0.0;
    for (unit, &output) in outputs.iter().enumerate() {
        let share = target(unit);
        mass += share;
        if share > 0.0 {
            total += share * (log_sum - f64::from(output));
        }
    }
    for (unit, slope) in gradient.iter_mut().enumerate() {
        let probability = *slope / sum;
        *slope = scale * (probability * mass as f32 - target(unit) as f32);
    }
    total
}

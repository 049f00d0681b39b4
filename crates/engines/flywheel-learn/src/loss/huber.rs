//! Huber's loss: `½d²` within δ of the truth, `δ(|d| - ½δ)` beyond (Huber 1964, PyTorch's `HuberLoss`), mean over outputs.

use super::Truth;

/// See [`super::Objective::row`].
pub(super) fn row(
    outputs: &[f32],
    truth: Truth,
    delta: f32,
    weight: f32,
    scale: f32,
    gradient: &mut [f32],
) -> f64 {
    let share = 1.0 / outputs.len() as f32;
    let mut total = 0.0;
    for (unit, (output, slope)) in outputs.iter().zip(gradient).enumerate() {
        let difference = output - truth.number(unit);
        let distance = difference.abs();
        total += f64::from(if distance <= delta {
            0.5 * difference * difference
        } else {
            delta * (distance - 0.5 * delta)
        });
        // Written so that a NaN stays one, which `clamp` does too.
        *slope = weight * scale * share * difference.clamp(-delta, delta);
    }
    f64::from(weight) * total / outputs.len() as f64
}

//! Mean squared error: `1/k Σⱼ (oⱼ - tⱼ)²` over a row's k outputs, as PyTorch's `MSELoss` averages over rows and outputs.

use super::Truth;

/// See [`super::Objective::row`].
pub(super) fn row(outputs: &[f32], truth: Truth, weight: f32, scale: f32, gradient: &mut [f32]) -> f64 {
    let share = 1.0 / outputs.len() as f32;
    let mut total = 0.0;
    for (unit, (output, slope)) in outputs.iter().zip(gradient).enumerate() {
        let difference = output - truth.number(unit);
        total += f64::from(difference) * f64::from(difference);
        *slope = weight * scale * share * 2.0 * difference;
    }
    f64::from(weight) * total / outputs.len() as f64
}

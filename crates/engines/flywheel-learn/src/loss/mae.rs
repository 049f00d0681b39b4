//! Mean absolute error: `1/k Σⱼ |oⱼ - tⱼ|`; the slope at 0 is 0, as in PyTorch's `L1Loss`.

use super::Truth;

/// See [`super::Objective::row`].
pub(super) fn row(outputs: &[f32], truth: Truth, weight: f32, scale: f32, gradient: &mut [f32]) -> f64 {
    let share = 1.0 / outputs.len() as f32;
    let mut total = 0.0;
    for (unit, (output, slope)) in outputs.iter().zip(gradient).enumerate() {
        let difference = output - truth.number(unit);
        total += f64::from(difference.abs());
        let sign = if difference == 0.0 { 0.0 } else { difference.signum() };
        *slope = weight * scale * share * sign;
    }
    f64::from(weight) * total / outputs.len() as f64
}

//! Adam with bias correction (Kingma and Ba 2015) and its decoupled decay (Loshchilov and Hutter 2019), as PyTorch computes them.

use crate::engine::Step;

/// What a step's numbers have in common.
#[derive(Debug, Clone, Copy)]
pub(super) struct Coefficients {
    /// `1 - η λ`: what decay leaves of a weight.
    kept: f32,
    /// `1 - β₁`.
    first: f32,
    /// β₂.
    second_kept: f32,
    /// `1 - β₂`.
    second: f32,
    /// `η / (1 - β₁ᵗ)`.
    size: f32,
    /// `1 / √(1 - β₂ᵗ)`.
    correction: f32,
    epsilon: f32,
}

impl Coefficients {
    /// Those of one step; t is its number plus 1.
    pub(super) fn at(step: &Step, beta1: f64, beta2: f64, epsilon: f64, decay: f64) -> Self {
        let rate = f64::from(step.learning_rate);
        let t = (step.number + 1) as f64;
        Self {
            kept: (1.0 - rate * decay) as f32,
            first: (1.0 - beta1) as f32,
            second_kept: beta2 as f32,
            second: (1.0 - beta2) as f32,
            size: (rate / (1.0 - beta1.powf(t))) as f32,
            correction: (1.0 / (1.0 - beta2.powf(t)).sqrt()) as f32,
            epsilon: epsilon as f32,
        }
    }
}

/// `m += (1-β₁)(g - m)`, `v = β₂ v + (1-β₂) g²`, `w = (1-ηλ) w - η/(1-β₁ᵗ) · m / (√v/√(1-β₂ᵗ) + ε)`.
pub(super) fn advance(
    weights: &mut [f32],
    gradient: &[f32],
    first: &mut [f32],
    second: &mut [f32],
    c: &Coefficients,
) {
    for (((weight, &slope), first), second) in weights.iter_mut().zip(gradient).zip(first).zip(second) {
        *first += c.first * (slope - *first);
        *second = c.second_kept * *second + c.second * slope * slope;
        *weight = c.kept * *weight - c.size * *first / (second.sqrt() * c.correction + c.epsilon);
    }
}

#[cfg(test)]
mod tests {
    use flywheel_spec::recipe::OptimizerSpec;

    use super::super::tests::{bare, check};

    #[test]
    fn moves_as_pytorchs_adam() {
        check(
            bare(OptimizerSpec::Adam { learning_rate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }),
            [0.348_783_4, -0.438_628_46, 0.703_312_8, 0.036_593, 0.282_951_12, 0.084_931_04],
            [-0.235_083_12, -0.415_428_7],
        );
    }

    /// `weight_decay=0.05` on the weight's group, 0 on the bias'.
    #[test]
    fn moves_as_pytorchs_adamw_and_spares_biases() {
        check(
            bare(OptimizerSpec::AdamW {
                learning_rate: 0.1,
                beta1: 0.9,
                beta2: 0.999,
                epsilon: 1e-8,
                weight_decay: 0.05,
            }),
            [0.338_723_48, -0.429_036_65, 0.685_181_9, 0.038_075_56, 0.277_804_85, 0.083_269_66],
            [-0.235_083_12, -0.415_428_7],
        );
    }
}

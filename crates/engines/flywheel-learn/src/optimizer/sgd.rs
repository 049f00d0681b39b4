//! Gradient descent: plain, with momentum, and with Nesterov's look ahead (PyTorch's `SGD`, dampening 0).

/// `w -= η g`.
pub(super) fn plain(weights: &mut [f32], gradient: &[f32], rate: f32) {
    for (weight, slope) in weights.iter_mut().zip(gradient) {
        *weight -= rate * slope;
    }
}

/// `v = μ v + g`, then `w -= η v`, or with Nesterov's form `w -= η (g + μ v)` (Sutskever et al. 2013).
pub(super) fn momentum(
    weights: &mut [f32],
    gradient: &[f32],
    velocity: &mut [f32],
    rate: f32,
    momentum: f32,
    nesterov: bool,
) {
    let ahead = if nesterov { momentum } else { 1.0 };
    let now = if nesterov { 1.0 } else { 0.0 };
    for ((weight, slope), velocity) in weights.iter_mut().zip(gradient).zip(velocity) {
        *velocity = momentum * *velocity + slope;
        *weight -= rate * (now * slope + ahead * *velocity);
    }
}

#[cfg(test)]
mod tests {
    use flywheel_spec::recipe::OptimizerSpec;

    use super::super::tests::{bare, check};

    #[test]
    fn moves_as_pytorchs_sgd() {
        let weight = [0.438_219_9, -0.393_034_88, 0.761_246_2, -0.090_580_84, 0.185_913_26, -0.016_580_911];
        let bias = [-0.2, -0.65];
        check(bare(OptimizerSpec::Sgd { learning_rate: 0.1, momentum: 0.0, nesterov: false }), weight, bias);
        check(bare(OptimizerSpec::GradientDescent { learning_rate: 0.1 }), weight, bias);
    }

    #[test]
    fn moves_as_pytorchs_sgd_with_momentum() {
        check(
            bare(OptimizerSpec::Sgd { learning_rate: 0.1, momentum: 0.9, nesterov: false }),
            [0.298_977_55, -0.519_771, 0.763_536_9, 0.046_550_36, 0.376_225_08, 0.051_939_737],
            [-0.701_093, -0.564_410_03],
        );
    }

    #[test]
    fn moves_as_pytorchs_sgd_with_nesterov() {
        check(
            bare(OptimizerSpec::Sgd { learning_rate: 0.1, momentum: 0.9, nesterov: true }),
            [0.257_299_72, -0.590_828_8, 0.728_429_44, 0.131_314_49, 0.434_515_8, 0.030_164_864],
            [-1.055_983_7, -0.482_969],
        );
    }
}

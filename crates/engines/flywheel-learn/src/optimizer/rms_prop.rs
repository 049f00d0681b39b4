//! RMSprop: divides by a running root mean square of the gradient (Hinton 2012), in PyTorch's form, with or without momentum.

/// `s = α s + (1-α) g²`, `w -= η g / (√s + ε)`.
pub(super) fn plain(
    weights: &mut [f32],
    gradient: &[f32],
    square: &mut [f32],
    rate: f32,
    decay: f32,
    epsilon: f32,
) {
    let new = 1.0 - decay;
    for ((weight, &slope), square) in weights.iter_mut().zip(gradient).zip(square) {
        *square = decay * *square + new * slope * slope;
        *weight -= rate * slope / (square.sqrt() + epsilon);
    }
}

/// `v = μ v + g / (√s + ε)`, `w -= η v`; `memory` is the mean square and the velocity.
pub(super) fn momentum(
    weights: &mut [f32],
    gradient: &[f32],
    memory: (&mut [f32], &mut [f32]),
    rate: f32,
    decay: f32,
    epsilon: f32,
    momentum: f32,
) {
    let new = 1.0 - decay;
    let memory = memory.0.iter_mut().zip(memory.1);
    for ((weight, &slope), (square, velocity)) in weights.iter_mut().zip(gradient).zip(memory) {
        *square = decay * *square + new * slope * slope;
        *velocity = momentum * *velocity + slope / (square.sqrt() + epsilon);
        *weight -= rate * *velocity;
    }
}

#[cfg(test)]
mod tests {
    use flywheel_spec::recipe::OptimizerSpec;

    use super::super::tests::{bare, check};

    #[test]
    fn moves_as_pytorchs_rmsprop() {
        check(
            bare(OptimizerSpec::RmsProp { learning_rate: 0.1, decay: 0.9, epsilon: 1e-8, momentum: 0.0 }),
            [0.263_526_38, -0.562_849_1, 0.529_105_4, 0.367_227_08, 0.322_565_8, 0.116_069_12],
            [-1.072_780_7, 0.349_757_5],
        );
    }

    #[test]
    fn moves_as_pytorchs_rmsprop_with_momentum() {
        check(
            bare(OptimizerSpec::RmsProp { learning_rate: 0.1, decay: 0.9, epsilon: 1e-8, momentum: 0.8 }),
            [-0.194_526_17, -0.996_250_75, 0.156_754_23, 1.310_897_5, 0.762_536_1, 0.563_937_4],
            [-2.941_351_7, 1.585_713_5],
        );
    }
}

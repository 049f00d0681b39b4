//! How weights move down the gradient: one pass over weights, gradient and memory together, on every thread.
//!
//! Semantics are PyTorch's and its trajectories are the tests' expected values. The order within a step is fixed for both engines:
//! the gradient of the data, plus `l1 · sign(w)` and `2 · l2 · w` where [`crate::engine::decays`]; then clipping by the common norm;
//! then the optimizer, AdamW's decay first.

mod adam;
mod rms_prop;
mod sgd;

use flywheel_spec::recipe::OptimizerSpec;
use rayon::prelude::*;

use crate::engine::{Step, decays};

/// Numbers that one task moves, and that one partial sum of the norm covers; fixed, so that the bits don't depend on threads.
const PIECE: usize = 16_384;

/// An optimizer with the penalties and the clipping that come before it; what it remembers stands with each tensor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Optimizer {
    /// Which.
    pub kind: OptimizerSpec,
    /// λ of `λ Σ|w|`.
    pub l1: f32,
    /// λ of `λ Σw²`.
    pub l2: f32,
    /// The largest norm that a step's gradient may have.
    pub clip_norm: Option<f32>,
}

/// One tensor with its gradient and what the optimizer remembers of it.
#[derive(Debug)]
pub struct Moved<'a> {
    /// Its shape, which tells whether penalties and decay act on it.
    pub shape: &'a [usize],
    /// What moves.
    pub weights: &'a mut [f32],
    /// The data's gradient; it holds the whole gradient, clipped, afterwards.
    pub gradient: &'a mut [f32],
    /// As many memories as [`slots`] names, each as long as the weights.
    pub memory: &'a mut [Vec<f32>],
}

/// What an optimizer remembers of each weight, by name; all begin at 0.
pub fn slots(kind: &OptimizerSpec) -> &'static [&'static str] {
    match kind {
        OptimizerSpec::GradientDescent { .. } => &[],
        OptimizerSpec::Sgd { momentum, .. } if *momentum == 0.0 => &[],
        OptimizerSpec::Sgd { .. } => &["velocity"],
        OptimizerSpec::Adam { .. } | OptimizerSpec::AdamW { .. } => &["first_moment", "second_moment"],
        OptimizerSpec::RmsProp { momentum, .. } if *momentum == 0.0 => &["mean_square"],
        OptimizerSpec::RmsProp { .. } => &["mean_square", "velocity"],
    }
}

impl Optimizer {
    /// Moves every tensor by one step; frozen ones are not among them.
    pub fn step(&self, tensors: &mut [Moved<'_>], step: &Step) {
        for tensor in &mut *tensors {
            self.penalise(tensor);
        }
        let scale = self.clip_scale(tensors);
        for tensor in tensors {
            let decays = decays(tensor.shape);
            self.advance(tensor, decays, scale, step);
        }
    }

    /// Adds the penalties' gradient.
    fn penalise(&self, tensor: &mut Moved<'_>) {
        if !decays(tensor.shape) || (self.l1 == 0.0 && self.l2 == 0.0) {
            return;
        }
        let (l1, l2) = (self.l1, 2.0 * self.l2);
        let pieces = tensor.gradient.par_chunks_mut(PIECE).zip(tensor.weights.par_chunks(PIECE));
        pieces.for_each(|(gradient, weights)| {
            for (slope, &weight) in gradient.iter_mut().zip(weights) {
                let sign = if weight == 0.0 { 0.0 } else { weight.signum() };
                *slope += l1 * sign + l2 * weight;
            }
        });
    }

    /// What every gradient is multiplied by, as PyTorch's `clip_grad_norm_`.
    fn clip_scale(&self, tensors: &[Moved<'_>]) -> f32 {
        let Some(limit) = self.clip_norm else { return 1.0 };
        let norm = tensors.iter().map(|tensor| sum_of_squares(tensor.gradient)).sum::<f64>().sqrt();
        ((f64::from(limit) / (norm + 1e-6)) as f32).min(1.0)
    }

    /// Moves one tensor, piece by piece.
    fn advance(&self, tensor: &mut Moved<'_>, decays: bool, scale: f32, step: &Step) {
        if scale != 1.0 {
            tensor
                .gradient
                .par_chunks_mut(PIECE)
                .for_each(|piece| piece.iter_mut().for_each(|slope| *slope *= scale));
        }
        let pieces = tensor.weights.par_chunks_mut(PIECE).zip(tensor.gradient.par_chunks(PIECE));
        match self.kind {
            OptimizerSpec::GradientDescent { .. } => {
                pieces.for_each(|(weights, gradient)| sgd::plain(weights, gradient, step.learning_rate));
            }
            OptimizerSpec::Sgd { momentum, nesterov, .. } => match tensor.memory {
                [velocity] => {
                    pieces.zip(velocity.par_chunks_mut(PIECE)).for_each(|((weights, gradient), velocity)| {
                        sgd::momentum(
                            weights,
                            gradient,
                            velocity,
                            step.learning_rate,
                            momentum as f32,
                            nesterov,
                        );
                    });
                }
                _ => pieces.for_each(|(weights, gradient)| sgd::plain(weights, gradient, step.learning_rate)),
            },
            OptimizerSpec::Adam { beta1, beta2, epsilon, .. } => {
                let adam = adam::Coefficients::at(step, beta1, beta2, epsilon, 0.0);
                Self::adam(pieces, tensor.memory, &adam);
            }
            OptimizerSpec::AdamW { beta1, beta2, epsilon, weight_decay, .. } => {
                let decay = if decays { weight_decay } else { 0.0 };
                let adam = adam::Coefficients::at(step, beta1, beta2, epsilon, decay);
                Self::adam(pieces, tensor.memory, &adam);
            }
            OptimizerSpec::RmsProp { decay, epsilon, momentum, .. } => {
                let (rate, decay, epsilon) = (step.learning_rate, decay as f32, epsilon as f32);
                match tensor.memory {
                    [square] => {
                        pieces.zip(square.par_chunks_mut(PIECE)).for_each(|((weights, gradient), square)| {
                            rms_prop::plain(weights, gradient, square, rate, decay, epsilon);
                        })
                    }
                    [square, velocity] => pieces
                        .zip(square.par_chunks_mut(PIECE).zip(velocity.par_chunks_mut(PIECE)))
                        .for_each(|((weights, gradient), memory)| {
                            rms_prop::momentum(
                                weights,
                                gradient,
                                memory,
                                rate,
                                decay,
                                epsilon,
                                momentum as f32,
                            );
                        }),
                    _ => unreachable!("RMSprop remembers what `slots` names"),
                }
            }
        }
    }

    fn adam<'a>(
        pieces: impl IndexedParallelIterator<Item = (&'a mut [f32], &'a [f32])>,
        memory: &mut [Vec<f32>],
        coefficients: &adam::Coefficients,
    ) {
        let [first, second] = memory else { unreachable!("Adam remembers what `slots` names") };
        pieces.zip(first.par_chunks_mut(PIECE).zip(second.par_chunks_mut(PIECE))).for_each(
            |((weights, gradient), (first, second))| {
                adam::advance(weights, gradient, first, second, coefficients)
            },
        );
    }
}

/// `Σx²`, summed in pieces of fixed length whose order is fixed.
pub fn sum_of_squares(numbers: &[f32]) -> f64 {
    let piece =
        |numbers: &[f32]| numbers.iter().map(|&number| f64::from(number) * f64::from(number)).sum::<f64>();
    numbers.par_chunks(PIECE).map(piece).collect::<Vec<f64>>().into_iter().sum()
}

/// `Σ|x|`, summed as [`sum_of_squares`] is.
pub fn sum_of_sizes(numbers: &[f32]) -> f64 {
    let piece = |numbers: &[f32]| numbers.iter().map(|&number| f64::from(number.abs())).sum::<f64>();
    numbers.par_chunks(PIECE).map(piece).collect::<Vec<f64>>().into_iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Five steps of a 2×3 weight and a bias of 2 against PyTorch 2.15's `torch.optim` on the same gradients:
    /// at step t the weight's are `sin(1 + 3t + i)` and `cos(2 + 2t + i)`, row by row, and the bias' `0.3 (t + 1)` and `-0.1 t`.
    pub(super) fn check(optimizer: Optimizer, weight: [f32; 6], bias: [f32; 2]) {
        let mut weights = vec![0.5_f32, -0.3, 0.8, -0.2, 0.1, 0.0];
        let mut biases = vec![0.25_f32, -0.75];
        let memory = |len: usize| vec![vec![0.0; len]; slots(&optimizer.kind).len()];
        let (mut weight_memory, mut bias_memory) = (memory(6), memory(2));
        for number in 0..5 {
            let t = number as f64;
            let mut weight_gradient: Vec<f32> =
                (0..3).map(|i| (1.0 + 3.0 * t + f64::from(i)).sin() as f32).collect();
            weight_gradient.extend((0..3).map(|i| (2.0 + 2.0 * t + f64::from(i)).cos() as f32));
            let mut bias_gradient = vec![(0.3 * (t + 1.0)) as f32, (-0.1 * t) as f32];
            let mut tensors = [
                Moved {
                    shape: &[2, 3],
                    weights: &mut weights,
                    gradient: &mut weight_gradient,
                    memory: &mut weight_memory,
                },
                Moved {
                    shape: &[2],
                    weights: &mut biases,
                    gradient: &mut bias_gradient,
                    memory: &mut bias_memory,
                },
            ];
            let learning_rate = optimizer.kind.learning_rate() as f32;
            optimizer.step(&mut tensors, &Step { number, learning_rate });
        }
        for (found, expected) in weights.iter().zip(weight).chain(biases.iter().zip(bias)) {
            assert!((found - expected).abs() < 2e-6, "{optimizer:?}: {found}, PyTorch {expected}");
        }
    }

    pub(super) fn bare(kind: OptimizerSpec) -> Optimizer {
        Optimizer { kind, l1: 0.0, l2: 0.0, clip_norm: None }
    }

    #[test]
    fn l1_and_l2_join_the_gradient_of_weights_but_not_of_biases() {
        let kind = OptimizerSpec::Adam { learning_rate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
        check(
            Optimizer { l1: 0.05, l2: 0.1, ..bare(kind) },
            [0.283_249_32, -0.388_518_63, 0.500_355_3, 0.053_794_1, 0.238_186_42, 0.061_388_962],
            [-0.235_083_12, -0.415_428_7],
        );
    }

    /// `torch.nn.utils.clip_grad_norm_` over weight and bias together, after `l2 Σw²` of the weight joined the loss.
    #[test]
    fn clipping_scales_all_gradients_to_the_common_norm() {
        let kind = OptimizerSpec::Sgd { learning_rate: 0.1, momentum: 0.0, nesterov: false };
        check(
            Optimizer { l2: 0.1, clip_norm: Some(0.7), ..bare(kind) },
            [0.462_931_54, -0.317_960_7, 0.762_244_64, -0.156_702_64, 0.126_639_63, -0.003_999_731_5],
            [0.101_184_52, -0.717_691_5],
        );
    }

    #[test]
    fn the_bits_do_not_depend_on_the_threads() {
        let kind = OptimizerSpec::AdamW {
            learning_rate: 0.01,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            weight_decay: 0.1,
        };
        let optimizer = Optimizer { l1: 1e-4, l2: 1e-4, clip_norm: Some(1.0), ..bare(kind) };
        let run = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let len = 3 * PIECE + 77;
            let mut weights: Vec<f32> = (0..len).map(|i| (i as f32).sin()).collect();
            let mut memory = vec![vec![0.0; len]; 2];
            for number in 0..3 {
                let mut gradient: Vec<f32> =
                    (0..len).map(|i| (i as f32 * 0.7 + number as f32).cos()).collect();
                let shape = [len, 1];
                let moved = Moved {
                    shape: &shape,
                    weights: &mut weights,
                    gradient: &mut gradient,
                    memory: &mut memory,
                };
                pool.install(|| optimizer.step(&mut [moved], &Step { number, learning_rate: 0.01 }));
            }
            weights
        };
        assert_eq!(run(1), run(2));
        assert_eq!(run(1), run(3));
    }
}

//! One optimisation step of a part of a tensor, vectorised: the formulas of [`crate::optimizer`] where gradients are spent at once.

use flywheel_spec::recipe::OptimizerSpec;

use crate::engine::Step;

use super::adam::{self, LEAST_MEAN, LEAST_SLOPE, LEAST_SQUARE, flush};
use super::cpu::{Level, for_each_level};

/// What is added to the loss for large weights.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Penalty {
    /// λ of `λ Σ|w|`.
    pub l1: f32,
    /// λ of `λ Σw²`, whose gradient is `2λw`.
    pub l2: f32,
}

impl Penalty {
    /// Adds its gradient.
    pub fn add(self, level: Level, weights: &[f32], gradient: &mut [f32]) {
        if self != Self::default() {
            penalise(level, weights, gradient, self.l1, 2.0 * self.l2);
        }
    }
}

/// An optimizer's step, ready to be applied.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    kind: Kind,
    penalty: Penalty,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Plain { rate: f32 },
    Momentum { rate: f32, momentum: f32, nesterov: bool },
    Adam(adam::Coefficients),
    RmsProp { rate: f32, decay: f32, epsilon: f32, momentum: f32 },
}

impl Rule {
    /// The numbers of one step for tensors that penalty and decay act on (`decays`), or for the others.
    pub fn new(kind: &OptimizerSpec, step: &Step, penalty: Penalty, decays: bool) -> Self {
        let rate = step.learning_rate;
        let adam = |beta1: f64, beta2: f64, epsilon: f64, decay: f64| {
            let (rate, t) = (f64::from(rate), (step.number + 1) as f64);
            Kind::Adam(adam::Coefficients {
                keep: if decays { (1.0 - rate * decay) as f32 } else { 1.0 },
                size: (rate / (1.0 - beta1.powf(t))) as f32,
                correction: (1.0 / (1.0 - beta2.powf(t)).sqrt()) as f32,
                first: (1.0 - beta1) as f32,
                second_kept: beta2 as f32,
                second: (1.0 - beta2) as f32,
                epsilon: epsilon as f32,
            })
        };
        let kind = match *kind {
            OptimizerSpec::GradientDescent { .. } => Kind::Plain { rate },
            OptimizerSpec::Sgd { momentum: 0.0, .. } => Kind::Plain { rate },
            OptimizerSpec::Sgd { momentum, nesterov, .. } => {
                Kind::Momentum { rate, momentum: momentum as f32, nesterov }
            }
            OptimizerSpec::Adam { beta1, beta2, epsilon, .. } => adam(beta1, beta2, epsilon, 0.0),
            OptimizerSpec::AdamW { beta1, beta2, epsilon, weight_decay, .. } => {
                adam(beta1, beta2, epsilon, weight_decay)
            }
            OptimizerSpec::RmsProp { decay, epsilon, momentum, .. } => Kind::RmsProp {
                rate,
                decay: decay as f32,
                epsilon: epsilon as f32,
                momentum: momentum as f32,
            },
        };
        Self { kind, penalty: if decays { penalty } else { Penalty::default() } }
    }

    /// Moves the weights; the gradient is spent. `moments` are as long as the weights or, where unused, empty.
    pub fn apply(&self, level: Level, weights: &mut [f32], gradient: &mut [f32], moments: [&mut [f32]; 2]) {
        self.penalty.add(level, weights, gradient);
        let [m, v] = moments;
        match self.kind {
            Kind::Plain { rate } => plain(level, weights, gradient, rate),
            Kind::Momentum { rate, momentum: share, nesterov: false } => {
                momentum(level, weights, gradient, m, rate, share)
            }
            Kind::Momentum { rate, momentum, nesterov: true } => {
                nesterov(level, weights, gradient, m, rate, momentum)
            }
            Kind::Adam(c) => adam::advance(level, weights, gradient, m, v, c),
            Kind::RmsProp { rate, decay, epsilon, momentum: 0.0 } => {
                rms_prop(level, weights, gradient, m, [rate, decay, epsilon]);
            }
            Kind::RmsProp { rate, decay, epsilon, momentum } => {
                rms_prop_momentum(level, weights, gradient, m, v, [rate, decay, epsilon, momentum]);
            }
        }
    }
}

for_each_level! {
    fn penalise(weights: &[f32], gradient: &mut [f32], l1: f32, twice_l2: f32) {
        for (g, &w) in gradient.iter_mut().zip(weights) {
            let sign = if w > 0.0 { l1 } else if w < 0.0 { -l1 } else { 0.0 };
            *g += twice_l2 * w + sign;
        }
    }
}

for_each_level! {
    fn plain(weights: &mut [f32], gradient: &[f32], rate: f32) {
        weights.iter_mut().zip(gradient).for_each(|(w, g)| *w -= rate * g);
    }
}

for_each_level! {
    fn momentum(weights: &mut [f32], gradient: &[f32], buffer: &mut [f32], rate: f32, share: f32) {
        for ((w, &g), b) in weights.iter_mut().zip(gradient).zip(buffer) {
            *b = flush(share * *b + g, LEAST_MEAN);
            *w -= rate * *b;
        }
    }
}

for_each_level! {
    fn nesterov(weights: &mut [f32], gradient: &[f32], buffer: &mut [f32], rate: f32, share: f32) {
        for ((w, &g), b) in weights.iter_mut().zip(gradient).zip(buffer) {
            *b = flush(share * *b + g, LEAST_MEAN);
            *w -= rate * (g + share * *b);
        }
    }
}

for_each_level! {
    fn rms_prop(weights: &mut [f32], gradient: &[f32], square: &mut [f32], numbers: [f32; 3]) {
        let [rate, decay, epsilon] = numbers;
        for ((w, &g), s) in weights.iter_mut().zip(gradient).zip(square) {
            let g = flush(g, LEAST_SLOPE);
            *s = flush(decay * *s + (1.0 - decay) * g * g, LEAST_SQUARE);
            *w -= rate * g / (s.sqrt() + epsilon);
        }
    }
}

for_each_level! {
    fn rms_prop_momentum(weights: &mut [f32], gradient: &[f32], square: &mut [f32], buffer: &mut [f32], numbers: [f32; 4]) {
        let [rate, decay, epsilon, momentum] = numbers;
        for (((w, &g), s), b) in weights.iter_mut().zip(gradient).zip(square).zip(buffer) {
            let g = flush(g, LEAST_SLOPE);
            *s = flush(decay * *s + (1.0 - decay) * g * g, LEAST_SQUARE);
            *b = flush(momentum * *b + g / (s.sqrt() + epsilon), LEAST_MEAN);
            *w -= rate * *b;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::decays;
    use crate::optimizer::{Moved, Optimizer, slots};

    /// Every rule, at every level, against the optimizers whose trajectories are checked against PyTorch.
    #[test]
    fn rules_move_weights_as_the_optimizers_do() {
        let rate = 0.1;
        let kinds = [
            OptimizerSpec::GradientDescent { learning_rate: rate },
            OptimizerSpec::Sgd { learning_rate: rate, momentum: 0.0, nesterov: false },
            OptimizerSpec::Sgd { learning_rate: rate, momentum: 0.9, nesterov: false },
            OptimizerSpec::Sgd { learning_rate: rate, momentum: 0.9, nesterov: true },
            OptimizerSpec::Adam { learning_rate: rate, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
            OptimizerSpec::AdamW {
                learning_rate: rate,
                beta1: 0.8,
                beta2: 0.99,
                epsilon: 1e-8,
                weight_decay: 0.05,
            },
            OptimizerSpec::RmsProp { learning_rate: rate, decay: 0.99, epsilon: 1e-8, momentum: 0.0 },
            OptimizerSpec::RmsProp { learning_rate: rate, decay: 0.9, epsilon: 1e-8, momentum: 0.5 },
        ];
        for kind in kinds {
            for (l1, l2, shape) in
                [(0.0, 0.0, vec![37, 1]), (0.02, 0.03, vec![37, 1]), (0.02, 0.03, vec![37])]
            {
                for level in Level::available() {
                    let mut weights: Vec<f32> = (0..37).map(|i| (i as f32).sin()).collect();
                    let mut expected = weights.clone();
                    let mut moments = [vec![0.0; 37], vec![0.0; 37]];
                    let mut memory = vec![vec![0.0; 37]; slots(&kind).len()];
                    for number in 0..5 {
                        let step = Step { number, learning_rate: rate as f32 };
                        let gradient = |i: usize| (i as f32 * 0.7 + number as f32).cos();
                        let rule = Rule::new(&kind, &step, Penalty { l1, l2 }, decays(&shape));
                        let mut spent: Vec<f32> = (0..37).map(gradient).collect();
                        let [m, v] = &mut moments;
                        rule.apply(level, &mut weights, &mut spent, [m, v]);
                        let moved = Moved {
                            shape: &shape,
                            weights: &mut expected,
                            gradient: &mut (0..37).map(gradient).collect::<Vec<f32>>(),
                            memory: &mut memory,
                        };
                        Optimizer { kind, l1, l2, clip_norm: None }.step(&mut [moved], &step);
                    }
                    for (found, expected) in weights.iter().zip(&expected) {
                        assert!(
                            (found - expected).abs() < 1e-6,
                            "{kind:?} {level:?}: {found}, not {expected}"
                        );
                    }
                }
            }
        }
    }
}

//! What training makes small, and its slope by each output: the one place of every loss's formula.
//!
//! Each loss is a mean over the rows of a batch. With class weights it is `Σ wᵢ lossᵢ / Σ wᵢ`, `wᵢ` being the weight of row i's
//! true class (PyTorch's `CrossEntropyLoss(weight=…)`, here for every loss). `docs/formulas.md` gives the sources.

mod binary_cross_entropy;
mod cross_entropy;
mod huber;
mod mae;
mod mse;

use flywheel_spec::recipe::LossSpec;

use crate::examples::Targets;

/// What one row should have answered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Truth {
    /// The class, from 0.
    Class(usize),
    /// The number.
    Number(f32),
}

/// A loss with what it needs besides outputs and truth.
#[derive(Debug, Clone, PartialEq)]
pub struct Objective {
    /// Which loss.
    pub loss: LossSpec,
    /// Outputs of the network in a row.
    pub outputs: usize,
    /// How much each class counts; empty when all count the same.
    pub class_weights: Vec<f32>,
}

impl Objective {
    /// What the rows count together: `Σ wᵢ`, the number of rows when all count the same.
    pub fn weight(&self, targets: &Targets, chosen: &[u32]) -> f64 {
        match targets {
            Targets::Classes(classes) if !self.class_weights.is_empty() => {
                chosen.iter().map(|&row| f64::from(self.class_weights[classes[row as usize] as usize])).sum()
            }
            _ => chosen.len() as f64,
        }
    }

    /// One row: returns `w · loss`, and writes `w · scale · ∂loss/∂output` for each output.
    ///
    /// With `scale = 1 / Σ wᵢ` over the batch the rows' gradients are those of the batch's mean loss.
    pub fn row(&self, outputs: &[f32], truth: Truth, scale: f32, gradient: &mut [f32]) -> f64 {
        let weight = match truth {
            Truth::Class(class) => self.class_weights.get(class).copied().unwrap_or(1.0),
            Truth::Number(_) => 1.0,
        };
        match self.loss {
            LossSpec::Mse {} => mse::row(outputs, truth, weight, scale, gradient),
            LossSpec::Mae {} => mae::row(outputs, truth, weight, scale, gradient),
            LossSpec::Huber { delta } => huber::row(outputs, truth, delta as f32, weight, scale, gradient),
            LossSpec::CrossEntropy { label_smoothing } => {
                cross_entropy::row(outputs, truth, label_smoothing, &self.class_weights, scale, gradient)
            }
            LossSpec::BinaryCrossEntropy { label_smoothing } => {
                binary_cross_entropy::row(outputs, truth, label_smoothing, weight, scale, gradient)
            }
        }
    }

    /// Mean loss of the chosen rows, whose outputs lie one after the other; 0 when nothing counts.
    pub fn mean(&self, outputs: &[f32], targets: &Targets, chosen: &[u32]) -> f64 {
        let mut unused = vec![0.0; self.outputs];
        let total: f64 = outputs
            .chunks_exact(self.outputs)
            .zip(chosen)
            .map(|(row, &example)| self.row(row, targets.truth(example as usize), 0.0, &mut unused))
            .sum();
        let weight = self.weight(targets, chosen);
        if weight > 0.0 { total / weight } else { 0.0 }
    }

    /// Mean loss of the chosen rows and its gradient by each output.
    pub fn mean_and_gradient(
        &self,
        outputs: &[f32],
        targets: &Targets,
        chosen: &[u32],
        gradient: &mut [f32],
    ) -> f64 {
        let weight = self.weight(targets, chosen);
        let scale = if weight > 0.0 { (1.0 / weight) as f32 } else { 0.0 };
        let rows =
            outputs.chunks_exact(self.outputs).zip(gradient.chunks_exact_mut(self.outputs)).zip(chosen);
        let total: f64 = rows
            .map(|((row, slope), &example)| self.row(row, targets.truth(example as usize), scale, slope))
            .sum();
        if weight > 0.0 { total / weight } else { 0.0 }
    }
}

impl Targets {
    /// What example `index` should be answered with.
    ///
    /// # Panics
    /// If the targets are unknown: nothing can be learned from such examples, and the plan never lets them train.
    pub fn truth(&self, index: usize) -> Truth {
        match self {
            Self::Classes(classes) => Truth::Class(classes[index] as usize),
            Self::Numbers(numbers) => Truth::Number(numbers[index]),
            Self::Unknown => panic!("examples without targets were given to a loss"),
        }
    }
}

impl Truth {
    /// The number that output `unit` should be: 1 or 0 for a class (its one-hot row).
    fn number(self, unit: usize) -> f32 {
        match self {
            Self::Class(class) => f32::from(u8::from(class == unit)),
            Self::Number(number) => number,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `torch.nn.functional` of PyTorch 2.15 on the same outputs: the loss and its gradient by each output.
    fn check(
        loss: LossSpec,
        class_weights: &[f32],
        outputs: &[f32],
        targets: &Targets,
        mean: f64,
        gradient: &[f32],
    ) {
        let rows: Vec<u32> = (0..4).collect();
        let objective = Objective { loss, outputs: outputs.len() / 4, class_weights: class_weights.to_vec() };
        let mut found = vec![f32::NAN; outputs.len()];
        let value = objective.mean_and_gradient(outputs, targets, &rows, &mut found);
        assert!((value - mean).abs() < 1e-6, "{loss:?}: {value}, PyTorch {mean}");
        assert_eq!(value, objective.mean(outputs, targets, &rows));
        for (found, expected) in found.iter().zip(gradient) {
            assert!((found - expected).abs() < 1e-6, "{loss:?}: slope {found}, PyTorch {expected}");
        }
    }

    #[test]
    fn losses_of_classes_and_their_slopes_are_pytorchs() {
        let outputs = [1.0, -0.5, 2.0, 0.3, 0.1, -1.2, -2.0, 0.7, 0.2, 0.0, 0.0, 0.0];
        let targets = Targets::Classes(vec![2, 0, 0, 1]);
        let check = |loss, weights: &[f32], mean, gradient: &[f32]| {
            check(loss, weights, &outputs, &targets, mean, gradient)
        };
        check(
            LossSpec::CrossEntropy { label_smoothing: 0.0 },
            &[],
            1.349_767_8,
            &[
                0.063_429_04,
                0.014_152_932,
                -0.077_581_99,
                -0.127_562_67,
                0.100_243_2,
                0.027_319_465,
                -0.239_961_76,
                0.149_366_42,
                0.090_595_32,
                0.083_333_33,
                -0.166_666_67,
                0.083_333_33,
            ],
        );
        check(
            LossSpec::CrossEntropy { label_smoothing: 0.0 },
            &[1.0, 2.0, 0.5],
            1.402_647_5,
            &[
                0.028_190_685,
                0.006_290_192,
                -0.034_480_885,
                -0.113_389_04,
                0.089_105_07,
                0.024_283_97,
                -0.213_299_33,
                0.132_770_15,
                0.080_529_18,
                0.148_148_13,
                -0.296_296_3,
                0.148_148_13,
            ],
        );
        check(
            LossSpec::CrossEntropy { label_smoothing: 0.1 },
            &[1.0, 2.0, 0.5],
            1.407_173_5,
            &[
                0.024_542_037,
                -0.007_685_931,
                -0.016_856_106,
                -0.096_760_33,
                0.075_775_33,
                0.020_984_996,
                -0.198_335_8,
                0.120_168_164,
                0.078_167_62,
                0.134_567_89,
                -0.272_839_52,
                0.138_271_59,
            ],
        );
        check(
            LossSpec::Mse {},
            &[],
            1.226_666_6,
            &[
                0.166_666_67,
                -0.083_333_336,
                0.166_666_67,
                -0.116_666_67,
                0.016_666_668,
                -0.2,
                -0.5,
                0.116_666_67,
                0.033_333_335,
                0.0,
                -0.166_666_67,
                0.0,
            ],
        );
        check(
            LossSpec::Mae {},
            &[],
            0.783_333_3,
            &[
                0.083_333_336,
                -0.083_333_336,
                0.083_333_336,
                -0.083_333_336,
                0.083_333_336,
                -0.083_333_336,
                -0.083_333_336,
                0.083_333_336,
                0.083_333_336,
                0.0,
                -0.083_333_336,
                0.0,
            ],
        );
        check(
            LossSpec::Huber { delta: 0.6 },
            &[],
            0.337_5,
            &[
                0.05,
                -0.041_666_668,
                0.05,
                -0.05,
                0.008_333_334,
                -0.05,
                -0.05,
                0.05,
                0.016_666_668,
                0.0,
                -0.05,
                0.0,
            ],
        );
    }

    #[test]
    fn binary_cross_entropy_and_its_slope_are_pytorchs() {
        let outputs = [1.5, -2.0, 0.0, 30.0];
        let targets = Targets::Classes(vec![1, 0, 1, 0]);
        let plain = LossSpec::BinaryCrossEntropy { label_smoothing: 0.0 };
        check(plain, &[], &outputs, &targets, 7.755_372, &[-0.045_606_39, 0.029_800_73, -0.125, 0.25]);
        // PyTorch smooths nothing here itself: its targets were 0.9 and 0.1.
        let smooth = LossSpec::BinaryCrossEntropy { label_smoothing: 0.2 };
        check(smooth, &[], &outputs, &targets, 7.092_873, &[-0.020_606_398, 0.004_800_729, -0.1, 0.225]);
    }

    #[test]
    fn a_class_that_counts_twice_is_a_row_seen_twice() {
        let outputs = [0.3, -0.4, 1.0, 0.2, 0.5, -0.7];
        let once = Targets::Classes(vec![0, 1, 0]);
        for loss in [
            LossSpec::Mse {},
            LossSpec::Mae {},
            LossSpec::Huber { delta: 0.5 },
            LossSpec::CrossEntropy { label_smoothing: 0.0 },
        ] {
            let weighted = Objective { loss, outputs: 2, class_weights: vec![1.0, 2.0] }.mean(
                &outputs,
                &once,
                &[0, 1, 2],
            );
            let repeated = [&outputs[..4], &outputs[2..]].concat();
            let plain =
                Objective { loss, outputs: 2, class_weights: vec![] }.mean(&repeated, &once, &[0, 1, 1, 2]);
            assert!((weighted - plain).abs() < 1e-7, "{loss:?}: {weighted} against {plain}");
        }
    }

    #[test]
    fn a_nan_among_the_outputs_shows_in_the_loss() {
        let targets = Targets::Classes(vec![1]);
        for loss in [
            LossSpec::Mse {},
            LossSpec::Mae {},
            LossSpec::Huber { delta: 1.0 },
            LossSpec::CrossEntropy { label_smoothing: 0.0 },
        ] {
            let mean =
                Objective { loss, outputs: 2, class_weights: vec![] }.mean(&[f32::NAN, 1.0], &targets, &[0]);
            assert!(mean.is_nan(), "{loss:?}: {mean}");
        }
        let binary = LossSpec::BinaryCrossEntropy { label_smoothing: 0.0 };
        assert!(
            Objective { loss: binary, outputs: 1, class_weights: vec![] }
                .mean(&[f32::NAN], &targets, &[0])
                .is_nan()
        );
    }
}

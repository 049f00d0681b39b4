//! Normalises each row over its features, then scales and shifts each (Ba, Kiros and Hinton 2016).

use super::super::buffer::Buffer;
use super::super::extent::Extent;
use super::{Back, Context, Local};

/// Layer normalisation.
pub struct LayerNorm {
    /// Added to the variance.
    pub epsilon: f32,
    /// The sizes of a row.
    pub extent: Extent,
    /// Its scale among the network's tensors; the shift follows.
    pub weight: usize,
}

impl Local for LayerNorm {
    fn forward(&self, context: &Context, input: &[f32], output: &mut [f32], _: &mut [f32], _: &mut Buffer) {
        let (mean, scale) = self.statistics(input);
        let weight = &context.parameters[self.weight].values;
        let bias = &context.parameters[self.weight + 1].values;
        for part in self.extent.parts() {
            for i in part {
                output[i] = (input[i] - mean) * scale * weight[i] + bias[i];
            }
        }
    }

    fn backward(&self, context: &Context, back: Back, _: &mut Buffer) {
        let (mean, scale) = self.statistics(back.input);
        let weight = &context.parameters[self.weight].values;
        let normal = |i: usize| (back.input[i] - mean) * scale;
        let count = self.extent.features() as f32;
        if let Some(gradient) = back.gradient {
            let (weight_gradient, bias_gradient) = gradient.split_at_mut(weight.len());
            for i in self.extent.parts().flatten() {
                weight_gradient[i] += back.slope[i] * normal(i);
                bias_gradient[i] += back.slope[i];
            }
        }
        let Some(input_slope) = back.input_slope else { return };
        let mean_slope = self.sum(|i| back.slope[i] * weight[i]) / count;
        let along = self.sum(|i| back.slope[i] * weight[i] * normal(i)) / count;
        for part in self.extent.parts() {
            for i in part {
                input_slope[i] = scale * (back.slope[i] * weight[i] - mean_slope - normal(i) * along);
            }
        }
    }
}

impl LayerNorm {
    /// The mean, and one over the root of the variance.
    fn statistics(&self, input: &[f32]) -> (f32, f32) {
        let count = self.extent.features() as f32;
        let mean = self.sum(|i| input[i]) / count;
        let variance = self.sum(|i| (input[i] - mean) * (input[i] - mean)) / count;
        (mean, 1.0 / (variance + self.epsilon).sqrt())
    }

    /// Sums over all features, in sixteen lanes.
    fn sum(&self, term: impl Fn(usize) -> f32) -> f32 {
        let mut lanes = [0.0_f32; 16];
        for part in self.extent.parts() {
            for i in part {
                lanes[i % 16] += term(i);
            }
        }
        lanes.iter().sum()
    }
}

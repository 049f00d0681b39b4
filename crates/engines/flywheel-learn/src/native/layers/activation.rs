//! A function as a layer of its own: where it can't be part of the layer before it.

use super::super::buffer::Buffer;
use super::super::extent::Extent;
use super::super::function::{Function, exp};
use super::{Back, Context, Local};

/// A function of each number.
pub struct Activation {
    /// The function.
    pub function: Function,
    /// The sizes of a row.
    pub extent: Extent,
}

impl Local for Activation {
    fn forward(&self, context: &Context, input: &[f32], output: &mut [f32], _: &mut [f32], _: &mut Buffer) {
        output.copy_from_slice(input);
        for part in self.extent.parts() {
            self.function.apply(context.level, &mut output[part]);
        }
    }

    fn backward(&self, context: &Context, back: Back, _: &mut Buffer) {
        let Some(input_slope) = back.input_slope else { return };
        input_slope.copy_from_slice(back.slope);
        self.function.pass_back(context.level, back.input, back.output, input_slope);
    }
}

/// Softmax over a row, where no cross-entropy absorbs it.
pub struct Softmax {
    /// The sizes of a row.
    pub extent: Extent,
}

impl Local for Softmax {
    fn forward(&self, _: &Context, input: &[f32], output: &mut [f32], _: &mut [f32], _: &mut Buffer) {
        output.copy_from_slice(input);
        let largest = self.extent.parts().flatten().map(|i| input[i]).fold(f32::NEG_INFINITY, f32::max);
        let mut sum = 0.0;
        for i in self.extent.parts().flatten() {
            output[i] = exp(input[i] - largest);
            sum += output[i];
        }
        self.extent.parts().flatten().for_each(|i| output[i] /= sum);
    }

    fn backward(&self, _: &Context, back: Back, _: &mut Buffer) {
        let Some(input_slope) = back.input_slope else { return };
        let mean: f32 = back.output.iter().zip(&*back.slope).map(|(y, d)| y * d).sum();
        for ((to, y), d) in input_slope.iter_mut().zip(back.output).zip(&*back.slope) {
            *to = y * (d - mean);
        }
    }
}

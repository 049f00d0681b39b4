//! The largest of each window; the gradient goes to the first of the largest, as in PyTorch.

use super::super::buffer::Buffer;
use super::super::cpu::for_each_level;
use super::super::extent::Extent;
use super::{Back, Context, Local};

/// Max pooling.
pub struct MaxPool {
    /// Side of the window.
    pub size: usize,
    /// Step in pixels.
    pub stride: usize,
    /// What arrives.
    pub input: Extent,
    /// What comes out.
    pub output: Extent,
}

impl Local for MaxPool {
    fn forward(&self, context: &Context, input: &[f32], output: &mut [f32], _: &mut [f32], _: &mut Buffer) {
        for (pixel, largest) in
            output.chunks_exact_mut(self.output.stride).enumerate().take(self.output.pixels())
        {
            for (nth, from) in self.window(pixel).enumerate() {
                let candidate = &input[from..from + self.output.stride];
                if nth == 0 {
                    largest.copy_from_slice(candidate);
                } else {
                    take_larger(context.level, largest, candidate);
                }
            }
        }
    }

    fn backward(&self, context: &Context, back: Back, scratch: &mut Buffer) {
        let Some(input_slope) = back.input_slope else { return };
        let stride = self.output.stride;
        input_slope.fill(0.0);
        scratch.reserve(stride);
        for pixel in 0..self.output.pixels() {
            let here = pixel * stride..(pixel + 1) * stride;
            let left = &mut scratch[..stride];
            left.copy_from_slice(&back.slope[here.clone()]);
            for from in self.window(pixel) {
                let there = from..from + stride;
                give(
                    context.level,
                    &back.input[there.clone()],
                    &back.output[here.clone()],
                    left,
                    &mut input_slope[there],
                );
            }
        }
    }
}

impl MaxPool {
    /// Where the pixels of an output pixel's window begin, row by row.
    fn window(&self, pixel: usize) -> impl Iterator<Item = usize> {
        let (top, left) = (pixel / self.output.width * self.stride, pixel % self.output.width * self.stride);
        let (width, stride, size) = (self.input.width, self.output.stride, self.size);
        debug_assert_eq!(self.input.stride, stride, "pooling needs the padding that its output has");
        (0..size * size).map(move |i| ((top + i / size) * width + left + i % size) * stride)
    }
}

for_each_level! {
    fn take_larger(largest: &mut [f32], candidate: &[f32]) {
        // NaN wins, as in PyTorch: it must not be hidden.
        largest.iter_mut().zip(candidate).for_each(|(y, &x)| *y = if x > *y || x.is_nan() { x } else { *y });
    }
}

for_each_level! {
    /// Hands the gradient to those that are the largest and clears it, so that only the first gets it.
    fn give(inputs: &[f32], outputs: &[f32], left: &mut [f32], slopes: &mut [f32]) {
        for (((x, y), d), to) in inputs.iter().zip(outputs).zip(left).zip(slopes) {
            let given = if x == y { *d } else { 0.0 };
            *to += given;
            *d -= given;
        }
    }
}

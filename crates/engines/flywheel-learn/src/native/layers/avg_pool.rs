//! The mean of each window.

use super::super::buffer::Buffer;
use super::super::extent::Extent;
use super::{Back, Context, Local};

/// Average pooling.
pub struct AvgPool {
    /// Side of the window.
    pub size: usize,
    /// Step in pixels.
    pub stride: usize,
    /// What arrives.
    pub input: Extent,
    /// What comes out.
    pub output: Extent,
}

impl Local for AvgPool {
    fn forward(&self, _: &Context, input: &[f32], output: &mut [f32], _: &mut [f32], _: &mut Buffer) {
        let stride = self.output.stride;
        let share = 1.0 / (self.size * self.size) as f32;
        for pixel in 0..self.output.pixels() {
            let mean = &mut output[pixel * stride..(pixel + 1) * stride];
            mean.fill(0.0);
            for from in self.window(pixel) {
                mean.iter_mut().zip(&input[from..from + stride]).for_each(|(y, x)| *y += x);
            }
            mean.iter_mut().for_each(|y| *y *= share);
        }
    }

    fn backward(&self, _: &Context, back: Back, _: &mut Buffer) {
        let Some(input_slope) = back.input_slope else { return };
        let stride = self.output.stride;
        let share = 1.0 / (self.size * self.size) as f32;
        input_slope.fill(0.0);
        for pixel in 0..self.output.pixels() {
            let slope = &back.slope[pixel * stride..(pixel + 1) * stride];
            for from in self.window(pixel) {
                input_slope[from..from + stride].iter_mut().zip(slope).for_each(|(to, d)| *to += d * share);
            }
        }
    }
}

impl AvgPool {
    /// Where the pixels of an output pixel's window begin, row by row.
    fn window(&self, pixel: usize) -> impl Iterator<Item = usize> {
        let (top, left) = (pixel / self.output.width * self.stride, pixel % self.output.width * self.stride);
        let (width, stride, size) = (self.input.width, self.output.stride, self.size);
        debug_assert_eq!(self.input.stride, stride, "pooling needs the padding that its output has");
        (0..size * size).map(move |i| ((top + i / size) * width + left + i % size) * stride)
    }
}

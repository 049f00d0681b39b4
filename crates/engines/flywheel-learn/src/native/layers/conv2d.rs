//! A square filter moved over an image, without ever copying the windows out: a filter's row covers numbers that lie
//! side by side, and the tile's inner loop reads them where they are.

use super::super::buffer::Buffer;
use super::super::cpu::Level;
use super::super::extent::Extent;
use super::super::function::{self, Function};
use super::super::panels::Panels;
use super::super::parameter::Parameter;
use super::super::product::{parts, parts_of};
use super::super::tile::{self, Tile, Walk};
use super::{Back, Context, Local};

/// Numbers of image and gradient that a block of rows may span, to stay in the first cache beside a tile.
const BLOCK: usize = 8 * 1024;

/// A convolution.
pub struct Conv2d {
    /// Its weights among the network's tensors.
    pub weight: usize,
    /// Its bias, if it has one.
    pub bias: Option<usize>,
    /// What arrives.
    pub input: Extent,
    /// What comes out.
    pub output: Extent,
    /// Side of the filter.
    pub kernel: usize,
    /// Step in pixels.
    pub stride: usize,
    /// Zeros before each axis, and after it.
    pub padding: [usize; 2],
    /// Applied to what comes out.
    pub function: Option<Function>,
    /// Filter row, filter column and input channel, by filter.
    pub shape: Panels,
    /// The same turned round, by input channel: the weights on the way back.
    pub turned: Panels,
    /// In place of an absent bias.
    pub zeros: Vec<f32>,
}

impl Local for Conv2d {
    fn forward(
        &self,
        context: &Context,
        input: &[f32],
        output: &mut [f32],
        _: &mut [f32],
        scratch: &mut Buffer,
    ) {
        let weights = &context.parameters[self.weight].values;
        let bias: &[f32] = self.bias.map_or(&self.zeros, |bias| &context.parameters[bias].values);
        let image = self.with_margins(input, scratch);
        let (level, out) = (context.level, self.output);
        assert!(image.len() >= self.framed_len() && output.len() >= out.pixels() * out.stride);
        for &span in self.shape.spans() {
            let panel = &weights[self.shape.offset(span, 0)..][..self.shape.rows * span.width()];
            let bias = &bias[span.start..span.start + span.width()];
            let meant = span.width().min(out.channels - span.start);
            for y in 0..out.height {
                for columns in parts(out.width, tile::max_rows(level, span.strips)) {
                    let corner = (y * self.stride * self.framed_width() + columns.start * self.stride)
                        * self.input.stride;
                    let start = (y * out.width + columns.start) * out.stride + span.start;
                    let end = start + (columns.len() - 1) * out.stride + span.width();
                    let to = &mut output[start..end];
                    let t = Tile {
                        outer: self.kernel,
                        inner: self.kernel * self.input.stride,
                        a: image[corner..].as_ptr(),
                        a_row: self.stride * self.input.stride,
                        a_inner: 1,
                        a_outer: self.framed_width() * self.input.stride,
                        b: panel.as_ptr(),
                        b_inner: span.width(),
                        b_outer: self.kernel * self.input.stride * span.width(),
                        c: to.as_mut_ptr(),
                        c_row: out.stride,
                        accumulate: false,
                    };
                    // SAFETY: the windows lie within the image and its margins, the panel holds a row for each of
                    // their numbers, and `to` is this tile's part of the output.
                    unsafe { tile::compute(level, Walk::Along, columns.len(), span.strips, &t) };
                    function::finish(level, self.function, bias, to, out.stride, meant);
                }
            }
        }
    }

    fn backward(&self, context: &Context, back: Back, scratch: &mut Buffer) {
        let level = context.level;
        let len = self.output.pixels() * self.output.stride;
        let slope = &mut back.slope[..len];
        if let Some(function) = self.function {
            function.pass_back(level, &back.output[..len], &back.output[..len], slope);
        }
        if let Some(gradient) = back.gradient {
            let image = self.with_margins(back.input, scratch);
            let (weights, bias) = gradient.split_at_mut(self.shape.len());
            self.add_gradient(level, image, slope, weights);
            if self.bias.is_some() {
                for pixel in slope.chunks_exact(self.output.stride) {
                    bias.iter_mut().zip(pixel).for_each(|(sum, d)| *sum += d);
                }
            }
        }
        if let Some(input_slope) = back.input_slope {
            self.pass_back(level, slope, back.turned, input_slope, scratch);
        }
    }

    fn turned_len(&self) -> usize {
        self.turned.len()
    }

    fn turn(&self, parameters: &[Parameter], to: &mut [f32]) {
        let weights = &parameters[self.weight].values;
        let last = self.kernel * self.kernel - 1;
        to.fill(0.0);
        self.shape.each(|row, filter, at| {
            let (window, channel) = (row / self.input.stride, row % self.input.stride);
            if channel < self.input.channels {
                let turned_row = (last - window) * self.output.stride + filter;
                to[self.turned.place(turned_row, channel)] = weights[at];
            }
        });
    }
}

impl Conv2d {
    fn framed_width(&self) -> usize {
        self.input.width + self.padding[0] + self.padding[1]
    }

    fn framed_height(&self) -> usize {
        self.input.height + self.padding[0] + self.padding[1]
    }

    fn framed_len(&self) -> usize {
        self.framed_height() * self.framed_width() * self.input.stride
    }

    /// The image with zeros around it; itself where none are wanted.
    fn with_margins<'a>(&self, input: &'a [f32], scratch: &'a mut Buffer) -> &'a [f32] {
        if self.padding == [0, 0] {
            return input;
        }
        let frame = self.framed_len();
        scratch.reserve(frame);
        let framed = &mut scratch[..frame];
        framed.fill(0.0);
        let line = self.input.width * self.input.stride;
        for (y, from) in input.chunks_exact(line).take(self.input.height).enumerate() {
            let at = ((y + self.padding[0]) * self.framed_width() + self.padding[0]) * self.input.stride;
            framed[at..at + line].copy_from_slice(from);
        }
        framed
    }

    /// Adds the gradient by the weights: for each filter row, the numbers it covers times what came of them.
    fn add_gradient(&self, level: Level, image: &[f32], slope: &[f32], gradient: &mut [f32]) {
        let out = self.output;
        let covered = self.kernel * self.input.stride;
        let image_row = self.framed_width() * self.input.stride;
        assert!(image.len() >= self.framed_len() && gradient.len() >= self.shape.len());
        for &span in self.shape.spans() {
            let rows = (BLOCK / (self.stride * image_row + out.width * span.width())).max(1);
            let panel = &mut gradient[self.shape.offset(span, 0)..][..self.shape.rows * span.width()];
            for lines in parts(out.height, rows) {
                for ky in 0..self.kernel {
                    for numbers in parts(covered, tile::max_rows(level, span.strips)) {
                        let t = Tile {
                            outer: lines.len(),
                            inner: out.width,
                            a: image[(lines.start * self.stride + ky) * image_row + numbers.start..].as_ptr(),
                            a_row: 1,
                            a_inner: self.stride * self.input.stride,
                            a_outer: self.stride * image_row,
                            b: slope[lines.start * out.width * out.stride + span.start..].as_ptr(),
                            b_inner: out.stride,
                            b_outer: out.width * out.stride,
                            c: panel[(ky * covered + numbers.start) * span.width()..].as_mut_ptr(),
                            c_row: span.width(),
                            accumulate: true,
                        };
                        // SAFETY: the windows lie within the image and its margins, `slope` has a pixel for each,
                        // and the panel a row for each number that the filter's row covers.
                        unsafe { tile::compute(level, Walk::Across, numbers.len(), span.strips, &t) };
                    }
                }
            }
        }
    }

    /// The gradient by the image: the turned filter over the gradient, which is spread out by the stride and framed.
    fn pass_back(
        &self,
        level: Level,
        slope: &[f32],
        turned: &[f32],
        input_slope: &mut [f32],
        scratch: &mut Buffer,
    ) {
        let (out, last) = (self.output, self.kernel - 1);
        let width = self.framed_width() + last;
        let height = self.framed_height() + last;
        scratch.reserve(width * height * out.stride);
        let spread = &mut scratch[..width * height * out.stride];
        spread.fill(0.0);
        for (pixel, from) in slope.chunks_exact(out.stride).enumerate() {
            let (y, x) = (pixel / out.width, pixel % out.width);
            let at = ((last + y * self.stride) * width + last + x * self.stride) * out.stride;
            spread[at..at + out.stride].copy_from_slice(from);
        }
        // Lines of `spread` that hold gradients; those above and below are zero and left out of the sums.
        let filled = last..last + (out.height - 1) * self.stride + 1;
        let covered = self.kernel * out.stride;
        for &span in self.turned.spans() {
            let panel = &turned[self.turned.offset(span, 0)..][..self.turned.rows * span.width()];
            for y in 0..self.input.height {
                let top = y + self.padding[0];
                let first = filled.start.saturating_sub(top).min(self.kernel);
                let end = filled.end.saturating_sub(top).min(self.kernel).max(first);
                for columns in parts_of(0..self.input.width, tile::max_rows(level, span.strips)) {
                    let left = columns.start + self.padding[0];
                    let start = (y * self.input.width + columns.start) * self.input.stride + span.start;
                    let stop = start + (columns.len() - 1) * self.input.stride + span.width();
                    let t = Tile {
                        outer: end - first,
                        inner: covered,
                        a: spread[((top + first).min(height - 1) * width + left) * out.stride..].as_ptr(),
                        a_row: out.stride,
                        a_inner: 1,
                        a_outer: width * out.stride,
                        b: panel[(first * covered * span.width()).min(panel.len())..].as_ptr(),
                        b_inner: span.width(),
                        b_outer: covered * span.width(),
                        c: input_slope[start..stop].as_mut_ptr(),
                        c_row: self.input.stride,
                        accumulate: false,
                    };
                    // SAFETY: the turned filter at a pixel of the image lies within `spread`, the panel has a row for
                    // each number that it covers, and the tile's part of `input_slope` was cut above.
                    unsafe { tile::compute(level, Walk::Along, columns.len(), span.strips, &t) };
                }
            }
        }
    }
}

//! Inverted dropout: a share of the numbers becomes 0 while learning, the others grow so that the mean stays.

use crate::draw;

use super::super::buffer::Buffer;
use super::super::cpu::for_each_level;
use super::super::extent::Extent;
use super::{Back, Context, Local, Mode};

/// Dropout; its draws are those of [`draw::dropout_mask`].
pub struct Dropout {
    /// Share set to 0.
    pub rate: f32,
    /// Position in the plan, which keys the draws.
    pub layer: usize,
    /// The sizes of a row.
    pub extent: Extent,
}

impl Local for Dropout {
    fn forward(
        &self,
        context: &Context,
        input: &[f32],
        output: &mut [f32],
        kept: &mut [f32],
        scratch: &mut Buffer,
    ) {
        let Mode::Learn { seed, step } = context.mode else {
            output.copy_from_slice(input);
            return;
        };
        let extent = self.extent;
        let stream = draw::dropout(seed, self.layer, step);
        let first = (context.row * extent.features()) as u64;
        if extent.pixels() == 1 {
            draw::dropout_mask(&stream, first, self.rate, &mut kept[..extent.features()]);
        } else {
            scratch.reserve(extent.features());
            let drawn = &mut scratch[..extent.features()];
            draw::dropout_mask(&stream, first, self.rate, drawn);
            for (channel, plane) in drawn.chunks_exact(extent.pixels()).enumerate() {
                kept[channel..]
                    .iter_mut()
                    .step_by(extent.stride)
                    .zip(plane)
                    .for_each(|(to, from)| *to = *from);
            }
        }
        multiply(context.level, input, kept, output);
    }

    fn backward(&self, context: &Context, back: Back, _: &mut Buffer) {
        if let Some(input_slope) = back.input_slope {
            multiply(context.level, back.slope, back.kept, input_slope);
        }
    }

    fn keeps(&self) -> usize {
        self.extent.span()
    }
}

for_each_level! {
    fn multiply(a: &[f32], b: &[f32], product: &mut [f32]) {
        product.iter_mut().zip(a).zip(b).for_each(|((to, a), b)| *to = a * b);
    }
}

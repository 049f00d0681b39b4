//! Normalises each feature or channel over the batch, then scales and shifts it (Ioffe and Szegedy 2015).
//!
//! Sums are taken over fixed groups of rows and then over the groups in order, so that threads don't change a bit.

use super::super::buffer::Buffer;
use super::super::parameter::Parameter;
use super::super::pool::Pool;
use super::super::product::{Rows, RowsMut, even_part};

/// Groups that rows are summed in.
const GROUPS: usize = 16;

/// Batch normalisation.
pub struct BatchNorm {
    /// Weight of the newest batch in the running statistics.
    pub momentum: f32,
    /// Added to the variance.
    pub epsilon: f32,
    /// Numbers of a row.
    pub len: usize,
    /// Numbers that each have their own statistics and lie side by side: a pixel's channels, or a whole row.
    pub width: usize,
    /// Its scale among the network's tensors; shift, running mean and running variance follow.
    pub weight: usize,
    /// Whether it always uses its running statistics.
    pub frozen: bool,
}

/// What a batch is normalised with, for each number of `width`.
#[derive(Default)]
pub struct Statistics {
    mean: Vec<f32>,
    /// One over the deviation.
    scale: Vec<f32>,
    /// The unbiased variance, where the batch's own statistics were taken.
    variance: Option<Vec<f32>>,
}

impl BatchNorm {
    /// The batch's own statistics; frozen, the running ones.
    pub fn statistics(&self, pool: &Pool, parameters: &[Parameter], input: Rows) -> Statistics {
        if self.frozen {
            return self.running(parameters);
        }
        let count = self.count(input.count);
        let [sums] =
            self.sums(pool, input, |_, pixel, [sum]| sum.iter_mut().zip(pixel).for_each(|(s, x)| *s += x));
        let mean: Vec<f32> = sums.iter().map(|sum| (sum / count) as f32).collect();
        let [squares] = self.sums(pool, input, |_, pixel, [sum]| {
            sum.iter_mut().zip(pixel).zip(&mean).for_each(|((s, x), m)| *s += (x - m) * (x - m));
        });
        let scale =
            squares.iter().map(|square| 1.0 / ((square / count) as f32 + self.epsilon).sqrt()).collect();
        let variance = squares.iter().map(|square| (square / (count - 1.0).max(1.0)) as f32).collect();
        Statistics { mean, scale, variance: Some(variance) }
    }

    /// The running statistics.
    pub fn running(&self, parameters: &[Parameter]) -> Statistics {
        let mean = parameters[self.weight + 2].values[..self.width].to_vec();
        let variance = &parameters[self.weight + 3].values[..self.width];
        let scale = variance.iter().map(|variance| 1.0 / (variance + self.epsilon).sqrt()).collect();
        Statistics { mean, scale, variance: None }
    }

    /// Moves the running statistics towards a batch's: its mean, and its unbiased variance, as in PyTorch.
    pub fn follow(&self, parameters: &mut [Parameter], batch: &Statistics) {
        let Some(variance) = &batch.variance else { return };
        for (offset, newest) in [(2, &batch.mean), (3, variance)] {
            for (running, newest) in parameters[self.weight + offset].values.iter_mut().zip(newest) {
                *running = (1.0 - self.momentum) * *running + self.momentum * newest;
            }
        }
    }

    /// All rows forward.
    pub fn forward(
        &self,
        pool: &Pool,
        parameters: &[Parameter],
        statistics: &Statistics,
        input: Rows,
        output: RowsMut,
    ) {
        let weight = &parameters[self.weight].values[..self.width];
        let bias = &parameters[self.weight + 1].values[..self.width];
        let spacing = output.spacing;
        pool.split(input.count, [(output.data, spacing)], |_, row, [to]| {
            let from = input.row(row, self.len);
            for (to, from) in to.chunks_mut(self.width).zip(from.chunks(self.width)) {
                for (i, (y, x)) in to.iter_mut().zip(from).enumerate() {
                    *y = (x - statistics.mean[i]) * statistics.scale[i] * weight[i] + bias[i];
                }
            }
        });
    }

    /// All rows back: the gradients by scale and shift, and by the inputs where asked for.
    pub fn backward(
        &self,
        pool: &Pool,
        parameters: &[Parameter],
        statistics: &Statistics,
        input: Rows,
        slope: Rows,
        input_slope: Option<RowsMut>,
    ) -> [Buffer; 2] {
        let Statistics { mean, scale, .. } = statistics;
        let weight = &parameters[self.weight].values[..self.width];
        let count = self.count(input.count) as f32;
        let [along, total] = self.sums(pool, slope, |(row, at), pixel, [along, total]| {
            let from = &input.row(row, self.len)[at..];
            for (i, (d, x)) in pixel.iter().zip(from).enumerate() {
                along[i] += d * (x - mean[i]) * scale[i];
                total[i] += d;
            }
        });
        let gradients = [&along, &total].map(|sums| {
            let mut gradient = Buffer::zeros(parameters[self.weight].values.len());
            gradient.iter_mut().zip(sums).for_each(|(to, sum)| *to = *sum as f32);
            gradient
        });
        if let Some(RowsMut { data, spacing }) = input_slope {
            // Running statistics are constants: nothing passes through them.
            let through = if self.frozen { 0.0 } else { 1.0 / count };
            pool.split(input.count, [(data, spacing)], |_, row, [to]| {
                let inputs = input.row(row, self.len).chunks(self.width);
                let slopes = slope.row(row, self.len).chunks(self.width);
                for ((to, from), slope) in to.chunks_mut(self.width).zip(inputs).zip(slopes) {
                    for (i, ((to, x), d)) in to.iter_mut().zip(from).zip(slope).enumerate() {
                        let normal = (x - mean[i]) * scale[i];
                        let shared = through * (gradients[1][i] + normal * gradients[0][i]);
                        *to = weight[i] * scale[i] * (d - shared);
                    }
                }
            });
        }
        gradients
    }

    /// How many numbers share a statistic.
    fn count(&self, rows: usize) -> f64 {
        (rows * self.len / self.width) as f64
    }

    /// Sums over rows and, for channels, pixels: `add((row, position), pixel, sums)` adds one pixel.
    fn sums<const N: usize>(
        &self,
        pool: &Pool,
        rows: Rows,
        add: impl Fn((usize, usize), &[f32], [&mut [f32]; N]) + Sync,
    ) -> [Vec<f64>; N] {
        let mut groups: [Vec<f32>; N] = std::array::from_fn(|_| vec![0.0; GROUPS * self.width]);
        let slices = groups.each_mut().map(|group| (group.as_mut_slice(), self.width));
        pool.split(GROUPS, slices, |_, group, mut sums| {
            for row in even_part(rows.count, GROUPS, group) {
                for (pixel, numbers) in rows.row(row, self.len).chunks(self.width).enumerate() {
                    add((row, pixel * self.width), numbers, sums.each_mut().map(|sum| &mut **sum));
                }
            }
        });
        groups.map(|group| {
            let mut total = vec![0.0; self.width];
            for sums in group.chunks(self.width) {
                total.iter_mut().zip(sums).for_each(|(total, sum)| *total += f64::from(*sum));
            }
            total
        })
    }
}

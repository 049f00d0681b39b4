//! Normalises each feature or channel over the batch, then scales and shifts it (Ioffe and Szegedy 2015).
//!
//! Sums are taken over fixed groups of rows and then over the groups in order, so that threads don't change a bit.

use super::super::buffer::Buffer;
use super::super::cpu::{Level, for_each_level};
use super::super::disjoint::Disjoint;
use super::super::function::Function;
use super::super::parameter::Parameter;
use super::super::pass::Machine;
use super::super::pool::{OPERATIONS_A_NUMBER, Pool};
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
    /// Applied to what comes out; of zero it is zero, so that padding stays so.
    pub function: Option<Function>,
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
    ///
    /// Each group's mean and squared differences from it, then all groups' (Chan, Golub and LeVeque 1979).
    pub fn statistics(&self, pool: &Pool, level: Level, parameters: &[Parameter], input: Rows) -> Statistics {
        if self.frozen {
            return self.running(parameters);
        }
        let width = self.width;
        let (mut means, mut squares) = (vec![0.0; GROUPS * width], vec![0.0; GROUPS * width]);
        let slices = [(means.as_mut_slice(), width), (squares.as_mut_slice(), width)];
        pool.split_costly(GROUPS, self.operations(input), slices, |_, group, [mean, square]| {
            let rows = even_part(input.count, GROUPS, group);
            let share = 1.0 / self.count(rows.len()).max(1.0) as f32;
            rows.clone().for_each(|row| add(level, input.row(row, self.len), mean));
            mean.iter_mut().for_each(|mean| *mean *= share);
            rows.for_each(|row| add_squares(level, input.row(row, self.len), mean, square));
        });
        let count = self.count(input.count);
        let counts: [f64; GROUPS] =
            std::array::from_fn(|g| self.count(even_part(input.count, GROUPS, g).len()));
        let groups = |numbers: &[f32], i: usize| -> [f64; GROUPS] {
            std::array::from_fn(|group| f64::from(numbers[group * width + i]))
        };
        let mut statistics = Statistics::default();
        let mut variances = Vec::with_capacity(width);
        for i in 0..width {
            let means = groups(&means, i);
            let mean = counts.iter().zip(means).map(|(count, mean)| count * mean).sum::<f64>() / count;
            let apart = counts
                .iter()
                .zip(means)
                .map(|(count, of_group)| count * (of_group - mean).powi(2))
                .sum::<f64>();
            let square = groups(&squares, i).iter().sum::<f64>() + apart;
            statistics.mean.push(mean as f32);
            statistics.scale.push(1.0 / ((square / count) as f32 + self.epsilon).sqrt());
            variances.push((square / (count - 1.0).max(1.0)) as f32);
        }
        // A single number has no variance; the running statistics stay as they are.
        statistics.variance = (count > 1.0).then_some(variances);
        statistics
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
        level: Level,
        parameters: &[Parameter],
        statistics: &Statistics,
        input: Rows,
        output: RowsMut,
    ) {
        let bias = &parameters[self.weight + 1].values[..self.width];
        let slopes = self.slopes(parameters, statistics);
        let spacing = output.spacing;
        pool.split(input.count, [(output.data, spacing)], |_, row, [to]| {
            let to = &mut to[..self.len];
            normalise(level, input.row(row, self.len), to, &statistics.mean, &slopes, bias);
            if let Some(function) = self.function {
                function.apply(level, to);
            }
        });
    }

    /// All rows back: the gradients by scale and shift, and by the inputs where asked for.
    pub fn backward(
        &self,
        Machine { pool, level }: Machine,
        parameters: &[Parameter],
        statistics: &Statistics,
        (input, output): (Rows, Rows),
        slope: RowsMut,
        input_slope: Option<RowsMut>,
    ) -> [Buffer; 2] {
        let (width, spacing) = (self.width, slope.spacing);
        let Statistics { mean, scale, .. } = statistics;
        let (mut along, mut total) = (vec![0.0; GROUPS * width], vec![0.0; GROUPS * width]);
        let data = Disjoint::new(&mut *slope.data);
        let slices = [(along.as_mut_slice(), width), (total.as_mut_slice(), width)];
        pool.split_costly(GROUPS, self.operations(input), slices, |_, group, [along, total]| {
            for row in even_part(input.count, GROUPS, group) {
                // SAFETY: a row is one group's.
                let slope = unsafe { data.part(row * spacing..row * spacing + self.len) };
                if let Some(function) = self.function {
                    let output = output.row(row, self.len);
                    function.pass_back(level, output, output, slope);
                }
                add_slopes(level, input.row(row, self.len), slope, mean, scale, along, total);
            }
        });
        let gradients = [along, total].map(|groups| {
            let mut gradient = Buffer::zeros(parameters[self.weight].values.len());
            for (i, sum) in gradient[..width].iter_mut().enumerate() {
                *sum = (0..GROUPS).map(|group| f64::from(groups[group * width + i])).sum::<f64>() as f32;
            }
            gradient
        });
        if let Some(RowsMut { data, spacing: input_spacing }) = input_slope {
            // Running statistics are constants: nothing passes through them.
            let through = if self.frozen { 0.0 } else { 1.0 / self.count(input.count) as f32 };
            let slopes = self.slopes(parameters, statistics);
            let each = |gradient: &Buffer, by: &dyn Fn(usize) -> f32| -> Vec<f32> {
                (0..width).map(|i| -slopes[i] * through * gradient[i] * by(i)).collect()
            };
            let by_input = each(&gradients[0], &|i| scale[i]);
            let constant = each(&gradients[1], &|_| 1.0);
            let slope = Rows { data: slope.data, count: input.count, spacing };
            pool.split(input.count, [(data, input_spacing)], |_, row, [to]| {
                let (from, slope) = (input.row(row, self.len), slope.row(row, self.len));
                pass_back(level, from, slope, &mut to[..self.len], mean, [&slopes, &by_input, &constant]);
            });
        }
        gradients
    }

    /// What a difference from the mean is multiplied by.
    fn slopes(&self, parameters: &[Parameter], statistics: &Statistics) -> Vec<f32> {
        let weight = &parameters[self.weight].values[..self.width];
        statistics.scale.iter().zip(weight).map(|(scale, weight)| scale * weight).collect()
    }

    /// How many numbers share a statistic.
    fn count(&self, rows: usize) -> f64 {
        (rows * self.len / self.width) as f64
    }

    fn operations(&self, rows: Rows) -> usize {
        rows.count * self.len * OPERATIONS_A_NUMBER
    }
}

for_each_level! {
    fn add(row: &[f32], sums: &mut [f32]) {
        for pixel in row.chunks_exact(sums.len()) {
            sums.iter_mut().zip(pixel).for_each(|(sum, x)| *sum += x);
        }
    }
}

for_each_level! {
    fn add_squares(row: &[f32], mean: &[f32], sums: &mut [f32]) {
        for pixel in row.chunks_exact(sums.len()) {
            sums.iter_mut().zip(pixel).zip(mean).for_each(|((sum, x), m)| *sum += (x - m) * (x - m));
        }
    }
}

for_each_level! {
    fn normalise(row: &[f32], to: &mut [f32], mean: &[f32], slopes: &[f32], bias: &[f32]) {
        for (to, pixel) in to.chunks_exact_mut(mean.len()).zip(row.chunks_exact(mean.len())) {
            let numbers = to.iter_mut().zip(pixel).zip(mean).zip(slopes).zip(bias);
            numbers.for_each(|((((y, x), mean), slope), bias)| *y = (x - mean) * slope + bias);
        }
    }
}

for_each_level! {
    fn add_slopes(row: &[f32], slope: &[f32], mean: &[f32], scale: &[f32], along: &mut [f32], total: &mut [f32]) {
        for (pixel, slope) in row.chunks_exact(mean.len()).zip(slope.chunks_exact(mean.len())) {
            let sums = along.iter_mut().zip(total.iter_mut());
            for ((((along, total), x), d), (mean, scale)) in sums.zip(pixel).zip(slope).zip(mean.iter().zip(scale)) {
                *along += d * ((x - mean) * scale);
                *total += d;
            }
        }
    }
}

for_each_level! {
    fn pass_back(row: &[f32], slope: &[f32], to: &mut [f32], mean: &[f32], factors: [&[f32]; 3]) {
        let [by_slope, by_input, constant] = factors;
        let width = mean.len();
        let pixels = to.chunks_exact_mut(width).zip(row.chunks_exact(width)).zip(slope.chunks_exact(width));
        for ((to, pixel), slope) in pixels {
            let numbers = to.iter_mut().zip(pixel).zip(slope).zip(mean);
            let factors = by_slope.iter().zip(by_input).zip(constant);
            for ((((to, x), d), mean), ((a, b), c)) in numbers.zip(factors) {
                *to = a * d + b * (x - mean) + c;
            }
        }
    }
}

//! Every input to every unit: `y = f(x Wᵀ + b)`, with the function applied while the result is in the first cache.

use super::super::cpu::Level;
use super::super::function::{self, Function};
use super::super::panels::Panels;
use super::super::parameter::Parameter;
use super::super::pool::{OPERATIONS_A_NUMBER, Pool};
use super::super::product::{self, Rows, RowsMut};
use super::super::sparse::SparseBatch;

/// So few rows are multiplied one by one, skipping zeros.
const FEW: usize = 2;

/// A dense layer.
pub struct Dense {
    /// Its weights among the network's tensors.
    pub weight: usize,
    /// Its bias, if it has one.
    pub bias: Option<usize>,
    /// Inputs by units.
    pub shape: Panels,
    /// Units by inputs: the weights on the way back.
    pub turned: Panels,
    /// Applied to what comes out.
    pub function: Option<Function>,
    /// In place of an absent bias.
    pub zeros: Vec<f32>,
}

impl Dense {
    /// All rows forward.
    pub fn forward(
        &self,
        pool: &Pool,
        level: Level,
        parameters: &[Parameter],
        input: Rows,
        output: RowsMut,
        terms: &mut Vec<(u32, f32)>,
    ) {
        let weights = &parameters[self.weight].values;
        let bias: &[f32] = self.bias.map_or(&self.zeros, |bias| &parameters[bias].values);
        let finish = |start: usize, part: &mut [f32]| {
            let meant = part.len().min(self.shape.columns - start);
            let (width, bias) = (part.len(), &bias[start..start + part.len()]);
            function::finish(level, self.function, bias, part, width, meant);
        };
        if input.count > FEW {
            product::rows_times(pool, level, input, &self.shape, weights, output, |_, start, part| {
                finish(start, part)
            });
            return;
        }
        for row in 0..input.count {
            let to = &mut output.data[row * output.spacing..];
            product::row_times(level, input.row(row, self.shape.rows), &self.shape, weights, terms, to);
            for span in self.shape.spans() {
                finish(span.start, &mut to[span.start..][..span.width()]);
            }
        }
    }

    /// All rows forward, zeros skipped: the same bits as [`forward`](Self::forward) gives.
    pub fn forward_sparse(
        &self,
        pool: &Pool,
        level: Level,
        parameters: &[Parameter],
        batch: &SparseBatch,
        output: RowsMut,
    ) {
        let weights = &parameters[self.weight].values;
        let bias: &[f32] = self.bias.map_or(&self.zeros, |bias| &parameters[bias].values);
        batch.times(pool, level, &self.shape, weights, output, |start, part| {
            let meant = part.len().min(self.shape.columns - start);
            let (width, bias) = (part.len(), &bias[start..start + part.len()]);
            function::finish(level, self.function, bias, part, width, meant);
        });
    }

    /// Multiplies the gradient by the slope of the function.
    pub fn pass_function(&self, pool: &Pool, level: Level, output: Rows, slope: RowsMut) {
        let Some(function) = self.function else { return };
        let (width, spacing) = (self.shape.columns, slope.spacing);
        pool.split(output.count, [(slope.data, spacing)], |_, row, [part]| {
            let output = output.row(row, width);
            function.pass_back(level, output, output, &mut part[..width]);
        });
    }

    /// Writes the weights as the way back reads them.
    pub fn turn(&self, pool: &Pool, parameters: &[Parameter], to: &mut [f32]) {
        let weights = &parameters[self.weight].values;
        let to = super::super::disjoint::Disjoint::new(to);
        pool.run(self.turned.spans().len(), weights.len() * OPERATIONS_A_NUMBER, |_, index| {
            let span = self.turned.spans()[index];
            let start = self.turned.offset(span, 0);
            // SAFETY: each panel is one task's.
            let panel = unsafe { to.part(start..start + self.turned.rows * span.width()) };
            self.shape.transpose_into(weights, span, panel);
        });
    }

    /// The gradient by the inputs; `turned` is what [`turn`](Self::turn) wrote.
    pub fn pass_back(&self, pool: &Pool, level: Level, slope: Rows, turned: &[f32], input_slope: RowsMut) {
        product::rows_times(pool, level, slope, &self.turned, turned, input_slope, |_, _, _| {});
    }
}

//! What a layer learns: PyTorch's name and order at the border, the fast path's order within.

use crate::engine::Tensor;

use super::buffer::Buffer;
use super::extent::Extent;
use super::panels::{Panels, padded};

/// One tensor of a layer.
pub struct Parameter {
    /// Such as `layers.0.weight`.
    pub name: String,
    /// PyTorch's shape.
    pub shape: Vec<usize>,
    /// Where PyTorch's numbers lie.
    pub layout: Layout,
    /// The numbers, padding zero.
    pub values: Buffer,
    /// Whether steps change it: neither frozen nor a running statistic.
    pub learns: bool,
    /// Whether it is a running statistic.
    pub running: bool,
}

/// How a tensor's numbers lie in memory.
#[derive(Debug, Clone)]
pub enum Layout {
    /// One behind the other, so many.
    Straight(usize),
    /// One for each number of a row.
    Row(Extent),
    /// A dense layer's weights, `[units, inputs]`.
    Dense(Panels, Extent),
    /// A convolution's weights, `[filters, channels, kernel, kernel]`.
    Conv {
        /// Rows by filter row, filter column and input channel; columns by filter.
        panels: Panels,
        /// What arrives.
        input: Extent,
        /// Side of the filter.
        kernel: usize,
    },
}

impl Layout {
    /// Numbers in memory.
    pub fn len(&self) -> usize {
        match self {
            Self::Straight(len) => padded(*len),
            Self::Row(extent) => padded(extent.len()),
            Self::Dense(panels, _) | Self::Conv { panels, .. } => panels.len(),
        }
    }

    /// The memory's place of each of PyTorch's numbers, in PyTorch's order.
    fn places(&self) -> Vec<u32> {
        match self {
            Self::Straight(len) => (0..*len as u32).collect(),
            Self::Row(extent) => (0..extent.features()).map(|index| extent.place(index) as u32).collect(),
            Self::Dense(panels, input) => {
                let mut row_index = vec![None; panels.rows];
                (0..input.features()).for_each(|index| row_index[input.place(index)] = Some(index));
                let mut places = vec![0; panels.columns * input.features()];
                panels.each(|row, column, at| {
                    if let Some(index) = row_index[row] {
                        places[column * input.features() + index] = at as u32;
                    }
                });
                places
            }
            Self::Conv { panels, input, kernel } => {
                let mut places = vec![0; panels.columns * input.channels * kernel * kernel];
                panels.each(|row, filter, at| {
                    let (window, channel) = (row / input.stride, row % input.stride);
                    if channel < input.channels {
                        places[(filter * input.channels + channel) * kernel * kernel + window] = at as u32;
                    }
                });
                places
            }
        }
    }

    /// Numbers in memory's order as PyTorch orders them.
    pub fn export(&self, memory: &[f32]) -> Vec<f32> {
        self.places().into_iter().map(|at| memory[at as usize]).collect()
    }

    /// PyTorch's numbers as memory orders them.
    pub fn import(&self, values: &[f32], memory: &mut [f32]) {
        for (at, value) in self.places().into_iter().zip(values) {
            memory[at as usize] = *value;
        }
    }
}

impl Parameter {
    /// A tensor of this one's shape, from numbers in memory's order.
    pub fn export(&self, name: String, memory: &[f32]) -> Tensor {
        Tensor { name, shape: self.shape.clone(), values: self.layout.export(memory) }
    }
}

/// What is missing, too much or of another shape.
pub fn mismatches(wanted: &[(String, &[usize])], given: &[Tensor]) -> Vec<String> {
    let mut mistakes = Vec::new();
    for (name, shape) in wanted {
        match given.iter().find(|tensor| tensor.name == *name) {
            None => mistakes.push(format!("tensor `{name}` is missing")),
            Some(tensor)
                if tensor.shape != *shape || tensor.values.len() != shape.iter().product::<usize>() =>
            {
                let (found, values) = (&tensor.shape, tensor.values.len());
                mistakes.push(format!(
                    "tensor `{name}` has shape {found:?} and {values} numbers, the network wants {shape:?}"
                ));
            }
            Some(_) => {}
        }
    }
    for tensor in given {
        if !wanted.iter().any(|(name, _)| *name == tensor.name) {
            mistakes.push(format!("tensor `{}` belongs to no layer of the network", tensor.name));
        }
    }
    mistakes
}

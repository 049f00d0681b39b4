//! The weights of one pass as Burn tensors, by name.

use std::collections::HashMap;

use burn::tensor::{Device, Gradients, Tensor};

use super::forward::{numbers, tensor};

/// The weights of one pass.
pub(super) struct Leaves(HashMap<String, Leaf>);

/// A weight by its number of axes.
enum Leaf {
    Vector(Tensor<1>),
    Matrix(Tensor<2>),
    Filters(Tensor<4>),
}

impl Leaves {
    /// Puts weights on a device; those marked keep their gradient.
    pub fn new<'a>(
        weights: impl Iterator<Item = (&'a str, &'a [usize], &'a [f32], bool)>,
        device: &Device,
    ) -> Self {
        let leaf = |(name, shape, values, learned): (&str, &[usize], &[f32], bool)| {
            let values = values.to_vec();
            let leaf = match *shape {
                [len] => Leaf::Vector(track(tensor(values, [len], device), learned)),
                [rows, columns] => Leaf::Matrix(track(tensor(values, [rows, columns], device), learned)),
                [filters, channels, height, width] => {
                    Leaf::Filters(track(tensor(values, [filters, channels, height, width], device), learned))
                }
                _ => unreachable!("no layer has a tensor of shape {shape:?}"),
            };
            (name.to_owned(), leaf)
        };
        Self(weights.map(leaf).collect())
    }

    /// The vector of that name.
    pub fn vector(&self, name: &str) -> Tensor<1> {
        match self.0.get(name) {
            Some(Leaf::Vector(vector)) => vector.clone(),
            _ => unreachable!("the plan has a vector `{name}`"),
        }
    }

    /// The matrix of that name.
    pub fn matrix(&self, name: &str) -> Tensor<2> {
        match self.0.get(name) {
            Some(Leaf::Matrix(matrix)) => matrix.clone(),
            _ => unreachable!("the plan has a matrix `{name}`"),
        }
    }

    /// The filters of that name.
    pub fn filters(&self, name: &str) -> Tensor<4> {
        match self.0.get(name) {
            Some(Leaf::Filters(filters)) => filters.clone(),
            _ => unreachable!("the plan has filters `{name}`"),
        }
    }

    /// Takes the gradient of that name; absent where the loss does not depend on it.
    pub fn take_gradient(&self, name: &str, gradients: &mut Gradients) -> Option<Vec<f32>> {
        match self.0.get(name)? {
            Leaf::Vector(vector) => vector.grad_remove(gradients).map(numbers),
            Leaf::Matrix(matrix) => matrix.grad_remove(gradients).map(numbers),
            Leaf::Filters(filters) => filters.grad_remove(gradients).map(numbers),
        }
    }
}

fn track<const D: usize>(tensor: Tensor<D>, learned: bool) -> Tensor<D> {
    if learned { tensor.require_grad() } else { tensor }
}

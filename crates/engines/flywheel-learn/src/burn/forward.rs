//! The one definition of a network: each planned layer as Burn tensors compute it.

use burn::tensor::module::{avg_pool2d, batch_norm, batch_norm_train, conv2d, layer_norm, max_pool2d};
use burn::tensor::ops::{AvgPoolOptions, ConvOptions, MaxPoolOptions};
use burn::tensor::{Device, Tensor, TensorData, activation};
use flywheel_spec::recipe::Activation;

use super::input::Input;
use super::leaves::Leaves;
use crate::draw;
use crate::network::{LayerKind, LayerPlan, NetworkPlan};

/// What travels from layer to layer: rows of numbers, or images channel by channel (NCHW).
#[derive(Debug, Clone)]
pub(super) enum Signal {
    /// `rows × numbers`.
    Rows(Tensor<2>),
    /// `rows × channels × height × width`.
    Images(Tensor<4>),
}

/// How a pass through the network behaves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Mode {
    /// As when serving: no dropout, running statistics.
    Serving,
    /// As when learning: dropout drawn, statistics of the batch.
    Learning {
        /// The recipe's seed.
        seed: u64,
        /// The step, which keys the draws.
        step: u64,
        /// The first row's position in its batch.
        first_row: usize,
    },
}

/// The statistics that a batch norm saw.
#[derive(Debug)]
pub(super) struct Seen {
    /// The layer's position in the plan.
    pub layer: usize,
    /// Mean of each feature.
    pub mean: Vec<f32>,
    /// Variance of each feature, population form.
    pub variance: Vec<f32>,
    /// Numbers that each was taken over.
    pub count: usize,
}

/// One pass through a network.
pub(super) struct Pass<'a> {
    /// The layers.
    pub network: &'a NetworkPlan,
    /// The weights as tensors.
    pub leaves: &'a Leaves,
    /// Where it computes.
    pub device: &'a Device,
    /// How it behaves.
    pub mode: Mode,
    /// What its batch norms saw, in order; filled when learning.
    pub seen: Vec<Seen>,
}

impl Pass<'_> {
    /// The network's outputs, `rows × outputs`; `look` sees what each layer gives.
    pub fn run(&mut self, input: Input, mut look: impl FnMut(usize, &Signal)) -> Tensor<2> {
        let mut signal = self.read(input);
        for (index, layer) in self.network.layers.iter().enumerate() {
            signal = self.layer(index, layer, signal);
            look(index, &signal);
        }
        signal.rows()
    }

    /// Joins the numbers with the embeddings' vectors.
    fn read(&self, input: Input) -> Signal {
        match input {
            Input::Images(images) => Signal::Images(images),
            Input::Rows { numbers, categories } => {
                let mut parts: Vec<Tensor<2>> = numbers.into_iter().collect();
                for (index, rows) in categories.into_iter().enumerate() {
                    parts.push(self.leaves.matrix(&format!("embeddings.{index}.weight")).select(0, rows));
                }
                Signal::Rows(if parts.len() == 1 { parts.remove(0) } else { Tensor::cat(parts, 1) })
            }
        }
    }

    fn layer(&mut self, index: usize, layer: &LayerPlan, signal: Signal) -> Signal {
        let name = |part: &str| format!("layers.{index}.{part}");
        match layer.kind {
            LayerKind::Dense { bias, .. } => {
                let product = signal.rows().matmul(self.leaves.matrix(&name("weight")).transpose());
                Signal::Rows(if bias {
                    product + self.leaves.vector(&name("bias")).unsqueeze_dim::<2>(0)
                } else {
                    product
                })
            }
            LayerKind::Conv2d { stride, padding: [before, after], bias, .. } => {
                let options = ConvOptions::new_with_padding([stride; 2], [(before, after); 2], [1; 2], 1);
                let bias = bias.then(|| self.leaves.vector(&name("bias")));
                Signal::Images(conv2d(signal.images(), self.leaves.filters(&name("weight")), bias, options))
            }
            LayerKind::MaxPool { size, stride } => Signal::Images(max_pool2d(
                signal.images(),
                MaxPoolOptions::new([size; 2]).with_stride([stride; 2]),
            )),
            LayerKind::AvgPool { size, stride } => Signal::Images(avg_pool2d(
                signal.images(),
                AvgPoolOptions::new([size; 2]).with_stride([stride; 2]),
            )),
            LayerKind::Flatten => Signal::Rows(match signal {
                Signal::Images(images) => images.flatten(1, 3),
                Signal::Rows(rows) => rows,
            }),
            LayerKind::Dropout { rate } => self.dropout(index, rate, signal),
            LayerKind::BatchNorm { epsilon, .. } => match signal {
                Signal::Rows(rows) => Signal::Rows(self.batch_norm(index, f64::from(epsilon), rows)),
                Signal::Images(images) => Signal::Images(self.batch_norm(index, f64::from(epsilon), images)),
            },
            LayerKind::LayerNorm { epsilon } => {
                let scale = self.leaves.vector(&name("weight"));
                let shift = Some(self.leaves.vector(&name("bias")));
                match signal {
                    Signal::Rows(rows) => Signal::Rows(layer_norm(rows, scale, shift, f64::from(epsilon))),
                    Signal::Images(images) => {
                        let shape = images.dims();
                        let rows: Tensor<2> = images.flatten(1, 3);
                        Signal::Images(layer_norm(rows, scale, shift, f64::from(epsilon)).reshape(shape))
                    }
                }
            }
            LayerKind::Activation(function) => match signal {
                Signal::Rows(rows) => Signal::Rows(activate(function, rows)),
                Signal::Images(images) => Signal::Images(activate(function, images)),
            },
        }
    }

    fn dropout(&self, index: usize, rate: f32, signal: Signal) -> Signal {
        let Mode::Learning { seed, step, first_row } = self.mode else { return signal };
        let stream = draw::dropout(seed, index, step);
        let mask = |rows: usize, width: usize| {
            let mut mask = vec![0.0; rows * width];
            draw::dropout_mask(&stream, (first_row * width) as u64, rate, &mut mask);
            mask
        };
        match signal {
            Signal::Rows(rows) => {
                let [count, width] = rows.dims();
                Signal::Rows(rows * tensor(mask(count, width), [count, width], self.device))
            }
            Signal::Images(images) => {
                let shape = images.dims();
                let mask = mask(shape[0], shape[1] * shape[2] * shape[3]);
                Signal::Images(images * tensor(mask, shape, self.device))
            }
        }
    }

    fn batch_norm<const D: usize>(&mut self, index: usize, epsilon: f64, signal: Tensor<D>) -> Tensor<D> {
        let vector = |part: &str| self.leaves.vector(&format!("layers.{index}.{part}"));
        // A frozen layer keeps its running statistics as it keeps its weights.
        if self.mode == Mode::Serving || self.network.layers[index].frozen {
            let (mean, variance) = (vector("running_mean"), vector("running_var"));
            return batch_norm(signal, vector("weight"), vector("bias"), mean, variance, epsilon);
        }
        let features = signal.dims()[1];
        let count = signal.dims().iter().product::<usize>() / features.max(1);
        let result = batch_norm_train(signal, vector("weight"), vector("bias"), epsilon);
        self.seen.push(Seen {
            layer: index,
            mean: numbers(result.mean),
            variance: numbers(result.variance),
            count,
        });
        result.output
    }
}

impl Signal {
    fn rows(self) -> Tensor<2> {
        match self {
            Self::Rows(rows) => rows,
            Self::Images(images) => unreachable!("the plan has rows here, not images {:?}", images.dims()),
        }
    }

    fn images(self) -> Tensor<4> {
        match self {
            Self::Images(images) => images,
            Self::Rows(rows) => unreachable!("the plan has images here, not rows {:?}", rows.dims()),
        }
    }

    /// True when every number is finite.
    pub fn is_finite(&self) -> bool {
        let values = match self {
            Self::Rows(rows) => numbers(rows.clone()),
            Self::Images(images) => numbers(images.clone()),
        };
        values.iter().all(|value| value.is_finite())
    }
}

fn activate<const D: usize>(function: Activation, signal: Tensor<D>) -> Tensor<D> {
    match function {
        Activation::Relu => activation::relu(signal),
        Activation::LeakyRelu => {
            // Burn's own has slope 1 at 0, where PyTorch (and the fast path) has 0.01.
            let above = signal.clone().detach().greater_scalar(0.0).float();
            signal * (above * 0.99 + 0.01)
        }
        Activation::Gelu => activation::gelu(signal),
        Activation::Tanh => signal.tanh(),
        Activation::Sigmoid => activation::sigmoid(signal),
        Activation::Softmax => activation::softmax(signal, D - 1),
    }
}

/// Numbers as a tensor.
pub(super) fn tensor<const D: usize>(values: Vec<f32>, shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values, shape), device)
}

/// A tensor as numbers, row-major.
pub(super) fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    match tensor.into_data_as::<f32>().try_into_vec::<f32>() {
        Ok(values) => values,
        Err(error) => unreachable!("a tensor read as 32-bit floats holds them: {error:?}"),
    }
}

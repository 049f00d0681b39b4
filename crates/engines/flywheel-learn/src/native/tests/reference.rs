//! The network in double precision and plain loops: what the fast path is held against.

use flywheel_spec::recipe::Activation;
use flywheel_spec::table::ImageShape;

use crate::draw;
use crate::engine::{Blueprint, Tensor};
use crate::network::{LayerKind, LayerPlan, Shape};

/// Outputs of all rows, each in PyTorch's order; `step` makes it learn (dropout, the batch's statistics).
pub fn forward(
    blueprint: &Blueprint,
    weights: &[Tensor],
    rows: &[Vec<f64>],
    step: Option<u64>,
) -> Vec<Vec<f64>> {
    let mut rows = rows.to_vec();
    for (index, layer) in blueprint.network.layers.iter().enumerate() {
        let tensor = |name: &str| -> Option<Vec<f64>> {
            let name = format!("layers.{index}.{name}");
            weights
                .iter()
                .find(|tensor| tensor.name == name)
                .map(|t| t.values.iter().map(|&x| f64::from(x)).collect())
        };
        rows = match layer.kind {
            LayerKind::Flatten => rows,
            LayerKind::Dense { .. } => {
                let (weight, bias) = (tensor("weight").unwrap(), tensor("bias"));
                let dot = |w: &[f64], x: &[f64]| w.iter().zip(x).map(|(w, x)| w * x).sum::<f64>();
                let unit = |x: &[f64], o: usize| {
                    dot(&weight[o * x.len()..(o + 1) * x.len()], x)
                        + bias.as_ref().map_or(0.0, |bias| bias[o])
                };
                rows.iter().map(|x| (0..layer.output.len()).map(|o| unit(x, o)).collect()).collect()
            }
            LayerKind::Conv2d { kernel, stride, padding, .. } => {
                let (weight, bias) = (tensor("weight").unwrap(), tensor("bias"));
                let conv = |x: &Vec<f64>| {
                    windows(layer, kernel, stride, padding[0], |channel, window| {
                        let mut sum = bias.as_ref().map_or(0.0, |bias| bias[channel]);
                        for (c, ky, kx, at) in window {
                            let filter = (channel * image(layer.input).channels + c) * kernel * kernel;
                            sum += weight[filter + ky * kernel + kx] * x[*at];
                        }
                        sum
                    })
                };
                rows.iter().map(conv).collect()
            }
            LayerKind::MaxPool { size, stride } => {
                let pool = |x: &Vec<f64>| {
                    windows(layer, size, stride, 0, |channel, window| {
                        let own = window.iter().filter(|(c, ..)| *c == channel);
                        own.map(|(.., at)| x[*at]).fold(f64::NEG_INFINITY, f64::max)
                    })
                };
                rows.iter().map(pool).collect()
            }
            LayerKind::AvgPool { size, stride } => {
                let pool = |x: &Vec<f64>| {
                    windows(layer, size, stride, 0, |channel, window| {
                        let own = window.iter().filter(|(c, ..)| *c == channel);
                        own.map(|(.., at)| x[*at]).sum::<f64>() / (size * size) as f64
                    })
                };
                rows.iter().map(pool).collect()
            }
            LayerKind::Dropout { rate } => {
                let Some(step) = step else { continue };
                let width = layer.input.len();
                let mut mask = vec![0.0; rows.len() * width];
                draw::dropout_mask(&draw::dropout(blueprint.seed, index, step), 0, rate, &mut mask);
                let masks = mask.chunks(width);
                rows.iter()
                    .zip(masks)
                    .map(|(x, m)| x.iter().zip(m).map(|(x, m)| x * f64::from(*m)).collect())
                    .collect()
            }
            LayerKind::BatchNorm { epsilon, .. } => {
                let pixels = if let Shape::Image(i) = layer.input { i.height * i.width } else { 1 };
                let channels = layer.input.len() / pixels;
                let [weight, bias, mean, variance] =
                    ["weight", "bias", "running_mean", "running_var"].map(|name| tensor(name).unwrap());
                let own = step.is_some() && !layer.frozen;
                let mut output = rows.clone();
                for c in 0..channels {
                    let all: Vec<f64> =
                        rows.iter().flat_map(|x| &x[c * pixels..(c + 1) * pixels]).copied().collect();
                    let m = if own { all.iter().sum::<f64>() / all.len() as f64 } else { mean[c] };
                    let square = all.iter().map(|x| (x - m) * (x - m)).sum::<f64>() / all.len() as f64;
                    let v = if own { square } else { variance[c] };
                    for row in &mut output {
                        for x in &mut row[c * pixels..(c + 1) * pixels] {
                            *x = (*x - m) / (v + f64::from(epsilon)).sqrt() * weight[c] + bias[c];
                        }
                    }
                }
                output
            }
            LayerKind::LayerNorm { epsilon } => {
                let [weight, bias] = ["weight", "bias"].map(|name| tensor(name).unwrap());
                let norm = |x: &Vec<f64>| {
                    let count = x.len() as f64;
                    let m = x.iter().sum::<f64>() / count;
                    let v = x.iter().map(|x| (x - m) * (x - m)).sum::<f64>() / count;
                    let scaled = x.iter().zip(&weight).zip(&bias);
                    scaled.map(|((x, w), b)| (x - m) / (v + f64::from(epsilon)).sqrt() * w + b).collect()
                };
                rows.iter().map(norm).collect()
            }
            LayerKind::Activation(name) => rows.iter().map(|x| activation(name, x)).collect(),
        };
    }
    rows
}

fn image(shape: Shape) -> ImageShape {
    match shape {
        Shape::Image(image) => image,
        Shape::Flat(width) => ImageShape { height: 1, width: 1, channels: width },
    }
}

/// Calls `value(channel, window)` for each output in PyTorch's order; a window lists (channel, row, column, place).
fn windows(
    layer: &LayerPlan,
    size: usize,
    stride: usize,
    before: usize,
    value: impl Fn(usize, &[(usize, usize, usize, usize)]) -> f64,
) -> Vec<f64> {
    let (input, output) = (image(layer.input), image(layer.output));
    let mut all = Vec::new();
    for channel in 0..output.channels {
        for y in 0..output.height {
            for x in 0..output.width {
                let mut window = Vec::new();
                for c in 0..input.channels {
                    for ky in 0..size {
                        for kx in 0..size {
                            let (iy, ix) = (
                                (y * stride + ky).wrapping_sub(before),
                                (x * stride + kx).wrapping_sub(before),
                            );
                            if iy < input.height && ix < input.width {
                                window.push((c, ky, kx, (c * input.height + iy) * input.width + ix));
                            }
                        }
                    }
                }
                all.push(value(channel, &window));
            }
        }
    }
    all
}

fn activation(name: Activation, x: &[f64]) -> Vec<f64> {
    let each = |f: fn(f64) -> f64| x.iter().map(|&x| f(x)).collect();
    match name {
        Activation::Relu => each(|x| x.max(0.0)),
        Activation::LeakyRelu => each(|x| if x > 0.0 { x } else { 0.01 * x }),
        Activation::Tanh => each(f64::tanh),
        Activation::Sigmoid => each(|x| 1.0 / (1.0 + (-x).exp())),
        Activation::Gelu => each(|x| x * 0.5 * (1.0 + erf(x / std::f64::consts::SQRT_2))),
        Activation::Softmax => {
            let sum: f64 = x.iter().map(|x| x.exp()).sum();
            each(f64::exp).into_iter().map(|x: f64| x / sum).collect()
        }
    }
}

/// The error function by its series; beyond 5 it is one to eleven places.
fn erf(x: f64) -> f64 {
    if x.abs() > 5.0 {
        return x.signum();
    }
    let (mut term, mut sum) = (x, x);
    for n in 1..200 {
        term *= -x * x / f64::from(n);
        sum += term / f64::from(2 * n + 1);
    }
    sum * 2.0 / std::f64::consts::PI.sqrt()
}

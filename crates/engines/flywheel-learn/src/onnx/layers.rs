//! Each layer as ONNX's operators compute it; they agree with `burn/forward.rs`, the one definition of a network.

use std::f32::consts::FRAC_1_SQRT_2;

use flywheel_spec::recipe::Activation;

use super::graph::Graph;
use super::proto::AttributeProto;
use crate::network::{LayerKind, LayerPlan, Shape};

/// Slope of the leaky relu below zero.
const LEAK: f32 = 0.01;

/// Adds the layer at this position of the plan; `signal` names what arrives, the answer what comes out.
pub fn layer(graph: &mut Graph<'_>, index: usize, layer: &LayerPlan, signal: String) -> String {
    let name = |part: &str| format!("layers.{index}.{part}");
    match layer.kind {
        LayerKind::Dense { bias, .. } => {
            let weight = graph.weight(&name("weight"));
            let bias = bias.then(|| graph.weight(&name("bias")));
            with_bias(graph, "Gemm", &signal, &weight, bias, vec![AttributeProto::int("transB", 1)])
        }
        LayerKind::Conv2d { kernel, stride, padding: [before, after], bias, .. } => {
            let weight = graph.weight(&name("weight"));
            let bias = bias.then(|| graph.weight(&name("bias")));
            let mut attributes = window(kernel, stride);
            attributes.push(AttributeProto::ints("pads", &[before, before, after, after]));
            with_bias(graph, "Conv", &signal, &weight, bias, attributes)
        }
        LayerKind::MaxPool { size, stride } => graph.node("MaxPool", &[&signal], window(size, stride)),
        LayerKind::AvgPool { size, stride } => graph.node("AveragePool", &[&signal], window(size, stride)),
        LayerKind::Flatten => graph.node("Flatten", &[&signal], vec![AttributeProto::int("axis", 1)]),
        // Dropout is for learning alone.
        LayerKind::Dropout { .. } => signal,
        LayerKind::BatchNorm { epsilon, .. } => {
            let [scale, shift, mean, variance] =
                ["weight", "bias", "running_mean", "running_var"].map(|part| graph.weight(&name(part)));
            let inputs = [signal.as_str(), &scale, &shift, &mean, &variance];
            graph.node("BatchNormalization", &inputs, vec![AttributeProto::float("epsilon", epsilon)])
        }
        LayerKind::LayerNorm { epsilon } => {
            let shape = sizes(layer.input);
            let [scale, shift] = ["weight", "bias"].map(|part| graph.weight_as(&name(part), &shape));
            let attributes = vec![AttributeProto::int("axis", 1), AttributeProto::float("epsilon", epsilon)];
            graph.node("LayerNormalization", &[&signal, &scale, &shift], attributes)
        }
        LayerKind::Activation(function) => activation(graph, function, signal),
    }
}

/// The sizes of one row as ONNX has them: an image channel by channel.
pub fn sizes(shape: Shape) -> Vec<usize> {
    match shape {
        Shape::Flat(width) => vec![width],
        Shape::Image(image) => vec![image.channels, image.height, image.width],
    }
}

fn with_bias(
    graph: &mut Graph<'_>,
    operator: &str,
    signal: &str,
    weight: &str,
    bias: Option<String>,
    attributes: Vec<AttributeProto>,
) -> String {
    let mut inputs = vec![signal, weight];
    inputs.extend(bias.as_deref());
    graph.node(operator, &inputs, attributes)
}

fn window(size: usize, stride: usize) -> Vec<AttributeProto> {
    vec![
        AttributeProto::ints("kernel_shape", &[size, size]),
        AttributeProto::ints("strides", &[stride, stride]),
    ]
}

fn activation(graph: &mut Graph<'_>, function: Activation, signal: String) -> String {
    match function {
        Activation::Relu => graph.node("Relu", &[&signal], Vec::new()),
        Activation::LeakyRelu => {
            graph.node("LeakyRelu", &[&signal], vec![AttributeProto::float("alpha", LEAK)])
        }
        Activation::Gelu => {
            // x Φ(x); an operator of that name came after the set of operators that we write.
            let [root, half] = [FRAC_1_SQRT_2, 0.5].map(|value| graph.number(value));
            let scaled = graph.node("Mul", &[&signal, &root], Vec::new());
            let error = graph.node("Erf", &[&scaled], Vec::new());
            let halved = graph.node("Mul", &[&error, &half], Vec::new());
            let share = graph.node("Add", &[&halved, &half], Vec::new());
            graph.node("Mul", &[&signal, &share], Vec::new())
        }
        Activation::Tanh => graph.node("Tanh", &[&signal], Vec::new()),
        Activation::Sigmoid => graph.node("Sigmoid", &[&signal], Vec::new()),
        Activation::Softmax => graph.node("Softmax", &[&signal], vec![AttributeProto::int("axis", -1)]),
    }
}

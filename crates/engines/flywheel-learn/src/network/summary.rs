//! A network as people read it: layer by layer, with shapes and parameters.

use flywheel_spec::plan::{LayerSummary, NetworkSummary};
use flywheel_spec::recipe::{LayerSpec, Padding};

use super::infer::{activation_name, shape_text};
use super::{Head, InputPlan, NetworkPlan};

/// Describes the layers as typed, with what the plan found for each; the first `reused` of the plan's came from another model.
pub fn summarise(network: &NetworkPlan, specs: &[LayerSpec], reused: usize) -> NetworkSummary {
    let parameters = network.parameters();
    let mut shape = network.input.shape();
    let layers = specs.iter().enumerate().map(|(index, spec)| {
        let own = || network.layers.iter().enumerate().filter(move |(_, layer)| layer.source == index);
        if let Some((_, last)) = own().last() {
            shape = last.output;
        }
        let weighty = || own().filter(|(_, layer)| !layer.tensors().is_empty());
        LayerSummary {
            index,
            description: describe(spec, network),
            output: shape_text(shape),
            parameters: parameters
                .iter()
                .filter(|parameter| parameter.role.learned())
                .filter(|parameter| {
                    parameter.layer.is_some_and(|layer| network.layers[layer].source == index)
                })
                .map(|parameter| parameter.len() as u64)
                .sum(),
            frozen: weighty().any(|(_, layer)| layer.frozen),
            reused: weighty().any(|(position, _)| position < reused),
        }
    });
    let layers = layers.collect();
    let [parameters, frozen_parameters] = network.parameter_counts();
    NetworkSummary {
        input: describe_input(&network.input),
        layers,
        parameters,
        frozen_parameters,
        image: match network.input {
            InputPlan::Images(shape) => Some(shape),
            InputPlan::Rows { .. } => None,
        },
    }
}

fn describe_input(input: &InputPlan) -> String {
    match input {
        InputPlan::Images(_) => shape_text(input.shape()),
        InputPlan::Rows { embeddings, .. } if embeddings.is_empty() => shape_text(input.shape()),
        InputPlan::Rows { numbers, embeddings } => {
            let widths: Vec<String> = embeddings
                .iter()
                .map(|embedding| format!("{}→{}", embedding.categories, embedding.width))
                .collect();
            format!("{} = {numbers} + embeddings {}", shape_text(input.shape()), widths.join(", "))
        }
    }
}

fn describe(spec: &LayerSpec, network: &NetworkPlan) -> String {
    match spec {
        LayerSpec::Dense { units, activation, bias, .. } => {
            let mut text = format!("dense {units}");
            push(&mut text, activation.map(activation_name));
            push(&mut text, (!bias).then_some("no bias"));
            text
        }
        LayerSpec::Output { activation, .. } => {
            let mut text = format!("output {}", network.outputs);
            let head = match network.head {
                Head::Softmax => Some("softmax"),
                Head::Sigmoid => Some("sigmoid"),
                Head::Identity => ending(network),
            };
            push(&mut text, activation.map(activation_name).or(head));
            text
        }
        LayerSpec::Conv2d { filters, kernel, stride, padding, activation, bias, .. } => {
            let mut text = format!("conv2d {filters}, {kernel} × {kernel}");
            push(&mut text, (*stride != 1).then(|| format!("stride {stride}")).as_deref());
            push(&mut text, (*padding == Padding::Same).then_some("same"));
            push(&mut text, activation.map(activation_name));
            push(&mut text, (!bias).then_some("no bias"));
            text
        }
        LayerSpec::MaxPool { size, stride } => describe_pool("max_pool", *size, *stride),
        LayerSpec::AvgPool { size, stride } => describe_pool("avg_pool", *size, *stride),
        LayerSpec::Flatten {} => "flatten".to_owned(),
        LayerSpec::Dropout { rate } => format!("dropout {rate}"),
        LayerSpec::BatchNorm { .. } => "batch_norm".to_owned(),
        LayerSpec::LayerNorm { .. } => "layer_norm".to_owned(),
        LayerSpec::Activation { function } => activation_name(*function).to_owned(),
    }
}

fn describe_pool(name: &str, size: usize, stride: Option<usize>) -> String {
    let mut text = format!("{name} {size} × {size}");
    push(
        &mut text,
        stride.filter(|stride| *stride != size).map(|stride| format!("stride {stride}")).as_deref(),
    );
    text
}

/// The activation that the network itself ends with.
fn ending(network: &NetworkPlan) -> Option<&'static str> {
    match network.layers.last()?.kind {
        super::LayerKind::Activation(function) => Some(activation_name(function)),
        _ => None,
    }
}

fn push(text: &mut String, part: Option<&str>) {
    if let Some(part) = part {
        text.push_str(", ");
        text.push_str(part);
    }
}

//! Which layers a network takes from a model trained before: by position, until the first that differs.

use flywheel_spec::recipe::Initializer;

use super::{InputPlan, LayerKind, LayerPlan, NetworkPlan};
use crate::engine::Tensor;

/// Layers of `network`, from the first, whose tensors and settings are the same in `base`; frozen or not doesn't matter.
pub fn reusable_layers(network: &NetworkPlan, base: &NetworkPlan) -> usize {
    let readable = match (&network.input, &base.input) {
        (InputPlan::Images(shape), InputPlan::Images(other)) => shape.channels == other.channels,
        (input, other) => input == other,
    };
    if !readable {
        return 0;
    }
    network.layers.iter().zip(&base.layers).take_while(|(layer, other)| alike(layer, other)).count()
}

/// Puts the base's tensors in place of the fresh ones in the first `layers` layers; embeddings come along with any layer.
pub fn take_over(network: &NetworkPlan, layers: usize, weights: &mut [Tensor], base: &[Tensor]) {
    if layers == 0 {
        return;
    }
    for (parameter, fresh) in network.parameters().iter().zip(weights) {
        if parameter.layer.is_some_and(|layer| layer >= layers) {
            continue;
        }
        let same = |tensor: &&Tensor| tensor.name == fresh.name && tensor.shape == fresh.shape;
        if let Some(tensor) = base.iter().find(same) {
            fresh.values.clone_from(&tensor.values);
        }
    }
}

/// Marks the first `count` layers with weights, with everything before them, as frozen; returns how many had weights.
pub fn freeze(network: &mut NetworkPlan, count: usize) -> usize {
    let mut frozen = 0;
    for layer in &mut network.layers {
        if layer.tensors().is_empty() {
            continue;
        }
        if frozen == count {
            break;
        }
        layer.frozen = true;
        frozen += 1;
    }
    frozen
}

/// True when two layers have the same tensors and settings; neither how weights began nor an image's size matters.
fn alike(layer: &LayerPlan, other: &LayerPlan) -> bool {
    bare(&layer.kind) == bare(&other.kind) && layer.tensors() == other.tensors()
}

/// The kind without how its weights began.
fn bare(kind: &LayerKind) -> LayerKind {
    let initializer = Initializer::Zero {};
    match kind.clone() {
        LayerKind::Dense { bias, .. } => LayerKind::Dense { bias, initializer },
        LayerKind::Conv2d { kernel, stride, padding, bias, .. } => {
            LayerKind::Conv2d { kernel, stride, padding, bias, initializer }
        }
        other => other,
    }
}

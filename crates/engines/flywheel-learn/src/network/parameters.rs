//! The tensors of a network, by name and shape: the one list that both engines, bundles and checkpoints follow.

use super::{InputPlan, LayerKind, LayerPlan, NetworkPlan, Shape};

/// One tensor of a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Such as `layers.0.weight`.
    pub name: String,
    /// PyTorch's layout, outermost first.
    pub shape: Vec<usize>,
    /// The plan's layer that it belongs to; none for an embedding.
    pub layer: Option<usize>,
    /// What it is.
    pub role: Role,
    /// True when training leaves it as it is.
    pub frozen: bool,
}

/// What a tensor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Multiplies inputs; also an embedding's vectors.
    Weight,
    /// Added.
    Bias,
    /// Scales what a normalisation gives.
    Scale,
    /// The running mean of a batch norm: kept, not learned.
    RunningMean,
    /// The running variance of a batch norm: kept, not learned.
    RunningVariance,
}

impl Role {
    /// True when gradients move it.
    pub fn learned(self) -> bool {
        !matches!(self, Self::RunningMean | Self::RunningVariance)
    }
}

impl Parameter {
    /// How many numbers.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// True when it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl NetworkPlan {
    /// Every tensor: the embeddings, then the layers in order, each layer's weight before its bias.
    pub fn parameters(&self) -> Vec<Parameter> {
        let mut all = Vec::new();
        if let InputPlan::Rows { embeddings, .. } = &self.input {
            for (index, embedding) in embeddings.iter().enumerate() {
                all.push(Parameter {
                    name: format!("embeddings.{index}.weight"),
                    shape: vec![embedding.categories, embedding.width],
                    layer: None,
                    role: Role::Weight,
                    frozen: false,
                });
            }
        }
        for (index, layer) in self.layers.iter().enumerate() {
            for (part, shape, role) in layer.tensors() {
                all.push(Parameter {
                    name: format!("layers.{index}.{part}"),
                    shape,
                    layer: Some(index),
                    role,
                    frozen: layer.frozen,
                });
            }
        }
        all
    }
}

impl LayerPlan {
    /// The tensors of one layer: the last part of the name, the shape, the role.
    pub fn tensors(&self) -> Vec<(&'static str, Vec<usize>, Role)> {
        match &self.kind {
            LayerKind::Dense { bias, .. } => {
                let mut tensors = vec![("weight", vec![self.output.len(), self.input.len()], Role::Weight)];
                if *bias {
                    tensors.push(("bias", vec![self.output.len()], Role::Bias));
                }
                tensors
            }
            LayerKind::Conv2d { kernel, bias, .. } => {
                let (filters, channels) = (self.output.features(), self.input.features());
                let mut tensors = vec![("weight", vec![filters, channels, *kernel, *kernel], Role::Weight)];
                if *bias {
                    tensors.push(("bias", vec![filters], Role::Bias));
                }
                tensors
            }
            LayerKind::BatchNorm { .. } => {
                let features = self.input.features();
                vec![
                    ("weight", vec![features], Role::Scale),
                    ("bias", vec![features], Role::Bias),
                    ("running_mean", vec![features], Role::RunningMean),
                    ("running_var", vec![features], Role::RunningVariance),
                ]
            }
            LayerKind::LayerNorm { .. } => {
                let width = self.input.len();
                vec![("weight", vec![width], Role::Scale), ("bias", vec![width], Role::Bias)]
            }
            LayerKind::MaxPool { .. }
            | LayerKind::AvgPool { .. }
            | LayerKind::Flatten
            | LayerKind::Dropout { .. }
            | LayerKind::Activation(_) => Vec::new(),
        }
    }
}

impl Shape {
    /// Channels of an image, numbers of a row: what a batch norm normalises one by one.
    pub fn features(self) -> usize {
        match self {
            Self::Flat(width) => width,
            Self::Image(shape) => shape.channels,
        }
    }
}

//! A network built from its plan: layers with their tensors, functions joined to the layers before them.

use std::ops::Range;

use flywheel_spec::recipe::Activation as Name;

use crate::network::{InputPlan, LayerKind, LayerPlan, NetworkPlan, Shape};

use super::buffer::Buffer;
use super::extent::Extent;
use super::function::Function;
use super::layers::Local;
use super::layers::activation::{Activation, Softmax};
use super::layers::avg_pool::AvgPool;
use super::layers::batch_norm::BatchNorm;
use super::layers::conv2d::Conv2d;
use super::layers::dense::Dense;
use super::layers::dropout::Dropout;
use super::layers::layer_norm::LayerNorm;
use super::layers::max_pool::MaxPool;
use super::panels::{Panels, padded};
use super::parameter::{Layout, Parameter};

/// A network that can compute.
pub struct Network {
    /// Numbers of a row that come straight from the data.
    pub numbers: usize,
    /// Embedded categories: the tensor of each, and how many numbers it gives.
    pub embeddings: Vec<Embedding>,
    /// The sizes between layers: field `i` goes into stage `i`, and field `i + 1` comes out.
    pub extents: Vec<Extent>,
    /// What is done, in order.
    pub stages: Vec<Stage>,
    /// All tensors.
    pub parameters: Vec<Parameter>,
    /// Numbers that come out.
    pub outputs: usize,
}

/// A category as a learned vector.
#[derive(Debug, Clone, Copy)]
pub struct Embedding {
    /// Its tensor.
    pub parameter: usize,
    /// Numbers that come of it.
    pub width: usize,
    /// Where they stand in the row.
    pub start: usize,
}

/// One or two of the plan's layers.
pub struct Stage {
    /// What it computes.
    pub operation: Operation,
    /// The position in the plan of its first layer.
    pub layer: usize,
    /// Its tensors.
    pub parameters: Range<usize>,
    /// Whether steps change its tensors.
    pub learns: bool,
}

/// What a stage computes.
pub enum Operation {
    /// Rows times weights.
    Dense(Dense),
    /// Statistics over the batch.
    BatchNorm(BatchNorm),
    /// Each row for itself.
    Local(Box<dyn Local>),
}

impl Network {
    /// Builds the plan's network; scales are one and all else zero until weights are given.
    pub fn new(plan: &NetworkPlan) -> Self {
        let mut network = Self {
            numbers: plan.input.shape().len(),
            embeddings: Vec::new(),
            extents: vec![first_extent(plan)],
            stages: Vec::new(),
            parameters: Vec::new(),
            outputs: plan.outputs,
        };
        if let InputPlan::Rows { numbers, embeddings } = &plan.input {
            network.numbers = *numbers;
            let mut start = *numbers;
            for (index, embedding) in embeddings.iter().enumerate() {
                let shape = [embedding.categories, embedding.width];
                let layout = Layout::Straight(embedding.categories * embedding.width);
                let parameter = network.parameters.len();
                network.parameters.push(Parameter::new(
                    format!("embeddings.{index}.weight"),
                    &shape,
                    layout,
                    true,
                ));
                network.embeddings.push(Embedding { parameter, width: embedding.width, start });
                start += embedding.width;
            }
        }
        let mut layers = plan.layers.iter().enumerate().peekable();
        while let Some((index, layer)) = layers.next() {
            let function = layers.peek().and_then(|(_, next)| joined(&layer.kind, &next.kind));
            if function.is_some() {
                layers.next();
            }
            network.add(index, layer, function);
        }
        network
    }

    /// The first stage that learns, if the embeddings don't: nothing passes back beyond it.
    pub fn lowest_learning(&self) -> usize {
        if self.embeddings.is_empty() {
            self.stages.iter().position(|stage| stage.learns).unwrap_or(self.stages.len())
        } else {
            0
        }
    }

    /// Whether what arrives is multiplied at once, so that zeros in it can be skipped.
    pub fn multiplies_first(&self) -> bool {
        let first = self.stages.first().map(|stage| &stage.operation);
        self.embeddings.is_empty() && matches!(first, Some(Operation::Dense(_)))
    }

    fn add(&mut self, index: usize, layer: &LayerPlan, function: Option<Function>) {
        let input = self.extents[self.extents.len() - 1];
        let first = self.parameters.len();
        let mut output = input;
        let operation = match layer.kind {
            LayerKind::Flatten => return,
            LayerKind::Dense { bias, .. } => {
                output = Extent::of_layer(layer.output);
                self.dense(index, layer, input, output.channels, bias, function)
            }
            LayerKind::Conv2d { kernel, stride, padding, bias, .. } => {
                output = Extent::of_layer(layer.output);
                let conv = Conv2d {
                    weight: first,
                    bias: bias.then_some(first + 1),
                    input,
                    output,
                    kernel,
                    stride,
                    padding,
                    function,
                    shape: Panels::new(kernel * kernel * input.stride, output.channels),
                    turned: Panels::new(kernel * kernel * output.stride, input.channels),
                    zeros: vec![0.0; output.stride],
                };
                let layout = Layout::Conv { panels: conv.shape.clone(), input, kernel };
                self.tensor(
                    index,
                    layer,
                    "weight",
                    &[output.channels, input.channels, kernel, kernel],
                    layout,
                );
                if bias {
                    self.tensor(index, layer, "bias", &[output.channels], Layout::Straight(output.channels));
                }
                Operation::Local(Box::new(conv))
            }
            LayerKind::MaxPool { size, stride } => {
                output = Extent { stride: input.stride, ..Extent::of_layer(layer.output) };
                Operation::Local(Box::new(MaxPool { size, stride, input, output }))
            }
            LayerKind::AvgPool { size, stride } => {
                output = Extent { stride: input.stride, ..Extent::of_layer(layer.output) };
                Operation::Local(Box::new(AvgPool { size, stride, input, output }))
            }
            LayerKind::Dropout { rate } => {
                Operation::Local(Box::new(Dropout { rate, layer: index, extent: input }))
            }
            LayerKind::BatchNorm { momentum, epsilon } => {
                self.batch_norm(index, layer, input, (momentum, epsilon), function)
            }
            LayerKind::LayerNorm { epsilon } => {
                for name in ["weight", "bias"] {
                    self.tensor(index, layer, name, &[input.features()], Layout::Row(input));
                }
                let layer_norm = LayerNorm { epsilon, extent: input, weight: first };
                layer_norm.extent.parts().flatten().for_each(|i| self.parameters[first].values[i] = 1.0);
                Operation::Local(Box::new(layer_norm))
            }
            LayerKind::Activation(name) => match function_of(name) {
                Some(function) => Operation::Local(Box::new(Activation { function, extent: input })),
                None => Operation::Local(Box::new(Softmax { extent: input })),
            },
        };
        let parameters = first..self.parameters.len();
        let learns = !layer.frozen && !parameters.is_empty();
        self.stages.push(Stage { operation, layer: index, parameters, learns });
        self.extents.push(output);
    }

    fn dense(
        &mut self,
        index: usize,
        layer: &LayerPlan,
        input: Extent,
        units: usize,
        bias: bool,
        function: Option<Function>,
    ) -> Operation {
        let weight = self.parameters.len();
        let shape = Panels::new(input.len(), units);
        self.tensor(index, layer, "weight", &[units, input.features()], Layout::Dense(shape.clone(), input));
        if bias {
            self.tensor(index, layer, "bias", &[units], Layout::Straight(units));
        }
        Operation::Dense(Dense {
            weight,
            bias: bias.then_some(weight + 1),
            turned: Panels::new(units, input.len()),
            shape,
            function,
            zeros: vec![0.0; padded(units)],
        })
    }

    fn batch_norm(
        &mut self,
        index: usize,
        layer: &LayerPlan,
        extent: Extent,
        (momentum, epsilon): (f32, f32),
        function: Option<Function>,
    ) -> Operation {
        let weight = self.parameters.len();
        // An image shares its statistics over all pixels; a row, though it was an image once, has its own for each number.
        let (len, width, shape, layout) = match layer.input {
            Shape::Image(_) => {
                (extent.span(), extent.stride, [extent.channels], Layout::Straight(extent.channels))
            }
            Shape::Flat(_) => (extent.len(), extent.len(), [extent.features()], Layout::Row(extent)),
        };
        for name in ["weight", "bias", "running_mean", "running_var"] {
            self.tensor(index, layer, name, &shape, layout.clone());
            let tensor = self.parameters.last_mut().expect("a tensor was just added");
            tensor.running = name.starts_with("running");
            tensor.learns &= !tensor.running;
            if matches!(name, "weight" | "running_var") {
                tensor.fill(1.0);
            }
        }
        Operation::BatchNorm(BatchNorm {
            momentum,
            epsilon,
            len,
            width,
            weight,
            frozen: layer.frozen,
            function,
        })
    }

    fn tensor(&mut self, index: usize, layer: &LayerPlan, name: &str, shape: &[usize], layout: Layout) {
        let name = format!("layers.{index}.{name}");
        self.parameters.push(Parameter::new(name, shape, layout, !layer.frozen));
    }
}

impl Parameter {
    fn new(name: String, shape: &[usize], layout: Layout, learns: bool) -> Self {
        let values = Buffer::zeros(layout.len());
        Self { name, shape: shape.to_vec(), layout, values, learns, running: false }
    }

    fn fill(&mut self, value: f32) {
        let values = vec![value; self.shape.iter().product()];
        self.layout.import(&values, &mut self.values);
    }
}

/// The data's own layout where a product reads it; padded like all else where another layer does.
fn first_extent(plan: &NetworkPlan) -> Extent {
    let reads_plainly = |layer: &&LayerPlan| !matches!(layer.kind, LayerKind::Flatten);
    match plan.layers.iter().find(reads_plainly).map(|layer| &layer.kind) {
        Some(LayerKind::Dense { .. } | LayerKind::Conv2d { .. }) => Extent::of_input(plan.input.shape()),
        _ => Extent::of_layer(plan.input.shape()),
    }
}

/// The function that a layer can take over from the one behind it.
fn joined(layer: &LayerKind, next: &LayerKind) -> Option<Function> {
    match (layer, next) {
        (LayerKind::Dense { .. } | LayerKind::Conv2d { .. }, LayerKind::Activation(name)) => {
            function_of(*name).filter(|function| function.slope_from_result())
        }
        // Its padding goes through the function, too, and must stay zero.
        (LayerKind::BatchNorm { .. }, LayerKind::Activation(name)) => function_of(*name)
            .filter(|function| function.slope_from_result() && *function != Function::Sigmoid),
        _ => None,
    }
}

/// The function of this name; softmax is none, it looks at whole rows.
fn function_of(name: Name) -> Option<Function> {
    match name {
        Name::Relu => Some(Function::Relu),
        Name::LeakyRelu => Some(Function::LeakyRelu),
        Name::Gelu => Some(Function::Gelu),
        Name::Tanh => Some(Function::Tanh),
        Name::Sigmoid => Some(Function::Sigmoid),
        Name::Softmax => None,
    }
}

//! From layers as typed to layers with every size known; every mistake at once, each at its layer.

use flywheel_spec::recipe::{Activation, Initializer, LayerSpec, LossSpec, Padding, Task};
use flywheel_spec::table::ImageShape;
use flywheel_spec::{Phrase, Problem, Problems, phrase};

use super::{Head, InputPlan, LayerKind, LayerPlan, NetworkPlan, Shape};

/// What the data and the rest of the recipe ask of a network.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Demand {
    /// Classes or a number.
    pub task: Task,
    /// How many classes; 0 in regression.
    pub classes: usize,
    /// What is made small.
    pub loss: LossSpec,
    /// Rows a step.
    pub batch_size: usize,
}

impl Demand {
    /// Numbers that must come out.
    pub fn outputs(&self) -> usize {
        match (self.task, self.loss) {
            (Task::Regression, _) | (Task::Classification, LossSpec::BinaryCrossEntropy { .. }) => 1,
            (Task::Classification, _) => self.classes,
        }
    }

    /// What an output layer ends with where the recipe leaves it open.
    fn last_activation(&self) -> Option<Activation> {
        match (self.task, self.loss) {
            (Task::Regression, _) => None,
            (Task::Classification, LossSpec::BinaryCrossEntropy { .. }) => Some(Activation::Sigmoid),
            (Task::Classification, _) => Some(Activation::Softmax),
        }
    }
}

/// Infers every shape; the plan is whole only where no problem stops it.
pub fn infer(layers: &[LayerSpec], input: &InputPlan, demand: &Demand) -> (NetworkPlan, Problems) {
    let mut walk = Walk {
        arriving: Some(input.shape()),
        layers: Vec::new(),
        problems: Problems::default(),
        source: 0,
        image_input: matches!(input, InputPlan::Images(_)),
        demand: *demand,
    };
    for (source, layer) in layers.iter().enumerate() {
        walk.source = source;
        walk.layer(layer, source + 1 == layers.len(), layers.get(source + 1));
    }
    walk.finish(input.clone(), layers)
}

/// The way through the layers.
struct Walk {
    /// What arrives at the next layer; unknown after a mistake that leaves it open.
    arriving: Option<Shape>,
    layers: Vec<LayerPlan>,
    problems: Problems,
    source: usize,
    image_input: bool,
    demand: Demand,
}

impl Walk {
    fn layer(&mut self, layer: &LayerSpec, last: bool, next: Option<&LayerSpec>) {
        match *layer {
            LayerSpec::Dense { units, activation, bias, initializer } => {
                let initializer = initializer.unwrap_or(default_initializer(activation.or(following(next))));
                self.dense(units, bias, initializer, last);
                self.activation(activation, last);
            }
            LayerSpec::Output { activation, initializer } => {
                if !last {
                    self.error(phrase!("network.output_not_last"), phrase!("network.advise_output_last"));
                }
                let activation = activation.or(self.demand.last_activation());
                self.dense(self.demand.outputs(), true, initializer.unwrap_or(Initializer::Xavier {}), last);
                self.activation(activation, last);
            }
            LayerSpec::Conv2d { filters, kernel, stride, padding, activation, bias, initializer } => {
                let initializer = initializer.unwrap_or(default_initializer(activation.or(following(next))));
                self.convolution(filters, kernel, stride, padding, bias, initializer);
                self.activation(activation, last);
            }
            LayerSpec::MaxPool { size, stride } => {
                self.pool(size, stride.unwrap_or(size), |size, stride| LayerKind::MaxPool { size, stride });
            }
            LayerSpec::AvgPool { size, stride } => {
                self.pool(size, stride.unwrap_or(size), |size, stride| LayerKind::AvgPool { size, stride });
            }
            LayerSpec::Flatten {} => self.flatten(),
            LayerSpec::Dropout { rate } => {
                if !(0.0..1.0).contains(&rate) {
                    self.error(
                        phrase!("network.dropout_rate", rate = rate),
                        phrase!("network.advise_dropout_rate"),
                    );
                }
                self.same_shape(LayerKind::Dropout { rate: rate as f32 });
            }
            LayerSpec::BatchNorm { momentum, epsilon } => self.batch_norm(momentum as f32, epsilon as f32),
            LayerSpec::LayerNorm { epsilon } => {
                self.same_shape(LayerKind::LayerNorm { epsilon: epsilon as f32 })
            }
            LayerSpec::Activation { function } => self.activation(Some(function), last),
        }
    }

    fn dense(&mut self, units: usize, bias: bool, initializer: Initializer, last: bool) {
        match self.arriving {
            Some(Shape::Image(image)) => self.error(
                phrase!("network.wants_row", arrived = shape_text(Shape::Image(image))),
                phrase!("network.advise_flatten"),
            ),
            Some(Shape::Flat(_)) if initializer == (Initializer::Zero {}) && !last => {
                self.warning(phrase!("network.zero_hidden"), phrase!("network.advise_zero_hidden"));
            }
            _ => {}
        }
        if units == 0 {
            self.error(phrase!("network.nothing_out"), phrase!("network.advise_nothing_out"));
        }
        self.push(LayerKind::Dense { bias, initializer }, Some(Shape::Flat(units)));
    }

    fn convolution(
        &mut self,
        filters: usize,
        kernel: usize,
        stride: usize,
        padding: Padding,
        bias: bool,
        initializer: Initializer,
    ) {
        if filters == 0 || kernel == 0 || stride == 0 {
            self.error(phrase!("network.nothing_out"), phrase!("network.advise_nothing_out"));
            self.arriving = None;
            return;
        }
        let Some(image) = self.image() else { return };
        let padding = match padding {
            Padding::Valid => [0, 0],
            Padding::Same => [(kernel - 1) / 2, kernel - 1 - (kernel - 1) / 2],
        };
        let border = padding[0] + padding[1];
        if kernel > image.height + border || kernel > image.width + border {
            self.window_too_large(kernel, image);
            return;
        }
        let output = ImageShape {
            height: (image.height + border - kernel) / stride + 1,
            width: (image.width + border - kernel) / stride + 1,
            channels: filters,
        };
        let kind = LayerKind::Conv2d { kernel, stride, padding, bias, initializer };
        self.push(kind, Some(Shape::Image(output)));
    }

    fn pool(&mut self, size: usize, stride: usize, kind: impl Fn(usize, usize) -> LayerKind) {
        if size == 0 || stride == 0 {
            self.error(phrase!("network.nothing_out"), phrase!("network.advise_nothing_out"));
            self.arriving = None;
            return;
        }
        let Some(image) = self.image() else { return };
        if size > image.height || size > image.width {
            self.window_too_large(size, image);
            return;
        }
        let output = ImageShape {
            height: (image.height - size) / stride + 1,
            width: (image.width - size) / stride + 1,
            channels: image.channels,
        };
        self.push(kind(size, stride), Some(Shape::Image(output)));
    }

    fn flatten(&mut self) {
        if let Some(Shape::Flat(width)) = self.arriving {
            self.warning(
                phrase!("network.flat_already", arrived = shape_text(Shape::Flat(width))),
                phrase!("network.advise_flat_already"),
            );
        }
        let output = self.arriving.map(|shape| Shape::Flat(shape.len()));
        self.push(LayerKind::Flatten, output);
    }

    fn batch_norm(&mut self, momentum: f32, epsilon: f32) {
        let alone = self.demand.batch_size == 1;
        if alone && matches!(self.arriving, Some(Shape::Flat(_))) {
            self.error(phrase!("network.batch_of_one"), phrase!("network.advise_batch_of_one"));
        }
        self.same_shape(LayerKind::BatchNorm { momentum, epsilon });
    }

    fn activation(&mut self, activation: Option<Activation>, last: bool) {
        let Some(function) = activation else { return };
        if function == Activation::Softmax {
            if !last {
                self.error(phrase!("network.softmax_inside"), phrase!("network.advise_softmax_inside"));
            } else if let Some(Shape::Image(image)) = self.arriving {
                self.error(
                    phrase!("network.wants_row", arrived = shape_text(Shape::Image(image))),
                    phrase!("network.advise_flatten"),
                );
            }
        }
        self.same_shape(LayerKind::Activation(function));
    }

    fn same_shape(&mut self, kind: LayerKind) {
        self.push(kind, self.arriving);
    }

    /// The image that a layer wants; says what arrived when it is none.
    fn image(&mut self) -> Option<ImageShape> {
        match self.arriving {
            Some(Shape::Image(image)) => Some(image),
            Some(Shape::Flat(width)) => {
                let advice = if self.image_input {
                    "network.advise_before_flatten"
                } else {
                    "network.advise_dense_for_rows"
                };
                self.error(
                    phrase!("network.wants_image", arrived = shape_text(Shape::Flat(width))),
                    Phrase::new(advice),
                );
                self.arriving = None;
                None
            }
            None => None,
        }
    }

    fn window_too_large(&mut self, window: usize, image: ImageShape) {
        let message =
            phrase!("network.window_too_large", window = window, arrived = shape_text(Shape::Image(image)));
        self.error(message, phrase!("network.advise_window"));
        self.arriving = None;
    }

    fn push(&mut self, kind: LayerKind, output: Option<Shape>) {
        if let (Some(input), Some(output)) = (self.arriving, output) {
            self.layers.push(LayerPlan { source: self.source, kind, input, output, frozen: false });
        }
        self.arriving = output;
    }

    fn finish(mut self, input: InputPlan, specs: &[LayerSpec]) -> (NetworkPlan, Problems) {
        let outputs = self.demand.outputs();
        match self.arriving {
            Some(Shape::Image(image)) => self.error(
                phrase!("network.ends_in_image", arrived = shape_text(Shape::Image(image))),
                phrase!("network.advise_end"),
            ),
            Some(Shape::Flat(width)) if width != outputs => {
                let (message, advice) = self.wrong_width(width, outputs);
                self.error(message, advice);
            }
            _ => {}
        }
        let head = self.settle_last(specs);
        (NetworkPlan { input, layers: self.layers, outputs, head }, self.problems)
    }

    fn wrong_width(&self, width: usize, wanted: usize) -> (Phrase, Phrase) {
        let key = match (self.demand.task, wanted) {
            (Task::Regression, _) => "network.wants_one_number",
            (Task::Classification, 1) => "network.wants_one_logit",
            (Task::Classification, _) => "network.wants_one_per_class",
        };
        let message = Phrase::new(key).with("found", width).with("wanted", wanted);
        (message, phrase!("network.advise_width", wanted = wanted))
    }

    /// Takes away the last activation where the loss brings it along, doubts what doesn't go together, and names the head.
    fn settle_last(&mut self, specs: &[LayerSpec]) -> Head {
        let last = self.layers.last().and_then(|layer| match layer.kind {
            LayerKind::Activation(function) if layer.source + 1 == specs.len() => Some(function),
            _ => None,
        });
        match (self.demand.task, self.demand.loss, last) {
            (Task::Classification, LossSpec::CrossEntropy { .. }, Some(Activation::Softmax))
            | (Task::Classification, LossSpec::BinaryCrossEntropy { .. }, Some(Activation::Sigmoid)) => {
                self.layers.pop();
            }
            (Task::Classification, LossSpec::CrossEntropy { .. }, Some(function)) => {
                self.doubt_last("network.squeezed_logits", function, "softmax");
            }
            (Task::Classification, LossSpec::BinaryCrossEntropy { .. }, Some(function)) => {
                self.doubt_last("network.squeezed_logits", function, "sigmoid");
            }
            (Task::Classification, _, Some(Activation::Softmax)) => {
                self.warning(phrase!("network.softmax_under_mse"), phrase!("network.advise_cross_entropy"));
            }
            (Task::Regression, _, Some(Activation::Softmax)) => {
                self.error(phrase!("network.softmax_of_one"), phrase!("network.advise_no_activation"));
            }
            (Task::Regression, _, Some(function)) => {
                self.doubt_last("network.squeezed_number", function, "none")
            }
            _ => {}
        }
        match (self.demand.task, self.demand.loss, last) {
            (Task::Regression, ..) => Head::Identity,
            (Task::Classification, LossSpec::BinaryCrossEntropy { .. }, _) => Head::Sigmoid,
            (Task::Classification, LossSpec::CrossEntropy { .. }, _) => Head::Softmax,
            (Task::Classification, _, Some(Activation::Softmax)) => Head::Identity,
            (Task::Classification, ..) => Head::Softmax,
        }
    }

    fn doubt_last(&mut self, key: &str, function: Activation, wanted: &str) {
        let message = Phrase::new(key).with("found", activation_name(function)).with("wanted", wanted);
        let advice = if wanted == "none" {
            phrase!("network.advise_no_activation")
        } else {
            phrase!("network.advise_activation", wanted = wanted)
        };
        self.warning(message, advice);
    }

    fn error(&mut self, message: Phrase, advice: Phrase) {
        self.problems
            .push(Problem::error(message).advise(advice).at_setting(format!("network.{}", self.source)));
    }

    fn warning(&mut self, message: Phrase, advice: Phrase) {
        self.problems
            .push(Problem::warning(message).advise(advice).at_setting(format!("network.{}", self.source)));
    }
}

/// He before what cuts negatives off, else Xavier.
fn default_initializer(activation: Option<Activation>) -> Initializer {
    match activation {
        Some(Activation::Relu | Activation::LeakyRelu | Activation::Gelu) => Initializer::He {},
        _ => Initializer::Xavier {},
    }
}

/// The activation that follows as a layer of its own, seen through a normalisation or a dropout only by its being next.
fn following(next: Option<&LayerSpec>) -> Option<Activation> {
    match next {
        Some(LayerSpec::Activation { function }) => Some(*function),
        _ => None,
    }
}

/// A shape as people write it: `28 × 28 × 1`, or `512`.
pub fn shape_text(shape: Shape) -> String {
    match shape {
        Shape::Flat(width) => width.to_string(),
        Shape::Image(image) => format!("{} × {} × {}", image.height, image.width, image.channels),
    }
}

/// The name as typed in a recipe.
pub fn activation_name(activation: Activation) -> &'static str {
    match activation {
        Activation::Relu => "relu",
        Activation::LeakyRelu => "leaky_relu",
        Activation::Gelu => "gelu",
        Activation::Tanh => "tanh",
        Activation::Sigmoid => "sigmoid",
        Activation::Softmax => "softmax",
    }
}

#[cfg(test)]
mod tests;

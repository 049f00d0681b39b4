//! A network for a recipe that names none: layers that suit the kind of data, shown in the plan like any others.

use flywheel_spec::recipe::{Activation, LayerSpec, Padding};

use super::InputPlan;

/// Images with both sides at least this long are read by convolutions.
const SMALLEST_CONVOLVED: usize = 12;

/// A row of so many numbers holds the terms of a text.
const MANY_NUMBERS: usize = 1_000;

/// Layers for this input: a small convolutional network for images, two hidden layers for rows, none for texts.
pub fn choose(input: &InputPlan, rows: usize) -> Vec<LayerSpec> {
    match input {
        InputPlan::Images(shape) if shape.height.min(shape.width) >= SMALLEST_CONVOLVED => {
            let mut layers = vec![convolution(16), halving(), convolution(32), halving()];
            if shape.height.min(shape.width) >= 4 * SMALLEST_CONVOLVED {
                layers.extend([convolution(64), halving()]);
            }
            layers.extend([LayerSpec::Flatten {}, dense(128), LayerSpec::Dropout { rate: 0.3 }, output()]);
            layers
        }
        InputPlan::Images(_) => {
            vec![LayerSpec::Flatten {}, dense(128), LayerSpec::Dropout { rate: 0.2 }, output()]
        }
        // Terms of texts speak for themselves: hidden units learn the training part by heart before they find more in it.
        InputPlan::Rows { numbers, .. } if *numbers >= MANY_NUMBERS => vec![output()],
        InputPlan::Rows { .. } => {
            // Few rows carry few weights: a narrower network learns them without learning them by heart.
            let width = if rows < 2_000 {
                32
            } else if rows < 20_000 {
                64
            } else {
                128
            };
            vec![dense(width), LayerSpec::Dropout { rate: 0.1 }, dense(width / 2), output()]
        }
    }
}

fn dense(units: usize) -> LayerSpec {
    LayerSpec::Dense { units, activation: Some(Activation::Relu), bias: true, initializer: None }
}

fn convolution(filters: usize) -> LayerSpec {
    LayerSpec::Conv2d {
        filters,
        kernel: 3,
        stride: 1,
        padding: Padding::Same,
        activation: Some(Activation::Relu),
        bias: true,
        initializer: None,
    }
}

fn halving() -> LayerSpec {
    LayerSpec::MaxPool { size: 2, stride: None }
}

fn output() -> LayerSpec {
    LayerSpec::Output { activation: None, initializer: None }
}

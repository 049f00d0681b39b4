//! A network for a recipe that names none: layers that suit the kind of data, shown in the plan like any others.

use flywheel_spec::recipe::{Activation, LayerSpec, Padding};

use super::InputPlan;

/// Images with both sides at least this long are read by convolutions.
const SMALLEST_CONVOLVED: usize = 12;

/// A row of so many numbers holds the terms of a text.
const MANY_NUMBERS: usize = 1_000;

/// More units hardly tell more classes apart.
const WIDEST: usize = 256;

/// Layers for this input and so many classes (0 for a number): a small convolutional network for images, two hidden layers
/// for rows, none for texts.
pub fn choose(input: &InputPlan, rows: usize, classes: usize) -> Vec<LayerSpec> {
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
            // Fewer units than classes in the last hidden layer would be a strait that not every class passes.
            let width = width.max((2 * classes).next_power_of_two().min(WIDEST));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_layers_are_as_wide_as_rows_and_classes_ask_for() {
        let units = |rows: usize, classes: usize| {
            let input = InputPlan::Rows { numbers: 9, embeddings: Vec::new() };
            let layers = choose(&input, rows, classes);
            layers
                .iter()
                .filter_map(|layer| match layer {
                    LayerSpec::Dense { units, .. } => Some(*units),
                    _ => None,
                })
                .collect::<Vec<_>>()
        };
        let cases = [
            (200, 0, [32, 16]),
            (200, 3, [32, 16]),
            (200, 32, [64, 32]),
            (5_000, 10, [64, 32]),
            (50_000, 900, [256, 128]),
        ];
        for (rows, classes, wanted) in cases {
            assert_eq!(units(rows, classes), wanted, "{rows} rows, {classes} classes");
        }
    }
}

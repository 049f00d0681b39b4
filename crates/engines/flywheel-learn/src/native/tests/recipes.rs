//! Layers one by one and drawn at random: outputs, losses and gradients against plain loops.

use flywheel_spec::recipe::{Activation, LossSpec};
use flywheel_spec::table::ImageShape;
use proptest::prelude::*;

use crate::engine::Blueprint;
use crate::examples::Targets;
use crate::network::{EmbeddingPlan, InputPlan, LayerKind, Shape};

use super::{Choice, blueprint, check, conv, dense, examples, network};

fn images(height: usize, width: usize, channels: usize) -> InputPlan {
    InputPlan::Images(ImageShape { height, width, channels })
}

fn rows(numbers: usize) -> InputPlan {
    InputPlan::Rows { numbers, embeddings: Vec::new() }
}

fn function(name: Activation) -> Choice {
    (LayerKind::Activation(name), 0)
}

const FLATTEN: Choice = (LayerKind::Flatten, 0);

fn check_network(input: InputPlan, choices: &[Choice]) {
    let network = network(input.clone(), choices);
    let examples = examples(&input, 9, network.outputs);
    check(&blueprint(network), &examples, &[3, 1, 4, 1, 5, 0, 2, 6]);
}

#[test]
fn dense_layers_with_every_function() {
    use Activation::{Gelu, LeakyRelu, Relu, Sigmoid, Softmax, Tanh};
    for name in [Relu, LeakyRelu, Gelu, Tanh, Sigmoid, Softmax] {
        check_network(rows(7), &[dense(21), function(name), dense(5), function(name), dense(3)]);
    }
}

#[test]
fn convolutions_of_every_make() {
    let flat = |layers: &[Choice]| [layers, &[FLATTEN, dense(3)]].concat();
    check_network(images(9, 8, 1), &flat(&[conv(3, 3, 1, [0, 0])]));
    check_network(images(7, 9, 3), &flat(&[conv(18, 3, 1, [1, 1]), function(Activation::Relu)]));
    check_network(
        images(8, 8, 2),
        &flat(&[conv(5, 5, 1, [2, 2]), function(Activation::Sigmoid), conv(4, 2, 1, [0, 1])]),
    );
    check_network(
        images(11, 10, 1),
        &flat(&[conv(5, 3, 2, [1, 1]), function(Activation::Tanh), conv(17, 3, 2, [0, 0])]),
    );
    check_network(
        images(9, 9, 1),
        &flat(&[conv(4, 1, 1, [0, 0]), function(Activation::Gelu), conv(33, 4, 3, [1, 2])]),
    );
}

#[test]
fn pools_norms_and_dropout() {
    let max = |size, stride| (LayerKind::MaxPool { size, stride }, 0);
    let avg = |size, stride| (LayerKind::AvgPool { size, stride }, 0);
    let batch = (LayerKind::BatchNorm { momentum: 0.1, epsilon: 1e-5 }, 0);
    let layer = (LayerKind::LayerNorm { epsilon: 1e-5 }, 0);
    let drop = (LayerKind::Dropout { rate: 0.3 }, 0);
    check_network(images(9, 8, 3), &[conv(5, 2, 1, [0, 0]), max(2, 2), FLATTEN, dense(4)]);
    check_network(images(9, 8, 3), &[conv(5, 2, 1, [0, 0]), max(3, 1), avg(2, 2), FLATTEN, dense(4)]);
    check_network(
        images(6, 6, 2),
        &[avg(3, 2), conv(3, 1, 1, [0, 0]), drop.clone(), FLATTEN, drop.clone(), dense(4)],
    );
    check_network(images(6, 6, 2), &[batch.clone(), conv(3, 3, 1, [1, 1]), batch.clone(), FLATTEN, dense(2)]);
    for name in [Activation::Relu, Activation::Sigmoid, Activation::LeakyRelu] {
        check_network(
            images(6, 5, 2),
            &[conv(19, 3, 1, [1, 1]), batch.clone(), function(name), FLATTEN, dense(2)],
        );
    }
    check_network(images(5, 6, 2), &[conv(3, 2, 1, [0, 0]), FLATTEN, batch.clone(), layer.clone(), dense(2)]);
    check_network(
        images(5, 6, 2),
        &[layer.clone(), conv(3, 2, 1, [0, 0]), layer.clone(), FLATTEN, layer.clone(), dense(2)],
    );
    check_network(
        rows(9),
        &[drop.clone(), dense(20), batch, function(Activation::Relu), layer, drop, dense(3)],
    );
}

#[test]
fn embeddings_before_and_beside_numbers() {
    let embeddings =
        vec![EmbeddingPlan { categories: 5, width: 3 }, EmbeddingPlan { categories: 2, width: 1 }];
    for numbers in [0, 4] {
        let input = InputPlan::Rows { numbers, embeddings: embeddings.clone() };
        check_network(input.clone(), &[dense(6), function(Activation::Tanh), dense(3)]);
        check_network(input, &[(LayerKind::LayerNorm { epsilon: 1e-5 }, 0), dense(3)]);
    }
}

#[test]
fn every_loss() {
    let class_weights = || vec![0.5, 2.0, 1.0];
    let cases: [(LossSpec, usize, Vec<f32>); 8] = [
        (LossSpec::CrossEntropy { label_smoothing: 0.0 }, 3, class_weights()),
        (LossSpec::CrossEntropy { label_smoothing: 0.2 }, 3, Vec::new()),
        (LossSpec::CrossEntropy { label_smoothing: 0.1 }, 3, class_weights()),
        (LossSpec::BinaryCrossEntropy { label_smoothing: 0.1 }, 1, vec![0.3, 1.7]),
        (LossSpec::Mse {}, 3, Vec::new()),
        (LossSpec::Mse {}, 1, Vec::new()),
        (LossSpec::Mae {}, 3, class_weights()),
        (LossSpec::Huber { delta: 0.4 }, 3, Vec::new()),
    ];
    for (loss, outputs, class_weights) in cases {
        let input = rows(5);
        let network = network(input.clone(), &[dense(8), function(Activation::Relu), dense(outputs)]);
        let examples = examples(&input, 20, outputs.max(2));
        let chosen: Vec<u32> = (0..20).collect();
        check(&Blueprint { loss, class_weights, ..blueprint(network) }, &examples, &chosen);
    }
}

#[test]
fn numbers_as_targets() {
    for loss in [LossSpec::Mse {}, LossSpec::Mae {}, LossSpec::Huber { delta: 1.0 }] {
        let input = rows(5);
        let network = network(input.clone(), &[dense(8), function(Activation::Gelu), dense(1)]);
        let mut examples = examples(&input, 12, 2);
        examples.targets = Targets::Numbers((0..12).map(|i| (i as f32 * 1.7).sin() * 2.0).collect());
        check(&Blueprint { loss, ..blueprint(network) }, &examples, &[0, 5, 11, 3, 3, 7]);
    }
}

#[test]
fn a_batch_larger_than_what_passes_at_a_time() {
    let input = images(4, 4, 1);
    let drop = (LayerKind::Dropout { rate: 0.5 }, 0);
    let choices = [conv(3, 2, 1, [0, 0]), drop, FLATTEN, dense(4)];
    let network = network(input.clone(), &choices);
    let examples = examples(&input, 1300, 4);
    let chosen: Vec<u32> = (0..1300).rev().collect();
    check(&blueprint(network), &examples, &chosen);
}

/// A random layer for what arrives, drawn by six numbers.
fn choose(at: Shape, draw: [usize; 6]) -> Choice {
    let [kind, a, b, c, d, e] = draw;
    let names = [
        Activation::Relu,
        Activation::LeakyRelu,
        Activation::Gelu,
        Activation::Tanh,
        Activation::Sigmoid,
        Activation::Softmax,
    ];
    match (kind % 8, at) {
        (0, _) => (LayerKind::Dropout { rate: 0.1 + 0.1 * (a % 6) as f32 }, 0),
        (1, _) => (LayerKind::BatchNorm { momentum: 0.1, epsilon: 1e-3 }, 0),
        (2, _) => (LayerKind::LayerNorm { epsilon: 1e-3 }, 0),
        (3, _) => (LayerKind::Activation(names[a % 5]), 0),
        (_, Shape::Flat(_)) => dense(1 + a % 60),
        (4, Shape::Image(image)) => {
            let size = 1 + a % image.height.min(image.width).min(3);
            let stride = 1 + b % 2;
            if c % 2 == 0 {
                (LayerKind::MaxPool { size, stride }, 0)
            } else {
                (LayerKind::AvgPool { size, stride }, 0)
            }
        }
        (5, Shape::Image(image)) if image.height * image.width < 9 => FLATTEN,
        (_, Shape::Image(image)) => {
            let padding = [c % 3, d % 3];
            let kernel = 1 + a % (image.height.min(image.width) + padding[0] + padding[1]).min(5);
            conv(1 + b % 40, kernel, 1 + e % 2, padding)
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, max_shrink_iters: 100, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn random_recipes(
        image in any::<bool>(),
        sizes in [2_usize..9, 2..9, 1..4],
        draws in prop::collection::vec(prop::array::uniform6(0_usize..1000), 1..6),
        outputs in 2_usize..20,
        threads in 1_usize..4,
    ) {
        let input = if image { images(sizes[0], sizes[1], sizes[2]) } else { rows(sizes[0] * sizes[1]) };
        let mut choices = Vec::new();
        for draw in draws {
            let at = network(input.clone(), &choices).layers.last().map_or(input.shape(), |layer| layer.output);
            choices.push(choose(at, draw));
        }
        choices.extend([FLATTEN, dense(outputs)]);
        let examples = examples(&input, 11, outputs);
        let chosen: Vec<u32> = (0..11).collect();
        check(&Blueprint { threads, ..blueprint(network(input, &choices)) }, &examples, &chosen);
    }
}

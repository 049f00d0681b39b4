//! What a step does to the weights: the gradient that the engine itself gives, moved by the optimizers of [`crate::optimizer`].

use flywheel_spec::recipe::{Activation, OptimizerSpec};
use flywheel_spec::table::ImageShape;

use crate::engine::{Batch, Blueprint, Engine, Step};
use crate::network::{InputPlan, LayerKind};
use crate::optimizer::{Moved, Optimizer, slots};

use super::super::NativeEngine;
use super::{blueprint, conv, dense, examples, network, weights};

fn check(change: impl Fn(&mut Blueprint)) {
    let input = InputPlan::Images(ImageShape { height: 6, width: 7, channels: 2 });
    let relu = (LayerKind::Activation(Activation::Relu), 0);
    let choices = [
        conv(5, 3, 1, [1, 1]),
        (LayerKind::BatchNorm { momentum: 0.1, epsilon: 1e-5 }, 0),
        relu.clone(),
        (LayerKind::Flatten, 0),
        dense(30),
        relu,
        (LayerKind::LayerNorm { epsilon: 1e-5 }, 0),
        dense(4),
    ];
    let examples = examples(&input, 40, 4);
    let mut blueprint = blueprint(network(input, &choices));
    change(&mut blueprint);
    let optimizer = Optimizer {
        kind: blueprint.optimizer,
        l1: blueprint.l1,
        l2: blueprint.l2,
        clip_norm: blueprint.clip_norm,
    };
    let mut engine = NativeEngine::new(&blueprint);
    let mut expected = weights(&engine);
    engine.restore(&expected, &[]).unwrap();
    let mut memory: Vec<Vec<Vec<f32>>> =
        expected.iter().map(|t| vec![vec![0.0; t.values.len()]; slots(&optimizer.kind).len()]).collect();
    for number in 0..3 {
        let chosen: Vec<u32> = (0..16).map(|i| (i * 5 + number as u32) % 40).collect();
        let batch = Batch { examples: &examples, chosen: &chosen, augmented: None };
        let step = Step { number, learning_rate: 0.05 };
        let mut other = NativeEngine::new(&blueprint);
        other.restore(&engine.weights(), &[]).unwrap();
        let mut gradients = other.gradients(&batch, &step);
        engine.step(&batch, &step).unwrap();
        let learned =
            expected.iter_mut().zip(&mut memory).filter(|(tensor, _)| !tensor.name.contains("running"));
        let moved = learned.zip(&mut gradients).map(|((tensor, memory), gradient)| {
            assert_eq!(tensor.name, gradient.name);
            Moved {
                shape: &tensor.shape,
                weights: &mut tensor.values,
                gradient: &mut gradient.values,
                memory,
            }
        });
        let mut moved: Vec<Moved> = moved.collect();
        optimizer.step(&mut moved, &step);
        for (found, expected) in engine.weights().iter().zip(&mut expected) {
            if found.name.contains("running") {
                expected.values.copy_from_slice(&found.values);
            }
            for (a, b) in found.values.iter().zip(&expected.values) {
                assert!((a - b).abs() < 2e-5, "{:?} {}: {a}, not {b}", blueprint.optimizer, found.name);
            }
        }
    }
}

#[test]
fn gradients_spent_as_they_come_move_weights_as_the_optimizer_does() {
    check(|_| {});
    check(|blueprint| {
        blueprint.optimizer = OptimizerSpec::Sgd { learning_rate: 0.05, momentum: 0.9, nesterov: true };
    });
    check(|blueprint| {
        blueprint.optimizer = OptimizerSpec::AdamW {
            learning_rate: 0.05,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            weight_decay: 0.3,
        };
    });
}

#[test]
fn penalties_act_on_weights_only() {
    check(|blueprint| {
        blueprint.optimizer = OptimizerSpec::GradientDescent { learning_rate: 0.05 };
        (blueprint.l1, blueprint.l2) = (0.02, 0.05);
    });
}

#[test]
fn clipping_comes_after_penalties_and_before_the_step() {
    check(|blueprint| {
        blueprint.optimizer =
            OptimizerSpec::RmsProp { learning_rate: 0.05, decay: 0.9, epsilon: 1e-3, momentum: 0.5 };
        (blueprint.l1, blueprint.l2, blueprint.clip_norm) = (0.02, 0.05, Some(0.3));
    });
    check(|blueprint| blueprint.clip_norm = Some(1e6));
}

//! The same bits: on any number of threads, after a restart, in whatever company a row is answered, in two runs at once.

use flywheel_spec::recipe::OptimizerSpec;
use flywheel_spec::table::ImageShape;

use crate::engine::{Batch, Blueprint, Engine, Step, Tensor};
use crate::examples::Examples;
use crate::network::{InputPlan, LayerKind};

use super::super::{NativeEngine, Predictor};
use super::{blueprint, conv, dense, examples, network, weights};

/// A network with every kind of layer, and examples for it.
fn everything() -> (Blueprint, Examples) {
    let input = InputPlan::Images(ImageShape { height: 10, width: 11, channels: 1 });
    let relu = (LayerKind::Activation(flywheel_spec::recipe::Activation::Relu), 0);
    let choices = [
        conv(20, 3, 1, [1, 1]),
        relu.clone(),
        (LayerKind::BatchNorm { momentum: 0.1, epsilon: 1e-5 }, 0),
        conv(9, 3, 1, [0, 0]),
        (LayerKind::Activation(flywheel_spec::recipe::Activation::Gelu), 0),
        (LayerKind::MaxPool { size: 2, stride: 2 }, 0),
        (LayerKind::Dropout { rate: 0.25 }, 0),
        (LayerKind::Flatten, 0),
        dense(70),
        relu,
        (LayerKind::LayerNorm { epsilon: 1e-5 }, 0),
        (LayerKind::Dropout { rate: 0.5 }, 0),
        dense(10),
    ];
    let network = network(input.clone(), &choices);
    (blueprint(network), examples(&input, 150, 10))
}

/// Trains some steps; all that it holds and said.
fn train(engine: &mut NativeEngine, examples: &Examples, steps: std::ops::Range<u64>) -> Vec<u32> {
    let mut bits = Vec::new();
    for number in steps {
        let chosen: Vec<u32> = (0..61).map(|i| (i * 7 + number as u32 * 13) % 150).collect();
        let batch = Batch { examples, chosen: &chosen, augmented: None };
        let outcome = engine.step(&batch, &Step { number, learning_rate: 0.01 }).unwrap();
        bits.push(outcome.loss.to_bits());
        bits.extend(outcome.outputs.iter().map(|x| x.to_bits()));
    }
    let state = |tensors: Vec<Tensor>| tensors.into_iter().flat_map(|tensor| tensor.values);
    bits.extend(state(engine.weights()).chain(state(engine.optimizer_state())).map(f32::to_bits));
    bits
}

fn begin(blueprint: &Blueprint) -> NativeEngine {
    let mut engine = NativeEngine::new(blueprint);
    let weights = weights(&engine);
    engine.restore(&weights, &[]).unwrap();
    engine
}

#[test]
fn the_threads_do_not_matter() {
    let (blueprint, examples) = everything();
    for clip_norm in [None, Some(0.5)] {
        let on = |threads| {
            let blueprint = Blueprint { threads, clip_norm, l1: 1e-4, l2: 1e-4, ..blueprint.clone() };
            train(&mut begin(&blueprint), &examples, 0..4)
        };
        let alone = on(1);
        assert!(alone == on(2) && alone == on(3), "clip {clip_norm:?}");
    }
}

#[test]
fn more_threads_than_rows_do_not_matter() {
    let input = InputPlan::Images(ImageShape { height: 40, width: 40, channels: 1 });
    let choices = [
        conv(20, 3, 1, [1, 1]),
        (LayerKind::MaxPool { size: 2, stride: 2 }, 0),
        (LayerKind::Flatten, 0),
        dense(4),
    ];
    let examples = examples(&input, 9, 4);
    let blueprint = blueprint(network(input, &choices));
    for rows in [1, 2, 3] {
        let on = |threads| {
            let mut engine = begin(&Blueprint { threads, ..blueprint.clone() });
            let step = |number: u64| {
                let chosen: Vec<u32> = (0..rows).map(|row| (row + number as u32) % 9).collect();
                let batch = Batch { examples: &examples, chosen: &chosen, augmented: None };
                engine.step(&batch, &Step { number, learning_rate: 0.01 }).unwrap().loss.to_bits()
            };
            (0..40).map(step).collect::<Vec<u32>>()
        };
        assert_eq!(on(8), on(1), "{rows} rows");
    }
}

#[test]
fn two_runs_at_once_get_the_bits_of_each_alone() {
    let (blueprint, examples) = everything();
    let run = |seed: u64| train(&mut begin(&Blueprint { seed, ..blueprint.clone() }), &examples, 0..3);
    let alone = [run(1), run(2)];
    let together = std::thread::scope(|scope| {
        [1, 2].map(|seed| scope.spawn(move || run_of(seed))).map(|run| run.join().unwrap())
    });
    assert!(alone == together);
    assert!(alone[0] != alone[1]);

    fn run_of(seed: u64) -> Vec<u32> {
        let (blueprint, examples) = everything();
        train(&mut begin(&Blueprint { seed, ..blueprint }), &examples, 0..3)
    }
}

#[test]
fn resuming_gives_the_bits_of_never_having_stopped() {
    let (blueprint, examples) = everything();
    let optimizers = [
        OptimizerSpec::Adam { learning_rate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
        OptimizerSpec::Sgd { learning_rate: 0.01, momentum: 0.9, nesterov: true },
        OptimizerSpec::RmsProp { learning_rate: 0.01, decay: 0.99, epsilon: 1e-8, momentum: 0.9 },
    ];
    for optimizer in optimizers {
        let blueprint = Blueprint { optimizer, ..blueprint.clone() };
        let mut whole = begin(&blueprint);
        train(&mut whole, &examples, 0..2);
        let mut resumed = NativeEngine::new(&blueprint);
        resumed.restore(&whole.weights(), &whole.optimizer_state()).unwrap();
        assert!(train(&mut whole, &examples, 2..4) == train(&mut resumed, &examples, 2..4), "{optimizer:?}");
    }
}

#[test]
fn a_row_gets_the_same_answer_alone_and_in_company() {
    let (blueprint, examples) = everything();
    let mut engine = begin(&blueprint);
    train(&mut engine, &examples, 0..2);
    let chosen: Vec<u32> = (0..150).collect();
    let all = engine.outputs(&Batch { examples: &examples, chosen: &chosen, augmented: None });
    let predictor = engine.predictor();
    let mut desk = predictor.desk(2);
    assert_eq!(predictor.outputs(&mut desk, &examples.inputs, &chosen), all);
    let built = Predictor::new(&blueprint.network, &engine.weights()).unwrap();
    assert_eq!(built.outputs(&mut built.desk(1), &examples.inputs, &chosen), all);
    for row in [0, 77, 149] {
        let alone = predictor.outputs(&mut desk, &examples.inputs, &[row]);
        assert_eq!(alone, &all[row as usize * 10..(row as usize + 1) * 10], "row {row}");
    }
}

#[test]
fn frozen_layers_stay_as_they_are() {
    let (mut blueprint, examples) = everything();
    for frozen in [3, 9] {
        blueprint.network.layers[..frozen].iter_mut().for_each(|layer| layer.frozen = true);
        let mut engine = begin(&blueprint);
        let before = engine.weights();
        train(&mut engine, &examples, 0..2);
        for (before, after) in before.iter().zip(engine.weights()) {
            let layer: usize = before.name.split('.').nth(1).unwrap().parse().unwrap();
            assert_eq!(before.values == after.values, layer < frozen, "{}", before.name);
        }
        assert!(engine.optimizer_state().iter().all(|t| !t.name.starts_with("layers.0.")));
    }
}

#[test]
fn what_leaves_the_finite_is_named_and_nothing_moves() {
    let (blueprint, examples) = everything();
    let mut engine = begin(&blueprint);
    let mut weights = engine.weights();
    weights.iter_mut().find(|tensor| tensor.name == "layers.3.weight").unwrap().values[5] = f32::NAN;
    engine.restore(&weights, &[]).unwrap();
    let batch = Batch { examples: &examples, chosen: &[0, 1, 2], augmented: None };
    let divergence = engine.step(&batch, &Step { number: 0, learning_rate: 0.1 }).unwrap_err();
    assert_eq!(divergence.place, "layers.3.weight");
    let same =
        |a: &Tensor, b: &Tensor| a.values.iter().zip(&b.values).all(|(a, b)| a.to_bits() == b.to_bits());
    assert!(engine.weights().iter().zip(&weights).all(|(a, b)| same(a, b)));
}

#[test]
fn an_input_that_is_no_number_is_named() {
    let input = InputPlan::Rows { numbers: 3, embeddings: Vec::new() };
    let mut examples = examples(&input, 4, 2);
    let crate::examples::Inputs::Rows { numbers, .. } = &mut examples.inputs else { unreachable!() };
    numbers[7] = f32::INFINITY;
    let mut engine = begin(&blueprint(network(input, &[dense(2)])));
    let step = Step { number: 0, learning_rate: 0.1 };
    let mut place =
        |chosen: &[u32]| engine.step(&Batch { examples: &examples, chosen, augmented: None }, &step);
    assert!(place(&[0, 1, 3]).is_ok());
    assert_eq!(place(&[0, 2]).unwrap_err().place, "input");
}

#[test]
fn augmented_pixels_stand_in_for_the_examples_own() {
    let (blueprint, examples) = everything();
    let crate::examples::Inputs::Images { pixels, shape, .. } = &examples.inputs else { unreachable!() };
    let chosen = [5, 9, 2];
    let own: Vec<u8> = chosen
        .iter()
        .flat_map(|&i| &pixels[i as usize * shape.bytes()..][..shape.bytes()])
        .copied()
        .collect();
    let outcome = |chosen: &[u32], augmented: Option<&[u8]>| {
        begin(&blueprint).outputs(&Batch { examples: &examples, chosen, augmented })
    };
    assert_eq!(outcome(&chosen, None), outcome(&[0, 1, 2], Some(&own)));
}

#[test]
fn tensors_that_do_not_fit_are_all_named() {
    let (blueprint, _) = everything();
    let mut engine = begin(&blueprint);
    let mut tensors = engine.weights();
    tensors.remove(0);
    tensors[0].shape = vec![3];
    tensors.push(Tensor { name: "layers.99.weight".into(), shape: vec![1], values: vec![0.0] });
    let mistakes = engine.restore(&tensors, &[]).unwrap_err();
    for name in ["layers.0.weight", "layers.0.bias", "layers.99.weight"] {
        assert!(mistakes.contains(name), "{mistakes}");
        assert!(Predictor::new(&blueprint.network, &tensors).is_err_and(|mistakes| mistakes.contains(name)));
    }
}

//! Random recipes computed by both engines: the same gradients, the same steps, the same answers, within rounding.

use flywheel_learn::burn::BurnEngine;
use flywheel_learn::engine::{Batch, Blueprint, Engine, Step, Tensor};
use flywheel_learn::examples::{Examples, Inputs, Targets};
use flywheel_learn::native::NativeEngine;
use flywheel_learn::network::{Demand, EmbeddingPlan, InputPlan, infer, initialise};
use flywheel_spec::recipe::{Activation, LayerSpec, LossSpec, OptimizerSpec, Padding, Task};
use flywheel_spec::table::ImageShape;
use flywheel_stats::chance::Chance;

const EXAMPLES: usize = 48;
const RECIPES: u64 = 150;

/// A recipe's network and settings with data that suit it.
struct Case {
    blueprint: Blueprint,
    examples: Examples,
    weights: Vec<Tensor>,
}

/// Draws a recipe; `images` decides what it reads.
fn draw(seed: u64, images: bool) -> Case {
    let mut chance = Chance::new(seed).stream("recipe");
    let input = if images { draw_images(&mut chance) } else { draw_rows(&mut chance) };
    let task = if chance.coin(0.7) { Task::Classification } else { Task::Regression };
    let mut classes = 2 + chance.below(4) as usize;
    let smoothing = *chance.pick(&[0.0, 0.1]);
    let loss = match (task, chance.below(5)) {
        (_, 0) => LossSpec::Mse {},
        (_, 1) => LossSpec::Mae {},
        (_, 2) => LossSpec::Huber { delta: 0.4 },
        (Task::Regression, _) => LossSpec::Mse {},
        (Task::Classification, 3) => {
            classes = 2;
            LossSpec::BinaryCrossEntropy { label_smoothing: smoothing }
        }
        (Task::Classification, _) => LossSpec::CrossEntropy { label_smoothing: smoothing },
    };
    let layers = draw_layers(&mut chance, &input);
    let classes = if task == Task::Regression { 0 } else { classes };
    let demand = Demand { task, classes, loss, batch_size: 16 };
    let (network, problems) = infer(&layers, &input, &demand);
    assert!(!problems.stop(), "seed {seed}: {layers:?}: {problems}");
    let weighted = classes > 0 && chance.coin(0.4);
    let blueprint = Blueprint {
        loss,
        optimizer: draw_optimizer(&mut chance),
        l1: *chance.pick(&[0.0, 0.0, 1e-3]),
        l2: *chance.pick(&[0.0, 0.0, 1e-2]),
        clip_norm: *chance.pick(&[None, None, Some(0.05), Some(10.0)]),
        class_weights: if weighted {
            (0..classes).map(|class| 0.5 + class as f32).collect()
        } else {
            Vec::new()
        },
        seed,
        threads: 1,
        network,
    };
    let weights = initialise(&blueprint.network, seed);
    Case { examples: draw_examples(&mut chance, &input, classes), blueprint, weights }
}

fn draw_rows(chance: &mut Chance) -> InputPlan {
    let embeddings = (0..chance.below(3)).map(|_| EmbeddingPlan {
        categories: 3 + chance.below(5) as usize,
        width: 1 + chance.below(4) as usize,
    });
    let embeddings: Vec<_> = embeddings.collect();
    InputPlan::Rows { numbers: 1 + chance.below(40) as usize, embeddings }
}

fn draw_images(chance: &mut Chance) -> InputPlan {
    InputPlan::Images(ImageShape {
        height: 8 + chance.below(6) as usize,
        width: 8 + chance.below(6) as usize,
        channels: *chance.pick(&[1, 3]),
    })
}

fn draw_layers(chance: &mut Chance, input: &InputPlan) -> Vec<LayerSpec> {
    let activations = [
        None,
        Some(Activation::Relu),
        Some(Activation::LeakyRelu),
        Some(Activation::Gelu),
        Some(Activation::Tanh),
        Some(Activation::Sigmoid),
    ];
    let mut layers = Vec::new();
    let normalise = |chance: &mut Chance, layers: &mut Vec<LayerSpec>| match chance.below(6) {
        0 => layers.push(LayerSpec::BatchNorm { momentum: 0.2, epsilon: 1e-3 }),
        1 => layers.push(LayerSpec::LayerNorm { epsilon: 1e-3 }),
        2 => layers.push(LayerSpec::Dropout { rate: 0.25 }),
        _ => {}
    };
    if let InputPlan::Images(_) = input {
        for _ in 0..chance.below(3) {
            layers.push(LayerSpec::Conv2d {
                filters: 1 + chance.below(9) as usize,
                kernel: 1 + chance.below(3) as usize,
                stride: 1 + chance.below(2) as usize,
                padding: *chance.pick(&[Padding::Same, Padding::Valid]),
                activation: *chance.pick(&activations),
                bias: chance.coin(0.8),
                initializer: None,
            });
            normalise(chance, &mut layers);
        }
        match chance.below(4) {
            0 => layers.push(LayerSpec::MaxPool { size: 2, stride: None }),
            1 => layers.push(LayerSpec::AvgPool { size: 2, stride: Some(1) }),
            _ => {}
        }
        layers.push(LayerSpec::Flatten {});
    }
    for _ in 0..chance.below(3) {
        layers.push(LayerSpec::Dense {
            units: 1 + chance.below(50) as usize,
            activation: *chance.pick(&activations),
            bias: chance.coin(0.8),
            initializer: None,
        });
        normalise(chance, &mut layers);
    }
    layers.push(LayerSpec::Output { activation: None, initializer: None });
    layers
}

/// Adam's ε is large enough that a gradient of almost 0, which is rounding, moves almost nothing.
fn draw_optimizer(chance: &mut Chance) -> OptimizerSpec {
    let learning_rate = 0.01;
    let (beta1, beta2, epsilon) = (0.9, 0.99, 1e-2);
    match chance.below(7) {
        0 => OptimizerSpec::GradientDescent { learning_rate },
        1 => OptimizerSpec::Sgd { learning_rate, momentum: 0.0, nesterov: false },
        2 => OptimizerSpec::Sgd { learning_rate, momentum: 0.9, nesterov: chance.coin(0.5) },
        3 => OptimizerSpec::AdamW { learning_rate, beta1, beta2, epsilon, weight_decay: 0.1 },
        4 => OptimizerSpec::RmsProp { learning_rate, decay: 0.9, epsilon, momentum: 0.0 },
        5 => OptimizerSpec::RmsProp { learning_rate, decay: 0.9, epsilon, momentum: 0.5 },
        _ => OptimizerSpec::Adam { learning_rate, beta1, beta2, epsilon },
    }
}

fn draw_examples(chance: &mut Chance, input: &InputPlan, classes: usize) -> Examples {
    let inputs = match input {
        InputPlan::Images(shape) => Inputs::Images {
            shape: *shape,
            pixels: (0..EXAMPLES * shape.bytes()).map(|_| chance.u32() as u8).collect(),
            positions: (0..EXAMPLES as u32).rev().collect(),
            scale: 1.0 / 255.0,
            shift: -0.3,
        },
        InputPlan::Rows { numbers, embeddings } => Inputs::Rows {
            width: *numbers,
            numbers: (0..EXAMPLES * numbers).map(|_| chance.normal() as f32).collect(),
            embedded: embeddings.len(),
            categories: (0..EXAMPLES)
                .flat_map(|_| {
                    embeddings.iter().map(|e| chance.below(e.categories as u64) as u32).collect::<Vec<_>>()
                })
                .collect(),
        },
    };
    let targets = match classes {
        0 => Targets::Numbers((0..EXAMPLES).map(|_| chance.normal() as f32).collect()),
        _ => Targets::Classes((0..EXAMPLES).map(|_| chance.below(classes as u64) as u32).collect()),
    };
    Examples { inputs, targets, rows: (0..EXAMPLES).collect() }
}

fn engines(case: &Case, threads: usize) -> [Box<dyn Engine>; 2] {
    let blueprint = Blueprint { threads, ..case.blueprint.clone() };
    let burn = BurnEngine::new(&blueprint, burn::tensor::Device::flex()).expect("threads start");
    let mut both: [Box<dyn Engine>; 2] = [Box::new(burn), Box::new(NativeEngine::new(&blueprint))];
    for engine in &mut both {
        engine.restore(&case.weights, &[]).expect("the first weights fit");
    }
    both
}

/// The largest difference, relative to the largest number of the tensor and a floor.
fn distance(a: &[f32], b: &[f32], floor: f32) -> f32 {
    assert_eq!(a.len(), b.len());
    let largest = a.iter().fold(floor, |largest, x| largest.max(x.abs()));
    a.iter().zip(b).map(|(a, b)| (a - b).abs() / largest).fold(0.0, f32::max)
}

fn check(seed: u64, images: bool) {
    let case = draw(seed, images);
    let said = || format!("seed {seed}, images {images}: {:#?}", case.blueprint);
    let [mut burn, mut native] = engines(&case, 1);
    let chosen: Vec<u32> = (0..16).map(|i| (i * 7 + 3) % EXAMPLES as u32).collect();
    let batch = Batch { examples: &case.examples, chosen: &chosen, augmented: None };

    let first = Step { number: 0, learning_rate: 0.01 };
    let (by_burn, by_native) = (burn.gradients(&batch, &first), native.gradients(&batch, &first));
    let names =
        |tensors: &[Tensor]| tensors.iter().map(|t| (t.name.clone(), t.shape.clone())).collect::<Vec<_>>();
    assert_eq!(names(&by_burn), names(&by_native), "{}", said());
    let floor =
        by_burn.iter().flat_map(|t| &t.values).fold(1e-3_f32, |largest, x| largest.max(x.abs())) * 0.05;
    for (a, b) in by_burn.iter().zip(&by_native) {
        let far = distance(&a.values, &b.values, floor);
        assert!(far < 2e-3, "gradient of {}: {far}\n{:?}\n{:?}\n{}", a.name, a.values, b.values, said());
    }

    burn.restore(&case.weights, &[]).expect("the first weights fit");
    native.restore(&case.weights, &[]).expect("the first weights fit");
    for number in 0..4 {
        let step = Step { number, learning_rate: 0.01 };
        let chosen: Vec<u32> = (0..16).map(|i| ((i * 5 + number * 11) % EXAMPLES as u64) as u32).collect();
        let batch = Batch { examples: &case.examples, chosen: &chosen, augmented: None };
        let a = burn.step(&batch, &step).expect("finite");
        let b = native.step(&batch, &step).expect("finite");
        assert!(
            (a.loss - b.loss).abs() < 1e-3 * a.loss.abs().max(0.1),
            "loss {} {}\n{}",
            a.loss,
            b.loss,
            said()
        );
        assert!(distance(&a.outputs, &b.outputs, 0.1) < 5e-3, "outputs of step {number}\n{}", said());
    }
    for (a, b) in burn.weights().iter().zip(&native.weights()) {
        assert_eq!(a.name, b.name);
        let far = distance(&a.values, &b.values, 0.05);
        assert!(far < 5e-3, "{} after four steps: {far}\n{}", a.name, said());
    }
    assert_eq!(names(&burn.optimizer_state()), names(&native.optimizer_state()), "{}", said());
    let all: Vec<u32> = (0..EXAMPLES as u32).collect();
    let batch = Batch { examples: &case.examples, chosen: &all, augmented: None };
    let far = distance(&burn.outputs(&batch), &native.outputs(&batch), 0.1);
    assert!(far < 5e-3, "answers: {far}\n{}", said());
}

#[test]
fn both_engines_compute_the_same_of_rows() {
    (0..RECIPES).for_each(|seed| check(seed, false));
}

#[test]
fn both_engines_compute_the_same_of_images() {
    (0..RECIPES).for_each(|seed| check(seed, true));
}

/// An epoch's last batch may be one row long, over which a batch norm of numbers has no variance.
#[test]
fn a_single_row_leaves_the_running_statistics_alone() {
    let layers = [
        LayerSpec::Dense { units: 5, activation: None, bias: true, initializer: None },
        LayerSpec::BatchNorm { momentum: 0.1, epsilon: 1e-5 },
        LayerSpec::Output { activation: None, initializer: None },
    ];
    let mut chance = Chance::new(1);
    let input = InputPlan::Rows { numbers: 4, embeddings: Vec::new() };
    let demand = Demand { task: Task::Regression, classes: 0, loss: LossSpec::Mse {}, batch_size: 16 };
    let mut case = draw(0, false);
    case.blueprint.network = infer(&layers, &input, &demand).0;
    case.blueprint.loss = demand.loss;
    case.blueprint.class_weights = Vec::new();
    case.weights = initialise(&case.blueprint.network, 0);
    case.examples = draw_examples(&mut chance, &input, 0);
    for mut engine in engines(&case, 1) {
        let batch = Batch { examples: &case.examples, chosen: &[7], augmented: None };
        engine.step(&batch, &Step { number: 0, learning_rate: 0.01 }).expect("finite");
        for tensor in engine.weights().iter().filter(|tensor| tensor.name.contains("running")) {
            let begun = if tensor.name.ends_with("var") { 1.0 } else { 0.0 };
            assert!(tensor.values.iter().all(|value| *value == begun), "{tensor:?}");
        }
    }
}

/// Eight steps on one and on two threads, and interrupted after four: the same bits, by both engines.
#[test]
fn the_bits_depend_neither_on_threads_nor_on_an_interruption() {
    for seed in 0..12 {
        let case = draw(seed, seed % 2 == 0);
        let run = |engine: &mut dyn Engine, from: u64, to: u64| {
            for number in from..to {
                let chosen: Vec<u32> =
                    (0..40).map(|i| ((i * 5 + number * 11) % EXAMPLES as u64) as u32).collect();
                let batch = Batch { examples: &case.examples, chosen: &chosen, augmented: None };
                engine.step(&batch, &Step { number, learning_rate: 0.01 }).expect("finite");
            }
        };
        for which in 0..2 {
            let [mut one, mut two, mut cut, mut resumed] = [1, 2, 2, 1]
                .map(|threads| engines(&case, threads).into_iter().nth(which).expect("two engines"));
            run(&mut *one, 0, 8);
            run(&mut *two, 0, 8);
            run(&mut *cut, 0, 4);
            resumed.restore(&cut.weights(), &cut.optimizer_state()).expect("its own state");
            run(&mut *resumed, 4, 8);
            assert_eq!(one.weights(), two.weights(), "seed {seed}, engine {which}: threads");
            assert_eq!(one.weights(), resumed.weights(), "seed {seed}, engine {which}: interruption");
            assert_eq!(one.optimizer_state(), resumed.optimizer_state(), "seed {seed}, engine {which}");
        }
    }
}

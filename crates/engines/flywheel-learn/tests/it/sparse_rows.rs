//! Rows that keep only what is not zero compute what the same rows with their zeros do, in both engines.

use flywheel_learn::burn::{BurnEngine, best_device};
use flywheel_learn::engine::{Batch, Blueprint, Engine, Step};
use flywheel_learn::examples::{Examples, Inputs, SparseRows, Targets};
use flywheel_learn::native::NativeEngine;
use flywheel_learn::network::{Demand, EmbeddingPlan, InputPlan, infer, initialise};
use flywheel_spec::recipe::{Activation, LayerSpec, LossSpec, OptimizerSpec, Task};
use flywheel_stats::chance::Chance;

const ROWS: usize = 90;
const WIDTH: usize = 333;
const CLASSES: usize = 5;

/// The same examples twice: sparse, and with their zeros.
fn examples(embeddings: &[EmbeddingPlan]) -> [Examples; 2] {
    let mut chance = Chance::new(8);
    let embedded = embeddings.len();
    let categories: Vec<u32> = (0..ROWS)
        .flat_map(|_| embeddings.iter().map(|plan| plan.categories as u64).collect::<Vec<_>>())
        .map(|categories| chance.below(categories) as u32)
        .collect();
    let mut sparse = SparseRows {
        width: WIDTH,
        starts: vec![0],
        places: Vec::new(),
        values: Vec::new(),
        embedded,
        categories: categories.clone(),
    };
    let mut numbers = vec![0.0; ROWS * WIDTH];
    for row in 0..ROWS {
        // The first row is all zeros, as a text without a known word.
        for place in (0..WIDTH).filter(|_| row > 0) {
            if chance.coin(0.04) {
                let value = chance.normal() as f32;
                sparse.places.push(place as u32);
                sparse.values.push(value);
                numbers[row * WIDTH + place] = value;
            }
        }
        sparse.starts.push(sparse.places.len());
    }
    let targets = Targets::Classes((0..ROWS).map(|_| chance.below(CLASSES as u64) as u32).collect());
    let dense = Inputs::Rows { width: WIDTH, numbers, embedded, categories };
    [Inputs::Sparse(sparse), dense].map(|inputs| Examples {
        inputs,
        targets: targets.clone(),
        rows: (0..ROWS).collect(),
    })
}

fn blueprint(layers: &[LayerSpec], embeddings: &[EmbeddingPlan], clip_norm: Option<f32>) -> Blueprint {
    let input = InputPlan::Rows { numbers: WIDTH, embeddings: embeddings.to_vec() };
    let loss = LossSpec::CrossEntropy { label_smoothing: 0.05 };
    let demand = Demand { task: Task::Classification, classes: CLASSES, loss, batch_size: 32 };
    let (network, problems) = infer(layers, &input, &demand);
    assert!(!problems.stop(), "{problems}");
    Blueprint {
        network,
        loss,
        optimizer: OptimizerSpec::AdamW {
            learning_rate: 0.01,
            beta1: 0.9,
            beta2: 0.99,
            epsilon: 1e-3,
            weight_decay: 0.05,
        },
        l1: 0.001,
        l2: 0.001,
        clip_norm,
        class_weights: Vec::new(),
        seed: 3,
        threads: 2,
    }
}

/// Outputs after some steps over batches.
fn trained(engine: &mut dyn Engine, blueprint: &Blueprint, examples: &Examples) -> Vec<f32> {
    engine.restore(&initialise(&blueprint.network, 3), &[]).expect("its own weights");
    let all: Vec<u32> = (0..ROWS as u32).collect();
    for (number, chosen) in all.chunks(32).cycle().take(9).enumerate() {
        let batch = Batch { examples, chosen, augmented: None };
        let step = Step { number: number as u64, learning_rate: 0.01 };
        engine.step(&batch, &step).expect("numbers stay finite");
    }
    engine.outputs(&Batch { examples, chosen: &all, augmented: None })
}

#[test]
fn sparse_and_dense_rows_learn_the_same_in_both_engines() {
    let output = LayerSpec::Output { activation: None, initializer: None };
    let hidden =
        LayerSpec::Dense { units: 21, activation: Some(Activation::Relu), bias: true, initializer: None };
    let dropout = LayerSpec::Dropout { rate: 0.2 };
    let embeddings = vec![EmbeddingPlan { categories: 4, width: 3 }];
    let cases = [
        (vec![output.clone()], vec![], None),
        (vec![hidden.clone(), dropout.clone(), output.clone()], vec![], None),
        (vec![hidden.clone(), output.clone()], vec![], Some(0.1)),
        // Where the first stage does not multiply, or vectors stand beside the numbers, rows get their zeros.
        (vec![dropout, hidden.clone(), output.clone()], vec![], None),
        (vec![hidden, output], embeddings, None),
    ];
    for (layers, embeddings, clip_norm) in cases {
        let blueprint = blueprint(&layers, &embeddings, clip_norm);
        let [sparse, dense] = examples(&embeddings);
        let native = |examples| trained(&mut NativeEngine::new(&blueprint), &blueprint, examples);
        let burn = |examples| {
            let mut engine = BurnEngine::new(&blueprint, best_device()).expect("a processor");
            trained(&mut engine, &blueprint, examples)
        };
        let expected = native(&dense);
        assert!(expected.iter().any(|output| output.abs() > 0.01));
        for (name, found) in [("native", native(&sparse)), ("burn", burn(&sparse))] {
            let furthest = found.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0_f32, f32::max);
            assert!(furthest < 2e-4, "{name} {layers:?}: {furthest}");
        }
        // The bits do not depend on the threads.
        let alone = Blueprint { threads: 1, ..blueprint.clone() };
        assert_eq!(native(&sparse), trained(&mut NativeEngine::new(&alone), &alone, &sparse));
    }
}

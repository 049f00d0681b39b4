//! The machine that a plan is made for, and how fast it is.

use std::time::Duration;

use flywheel_spec::recipe::{Initializer, LossSpec, OptimizerSpec};

use crate::engine::{Batch, Blueprint, Engine};
use crate::examples::{Examples, Inputs, Targets};
use crate::native::NativeEngine;
use crate::network::{Head, InputPlan, LayerKind, LayerPlan, NetworkPlan, Shape, initialise};

/// Width of the product that is timed.
const WIDTH: usize = 512;

/// Rows of the product that is timed.
const ROWS: usize = 512;

/// What a plan needs to know of a machine.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Machine {
    /// Threads that compute where the recipe names none.
    pub threads: usize,
    /// Billions of floating-point operations a second in a matrix product on these threads.
    pub gflops: f64,
}

impl Machine {
    /// Times a matrix product three times and believes the fastest; takes some ten milliseconds.
    pub fn measure(threads: usize, clock: &dyn Fn() -> Duration) -> Self {
        let dense = LayerPlan {
            source: 0,
            kind: LayerKind::Dense { bias: true, initializer: Initializer::Xavier {} },
            input: Shape::Flat(WIDTH),
            output: Shape::Flat(WIDTH),
            frozen: false,
        };
        let network = NetworkPlan {
            input: InputPlan::Rows { numbers: WIDTH, embeddings: Vec::new() },
            layers: vec![dense],
            outputs: WIDTH,
            head: Head::Identity,
        };
        let blueprint = Blueprint {
            loss: LossSpec::Mse {},
            optimizer: OptimizerSpec::GradientDescent { learning_rate: 0.0 },
            l1: 0.0,
            l2: 0.0,
            clip_norm: None,
            class_weights: Vec::new(),
            seed: 0,
            threads,
            network,
        };
        let mut engine = NativeEngine::new(&blueprint);
        let weights = initialise(&blueprint.network, 0);
        if engine.restore(&weights, &[]).is_err() {
            unreachable!("a network's own first weights fit it");
        }
        let inputs = Inputs::Rows {
            width: WIDTH,
            numbers: vec![0.5; WIDTH * ROWS],
            embedded: 0,
            categories: Vec::new(),
        };
        let examples = Examples { inputs, targets: Targets::Unknown, rows: (0..ROWS).collect() };
        let chosen: Vec<u32> = (0..ROWS as u32).collect();
        let batch = Batch { examples: &examples, chosen: &chosen, augmented: None };
        let once = || {
            let began = clock();
            engine.outputs(&batch);
            clock().saturating_sub(began)
        };
        let fastest = std::iter::repeat_with(once).take(3).min().unwrap_or_default();
        let flops = 2.0 * (WIDTH * WIDTH * ROWS) as f64;
        // A clock too coarse to see it leaves a fair guess for one processor.
        let gflops = if fastest.is_zero() { 20.0 } else { flops / fastest.as_secs_f64() / 1e9 };
        Self { threads, gflops }
    }
}

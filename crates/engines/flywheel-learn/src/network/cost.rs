//! What training a network is expected to cost: arithmetic, memory and time.

use flywheel_spec::recipe::OptimizerSpec;

use super::{LayerKind, LayerPlan, NetworkPlan, Shape};

/// What the program holds besides the network and its data.
const PROGRAM_BYTES: u64 = 40 << 20;

/// What each engine reaches of the machine's measured speed, and how often it copies activations;
/// measured on two cores of the kind that the project's benchmarks run on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Efficiency {
    /// Share of the machine's GFLOP/s in dense layers.
    pub dense: f64,
    /// Share of the machine's GFLOP/s in convolutions.
    pub convolution: f64,
    /// Copies of every activation that are alive at once.
    pub copies: u64,
}

/// The fast path.
pub const NATIVE: Efficiency = Efficiency { dense: 0.85, convolution: 0.6, copies: 2 };
/// Burn on burn-flex.
pub const BURN: Efficiency = Efficiency { dense: 0.5, convolution: 0.2, copies: 4 };

impl NetworkPlan {
    /// Floating-point operations of one row forward: dense layers, then convolutions; the rest is small beside them.
    ///
    /// `density` is the share of the input's numbers that are not zero: the first layer skips the others.
    pub fn forward_flops(&self, density: f64) -> [f64; 2] {
        let mut flops = [0.0; 2];
        for (index, layer) in self.layers.iter().enumerate() {
            let products = if index == 0 { layer.products() * density } else { layer.products() };
            match layer.kind {
                LayerKind::Conv2d { .. } => flops[1] += 2.0 * products,
                _ => flops[0] += 2.0 * products,
            }
        }
        flops
    }

    /// Numbers learned, and of these those kept fixed.
    pub fn parameter_counts(&self) -> [u64; 2] {
        let mut counts = [0, 0];
        for parameter in self.parameters().iter().filter(|parameter| parameter.role.learned()) {
            counts[0] += parameter.len() as u64;
            counts[1] += if parameter.frozen { parameter.len() as u64 } else { 0 };
        }
        counts
    }

    /// Seconds that an epoch over so many rows is expected to take: forward, and twice as much back.
    pub fn epoch_secs(
        &self,
        rows: usize,
        steps: usize,
        density: f64,
        gflops: f64,
        efficiency: Efficiency,
    ) -> f64 {
        let [dense, convolution] = self.forward_flops(density);
        let flops = 3.0 * (dense / efficiency.dense + convolution / efficiency.convolution);
        // An optimizer reads and writes some five numbers for each weight, at about 8 GB/s.
        let update_bytes = 20.0 * self.parameter_counts()[0] as f64;
        rows as f64 * flops / (gflops.max(0.1) * 1e9) + steps as f64 * update_bytes / 8e9
    }

    /// Bytes that training is expected to hold besides the table.
    pub fn training_bytes(
        &self,
        batch_size: usize,
        density: f64,
        optimizer: &OptimizerSpec,
        efficiency: Efficiency,
    ) -> u64 {
        let slots = match optimizer {
            OptimizerSpec::GradientDescent { .. } => 0,
            OptimizerSpec::Sgd { momentum, .. } => u64::from(*momentum > 0.0),
            OptimizerSpec::RmsProp { momentum, .. } => 1 + u64::from(*momentum > 0.0),
            OptimizerSpec::Adam { .. } | OptimizerSpec::AdamW { .. } => 2,
        };
        // The weights, their gradients, the best weights, and what the optimizer remembers.
        let weights = self.parameter_counts()[0] * 4 * (3 + slots);
        let input = (self.input.shape().len() as f64 * density).ceil() as usize;
        let row: usize = input + self.layers.iter().map(|layer| layer.output.len()).sum::<usize>();
        PROGRAM_BYTES + weights + efficiency.copies * 4 * (row * batch_size) as u64
    }
}

impl LayerPlan {
    /// Multiplications of one row forward.
    fn products(&self) -> f64 {
        match (&self.kind, self.output) {
            (LayerKind::Dense { .. }, _) => (self.input.len() * self.output.len()) as f64,
            (LayerKind::Conv2d { kernel, .. }, Shape::Image(_)) => {
                (kernel * kernel * self.input.features() * self.output.len()) as f64
            }
            _ => 0.0,
        }
    }
}

//! The layers of the fast path, one file each, and what most of them have in common: they see one row at a time.

pub mod activation;
pub mod avg_pool;
pub mod batch_norm;
pub mod conv2d;
pub mod dense;
pub mod dropout;
pub mod layer_norm;
pub mod max_pool;

use super::buffer::Buffer;
use super::cpu::Level;
use super::parameter::Parameter;

/// Whether a pass answers or learns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// No dropout, running statistics.
    Answer,
    /// Dropout draws by seed and step, statistics of the batch.
    Learn {
        /// The recipe's seed.
        seed: u64,
        /// The step, counted from 0.
        step: u64,
    },
}

/// What a layer may look at besides its row.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Vector instructions to use.
    pub level: Level,
    /// Whether the pass answers or learns.
    pub mode: Mode,
    /// All tensors of the network.
    pub parameters: &'a [Parameter],
    /// The row's position in the batch.
    pub row: usize,
}

/// What a layer reads and writes on the way back.
pub struct Back<'a> {
    /// What went in.
    pub input: &'a [f32],
    /// What came out.
    pub output: &'a [f32],
    /// The gradient by what came out; may be spoilt.
    pub slope: &'a mut [f32],
    /// The gradient by what went in, to be written; absent where nobody asks.
    pub input_slope: Option<&'a mut [f32]>,
    /// What `forward` kept.
    pub kept: &'a [f32],
    /// Weights as [`Local::turn`] wrote them in this step.
    pub turned: &'a [f32],
    /// Gradients by the layer's tensors one behind the other, to be added to; absent where they are frozen.
    pub gradient: Option<&'a mut [f32]>,
}

/// A layer whose rows know nothing of each other.
pub trait Local: Send + Sync {
    /// One row forward.
    fn forward(
        &self,
        context: &Context,
        input: &[f32],
        output: &mut [f32],
        kept: &mut [f32],
        scratch: &mut Buffer,
    );

    /// One row back.
    fn backward(&self, context: &Context, back: Back, scratch: &mut Buffer);

    /// How many numbers a row keeps from `forward` to `backward` besides input and output.
    fn keeps(&self) -> usize {
        0
    }

    /// How many numbers `turn` writes.
    fn turned_len(&self) -> usize {
        0
    }

    /// Writes the weights as `backward` reads them, once a step.
    fn turn(&self, parameters: &[Parameter], to: &mut [f32]) {
        let _ = (parameters, to);
    }
}

//! Answers only: one network shared by as many threads as like, each with memory of its own.

use std::sync::Arc;

use crate::engine::Tensor;
use crate::examples::Inputs;
use crate::network::NetworkPlan;

use super::cpu::Level;
use super::layers::Mode;
use super::network::Network;
use super::parameter::mismatches;
use super::pass::{Machine, Rows, Workspace};
use super::pool::Pool;

/// Rows that pass at a time.
const ROWS: usize = 256;

/// A network that answers; cheap to clone, and clones share its weights.
#[derive(Clone)]
pub struct Predictor {
    network: Arc<Network>,
}

/// The memory that one thread answers with; kept between answers, nothing is allocated.
pub struct Desk {
    workspace: Workspace,
    pool: Pool,
    level: Level,
    outputs: Vec<f32>,
}

impl Predictor {
    /// A network with these weights; missing, extra or misshapen tensors are named in the error.
    pub fn new(plan: &NetworkPlan, weights: &[Tensor]) -> Result<Self, String> {
        let mut network = Network::new(plan);
        let wanted: Vec<(String, &[usize])> =
            network.parameters.iter().map(|tensor| (tensor.name.clone(), tensor.shape.as_slice())).collect();
        let mistakes = mismatches(&wanted, weights);
        if !mistakes.is_empty() {
            return Err(mistakes.join("; "));
        }
        for tensor in &mut network.parameters {
            if let Some(given) = weights.iter().find(|given| given.name == tensor.name) {
                tensor.layout.import(&given.values, &mut tensor.values);
            }
        }
        Ok(Self { network: Arc::new(network) })
    }

    /// A copy of a network built from this plan.
    pub(super) fn of(plan: &NetworkPlan, original: &Network) -> Self {
        let mut network = Network::new(plan);
        for (copy, tensor) in network.parameters.iter_mut().zip(&original.parameters) {
            copy.values.copy_from_slice(&tensor.values);
        }
        Self { network: Arc::new(network) }
    }

    /// Memory for answering, on this thread alone or on `threads`.
    pub fn desk(&self, threads: usize) -> Desk {
        let pool = Pool::new(threads);
        let workspace = Workspace::new(&self.network, 1, pool.threads(), false);
        Desk { workspace, pool, level: Level::detect(), outputs: Vec::new() }
    }

    /// Outputs for the chosen examples, `chosen × outputs`; a row's are the same whatever rows stand beside it.
    pub fn outputs<'a>(&self, desk: &'a mut Desk, inputs: &Inputs, chosen: &[u32]) -> &'a [f32] {
        let width = self.network.outputs;
        let at_a_time = chosen.len().min(ROWS);
        if desk.workspace.rows() < at_a_time {
            desk.workspace = Workspace::new(&self.network, at_a_time, desk.pool.threads(), false);
        }
        desk.outputs.clear();
        for part in chosen.chunks(at_a_time.max(1)) {
            let machine = Machine { pool: &desk.pool, level: desk.level };
            desk.workspace.load(machine, &self.network, inputs, part, None);
            let rows = Rows { count: part.len(), first: 0, mode: Mode::Answer };
            desk.workspace.forward(machine, &self.network, rows);
            let last = desk.workspace.fields.len() - 1;
            let field = desk.workspace.fields[last].rows(part.len());
            (0..part.len()).for_each(|row| desk.outputs.extend_from_slice(field.row(row, width)));
        }
        &desk.outputs
    }
}

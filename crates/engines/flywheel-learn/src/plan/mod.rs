//! A recipe checked against its table: every default filled, every shape inferred, all mistakes at once.
//!
//! Only a [`TrainPlan`] can run.

mod base;
mod course;
mod engine_choice;
mod machine;
mod settings;
mod summary;
mod unprepared;

use flywheel_spec::model::Sureness;
use flywheel_spec::plan::PlanSummary;
use flywheel_spec::recipe::{LayerSpec, LossSpec, MetricName, OptimizerSpec, Task, TrainSpec};
use flywheel_spec::{Phrase, Problem, Problems};

pub use base::Base;
pub use course::{Refit, check_checkpoint, refit, train};
pub use engine_choice::EngineKind;
pub use machine::Machine;
pub use settings::check as check_settings;

use crate::engine::{Blueprint, Engine, Tensor};
use crate::evaluate::{Answers, sureness};
use crate::examples::Examples;
use crate::network::{Demand, InputPlan, NetworkPlan, choose, infer, initialise};
use crate::prepare::{Prepared, prepare};
use crate::table::Table;
use crate::train::outputs;

/// A training with nothing left open.
#[derive(Debug, Clone)]
pub struct TrainPlan {
    /// The recipe; its `network` holds the layers that run, chosen ones included.
    pub spec: TrainSpec,
    /// The table's name.
    pub table: String,
    /// Its version.
    pub version: u64,
    /// The table, its version and its content, as `table@version:sha256`.
    pub fingerprint: String,
    /// The rows split and the preparation fitted; the test part is sealed in it.
    pub prepared: Prepared,
    /// What is learned from.
    pub train: Examples,
    /// What chooses the best weights.
    pub validation: Examples,
    /// What an engine is built from.
    pub blueprint: Blueprint,
    /// The first weights, reused ones in place.
    pub initial: Vec<Tensor>,
    /// Layers of the network plan whose weights came from `start_from`, from the first.
    pub reused_layers: usize,
    /// The metric whose best epoch is kept.
    pub keep_best: MetricName,
    /// Rows a step; all of them for full-batch gradient descent.
    pub batch_size: usize,
    /// Which engine computes.
    pub engine: EngineKind,
    /// Why that engine.
    pub engine_reason: Phrase,
    /// The machine that it was planned for.
    pub machine: Machine,
}

/// Checks a recipe against its table; the warnings come with the plan, all problems together instead of it.
pub fn plan(
    spec: &TrainSpec,
    table: &Table,
    base: Option<&Base>,
    machine: &Machine,
) -> Result<(TrainPlan, Vec<Problem>), Problems> {
    let mut problems = settings::check(spec);
    let prepared = match prepare(table, spec) {
        Ok(prepared) => prepared,
        Err(found) => {
            problems.extend(found);
            problems.extend(unprepared::network(spec, table));
            return Err(problems);
        }
    };
    problems.problems.extend(prepared.warnings.clone());
    let task = prepared.preparation.task;
    let classes = prepared.preparation.labels().len();
    let input = prepared.preparation.input_plan();
    problems.extend(settings::check_task(spec, task, classes));
    problems.extend(settings::check_input(spec, &input));

    let rows = prepared.parts.train.rows().len();
    let layers = layers(spec, base, &input, (rows, classes));
    let loss = spec.train.loss.unwrap_or(default_loss(task));
    let batch_size = match spec.train.optimizer {
        OptimizerSpec::GradientDescent { .. } => rows,
        _ => spec.train.batch_size.min(rows),
    }
    .max(1);
    let demand = Demand { task, classes, loss, batch_size };
    let (mut network, found) = infer(&layers, &input, &demand);
    if found.problems.iter().any(|problem| problem.code == "network.softmax_under_mse") {
        // The same doubt, said at the layer rather than at the loss.
        problems.problems.retain(|problem| problem.code != "train.loss_of_numbers");
    }
    problems.extend(found);
    let reused_layers = base::reuse(spec, base, &prepared.preparation, &mut network, &mut problems);
    let (class_weights, found) = settings::class_weights(spec, &prepared.preparation);
    problems.extend(found);
    if problems.stop() {
        return Err(problems);
    }

    let train = prepared.preparation.apply(&table.frame, prepared.parts.train.rows())?;
    let validation = prepared.preparation.apply(&table.frame, prepared.parts.validation.rows())?;
    let mut initial = initialise(&network, spec.seed);
    if let Some(base) = base {
        crate::network::take_over(&network, reused_layers, &mut initial, &base.weights);
    }
    let (engine, engine_reason) = engine_choice::choose(spec);
    let blueprint = blueprint(spec, network, loss, class_weights, machine);
    let plan = TrainPlan {
        spec: TrainSpec { network: layers, ..spec.clone() },
        table: table.name.clone(),
        version: table.version,
        fingerprint: table.fingerprint.clone(),
        prepared,
        train,
        validation,
        blueprint,
        initial,
        reused_layers,
        keep_best: spec.train.keep_best.unwrap_or(default_metric(task)),
        batch_size,
        engine,
        engine_reason,
        machine: *machine,
    };
    problems.settle(plan)
}

impl TrainPlan {
    /// What will run, as people read it.
    pub fn summary(&self) -> PlanSummary {
        summary::summarise(self)
    }

    /// When trained weights are sure, chosen on the validation part; absent where the recipe does not ask or no row validates.
    pub fn sureness(&self, engine: &mut dyn Engine) -> Option<Sureness> {
        let spec = self.spec.serve.sure.as_ref()?;
        let preparation = &self.prepared.preparation;
        let outputs = outputs(engine, &self.validation);
        let (head, threshold) = (self.blueprint.network.head, self.spec.serve.threshold);
        match Answers::read(preparation, head, threshold, &outputs, &self.validation.targets)? {
            Answers::Classes(answers) => sureness(spec, threshold, &answers),
            Answers::Numbers(_) => None,
        }
    }

    /// Classes or a number.
    pub fn task(&self) -> Task {
        self.prepared.preparation.task
    }
}

/// The recipe's layers, else the base's, else ones that suit the data.
fn layers(
    spec: &TrainSpec,
    base: Option<&Base>,
    input: &InputPlan,
    (rows, classes): (usize, usize),
) -> Vec<LayerSpec> {
    match base {
        _ if !spec.network.is_empty() => spec.network.clone(),
        Some(base) => base.layers_for_another_target(),
        None => choose(input, rows, classes),
    }
}

fn default_loss(task: Task) -> LossSpec {
    match task {
        Task::Classification => LossSpec::CrossEntropy { label_smoothing: 0.0 },
        Task::Regression => LossSpec::Mse {},
    }
}

fn default_metric(task: Task) -> MetricName {
    match task {
        Task::Classification => MetricName::Accuracy,
        Task::Regression => MetricName::Rmse,
    }
}

fn blueprint(
    spec: &TrainSpec,
    network: NetworkPlan,
    loss: LossSpec,
    class_weights: Vec<f32>,
    machine: &Machine,
) -> Blueprint {
    Blueprint {
        network,
        loss,
        optimizer: spec.train.optimizer,
        l1: spec.train.l1 as f32,
        l2: spec.train.l2 as f32,
        clip_norm: spec.train.clip_norm.map(|norm| norm as f32),
        class_weights,
        seed: spec.seed,
        threads: spec.train.threads.unwrap_or(machine.threads).max(1),
    }
}

//! A plan as people read it.

use flywheel_spec::plan::{PartSizes, PlanSummary};
use flywheel_spec::table::ValueCount;

use super::TrainPlan;
use crate::network::summarise as summarise_network;
use crate::prepare::TargetCode;

/// Every line of the plan, with what it is expected to cost.
pub(super) fn summarise(plan: &TrainPlan) -> PlanSummary {
    let preparation = &plan.prepared.preparation;
    let network = &plan.blueprint.network;
    let efficiency = plan.engine.efficiency();
    let classes = match &preparation.target {
        TargetCode::Classes { labels, counts } => {
            let pairs = labels.iter().zip(counts);
            pairs.map(|(label, &count)| ValueCount { value: label.clone(), count }).collect()
        }
        TargetCode::Number { .. } => Vec::new(),
    };
    let parts = &plan.prepared.parts;
    let sizes = PartSizes {
        train: parts.train.rows().len(),
        validation: parts.validation.rows().len(),
        test: parts.test.len(),
    };
    let steps = sizes.train.div_ceil(plan.batch_size);
    let inputs = &plan.train.inputs;
    let rows = (sizes.train + sizes.validation + sizes.test) as f64;
    let data = (inputs.bytes() as f64 / sizes.train.max(1) as f64 * rows) as u64;
    let density = inputs.density();
    let share =
        plan.blueprint.threads.min(plan.machine.threads.max(1)) as f64 / plan.machine.threads.max(1) as f64;
    PlanSummary {
        name: plan.spec.name.clone(),
        table: plan.table.clone(),
        version: plan.version,
        target: preparation.target_column.clone(),
        task: preparation.task,
        classes,
        parts: sizes,
        columns: plan.prepared.columns.clone(),
        actions: plan.prepared.actions.clone(),
        network: summarise_network(network, &plan.spec.network, plan.reused_layers),
        loss: plan.blueprint.loss,
        optimizer: plan.blueprint.optimizer,
        keep_best: plan.keep_best,
        epochs: plan.spec.train.epochs,
        batch_size: plan.batch_size,
        steps_per_epoch: steps,
        engine: plan.engine.name().to_owned(),
        engine_reason: plan.engine_reason.clone(),
        threads: plan.blueprint.threads,
        expected_bytes: data
            + network.training_bytes(
                plan.batch_size.min(512),
                density,
                &plan.blueprint.optimizer,
                efficiency,
            ),
        expected_epoch_secs: network.epoch_secs(
            sizes.train,
            steps,
            density,
            plan.machine.gflops * share,
            efficiency,
        ),
    }
}

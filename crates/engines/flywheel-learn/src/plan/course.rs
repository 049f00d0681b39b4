//! From a plan to the course that the training loop runs.

use flywheel_spec::event::TrainEvent;
use flywheel_spec::recipe::MetricName;
use flywheel_spec::{Problem, Problems, phrase};
use sha2::{Digest, Sha256};

use super::TrainPlan;
use crate::augment::Augmenter;
use crate::evaluate::{Answers, measure};
use crate::examples::{Examples, Inputs};
use crate::loss::Objective;
use crate::network::Head;
use crate::prepare::{Preparation, TargetCode};
use crate::schedule::Schedule;
use crate::train::{Checkpoint, Course, Outcome, Watch, run};

/// Runs a plan, or goes on with it from a checkpoint; the bits are those of never having stopped.
///
/// The watcher hears `Started`, `Progress`, `Epoch` and `Note`; `Finished` is for whoever has judged and kept the outcome.
/// `Err` says why a checkpoint doesn't belong to the plan, or why no engine could be built.
pub fn train(
    plan: &TrainPlan,
    resume: Option<Checkpoint>,
    watch: &mut dyn Watch,
) -> Result<Outcome, Problems> {
    let refuse = |cause: String| Problems::from(Problem::error(phrase!("train.cannot_start", cause = cause)));
    let refuse_checkpoint = |cause: String| {
        let problem = Problem::error(phrase!("train.foreign_checkpoint", cause = cause));
        Problems::from(problem.advise(phrase!("train.advise_foreign_checkpoint")))
    };
    let mut engine = plan.build_engine().map_err(refuse)?;
    let judge = judge(&plan.prepared.preparation, plan.blueprint.network.head, plan.keep_best);
    let course = course(plan, &judge);
    let resumed_epoch = resume.as_ref().map_or(0, |checkpoint| checkpoint.state.epochs_done);
    watch.event(TrainEvent::Started { plan: Box::new(plan.summary()), resumed_epoch });
    run(&course, &mut *engine, resume, watch).map_err(refuse_checkpoint)
}

fn judge(
    preparation: &Preparation,
    head: Head,
    metric: MetricName,
) -> impl Fn(&[f32], &Examples) -> Option<f64> + Sync + '_ {
    move |outputs, examples| {
        let answers = Answers::read(preparation, head, None, outputs, &examples.targets)?;
        measure(metric, &answers)
    }
}

fn course<'a>(
    plan: &'a TrainPlan,
    judge: &'a (dyn Fn(&[f32], &Examples) -> Option<f64> + Sync),
) -> Course<'a> {
    let steps_per_epoch = plan.train.len().div_ceil(plan.batch_size) as u64;
    let train = &plan.spec.train;
    let augmenter = match (plan.spec.augment, &plan.train.inputs) {
        (Some(spec), Inputs::Images { shape, .. }) => Some(Augmenter::new(spec, *shape, plan.spec.seed)),
        _ => None,
    };
    Course {
        train: &plan.train,
        validation: &plan.validation,
        epochs: train.epochs,
        batch_size: plan.batch_size,
        schedule: Schedule {
            kind: train.schedule,
            learning_rate: train.optimizer.learning_rate(),
            steps_per_epoch,
            epochs: train.epochs as u64,
            warmup_steps: (train.warmup_epochs * steps_per_epoch as f64).round() as u64,
        },
        objective: Objective {
            loss: plan.blueprint.loss,
            outputs: plan.blueprint.network.outputs,
            class_weights: plan.blueprint.class_weights.clone(),
        },
        penalties: [train.l1, train.l2],
        task: plan.task(),
        head: plan.blueprint.network.head,
        metric: plan.keep_best,
        judge,
        target_deviation: match plan.prepared.preparation.target {
            TargetCode::Number { deviation, .. } => deviation,
            TargetCode::Classes { .. } => 1.0,
        },
        early_stopping: train.early_stopping,
        augmenter,
        threads: plan.blueprint.threads,
        seed: plan.spec.seed,
        sources: plan.blueprint.network.layers.iter().map(|layer| layer.source).collect(),
        plan: identity(plan),
    }
}

/// Names everything that decides the bits of a run: the data, the recipe without what doesn't touch training, the engine.
fn identity(plan: &TrainPlan) -> String {
    let mut spec = plan.spec.clone();
    spec.description = None;
    spec.train.threads = None;
    spec.accept = None;
    spec.tune = None;
    spec.serve = Default::default();
    let recipe = serde_json::to_string(&spec).unwrap_or_default();
    let parts = [&plan.fingerprint, &recipe, plan.engine.name(), env!("CARGO_PKG_VERSION")].join("\n");
    Sha256::digest(parts).iter().map(|byte| format!("{byte:02x}")).collect()
}

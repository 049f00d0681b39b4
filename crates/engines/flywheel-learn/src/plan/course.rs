//! From a plan to the course that the training loop runs.

use flywheel_spec::event::TrainEvent;
use flywheel_spec::recipe::MetricName;
use flywheel_spec::run::RunState;
use flywheel_spec::{Phrase, Problem, Problems, phrase};
use flywheel_tables::frame::Frame;
use sha2::{Digest, Sha256};

use super::TrainPlan;
use crate::augment::Augmenter;
use crate::engine::Tensor;
use crate::evaluate::{Answers, measure};
use crate::examples::{Examples, Inputs};
use crate::loss::Objective;
use crate::network::Head;
use crate::prepare::{Preparation, TargetCode};
use crate::schedule::Schedule;
use crate::train::{Checkpoint, Course, Outcome, Watch, refit as learn_anew, run};

/// What came of learning anew from the training and the validation part together.
#[derive(Debug, Clone)]
pub struct Refit {
    /// The weights; absent when it was asked to stop or left the finite, and the first ones stay.
    pub weights: Option<Vec<Tensor>>,
    /// Whether it was asked to stop.
    pub stopped: bool,
    /// What to say of it.
    pub finding: Phrase,
}

/// Runs a plan, or goes on with it from a checkpoint; the bits are those of never having stopped.
///
/// The watcher hears `Started`, `Progress`, `Epoch` and `Note`; `Finished` is for whoever has judged and kept the outcome.
/// `Err` says why a checkpoint doesn't belong to the plan, or why no engine could be built.
pub fn train(
    plan: &TrainPlan,
    resume: Option<Checkpoint>,
    watch: &mut dyn Watch,
) -> Result<Outcome, Problems> {
    let mut engine = plan.build_engine().map_err(refused)?;
    let judge = judge(&plan.prepared.preparation, plan.blueprint.network.head, plan.keep_best);
    let course = course(plan, &plan.train, plan.batch_size, &judge);
    let resumed_epoch = resume.as_ref().map_or(0, |checkpoint| checkpoint.state.epochs_done);
    watch.event(TrainEvent::Started { plan: Box::new(plan.summary()), resumed_epoch });
    run(&course, &mut *engine, resume, watch).map_err(|cause| foreign_checkpoint(&cause).into())
}

/// Refuses a checkpoint that belongs to another plan, before anything is begun with it.
pub fn check_checkpoint(plan: &TrainPlan, checkpoint: &Checkpoint) -> Result<(), Problem> {
    if checkpoint.state.plan == identity(plan) {
        return Ok(());
    }
    Err(foreign_checkpoint(&phrase!("train.cause_other_plan")))
}

/// Learns anew from the training and the validation part together, for as many epochs as the best of an outcome took; absent
/// where the recipe does not ask for it or the outcome is not that of a finished training.
///
/// The preparation stays as the training part made it. The watcher hears a `Note` and `Progress`.
/// `Err` says why the rows could not be read or no engine could be built.
pub fn refit(
    plan: &TrainPlan,
    frame: &Frame,
    outcome: &Outcome,
    watch: &mut dyn Watch,
) -> Result<Option<Refit>, Problems> {
    let (true, RunState::Finished, Some(best)) =
        (plan.spec.train.refit, outcome.state, outcome.best_epoch.filter(|_| outcome.weights.is_some()))
    else {
        return Ok(None);
    };
    let parts = &plan.prepared.parts;
    let rows: Vec<usize> = parts.train.rows().iter().chain(parts.validation.rows()).copied().collect();
    let all = plan.prepared.preparation.apply(frame, &rows)?;
    let full_batch = plan.batch_size == plan.train.len();
    let batch_size = if full_batch { all.len() } else { plan.batch_size };
    let judge = judge(&plan.prepared.preparation, plan.blueprint.network.head, plan.keep_best);
    let course = Course { epochs: best, ..course(plan, &all, batch_size, &judge) };
    let mut engine = plan.build_engine().map_err(refused)?;
    watch.event(TrainEvent::Note { message: phrase!("train.refitting", rows = all.len(), epochs = best) });
    let losses: Vec<f64> = outcome.epochs.iter().map(|epoch| epoch.validation_loss).collect();
    let learned = learn_anew(&course, &mut *engine, &losses, watch);
    let stopped = matches!(learned, Ok(None));
    let (weights, finding) = match learned {
        Ok(Some(weights)) => (Some(weights), phrase!("train.refitted", rows = all.len())),
        Ok(None) => (None, phrase!("train.refit_left_out")),
        Err(divergence) => {
            (None, phrase!("train.refit_diverged").with_phrase("place", &course.place(&divergence.place)))
        }
    };
    Ok(Some(Refit { weights, stopped, finding }))
}

fn foreign_checkpoint(cause: &Phrase) -> Problem {
    let message = phrase!("train.foreign_checkpoint").with_phrase("cause", cause);
    Problem::error(message).advise(phrase!("train.advise_foreign_checkpoint"))
}

fn refused(cause: String) -> Problems {
    Problem::error(phrase!("train.cannot_start", cause = cause)).into()
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
    rows: &'a Examples,
    batch_size: usize,
    judge: &'a (dyn Fn(&[f32], &Examples) -> Option<f64> + Sync),
) -> Course<'a> {
    let steps_per_epoch = rows.len().div_ceil(batch_size) as u64;
    let train = &plan.spec.train;
    let augmenter = match (plan.spec.augment, &plan.train.inputs) {
        (Some(spec), Inputs::Images { shape, .. }) => Some(Augmenter::new(spec, *shape, plan.spec.seed)),
        _ => None,
    };
    Course {
        train: rows,
        validation: &plan.validation,
        epochs: train.epochs,
        batch_size,
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

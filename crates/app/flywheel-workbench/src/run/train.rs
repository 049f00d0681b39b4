//! One training: run, judged, kept as a version of its model, reported.

use flywheel_learn::engine::{Engine, Tensor};
use flywheel_learn::evaluate::{Answers, Judgement, judge};
use flywheel_learn::examples::Examples;
use flywheel_learn::plan::{TrainPlan, refit, train as learn};
use flywheel_learn::split::Seal;
use flywheel_learn::train::{Checkpoint, Outcome, outputs};
use flywheel_spec::evaluation::EvaluationReport;
use flywheel_spec::model::Sureness;
use flywheel_spec::run::RunState;
use flywheel_spec::{Problem, phrase};
use tokio::runtime::Handle;

use super::{Kept, REPORT, Recorder, RunChoices, finished_report};
use crate::check::Planned;
use crate::{Failure, Workbench, file};

/// What a run works at.
pub(crate) struct Job {
    /// The project.
    pub workbench: Workbench,
    /// The runtime that the ledger is asked on.
    pub handle: Handle,
    /// The recipe with its plan.
    pub planned: Planned,
    /// What was chosen beside it.
    pub choices: RunChoices,
}

/// A training that is over, judged on the validation part.
#[derive(Debug, Clone)]
pub(crate) struct Trained {
    /// What came of the loop.
    pub outcome: Outcome,
    /// The best weights judged; absent when no epoch was finished.
    pub validation: Option<EvaluationReport>,
}

impl Trained {
    /// Puts weights that learned from the validation part too in the place of those that were judged on it, where the
    /// recipe asks for that and the training is finished.
    pub fn refit(&mut self, job: &Job, plan: &TrainPlan, recorder: &mut Recorder) -> Result<(), Failure> {
        let Some(refit) = refit(plan, &job.planned.table.frame, &self.outcome, recorder)? else {
            return Ok(());
        };
        recorder.note(refit.finding.clone());
        self.outcome.findings.push(refit.finding);
        if let Some(weights) = refit.weights {
            self.outcome.weights = Some(weights);
        }
        if refit.stopped {
            // So that it can be resumed: the first learning is found done, and the second begins anew.
            self.outcome.state = RunState::Stopped;
        }
        Ok(())
    }

    /// When the model is sure, as it was found on the validation part.
    fn sureness(&self) -> Option<Sureness> {
        let sure = self.validation.as_ref()?.sure.as_ref()?;
        Some(Sureness { temperature: sure.temperature, confidence: sure.confidence })
    }
}

/// Whether the sealed test part is opened for the kept weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opening {
    /// It stays sealed.
    Sealed,
    /// It is opened, and the opening counted.
    Counted,
    /// It is opened; the opening is counted unless the run opened it again since it had done so this often.
    OnceAfter(u64),
}

/// Trains, judges, keeps and reports.
pub(crate) fn train(
    job: &Job,
    recorder: &mut Recorder,
    checkpoint: Option<Checkpoint>,
) -> Result<(), Failure> {
    let plan = &job.planned.plan;
    let outcome = learn(plan, checkpoint, recorder)?;
    let validation = judged_on_validation(plan, &outcome, job)?;
    let mut trained = Trained { outcome, validation };
    trained.refit(job, plan, recorder)?;
    let opening = if job.choices.test { Opening::Counted } else { Opening::Sealed };
    let kept = keep(job, recorder, plan, &trained, opening)?;
    let report = finished_report(job, recorder, plan, trained, kept, Vec::new());
    let state = report.state;
    let message = match (&report.model, state) {
        (Some(model), RunState::Finished) => phrase!("workbench.finished", model = model),
        (Some(model), RunState::Stopped) => phrase!("workbench.stopped", model = model),
        (_, RunState::Failed) => {
            report.stopped_because.clone().unwrap_or_else(|| phrase!("workbench.diverged"))
        }
        _ => phrase!("workbench.stopped_without"),
    };
    file::write_json(&job.workbench.folder().run(&recorder.summary.id).join(REPORT), &report)?;
    if let Some(trouble) = recorder.trouble.take() {
        return Err(trouble);
    }
    recorder.finish(state, message);
    Ok(())
}

/// Writes the kept weights as the model's next version, judged on the test part too when it is to be opened.
pub(crate) fn keep(
    job: &Job,
    recorder: &mut Recorder,
    plan: &TrainPlan,
    trained: &Trained,
    opening: Opening,
) -> Result<Kept, Failure> {
    let table = &plan.table;
    let ledger = job.workbench.ledger();
    let mut kept =
        Kept { test_openings: job.handle.block_on(ledger.test_openings(table))?, ..Kept::default() };
    let Some(weights) = trained.outcome.weights.clone() else { return Ok(kept) };
    if opening != Opening::Sealed && !plan.prepared.parts.test.is_empty() {
        let run = recorder.summary.id.clone();
        kept.test_openings = job.handle.block_on(async {
            match opening {
                Opening::OnceAfter(before) => ledger.open_test_after(table, &run, before).await,
                Opening::Sealed | Opening::Counted => ledger.open_test(table, &run).await,
            }
        })?;
        recorder.note(phrase!("workbench.test_opened", count = kept.test_openings, table = table));
        kept.test = test(job, plan, trained, kept.test_openings)?;
    }
    let version = job.workbench.keep_version(job, recorder, plan, weights, trained, kept.test.clone())?;
    recorder.summary.model = Some(version.clone());
    kept.model = Some(version);
    Ok(kept)
}

/// The best weights judged on the validation part, where it is also found when they are sure; absent when no epoch was finished.
pub(crate) fn judged_on_validation(
    plan: &TrainPlan,
    outcome: &Outcome,
    job: &Job,
) -> Result<Option<EvaluationReport>, Failure> {
    let Some(weights) = &outcome.weights else { return Ok(None) };
    let mut engine = engine(plan, weights)?;
    let sure = plan.sureness(&mut *engine);
    let rows = plan.prepared.parts.validation.rows();
    judged_on(plan, outcome, ("validation", &plan.validation, rows), sure, job)
}

fn engine(plan: &TrainPlan, weights: &[Tensor]) -> Result<Box<dyn Engine>, Failure> {
    plan.build_engine_with(weights).map_err(|reason| Failure::broken("weights", reason))
}

/// The kept weights judged on a part: its name, its examples and their rows; absent when no epoch was finished.
fn judged_on(
    plan: &TrainPlan,
    outcome: &Outcome,
    (part, examples, rows): (&str, &Examples, &[usize]),
    sure: Option<Sureness>,
    job: &Job,
) -> Result<Option<EvaluationReport>, Failure> {
    let Some(weights) = &outcome.weights else { return Ok(None) };
    if rows.is_empty() {
        return Ok(None);
    }
    let outputs = outputs(&mut *engine(plan, weights)?, examples);
    let preparation = &plan.prepared.preparation;
    let threshold = plan.spec.serve.threshold;
    let head = plan.blueprint.network.head;
    let Some(answers) = Answers::read(preparation, head, threshold, &outputs, &examples.targets) else {
        return Ok(None);
    };
    let answers = answers.chosen(threshold, sure);
    let best = outcome.best_epoch.and_then(|best| outcome.epochs.get(best - 1));
    Ok(Some(judge(&Judgement {
        part,
        answers: &answers,
        rows,
        frame: &job.planned.table.frame,
        preparation,
        metric: Some(plan.keep_best),
        train_value: best.and_then(|epoch| epoch.train_metric),
        seed: plan.spec.seed,
        sure,
        warnings: Vec::new(),
    })))
}

/// The kept weights judged on the opened test part.
fn test(
    job: &Job,
    plan: &TrainPlan,
    trained: &Trained,
    openings: u64,
) -> Result<Option<EvaluationReport>, Failure> {
    let mut seal = Seal::opened(openings - 1);
    let part = plan.prepared.parts.test.open(&mut seal);
    let examples = plan.prepared.preparation.apply(&job.planned.table.frame, part.rows())?;
    let (outcome, sure) = (&trained.outcome, trained.sureness());
    let mut report = judged_on(plan, outcome, ("test", &examples, part.rows()), sure, job)?;
    if let Some(report) = &mut report
        && seal.openings() > 1
    {
        let doubt = phrase!("workbench.test_worn", count = seal.openings(), table = plan.table);
        report.warnings.push(Problem::warning(doubt));
    }
    Ok(report)
}

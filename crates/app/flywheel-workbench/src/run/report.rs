//! What a run leaves to read: its report, and the version of its model.

use std::io::ErrorKind;

use flywheel_learn::bundle::{Bundle, Judged, Origin, write};
use flywheel_learn::engine::Tensor;
use flywheel_learn::monitor::Reference;
use flywheel_learn::plan::TrainPlan;
use flywheel_spec::Language;
use flywheel_spec::draft::recipe_text;
use flywheel_spec::evaluation::EvaluationReport;
use flywheel_spec::run::{AcceptRound, TrainReport};

use super::{Job, Recorder, RunChoices, Trained};
use crate::ledger::now;
use crate::{Failure, Workbench};

/// Versions that other processes may take between asking for a number and using it.
const ATTEMPTS: u64 = 100;

/// What was kept of a training.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kept {
    /// As `name@version`; absent when there was nothing to keep.
    pub model: Option<String>,
    /// The judgement on the test part, when it was opened.
    pub test: Option<EvaluationReport>,
    /// How often it was opened so far.
    pub test_openings: u64,
}

/// The report of a training that is over.
pub(crate) fn finished_report(
    job: &Job,
    recorder: &Recorder,
    plan: &TrainPlan,
    trained: Trained,
    kept: Kept,
    rounds: Vec<AcceptRound>,
) -> TrainReport {
    let outcome = trained.outcome;
    TrainReport {
        state: outcome.state,
        plan: plan.summary(),
        epochs: outcome.epochs,
        best_epoch: outcome.best_epoch,
        stopped_because: outcome.stopped_because,
        findings: outcome.findings,
        train: None,
        validation: trained.validation,
        test: kept.test,
        test_openings: kept.test_openings,
        model: kept.model,
        rounds,
        data_fingerprint: plan.fingerprint.clone(),
        seed: plan.spec.seed,
        secs: recorder.secs(),
        peak_bytes: peak_bytes(),
        warnings: job.planned.warnings.clone(),
    }
}

impl Workbench {
    /// Writes the weights as the model's next version and returns it as `name@version`.
    pub(super) fn keep_version(
        &self,
        job: &Job,
        recorder: &Recorder,
        plan: &TrainPlan,
        weights: Vec<Tensor>,
        trained: &Trained,
        test: Option<EvaluationReport>,
    ) -> Result<String, Failure> {
        let name = &plan.spec.name;
        let run = &recorder.summary.id;
        let reference =
            Reference::of(&plan.prepared.preparation, &job.planned.table.frame, &plan.prepared.parts.train);
        let first = job.handle.block_on(self.ledger().next_version(name))?;
        for version in first..first + ATTEMPTS {
            let origin = Origin {
                name: name.clone(),
                version,
                run: run.clone(),
                created_at: now(),
                data_fingerprint: plan.fingerprint.clone(),
                seed: plan.spec.seed,
                program: format!("flywheel {}", env!("CARGO_PKG_VERSION")),
            };
            let judged = Judged { validation: trained.validation.clone(), test: test.clone() };
            let bundle = Bundle::new(
                origin,
                &plan.spec,
                recipe_of(job, plan),
                plan.blueprint.network.clone(),
                weights.clone(),
                plan.prepared.preparation.clone(),
                reference.clone(),
                judged,
            );
            let folder = self.bundle_folder(name, version);
            let bytes = match write(&folder, &bundle) {
                Ok(bytes) => bytes,
                Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(Failure::io(&folder, &error)),
            };
            let headline = trained.validation.as_ref().and_then(|report| {
                report.metrics.iter().find(|value| value.metric == plan.keep_best).copied()
            });
            let added = self.ledger().add_version(name, version, run, headline, bytes);
            if job.handle.block_on(added)? {
                return Ok(format!("{name}@{version}"));
            }
        }
        Err(Failure::broken("models", format!("no free version of {name}")))
    }
}

/// The recipe as it ran: as typed, unless something was chosen beside it or for it.
///
/// Threads that were chosen beside it are not of the model: its bits do not depend on them.
fn recipe_of(job: &Job, plan: &TrainPlan) -> String {
    let chosen = RunChoices { budget_secs: None, test: false, threads: None, ..job.choices.clone() };
    if chosen == RunChoices::default() && job.planned.spec == plan.spec {
        return job.planned.text.clone();
    }
    let mut spec = plan.spec.clone();
    if job.choices.threads.is_some() {
        spec.train.threads = None;
    }
    recipe_text(&spec, &format!("recipes/{}.toml", spec.name), Language::En)
}

/// The most memory that this process held so far, bytes; 0 where the system does not say.
fn peak_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}

//! Runs: begun, followed, stopped, resumed, remembered.

mod begin;
mod events;
mod lock;
mod recorder;
mod report;
mod resume;
mod train;

use flywheel_spec::run::{RunDetail, RunKind, RunState, RunSummary, TrainReport};
use flywheel_spec::{Problem, TrainSpec, phrase};
use serde::{Deserialize, Serialize};

use crate::accept::{self, Series};
use crate::{Failure, Workbench, file};

pub use events::EventStream;
pub(crate) use recorder::{Recorder, round_checkpoint};
pub(crate) use report::{Kept, finished_report};
pub(crate) use resume::read_checkpoint;
pub(crate) use train::{Job, Opening, Trained, judged_on_validation, keep, train};

/// The files of a run's folder.
pub(crate) const RECIPE: &str = "recipe.toml";
pub(crate) const REQUEST: &str = "request.json";
pub(crate) const PLAN: &str = "plan.json";
pub(crate) const BASE: &str = "base.json";
pub(crate) const REPORT: &str = "report.json";
pub(crate) const TUNE: &str = "tune.json";

/// What to run.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRequest {
    /// The recipe, TOML.
    pub text: String,
    /// What its places name.
    pub file_name: String,
    /// Which kind of work.
    pub kind: RunKind,
    /// What was chosen beside the recipe.
    pub choices: RunChoices,
}

/// What may be chosen for one run beside its recipe; kept with the run, so that a resumed one goes on the same way.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RunChoices {
    /// The time that training until accepted may take, seconds; an hour when absent.
    pub budget_secs: Option<f64>,
    /// Opens the sealed test part at the end.
    pub test: bool,
    /// Threads instead of the recipe's.
    pub threads: Option<usize>,
    /// The seed instead of the recipe's.
    pub seed: Option<u64>,
    /// Trials instead of the recipe's.
    pub trials: Option<usize>,
}

impl RunChoices {
    /// Takes what was chosen into what the recipe says.
    pub(crate) fn apply(&self, spec: &mut TrainSpec) {
        spec.seed = self.seed.unwrap_or(spec.seed);
        spec.train.threads = self.threads.or(spec.train.threads);
        if let (Some(tune), Some(trials)) = (&mut spec.tune, self.trials) {
            tune.trials = trials;
        }
    }
}

impl Workbench {
    /// Every run, newest first, whichever process works at it.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn runs(&self) -> Result<Vec<RunSummary>, Failure> {
        let runs = self.ledger().runs().await?;
        Ok(runs.into_iter().map(|run| self.as_it_stands(run)).collect())
    }

    /// One run in full, also while it works.
    ///
    /// # Errors
    /// When there is no such run.
    pub async fn run(&self, id: &str) -> Result<RunDetail, Failure> {
        let summary = self.summary(id).await?;
        let folder = self.folder().run(id);
        let story = events::Story::read(&folder).map_err(|error| Failure::io(&folder, &error))?;
        let report: Option<TrainReport> = file::read_json(&folder.join(REPORT))?;
        let series = if report.is_none() { Series::read(&folder)? } else { None };
        Ok(RunDetail {
            summary,
            recipe: file::read_text(&folder.join(RECIPE))?.unwrap_or_default(),
            // Each round of a series has a plan of its own.
            plan: match story.plan {
                Some(plan) => Some(plan),
                None => file::read_json(&folder.join(PLAN))?,
            },
            epochs: story.epochs,
            notes: story.notes,
            rounds: series.map_or_else(Vec::new, |series| accept::reported(&series.rounds)),
            report,
            tune: file::read_json(&folder.join(TUNE))?,
        })
    }

    /// A run's events from the line after `after`, then as they come, until the run ends.
    ///
    /// # Errors
    /// When there is no such run.
    pub async fn run_events(&self, id: &str, after: u64) -> Result<EventStream, Failure> {
        self.summary(id).await?;
        Ok(events::follow(self.folder().run(id), after))
    }

    /// Asks a run, in whichever process, to stop; the best model so far is kept.
    ///
    /// # Errors
    /// When there is no such run, or it is over.
    pub async fn stop(&self, id: &str) -> Result<(), Failure> {
        let summary = self.summary(id).await?;
        if summary.state != RunState::Running {
            return Err(over(&summary));
        }
        file::write(&self.folder().run(id).join(recorder::STOP), b"")
    }

    /// The run that a version of a model came of.
    ///
    /// # Errors
    /// When there is no such version.
    pub async fn model_run(&self, model: &str, version: u64) -> Result<RunDetail, Failure> {
        let (_, found) = self.version(model, Some(version)).await?;
        self.run(&found.run).await
    }

    pub(crate) async fn summary(&self, id: &str) -> Result<RunSummary, Failure> {
        if let Some(run) = self.ledger().run(id).await? {
            return Ok(self.as_it_stands(run));
        }
        let known: Vec<String> = self.ledger().runs().await?.into_iter().map(|run| run.id).collect();
        Err(Failure::not_found(phrase!("workbench.no_run", id = id), &known, id))
    }

    /// A run that says it works while nobody holds its lock was interrupted.
    fn as_it_stands(&self, mut run: RunSummary) -> RunSummary {
        if run.state == RunState::Running && !lock::alive(&self.folder().run(&run.id)) {
            run.state = RunState::Interrupted;
        }
        run
    }
}

fn over(summary: &RunSummary) -> Failure {
    let state = phrase!(match summary.state {
        RunState::Running => "cli.state_running",
        RunState::Finished => "cli.state_finished",
        RunState::Stopped => "cli.state_stopped",
        RunState::Failed => "cli.state_failed",
        RunState::Interrupted => "cli.state_interrupted",
    });
    let message = phrase!("workbench.run_over", id = summary.id).with_phrase("state", &state);
    Failure::Conflict(Problem::error(message).advise(phrase!("workbench.run_over_advice")))
}

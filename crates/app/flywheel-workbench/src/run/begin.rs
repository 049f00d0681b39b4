//! A run begins: planned, numbered, given its folder, and worked at in a thread of its own.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use flywheel_learn::train::Checkpoint;
use flywheel_spec::run::{RunKind, RunState, RunSummary};
use flywheel_spec::{Problem, phrase};
use tokio::runtime::Handle;

use super::lock::RunLock;
use super::{BASE, Job, PLAN, RECIPE, REQUEST, Recorder, RunChoices, RunRequest, train};
use crate::check::Planned;
use crate::{Failure, Workbench, accept, file, tune};

impl Workbench {
    /// Begins a run and returns its id; the work goes on in a thread of this process, and `events` tells of it.
    ///
    /// # Errors
    /// Everything that is wrong with the recipe or its data; then no run is written down.
    pub async fn start_run(&self, request: RunRequest) -> Result<String, Failure> {
        let planned = self.planned(&request.text, &request.file_name, &request.choices).await?;
        demand(&planned, request.kind)?;
        let summary = self.ledger().begin_run(&planned.spec.name, request.kind).await?;
        let id = summary.id.clone();
        match self.make_folder(&id, &planned, &request.choices) {
            Ok(lock) => {
                self.work(summary, planned, request.choices, lock, None);
                Ok(id)
            }
            Err(failure) => {
                self.ledger().forget_run(&id).await?;
                Err(failure)
            }
        }
    }

    /// Works at a run in a thread of its own, from its beginning or from a checkpoint.
    pub(super) fn work(
        &self,
        summary: RunSummary,
        planned: Planned,
        choices: RunChoices,
        lock: RunLock,
        checkpoint: Option<Checkpoint>,
    ) {
        let workbench = self.clone();
        let handle = Handle::current();
        let ledger = self.ledger().clone();
        let thread = std::thread::Builder::new().name(format!("run {}", summary.id));
        let kept = summary.clone();
        let spawned = thread.spawn(move || {
            let folder = workbench.folder().run(&summary.id);
            let kind = summary.kind;
            let Ok(mut recorder) = Recorder::open(&folder, ledger, handle.clone(), summary) else { return };
            let job = Job { workbench, handle, planned, choices };
            let worked = catch_unwind(AssertUnwindSafe(|| match kind {
                RunKind::Train => train(&job, &mut recorder, checkpoint),
                RunKind::UntilAccepted => accept::until_accepted(&job, &mut recorder, checkpoint),
                RunKind::Tune => tune::search(&job, &mut recorder),
            }));
            if let Err(failure) = worked.unwrap_or_else(|_| Err(Failure::broken("the run", "it panicked"))) {
                let message = phrase!("workbench.failed").with_phrase("reason", &failure.said());
                recorder.finish(RunState::Failed, message);
            }
            drop(lock);
        });
        if spawned.is_err() {
            // Without a thread nobody holds the lock, so the run reads as interrupted and can be resumed.
            drop(kept);
        }
    }

    /// The run's folder, made aside and renamed, so that whoever sees it sees it locked and with its recipe.
    fn make_folder(&self, id: &str, planned: &Planned, choices: &RunChoices) -> Result<RunLock, Failure> {
        let folder = self.folder().run(id);
        let runs = self.folder().runs();
        std::fs::create_dir_all(&runs).map_err(|error| Failure::io(&runs, &error))?;
        let staged = tempfile::Builder::new().prefix(".new-").tempdir_in(&runs);
        let staged = staged.map_err(|error| Failure::io(&runs, &error))?;
        let lock = taken(staged.path(), id)?;
        file::write(&staged.path().join(RECIPE), planned.text.as_bytes())?;
        file::write_json(&staged.path().join(REQUEST), choices)?;
        file::write_json(&staged.path().join(PLAN), &planned.plan.summary())?;
        if let Some(base) = &planned.base {
            file::write_json(&staged.path().join(BASE), &base.name)?;
        }
        file::readable_folder(staged.path()).map_err(|error| Failure::io(&folder, &error))?;
        std::fs::rename(staged.path(), &folder).map_err(|error| Failure::io(&folder, &error))?;
        // It has moved: there is nothing left to remove.
        let _ = staged.keep();
        Ok(lock)
    }
}

/// The lock of a run that nobody else works at.
pub(super) fn taken(folder: &Path, id: &str) -> Result<RunLock, Failure> {
    let lock = RunLock::take(folder).map_err(|error| Failure::io(folder, &error))?;
    lock.ok_or_else(|| {
        let problem = Problem::error(phrase!("workbench.run_works", id = id));
        Failure::Conflict(problem.advise(phrase!("workbench.run_works_advice", id = id)))
    })
}

/// What a kind of run needs of its recipe.
fn demand(planned: &Planned, kind: RunKind) -> Result<(), Failure> {
    let bars = planned.spec.accept.map_or_else(Vec::new, |accept| accept.bars());
    let problem = match kind {
        RunKind::UntilAccepted if bars.is_empty() => {
            Problem::error(phrase!("workbench.no_bar")).advise(phrase!("workbench.no_bar_advice"))
        }
        RunKind::Tune if planned.spec.tune.is_none() => {
            Problem::error(phrase!("workbench.no_tune")).advise(phrase!("workbench.no_tune_advice"))
        }
        _ => return Ok(()),
    };
    Err(Failure::Wrong(problem.into()))
}

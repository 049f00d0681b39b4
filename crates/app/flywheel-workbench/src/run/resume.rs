//! An interrupted run goes on where its checkpoint stands.

use std::fs;
use std::path::Path;

use flywheel_learn::plan::check_checkpoint;
use flywheel_learn::train::Checkpoint;
use flywheel_spec::plan::PlanSummary;
use flywheel_spec::run::{RunKind, RunState, RunSummary, TrainReport};
use flywheel_spec::{Problem, phrase};

use super::begin::taken;
use super::events::last_line;
use super::recorder::{CHECKPOINT, STOP};
use super::{BASE, PLAN, RECIPE, REPORT, REQUEST, RunChoices, over};
use crate::check::{Pins, Planned};
use crate::data::blocking;
use crate::{Failure, Workbench, accept, file};

impl Workbench {
    /// Goes on with an interrupted or stopped run; the bits are those of a run never interrupted.
    ///
    /// Returns the number of the last event before, so that only what follows need be shown.
    ///
    /// # Errors
    /// When it is over, another process works at it, its data has changed, or its checkpoint is damaged or belongs to
    /// another recipe or version of the program; the run then stays as it is.
    pub async fn resume(&self, id: &str) -> Result<u64, Failure> {
        let mut summary = self.summary(id).await?;
        match summary.state {
            RunState::Interrupted | RunState::Stopped => {}
            RunState::Running => {
                let problem = Problem::error(phrase!("workbench.run_works", id = id));
                return Err(Failure::Conflict(
                    problem.advise(phrase!("workbench.run_works_advice", id = id)),
                ));
            }
            RunState::Finished | RunState::Failed => return Err(self.ended(&summary)?),
        }
        let folder = self.folder().run(id);
        let lock = taken(&folder, id)?;
        let text = file::read_text(&folder.join(RECIPE))?.unwrap_or_default();
        let choices: RunChoices = file::read_json(&folder.join(REQUEST))?.unwrap_or_default();
        // The table and the model that it starts from may be newer by now; it goes on with those it began with.
        let plan: Option<PlanSummary> = file::read_json(&folder.join(PLAN))?;
        let pins =
            Pins { version: plan.map(|plan| plan.version), base: file::read_json(&folder.join(BASE))? };
        let planned = self.planned_on(&text, "recipe.toml", &choices, &pins).await?;
        let checkpoint = match summary.kind {
            RunKind::Train => read_checkpoint(&folder.join(CHECKPOINT))?,
            RunKind::UntilAccepted => accept::checkpoint_of(&folder)?,
            RunKind::Tune => None,
        };
        // Before anything is changed: whoever goes back to the version of the program that began it can still go on.
        let (place, kind) = (folder.clone(), summary.kind);
        let (planned, checkpoint, belongs) = blocking(move || {
            let belongs = match &checkpoint {
                Some(checkpoint) => check(&place, kind, &planned, checkpoint),
                None => Ok(()),
            };
            (planned, checkpoint, belongs)
        })
        .await?;
        belongs?;
        for name in [STOP, REPORT] {
            let path = folder.join(name);
            if path.exists() {
                fs::remove_file(&path).map_err(|error| Failure::io(&path, &error))?;
            }
        }
        summary.state = RunState::Running;
        self.ledger().update_run(&summary).await?;
        let before = last_line(&folder).map_err(|error| Failure::io(&folder, &error))?;
        self.work(summary, planned, choices, lock, checkpoint);
        Ok(before)
    }

    /// What there is to say of a run that is over.
    fn ended(&self, summary: &RunSummary) -> Result<Failure, Failure> {
        if summary.kind == RunKind::UntilAccepted && summary.state == RunState::Finished {
            let report: Option<TrainReport> = file::read_json(&self.folder().run(&summary.id).join(REPORT))?;
            if let Some(report) = report {
                return Ok(accept::over(&summary.id, &report));
            }
        }
        Ok(over(summary))
    }
}

/// Whether a run, or the round of its series under way, can go on from a checkpoint.
fn check(folder: &Path, kind: RunKind, planned: &Planned, checkpoint: &Checkpoint) -> Result<(), Failure> {
    let round = if kind == RunKind::UntilAccepted { accept::plan_under_way(folder, planned)? } else { None };
    check_checkpoint(round.as_ref().unwrap_or(&planned.plan), checkpoint).map_err(Failure::Conflict)
}

/// The checkpoint; without one the run begins anew, which comes to the same bits.
pub(crate) fn read_checkpoint(path: &Path) -> Result<Option<Checkpoint>, Failure> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Failure::io(path, &error)),
    };
    let read = Checkpoint::from_bytes(&bytes).map_err(|error| {
        let problem = Problem::error(phrase!("workbench.checkpoint").with_phrase("reason", &error.cause()));
        Failure::Wrong(
            problem.advise(phrase!("workbench.checkpoint_advice")).in_file(path.display().to_string()).into(),
        )
    })?;
    Ok(Some(read))
}

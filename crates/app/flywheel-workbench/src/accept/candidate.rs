//! The round to keep, should none better follow: its plan and its weights, also read back from the disk.

use std::path::Path;

use flywheel_learn::plan::TrainPlan;
use flywheel_learn::train::Outcome;

use super::planned;
use super::series::{Series, weights_of};
use crate::Failure;
use crate::run::{Job, Trained, judged_on_validation, read_checkpoint};

/// A round with what it needs to be kept.
pub(super) struct Candidate {
    /// Its place among the rounds, from 0.
    pub index: usize,
    pub plan: TrainPlan,
    pub trained: Trained,
}

impl Candidate {
    /// The best round of an earlier process, its weights judged anew, which comes to the same.
    pub fn restored(job: &Job, folder: &Path, series: &Series) -> Result<Option<Self>, Failure> {
        let Some(best) = series.best.clone() else { return Ok(None) };
        let Some(round) = series.rounds.get(best.index) else {
            return Err(Failure::broken("rounds.json", "its best round is none of its rounds"));
        };
        let plan = if best.index == 0 { job.planned.plan.clone() } else { planned(job, &round.recipe)? };
        let outcome = Outcome {
            state: best.state,
            weights: read_checkpoint(&weights_of(folder, best.index))?.map(|kept| kept.weights),
            epochs: round.epochs.clone(),
            best_epoch: best.best_epoch,
            stopped_because: best.stopped_because,
            findings: best.findings,
        };
        let validation = judged_on_validation(&plan, &outcome, job)?;
        Ok(Some(Self { index: best.index, plan, trained: Trained { outcome, validation } }))
    }
}

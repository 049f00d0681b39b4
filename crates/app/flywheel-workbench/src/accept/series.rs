//! What a series of rounds keeps on disk, so that one that was killed or stopped goes on where it stood.

use std::fs;
use std::path::{Path, PathBuf};

use flywheel_learn::accept::{NextRound, Round};
use flywheel_learn::plan::{TrainPlan, plan};
use flywheel_learn::train::{Checkpoint, LoopState};
use flywheel_spec::run::RunState;
use flywheel_spec::{Phrase, TrainSpec};
use serde::{Deserialize, Serialize};

use super::candidate::Candidate;
use crate::check::{Planned, machine};
use crate::run::{read_checkpoint, round_checkpoint};
use crate::{Failure, file};

/// The file's name in the run's folder.
const ROUNDS: &str = "rounds.json";

/// How the files begin that hold a round's kept weights.
const WEIGHTS: &str = "best-";

/// The rounds that are over, the best of them, and the one under way; written whenever a round is over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Series {
    /// What is over.
    pub rounds: Vec<Round>,
    /// The best of them; its weights lie beside.
    pub best: Option<Best>,
    /// The round under way; absent when none follows.
    pub under_way: Option<UnderWay>,
    /// How often the run had opened the test part when its last round was over.
    pub openings: u64,
}

/// The best round so far, and what its report needs besides the round itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Best {
    /// Its place among the rounds, from 0.
    pub index: usize,
    pub state: RunState,
    pub best_epoch: Option<usize>,
    pub stopped_because: Option<Phrase>,
    pub findings: Vec<Phrase>,
}

/// A round that was begun. What was chosen for it hung on the time that was left, so it is kept and not chosen again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UnderWay {
    /// What is trained, and what was changed before it.
    pub round: NextRound,
    /// Seconds that the run had worked before.
    pub begun_secs: f64,
}

impl Series {
    /// Before the first round.
    pub fn new(recipe: TrainSpec) -> Self {
        let round = NextRound { recipe, changes: Vec::new() };
        let first = UnderWay { round, begun_secs: 0.0 };
        Self { rounds: Vec::new(), best: None, under_way: Some(first), openings: 0 }
    }

    /// The series of a run's folder; absent until its first round is over.
    pub fn read(folder: &Path) -> Result<Option<Self>, Failure> {
        file::read_json(&folder.join(ROUNDS))
    }

    /// Epochs of the rounds that are over.
    pub fn epochs(&self) -> usize {
        self.rounds.iter().map(|round| round.epochs.len()).sum()
    }

    /// Keeps the series with the weights of its best round; a process that ends at any line of this loses nothing.
    pub(super) fn keep(&mut self, folder: &Path, kept: Option<&Candidate>) -> Result<(), Failure> {
        if let Some(kept) = kept {
            let outcome = &kept.trained.outcome;
            let path = weights_of(folder, kept.index);
            if let Some(weights) = outcome.weights.clone().filter(|_| !path.exists()) {
                let state = LoopState { best_epoch: outcome.best_epoch, ..LoopState::default() };
                let moment = Checkpoint { weights, optimizer: Vec::new(), best: None, state };
                file::write(&path, &moment.to_bytes())?;
            }
            self.best = Some(Best {
                index: kept.index,
                state: outcome.state,
                best_epoch: outcome.best_epoch,
                stopped_because: outcome.stopped_because.clone(),
                findings: outcome.findings.clone(),
            });
        }
        file::write_json(&folder.join(ROUNDS), self)?;
        // What belongs to rounds that are over, and to ones that were bettered, is not needed any more.
        let best = self.best.as_ref().map(|best| weights_of(folder, best.index));
        let passed = (1..=self.rounds.len()).map(|number| round_checkpoint(folder, number));
        let bettered = (0..self.rounds.len()).map(|index| weights_of(folder, index));
        for path in passed.chain(bettered.filter(|path| Some(path) != best.as_ref())) {
            let _ = fs::remove_file(path);
        }
        Ok(())
    }
}

/// Where the round under way stands; absent when it has to begin.
pub(crate) fn checkpoint_of(folder: &Path) -> Result<Option<Checkpoint>, Failure> {
    let over = Series::read(folder)?.map_or(0, |series| series.rounds.len());
    read_checkpoint(&round_checkpoint(folder, over + 1))
}

/// The plan of the round under way; absent where that is the first, which is the run's own.
pub(crate) fn plan_under_way(folder: &Path, planned: &Planned) -> Result<Option<TrainPlan>, Failure> {
    let later = Series::read(folder)?.filter(|series| !series.rounds.is_empty());
    let Some(UnderWay { round, .. }) = later.and_then(|series| series.under_way) else { return Ok(None) };
    let (plan, _) = plan(&round.recipe, &planned.table, planned.base.as_ref(), &machine())?;
    Ok(Some(plan))
}

/// The file of a round's kept weights, by its place from 0.
pub(super) fn weights_of(folder: &Path, index: usize) -> PathBuf {
    folder.join(format!("{WEIGHTS}{}.safetensors", index + 1))
}

/// Removes the weights of a series that is over: its model holds them.
pub(super) fn clear(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        if name.to_str().is_some_and(|name| name.starts_with(WEIGHTS) && name.ends_with(".safetensors")) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

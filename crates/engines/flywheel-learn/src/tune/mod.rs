//! The search for better settings: random or TPE, hopeless trials stopped early, resumable and replayable.
//!
//! A trial's settings depend on the seed, its number and the outcomes of the trials before it, on nothing else.
//! So a search that was killed goes on as if it never had been: the state is the list of finished trials.

mod asha;
mod importance;
mod report;
mod space;
mod tpe;

use flywheel_spec::Problems;
use flywheel_spec::recipe::{MetricName, TrainSpec, TuneMethod, TuneSpec};
use flywheel_spec::tune::TrialState;
use flywheel_stats::chance::Chance;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use report::report;
pub use space::{Setting, Space, Values};

/// A trial that is over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trial {
    /// The values tried, in the order of the search.
    pub settings: Vec<Value>,
    /// How it ended.
    pub state: TrialState,
    /// The metric after each epoch; absent where undefined.
    pub curve: Vec<Option<f64>>,
    /// Seconds it took.
    pub secs: f64,
}

/// The finished trials in the order begun; written after each, it is all that a search needs to go on.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TuneState {
    /// The trials.
    pub trials: Vec<Trial>,
}

/// What became of a trial, as its runner saw it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TrialEnd {
    /// It ran until told to stop, or to its last epoch.
    Ran {
        /// Seconds it took.
        secs: f64,
    },
    /// Its recipe can't run on this data, or its numbers left the finite.
    Failed {
        /// Seconds it took.
        secs: f64,
    },
    /// A person stopped the search; the trial doesn't count and is begun anew on resuming.
    Interrupted,
}

/// Trains one recipe for a search.
pub trait TrialRunner {
    /// Trains `recipe` as trial `number` (from 1), calling `after_epoch` with the metric on the validation part after each
    /// epoch; when that answers false, training stops there.
    fn run(
        &mut self,
        number: usize,
        recipe: &TrainSpec,
        after_epoch: &mut dyn FnMut(Option<f64>) -> bool,
    ) -> TrialEnd;

    /// Hears why the settings of trial `number` do not go together; that trial has failed.
    fn refused(&mut self, _number: usize, _why: &Problems) {}

    /// Keeps the state, which now holds one more trial.
    fn keep(&mut self, state: &TuneState);
}

/// A search laid out.
#[derive(Debug, Clone, PartialEq)]
pub struct Tuning {
    /// The recipe whose settings change.
    pub spec: TrainSpec,
    /// What may change.
    pub space: Space,
    /// The metric to improve.
    pub metric: MetricName,
    method: TuneSpec,
}

impl Tuning {
    /// Checks the tuning part of a recipe; `metric` is improved where it names none. Absent when the recipe has no such part.
    pub fn of(spec: &TrainSpec, metric: MetricName) -> Option<Result<Self, Problems>> {
        let tune = spec.tune.clone()?;
        Some(Space::of(spec, &tune.search).map(|space| Self {
            spec: TrainSpec { tune: None, ..spec.clone() },
            space,
            metric: tune.metric.unwrap_or(metric),
            method: tune,
        }))
    }

    /// Epochs allowed over all trials.
    pub fn budget_epochs(&self) -> Option<usize> {
        self.method.budget_epochs
    }

    /// Runs trials until their number or the budget is spent, or the runner is interrupted; returns true unless it was.
    pub fn run(&self, state: &mut TuneState, runner: &mut dyn TrialRunner) -> bool {
        while state.trials.len() < self.method.trials && self.left(state) > 0 {
            let settings = self.next(state);
            let recipe = match self.space.apply(&self.spec, &settings) {
                Ok(recipe) => recipe,
                Err(why) => {
                    // Each value alone was checked before; two together may not fit, and that trial has failed.
                    runner.refused(state.trials.len() + 1, &why);
                    let trial = Trial { settings, state: TrialState::Failed, curve: Vec::new(), secs: 0.0 };
                    state.trials.push(trial);
                    runner.keep(state);
                    continue;
                }
            };
            let allowed = self.left(state);
            let mut curve: Vec<Option<f64>> = Vec::new();
            let mut stopped = false;
            let end = runner.run(state.trials.len() + 1, &recipe, &mut |value| {
                curve.push(value.filter(|value| value.is_finite()));
                let last = curve.len() >= recipe.train.epochs;
                let go_on = curve.len() < allowed && self.goes_on(state, &curve);
                stopped |= !go_on && !last;
                go_on
            });
            let (ended, secs) = match end {
                TrialEnd::Interrupted => return false,
                TrialEnd::Failed { secs } => (TrialState::Failed, secs),
                TrialEnd::Ran { secs } if stopped => (TrialState::StoppedEarly, secs),
                TrialEnd::Ran { secs } => (TrialState::Finished, secs),
            };
            state.trials.push(Trial { settings, state: ended, curve, secs });
            runner.keep(state);
        }
        true
    }

    /// The settings of the next trial; the first is the recipe as it stands, where that lies within the search.
    pub fn next(&self, state: &TuneState) -> Vec<Value> {
        let number = state.trials.len();
        if let (0, Some(current)) = (number, self.space.current(&self.spec)) {
            return current;
        }
        let chance = Chance::new(self.spec.seed).stream("tune").stream(number as u64);
        match self.method.method {
            TuneMethod::Random => self.space.draw(&chance),
            TuneMethod::Tpe => {
                let ranked = self.ranked(state);
                let values: Vec<&[Value]> = ranked.iter().map(|trial| trial.settings.as_slice()).collect();
                tpe::propose(&self.space, &values, &chance)
            }
        }
    }

    /// The trial with the best value, among those that ran to their end if there are any.
    pub fn best(&self, state: &TuneState) -> Option<usize> {
        let best = *self.ranked(state).first()?;
        best.best(self.metric)?;
        state.trials.iter().position(|trial| std::ptr::eq(trial, best))
    }

    /// Trials the best first: those that finished by their value, then those stopped early, later stops before earlier
    /// ones, then those that failed.
    fn ranked<'a>(&self, state: &'a TuneState) -> Vec<&'a Trial> {
        let mut ranked: Vec<&Trial> = state.trials.iter().collect();
        let key = |trial: &Trial| {
            let group = match (trial.state, trial.best(self.metric)) {
                (_, None) | (TrialState::Failed, _) => 2,
                (TrialState::Finished | TrialState::Running, _) => 0,
                (TrialState::StoppedEarly, _) => 1,
            };
            let epochs = if group == 1 { trial.curve.len() } else { 0 };
            (group, std::cmp::Reverse(epochs))
        };
        let loss = |trial: &Trial| trial.best(self.metric).map_or(f64::INFINITY, |value| self.loss(value));
        ranked.sort_by(|a, b| key(a).cmp(&key(b)).then(loss(a).total_cmp(&loss(b))));
        ranked
    }

    fn goes_on(&self, state: &TuneState, curve: &[Option<f64>]) -> bool {
        let Some(asha) = self.method.asha else { return true };
        let best_by = |curve: &[Option<f64>]| best_of(curve, self.metric).map(|value| self.loss(value));
        let Some(own) = best_by(curve) else { return true };
        let epoch = curve.len();
        let others = state
            .trials
            .iter()
            .filter(|trial| trial.curve.len() >= epoch)
            .filter_map(|trial| best_by(&trial.curve[..epoch]));
        asha::goes_on(asha, epoch, own, others)
    }

    fn left(&self, state: &TuneState) -> usize {
        let spent: usize = state.trials.iter().map(|trial| trial.curve.len()).sum();
        self.method.budget_epochs.map_or(usize::MAX, |budget| budget.saturating_sub(spent))
    }

    fn loss(&self, value: f64) -> f64 {
        if self.metric.more_is_better() { -value } else { value }
    }
}

impl Trial {
    /// The best value of its epochs.
    pub fn best(&self, metric: MetricName) -> Option<f64> {
        best_of(&self.curve, metric)
    }
}

fn best_of(curve: &[Option<f64>], metric: MetricName) -> Option<f64> {
    let values = curve.iter().flatten().copied();
    if metric.more_is_better() { values.max_by(f64::total_cmp) } else { values.min_by(f64::total_cmp) }
}

#[cfg(test)]
mod tests;

//! A search over settings: each trial planned and trained, the state kept after each, so that a killed search goes on.

use std::io;
use std::time::{Duration, Instant};

use flywheel_learn::plan::{plan, train};
use flywheel_learn::train::{Checkpoint, Watch};
use flywheel_learn::tune::{TrialEnd, TrialRunner, TuneState, Tuning, report};
use flywheel_spec::event::TrainEvent;
use flywheel_spec::run::RunState;
use flywheel_spec::{Phrase, Problems, TrainSpec, phrase};

use crate::check::machine;
use crate::run::{Job, Recorder, TUNE};
use crate::{Failure, file};

/// The trials so far, from which a killed search goes on.
const STATE: &str = "trials.json";

/// The best trial's recipe.
const BEST: &str = "best.toml";

/// Searches, from the trials that an earlier process finished.
pub(crate) fn search(job: &Job, recorder: &mut Recorder) -> Result<(), Failure> {
    let spec = &job.planned.spec;
    let folder = job.workbench.folder().run(&recorder.summary.id);
    let Some(tuning) = Tuning::of(spec, job.planned.plan.keep_best) else {
        return Err(Failure::broken("the run", "its recipe has no [tune]"));
    };
    let tuning = tuning?;
    let mut state: TuneState = file::read_json(&folder.join(STATE))?.unwrap_or_default();
    let trials = spec.tune.as_ref().map_or(0, |tune| tune.trials);
    recorder.summary.metric = Some(tuning.metric);
    recorder.summary.planned_epochs = tuning.budget_epochs().unwrap_or(trials * spec.train.epochs);
    recorder.summary.epochs = state.trials.iter().map(|trial| trial.curve.len()).sum();
    recorder.save();
    let mut runner = Runner { job, recorder, tuning: &tuning, trouble: None, told: false };
    let done = tuning.run(&mut state, &mut runner);
    if let Some(trouble) = runner.trouble.take() {
        return Err(trouble);
    }
    let found = report(&tuning, &state);
    file::write_json(&folder.join(TUNE), &found)?;
    let message = match (&found.best_recipe, found.findings.first()) {
        (Some(recipe), _) => {
            let path = folder.join(BEST);
            file::write(&path, recipe.as_bytes())?;
            phrase!("workbench.tuned", path = path.display())
        }
        (None, Some(finding)) => finding.clone(),
        (None, None) => phrase!("workbench.stopped_without"),
    };
    recorder.finish(if done { RunState::Finished } else { RunState::Stopped }, message);
    Ok(())
}

struct Runner<'a> {
    job: &'a Job,
    recorder: &'a mut Recorder,
    tuning: &'a Tuning,
    trouble: Option<Failure>,
    /// Whether it was said why a trial failed.
    told: bool,
}

impl Runner<'_> {
    /// Says why a trial failed, of the first that does: the others mostly fail alike.
    fn tell(&mut self, number: usize, why: &Phrase) {
        if !std::mem::replace(&mut self.told, true) {
            self.recorder.note(phrase!("workbench.trial_failed", number = number).with_phrase("reason", why));
        }
    }
}

impl TrialRunner for Runner<'_> {
    fn run(
        &mut self,
        number: usize,
        recipe: &TrainSpec,
        after_epoch: &mut dyn FnMut(Option<f64>) -> bool,
    ) -> TrialEnd {
        let begun = Instant::now();
        if self.recorder.stopping() || self.trouble.is_some() {
            return TrialEnd::Interrupted;
        }
        self.recorder.note(phrase!("workbench.trial", number = number));
        let planned = plan(recipe, &self.job.planned.table, self.job.planned.base.as_ref(), &machine());
        let secs = || begun.elapsed().as_secs_f64();
        let mut planned = match planned {
            Ok((planned, _)) => planned,
            Err(why) => {
                self.refused(number, &why);
                return TrialEnd::Failed { secs: secs() };
            }
        };
        planned.keep_best = self.tuning.metric;
        let mut watch = TrialWatch { recorder: self.recorder, after_epoch, enough: false };
        let outcome = train(&planned, None, &mut watch);
        let enough = watch.enough;
        match outcome {
            Ok(outcome) if outcome.state == RunState::Failed => {
                let why = outcome.stopped_because.unwrap_or_else(|| phrase!("workbench.diverged"));
                self.tell(number, &why);
                TrialEnd::Failed { secs: secs() }
            }
            Ok(outcome) if outcome.state == RunState::Stopped && !enough => TrialEnd::Interrupted,
            Ok(_) => TrialEnd::Ran { secs: secs() },
            Err(why) => {
                self.refused(number, &why);
                TrialEnd::Failed { secs: secs() }
            }
        }
    }

    fn refused(&mut self, number: usize, why: &Problems) {
        self.tell(number, &Failure::from(why.clone()).said());
    }

    fn keep(&mut self, state: &TuneState) {
        let folder = self.job.workbench.folder().run(&self.recorder.summary.id);
        let kept = file::write_json(&folder.join(STATE), state)
            .and_then(|()| file::write_json(&folder.join(TUNE), &report(self.tuning, state)));
        if let Err(failure) = kept {
            self.trouble.get_or_insert(failure);
        }
        self.recorder.save();
    }
}

/// Watches one trial: counts its epochs for the run and ends it when the search has seen enough.
struct TrialWatch<'a, 'f> {
    recorder: &'a mut Recorder,
    after_epoch: &'f mut dyn FnMut(Option<f64>) -> bool,
    enough: bool,
}

impl Watch for TrialWatch<'_, '_> {
    fn event(&mut self, event: TrainEvent) {
        if let TrainEvent::Epoch(report) = event {
            self.enough = !(self.after_epoch)(report.validation_metric);
            self.recorder.count_epoch(report.metric, report.validation_metric);
        }
    }

    fn checkpoint(&mut self, _: &Checkpoint) -> io::Result<()> {
        Ok(())
    }

    fn stopping(&self) -> bool {
        self.enough || self.recorder.stopping()
    }

    fn elapsed(&self) -> Duration {
        self.recorder.elapsed()
    }
}

//! *Until it is good enough*: train, judge, adjust, train again, until the bar is met or the budget is spent.
//!
//! What is over is kept on disk after each round, so that a series that was killed or stopped goes on where it stood.

mod candidate;
mod series;

use std::time::Duration;

use flywheel_learn::accept::{NextRound, Round, bars, best, next};
use flywheel_learn::plan::{TrainPlan, plan, train};
use flywheel_learn::train::Checkpoint;
use flywheel_spec::run::{AcceptRound, RunState, TrainReport};
use flywheel_spec::{Problem, TrainSpec, phrase};

use crate::check::machine;
use crate::run::{Job, Opening, REPORT, Recorder, Trained, finished_report, judged_on_validation, keep};
use crate::{Failure, file};

use candidate::Candidate;
use series::UnderWay;
pub(crate) use series::{Series, checkpoint_of, plan_under_way};

/// The budget when none is given: an hour.
const BUDGET_SECS: f64 = 3600.0;

/// Why no round follows.
enum End {
    /// A person stopped the series; it can go on.
    Stopped,
    /// The bar is met, the budget spent or nothing left to try; the run had opened the test part so often before.
    Over { openings: u64 },
}

/// Trains round after round, from where an earlier process left off; the sealed test part is opened once, at the end.
pub(crate) fn until_accepted(
    job: &Job,
    recorder: &mut Recorder,
    mut checkpoint: Option<Checkpoint>,
) -> Result<(), Failure> {
    let folder = job.workbench.folder().run(&recorder.summary.id);
    let budget = job.choices.budget_secs.unwrap_or(BUDGET_SECS);
    recorder.limit(Duration::from_secs_f64(budget));
    let earlier = Series::read(&folder)?;
    let mut goes_on = earlier.is_some() || checkpoint.is_some();
    let mut series = earlier.unwrap_or_else(|| Series::new(job.planned.plan.spec.clone()));
    let mut kept = Candidate::restored(job, &folder, &series)?;
    let mut ready = None;
    while let Some(UnderWay { round: NextRound { recipe, changes }, begun_secs }) = series.under_way.take() {
        let left = budget - recorder.secs();
        if left <= 0.0 && checkpoint.is_none() && !series.rounds.is_empty() {
            series.openings = openings(job, recorder)?;
            series.keep(&folder, kept.as_ref())?;
            break;
        }
        let number = series.rounds.len() + 1;
        recorder.begin_round(number, series.epochs());
        if std::mem::take(&mut goes_on) {
            recorder.note(phrase!("workbench.round_goes_on", round = number, secs = left.max(0.0).round()));
        } else {
            recorder.note(phrase!("workbench.round", round = number));
            changes.iter().for_each(|change| recorder.note(change.clone()));
        }
        let planned = match ready.take() {
            Some(plan) => plan,
            None if number == 1 => job.planned.plan.clone(),
            None => planned(job, &recipe)?,
        };
        let trained = one_round(job, recorder, &planned, checkpoint.take())?;
        let secs = recorder.secs() - begun_secs;
        let round =
            judged(job, &planned, &trained, NextRound { recipe: planned.spec.clone(), changes }, secs);
        let cut = trained.outcome.state == RunState::Stopped && recorder.stop_asked() && !round.accepted();
        // A round that a person cut off is told, and gone on with when the series is.
        let mut rounds = series.rounds.clone();
        rounds.push(round);
        if best(&rounds) == Some(number - 1) || kept.is_none() {
            kept = Some(Candidate { index: number - 1, plan: planned, trained });
        }
        if cut {
            return finish(job, recorder, &rounds, kept, &End::Stopped);
        }
        series.rounds = rounds;
        recorder.save();
        (series.under_way, ready) = following(job, recorder, &mut series.rounds, budget)?.unzip();
        series.openings = openings(job, recorder)?;
        series.keep(&folder, kept.as_ref())?;
        if series.under_way.is_some() && recorder.stop_asked() {
            return finish(job, recorder, &series.rounds, kept, &End::Stopped);
        }
    }
    finish(job, recorder, &series.rounds, kept, &End::Over { openings: series.openings })?;
    series::clear(&folder);
    Ok(())
}

/// What there is to say of a series that cannot be gone on with.
pub(crate) fn over(id: &str, report: &TrainReport) -> Failure {
    let model = report.model.clone().unwrap_or_else(|| "–".to_owned());
    let problem = match report.rounds.iter().find(|round| round.accepted) {
        Some(round) => Problem::error(phrase!("workbench.series_met", id = id, round = round.round))
            .advise(phrase!("workbench.series_met_advice", model = model)),
        None => Problem::error(phrase!("workbench.series_spent", id = id, model = model))
            .advise(phrase!("workbench.series_spent_advice")),
    };
    Failure::Conflict(problem)
}

/// The rounds as they are reported.
pub(crate) fn reported(rounds: &[Round]) -> Vec<AcceptRound> {
    let one = |(index, round): (usize, &Round)| AcceptRound {
        round: index + 1,
        changes: round.changes.clone(),
        bars: round.bars.clone(),
        accepted: round.accepted(),
        epochs: round.epochs.len(),
        secs: round.secs,
    };
    rounds.iter().enumerate().map(one).collect()
}

fn planned(job: &Job, recipe: &TrainSpec) -> Result<TrainPlan, Failure> {
    let (planned, _) = plan(recipe, &job.planned.table, job.planned.base.as_ref(), &machine())?;
    Ok(planned)
}

fn one_round(
    job: &Job,
    recorder: &mut Recorder,
    planned: &TrainPlan,
    checkpoint: Option<Checkpoint>,
) -> Result<Trained, Failure> {
    let outcome = train(planned, checkpoint, recorder)?;
    let validation = judged_on_validation(planned, &outcome, job)?;
    Ok(Trained { outcome, validation })
}

/// A round held against the bars.
fn judged(job: &Job, planned: &TrainPlan, trained: &Trained, round: NextRound, secs: f64) -> Round {
    let outcome = &trained.outcome;
    let bars = bars(&job.planned.spec.accept.unwrap_or_default(), trained.validation.as_ref());
    let best_epoch = outcome.best_epoch.and_then(|epoch| outcome.epochs.get(epoch - 1));
    let same_metric = bars.first().is_some_and(|bar| bar.metric == planned.keep_best);
    Round {
        recipe: round.recipe,
        changes: round.changes,
        epochs: outcome.epochs.clone(),
        bars,
        train_value: best_epoch.filter(|_| same_metric).and_then(|epoch| epoch.train_metric),
        diverged: outcome.state == RunState::Failed,
        images: planned.prepared.preparation.image().is_some(),
        secs,
    }
}

/// The next round that can be planned; a change that does not fit the data counts as tried and gives way to another.
fn following(
    job: &Job,
    recorder: &mut Recorder,
    rounds: &mut Vec<Round>,
    budget: f64,
) -> Result<Option<(UnderWay, TrainPlan)>, Failure> {
    loop {
        let left = budget - recorder.secs();
        if left <= 0.0 {
            return Ok(None);
        }
        let Some(round) = next(rounds, left) else { return Ok(None) };
        match planned(job, &round.recipe) {
            Ok(plan) => return Ok(Some((UnderWay { round, begun_secs: recorder.summary.secs }, plan))),
            Err(failure @ Failure::Wrong(_)) => {
                round.changes.iter().for_each(|change| recorder.note(change.clone()));
                recorder.note(phrase!("workbench.round_unfit").with_phrase("reason", &failure.said()));
                rounds.push(unfit(job, round));
            }
            Err(failure) => return Err(failure),
        }
    }
}

/// A round that never began, so that its change is not tried again.
fn unfit(job: &Job, round: NextRound) -> Round {
    Round {
        recipe: round.recipe,
        changes: round.changes,
        epochs: Vec::new(),
        bars: bars(&job.planned.spec.accept.unwrap_or_default(), None),
        train_value: None,
        diverged: true,
        images: false,
        secs: 0.0,
    }
}

/// How often this run opened the test part so far.
fn openings(job: &Job, recorder: &Recorder) -> Result<u64, Failure> {
    let (table, run) = (&job.planned.plan.table, &recorder.summary.id);
    job.handle.block_on(job.workbench.ledger().openings_by(table, run))
}

fn finish(
    job: &Job,
    recorder: &mut Recorder,
    rounds: &[Round],
    kept: Option<Candidate>,
    end: &End,
) -> Result<(), Failure> {
    let Some(Candidate { index, plan, mut trained }) = kept else {
        recorder.finish(RunState::Stopped, phrase!("workbench.stopped_without"));
        return Ok(());
    };
    if matches!(end, End::Over { .. }) {
        trained.refit(job, &plan, recorder)?;
    }
    let state = match end {
        End::Stopped => RunState::Stopped,
        End::Over { .. } if trained.outcome.state == RunState::Failed => RunState::Failed,
        End::Over { .. } => RunState::Finished,
    };
    trained.outcome.state = state;
    let opening = match end {
        End::Stopped => Opening::Sealed,
        End::Over { openings } => Opening::OnceAfter(*openings),
    };
    let kept = keep(job, recorder, &plan, &trained, opening)?;
    let message = match (&kept.model, end) {
        (None, _) => phrase!("workbench.stopped_without"),
        (Some(model), End::Stopped) => {
            phrase!("workbench.series_stopped", round = rounds.len(), model = model)
        }
        (Some(_), End::Over { .. }) if rounds[index].accepted() => {
            phrase!("workbench.accepted", round = index + 1)
        }
        (Some(_), End::Over { .. }) => phrase!("workbench.not_accepted", round = index + 1),
    };
    let mut report = finished_report(job, recorder, &plan, trained, kept, reported(rounds));
    report.findings.insert(0, message.clone());
    file::write_json(&job.workbench.folder().run(&recorder.summary.id).join(REPORT), &report)?;
    if let Some(trouble) = recorder.trouble.take() {
        return Err(trouble);
    }
    recorder.finish(state, message);
    Ok(())
}

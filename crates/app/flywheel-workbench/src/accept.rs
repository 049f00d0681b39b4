//! *Until it is good enough*: train, judge, adjust, train again, until the bar is met or the budget is spent.

use std::time::{Duration, Instant};

use flywheel_learn::accept::{Round, bars, best, next};
use flywheel_learn::plan::{TrainPlan, plan, train};
use flywheel_learn::train::Watch;
use flywheel_spec::recipe::TrainSpec;
use flywheel_spec::run::{AcceptRound, RunState};
use flywheel_spec::{Phrase, phrase};

use crate::check::machine;
use crate::run::{Job, REPORT, Recorder, Trained, finished_report, judged_on, keep};
use crate::{Failure, file};

/// The budget when none is given: an hour.
const BUDGET_SECS: f64 = 3600.0;

/// A round with what it needs to be kept.
struct Candidate {
    index: usize,
    plan: TrainPlan,
    trained: Trained,
}

/// Trains round after round; the sealed test part is opened once, at the end.
pub(crate) fn until_accepted(job: &Job, recorder: &mut Recorder) -> Result<(), Failure> {
    let budget = job.choices.budget_secs.unwrap_or(BUDGET_SECS);
    recorder.limit(Duration::from_secs_f64(budget));
    let mut rounds: Vec<Round> = Vec::new();
    let mut kept: Option<Candidate> = None;
    let mut upcoming = Some((job.planned.plan.clone(), Vec::new()));
    while let Some((planned, changes)) = upcoming.take() {
        let index = rounds.len();
        recorder.note(phrase!("workbench.round", round = index + 1));
        changes.iter().for_each(|change: &Phrase| recorder.note(change.clone()));
        let (round, trained) = one_round(job, recorder, &planned, changes)?;
        rounds.push(round);
        if best(&rounds) == Some(index) || kept.is_none() {
            kept = Some(Candidate { index, plan: planned, trained });
        }
        if recorder.stopping() {
            break;
        }
        let left = budget - recorder.elapsed().as_secs_f64();
        upcoming = following(job, &rounds, left)?;
    }
    finish(job, recorder, &rounds, kept)
}

fn one_round(
    job: &Job,
    recorder: &mut Recorder,
    planned: &TrainPlan,
    changes: Vec<Phrase>,
) -> Result<(Round, Trained), Failure> {
    let begun = Instant::now();
    let outcome = train(planned, None, recorder)?;
    recorder.next_round();
    let rows = planned.prepared.parts.validation.rows();
    let validation = judged_on(planned, &outcome, "validation", &planned.validation, rows, job)?;
    let bars = bars(&job.planned.spec.accept.unwrap_or_default(), validation.as_ref());
    let best_epoch = outcome.best_epoch.and_then(|epoch| outcome.epochs.get(epoch - 1));
    let same_metric = bars.first().is_some_and(|bar| bar.metric == planned.keep_best);
    let round = Round {
        recipe: planned.spec.clone(),
        changes,
        epochs: outcome.epochs.clone(),
        bars,
        train_value: best_epoch.filter(|_| same_metric).and_then(|epoch| epoch.train_metric),
        diverged: outcome.state == RunState::Failed,
        images: planned.prepared.preparation.image().is_some(),
        secs: begun.elapsed().as_secs_f64(),
    };
    Ok((round, Trained { outcome, validation }))
}

/// The next round that can be planned; a change that does not fit the data counts as tried and gives way to another.
fn following(job: &Job, rounds: &[Round], left: f64) -> Result<Option<(TrainPlan, Vec<Phrase>)>, Failure> {
    let Some(upcoming) = next(rounds, left) else { return Ok(None) };
    let recipe: TrainSpec = upcoming.recipe;
    let (planned, _) = plan(&recipe, &job.planned.table, job.planned.base.as_ref(), &machine())?;
    Ok(Some((planned, upcoming.changes)))
}

fn finish(
    job: &Job,
    recorder: &mut Recorder,
    rounds: &[Round],
    kept: Option<Candidate>,
) -> Result<(), Failure> {
    let Some(Candidate { index, plan, mut trained }) = kept else {
        recorder.finish(RunState::Stopped, phrase!("workbench.stopped_without"));
        return Ok(());
    };
    let accepted = rounds[index].accepted();
    let state = match trained.outcome.state {
        RunState::Failed => RunState::Failed,
        _ if recorder.stop_asked() && !accepted => RunState::Stopped,
        _ => RunState::Finished,
    };
    trained.outcome.state = state;
    let has_model = trained.outcome.weights.is_some();
    let version = keep(job, recorder, &plan, &trained, has_model)?;
    let rounds = rounds.iter().enumerate().map(|(index, round)| reported(index, round)).collect();
    let mut report = finished_report(job, recorder, &plan, trained, version, rounds);
    let message = match (has_model, accepted) {
        (false, _) => phrase!("workbench.stopped_without"),
        (true, true) => phrase!("workbench.accepted", round = index + 1),
        (true, false) => phrase!("workbench.not_accepted", round = index + 1),
    };
    report.findings.insert(0, message.clone());
    file::write_json(&job.workbench.folder().run(&recorder.summary.id).join(REPORT), &report)?;
    if let Some(trouble) = recorder.trouble.take() {
        return Err(trouble);
    }
    recorder.finish(state, message);
    Ok(())
}

fn reported(index: usize, round: &Round) -> AcceptRound {
    AcceptRound {
        round: index + 1,
        changes: round.changes.clone(),
        bars: round.bars.clone(),
        accepted: round.accepted(),
        epochs: round.epochs.len(),
        secs: round.secs,
    }
}

//! The report of how tasks go: success, time, errors at each step, and where there is friction.

use flywheel_people::{FoldError, Identity};
use flywheel_spec::evaluation::Estimate;
use flywheel_spec::product::experience::{ExperienceReport, Friction, FrictionPlace, TaskReport, TaskStep};
use flywheel_spec::product::{Answer, Chart, ChartKind, Series};
use flywheel_spec::{Phrase, phrase};

use super::{Experience, State, Task, TaskState};
use crate::clustered::{quantile, share_of};
use crate::figures::{number_with, percent_with};
use crate::told::{Told, invariant};

/// How many places of each friction are told.
const PLACES_AT_MOST: usize = 10;

impl Told for Experience {
    fn report(&self, mut state: State, _: &Identity) -> Result<Answer, FoldError> {
        self.make_room(&mut state);
        let mut tasks = Vec::new();
        for (task, state) in self.tasks.iter().zip(&mut state.tasks) {
            tasks.push(task_report(task, state)?);
        }
        let friction: Vec<Friction> = self
            .friction
            .iter()
            .zip(state.friction)
            .map(|((_, event), state)| {
                let mut places: Vec<FrictionPlace> = state
                    .places
                    .into_iter()
                    .map(|(place, (events, people))| FrictionPlace { place, events, people })
                    .collect();
                places.sort_by(|one, two| two.events.cmp(&one.events).then(one.place.cmp(&two.place)));
                places.truncate(PLACES_AT_MOST);
                Friction { event: event.clone(), events: state.events, people: state.people, places }
            })
            .collect();
        let (findings, charts) = (findings(&tasks, &friction), charts(&tasks));
        Ok(Answer::Experience(ExperienceReport { findings, tasks, friction, charts, ..Default::default() }))
    }
}

fn task_report(task: &Task, state: &mut TaskState) -> Result<TaskReport, FoldError> {
    let attempts = state.sums.sum(2) as u64;
    let parts = state.succeeded + state.abandoned + state.failed + state.dead_ends;
    invariant(attempts == parts, || format!("experience: {parts} ends of {attempts} attempts"))?;
    let stuck: u64 = state.steps.iter().map(|step| step.dead_ends).sum();
    invariant(stuck == state.dead_ends && state.steps[0].reached == attempts, || {
        format!("experience: {stuck} of {} dead ends at steps", state.dead_ends)
    })?;
    let mut secs: Vec<f64> = state.took.iter().map(|micros| *micros as f64 / 1e6).collect();
    secs.sort_by(f64::total_cmp);
    let names = std::iter::once(&task.start_name).chain(task.steps.iter().map(|(_, name)| name));
    let mut steps = Vec::new();
    for (name, step) in names.zip(&state.steps) {
        invariant(step.with_error <= attempts && step.reached <= attempts, || {
            format!("experience: `{name}` above 100%")
        })?;
        steps.push(TaskStep {
            step: name.clone(),
            reached: step.reached,
            with_error: step.with_error,
            error_rate: share_of(step.with_error.min(step.reached), step.reached),
            rage_clicks: step.rage_clicks,
            dead_ends: step.dead_ends,
        });
    }
    Ok(TaskReport {
        name: task.name.clone(),
        people: state.people,
        attempts,
        succeeded: state.succeeded,
        abandoned: state.abandoned,
        failed: state.failed,
        dead_ends: state.dead_ends,
        open: state.open,
        success: state.sums.share(0, 2),
        median_secs: quantile(&secs, 0.5),
        p90_secs: quantile(&secs, 0.9),
        retries: state.retries,
        with_friction: state.sums.share(1, 2),
        steps,
    })
}

fn findings(tasks: &[TaskReport], friction: &[Friction]) -> Vec<Phrase> {
    let mut findings = Vec::new();
    let mut worst_first: Vec<&TaskReport> = tasks.iter().collect();
    let success = |task: &TaskReport| task.success.as_ref().map_or(2.0, |success| success.value);
    worst_first.sort_by(|one, two| success(one).total_cmp(&success(two)));
    for task in worst_first {
        let Some(success) = &task.success else {
            findings.push(phrase!("growth.task_untried", name = task.name));
            continue;
        };
        findings.push(phrase!(
            "growth.task_success",
            name = task.name,
            share = percent_with(success),
            attempts = task.attempts,
            people = task.people,
        ));
        if let (Some(median), Some(p90)) = (&task.median_secs, &task.p90_secs) {
            let secs = |estimate: &Estimate| number_with(estimate);
            findings.push(phrase!(
                "growth.task_time",
                name = task.name,
                median = secs(median),
                p90 = secs(p90)
            ));
        }
        let stuck = task.steps.iter().max_by_key(|step| step.dead_ends).filter(|step| step.dead_ends > 0);
        if let Some(step) = stuck {
            findings.push(phrase!(
                "growth.task_dead_end",
                name = task.name,
                step = step.step,
                here = step.dead_ends,
                all = task.dead_ends,
            ));
        }
        let rate = |step: &TaskStep| step.error_rate.as_ref().map_or(0.0, |rate| rate.low);
        let erring = task.steps.iter().max_by(|one, two| rate(one).total_cmp(&rate(two)));
        if let Some(step) = erring
            && let Some(rate) = step.error_rate.as_ref().filter(|_| step.with_error > 0)
        {
            findings.push(phrase!(
                "growth.task_error",
                name = task.name,
                step = step.step,
                share = percent_with(rate)
            ));
        }
    }
    for kind in friction.iter().filter(|kind| kind.events > 0) {
        let place = kind.places.first().map_or("–", |place| place.place.as_str());
        findings.push(phrase!(
            "growth.friction",
            event = kind.event,
            events = kind.events,
            people = kind.people,
            place = place
        ));
    }
    if findings.is_empty() {
        findings.push(phrase!("growth.no_friction"));
    }
    findings
}

fn charts(tasks: &[TaskReport]) -> Vec<Chart> {
    let ends = |name: &str, value: fn(&TaskReport) -> u64| {
        Series::word(name, tasks.iter().map(|task| Some(value(task) as f64)).collect())
    };
    let mut charts = Vec::new();
    if !tasks.is_empty() {
        charts.push(Chart {
            kind: ChartKind::StackedBar,
            title: phrase!("growth.chart_tasks"),
            axis: tasks.iter().map(|task| task.name.clone()).collect(),
            axis_titles: Vec::new(),
            series: vec![
                ends("succeeded", |task| task.succeeded),
                ends("abandoned", |task| task.abandoned),
                ends("failed", |task| task.failed),
                ends("dead ends", |task| task.dead_ends),
            ],
        });
    }
    for task in tasks.iter().filter(|task| task.steps.len() > 1) {
        charts.push(Chart {
            kind: ChartKind::Bar,
            title: phrase!("growth.chart_errors", name = task.name),
            axis: task.steps.iter().map(|step| step.step.clone()).collect(),
            axis_titles: Vec::new(),
            series: vec![Series::word(
                "error rate",
                task.steps.iter().map(|step| step.error_rate.as_ref().map(|rate| rate.value)).collect(),
            )],
        });
    }
    charts
}

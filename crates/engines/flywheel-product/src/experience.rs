//! Task success, time on task, and friction.

use std::collections::BTreeMap;

use flywheel_people::{Column, FoldError, Identity, PersonEvents, Question, Reading};
use flywheel_spec::evaluation::Estimate;
use flywheel_spec::product::experience::{
    ExperienceReport, ExperienceSpec, Friction, FrictionPlace, TaskReport, TaskSpec, TaskStep,
};
use flywheel_spec::product::{Answer, Chart, ChartKind, EventFilter, Interval, Series};
use flywheel_spec::{Phrase, Problems, phrase};
use serde::{Deserialize, Serialize};

use crate::clustered::{Sums, quantile, share_of};
use crate::figures::{number_with, percent_with};
use crate::metric::bit;
use crate::plan::{Context, Planned};
use crate::settings::Settings;
use crate::told::{Told, invariant, planned};

/// How many places of each friction are told.
const PLACES_AT_MOST: usize = 10;

const MINUTE_MICROS: i64 = 60_000_000;

/// Checks the question against its context.
///
/// # Errors
/// Every mistake at once.
pub fn plan(spec: &ExperienceSpec, context: &Context) -> Result<Box<dyn Planned>, Problems> {
    let mut settings = Settings::default();
    let mut filters: Vec<EventFilter> = Vec::new();
    let friction = [&spec.rage_click, &spec.dead_click, &spec.error];
    for (setting, filter) in ["rage_click", "dead_click", "error"].into_iter().zip(friction) {
        settings.filter(setting, filter);
    }
    let friction = friction.map(|filter| (bit(&mut filters, filter), filter.label().to_owned()));
    let tasks: Vec<Task> = spec
        .tasks
        .iter()
        .enumerate()
        .map(|(index, task)| Task::new(task, &format!("tasks.{index}"), &mut settings, &mut filters))
        .collect();
    let most = flywheel_people::reading::FILTERS_AT_MOST;
    settings.need(filters.len() <= most, "tasks", || {
        phrase!("growth.too_many", most = most, found = filters.len())
    });
    let stretch = settings.stretch(&context.calendar, &spec.period, Interval::Day, 28);
    let (from, to) = stretch.unwrap_or_default();
    let columns = vec![Column::Text { property: spec.place.clone() }];
    let reading = Reading { filters, columns, from: Some(from), to: Some(to), ..Reading::default() };
    settings.settle(planned(Experience { reading, tasks, friction, to }))
}

struct Experience {
    reading: Reading,
    tasks: Vec<Task>,
    /// Rage clicks, dead clicks, errors.
    friction: [(u64, String); 3],
    to: i64,
}

/// A task's bits.
struct Task {
    name: String,
    start: u64,
    start_name: String,
    steps: Vec<(u64, String)>,
    success: u64,
    abandon: u64,
    fail: u64,
    within: i64,
}

const RAGE: usize = 0;
const ERROR: usize = 2;

impl Task {
    fn new(spec: &TaskSpec, setting: &str, settings: &mut Settings, filters: &mut Vec<EventFilter>) -> Self {
        let mut ready = |filter: &EventFilter, name: &str| {
            settings.filter(&format!("{setting}.{name}"), filter);
            bit(filters, filter)
        };
        let start = ready(&spec.start, "start");
        let steps = spec
            .steps
            .iter()
            .enumerate()
            .map(|(index, step)| (ready(step, &format!("steps.{index}")), step.label().to_owned()));
        let steps = steps.collect();
        let success = ready(&spec.success, "success");
        let abandon = spec.abandon.as_ref().map_or(0, |filter| ready(filter, "abandon"));
        let fail = spec.fail.as_ref().map_or(0, |filter| ready(filter, "fail"));
        settings
            .need(!spec.name.trim().is_empty(), &format!("{setting}.name"), || phrase!("growth.name_empty"));
        settings
            .need(spec.start != spec.success, &format!("{setting}.success"), || phrase!("growth.task_same"));
        settings.range(&format!("{setting}.within_minutes"), f64::from(spec.within_minutes), 1.0, 43_200.0);
        Self {
            name: spec.name.clone(),
            start,
            start_name: spec.start.label().to_owned(),
            steps,
            success,
            abandon,
            fail,
            within: i64::from(spec.within_minutes) * MINUTE_MICROS,
        }
    }

    /// Where an event stands among others of its moment.
    fn rank(&self, mark: u64, errors: u64) -> u8 {
        let steps = self.steps.iter().fold(0, |bits, (bit, _)| bits | bit);
        [self.start, steps, errors, self.success, self.fail, self.abandon]
            .iter()
            .position(|bits| mark & bits != 0)
            .map_or(6, |rank| rank as u8)
    }
}

#[derive(Default, Serialize, Deserialize)]
struct State {
    tasks: Vec<TaskState>,
    friction: Vec<FrictionState>,
}

#[derive(Default, Clone, Serialize, Deserialize)]
struct TaskState {
    /// A person's successes, attempts with friction, and attempts.
    sums: Sums,
    /// People who began at all, whether or not the end is known.
    people: u64,
    succeeded: u64,
    abandoned: u64,
    failed: u64,
    dead_ends: u64,
    open: u64,
    retries: u64,
    /// How long each success took, microseconds.
    took: Vec<i64>,
    steps: Vec<StepState>,
}

#[derive(Default, Clone, Serialize, Deserialize)]
struct StepState {
    reached: u64,
    with_error: u64,
    rage_clicks: u64,
    dead_ends: u64,
}

#[derive(Default, Clone, Serialize, Deserialize)]
struct FrictionState {
    events: u64,
    people: u64,
    places: BTreeMap<String, (u64, u64)>,
}

/// An attempt under way.
struct Attempt {
    began: i64,
    /// For each step: reached, met an error, rage clicks.
    steps: Vec<(bool, bool, u64)>,
    at: usize,
    friction: bool,
}

enum End {
    Success(i64),
    Abandoned,
    Failed,
    Nowhere,
}

/// What a person's attempts add up to.
#[derive(Default)]
struct Tally {
    succeeded: u64,
    with_friction: u64,
    attempts: u64,
    began: bool,
}

impl Experience {
    fn make_room(&self, state: &mut State) {
        state.tasks.resize(self.tasks.len(), TaskState::default());
        for (task, state) in self.tasks.iter().zip(&mut state.tasks) {
            state.steps.resize(task.steps.len() + 1, StepState::default());
        }
        state.friction.resize(self.friction.len(), FrictionState::default());
    }

    fn task(&self, task: &Task, state: &mut TaskState, events: &PersonEvents<'_>) {
        let errors = self.friction[ERROR].0;
        let annoying = self.friction.iter().fold(0, |bits, (bit, _)| bits | bit);
        let mut order: Vec<usize> = (0..events.len()).collect();
        order.sort_by_key(|event| {
            (events.times[*event], task.rank(events.marks[*event], errors), events.marks[*event])
        });
        let mut attempt: Option<Attempt> = None;
        let mut tally = Tally::default();
        let mut unhappy_until = i64::MIN;
        for event in order {
            let (time, mark) = (events.times[event], events.marks[event]);
            if let Some(late) = attempt.take_if(|attempt| time - attempt.began > task.within) {
                unhappy_until = late.began + 2 * task.within;
                close(state, &mut tally, late, &End::Nowhere);
            }
            let Some(current) = &mut attempt else {
                if mark & task.start != 0 {
                    state.retries += u64::from(time <= unhappy_until);
                    tally.began = true;
                    let mut steps = vec![(false, false, 0); task.steps.len() + 1];
                    steps[0].0 = true;
                    attempt = Some(Attempt { began: time, steps, at: 0, friction: false });
                }
                continue;
            };
            if mark & task.start != 0 {
                state.retries += 1;
            }
            for (index, (bit, _)) in task.steps.iter().enumerate() {
                if mark & bit != 0 {
                    current.steps[index + 1].0 = true;
                    current.at = index + 1;
                }
            }
            current.friction |= mark & annoying != 0;
            let at = &mut current.steps[current.at];
            at.1 |= mark & errors != 0;
            at.2 += u64::from(mark & self.friction[RAGE].0 != 0);
            let end = if mark & task.success != 0 {
                End::Success(time - current.began)
            } else if mark & task.fail != 0 {
                End::Failed
            } else if mark & task.abandon != 0 {
                End::Abandoned
            } else {
                continue;
            };
            if let Some(done) = attempt.take() {
                unhappy_until = if matches!(end, End::Success(_)) { i64::MIN } else { time + task.within };
                close(state, &mut tally, done, &end);
            }
        }
        if let Some(last) = attempt {
            if last.began + task.within < self.to {
                close(state, &mut tally, last, &End::Nowhere);
            } else {
                state.open += 1;
            }
        }
        state.people += u64::from(tally.began);
        state.sums.add(&[tally.succeeded as f64, tally.with_friction as f64, tally.attempts as f64]);
    }

    fn friction(&self, state: &mut [FrictionState], events: &PersonEvents<'_>) {
        for ((bit, _), state) in self.friction.iter().zip(state) {
            let mut places: BTreeMap<&str, u64> = BTreeMap::new();
            let mut count = 0;
            for event in (0..events.len()).filter(|event| events.marks[*event] & bit != 0) {
                count += 1;
                if let Some(place) = events.text(0, event) {
                    *places.entry(place).or_default() += 1;
                }
            }
            state.events += count;
            state.people += u64::from(count > 0);
            for (place, count) in places {
                let entry = state.places.entry(place.to_owned()).or_default();
                entry.0 += count;
                entry.1 += 1;
            }
        }
    }
}

fn close(state: &mut TaskState, tally: &mut Tally, attempt: Attempt, end: &End) {
    tally.attempts += 1;
    tally.with_friction += u64::from(attempt.friction);
    for (step, (reached, error, rage)) in state.steps.iter_mut().zip(&attempt.steps) {
        step.reached += u64::from(*reached);
        step.with_error += u64::from(*error);
        step.rage_clicks += rage;
    }
    match end {
        End::Success(took) => {
            tally.succeeded += 1;
            state.succeeded += 1;
            state.took.push(*took);
        }
        End::Abandoned => state.abandoned += 1,
        End::Failed => state.failed += 1,
        End::Nowhere => {
            state.dead_ends += 1;
            state.steps[attempt.at].dead_ends += 1;
        }
    }
}

impl Question for Experience {
    type State = State;

    fn reading(&self) -> &Reading {
        &self.reading
    }

    fn person(&self, state: &mut State, events: &PersonEvents<'_>) {
        self.make_room(state);
        for (task, state) in self.tasks.iter().zip(&mut state.tasks) {
            self.task(task, state, events);
        }
        self.friction(&mut state.friction, events);
    }

    fn merge(&self, state: &mut State, other: State) {
        self.make_room(state);
        for (mine, theirs) in state.tasks.iter_mut().zip(other.tasks) {
            mine.sums.merge(&theirs.sums);
            mine.people += theirs.people;
            mine.succeeded += theirs.succeeded;
            mine.abandoned += theirs.abandoned;
            mine.failed += theirs.failed;
            mine.dead_ends += theirs.dead_ends;
            mine.open += theirs.open;
            mine.retries += theirs.retries;
            mine.took.extend(theirs.took);
            for (mine, theirs) in mine.steps.iter_mut().zip(theirs.steps) {
                mine.reached += theirs.reached;
                mine.with_error += theirs.with_error;
                mine.rage_clicks += theirs.rage_clicks;
                mine.dead_ends += theirs.dead_ends;
            }
        }
        for (mine, theirs) in state.friction.iter_mut().zip(other.friction) {
            mine.events += theirs.events;
            mine.people += theirs.people;
            for (place, theirs) in theirs.places {
                let mine = mine.places.entry(place).or_default();
                mine.0 += theirs.0;
                mine.1 += theirs.1;
            }
        }
    }
}

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
    let ends = |name: &str, value: fn(&TaskReport) -> u64| Series {
        name: name.to_owned(),
        values: tasks.iter().map(|task| Some(value(task) as f64)).collect(),
    };
    let mut charts = Vec::new();
    if !tasks.is_empty() {
        charts.push(Chart {
            kind: ChartKind::StackedBar,
            title: phrase!("growth.chart_tasks"),
            axis: tasks.iter().map(|task| task.name.clone()).collect(),
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
            series: vec![Series {
                name: "error rate".to_owned(),
                values: task
                    .steps
                    .iter()
                    .map(|step| step.error_rate.as_ref().map(|rate| rate.value))
                    .collect(),
            }],
        });
    }
    charts
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use flywheel_people::event::Event;
    use flywheel_spec::product::QuestionSpec;
    use flywheel_stats::chance::Chance;
    use serde_json::json;

    use super::*;
    use crate::make_believe::{HOUR, alike, ask, ask_spread, cases, context, event, micros, random, who};

    /// Attempts found by looking for each start's end, not by walking with a state.
    fn attempts(mine: &[&Event], to: i64) -> [u64; 6] {
        let rank = |name: &str| {
            ["start", "step", "$exception", "done", "fail", "quit"].iter().position(|known| *known == name)
        };
        let mut mine: Vec<&Event> =
            mine.iter().copied().filter(|event| rank(&event.event).is_some()).collect();
        mine.sort_by_key(|event| (event.time, rank(&event.event)));
        let within = 12 * HOUR;
        // Succeeded, abandoned, failed, dead ends, open, errors at the start or step.
        let mut found = [0; 6];
        let mut from = 0;
        while let Some(start) = (from..mine.len()).find(|at| mine[*at].event == "start") {
            let limit = mine[start].time + within;
            let end = (start + 1..mine.len()).find(|at| {
                mine[*at].time > limit || ["done", "fail", "quit"].contains(&mine[*at].event.as_str())
            });
            let in_time = end.filter(|at| mine[*at].time <= limit);
            let kind = match in_time.map(|at| mine[at].event.as_str()) {
                Some("done") => 0,
                Some("quit") => 1,
                Some(_) => 2,
                None if limit < to => 3,
                None => 4,
            };
            found[kind] += 1;
            let last = in_time.or(end).unwrap_or(mine.len());
            if kind != 4 {
                found[5] += u64::from(mine[start..last].iter().any(|event| event.event == "$exception"));
            }
            from = if in_time.is_some() { last + 1 } else { last };
        }
        found
    }

    #[test]
    fn random_attempts_end_as_by_search() {
        for case in 0..cases() {
            let mut chance = Chance::new(11).stream("experience").stream(case);
            let names = ["start", "start", "step", "done", "fail", "quit", "$exception", "$rageclick"];
            let events = random(
                &mut chance,
                &names,
                10,
                120,
                |chance, _| json!({"$pathname": *chance.pick(&["/a", "/b"])}),
            );
            let question: QuestionSpec = serde_json::from_value(json!({
                "kind": "experience", "period": {"from": "2026-03-01", "to": "2026-03-10"},
                "tasks": [{
                    "name": "buy", "start": {"event": "start"}, "steps": [{"event": "step"}], "success": {"event": "done"},
                    "abandon": {"event": "quit"}, "fail": {"event": "fail"}, "within_minutes": 720
                }]
            }))
            .expect("a question");
            let context = context("UTC", "2026-04-01");
            let answer = ask(&question, &context, &events);
            alike(&answer, &ask_spread(&question, &context, &events, 3))
                .expect("the same from several readers");
            let Answer::Experience(report) = answer else { panic!() };
            let people: BTreeSet<i64> = events.iter().map(|event| who(&event.distinct_id)).collect();
            let mut expected = [0; 6];
            for person in &people {
                let mine: Vec<&Event> =
                    events.iter().filter(|event| who(&event.distinct_id) == *person).collect();
                let found = attempts(&mine, micros("2026-03-11T00:00:00Z"));
                expected.iter_mut().zip(found).for_each(|(sum, found)| *sum += found);
            }
            let task = &report.tasks[0];
            let ends = [task.succeeded, task.abandoned, task.failed, task.dead_ends, task.open];
            assert_eq!(ends, expected[..5], "case {case}");
            // An attempt may meet errors at both of its steps.
            let met: u64 = task.steps.iter().map(|step| step.with_error).sum();
            assert!(met >= expected[5] && met <= 2 * expected[5], "case {case}: {met} {}", expected[5]);
            let rage = &report.friction[0];
            let count = events.iter().filter(|event| event.event == "$rageclick").count() as u64;
            assert_eq!(rage.events, count, "case {case}");
            assert_eq!(rage.places.iter().map(|place| place.events).sum::<u64>(), count);
        }
    }

    #[test]
    fn a_checkout_is_told_step_by_step() {
        let at = |minute: i64| micros("2026-03-05T10:00:00Z") + minute * MINUTE_MICROS;
        let events = [
            event("a", "start", at(0), json!({})),
            event("a", "pay", at(1), json!({})),
            event("a", "$exception", at(2), json!({"$pathname": "/pay"})),
            event("a", "start", at(3), json!({})),
            event("a", "done", at(5), json!({})),
            event("b", "start", at(0), json!({})),
            event("b", "pay", at(1), json!({})),
            event("b", "$rageclick", at(1), json!({"$pathname": "/pay"})),
        ];
        let question: QuestionSpec = serde_json::from_value(json!({
            "kind": "experience", "period": {"from": "2026-03-01", "to": "2026-03-10"},
            "tasks": [{"name": "checkout", "start": {"event": "start"}, "steps": [{"event": "pay"}], "success": {"event": "done"}}]
        }))
        .expect("a question");
        let Answer::Experience(report) = ask(&question, &context("UTC", "2026-04-01"), &events) else {
            panic!()
        };
        let task = &report.tasks[0];
        assert_eq!((task.attempts, task.succeeded, task.dead_ends, task.retries), (2, 1, 1, 1));
        let pay = &task.steps[1];
        assert_eq!((pay.reached, pay.with_error, pay.rage_clicks, pay.dead_ends), (2, 1, 1, 1));
        assert!((task.median_secs.expect("a median").value - 300.0).abs() < 1e-9);
        assert!(report.findings.iter().all(|finding| !finding.en.contains('{')), "{:?}", report.findings);
    }
}

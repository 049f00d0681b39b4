//! A person's attempts at a task, from the beginning to success, giving up, failing or going nowhere.

use flywheel_people::PersonEvents;

use super::{Experience, Task, TaskState};

const RAGE: usize = 0;
const ERROR: usize = 2;

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
    pub(super) fn task(&self, task: &Task, state: &mut TaskState, events: &PersonEvents<'_>) {
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

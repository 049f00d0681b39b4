//! NPS, CSAT and CES with intervals, and what they have to do with staying.

mod report;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use flywheel_people::{Column, PersonEvents, Question, Reading};
use flywheel_spec::product::satisfaction::{SatisfactionSpec, Scale, Score, Staying};
use flywheel_spec::product::{EventFilter, Property};
use flywheel_spec::{Problems, phrase};
use serde::{Deserialize, Serialize};

use crate::calendar::{DAY_MICROS, Steps};
use crate::clustered::Sums;
use crate::metric::bit;
use crate::plan::{Context, Planned};
use crate::settings::Settings;
use crate::told::planned;

/// The columns of the reading; the latter two only where answers of surveys are read.
const ANSWER: usize = 0;
const KIND: usize = 1;
const SURVEY: usize = 2;

/// Checks the question against its context.
///
/// # Errors
/// Every mistake at once.
pub fn plan(spec: &SatisfactionSpec, context: &Context) -> Result<Box<dyn Planned>, Problems> {
    let calendar = &context.calendar;
    let mut settings = Settings::default();
    settings.filter("event", &spec.event);
    let scale = spec.scale.unwrap_or(match spec.score {
        Score::Nps => Scale { from: 0.0, to: 10.0 },
        Score::Csat => Scale { from: 1.0, to: 5.0 },
        Score::Ces => Scale { from: 1.0, to: 7.0 },
    });
    let whole = scale.from.fract() == 0.0 && scale.to.fract() == 0.0;
    settings.need(whole && scale.to > scale.from && scale.to - scale.from <= 100.0, "scale", || {
        phrase!("growth.scale", low = scale.from, high = scale.to)
    });
    if let Some(staying) = &spec.staying {
        settings.filter("staying.event", &staying.event);
        settings.range("staying.after_days", f64::from(staying.after_days), 0.0, 3660.0);
        settings.range("staying.within_days", f64::from(staying.within_days), 1.0, 3660.0);
    }
    let stretch = settings.stretch(calendar, &spec.period, spec.interval, 12);
    let steps = settings.steps(calendar, stretch, spec.interval);
    let mut filters: Vec<EventFilter> = Vec::new();
    let answered = bit(&mut filters, &spec.event);
    let stays = spec.staying.as_ref().map_or(0, |staying| bit(&mut filters, &staying.event));
    let (from, to) = stretch.unwrap_or_default();
    let mut columns = vec![Column::Number { property: spec.answer.clone() }];
    if let Some(kind) = kind_beside(spec) {
        columns.push(Column::Text { property: kind });
        columns.push(Column::Text { property: Property::of_event("$survey_id") });
    }
    let reading = Reading { filters, columns, from: Some(from), to: Some(to), ..Reading::default() };
    settings.settle(planned(Satisfaction {
        reading,
        steps,
        score: spec.score,
        scale,
        answered,
        stays,
        staying: spec.staying.clone(),
        to,
    }))
}

/// The property beside the answer that says its question's kind: `$survey_kind_1` beside `$survey_response_1`.
///
/// None where the answers are no survey's, or where a condition chooses the survey.
fn kind_beside(spec: &SatisfactionSpec) -> Option<Property> {
    let ending = spec.answer.name.strip_prefix("$survey_response").filter(|_| spec.answer.of.is_event())?;
    let of_surveys = spec.event.event.as_deref() == Some("survey sent");
    let chosen = spec.event.conditions.iter().any(|condition| condition.property.starts_with("$survey_"));
    (of_surveys && !chosen).then(|| Property::of_event(format!("$survey_kind{ending}")))
}

struct Satisfaction {
    reading: Reading,
    steps: Steps,
    score: Score,
    scale: Scale,
    answered: u64,
    stays: u64,
    staying: Option<Staying>,
    to: i64,
}

#[derive(Default, Serialize, Deserialize)]
struct State {
    /// The period, then each step.
    scores: Vec<Scores>,
    /// By answer, from the scale's lowest.
    answers: Vec<u64>,
    /// Answers that are no number of the scale.
    off_scale: u64,
    /// Surveys whose answers count and say no kind.
    surveys: BTreeSet<String>,
    /// Good and bad: people, and those who stayed.
    stayed: [(u64, u64); 2],
}

/// A person's good answers, bad answers, answers, and the answers' sum.
#[derive(Default, Clone, Serialize, Deserialize)]
struct Scores {
    sums: Sums,
}

const GOOD: usize = 0;
const BAD: usize = 1;
const ANSWERS: usize = 2;
const SUM: usize = 3;

impl Satisfaction {
    fn is_good(&self, answer: f64) -> bool {
        match self.score {
            // The upper two of eleven, of five; above the middle of seven.
            Score::Nps | Score::Csat => answer > self.scale.to - 2.0,
            Score::Ces => answer > 0.5 * (self.scale.from + self.scale.to),
        }
    }

    fn is_bad(&self, answer: f64) -> bool {
        match self.score {
            Score::Nps => answer <= self.scale.to - 4.0,
            Score::Csat | Score::Ces => answer < 0.5 * (self.scale.from + self.scale.to),
        }
    }

    fn make_room(&self, state: &mut State) {
        state.scores.resize(self.steps.len() + 1, Scores::default());
        state.answers.resize((self.scale.to - self.scale.from) as usize + 1, 0);
    }
}

impl Question for Satisfaction {
    type State = State;

    fn reading(&self) -> &Reading {
        &self.reading
    }

    fn person(&self, state: &mut State, events: &PersonEvents<'_>) {
        self.make_room(state);
        let mut sums = vec![[0.0; 4]; self.steps.len() + 1];
        // The first answer; of several at one moment the lowest.
        let mut first: Option<(i64, f64)> = None;
        for event in 0..events.len() {
            if events.marks[event] & self.answered == 0 {
                continue;
            }
            let kind = events.text(KIND, event);
            if kind.is_some_and(|kind| kind != self.score.name()) {
                continue;
            }
            let time = events.times[event];
            let on_scale = |answer: &f64| (self.scale.from..=self.scale.to).contains(answer);
            let Some(answer) = events.number(ANSWER, event).filter(on_scale) else {
                state.off_scale += 1;
                continue;
            };
            if let (None, Some(survey)) = (kind, events.text(SURVEY, event))
                && !state.surveys.contains(survey)
            {
                state.surveys.insert(survey.to_owned());
            }
            state.answers[(answer - self.scale.from) as usize] += 1;
            let step = self.steps.at(time).map(|step| step + 1);
            for at in [Some(0), step].into_iter().flatten() {
                sums[at][GOOD] += f64::from(u8::from(self.is_good(answer)));
                sums[at][BAD] += f64::from(u8::from(self.is_bad(answer)));
                sums[at][ANSWERS] += 1.0;
                sums[at][SUM] += answer;
            }
            if first.is_none_or(|(moment, lowest)| time == moment && answer < lowest) {
                first = Some((time, answer));
            }
        }
        for (scores, sums) in state.scores.iter_mut().zip(&sums) {
            scores.sums.add(sums);
        }
        if let (Some(staying), Some((time, answer))) = (&self.staying, first) {
            let from = time + i64::from(staying.after_days) * DAY_MICROS;
            let until = from + i64::from(staying.within_days) * DAY_MICROS;
            let side = match (self.is_good(answer), self.is_bad(answer)) {
                (true, _) => GOOD,
                (_, true) => BAD,
                _ => return,
            };
            if until > self.to {
                return;
            }
            let later = events.times.partition_point(|moment| *moment < from);
            let stayed = (later..events.len())
                .take_while(|event| events.times[*event] < until)
                // The answer itself is no return.
                .any(|event| events.marks[event] & self.stays != 0 && events.times[event] > time);
            state.stayed[side].0 += 1;
            state.stayed[side].1 += u64::from(stayed);
        }
    }

    fn merge(&self, state: &mut State, other: State) {
        self.make_room(state);
        for (mine, theirs) in state.scores.iter_mut().zip(&other.scores) {
            mine.sums.merge(&theirs.sums);
        }
        for (mine, theirs) in state.answers.iter_mut().zip(other.answers) {
            *mine += theirs;
        }
        state.off_scale += other.off_scale;
        state.surveys.extend(other.surveys);
        for (mine, theirs) in state.stayed.iter_mut().zip(other.stayed) {
            mine.0 += theirs.0;
            mine.1 += theirs.1;
        }
    }
}

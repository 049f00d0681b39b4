//! What changed this week that matters: every event's people and ratios against a line through the weeks before.
//!
//! Numbers are compared on the logarithm. The line is Theil's and Sen's, which one odd week cannot bend.
//! How much a number varies from week to week is learnt from its own residuals, the largest drawn in, moderated by what chance
//! alone would do and by what numbers of this product usually do beyond chance (Smyth, "Linear models and empirical Bayes methods",
//! Statistical Applications in Genetics and Molecular Biology 3, 2004); never less than what chance alone would do.
//! All looks together keep the promised rate of false alarms (Benjamini and Hochberg).

mod change;
mod line;
mod number;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use flywheel_people::{Column, Fold, FoldError, NONE, Partial, PersonEvents, Question, Reading, erase};
use flywheel_spec::product::digest::{DigestReport, DigestSpec};
use flywheel_spec::product::{EventFilter, Interval, Period};
use flywheel_spec::{Problem, Problems, phrase};
use serde::{Deserialize, Serialize};

use crate::calendar::Steps;
use crate::plan::Context;
use crate::settings::Settings;
use crate::told::invariant;
use change::{chart, finding};

/// Fewer weeks before make no line.
const LEAST_WEEKS: usize = 5;

/// Checks a digest against its context.
///
/// # Errors
/// Every mistake at once.
pub fn plan(spec: &DigestSpec, context: &Context) -> Result<DigestPlan, Problems> {
    let calendar = &context.calendar;
    let mut settings = Settings::default();
    settings.range("weeks", f64::from(spec.weeks), LEAST_WEEKS as f64, 52.0);
    settings.range("at_least", spec.at_least, 0.0, 10.0);
    settings.range("false_alarms", spec.false_alarms, 1e-9, 0.5);
    settings.range("most", f64::from(spec.most), 1.0, 1000.0);
    let now = calendar.now.as_microsecond();
    let this_week = calendar.beginning_of(now, Interval::Week);
    let mut told = calendar.beginning_of(this_week - 1, Interval::Week);
    if let Some(text) = &spec.week_of {
        let period = Period { from: Some(text.clone()), to: None };
        match calendar.stretch(&period).map(|stretch| stretch.from) {
            Ok(Some(moment)) if calendar.beginning_of(moment, Interval::Week) < this_week => {
                told = calendar.beginning_of(moment, Interval::Week);
            }
            Ok(Some(_)) => settings.wrong("week_of", phrase!("growth.digest_open", found = text)),
            Ok(None) => {}
            Err(_) => settings.wrong("week_of", phrase!("growth.release_at", found = text)),
        }
    }
    // The weeks before, and one more before those, which the first one's people come back from.
    let mut first = told;
    for _ in 0..=spec.weeks.min(52) {
        first = calendar.beginning_of(first - 1, Interval::Week);
    }
    let weeks = settings.steps(calendar, Some((first, told + 1)), Interval::Week);
    let reading = Reading {
        filters: vec![EventFilter::default()],
        columns: vec![Column::Event],
        from: None,
        to: weeks.edges.last().copied(),
        ..Reading::default()
    };
    settings.settle(DigestPlan { spec: spec.clone(), question: Arc::new(Digest { reading, weeks }) })
}

/// A digest that can be run, like any question.
pub struct DigestPlan {
    spec: DigestSpec,
    question: Arc<Digest>,
}

struct Digest {
    reading: Reading,
    weeks: Steps,
}

#[derive(Default, Serialize, Deserialize)]
struct State {
    /// People of each week.
    active: Vec<u64>,
    /// Of them, those never seen before.
    new: Vec<u64>,
    /// Of them, those who were there the week before.
    returned: Vec<u64>,
    /// By event, each week.
    events: BTreeMap<String, Vec<Week>>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Week {
    people: u64,
    count: f64,
    squares: f64,
}

impl Digest {
    fn make_room(&self, state: &mut State) {
        for counts in [&mut state.active, &mut state.new, &mut state.returned] {
            counts.resize(self.weeks.len(), 0);
        }
    }
}

impl Question for Digest {
    type State = State;

    fn reading(&self) -> &Reading {
        &self.reading
    }

    fn person(&self, state: &mut State, events: &PersonEvents<'_>) {
        self.make_room(state);
        let count = self.weeks.len();
        let first = events.times[0];
        let mut event = events.times.partition_point(|time| *time < self.weeks.edges[0]);
        let mut before = false;
        for week in 0..count {
            let begin = event;
            let mut keys: Vec<u32> = Vec::new();
            while event < events.len() && events.times[event] < self.weeks.edges[week + 1] {
                keys.push(events.key(0, event));
                event += 1;
            }
            let here = event > begin;
            if here {
                state.active[week] += 1;
                state.new[week] += u64::from(first >= self.weeks.edges[week]);
                state.returned[week] += u64::from(before);
            }
            before = here;
            keys.sort_unstable();
            for same in keys.chunk_by(|one, two| one == two).filter(|same| same[0] != NONE) {
                let Some(name) = events.dictionary.text(same[0]) else { continue };
                if !state.events.contains_key(name) {
                    state.events.insert(name.to_owned(), vec![Week::default(); count]);
                }
                if let Some(weeks) = state.events.get_mut(name) {
                    let times = same.len() as f64;
                    weeks[week].people += 1;
                    weeks[week].count += times;
                    weeks[week].squares += times * times;
                }
            }
        }
    }

    fn merge(&self, state: &mut State, other: State) {
        self.make_room(state);
        let pairs = [
            (&mut state.active, other.active),
            (&mut state.new, other.new),
            (&mut state.returned, other.returned),
        ];
        for (mine, theirs) in pairs {
            mine.iter_mut().zip(theirs).for_each(|(mine, theirs)| *mine += theirs);
        }
        for (name, theirs) in other.events {
            let mine = state.events.entry(name).or_insert_with(|| vec![Week::default(); self.weeks.len()]);
            for (mine, theirs) in mine.iter_mut().zip(theirs) {
                mine.people += theirs.people;
                mine.count += theirs.count;
                mine.squares += theirs.squares;
            }
        }
    }
}

impl DigestPlan {
    /// What is run over all people.
    pub fn folds(&self) -> Vec<Arc<dyn Fold>> {
        vec![erase(self.question.clone())]
    }

    /// The digest of the folds' states, in their order.
    ///
    /// # Errors
    /// When a state is another fold's, or numbers contradict each other.
    pub fn finish(&self, states: Vec<Box<dyn Partial>>) -> Result<DigestReport, FoldError> {
        let [state] = <[Box<dyn Partial>; 1]>::try_from(states).map_err(|_| FoldError::Foreign)?;
        let mut state = *state.into_any().downcast::<State>().map_err(|_| FoldError::Foreign)?;
        self.question.make_room(&mut state);
        self.check(&state)?;
        let labels = &self.question.weeks.labels;
        let mut report = DigestReport { week: labels[labels.len() - 1].clone(), ..Default::default() };
        // The week before all others only tells who came back; weeks before the product's first are none of its weeks.
        let begin = state.active.iter().position(|people| *people > 0).unwrap_or(labels.len());
        let from = begin.max(1);
        let last = labels.len() - 1;
        if last < from + LEAST_WEEKS {
            let found = last.saturating_sub(from);
            report.findings.push(phrase!("growth.digest_young", least = LEAST_WEEKS, found = found));
            return Ok(report);
        }
        let numbers = self.numbers(&state, from, begin);
        report.looked_at = numbers.len() as u64;
        report.changes = self.changes(numbers);
        report.findings = report.changes.iter().map(|change| finding(change, &report.week)).collect();
        if report.findings.is_empty() {
            report.findings.push(phrase!(
                "growth.digest_quiet",
                week = report.week,
                looked = report.looked_at
            ));
        }
        report.charts = report.changes.iter().map(|change| chart(change, &labels[from..])).collect();
        if state.active[last] < 100 {
            report
                .warnings
                .push(Problem::warning(phrase!("growth.digest_small", people = state.active[last])));
        }
        Ok(report)
    }

    fn check(&self, state: &State) -> Result<(), FoldError> {
        for week in 0..self.question.weeks.len() {
            let active = state.active[week];
            invariant(state.new[week] + state.returned[week] <= active, || {
                format!("digest: more new and returning people than the {active} of week {week}")
            })?;
            for (event, weeks) in &state.events {
                let people = weeks[week].people;
                invariant(people <= active && people as f64 <= weeks[week].count, || {
                    format!("digest: {people} people did `{event}` of {active}")
                })?;
            }
        }
        Ok(())
    }
}

//! What a trend keeps of the people it has seen.

use std::collections::HashMap;

use flywheel_people::{PersonEvents, Question, Reading};
use flywheel_spec::product::trend::{Aggregate, Measure, TrendSeries, TrendSpec};
use serde::{Deserialize, Serialize};

use super::active_days;
use crate::calendar::Steps;
use crate::intervals::Walk;

/// Most different overlaps that are kept; beyond them the rest's people cannot be told.
const OVERLAPS_AT_MOST: usize = 1_000_000;

/// A trend whose plan is made.
pub struct Trend {
    /// The question.
    pub spec: TrendSpec,
    /// What is read.
    pub reading: Reading,
    /// The period, and what it is compared with.
    pub halves: Vec<Half>,
    /// For each series, the column of its numbers.
    pub value_columns: Vec<Option<usize>>,
}

/// A stretch of time cut into steps.
#[derive(Debug, Clone)]
pub struct Half {
    /// The steps.
    pub steps: Steps,
    /// Events before it don't count, but for active people.
    pub from: i64,
    /// Nor those from here on.
    pub to: i64,
    /// For each series of active people, the moment from which they count for each step.
    pub active: Vec<Vec<i64>>,
}

/// The numbers of everyone and of each combination.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct State {
    /// The combinations; the first is everyone.
    pub combinations: Vec<Vec<Option<String>>>,
    /// For each combination, for each series, for each half, its numbers.
    pub lines: Vec<Line>,
    /// How many people are under several combinations at once: by series, half, and each combination with its step.
    pub overlaps: HashMap<Overlap, u64>,
    /// True when there were too many overlaps to keep.
    pub too_many: bool,
    #[serde(skip)]
    index: HashMap<Vec<Option<String>>, u32>,
    #[serde(skip)]
    known: HashMap<[u32; 3], u32>,
    #[serde(skip)]
    seen: Vec<Seen>,
    #[serde(skip)]
    serial: u64,
    #[serde(skip)]
    touched: Vec<u32>,
    #[serde(skip)]
    steps: Vec<Touch>,
}

/// A series, a half, and each combination with its step.
pub type Overlap = (u32, u32, Vec<(u32, u32)>);

/// A person counted under a combination at a step: series, half, step, combination.
type Touch = (u32, u32, u32, u32);

/// One series' numbers over the steps of one half; lists that its measure does not need stay empty.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Events, or for numbers those that have one.
    pub count: Vec<u64>,
    /// Different people; those not met before when cumulative.
    pub people: Vec<i64>,
    /// Sums.
    pub sum: Vec<f64>,
    /// The least; infinite where there is none.
    pub least: Vec<f64>,
    /// The greatest.
    pub most: Vec<f64>,
    /// Every number.
    pub values: Vec<Vec<f64>>,
    /// Different people in the whole half.
    pub whole_people: u64,
    /// How many events each person has in the whole half.
    pub whole_values: Vec<f64>,
    /// How many events fit.
    pub events: u64,
}

/// What is known of the person at hand on one line.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    person: u64,
    step: u32,
    in_step: u64,
    in_all: u64,
    covered: u32,
}

/// What of a line a measure needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Events.
    Count,
    /// People.
    People,
    /// People of several days.
    Active,
    /// Events and people.
    Both,
    /// Each person's events.
    Each,
    /// Sums and counts of numbers.
    Sum,
    /// Bounds of numbers.
    Bounds,
    /// Every number.
    Values,
}

/// What a series needs.
pub fn need(series: &TrendSeries) -> Need {
    match series.measure {
        Measure::Total => Need::Count,
        Measure::People => Need::People,
        Measure::WeeklyPeople | Measure::MonthlyPeople => Need::Active,
        Measure::PerPerson => match series.aggregate.unwrap_or(Aggregate::Average) {
            Aggregate::Average | Aggregate::Sum => Need::Both,
            _ => Need::Each,
        },
        Measure::Value => match series.aggregate.unwrap_or_default() {
            Aggregate::Sum | Aggregate::Average => Need::Sum,
            Aggregate::Min | Aggregate::Max => Need::Bounds,
            _ => Need::Values,
        },
    }
}

impl Line {
    fn of(need: Need, steps: usize) -> Self {
        let mut line = Self::default();
        match need {
            Need::Count => line.count = vec![0; steps],
            Need::People | Need::Active => line.people = vec![0; steps],
            Need::Both => (line.count, line.people) = (vec![0; steps], vec![0; steps]),
            Need::Sum => (line.count, line.sum) = (vec![0; steps], vec![0.0; steps]),
            Need::Bounds => {
                (line.least, line.most) = (vec![f64::INFINITY; steps], vec![f64::NEG_INFINITY; steps]);
            }
            Need::Each | Need::Values => line.values = vec![Vec::new(); steps],
        }
        line
    }

    /// Takes another line of the same series in.
    pub fn add(&mut self, other: &Self) {
        zip(&mut self.count, &other.count, |mine, more| *mine += more);
        zip(&mut self.people, &other.people, |mine, more| *mine += more);
        zip(&mut self.sum, &other.sum, |mine, more| *mine += more);
        zip(&mut self.least, &other.least, |mine, more| *mine = mine.min(*more));
        zip(&mut self.most, &other.most, |mine, more| *mine = mine.max(*more));
        zip(&mut self.values, &other.values, |mine, more| mine.extend(more));
        self.whole_people += other.whole_people;
        self.whole_values.extend(&other.whole_values);
        self.events += other.events;
    }
}

fn zip<T: Clone>(mine: &mut Vec<T>, more: &[T], add: impl Fn(&mut T, &T)) {
    if mine.is_empty() {
        *mine = more.to_vec();
        return;
    }
    for (mine, more) in mine.iter_mut().zip(more) {
        add(mine, more);
    }
}

impl Trend {
    /// Where a line stands.
    pub fn line(&self, combination: usize, series: usize, half: usize) -> usize {
        (combination * self.spec.series.len() + series) * self.halves.len() + half
    }

    /// Makes room for everyone, and for one more combination where it is new.
    fn combination(&self, state: &mut State, values: Vec<Option<String>>) -> u32 {
        if let Some(at) = state.index.get(&values) {
            return *at;
        }
        let at = state.combinations.len() as u32;
        state.index.insert(values.clone(), at);
        state.combinations.push(values);
        for series in &self.spec.series {
            for half in &self.halves {
                state.lines.push(Line::of(need(series), half.steps.len()));
            }
        }
        state.seen.resize(state.lines.len(), Seen::default());
        at
    }

    /// Numbers that the state needs beside what it carries.
    fn prepare(&self, state: &mut State) {
        if state.index.len() < state.combinations.len() {
            let combinations = state.combinations.iter().enumerate();
            state.index = combinations.map(|(at, values)| (values.clone(), at as u32)).collect();
        }
        if state.combinations.is_empty() {
            self.combination(state, Vec::new());
        }
        state.seen.resize(state.lines.len(), Seen::default());
    }

    /// The combination of an event; 0 where nothing is broken down.
    fn of_event(&self, state: &mut State, events: &PersonEvents<'_>, event: usize) -> u32 {
        let properties = self.spec.breakdown.len();
        if properties == 0 {
            return 0;
        }
        let mut key = [0; 3];
        for (property, key) in key.iter_mut().enumerate().take(properties) {
            *key = events.key(property, event);
        }
        if let Some(at) = state.known.get(&key) {
            return *at;
        }
        let values =
            (0..properties).map(|property| events.text(property, event).map(str::to_owned)).collect();
        let at = self.combination(state, values);
        state.known.insert(key, at);
        at
    }

    /// Counts one event of a step on one line.
    fn count(&self, state: &mut State, at: usize, step: usize, value: Option<f64>, touch: Touch) {
        let series = &self.spec.series[touch.0 as usize];
        let need = need(series);
        let line = &mut state.lines[at];
        line.events += 1;
        match need {
            Need::Count => {
                line.count[step] += 1;
                return;
            }
            Need::Sum => {
                if let Some(value) = value {
                    line.count[step] += 1;
                    line.sum[step] += value;
                }
                return;
            }
            Need::Bounds => {
                if let Some(value) = value {
                    line.least[step] = line.least[step].min(value);
                    line.most[step] = line.most[step].max(value);
                }
                return;
            }
            Need::Values => {
                line.values[step].extend(value);
                return;
            }
            Need::Both => line.count[step] += 1,
            _ => {}
        }
        let seen = &mut state.seen[at];
        let new = seen.person != state.serial;
        if new {
            *seen = Seen { person: state.serial, step: step as u32, ..Seen::default() };
            line.whole_people += 1;
            state.touched.push(at as u32);
            if touch.3 > 0 {
                state.steps.push((touch.0, touch.1, u32::MAX, touch.3));
            }
        }
        let other_step = seen.step != step as u32;
        if other_step && need == Need::Each {
            line.values[seen.step as usize].push(seen.in_step as f64);
        }
        if new || other_step {
            seen.step = step as u32;
            seen.in_step = 0;
            if matches!(need, Need::People | Need::Both) && (new || !self.spec.cumulative) {
                line.people[step] += 1;
                if touch.3 > 0 {
                    state.steps.push(touch);
                }
            }
        }
        seen.in_step += 1;
        seen.in_all += 1;
    }

    /// Counts one event for every step whose days it lies in.
    fn active(&self, state: &mut State, at: usize, steps: std::ops::Range<usize>, touch: Touch) {
        let line = &mut state.lines[at];
        line.events += 1;
        let seen = &mut state.seen[at];
        if seen.person != state.serial {
            *seen = Seen { person: state.serial, ..Seen::default() };
        }
        for step in steps.start.max(seen.covered as usize)..steps.end {
            line.people[step] += 1;
            if touch.3 > 0 {
                state.steps.push((touch.0, touch.1, step as u32, touch.3));
            }
        }
        seen.covered = seen.covered.max(steps.end as u32);
    }

    /// What is only known once the person's last event was seen.
    fn close(&self, state: &mut State) {
        let mut touched = std::mem::take(&mut state.touched);
        for at in touched.drain(..) {
            let at = at as usize;
            let series = at / self.halves.len() % self.spec.series.len();
            if need(&self.spec.series[series]) == Need::Each {
                let seen = state.seen[at];
                state.lines[at].values[seen.step as usize].push(seen.in_step as f64);
                state.lines[at].whole_values.push(seen.in_all as f64);
            }
        }
        state.touched = touched;
        let mut steps = std::mem::take(&mut state.steps);
        let first = steps.first().map(|touch| touch.3);
        if steps.iter().any(|touch| Some(touch.3) != first) {
            self.overlaps(state, &mut steps);
        }
        steps.clear();
        state.steps = steps;
    }

    fn overlaps(&self, state: &mut State, steps: &mut [Touch]) {
        // The whole half stands apart from its steps; a cumulative series is one group over all steps.
        let group = |touch: &Touch| {
            let whole = touch.2 == u32::MAX;
            (touch.0, touch.1, whole, if whole || self.spec.cumulative { 0 } else { touch.2 })
        };
        steps.sort_unstable_by_key(|touch| (group(touch), touch.3));
        for same in steps.chunk_by(|one, other| group(one) == group(other)) {
            if same.len() < 2 {
                continue;
            }
            if state.overlaps.len() >= OVERLAPS_AT_MOST {
                state.too_many = true;
                return;
            }
            let pairs = same.iter().map(|touch| (touch.3, touch.2)).collect();
            *state.overlaps.entry((same[0].0, same[0].1, pairs)).or_default() += 1;
        }
    }
}

impl Question for Trend {
    type State = State;

    fn reading(&self) -> &Reading {
        &self.reading
    }

    fn person(&self, state: &mut State, events: &PersonEvents<'_>) {
        self.prepare(state);
        state.serial += 1;
        for (number, half) in self.halves.iter().enumerate() {
            let mut walk = Walk::new(&half.steps.edges);
            for event in 0..events.len() {
                let time = events.times[event];
                if time >= half.to {
                    break;
                }
                let step = walk.at(time).filter(|_| time >= half.from);
                let mut marks = events.marks[event];
                let mut combination = None;
                while marks != 0 {
                    let series = marks.trailing_zeros() as usize;
                    marks &= marks - 1;
                    let days = active_days(self.spec.series[series].measure).is_some();
                    if !days && step.is_none() {
                        continue;
                    }
                    let under = match combination {
                        Some(under) => under,
                        None => *combination.insert(self.of_event(state, events, event)),
                    };
                    for under in [0, under].into_iter().take(1 + usize::from(under > 0)) {
                        let at = self.line(under as usize, series, number);
                        let mut touch = (series as u32, number as u32, 0, under);
                        if days {
                            let starts = &half.active[series];
                            let first = half.steps.edges[1..].partition_point(|end| *end <= time);
                            let last = starts.partition_point(|start| *start <= time);
                            if first < last {
                                self.active(state, at, first..last, touch);
                            }
                        } else if let Some(step) = step {
                            touch.2 = step as u32;
                            let value =
                                self.value_columns[series].and_then(|column| events.number(column, event));
                            self.count(state, at, step, value, touch);
                        }
                    }
                }
            }
        }
        self.close(state);
    }

    fn merge(&self, state: &mut State, other: State) {
        self.prepare(state);
        state.known.clear();
        let width = self.spec.series.len() * self.halves.len();
        let mut mine = Vec::with_capacity(other.combinations.len());
        for (number, values) in other.combinations.into_iter().enumerate() {
            let at = self.combination(state, values);
            mine.push(at);
            for offset in 0..width {
                state.lines[at as usize * width + offset].add(&other.lines[number * width + offset]);
            }
        }
        for ((series, half, pairs), count) in other.overlaps {
            let mut pairs: Vec<(u32, u32)> =
                pairs.into_iter().map(|(combination, step)| (mine[combination as usize], step)).collect();
            pairs.sort_unstable();
            *state.overlaps.entry((series, half, pairs)).or_default() += count;
        }
        state.too_many |= other.too_many;
    }
}

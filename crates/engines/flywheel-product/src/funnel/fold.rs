//! What a funnel keeps of the people it has seen.

use std::collections::{BTreeMap, HashMap};

use flywheel_people::{Keys, NONE, PersonEvents, Question, Reading};
use flywheel_spec::product::funnel::{Attribution, FunnelOrder, FunnelSpec, StepOutcome};
use serde::{Deserialize, Serialize};

use super::walk::{Route, Walk};
use crate::calendar::Steps;

/// Most distinct ids kept of one person.
const IDS_AT_MOST: usize = 5;
/// Most events kept of the person who is explained.
const EVENTS_AT_MOST: usize = 500;
/// What stands for an absent value.
const ABSENT: Option<String> = None;

/// A funnel whose plan is made; steps count from 0 here.
pub struct Funnel {
    /// The question.
    pub spec: FunnelSpec,
    /// What is read.
    pub reading: Reading,
    /// What a walk goes by.
    pub route: Route,
    /// For each step, the bits of the filters that do it; empty where bit `i` is step `i` already.
    pub filters_of: Vec<u64>,
    /// The period's end.
    pub until: i64,
    /// Intervals of conversion over time, and between which steps.
    pub over: Option<(Steps, usize, usize)>,
    /// Between which steps the time to convert is told.
    pub timed: (usize, usize),
    /// The columns of the reading.
    pub columns: Columns,
    /// The step that separating properties are told of.
    pub separated: usize,
    /// The number of the person, or group, who is explained.
    pub explained: Option<i64>,
}

/// Where each value stands in the reading.
#[derive(Debug, Clone, Default)]
pub struct Columns {
    /// The breakdown's property.
    pub breakdown: Option<usize>,
    /// Distinct ids.
    pub distinct_id: Option<usize>,
    /// The event's name.
    pub event: Option<usize>,
    /// The event's uuid.
    pub uuid: Option<usize>,
    /// The first property that may separate; the others follow it.
    pub separate: Option<usize>,
}

/// Everyone, everyone by value, and whoever was asked for.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct State {
    /// Everyone.
    pub all: Tally,
    /// The breakdown's values, each with its tally.
    pub parts: Vec<(Option<String>, Tally)>,
    /// For each property that may separate, by value: how many left, how many went on.
    pub separated: Vec<BTreeMap<Option<String>, [u64; 2]>>,
    /// The people asked for, the lowest numbers.
    pub people: Vec<Found>,
    /// The person who is explained.
    pub explained: Vec<Told>,
    /// The number of a value in `parts`.
    #[serde(skip)]
    index: HashMap<Option<String>, u32>,
    #[serde(skip)]
    known: Keys,
    #[serde(skip)]
    walk: Walk,
    #[serde(skip)]
    room: Room,
}

/// Room that is kept from person to person.
#[derive(Debug, Clone, Default)]
struct Room {
    marks: Vec<u64>,
    times: Vec<i64>,
    masked: Vec<u64>,
    values: Vec<u32>,
    walk: Walk,
}

/// Counts of some people.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    /// How many did each step.
    pub did: Vec<u64>,
    /// For each step, the microseconds since the step before that may not be skipped.
    pub times: Vec<Vec<i64>>,
    /// The microseconds between the two steps that are timed.
    pub timed: Vec<i64>,
    /// For each interval, how many reached the one step and the other.
    pub over: Vec<[u64; 2]>,
    /// Whom an exclusion removed.
    pub removed: u64,
    /// Who may still go on.
    pub open: u64,
}

/// Someone at a step.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Found {
    /// The person's number.
    pub person: i64,
    /// How many steps they did.
    pub reached: u32,
    /// When they did the last.
    pub at: i64,
    /// Their distinct ids.
    pub distinct_ids: Vec<String>,
}

/// One event of the person who is explained.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Told {
    /// When.
    pub time: i64,
    /// Which steps and exclusions it is, bit by bit.
    pub mark: u64,
    /// Its name.
    pub event: String,
    /// Its uuid.
    pub uuid: String,
}

impl Tally {
    fn take(&mut self, funnel: &Funnel, walk: &Walk) {
        let steps = funnel.route.steps;
        if self.did.len() < steps {
            self.did.resize(steps, 0);
            self.times.resize(steps, Vec::new());
        }
        if walk.removed {
            self.removed += 1;
            return;
        }
        if walk.reached == 0 {
            return;
        }
        self.did[0] += 1;
        let mut before = walk.times[0];
        for step in 1..walk.reached {
            if walk.done >> step & 1 == 1 {
                self.did[step] += 1;
                self.times[step].push(walk.times[step] - before);
                if funnel.route.optional >> step & 1 == 0 {
                    before = walk.times[step];
                }
            }
        }
        let (from, to) = funnel.timed;
        if walk.done >> from & 1 == 1 && walk.done >> to & 1 == 1 {
            self.timed.push(walk.times[to] - walk.times[from]);
        }
        let unfinished = walk.done >> (steps - 1) & 1 == 0;
        let still = |start: i64| start.saturating_add(funnel.route.window) >= funnel.until;
        self.open += u64::from(unfinished && walk.last_start().is_some_and(still));
    }

    fn merge(&mut self, other: Self) {
        add(&mut self.did, &other.did);
        if self.times.len() < other.times.len() {
            self.times.resize(other.times.len(), Vec::new());
        }
        for (times, mut more) in self.times.iter_mut().zip(other.times) {
            times.append(&mut more);
        }
        self.timed.extend(other.timed);
        if self.over.len() < other.over.len() {
            self.over.resize(other.over.len(), [0; 2]);
        }
        for (over, more) in self.over.iter_mut().zip(other.over) {
            over[0] += more[0];
            over[1] += more[1];
        }
        self.removed += other.removed;
        self.open += other.open;
    }

    /// Takes another tally in, for values that are not told apart.
    pub fn pool(&mut self, other: &Self) {
        self.merge(other.clone());
    }
}

fn add(counts: &mut Vec<u64>, more: &[u64]) {
    if counts.len() < more.len() {
        counts.resize(more.len(), 0);
    }
    for (count, more) in counts.iter_mut().zip(more) {
        *count += more;
    }
}

impl Question for Funnel {
    type State = State;

    fn reading(&self) -> &Reading {
        &self.reading
    }

    fn person(&self, state: &mut State, events: &PersonEvents<'_>) {
        let mut room = std::mem::take(&mut state.room);
        let marks = if self.filters_of.is_empty() {
            events.marks
        } else {
            room.marks.clear();
            room.marks.extend(events.marks.iter().map(|mark| self.steps_of(*mark)));
            &room.marks
        };
        self.go(&mut state.walk, events.times, marks, i64::MAX, |_| true);
        state.all.take(self, &state.walk);
        if self.over.is_some() {
            self.over_time(&mut state.all, &mut room.walk, events.times, marks);
        }
        if let Some(column) = self.columns.breakdown {
            // The scratch is split so that marks may be read from it while the rest is written.
            let mut scratch = Room {
                times: std::mem::take(&mut room.times),
                masked: std::mem::take(&mut room.masked),
                values: std::mem::take(&mut room.values),
                walk: std::mem::take(&mut room.walk),
                marks: Vec::new(),
            };
            self.by_value(state, events, marks, column, &mut scratch);
            self.whoever(state, events, marks);
            room.times = scratch.times;
            room.masked = scratch.masked;
            room.values = scratch.values;
            room.walk = scratch.walk;
        } else {
            self.whoever(state, events, marks);
        }
        state.room = room;
    }

    fn merge(&self, state: &mut State, other: State) {
        state.all.merge(other.all);
        if state.index.len() < state.parts.len() {
            state.index =
                state.parts.iter().enumerate().map(|(at, (value, _))| (value.clone(), at as u32)).collect();
        }
        for (value, tally) in other.parts {
            let part = state.part(value);
            state.parts[part as usize].1.merge(tally);
        }
        if state.separated.len() < other.separated.len() {
            state.separated.resize(other.separated.len(), BTreeMap::new());
        }
        for (values, more) in state.separated.iter_mut().zip(other.separated) {
            for (value, counts) in more {
                let mine = values.entry(value).or_default();
                mine[0] += counts[0];
                mine[1] += counts[1];
            }
        }
        state.people.extend(other.people);
        self.prune(&mut state.people, 1);
        state.explained.extend(other.explained);
        state.known = Keys::default();
    }
}

impl State {
    fn part(&mut self, value: Option<String>) -> u32 {
        let next = self.parts.len() as u32;
        let part = *self.index.entry(value.clone()).or_insert(next);
        if part == next {
            self.parts.push((value, Tally::default()));
        }
        part
    }

    /// The part of a value that the reader knows by number.
    fn part_of(&mut self, events: &PersonEvents<'_>, key: u32) -> usize {
        if key == NONE {
            return self.part(ABSENT) as usize;
        }
        let mut known = std::mem::take(&mut self.known);
        let part = known.get(key, || self.part(events.dictionary.text(key).map(str::to_owned)));
        self.known = known;
        part as usize
    }
}

impl Funnel {
    /// Which steps and exclusions an event is, where a step has several filters.
    pub fn steps_of(&self, mark: u64) -> u64 {
        let steps = self.filters_of.iter().enumerate();
        let done = steps.fold(0, |bits, (step, filters)| bits | u64::from(mark & filters != 0) << step);
        done | mark & !self.route.all()
    }

    /// Walks through events; attempts begin before `until`, in any order with events that `may` begin one.
    pub fn go(&self, walk: &mut Walk, times: &[i64], marks: &[u64], until: i64, may: impl Fn(usize) -> bool) {
        match self.spec.order {
            FunnelOrder::Unordered => {
                walk.unordered(&self.route, times, marks, |at| times[at] < until && may(at));
            }
            _ => walk.ordered(&self.route, times, marks, until),
        }
    }

    /// For each interval, the attempts that begin in it.
    fn over_time(&self, tally: &mut Tally, walk: &mut Walk, times: &[i64], marks: &[u64]) {
        let Some((steps, from, to)) = &self.over else { return };
        if tally.over.len() < steps.len() {
            tally.over.resize(steps.len(), [0; 2]);
        }
        let starts = if self.spec.order == FunnelOrder::Unordered { self.route.all() } else { 1 };
        let mut at = 0;
        while at < times.len() {
            if marks[at] & starts == 0 {
                at += 1;
                continue;
            }
            let Some(interval) = steps.at(times[at]) else {
                at += 1;
                continue;
            };
            let end = steps.edges[interval + 1];
            let last = end.saturating_add(self.route.window);
            // From the first event of that moment on, and no further than the last attempt can see.
            let first = times.partition_point(|time| *time < times[at]);
            let beyond = times.partition_point(|time| *time <= last);
            self.go(walk, &times[first..beyond], &marks[first..beyond], end, |_| true);
            if walk.counts() && walk.done >> from & 1 == 1 {
                tally.over[interval][0] += 1;
                tally.over[interval][1] += u64::from(walk.done >> to & 1 == 1);
            }
            at = times.partition_point(|time| *time < end).max(at + 1);
        }
    }

    fn by_value(
        &self,
        state: &mut State,
        events: &PersonEvents<'_>,
        marks: &[u64],
        column: usize,
        room: &mut Room,
    ) {
        let Some(breakdown) = &self.spec.breakdown else { return };
        let all = self.route.all();
        match breakdown.attribution {
            Attribution::First | Attribution::Last => {
                if state.walk.reached == 0 && !state.walk.removed {
                    return;
                }
                let has = |at: &usize| marks[*at] & all != 0 && events.key(column, *at) != NONE;
                let found = if breakdown.attribution == Attribution::First {
                    (0..events.len()).find(has)
                } else {
                    (0..events.len()).rev().find(has)
                };
                let key = found.map_or(NONE, |at| self.of_moment(events, marks, column, at));
                let part = state.part_of(events, key);
                let State { walk, parts, .. } = state;
                parts[part].1.take(self, walk);
                if self.over.is_some() {
                    self.over_time(&mut parts[part].1, &mut room.walk, events.times, marks);
                }
            }
            Attribution::Every => {
                self.values(events, marks, column, all, &mut room.values);
                for value in 0..room.values.len() {
                    let key = room.values[value];
                    room.times.clear();
                    room.masked.clear();
                    for at in (0..events.len()).filter(|at| events.key(column, *at) == key) {
                        room.times.push(events.times[at]);
                        room.masked.push(marks[at]);
                    }
                    self.go(&mut room.walk, &room.times, &room.masked, i64::MAX, |_| true);
                    self.take_part(state, events, key, room);
                }
            }
            Attribution::Step { step } => {
                let unordered = self.spec.order == FunnelOrder::Unordered;
                let bit = if unordered { all } else { 1 << (step.max(1) - 1) };
                self.values(events, marks, column, bit, &mut room.values);
                for value in 0..room.values.len() {
                    let key = room.values[value];
                    room.times.clear();
                    room.times.extend_from_slice(events.times);
                    room.masked.clear();
                    let fits = |at: usize| events.key(column, at) == key;
                    room.masked.extend(
                        (0..events.len())
                            .map(|at| if fits(at) || unordered { marks[at] } else { marks[at] & !bit }),
                    );
                    self.go(&mut room.walk, &room.times, &room.masked, i64::MAX, fits);
                    self.take_part(state, events, key, room);
                }
            }
        }
    }

    fn take_part(&self, state: &mut State, events: &PersonEvents<'_>, key: u32, room: &mut Room) {
        if room.walk.reached == 0 && !room.walk.removed {
            return;
        }
        let part = state.part_of(events, key);
        state.parts[part].1.take(self, &room.walk);
        if self.over.is_some() {
            let tally = &mut state.parts[part].1;
            self.over_time(tally, &mut room.walk, &room.times, &room.masked);
        }
    }

    /// The value that counts among the events of a moment: the first by text, whatever order they are read in.
    fn of_moment(&self, events: &PersonEvents<'_>, marks: &[u64], column: usize, at: usize) -> u32 {
        let all = self.route.all();
        let time = events.times[at];
        let first = events.times.partition_point(|other| *other < time);
        let moment = (first..events.len()).take_while(|other| events.times[*other] == time);
        let keys = moment.filter(|other| marks[*other] & all != 0).map(|other| events.key(column, other));
        keys.filter(|key| *key != NONE).min_by_key(|key| events.dictionary.text(*key)).unwrap_or(NONE)
    }

    /// The different values of events that fit.
    fn values(
        &self,
        events: &PersonEvents<'_>,
        marks: &[u64],
        column: usize,
        bits: u64,
        into: &mut Vec<u32>,
    ) {
        into.clear();
        for at in (0..events.len()).filter(|at| marks[*at] & bits != 0) {
            into.push(events.key(column, at));
        }
        into.sort_unstable();
        into.dedup();
    }

    /// The person who is explained, those asked for, and what separates.
    fn whoever(&self, state: &mut State, events: &PersonEvents<'_>, marks: &[u64]) {
        if let (Some(asked), Some(column)) = (&self.spec.explain, self.columns.distinct_id) {
            let named = |at: usize| events.text(column, at) == Some(asked.as_str());
            let theirs = self.explained == Some(events.person)
                || self.spec.group.is_none() && (0..events.len()).any(named);
            if theirs {
                let text = |column: Option<usize>, at: usize| {
                    column.and_then(|column| events.text(column, at)).unwrap_or_default().to_owned()
                };
                state.explained = (0..events.len())
                    .map(|at| Told {
                        time: events.times[at],
                        mark: marks[at],
                        event: text(self.columns.event, at),
                        uuid: text(self.columns.uuid, at),
                    })
                    .collect();
                state.explained.sort();
                if state.explained.len() > EVENTS_AT_MOST * 20 {
                    state.explained.truncate(EVENTS_AT_MOST * 20);
                }
            }
        }
        let walk = &state.walk;
        if !walk.counts() {
            return;
        }
        if let Some(asked) = &self.spec.people {
            let step = asked.step.max(1) as usize - 1;
            let did = walk.done >> step & 1 == 1;
            let before = (0..step).rev().find(|step| self.route.optional >> step & 1 == 0);
            let fits = match asked.outcome {
                StepOutcome::Did => did,
                StepOutcome::Dropped => {
                    !did && before.is_some_and(|before| walk.done >> before & 1 == 1)
                        && walk.done >> step == 0
                }
            };
            if fits {
                let mut distinct_ids: Vec<String> = Vec::new();
                if let Some(column) = self.columns.distinct_id {
                    distinct_ids.extend(
                        (0..events.len()).filter_map(|at| events.text(column, at)).map(str::to_owned),
                    );
                    distinct_ids.sort_unstable();
                    distinct_ids.dedup();
                    distinct_ids.truncate(IDS_AT_MOST);
                }
                let at = walk.times[walk.reached - 1];
                state.people.push(Found {
                    person: events.person,
                    reached: walk.reached as u32,
                    at,
                    distinct_ids,
                });
                self.prune(&mut state.people, 4);
            }
        }
        if let (Some(first), Some(asked)) = (self.columns.separate, &self.spec.separate) {
            let step = self.separated;
            let Some(before) = (0..step).rev().find(|step| self.route.optional >> step & 1 == 0) else {
                return;
            };
            if walk.done >> before & 1 == 0 {
                return;
            }
            let did = usize::from(walk.done >> step & 1 == 1);
            state.separated.resize(asked.properties.len(), BTreeMap::new());
            let time = walk.times[before];
            let bits = if self.spec.order == FunnelOrder::Unordered { self.route.all() } else { 1 << before };
            let begin = events.times.partition_point(|other| *other < time);
            let moment = (begin..events.len()).take_while(|at| events.times[*at] == time);
            let moment: Vec<usize> = moment.filter(|at| marks[*at] & bits != 0).collect();
            for (property, values) in state.separated.iter_mut().enumerate() {
                let texts = moment.iter().filter_map(|at| events.text(first + property, *at));
                let value = texts.min().map(str::to_owned);
                values.entry(value).or_default()[did] += 1;
            }
        }
    }

    /// Keeps the people with the lowest numbers, in order, once there are `slack` times too many.
    fn prune(&self, people: &mut Vec<Found>, slack: usize) {
        let most = self.spec.people.as_ref().map_or(0, |asked| asked.limit as usize);
        if people.len() > most.saturating_mul(slack).max(16) || slack == 1 {
            people.sort_unstable();
            people.truncate(most);
        }
    }
}

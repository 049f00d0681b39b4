//! One person judged: the bits of the leaves, and what is kept of them.

use std::collections::BTreeSet;

use flywheel_people::{Keys, NONE, PersonEvents, Question, Reading, person_of};
use serde::{Deserialize, Serialize};

use super::POPULATION;
use super::who::{Leaf, Ready};
use crate::calendar::Stretch;
use crate::intervals::fits;

/// The number of an id that no list names.
const UNLISTED: u32 = u32::MAX - 1;

/// The question, ready to see people.
pub struct Segment {
    pub reading: Reading,
    pub who: Ready,
    pub leaves: Vec<Leaf>,
    /// Everybody that a list names.
    pub listed: BTreeSet<i64>,
    /// The column of the distinct id.
    pub distinct_id: Option<usize>,
    pub scoring: Option<Scoring>,
    pub examples: usize,
    pub list: bool,
}

/// What recency, frequency and value are counted of.
pub struct Scoring {
    pub filter: usize,
    pub value: Option<usize>,
    pub stretch: Stretch,
}

/// What is kept of the people seen.
#[derive(Default, Serialize, Deserialize)]
pub struct State {
    pub population: u64,
    pub size: u64,
    /// Members, where the list was asked for.
    pub persons: Vec<i64>,
    /// The first of the members' ids.
    pub examples: BTreeSet<String>,
    /// Who of the lists was found.
    pub found: BTreeSet<i64>,
    /// Everybody, where people are scored against each other: only then is it known who belongs.
    pub candidates: Vec<Candidate>,
    #[serde(skip)]
    keys: Keys,
    /// Those of the lists that this reader met, by their numbers in `keys`.
    #[serde(skip)]
    met: Vec<i64>,
    #[serde(skip)]
    ids: Vec<i64>,
    #[serde(skip)]
    values: Vec<f64>,
}

/// A person before it is known how the others score.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Candidate {
    pub person: i64,
    /// The bits of the leaves that need no scores.
    pub bits: u64,
    pub scored: Option<Scored>,
    pub id: Option<String>,
}

/// What a person's scores come from.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Scored {
    /// The moment of the last event.
    pub last: i64,
    pub events: u64,
    pub value: f64,
}

impl Segment {
    fn bits(&self, events: &PersonEvents<'_>, ids: &[i64]) -> u64 {
        let mut bits = 0;
        for (place, leaf) in self.leaves.iter().enumerate() {
            let holds = match leaf {
                Leaf::Property { column, condition } => condition.fits(events.text(*column, 0)),
                Leaf::Did { filter, at_least, at_most, stretch } => {
                    let range = range(events, stretch);
                    let times = range.filter(|event| fits(events, *event, *filter)).count() as u64;
                    (*at_least..=*at_most).contains(&times)
                }
                Leaf::FirstTime { filter, stretch } => {
                    let first = (0..events.len()).find(|event| fits(events, *event, *filter));
                    first.is_some_and(|first| range(events, stretch).contains(&first))
                }
                Leaf::Sequence { first, then, within, stretch } => {
                    sequence(events, *first, *then, *within, stretch)
                }
                Leaf::Rfm { .. } => false,
                Leaf::Among { persons } => {
                    persons.contains(&events.person) || ids.iter().any(|id| persons.contains(id))
                }
            };
            bits |= u64::from(holds) << place;
        }
        bits
    }

    fn scored(&self, scoring: &Scoring, events: &PersonEvents<'_>, values: &mut Vec<f64>) -> Option<Scored> {
        values.clear();
        let (mut last, mut count) = (None, 0);
        for event in range(events, &scoring.stretch).filter(|event| fits(events, *event, scoring.filter)) {
            last = Some(events.times[event]);
            count += 1;
            values.extend(scoring.value.and_then(|column| events.number(column, event)));
        }
        // Events of the same moment come in any order, and sums of floating-point numbers depend on it.
        values.sort_by(f64::total_cmp);
        Some(Scored { last: last?, events: count, value: values.iter().sum() })
    }

    /// Keeps a member.
    pub fn keep(&self, state: &mut State, person: i64, id: Option<&str>) {
        state.size += 1;
        if self.list {
            state.persons.push(person);
        }
        if let Some(id) = id {
            let full = state.examples.len() >= self.examples;
            if !full || state.examples.last().is_some_and(|last| id < last.as_str()) {
                state.examples.insert(id.to_owned());
                if state.examples.len() > self.examples {
                    state.examples.pop_last();
                }
            }
        }
    }
}

/// The events of a stretch of time.
fn range(events: &PersonEvents<'_>, stretch: &Stretch) -> std::ops::Range<usize> {
    let from = stretch.from.map_or(0, |from| events.times.partition_point(|time| *time < from));
    from..events.times.partition_point(|time| *time < stretch.to).max(from)
}

/// Whether one event follows another, the nearest one before taken.
fn sequence(
    events: &PersonEvents<'_>,
    first: usize,
    then: usize,
    within: Option<i64>,
    stretch: &Stretch,
) -> bool {
    let (mut earlier, mut newest): (Option<i64>, Option<i64>) = (None, None);
    for event in range(events, stretch) {
        let time = events.times[event];
        if newest.is_some_and(|newest| newest < time) {
            earlier = newest;
        }
        let in_time = |earlier: i64| within.is_none_or(|within| time - earlier <= within);
        if fits(events, event, then) && earlier.is_some_and(in_time) {
            return true;
        }
        if fits(events, event, first) {
            newest = Some(time);
        }
    }
    false
}

impl Question for Segment {
    type State = State;

    fn reading(&self) -> &Reading {
        &self.reading
    }

    fn person(&self, state: &mut State, events: &PersonEvents<'_>) {
        let mut ids = std::mem::take(&mut state.ids);
        ids.clear();
        if !self.listed.is_empty()
            && let Some(column) = self.distinct_id
        {
            for event in 0..events.len() {
                let key = events.key(column, event);
                if key == NONE {
                    continue;
                }
                let number = state.keys.get(key, || {
                    let id = person_of(events.dictionary.text(key).unwrap_or_default());
                    if !self.listed.contains(&id) {
                        return UNLISTED;
                    }
                    state.met.push(id);
                    state.met.len() as u32 - 1
                });
                ids.extend(state.met.get(number as usize));
            }
            ids.sort_unstable();
            ids.dedup();
            state.found.extend(&ids);
            if self.listed.contains(&events.person) {
                state.found.insert(events.person);
            }
        }
        if (0..events.len()).any(|event| fits(events, event, POPULATION)) {
            state.population += 1;
            let bits = self.bits(events, &ids);
            let named = self.distinct_id.filter(|_| self.examples > 0);
            let id = named
                .and_then(|column| (0..events.len()).filter_map(|event| events.text(column, event)).min());
            match &self.scoring {
                Some(scoring) => {
                    let scored = self.scored(scoring, events, &mut state.values);
                    let id = id.map(str::to_owned);
                    state.candidates.push(Candidate { person: events.person, bits, scored, id });
                }
                None if self.who.holds(bits) => self.keep(state, events.person, id),
                None => {}
            }
        }
        state.ids = ids;
    }

    fn merge(&self, state: &mut State, other: State) {
        state.population += other.population;
        state.size += other.size;
        state.persons.extend(other.persons);
        state.examples.extend(other.examples);
        while state.examples.len() > self.examples {
            state.examples.pop_last();
        }
        state.found.extend(other.found);
        state.candidates.extend(other.candidates);
    }
}

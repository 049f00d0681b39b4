//! One person's beginnings and returns, counted into the grid.

use std::collections::HashMap;

use flywheel_people::{Keys, NONE, PersonEvents, Question, Reading};
use flywheel_spec::product::Property;
use flywheel_spec::product::retention::Begins;
use serde::{Deserialize, Serialize};

use super::START;
use crate::intervals::{Intervals, Walk, fits};

/// The question, ready to see people.
pub struct Retention {
    pub reading: Reading,
    /// The place of the filter for coming back.
    pub returning: usize,
    pub begins: Begins,
    /// How long an interval by a person's own clock is; by the calendar when absent.
    pub rolling: Option<i64>,
    pub at_least: u32,
    pub or_later: bool,
    pub broken_down: Option<Property>,
    pub intervals: Intervals,
    /// Columns, the beginning's included.
    pub width: usize,
}

/// What is counted: a grid for each value of the breakdown, one without.
#[derive(Default, Serialize, Deserialize)]
pub struct State {
    pub grids: Vec<Grid>,
    #[serde(skip)]
    places: HashMap<Option<String>, u32>,
    #[serde(skip)]
    keys: Keys,
    #[serde(skip)]
    absent: Option<u32>,
    #[serde(skip)]
    starts: Vec<Start>,
    #[serde(skip)]
    returns: Vec<Return>,
}

/// The people of one value.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Grid {
    pub value: Option<String>,
    /// By the interval of the beginning: how many began.
    pub sizes: Vec<u64>,
    /// Row by row: how many came back so many intervals later.
    pub cells: Vec<u64>,
}

#[derive(Clone, Copy)]
struct Start {
    interval: usize,
    time: i64,
    event: usize,
}

/// By the calendar an interval and how often; by a person's own clock a moment.
#[derive(Clone, Copy)]
struct Return {
    at: i64,
    times: u32,
}

impl Retention {
    /// How many columns the row of an interval has.
    pub fn columns(&self, interval: usize) -> usize {
        self.width.min(self.intervals.len() - interval)
    }

    /// Whether nobody who began in an interval can still come back in that column.
    pub fn complete(&self, interval: usize, after: usize) -> bool {
        match self.rolling {
            Some(length) if after > 0 => {
                let last_start = self.intervals.edges[interval + 1] - 1;
                last_start + (after as i64 + 1) * length <= self.intervals.known_until
            }
            Some(_) => self.intervals.complete(interval),
            None => self.intervals.complete(interval + after),
        }
    }

    fn gather(&self, starts: &mut Vec<Start>, returns: &mut Vec<Return>, events: &PersonEvents<'_>) {
        starts.clear();
        returns.clear();
        let mut walk = Walk::new(&self.intervals.edges);
        let mut begun = false;
        for (event, time) in events.times.iter().copied().enumerate() {
            let interval = walk.at(time);
            if fits(events, event, START) {
                let begins = match self.begins {
                    Begins::FirstTime | Begins::FirstInPeriod if begun => None,
                    Begins::FirstInPeriod | Begins::FirstTime => interval,
                    Begins::Recurring => interval
                        .filter(|interval| starts.last().is_none_or(|last| last.interval != *interval)),
                };
                begun |= self.begins == Begins::FirstTime || interval.is_some();
                starts.extend(begins.map(|interval| Start { interval, time, event }));
            }
            if let Some(interval) = interval
                && fits(events, event, self.returning)
            {
                let at = if self.rolling.is_some() { time } else { interval as i64 };
                match returns.last_mut() {
                    Some(last) if last.at == at => last.times += 1,
                    _ => returns.push(Return { at, times: 1 }),
                }
            }
        }
    }

    /// The start's place among the grids.
    fn place(
        &self,
        grids: &mut Vec<Grid>,
        places: &mut HashMap<Option<String>, u32>,
        keys: &mut Keys,
        absent: &mut Option<u32>,
        events: &PersonEvents<'_>,
        start: Start,
    ) -> usize {
        let key = match &self.broken_down {
            None => NONE,
            Some(property) if property.of.is_of_person() => events.key(0, start.event),
            // Of several beginnings at the same moment the one whose value is first in alphabetical order counts.
            Some(_) => (start.event..events.len())
                .take_while(|event| events.times[*event] == start.time)
                .filter(|event| fits(events, *event, START))
                .filter_map(|event| Some((events.text(0, event)?, events.key(0, event))))
                .min()
                .map_or(NONE, |(_, key)| key),
        };
        let mut find = |text: Option<&str>| {
            let text = text.map(str::to_owned);
            *places.entry(text.clone()).or_insert_with(|| {
                grids.push(self.empty(text));
                grids.len() as u32 - 1
            })
        };
        let place = match key {
            NONE => *absent.get_or_insert_with(|| find(None)),
            key => keys.get(key, || find(events.dictionary.text(key))),
        };
        place as usize
    }

    fn empty(&self, value: Option<String>) -> Grid {
        let rows = self.intervals.len();
        Grid { value, sizes: vec![0; rows], cells: vec![0; rows * self.width] }
    }
}

impl Question for Retention {
    type State = State;

    fn reading(&self) -> &Reading {
        &self.reading
    }

    fn person(&self, state: &mut State, events: &PersonEvents<'_>) {
        let State { grids, places, keys, absent, starts, returns } = state;
        self.gather(starts, returns, events);
        for start in starts.iter().copied() {
            let place = self.place(grids, places, keys, absent, events, start);
            let grid = &mut grids[place];
            grid.sizes[start.interval] += 1;
            let row = start.interval * self.width;
            let row = &mut grid.cells[row..row + self.columns(start.interval)];
            row[0] += 1;
            let mut last = 0;
            let mut came_back = |after: usize| {
                if !self.or_later
                    && after > 0
                    && let Some(cell) = row.get_mut(after)
                {
                    *cell += 1;
                }
                last = after;
            };
            match self.rolling {
                None => {
                    let first = returns.partition_point(|back| back.at <= start.interval as i64);
                    for back in returns[first..].iter().filter(|back| back.times >= self.at_least) {
                        came_back(back.at as usize - start.interval);
                    }
                }
                Some(length) => {
                    let first = returns.partition_point(|back| back.at < start.time);
                    let (mut window, mut times) = (0, 0);
                    for back in &returns[first..] {
                        let after = (back.at - start.time) / length;
                        if after != window {
                            (window, times) = (after, 0);
                        }
                        let enough = times >= self.at_least;
                        times = times.saturating_add(back.times);
                        if !enough && times >= self.at_least {
                            came_back(after as usize);
                        }
                    }
                }
            }
            if self.or_later {
                row.iter_mut().skip(1).take(last).for_each(|cell| *cell += 1);
            }
        }
    }

    fn merge(&self, state: &mut State, other: State) {
        if state.places.len() != state.grids.len() {
            let places = state.grids.iter().enumerate();
            state.places = places.map(|(place, grid)| (grid.value.clone(), place as u32)).collect();
        }
        for grid in other.grids {
            match state.places.get(&grid.value) {
                Some(place) => add(&mut state.grids[*place as usize], &grid),
                None => {
                    state.places.insert(grid.value.clone(), state.grids.len() as u32);
                    state.grids.push(grid);
                }
            }
        }
    }
}

/// Adds another grid's people.
pub fn add(grid: &mut Grid, other: &Grid) {
    grid.sizes.iter_mut().zip(&other.sizes).for_each(|(size, more)| *size += more);
    grid.cells.iter_mut().zip(&other.cells).for_each(|(cell, more)| *cell += more);
}

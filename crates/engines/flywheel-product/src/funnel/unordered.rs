//! One person's way through steps in any order: the most different steps done within one window.
//!
//! Every event of a step begins an attempt, which holds the events within its window from there;
//! it does as many steps as there are different events for.
//! An exclusion within the window spoils an attempt that has not done every step by then; spoilt attempts don't count,
//! and who has no other is removed. Of attempts that do equally many steps the earliest counts.
//! Step events of the exclusion's own microsecond come before it for attempts that began earlier, and begin attempts after it.

use super::walk::{Route, Walk};

impl Walk {
    /// The best attempt in any order; attempts begin with events that `may` begin one.
    pub fn unordered(&mut self, route: &Route, times: &[i64], marks: &[u64], may: impl Fn(usize) -> bool) {
        self.reset(route.steps);
        let all = route.all();
        let mut spoilt_one = false;
        let mut last = None;
        for at in 0..times.len() {
            if marks[at] & all == 0 || !may(at) {
                continue;
            }
            let start = times[at];
            // Events of one moment begin one attempt together.
            if last == Some(start) {
                continue;
            }
            last = Some(start);
            let first = times.partition_point(|time| *time < start);
            let attempt = Attempt::of(route, times, marks, first);
            if attempt.spoilt {
                spoilt_one = true;
            } else if attempt.done > self.reached {
                self.reached = attempt.done;
                self.done = (1_u64 << attempt.done) - 1;
                self.began = start;
                attempt.write_times(route, times, marks, first, &mut self.times);
                if self.reached == route.steps {
                    break;
                }
            }
        }
        self.removed = self.reached == 0 && spoilt_one;
        self.latest = last;
    }
}

struct Attempt {
    done: usize,
    spoilt: bool,
    end: usize,
}

impl Attempt {
    fn of(route: &Route, times: &[i64], marks: &[u64], first: usize) -> Self {
        let all = route.all();
        let start = times[first];
        let mut matching = Matching::default();
        let mut at = first;
        while at < times.len() && times[at].saturating_sub(start) <= route.window {
            let time = times[at];
            let mut excluded = false;
            let mut end = at;
            while end < times.len() && times[end] == time {
                matching.add(marks[end] & all);
                excluded |= marks[end] & route.excluded != 0;
                end += 1;
            }
            if matching.size() == route.steps {
                return Self { done: route.steps, spoilt: false, end };
            }
            if excluded && time > start {
                return Self { done: matching.size(), spoilt: true, end };
            }
            at = end;
        }
        Self { done: matching.size(), spoilt: false, end: at }
    }

    fn write_times(&self, route: &Route, times: &[i64], marks: &[u64], first: usize, into: &mut [i64]) {
        let mut matching = Matching::default();
        for at in first..self.end {
            let before = matching.size();
            matching.add(marks[at] & route.all());
            if matching.size() > before {
                into[before] = times[at];
            }
        }
    }
}

/// How many different steps different events do.
#[derive(Default)]
struct Matching {
    single: u64,
    events: Vec<u64>,
    owned: u64,
}

impl Matching {
    fn size(&self) -> usize {
        if self.events.is_empty() {
            self.single.count_ones() as usize
        } else {
            self.owned.count_ones() as usize
        }
    }

    fn add(&mut self, mark: u64) {
        if mark == 0 {
            return;
        }
        if self.events.is_empty() && mark.count_ones() == 1 {
            self.single |= mark;
            return;
        }
        if self.events.is_empty() {
            let mut bits = self.single;
            while bits != 0 {
                self.events.push(bits & bits.wrapping_neg());
                bits &= bits - 1;
            }
            self.owned = self.single;
        }
        // More events alike than there are steps change nothing.
        self.events.push(mark);
        self.owned = largest(&self.events);
        if self.events.len() > 64 * 4 {
            self.events.sort_unstable();
            let mut kept: Vec<u64> = Vec::new();
            for event in &self.events {
                let alike = kept.iter().rev().take_while(|other| *other == event).count();
                if alike < event.count_ones() as usize {
                    kept.push(*event);
                }
            }
            self.events = kept;
        }
    }
}

/// The steps that a largest matching of events does.
fn largest(events: &[u64]) -> u64 {
    let mut owner: [usize; 64] = [usize::MAX; 64];
    for event in 0..events.len() {
        let mut seen = 0_u64;
        place(event, events, &mut owner, &mut seen);
    }
    owner
        .iter()
        .enumerate()
        .filter(|(_, event)| **event != usize::MAX)
        .fold(0, |bits, (step, _)| bits | 1 << step)
}

fn place(event: usize, events: &[u64], owner: &mut [usize; 64], seen: &mut u64) -> bool {
    let mut bits = events[event] & !*seen;
    while bits != 0 {
        let step = bits.trailing_zeros() as usize;
        *seen |= 1 << step;
        if owner[step] == usize::MAX || place(owner[step], events, owner, seen) {
            owner[step] = event;
            return true;
        }
        bits = events[event] & !*seen;
    }
    false
}

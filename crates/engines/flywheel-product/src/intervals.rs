//! The intervals that people are followed through: where each begins, and how far anything is known.

use flywheel_people::reading::FILTERS_AT_MOST;
use flywheel_people::{FoldError, Partial, PersonEvents, Unit};
use flywheel_spec::product::{EventFilter, Interval, Period};
use flywheel_spec::{Phrase, Problem, Problems, phrase};
use serde::{Deserialize, Serialize};

use crate::calendar::{Calendar, Steps};
use crate::conditions::mistakes;

/// Most intervals that a question about people may have: each is compared with every other.
const INTERVALS_AT_MOST: usize = 1_000;

/// The intervals of a question.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intervals {
    /// Beginnings, and the end of the last.
    pub edges: Vec<i64>,
    /// What they are called.
    pub labels: Vec<String>,
    /// Nothing from this moment on is looked at: the end of the period, or the moment of asking.
    pub known_until: i64,
}

impl Intervals {
    /// The intervals of a period; so many up to its end where it has no beginning.
    ///
    /// # Errors
    /// What is wrong with the period, or too many intervals.
    pub fn of(
        calendar: &Calendar,
        period: &Period,
        interval: Interval,
        default_count: u32,
    ) -> Result<Self, Problems> {
        let mut problems = Problems::default();
        if period.from.is_none() && !(1..=INTERVALS_AT_MOST as u32).contains(&default_count) {
            problems.push(wrong_count("intervals", default_count, 1, INTERVALS_AT_MOST as u32));
        }
        let stretch = match calendar.stretch(period) {
            Ok(stretch) => stretch,
            Err(wrong) => {
                problems.extend(wrong);
                return Err(problems);
            }
        };
        if problems.stop() {
            return Err(problems);
        }
        let from =
            stretch.from.unwrap_or_else(|| before(calendar, stretch.to - 1, interval, default_count - 1));
        let Steps { edges, labels } = calendar.steps(from, stretch.to, interval)?;
        if labels.len() > INTERVALS_AT_MOST {
            let problem = Problem::error(phrase!("product.too_many_steps", most = INTERVALS_AT_MOST));
            return Err(problem.at_setting("interval").into());
        }
        let end = edges.last().copied().unwrap_or(stretch.to);
        let known_until = end.min(stretch.to).min(calendar.now.as_microsecond() + 1);
        Ok(Self { edges, labels, known_until })
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// When the first begins.
    pub fn from(&self) -> i64 {
        self.edges.first().copied().unwrap_or(i64::MIN)
    }

    /// When the interval before the first begins.
    pub fn before(&self, calendar: &Calendar, interval: Interval) -> i64 {
        before(calendar, self.from(), interval, 1)
    }

    /// Whether an interval is over, and all of it lies in the period.
    pub fn complete(&self, interval: usize) -> bool {
        self.edges.get(interval + 1).is_some_and(|end| *end <= self.known_until)
    }
}

/// The beginning of the interval so many before the one that a moment lies in.
pub fn before(calendar: &Calendar, moment: i64, interval: Interval, count: u32) -> i64 {
    let mut at = calendar.beginning_of(moment, interval);
    for _ in 0..count {
        at = calendar.beginning_of(at - 1, interval);
    }
    at
}

/// The intervals of one person's events, which come in order of time: each found from the one before.
pub struct Walk<'i> {
    edges: &'i [i64],
    at: usize,
}

impl<'i> Walk<'i> {
    /// Begins before the first edge.
    pub fn new(edges: &'i [i64]) -> Self {
        Self { edges, at: 0 }
    }

    /// The interval that a moment lies in; moments must not go back. `None` outside.
    pub fn at(&mut self, moment: i64) -> Option<usize> {
        // A person's next event is mostly in the same interval or the next; a long pause is leapt over.
        if self.edges.get(self.at).is_some_and(|edge| *edge <= moment) {
            self.at += 1;
            if self.edges.get(self.at).is_some_and(|edge| *edge <= moment) {
                self.at += self.edges[self.at..].partition_point(|edge| *edge <= moment);
            }
        }
        (self.at > 0 && self.at < self.edges.len()).then(|| self.at - 1)
    }
}

/// Whose events are read.
pub fn unit_of(group: Option<&String>) -> Unit {
    group.map_or(Unit::Person, |group| Unit::Group { group: group.clone() })
}

/// Adds what is wrong with a filter, each mistake at its setting.
pub fn check_filter(filter: &EventFilter, setting: &str, problems: &mut Problems) {
    for mut problem in mistakes(filter) {
        let inner = problem.place.setting.take().unwrap_or_default();
        problem.place.setting = Some(format!("{setting}.{inner}"));
        problems.push(problem);
    }
}

/// Adds what is wrong with a group's type.
pub fn check_group(group: Option<&String>, problems: &mut Problems) {
    if group.is_some_and(|group| group.trim().is_empty()) {
        problems.push(Problem::error(phrase!("following.group_empty")).at_setting("group"));
    }
}

/// A number out of its range.
pub fn wrong_count(setting: &str, found: u32, least: u32, most: u32) -> Problem {
    let message = phrase!("following.count", setting = setting, found = found, least = least, most = most);
    Problem::error(message).at_setting(setting)
}

/// Adds a number that is out of its range.
pub fn check_count(setting: &str, found: u32, least: u32, most: u32, problems: &mut Problems) {
    if !(least..=most).contains(&found) {
        problems.push(wrong_count(setting, found, least, most));
    }
}

/// Adds what does not fit into one reading.
pub fn check_filters(count: usize, problems: &mut Problems) {
    if count > FILTERS_AT_MOST {
        problems.push(Problem::error(phrase!("following.too_many_events", most = FILTERS_AT_MOST)));
    }
}

/// The bit of a filter.
pub fn bit(filter: usize) -> u64 {
    1 << filter
}

/// Whether one event fits a filter.
pub fn fits(events: &PersonEvents<'_>, event: usize, filter: usize) -> bool {
    events.marks[event] & bit(filter) != 0
}

/// The one state of a question with one fold.
///
/// # Errors
/// When there is none, or it is another question's.
pub fn only<S: 'static>(states: Vec<Box<dyn Partial>>) -> Result<S, FoldError> {
    let state = states.into_iter().next().ok_or(FoldError::Foreign)?;
    state.into_any().downcast::<S>().map(|state| *state).map_err(|_| FoldError::Foreign)
}

/// What an interval is called.
pub fn unit_word(interval: Interval) -> Phrase {
    match interval {
        Interval::Hour => phrase!("following.hour"),
        Interval::Day => phrase!("following.day"),
        Interval::Week => phrase!("following.week"),
        Interval::Month => phrase!("following.month"),
    }
}

/// A share as people read it: `41.3%`.
pub fn percent(share: f64) -> String {
    format!("{:.1}%", share * 100.0)
}

/// A share of a count.
pub fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_finds_what_a_search_finds() {
        let edges = [10, 20, 30, 40, 50];
        let mut walk = Walk::new(&edges);
        for (moment, expected) in [
            (3, None),
            (9, None),
            (10, Some(0)),
            (10, Some(0)),
            (19, Some(0)),
            (20, Some(1)),
            (45, Some(3)),
            (49, Some(3)),
            (50, None),
            (99, None),
        ] {
            assert_eq!(walk.at(moment), expected, "{moment}");
        }
        assert_eq!(Walk::new(&edges).at(35), Some(2), "a leap");
        assert_eq!(Walk::new(&edges).at(55), None, "a leap beyond the end");
    }
}

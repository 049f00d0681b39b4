//! A question's settings checked together, so that all mistakes are told at once.

use flywheel_spec::product::{EventFilter, Interval, Owner, Period, Property};
use flywheel_spec::{Phrase, Problem, Problems, phrase};

use crate::calendar::{Calendar, Steps, Stretch};
use crate::conditions::mistakes;

/// Most steps that a question keeps a column for.
pub(crate) const STEPS_AT_MOST: usize = 400;

/// The mistakes found so far.
#[derive(Default)]
pub(crate) struct Settings {
    problems: Problems,
}

impl Settings {
    /// Notes what is wrong with a filter, at its setting.
    pub fn filter(&mut self, setting: &str, filter: &EventFilter) {
        for mut problem in mistakes(filter) {
            let inner = problem.place.setting.take().unwrap_or_default();
            self.problems.push(problem.at_setting(format!("{setting}.{inner}")));
        }
        if filter.event.as_deref() == Some("") {
            self.wrong(&format!("{setting}.event"), phrase!("growth.name_empty"));
        }
    }

    /// Notes what is wrong with an optional filter.
    pub fn maybe(&mut self, setting: &str, filter: Option<&EventFilter>) {
        if let Some(filter) = filter {
            self.filter(setting, filter);
        }
    }

    /// Notes a property that somebody's own words are looked for in and that can hold none.
    pub fn text(&mut self, setting: &str, property: &Property) {
        self.need(property.of != Owner::Segment, setting, || {
            phrase!("product.segment_text", name = property.name)
        });
    }

    /// Notes a property that holds an amount and cannot.
    pub fn amount(&mut self, setting: &str, property: Option<&Property>) {
        if let Some(segment) = property.filter(|property| property.of == Owner::Segment) {
            self.wrong(setting, phrase!("product.segment_number", name = segment.name));
        }
    }

    /// Notes a mistake at a setting.
    pub fn wrong(&mut self, setting: &str, message: Phrase) {
        self.problems.push(Problem::error(message).at_setting(setting));
    }

    /// Notes a mistake unless it is as it must be.
    pub fn need(&mut self, holds: bool, setting: &str, message: impl FnOnce() -> Phrase) {
        if !holds {
            self.wrong(setting, message());
        }
    }

    /// Notes a number that is out of range.
    pub fn range(&mut self, setting: &str, found: f64, low: f64, high: f64) {
        self.need((low..=high).contains(&found), setting, || {
            phrase!("growth.out_of_range", found = found, low = low, high = high)
        });
    }

    /// A period with a beginning: its own, or so many steps before its end.
    pub fn stretch(
        &mut self,
        calendar: &Calendar,
        period: &Period,
        interval: Interval,
        back: usize,
    ) -> Option<(i64, i64)> {
        match calendar.stretch(period) {
            Ok(Stretch { from: Some(from), to }) => Some((from, to)),
            Ok(Stretch { from: None, to }) => {
                let mut from = calendar.beginning_of(to - 1, interval);
                for _ in 1..back {
                    from = calendar.beginning_of(from - 1, interval);
                }
                Some((from, to))
            }
            Err(wrong) => {
                self.problems.extend(wrong);
                None
            }
        }
    }

    /// The steps of a stretch, none where it is wrong.
    pub fn steps(&mut self, calendar: &Calendar, stretch: Option<(i64, i64)>, interval: Interval) -> Steps {
        let Some((from, to)) = stretch else { return Steps::default() };
        match calendar.steps(from, to, interval) {
            Ok(steps) => {
                self.need(steps.len() <= STEPS_AT_MOST, "interval", || {
                    phrase!("product.too_many_steps", most = STEPS_AT_MOST)
                });
                steps
            }
            Err(wrong) => {
                self.problems.extend(wrong);
                Steps::default()
            }
        }
    }

    /// The value, or all mistakes.
    ///
    /// # Errors
    /// When there are any.
    pub fn settle<T>(self, value: T) -> Result<T, Problems> {
        self.problems.settle(value).map(|(value, _)| value)
    }
}

//! What a customer is worth: by cohort, and by BG/NBD with Gamma-Gamma.

mod model;
mod report;
#[cfg(test)]
mod tests;

use flywheel_people::{Column, FoldError, Identity, PersonEvents, Question, Reading};
use flywheel_spec::product::lifetime_value::{LifetimeValueSpec, ModelUnit};
use flywheel_spec::product::{Answer, Interval, Period};
use flywheel_spec::{Problems, phrase};
use serde::{Deserialize, Serialize};

use crate::calendar::Steps;
use crate::plan::{Context, Planned};
use crate::settings::Settings;
use crate::told::{Told, planned};

/// Checks the question against its context.
///
/// # Errors
/// Every mistake at once.
pub fn plan(spec: &LifetimeValueSpec, context: &Context) -> Result<Box<dyn Planned>, Problems> {
    let calendar = &context.calendar;
    let mut settings = Settings::default();
    settings.filter("event", &spec.event);
    settings.need(spec.event.event.is_some(), "event.event", || phrase!("growth.purchase_missing"));
    settings.range("horizon_days", f64::from(spec.horizon_days), 1.0, 3660.0);
    let stretch = settings.stretch(calendar, &spec.period, spec.interval, 12);
    let steps = settings.steps(calendar, stretch, spec.interval);
    let days = match stretch.map(|(from, to)| calendar.steps(from, to, Interval::Day)) {
        Some(Ok(days)) => days,
        Some(Err(wrong)) => return settings.settle(()).and(Err(wrong)),
        None => Steps::default(),
    };
    let mut split = days.len() * 2 / 3;
    if let Some(moment) = &spec.holdout_from {
        let period = Period { from: Some(moment.clone()), to: None };
        // Only its beginning is asked for: one that lies ahead of now is out of the period, not unreadable.
        match calendar.stretch(&period).map(|stretch| stretch.from) {
            Ok(Some(from)) => match days.at(from) {
                Some(day) if day > 0 => split = day,
                _ => settings.wrong("holdout_from", phrase!("growth.holdout_outside")),
            },
            Ok(None) => {}
            Err(wrong) if wrong.problems.iter().any(|problem| problem.code == "product.moment") => {
                settings.wrong("holdout_from", phrase!("product.moment", found = moment));
            }
            Err(_) => settings.wrong("holdout_from", phrase!("growth.holdout_outside")),
        }
    }
    let reading = Reading {
        filters: vec![spec.event.clone()],
        columns: spec.value.clone().map(|property| Column::Number { property }).into_iter().collect(),
        from: None,
        to: stretch.map(|(_, to)| to),
        ..Reading::default()
    };
    settings.settle(planned(LifetimeValue {
        reading,
        steps,
        days,
        split,
        over: calendar.now.as_microsecond().min(stretch.map_or(0, |(_, to)| to)),
        valued: spec.value.is_some(),
        horizon_days: spec.horizon_days,
        unit_days: match spec.unit {
            ModelUnit::Day => 1.0,
            ModelUnit::Week => 7.0,
        },
    }))
}

struct LifetimeValue {
    reading: Reading,
    /// Cohorts and ages.
    steps: Steps,
    /// The model's days.
    days: Steps,
    /// The first day that the checked model does not see.
    split: usize,
    /// What ends after this moment is not over.
    over: i64,
    valued: bool,
    horizon_days: u32,
    unit_days: f64,
}

#[derive(Default, Serialize, Deserialize)]
struct State {
    cohorts: Vec<CohortSums>,
    customers: Vec<Kept>,
}

#[derive(Default, Clone, Serialize, Deserialize)]
struct CohortSums {
    customers: u64,
    /// By age: what its customers had paid until its end, and the squares of it.
    paid: Vec<(f64, f64)>,
}

/// One customer, in days from the period's beginning.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Kept {
    first: u32,
    /// Before the split.
    before: Came,
    /// In the whole period.
    whole: Came,
}

/// Days of purchase after the first one's.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
struct Came {
    days: u32,
    last: u32,
    paid: f64,
}

impl Question for LifetimeValue {
    type State = State;

    fn reading(&self) -> &Reading {
        &self.reading
    }

    fn person(&self, state: &mut State, events: &PersonEvents<'_>) {
        let (Some(first), Some(cohort)) = (self.days.at(events.times[0]), self.steps.at(events.times[0]))
        else {
            return;
        };
        state.cohorts.resize(self.steps.len(), CohortSums::default());
        let sums = &mut state.cohorts[cohort];
        sums.customers += 1;
        sums.paid.resize(self.steps.len() - cohort, (0.0, 0.0));
        let mut by_age = vec![0.0; self.steps.len() - cohort];
        let mut kept = Kept {
            first: first as u32,
            before: Came { last: first as u32, ..Came::default() },
            whole: Came { last: first as u32, ..Came::default() },
        };
        for (event, time) in events.times.iter().enumerate() {
            let (Some(day), Some(step)) = (self.days.at(*time), self.steps.at(*time)) else { continue };
            let paid = if self.valued { events.number(0, event).unwrap_or(0.0) } else { 1.0 };
            by_age[step - cohort] += paid;
            if day == first {
                continue;
            }
            kept.whole.take(day, paid);
            if day < self.split {
                kept.before.take(day, paid);
            }
        }
        let mut until = 0.0;
        for (sum, paid) in sums.paid.iter_mut().zip(by_age) {
            until += paid;
            sum.0 += until;
            sum.1 += until * until;
        }
        state.customers.push(kept);
    }

    fn merge(&self, state: &mut State, other: State) {
        state.cohorts.resize(self.steps.len(), CohortSums::default());
        for (cohort, (mine, theirs)) in state.cohorts.iter_mut().zip(other.cohorts).enumerate() {
            mine.customers += theirs.customers;
            mine.paid.resize(self.steps.len() - cohort, (0.0, 0.0));
            for (mine, theirs) in mine.paid.iter_mut().zip(theirs.paid) {
                mine.0 += theirs.0;
                mine.1 += theirs.1;
            }
        }
        state.customers.extend(other.customers);
    }
}

impl Came {
    /// One more purchase; those of one day are one.
    fn take(&mut self, day: usize, paid: f64) {
        let day = day as u32;
        if day != self.last {
            self.days += 1;
            self.last = day;
        }
        self.paid += paid;
    }
}

impl Told for LifetimeValue {
    fn report(&self, state: State, _: &Identity) -> Result<Answer, FoldError> {
        report::report(self, state).map(Answer::LifetimeValue)
    }
}

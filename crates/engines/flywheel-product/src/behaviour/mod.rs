//! What the people of a theme did before and after they spoke, beside comparable people who did not.
//!
//! People are put into strata by what is known of them on a day: how long they have been there, how often they came lately,
//! when they came last, whether they had paid, and what the project adds (coarsened exact matching:
//! Iacus, King and Porro, "Causal inference without balance checking", Political Analysis 20, 2012).
//! A person of a theme stands on the last day on which they were there when they first spoke (on the day of speaking, where
//! that lies more than three days back); everybody else stands on a day drawn among the theme's days.
//! Only counts by stratum are kept, so that the state stays small however many people there are.

mod fold;
mod person;
mod report;
mod strata;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use flywheel_people::{Fold, FoldError, LookUp, Partial, erase};
use flywheel_spec::feedback::behaviour::{BehaviourReport, BehaviourSpec, Cohorts};
use flywheel_spec::{Problems, phrase};

pub use fold::Behaviour;

use crate::plan::Context;
use crate::settings::Settings;

/// Most properties that must be the same.
const SAME_AT_MOST: usize = 3;

/// The question, ready to be run and told.
#[derive(Clone)]
pub struct PlannedBehaviour {
    question: Arc<Behaviour>,
    look_up: Arc<LookUp>,
}

/// Checks the settings, and puts them together with who spoke of what.
///
/// # Errors
/// Every mistake at once, each at its setting.
pub fn plan(
    spec: &BehaviourSpec,
    cohorts: &Cohorts,
    context: &Context,
) -> Result<PlannedBehaviour, Problems> {
    let mut settings = Settings::default();
    settings.filter("returning", &spec.returning);
    settings.maybe("paying", spec.paying.as_ref());
    settings.maybe("leaving", spec.leaving.as_ref());
    settings.range("before_days", f64::from(spec.before_days), 1.0, 365.0);
    settings.range("after_days", f64::from(spec.after_days), 2.0, 365.0);
    settings.need(spec.value.is_none() || spec.paying.is_some(), "value", || {
        phrase!("opportunity.value_without_paying")
    });
    settings.amount("value", spec.value.as_ref());
    settings.need(spec.same.len() <= SAME_AT_MOST, "same", || {
        phrase!("growth.out_of_range", found = spec.same.len(), low = 0, high = SAME_AT_MOST)
    });
    settings.need(spec.speaking.len() <= fold::SPEAKING_AT_MOST, "speaking", || {
        phrase!("growth.out_of_range", found = spec.speaking.len(), low = 0, high = fold::SPEAKING_AT_MOST)
    });
    for (at, name) in spec.speaking.iter().enumerate() {
        settings.need(!name.is_empty(), &format!("speaking.{at}"), || phrase!("growth.name_empty"));
    }
    let question = Behaviour::new(spec, cohorts, context.calendar.now.as_microsecond());
    settings.settle(PlannedBehaviour { question: Arc::new(question), look_up: context.look_up() })
}

impl PlannedBehaviour {
    /// The one fold over all people.
    pub fn fold(&self) -> Arc<dyn Fold> {
        self.look_up.around(erase(self.question.clone()))
    }

    /// The report of the fold's merged state.
    ///
    /// # Errors
    /// When the state is another fold's, or a number contradicts another: faults of the program.
    pub fn finish(&self, state: Box<dyn Partial>) -> Result<BehaviourReport, FoldError> {
        let state = state.into_any().downcast::<fold::State>().map_err(|_| FoldError::Foreign)?;
        report::report(&self.question, &state)
    }
}

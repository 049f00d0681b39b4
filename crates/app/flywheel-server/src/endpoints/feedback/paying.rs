//! Which events count as paying and leaving, as a query says it.

use flywheel_spec::product::short::{read_filter, read_property};
use flywheel_workbench::BehaviourChoices;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::failure::Failure;

/// What counts as paying and leaving; what is absent is looked for among the project's events.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PayingQuery {
    /// The event that means paying, with its conditions if need be, such as `bill paid` or `order[amount>5]`.
    paying: Option<String>,
    /// The property of it that holds how much, such as `amount`.
    value: Option<String>,
    /// The event that means leaving.
    leaving: Option<String>,
}

impl PayingQuery {
    /// The events that are meant.
    ///
    /// # Errors
    /// An event that does not read.
    pub fn choices(&self) -> Result<BehaviourChoices, Failure> {
        let filter = |name: &str, text: &Option<String>| {
            let read = text.as_deref().map(read_filter).transpose();
            read.map_err(|problem| Failure::invalid(problem.at_setting(name)))
        };
        Ok(BehaviourChoices {
            paying: filter("paying", &self.paying)?,
            value: self.value.as_deref().map(read_property),
            leaving: filter("leaving", &self.leaving)?,
        })
    }
}

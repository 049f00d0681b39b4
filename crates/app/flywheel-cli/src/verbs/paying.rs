//! Which events count as paying and leaving, as they are typed.

use clap::Args;
use flywheel_spec::Problem;
use flywheel_spec::product::short::{read_filter, read_property};
use flywheel_workbench::BehaviourChoices;

/// What counts as paying and leaving; what is absent is looked for among the project's events.
#[derive(Debug, Args)]
pub struct Paying {
    #[arg(long = "paying", id = "paying_event", value_name = "EVENT")]
    paying: Option<String>,
    #[arg(long = "value", id = "paying_value", value_name = "PROPERTY")]
    value: Option<String>,
    #[arg(long = "leaving", id = "leaving_event", value_name = "EVENT")]
    leaving: Option<String>,
}

impl Paying {
    /// The events that are meant.
    pub fn choices(&self) -> Result<BehaviourChoices, Problem> {
        let filter = |text: &Option<String>| text.as_deref().map(read_filter).transpose();
        Ok(BehaviourChoices {
            paying: filter(&self.paying)?,
            value: self.value.as_deref().map(read_property),
            leaving: filter(&self.leaving)?,
        })
    }
}

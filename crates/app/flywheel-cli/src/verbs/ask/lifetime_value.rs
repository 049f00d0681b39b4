//! `flywheel ltv`: what a customer is worth, by cohort and by model.

use clap::Args;

use super::{Asking, Draft, Steps, When};
use crate::session::{Outcome, Session};

/// What a customer is worth, by cohort and by model.
#[derive(Debug, Args)]
pub struct LifetimeValue {
    #[arg(id = "purchase_event")]
    event: Option<String>,
    #[arg(long = "value", id = "value_property", value_name = "PROPERTY")]
    value: Option<String>,
    #[arg(long, value_parser = ["day", "week"])]
    unit: Option<String>,
    #[arg(long, value_name = "DAYS")]
    horizon: Option<u32>,
    #[arg(long, value_name = "DATE")]
    holdout_from: Option<String>,
    #[command(flatten)]
    steps: Steps,
    #[command(flatten)]
    when: When,
    #[command(flatten)]
    asking: Asking,
}

impl LifetimeValue {
    pub async fn run(self, session: &Session) -> Outcome {
        let mut draft = Draft::new("lifetime_value", &self.asking)?;
        draft.event("event", self.event.as_deref());
        draft.property("value", self.value.as_deref());
        draft.maybe("unit", self.unit.clone());
        draft.maybe("horizon_days", self.horizon);
        draft.maybe("holdout_from", self.holdout_from.clone());
        draft.steps(&self.steps);
        draft.when(&self.when);
        draft.ask(session, &self.asking).await
    }
}

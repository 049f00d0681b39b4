//! `flywheel revenue`: recurring revenue as movements, and ARPU.

use clap::Args;

use super::{Asking, Draft, Steps, When};
use crate::session::{Outcome, Session};

/// Recurring revenue as movements, and ARPU.
#[derive(Debug, Args)]
pub struct Revenue {
    #[arg(id = "payment_event")]
    event: Option<String>,
    #[arg(long, value_name = "PROPERTY")]
    amount: Option<String>,
    #[arg(long, value_name = "PROPERTY")]
    covers: Option<String>,
    #[arg(long, value_name = "EVENT")]
    one_off: Option<String>,
    #[arg(long, value_name = "EVENT")]
    active: Option<String>,
    #[arg(long = "group", id = "asked_group", value_name = "TYPE")]
    group: Option<String>,
    #[command(flatten)]
    steps: Steps,
    #[command(flatten)]
    when: When,
    #[command(flatten)]
    asking: Asking,
}

impl Revenue {
    pub async fn run(self, session: &Session) -> Outcome {
        let mut draft = Draft::new("revenue", &self.asking)?;
        draft.event("event", self.event.as_deref());
        draft.property("amount", self.amount.as_deref());
        draft.property("covers", self.covers.as_deref());
        draft.event("one_off", self.one_off.as_deref());
        draft.event("active", self.active.as_deref());
        draft.maybe("group", self.group.clone());
        draft.steps(&self.steps);
        draft.when(&self.when);
        draft.ask(session, &self.asking).await
    }
}

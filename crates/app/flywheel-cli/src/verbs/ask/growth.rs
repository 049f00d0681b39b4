//! `flywheel growth`: new, retained, resurrected and churned people, and the quick ratio.

use clap::Args;

use super::{Asking, Draft, Steps, When};
use crate::session::{Outcome, Session};

/// New, retained, resurrected and churned people, and the quick ratio.
#[derive(Debug, Args)]
pub struct Growth {
    #[arg(id = "active_event")]
    event: Option<String>,
    #[arg(long = "value", id = "value_property", value_name = "PROPERTY")]
    value: Option<String>,
    #[arg(long = "group", id = "asked_group", value_name = "TYPE")]
    group: Option<String>,
    #[command(flatten)]
    steps: Steps,
    #[command(flatten)]
    when: When,
    #[command(flatten)]
    asking: Asking,
}

impl Growth {
    pub async fn run(self, session: &Session) -> Outcome {
        let mut draft = Draft::new("growth", &self.asking)?;
        draft.event("event", self.event.as_deref());
        draft.property("value", self.value.as_deref());
        draft.maybe("group", self.group.clone());
        draft.steps(&self.steps);
        draft.when(&self.when);
        draft.ask(session, &self.asking).await
    }
}

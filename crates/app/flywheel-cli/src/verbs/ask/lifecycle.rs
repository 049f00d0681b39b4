//! `flywheel lifecycle`: new, returning, resurrecting and dormant people over time.

use clap::Args;

use super::{Asking, Draft, Steps, When};
use crate::session::{Outcome, Session};

/// New, returning, resurrecting and dormant people over time.
#[derive(Debug, Args)]
pub struct Lifecycle {
    #[arg(id = "active_event")]
    event: Option<String>,
    #[arg(long, value_parser = ["first_event", "first_activity"])]
    new: Option<String>,
    #[arg(long = "intervals", id = "asked_intervals", value_name = "COUNT")]
    intervals: Option<u32>,
    #[arg(long = "group", id = "asked_group", value_name = "TYPE")]
    group: Option<String>,
    #[command(flatten)]
    steps: Steps,
    #[command(flatten)]
    when: When,
    #[command(flatten)]
    asking: Asking,
}

impl Lifecycle {
    pub async fn run(self, session: &Session) -> Outcome {
        let mut draft = Draft::new("lifecycle", &self.asking)?;
        draft.event("event", self.event.as_deref());
        draft.maybe("new", self.new.clone());
        draft.maybe("intervals", self.intervals);
        draft.maybe("group", self.group.clone());
        draft.steps(&self.steps);
        draft.when(&self.when);
        draft.ask(session, &self.asking).await
    }
}

//! `flywheel stickiness`: on how many days of a period people were there.

use clap::Args;

use super::{Asking, Draft, Steps, When};
use crate::session::{Outcome, Session};

/// On how many days of a period people were there.
#[derive(Debug, Args)]
pub struct Stickiness {
    #[arg(id = "active_event")]
    event: Option<String>,
    #[arg(long = "intervals", id = "asked_intervals", value_name = "COUNT")]
    intervals: Option<u32>,
    #[arg(long = "at-least", id = "asked_at_least", value_name = "TIMES")]
    at_least: Option<u32>,
    #[arg(long = "group", id = "asked_group", value_name = "TYPE")]
    group: Option<String>,
    #[command(flatten)]
    steps: Steps,
    #[command(flatten)]
    when: When,
    #[command(flatten)]
    asking: Asking,
}

impl Stickiness {
    pub async fn run(self, session: &Session) -> Outcome {
        let mut draft = Draft::new("stickiness", &self.asking)?;
        draft.event("event", self.event.as_deref());
        draft.maybe("intervals", self.intervals);
        draft.maybe("at_least", self.at_least);
        draft.maybe("group", self.group.clone());
        draft.steps(&self.steps);
        draft.when(&self.when);
        draft.ask(session, &self.asking).await
    }
}

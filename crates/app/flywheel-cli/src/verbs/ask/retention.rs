//! `flywheel retention`: who comes back, by when they began.

use clap::Args;

use super::{Asking, Draft, Steps, When};
use crate::session::{Outcome, Session};

/// Who comes back, by when they began.
#[derive(Debug, Args)]
pub struct Retention {
    start: Option<String>,
    returning: Option<String>,
    #[arg(long, value_parser = ["recurring", "first_time", "first_in_period"])]
    begins: Option<String>,
    #[arg(long, value_parser = ["calendar", "rolling"])]
    clock: Option<String>,
    #[arg(long = "intervals", id = "asked_intervals", value_name = "COUNT")]
    intervals: Option<u32>,
    #[arg(long, value_name = "COUNT")]
    columns: Option<u32>,
    #[arg(long = "at-least", id = "asked_at_least", value_name = "TIMES")]
    at_least: Option<u32>,
    #[arg(long)]
    or_later: bool,
    #[arg(long = "by", id = "asked_by", value_name = "PROPERTY")]
    by: Option<String>,
    #[arg(long = "group", id = "asked_group", value_name = "TYPE")]
    group: Option<String>,
    #[command(flatten)]
    steps: Steps,
    #[command(flatten)]
    when: When,
    #[command(flatten)]
    asking: Asking,
}

impl Retention {
    pub async fn run(self, session: &Session) -> Outcome {
        let mut draft = Draft::new("retention", &self.asking)?;
        draft.event("start", self.start.as_deref());
        draft.event("returning", self.returning.as_deref());
        draft.maybe("begins", self.begins.clone());
        draft.maybe("clock", self.clock.clone());
        draft.maybe("intervals", self.intervals);
        draft.maybe("columns", self.columns);
        draft.maybe("at_least", self.at_least);
        draft.switch("or_later", self.or_later);
        draft.property("breakdown", self.by.as_deref());
        draft.maybe("group", self.group.clone());
        draft.steps(&self.steps);
        draft.when(&self.when);
        draft.ask(session, &self.asking).await
    }
}

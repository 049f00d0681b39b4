//! `flywheel satisfaction`: NPS, CSAT and CES with intervals.

use clap::Args;

use super::{Asking, Draft, Steps, When};
use crate::session::{Outcome, Session};

/// NPS, CSAT and CES with intervals.
#[derive(Debug, Args)]
pub struct Satisfaction {
    #[arg(long, value_parser = ["nps", "csat", "ces"])]
    score: Option<String>,
    #[arg(long = "event", id = "survey_event", value_name = "EVENT")]
    event: Option<String>,
    #[arg(long, value_name = "PROPERTY")]
    answer: Option<String>,
    #[arg(long, value_name = "EVENT", num_args = 0..=1, default_missing_value = "*")]
    staying: Option<String>,
    #[command(flatten)]
    steps: Steps,
    #[command(flatten)]
    when: When,
    #[command(flatten)]
    asking: Asking,
}

impl Satisfaction {
    pub async fn run(self, session: &Session) -> Outcome {
        let mut draft = Draft::new("satisfaction", &self.asking)?;
        draft.maybe("score", self.score.clone());
        draft.event("event", self.event.as_deref());
        draft.property("answer", self.answer.as_deref());
        draft.event("staying.event", self.staying.as_deref());
        draft.steps(&self.steps);
        draft.when(&self.when);
        draft.ask(session, &self.asking).await
    }
}

//! `flywheel word-of-mouth`: who brings whom, and who comes by themselves.

use clap::Args;

use super::{Asking, Draft, Steps, When};
use crate::session::{Outcome, Session};

/// Who brings whom, and who comes by themselves.
#[derive(Debug, Args)]
pub struct WordOfMouth {
    joined: Option<String>,
    #[arg(long, value_name = "PROPERTY")]
    referrer: Option<String>,
    #[arg(long, value_name = "EVENT")]
    invited: Option<String>,
    #[arg(long = "within", id = "within_days", value_name = "DAYS")]
    within: Option<u32>,
    #[command(flatten)]
    steps: Steps,
    #[command(flatten)]
    when: When,
    #[command(flatten)]
    asking: Asking,
}

impl WordOfMouth {
    pub async fn run(self, session: &Session) -> Outcome {
        let mut draft = Draft::new("word_of_mouth", &self.asking)?;
        draft.event("joined", self.joined.as_deref());
        draft.property("referrer", self.referrer.as_deref());
        draft.event("invited", self.invited.as_deref());
        draft.maybe("within_days", self.within);
        draft.steps(&self.steps);
        draft.when(&self.when);
        draft.ask(session, &self.asking).await
    }
}

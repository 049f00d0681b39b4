//! `flywheel activation`: which early behaviour goes with staying.

use clap::Args;

use super::{Asking, Draft, When};
use crate::session::{Outcome, Session};

/// Which early behaviour goes with staying.
#[derive(Debug, Args)]
pub struct Activation {
    start: Option<String>,
    #[arg(long = "behaviour", id = "behaviours", value_name = "EVENT")]
    behaviours: Vec<String>,
    #[arg(long, value_delimiter = ',', value_name = "TIMES")]
    times: Vec<u32>,
    #[arg(long = "within", id = "within_days", value_name = "DAYS")]
    within: Option<u32>,
    #[arg(long, value_name = "EVENT")]
    stay: Option<String>,
    #[arg(long, value_name = "NUMBER")]
    week: Option<u32>,
    #[command(flatten)]
    when: When,
    #[command(flatten)]
    asking: Asking,
}

impl Activation {
    pub async fn run(self, session: &Session) -> Outcome {
        let mut draft = Draft::new("activation", &self.asking)?;
        draft.event("start", self.start.as_deref());
        draft.events("behaviours", &self.behaviours);
        if !self.times.is_empty() {
            draft.put("times", self.times.clone());
        }
        draft.maybe("within_days", self.within);
        draft.event("stay", self.stay.as_deref());
        draft.maybe("week", self.week);
        draft.when(&self.when);
        draft.ask(session, &self.asking).await
    }
}

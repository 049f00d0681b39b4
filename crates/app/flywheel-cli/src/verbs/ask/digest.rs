//! `flywheel digest`: what changed this week that matters.

use clap::Args;

use super::{Asking, Draft};
use crate::session::{Outcome, Session};

/// What changed this week that matters.
#[derive(Debug, Args)]
pub struct Digest {
    #[arg(long, value_name = "DATE")]
    week_of: Option<String>,
    #[arg(long, value_name = "COUNT")]
    weeks: Option<u32>,
    #[arg(long, value_name = "SHARE")]
    at_least: Option<f64>,
    #[arg(long, value_name = "COUNT")]
    most: Option<u32>,
    #[command(flatten)]
    asking: Asking,
}

impl Digest {
    pub async fn run(self, session: &Session) -> Outcome {
        let mut draft = Draft::new("digest", &self.asking)?;
        draft.maybe("week_of", self.week_of.clone());
        draft.maybe("weeks", self.weeks);
        draft.maybe("at_least", self.at_least);
        draft.maybe("most", self.most);
        draft.ask(session, &self.asking).await
    }
}

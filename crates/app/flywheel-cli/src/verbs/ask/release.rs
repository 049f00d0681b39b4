//! `flywheel release`: before and after a release.

use clap::Args;
use serde_json::Value;

use super::{Asking, Draft, Steps, When, metric};
use crate::session::{Outcome, Session};

/// Before and after a release.
#[derive(Debug, Args)]
pub struct Release {
    #[arg(id = "compared_metrics")]
    metrics: Vec<String>,
    #[arg(long, value_name = "DATE")]
    at: Option<String>,
    #[arg(long, value_name = "EVENT")]
    marker: Option<String>,
    #[arg(long = "steps", id = "release_steps", value_name = "COUNT")]
    count: Option<u32>,
    #[command(flatten)]
    steps: Steps,
    #[command(flatten)]
    when: When,
    #[command(flatten)]
    asking: Asking,
}

impl Release {
    pub async fn run(self, session: &Session) -> Outcome {
        let mut draft = Draft::new("release", &self.asking)?;
        if !self.metrics.is_empty() {
            let texts = self.metrics.iter().enumerate();
            let metrics: Vec<Value> =
                texts.filter_map(|(at, text)| metric(&mut draft, &format!("metrics.{at}"), text)).collect();
            draft.put("metrics", metrics);
        }
        draft.maybe("at", self.at.clone());
        draft.event("marker", self.marker.as_deref());
        draft.maybe("steps", self.count);
        draft.steps(&self.steps);
        draft.when(&self.when);
        draft.ask(session, &self.asking).await
    }
}

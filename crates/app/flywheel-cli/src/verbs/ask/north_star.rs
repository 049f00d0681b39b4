//! `flywheel north-star`: the metric that matters most, and what drives it.

use clap::Args;
use serde_json::{Value, json};

use super::{Asking, Draft, Steps, When, metric};
use crate::session::{Outcome, Session};

/// The metric that matters most, and what drives it.
#[derive(Debug, Args)]
pub struct NorthStar {
    #[arg(id = "star_metric")]
    metric: Option<String>,
    #[arg(long = "input", id = "star_input", value_name = "METRIC")]
    inputs: Vec<String>,
    #[arg(long, value_parser = ["product", "sum"])]
    combine: Option<String>,
    #[command(flatten)]
    steps: Steps,
    #[command(flatten)]
    when: When,
    #[command(flatten)]
    asking: Asking,
}

impl NorthStar {
    pub async fn run(self, session: &Session) -> Outcome {
        let mut draft = Draft::new("north_star", &self.asking)?;
        if let Some(text) = &self.metric
            && let Some(value) = metric(&mut draft, "metric", text)
        {
            draft.put("metric", value);
        }
        if !self.inputs.is_empty() {
            let texts = self.inputs.iter().enumerate();
            let inputs: Vec<Value> = texts
                .filter_map(|(at, text)| metric(&mut draft, &format!("inputs.{at}.metric"), text))
                .map(|metric| json!({ "metric": metric }))
                .collect();
            draft.put("inputs", inputs);
        }
        draft.maybe("combine", self.combine.clone());
        draft.steps(&self.steps);
        draft.when(&self.when);
        draft.ask(session, &self.asking).await
    }
}

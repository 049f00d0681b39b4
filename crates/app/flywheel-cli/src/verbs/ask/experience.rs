//! `flywheel experience`: task success, time on task, and friction.

use clap::Args;
use serde_json::json;

use super::{Asking, Draft, When};
use crate::session::{Outcome, Session};

/// Task success, time on task, and friction.
#[derive(Debug, Args)]
pub struct Experience {
    #[arg(long, value_name = "NAME", requires = "task_start", requires = "success")]
    task: Option<String>,
    #[arg(long = "start", id = "task_start", value_name = "EVENT")]
    start: Option<String>,
    #[arg(long, value_name = "EVENT")]
    success: Option<String>,
    #[arg(long = "step", id = "task_step", value_name = "EVENT")]
    steps: Vec<String>,
    #[arg(long, value_name = "EVENT")]
    abandon: Option<String>,
    #[arg(long, value_name = "EVENT")]
    fail: Option<String>,
    #[arg(long = "within", id = "within_minutes", value_name = "MINUTES")]
    within: Option<u32>,
    #[arg(long, value_name = "PROPERTY")]
    place: Option<String>,
    #[command(flatten)]
    when: When,
    #[command(flatten)]
    asking: Asking,
}

impl Experience {
    pub async fn run(self, session: &Session) -> Outcome {
        let mut draft = Draft::new("experience", &self.asking)?;
        if let Some(start) = &self.start {
            let name = self.task.clone().or_else(|| self.success.clone()).unwrap_or_default();
            draft.put("tasks", json!([{ "name": name }]));
            draft.event("tasks.0.start", Some(start));
            draft.events("tasks.0.steps", &self.steps);
            draft.event("tasks.0.success", self.success.as_deref());
            draft.event("tasks.0.abandon", self.abandon.as_deref());
            draft.event("tasks.0.fail", self.fail.as_deref());
            draft.maybe("tasks.0.within_minutes", self.within);
        }
        draft.property("place", self.place.as_deref());
        draft.when(&self.when);
        draft.ask(session, &self.asking).await
    }
}

//! `flywheel paths`: which ways people take from step to step.

use clap::Args;
use serde_json::json;

use super::{Asking, Draft, When, property};
use crate::session::{Outcome, Session};

/// Which ways people take from step to step.
#[derive(Debug, Args)]
pub struct Paths {
    #[arg(long = "by", id = "paths_by", value_name = "event|page|screen|PROPERTY")]
    by: Option<String>,
    #[arg(long = "event", id = "paths_event", value_name = "EVENT")]
    events: Vec<String>,
    #[arg(long, value_name = "NAME")]
    without: Vec<String>,
    #[arg(long = "start", id = "paths_start", value_name = "NAME")]
    start: Option<String>,
    #[arg(long = "end", id = "paths_end", value_name = "NAME")]
    end: Option<String>,
    #[arg(long, value_name = "MINUTES")]
    pause: Option<u32>,
    #[arg(long, conflicts_with_all = ["pause", "session_id"])]
    whole: bool,
    #[arg(long, conflicts_with = "pause")]
    session_id: bool,
    #[arg(long = "steps", id = "paths_steps", value_name = "COUNT")]
    steps: Option<u32>,
    #[arg(long, value_name = "COUNT")]
    names: Option<u32>,
    #[arg(long)]
    keep_repeats: bool,
    #[arg(long)]
    variants: bool,
    #[arg(long = "group", id = "asked_group", value_name = "TYPE")]
    group: Option<String>,
    #[command(flatten)]
    when: When,
    #[command(flatten)]
    asking: Asking,
}

impl Paths {
    pub async fn run(self, session: &Session) -> Outcome {
        let mut draft = Draft::new("paths", &self.asking)?;
        if let Some(by) = &self.by {
            draft.put(
                "by",
                match by.as_str() {
                    "event" | "page" | "screen" => json!({ "kind": by }),
                    name => json!({ "kind": "property", "property": property(name) }),
                },
            );
        }
        draft.events("events", &self.events);
        if !self.without.is_empty() {
            draft.put("without", self.without.clone());
        }
        draft.maybe("from", self.start.clone());
        draft.maybe("to", self.end.clone());
        draft.maybe("sessions", self.pause.map(|minutes| json!({ "kind": "pause", "minutes": minutes })));
        if self.whole {
            draft.put("sessions", json!({ "kind": "whole" }));
        }
        if self.session_id {
            draft.put("sessions", json!({ "kind": "session_id" }));
        }
        draft.maybe("most_steps", self.steps);
        draft.maybe("most_names", self.names);
        if self.keep_repeats {
            draft.put("collapse_repeats", false);
        }
        draft.switch("variants", self.variants);
        draft.maybe("group", self.group.clone());
        draft.when(&self.when);
        draft.ask(session, &self.asking).await
    }
}

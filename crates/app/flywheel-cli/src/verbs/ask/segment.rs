//! `flywheel segment`: who people are: by properties and by what they did.

use clap::Args;
use flywheel_spec::product::short::read_conditions;
use serde_json::{Value, json};

use super::{Asking, Draft, value};
use crate::session::{Outcome, Session};

/// Who people are: by properties and by what they did.
#[derive(Debug, Args)]
pub struct Segment {
    #[arg(long = "who", id = "segment_who", value_name = "CONDITIONS")]
    who: Vec<String>,
    #[arg(long = "did", id = "segment_did", value_name = "EVENT [>=TIMES] [in DAYS]")]
    did: Vec<String>,
    #[arg(long = "did-not", id = "segment_did_not", value_name = "EVENT [in DAYS]")]
    did_not: Vec<String>,
    #[arg(long, value_name = "EVENT")]
    population: Option<String>,
    #[arg(long, value_name = "COUNT")]
    examples: Option<u32>,
    #[arg(long)]
    list: bool,
    #[arg(long = "group", id = "asked_group", value_name = "TYPE")]
    group: Option<String>,
    #[command(flatten)]
    asking: Asking,
}

impl Segment {
    pub async fn run(self, session: &Session) -> Outcome {
        let mut draft = Draft::new("segment", &self.asking)?;
        let mut of: Vec<Value> = Vec::new();
        for text in &self.who {
            match read_conditions(text) {
                // What is typed without an owner is the person's here.
                Ok(conditions) => of.extend(conditions.iter().map(|condition| {
                    let mut condition = value(condition);
                    if let Value::Object(condition) = &mut condition {
                        condition.insert("kind".to_owned(), "property".into());
                    }
                    condition
                })),
                Err(problem) => draft.wrong(problem.at_setting("who")),
            }
        }
        of.extend(self.did.iter().filter_map(|text| did(&mut draft, text)));
        let not = self.did_not.iter().filter_map(|text| did(&mut draft, text));
        of.extend(not.map(|did| json!({ "kind": "not", "of": did })).collect::<Vec<_>>());
        if !of.is_empty() {
            draft.put("who", json!({ "kind": "all", "of": of }));
        }
        draft.event("population", self.population.as_deref());
        draft.maybe("examples", self.examples);
        draft.switch("list", self.list);
        draft.maybe("group", self.group.clone());
        draft.ask(session, &self.asking).await
    }
}

/// `order[amount>5] >=3 in 90d` as a condition.
fn did(draft: &mut Draft, text: &str) -> Option<Value> {
    let mut condition = json!({ "kind": "did" });
    let mut event = text.trim();
    if let Some((before, days)) = event.rsplit_once(" in ")
        && let Ok(days) = days.trim().trim_end_matches('d').parse::<u32>()
    {
        condition["last_days"] = days.into();
        event = before.trim_end();
    }
    if let Some((before, times)) = event.rsplit_once(" >=")
        && let Ok(times) = times.trim().parse::<u32>()
    {
        condition["at_least"] = times.into();
        event = before.trim_end();
    }
    condition["event"] = draft.read_event("who", event)?;
    Some(condition)
}

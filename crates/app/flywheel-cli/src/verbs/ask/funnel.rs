//! `flywheel funnel`: steps on the way to a goal, and where people leave.

use clap::Args;
use flywheel_spec::{Problem, phrase};
use serde_json::{Map, Value, json};

use super::{Asking, Draft, When, properties, property, window};
use crate::session::{Outcome, Session};

/// Steps on the way to a goal.
#[derive(Debug, Args)]
pub struct Funnel {
    steps: Vec<String>,
    #[arg(long, value_parser = window)]
    window: Option<Value>,
    #[arg(long, value_parser = ["ordered", "strict", "unordered"])]
    order: Option<String>,
    #[arg(long, value_name = "EVENT")]
    exclude: Vec<String>,
    #[arg(long, value_name = "STEP")]
    optional: Vec<usize>,
    #[arg(long = "where", id = "asked_where", value_name = "CONDITIONS")]
    conditions: Option<String>,
    #[arg(long = "by", id = "asked_by", value_name = "PROPERTY")]
    by: Option<String>,
    #[arg(long, value_name = "first|last|every|STEP")]
    attribution: Option<String>,
    #[arg(long, value_name = "INTERVAL", num_args = 0..=1, default_missing_value = "day", value_parser = ["hour", "day", "week", "month"])]
    over_time: Option<String>,
    #[arg(long = "group", id = "asked_group", value_name = "TYPE")]
    group: Option<String>,
    #[arg(long = "people", id = "funnel_people", value_name = "STEP")]
    people: Option<u32>,
    #[arg(long = "did", id = "funnel_did", requires = "funnel_people")]
    did: bool,
    #[arg(long, value_name = "DISTINCT_ID")]
    explain: Option<String>,
    #[arg(long, value_name = "PROPERTY")]
    separate: Vec<String>,
    #[command(flatten)]
    when: When,
    #[command(flatten)]
    asking: Asking,
}

impl Funnel {
    pub async fn run(self, session: &Session) -> Outcome {
        self.draft()?.ask(session, &self.asking).await
    }

    fn draft(&self) -> Result<Draft, crate::session::Failed> {
        let mut draft = Draft::new("funnel", &self.asking)?;
        if !self.steps.is_empty() {
            let steps: Vec<Value> =
                self.steps.iter().enumerate().filter_map(|(at, text)| step(&mut draft, at, text)).collect();
            draft.put("steps", steps);
        }
        for number in &self.optional {
            match number.checked_sub(1).filter(|at| *at < self.steps.len()) {
                Some(at) => draft.put(&format!("steps.{at}.optional"), true),
                None => draft.wrong(Problem::error(phrase!("cli.no_step", step = number))),
            }
        }
        draft.maybe("window", self.window.clone());
        draft.maybe("order", self.order.clone());
        if !self.exclude.is_empty() {
            let exclusions: Vec<Value> = self
                .exclude
                .iter()
                .enumerate()
                .filter_map(|(at, text)| exclusion(&mut draft, at, text))
                .collect();
            draft.put("exclusions", exclusions);
        }
        draft.conditions("where", self.conditions.as_deref());
        if let Some(by) = &self.by {
            draft.put("breakdown.property", property(by));
        }
        if let Some(attribution) = &self.attribution {
            draft.put(
                "breakdown.attribution",
                match attribution.parse::<u32>() {
                    Ok(step) => json!({ "kind": "step", "step": step }),
                    Err(_) => json!({ "kind": attribution }),
                },
            );
        }
        draft.maybe("over_time.interval", self.over_time.clone());
        draft.maybe("group", self.group.clone());
        if let Some(step) = self.people {
            draft.put("people.step", step);
            draft.put("people.outcome", if self.did { "did" } else { "dropped" });
        }
        draft.maybe("explain", self.explain.clone());
        draft.maybe("separate.properties", properties(&self.separate));
        draft.when(&self.when);
        Ok(draft)
    }
}

/// A step; `a or b` takes either event.
fn step(draft: &mut Draft, at: usize, text: &str) -> Option<Value> {
    let mut alternatives = text.split(" or ");
    let path = format!("steps.{at}");
    let mut step = draft.read_event(&path, alternatives.next().unwrap_or_default())?;
    let others: Vec<Value> = alternatives.filter_map(|text| draft.read_event(&path, text)).collect();
    if let (Value::Object(step), false) = (&mut step, others.is_empty()) {
        step.insert("or".to_owned(), others.into());
    }
    Some(step)
}

/// An exclusion; `refund@1-2` counts only between these steps.
fn exclusion(draft: &mut Draft, at: usize, text: &str) -> Option<Value> {
    let steps = text.rsplit_once('@').and_then(|(event, steps)| {
        let (from, to) = steps.split_once('-')?;
        Some((event, from.parse::<u32>().ok()?, to.parse::<u32>().ok()?))
    });
    let event = steps.map_or(text, |(event, ..)| event);
    let mut exclusion: Map<String, Value> =
        draft.read_event(&format!("exclusions.{at}"), event)?.as_object().cloned()?;
    exclusion.shift_remove("label");
    if let Some((_, from, to)) = steps {
        exclusion.insert("from".to_owned(), from.into());
        exclusion.insert("to".to_owned(), to.into());
    }
    Some(Value::Object(exclusion))
}

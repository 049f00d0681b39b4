//! `flywheel trend`: counts over time.

use clap::Args;
use serde_json::{Map, Value, json};

use super::{Asking, Draft, Steps, When, properties, property};
use crate::session::{Outcome, Session};

/// Counts over time.
#[derive(Debug, Args)]
pub struct Trend {
    series: Vec<String>,
    #[arg(long, value_name = "FORMULA")]
    formula: Vec<String>,
    #[arg(long = "where", id = "asked_where", value_name = "CONDITIONS")]
    conditions: Option<String>,
    #[arg(long = "by", id = "trend_by", value_name = "PROPERTY")]
    by: Vec<String>,
    #[arg(long, value_name = "COUNT")]
    top: Option<u32>,
    #[arg(long, value_name = "4w|1mo|1y", num_args = 0..=1, default_missing_value = "previous", value_parser = compare)]
    compare: Option<Value>,
    #[arg(long)]
    cumulative: bool,
    #[arg(long, value_name = "STEPS")]
    rolling: Option<u32>,
    #[arg(long, value_name = "WEIGHT")]
    smoothing: Option<f64>,
    #[arg(long = "group", id = "asked_group", value_name = "TYPE")]
    group: Option<String>,
    #[command(flatten)]
    steps: Steps,
    #[command(flatten)]
    when: When,
    #[command(flatten)]
    asking: Asking,
}

impl Trend {
    pub async fn run(self, session: &Session) -> Outcome {
        let mut draft = Draft::new("trend", &self.asking)?;
        if !self.series.is_empty() {
            let texts = self.series.iter().enumerate();
            let series: Vec<Value> = texts.filter_map(|(at, text)| series(&mut draft, at, text)).collect();
            draft.put("series", series);
        }
        if !self.formula.is_empty() {
            let formulas: Vec<Value> =
                self.formula.iter().map(|formula| json!({ "formula": formula })).collect();
            draft.put("formulas", formulas);
        }
        draft.conditions("where", self.conditions.as_deref());
        draft.maybe("breakdown", properties(&self.by));
        draft.maybe("top", self.top);
        draft.maybe("compare", self.compare.clone());
        draft.switch("cumulative", self.cumulative);
        draft.maybe("rolling", self.rolling);
        draft.maybe("smoothing", self.smoothing);
        draft.maybe("group", self.group.clone());
        draft.steps(&self.steps);
        draft.when(&self.when);
        draft.ask(session, &self.asking).await
    }
}

/// A series: `pageview`, `people:pageview`, `sum(amount):pay[plan=pro]`, `p90(seconds):load`, `per_person:open`.
fn series(draft: &mut Draft, at: usize, text: &str) -> Option<Value> {
    const AGGREGATES: [&str; 9] = ["sum", "average", "min", "max", "median", "p75", "p90", "p95", "p99"];
    const MEASURES: [&str; 5] = ["total", "people", "weekly_people", "monthly_people", "per_person"];
    let path = format!("series.{at}");
    let (measure, event) = match text.split_once(':') {
        Some((measure, event)) if MEASURES.contains(&measure.trim()) => (Some((measure.trim(), None)), event),
        Some((call, event)) => {
            let called = call.trim().strip_suffix(')').and_then(|call| call.split_once('('));
            match called.filter(|(name, _)| AGGREGATES.contains(name)) {
                Some((aggregate, of)) => (Some((aggregate, Some(of))), event),
                None => (None, text),
            }
        }
        None => (None, text),
    };
    let mut series: Map<String, Value> = draft.read_event(&path, event)?.as_object().cloned()?;
    match measure {
        None => {}
        Some((measure, None)) => drop(series.insert("measure".to_owned(), measure.into())),
        Some((aggregate, Some(of))) => {
            series.insert("measure".to_owned(), "value".into());
            series.insert("property".to_owned(), property(of));
            series.insert("aggregate".to_owned(), aggregate.into());
        }
    }
    Some(Value::Object(series))
}

/// `previous`, or how much earlier: `4w`, `1mo`, `1y`.
fn compare(text: &str) -> Result<Value, String> {
    if text == "previous" {
        return Ok(json!({ "kind": "previous" }));
    }
    let wrong = || "cli.earlier_wrong".to_owned();
    let digits = text.find(|letter: char| !letter.is_ascii_digit()).ok_or_else(wrong)?;
    let count: u32 = text[..digits].parse().map_err(|_| wrong())?;
    let unit = match &text[digits..] {
        "d" => "day",
        "w" => "week",
        "mo" => "month",
        "y" => "year",
        _ => return Err(wrong()),
    };
    Ok(json!({ "kind": "back", "count": count, "unit": unit }))
}

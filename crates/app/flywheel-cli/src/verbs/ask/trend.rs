//! `flywheel trend`: counts over time.

use clap::Args;
use flywheel_spec::{Problem, phrase};
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
            match called.map(|(name, of)| (aggregate(name), of)) {
                Some((aggregate, of)) if AGGREGATES.contains(&aggregate) => {
                    (Some((aggregate, Some(of))), event)
                }
                Some((found, _)) if is_word(found) => {
                    let known = AGGREGATES.map(|name| format!("`{name}`")).join(", ");
                    let problem = Problem::error(phrase!("cli.aggregate_wrong", found = found));
                    let advice = phrase!("cli.aggregate_wrong_advice", known = known);
                    draft.wrong(problem.advise(advice).at_setting(&path));
                    return None;
                }
                _ => (None, text),
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

/// What other programs call an aggregate, by its name here.
fn aggregate(name: &str) -> &str {
    match name {
        "avg" | "mean" => "average",
        "p50" => "median",
        name => name,
    }
}

fn is_word(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
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

#[cfg(test)]
mod tests {
    use flywheel_spec::Problems;

    use super::*;

    fn read(text: &str) -> (Option<Value>, Problems) {
        let mut draft = Draft { settings: Map::new(), problems: Problems::default() };
        (series(&mut draft, 0, text), draft.problems)
    }

    #[test]
    fn numbers_are_taken_together_by_the_names_that_people_know() {
        for (text, expected) in [
            ("average(amount):pay", "average"),
            ("avg(amount):pay", "average"),
            ("mean(amount):pay", "average"),
            ("p50(amount):pay", "median"),
        ] {
            let (series, problems) = read(text);
            let series = series.expect(text);
            assert_eq!((&series["aggregate"], &series["event"]), (&json!(expected), &json!("pay")), "{text}");
            assert!(problems.problems.is_empty(), "{text}");
        }
    }

    #[test]
    fn an_unknown_way_to_take_numbers_together_is_told_and_no_event() {
        let (series, problems) = read("std(amount):pay");
        assert_eq!((series, problems.problems[0].code.as_str()), (None, "cli.aggregate_wrong"));
        for event in ["shop:pay", "load (page):done", "\"std(amount):pay\""] {
            let (series, problems) = read(event);
            assert_eq!(series.expect(event)["event"], json!(event.trim_matches('"')));
            assert!(problems.problems.is_empty(), "{event}");
        }
    }
}

//! Questions asked from the command line: flags make the same settings that a question's TOML has, one file a question.

mod activation;
mod digest;
mod experience;
mod funnel;
mod growth;
mod lifecycle;
mod lifetime_value;
mod north_star;
mod paths;
mod release;
mod retention;
mod revenue;
mod satisfaction;
mod segment;
mod stickiness;
mod trend;
mod word_of_mouth;
mod wording;

use std::path::PathBuf;

use clap::Args;
use flywheel_spec::check::{read_question, read_question_value};
use flywheel_spec::draft::question_text;
use flywheel_spec::product::short::{read_conditions, read_filter, read_property};
use flywheel_spec::product::{Property, QuestionSpec};
use flywheel_spec::{Problem, Problems, phrase};
use flywheel_tables::query::Form;
use flywheel_workbench::{AskOptions, Workbench, answer_file};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::session::{Failed, Outcome, Session, read_text};
use crate::show;

pub use activation::Activation;
pub use digest::Digest;
pub use experience::Experience;
pub use funnel::Funnel;
pub use growth::Growth;
pub use lifecycle::Lifecycle;
pub use lifetime_value::LifetimeValue;
pub use north_star::NorthStar;
pub use paths::Paths;
pub use release::Release;
pub use retention::Retention;
pub use revenue::Revenue;
pub use satisfaction::Satisfaction;
pub use segment::Segment;
pub use stickiness::Stickiness;
pub use trend::Trend;
pub use word_of_mouth::WordOfMouth;
pub use wording::Ask;

/// What every question takes.
#[derive(Debug, Clone, Default, Args)]
pub struct Asking {
    #[arg(long = "spec", id = "asked_spec", value_name = "FILE")]
    pub spec: Option<PathBuf>,
    #[arg(long = "set", id = "asked_set", value_name = "SETTING=VALUE", value_parser = setting)]
    pub set: Vec<(String, Value)>,
    #[arg(long = "print-spec", id = "asked_print_spec")]
    pub print_spec: bool,
    #[arg(long = "save", id = "asked_save", value_name = "NAME")]
    pub save: Option<String>,
    #[command(flatten)]
    pub output: Output,
}

/// Where an answer goes.
#[derive(Debug, Clone, Default, Args)]
pub struct Output {
    #[arg(long = "format", id = "asked_format", value_name = "csv|json|parquet", value_parser = form)]
    pub format: Option<Form>,
    #[arg(long = "out", id = "asked_out", value_name = "FILE")]
    pub out: Option<PathBuf>,
    #[arg(long = "table", id = "asked_table", value_name = "TABLE")]
    pub table: Option<String>,
}

/// Which stretch of time.
#[derive(Debug, Clone, Default, Args)]
pub struct When {
    #[arg(long = "from", id = "asked_from", value_name = "DATE|-30d", allow_hyphen_values = true)]
    pub from: Option<String>,
    #[arg(long = "to", id = "asked_to", value_name = "DATE", allow_hyphen_values = true)]
    pub to: Option<String>,
}

/// The steps of time.
#[derive(Debug, Clone, Default, Args)]
pub struct Steps {
    #[arg(long = "interval", id = "asked_interval", value_name = "STEP", value_parser = ["hour", "day", "week", "month"])]
    pub interval: Option<String>,
}

/// A question while its settings are gathered.
#[derive(Debug)]
pub struct Draft {
    settings: Map<String, Value>,
    problems: Problems,
}

impl Draft {
    /// Begins with what `--spec` holds, or with nothing.
    pub fn new(kind: &str, asking: &Asking) -> Result<Self, Failed> {
        let mut settings = Map::new();
        if let Some(path) = &asking.spec {
            let (name, text) = (path.display().to_string(), read_text(path)?);
            let read = read_question(&text, &name);
            let (question, _) = read.map_err(|problems| Failed::from(problems).in_text(&name, &text))?;
            if question.kind() != kind {
                let problem = Problem::error(phrase!(
                    "cli.other_kind",
                    file = name,
                    found = question.kind(),
                    kind = kind
                ));
                return Err(problem.advise(phrase!("cli.other_kind_advice", file = name)).into());
            }
            if let Ok(Value::Object(read)) = serde_json::to_value(&question) {
                settings = read;
            }
        }
        settings.insert("kind".to_owned(), kind.into());
        Ok(Self { settings, problems: Problems::default() })
    }

    /// Sets a setting.
    pub fn put(&mut self, path: &str, value: impl Into<Value>) {
        put(&mut self.settings, path, value.into());
    }

    /// Sets a setting that was typed.
    pub fn maybe(&mut self, path: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.put(path, value);
        }
    }

    /// Sets a setting to true that was switched on.
    pub fn switch(&mut self, path: &str, on: bool) {
        if on {
            self.put(path, true);
        }
    }

    /// Sets an event that was typed in short.
    pub fn event(&mut self, path: &str, text: Option<&str>) {
        let Some(text) = text else { return };
        if let Some(value) = self.read_event(path, text) {
            self.put(path, value);
        }
    }

    /// Sets a list of events, when any was typed.
    pub fn events(&mut self, path: &str, texts: &[String]) {
        if texts.is_empty() {
            return;
        }
        let read = texts.iter().enumerate();
        let events: Vec<Value> =
            read.filter_map(|(at, text)| self.read_event(&format!("{path}.{at}"), text)).collect();
        self.put(path, events);
    }

    /// An event that was typed in short, as a setting.
    pub fn read_event(&mut self, path: &str, text: &str) -> Option<Value> {
        match read_filter(text) {
            Ok(filter) => Some(value(&filter)),
            Err(problem) => {
                self.problems.push(problem.at_setting(path));
                None
            }
        }
    }

    /// Sets conditions that were typed in short.
    pub fn conditions(&mut self, path: &str, text: Option<&str>) {
        let Some(text) = text else { return };
        match read_conditions(text) {
            Ok(conditions) => self.put(path, value(&conditions)),
            Err(problem) => self.problems.push(problem.at_setting(path)),
        }
    }

    /// Sets a property.
    pub fn property(&mut self, path: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.put(path, property(text));
        }
    }

    /// Notes a mistake of what was typed.
    pub fn wrong(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Sets the period.
    pub fn when(&mut self, when: &When) {
        self.maybe("period.from", when.from.clone());
        self.maybe("period.to", when.to.clone());
    }

    /// Sets the steps of time.
    pub fn steps(&mut self, steps: &Steps) {
        self.maybe("interval", steps.interval.clone());
    }

    /// The question, or everything that is wrong with it.
    pub fn question(mut self, asking: &Asking) -> Result<QuestionSpec, Problems> {
        for (path, value) in &asking.set {
            put(&mut self.settings, path, value.clone());
        }
        match read_question_value(&Value::Object(self.settings)) {
            Ok(question) => self.problems.settle(question).map(|(question, _)| question),
            Err(problems) => {
                self.problems.extend(problems);
                Err(self.problems)
            }
        }
    }

    /// Asks, and shows the answer as it was wished.
    pub async fn ask(self, session: &Session, asking: &Asking) -> Outcome {
        let question = self.question(asking)?;
        ask(session, &question, asking).await
    }
}

/// Asks a question, and shows the answer as it was wished.
pub async fn ask(session: &Session, question: &QuestionSpec, asking: &Asking) -> Outcome {
    let screen = session.screen;
    if asking.print_spec {
        return Ok(screen.report(question, || question_text(question))?);
    }
    let workbench = session.open().await?;
    if let Some(name) = &asking.save {
        let saved = workbench.save_question(name, question)?;
        screen.aside(screen.text(&phrase!("cli.question_saved", path = saved.path, name = saved.name)));
    }
    let answered = workbench.ask(question, AskOptions::default()).await?;
    if let Some(form) = asking.output.form() {
        let bytes = answer_file(&answered, form, asking.output.table.as_deref())?;
        return asking.output.write(session, &workbench, form, &bytes);
    }
    Ok(screen.report(&answered, || show::answered(&screen, &answered, asking.output.table.as_deref()))?)
}

impl Output {
    /// The form of a file, by `--format` or the name's ending; `None` when the answer is shown.
    pub fn form(&self) -> Option<Form> {
        self.format.or_else(|| {
            let out = self.out.as_ref()?;
            let ending = out.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
            form(&ending.to_ascii_lowercase()).ok().or(Some(Form::Json))
        })
    }

    /// Writes the file, or puts a text on standard output.
    pub fn write(&self, session: &Session, workbench: &Workbench, form: Form, bytes: &[u8]) -> Outcome {
        let screen = session.screen;
        let Some(out) = &self.out else {
            if form == Form::Parquet {
                return Err(Problem::error(phrase!("cli.parquet_needs_file"))
                    .advise(phrase!("cli.parquet_needs_file_advice"))
                    .into());
            }
            return Ok(screen.lines(&String::from_utf8_lossy(bytes))?);
        };
        workbench.write_output(out, bytes)?;
        let said = phrase!("cli.answer_written", out = out.display());
        screen.aside(screen.text(&said));
        Ok(())
    }
}

/// A property as a setting.
pub fn property(text: &str) -> Value {
    let property: Property = read_property(text);
    value(&property)
}

/// A list of properties as a setting; absent when none was typed.
pub fn properties(texts: &[String]) -> Option<Value> {
    (!texts.is_empty()).then(|| texts.iter().map(|text| property(text)).collect())
}

/// Anything as a setting.
pub fn value<T: Serialize>(of: &T) -> Value {
    serde_json::to_value(of).unwrap_or_default()
}

/// Sets `a.b.0.c`, making what is not there.
fn put(settings: &mut Map<String, Value>, path: &str, value: Value) {
    let (name, rest) = match path.split_once('.') {
        None => return drop(settings.insert(path.to_owned(), value)),
        Some(parts) => parts,
    };
    let inner = settings.entry(name.to_owned()).or_insert_with(|| Value::Object(Map::new()));
    put_inside(inner, rest, value);
}

fn put_inside(inner: &mut Value, path: &str, value: Value) {
    let (name, rest) = match path.split_once('.') {
        Some((name, rest)) => (name, Some(rest)),
        None => (path, None),
    };
    if let (Value::Array(items), Ok(at)) = (&mut *inner, name.parse::<usize>()) {
        items.resize(items.len().max(at.min(1000) + 1), Value::Object(Map::new()));
        let Some(item) = items.get_mut(at) else { return };
        return match rest {
            Some(rest) => put_inside(item, rest, value),
            None => *item = value,
        };
    }
    if !inner.is_object() {
        *inner = Value::Object(Map::new());
    }
    if let Value::Object(settings) = inner {
        put(settings, path, value);
    }
}

/// `window.count=7`; the value as TOML has it, what is none is text.
fn setting(text: &str) -> Result<(String, Value), String> {
    let (path, value) = text.split_once('=').ok_or("cli.setting_wrong")?;
    let read = format!("value = {value}").parse::<toml_edit::DocumentMut>();
    let read = read.ok().and_then(|document| {
        let read: Map<String, Value> = toml_edit::de::from_document(document).ok()?;
        read.get("value").cloned()
    });
    Ok((path.trim().to_owned(), read.unwrap_or_else(|| Value::String(value.trim().to_owned()))))
}

/// A form of files by its name.
pub fn form(text: &str) -> Result<Form, String> {
    match text {
        "csv" => Ok(Form::Csv),
        "json" => Ok(Form::Json),
        "parquet" => Ok(Form::Parquet),
        _ => Err("cli.form_wrong".to_owned()),
    }
}

/// `14d` as `{ count = 14, unit = "day" }`.
fn window(text: &str) -> Result<Value, String> {
    let wrong = || "cli.window_wrong".to_owned();
    let digits = text.find(|letter: char| !letter.is_ascii_digit()).ok_or_else(wrong)?;
    let count: u32 = text[..digits].parse().map_err(|_| wrong())?;
    let unit = match &text[digits..] {
        "s" => "second",
        "m" | "min" => "minute",
        "h" => "hour",
        "d" => "day",
        "w" => "week",
        "mo" => "month",
        _ => return Err(wrong()),
    };
    Ok(serde_json::json!({ "count": count, "unit": unit }))
}

/// A metric in short: `people:order`, `events:order`, `sum(amount):order`, `share:order/signup`; without a count, people.
fn metric(draft: &mut Draft, path: &str, text: &str) -> Option<Value> {
    const COUNTS: [&str; 7] = ["events", "people", "per_person", "sum", "mean", "sum_per_person", "share"];
    let (count, event) = match text.split_once(':') {
        Some((count, event)) if COUNTS.contains(&count.split('(').next().unwrap_or_default().trim()) => {
            (count.trim(), event.trim())
        }
        _ => ("people", text.trim()),
    };
    let (count, of) = match count.split_once('(') {
        Some((count, of)) => (count, Some(of.trim_end_matches(')'))),
        None => (count, None),
    };
    let (event, among) = match event.split_once('/') {
        Some((event, among)) if count == "share" => (event, Some(among)),
        _ => (event, None),
    };
    let mut metric = Map::new();
    metric.insert("event".to_owned(), draft.read_event(&format!("{path}.event"), event)?);
    metric.insert("count".to_owned(), count.into());
    if let Some(of) = of {
        metric.insert("property".to_owned(), property(of));
    }
    if let Some(among) = among {
        metric.insert("among".to_owned(), draft.read_event(&format!("{path}.among"), among)?);
    }
    Some(Value::Object(metric))
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use serde_json::json;

    use super::*;

    #[test]
    fn settings_are_put_where_their_paths_lead() {
        let mut settings = json!({"steps": [{"event": "a"}]}).as_object().cloned().expect("an object");
        for (text, value) in [
            ("window.count=7", json!(7)),
            ("order=strict", json!("strict")),
            ("steps.1.event=\"b\"", json!("b")),
            ("times=[1, 3]", json!([1, 3])),
        ] {
            let (path, read) = setting(text).expect(text);
            assert_eq!(read, value, "{text}");
            put(&mut settings, &path, read);
        }
        assert_eq!(
            Value::Object(settings),
            json!({
                "steps": [{"event": "a"}, {"event": "b"}],
                "window": {"count": 7}, "order": "strict", "times": [1, 3],
            })
        );
    }

    #[test]
    fn every_question_is_a_command_line_that_is_taken() {
        for kind in flywheel_workbench::question_kinds() {
            let (question, _) = read_question(&kind.example, "example.toml").expect("a question");
            let words = flywheel_spec::product::command::command_words(&question);
            if let Err(error) = crate::arguments::Arguments::try_parse_from(&words) {
                panic!("{words:?}: {error}");
            }
        }
    }

    #[test]
    fn every_kind_of_question_is_a_verb() {
        let program = <crate::arguments::Arguments as clap::CommandFactory>::command();
        for kind in flywheel_workbench::question_kinds() {
            let verb = kind.kind.replace('_', "-");
            assert!(program.find_subcommand(&verb).is_some(), "{verb}");
        }
    }

    #[test]
    fn lengths_of_time_are_read() {
        assert_eq!(window("14d"), Ok(json!({"count": 14, "unit": "day"})));
        assert_eq!(window("3mo"), Ok(json!({"count": 3, "unit": "month"})));
        assert!(window("soon").is_err() && window("14").is_err() && window("d").is_err());
    }

    #[test]
    fn metrics_are_read_in_short() {
        let mut draft = Draft { settings: Map::new(), problems: Problems::default() };
        for (text, expected) in [
            ("order", json!({"event": {"event": "order"}, "count": "people"})),
            (
                "sum(amount):order[plan=pro]",
                json!({
                    "event": {"event": "order", "where": [{"property": "plan", "operator": "is", "value": "pro"}]},
                    "count": "sum", "property": {"name": "amount"},
                }),
            ),
            (
                "share:order/signup",
                json!({"event": {"event": "order"}, "count": "share", "among": {"event": "signup"}}),
            ),
        ] {
            assert_eq!(metric(&mut draft, "metric", text), Some(expected), "{text}");
        }
        assert!(metric(&mut draft, "metric", "sum(amount):order[").is_none());
        assert_eq!(draft.problems.problems[0].place.setting.as_deref(), Some("metric.event"));
    }
}

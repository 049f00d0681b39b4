//! `flywheel predict`: answers for a file of rows or images, into a file or onward.

use std::io::Read;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use flywheel_spec::{Problem, phrase};
use flywheel_workbench::{Answers, PredictInput};

use super::ModelName;
use crate::session::{Outcome, Session};
use crate::show;

/// Answers for a file.
#[derive(Debug, Args)]
pub struct Predict {
    model: ModelName,
    #[arg(default_value = "-")]
    input: PathBuf,
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    #[arg(long, value_enum)]
    format: Option<Form>,
}

/// A form of answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// One line a row, with a header.
    Csv,
    /// One JSON object a line.
    Jsonl,
}

impl Predict {
    pub async fn run(self, session: &Session) -> Outcome {
        let screen = session.screen;
        let workbench = session.open().await?;
        let input = if self.input.as_os_str() == "-" {
            let mut bytes = Vec::new();
            std::io::stdin().lock().read_to_end(&mut bytes)?;
            PredictInput::Bytes { name: "stdin".to_owned(), bytes }
        } else {
            PredictInput::Path(self.input.clone())
        };
        let answers = workbench.predict(&self.model.name, self.model.version, input).await?;
        screen.aside_problems(&answers.warnings);
        let form = self.format.unwrap_or_else(|| self.form_of_output());
        let text = match form {
            Form::Csv => as_csv(&answers),
            Form::Jsonl => as_json_lines(&answers)?,
        };
        let Some(output) = &self.output else {
            return Ok(screen.report(&answers.response, || text)?);
        };
        workbench.write_output(output, text.as_bytes())?;
        let count = answers.response.predictions.len() as u64;
        let said = phrase!("cli.predicted", count = show::count(count), to = output.display());
        Ok(screen.report(&answers.response, || format!("{}\n", screen.text(&said)))?)
    }

    fn form_of_output(&self) -> Form {
        let ending =
            self.output.as_ref().and_then(|output| output.extension()).and_then(|ending| ending.to_str());
        if matches!(ending, Some("jsonl" | "ndjson" | "json")) { Form::Jsonl } else { Form::Csv }
    }
}

/// `row,label,probability,…` with a column for each class, or `row,value`.
fn as_csv(answers: &Answers) -> String {
    let labels = &answers.labels;
    let mut text = String::from("row");
    if labels.is_empty() {
        text.push_str(",value");
    } else {
        text.push_str(",label,probability");
        labels.iter().for_each(|label| text.push_str(&format!(",{}", field(&format!("p_{label}")))));
    }
    text.push('\n');
    for (index, prediction) in answers.response.predictions.iter().enumerate() {
        text.push_str(&(index + 1).to_string());
        if let Some(value) = prediction.value {
            text.push_str(&format!(",{value}"));
        }
        if let Some(label) = &prediction.label {
            let of = |label: &str| {
                let class = prediction.probabilities.iter().find(|class| class.label == label);
                class.map_or(0.0, |class| class.probability)
            };
            text.push_str(&format!(",{},{}", field(label), of(label)));
            labels.iter().for_each(|label| text.push_str(&format!(",{}", of(label))));
        }
        text.push('\n');
    }
    text
}

fn as_json_lines(answers: &Answers) -> Result<String, Problem> {
    let mut text = String::new();
    for prediction in &answers.response.predictions {
        let line = serde_json::to_string(prediction);
        text.push_str(&line.map_err(|error| Problem::error(phrase!("cli.unwritten", reason = error)))?);
        text.push('\n');
    }
    Ok(text)
}

/// A field as RFC 4180 has it.
fn field(text: &str) -> String {
    if text.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

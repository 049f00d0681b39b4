//! `flywheel predict`: answers for a file of rows or images, into a file or onward.

use std::io::Read;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use flywheel_spec::predict::Prediction;
use flywheel_spec::{Language, Problem, phrase};
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
            Form::Csv => as_csv(&answers, screen.language),
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

/// `row,label,probability,…,notes` with a column for each class, or `row,value,notes`; `file` where a row is one,
/// `sure` where the model tells it.
fn as_csv(answers: &Answers, language: Language) -> String {
    let labels = &answers.labels;
    let tells_sure = answers.response.predictions.iter().any(|prediction| prediction.sure.is_some());
    let mut text = String::from(if answers.files.is_empty() { "row" } else { "row,file" });
    if labels.is_empty() {
        text.push_str(",value");
    } else {
        text.push_str(",label,probability");
        labels.iter().for_each(|label| text.push_str(&format!(",{}", field(&format!("p_{label}")))));
    }
    text.push_str(if tells_sure { ",sure,notes\n" } else { ",notes\n" });
    for (index, prediction) in answers.response.predictions.iter().enumerate() {
        text.push_str(&(index + 1).to_string());
        if let Some(file) = answers.files.get(index) {
            text.push_str(&format!(",{}", field(file)));
        }
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
        if tells_sure {
            text.push_str(&format!(",{}", prediction.sure.map(|sure| sure.to_string()).unwrap_or_default()));
        }
        text.push_str(&format!(",{}\n", field(&notes(prediction, language))));
    }
    text
}

fn notes(prediction: &Prediction, language: Language) -> String {
    prediction.notes.iter().map(|note| note.text(language)).collect::<Vec<_>>().join("; ")
}

fn as_json_lines(answers: &Answers) -> Result<String, Problem> {
    let mut text = String::new();
    for (index, prediction) in answers.response.predictions.iter().enumerate() {
        let line = serde_json::to_value(prediction);
        let mut line = line.map_err(|error| Problem::error(phrase!("cli.unwritten", reason = error)))?;
        if let (Some(file), Some(fields)) = (answers.files.get(index), line.as_object_mut()) {
            fields.insert("file".to_owned(), file.as_str().into());
        }
        text.push_str(&format!("{line}\n"));
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

#[cfg(test)]
mod tests {
    use flywheel_spec::predict::{ClassProbability, PredictResponse};

    use super::*;

    fn prediction(label: &str, sure: Option<bool>, notes: &[&str]) -> Prediction {
        Prediction {
            id: None,
            label: Some(label.to_owned()),
            sure,
            value: None,
            probabilities: vec![ClassProbability { label: label.to_owned(), probability: 0.75 }],
            notes: notes.iter().map(|note| phrase!("models.note_unread", column = note)).collect(),
        }
    }

    fn answers(predictions: Vec<Prediction>, files: &[&str]) -> Answers {
        Answers {
            response: PredictResponse { model: "m".to_owned(), version: 1, predictions },
            labels: vec!["a".to_owned()],
            files: files.iter().map(|&file| file.to_owned()).collect(),
            warnings: Vec::new(),
        }
    }

    #[test]
    fn a_csv_tells_file_sureness_and_notes() {
        let plain = answers(vec![prediction("a", None, &[])], &[]);
        assert_eq!(as_csv(&plain, Language::En), "row,label,probability,p_a,notes\n1,a,0.75,0.75,\n");
        let predictions = vec![prediction("a", Some(true), &[]), prediction("a", None, &["x"])];
        let told = answers(predictions, &["1.png", "2.png"]);
        let lines = as_csv(&told, Language::En);
        let lines: Vec<&str> = lines.lines().collect();
        assert_eq!(lines[..2], ["row,file,label,probability,p_a,sure,notes", "1,1.png,a,0.75,0.75,true,"]);
        assert!(lines[2].starts_with("2,2.png,a,0.75,0.75,,none of the words in `x`"), "{}", lines[2]);
        let lines = as_json_lines(&told).expect("written");
        assert!(lines.lines().all(|line| line.contains("\"file\":\"")), "{lines}");
    }
}

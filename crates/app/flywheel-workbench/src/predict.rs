//! Answers for a whole file, the same way from raw row to answer as over HTTP.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flywheel_learn::predict::{Answer, Predictor};
use flywheel_spec::predict::{ImageInput, PredictRequest, PredictResponse};
use flywheel_spec::{Problem, Problems, Severity, phrase};
use flywheel_tables::frame::Frame;
use flywheel_tables::{Expected, ImportOptions, Imported, Source, import};

use crate::data::blocking;
use crate::{Failure, Workbench, file};

/// Endings of single images.
const IMAGES: [&str; 4] = ["png", "jpg", "jpeg", "webp"];

/// What an import says of rows that it set aside.
const SET_ASIDE: [&str; 5] = [
    "tables.shifted_row",
    "tables.more_rows",
    "tables.json_not_object",
    "tables.json_syntax",
    "tables.more_lines",
];

/// What is to be answered.
#[derive(Debug, Clone)]
pub enum PredictInput {
    /// A file, or a folder of images.
    Path(PathBuf),
    /// A file's content.
    Bytes {
        /// What messages call it.
        name: String,
        /// Its content.
        bytes: Vec<u8>,
    },
}

/// Answers for a file.
#[derive(Debug, Clone)]
pub struct Answers {
    /// The answers in the file's order; none is logged, so none has an id.
    pub response: PredictResponse,
    /// The classes in the model's order; empty in regression.
    pub labels: Vec<String>,
    /// The file of each answer; empty unless a folder of images was asked.
    pub files: Vec<String>,
    /// Doubts about the file.
    pub warnings: Vec<Problem>,
}

impl Workbench {
    /// Answers a file by a version; by the one that answers, else the newest, when none is named.
    ///
    /// # Errors
    /// Every mistake of the file at once, or when there is no such model.
    pub async fn predict(
        &self,
        name: &str,
        version: Option<u64>,
        input: PredictInput,
    ) -> Result<Answers, Failure> {
        let (_, found) = self.version(name, version).await?;
        if let PredictInput::Path(path) = &input
            && !path.exists()
        {
            let problem = Problem::error(phrase!("workbench.no_file", path = path.display()));
            return Err(Failure::NotFound(problem.advise(phrase!("workbench.no_file_advice"))));
        }
        let bundle = self.bundle(name, found.version).await?;
        let labels = bundle.signature.labels.clone();
        let answered = blocking(move || answer(&Predictor::new(bundle)?, &input)).await?;
        let Answered { answers, files, warnings } = answered.map_err(Failure::Wrong)?;
        let predictions = answers.into_iter().map(|answer| answer.prediction).collect();
        let response = PredictResponse { model: name.to_owned(), version: found.version, predictions };
        Ok(Answers { response, labels, files, warnings })
    }

    /// Writes a file that a person asked for: there in full or not at all.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_output(&self, path: &Path, content: &[u8]) -> Result<(), Failure> {
        file::write(path, content)
    }
}

/// What a file came to.
struct Answered {
    answers: Vec<Answer>,
    files: Vec<String>,
    warnings: Vec<Problem>,
}

fn answer(predictor: &Predictor, input: &PredictInput) -> Result<Answered, Problems> {
    if let Some(image) = lone_image(input)? {
        let request = PredictRequest { images: vec![image], ..PredictRequest::default() };
        let answers = predictor.answer(&request)?;
        return Ok(Answered { answers, files: Vec::new(), warnings: Vec::new() });
    }
    let Imported { frame, files, mut warnings, .. } = read(input, &as_learned(predictor))?;
    refuse_set_aside(&warnings)?;
    let absent = Problems { problems: absent_columns(predictor, &frame).into_iter().collect() };
    let ((), absent) = absent.settle(())?;
    let answers = predictor.answer_frame(&frame)?;
    warnings.extend(absent);
    Ok(Answered { answers, files, warnings })
}

fn read(input: &PredictInput, options: &ImportOptions) -> Result<Imported, Problems> {
    match input {
        PredictInput::Path(path) if path.is_dir() => import(&Source::Path(path), options),
        PredictInput::Path(path) => {
            // By its path a file of MNIST's would bring the others of its folder along.
            let bytes = std::fs::read(path).map_err(|error| Failure::io(path, &error).problems())?;
            import(&Source::Bytes { name: &path.display().to_string(), bytes: &bytes }, options)
        }
        PredictInput::Bytes { name, bytes } => import(&Source::Bytes { name, bytes }, options),
    }
}

/// Columns are read as they were learned from, whatever a few rows look like by themselves.
fn as_learned(predictor: &Predictor) -> ImportOptions {
    let columns = &predictor.preparation().columns;
    let expected: BTreeMap<String, Expected> = columns
        .iter()
        .map(|column| (column.name.clone(), Expected { kind: column.kind(), writing: column.writing() }))
        .collect();
    let image_size = predictor.image_shape().map(|shape| (shape.width as u32, shape.height as u32));
    ImportOptions { expected, image_size, ..ImportOptions::default() }
}

/// Answers stand in the order of the rows: one row less, and all after it would be taken for another's.
fn refuse_set_aside(warnings: &[Problem]) -> Result<(), Problems> {
    let is_lost = |problem: &&Problem| SET_ASIDE.contains(&problem.code.as_str());
    let mut lost: Vec<Problem> = warnings.iter().filter(is_lost).cloned().collect();
    if lost.is_empty() {
        return Ok(());
    }
    lost.iter_mut().for_each(|problem| problem.severity = Severity::Error);
    lost.insert(0, Problem::error(phrase!("workbench.rows_set_aside")));
    Err(Problems { problems: lost })
}

/// Says which columns a whole file lacks: its answers come from what stands in for them. One that lacks all is a mistake.
fn absent_columns(predictor: &Predictor, frame: &Frame) -> Option<Problem> {
    const SHOWN: usize = 12;
    let columns = &predictor.preparation().columns;
    let absent: Vec<String> = columns
        .iter()
        .filter(|column| frame.column(&column.name).is_none())
        .map(|column| format!("`{}`", column.name))
        .collect();
    if absent.is_empty() || predictor.image_shape().is_some() {
        return None;
    }
    let mut names = absent.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if absent.len() > SHOWN {
        names.push_str(", …");
    }
    let (count, all) = (absent.len(), columns.len());
    let problem = if count == all {
        Problem::error(phrase!("workbench.no_known_column", all = all, columns = names))
    } else {
        Problem::warning(phrase!("workbench.absent_columns", count = count, all = all, columns = names))
    };
    Some(problem.advise(phrase!("workbench.absent_columns_advice", model = predictor.origin().name)))
}

/// A single image, which is no table and needs none.
fn lone_image(input: &PredictInput) -> Result<Option<ImageInput>, Problems> {
    let PredictInput::Path(path) = input else { return Ok(None) };
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    if !IMAGES.contains(&ending.as_str()) || path.is_dir() {
        return Ok(None);
    }
    let bytes = std::fs::read(path).map_err(|error| Failure::io(path, &error).problems())?;
    Ok(Some(ImageInput { png: Some(STANDARD.encode(bytes)), pixels: None }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_an_import_sets_aside_are_refused() {
        let cases: [(&str, &str, &[&str]); 4] = [
            ("a.csv", "age,plan\n1,free\n2,paid\n3,free\n", &[]),
            (
                "a.csv",
                "age,plan\n1,free\n2\n3,free\n4,paid\n5,paid\n6,free\n",
                &["workbench.rows_set_aside", "tables.shifted_row"],
            ),
            (
                "a.jsonl",
                "{\"age\": 1}\nnot json\n{\"age\": 2}\n{\"age\": 3}\n{\"age\": 4}\n{\"age\": 5}\n",
                &["workbench.rows_set_aside", "tables.json_syntax"],
            ),
            (
                "a.jsonl",
                "{\"age\": 1}\n7\n{\"age\": 2}\n{\"age\": 3}\n{\"age\": 4}\n{\"age\": 5}\n",
                &["workbench.rows_set_aside", "tables.json_not_object"],
            ),
        ];
        for (name, text, codes) in cases {
            let input = PredictInput::Bytes { name: name.to_owned(), bytes: text.as_bytes().to_vec() };
            let imported = read(&input, &ImportOptions::default()).expect("read");
            let problems = refuse_set_aside(&imported.warnings).err().unwrap_or_default().problems;
            let found: Vec<&str> = problems.iter().map(|problem| problem.code.as_str()).collect();
            assert_eq!(found, codes, "{text}");
            assert!(problems.iter().all(|problem| problem.severity == Severity::Error), "{text}");
        }
    }
}

//! Answers for a whole file, the same way from raw row to answer as over HTTP.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flywheel_learn::predict::{Answer, Predictor};
use flywheel_spec::predict::{ImageInput, PredictRequest, PredictResponse};
use flywheel_spec::{Problem, Problems, phrase};
use flywheel_tables::frame::Frame;
use flywheel_tables::{ImportOptions, Source, import};

use crate::data::blocking;
use crate::{Failure, Workbench, file};

/// Endings of single images.
const IMAGES: [&str; 4] = ["png", "jpg", "jpeg", "webp"];

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
        let answered = blocking(move || Ok(answer(&Predictor::new(bundle)?, &input)?)).await?;
        let (answers, warnings): (Vec<Answer>, Vec<Problem>) =
            answered.map_err(|problems: Problems| Failure::Wrong(problems))?;
        let predictions = answers.into_iter().map(|answer| answer.prediction).collect();
        let response = PredictResponse { model: name.to_owned(), version: found.version, predictions };
        Ok(Answers { response, labels, warnings })
    }

    /// Writes a file that a person asked for: there in full or not at all.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_output(&self, path: &Path, content: &[u8]) -> Result<(), Failure> {
        file::write(path, content)
    }
}

fn answer(predictor: &Predictor, input: &PredictInput) -> Result<(Vec<Answer>, Vec<Problem>), Problems> {
    if let Some(image) = lone_image(input)? {
        let request = PredictRequest { images: vec![image], ..PredictRequest::default() };
        return Ok((predictor.answer(&request)?, Vec::new()));
    }
    let options = ImportOptions::default();
    let imported = match input {
        PredictInput::Path(path) => import(&Source::Path(path), &options)?,
        PredictInput::Bytes { name, bytes } => import(&Source::Bytes { name, bytes }, &options)?,
    };
    let answers = predictor.answer_frame(&imported.frame)?;
    let mut warnings = imported.warnings;
    warnings.extend(absent_columns(predictor, &imported.frame));
    Ok((answers, warnings))
}

/// Says which columns a whole file lacks: its answers come from what stands in for them.
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
    let message = phrase!("workbench.absent_columns", count = count, all = all, columns = names);
    let advice = phrase!("workbench.absent_columns_advice", model = predictor.origin().name);
    Some(Problem::warning(message).advise(advice))
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

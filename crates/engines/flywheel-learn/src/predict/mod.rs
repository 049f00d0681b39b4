//! Raw row or image in, answer out: a bundle ready to answer any number of threads at once.

mod images;
mod notes;
mod rows;

use std::sync::{Arc, Mutex, PoisonError};

use flywheel_spec::model::{ModelSignature, Sureness};
use flywheel_spec::predict::{ClassProbability, PredictRequest, Prediction};
use flywheel_spec::recipe::{LossSpec, OptimizerSpec, Task};
use flywheel_spec::table::ImageShape;
use flywheel_spec::{Phrase, Problem, Problems, phrase};
use flywheel_tables::frame::{Column, Frame, Images, Values};

use crate::bundle::{Bundle, Origin};
use crate::engine::{Blueprint, Engine};
use crate::evaluate::{calibrated, choose, probabilities};
use crate::examples::{Examples, Inputs};
use crate::figure;
use crate::monitor::InputSummary;
use crate::native::{self, Desk, NativeEngine};
use crate::network::Head;
use crate::prepare::{Code, ImageCode, Preparation};

pub(crate) use rows::category_text;

/// A deployed model's memory and its way from raw input to answer; share it as `Arc<Predictor>`.
pub struct Predictor {
    origin: Origin,
    signature: ModelSignature,
    preparation: Preparation,
    head: Head,
    network: native::Predictor,
    /// Memory to answer with, one desk for each thread that ever answered at the same time.
    desks: Mutex<Vec<Desk>>,
}

/// An answer with what the log keeps of its input.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The answer; its id is the caller's to give.
    pub prediction: Prediction,
    /// What was asked.
    pub input: InputSummary,
}

impl Predictor {
    /// Takes a bundle's weights into memory.
    pub fn new(bundle: Bundle) -> Result<Self, Problems> {
        let blueprint = Blueprint {
            network: bundle.network,
            // Answering uses neither loss nor optimizer.
            loss: LossSpec::Mse {},
            optimizer: OptimizerSpec::GradientDescent { learning_rate: 0.0 },
            l1: 0.0,
            l2: 0.0,
            clip_norm: None,
            class_weights: Vec::new(),
            seed: 0,
            threads: 1,
        };
        let mut engine = NativeEngine::new(&blueprint);
        engine
            .restore(&bundle.weights, &[])
            .map_err(|reason| Problem::error(phrase!("models.weights_refused", reason = reason)))?;
        Ok(Self {
            origin: bundle.origin,
            signature: bundle.signature,
            preparation: bundle.preparation,
            head: blueprint.network.head,
            network: engine.predictor(),
            desks: Mutex::new(Vec::new()),
        })
    }

    /// Where the model comes from.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// What it reads and answers.
    pub fn signature(&self) -> &ModelSignature {
        &self.signature
    }

    /// Its preparation.
    pub fn preparation(&self) -> &Preparation {
        &self.preparation
    }

    /// The shape of the images that it reads, if it reads images.
    pub fn image_shape(&self) -> Option<ImageShape> {
        self.preparation.image().map(|image| image.shape)
    }

    /// Answers rows or images as they come over HTTP; every mistake at once, with its row (or image, from 1) and column.
    pub fn answer(&self, request: &PredictRequest) -> Result<Vec<Answer>, Problems> {
        match (request.rows.is_empty(), request.images.is_empty(), self.image_shape()) {
            (true, true, _) => Err(Problem::error(phrase!("models.nothing_asked")).into()),
            (false, false, _) => Err(Problem::error(phrase!("models.both_asked"))
                .advise(phrase!("models.both_asked_advice"))
                .into()),
            (false, true, Some(shape)) => Err(Problem::error(phrase!("models.reads_images"))
                .advise(phrase!("models.reads_images_advice", shape = crate::prepare::shape_words(shape)))
                .into()),
            (true, false, None) => {
                let columns = self.preparation.columns.iter().map(|column| column.name.as_str());
                let columns = columns.collect::<Vec<_>>().join("`, `");
                Err(Problem::error(phrase!("models.reads_rows"))
                    .advise(phrase!("models.reads_rows_advice", columns = columns))
                    .into())
            }
            (true, false, Some(shape)) => {
                let (pixels, notes) = images::pixels(&request.images, shape)?;
                let mut answers = self.answer_pixels(pixels.into())?;
                for (answer, note) in answers.iter_mut().zip(notes) {
                    answer.prediction.notes.extend(note);
                }
                Ok(answers)
            }
            (false, true, None) => {
                let frame = rows::frame(&self.preparation, &request.rows)?;
                let outputs = self.outputs(&frame)?;
                request
                    .rows
                    .iter()
                    .enumerate()
                    .map(|(row, values)| {
                        let notes = notes::of_row(&self.preparation, values);
                        let prediction = self.prediction(row, &outputs, notes)?;
                        Ok(Answer { prediction, input: InputSummary::Row { values: values.clone() } })
                    })
                    .collect()
            }
        }
    }

    /// Answers a table: its columns found by name, the target not needed.
    pub fn answer_frame(&self, frame: &Frame) -> Result<Vec<Answer>, Problems> {
        let (_, _) = self.preparation.check(frame).settle(())?;
        if let Some(code) = self.preparation.image() {
            return self.answer_pixels(image_column(code, frame)?);
        }
        let outputs = self.outputs(frame)?;
        (0..frame.rows())
            .map(|row| {
                let values = rows::values(&self.preparation, frame, row);
                let notes = notes::of_row(&self.preparation, &values);
                let prediction = self.prediction(row, &outputs, notes)?;
                Ok(Answer { prediction, input: InputSummary::Row { values } })
            })
            .collect()
    }

    /// Answers images that are bytes already, one after the other, row by row, the channels of a pixel beside each other.
    pub fn answer_pixels(&self, pixels: Arc<[u8]>) -> Result<Vec<Answer>, Problems> {
        let Some(shape) = self.image_shape() else {
            return Err(Problem::error(phrase!("models.reads_rows")).into());
        };
        let images = Images { shape, pixels };
        let name = self.preparation.columns.iter().find(|column| matches!(column.code, Code::Image(_)));
        let name = name.map_or_else(String::new, |column| column.name.clone());
        let count = images.len();
        let shared = images.pixels.clone();
        let frame = Frame { columns: vec![Column { name, values: Values::Image(images) }] };
        let outputs = self.outputs(&frame)?;
        (0..count)
            .map(|image| {
                let prediction = self.prediction(image, &outputs, Vec::new())?;
                let pixels = &shared[image * shape.bytes()..(image + 1) * shape.bytes()];
                Ok(Answer { prediction, input: InputSummary::of_pixels(pixels) })
            })
            .collect()
    }

    /// Raw outputs of prepared examples, `examples × outputs`, as judging reads them.
    pub fn outputs_of(&self, examples: &Examples) -> Vec<f32> {
        self.run(&examples.inputs, examples.len())
    }

    /// Raw outputs of every row of a frame, `rows × outputs`.
    fn outputs(&self, frame: &Frame) -> Result<Vec<f32>, Problems> {
        let rows: Vec<usize> = (0..frame.rows()).collect();
        let examples = self.preparation.apply_inputs(frame, &rows)?;
        Ok(self.run(&examples.inputs, rows.len()))
    }

    fn run(&self, inputs: &Inputs, count: usize) -> Vec<f32> {
        let taken = self.desks.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut desk = taken.unwrap_or_else(|| self.network.desk(1));
        let chosen: Vec<u32> = (0..count as u32).collect();
        let outputs = self.network.outputs(&mut desk, inputs, &chosen).to_vec();
        self.desks.lock().unwrap_or_else(PoisonError::into_inner).push(desk);
        outputs
    }

    fn prediction(&self, row: usize, outputs: &[f32], notes: Vec<Phrase>) -> Result<Prediction, Problems> {
        let labels = self.preparation.labels();
        let width = match self.head {
            Head::Sigmoid => 1,
            Head::Softmax | Head::Identity => labels.len().max(1),
        };
        let outputs = &outputs[row * width..(row + 1) * width];
        if outputs.iter().any(|output| !output.is_finite()) {
            return Err(Problem::error(phrase!("models.not_finite")).at_row(row as u64 + 1).into());
        }
        let mut prediction =
            Prediction { id: None, label: None, sure: None, value: None, probabilities: Vec::new(), notes };
        match self.preparation.task {
            Task::Regression => prediction.value = Some(self.preparation.number(outputs[0])),
            Task::Classification => {
                let row = probabilities(self.head, labels.len(), outputs);
                let mut order: Vec<usize> = (0..labels.len()).collect();
                order.sort_by(|&a, &b| row[b].total_cmp(&row[a]).then(a.cmp(&b)));
                let shown = match self.signature.sure {
                    Some(sure) => calibrated(&row, sure.temperature),
                    None => row.iter().map(|&probability| f64::from(probability)).collect(),
                };
                let answer = choose(&shown, self.signature.threshold) as usize;
                if let Some(Sureness { confidence, .. }) = self.signature.sure {
                    // Of words that it never learned it knows nothing, however the pieces of them fall.
                    let unread = prediction.notes.iter().any(|note| note.key == notes::UNREAD);
                    prediction.sure = Some(!unread && shown[answer] >= confidence);
                    if !unread && shown[answer] < confidence {
                        let (found, least) = (figure::percent(shown[answer]), figure::percent(confidence));
                        prediction.notes.push(phrase!("models.note_not_sure", found = found, least = least));
                    }
                }
                prediction.label = Some(labels[answer].clone());
                prediction.probabilities = order
                    .into_iter()
                    .map(|class| ClassProbability { label: labels[class].clone(), probability: shown[class] })
                    .collect();
            }
        }
        Ok(prediction)
    }
}

/// The pixels of a frame's images in the shape that the model reads.
fn image_column(code: &ImageCode, frame: &Frame) -> Result<Arc<[u8]>, Problems> {
    let found = frame.columns.iter().find_map(|column| match &column.values {
        Values::Image(images) if code.reads(images.shape) => Some(code.fitted(images).pixels),
        _ => None,
    });
    found.ok_or_else(|| Problem::error(phrase!("models.reads_images")).into())
}

#[cfg(test)]
mod tests;

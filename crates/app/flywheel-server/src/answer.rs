//! From what a model is asked to what it answers: names each answer, counts it, and hands it to the log.

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use flywheel_spec::predict::{PredictRequest, PredictResponse};
use flywheel_workbench::{Answered, Deployed, prediction_id};

use crate::failure::Failure;
use crate::state::ServerState;

/// Rows or images above which another thread computes, so that other requests go on meanwhile.
const INLINE: usize = 8;

/// What a model is asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Question {
    /// Rows or images, as the JSON interface takes them.
    Request(PredictRequest),
    /// Images that are bytes already, one after the other; how many, and the bytes.
    Pixels(usize, Arc<[u8]>),
}

impl Question {
    /// Answers that will be given.
    fn len(&self) -> usize {
        match self {
            Self::Request(request) => request.rows.len() + request.images.len(),
            Self::Pixels(count, _) => *count,
        }
    }
}

/// Asks a model; `begun` is when the request's body was read.
///
/// # Errors
/// 422 with everything that does not suit the model.
pub async fn answer(
    state: &ServerState,
    deployed: &Arc<Deployed>,
    question: Question,
    begun: Instant,
) -> Result<PredictResponse, Failure> {
    let asked = question.len();
    let preview = matches!(&question, Question::Request(PredictRequest { preview: true, .. }));
    let model = deployed.clone();
    let ask = move || match &question {
        Question::Request(request) => model.answer(request),
        Question::Pixels(_, pixels) => model.answer_pixels(pixels.clone()),
    };
    let answers = if asked <= INLINE {
        ask()
    } else {
        tokio::task::spawn_blocking(ask).await.map_err(Failure::internal)?
    };
    let answers = answers.map_err(Failure::invalid)?;
    if preview {
        let predictions = answers.into_iter().map(|answer| answer.prediction).collect();
        return Ok(PredictResponse {
            model: deployed.name.to_string(),
            version: deployed.version,
            predictions,
        });
    }
    let latency = begun.elapsed();
    #[expect(clippy::disallowed_methods, reason = "this is the app layer, and the log says when it answered")]
    let at = SystemTime::now();
    let mut predictions = Vec::with_capacity(answers.len());
    for answer in answers {
        let mut prediction = answer.prediction;
        // The model's name stands in the id, so that the truth finds its way without a search.
        prediction.id = Some(format!("{}.{}", deployed.name, prediction_id()));
        predictions.push(prediction.clone());
        let model = deployed.name.clone();
        state.log.record(Answered {
            model,
            version: deployed.version,
            prediction,
            input: answer.input,
            latency,
            at,
        });
    }
    let response =
        PredictResponse { model: deployed.name.to_string(), version: deployed.version, predictions };
    state.metrics.predictions(&response, latency);
    Ok(response)
}

/// The model that gave a prediction, from the prediction's id.
pub fn model_of(id: &str) -> Option<&str> {
    id.rsplit_once('.').map(|(model, _)| model).filter(|model| !model.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_names_its_model() {
        assert_eq!(model_of("churn-2.0649a3f2"), Some("churn-2"));
        assert_eq!(model_of("0649a3f2"), None);
        assert_eq!(model_of(".0649a3f2"), None);
    }
}

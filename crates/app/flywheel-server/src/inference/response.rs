//! From a model's answers to the response's bytes: `label` and `probabilities`, or `value`.

use flywheel_spec::model::ModelSignature;
use flywheel_spec::predict::PredictResponse;
use flywheel_spec::recipe::Task;
use flywheel_spec::{Problem, Problems, phrase};
use serde_json::{Value, json};

use super::classification::classification;
use super::request::{InferRequest, RequestedOutput};
use super::tensor::{self, Datatype, Tensor, Values};
use crate::nearest::nearest;

/// The output that holds the class.
pub const LABEL: &str = "label";
/// The output that holds every class' probability, in the order of the model's labels.
pub const PROBABILITIES: &str = "probabilities";
/// The output that holds the number, in regression.
pub const VALUE: &str = "value";

/// A response's body.
#[derive(Debug, Clone, PartialEq)]
pub struct Encoded {
    /// The JSON, and behind it the tensors that were wanted as bytes.
    pub body: Vec<u8>,
    /// Length of the JSON, when tensors follow it: the `Inference-Header-Content-Length`.
    pub json_length: Option<usize>,
}

/// The names of the outputs that a model has.
pub fn outputs(signature: &ModelSignature) -> &'static [&'static str] {
    match signature.task {
        Task::Classification => &[LABEL, PROBABILITIES],
        Task::Regression => &[VALUE],
    }
}

/// The outputs that a request wants, or what is wrong with them; to be asked before the model is.
pub fn wanted(signature: &ModelSignature, request: &InferRequest) -> Result<Vec<RequestedOutput>, Problems> {
    let known = outputs(signature);
    if request.outputs.is_empty() {
        let all = |&name: &&str| RequestedOutput { name: name.to_owned(), binary: None, classes: None };
        return Ok(known.iter().map(all).collect());
    }
    let mut problems = Problems::default();
    for (at, output) in request.outputs.iter().enumerate() {
        if !known.contains(&output.name.as_str()) {
            let nearest = nearest(&output.name, known.iter().copied()).unwrap_or(known[0]);
            let problem = phrase!("server.unknown_output", found = output.name, nearest = nearest);
            problems.push(Problem::error(problem).at_setting(format!("outputs.{at}.name")));
        } else if output.classes.is_some() && output.name != PROBABILITIES {
            let problem = phrase!("server.classification_output", found = output.name);
            problems
                .push(Problem::error(problem).at_setting(format!("outputs.{at}.parameters.classification")));
        }
    }
    problems.settle(request.outputs.clone()).map(|settled| settled.0)
}

/// Writes the answers as the request wants them.
pub fn encode(
    signature: &ModelSignature,
    request: &InferRequest,
    wanted: &[RequestedOutput],
    answer: &PredictResponse,
) -> Encoded {
    let mut tail = Vec::new();
    let mut outputs = Vec::with_capacity(wanted.len());
    let mut binary = false;
    for output in wanted {
        let tensor = output_tensor(signature, output, answer);
        let mut entry =
            json!({ "name": tensor.name, "shape": tensor.shape, "datatype": tensor.datatype.name() });
        if output.binary.unwrap_or(request.binary_outputs) {
            let bytes = tensor::to_bytes(&tensor);
            entry["parameters"] = json!({ "binary_data_size": bytes.len() });
            tail.extend_from_slice(&bytes);
            binary = true;
        } else {
            entry["data"] = tensor::to_json(&tensor);
        }
        outputs.push(entry);
    }
    let mut json = json!({ "model_name": answer.model, "model_version": answer.version.to_string() });
    if let Some(id) = &request.id {
        json["id"] = Value::from(id.as_str());
    }
    let ids: Vec<&str> =
        answer.predictions.iter().filter_map(|prediction| prediction.id.as_deref()).collect();
    if !ids.is_empty() {
        json["parameters"] = json!({ "prediction_ids": ids.join(",") });
    }
    json["outputs"] = Value::Array(outputs);
    let mut body = json.to_string().into_bytes();
    let json_length = binary.then_some(body.len());
    body.append(&mut tail);
    Encoded { body, json_length }
}

fn output_tensor(signature: &ModelSignature, output: &RequestedOutput, answer: &PredictResponse) -> Tensor {
    let rows = answer.predictions.len();
    let tensor = |datatype, shape, values| Tensor { name: output.name.clone(), datatype, shape, values };
    match output.name.as_str() {
        LABEL => {
            let labels =
                answer.predictions.iter().map(|prediction| prediction.label.clone().unwrap_or_default());
            tensor(Datatype::Bytes, vec![rows], Values::Texts(labels.collect()))
        }
        PROBABILITIES => {
            let probabilities = probabilities(signature, answer);
            match output.classes {
                Some(count) => classification(&output.name, &probabilities, &signature.labels, count),
                None => {
                    tensor(Datatype::Fp32, vec![rows, signature.labels.len()], Values::Numbers(probabilities))
                }
            }
        }
        _ => {
            let values = answer.predictions.iter().map(|prediction| prediction.value.unwrap_or_default());
            tensor(Datatype::Fp64, vec![rows], Values::Numbers(values.collect()))
        }
    }
}

/// Every row's probabilities, in the order of the model's labels.
fn probabilities(signature: &ModelSignature, answer: &PredictResponse) -> Vec<f64> {
    let mut all = Vec::with_capacity(answer.predictions.len() * signature.labels.len());
    for prediction in &answer.predictions {
        all.extend(signature.labels.iter().map(|label| {
            let class = prediction.probabilities.iter().find(|class| class.label == *label);
            class.map_or(0.0, |class| class.probability)
        }));
    }
    all
}

#[cfg(test)]
mod tests {
    use flywheel_spec::predict::{ClassProbability, Prediction};

    use super::*;

    fn signature(task: Task) -> ModelSignature {
        let labels =
            if task == Task::Regression { Vec::new() } else { vec!["no".to_owned(), "yes".to_owned()] };
        ModelSignature { task, target: "y".into(), inputs: Vec::new(), labels, threshold: None, sure: None }
    }

    fn answer() -> PredictResponse {
        let class = |label: &str, probability| ClassProbability { label: label.into(), probability };
        let prediction = Prediction {
            id: Some("p-1".into()),
            label: Some("yes".into()),
            value: Some(0.1),
            probabilities: vec![class("yes", 0.75), class("no", 0.25)],
            sure: None,
            notes: Vec::new(),
        };
        PredictResponse { model: "churn".into(), version: 3, predictions: vec![prediction] }
    }

    fn output(name: &str, binary: Option<bool>, classes: Option<usize>) -> RequestedOutput {
        RequestedOutput { name: name.into(), binary, classes }
    }

    #[test]
    fn json_outputs_stand_in_the_json_in_the_order_of_the_labels() {
        let request = InferRequest { id: Some("9".into()), ..InferRequest::default() };
        let signature = signature(Task::Classification);
        let wanted = wanted(&signature, &request).expect("all");
        let encoded = encode(&signature, &request, &wanted, &answer());
        assert_eq!(encoded.json_length, None);
        let text = String::from_utf8(encoded.body).expect("text");
        assert_eq!(
            text,
            r#"{"model_name":"churn","model_version":"3","id":"9","parameters":{"prediction_ids":"p-1"},"outputs":[{"name":"label","shape":[1],"datatype":"BYTES","data":["yes"]},{"name":"probabilities","shape":[1,2],"datatype":"FP32","data":[0.25,0.75]}]}"#
        );
    }

    #[test]
    fn binary_outputs_stand_behind_the_json() {
        let signature = signature(Task::Classification);
        let request = InferRequest { binary_outputs: true, ..InferRequest::default() };
        let wanted = [
            output(LABEL, None, None),
            output(PROBABILITIES, Some(false), None),
            output(PROBABILITIES, None, None),
        ];
        let encoded = encode(&signature, &request, &wanted, &answer());
        let length = encoded.json_length.expect("bytes follow");
        let expected = [&[3, 0, 0, 0][..], b"yes", &0.25_f32.to_le_bytes(), &0.75_f32.to_le_bytes()].concat();
        assert_eq!(&encoded.body[length..], expected);
        let json: Value = serde_json::from_slice(&encoded.body[..length]).expect("JSON");
        assert_eq!(json["outputs"][0]["parameters"]["binary_data_size"], 7);
        assert_eq!(json["outputs"][1]["data"], json!([0.25, 0.75]));
    }

    #[test]
    fn a_number_is_a_value() {
        let signature = signature(Task::Regression);
        let request = InferRequest::default();
        let wanted = wanted(&signature, &request).expect("all");
        let encoded = encode(&signature, &request, &wanted, &answer());
        let json: Value = serde_json::from_slice(&encoded.body).expect("JSON");
        assert_eq!(
            json["outputs"],
            json!([{"name": "value", "shape": [1], "datatype": "FP64", "data": [0.1]}])
        );
    }

    #[test]
    fn outputs_that_are_not_there_are_named_with_the_nearest() {
        let request = InferRequest {
            outputs: vec![output("lable", None, None), output(LABEL, None, Some(1))],
            ..InferRequest::default()
        };
        let problems = wanted(&signature(Task::Classification), &request).expect_err("two mistakes").problems;
        assert_eq!(problems[0].code, "server.unknown_output");
        assert!(problems[0].message.en.contains("`label`"), "{}", problems[0].message);
        assert_eq!(problems[1].code, "server.classification_output");
    }
}

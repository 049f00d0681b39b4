//! A trained model as an ONNX file, which onnxruntime and its like run without this program.
//!
//! `features`, 32-bit floats, holds prepared rows (`batch × numbers`, the places of embedded categories last) or images
//! (`batch × channels × height × width`); `output` is what `predict` answers: the probability of each label in the
//! labels' order, or the number in its own unit. The file's metadata name the rest; `docs/onnx.md` shows how to use it.

mod answer;
mod features;
mod graph;
mod layers;
mod proto;

use flywheel_spec::recipe::Task;
use flywheel_spec::{Problem, phrase};
use prost::Message;
use serde_json::json;

use crate::bundle::Bundle;
use crate::engine::matched;
use crate::prepare::ColumnCode;
use graph::Graph;
use proto::{ModelProto, OperatorSetIdProto, StringStringEntryProto, ValueInfoProto};

/// The form of the file, and the set of operators: the oldest with all that our layers need.
const IR_VERSION: i64 = 8;
const OPERATORS: i64 = 17;

/// Weights that fit a file: its form ends at 2 GiB.
const MOST_BYTES: u64 = 2_000_000_000;

/// The name of what comes out.
const OUTPUT: &str = "output";

/// The file's content; the same for the same bundle.
///
/// # Errors
/// A warning that says why the model has no such form.
pub fn model(bundle: &Bundle) -> Result<Vec<u8>, Problem> {
    let texts = bundle.preparation.columns.iter().filter(|column| column.text().is_some());
    let texts: Vec<&str> = texts.map(|column| column.name.as_str()).collect();
    if !texts.is_empty() {
        let message = phrase!("models.onnx_texts", columns = texts.join("`, `"));
        return Err(Problem::warning(message).advise(phrase!("models.onnx_advice")));
    }
    let bytes: u64 = bundle.weights.iter().map(|tensor| 4 * tensor.values.len() as u64).sum();
    if bytes > MOST_BYTES {
        let message = phrase!("models.onnx_too_large", megabytes = bytes / 1_000_000);
        return Err(Problem::warning(message).advise(phrase!("models.onnx_advice")));
    }
    let network = &bundle.network;
    let wanted: Vec<(String, Vec<usize>)> =
        network.parameters().into_iter().map(|parameter| (parameter.name, parameter.shape)).collect();
    matched(&wanted, &bundle.weights)
        .map_err(|reason| Problem::warning(phrase!("models.weights_refused", reason = reason)))?;

    let mut graph = Graph::new(&bundle.weights);
    let mut signal = features::read(&mut graph, &network.input);
    for (index, layer) in network.layers.iter().enumerate() {
        signal = layers::layer(&mut graph, index, layer, signal);
    }
    let last = answer::answer(&mut graph, bundle, &signal);
    let answers = bundle.preparation.labels().len().max(1);
    let graph =
        graph.finish(&last, features::value(&network.input), ValueInfoProto::rows(OUTPUT, &[answers]));

    let (producer, version) =
        bundle.origin.program.split_once(' ').unwrap_or((bundle.origin.program.as_str(), ""));
    let model = ModelProto {
        ir_version: IR_VERSION,
        producer_name: producer.to_owned(),
        producer_version: version.to_owned(),
        model_version: bundle.origin.version as i64,
        graph: Some(graph),
        opset_import: vec![OperatorSetIdProto { domain: String::new(), version: OPERATORS }],
        metadata_props: metadata(bundle),
    };
    Ok(model.encode_to_vec())
}

/// What a reader needs besides the graph; lists are JSON.
fn metadata(bundle: &Bundle) -> Vec<StringStringEntryProto> {
    let (preparation, signature) = (&bundle.preparation, &bundle.signature);
    let task = match preparation.task {
        Task::Classification => "classification",
        Task::Regression => "regression",
    };
    let mut entries = vec![
        ("model", bundle.origin.name.clone()),
        ("version", bundle.origin.version.to_string()),
        ("task", task.to_owned()),
        ("target", signature.target.clone()),
        ("labels", json!(signature.labels).to_string()),
        ("columns", json!(preparation.columns.iter().map(column_name).collect::<Vec<_>>()).to_string()),
        ("inputs", json!(features::names(preparation)).to_string()),
    ];
    if let Some(image) = preparation.image() {
        entries.push(("pixel_scale", image.scale.to_string()));
        entries.push(("pixel_shift", image.shift.to_string()));
    }
    entries.extend(signature.threshold.map(|threshold| ("threshold", threshold.to_string())));
    entries.extend(signature.sure.map(|sure| ("confidence", sure.confidence.to_string())));
    let entry = |(key, value): (&str, String)| StringStringEntryProto { key: key.to_owned(), value };
    entries.into_iter().map(entry).collect()
}

fn column_name(column: &ColumnCode) -> &str {
    &column.name
}

#[cfg(test)]
mod tests;

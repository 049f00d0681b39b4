//! The graph's form; that it computes the same is held against onnxruntime in `e2e/tests/onnx.rs`.

use std::collections::BTreeSet;

use flywheel_spec::Severity;
use flywheel_spec::model::Sureness;
use flywheel_spec::recipe::{Activation, Initializer};
use flywheel_spec::table::ImageShape;

use super::proto::{GraphProto, TensorProto};
use super::*;
use crate::bundle::tests::{image_bundle, row_bundle};
use crate::engine::Tensor;
use crate::network::{EmbeddingPlan, Head, InputPlan, LayerKind, LayerPlan, NetworkPlan, Shape};
use crate::prepare::{Code, ColumnCode, TargetCode};

fn read(bundle: &Bundle) -> ModelProto {
    let content = model(bundle).expect("it has the form");
    assert_eq!(content, model(bundle).expect("again"), "the same bundle gives the same file");
    let model = ModelProto::decode(content.as_slice()).expect("it reads");
    whole(model.graph.as_ref().expect("a graph"));
    model
}

/// Everything that is read was given before, once, and everything that is given is read.
fn whole(graph: &GraphProto) {
    let mut known: BTreeSet<&str> = graph.input.iter().map(|input| input.name.as_str()).collect();
    for tensor in &graph.initializer {
        assert!(known.insert(&tensor.name), "{} is there twice", tensor.name);
        let count: i64 = tensor.dims.iter().product();
        let size = if tensor.data_type == proto::FLOAT { 4 } else { 8 };
        assert_eq!(tensor.raw_data.len() as i64, count * size, "{}", tensor.name);
    }
    let mut read: BTreeSet<&str> = graph.output.iter().map(|output| output.name.as_str()).collect();
    for node in &graph.node {
        for input in &node.input {
            assert!(known.contains(input.as_str()), "{} reads {input}, which is not there yet", node.name);
            read.insert(input);
        }
        for output in &node.output {
            assert!(known.insert(output), "{output} is there twice");
        }
    }
    assert_eq!(known, read);
}

fn operators(model: &ModelProto) -> String {
    let nodes = model.graph.iter().flat_map(|graph| &graph.node);
    nodes.map(|node| node.op_type.as_str()).collect::<Vec<_>>().join(" ")
}

fn told(model: &ModelProto, key: &str) -> Option<String> {
    model.metadata_props.iter().find(|entry| entry.key == key).map(|entry| entry.value.clone())
}

/// The bundle with another network, its weights all one half.
fn with(mut bundle: Bundle, input: InputPlan, kinds: Vec<(LayerKind, Shape)>, head: Head) -> Bundle {
    let mut layers = Vec::new();
    let mut arriving = input.shape();
    for (kind, output) in kinds {
        layers.push(LayerPlan { source: layers.len(), kind, input: arriving, output, frozen: false });
        arriving = output;
    }
    bundle.network = NetworkPlan { input, layers, outputs: arriving.len(), head };
    let half = |parameter: crate::network::Parameter| Tensor {
        values: vec![0.5; parameter.len()],
        name: parameter.name,
        shape: parameter.shape,
    };
    bundle.weights = bundle.network.parameters().into_iter().map(half).collect();
    bundle
}

#[test]
fn every_layer_has_its_operators() {
    let (bundle, input) = (row_bundle(), row_bundle().network.input);
    let flat = input.shape();
    let image = ImageShape { height: 6, width: 6, channels: 1 };
    let (of_image, pixels) = (InputPlan::Images(image), Shape::Image(image));
    let initializer = Initializer::Xavier {};
    let convolution = |bias| LayerKind::Conv2d { kernel: 3, stride: 1, padding: [1, 1], bias, initializer };
    let cases: Vec<(LayerKind, &InputPlan, Shape, &str)> = vec![
        (LayerKind::Dense { bias: true, initializer }, &input, Shape::Flat(2), "Gemm"),
        (LayerKind::Dense { bias: false, initializer }, &input, Shape::Flat(2), "Gemm"),
        (convolution(true), &of_image, pixels, "Conv"),
        (convolution(false), &of_image, pixels, "Conv"),
        (LayerKind::MaxPool { size: 1, stride: 1 }, &of_image, pixels, "MaxPool"),
        (LayerKind::AvgPool { size: 1, stride: 1 }, &of_image, pixels, "AveragePool"),
        (LayerKind::Flatten, &of_image, Shape::Flat(36), "Flatten"),
        (LayerKind::Dropout { rate: 0.5 }, &input, flat, ""),
        (LayerKind::BatchNorm { momentum: 0.1, epsilon: 1e-5 }, &input, flat, "BatchNormalization"),
        (LayerKind::BatchNorm { momentum: 0.1, epsilon: 1e-5 }, &of_image, pixels, "BatchNormalization"),
        (LayerKind::LayerNorm { epsilon: 1e-5 }, &input, flat, "LayerNormalization"),
        (LayerKind::LayerNorm { epsilon: 1e-5 }, &of_image, pixels, "LayerNormalization"),
        (LayerKind::Activation(Activation::Relu), &input, flat, "Relu"),
        (LayerKind::Activation(Activation::LeakyRelu), &input, flat, "LeakyRelu"),
        (LayerKind::Activation(Activation::Gelu), &input, flat, "Mul Erf Mul Add Mul"),
        (LayerKind::Activation(Activation::Tanh), &input, flat, "Tanh"),
        (LayerKind::Activation(Activation::Sigmoid), &input, flat, "Sigmoid"),
        (LayerKind::Activation(Activation::Softmax), &input, flat, "Softmax"),
    ];
    for (kind, input, output, expected) in cases {
        let model = read(&with(bundle.clone(), input.clone(), vec![(kind.clone(), output)], Head::Softmax));
        let expected = format!("{expected} Softmax Identity");
        assert_eq!(operators(&model), expected.trim_start(), "{kind:?}");
    }
}

#[test]
fn answers_end_as_predict_ends_them() {
    let both = "Gemm Neg Exp Add Div Sub Concat";
    let shares = "Gemm Relu ReduceSum Greater Where Div ArgMax OneHot Where";
    let cool = "Max Log Div Softmax";
    let sure = Some(Sureness { temperature: 1.5, confidence: 0.7 });
    let cases = [
        (Head::Softmax, 2, None, "Gemm Softmax".to_owned()),
        (Head::Softmax, 2, sure, format!("Gemm Softmax {cool}")),
        (Head::Sigmoid, 1, None, both.to_owned()),
        (Head::Sigmoid, 1, sure, format!("{both} {cool}")),
        (Head::Identity, 2, None, shares.to_owned()),
        (Head::Identity, 2, sure, format!("{shares} {cool}")),
    ];
    let dense = LayerKind::Dense { bias: true, initializer: Initializer::Xavier {} };
    for (head, outputs, sure, expected) in cases {
        let bundle = row_bundle();
        let input = bundle.network.input.clone();
        let mut bundle = with(bundle, input, vec![(dense.clone(), Shape::Flat(outputs))], head);
        bundle.signature.sure = sure;
        let model = read(&bundle);
        assert_eq!(operators(&model), format!("{expected} Identity"), "{head:?}");
        assert_eq!(told(&model, "confidence").is_some(), sure.is_some());
    }
    let mut bundle = row_bundle();
    bundle.preparation.target = TargetCode::Number { mean: 3.0, deviation: 2.0 };
    let input = bundle.network.input.clone();
    let bundle = with(bundle, input, vec![(dense, Shape::Flat(1))], Head::Identity);
    assert_eq!(operators(&read(&bundle)), "Gemm Mul Add Identity");
}

#[test]
fn places_of_categories_stand_behind_the_numbers() {
    let embeddings =
        vec![EmbeddingPlan { categories: 4, width: 2 }, EmbeddingPlan { categories: 3, width: 1 }];
    for (numbers, expected) in [
        (2, "Slice Gather Cast Gather Gather Cast Gather Concat"),
        (0, "Gather Cast Gather Gather Cast Gather Concat"),
    ] {
        let input = InputPlan::Rows { numbers, embeddings: embeddings.clone() };
        let dense = LayerKind::Dense { bias: false, initializer: Initializer::Xavier {} };
        let model = read(&with(row_bundle(), input, vec![(dense, Shape::Flat(2))], Head::Softmax));
        assert_eq!(operators(&model), format!("{expected} Gemm Softmax Identity"));
        let graph = model.graph.expect("a graph");
        assert_eq!(graph.input, [ValueInfoProto::rows("features", &[numbers + 2])]);
    }
}

#[test]
fn a_file_tells_what_it_reads_and_answers() {
    let bundle = row_bundle();
    let model = read(&bundle);
    assert_eq!((model.ir_version, model.opset_import[0].version, model.model_version), (8, 17, 4));
    assert_eq!((model.producer_name.as_str(), model.producer_version.as_str()), ("flywheel", "0.1.0"));
    let expected = [
        ("model", "made-up"),
        ("version", "4"),
        ("task", "classification"),
        ("target", "churned"),
        ("labels", r#"["no","yes"]"#),
        ("columns", r#"["age","plan","member"]"#),
        ("inputs", r#"["age","plan (unseen)","plan=free","plan=paid","member=yes"]"#),
    ];
    for (key, value) in expected {
        assert_eq!(told(&model, key).as_deref(), Some(value), "{key}");
    }
    assert_eq!(told(&model, "pixel_scale"), None);
    let graph = model.graph.expect("a graph");
    assert_eq!(graph.input, [ValueInfoProto::rows("features", &[5])]);
    assert_eq!(graph.output, [ValueInfoProto::rows("output", &[2])]);
    let weight = graph.initializer.iter().find(|tensor| tensor.name == "layers.0.weight").expect("there");
    let kept: Vec<f32> = floats(weight);
    assert_eq!((weight.dims.as_slice(), kept), (&[8, 5][..], bundle.weights[0].values.clone()));

    let model = read(&image_bundle(4));
    let scale = told(&model, "pixel_scale").and_then(|scale| scale.parse::<f32>().ok());
    assert_eq!((scale, told(&model, "pixel_shift").as_deref()), (Some(1.0 / 255.0), Some("0")));
    assert_eq!(model.graph.expect("a graph").input, [ValueInfoProto::rows("features", &[1, 4, 4])]);
}

fn floats(tensor: &TensorProto) -> Vec<f32> {
    let number = |bytes: &[u8]| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    tensor.raw_data.chunks_exact(4).map(number).collect()
}

#[test]
fn every_prepared_number_has_a_name() {
    let mut bundle = row_bundle();
    let more = serde_json::json!([
        { "name": "spend", "code": { "kind": "number", "fill": 1.0, "indicator": true, "outliers": "keep",
            "centre": 0.0, "scale": 1.0, "range": [0.0, 9.0], "median": 1.0 } },
        { "name": "city", "code": { "kind": "category", "categories": ["Bern", "Rom"], "counts": [3, 4],
            "encoding": "embedding", "embedding_width": 2, "unseen_learned": false,
            "missing": { "kind": "own" }, "indicator": false } },
        { "name": "tier", "code": { "kind": "category", "categories": ["a", "b"], "counts": [3, 4],
            "encoding": "one_hot", "embedding_width": 0, "unseen_learned": true,
            "missing": { "kind": "own" }, "indicator": false } },
        { "name": "begun", "code": { "kind": "time",
            "parts": ["elapsed", "year", "month", "day", "weekday", "hour"],
            "elapsed": [0.0, 1.0], "year": [2000.0, 1.0], "indicator": true, "range": [0.0, 9.0] } },
    ]);
    let more: Vec<ColumnCode> = serde_json::from_value(more).expect("columns");
    bundle.preparation.columns.extend(more);
    let InputPlan::Rows { numbers, embeddings } = bundle.preparation.input_plan() else {
        unreachable!("it reads rows");
    };
    let names = features::names(&bundle.preparation);
    assert_eq!(names.len(), numbers + embeddings.len(), "{names:?}");
    assert_eq!(names.last().map(String::as_str), Some("city (place)"));
    assert!(names.iter().collect::<BTreeSet<_>>().len() == names.len(), "{names:?}");
}

#[test]
fn what_has_no_such_form_is_told() {
    let mut bundle = row_bundle();
    let code = serde_json::json!({
        "kind": "text", "word_runs": 1, "pieces": false, "texts": 9, "terms": ["late"], "counts": [3],
    });
    let code: Code = serde_json::from_value(code).expect("a text");
    bundle.preparation.columns.push(ColumnCode { name: "message".to_owned(), code });
    let problem = model(&bundle).expect_err("it reads texts");
    assert_eq!((problem.code.as_str(), problem.severity), ("models.onnx_texts", Severity::Warning));
    assert!(problem.message.en.contains("`message`") && problem.advice.is_some());

    let mut bundle = row_bundle();
    bundle.weights.pop();
    assert_eq!(model(&bundle).expect_err("a weight is gone").code, "models.weights_refused");
}

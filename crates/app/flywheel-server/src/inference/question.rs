//! From tensors to what a model is asked: one block of images, or one tensor a column.

use std::collections::BTreeSet;
use std::sync::Arc;

use flywheel_spec::model::{InputField, ModelSignature};
use flywheel_spec::predict::PredictRequest;
use flywheel_spec::table::ImageShape;
use flywheel_spec::{Problem, Problems, phrase};
use serde_json::{Map, Number, Value};

use super::tensor::{self, Datatype, Tensor, Values};
use crate::answer::Question;
use crate::nearest::nearest;

/// What the tensors ask of a model with this signature; every mistake at once.
pub fn question(signature: &ModelSignature, tensors: Vec<Tensor>) -> Result<Question, Problems> {
    let mut problems = Problems::default();
    names(signature, &tensors, &mut problems);
    finite(&tensors, &mut problems);
    let image = signature.inputs.iter().find_map(|field| field.image.map(|shape| (field, shape)));
    let question = match image {
        Some((field, shape)) => images(field, shape, tensors, &mut problems),
        None => {
            absent(signature, &tensors, &mut problems);
            Some(Question::Request(rows(tensors, &mut problems)))
        }
    };
    match question {
        Some(question) if !problems.stop() => Ok(question),
        _ => Err(problems),
    }
}

/// Each tensor must be an input of the model, and none may come twice.
fn names(signature: &ModelSignature, tensors: &[Tensor], problems: &mut Problems) {
    let known: Vec<&str> = signature.inputs.iter().map(|field| field.name.as_str()).collect();
    let mut met = BTreeSet::new();
    for tensor in tensors {
        let name = tensor.name.as_str();
        if !known.contains(&name) {
            let nearest = nearest(name, known.iter().copied()).unwrap_or_default();
            let problem = phrase!("server.unknown_input", found = name, nearest = nearest);
            problems.push(Problem::error(problem).at_setting(tensor::place(name)));
        } else if !met.insert(name) {
            problems.push(
                Problem::error(phrase!("server.input_twice", tensor = name)).at_setting(tensor::place(name)),
            );
        }
    }
}

/// NaN and infinities are no values, and no way to say that a value is missing either.
fn finite(tensors: &[Tensor], problems: &mut Problems) {
    for tensor in tensors {
        let Values::Numbers(values) = &tensor.values else { continue };
        let Some(position) = values.iter().position(|value| !value.is_finite()) else { continue };
        let problem = phrase!("server.tensor_not_finite", tensor = tensor.name, position = position);
        let place = format!("{}.data.{position}", tensor::place(&tensor.name));
        problems.push(
            Problem::error(problem).advise(phrase!("server.tensor_not_finite_advice")).at_setting(place),
        );
    }
}

/// The protocol knows no optional inputs: each column must be there, and each that is not is named.
fn absent(signature: &ModelSignature, tensors: &[Tensor], problems: &mut Problems) {
    let missing = |field: &&InputField| !tensors.iter().any(|tensor| tensor.name == field.name);
    for field in signature.inputs.iter().filter(missing) {
        let problem = Problem::error(phrase!("server.input_absent", tensor = field.name));
        problems.push(problem.advise(phrase!("server.input_absent_advice")).at_setting("inputs"));
    }
}

/// The images as bytes; nothing when there is something wrong, which is then among the problems.
fn images(
    field: &InputField,
    shape: ImageShape,
    tensors: Vec<Tensor>,
    problems: &mut Problems,
) -> Option<Question> {
    let Some(tensor) = tensors.into_iter().find(|tensor| tensor.name == field.name) else {
        if !problems.stop() {
            problems.push(
                Problem::error(phrase!("server.input_absent", tensor = field.name)).at_setting("inputs"),
            );
        }
        return None;
    };
    let place = tensor::place(&tensor.name);
    if !holds_images(&tensor.shape, shape) || tensor.values.is_empty() {
        let problem = phrase!(
            "server.image_shape",
            tensor = tensor.name,
            found = sizes(&tensor.shape),
            height = shape.height,
            width = shape.width,
            channels = shape.channels,
            pixels = shape.bytes(),
        );
        problems.push(Problem::error(problem).at_setting(format!("{place}.shape")));
        return None;
    }
    let pixels: Arc<[u8]> = match tensor.values {
        Values::Octets(octets) => octets.into(),
        Values::Numbers(values) => {
            let outside = |value: &f64| value.is_finite() && !(0.0..=255.0).contains(value);
            if let Some(position) = values.iter().position(outside) {
                let found = values[position];
                let problem =
                    phrase!("server.pixel_range", tensor = tensor.name, position = position, found = found);
                problems.push(Problem::error(problem).at_setting(format!("{place}.data.{position}")));
            }
            values.iter().map(|value| value.round() as u8).collect()
        }
        Values::Texts(_) => {
            let problem =
                phrase!("server.image_datatype", tensor = tensor.name, found = tensor.datatype.name());
            problems.push(Problem::error(problem).at_setting(format!("{place}.datatype")));
            return None;
        }
    };
    Some(Question::Pixels(pixels.len() / shape.bytes(), pixels))
}

/// `[n, h, w, c]`, `[n, h·w·c]`, or, where there is one channel, `[n, h, w]` and `[n, 1, h, w]`, which hold the same bytes.
fn holds_images(found: &[usize], shape: ImageShape) -> bool {
    let ImageShape { height, width, channels } = shape;
    match *found {
        [_, pixels] => pixels == shape.bytes(),
        [_, h, w] => channels == 1 && (h, w) == (height, width),
        [_, h, w, c] if (h, w, c) == (height, width, channels) => true,
        [_, c, h, w] => channels == 1 && (h, w, c) == (height, width, 1),
        _ => false,
    }
}

fn rows(tensors: Vec<Tensor>, problems: &mut Problems) -> PredictRequest {
    let mut request = PredictRequest::default();
    let count = tensors.first().map_or(0, |tensor| tensor.values.len());
    for tensor in &tensors {
        let column = matches!(*tensor.shape, [_] | [_, 1]);
        if !column {
            let problem = phrase!("server.column_shape", tensor = tensor.name, found = sizes(&tensor.shape));
            problems
                .push(Problem::error(problem).at_setting(format!("{}.shape", tensor::place(&tensor.name))));
        } else if tensor.values.len() != count {
            let problem = phrase!(
                "server.column_length",
                tensor = tensor.name,
                found = tensor.values.len(),
                other = tensors[0].name,
                count = count,
            );
            problems
                .push(Problem::error(problem).at_setting(format!("{}.shape", tensor::place(&tensor.name))));
        }
    }
    if problems.stop() {
        return request;
    }
    request.rows = (0..count)
        .map(|row| {
            tensors.iter().map(|tensor| (tensor.name.clone(), cell(tensor, row))).collect::<Map<_, _>>()
        })
        .collect();
    request
}

/// One value of a column; an empty text is a missing value.
fn cell(tensor: &Tensor, row: usize) -> Value {
    match &tensor.values {
        Values::Octets(octets) => Value::from(octets[row]),
        Values::Texts(texts) if texts[row].is_empty() => Value::Null,
        Values::Texts(texts) => Value::from(texts[row].as_str()),
        Values::Numbers(values) if tensor.datatype == Datatype::Bool => Value::Bool(values[row] != 0.0),
        Values::Numbers(values) => number(values[row]),
    }
}

/// Whole numbers without a point, so that `3` sent as a float meets the category `3`.
fn number(value: f64) -> Value {
    let whole = value.fract() == 0.0 && value.abs() < 9_007_199_254_740_992.0;
    if whole { Value::from(value as i64) } else { Number::from_f64(value).map_or(Value::Null, Value::Number) }
}

fn sizes(shape: &[usize]) -> String {
    let sizes: Vec<String> = shape.iter().map(usize::to_string).collect();
    format!("[{}]", sizes.join(", "))
}

#[cfg(test)]
mod tests {
    use flywheel_spec::recipe::Task;
    use flywheel_spec::table::ColumnKind;
    use serde_json::json;

    use super::*;

    fn field(name: &str, kind: ColumnKind, image: Option<ImageShape>) -> InputField {
        InputField { name: name.into(), kind, categories: Vec::new(), example: None, range: None, image }
    }

    fn signature(inputs: Vec<InputField>) -> ModelSignature {
        ModelSignature {
            task: Task::Classification,
            target: "y".into(),
            inputs,
            labels: Vec::new(),
            threshold: None,
            sure: None,
        }
    }

    fn digits() -> ModelSignature {
        let shape = ImageShape { height: 2, width: 2, channels: 1 };
        signature(vec![field("image", ColumnKind::Image, Some(shape))])
    }

    fn churn() -> ModelSignature {
        signature(vec![field("age", ColumnKind::Number, None), field("plan", ColumnKind::Category, None)])
    }

    fn numbers(name: &str, shape: &[usize], values: &[f64]) -> Tensor {
        Tensor {
            name: name.into(),
            datatype: Datatype::Fp64,
            shape: shape.into(),
            values: Values::Numbers(values.into()),
        }
    }

    fn texts(name: &str, values: &[&str]) -> Tensor {
        let values = values.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
        Tensor {
            name: name.into(),
            datatype: Datatype::Bytes,
            shape: vec![values.len()],
            values: Values::Texts(values),
        }
    }

    fn codes(result: Result<Question, Problems>) -> Vec<String> {
        result.expect_err("a mistake").problems.into_iter().map(|problem| problem.code).collect()
    }

    #[test]
    fn one_block_of_images_in_any_of_its_shapes() {
        for shape in [&[2, 2, 2, 1][..], &[2, 4], &[2, 2, 2], &[2, 1, 2, 2]] {
            let values = Values::Octets((0..8).collect());
            let tensor =
                Tensor { name: "image".into(), datatype: Datatype::Uint8, shape: shape.into(), values };
            let expected = Question::Pixels(2, (0..8).collect());
            assert_eq!(question(&digits(), vec![tensor]).expect("images"), expected, "{shape:?}");
        }
    }

    #[test]
    fn images_that_do_not_fit_are_refused() {
        assert_eq!(
            codes(question(&digits(), vec![numbers("image", &[1, 5], &[0.0; 5])])),
            ["server.image_shape"]
        );
        assert_eq!(
            codes(question(&digits(), vec![numbers("image", &[4], &[0.0; 4])])),
            ["server.image_shape"]
        );
        assert_eq!(
            codes(question(&digits(), vec![numbers("image", &[1, 4], &[0.0, 256.0, 0.0, 0.0])])),
            ["server.pixel_range"]
        );
        assert_eq!(
            codes(question(&digits(), vec![numbers("image", &[1, 4], &[0.0, f64::NAN, 0.0, 0.0])])),
            ["server.tensor_not_finite"]
        );
        assert_eq!(
            codes(question(&digits(), vec![numbers("picture", &[1, 4], &[0.0; 4])])),
            ["server.unknown_input"]
        );
        assert_eq!(codes(question(&digits(), vec![numbers("image", &[0, 4], &[])])), ["server.image_shape"]);
        assert_eq!(codes(question(&digits(), Vec::new())), ["server.input_absent"]);
    }

    #[test]
    fn one_tensor_a_column_makes_rows() {
        let request =
            question(&churn(), vec![numbers("age", &[2, 1], &[41.0, 7.5]), texts("plan", &["basic", ""])]);
        let Ok(Question::Request(PredictRequest { rows, .. })) = request else { panic!("no rows") };
        assert_eq!(Value::Object(rows[0].clone()), json!({"age": 41, "plan": "basic"}));
        assert_eq!(Value::Object(rows[1].clone()), json!({"age": 7.5, "plan": null}));
    }

    #[test]
    fn a_column_that_is_not_there_is_named() {
        assert_eq!(codes(question(&churn(), vec![numbers("age", &[1], &[41.0])])), ["server.input_absent"]);
        assert_eq!(codes(question(&churn(), Vec::new())), ["server.input_absent", "server.input_absent"]);
    }

    #[test]
    fn columns_that_do_not_fit_are_all_named() {
        let tensors = vec![
            numbers("age", &[1, 2], &[1.0, 2.0]),
            texts("plan", &["a", "b", "c"]),
            texts("plna", &["a", "b"]),
            numbers("age", &[2], &[1.0, 2.0]),
        ];
        let problems = question(&churn(), tensors).expect_err("mistakes").problems;
        let codes: Vec<&str> = problems.iter().map(|problem| problem.code.as_str()).collect();
        assert_eq!(
            codes,
            ["server.unknown_input", "server.input_twice", "server.column_shape", "server.column_length"]
        );
        assert!(
            problems[0].message.en.contains("`plan`"),
            "the nearest name is shown: {}",
            problems[0].message
        );
    }
}

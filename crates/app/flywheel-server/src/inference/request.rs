//! What an inference request asks: tensors in, outputs wanted, each in JSON or behind it as bytes.

use flywheel_spec::{Problem, Problems, phrase};
use serde_json::{Map, Value};

use super::tensor::{self, Datatype, Tensor};
use crate::body;

/// A request as understood.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct InferRequest {
    /// The client's own id, given back in the response.
    pub id: Option<String>,
    /// What the model shall read.
    pub inputs: Vec<Tensor>,
    /// What is wanted back; every output when empty.
    pub outputs: Vec<RequestedOutput>,
    /// True when outputs that say nothing else come as bytes.
    pub binary_outputs: bool,
}

impl InferRequest {
    /// The request without its tensors, and the tensors.
    pub fn take_inputs(mut self) -> (Self, Vec<Tensor>) {
        let inputs = std::mem::take(&mut self.inputs);
        (self, inputs)
    }
}

/// One output that is wanted back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestedOutput {
    /// Its name.
    pub name: String,
    /// True when it shall come as bytes; the request's own word when absent.
    pub binary: Option<bool>,
    /// How many of the likeliest classes are wanted in its place.
    pub classes: Option<usize>,
}

/// Reads a request; `json_length` is the `Inference-Header-Content-Length`, behind which tensors follow as bytes.
pub fn parse(bytes: &[u8], json_length: Option<usize>) -> Result<InferRequest, Problems> {
    let length = json_length.unwrap_or(bytes.len());
    let Some((json, tail)) = bytes.split_at_checked(length) else {
        return Err(
            Problem::error(phrase!("server.json_length", length = length, found = bytes.len())).into()
        );
    };
    let value: Value = serde_json::from_slice(json).map_err(|error| body::not_json(json, &error))?;
    let Value::Object(object) = &value else {
        return Err(body::wrong_kind("", "{…}", &value).into());
    };
    let mut reader = Reader { problems: Problems::default(), tail };
    let request = reader.request(object);
    if !reader.tail.is_empty() && !reader.problems.stop() {
        reader.problems.push(Problem::error(phrase!("server.tensor_bytes_left", bytes = reader.tail.len())));
    }
    reader.problems.settle(request).map(|settled| settled.0)
}

/// Walks a request, takes tensors' bytes from the tail as they come, and collects every mistake.
struct Reader<'a> {
    problems: Problems,
    tail: &'a [u8],
}

impl Reader<'_> {
    fn request(&mut self, object: &Map<String, Value>) -> InferRequest {
        let mut request = InferRequest::default();
        match object.get("id") {
            None | Some(Value::Null) => {}
            Some(Value::String(id)) => request.id = Some(id.clone()),
            Some(other) => self.problems.push(body::wrong_kind("id", "\"…\"", other)),
        }
        request.binary_outputs =
            self.flag(object.get("parameters"), "parameters", "binary_data_output").unwrap_or(false);
        match object.get("inputs") {
            Some(Value::Array(inputs)) if !inputs.is_empty() => {
                request.inputs =
                    inputs.iter().enumerate().filter_map(|(at, input)| self.input(at, input)).collect();
            }
            None | Some(Value::Array(_)) => {
                self.problems.push(Problem::error(phrase!("server.no_inputs")).at_setting("inputs"));
            }
            Some(other) => self.problems.push(body::wrong_kind("inputs", "[…]", other)),
        }
        match object.get("outputs") {
            None | Some(Value::Null) => {}
            Some(Value::Array(outputs)) => {
                request.outputs =
                    outputs.iter().enumerate().filter_map(|(at, output)| self.output(at, output)).collect();
            }
            Some(other) => self.problems.push(body::wrong_kind("outputs", "[…]", other)),
        }
        request
    }

    fn input(&mut self, at: usize, input: &Value) -> Option<Tensor> {
        let place = format!("inputs.{at}");
        let Value::Object(object) = input else {
            self.problems.push(body::wrong_kind(&place, "{…}", input));
            return None;
        };
        let name = self.text(object, &place, "name");
        let datatype = self.text(object, &place, "datatype").and_then(|word| {
            let known = Datatype::named(word);
            if known.is_none() {
                let problem = Problem::error(phrase!("server.datatype", found = word));
                self.problems.push(problem.at_setting(format!("{place}.datatype")));
            }
            known
        });
        let shape = self.shape(object, &place);
        let (name, datatype, (shape, count)) = (name?, datatype?, shape?);
        let parameters = object.get("parameters");
        if parameters.and_then(|parameters| parameters.get("shared_memory_region")).is_some() {
            self.problems
                .push(Problem::error(phrase!("server.shared_memory", tensor = name)).at_setting(place));
            return None;
        }
        let values = match (
            parameters.and_then(|parameters| parameters.get("binary_data_size")),
            object.get("data"),
        ) {
            (Some(size), _) => {
                self.take(name, size).and_then(|bytes| tensor::from_bytes(name, datatype, count, bytes))
            }
            (None, Some(data)) => tensor::from_json(name, datatype, count, data),
            (None, None) => {
                Err(Problem::error(phrase!("server.tensor_empty", tensor = name)).at_setting(place))
            }
        };
        match values {
            Ok(values) => Some(Tensor { name: name.to_owned(), datatype, shape, values }),
            Err(problem) => {
                self.problems.push(problem);
                None
            }
        }
    }

    fn output(&mut self, at: usize, output: &Value) -> Option<RequestedOutput> {
        let place = format!("outputs.{at}");
        let Value::Object(object) = output else {
            self.problems.push(body::wrong_kind(&place, "{…}", output));
            return None;
        };
        let parameters = object.get("parameters");
        let classes = parameters.and_then(|parameters| parameters.get("classification")).and_then(|count| {
            let classes = count.as_u64().filter(|&count| count > 0).map(|count| count as usize);
            if classes.is_none() {
                self.problems.push(body::wrong_kind(
                    &format!("{place}.parameters.classification"),
                    "1, 2, 3 …",
                    count,
                ));
            }
            classes
        });
        let binary = self.flag(parameters, &format!("{place}.parameters"), "binary_data");
        let name = self.text(object, &place, "name")?.to_owned();
        Some(RequestedOutput { name, binary, classes })
    }

    fn text<'v>(&mut self, object: &'v Map<String, Value>, place: &str, key: &str) -> Option<&'v str> {
        let place = format!("{place}.{key}");
        match object.get(key) {
            Some(Value::String(text)) => return Some(text),
            Some(other) => self.problems.push(body::wrong_kind(&place, "\"…\"", other)),
            None => self.problems.push(body::absent(&place)),
        }
        None
    }

    fn flag(&mut self, parameters: Option<&Value>, place: &str, key: &str) -> Option<bool> {
        let value = parameters?.get(key)?;
        if !value.is_boolean() {
            self.problems.push(body::wrong_kind(&format!("{place}.{key}"), "true, false", value));
        }
        value.as_bool()
    }

    /// The sizes and what they multiply to.
    fn shape(&mut self, object: &Map<String, Value>, place: &str) -> Option<(Vec<usize>, usize)> {
        let place = format!("{place}.shape");
        let Some(value) = object.get("shape") else {
            self.problems.push(body::absent(&place));
            return None;
        };
        let size = |size: &Value| size.as_u64().and_then(|size| usize::try_from(size).ok());
        let shape = value.as_array().and_then(|sizes| sizes.iter().map(size).collect::<Option<Vec<usize>>>());
        let counted = shape.and_then(|shape| {
            let count = shape.iter().try_fold(1_usize, |count, &size| count.checked_mul(size))?;
            Some((shape, count))
        });
        if counted.is_none() {
            self.problems.push(body::wrong_kind(&place, "[1, 28, 28, 1]", value));
        }
        counted
    }

    fn take(&mut self, name: &str, size: &Value) -> Result<&[u8], Problem> {
        let taken = size.as_u64().and_then(|size| self.tail.split_at_checked(usize::try_from(size).ok()?));
        let Some((bytes, rest)) = taken else {
            let problem =
                phrase!("server.tensor_bytes_short", tensor = name, size = size, left = self.tail.len());
            return Err(Problem::error(problem).at_setting(tensor::place(name)));
        };
        self.tail = rest;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tensor::Values;
    use super::*;

    #[test]
    fn a_request_in_json_is_read() {
        let body = br#"{"id": "7", "inputs": [{"name": "age", "shape": [2, 1], "datatype": "INT64", "data": [[41], [7]]}],
            "outputs": [{"name": "label"}, {"name": "probabilities", "parameters": {"classification": 2, "binary_data": true}}]}"#;
        let request = parse(body, None).expect("a good request");
        assert_eq!(request.id.as_deref(), Some("7"));
        assert_eq!(request.inputs[0].values, Values::Numbers(vec![41.0, 7.0]));
        assert_eq!(request.inputs[0].shape, [2, 1]);
        assert_eq!(request.outputs[0], RequestedOutput { name: "label".into(), binary: None, classes: None });
        assert_eq!(request.outputs[1].classes, Some(2));
        assert_eq!(request.outputs[1].binary, Some(true));
    }

    #[test]
    fn tensors_behind_the_json_are_taken_in_order() {
        let json = br#"{"inputs": [
            {"name": "a", "shape": [2], "datatype": "UINT8", "parameters": {"binary_data_size": 2}},
            {"name": "b", "shape": [1], "datatype": "FP32", "data": [0.5]},
            {"name": "c", "shape": [1], "datatype": "BYTES", "parameters": {"binary_data_size": 6}}],
            "parameters": {"binary_data_output": true}}"#;
        let mut body = json.to_vec();
        body.extend_from_slice(&[9, 8, 2, 0, 0, 0, b'h', b'i']);
        let request = parse(&body, Some(json.len())).expect("a good request");
        assert!(request.binary_outputs);
        assert_eq!(request.inputs[0].values, Values::Octets(vec![9, 8]));
        assert_eq!(request.inputs[1].values, Values::Numbers(vec![0.5]));
        assert_eq!(request.inputs[2].values, Values::Texts(vec!["hi".into()]));
    }

    #[test]
    fn every_mistake_is_named_at_once() {
        let body = br#"{"inputs": [
            {"name": "a", "shape": [2], "datatype": "FP16", "data": [1, 2]},
            {"name": "b", "shape": [-1], "datatype": "FP32", "data": []},
            {"shape": [1], "datatype": "FP32", "data": [1]},
            {"name": "d", "shape": [3], "datatype": "FP32", "data": [1, 2]},
            {"name": "e", "shape": [1], "datatype": "FP32", "parameters": {"binary_data_size": 4}},
            {"name": "f", "shape": [1], "datatype": "FP32", "parameters": {"shared_memory_region": "r"}},
            {"name": "g", "shape": [1], "datatype": "FP32"},
            7], "outputs": {}}"#;
        let problems = parse(body, None).expect_err("a bad request").problems;
        let codes: Vec<&str> = problems.iter().map(|problem| problem.code.as_str()).collect();
        assert_eq!(
            codes,
            [
                "server.datatype",
                "server.wrong_kind",
                "server.absent",
                "server.tensor_count",
                "server.tensor_bytes_short",
                "server.shared_memory",
                "server.tensor_empty",
                "server.wrong_kind",
                "server.wrong_kind",
            ]
        );
    }

    #[test]
    fn lying_lengths_are_refused() {
        let json = br#"{"inputs": [{"name": "a", "shape": [1], "datatype": "UINT8", "data": [1]}]}"#;
        assert_eq!(
            parse(json, Some(1000)).expect_err("beyond the end").problems[0].code,
            "server.json_length"
        );
        assert_eq!(parse(json, Some(10)).expect_err("in the middle").problems[0].code, "server.not_json");
        let mut left = json.to_vec();
        left.extend_from_slice(&[1, 2, 3]);
        assert_eq!(
            parse(&left, Some(json.len())).expect_err("bytes left").problems[0].code,
            "server.tensor_bytes_left"
        );
        let huge = br#"{"inputs": [{"name": "a", "shape": [9999999999, 9999999999], "datatype": "UINT8", "data": [1]}]}"#;
        assert_eq!(parse(huge, None).expect_err("too large a shape").problems[0].code, "server.wrong_kind");
    }

    #[test]
    fn a_python_nan_is_explained() {
        let body = br#"{"inputs": [{"name": "a", "shape": [1], "datatype": "FP32", "data": [NaN]}]}"#;
        let problem = &parse(body, None).expect_err("NaN").problems[0];
        assert_eq!(problem.code, "server.not_a_number");
        assert_eq!(problem.place.line, Some(1));
    }
}

//! What a model says of itself: the tensors that it reads and gives, in the protocol's and in Triton's words.

use flywheel_spec::model::{InputField, ModelSignature};
use flywheel_spec::table::ColumnKind;
use serde_json::{Value, json};

use super::response::{LABEL, VALUE, outputs};
use super::tensor::Datatype;

/// A tensor described: its name, datatype and sizes, where -1 is any number of rows.
struct Described {
    name: String,
    datatype: Datatype,
    shape: Vec<i64>,
}

/// The protocol's model metadata.
pub fn metadata(name: &str, versions: &[u64], signature: &ModelSignature) -> Value {
    let tensor = |tensor: &Described| json!({"name": tensor.name, "datatype": tensor.datatype.name(), "shape": tensor.shape});
    json!({
        "name": name,
        "versions": versions.iter().map(u64::to_string).collect::<Vec<_>>(),
        "platform": "flywheel",
        "inputs": inputs_of(signature).iter().map(tensor).collect::<Vec<_>>(),
        "outputs": outputs_of(signature).iter().map(tensor).collect::<Vec<_>>(),
    })
}

/// Triton's model configuration, as far as it means something here.
pub fn configuration(name: &str, signature: &ModelSignature) -> Value {
    let tensor = |tensor: &Described| {
        let datatype = if tensor.datatype == Datatype::Bytes { "STRING" } else { tensor.datatype.name() };
        json!({"name": tensor.name, "data_type": format!("TYPE_{datatype}"), "dims": tensor.shape})
    };
    json!({
        "name": name,
        "platform": "flywheel",
        "backend": "flywheel",
        "max_batch_size": 0,
        "input": inputs_of(signature).iter().map(tensor).collect::<Vec<_>>(),
        "output": outputs_of(signature).iter().map(tensor).collect::<Vec<_>>(),
    })
}

fn inputs_of(signature: &ModelSignature) -> Vec<Described> {
    signature.inputs.iter().map(input).collect()
}

fn input(field: &InputField) -> Described {
    let name = field.name.clone();
    if let Some(image) = field.image {
        let shape = [image.height, image.width, image.channels].map(|size| size as i64);
        return Described { name, datatype: Datatype::Uint8, shape: [&[-1][..], &shape].concat() };
    }
    let datatype = if field.kind == ColumnKind::Number { Datatype::Fp64 } else { Datatype::Bytes };
    Described { name, datatype, shape: vec![-1] }
}

fn outputs_of(signature: &ModelSignature) -> Vec<Described> {
    let describe = |&name: &&str| match name {
        LABEL => Described { name: name.to_owned(), datatype: Datatype::Bytes, shape: vec![-1] },
        VALUE => Described { name: name.to_owned(), datatype: Datatype::Fp64, shape: vec![-1] },
        _ => Described {
            name: name.to_owned(),
            datatype: Datatype::Fp32,
            shape: vec![-1, signature.labels.len() as i64],
        },
    };
    outputs(signature).iter().map(describe).collect()
}

#[cfg(test)]
mod tests {
    use flywheel_spec::recipe::Task;
    use flywheel_spec::table::ImageShape;

    use super::*;

    fn field(name: &str, kind: ColumnKind, image: Option<ImageShape>) -> InputField {
        InputField { name: name.into(), kind, categories: Vec::new(), example: None, range: None, image }
    }

    #[test]
    fn an_image_model_reads_pixels_and_gives_classes() {
        let shape = ImageShape { height: 28, width: 28, channels: 1 };
        let signature = ModelSignature {
            task: Task::Classification,
            target: "label".into(),
            inputs: vec![field("image", ColumnKind::Image, Some(shape))],
            labels: vec!["0".into(), "1".into()],
            threshold: None,
            sure: None,
        };
        let described = metadata("digits", &[2, 1], &signature);
        assert_eq!(described["versions"], json!(["2", "1"]));
        assert_eq!(
            described["inputs"],
            json!([{"name": "image", "datatype": "UINT8", "shape": [-1, 28, 28, 1]}])
        );
        assert_eq!(
            described["outputs"][1],
            json!({"name": "probabilities", "datatype": "FP32", "shape": [-1, 2]})
        );
        assert_eq!(configuration("digits", &signature)["output"][0]["data_type"], "TYPE_STRING");
    }

    #[test]
    fn a_row_model_reads_a_tensor_a_column_and_gives_a_number() {
        let inputs =
            vec![field("temperature", ColumnKind::Number, None), field("season", ColumnKind::Category, None)];
        let signature = ModelSignature {
            task: Task::Regression,
            target: "n".into(),
            inputs,
            labels: Vec::new(),
            threshold: None,
            sure: None,
        };
        let described = metadata("bikes", &[1], &signature);
        assert_eq!(described["inputs"][0]["datatype"], "FP64");
        assert_eq!(described["inputs"][1]["datatype"], "BYTES");
        assert_eq!(described["outputs"], json!([{"name": "value", "datatype": "FP64", "shape": [-1]}]));
    }
}

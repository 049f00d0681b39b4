//! A named block of values with a shape, read from JSON or from bytes and written as either.

use flywheel_spec::{Problem, phrase};
use serde_json::Value;

/// What a tensor holds, by the protocol's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Datatype {
    /// `BOOL`, one byte each in binary form.
    Bool,
    /// `UINT8`.
    Uint8,
    /// `UINT16`.
    Uint16,
    /// `UINT32`.
    Uint32,
    /// `UINT64`.
    Uint64,
    /// `INT8`.
    Int8,
    /// `INT16`.
    Int16,
    /// `INT32`.
    Int32,
    /// `INT64`.
    Int64,
    /// `FP32`.
    Fp32,
    /// `FP64`.
    Fp64,
    /// `BYTES`: texts, each behind its length as four bytes, low byte first, in binary form.
    Bytes,
}

/// Every datatype with the protocol's name.
const NAMES: &[(Datatype, &str)] = &[
    (Datatype::Bool, "BOOL"),
    (Datatype::Uint8, "UINT8"),
    (Datatype::Uint16, "UINT16"),
    (Datatype::Uint32, "UINT32"),
    (Datatype::Uint64, "UINT64"),
    (Datatype::Int8, "INT8"),
    (Datatype::Int16, "INT16"),
    (Datatype::Int32, "INT32"),
    (Datatype::Int64, "INT64"),
    (Datatype::Fp32, "FP32"),
    (Datatype::Fp64, "FP64"),
    (Datatype::Bytes, "BYTES"),
];

impl Datatype {
    /// The datatype of a name such as `FP32`.
    pub fn named(name: &str) -> Option<Self> {
        NAMES.iter().find(|entry| entry.1 == name).map(|entry| entry.0)
    }

    /// The protocol's name.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|entry| entry.0 == self).map_or("", |entry| entry.1)
    }

    /// Bytes of one value in binary form; `None` for texts, whose length varies.
    pub fn width(self) -> Option<usize> {
        match self {
            Self::Bool | Self::Uint8 | Self::Int8 => Some(1),
            Self::Uint16 | Self::Int16 => Some(2),
            Self::Uint32 | Self::Int32 | Self::Fp32 => Some(4),
            Self::Uint64 | Self::Int64 | Self::Fp64 => Some(8),
            Self::Bytes => None,
        }
    }
}

/// The values of a tensor in row-major order.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Numbers and truth values; whole numbers beyond 2⁵³ lose their last digits, which no model here can tell.
    Numbers(Vec<f64>),
    /// Bytes as they arrived, for images in `UINT8`.
    Octets(Vec<u8>),
    /// Texts.
    Texts(Vec<String>),
}

impl Values {
    /// How many.
    pub fn len(&self) -> usize {
        match self {
            Self::Numbers(values) => values.len(),
            Self::Octets(values) => values.len(),
            Self::Texts(values) => values.len(),
        }
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A tensor with its name.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    /// The name, by which a model's inputs and outputs are told apart.
    pub name: String,
    /// What it holds.
    pub datatype: Datatype,
    /// Sizes, outermost first.
    pub shape: Vec<usize>,
    /// As many values as the sizes multiply to.
    pub values: Values,
}

/// Reads a tensor's values from their binary form.
pub fn from_bytes(name: &str, datatype: Datatype, count: usize, bytes: &[u8]) -> Result<Values, Problem> {
    let Some(width) = datatype.width() else { return texts_from_bytes(name, count, bytes) };
    if count.checked_mul(width) != Some(bytes.len()) {
        return Err(Problem::error(phrase!(
            "server.tensor_bytes",
            tensor = name,
            found = bytes.len(),
            count = count,
            datatype = datatype.name(),
            width = width,
        ))
        .at_setting(place(name)));
    }
    Ok(match datatype {
        Datatype::Uint8 => Values::Octets(bytes.to_vec()),
        Datatype::Bool => Values::Numbers(bytes.iter().map(|&byte| f64::from(u8::from(byte != 0))).collect()),
        Datatype::Int8 => Values::Numbers(bytes.iter().map(|&byte| f64::from(byte.cast_signed())).collect()),
        Datatype::Uint16 => numbers(bytes, |chunk| f64::from(u16::from_le_bytes(chunk))),
        Datatype::Int16 => numbers(bytes, |chunk| f64::from(i16::from_le_bytes(chunk))),
        Datatype::Uint32 => numbers(bytes, |chunk| f64::from(u32::from_le_bytes(chunk))),
        Datatype::Int32 => numbers(bytes, |chunk| f64::from(i32::from_le_bytes(chunk))),
        Datatype::Fp32 => numbers(bytes, |chunk| f64::from(f32::from_le_bytes(chunk))),
        Datatype::Uint64 => numbers(bytes, |chunk| u64::from_le_bytes(chunk) as f64),
        Datatype::Int64 => numbers(bytes, |chunk| i64::from_le_bytes(chunk) as f64),
        Datatype::Fp64 => numbers(bytes, f64::from_le_bytes),
        Datatype::Bytes => Values::Texts(Vec::new()),
    })
}

/// Reads a tensor's values from JSON: one flat list, or lists within lists.
pub fn from_json(name: &str, datatype: Datatype, count: usize, data: &Value) -> Result<Values, Problem> {
    let mut flat = Vec::with_capacity(count.min(1 << 20));
    flatten(data, &mut flat);
    if flat.len() != count {
        let problem = phrase!("server.tensor_count", tensor = name, found = flat.len(), count = count);
        return Err(Problem::error(problem).at_setting(place(name)));
    }
    let wrong = |position: usize, value: &Value| {
        let found = crate::body::shortened(&value.to_string());
        let problem = phrase!(
            "server.tensor_value",
            tensor = name,
            position = position,
            found = found,
            datatype = datatype.name()
        );
        Problem::error(problem).at_setting(format!("{}.data.{position}", place(name)))
    };
    if datatype == Datatype::Bytes {
        let text = |(position, value): (usize, &&Value)| match value {
            Value::String(text) => Ok(text.clone()),
            other => Err(wrong(position, other)),
        };
        return Ok(Values::Texts(flat.iter().enumerate().map(text).collect::<Result<_, _>>()?));
    }
    let number = |(position, value): (usize, &&Value)| {
        json_number(datatype, value).ok_or_else(|| wrong(position, value))
    };
    let values: Vec<f64> = flat.iter().enumerate().map(number).collect::<Result<_, _>>()?;
    Ok(match datatype {
        Datatype::Uint8 => Values::Octets(values.into_iter().map(|value| value as u8).collect()),
        _ => Values::Numbers(values),
    })
}

/// The binary form of a tensor's values.
pub fn to_bytes(tensor: &Tensor) -> Vec<u8> {
    match &tensor.values {
        Values::Octets(octets) => octets.clone(),
        Values::Texts(texts) => {
            let mut bytes = Vec::with_capacity(texts.iter().map(|text| 4 + text.len()).sum());
            for text in texts {
                bytes.extend_from_slice(&(text.len() as u32).to_le_bytes());
                bytes.extend_from_slice(text.as_bytes());
            }
            bytes
        }
        Values::Numbers(values) => match tensor.datatype {
            Datatype::Fp32 => values.iter().flat_map(|&value| (value as f32).to_le_bytes()).collect(),
            Datatype::Int64 => values.iter().flat_map(|&value| (value as i64).to_le_bytes()).collect(),
            _ => values.iter().flat_map(|&value| value.to_le_bytes()).collect(),
        },
    }
}

/// The values as one flat JSON list.
pub fn to_json(tensor: &Tensor) -> Value {
    match &tensor.values {
        Values::Octets(octets) => octets.iter().copied().map(Value::from).collect(),
        Values::Texts(texts) => texts.iter().cloned().map(Value::from).collect(),
        Values::Numbers(values) if tensor.datatype == Datatype::Fp32 => {
            // Through f32's own shortest digits, so that 0.1 does not become 0.10000000149011612.
            values
                .iter()
                .map(|&value| (value as f32).to_string().parse::<f64>().unwrap_or(value))
                .map(Value::from)
                .collect()
        }
        Values::Numbers(values) => values.iter().copied().map(Value::from).collect(),
    }
}

/// Where a tensor stands in a request, for a [`Problem`]'s place.
pub fn place(name: &str) -> String {
    format!("inputs.{name}")
}

fn numbers<const WIDTH: usize>(bytes: &[u8], read: impl Fn([u8; WIDTH]) -> f64) -> Values {
    Values::Numbers(bytes.as_chunks::<WIDTH>().0.iter().map(|&chunk| read(chunk)).collect())
}

fn texts_from_bytes(name: &str, count: usize, bytes: &[u8]) -> Result<Values, Problem> {
    let broken = || {
        Problem::error(phrase!("server.tensor_texts", tensor = name, count = count)).at_setting(place(name))
    };
    // Each text takes at least its length's four bytes, so a lying count reserves nothing.
    let mut texts = Vec::with_capacity(count.min(bytes.len() / 4));
    let mut rest = bytes;
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let length = u32::from_le_bytes(*length) as usize;
        let (text, after) = after.split_at_checked(length).ok_or_else(broken)?;
        texts.push(std::str::from_utf8(text).map_err(|_| broken())?.to_owned());
        rest = after;
    }
    if rest.is_empty() && texts.len() == count { Ok(Values::Texts(texts)) } else { Err(broken()) }
}

fn flatten<'a>(data: &'a Value, flat: &mut Vec<&'a Value>) {
    match data {
        Value::Array(items) => items.iter().for_each(|item| flatten(item, flat)),
        other => flat.push(other),
    }
}

/// The number that a JSON value stands for, where it fits the datatype.
fn json_number(datatype: Datatype, value: &Value) -> Option<f64> {
    let (low, high) = match datatype {
        Datatype::Bool => return value.as_bool().map(|truth| f64::from(u8::from(truth))),
        Datatype::Bytes => return None,
        Datatype::Fp64 => return value.as_f64(),
        Datatype::Fp32 => return value.as_f64().filter(|number| (*number as f32).is_finite()),
        Datatype::Uint8 => (0.0, f64::from(u8::MAX)),
        Datatype::Uint16 => (0.0, f64::from(u16::MAX)),
        Datatype::Uint32 => (0.0, f64::from(u32::MAX)),
        Datatype::Uint64 => (0.0, u64::MAX as f64),
        Datatype::Int8 => (f64::from(i8::MIN), f64::from(i8::MAX)),
        Datatype::Int16 => (f64::from(i16::MIN), f64::from(i16::MAX)),
        Datatype::Int32 => (f64::from(i32::MIN), f64::from(i32::MAX)),
        Datatype::Int64 => (i64::MIN as f64, i64::MAX as f64),
    };
    value.as_f64().filter(|number| number.fract() == 0.0 && (low..=high).contains(number))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_datatype_is_known_by_its_name() {
        for &(datatype, name) in NAMES {
            assert_eq!(Datatype::named(name), Some(datatype));
            assert_eq!(datatype.name(), name);
        }
        assert_eq!(Datatype::named("FP16"), None);
    }

    #[test]
    fn binary_values_are_read_low_byte_first() {
        let cases: &[(Datatype, &[u8], Values)] = &[
            (Datatype::Uint8, &[0, 255], Values::Octets(vec![0, 255])),
            (Datatype::Bool, &[0, 1], Values::Numbers(vec![0.0, 1.0])),
            (Datatype::Int8, &[255, 1], Values::Numbers(vec![-1.0, 1.0])),
            (Datatype::Uint16, &[1, 2], Values::Numbers(vec![513.0])),
            (Datatype::Int16, &[255, 255], Values::Numbers(vec![-1.0])),
            (Datatype::Uint32, &[1, 0, 0, 128], Values::Numbers(vec![2_147_483_649.0])),
            (Datatype::Int32, &[255, 255, 255, 255], Values::Numbers(vec![-1.0])),
            (Datatype::Int64, &[254, 255, 255, 255, 255, 255, 255, 255], Values::Numbers(vec![-2.0])),
            (Datatype::Uint64, &[7, 0, 0, 0, 0, 0, 0, 0], Values::Numbers(vec![7.0])),
            (Datatype::Fp32, &[0, 0, 192, 63], Values::Numbers(vec![1.5])),
            (Datatype::Fp64, &[0, 0, 0, 0, 0, 0, 248, 63], Values::Numbers(vec![1.5])),
            (
                Datatype::Bytes,
                &[2, 0, 0, 0, 111, 107, 0, 0, 0, 0],
                Values::Texts(vec!["ok".into(), String::new()]),
            ),
        ];
        for (datatype, bytes, expected) in cases {
            assert_eq!(
                from_bytes("x", *datatype, expected.len(), bytes).as_ref(),
                Ok(expected),
                "{}",
                datatype.name()
            );
        }
    }

    #[test]
    fn bytes_that_do_not_fit_are_refused_and_nothing_is_reserved_for_a_lying_count() {
        for (datatype, count, bytes) in [
            (Datatype::Fp32, 2, &[0, 0, 0][..]),
            (Datatype::Fp64, usize::MAX, &[0; 8]),
            (Datatype::Bytes, 1, &[255, 255, 255, 255, 1]),
            (Datatype::Bytes, usize::MAX, &[0, 0, 0, 0]),
            (Datatype::Bytes, 1, &[0, 0, 0]),
            (Datatype::Bytes, 1, &[1, 0, 0, 0, 255]),
        ] {
            let problem = from_bytes("x", datatype, count, bytes).expect_err(datatype.name());
            assert_eq!(problem.place.setting.as_deref(), Some("inputs.x"));
        }
    }

    #[test]
    fn json_values_may_be_flat_or_nested() {
        let expected = Ok(Values::Numbers(vec![1.0, 2.0, 3.0, 4.5]));
        assert_eq!(from_json("x", Datatype::Fp32, 4, &json!([1, 2, 3, 4.5])), expected);
        assert_eq!(from_json("x", Datatype::Fp32, 4, &json!([[1, 2], [3, 4.5]])), expected);
    }

    #[test]
    fn a_json_value_of_the_wrong_kind_is_named_with_its_position() {
        for (datatype, data, position) in [
            (Datatype::Int32, json!([1, 2.5]), 1),
            (Datatype::Uint8, json!([256]), 0),
            (Datatype::Uint8, json!([0, -1]), 1),
            (Datatype::Fp32, json!(["1"]), 0),
            (Datatype::Fp32, json!([1e300]), 0),
            (Datatype::Bool, json!([1]), 0),
            (Datatype::Bytes, json!(["a", 2]), 1),
            (Datatype::Fp64, json!([null]), 0),
        ] {
            let count = data.as_array().map_or(0, Vec::len);
            let problem = from_json("x", datatype, count, &data).expect_err(datatype.name());
            assert_eq!(problem.place.setting, Some(format!("inputs.x.data.{position}")), "{problem:?}");
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let tensors = [
            Tensor {
                name: "p".into(),
                datatype: Datatype::Fp32,
                shape: vec![2],
                values: Values::Numbers(vec![0.25, -3.0]),
            },
            Tensor {
                name: "v".into(),
                datatype: Datatype::Fp64,
                shape: vec![1],
                values: Values::Numbers(vec![0.1]),
            },
            Tensor {
                name: "l".into(),
                datatype: Datatype::Bytes,
                shape: vec![2],
                values: Values::Texts(vec!["七".into(), "".into()]),
            },
        ];
        for tensor in tensors {
            let count = tensor.values.len();
            assert_eq!(
                from_bytes("t", tensor.datatype, count, &to_bytes(&tensor)).as_ref(),
                Ok(&tensor.values)
            );
            assert_eq!(
                from_json("t", tensor.datatype, count, &to_json(&tensor)).as_ref(),
                Ok(&tensor.values)
            );
        }
    }
}

//! What a deployed model is asked and what it answers.

use serde::de::{Error as _, Unexpected};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// Rows or images; one of the two.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PredictRequest {
    /// Rows: column name to value (text, number, true/false, or null when missing).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Object>)]
    pub rows: Vec<serde_json::Map<String, serde_json::Value>>,
    /// Images.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<ImageInput>,
    /// True for an answer on the way, such as that to a drawing that still grows: it gets no id and is not logged.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub preview: bool,
}

/// One image: a PNG, JPEG or WebP file as base64, or raw pixels.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImageInput {
    /// The file as base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub png: Option<String>,
    /// Pixels 0 to 255, row by row, the channels of a pixel beside each other: `height × width × channels` numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pixels: Option<Vec<f64>>,
}

/// The answers in the order asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PredictResponse {
    /// The model that answered.
    pub model: String,
    /// Its version.
    pub version: u64,
    /// One for each row or image.
    pub predictions: Vec<Prediction>,
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Prediction {
    /// Its id, by which the true label can be sent later; absent where nothing is logged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The class; absent in regression.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Whether the model is sure enough of the class; absent where it was not asked to tell. Where it is not, take the
    /// label as a guess.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sure: Option<bool>,
    /// The number; absent for classes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// Every class with its probability, likeliest first; empty in regression.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub probabilities: Vec<ClassProbability>,
    /// What was unusual about the row: a category never seen, a missing column.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<crate::Phrase>,
}

/// A class and its probability.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ClassProbability {
    /// The class.
    pub label: String,
    /// 0 to 1; all classes sum to 1.
    pub probability: f64,
}

/// The truth about an earlier prediction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TruthRequest {
    /// The true class, or the true number; a number or true/false counts as the text of it.
    #[serde(deserialize_with = "label")]
    pub label: String,
}

/// A label as a table holds it: numbers without idle zeros.
fn label<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    const WANTED: &str = "a text, a number, or true/false";
    let unexpected = |found: &str| D::Error::invalid_type(Unexpected::Other(found), &WANTED);
    match Value::deserialize(deserializer)? {
        Value::String(text) => Ok(text),
        Value::Bool(flag) => Ok(flag.to_string()),
        Value::Number(number) => {
            number.as_f64().map(|number| number.to_string()).ok_or_else(|| unexpected("a number"))
        }
        Value::Null => Err(unexpected("null")),
        Value::Array(_) => Err(unexpected("a list")),
        Value::Object(_) => Err(unexpected("an object")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_truth_is_a_text_a_number_or_true_or_false() {
        let cases = [
            (r#"{"label": "yes"}"#, Some("yes")),
            (r#"{"label": 7}"#, Some("7")),
            (r#"{"label": 7.0}"#, Some("7")),
            (r#"{"label": -2.5}"#, Some("-2.5")),
            (r#"{"label": true}"#, Some("true")),
            (r#"{"label": null}"#, None),
            (r#"{"label": [7]}"#, None),
            (r#"{"lable": 7}"#, None),
        ];
        for (text, label) in cases {
            let read = serde_json::from_str::<TruthRequest>(text).ok().map(|truth| truth.label);
            assert_eq!(read.as_deref(), label, "{text}");
        }
    }
}

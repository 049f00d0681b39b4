//! How a model answers once it is deployed.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The serving part of a recipe.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ServeSpec {
    /// With two classes: the probability of the positive class (the later one by name) from which it is the answer; one half when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0.0, maximum = 1.0)]
    pub threshold: Option<f64>,
    /// When the model answers "not sure" rather than guess; absent, it always answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sure: Option<SureSpec>,
}

/// When a model of classes is sure enough; the confidence is chosen on the validation part.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum SureSpec {
    /// Answers as often as it can with at most so many of its answers wrong.
    Errors {
        /// Share of its answers, such as 0.05.
        #[schema(minimum = 0.0, maximum = 1.0)]
        most: f64,
    },
    /// Answers the rows that it is surest of.
    Coverage {
        /// Share of the rows, such as 0.8.
        #[schema(minimum = 0.0, maximum = 1.0)]
        share: f64,
    },
    /// Answers from one confidence on.
    Confidence {
        /// Probability of the answer, such as 0.7.
        #[schema(minimum = 0.0, maximum = 1.0)]
        least: f64,
    },
}

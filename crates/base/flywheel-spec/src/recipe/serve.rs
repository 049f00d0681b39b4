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
}

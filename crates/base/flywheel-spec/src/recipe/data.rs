//! What to learn from: a table, its target, and the columns used.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The data of a recipe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DataSpec {
    /// The name of an imported table (`flywheel data list` shows them).
    pub table: String,
    /// The version of the table; the newest when absent. A run's report names the version that it read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
    /// The column to predict.
    pub target: String,
    /// Classes or a number; inferred from the target when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<Task>,
    /// The columns to learn from; all but the target and the left-out when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// Columns to leave out, such as an id or a column that gives the answer away.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub leave_out: Vec<String>,
    /// Keep only rows whose target is one of these classes; all when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<String>,
    /// At most so many rows, the first ones; all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1)]
    pub limit: Option<u64>,
}

/// What kind of answer the model gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// One of two or more classes.
    Classification,
    /// A number.
    Regression,
}

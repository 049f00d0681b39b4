//! Which rows train, which choose, which judge.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The split of the rows; a table that brings its own test part (a `part` column, as MNIST does) keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SplitSpec {
    /// How rows are assigned.
    pub kind: SplitKind,
    /// Share of the rows outside the test part that choose the best weights, 0 < share < 1.
    #[schema(minimum = 0.0, maximum = 0.9)]
    pub validation: f64,
    /// Share of all rows sealed for the last judgement; ignored when the table brings its own test part.
    #[schema(minimum = 0.0, maximum = 0.9)]
    pub test: f64,
    /// The time column of `kind = "time"`, or the group column of `kind = "group"`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
}

impl Default for SplitSpec {
    fn default() -> Self {
        Self { kind: SplitKind::Stratified, validation: 0.2, test: 0.15, column: None }
    }
}

/// How rows are assigned to the parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SplitKind {
    /// Each row by a seeded draw.
    Random,
    /// Each class in the same shares; by deciles of the target in regression.
    Stratified,
    /// The oldest train, the newer validate, the newest test.
    Time,
    /// All rows of one group (a person, a shop) in the same part.
    Group,
}

//! A question in SQL and its answer.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A question in SQL, which may read and nothing else.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SqlSpec {
    /// The query.
    pub query: String,
    /// Most rows of the answer.
    #[serde(default = "most_rows")]
    #[schema(minimum = 1, maximum = 10_000_000)]
    pub rows: usize,
    /// Seconds that it may take.
    #[serde(default = "most_secs")]
    #[schema(minimum = 0.001, maximum = 3600)]
    pub secs: f64,
    /// Megabytes of memory that it may take.
    #[serde(default = "most_megabytes")]
    #[schema(minimum = 16)]
    pub megabytes: usize,
}

impl SqlSpec {
    /// A query within the usual limits.
    pub fn new(query: impl Into<String>) -> Self {
        Self { query: query.into(), rows: most_rows(), secs: most_secs(), megabytes: most_megabytes() }
    }
}

fn most_rows() -> usize {
    10_000
}

fn most_secs() -> f64 {
    60.0
}

fn most_megabytes() -> usize {
    1024
}

/// What came of a query.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SqlReport {
    /// The columns.
    pub columns: Vec<SqlColumn>,
    /// The rows, each with a value for each column.
    pub rows: Vec<Vec<serde_json::Value>>,
    /// True when there were more rows than the limit.
    pub cut: bool,
    /// Seconds.
    pub secs: f64,
}

/// A column of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SqlColumn {
    /// Its name.
    pub name: String,
    /// What it holds, in Arrow's words, such as `Utf8` or `Int64`.
    #[serde(rename = "type")]
    pub kind: String,
}

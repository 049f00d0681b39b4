//! Who comes back, by when they began.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Chart;
use crate::{Phrase, Problem};

/// Who comes back, by when they began.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetentionSpec {}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct RetentionReport {
    /// What it means, most important first.
    pub findings: Vec<Phrase>,
    /// What is drawn.
    pub charts: Vec<Chart>,
    /// Doubts.
    pub warnings: Vec<Problem>,
}

//! The metric that matters most, and the tree of what drives it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Chart;
use crate::{Phrase, Problem};

/// The metric that matters most, and the tree of what drives it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NorthStarSpec {}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct NorthStarReport {
    /// What it means, most important first.
    pub findings: Vec<Phrase>,
    /// What is drawn.
    pub charts: Vec<Chart>,
    /// Doubts.
    pub warnings: Vec<Problem>,
}

//! Which ways people take from event to event.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Chart;
use crate::{Phrase, Problem};

/// Which ways people take from event to event.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PathsSpec {}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct PathsReport {
    /// What it means, most important first.
    pub findings: Vec<Phrase>,
    /// What is drawn.
    pub charts: Vec<Chart>,
    /// Doubts.
    pub warnings: Vec<Problem>,
}

//! Referral trees, the viral coefficient, its cycle time, and who came by themselves.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Chart;
use crate::{Phrase, Problem};

/// Referral trees, the viral coefficient, its cycle time, and who came by themselves.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WordOfMouthSpec {}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct WordOfMouthReport {
    /// What it means, most important first.
    pub findings: Vec<Phrase>,
    /// What is drawn.
    pub charts: Vec<Chart>,
    /// Doubts.
    pub warnings: Vec<Problem>,
}

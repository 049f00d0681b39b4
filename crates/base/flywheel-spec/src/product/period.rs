//! When: the stretch of time that a question looks at, and the steps it is cut into.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A stretch of time in the project's time zone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Period {
    /// Its beginning, inclusive: a date (`2026-03-01`), a moment (RFC 3339), or so long before now
    /// (`-30d`, `-12w`, `-6mo`, `-1y`, `-24h`: whole days, weeks, months back, from their beginning); all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Its end: a date is meant whole, a moment is exclusive; now when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// The steps of time on a chart's axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Interval {
    /// Hours of the wall clock.
    Hour,
    /// Calendar days, 23 to 25 hours long.
    #[default]
    Day,
    /// Weeks from the project's first day of the week.
    Week,
    /// Calendar months.
    Month,
}

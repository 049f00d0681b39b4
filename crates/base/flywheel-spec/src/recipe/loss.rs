//! What training makes small; each is a mean over samples (`docs/formulas.md` fixes the conventions).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The loss.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum LossSpec {
    /// Mean of the squared differences over samples and outputs; for classes the target is the one-hot row.
    Mse {},
    /// Mean of the absolute differences.
    Mae {},
    /// Squared below `delta`, linear above (Huber 1964).
    Huber {
        /// Where it turns linear.
        #[serde(default = "one")]
        #[schema(minimum = 0.000_001, maximum = 1_000_000.0)]
        delta: f64,
    },
    /// Minus the log of the probability given to the true class.
    CrossEntropy {
        /// Share of the target spread over all classes.
        #[serde(default)]
        #[schema(minimum = 0.0, maximum = 0.9)]
        label_smoothing: f64,
    },
    /// Cross-entropy of one sigmoid output against 0 or 1.
    BinaryCrossEntropy {
        /// Share of the target moved towards one half.
        #[serde(default)]
        #[schema(minimum = 0.0, maximum = 0.9)]
        label_smoothing: f64,
    },
}

fn one() -> f64 {
    1.0
}

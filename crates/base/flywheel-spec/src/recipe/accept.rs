//! What counts as good enough.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::MetricName;

/// The bars, all of which the validation part must meet; errors and losses from above, the rest from below.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AcceptSpec {
    /// At least this accuracy.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0.0, maximum = 1.0)]
    pub accuracy: Option<f64>,
    /// At least this balanced accuracy.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0.0, maximum = 1.0)]
    pub balanced_accuracy: Option<f64>,
    /// At least this F1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0.0, maximum = 1.0)]
    pub f1: Option<f64>,
    /// At least this recall.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0.0, maximum = 1.0)]
    pub recall: Option<f64>,
    /// At least this AUC.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0.0, maximum = 1.0)]
    pub auc: Option<f64>,
    /// At most this log loss.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0.0)]
    pub log_loss: Option<f64>,
    /// At most this RMSE, in the target's unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0.0)]
    pub rmse: Option<f64>,
    /// At most this MAE, in the target's unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0.0)]
    pub mae: Option<f64>,
    /// At least this R².
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 1.0)]
    pub r2: Option<f64>,
}

impl AcceptSpec {
    /// The bars that are set, each with its metric.
    pub fn bars(&self) -> Vec<(MetricName, f64)> {
        [
            (MetricName::Accuracy, self.accuracy),
            (MetricName::BalancedAccuracy, self.balanced_accuracy),
            (MetricName::F1, self.f1),
            (MetricName::Recall, self.recall),
            (MetricName::Auc, self.auc),
            (MetricName::LogLoss, self.log_loss),
            (MetricName::Rmse, self.rmse),
            (MetricName::Mae, self.mae),
            (MetricName::R2, self.r2),
        ]
        .into_iter()
        .filter_map(|(metric, bar)| bar.map(|bar| (metric, bar)))
        .collect()
    }
}

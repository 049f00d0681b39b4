//! Random changes to training images, drawn anew each epoch.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How far each training image may move; what is 0 does not happen.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AugmentSpec {
    /// Largest shift along each axis, in pixels.
    #[schema(minimum = 0.0, maximum = 64.0)]
    pub shift: f64,
    /// Largest rotation to either side, in degrees.
    #[schema(minimum = 0.0, maximum = 180.0)]
    pub rotate: f64,
    /// Largest change of size: 0.1 draws from 0.9 to 1.1.
    #[schema(minimum = 0.0, maximum = 0.9)]
    pub scale: f64,
    /// Strength of the elastic deformation, in pixels (α of Simard et al. 2003).
    #[schema(minimum = 0.0, maximum = 100.0)]
    pub elastic: f64,
    /// Smoothness of the elastic deformation, in pixels (σ of Simard et al. 2003).
    #[schema(minimum = 0.5, maximum = 32.0)]
    pub elastic_sigma: f64,
}

impl Default for AugmentSpec {
    fn default() -> Self {
        Self { shift: 0.0, rotate: 0.0, scale: 0.0, elastic: 0.0, elastic_sigma: 4.0 }
    }
}

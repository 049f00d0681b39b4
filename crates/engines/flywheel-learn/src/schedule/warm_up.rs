//! Warm-up: the rate rises in equal steps and reaches its full height at the last warm-up step (Goyal et al. 2017).

/// Share of the rate at warm-up step `step` of `steps`.
pub(super) fn share(step: u64, steps: u64) -> f64 {
    (step + 1) as f64 / steps as f64
}

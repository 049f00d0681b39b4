//! ASHA: trials that are not among the best at a rung stop there.
//!
//! Li et al., "A system for massively parallel hyperparameter tuning" (MLSys 2020), in the form that stops instead of
//! pausing, which Optuna's `SuccessiveHalvingPruner` has: with trials one after the other nothing would wake a paused one.

use flywheel_spec::recipe::AshaSpec;

/// True when a trial may go on after `epoch`. `value` is its own and `others` are the earlier trials' best by that epoch;
/// smaller is better in both.
pub(super) fn goes_on(spec: AshaSpec, epoch: usize, value: f64, others: impl Iterator<Item = f64>) -> bool {
    if !is_rung(spec, epoch) {
        return true;
    }
    let mut at_rung: Vec<f64> = others.chain([value]).collect();
    at_rung.sort_by(f64::total_cmp);
    // Until so many trials as `reduction` reached the rung, only the best of them goes on.
    let last = (at_rung.len() / spec.reduction).saturating_sub(1);
    value <= at_rung[last]
}

/// Rungs lie at `min_epochs · reductionᵏ`.
fn is_rung(spec: AshaSpec, epoch: usize) -> bool {
    let mut rung = spec.min_epochs.max(1);
    while rung < epoch {
        rung = rung.saturating_mul(spec.reduction);
    }
    rung == epoch
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEC: AshaSpec = AshaSpec { min_epochs: 2, reduction: 3 };

    #[test]
    fn rungs_are_powers_apart() {
        let rungs: Vec<usize> = (1..60).filter(|&epoch| is_rung(SPEC, epoch)).collect();
        assert_eq!(rungs, [2, 6, 18, 54]);
    }

    #[test]
    fn a_third_goes_on() {
        let others = [0.1, 0.2, 0.3, 0.4, 0.5];
        assert!(goes_on(SPEC, 2, 0.15, others.into_iter()), "second of six");
        assert!(!goes_on(SPEC, 2, 0.25, others.into_iter()), "third of six");
        assert!(goes_on(SPEC, 3, 9.0, others.into_iter()), "no rung");
        assert!(goes_on(SPEC, 2, 9.0, [].into_iter()), "the first trial has nobody to lose to");
    }
}

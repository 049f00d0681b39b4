//! The population stability index: how far a distribution has moved.

/// `Σ (now − then) ln(now / then)` over bins of equal meaning; both are shares above 0 that sum to 1.
///
/// Siddiqi, "Credit Risk Scorecards" (2006), with its usual reading: below 0.1 stable, below 0.25 worth watching, above moved.
pub fn psi(then: &[f64], now: &[f64]) -> f64 {
    then.iter().zip(now).map(|(then, now)| (now - then) * (now / then).ln()).sum()
}

/// Counts as shares that are never 0, because a logarithm is taken of them: half a row more in each bin (Jeffreys' prior).
pub fn shares(counts: &[u64]) -> Vec<f64> {
    let total = counts.iter().sum::<u64>() as f64 + 0.5 * counts.len() as f64;
    counts.iter().map(|&count| (count as f64 + 0.5) / total).collect()
}

/// Counts as [`shares`], drawn towards `prior` by as many rows as there are bins.
///
/// With no drift and `n` rows the index of raw shares is about `(bins − 1) / n` and would cry wolf while `n` is small.
pub fn shares_towards(counts: &[u64], prior: &[f64]) -> Vec<f64> {
    let pull = counts.len() as f64;
    let total = counts.iter().sum::<u64>() as f64 + 1.5 * pull;
    counts.iter().zip(prior).map(|(&count, prior)| (count as f64 + 0.5 + pull * prior) / total).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_is_the_sum_of_both_kullback_leibler_divergences() {
        // scipy 1.17.1: entropy(p, q) + entropy(q, p) for p = [.2, .3, .5], q = [.4, .4, .2].
        let found = psi(&[0.2, 0.3, 0.5], &[0.4, 0.4, 0.2]);
        assert!((found - 0.442_284_862_919_413_7).abs() < 1e-14, "{found}");
        assert_eq!(psi(&[0.5, 0.5], &[0.5, 0.5]), 0.0);
    }

    #[test]
    fn few_rows_alone_are_no_drift() {
        let then = [0.1; 10];
        let now = shares_towards(&[13, 7, 12, 8, 9, 11, 14, 6, 10, 10], &then);
        assert!(psi(&then, &now) < 0.1);
    }
}

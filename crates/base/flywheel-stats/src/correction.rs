//! Many looks at once: probabilities corrected so that chance finds are as rare as promised.

/// Each probability as the false discovery rate at which its test would still be called, in the order given.
///
/// Benjamini and Hochberg, "Controlling the false discovery rate" (JRSS B 57, 1995).
pub fn benjamini_hochberg(probabilities: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..probabilities.len()).collect();
    order.sort_by(|one, two| probabilities[*two].total_cmp(&probabilities[*one]));
    let count = probabilities.len() as f64;
    let mut least = 1.0_f64;
    let mut corrected = vec![1.0; probabilities.len()];
    for (above, index) in order.into_iter().enumerate() {
        let rank = count - above as f64;
        least = least.min(probabilities[index] * count / rank);
        corrected[index] = least;
    }
    corrected
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corrected_probabilities_are_those_of_scipy() {
        // scipy 1.17: stats.false_discovery_control([...]).
        let found = benjamini_hochberg(&[0.01, 0.04, 0.03, 0.005, 0.5, 0.0002]);
        for (found, expected) in found.iter().zip([0.02, 0.048, 0.045, 0.015, 0.5, 0.0012]) {
            assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        }
        assert!(benjamini_hochberg(&[]).is_empty());
    }
}

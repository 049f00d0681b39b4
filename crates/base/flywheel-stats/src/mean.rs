//! The mean of a sample with its interval.

use crate::Interval;
use crate::normal::Z95;

/// The mean, and its 95% interval by the central limit theorem (sample deviation, normal quantile); absent when empty.
///
/// One value alone has no deviation: its interval is the value itself.
pub fn mean(values: impl Iterator<Item = f64> + Clone) -> Option<(f64, Interval)> {
    let mut count = 0_u64;
    let mut sum = 0.0;
    for value in values.clone() {
        count += 1;
        sum += value;
    }
    if count == 0 {
        return None;
    }
    let mean = sum / count as f64;
    let squares: f64 = values.map(|value| (value - mean).powi(2)).sum();
    let variance = if count > 1 { squares / (count - 1) as f64 } else { 0.0 };
    let reach = Z95 * (variance / count as f64).sqrt();
    Some((mean, Interval { low: mean - reach, high: mean + reach }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_is_the_mean_and_two_standard_errors() {
        // numpy 2.4.6: mean ± 1.959963984540054 · std(ddof=1) / sqrt(5).
        let (found, interval) = mean([1.0, 2.0, 4.0, 7.0, 11.0].into_iter()).unwrap();
        assert_eq!(found, 5.0);
        assert!((interval.low - 1.439_548_608_913_384_9).abs() < 1e-12);
        assert!((interval.high - 8.560_451_391_086_616).abs() < 1e-12);
    }
}

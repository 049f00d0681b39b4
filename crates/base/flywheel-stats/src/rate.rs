//! Rates of events that come one by one: exact intervals of a rate and of the ratio of two.

use crate::Interval;
use crate::chi_squared::regularised_gamma_above;
use crate::student::regularised_beta;

/// The 95% interval of a count's expectation.
///
/// Garwood, "Fiducial limits for the Poisson distribution" (Biometrika 28, 1936).
pub fn poisson(count: u64) -> Interval {
    let n = count as f64;
    let ceiling = 10.0 + n + 20.0 * (n + 1.0).sqrt();
    // Q(n, m) is the probability of fewer than n where m are expected: it falls with m.
    let low = if count == 0 { 0.0 } else { solve(0.0, n, |mean| regularised_gamma_above(n, mean) < 0.975) };
    let high = solve(n, ceiling, |mean| regularised_gamma_above(n + 1.0, mean) < 0.025);
    Interval { low, high }
}

/// The ratio of two rates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RatesCompared {
    /// The first rate over the second; absent where the second saw nothing.
    pub ratio: Option<f64>,
    /// Lower end of the exact 95% interval.
    pub low: f64,
    /// Upper end; absent where the second saw nothing.
    pub high: Option<f64>,
    /// The probability of counts so far apart were the rates the same: twice the smaller tail, which agrees with the interval.
    pub p: f64,
}

/// The ratio of two Poisson rates, each a count over its exposure; absent where nothing was counted or exposed.
///
/// Given their sum, the first count is binomial, and Clopper and Pearson's interval of its share is turned into one of the ratio:
/// Przyborowski and Wilenski, "Homogeneity of results in testing samples from Poisson series" (Biometrika 31, 1940).
pub fn rate_ratio(first: (u64, f64), second: (u64, f64)) -> Option<RatesCompared> {
    let (hits, others) = (first.0 as f64, second.0 as f64);
    let exposed = first.1 > 0.0 && second.1 > 0.0 && first.1.is_finite() && second.1.is_finite();
    if !exposed || hits + others == 0.0 {
        return None;
    }
    let odds = |share: f64| share / (1.0 - share) * second.1 / first.1;
    // The probability of as many hits or more, which rises with the share.
    let at_least = |share: f64| if hits == 0.0 { 1.0 } else { regularised_beta(share, hits, others + 1.0) };
    let at_most =
        |share: f64| if others == 0.0 { 1.0 } else { 1.0 - regularised_beta(share, hits + 1.0, others) };
    let low = if hits == 0.0 { 0.0 } else { solve(0.0, 1.0, |share| at_least(share) > 0.025) };
    let high = (others > 0.0).then(|| solve(0.0, 1.0, |share| at_most(share) < 0.025));
    let equal = first.1 / (first.1 + second.1);
    let p = (2.0 * at_least(equal).min(at_most(equal))).clamp(0.0, 1.0);
    Some(RatesCompared {
        ratio: (others > 0.0).then(|| (hits / first.1) / (others / second.1)),
        low: odds(low),
        high: high.map(odds),
        p,
    })
}

/// Where a condition that is false below begins to hold.
fn solve(mut low: f64, mut high: f64, holds: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if holds(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64) -> bool {
        (found - expected).abs() < 1e-9 * (1.0 + expected.abs())
    }

    #[test]
    fn the_interval_of_a_count_is_garwoods() {
        // scipy 1.17.1: chi2.ppf(0.025, 2 n) / 2, chi2.ppf(0.975, 2 n + 2) / 2.
        for (count, low, high) in [
            (0, 0.0, 3.688_879_454_113_935_4),
            (1, 0.025_317_807_984_289_876, 5.571_643_390_938_898),
            (7, 2.814_363_051_519_865_4, 14.422_675_361_702_376),
            (250, 219.967_995_630_937_3, 282.987_705_042_316_07),
        ] {
            let found = poisson(count);
            assert!(close(found.low, low) && close(found.high, high), "{count}: {found:?}");
        }
    }

    #[test]
    fn the_ratio_of_rates_is_exact() {
        // scipy 1.17.1: beta.ppf for Clopper and Pearson's ends, binom.cdf and binom.sf for the tails.
        for (first, second, low, high, p) in [
            (
                (12, 1000.0),
                (30, 900.0),
                0.167_858_196_150_761_09,
                Some(0.724_076_181_032_510_6),
                0.002_746_461_583_778_551_5,
            ),
            ((0, 500.0), (8, 500.0), 0.0, Some(0.585_833_175_137_243_2), 0.007_812_5),
            ((5, 100.0), (0, 80.0), 0.733_084_685_852_367_6, None, 0.105_844_298_802_689_31),
            (
                (400, 5e4),
                (520, 4.8e4),
                0.646_584_168_994_559_6,
                Some(0.842_901_924_635_435_5),
                5.442_317_606_083_19e-6,
            ),
        ] {
            let found = rate_ratio(first, second).unwrap();
            assert!(close(found.low, low), "{found:?}");
            assert!(found.high.zip(high).is_none_or(|(found, high)| close(found, high)), "{found:?}");
            assert_eq!(found.high.is_some(), high.is_some());
            assert!((found.p - p).abs() < 1e-9, "{found:?}");
        }
        assert_eq!(rate_ratio((0, 1.0), (0, 1.0)), None);
        assert_eq!(rate_ratio((1, 0.0), (1, 1.0)), None);
    }
}

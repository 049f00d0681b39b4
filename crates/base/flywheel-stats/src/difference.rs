//! The difference of two shares: how sure, and whether chance alone would do it.

use crate::Interval;
use crate::normal::{Z95, cdf};
use crate::share::wilson;

/// The 95% interval of `first − second`, two independent shares out of counts; absent when nothing was counted on a side.
///
/// Newcombe, "Interval estimation for the difference between independent proportions" (Statistics in Medicine 17, 1998), method 10:
/// the two score intervals joined.
pub fn newcombe(first: (f64, f64), second: (f64, f64)) -> Option<Interval> {
    let (one, two) = (wilson(first.0, first.1)?, wilson(second.0, second.1)?);
    let (share_one, share_two) = (first.0 / first.1, second.0 / second.1);
    let difference = share_one - share_two;
    Some(Interval {
        low: difference - ((share_one - one.low).powi(2) + (two.high - share_two).powi(2)).sqrt(),
        high: difference + ((one.high - share_one).powi(2) + (share_two - two.low).powi(2)).sqrt(),
    })
}

/// The 95% interval of `first / second`, two independent shares; absent where either saw no hit.
///
/// Katz, Baptista, Azen and Pike, "Obtaining confidence intervals for the risk ratio in cohort studies" (Biometrics 34, 1978): on the logarithm.
pub fn ratio(first: (f64, f64), second: (f64, f64)) -> Option<Interval> {
    if first.0 <= 0.0 || second.0 <= 0.0 {
        return None;
    }
    let centre = (first.0 / first.1 / (second.0 / second.1)).ln();
    let variance = 1.0 / first.0 - 1.0 / first.1 + 1.0 / second.0 - 1.0 / second.1;
    let reach = Z95 * variance.max(0.0).sqrt();
    Some(Interval { low: (centre - reach).exp(), high: (centre + reach).exp() })
}

/// The probability, were the two shares equal, of tables no more likely than the one seen: Fisher's exact test, two-sided.
///
/// Where every expected count is above 1,000 the score test's normal value stands in, which it then equals to four digits.
pub fn fisher(first: (u64, u64), second: (u64, u64)) -> Option<f64> {
    let (hits, people) = (first.0 + second.0, first.1 + second.1);
    if first.1 == 0 || second.1 == 0 {
        return None;
    }
    if hits == 0 || hits == people {
        return Some(1.0);
    }
    let pooled = hits as f64 / people as f64;
    let least = (first.1.min(second.1)) as f64 * pooled.min(1.0 - pooled);
    if least > 1000.0 {
        let spread = (pooled * (1.0 - pooled) * (1.0 / first.1 as f64 + 1.0 / second.1 as f64)).sqrt();
        let z = (first.0 as f64 / first.1 as f64 - second.0 as f64 / second.1 as f64) / spread;
        return Some(two_sided(z));
    }
    let choose = |n: u64, k: u64| {
        libm::lgamma(n as f64 + 1.0) - libm::lgamma(k as f64 + 1.0) - libm::lgamma((n - k) as f64 + 1.0)
    };
    let all = choose(people, hits);
    let likely = |k: u64| (choose(first.1, k) + choose(second.1, hits - k) - all).exp();
    let seen = likely(first.0);
    let (fewest, most) = (hits.saturating_sub(second.1), hits.min(first.1));
    let sum: f64 = (fewest..=most).map(likely).filter(|p| *p <= seen * (1.0 + 1e-7)).sum();
    Some(sum.min(1.0))
}

/// The probability that a standard normal deviate lies as far from 0 as `z`, on either side.
pub fn two_sided(z: f64) -> f64 {
    (2.0 * cdf(-z.abs())).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_is_that_of_the_paper() {
        // Newcombe (1998), table II, method 10, its published rows.
        for (first, second, low, high) in [
            ((56.0, 70.0), (48.0, 80.0), 0.0524, 0.3339),
            ((9.0, 10.0), (3.0, 10.0), 0.1705, 0.8090),
            ((10.0, 10.0), (0.0, 20.0), 0.6791, 1.0),
        ] {
            let found = newcombe(first, second).unwrap();
            assert!((found.low - low).abs() < 1e-4 && (found.high - high).abs() < 1e-4, "{found:?}");
        }
        assert_eq!(newcombe((0.0, 0.0), (1.0, 2.0)), None);
    }

    #[test]
    fn the_ratio_and_the_exact_test_are_those_of_scipy() {
        // scipy 1.17: stats.contingency.relative_risk(56, 70, 48, 80).confidence_interval(0.95).
        let found = ratio((56.0, 70.0), (48.0, 80.0)).unwrap();
        assert!((found.low - RATIO.0).abs() < 1e-9 && (found.high - RATIO.1).abs() < 1e-9, "{found:?}");
        // scipy 1.17: stats.fisher_exact([[hits, misses], [hits, misses]]).pvalue.
        for (hits, people, other_hits, others, expected) in FISHER {
            let (first, second) = ((hits, people), (other_hits, others));
            let found = fisher(first, second).unwrap();
            assert!((found - expected).abs() < 1e-9, "{first:?} {second:?}: {found}");
        }
        let large = fisher((15_000, 30_000), (15_400, 30_000)).unwrap();
        assert!((large - LARGE).abs() < 0.05 * LARGE, "{large}");
    }

    const RATIO: (f64, f64) = (1.076_626_422_763_193, 1.651_248_511_266_387);
    const FISHER: [(u64, u64, u64, u64, f64); 4] = [
        (56, 70, 48, 80, 0.012_521_129_749_209_154),
        (9, 10, 3, 10, 0.019_766_611_097_880_443),
        (1, 10, 0, 200, 0.047_619_047_619_047_616),
        (700, 1500, 640, 1500, 0.030_237_172_640_453_745),
    ];
    const LARGE: f64 = 0.001_121_393_255_112_207_7;
}

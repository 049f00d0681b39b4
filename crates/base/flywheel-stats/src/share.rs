//! A share out of a count, with its interval.

use crate::Interval;
use crate::normal::Z95;

/// The 95% score interval of a share; absent when nothing was counted.
///
/// Wilson, "Probable inference, the law of succession, and statistical inference" (JASA 22, 1927), without continuity correction.
/// Counts may be weighted and so not whole.
pub fn wilson(hits: f64, count: f64) -> Option<Interval> {
    if count <= 0.0 {
        return None;
    }
    let share = hits / count;
    let z2 = Z95 * Z95;
    let centre = (share + z2 / (2.0 * count)) / (1.0 + z2 / count);
    let reach =
        Z95 / (1.0 + z2 / count) * (share * (1.0 - share) / count + z2 / (4.0 * count * count)).sqrt();
    let interval = Interval { low: centre - reach, high: centre + reach }.within(0.0, 1.0);
    // Exactly 0 and 1 at the ends, which rounding would miss.
    Some(Interval {
        low: if hits <= 0.0 { 0.0 } else { interval.low },
        high: if hits >= count { 1.0 } else { interval.high },
    })
}

/// The 95% interval of a share-like estimate by its logit, as if it were a share out of `count`.
///
/// Boyd, Eng and Page, "Area under the precision-recall curve: point estimates and confidence intervals" (ECML 2013),
/// recommend it for average precision with `count` the positive rows. Absent at 0 and 1, where the logit is infinite.
pub fn logit(share: f64, count: f64) -> Option<Interval> {
    let variance = share * (1.0 - share) / count;
    logit_of_variance(share, variance)
}

/// The same for an estimate of any variance.
pub fn logit_of_variance(share: f64, variance: f64) -> Option<Interval> {
    let spread = share * (1.0 - share);
    if !(spread > 0.0 && variance.is_finite()) {
        return None;
    }
    let centre = (share / (1.0 - share)).ln();
    let reach = Z95 * variance.sqrt() / spread;
    Some(Interval { low: centre - reach, high: centre + reach }.map(|logit| 1.0 / (1.0 + (-logit).exp())))
}

/// The share of a total that some of its members hold, with its 95% interval: each member's amount, and whether it is one
/// of those; absent when the amounts sum to nothing.
///
/// The ratio of two sums over the same members, its variance from the residuals: Cochran, "Sampling Techniques"
/// (3rd edition, 1977), section 6.4; a total that a few large members make is less certain than one of many small ones.
/// It is never narrower than Wilson's interval of as many equal members (Kish's effective number), so that a share of which
/// no member, or every one, is seen is not certain either.
pub fn of_total(members: impl Iterator<Item = (f64, bool)> + Clone) -> Option<(f64, Interval)> {
    let (mut count, mut total, mut part, mut squared) = (0.0, 0.0, 0.0, 0.0);
    for (amount, inside) in members.clone() {
        count += 1.0;
        total += amount;
        squared += amount * amount;
        part += if inside { amount } else { 0.0 };
    }
    if total <= 0.0 || !f64::is_finite(total) {
        return None;
    }
    let share = part / total;
    let squares: f64 =
        members.map(|(amount, inside)| ((f64::from(u8::from(inside)) - share) * amount).powi(2)).sum();
    let error = (squares * count / f64::max(count - 1.0, 1.0)).sqrt() / total;
    let reach = Z95 * error;
    let equal = total * total / squared;
    let least = wilson(share * equal, equal)?;
    let interval = Interval { low: (share - reach).min(least.low), high: (share + reach).max(least.high) };
    Some((share, interval.within(0.0, 1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: Interval, low: f64, high: f64) {
        assert!((found.low - low).abs() < 1e-12 && (found.high - high).abs() < 1e-12, "{found:?}");
    }

    #[test]
    fn the_score_interval_is_that_of_scipy() {
        // scipy 1.17.1: binomtest(hits, count).proportion_ci(method="wilson").
        for (hits, count, low, high) in [
            (0.0, 10.0, 0.0, 0.277_532_799_862_889_26),
            (1.0, 10.0, 0.017_876_213_095_072_896, 0.404_150_026_795_238_5),
            (5.0, 10.0, 0.236_593_090_512_564, 0.763_406_909_487_436_1),
            (10.0, 10.0, 0.722_467_200_137_111_4, 1.0),
            (9780.0, 10_000.0, 0.974_936_205_734_510_1, 0.980_696_691_823_123),
            (3.0, 7.0, 0.158_219_855_251_469_7, 0.749_541_635_472_342_8),
        ] {
            close(wilson(hits, count).unwrap(), low, high);
        }
        assert_eq!(wilson(0.0, 0.0), None);
    }

    #[test]
    fn the_logit_interval_is_the_papers_formula() {
        // numpy 2.4.6: expit(logit(.8) ± 1.96 / sqrt(50 · .8 · .2)).
        close(logit(0.8, 50.0).unwrap(), 0.666_710_058_228_830_1, 0.888_869_601_657_891_9);
        assert_eq!(logit(1.0, 50.0), None);
    }

    #[test]
    fn a_share_of_a_total_is_as_sure_as_its_members_are_many() {
        // Worked by hand: residuals 6, −8, 18, −16 squared sum to 680; times 4/3, the root over 100, times 1.96.
        let few = [(10.0, true), (20.0, false), (30.0, true), (40.0, false)];
        let (share, interval) = of_total(few.into_iter()).unwrap();
        assert!((share - 0.4).abs() < 1e-12);
        close(interval, 0.0, 0.990_162_915_142_590_7);
        let equal = (0..40).map(|member| (5.0, member < 10));
        let (share, interval) = of_total(equal).unwrap();
        // The residuals alone: (30 · 1.25² + 10 · 3.75²) · 40/39, the root over 200, times 1.96, is 0.135899; Wilson reaches higher.
        assert!((share - 0.25).abs() < 1e-12 && (interval.low - 0.114_101).abs() < 1e-6, "{interval:?}");
        assert!((interval.high - wilson(10.0, 40.0).unwrap().high).abs() < 1e-12, "{interval:?}");
        assert_eq!(of_total([(0.0, true)].into_iter()), None);
        // Of twenty equal members none: up to what Wilson says of 0 of 20.
        let (share, interval) = of_total((0..20).map(|_| (12.0, false))).unwrap();
        assert!(
            share == 0.0 && (interval.high - wilson(0.0, 20.0).unwrap().high).abs() < 1e-12,
            "{interval:?}"
        );
    }
}

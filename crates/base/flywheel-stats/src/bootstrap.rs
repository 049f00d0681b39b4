//! The bootstrap: how much an estimate would vary with other rows of the same kind.

use crate::Interval;
use crate::chance::Chance;
use crate::quantile::Sorted;

/// Rows drawn at most over all replicates, which bounds the time on large tables.
const MOST_DRAWS: usize = 20_000_000;

/// Replicates: a thousand, fewer for tables so large that their intervals are narrow anyway, never below two hundred.
pub fn replicates(rows: usize) -> usize {
    (MOST_DRAWS / rows.max(1)).clamp(200, 1000)
}

/// Recomputes estimates on resampled rows; `estimates` gets the drawn rows and answers one number for each estimate,
/// NaN where it is undefined in that replicate. Returns each estimate's replicates, sorted.
///
/// Efron, "Bootstrap methods: another look at the jackknife" (1979). A draw is `⌊word · rows / 2³²⌋`, whose bias is below `rows / 2³²`.
pub fn bootstrap<const N: usize>(
    rows: usize,
    chance: &Chance,
    mut estimates: impl FnMut(&[u32]) -> [f64; N],
) -> [Sorted; N] {
    let count = replicates(rows);
    let mut found: [Vec<f64>; N] = std::array::from_fn(|_| Vec::with_capacity(count));
    let mut drawn = vec![0_u32; rows];
    for replicate in 0..count {
        chance.stream(replicate as u64).fill_u32(&mut drawn);
        for word in &mut drawn {
            *word = ((u64::from(*word) * rows as u64) >> 32) as u32;
        }
        for (all, one) in found.iter_mut().zip(estimates(&drawn)) {
            all.push(one);
        }
    }
    found.map(|values| Sorted::of(values.into_iter()))
}

/// The percentile interval: the middle 95% of the replicates.
pub fn percentile(replicates: &Sorted) -> Option<Interval> {
    Some(Interval { low: replicates.quantile(0.025)?, high: replicates.quantile(0.975)? })
}

/// The percentile interval moved by the replicates' bias, for estimates that resampling shifts, such as a calibration error:
/// the estimate plus the middle 95% of what the replicates differ from their mean.
pub fn shifted_percentile(estimate: f64, replicates: &Sorted) -> Option<Interval> {
    let interval = percentile(replicates)?;
    let mean = replicates.values().iter().sum::<f64>() / replicates.values().len() as f64;
    Some(Interval { low: estimate + interval.low - mean, high: estimate + interval.high - mean })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_of_a_mean_is_about_two_standard_errors_each_way() {
        let mut draws = Chance::new(3).stream("values");
        let values: Vec<f64> = (0..400).map(|_| draws.normal()).collect();
        let mean =
            |rows: &[u32]| [rows.iter().map(|&row| values[row as usize]).sum::<f64>() / rows.len() as f64];
        let [found] = bootstrap(values.len(), &Chance::new(1), mean);
        let interval = percentile(&found).unwrap();
        let (estimate, normal) = crate::mean::mean(values.iter().copied()).unwrap();
        assert!((interval.low - normal.low).abs() < 0.02, "{interval:?} {normal:?}");
        assert!((interval.high - normal.high).abs() < 0.02, "{interval:?} {normal:?}");
        assert!(interval.low < estimate && estimate < interval.high);
    }

    #[test]
    fn the_same_chance_gives_the_same_interval() {
        let one = bootstrap(50, &Chance::new(9), |rows| [f64::from(rows[0])]);
        let two = bootstrap(50, &Chance::new(9), |rows| [f64::from(rows[0])]);
        assert_eq!(one, two);
    }
}

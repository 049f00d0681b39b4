//! Quantiles of a sample.

/// A sample in order, without its missing values.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sorted {
    values: Vec<f64>,
}

impl Sorted {
    /// Sorts; NaN is missing and left out.
    pub fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.filter(|value| !value.is_nan()).collect();
        values.sort_unstable_by(f64::total_cmp);
        Self { values }
    }

    /// Sorts the finite values of a large sample, several times faster than by comparing floats; −0 counts as 0.
    pub fn of_finite(values: &[f64]) -> Self {
        // Floats in order are whole numbers in order, once the negative ones are turned round.
        let flip = |bits: i64| bits ^ (((bits >> 63) as u64) >> 1) as i64;
        let finite = values.iter().filter(|value| value.is_finite());
        let mut keys: Vec<i64> = finite.map(|value| flip((value + 0.0).to_bits() as i64)).collect();
        keys.sort_unstable();
        Self { values: keys.into_iter().map(|key| f64::from_bits(flip(key) as u64)).collect() }
    }

    /// The values, ascending.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The value below which the share `0 ≤ share ≤ 1` lies, linear between neighbours; absent when empty.
    ///
    /// Hyndman and Fan, "Sample quantiles in statistical packages" (1996), definition 7: NumPy's default.
    pub fn quantile(&self, share: f64) -> Option<f64> {
        let last = self.values.len().checked_sub(1)?;
        let position = share.clamp(0.0, 1.0) * last as f64;
        let below = position.floor() as usize;
        let fraction = position - below as f64;
        let low = self.values[below];
        let high = self.values[(below + 1).min(last)];
        Some(if fraction == 0.0 { low } else { low + fraction * (high - low) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_sorting_agree() {
        let values = [3.5, -1.0, f64::NAN, 0.0, -0.0, 1e300, -1e-300, -7.25, 3.5, f64::MIN, f64::MAX];
        let finite = Sorted::of_finite(&[values.as_slice(), &[f64::INFINITY, f64::NEG_INFINITY]].concat());
        let compared = Sorted::of(values.iter().map(|value| value + 0.0));
        assert_eq!(finite, compared);
        assert!(finite.values().iter().all(|value| *value != 0.0 || value.is_sign_positive()));
    }

    #[test]
    fn quantiles_are_numpys() {
        // numpy 2.4.6: np.quantile([3, 1, 4, 1, 5, 9, 2, 6], [0, .1, .25, .5, .75, .9, 1])
        let sorted = Sorted::of([3.0, 1.0, f64::NAN, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0].into_iter());
        for (share, expected) in
            [(0.0, 1.0), (0.1, 1.0), (0.25, 1.75), (0.5, 3.5), (0.75, 5.25), (0.9, 6.9), (1.0, 9.0)]
        {
            let found = sorted.quantile(share).unwrap();
            assert!((found - expected).abs() < 1e-12, "{share}: {found}");
        }
        assert_eq!(Sorted::of([].into_iter()).quantile(0.5), None);
    }
}

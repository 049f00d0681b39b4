//! An estimate's 95% interval, and how intervals of parts make that of their mean.

/// Two ends, the lower first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Interval {
    /// Both ends moved into the range that the estimate can take.
    #[must_use]
    pub fn within(self, low: f64, high: f64) -> Self {
        Self { low: self.low.clamp(low, high), high: self.high.clamp(low, high) }
    }

    /// Both ends put through a function that never falls.
    #[must_use]
    pub fn map(self, rising: impl Fn(f64) -> f64) -> Self {
        Self { low: rising(self.low), high: rising(self.high) }
    }
}

/// The interval of `Σ wᵢ θᵢ` for independent estimates `θᵢ` with intervals of their own, weights `wᵢ ≥ 0`.
///
/// MOVER, the method of variance estimates recovery: Zou and Donner, "Construction of confidence limits about effect
/// measures" (Statistics in Medicine 27, 2008). Unlike a bootstrap it doesn't shrink to a point where no error was seen.
pub fn mover(parts: &[(f64, f64, Interval)]) -> Interval {
    let sum: f64 = parts.iter().map(|(weight, value, _)| weight * value).sum();
    let reach = |end: fn(&Interval) -> f64| {
        let squares =
            parts.iter().map(|(weight, value, interval)| (weight * (end(interval) - value)).powi(2));
        squares.sum::<f64>().sqrt()
    };
    Interval { low: sum - reach(|interval| interval.low), high: sum + reach(|interval| interval.high) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::share::wilson;

    #[test]
    fn the_mean_of_one_part_has_that_parts_interval() {
        let interval = wilson(45.0, 50.0).unwrap();
        let mean = mover(&[(1.0, 0.9, interval)]);
        assert!((mean.low - interval.low).abs() < 1e-12 && (mean.high - interval.high).abs() < 1e-12);
    }

    #[test]
    fn the_mean_of_four_equal_parts_is_half_as_uncertain() {
        let interval = Interval { low: 0.8, high: 1.0 };
        let mean = mover(&[(0.25, 0.9, interval); 4]);
        assert!((mean.low - 0.85).abs() < 1e-12 && (mean.high - 0.95).abs() < 1e-12, "{mean:?}");
    }
}

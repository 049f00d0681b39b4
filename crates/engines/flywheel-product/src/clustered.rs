//! Sums over people and their products: estimates made of sums, with people as the sample.
//!
//! Each person gives one vector of numbers (events here, people there, a value on either side of a date).
//! The sums make every metric, and the sums of products its uncertainty, however many events each person has and
//! however many people stand on both sides of a comparison.

use flywheel_spec::evaluation::Estimate;
use flywheel_stats::normal::Z95;
use flywheel_stats::share::wilson;
use serde::{Deserialize, Serialize};

/// Sums of a vector and of its products over people.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Sums {
    /// People whose vector was not all zero.
    pub people: u64,
    /// The sum of each component.
    pub sums: Vec<f64>,
    /// The lower triangle of the sums of products, row by row.
    products: Vec<f64>,
}

impl Sums {
    /// Adds a person's vector, always of the same length.
    pub fn add(&mut self, vector: &[f64]) {
        self.widen(vector.len());
        if vector.iter().all(|part| *part == 0.0) {
            return;
        }
        self.people += 1;
        for (row, one) in vector.iter().enumerate() {
            if *one == 0.0 {
                continue;
            }
            self.sums[row] += one;
            let begin = row * (row + 1) / 2;
            for (product, two) in self.products[begin..=begin + row].iter_mut().zip(vector) {
                *product += one * two;
            }
        }
    }

    /// Takes another's people in.
    pub fn merge(&mut self, other: &Self) {
        self.widen(other.sums.len());
        self.people += other.people;
        for (mine, theirs) in self.sums.iter_mut().zip(&other.sums) {
            *mine += theirs;
        }
        for (mine, theirs) in self.products.iter_mut().zip(&other.products) {
            *mine += theirs;
        }
    }

    /// Makes the vector so long, so that sums over nobody are there too.
    pub fn widen(&mut self, length: usize) {
        if self.sums.len() < length {
            self.sums.resize(length, 0.0);
            self.products.resize(length * (length + 1) / 2, 0.0);
        }
    }

    /// A component's sum; 0 where nobody was added.
    pub fn sum(&self, component: usize) -> f64 {
        self.sums.get(component).copied().unwrap_or(0.0)
    }

    /// The variance of a function of the sums with this gradient: people drawn anew, their number included.
    pub fn variance(&self, gradient: &[f64]) -> f64 {
        let mut variance = 0.0;
        for row in 0..self.sums.len() {
            if gradient[row] == 0.0 {
                continue;
            }
            let begin = row * (row + 1) / 2;
            for column in 0..=row {
                let twice = if column == row { 1.0 } else { 2.0 };
                variance += twice * gradient[row] * gradient[column] * self.products[begin + column];
            }
        }
        let people = self.people as f64;
        if people > 1.0 { (variance * people / (people - 1.0)).max(0.0) } else { 0.0 }
    }

    /// An estimate that is a function of the sums, its 95% interval by the delta method; absent where the function is undefined.
    ///
    /// One person alone, or nobody, gives an interval of no width.
    pub fn estimate(&self, function: impl Fn(&[f64]) -> Option<f64>) -> Option<Estimate> {
        let (value, deviation) = self.deviation(function)?;
        Some(Estimate { value, low: value - Z95 * deviation, high: value + Z95 * deviation })
    }

    /// The same with the standard error instead of an interval.
    pub fn deviation(&self, function: impl Fn(&[f64]) -> Option<f64>) -> Option<(f64, f64)> {
        if self.sums.is_empty() {
            return None;
        }
        let value = function(&self.sums)?;
        let mut moved = self.sums.clone();
        let mut gradient = vec![0.0; moved.len()];
        for axis in 0..moved.len() {
            let step = 1e-6 * self.sums[axis].abs().max(1e-3);
            moved[axis] = self.sums[axis] + step;
            let above = function(&moved).unwrap_or(value);
            moved[axis] = self.sums[axis] - step;
            let below = function(&moved).unwrap_or(value);
            moved[axis] = self.sums[axis];
            gradient[axis] = (above - below) / (2.0 * step);
        }
        Some((value, self.variance(&gradient).sqrt()))
    }

    /// One component as a share of another, with Wilson's interval for as many independent trials as the people are worth
    /// (Korn and Graubard, "Confidence intervals for proportions with small expected number of positive counts", Survey Methodology 24, 1998).
    pub fn share(&self, hits: usize, count: usize) -> Option<Estimate> {
        let total = self.sum(count);
        if total <= 0.0 {
            return None;
        }
        let value = self.sum(hits) / total;
        let mut gradient = vec![0.0; self.sums.len()];
        gradient[hits] = 1.0 / total;
        gradient[count] -= value / total;
        let variance = self.variance(&gradient);
        let people = (self.people as f64).min(total);
        let worth =
            if variance > 0.0 { (value * (1.0 - value) / variance).clamp(1.0, total) } else { people };
        let interval = wilson(value * worth, worth)?;
        Some(Estimate { value, low: interval.low.min(value), high: interval.high.max(value) })
    }
}

/// `numerator / denominator` of two sums; absent where nothing was counted.
pub fn ratio(numerator: f64, denominator: f64) -> Option<f64> {
    (denominator > 0.0).then(|| numerator / denominator)
}

/// The same estimate, its interval cut to where the number can lie.
pub fn cut(estimate: Estimate, low: f64, high: f64) -> Estimate {
    Estimate { value: estimate.value, low: estimate.low.max(low), high: estimate.high.min(high) }
}

/// The same estimate of what cannot be negative.
pub fn not_below_zero(estimate: Estimate) -> Estimate {
    cut(estimate, 0.0, f64::INFINITY)
}

/// A share of whole counts with its score interval.
pub fn share_of(hits: u64, count: u64) -> Option<Estimate> {
    let interval = wilson(hits as f64, count as f64)?;
    Some(Estimate { value: hits as f64 / count as f64, low: interval.low, high: interval.high })
}

/// A quantile of an ordered sample with its 95% interval by order statistics (binomial, normal approximation; David and Nagaraja, 2003).
pub fn quantile(sorted: &[f64], share: f64) -> Option<Estimate> {
    let last = sorted.len().checked_sub(1)?;
    let at = |position: f64| {
        let position = position.clamp(0.0, last as f64);
        let below = position.floor() as usize;
        let above = (below + 1).min(last);
        sorted[below] + (position - below as f64) * (sorted[above] - sorted[below])
    };
    let count = sorted.len() as f64;
    let reach = Z95 * (count * share * (1.0 - share)).sqrt();
    let value = at(share * last as f64);
    let low = sorted[(count * share - reach).floor().clamp(0.0, last as f64) as usize];
    let high = sorted[(count * share + reach).ceil().clamp(0.0, last as f64) as usize];
    Some(Estimate { value, low: low.min(value), high: high.max(value) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_of_a_mean_is_that_of_its_people() {
        // One number a person: the ratio's error is the standard error of the mean (numpy: std(ddof=1) / sqrt(5)).
        let mut sums = Sums::default();
        for value in [1.0, 2.0, 4.0, 7.0, 11.0] {
            sums.add(&[value, 1.0]);
        }
        let (mean, error) = sums.deviation(|sums| ratio(sums[0], sums[1])).expect("people");
        assert!((mean - 5.0).abs() < 1e-12 && (error - 1.816_590_212_458_495).abs() < 1e-6, "{mean} {error}");
    }

    #[test]
    fn many_events_of_one_person_are_not_many_people() {
        let (mut one, mut each) = (Sums::default(), Sums::default());
        for person in 0..20 {
            let hit = f64::from(person % 2);
            one.add(&[10.0 * hit, 10.0]);
            for _ in 0..10 {
                each.add(&[hit, 1.0]);
            }
        }
        let (one, each) = (one.share(0, 1).expect("a share"), each.share(0, 1).expect("a share"));
        assert_eq!(one.value, each.value);
        assert!(one.high - one.low > 2.5 * (each.high - each.low), "{one:?} {each:?}");
    }

    #[test]
    fn a_person_on_both_sides_is_one_person() {
        // Before and after of the same people, always one more after: no doubt about the difference.
        let mut sums = Sums::default();
        for before in [3.0, 50.0, 7.0, 120.0] {
            sums.add(&[before, 1.0, before + 1.0, 1.0]);
        }
        let difference = |sums: &[f64]| Some(ratio(sums[2], sums[3])? - ratio(sums[0], sums[1])?);
        let (value, error) = sums.deviation(difference).expect("people");
        assert!((value - 1.0).abs() < 1e-9 && error < 1e-5, "{value} {error}");
    }

    #[test]
    fn merging_is_adding() {
        let people = [[1.0, 2.0, 0.0], [0.0, 0.0, 3.0], [4.0, 0.0, 1.0]];
        let mut whole = Sums::default();
        people.iter().for_each(|person| whole.add(person));
        let (mut left, mut right) = (Sums::default(), Sums::default());
        left.add(&people[0]);
        right.add(&people[1]);
        right.add(&people[2]);
        left.merge(&right);
        let mut empty = Sums::default();
        empty.merge(&left);
        assert_eq!(whole, empty);
    }
}

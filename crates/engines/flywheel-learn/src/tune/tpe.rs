//! TPE, the tree-structured Parzen estimator: where good trials lie densely and bad ones don't.
//!
//! Bergstra, Bardenet, Bengio and Kégl, "Algorithms for hyper-parameter optimization" (NeurIPS 2011), each setting by
//! itself, with the constants of Optuna's `TPESampler`: ten random trials first, the best tenth (at most 25) counts as
//! good, a prior as wide as the range, 24 candidates.

use flywheel_stats::chance::Chance;
use flywheel_stats::normal::cdf;
use serde_json::Value;

use super::space::{Setting, Space};

/// Random trials before the first model.
const STARTUP: usize = 10;

/// Draws from the good, of which the best is tried.
const CANDIDATES: usize = 24;

/// Good trials at most.
const MOST_GOOD: usize = 25;

/// The next trial's values; `ranked` are the values of the earlier trials, the best first.
pub(super) fn propose(space: &Space, ranked: &[&[Value]], chance: &Chance) -> Vec<Value> {
    if ranked.len() < STARTUP {
        return space.draw(chance);
    }
    let good = ranked.len().div_ceil(10).min(MOST_GOOD);
    let (good, bad) = ranked.split_at(good);
    let propose = |(index, setting): (usize, &Setting)| {
        let points = |trials: &[&[Value]]| -> Vec<f64> {
            trials.iter().filter_map(|values| setting.point(&values[index])).collect()
        };
        let mut chance = chance.stream(index as u64);
        match setting.span() {
            Some(span) => {
                let point = best_point(
                    &Density::of(&points(good), span),
                    &Density::of(&points(bad), span),
                    &mut chance,
                );
                setting.value(point)
            }
            None => {
                let count = setting.choices().len();
                let good = choice_weights(&points(good), count);
                let bad = choice_weights(&points(bad), count);
                let ratio = |choice: usize| good[choice] / bad[choice];
                let drawn = (0..CANDIDATES).map(|_| draw_weighted(&good, &mut chance));
                let best = drawn.max_by(|&a, &b| ratio(a).total_cmp(&ratio(b)).then(b.cmp(&a))).unwrap_or(0);
                setting.choices()[best].clone()
            }
        }
    };
    space.settings.iter().enumerate().map(propose).collect()
}

fn best_point(good: &Density, bad: &Density, chance: &mut Chance) -> f64 {
    let mut best = (f64::NEG_INFINITY, 0.0);
    for _ in 0..CANDIDATES {
        let point = good.draw(chance);
        let score = good.log_density(point) - bad.log_density(point);
        if score > best.0 {
            best = (score, point);
        }
    }
    best.1
}

/// A mixture of normals cut off at the range's ends: one around each trial, and one as wide as the range.
struct Density {
    span: (f64, f64),
    centres: Vec<f64>,
    widths: Vec<f64>,
    weights: Vec<f64>,
}

impl Density {
    fn of(points: &[f64], span: (f64, f64)) -> Self {
        let (low, high) = span;
        let range = high - low;
        let middle = (low + high) / 2.0;
        let mut ordered: Vec<f64> = points.to_vec();
        ordered.push(middle);
        let mut order: Vec<usize> = (0..ordered.len()).collect();
        order.sort_by(|&a, &b| ordered[a].total_cmp(&ordered[b]).then(a.cmp(&b)));
        // As wide as the way to the further neighbour, not below a share of the range that shrinks with the trials.
        let narrowest = range / (1.0 + ordered.len() as f64).min(100.0);
        let mut widths = vec![range; ordered.len()];
        for (rank, &index) in order.iter().enumerate() {
            let way = |other: Option<&usize>| other.map(|&other| (ordered[other] - ordered[index]).abs());
            let before = way(rank.checked_sub(1).map(|rank| &order[rank]));
            let after = way(order.get(rank + 1));
            let further = before.unwrap_or(0.0).max(after.unwrap_or(0.0));
            widths[index] = further.clamp(narrowest, range);
        }
        let prior = ordered.len() - 1;
        widths[prior] = range;
        let weights = vec![1.0 / ordered.len() as f64; ordered.len()];
        Self { span, centres: ordered, widths, weights }
    }

    fn draw(&self, chance: &mut Chance) -> f64 {
        let one = draw_weighted(&self.weights, chance);
        let (low, high) = self.span;
        loop {
            let point = self.centres[one] + self.widths[one] * chance.normal();
            if (low..=high).contains(&point) {
                return point;
            }
        }
    }

    fn log_density(&self, point: f64) -> f64 {
        let (low, high) = self.span;
        let density: f64 = (0..self.centres.len())
            .map(|one| {
                let (centre, width) = (self.centres[one], self.widths[one]);
                let inside = cdf((high - centre) / width) - cdf((low - centre) / width);
                let distance = (point - centre) / width;
                self.weights[one] * (-0.5 * distance * distance).exp() / (width * inside)
            })
            .sum();
        density.ln()
    }
}

/// Shares of the choices, each with a prior of one trial shared among all.
fn choice_weights(points: &[f64], count: usize) -> Vec<f64> {
    let mut weights = vec![1.0 / count as f64; count];
    for &point in points {
        weights[point as usize] += 1.0;
    }
    let sum: f64 = weights.iter().sum();
    weights.iter_mut().for_each(|weight| *weight /= sum);
    weights
}

fn draw_weighted(weights: &[f64], chance: &mut Chance) -> usize {
    let mut left = chance.f64() * weights.iter().sum::<f64>();
    for (index, weight) in weights.iter().enumerate() {
        left -= weight;
        if left < 0.0 {
            return index;
        }
    }
    weights.len() - 1
}

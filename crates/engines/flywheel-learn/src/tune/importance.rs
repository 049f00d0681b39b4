//! What mattered: how much of the spread between trials each setting explains alone.
//!
//! Hutter, Hoos and Leyton-Brown, "An efficient approach for assessing hyperparameter importance" (ICML 2014): functional
//! analysis of variance over the leaves of a random forest fitted to the trials.

use flywheel_stats::chance::Chance;

/// Trees.
const TREES: u64 = 64;

/// Fewer trials say nothing.
const FEWEST: usize = 6;

/// The share of each setting, 0 to 1; they sum to at most 1, the rest is what settings do together. Absent for too few trials.
///
/// `points` are the trials, each setting scaled to 0–1; `values` their outcomes.
pub(super) fn importance(points: &[Vec<f64>], values: &[f64], chance: &Chance) -> Option<Vec<f64>> {
    let settings = points.first()?.len();
    if points.len() < FEWEST {
        return None;
    }
    let mut shares = vec![0.0; settings];
    let mut trees = 0.0;
    for tree in 0..TREES {
        let mut chance = chance.stream(tree);
        let rows: Vec<usize> =
            (0..points.len()).map(|_| chance.below(points.len() as u64) as usize).collect();
        let mut leaves = Vec::new();
        grow(points, values, rows, vec![(0.0, 1.0); settings], &mut leaves);
        let mean: f64 = leaves.iter().map(|leaf| leaf.volume() * leaf.value).sum();
        let total: f64 = leaves.iter().map(|leaf| leaf.volume() * (leaf.value - mean).powi(2)).sum();
        if total <= 1e-15 {
            continue;
        }
        trees += 1.0;
        for (setting, share) in shares.iter_mut().enumerate() {
            *share += marginal_variance(&leaves, setting, mean) / total;
        }
    }
    if trees == 0.0 {
        return None;
    }
    Some(shares.into_iter().map(|share| share / trees).collect())
}

/// A box of the space with the mean outcome there.
struct Leaf {
    sides: Vec<(f64, f64)>,
    value: f64,
}

impl Leaf {
    fn volume(&self) -> f64 {
        self.sides.iter().map(|(low, high)| high - low).product()
    }
}

fn grow(
    points: &[Vec<f64>],
    values: &[f64],
    rows: Vec<usize>,
    sides: Vec<(f64, f64)>,
    leaves: &mut Vec<Leaf>,
) {
    let Some((setting, cut)) = best_cut(points, values, &rows) else {
        let value = rows.iter().map(|&row| values[row]).sum::<f64>() / rows.len() as f64;
        leaves.push(Leaf { sides, value });
        return;
    };
    let (below, above): (Vec<usize>, Vec<usize>) =
        rows.into_iter().partition(|&row| points[row][setting] <= cut);
    let (mut lower, mut upper) = (sides.clone(), sides);
    lower[setting].1 = cut;
    upper[setting].0 = cut;
    grow(points, values, below, lower, leaves);
    grow(points, values, above, upper, leaves);
}

/// The cut that leaves least squared error, between two neighbours; absent when nothing is gained.
fn best_cut(points: &[Vec<f64>], values: &[f64], rows: &[usize]) -> Option<(usize, f64)> {
    let sum: f64 = rows.iter().map(|&row| values[row]).sum();
    let whole = sum * sum / rows.len() as f64;
    let mut best: Option<(f64, usize, f64)> = None;
    for setting in 0..points[0].len() {
        let mut order = rows.to_vec();
        order.sort_by(|&a, &b| points[a][setting].total_cmp(&points[b][setting]).then(a.cmp(&b)));
        let mut below = 0.0;
        for (count, pair) in (1..).zip(order.windows(2)) {
            below += values[pair[0]];
            let (low, high) = (points[pair[0]][setting], points[pair[1]][setting]);
            if low == high {
                continue;
            }
            let above = sum - below;
            let gain = below * below / count as f64 + above * above / (rows.len() - count) as f64 - whole;
            if gain > 1e-12 && best.is_none_or(|(most, ..)| gain > most) {
                best = Some((gain, setting, (low + high) / 2.0));
            }
        }
    }
    best.map(|(_, setting, cut)| (setting, cut))
}

/// The variance of the mean over all other settings, along one.
fn marginal_variance(leaves: &[Leaf], setting: usize, mean: f64) -> f64 {
    let mut cuts: Vec<f64> =
        leaves.iter().flat_map(|leaf| [leaf.sides[setting].0, leaf.sides[setting].1]).collect();
    cuts.sort_by(f64::total_cmp);
    cuts.dedup();
    cuts.windows(2)
        .map(|piece| {
            let middle = (piece[0] + piece[1]) / 2.0;
            let here = leaves
                .iter()
                .filter(|leaf| leaf.sides[setting].0 <= middle && middle < leaf.sides[setting].1);
            let marginal: f64 = here
                .map(|leaf| leaf.value * leaf.volume() / (leaf.sides[setting].1 - leaf.sides[setting].0))
                .sum();
            (piece[1] - piece[0]) * (marginal - mean).powi(2)
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_setting_that_moves_the_outcome_is_named() {
        let mut draws = Chance::new(4).stream("points");
        let points: Vec<Vec<f64>> = (0..60).map(|_| (0..3).map(|_| draws.f64()).collect()).collect();
        // A sum of 3a and b: nine tenths of the variance come of a, one tenth of b.
        let values: Vec<f64> = points.iter().map(|point| 3.0 * point[0] + 1.0 * point[1]).collect();
        let shares = importance(&points, &values, &Chance::new(1)).unwrap();
        assert!(shares[0] > 0.75 && shares[1] > 0.03 && shares[2] < 0.05, "{shares:?}");
        assert!(shares.iter().sum::<f64>() <= 1.0 + 1e-9);
    }

    #[test]
    fn few_trials_or_equal_outcomes_say_nothing() {
        let points = vec![vec![0.1], vec![0.9]];
        assert_eq!(importance(&points, &[1.0, 2.0], &Chance::new(1)), None);
        let points: Vec<Vec<f64>> = (0..10).map(|row| vec![f64::from(row) / 10.0]).collect();
        assert_eq!(importance(&points, &[1.0; 10], &Chance::new(1)), None);
    }
}

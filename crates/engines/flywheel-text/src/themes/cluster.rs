//! Messages drawn together around distinctive words: seeds, spherical k-means, and the merging of what is close.

use rayon::prelude::*;

use super::space::normalise;

/// Rounds of k-means at most.
const ROUNDS: usize = 25;
/// Two seeds closer than this (cosine) are one.
const SAME_SEED: f32 = 0.8;
/// Two clusters closer than this (cosine) are one.
const SAME_THEME: f32 = 0.5;

/// Positions of equal length, one after the other.
pub(super) struct Positions {
    pub axes: usize,
    pub flat: Vec<f32>,
}

impl Positions {
    pub fn len(&self) -> usize {
        if self.axes == 0 { 0 } else { self.flat.len() / self.axes }
    }

    pub fn at(&self, row: usize) -> &[f32] {
        &self.flat[row * self.axes..(row + 1) * self.axes]
    }

    /// The direction of the weighted sum of some rows.
    fn centre(&self, rows: &[u32], weights: &[f32]) -> Vec<f32> {
        let mut sums = vec![0.0_f64; self.axes];
        for row in rows {
            let weight = f64::from(weights[*row as usize]);
            for (sum, value) in sums.iter_mut().zip(self.at(*row as usize)) {
                *sum += weight * f64::from(*value);
            }
        }
        direction(&sums)
    }
}

fn direction(sums: &[f64]) -> Vec<f32> {
    let mut centre: Vec<f32> = sums.iter().map(|sum| *sum as f32).collect();
    normalise(&mut centre);
    centre
}

pub(super) fn dot(one: &[f32], other: &[f32]) -> f32 {
    flywheel_stats::correlation::product(one, other)
}

/// Seeds: again and again the candidate (the rows of a distinctive word) around which most lies that no seed is near
/// to, until the next would add almost nothing or there are `most`.
pub(super) fn seeds(
    positions: &Positions,
    weights: &[f32],
    candidates: &[Vec<u32>],
    most: usize,
) -> Vec<Vec<f32>> {
    let centres: Vec<Vec<f32>> = candidates.par_iter().map(|rows| positions.centre(rows, weights)).collect();
    let near: Vec<Vec<f32>> = candidates
        .par_iter()
        .zip(&centres)
        .map(|(rows, centre)| {
            rows.iter().map(|row| dot(positions.at(*row as usize), centre).max(0.0)).collect()
        })
        .collect();
    let whole: f64 = weights.iter().map(|weight| f64::from(*weight)).sum();
    let mut covered = vec![0.0_f32; positions.len()];
    let mut open: Vec<bool> = vec![true; candidates.len()];
    let mut found: Vec<Vec<f32>> = Vec::new();
    while found.len() < most {
        let gains: Vec<f64> = candidates
            .par_iter()
            .enumerate()
            .map(|(at, rows)| {
                if !open[at] {
                    return 0.0;
                }
                let gain = rows.iter().zip(&near[at]).map(|(row, near)| {
                    let row = *row as usize;
                    f64::from(weights[row] * (1.0 - covered[row]) * near)
                });
                gain.sum()
            })
            .collect();
        let mut best: Option<usize> = None;
        for (at, gain) in gains.iter().enumerate() {
            if open[at] && best.is_none_or(|best| *gain > gains[best]) {
                best = Some(at);
            }
        }
        let Some(best) = best.filter(|best| gains[*best] > 0.002 * whole) else { break };
        open[best] = false;
        if found.iter().any(|seed| dot(seed, &centres[best]) > SAME_SEED) {
            continue;
        }
        covered
            .par_iter_mut()
            .enumerate()
            .for_each(|(row, covered)| *covered = covered.max(dot(positions.at(row), &centres[best])));
        found.push(centres[best].clone());
    }
    found
}

/// Spherical k-means (Dhillon and Modha, "Concept decompositions for large sparse text data", 2001) from given seeds.
pub(super) fn settle(
    positions: &Positions,
    weights: &[f32],
    mut centres: Vec<Vec<f32>>,
) -> (Vec<u32>, Vec<Vec<f32>>) {
    let mut labels = nearest(positions, &centres);
    for _ in 0..ROUNDS {
        let sums = sums(positions, weights, &labels, centres.len());
        for (centre, sums) in centres.iter_mut().zip(&sums) {
            if sums.iter().any(|sum| *sum != 0.0) {
                *centre = direction(sums);
            }
        }
        let moved = nearest(positions, &centres);
        if moved == labels {
            break;
        }
        labels = moved;
    }
    (labels, centres)
}

/// The nearest centre of each row; the first of equals.
pub(super) fn nearest(positions: &Positions, centres: &[Vec<f32>]) -> Vec<u32> {
    (0..positions.len())
        .into_par_iter()
        .map(|row| {
            let position = positions.at(row);
            let mut best = (f32::NEG_INFINITY, 0_u32);
            for (at, centre) in centres.iter().enumerate() {
                let near = dot(position, centre);
                if near > best.0 {
                    best = (near, at as u32);
                }
            }
            best.1
        })
        .collect()
}

fn sums(positions: &Positions, weights: &[f32], labels: &[u32], count: usize) -> Vec<Vec<f64>> {
    let mut sums = vec![vec![0.0_f64; positions.axes]; count];
    for (row, label) in labels.iter().enumerate() {
        let weight = f64::from(weights[row]);
        for (sum, value) in sums[*label as usize].iter_mut().zip(positions.at(row)) {
            *sum += weight * f64::from(*value);
        }
    }
    sums
}

/// Joins clusters that lie close, the closest first; tells the group of each, named by its first.
pub(super) fn merge(positions: &Positions, weights: &[f32], labels: &[u32], count: usize) -> Vec<usize> {
    let mut sums = sums(positions, weights, labels, count);
    let mut group: Vec<usize> = (0..count).collect();
    loop {
        let left: Vec<(usize, Vec<f32>)> = (0..count)
            .filter(|at| group[*at] == *at && sums[*at].iter().any(|sum| *sum != 0.0))
            .map(|at| (at, direction(&sums[at])))
            .collect();
        let mut best = (SAME_THEME, None);
        for (place, (one, centre)) in left.iter().enumerate() {
            for (other, farther) in &left[place + 1..] {
                let near = dot(centre, farther);
                if near > best.0 {
                    best = (near, Some((*one, *other)));
                }
            }
        }
        let Some((one, other)) = best.1 else { return group };
        let moved = std::mem::take(&mut sums[other]);
        sums[one].iter_mut().zip(moved).for_each(|(sum, more)| *sum += more);
        group.iter_mut().filter(|group| **group == other).for_each(|group| *group = one);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_directions_are_two_clusters_and_near_ones_join() {
        let rows = [[1.0, 0.0], [0.98, 0.2], [0.0, 1.0], [0.1, 0.99]];
        let positions = Positions { axes: 2, flat: rows.concat() };
        let weights = [1.0; 4];
        let found = seeds(&positions, &weights, &[vec![0, 1], vec![2, 3], vec![0]], 5);
        assert_eq!(found.len(), 2);
        let (labels, centres) = settle(&positions, &weights, found);
        assert_eq!(
            (labels[0] == labels[1], labels[2] == labels[3], labels[0] == labels[2]),
            (true, true, false)
        );
        assert_eq!(nearest(&positions, &centres), labels);
        assert_eq!(merge(&positions, &weights, &[0, 1, 2, 2], 3), [0, 0, 2]);
    }
}

//! A space in which messages of one subject lie in one direction: truncated singular value decomposition of tf-idf.
//!
//! Deerwester et al., "Indexing by latent semantic analysis" (JASIS 41, 1990); the basis is found by subspace iteration
//! from a fixed start, so that the same messages give the same space.

use std::collections::{BTreeMap, HashMap};

use flywheel_stats::chance::Chance;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::features::{emphasis, names};

/// Axes of the space.
const AXES: usize = 128;
/// Rounds of the subspace iteration.
const ROUNDS: usize = 8;
/// The least that a feature weighs because it never stands alone.
const LEAST_BEARING: f32 = 0.2;
/// Messages by which the share of those of one clause is drawn towards the usual share.
const BEARING_DRAWN: f32 = 10.0;
/// Features kept at most, the most frequent first.
const FEATURES: usize = 20_000;

/// A space with the direction of each feature, small enough to be kept from day to day.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Space {
    /// How many axes.
    pub axes: usize,
    /// What one step of a direction is worth.
    step: f32,
    /// By name.
    features: BTreeMap<String, Direction>,
}

/// Where a feature points, and how much it weighs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Direction {
    weight: f32,
    axes: Vec<i16>,
}

/// Where a message lies.
pub(super) struct Position {
    /// Of length one; all zero where nothing is known of it.
    pub axes: Vec<f32>,
    /// The share of its words that the space knows.
    pub known: f32,
}

impl Space {
    /// The space of so many messages, each by its features and its weight; `single` tells which are of one clause.
    pub fn of(rows: &[Vec<String>], weights: &[f32], single: &[bool]) -> Self {
        let vocabulary = vocabulary(rows);
        let number: HashMap<&str, u32> =
            vocabulary.iter().enumerate().map(|(at, (name, _))| (*name, at as u32)).collect();
        let sparse: Vec<Vec<u32>> = rows
            .par_iter()
            .map(|row| row.iter().filter_map(|feature| number.get(feature.as_str()).copied()).collect())
            .collect();
        let idf: Vec<f32> = vocabulary
            .iter()
            .zip(bearing(&sparse, single, vocabulary.len()))
            .map(|((name, count), bearing)| {
                let rarity = (rows.len() as f32 / *count as f32).ln().max(0.2);
                rarity * emphasis(name) * bearing
            })
            .collect();
        // Fewer than there are messages, or nothing that goes together would be drawn together.
        let axes = AXES.min(vocabulary.len()).min((rows.len() / 3).max(2));
        let basis = basis(&sparse, &idf, weights, axes);
        let most = basis.iter().fold(0.0_f32, |most, value| most.max(value.abs()));
        let step = if most > 0.0 { most / f32::from(i16::MAX) } else { 1.0 };
        let features = vocabulary
            .iter()
            .enumerate()
            .map(|(at, (name, _))| {
                let along =
                    basis[at * axes..(at + 1) * axes].iter().map(|value| (value / step).round() as i16);
                ((*name).to_owned(), Direction { weight: idf[at], axes: along.collect() })
            })
            .collect();
        Self { axes, step, features }
    }

    /// Where a message with these features lies.
    pub fn place(&self, features: &[String]) -> Position {
        let mut axes = vec![0.0_f32; self.axes];
        let (mut words, mut known) = (0_u32, 0_u32);
        for feature in features {
            let word = names(feature) && !feature.contains(' ');
            words += u32::from(word);
            let Some(direction) = self.features.get(feature) else { continue };
            known += u32::from(word);
            for (axis, along) in axes.iter_mut().zip(&direction.axes) {
                *axis += direction.weight * self.step * f32::from(*along);
            }
        }
        normalise(&mut axes);
        Position { axes, known: if words == 0 { 1.0 } else { known as f32 / words as f32 } }
    }

    /// Whether a feature has a direction here.
    pub fn knows(&self, feature: &str) -> bool {
        self.features.contains_key(feature)
    }

    /// How much a feature weighs; none where it is unknown.
    pub fn weight(&self, feature: &str) -> f32 {
        self.features.get(feature).map_or(0.0, |direction| direction.weight)
    }
}

/// Brings a vector to length one; one that is all zero stays.
pub(super) fn normalise(vector: &mut [f32]) {
    let length = vector.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>().sqrt();
    if length > 1e-12 {
        vector.iter_mut().for_each(|value| *value = (f64::from(*value) / length) as f32);
    }
}

/// The features that enough messages have, with how many, by name.
fn vocabulary(rows: &[Vec<String>]) -> Vec<(&str, u32)> {
    let counts = rows
        .par_chunks(4096)
        .map(|rows| {
            let mut counts: HashMap<&str, u32> = HashMap::new();
            for feature in rows.iter().flatten() {
                *counts.entry(feature).or_default() += 1;
            }
            counts
        })
        .reduce(HashMap::new, |one, other| {
            let (mut into, from) = if one.len() < other.len() { (other, one) } else { (one, other) };
            for (feature, count) in from {
                *into.entry(feature).or_default() += count;
            }
            into
        });
    let least = match rows.len() {
        0..30 => 1,
        30..300 => 2,
        count => (count / 2000).max(3) as u32,
    };
    let mut kept: Vec<(&str, u32)> = counts.into_iter().filter(|(_, count)| *count >= least).collect();
    kept.sort_unstable_by(|one, two| two.1.cmp(&one.1).then(one.0.cmp(two.0)));
    kept.truncate(FEATURES);
    kept.sort_unstable();
    kept
}

/// How far each feature bears a message by itself: the root of the share of its messages that have one clause, beside the
/// usual share, between [`LEAST_BEARING`] and 1.
///
/// What is only ever said beside something else ("kindly confirm receipt", "加油") is no subject, however often it is said.
fn bearing(rows: &[Vec<u32>], single: &[bool], count: usize) -> Vec<f32> {
    let (mut all, mut alone) = (vec![0_u32; count], vec![0_u32; count]);
    for (row, single) in rows.iter().zip(single) {
        for feature in row {
            all[*feature as usize] += 1;
            alone[*feature as usize] += u32::from(*single);
        }
    }
    let sum = |counts: &[u32]| counts.iter().map(|count| f64::from(*count)).sum::<f64>() as f32;
    let usual = sum(&alone) / sum(&all).max(1.0);
    if usual <= 0.0 {
        return vec![1.0; count];
    }
    let share =
        |(all, alone): (&u32, &u32)| (*alone as f32 + BEARING_DRAWN * usual) / (*all as f32 + BEARING_DRAWN);
    all.iter().zip(&alone).map(|pair| (share(pair) / usual).sqrt().clamp(LEAST_BEARING, 1.0)).collect()
}

/// An orthonormal basis of the directions in which the messages vary most: features × axes.
fn basis(rows: &[Vec<u32>], idf: &[f32], weights: &[f32], axes: usize) -> Vec<f32> {
    if axes == 0 {
        return Vec::new();
    }
    let scale: Vec<f32> = rows
        .iter()
        .map(|row| {
            let square: f32 = row.iter().map(|feature| idf[*feature as usize].powi(2)).sum();
            if square > 0.0 { square.sqrt().recip() } else { 0.0 }
        })
        .collect();
    let mut rows_of: Vec<Vec<u32>> = vec![Vec::new(); idf.len()];
    for (at, row) in rows.iter().enumerate() {
        for feature in row {
            rows_of[*feature as usize].push(at as u32);
        }
    }
    let mut chance = Chance::new(0x7468_656d_6573);
    let mut basis: Vec<f32> = (0..idf.len() * axes).map(|_| chance.normal() as f32).collect();
    orthonormalise(&mut basis, axes);
    let mut placed = vec![0.0_f32; rows.len() * axes];
    for _ in 0..ROUNDS {
        placed.par_chunks_mut(axes).zip(rows).zip(&scale).for_each(|((placed, row), scale)| {
            placed.fill(0.0);
            for feature in row {
                let feature = *feature as usize;
                let factor = scale * idf[feature];
                for (sum, along) in placed.iter_mut().zip(&basis[feature * axes..(feature + 1) * axes]) {
                    *sum += factor * along;
                }
            }
        });
        basis.par_chunks_mut(axes).zip(&rows_of).zip(idf).for_each(|((along, rows), idf)| {
            along.fill(0.0);
            for row in rows {
                let row = *row as usize;
                let factor = idf * scale[row] * weights[row];
                for (sum, value) in along.iter_mut().zip(&placed[row * axes..(row + 1) * axes]) {
                    *sum += factor * value;
                }
            }
        });
        orthonormalise(&mut basis, axes);
    }
    basis
}

/// Gram and Schmidt's method on the columns, twice for accuracy; columns that add nothing become zero.
fn orthonormalise(matrix: &mut [f32], columns: usize) {
    let rows = matrix.len() / columns;
    let mut turned: Vec<Vec<f64>> = (0..columns)
        .map(|column| (0..rows).map(|row| f64::from(matrix[row * columns + column])).collect())
        .collect();
    for column in 0..columns {
        let (before, rest) = turned.split_at_mut(column);
        let own = &mut rest[0];
        let size = dot(own, own).sqrt();
        for _ in 0..2 {
            for other in before.iter() {
                let along = dot(own, other);
                own.iter_mut().zip(other).for_each(|(own, other)| *own -= along * other);
            }
        }
        let length = dot(own, own).sqrt();
        let keep = length > 1e-9 * size && length > 1e-30;
        own.iter_mut().for_each(|value| *value = if keep { *value / length } else { 0.0 });
    }
    for (column, values) in turned.iter().enumerate() {
        for (row, value) in values.iter().enumerate() {
            matrix[row * columns + column] = *value as f32;
        }
    }
}

fn dot(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(texts: &[&str]) -> Vec<Vec<String>> {
        texts.iter().map(|text| text.split(' ').map(str::to_owned).collect()).collect()
    }

    #[test]
    fn words_that_go_together_point_the_same_way() {
        let texts = ["late plane", "late delay", "plane delay", "card pin", "card cash", "pin cash"];
        let rows = rows(&texts);
        let space = Space::of(&rows, &[1.0; 6], &[true; 6]);
        let place = |text: &str| space.place(&[text.to_owned()]).axes;
        let near = |one: &str, other: &str| {
            place(one).iter().zip(&place(other)).map(|(one, other)| one * other).sum::<f32>()
        };
        assert!(near("late", "plane") > near("late", "card") + 0.1);
        assert_eq!(space.place(&["unheard".to_owned()]).known, 0.0);
        assert!(space.knows("late") && space.weight("late") > 0.0 && space.weight("unheard") == 0.0);
    }

    #[test]
    fn what_is_only_said_beside_something_else_weighs_less() {
        // Forty messages of each subject; the courtesy stands beside both, never alone.
        let texts: Vec<String> = (0..80)
            .map(|at| {
                let subject = if at < 40 { "search" } else { "sync" };
                if at % 2 == 0 { format!("{subject} kindly") } else { subject.to_owned() }
            })
            .collect();
        let rows = rows(&texts.iter().map(String::as_str).collect::<Vec<_>>());
        let single: Vec<bool> = (0..80).map(|at| at % 2 == 1).collect();
        let (space, plain) =
            (Space::of(&rows, &[1.0; 80], &single), Space::of(&rows, &[1.0; 80], &[true; 80]));
        assert!(space.weight("kindly") < 0.6 * plain.weight("kindly"), "{space:?}");
        for subject in ["search", "sync"] {
            assert_eq!(space.weight(subject), plain.weight(subject), "{space:?}");
        }
        let none = Space::of(&rows, &[1.0; 80], &[false; 80]);
        assert_eq!(none, plain, "where no message is of one clause nothing is known");
    }

    #[test]
    fn nothing_has_a_space_too() {
        let space = Space::of(&[], &[], &[]);
        assert!(space.place(&["any".to_owned()]).axes.is_empty());
    }
}

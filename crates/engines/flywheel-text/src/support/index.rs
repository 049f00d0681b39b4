//! The nearest examples of a question, by an inverted index.

use serde::{Deserialize, Serialize};

use crate::linear::Sparse;

/// The examples' vectors, by feature.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Index {
    /// Where a feature's examples begin in `examples`; one more than there are features.
    starts: Vec<u32>,
    /// The examples that have a feature, with its value.
    examples: Vec<(u32, f32)>,
    /// How many examples there are.
    count: usize,
}

/// The most pairs of feature and example that are looked at for one question: the commonest features, which tell
/// least, are left out first. It bounds the time to a few milliseconds.
const MOST_PAIRS: usize = 3_000_000;

impl Index {
    pub(super) fn new(vectors: &[Sparse], features: usize) -> Self {
        let mut starts = vec![0_u32; features + 1];
        for (feature, _) in vectors.iter().flatten() {
            starts[*feature as usize + 1] += 1;
        }
        for feature in 0..features {
            starts[feature + 1] += starts[feature];
        }
        let mut next = starts.clone();
        let mut examples = vec![(0, 0.0); starts[features] as usize];
        for (number, vector) in vectors.iter().enumerate() {
            for (feature, value) in vector {
                let place = &mut next[*feature as usize];
                examples[*place as usize] = (number as u32, *value);
                *place += 1;
            }
        }
        Self { starts, examples, count: vectors.len() }
    }

    /// The cosine of a vector with each example.
    pub(super) fn similarities(&self, vector: &[(u32, f32)]) -> Vec<f32> {
        let mut similarities = vec![0.0; self.count];
        let row = |feature: u32| {
            let place = feature as usize;
            self.starts[place] as usize..self.starts[place + 1] as usize
        };
        let mut order: Vec<&(u32, f32)> = vector.iter().collect();
        order.sort_by_key(|(feature, _)| (row(*feature).len(), *feature));
        let mut looked_at = 0;
        for (feature, value) in order {
            let row = row(*feature);
            looked_at += row.len();
            if looked_at > MOST_PAIRS {
                break;
            }
            for (example, other) in &self.examples[row] {
                similarities[*example as usize] += value * other;
            }
        }
        similarities
    }
}

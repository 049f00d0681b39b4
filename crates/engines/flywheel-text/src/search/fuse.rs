//! One ranking out of several: reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009).

use std::collections::BTreeMap;

/// The constant of the paper: how little the first places stand out.
const K: f64 = 60.0;

/// Each entry's sum of 1 / (60 + rank) over the rankings that hold it, ranks from 1.
pub(super) fn fuse(rankings: &[Vec<(usize, u32)>]) -> BTreeMap<(usize, u32), f64> {
    let mut scores = BTreeMap::new();
    for ranking in rankings {
        for (rank, entry) in ranking.iter().enumerate() {
            *scores.entry(*entry).or_insert(0.0) += 1.0 / (K + rank as f64 + 1.0);
        }
    }
    scores
}

//! Counts and means over messages, the same in any order.

use std::collections::BTreeMap;

use flywheel_spec::feedback::insights::Share;

use crate::pile::Pile;

/// Names told at most.
const NAMES: usize = 20;

/// The mean of some numbers, the same whatever their order; none without any.
pub(super) fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (mut sum, mut count) = (0_i64, 0_i64);
    for value in values.filter(|value| value.is_finite()) {
        // A sum of whole millionths does not depend on the order.
        sum += (value * 1e6).round() as i64;
        count += 1;
    }
    (count > 0).then(|| sum as f64 / count as f64 / 1e6)
}

/// The people behind so many messages; a message whose person nobody knows counts as one.
pub(super) fn people(pile: &Pile, messages: &[u32]) -> u64 {
    u64::from(pile.voices(messages))
}

/// How many there are of each name, the most frequent first.
pub(super) fn shares<'a>(names: impl Iterator<Item = &'a str>) -> Vec<Share> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for name in names.filter(|name| !name.is_empty()) {
        *counts.entry(name).or_default() += 1;
    }
    let whole = counts.values().sum::<u64>().max(1) as f64;
    let mut found: Vec<(&str, u64)> = counts.into_iter().collect();
    found.sort_by(|one, two| two.1.cmp(&one.1).then(one.0.cmp(two.0)));
    found.truncate(NAMES);
    let share = |(name, messages): (&str, u64)| Share {
        name: name.to_owned(),
        messages,
        share: messages as f64 / whole,
    };
    found.into_iter().map(share).collect()
}

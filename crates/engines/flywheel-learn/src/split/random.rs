//! Each row to a part by a seeded draw.

use flywheel_stats::chance::Chance;

use super::{Assigned, Shares};

/// Shuffles the rows and cuts them: the first are the test part, the next validate, the rest train.
pub(super) fn assign(rows: &[usize], shares: Shares, chance: &Chance) -> Assigned {
    let mut shuffled = rows.to_vec();
    chance.stream("rows").shuffle(&mut shuffled);
    let (validation, test) = shares.of(rows.len());
    let mut rest = shuffled.split_off(test);
    let train = rest.split_off(validation);
    Assigned { train, validation: rest, test: shuffled }
}

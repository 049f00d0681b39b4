//! Who brought whom.

use std::collections::HashMap;

use flywheel_people::Identity;

use super::Joiner;

/// Who brought whom: positions among the joiners in order of joining, so that a referrer who joined stands before whom they brought.
pub(super) struct Tree {
    pub(super) joiners: Vec<Joiner>,
    /// The person who brought each; absent for those who came by themselves.
    pub(super) brought_by: Vec<Option<i64>>,
    /// The same as a position, where that person joined themselves.
    pub(super) parent: Vec<Option<usize>>,
    /// Referrals that cannot be: by oneself, or by somebody who joined later.
    pub(super) impossible: u64,
}

impl Tree {
    pub(super) fn of(mut joiners: Vec<Joiner>, identity: &Identity) -> Self {
        joiners.sort_by_key(|joiner| (joiner.time, joiner.person));
        let positions: HashMap<i64, usize> =
            joiners.iter().enumerate().map(|(at, joiner)| (joiner.person, at)).collect();
        let (mut brought_by, mut parent, mut impossible) = (Vec::new(), Vec::new(), 0);
        for (at, joiner) in joiners.iter().enumerate() {
            let person = joiner.referrer.as_deref().map(|referrer| identity.of_id(referrer));
            let position = person.and_then(|person| positions.get(&person).copied());
            let possible =
                position.is_none_or(|position| joiners[position].time < joiner.time && position != at);
            impossible += u64::from(!possible);
            brought_by.push(person.filter(|_| possible));
            parent.push(position.filter(|_| possible));
        }
        Self { joiners, brought_by, parent, impossible }
    }

    /// Each joiner's generation: 0 for those who came by themselves, 1 for those whom somebody brought who is no newcomer of these events.
    pub(super) fn generations(&self) -> Vec<usize> {
        let mut generations: Vec<usize> = Vec::new();
        for (at, parent) in self.parent.iter().enumerate() {
            let generation = match (parent, self.brought_by[at]) {
                (Some(parent), _) => generations[*parent] + 1,
                (None, Some(_)) => 1,
                (None, None) => 0,
            };
            generations.push(generation);
        }
        generations
    }

    /// For each joiner, how many newcomers of the period stand below them.
    pub(super) fn below(&self, counts: impl Fn(&Joiner) -> bool) -> Vec<u64> {
        let mut below = vec![0; self.joiners.len()];
        for at in (0..self.joiners.len()).rev() {
            if let Some(parent) = self.parent[at] {
                below[parent] += below[at] + u64::from(counts(&self.joiners[at]));
            }
        }
        below
    }
}

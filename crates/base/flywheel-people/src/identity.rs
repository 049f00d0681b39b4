//! Who is whom: the merges of people so far, and what they mean for rows that were written before them.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::event::person_of;

/// One merge: everything that was `from` is `into` from now on, and was so all along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Merge {
    /// Who goes into another person.
    pub from: i64,
    /// Whom they go into.
    pub into: i64,
}

/// One line of the merge log, which only grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// Two people are one.
    Merge(Merge),
    /// The merge at that place of the log, counted from 0, is as if it had never been.
    Undo(u64),
}

/// Who is whom at one moment.
///
/// Rows carry the person that their distinct id was when they were written. The people that a later merge or undo
/// speaks of are [affected](Identity::affected): their rows are read aside and given to [`Identity::person`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Identity {
    /// Merged people and the one whom each of them is now; whoever is not named is themselves.
    pub canonical: HashMap<i64, i64>,
    /// Some rows may have been written under a merge that was undone since:
    /// an affected row's person follows from its distinct id and not from its person column.
    pub split: bool,
    /// How many lines of the merge log this was made of.
    pub steps: u64,
    affected: HashSet<i64>,
}

impl Identity {
    /// Replays merges in their order.
    ///
    /// People who are already one are left as they are, so that a merge that arrives twice changes nothing.
    pub fn from_merges(merges: &[Merge]) -> Self {
        let steps: Vec<Step> = merges.iter().copied().map(Step::Merge).collect();
        Self::from_steps(&steps, 0)
    }

    /// Replays a merge log whose first `settled` lines every row on disk was written under.
    ///
    /// Only people of whom a later line speaks are affected; the others' rows already say who they are.
    pub fn from_steps(steps: &[Step], settled: u64) -> Self {
        let undone: HashSet<u64> = steps
            .iter()
            .filter_map(|step| match step {
                Step::Undo(at) => Some(*at),
                Step::Merge(_) => None,
            })
            .collect();
        let mut parents: HashMap<i64, i64> = HashMap::new();
        for (at, step) in steps.iter().enumerate() {
            if let Step::Merge(merge) = step
                && !undone.contains(&(at as u64))
            {
                let (from, into) = (root(&mut parents, merge.from), root(&mut parents, merge.into));
                if from != into {
                    parents.insert(from, into);
                }
            }
        }
        let people: Vec<i64> = parents.keys().copied().collect();
        let canonical: HashMap<i64, i64> =
            people.into_iter().map(|person| (person, root(&mut parents, person))).collect();

        let mut spoken_of = HashSet::new();
        let mut split = false;
        let late = steps.iter().skip(usize::try_from(settled).unwrap_or(usize::MAX));
        for step in late {
            let merge = match step {
                Step::Merge(merge) => Some(merge),
                Step::Undo(at) => {
                    split = true;
                    match usize::try_from(*at).ok().and_then(|at| steps.get(at)) {
                        Some(Step::Merge(merge)) => Some(merge),
                        _ => None,
                    }
                }
            };
            spoken_of.extend(merge.into_iter().flat_map(|merge| [merge.from, merge.into]));
        }
        let of = |person: i64| canonical.get(&person).copied().unwrap_or(person);
        let roots: HashSet<i64> = spoken_of.iter().map(|person| of(*person)).collect();
        // Rows of an undone merge lie under whoever was the root then, whom a line of the log names too.
        let mut affected: HashSet<i64> =
            canonical.iter().filter(|(_, root)| roots.contains(root)).map(|(person, _)| *person).collect();
        affected.extend(roots);
        affected.extend(spoken_of);
        if split {
            affected.extend(neighbours(steps, &affected));
        }
        Self { canonical, split, steps: steps.len() as u64, affected }
    }

    /// Who a person is after every merge.
    pub fn of(&self, person: i64) -> i64 {
        self.canonical.get(&person).copied().unwrap_or(person)
    }

    /// Who did an event, by the distinct id.
    pub fn of_id(&self, distinct_id: &str) -> i64 {
        self.of(person_of(distinct_id))
    }

    /// Who a row belongs to, by its person column, or its distinct id where a merge was undone.
    pub fn person(&self, written: i64, distinct_id: &str) -> i64 {
        if self.split && self.affected.contains(&written) {
            self.of_id(distinct_id)
        } else {
            self.of(written)
        }
    }

    /// The people whose rows may lie in several places or under another person.
    pub fn affected(&self) -> &HashSet<i64> {
        &self.affected
    }

    /// True when every row's person column says who it belongs to.
    pub fn is_settled(&self) -> bool {
        self.affected.is_empty()
    }
}

/// Everyone whom any line of the log, undone or not, ties to one of these people, over any number of lines.
fn neighbours(steps: &[Step], people: &HashSet<i64>) -> HashSet<i64> {
    let mut parents = HashMap::new();
    let mut named = HashSet::new();
    for step in steps {
        if let Step::Merge(merge) = step {
            let (from, into) = (root(&mut parents, merge.from), root(&mut parents, merge.into));
            if from != into {
                parents.insert(from, into);
            }
            named.extend([merge.from, merge.into]);
        }
    }
    let wanted: HashSet<i64> = people.iter().map(|person| root(&mut parents, *person)).collect();
    named.into_iter().filter(|person| wanted.contains(&root(&mut parents, *person))).collect()
}

/// The end of a chain of parents, which is made shorter on the way.
fn root(parents: &mut HashMap<i64, i64>, person: i64) -> i64 {
    let mut end = person;
    while let Some(parent) = parents.get(&end) {
        end = *parent;
    }
    let mut at = person;
    while let Some(parent) = parents.get_mut(&at) {
        at = std::mem::replace(parent, end);
        if at == end {
            break;
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn merge(from: i64, into: i64) -> Merge {
        Merge { from, into }
    }

    #[test]
    fn merges_chain_and_repeat() {
        let identity = Identity::from_merges(&[
            merge(1, 2),
            merge(2, 3),
            merge(1, 3),
            merge(3, 3),
            merge(3, 1),
            merge(7, 8),
        ]);
        for (person, expected) in [(1, 3), (2, 3), (3, 3), (7, 8), (8, 8), (9, 9)] {
            assert_eq!(identity.of(person), expected, "{person}");
        }
        assert!(!identity.canonical.contains_key(&3), "a root is not named");
        assert_eq!(*identity.affected(), HashSet::from([1, 2, 3, 7, 8]));
        assert!(!identity.split);
    }

    #[test]
    fn an_undone_merge_is_as_if_it_had_never_been_and_its_people_are_read_by_their_ids() {
        let (anna, bert) = (person_of("anna"), person_of("bert"));
        let steps = [Step::Merge(merge(anna, bert)), Step::Undo(0)];
        let identity = Identity::from_steps(&steps, 1);
        assert_eq!((identity.of(anna), identity.of(bert)), (anna, bert));
        assert!(identity.split && identity.affected().contains(&bert) && identity.affected().contains(&anna));
        assert_eq!(identity.person(bert, "anna"), anna, "a row written while they were one");
        assert_eq!(identity.person(bert, "bert"), bert);
    }

    #[test]
    fn the_root_of_that_time_is_read_by_ids_too() {
        let (a, b, c) = (person_of("a"), person_of("b"), person_of("c"));
        // Rows of `a` were written under `c`; then `a` left `b`.
        let steps = [Step::Merge(merge(a, b)), Step::Merge(merge(b, c)), Step::Undo(0)];
        let identity = Identity::from_steps(&steps, 2);
        assert_eq!(identity.person(c, "a"), a);
        assert_eq!(identity.person(c, "b"), c);
        assert_eq!(identity.person(b, "a"), a);
    }

    #[test]
    fn what_every_row_was_written_under_affects_nobody() {
        let steps = [Step::Merge(merge(1, 2)), Step::Merge(merge(5, 6))];
        assert!(Identity::from_steps(&steps, 2).is_settled());
        let later = Identity::from_steps(&steps, 1);
        assert_eq!(*later.affected(), HashSet::from([5, 6]));
        let steps = [steps[0], steps[1], Step::Merge(merge(2, 6))];
        let joined = Identity::from_steps(&steps, 2);
        assert_eq!(*joined.affected(), HashSet::from([1, 2, 5, 6]), "everyone who is now the same person");
    }

    proptest! {
        #[test]
        fn merged_people_are_one_and_nobody_else_is(pairs in prop::collection::vec((0_i64..20, 0_i64..20), 0..30)) {
            let merges: Vec<Merge> = pairs.iter().map(|(from, into)| merge(*from, *into)).collect();
            let identity = Identity::from_merges(&merges);
            // The plainest way: colours that spread until nothing changes.
            let mut colour: Vec<usize> = (0..20).collect();
            for _ in 0..20 {
                for (from, into) in &pairs {
                    let least = colour[*from as usize].min(colour[*into as usize]);
                    colour[*from as usize] = least;
                    colour[*into as usize] = least;
                }
            }
            for a in 0..20 {
                for b in 0..20 {
                    let same = identity.of(a) == identity.of(b);
                    prop_assert_eq!(same, colour[a as usize] == colour[b as usize]);
                }
                prop_assert_eq!(identity.of(identity.of(a)), identity.of(a));
            }
        }

        #[test]
        fn a_row_written_at_any_time_is_read_right(
            lines in prop::collection::vec((0_usize..8, 0_usize..8, any::<bool>(), 0_usize..12), 0..12),
            at in 0_usize..12,
            settled in 0_usize..12,
        ) {
            let ids: Vec<String> = (0..8).map(|id| format!("id {id}")).collect();
            let mut steps = Vec::new();
            for (from, into, undo, place) in lines {
                if undo && place < steps.len() {
                    steps.push(Step::Undo(place as u64));
                } else {
                    steps.push(Step::Merge(merge(person_of(&ids[from]), person_of(&ids[into]))));
                }
            }
            let settled = settled.min(steps.len());
            let at = at.clamp(settled, steps.len());
            let then = Identity::from_steps(&steps[..at], 0);
            let now = Identity::from_steps(&steps, settled as u64);
            for id in &ids {
                let written = then.of_id(id);
                prop_assert_eq!(now.person(written, id), now.of_id(id));
                if !now.affected().contains(&written) {
                    prop_assert_eq!(written, now.of_id(id), "a row that is not read aside says who it is");
                }
            }
        }
    }
}

//! Everybody of whom something was said, and which merges are believed of them.

use std::collections::{HashMap, HashSet};

use flywheel_people::{Event, person_of};

use super::log::undone_places;
use super::{Claim, Doubt, How, Line, Preview};
use crate::draft::LENGTH_AT_MOST;

/// Ids that many people share, because a program writes them for everybody; nobody is merged by them.
const SHARED: [&str; 13] = [
    "$posthog_cookieless",
    "anonymous",
    "anonymous-user",
    "anon",
    "backend",
    "email",
    "guest",
    "id",
    "not_authenticated",
    "system",
    "unknown",
    "user",
    "user_id",
];

/// Everybody of whom something was said.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct People {
    parents: HashMap<i64, i64>,
    identified: HashSet<i64>,
    names: HashMap<i64, String>,
    undone: HashSet<(i64, i64)>,
    refused: HashSet<(i64, i64)>,
}

impl People {
    /// The state that a log leads to.
    pub fn replay(lines: &[Line]) -> Self {
        let undone = undone_places(lines);
        let mut people = Self::default();
        for (place, line) in lines.iter().enumerate() {
            match line {
                Line::Identified { id, .. } => people.identify(id),
                Line::Merged { from, into, .. } if undone.contains(&(place as u64)) => {
                    people.name(from);
                    people.name(into);
                    people.undone.insert(pair(from, into));
                    // Who a person said they are stays said, whomever they were taken for besides.
                    people.identify(into);
                }
                Line::Merged { from, into, .. } => people.merge(from, into),
                Line::Refused { from, into, .. } => drop(people.refused.insert(pair(from, into))),
                Line::Undone { .. } => {}
            }
        }
        people
    }

    /// Hears an event: the lines that it adds to the log, none for most events and for what is known already.
    pub fn hear(&mut self, event: &Event) -> Vec<Line> {
        let Some(claim) = Claim::of(event) else { return Vec::new() };
        let (at, id) = (event.received, event.uuid);
        let mut lines = Vec::new();
        if let Some(from) = &claim.from
            && !self.are_one(from, &claim.into)
        {
            let (how, from, into) = (claim.how, from.clone(), claim.into.clone());
            match self.doubt(&claim) {
                None => {
                    self.merge(&from, &into);
                    lines.push(Line::Merged { at, event: id, how, from, into });
                    return lines;
                }
                Some(why) if self.refused.insert(pair(&from, &into)) => {
                    lines.push(Line::Refused { at, event: id, how, from, into, why });
                }
                Some(_) => {}
            }
        }
        if claim.how == How::Identify
            && event.event == "$identify"
            && possible(&claim.into).is_none()
            && !self.identified.contains(&self.root(person_of(&claim.into)))
        {
            self.identify(&claim.into);
            lines.push(Line::Identified { at, event: id, id: claim.into });
        }
        lines
    }

    /// What a claim would do, without doing it.
    pub fn preview(&self, claim: &Claim) -> Preview {
        let from = claim.from.as_deref().unwrap_or(&claim.into);
        Preview { why_not: self.doubt(claim), from: self.ids_with(from), into: self.ids_with(&claim.into) }
    }

    /// Who a person is after every merge.
    pub fn of(&self, distinct_id: &str) -> i64 {
        self.root(person_of(distinct_id))
    }

    /// True when two ids are one person.
    pub fn are_one(&self, one: &str, other: &str) -> bool {
        self.of(one) == self.of(other)
    }

    /// True when somebody was identified.
    pub fn is_identified(&self, distinct_id: &str) -> bool {
        self.identified.contains(&self.of(distinct_id))
    }

    fn doubt(&self, claim: &Claim) -> Option<Doubt> {
        let from = claim.from.as_deref()?;
        if let Some(doubt) = possible(from).or_else(|| possible(&claim.into)) {
            return Some(doubt);
        }
        if claim.how == How::Dangerous {
            return None;
        }
        if self.undone.contains(&pair(from, &claim.into)) {
            return Some(Doubt::Undone);
        }
        self.is_identified(from).then_some(Doubt::Identified)
    }

    fn merge(&mut self, from: &str, into: &str) {
        self.name(from);
        self.name(into);
        let (from, into) = (self.root(person_of(from)), self.root(person_of(into)));
        if from != into {
            self.parents.insert(from, into);
            self.identified.remove(&from);
        }
        self.identified.insert(into);
    }

    fn identify(&mut self, id: &str) {
        let root = self.root(person_of(id));
        self.identified.insert(root);
    }

    fn name(&mut self, id: &str) {
        self.names.entry(person_of(id)).or_insert_with(|| id.to_owned());
    }

    fn root(&self, person: i64) -> i64 {
        let mut end = person;
        while let Some(parent) = self.parents.get(&end) {
            end = *parent;
        }
        end
    }

    /// Every id of the person that this one belongs to, as far as a merge named it.
    pub(super) fn ids_with(&self, id: &str) -> Vec<String> {
        let root = self.of(id);
        let known = self.names.iter().filter(|(person, _)| self.root(**person) == root);
        let mut ids: Vec<String> = known.map(|(_, name)| name.clone()).collect();
        if !ids.iter().any(|known| known == id) {
            ids.push(id.to_owned());
        }
        ids.sort();
        ids
    }
}

/// Two people in no order.
fn pair(one: &str, other: &str) -> (i64, i64) {
    let (one, other) = (person_of(one), person_of(other));
    (one.min(other), one.max(other))
}

/// Why an id can be nobody's alone.
fn possible(id: &str) -> Option<Doubt> {
    if id.is_empty() || id.chars().count() > LENGTH_AT_MOST || crate::draft::is_nobody(id) {
        return Some(Doubt::Impossible);
    }
    SHARED.iter().any(|shared| id.eq_ignore_ascii_case(shared)).then_some(Doubt::Shared)
}

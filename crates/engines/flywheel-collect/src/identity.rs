//! Who is who: what `$identify`, aliases and merges say, and when it is believed.
//!
//! The rules are PostHog's. `$identify` with `$anon_distinct_id` and `$create_alias` merge somebody nameless into the
//! person of the event; somebody who was identified before is never merged so, because two people who share a computer
//! would become one for good. Only `$merge_dangerously` merges whoever it names.
//! Every belief is a [`Line`] of a log that only grows; an undo is a line too, and the state follows from the lines alone.

use std::collections::{HashMap, HashSet};

use flywheel_people::event::text_of;
use flywheel_people::groups::IDENTIFIES;
use flywheel_people::identity::{Merge, Step};
use flywheel_people::{Event, person_of};
use flywheel_spec::{Phrase, phrase};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

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

/// How a merge was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// Somebody nameless said who they are.
    Identify,
    /// Two ids were said to be one person.
    Alias,
    /// Two people were said to be one, whoever they are.
    Dangerous,
}

/// Why a merge was not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// The person who would be merged was identified before.
    Identified,
    /// Many people share one of the ids.
    Shared,
    /// The same merge was undone by hand.
    Undone,
    /// One of the ids is longer than 200 characters, or none that a person can have.
    Impossible,
}

/// One line of the log of who is who.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Line {
    /// An id was identified for the first time.
    Identified {
        /// When that arrived, microseconds.
        at: i64,
        /// The event that said so.
        event: Uuid,
        /// The id.
        id: String,
    },
    /// Two people are one from now on, and were all along.
    Merged {
        /// When that arrived, microseconds.
        at: i64,
        /// The event that said so.
        event: Uuid,
        /// How.
        how: How,
        /// An id of whoever goes into the other.
        from: String,
        /// An id of whom they go into.
        into: String,
    },
    /// A merge that was not believed; said once for each pair.
    Refused {
        /// When that arrived, microseconds.
        at: i64,
        /// The event that said so.
        event: Uuid,
        /// How.
        how: How,
        /// Who would have gone into the other.
        from: String,
        /// Whom they would have gone into.
        into: String,
        /// Why not.
        why: Doubt,
    },
    /// A merge is as if it had never been.
    Undone {
        /// When, microseconds.
        at: i64,
        /// The place of the merge among the lines, counted from 0.
        merge: u64,
    },
}

/// What an event says of who is who.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// How.
    pub how: How,
    /// Who is to go into the person; `None` where the person is only identified.
    pub from: Option<String>,
    /// The person.
    pub into: String,
}

/// What would come of a claim or an undo, before anything is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// Why nothing would be done; `None` when it would.
    pub why_not: Option<Doubt>,
    /// The known ids on the one side, in order.
    pub from: Vec<String>,
    /// The known ids on the other side, in order.
    pub into: Vec<String>,
}

/// Everybody of whom something was said.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct People {
    parents: HashMap<i64, i64>,
    identified: HashSet<i64>,
    names: HashMap<i64, String>,
    undone: HashSet<(i64, i64)>,
    refused: HashSet<(i64, i64)>,
}

impl Claim {
    /// What an event says of who is who, if anything.
    pub fn of(event: &Event) -> Option<Self> {
        let other = |name: &str| match event.properties.get(name) {
            Some(Value::String(text)) => Some(text.trim().to_owned()),
            Some(Value::Number(number)) => Some(number.to_string()),
            _ => None,
        };
        let into = event.distinct_id.clone();
        match event.event.as_str() {
            "$create_alias" => Some(Self { how: How::Alias, from: Some(other("alias")?), into }),
            "$merge_dangerously" => Some(Self { how: How::Dangerous, from: Some(other("alias")?), into }),
            "$identify" => Some(Self { how: How::Identify, from: other("$anon_distinct_id"), into }),
            // Segment's clients say both ids in every event.
            _ if event.source == crate::segment::SOURCE => {
                Some(Self { how: How::Identify, from: Some(other("$anon_distinct_id")?), into })
            }
            _ => None,
        }
    }
}

impl Doubt {
    /// What people read.
    pub fn phrase(self, from: &str, into: &str) -> Phrase {
        let key = match self {
            Self::Identified => "collect.merge_identified",
            Self::Shared => "collect.merge_shared",
            Self::Undone => "collect.merge_undone",
            Self::Impossible => "collect.merge_impossible",
        };
        Phrase::new(key)
            .with("from", crate::reason::shortened(from))
            .with("into", crate::reason::shortened(into))
    }
}

impl Line {
    /// What people read.
    pub fn phrase(&self) -> Phrase {
        let short = |id: &str| crate::reason::shortened(id);
        match self {
            Self::Identified { id, .. } => phrase!("collect.line_identified", id = short(id)),
            Self::Merged { from, into, how: How::Dangerous, .. } => {
                phrase!("collect.line_merged_dangerously", from = short(from), into = short(into))
            }
            Self::Merged { from, into, .. } => {
                phrase!("collect.line_merged", from = short(from), into = short(into))
            }
            Self::Refused { from, into, why, .. } => why.phrase(from, into),
            Self::Undone { merge, .. } => phrase!("collect.line_undone", merge = merge),
        }
    }
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
    fn ids_with(&self, id: &str) -> Vec<String> {
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

/// The log's merges and undos as readers of events take them, for [`flywheel_people::identity::Identity::from_steps`].
pub fn steps(lines: &[Line]) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut places = HashMap::new();
    for (place, line) in lines.iter().enumerate() {
        match line {
            Line::Merged { from, into, .. } => {
                places.insert(place as u64, steps.len() as u64);
                steps.push(Step::Merge(Merge { from: person_of(from), into: person_of(into) }));
            }
            Line::Undone { merge, .. } => {
                if let Some(step) = places.get(merge) {
                    steps.push(Step::Undo(*step));
                }
            }
            Line::Identified { .. } | Line::Refused { .. } => {}
        }
    }
    steps
}

/// The line that undoes a merge; `None` when there is no such merge, or it is undone already.
pub fn undo(lines: &[Line], merge: u64, at: i64) -> Option<Line> {
    let place = usize::try_from(merge).ok()?;
    let is_merge = matches!(lines.get(place)?, Line::Merged { .. });
    (is_merge && !undone_places(lines).contains(&merge)).then_some(Line::Undone { at, merge })
}

/// Who would be apart after an undo: the ids of either side.
pub fn preview_undo(lines: &[Line], merge: u64) -> Option<Preview> {
    let line = undo(lines, merge, 0)?;
    let Line::Merged { from, into, .. } = lines.get(usize::try_from(merge).ok()?)? else { return None };
    let mut after = lines.to_vec();
    after.push(line);
    let people = People::replay(&after);
    Some(Preview { why_not: None, from: people.ids_with(from), into: people.ids_with(into) })
}

/// What an event says of a group: its type, its key and its properties.
pub fn group_facts(event: &Event) -> Option<(String, String, &Map<String, Value>)> {
    if event.event != IDENTIFIES {
        return None;
    }
    let text = |name: &str| event.properties.get(name).and_then(text_of).filter(|text| !text.is_empty());
    let facts = event.properties.get("$group_set").and_then(Value::as_object)?;
    Some((text("$group_type")?, text("$group_key")?, facts))
}

fn undone_places(lines: &[Line]) -> HashSet<u64> {
    let place = |line: &Line| match line {
        Line::Undone { merge, .. } => Some(*merge),
        _ => None,
    };
    lines.iter().filter_map(place).collect()
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

#[cfg(test)]
mod tests {
    use flywheel_people::identity::Identity;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn event(name: &str, id: &str, properties: Value) -> Event {
        let Value::Object(properties) = properties else { panic!("an object") };
        Event {
            uuid: Uuid::new_v5(&Uuid::nil(), format!("{name}{id}{properties:?}").as_bytes()),
            id_kind: Default::default(),
            event: name.to_owned(),
            distinct_id: id.to_owned(),
            time: 0,
            received: 5,
            source: "posthog".to_owned(),
            properties,
        }
    }

    fn identify(id: &str, anonymous: &str) -> Event {
        event("$identify", id, json!({"$anon_distinct_id": anonymous}))
    }

    fn alias(id: &str, other: &str) -> Event {
        event("$create_alias", id, json!({"alias": other}))
    }

    fn told(events: &[Event]) -> (People, Vec<Line>) {
        let mut people = People::default();
        let lines = events.iter().flat_map(|event| people.hear(event)).collect();
        (people, lines)
    }

    fn doubts(lines: &[Line]) -> Vec<Doubt> {
        lines
            .iter()
            .filter_map(|line| if let Line::Refused { why, .. } = line { Some(*why) } else { None })
            .collect()
    }

    #[test]
    fn somebody_nameless_becomes_who_they_say() {
        let (people, lines) = told(&[identify("ada", "a1"), identify("ada", "a2"), identify("ada", "a1")]);
        assert!(people.are_one("a1", "ada") && people.are_one("a2", "a1"));
        assert_eq!(people.of("a1"), person_of("ada"));
        assert_eq!(lines.len(), 2, "what is known already adds no line");
    }

    #[test]
    fn two_identified_people_are_never_merged_by_accident() {
        // Two people sign in on one computer, and the client forgot to reset.
        let (people, lines) = told(&[
            identify("ada", "a1"),
            identify("bob", "a1"),
            identify("bob", "a1"),
            identify("bob", "ada"),
        ]);
        assert!(!people.are_one("ada", "bob"));
        assert!(people.are_one("ada", "a1"));
        assert_eq!(doubts(&lines), [Doubt::Identified, Doubt::Identified], "each pair is said once");
        assert!(people.is_identified("bob"));
        let (people, _) = told(&[
            event("$identify", "ada", json!({})),
            event("$identify", "bob", json!({})),
            alias("bob", "ada"),
        ]);
        assert!(!people.are_one("ada", "bob"));
        let dangerous = event("$merge_dangerously", "bob", json!({"alias": "ada"}));
        let (people, lines) =
            told(&[event("$identify", "ada", json!({})), event("$identify", "bob", json!({})), dangerous]);
        assert!(people.are_one("ada", "bob"), "unless it is asked for");
        assert!(matches!(lines.last(), Some(Line::Merged { how: How::Dangerous, .. })));
    }

    #[test]
    fn ids_that_everybody_has_merge_nobody() {
        let (people, lines) = told(&[
            identify("ada", "anonymous"),
            identify("bob", "Guest"),
            identify("undefined", "a1"),
            alias("ada", "null"),
            identify("ada", &"x".repeat(201)),
            alias("ada", ""),
            alias("ada", "ada"),
            event("$merge_dangerously", "ada", json!({"alias": "anonymous"})),
        ]);
        assert!(["anonymous", "Guest", "null"].iter().all(|id| !people.are_one(id, "ada")));
        assert!(!people.is_identified("undefined"));
        use Doubt::*;
        assert_eq!(doubts(&lines), [Shared, Shared, Impossible, Impossible, Impossible, Impossible]);
    }

    #[test]
    fn aliases_and_segments_events_merge_too() {
        let mut track = event("bought", "ada", json!({"$anon_distinct_id": "s1"}));
        let (people, _) = told(std::slice::from_ref(&track));
        assert!(!people.are_one("s1", "ada"), "PostHog says so with `$identify` only");
        track.source = "segment".to_owned();
        let (people, _) = told(&[alias("ada", "a1"), track]);
        assert!(people.are_one("s1", "a1"));
    }

    #[test]
    fn an_undo_is_previewed_done_and_stays_done() {
        let (_, mut lines) = told(&[identify("ada", "a1"), identify("ada", "a2"), identify("a1x", "a3")]);
        let preview = preview_undo(&lines, 0).expect("a merge");
        assert_eq!(
            (preview.from, preview.into),
            (vec!["a1".to_owned()], vec!["a2".to_owned(), "ada".to_owned()])
        );
        lines.push(undo(&lines, 0, 9).expect("a merge"));
        assert_eq!(undo(&lines, 0, 9), None, "once is enough");
        assert_eq!(undo(&lines, 77, 9), None);
        let mut people = People::replay(&lines);
        assert!(!people.are_one("a1", "ada") && people.are_one("a2", "ada"));
        let again = people.hear(&identify("ada", "a1"));
        assert_eq!(doubts(&again), [Doubt::Undone], "the client says it again, and is not believed");
        let merged = people.hear(&event("$merge_dangerously", "ada", json!({"alias": "a1"})));
        assert_eq!(merged.len(), 1);
        let identity = Identity::from_steps(&steps(&lines), 0);
        assert_ne!(identity.of_id("a1"), identity.of_id("ada"));
        assert_eq!(identity.of_id("a2"), identity.of_id("ada"));
    }

    #[test]
    fn a_merge_is_previewed_before_it_is_done() {
        let (people, _) = told(&[identify("ada", "a1"), identify("bob", "b1")]);
        let claim = |how, from: &str| Claim { how, from: Some(from.to_owned()), into: "ada".to_owned() };
        let preview = people.preview(&claim(How::Identify, "b1"));
        assert_eq!(preview.why_not, Some(Doubt::Identified));
        assert_eq!(preview.from, ["b1", "bob"]);
        assert_eq!(preview.into, ["a1", "ada"]);
        assert_eq!(people.preview(&claim(How::Dangerous, "b1")).why_not, None);
        assert_eq!(people.preview(&claim(How::Identify, "new")).from, ["new"]);
    }

    #[test]
    fn groups_say_what_they_are() {
        let told = event(
            "$groupidentify",
            "$company_acme",
            json!({"$group_type": "company", "$group_key": "acme", "$group_set": {"size": 5}}),
        );
        let (kind, key, facts) = group_facts(&told).expect("facts");
        assert_eq!((kind.as_str(), key.as_str(), &facts["size"]), ("company", "acme", &json!(5)));
        let numbered = json!({"$group_type": "company", "$group_key": 7, "$group_set": {}});
        assert_eq!(group_facts(&event("$groupidentify", "ada", numbered)).expect("facts").1, "7");
        assert_eq!(group_facts(&event("bought", "a", json!({}))), None);
    }

    proptest! {
        #[test]
        fn the_log_alone_leads_to_the_same_people(said in proptest::collection::vec((0..4_u8, 0..8_u8, 0..8_u8), 0..30), undone in 0..8_usize) {
            let events: Vec<Event> = said.iter().map(|(how, from, into)| {
                let (from, into) = (format!("id {from}"), format!("id {into}"));
                match how {
                    0 => identify(&into, &from),
                    1 => alias(&into, &from),
                    2 => event("$identify", &into, json!({})),
                    _ => event("$merge_dangerously", &into, json!({"alias": from})),
                }
            }).collect();
            let (people, mut lines) = told(&events);
            let replayed = People::replay(&lines);
            let identity = Identity::from_steps(&steps(&lines), 0);
            for a in 0..8 {
                let a = format!("id {a}");
                prop_assert_eq!(people.of(&a), replayed.of(&a));
                prop_assert_eq!(people.of(&a), identity.of_id(&a));
                prop_assert_eq!(people.is_identified(&a), replayed.is_identified(&a));
            }
            if let Some(line) = undo(&lines, undone as u64, 9) {
                lines.push(line);
                let replayed = People::replay(&lines);
                let identity = Identity::from_steps(&steps(&lines), 0);
                for (a, b) in (0..8).flat_map(|a| (0..8).map(move |b| (format!("id {a}"), format!("id {b}")))) {
                    prop_assert_eq!(replayed.are_one(&a, &b), identity.of_id(&a) == identity.of_id(&b));
                }
            }
        }

        #[test]
        fn without_danger_nobody_identified_is_ever_moved(said in proptest::collection::vec((0..3_u8, 0..8_u8, 0..8_u8), 0..30)) {
            let mut people = People::default();
            for (how, from, into) in said {
                let (from, into) = (format!("id {from}"), format!("id {into}"));
                let was = (people.is_identified(&from) && people.is_identified(&into), people.are_one(&from, &into));
                let event = match how {
                    0 => identify(&into, &from),
                    1 => alias(&into, &from),
                    _ => event("$identify", &into, json!({})),
                };
                people.hear(&event);
                if was == (true, false) {
                    prop_assert!(!people.are_one(&from, &into));
                }
            }
        }
    }
}

//! What a stretch of events adds to the catalogue: counted once, on the way into the table.

use std::collections::{BTreeMap, HashMap};

use flywheel_collect::identity::group_facts;
use flywheel_people::event::text_of;
use flywheel_people::{Event, IdKind};
use flywheel_spec::events::ValueKind;
use flywheel_spec::product::Owner;
use serde_json::{Map, Value};

use super::plan::Plan;

/// Microseconds of a day.
pub(crate) const DAY: i64 = 86_400_000_000;

/// Names of events that are told apart; what comes beyond is counted under [`BEYOND`].
const EVENTS_AT_MOST: usize = 5_000;

/// Names of an event's properties that are told apart.
const PROPERTIES_AT_MOST: usize = 500;

/// Values that are kept as examples: enough that a question in one's own words may name one.
pub(crate) const EXAMPLES: usize = 16;

/// Letters of an example.
const EXAMPLE_LETTERS: usize = 80;

/// The name under which too many names are counted.
pub(crate) const BEYOND: &str = "…";

/// What is counted of every event.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Tally {
    /// By the event's name.
    pub events: HashMap<String, EventTally>,
}

/// What is counted of one event.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct EventTally {
    pub count: u64,
    pub first: i64,
    pub last: i64,
    pub derived: u64,
    pub arrivals: u64,
    /// By the day's number since 1970, UTC.
    pub days: BTreeMap<i64, u64>,
    /// By source and library; an absent library is an empty text.
    pub senders: HashMap<(String, String), u64>,
    /// The event's own properties.
    pub own: HashMap<String, PropertyTally>,
    /// The person's.
    pub persons: HashMap<String, PropertyTally>,
    /// Those of groups, by whole name, such as `company.plan`.
    pub groups: HashMap<String, PropertyTally>,
    /// By property and rule.
    pub violations: BTreeMap<(String, String), ViolationTally>,
}

/// What is counted of one property.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PropertyTally {
    pub count: u64,
    pub first: i64,
    pub last: i64,
    /// In the order of [`ValueKind::ALL`].
    pub kinds: [u64; 6],
    pub examples: Vec<String>,
}

/// What is counted of one broken rule.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ViolationTally {
    pub phrase: flywheel_spec::Phrase,
    pub count: u64,
    pub first: i64,
    pub last: i64,
    pub examples: Vec<String>,
}

impl Tally {
    /// Counts one event.
    pub fn add(&mut self, event: &Event, plan: &Plan) {
        let known = self.events.contains_key(&event.event);
        let name = if known || self.events.len() < EVENTS_AT_MOST { event.event.as_str() } else { BEYOND };
        if !self.events.contains_key(name) {
            self.events.insert(name.to_owned(), EventTally::starting(event.time));
        }
        if let Some(tally) = self.events.get_mut(name) {
            tally.add(event);
            plan.judge(event, |property, rule, phrase, found| {
                tally.violated(property, rule, phrase, found, event.time);
            });
        }
    }
}

impl EventTally {
    fn starting(time: i64) -> Self {
        Self {
            count: 0,
            first: time,
            last: time,
            derived: 0,
            arrivals: 0,
            days: BTreeMap::new(),
            senders: HashMap::new(),
            own: HashMap::new(),
            persons: HashMap::new(),
            groups: HashMap::new(),
            violations: BTreeMap::new(),
        }
    }

    fn add(&mut self, event: &Event) {
        self.count += 1;
        self.first = self.first.min(event.time);
        self.last = self.last.max(event.time);
        match event.id_kind {
            IdKind::Sent => {}
            IdKind::Derived => self.derived += 1,
            IdKind::Arrival => self.arrivals += 1,
        }
        *self.days.entry(event.time.div_euclid(DAY)).or_default() += 1;
        let library = event.properties.get("$lib").and_then(Value::as_str).unwrap_or_default();
        let sender = self.senders.entry((event.source.clone(), library.to_owned()));
        *sender.or_default() += 1;
        for (name, value) in &event.properties {
            match (name.as_str(), value) {
                ("$set" | "$set_once", Value::Object(set)) => all(&mut self.persons, set, event.time),
                _ => one(&mut self.own, name, value, event.time),
            }
        }
        if let Some((kind, _, facts)) = group_facts(event) {
            for (name, value) in facts {
                one(&mut self.groups, &format!("{kind}.{name}"), value, event.time);
            }
        }
    }

    /// Its properties by whose they are, each owner by the name that the ledger knows it by.
    pub fn properties(&self) -> [(Owner, &'static str, &HashMap<String, PropertyTally>); 3] {
        [
            (Owner::Event, "event", &self.own),
            (Owner::Person, "person", &self.persons),
            (Owner::Group, "group", &self.groups),
        ]
    }

    fn violated(
        &mut self,
        property: &str,
        rule: String,
        phrase: flywheel_spec::Phrase,
        found: Option<&Value>,
        time: i64,
    ) {
        let tally = self.violations.entry((property.to_owned(), rule)).or_insert_with(|| ViolationTally {
            phrase,
            count: 0,
            first: time,
            last: time,
            examples: Vec::new(),
        });
        tally.count += 1;
        tally.first = tally.first.min(time);
        tally.last = tally.last.max(time);
        if tally.examples.len() < EXAMPLES {
            let example = found.map_or_else(|| "–".to_owned(), example);
            if !tally.examples.contains(&example) {
                tally.examples.push(example);
            }
        }
    }
}

/// Examples of both, as many as are shown.
pub(crate) fn join(examples: &mut Vec<String>, others: Vec<String>) {
    for example in others {
        if examples.len() < EXAMPLES && !examples.contains(&example) {
            examples.push(example);
        }
    }
}

fn all(tallies: &mut HashMap<String, PropertyTally>, properties: &Map<String, Value>, time: i64) {
    for (name, value) in properties {
        one(tallies, name, value, time);
    }
}

fn one(tallies: &mut HashMap<String, PropertyTally>, name: &str, value: &Value, time: i64) {
    let name = if tallies.contains_key(name) || tallies.len() < PROPERTIES_AT_MOST { name } else { BEYOND };
    if !tallies.contains_key(name) {
        let fresh = PropertyTally { count: 0, first: time, last: time, kinds: [0; 6], examples: Vec::new() };
        tallies.insert(name.to_owned(), fresh);
    }
    let Some(tally) = tallies.get_mut(name) else { return };
    tally.count += 1;
    tally.first = tally.first.min(time);
    tally.last = tally.last.max(time);
    let kind = ValueKind::of(value);
    if let Some(place) = ValueKind::ALL.iter().position(|known| *known == kind) {
        tally.kinds[place] += 1;
    }
    if tally.examples.len() < EXAMPLES && kind != ValueKind::Null {
        let example = example(value);
        if !tally.examples.contains(&example) {
            tally.examples.push(example);
        }
    }
}

/// Every value of an event as it may be shown for an example.
pub(crate) fn examples_of(event: &Event) -> Vec<String> {
    let mut examples = Vec::new();
    for (name, value) in &event.properties {
        examples.push(example(value));
        if let ("$set" | "$set_once" | "$group_set", Value::Object(set)) = (name.as_str(), value) {
            examples.extend(set.values().map(example));
        }
    }
    examples
}

/// A value as it is shown.
fn example(value: &Value) -> String {
    let text = text_of(value).unwrap_or_default();
    match text.char_indices().nth(EXAMPLE_LETTERS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::events::testing::event;

    #[test]
    fn what_events_carry_is_counted_by_kind_with_examples() {
        let mut events = Vec::new();
        for index in 0..20_i64 {
            let mut one = event(&format!("p{index}"), "bought", index * DAY / 3);
            one.id_kind = [IdKind::Sent, IdKind::Derived, IdKind::Arrival][index as usize % 3];
            let amount = if index % 4 == 0 { json!("many") } else { json!(index) };
            one.properties = json!({"amount": amount, "$lib": "web", "$set": {"plan": "pro"}, "none": null})
                .as_object()
                .cloned()
                .unwrap_or_default();
            events.push(one);
        }
        let mut whole = Tally::default();
        for event in &events {
            whole.add(event, &Plan::default());
        }
        let bought = &whole.events["bought"];
        assert_eq!((bought.count, bought.derived, bought.arrivals), (20, 7, 6));
        assert_eq!(bought.days.values().sum::<u64>(), 20);
        let amount = &bought.own["amount"];
        assert_eq!((amount.count, amount.kinds[0], amount.kinds[1]), (20, 5, 15));
        let expected = "many 1 2 3 5 6 7 9 10 11 13 14 15 17 18 19";
        assert_eq!(amount.examples, expected.split(' ').collect::<Vec<_>>(), "the first of each value");
        assert_eq!(bought.persons["plan"].count, 20);
        assert!(!bought.own.contains_key("$set"));
        assert!(bought.own["none"].examples.is_empty());
    }

    #[test]
    fn what_is_said_of_groups_is_counted_by_type() {
        let mut told = event("ann", "$groupidentify", 5);
        told.properties =
            json!({"$group_type": "company", "$group_key": "acme", "$group_set": {"plan": "pro", "size": 5}})
                .as_object()
                .cloned()
                .unwrap_or_default();
        let mut tally = Tally::default();
        tally.add(&told, &Plan::default());
        let told_of = &tally.events["$groupidentify"];
        assert_eq!(told_of.groups["company.plan"].examples, ["pro"]);
        assert_eq!(told_of.groups["company.size"].count, 1);
        assert_eq!(examples_of(&told).iter().filter(|example| *example == "pro").count(), 1);
    }
}

//! What is known of groups: the newest value of each property that a question asks about, and every property's name.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use flywheel_people::groups::IDENTIFIES;
use flywheel_people::{
    Column, Fold, FoldError, GroupValues, Groups, Partial, PersonEvents, Question, Reading, erase,
};
use flywheel_spec::product::{EventFilter, Property};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What is asked of the groups; plain data, so that another machine asks the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupsAsked {
    /// The whole names of properties, such as `company.plan`.
    pub properties: BTreeSet<String>,
}

/// What the groups have.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GroupsKnown {
    /// The newest values of the properties that were asked about.
    pub values: Groups,
    /// The whole name of every property that any group ever had.
    pub names: BTreeSet<String>,
}

impl GroupsAsked {
    /// The fold that finds them; it looks at all times, as what groups have counts for their events before, too.
    pub fn fold(&self) -> Arc<dyn Fold> {
        let column = |name: &str| Column::Text { property: Property::of_event(name) };
        let reading = Reading {
            filters: vec![EventFilter::named(IDENTIFIES)],
            columns: ["$group_type", "$group_key", "$group_set"].map(column).to_vec(),
            ..Reading::default()
        };
        erase(Arc::new(Facts { asked: self.properties.clone(), reading }))
    }
}

impl GroupsKnown {
    /// What a merged state of the fold found.
    ///
    /// # Errors
    /// When the state is another fold's.
    pub fn of(state: Box<dyn Partial>) -> Result<Self, FoldError> {
        let state = state.into_any().downcast::<State>().map_err(|_| FoldError::Foreign)?;
        let known = |groups: BTreeMap<String, Said>| -> GroupValues {
            let value = |text: &str| serde_json::from_str(text).ok().filter(|value: &Value| !value.is_null());
            groups.into_iter().filter_map(|(key, said)| Some((key, value(&said.value)?))).collect()
        };
        let values = state.values.into_iter().map(|(name, groups)| (name, known(groups))).collect();
        Ok(Self { values, names: state.names })
    }
}

struct Facts {
    asked: BTreeSet<String>,
    reading: Reading,
}

/// What was found so far.
#[derive(Debug, Default, Serialize, Deserialize)]
struct State {
    /// By property and key.
    values: BTreeMap<String, BTreeMap<String, Said>>,
    names: BTreeSet<String>,
}

/// What was said of a group, and when; of two words of one moment the last in alphabetical order counts.
#[derive(Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Said {
    time: i64,
    /// As JSON.
    value: String,
}

impl State {
    fn hear(&mut self, name: String, key: String, said: Said) {
        let groups = self.values.entry(name).or_default();
        match groups.get_mut(&key) {
            Some(known) if *known >= said => {}
            Some(known) => *known = said,
            None => drop(groups.insert(key, said)),
        }
    }
}

impl Question for Facts {
    type State = State;

    fn reading(&self) -> &Reading {
        &self.reading
    }

    fn person(&self, state: &mut State, events: &PersonEvents<'_>) {
        for event in 0..events.len() {
            let text = |column: usize| events.text(column, event).filter(|text| !text.is_empty());
            let (Some(kind), Some(key), Some(set)) = (text(0), text(1), text(2)) else { continue };
            let Ok(Value::Object(set)) = serde_json::from_str::<Value>(set) else { continue };
            for (property, value) in set {
                let name = format!("{kind}.{property}");
                if self.asked.contains(&name) {
                    let said = Said { time: events.times[event], value: value.to_string() };
                    state.hear(name.clone(), key.to_owned(), said);
                }
                state.names.insert(name);
            }
        }
    }

    fn merge(&self, state: &mut State, other: State) {
        for (name, groups) in other.values {
            for (key, said) in groups {
                state.hear(name.clone(), key, said);
            }
        }
        state.names.extend(other.names);
    }
}

#[cfg(test)]
mod tests {
    use flywheel_people::memory::fold_unmerged;
    use flywheel_people::{Event, IdKind};
    use serde_json::json;

    use super::*;

    fn said(who: &str, time: i64, key: Value, set: Value) -> Event {
        let properties = json!({"$group_type": "company", "$group_key": key, "$group_set": set});
        Event {
            uuid: uuid::Uuid::from_u128(time.unsigned_abs().into()),
            id_kind: IdKind::Sent,
            event: IDENTIFIES.to_owned(),
            distinct_id: who.to_owned(),
            time,
            received: time,
            source: "test".to_owned(),
            properties: properties.as_object().cloned().unwrap_or_default(),
        }
    }

    #[test]
    fn the_newest_word_on_a_group_counts_whoever_says_it() {
        let events = [
            said("ann", 3, json!("acme"), json!({"plan": "pro", "size": 5})),
            said("bob", 1, json!("acme"), json!({"plan": "free", "industry": "toys"})),
            said("bob", 2, json!(7), json!({"plan": "free"})),
            said("cem", 2, json!("gone"), json!({"plan": "free"})),
            said("ann", 4, json!("gone"), json!({"plan": null})),
            said("ann", 5, json!(""), json!({"plan": "nobody's"})),
            said("ann", 6, json!("acme"), json!("no object")),
        ];
        let asked = GroupsAsked { properties: ["company.plan".to_owned(), "team.plan".to_owned()].into() };
        let fold = asked.fold();
        let mut merged = fold.start();
        for events in [&events[..2], &events[2..]] {
            let state = fold_unmerged(fold.as_ref(), events).expect("conditions").bytes().expect("bytes");
            merged.merge(fold.read(&state).expect("a state")).expect("the same fold");
        }
        let known = GroupsKnown::of(merged).expect("its own state");
        let plans = GroupValues::from([("7".to_owned(), json!("free")), ("acme".to_owned(), json!("pro"))]);
        assert_eq!(known.values, Groups::from([("company.plan".to_owned(), plans)]));
        let names = ["company.industry", "company.plan", "company.size"].map(str::to_owned);
        assert_eq!(known.names, BTreeSet::from(names));
    }
}

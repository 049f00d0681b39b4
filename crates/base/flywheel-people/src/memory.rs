//! Events in memory, shown to a fold: for tests, for small lists, and as the plainest statement of what every reader must do.

use std::collections::BTreeMap;

use flywheel_spec::Problems;
use flywheel_spec::product::{Owner, Property};
use serde_json::Value;

use crate::condition::ReadyFilter;
use crate::dictionary::{Dictionary, NONE};
use crate::event::{Event, by_text, number_of, person_of, text_of};
use crate::fold::{Fold, Partial};
use crate::groups::parts;
use crate::person::{PersonEvents, Slice};
use crate::reading::{Column, Unit};
use crate::segments::standing;

/// Shows every person of `events` to a new state of the fold; `person` says who a distinct id is, after all merges.
///
/// # Errors
/// When a condition of the reading is wrong.
pub fn fold_events(
    fold: &dyn Fold,
    events: &[Event],
    person: impl Fn(&str) -> i64,
) -> Result<Box<dyn Partial>, Problems> {
    let reading = fold.reading();
    let filters = reading.filters.iter().map(ReadyFilter::new).collect::<Result<Vec<_>, _>>()?;
    let mut people: BTreeMap<i64, Vec<&Event>> = BTreeMap::new();
    for event in events {
        let unit = match &reading.unit {
            Unit::Person => Some(person(&event.distinct_id)),
            Unit::Group { group } => group_of(event, group).map(|key| person_of(&key)),
        };
        if let Some(unit) = unit {
            people.entry(unit).or_default().push(event);
        }
    }
    let mut state = fold.start();
    // One for all people: a state remembers a reader's numbers.
    let mut dictionary = Dictionary::default();
    for (person, mut events) in people {
        events.sort_by_key(|event| event.time);
        show(fold, &filters, person, &events, &mut dictionary, state.as_mut());
    }
    Ok(state)
}

/// Shows every event's own distinct id as one person: nothing merged.
///
/// # Errors
/// When a condition of the reading is wrong.
pub fn fold_unmerged(fold: &dyn Fold, events: &[Event]) -> Result<Box<dyn Partial>, Problems> {
    fold_events(fold, events, person_of)
}

/// The group of that type which an event names.
pub fn group_of(event: &Event, group: &str) -> Option<String> {
    event.properties.get("$groups").and_then(|groups| groups.get(group)).and_then(text_of)
}

/// A person's property as it stands after these events: the newest `$set`, else the oldest `$set_once`.
///
/// Of two at one moment the later [by text](by_text) is the newer, so that no order of reading matters.
pub fn person_value<'e>(events: &[&'e Event], name: &str) -> Option<&'e Value> {
    let said = |key: &'static str| {
        let of = move |event: &'e Event| Some((event.time, event.properties.get(key)?.get(name)?));
        events.iter().copied().filter_map(of)
    };
    let order = |one: &(i64, &Value), other: &(i64, &Value)| {
        one.0.cmp(&other.0).then_with(|| by_text(one.1, other.1))
    };
    let set = said("$set").max_by(order);
    set.or_else(|| said("$set_once").min_by(order)).map(|(_, value)| value)
}

/// What the group that an event names has for a property, such as `company.plan`.
fn group_value<'f>(fold: &'f dyn Fold, event: &Event, name: &str) -> Option<&'f Value> {
    let (kind, _) = parts(name)?;
    fold.group_values(name)?.get(&group_of(event, kind)?)
}

fn show(
    fold: &dyn Fold,
    filters: &[ReadyFilter],
    person: i64,
    events: &[&Event],
    dictionary: &mut Dictionary,
    state: &mut dyn Partial,
) {
    let reading = fold.reading();
    let mut allowed = 0_u64;
    for (bit, filter) in filters.iter().enumerate() {
        let fits = filter.person_conditions.iter().all(|condition| {
            condition.fits(person_value(events, &condition.property).and_then(text_of).as_deref())
        }) && filter
            .segment_conditions
            .iter()
            .all(|condition| condition.fits(Some(standing(fold.members(&condition.property), person))));
        allowed |= u64::from(fits) << bit;
    }
    let inside = |event: &Event| {
        reading.from.is_none_or(|from| event.time >= from) && reading.to.is_none_or(|to| event.time < to)
    };
    let mut shown: Vec<&Event> = Vec::new();
    let (mut times, mut marks) = (Vec::new(), Vec::new());
    for event in events.iter().copied().filter(|event| inside(event)) {
        let of_group = |name: &str| group_value(fold, event, name).and_then(text_of);
        let fits_groups = |filter: &ReadyFilter| {
            let mut conditions = filter.group_conditions.iter();
            conditions.all(|condition| condition.fits(of_group(&condition.property).as_deref()))
        };
        let fits =
            filters.iter().enumerate().filter(|(_, filter)| filter.fits_event(event) && fits_groups(filter));
        let mark = fits.fold(0, |mark, (bit, _)| mark | 1 << bit) & allowed;
        if mark != 0 {
            shown.push(event);
            times.push(event.time);
            marks.push(mark);
        }
    }
    if shown.is_empty() {
        return;
    }
    let value = |event: &Event, property: &Property| match property.of {
        Owner::Event => event.properties.get(&property.name).cloned(),
        Owner::Person => person_value(events, &property.name).cloned(),
        Owner::Segment => Some(Value::from(standing(fold.members(&property.name), person))),
        Owner::Group => group_value(fold, event, &property.name).cloned(),
    };
    let mut texts: Vec<Vec<u32>> = Vec::new();
    let mut numbers: Vec<Vec<f64>> = Vec::new();
    for column in &reading.columns {
        let mut text = |of: &dyn Fn(&Event) -> Option<String>| {
            texts.push(
                shown.iter().map(|event| of(event).map_or(NONE, |text| dictionary.number(&text))).collect(),
            );
        };
        match column {
            Column::Text { property } => text(&|event| value(event, property).as_ref().and_then(text_of)),
            Column::Event => text(&|event| Some(event.event.clone())),
            Column::DistinctId => text(&|event| Some(event.distinct_id.clone())),
            Column::Uuid => text(&|event| Some(event.uuid.to_string())),
            Column::Number { property } => {
                let number = |event: &&Event| value(event, property).as_ref().and_then(number_of);
                numbers.push(shown.iter().map(|event| number(event).unwrap_or(f64::NAN)).collect());
            }
        }
    }
    let (mut texts, mut numbers) = (texts.iter(), numbers.iter());
    let columns: Vec<Slice<'_>> = reading
        .columns
        .iter()
        .filter_map(|column| match column {
            Column::Number { .. } => numbers.next().map(|values| Slice::Number(values)),
            _ => texts.next().map(|values| Slice::Text(values)),
        })
        .collect();
    state.person(&PersonEvents { person, times: &times, marks: &marks, columns: &columns, dictionary });
}

//! The end of reading: states become one, and the people who were set aside are put together with the tail and shown.

use std::sync::Arc;

use flywheel_people::{Dictionary, Event, Fold, Identity, NONE, Partial, person_of};

use super::ReadError;
use super::properties::{self, Found};
use super::reader::Gathered;
use super::rows::{Rows, SetRow, Translation, Values};
use super::show::Showing;
use super::wanted::{Lane, Shown, Wanted};

/// Makes one state of each fold out of what the readers gathered and of the tail.
pub fn settle(
    folds: &[Arc<dyn Fold>],
    wanted: &Wanted,
    identity: &Identity,
    tail: &[Event],
    readers: Vec<Gathered>,
) -> Result<Vec<Box<dyn Partial>>, ReadError> {
    let mut states: Vec<Option<Box<dyn Partial>>> = folds.iter().map(|_| None).collect();
    let mut aside: Vec<Rows> = wanted.lanes.iter().map(Rows::new).collect();
    let mut dictionary = Dictionary::default();
    for reader in readers {
        for (state, read) in states.iter_mut().zip(reader.states) {
            match state {
                None => *state = Some(read),
                Some(state) => state.merge(read)?,
            }
        }
        let mut translation = Translation::default();
        for (all, mut rows) in aside.iter_mut().zip(reader.aside) {
            rows.renumber(|text| translation.get(text, &reader.dictionary, &mut dictionary));
            let (count, sets) = (rows.len(), rows.sets.len());
            if all.is_empty() {
                *all = rows;
            } else {
                all.copy(&rows, 0..count, 0..sets);
            }
        }
    }
    for event in tail {
        let found = properties::find_in(wanted, &event.properties);
        for (lane, rows) in wanted.lanes.iter().zip(&mut aside) {
            take(lane, event, &found, &mut dictionary, rows);
        }
    }
    for (((fold, lane), rows), state) in folds.iter().zip(&wanted.lanes).zip(&mut aside).zip(&mut states) {
        if lane.group.is_none() && !identity.canonical.is_empty() {
            rows.persons.iter_mut().for_each(|person| *person = identity.of(*person));
            rows.sets.iter_mut().for_each(|set| set.person = identity.of(set.person));
        }
        rows.sort();
        let mut late = fold.start();
        Showing::new(lane, &mut dictionary).run(lane, rows, None, &dictionary, late.as_mut());
        match state {
            None => *state = Some(late),
            Some(state) => state.merge(late)?,
        }
    }
    Ok(states.into_iter().flatten().collect())
}

/// Takes one event of the tail in, as a reader would have.
fn take(lane: &Lane, event: &Event, found: &Found, dictionary: &mut Dictionary, rows: &mut Rows) {
    let person = match lane.group {
        None => Some(person_of(&event.distinct_id)),
        Some(group) => found.groups[group].as_deref().map(person_of),
    };
    let Some(person) = person else { return };
    for set in found.sets.iter().filter(|set| lane.person.contains(&set.property)) {
        rows.sets.push(SetRow {
            person,
            time: event.time,
            property: set.property as u32,
            once: set.once,
            text: set.text.as_deref().map_or(NONE, |text| dictionary.number(text)),
            number: set.number.unwrap_or(f64::NAN),
        });
    }
    if !lane.is_inside(event.time) {
        return;
    }
    let mark = lane.tests.iter().fold(lane.name_mask(&event.event), |mark, test| {
        if mark & test.bits == 0 { mark } else { mark & test.mask(found.texts[test.text].as_deref()) }
    });
    if mark == 0 {
        return;
    }
    rows.persons.push(person);
    rows.times.push(event.time);
    rows.marks.push(mark);
    for (shown, values) in lane.columns.iter().zip(&mut rows.columns) {
        match (shown, values) {
            (Shown::Text(at), Values::Text(to)) => {
                to.push(found.texts[*at].as_deref().map_or(NONE, |text| dictionary.number(text)));
            }
            (Shown::Number(at), Values::Number(to)) => to.push(found.numbers[*at].unwrap_or(f64::NAN)),
            (Shown::Event, Values::Text(to)) => to.push(dictionary.number(&event.event)),
            (Shown::DistinctId, Values::Text(to)) => to.push(dictionary.number(&event.distinct_id)),
            (Shown::Uuid, Values::Text(to)) => to.push(dictionary.number(&event.uuid.to_string())),
            _ => {}
        }
    }
}

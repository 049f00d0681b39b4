//! The end of reading: states become one, and the people who were set aside are put together with the tail and shown.

use std::sync::Arc;

use flywheel_people::{Dictionary, Event, Fold, Identity, NONE, Partial, person_of};

use super::ReadError;
use super::properties::{self, Found};
use super::reader::Gathered;
use super::rows::{Rows, SetRow, Translation, Values};
use super::show::Showing;
use super::wanted::{Lane, Shown, Wanted};

/// What was read of some ranges, or of all: one state for each fold, and the rows set aside.
#[derive(Default)]
pub struct Whole {
    states: Vec<Option<Box<dyn Partial>>>,
    aside: Vec<Rows>,
    dictionary: Dictionary,
}

/// Makes one state of each fold out of what the tasks gathered, in the order of their people, and of the tail.
pub fn settle(
    folds: &[Arc<dyn Fold>],
    wanted: &Wanted,
    identity: &Identity,
    tail: &[Event],
    tasks: Vec<Gathered>,
) -> Result<Vec<Box<dyn Partial>>, ReadError> {
    let mut whole = Whole::new(folds, wanted);
    for gathered in tasks {
        whole.take(gathered)?;
    }
    whole.settle(folds, wanted, identity, tail)
}

impl Whole {
    /// Nothing yet.
    pub fn new(folds: &[Arc<dyn Fold>], wanted: &Wanted) -> Self {
        Self {
            states: folds.iter().map(|_| None).collect(),
            aside: wanted.lanes.iter().map(Rows::new).collect(),
            dictionary: Dictionary::default(),
        }
    }

    /// Takes the next range in.
    pub fn take(&mut self, gathered: Gathered) -> Result<(), ReadError> {
        for (state, read) in self.states.iter_mut().zip(gathered.states) {
            match state {
                None => *state = Some(read),
                Some(state) => state.merge(read)?,
            }
        }
        let mut translation = Translation::default();
        for (all, mut rows) in self.aside.iter_mut().zip(gathered.aside) {
            rows.renumber(|text| translation.get(text, &gathered.dictionary, &mut self.dictionary));
            let (count, sets) = (rows.len(), rows.sets.len());
            if all.is_empty() {
                *all = rows;
            } else {
                all.copy(&rows, 0..count, 0..sets);
            }
        }
        Ok(())
    }

    /// Shows whoever was set aside, with what the tail says, and gives one state for each fold.
    pub fn settle(
        self,
        folds: &[Arc<dyn Fold>],
        wanted: &Wanted,
        identity: &Identity,
        tail: &[Event],
    ) -> Result<Vec<Box<dyn Partial>>, ReadError> {
        let Self { mut states, mut aside, mut dictionary } = self;
        for event in tail {
            let found = properties::find_in(wanted, &event.properties);
            for (lane, rows) in wanted.lanes.iter().zip(&mut aside) {
                take(lane, event, &found, &mut dictionary, rows);
            }
        }
        let lanes = folds.iter().zip(&wanted.lanes);
        for (((fold, lane), rows), state) in lanes.zip(&mut aside).zip(&mut states) {
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

//! What a request wants of the events, all its folds together, so that one pass over the files serves them.

use std::collections::HashMap;

use flywheel_people::condition::{Condition, ReadyFilter};
use flywheel_people::event::{number_of, text_of};
use flywheel_people::groups::parts;
use flywheel_people::{Column, Fold, Unit};
use flywheel_spec::Problems;
use flywheel_spec::product::{Owner, Property};
use serde_json::Value;

/// Everything that the folds of a request want to see.
#[derive(Debug, Default)]
pub struct Wanted {
    /// One lane for each fold, in the request's order.
    pub lanes: Vec<Lane>,
    /// Properties of events wanted as text, for conditions and columns.
    pub texts: Vec<String>,
    /// Properties of events wanted as numbers.
    pub numbers: Vec<String>,
    /// Properties of people, for conditions and columns.
    pub person: Vec<String>,
    /// Which of `person` are wanted as numbers.
    pub person_numbers: Vec<bool>,
    /// Types of groups that are followed.
    pub groups: Vec<String>,
    /// Those of `texts` that are properties of groups: no file has a column for them, no event a property of their name.
    pub group_texts: Vec<GroupColumn<String>>,
    /// Those of `numbers` that are.
    pub group_numbers: Vec<GroupColumn<f64>>,
    /// Whether the distinct id is wanted.
    pub distinct_id: bool,
    /// Whether the uuid is wanted.
    pub uuid: bool,
}

/// A property of groups, found for an event by the key of the group that it names.
#[derive(Debug)]
pub struct GroupColumn<T> {
    /// Place in `texts` or `numbers`.
    pub at: usize,
    kind: String,
    values: HashMap<String, T>,
}

/// What one fold wants, its names turned into places in [`Wanted`].
#[derive(Debug)]
pub struct Lane {
    /// The filters; bit `i` of a mark is filter `i`.
    pub filters: Vec<ReadyFilter>,
    /// Events before this moment are not shown.
    pub from: i64,
    /// Events from this moment on are not shown; absent when there is no end.
    pub to: Option<i64>,
    /// The group that is followed, in `groups`; the person when absent.
    pub group: Option<usize>,
    /// What stands in each column.
    pub columns: Vec<Shown>,
    /// Conditions on the event's own properties, by property.
    pub tests: Vec<TextTest>,
    /// Conditions on the person: bit, place in `person`, condition.
    pub person_tests: Vec<(usize, usize, Condition)>,
    /// Places in `person` that this lane looks at.
    pub person: Vec<usize>,
    /// The lists of people that this lane asks about, each rising.
    pub segments: Vec<Vec<i64>>,
    /// Conditions on them: bit, place in `segments`, condition.
    pub segment_tests: Vec<(usize, usize, Condition)>,
}

/// The conditions that a lane puts on one property of events.
#[derive(Debug)]
pub struct TextTest {
    /// Place in `texts`.
    pub text: usize,
    /// Filters, as bits, that have such a condition.
    pub bits: u64,
    conditions: Vec<(usize, Condition)>,
}

/// What a column shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// A property of the event as text: place in `texts`.
    Text(usize),
    /// A property of the event as a number: place in `numbers`.
    Number(usize),
    /// A property of the person as text: place in `person`.
    PersonText(usize),
    /// A property of the person as a number: place in `person`.
    PersonNumber(usize),
    /// Whether the person is on a list, as text: place in the lane's `segments`.
    Segment(usize),
    /// The event's name.
    Event,
    /// The distinct id.
    DistinctId,
    /// The uuid.
    Uuid,
}

impl Shown {
    /// True when the column holds numbers.
    pub fn is_number(self) -> bool {
        matches!(self, Self::Number(_) | Self::PersonNumber(_))
    }
}

impl Wanted {
    /// Reads the folds' wishes.
    ///
    /// # Errors
    /// Every condition that is wrong.
    pub fn of<'f>(folds: impl IntoIterator<Item = &'f dyn Fold>) -> Result<Self, Problems> {
        let mut wanted = Self::default();
        let mut problems = Problems::default();
        for fold in folds {
            match wanted.lane(fold) {
                Ok(lane) => wanted.lanes.push(lane),
                Err(mut wrong) => problems.problems.append(&mut wrong.problems),
            }
        }
        if problems.problems.is_empty() { Ok(wanted) } else { Err(problems) }
    }

    /// True when a file whose events lie between these moments, both inclusive, can say nothing that is wanted.
    pub fn is_beside(&self, first: i64, last: i64) -> bool {
        let is_beside = |lane: &Lane| {
            lane.person.is_empty() && (last < lane.from || lane.to.is_some_and(|to| first >= to))
        };
        self.lanes.iter().all(is_beside)
    }

    /// True when the groups that an event names are looked at.
    pub fn looks_at_groups(&self) -> bool {
        !(self.groups.is_empty() && self.group_texts.is_empty() && self.group_numbers.is_empty())
    }

    fn lane(&mut self, fold: &dyn Fold) -> Result<Lane, Problems> {
        let reading = fold.reading();
        let filters = reading.filters.iter().map(ReadyFilter::new).collect::<Result<Vec<_>, _>>()?;
        let mut tests: Vec<TextTest> = Vec::new();
        let mut person_tests = Vec::new();
        let mut person = Vec::new();
        let (mut segments, mut segment_tests) = (Vec::new(), Vec::new());
        for (bit, filter) in filters.iter().enumerate() {
            for condition in filter.event_conditions.iter().chain(&filter.group_conditions) {
                let text = match condition.of {
                    Owner::Group => self.group_text(fold, &condition.property),
                    _ => place(&mut self.texts, &condition.property),
                };
                let at = tests.iter().position(|test| test.text == text).unwrap_or_else(|| {
                    tests.push(TextTest { text, bits: 0, conditions: Vec::new() });
                    tests.len() - 1
                });
                tests[at].bits |= 1 << bit;
                tests[at].conditions.push((bit, condition.clone()));
            }
            for condition in &filter.person_conditions {
                let at = self.person_place(&condition.property, false);
                person_tests.push((bit, at, condition.clone()));
                person.push(at);
            }
            for condition in &filter.segment_conditions {
                let at = place(&mut segments, &condition.property);
                segment_tests.push((bit, at, condition.clone()));
            }
        }
        let columns: Vec<Shown> =
            reading.columns.iter().map(|column| self.shown(fold, column, &mut segments)).collect();
        let segments = segments.iter().map(|name| fold.members(name).to_vec()).collect();
        person.extend(columns.iter().filter_map(|column| match column {
            Shown::PersonText(at) | Shown::PersonNumber(at) => Some(*at),
            _ => None,
        }));
        person.sort_unstable();
        person.dedup();
        let group = match &reading.unit {
            Unit::Person => None,
            Unit::Group { group } => Some(place(&mut self.groups, group)),
        };
        let from = reading.from.unwrap_or(i64::MIN);
        let to = reading.to;
        Ok(Lane { filters, from, to, group, columns, tests, person_tests, person, segments, segment_tests })
    }

    fn shown(&mut self, fold: &dyn Fold, column: &Column, segments: &mut Vec<String>) -> Shown {
        match column {
            Column::Text { property: Property { name, of: Owner::Group } } => {
                Shown::Text(self.group_text(fold, name))
            }
            Column::Number { property: Property { name, of: Owner::Group } } => {
                Shown::Number(self.group_number(fold, name))
            }
            Column::Text { property: Property { name, of: Owner::Segment } } => {
                Shown::Segment(place(segments, name))
            }
            // Belonging is no number: nothing is ever found under this name.
            Column::Number { property: Property { name, of: Owner::Segment } } => {
                Shown::PersonNumber(self.person_place(&format!("segment.{name}"), true))
            }
            Column::Text { property: Property { name, of: Owner::Event } } => {
                Shown::Text(place(&mut self.texts, name))
            }
            Column::Number { property: Property { name, of: Owner::Event } } => {
                Shown::Number(place(&mut self.numbers, name))
            }
            Column::Text { property } => Shown::PersonText(self.person_place(&property.name, false)),
            Column::Number { property } => Shown::PersonNumber(self.person_place(&property.name, true)),
            Column::Event => Shown::Event,
            Column::DistinctId => {
                self.distinct_id = true;
                Shown::DistinctId
            }
            Column::Uuid => {
                self.uuid = true;
                Shown::Uuid
            }
        }
    }

    fn group_text(&mut self, fold: &dyn Fold, name: &str) -> usize {
        let at = place(&mut self.texts, &of_no_event(name));
        if self.group_texts.iter().all(|known| known.at != at) {
            self.group_texts.push(GroupColumn::new(at, fold, name, text_of));
        }
        at
    }

    fn group_number(&mut self, fold: &dyn Fold, name: &str) -> usize {
        let at = place(&mut self.numbers, &of_no_event(name));
        if self.group_numbers.iter().all(|known| known.at != at) {
            self.group_numbers.push(GroupColumn::new(at, fold, name, number_of));
        }
        at
    }

    fn person_place(&mut self, name: &str, as_number: bool) -> usize {
        let at = place(&mut self.person, name);
        self.person_numbers.resize(self.person.len(), false);
        self.person_numbers[at] |= as_number;
        at
    }
}

impl<T> GroupColumn<T> {
    fn new(at: usize, fold: &dyn Fold, name: &str, read: impl Fn(&Value) -> Option<T>) -> Self {
        let kind = parts(name).map_or("", |(kind, _)| kind).to_owned();
        let known = fold.group_values(name).into_iter().flatten();
        let values = known.filter_map(|(key, value)| Some((key.clone(), read(value)?))).collect();
        Self { at, kind, values }
    }

    /// What the group of an event has, by the event's `$groups`.
    pub fn value(&self, groups: &Value) -> Option<&T> {
        self.values.get(&groups.get(&self.kind).and_then(text_of)?)
    }
}

impl Lane {
    /// The filters, as bits, that an event of this name may fit.
    pub fn name_mask(&self, event: &str) -> u64 {
        let fits = |filter: &ReadyFilter| filter.event.as_ref().is_none_or(|name| name == event);
        self.filters.iter().enumerate().fold(0, |mask, (bit, filter)| mask | u64::from(fits(filter)) << bit)
    }

    /// True when the moment is inside the lane's period.
    pub fn is_inside(&self, time: i64) -> bool {
        time >= self.from && self.to.is_none_or(|to| time < to)
    }

    /// True when the lane sees all times.
    pub fn is_always(&self) -> bool {
        self.from == i64::MIN && self.to.is_none()
    }
}

impl TextTest {
    /// The filters, as bits, that an event with this value may still fit.
    pub fn mask(&self, value: Option<&str>) -> u64 {
        self.conditions
            .iter()
            .filter(|(_, condition)| !condition.fits(value))
            .fold(u64::MAX, |mask, (bit, _)| mask & !(1 << bit))
    }
}

/// What a property of groups is called among those of events.
fn of_no_event(name: &str) -> String {
    format!("$groups\0{name}")
}

fn place(names: &mut Vec<String>, name: &str) -> usize {
    names.iter().position(|known| known == name).unwrap_or_else(|| {
        names.push(name.to_owned());
        names.len() - 1
    })
}

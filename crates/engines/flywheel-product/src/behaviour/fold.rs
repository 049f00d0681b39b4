//! The fold: every person counted in their stratum, beside or among the people of each theme.

use std::collections::{BTreeMap, HashMap};

use flywheel_people::{Column, NONE, PersonEvents, Question, Reading};
use flywheel_spec::feedback::behaviour::{BehaviourSpec, Cohorts, Comparison};
use flywheel_spec::product::EventFilter;
use flywheel_stats::chance::Chance;
use serde::{Deserialize, Serialize};

use super::person::{DAY, Days, Stratum, day_of};
use super::strata::Cell;

/// The mark of activity.
pub(crate) const ACTIVE: u64 = 1;
/// The mark of paying.
pub(crate) const PAYING: u64 = 2;
/// The mark of leaving.
pub(crate) const LEAVING: u64 = 4;
/// Most events by which people speak.
pub(crate) const SPEAKING_AT_MOST: usize = 32;
/// Days tried for a comparable person, so that one is found on which they were there.
const TRIES: u64 = 8;

/// The question.
pub struct Behaviour {
    reading: Reading,
    /// Themes by id, ascending, with their days.
    pub(crate) themes: Vec<Theme>,
    /// Which themes a distinct id spoke of, and when first.
    spoke: HashMap<String, Vec<(u32, i64)>>,
    /// Marks of events by which people speak.
    pub(crate) speaking: u64,
    /// Whether paying is told.
    pub(crate) pays: bool,
    /// The column of the amount.
    pub(crate) value: Option<usize>,
    /// Whether leaving is an event of its own.
    pub(crate) leaves: bool,
    /// Properties that must be the same, and the first one's column.
    pub(crate) same: usize,
    pub(crate) first_same: usize,
    pub(crate) before_days: i32,
    pub(crate) after_days: i32,
    comparison: Comparison,
    /// The last day whose days after are over.
    last_day: i32,
}

/// A theme's people.
pub(crate) struct Theme {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Distinct ids that spoke.
    pub spoke: u64,
    /// The days on which they did, as far as the days after are over, ascending.
    days: Vec<i32>,
    chance: Chance,
}

/// What is known after some people.
#[derive(Default, Serialize, Deserialize)]
pub struct State {
    pub(crate) themes: Vec<Counted>,
}

/// One theme's counts.
#[derive(Default, Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Counted {
    /// People of the theme.
    pub people: u64,
    /// Of them, those whose days after are not over.
    pub too_recent: u64,
    /// By stratum (coarse part, fine part): the theme's people, and comparable ones.
    pub strata: BTreeMap<(u64, u32), (Cell, Cell)>,
}

impl Behaviour {
    pub(crate) fn new(spec: &BehaviourSpec, cohorts: &Cohorts, now: i64) -> Self {
        // A filter that nothing fits keeps the bits in their places.
        let nothing = EventFilter::named("$flywheel nothing");
        let mut filters = vec![
            spec.returning.clone(),
            spec.paying.clone().unwrap_or_else(|| nothing.clone()),
            spec.leaving.clone().unwrap_or(nothing),
        ];
        let mut speaking = 0;
        for name in spec.speaking.iter().take(SPEAKING_AT_MOST) {
            speaking |= 1 << filters.len();
            filters.push(EventFilter::named(name));
        }
        // Every event shows its distinct id, by which a speaker is known.
        filters.push(EventFilter::default());
        let mut columns = vec![Column::DistinctId];
        let value = spec.paying.as_ref().and(spec.value.clone()).map(|property| {
            columns.push(Column::Number { property });
            columns.len() - 1
        });
        let first_same = columns.len();
        columns.extend(spec.same.iter().cloned().map(|property| Column::Text { property }));
        let (before_days, after_days) = (spec.before_days as i32, spec.after_days as i32);
        // The day of `now` is not over.
        let last_day = day_of(now) - 1 - after_days;
        let chance = Chance::new(spec.seed).stream("behaviour");
        let mut spoke: HashMap<String, Vec<(u32, i64)>> = HashMap::new();
        let mut themes = Vec::new();
        for (theme, (id, people)) in cohorts.iter().enumerate() {
            let mut firsts: BTreeMap<&str, i64> = BTreeMap::new();
            for person in people {
                let first = firsts.entry(&person.distinct_id).or_insert(person.time);
                *first = person.time.min(*first);
            }
            let mut days: Vec<i32> =
                firsts.values().map(|time| day_of(*time)).filter(|day| *day <= last_day).collect();
            days.sort_unstable();
            for (distinct_id, time) in &firsts {
                spoke.entry((*distinct_id).to_owned()).or_default().push((theme as u32, *time));
            }
            let chance = chance.stream(id.as_str());
            let name = spec.names.get(id).unwrap_or(id).clone();
            themes.push(Theme { id: id.clone(), name, spoke: firsts.len() as u64, days, chance });
        }
        let reading =
            Reading { filters, columns, to: Some(i64::from(day_of(now)) * DAY), ..Reading::default() };
        Self {
            reading,
            themes,
            spoke,
            speaking,
            pays: spec.paying.is_some(),
            value,
            leaves: spec.leaving.is_some(),
            same: spec.same.len(),
            first_same,
            before_days,
            after_days,
            comparison: spec.comparison,
            last_day,
        }
    }

    /// When the person first spoke of each theme.
    fn firsts(&self, events: &PersonEvents<'_>) -> BTreeMap<u32, i64> {
        let mut firsts = BTreeMap::new();
        let mut before = NONE;
        for event in 0..events.len() {
            let key = events.key(0, event);
            if key == before || key == NONE {
                continue;
            }
            before = key;
            let spoke = events.dictionary.text(key).and_then(|text| self.spoke.get(text));
            for (theme, time) in spoke.into_iter().flatten() {
                let first = firsts.entry(*theme).or_insert(*time);
                *first = (*first).min(*time);
            }
        }
        firsts
    }

    /// The day that a comparable person stands on: the first drawn on which they were there, else the first on which they were known.
    ///
    /// Only what came before the day decides, so nothing of what came after is given away.
    fn drawn(&self, theme: &Theme, person: i64, days: &Days) -> Option<i32> {
        let mut chance = theme.chance.stream(person as u64);
        let mut known = None;
        for _ in 0..TRIES {
            let day = *chance.pick(&theme.days);
            if days.active_on(day) {
                return Some(day);
            }
            if known.is_none() && days.known_by(day) {
                known = Some(day);
            }
        }
        known
    }
}

impl Question for Behaviour {
    type State = State;

    fn reading(&self) -> &Reading {
        &self.reading
    }

    fn person(&self, state: &mut State, events: &PersonEvents<'_>) {
        state.themes.resize(self.themes.len(), Counted::default());
        let firsts = self.firsts(events);
        let silent = firsts.is_empty();
        let days = Days::of(self, events);
        for (at, (theme, counted)) in self.themes.iter().zip(&mut state.themes).enumerate() {
            let (day, among) = match firsts.get(&(at as u32)) {
                Some(time) => {
                    counted.people += 1;
                    let day = days.there_by(day_of(*time));
                    if day > self.last_day {
                        counted.too_recent += 1;
                        continue;
                    }
                    (day, true)
                }
                None if theme.days.is_empty() || (!silent && self.comparison == Comparison::Silent) => {
                    continue;
                }
                None => match self.drawn(theme, events.person, &days) {
                    Some(day) => (day, false),
                    None => continue,
                },
            };
            let Stratum { coarse, fine } = days.stratum(self, day);
            let cells = counted.strata.entry((coarse, fine)).or_default();
            let cell = if among { &mut cells.0 } else { &mut cells.1 };
            cell.add(&days.after(self, day));
        }
    }

    fn merge(&self, state: &mut State, other: State) {
        state.themes.resize(self.themes.len(), Counted::default());
        for (mine, theirs) in state.themes.iter_mut().zip(other.themes) {
            mine.people += theirs.people;
            mine.too_recent += theirs.too_recent;
            for (stratum, (among, beside)) in theirs.strata {
                let cells = mine.strata.entry(stratum).or_default();
                cells.0.merge(&among);
                cells.1.merge(&beside);
            }
        }
    }
}

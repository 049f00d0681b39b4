//! Conditions made ready: a tree over leaves, each of which is one bit of a person.

use std::collections::BTreeSet;

use flywheel_people::groups::parts;
use flywheel_people::{Column, Condition};
use flywheel_spec::product::segment::{RfmGroup, Who};
use flywheel_spec::product::{EventFilter, Interval, Owner, Period, Property, PropertyFilter};
use flywheel_spec::{Problem, Problems, phrase};

use crate::calendar::{DAY_MICROS, Stretch};
use crate::conditions;
use crate::intervals::check_filter;
use crate::plan::Context;

/// Most leaves of a tree: one bit each.
pub const LEAVES_AT_MOST: usize = 64;

/// The tree.
pub enum Ready {
    Everybody,
    All(Vec<Ready>),
    Any(Vec<Ready>),
    Not(Box<Ready>),
    Leaf(usize),
}

impl Ready {
    /// Whether a person belongs, by the bits of the leaves.
    pub fn holds(&self, bits: u64) -> bool {
        match self {
            Self::Everybody => true,
            Self::All(parts) => parts.iter().all(|part| part.holds(bits)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(bits)),
            Self::Not(part) => !part.holds(bits),
            Self::Leaf(leaf) => bits & 1 << leaf != 0,
        }
    }
}

/// One condition that a person meets or not.
pub enum Leaf {
    Property { column: usize, condition: Condition },
    Did { filter: usize, at_least: u64, at_most: u64, stretch: Stretch },
    FirstTime { filter: usize, stretch: Stretch },
    Sequence { first: usize, then: usize, within: Option<i64>, stretch: Stretch },
    Rfm { groups: Vec<RfmGroup> },
    Among { persons: BTreeSet<i64> },
}

/// What the conditions ask to be read, gathered while they are checked.
pub struct Asked<'c> {
    context: &'c Context,
    /// The type of the groups that are followed instead of people.
    group: Option<&'c str>,
    scored: bool,
    pub filters: Vec<EventFilter>,
    pub columns: Vec<Column>,
    pub leaves: Vec<Leaf>,
    /// Everybody that a list names.
    pub listed: BTreeSet<i64>,
    pub problems: Problems,
}

impl<'c> Asked<'c> {
    /// Nothing yet.
    pub fn new(context: &'c Context, group: Option<&'c str>, scored: bool) -> Self {
        Self {
            context,
            group,
            scored,
            filters: Vec::new(),
            columns: Vec::new(),
            leaves: Vec::new(),
            listed: BTreeSet::new(),
            problems: Problems::default(),
        }
    }

    /// The place of a filter, the same for the same events.
    pub fn filter(&mut self, filter: &EventFilter) -> usize {
        let same = |other: &EventFilter| other.event == filter.event && other.conditions == filter.conditions;
        self.filters.iter().position(same).unwrap_or_else(|| {
            self.filters.push(filter.clone());
            self.filters.len() - 1
        })
    }

    /// The place of a column.
    pub fn column(&mut self, column: Column) -> usize {
        self.columns.iter().position(|other| *other == column).unwrap_or_else(|| {
            self.columns.push(column);
            self.columns.len() - 1
        })
    }

    /// The tree of a condition; what is wrong is put among the problems.
    pub fn read(&mut self, who: &Who, at: &str) -> Ready {
        match who {
            Who::Everybody => Ready::Everybody,
            Who::All { of } => Ready::All(self.parts(of, at)),
            Who::Any { of } => Ready::Any(self.parts(of, at)),
            Who::Not { of } => Ready::Not(Box::new(self.read(of, &format!("{at}.of")))),
            Who::Property { property, of, operator, value } => {
                let (property, of, operator) = (property.clone(), *of, *operator);
                self.standing(&PropertyFilter { property, of, operator, value: value.clone() }, at)
            }
            Who::Did { event, at_least, at_most, last_days, period } => {
                let filter = self.checked(event, &format!("{at}.event"));
                let (least, most) = match (at_least, at_most) {
                    (None, None) => (1, u64::MAX),
                    (least, most) => (least.unwrap_or(0), most.unwrap_or(u64::MAX)),
                };
                if least > most {
                    let problem = phrase!("following.segment_bounds", least = least, most = most);
                    self.problems.push(Problem::error(problem).at_setting(format!("{at}.at_most")));
                }
                let stretch = self.stretch(*last_days, period, at);
                self.leaf(Leaf::Did { filter, at_least: least, at_most: most, stretch })
            }
            Who::FirstTime { event, last_days, period } => {
                let filter = self.checked(event, &format!("{at}.event"));
                let stretch = self.stretch(*last_days, period, at);
                self.leaf(Leaf::FirstTime { filter, stretch })
            }
            Who::Sequence { first, then, within_days, last_days, period } => {
                let first = self.checked(first, &format!("{at}.first"));
                let then = self.checked(then, &format!("{at}.then"));
                let within = within_days.map(|days| i64::from(days) * DAY_MICROS);
                let stretch = self.stretch(*last_days, period, at);
                self.leaf(Leaf::Sequence { first, then, within, stretch })
            }
            Who::Rfm { groups } => {
                if !self.scored {
                    let problem = Problem::error(phrase!("following.segment_no_rfm"));
                    self.problems.push(problem.at_setting(at));
                }
                self.leaf(Leaf::Rfm { groups: groups.clone() })
            }
            Who::Listed { distinct_ids } => {
                let persons = distinct_ids.iter().map(|id| self.context.person(id)).collect();
                self.among(persons)
            }
            Who::Persons { persons } => {
                let mut among = BTreeSet::new();
                for (place, text) in persons.iter().enumerate() {
                    match text.parse::<i64>() {
                        Ok(person) => {
                            among.insert(person);
                        }
                        Err(_) => {
                            let problem = Problem::error(phrase!("following.segment_person", found = text));
                            self.problems.push(problem.at_setting(format!("{at}.persons.{place}")));
                        }
                    }
                }
                self.among(among)
            }
        }
    }

    /// The moments that a condition looks at.
    pub fn stretch(&mut self, last_days: Option<u32>, period: &Period, at: &str) -> Stretch {
        if let Some(days) = last_days {
            if *period != Period::default() {
                let problem = Problem::error(phrase!("following.segment_two_periods"));
                self.problems.push(problem.at_setting(format!("{at}.last_days")));
            }
            if !(1..=36_500).contains(&days) {
                let setting = format!("{at}.last_days");
                self.problems.push(crate::intervals::wrong_count(&setting, days, 1, 36_500));
                return Stretch { from: None, to: i64::MAX };
            }
            let now = self.context.calendar.now.as_microsecond();
            let from = crate::intervals::before(&self.context.calendar, now, Interval::Day, days - 1);
            return Stretch { from: Some(from), to: now + 1 };
        }
        self.context.calendar.stretch(period).unwrap_or_else(|wrong| {
            for mut problem in wrong.problems {
                let inner = problem.place.setting.take().unwrap_or_default();
                self.problems.push(problem.at_setting(format!("{at}.{inner}")));
            }
            Stretch { from: None, to: i64::MAX }
        })
    }

    /// A condition on what is the same in all that somebody did.
    fn standing(&mut self, filter: &PropertyFilter, at: &str) -> Ready {
        let followed = |name: &str| parts(name).is_some_and(|(kind, _)| self.group == Some(kind));
        let refused = match filter.of {
            Owner::Event => Some("following.segment_of_event"),
            Owner::Group if !followed(&filter.property) => Some("following.segment_of_group"),
            _ => None,
        };
        if let Some(key) = refused {
            let problem = Problem::error(phrase!(key, property = filter.property));
            let advice = phrase!(&format!("{key}_advice"), property = filter.property);
            self.problems.push(problem.advise(advice).at_setting(format!("{at}.of")));
            return Ready::Everybody;
        }
        match conditions::ready(filter) {
            Ok(condition) => {
                let property = Property { name: filter.property.clone(), of: filter.of };
                let column = self.column(Column::Text { property });
                self.leaf(Leaf::Property { column, condition })
            }
            Err(wrong) => {
                for problem in wrong.problems {
                    self.problems.push(problem.at_setting(format!("{at}.value")));
                }
                Ready::Everybody
            }
        }
    }

    fn parts(&mut self, of: &[Who], at: &str) -> Vec<Ready> {
        if of.is_empty() {
            let problem = Problem::error(phrase!("following.segment_no_conditions"));
            self.problems.push(problem.at_setting(format!("{at}.of")));
        }
        of.iter().enumerate().map(|(place, part)| self.read(part, &format!("{at}.of.{place}"))).collect()
    }

    fn checked(&mut self, filter: &EventFilter, at: &str) -> usize {
        check_filter(filter, at, &mut self.problems);
        self.filter(filter)
    }

    fn among(&mut self, persons: BTreeSet<i64>) -> Ready {
        self.listed.extend(&persons);
        self.leaf(Leaf::Among { persons })
    }

    fn leaf(&mut self, leaf: Leaf) -> Ready {
        self.leaves.push(leaf);
        Ready::Leaf(self.leaves.len() - 1)
    }
}

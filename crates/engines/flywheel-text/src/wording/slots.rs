//! What one sentence says, slot by slot, and what it takes over from the sentence before.

use flywheel_spec::product::trend::{Aggregate, Compare};
use flywheel_spec::product::{Interval, Property, PropertyFilter};

use super::conditions::same_property;
use super::kinds::Kind;
use super::name::Met;
use super::time::Days;

/// What one sentence says.
#[derive(Debug, Clone, Default)]
pub struct Slots {
    pub kind: Option<Kind>,
    pub days: Option<Days>,
    pub interval: Option<Interval>,
    /// The day that people are to come back on.
    pub return_day: Option<u32>,
    pub compare: Option<Compare>,
    pub counts: bool,
    pub people: bool,
    pub per_person: bool,
    pub active: bool,
    pub newcomers: bool,
    pub aggregate: Option<Aggregate>,
    pub value: Option<Property>,
    pub events: Vec<Met>,
    /// True when the events are steps one after the other.
    pub ways: bool,
    /// Who did the first and not the second is asked for.
    pub stopped: bool,
    /// The word that asks for what did not happen, where nothing was made of it.
    pub denied: Option<String>,
    /// It asks why a number changed.
    pub why: bool,
    /// The word that asks for a share of something.
    pub rate: Option<String>,
    /// The path begins, or ends, with the event.
    pub after: bool,
    pub before: bool,
    pub breakdown: Vec<Property>,
    pub filters: Vec<PropertyFilter>,
    /// It speaks of everybody, whoever the sentence before was about.
    pub everybody: bool,
    /// What it is about, as it was written.
    pub subject: Option<String>,
    pub theme: bool,
    /// The version of the product that people speak of.
    pub version: Option<String>,
    /// The words looked for.
    pub query: String,
    /// Words that were not used.
    pub left: Vec<String>,
    /// How many words say something.
    pub content: usize,
    pub inherited: bool,
}

impl Slots {
    /// Takes from the sentence before what this one leaves out.
    pub fn inherit(&mut self, before: &Self) {
        let spoken = |kind| matches!(kind, Some(Kind::Insights | Kind::Search));
        let bare = self.kind.is_none() && self.events.is_empty() && !self.active && !self.newcomers;
        let says = self.days.is_some()
            || self.interval.is_some()
            || self.compare.is_some()
            || !self.breakdown.is_empty()
            || !self.filters.is_empty()
            || self.counts
            || self.people
            || self.per_person;
        if bare {
            if !says || !self.left.is_empty() {
                return;
            }
            let own = std::mem::replace(self, before.clone());
            self.inherited = true;
            self.left.clear();
            self.days = own.days.or(self.days.take());
            self.interval = own.interval.or(self.interval);
            self.compare = own.compare.or(self.compare);
            self.people |= own.people;
            self.per_person |= own.per_person;
            self.rate = own.rate.or(self.rate.take());
            if !own.breakdown.is_empty() {
                self.breakdown = own.breakdown;
            }
            let another = |one: &PropertyFilter| own.filters.iter().any(|new| same_property(one, new));
            self.filters.retain(|one| !another(one));
            self.filters.extend(own.filters);
            return;
        }
        if self.days.is_none() && before.days.is_some() {
            self.days.clone_from(&before.days);
            self.inherited = true;
        }
        if spoken(self.kind) {
            if self.subject.is_none() && self.query.is_empty() && !self.everybody {
                self.subject.clone_from(&before.subject);
                self.query = before.subject.clone().unwrap_or_default();
                self.theme = before.theme;
                self.inherited |= before.subject.is_some();
            }
        } else if self.events.is_empty()
            && !self.active
            && !self.newcomers
            && !before.events.is_empty()
            && !matches!(self.kind, Some(Kind::Digest | Kind::Satisfaction(_) | Kind::WordOfMouth))
        {
            self.events.clone_from(&before.events);
            self.ways = before.ways;
            self.stopped = before.stopped;
            self.denied.clone_from(&before.denied);
            self.subject.clone_from(&before.subject);
            if self.filters.is_empty() {
                self.filters.clone_from(&before.filters);
            }
            self.inherited = true;
        }
    }
}

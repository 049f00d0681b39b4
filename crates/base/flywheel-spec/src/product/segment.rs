//! Who people are: by properties, by behaviour, by value, by list.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Chart, EventFilter, Operator, Owner, Period, Property};
use crate::{Phrase, Problem};

/// Who people are: everybody who meets `who`, counted anew each time; a `persons` or `listed` condition is a list that stays.
///
/// ```toml
/// kind = "segment"
///
/// [who]
/// kind = "all"
/// of = [
///   { kind = "property", property = "plan", value = "pro" },
///   { kind = "did", event = { event = "order" }, at_least = 3, last_days = 90 },
///   { kind = "not", of = { kind = "did", event = { event = "complaint" } } },
/// ]
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SegmentSpec {
    /// What it is called in reports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Who belongs to it; everybody when absent.
    #[serde(default)]
    pub who: Who,
    /// Out of whom: people with such an event, ever; any event when absent.
    #[serde(default)]
    pub population: EventFilter,
    /// Scores people by recency, frequency and value; needed by `rfm` conditions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rfm: Option<RfmSpec>,
    /// How many of its people are named, by the least of their distinct ids in alphabetical order.
    #[serde(default = "ten")]
    pub examples: u32,
    /// Reports the person of every member, for keeping the list as it is now.
    #[serde(default)]
    pub list: bool,
    /// Follows groups of this type, such as `company`, instead of people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
}

impl Default for SegmentSpec {
    fn default() -> Self {
        Self {
            name: None,
            who: Who::default(),
            population: EventFilter::default(),
            rfm: None,
            examples: ten(),
            list: false,
            group: None,
        }
    }
}

fn ten() -> u32 {
    10
}

fn person() -> Owner {
    Owner::Person
}

/// A condition on a person.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Who {
    /// Everybody.
    #[default]
    Everybody,
    /// Who meets each of these.
    All {
        /// The conditions.
        #[schema(no_recursion)]
        of: Vec<Who>,
    },
    /// Who meets at least one of these.
    Any {
        /// The conditions.
        #[schema(no_recursion)]
        of: Vec<Who>,
    },
    /// Who does not meet this.
    Not {
        /// The condition.
        #[schema(no_recursion)]
        of: Box<Who>,
    },
    /// Who has such a property now, or belongs to another kept segment: `of = "segment"` with `in` or `out` as its value.
    Property {
        /// The property, or the segment.
        property: String,
        /// Whose it is: the person's or a kept segment, or that of the group where the segment follows groups of its type.
        #[serde(default = "person", skip_serializing_if = "Owner::is_person")]
        of: Owner,
        /// How it is compared.
        #[serde(default)]
        operator: Operator,
        /// What it is compared with; a list: one must fit (for the negations: none).
        #[serde(default, skip_serializing_if = "serde_json::Value::is_null")]
        value: serde_json::Value,
    },
    /// Who did something so often.
    Did {
        /// What.
        event: EventFilter,
        /// At least so often; once when neither bound is given, and never is also fine when only `at_most` is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at_least: Option<u64>,
        /// At most so often: 0 is who did not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at_most: Option<u64>,
        /// In so many calendar days up to now, today included as far as it goes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        last_days: Option<u32>,
        /// Or in this period; ever when neither is given.
        #[serde(default)]
        period: Period,
    },
    /// Who did something for the first time ever in a period.
    FirstTime {
        /// What.
        event: EventFilter,
        /// In so many calendar days up to now, today included as far as it goes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        last_days: Option<u32>,
        /// Or in this period.
        #[serde(default)]
        period: Period,
    },
    /// Who did one thing and later (never at the same moment) another.
    Sequence {
        /// The one.
        first: EventFilter,
        /// The other.
        then: EventFilter,
        /// The other at most so many times 24 hours after the one, inclusive; any time later when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        within_days: Option<u32>,
        /// Both in so many calendar days up to now, today included as far as it goes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        last_days: Option<u32>,
        /// Or both in this period; ever when neither is given.
        #[serde(default)]
        period: Period,
    },
    /// Who is in one of these groups of recency, frequency and value.
    Rfm {
        /// Which.
        groups: Vec<RfmGroup>,
    },
    /// Who has one of these distinct ids, whatever they were merged with since: an uploaded list.
    Listed {
        /// The distinct ids.
        distinct_ids: Vec<String>,
    },
    /// Who was one of these persons, as an earlier report with `list` gave them: a segment kept as it was.
    Persons {
        /// The persons, as decimal digits.
        persons: Vec<String>,
    },
}

/// How recency, frequency and value are counted.
///
/// People with such an event in the period are ordered by each of the three, and scored 1 to 5 by the share of people who
/// stand strictly below: `1 + ⌊5 × below ÷ all⌋`. So equal people always have the same score, and 5 is the most recent,
/// the most frequent, the most valuable.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RfmSpec {
    /// Which events count, such as orders.
    pub event: EventFilter,
    /// Their worth, such as `amount`; without it the groups go by recency and frequency alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Property>,
    /// In which period; ever when absent.
    #[serde(default)]
    pub period: Period,
}

/// The ten customary groups over recency (first digit) and frequency (second; with values the mean of both scores, half up).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RfmGroup {
    /// 54, 55.
    Champions,
    /// 34, 35, 44, 45.
    Loyal,
    /// 42, 43, 52, 53.
    PotentialLoyalists,
    /// 51.
    NewCustomers,
    /// 41.
    Promising,
    /// 33.
    NeedAttention,
    /// 31, 32.
    AboutToSleep,
    /// 13, 14, 23, 24.
    AtRisk,
    /// 15, 25.
    CannotLose,
    /// 11, 12, 21, 22.
    Hibernating,
}

/// Who the people of a segment are.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct SegmentReport {
    /// What it means, most important first.
    pub findings: Vec<Phrase>,
    /// Its name.
    pub name: Option<String>,
    /// How many people belong to it.
    pub size: u64,
    /// Out of how many.
    pub population: u64,
    /// Their share.
    pub share: Option<f64>,
    /// Distinct ids of some of its people.
    pub examples: Vec<String>,
    /// Every member's person as decimal digits, ascending, where `list` asked for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub persons: Vec<String>,
    /// Ids and persons of lists that no event is known of.
    pub unknown: u64,
    /// The groups of recency, frequency and value, where asked for; of everybody who is scored.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rfm: Vec<RfmRow>,
    /// What is drawn.
    pub charts: Vec<Chart>,
    /// Doubts.
    pub warnings: Vec<Problem>,
}

/// One group of recency, frequency and value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RfmRow {
    /// Which.
    pub group: RfmGroup,
    /// Its name for people.
    pub title: Phrase,
    /// How many people.
    pub people: u64,
    /// Their share of everybody scored.
    pub share: f64,
    /// How many days ago their last event was, on average.
    pub mean_days_since: Option<f64>,
    /// How many events they had, on average.
    pub mean_events: Option<f64>,
    /// What their events were worth together, on average; absent without values.
    pub mean_value: Option<f64>,
}

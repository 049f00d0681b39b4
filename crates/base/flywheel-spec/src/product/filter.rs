//! Which events a question is about: an event's name and conditions on properties.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Events of one name, or any, that meet every condition.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EventFilter {
    /// The event's name; any event when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// Conditions that must all hold.
    #[serde(default, rename = "where", skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<PropertyFilter>,
    /// What reports call it; the event's name when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

impl EventFilter {
    /// All events of a name.
    pub fn named(event: impl Into<String>) -> Self {
        Self { event: Some(event.into()), ..Self::default() }
    }

    /// What reports call it.
    pub fn label(&self) -> &str {
        self.label.as_deref().or(self.event.as_deref()).unwrap_or("*")
    }
}

/// A property, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Property {
    /// Its name, such as `plan` or `$browser`.
    pub name: String,
    /// Whose it is.
    #[serde(default, skip_serializing_if = "Owner::is_event")]
    pub of: Owner,
}

impl Property {
    /// A property of the event.
    pub fn of_event(name: impl Into<String>) -> Self {
        Self { name: name.into(), of: Owner::Event }
    }

    /// A property of the person, as last set.
    pub fn of_person(name: impl Into<String>) -> Self {
        Self { name: name.into(), of: Owner::Person }
    }

    /// Whether the person belongs to a kept segment.
    pub fn of_segment(name: impl Into<String>) -> Self {
        Self { name: name.into(), of: Owner::Segment }
    }

    /// A property of the group that the event names, its type before it: `company.plan`.
    pub fn of_group(name: impl Into<String>) -> Self {
        Self { name: name.into(), of: Owner::Group }
    }
}

/// Whose a property is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// The event's own, as sent with it.
    #[default]
    Event,
    /// The person's, as the newest `$set` has it (`$set_once` where there is none), whenever that was.
    Person,
    /// A kept segment of that name: `in` for the people who belong to it when the question is asked, `out` for all others.
    Segment,
    /// The group's that the event names in its `$groups`, as the newest `$groupidentify` has it, whenever that was;
    /// the property's name begins with the type of the group: `company.plan`.
    Group,
}

impl Owner {
    /// True for the event's own.
    pub fn is_event(&self) -> bool {
        *self == Self::Event
    }

    /// True for the person's.
    pub fn is_person(&self) -> bool {
        *self == Self::Person
    }

    /// True when every event of a person has the same value.
    pub fn is_of_person(self) -> bool {
        matches!(self, Self::Person | Self::Segment)
    }
}

/// A condition on a property.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PropertyFilter {
    /// The property's name.
    pub property: String,
    /// Whose it is.
    #[serde(default, skip_serializing_if = "Owner::is_event")]
    pub of: Owner,
    /// How it is compared.
    #[serde(default)]
    pub operator: Operator,
    /// What it is compared with: text, a number, true or false, or a list of them, of which one must fit
    /// (for `is_not`, `not_contains` and `not_matches`: none). Absent for `is_set` and `is_not_set`.
    #[serde(default, skip_serializing_if = "serde_json::Value::is_null")]
    pub value: serde_json::Value,
}

/// How a property is compared; the semantics are PostHog's.
///
/// An absent property fits only `is_not_set`, `is_not`, `not_contains` and `not_matches`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Operator {
    /// Equal as text: `5` equals `"5"`.
    #[default]
    Is,
    /// Not equal.
    IsNot,
    /// Holds the text, whatever the case.
    Contains,
    /// Does not hold it.
    NotContains,
    /// Fits the regular expression.
    Matches,
    /// Does not fit it.
    NotMatches,
    /// Greater, as numbers.
    Gt,
    /// Greater or equal.
    Gte,
    /// Less.
    Lt,
    /// Less or equal.
    Lte,
    /// There, and not null.
    IsSet,
    /// Absent, or null.
    IsNotSet,
}

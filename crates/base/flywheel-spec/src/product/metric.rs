//! A metric: one number about what people do in a stretch of time.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{EventFilter, Property};

/// One number about what people do in a stretch of time.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Metric {
    /// What is counted; any event when absent.
    #[serde(default)]
    pub event: EventFilter,
    /// How it is counted.
    #[serde(default)]
    pub count: Count,
    /// The number that `sum`, `mean` and `sum_per_person` are of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub property: Option<Property>,
    /// For `share`: among the people who did this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub among: Option<EventFilter>,
    /// What reports call it; made of the event and the count when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

impl Metric {
    /// What reports call it.
    pub fn label(&self) -> String {
        self.label.clone().unwrap_or_else(|| {
            let event = self.event.label();
            let property = self.property.as_ref().map_or("", |property| property.name.as_str());
            match self.count {
                Count::Events => event.to_owned(),
                Count::People => format!("people({event})"),
                Count::PerPerson => format!("{event} / people"),
                Count::Sum => format!("sum({event}.{property})"),
                Count::Mean => format!("mean({event}.{property})"),
                Count::SumPerPerson => format!("sum({event}.{property}) / people"),
                Count::Share => {
                    let among = self.among.as_ref().map_or("*", |among| among.label());
                    format!("people({event}) / people({among})")
                }
            }
        })
    }
}

/// How a metric counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Count {
    /// How many events.
    Events,
    /// How many people did it.
    #[default]
    People,
    /// Events for each person who did it.
    PerPerson,
    /// The property added up.
    Sum,
    /// The property's mean over the events that have it.
    Mean,
    /// The property added up, for each person who did it.
    SumPerPerson,
    /// Of the people who did `among`, the share who also did it.
    Share,
}

impl Count {
    /// True where the metric is a total that grows with the length of time, not a ratio.
    pub fn is_total(self) -> bool {
        matches!(self, Self::Events | Self::People | Self::Sum)
    }

    /// True where it is made of a property.
    pub fn needs_property(self) -> bool {
        matches!(self, Self::Sum | Self::Mean | Self::SumPerPerson)
    }
}

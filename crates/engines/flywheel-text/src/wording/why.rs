//! Why a sentence was understood so: what was read from which of its words.

use flywheel_spec::product::Operator;
use flywheel_spec::{Phrase, phrase};
use serde_json::Value as Json;

use super::kinds::Kind;
use super::question::Builder;
use super::time;

/// What is asked, in a word.
pub fn kind_phrase(key: &str) -> Phrase {
    Phrase::new("wording.kind").with_phrase("what", &Phrase::new(key))
}

/// The days that are asked of.
pub fn days_phrase(days: &time::Days) -> Phrase {
    match days.to {
        Some(to) if days.no_beginning => phrase!("wording.period_until", to = to),
        Some(to) => phrase!("wording.period", from = days.from, to = to),
        None => phrase!("wording.period_since", from = days.from),
    }
}

impl Builder<'_> {
    /// Says what is asked, and of which events.
    pub fn said_kind(&mut self, kind: Kind) {
        let key = match kind {
            Kind::Funnel => "wording.funnel",
            Kind::Retention => "wording.retention",
            Kind::Lifecycle => "wording.lifecycle",
            Kind::Stickiness => "wording.stickiness",
            Kind::Growth => "wording.growth",
            Kind::Revenue => "wording.revenue",
            Kind::Satisfaction(_) => "wording.satisfaction",
            Kind::Paths => "wording.paths",
            Kind::WordOfMouth => "wording.word_of_mouth",
            Kind::Digest => "wording.digest",
            _ => "wording.trend",
        };
        self.why.push(kind_phrase(key));
        let words = self.slots.subject.clone().unwrap_or_default();
        for (at, met) in self.slots.events.iter().enumerate() {
            let own = if at == 0 && !words.is_empty() { words.clone() } else { met.name.clone() };
            if own != met.name {
                let key = if met.share > SURE { "wording.event" } else { "wording.event_partly" };
                self.why.push(Phrase::new(key).with("words", own).with("event", &met.name));
            } else {
                self.why.push(phrase!("wording.event_chosen", event = met.name));
            }
        }
    }

    /// Says by what it is told apart, of whom and of when, and what was left out of it.
    pub fn said_rest(&mut self, kind: Kind) {
        let slots = self.slots;
        let told_apart = match kind {
            Kind::Trend => slots.breakdown.len(),
            Kind::Funnel | Kind::Retention => 1,
            _ => 0,
        };
        for property in slots.breakdown.iter().take(told_apart) {
            self.why.push(phrase!("wording.breakdown", property = property.name));
        }
        if slots.breakdown.len() > told_apart {
            self.doubts.push(phrase!("wording.not_told_apart"));
            self.sure *= 0.8;
        }
        if !matches!(kind, Kind::Paths | Kind::Digest) {
            for filter in &slots.filters {
                let value = match &filter.value {
                    Json::Array(values) => values.iter().map(value_text).collect::<Vec<_>>().join(", "),
                    value => value_text(value),
                };
                let key = match filter.operator {
                    Operator::Is => "wording.filter",
                    Operator::IsNot => "wording.filter_not",
                    _ => "wording.filter_number",
                };
                let operator = match filter.operator {
                    Operator::Gte => ">=",
                    Operator::Lt => "<",
                    Operator::Lte => "<=",
                    _ => ">",
                };
                let mut phrase = Phrase::new(key).with("property", &filter.property).with("value", value);
                if key == "wording.filter_number" {
                    phrase = phrase.with("operator", operator);
                }
                self.why.push(phrase);
            }
        }
        if let Some(days) = &slots.days {
            self.why.push(days_phrase(days));
        }
        if slots.inherited {
            self.why.push(phrase!("wording.inherited"));
        }
        if slots.why {
            self.doubts.push(phrase!("wording.no_reason"));
            self.sure *= 0.7;
        }
        if slots.per_person && kind == Kind::Trend && slots.value.is_none() {
            self.sure *= 0.95;
        }
    }
}

fn value_text(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Share of a name's words from which the event is said to be meant, not only near.
const SURE: f64 = 0.7;

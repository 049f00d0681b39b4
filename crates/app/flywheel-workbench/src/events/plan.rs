//! The plan of what events carry, and which of its rules an event breaks.

use std::collections::{BTreeMap, HashMap, HashSet};

use flywheel_people::Event;
use flywheel_people::event::text_of;
use flywheel_spec::check::read_tracking_plan;
use flywheel_spec::events::{PlannedProperty, TrackingPlan, ValueKind};
use flywheel_spec::{Phrase, Problem, phrase};
use serde_json::Value;
use uuid::Uuid;

use crate::{Failure, Workbench, file};

/// The plan's file, from the project's folder.
pub(crate) const PLAN_FILE: &str = "recipes/plan.toml";

/// The plan made ready: planned properties by event.
#[derive(Debug, Clone, Default)]
pub(crate) struct Plan {
    events: HashMap<String, Vec<PlannedProperty>>,
    /// The same for the same rules; empty without any.
    digest: String,
}

impl Plan {
    /// Makes a plan ready.
    pub fn new(spec: &TrackingPlan) -> Self {
        let rules: BTreeMap<&str, &Vec<PlannedProperty>> =
            spec.events.iter().map(|event| (event.name.as_str(), &event.properties)).collect();
        let text = serde_json::to_vec(&rules).unwrap_or_default();
        let digest = if rules.is_empty() {
            String::new()
        } else {
            Uuid::new_v5(&Uuid::NAMESPACE_OID, &text).to_string()
        };
        let events = rules.into_iter().map(|(name, rules)| (name.to_owned(), rules.clone())).collect();
        Self { events, digest }
    }

    /// What tells one plan's rules from another's.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The events that it judges.
    pub fn names(&self) -> HashSet<String> {
        self.events.keys().cloned().collect()
    }

    /// Tells every rule that the event breaks: the property, the rule's key, the rule in words, and the value found.
    pub fn judge<'e>(
        &self,
        event: &'e Event,
        mut broken: impl FnMut(&str, String, Phrase, Option<&'e Value>),
    ) {
        let Some(planned) = self.events.get(&event.event) else { return };
        for property in planned {
            let found = event.properties.get(&property.name).filter(|value| !value.is_null());
            match found {
                None => {
                    if property.required {
                        let rule = phrase!("events.rule_required", property = property.name);
                        broken(&property.name, "required".to_owned(), rule, None);
                    }
                }
                Some(value) => {
                    if let Some(kind) = property.kind
                        && ValueKind::of(value) != kind
                    {
                        let word = Phrase::new(&format!("events.kind_{}", kind.name()));
                        let rule =
                            phrase!("events.rule_kind", property = property.name).with_phrase("kind", &word);
                        broken(&property.name, format!("kind:{}", kind.name()), rule, Some(value));
                    }
                    let fits = || text_of(value).is_some_and(|text| property.allowed.contains(&text));
                    if !property.allowed.is_empty() && !fits() {
                        let allowed = property.allowed.join(", ");
                        let rule =
                            phrase!("events.rule_allowed", property = property.name, allowed = allowed);
                        broken(&property.name, format!("allowed:{allowed}"), rule, Some(value));
                    }
                }
            }
        }
    }

    /// True when the plan still has the rule.
    pub fn has(&self, event: &str, property: &str, rule: &str) -> bool {
        let planned = self.events.get(event).into_iter().flatten();
        planned.filter(|planned| planned.name == property).any(|planned| match rule.split_once(':') {
            None => rule == "required" && planned.required,
            Some(("kind", kind)) => planned.kind.is_some_and(|planned| planned.name() == kind),
            Some(("allowed", allowed)) => planned.allowed.join(", ") == allowed,
            Some(_) => false,
        })
    }
}

impl Workbench {
    /// What events are expected to carry, by `recipes/plan.toml`; empty where there is none.
    ///
    /// # Errors
    /// Every mistake of the file at once.
    pub fn tracking_plan(&self) -> Result<(TrackingPlan, Vec<Problem>), Failure> {
        let path = self.folder().root().join(PLAN_FILE);
        let Some(text) = file::read_text(&path)? else { return Ok((TrackingPlan::default(), Vec::new())) };
        Ok(read_tracking_plan(&text, PLAN_FILE)?)
    }

    /// The plan made ready; a plan that is wrong judges nothing, and the catalogue says what is wrong with it.
    pub(crate) fn plan_now(&self) -> Plan {
        self.tracking_plan().map(|(plan, _)| Plan::new(&plan)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::events::testing::event;

    #[test]
    fn every_broken_rule_is_named_with_what_was_found() {
        let text = "[[events]]\nname = \"bought\"\nproperties = [\n\
            { name = \"amount\", kind = \"number\", required = true },\n\
            { name = \"plan\", allowed = [\"free\", \"pro\"] },\n]\n";
        let (spec, warnings) = read_tracking_plan(text, "plan.toml").expect("a plan");
        assert!(warnings.is_empty(), "{warnings:?}");
        let plan = Plan::new(&spec);
        let broken = |name: &str, properties: Value| {
            let mut one = event("p", name, 0);
            one.properties = properties.as_object().cloned().unwrap_or_default();
            let mut rules = Vec::new();
            plan.judge(&one, |property, rule, _, found| {
                assert!(plan.has(name, property, &rule));
                rules.push(format!("{property} {rule} {}", found.map(Value::to_string).unwrap_or_default()));
            });
            rules
        };
        assert!(broken("bought", json!({"amount": 5, "plan": "pro", "more": 1})).is_empty());
        assert!(broken("viewed", json!({})).is_empty());
        assert_eq!(broken("bought", json!({"amount": null})), ["amount required "]);
        assert_eq!(
            broken("bought", json!({"amount": "5", "plan": "gold"})),
            ["amount kind:number \"5\"", "plan allowed:free, pro \"gold\""]
        );
        assert!(!plan.has("bought", "amount", "kind:text"));
        assert!(read_tracking_plan("[[events]]\nname = \"x\"\npropertys = []\n", "plan.toml").is_err());
    }
}

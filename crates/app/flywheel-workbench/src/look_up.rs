//! What a question asks about beside events and people, looked up when it is asked: kept segments and what groups have.

use std::collections::BTreeMap;

use flywheel_people::{Groups, Segments};
use flywheel_product::Context;
use flywheel_spec::Problem;
use serde_json::{Map, Value};

use crate::{AskOptions, Failure, Workbench};

/// What was looked up for a question.
#[derive(Debug, Clone, Default)]
pub(crate) struct LookedUp {
    /// The people of the segments that it names.
    pub segments: Segments,
    /// The values of the properties of groups that it names.
    pub groups: Groups,
    /// Doubts about names that stand for nothing, each with the nearest that does.
    pub doubts: Vec<Problem>,
}

impl LookedUp {
    /// A context in which it is found.
    pub fn within(&self, context: Context) -> Context {
        Context { segments: self.segments.clone(), groups: self.groups.clone(), ..context }
    }
}

impl Workbench {
    /// Looks up whatever a question names, by its settings; one that names nothing reads nothing.
    ///
    /// # Errors
    /// Every segment that is not kept, asks about itself or is one of groups; every property of groups without a type.
    pub(crate) async fn look_up(&self, settings: &Value, options: AskOptions) -> Result<LookedUp, Failure> {
        let mut looked_up = self.segments_of(settings, options).await?;
        let (groups, doubts) = self.groups_of(settings, options.patience()).await?;
        looked_up.groups = groups;
        looked_up.doubts.extend(doubts);
        Ok(looked_up)
    }
}

/// The settings of a question, or of anything else that has conditions.
pub(crate) fn settings_of(spec: &impl serde::Serialize) -> Value {
    serde_json::to_value(spec).unwrap_or_default()
}

/// Every segment, or every property of an owner, that conditions and breakdowns name, each with the first setting that does.
pub(crate) fn named(settings: &Value, of: &str) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    collect(settings, of, "", &mut names);
    names
}

fn collect(value: &Value, of: &str, path: &str, names: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(settings) => collect_settings(settings, of, path, names),
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                collect(item, of, &below(path, &place.to_string()), names);
            }
        }
        _ => {}
    }
}

fn collect_settings(
    settings: &Map<String, Value>,
    of: &str,
    path: &str,
    names: &mut BTreeMap<String, String>,
) {
    let text = |key: &str| settings.get(key).and_then(Value::as_str);
    // A condition on people alone need not say whose its property is.
    let owner = text("of").or_else(|| text("kind").filter(|kind| *kind == "property").map(|_| "person"));
    // A condition calls it `property`, a breakdown `name`.
    let named = ["property", "name"].into_iter().find_map(|key| Some((key, text(key)?)));
    if let Some((key, name)) = named.filter(|_| owner == Some(of)) {
        names.entry(name.to_owned()).or_insert_with(|| below(path, key));
    }
    let condition = text("property").is_some();
    for (key, inner) in settings {
        // A condition's value may be called anything.
        if !(condition && key == "value") {
            collect(inner, of, &below(path, key), names);
        }
    }
}

fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

#[cfg(test)]
mod tests {
    use flywheel_spec::feedback::behaviour::BehaviourSpec;
    use flywheel_spec::product::trend::TrendSpec;
    use flywheel_spec::product::{Property, QuestionSpec};
    use serde_json::json;

    use super::*;

    #[test]
    fn names_are_found_wherever_they_stand() {
        let vips = json!({"property": "vips", "of": "segment", "value": "in"});
        let trend = QuestionSpec::Trend(TrendSpec {
            breakdown: vec![Property::of_segment("vips"), Property::of_person("plan")],
            ..TrendSpec::default()
        });
        let behaviour = BehaviourSpec {
            paying: serde_json::from_value(json!({"event": "pay", "where": [vips]})).expect("a filter"),
            value: Some(Property::of_group("company.seats")),
            ..BehaviourSpec::default()
        };
        for (settings, of, expected) in [
            (settings_of(&trend), "segment", vec![("vips", "breakdown.0.name")]),
            (settings_of(&trend), "person", vec![("plan", "breakdown.1.name")]),
            (settings_of(&behaviour), "segment", vec![("vips", "paying.where.0.property")]),
            (settings_of(&behaviour), "group", vec![("company.seats", "value.name")]),
            (
                json!({"steps": [{"where": [vips]}, {"where": [{"property": "early", "of": "segment"}]}]}),
                "segment",
                vec![("early", "steps.1.where.0.property"), ("vips", "steps.0.where.0.property")],
            ),
            (
                json!({"who": {"kind": "all", "of": [{"kind": "property", "property": "plan"}, {"kind": "property", "property": "vips", "of": "segment"}]}}),
                "segment",
                vec![("vips", "who.of.1.property")],
            ),
            (
                json!({"who": {"kind": "property", "property": "plan"}}),
                "person",
                vec![("plan", "who.property")],
            ),
            (json!({"property": "x", "value": {"property": "y", "of": "segment"}}), "segment", vec![]),
        ] {
            let found = named(&settings, of);
            let found: Vec<(&str, &str)> =
                found.iter().map(|(name, place)| (name.as_str(), place.as_str())).collect();
            assert_eq!(found, expected, "{settings} {of}");
        }
    }
}

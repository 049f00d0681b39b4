//! All mistakes of a funnel at once, each at its setting.

use flywheel_spec::product::QuestionSpec;
use serde_json::json;

use super::{context, question};
use crate::plan::plan;

#[test]
fn every_mistake_is_told_at_its_setting() {
    let spec = question(json!({
        "steps": [
            { "event": "a", "optional": true, "where": [{ "property": "p", "operator": "matches", "value": "(" }] },
            "b",
        ],
        "window": { "count": 0, "unit": "day" },
        "period": { "from": "soon" },
        "exclusions": [{ "event": "b", "from": 2, "to": 7 }],
        "breakdown": { "property": { "name": "" }, "top": 0, "attribution": { "kind": "step", "step": 3 } },
        "time_to_convert": { "from": 1, "to": 1, "bins": 100 },
        "people": { "step": 9, "limit": 0 },
        "separate": { "properties": [] },
    }));
    let wrong = plan(&QuestionSpec::Funnel(spec), &context()).err().expect("mistakes");
    let mut found: Vec<(String, String)> = wrong
        .problems
        .into_iter()
        .map(|problem| (problem.place.setting.unwrap_or_default(), problem.code))
        .collect();
    found.sort();
    let expected = [
        ("breakdown.attribution.step", "funnel.step_range"),
        ("breakdown.property", "funnel.property_empty"),
        ("breakdown.top", "funnel.zero"),
        ("exclusions.0", "funnel.exclusion_is_step"),
        ("exclusions.0.from", "funnel.step_range"),
        ("exclusions.0.to", "funnel.step_range"),
        ("people.limit", "funnel.zero"),
        ("people.step", "funnel.step_range"),
        ("period.from", "product.moment"),
        ("separate.properties", "funnel.no_properties"),
        ("steps.0.optional", "funnel.optional_end"),
        ("steps.0.where", "product.condition_expression"),
        ("time_to_convert", "funnel.from_before_to"),
        ("time_to_convert.bins", "funnel.bins"),
        ("time_to_convert.to", "funnel.step_range"),
        ("window.count", "funnel.window_zero"),
    ];
    let found: Vec<(&str, &str)> =
        found.iter().map(|(setting, code)| (setting.as_str(), code.as_str())).collect();
    assert_eq!(found, expected);
}

#[test]
fn what_an_order_cannot_do_is_told() {
    let spec = question(json!({
        "steps": ["a", { "event": "b", "optional": true }, "c"],
        "order": "unordered",
        "exclusions": [{ "event": "x", "from": 2 }],
        "breakdown": { "property": { "name": "plan" }, "attribution": { "kind": "step", "step": 2 } },
        "over_time": {},
    }));
    let wrong = plan(&QuestionSpec::Funnel(spec), &context()).err().expect("mistakes");
    let codes: Vec<&str> = wrong.problems.iter().map(|problem| problem.code.as_str()).collect();
    assert_eq!(
        codes,
        [
            "funnel.optional_unordered",
            "funnel.exclusion_unordered",
            "funnel.attribution_unordered",
            "funnel.over_time_from"
        ]
    );
    let too_few =
        plan(&QuestionSpec::Funnel(question(json!({ "steps": [] }))), &context()).err().expect("mistakes");
    assert_eq!(too_few.problems[0].code, "funnel.steps_least");
}

//! Conditions checked: that they read, and that a segment is asked for nothing but who belongs to it.

use std::collections::BTreeSet;
use std::slice;
use std::sync::Arc;

use flywheel_people::segments::{IN, OUT};
use flywheel_people::{Column, Condition, Fold};
use flywheel_spec::product::{EventFilter, Operator, Owner, Property, PropertyFilter};
use flywheel_spec::{Problem, Problems, phrase};
use serde_json::Value;

/// A condition made ready.
///
/// # Errors
/// What does not read, or asks a segment for more than belonging; at `where`.
pub(crate) fn ready(filter: &PropertyFilter) -> Result<Condition, Problems> {
    let condition = Condition::new(filter)?;
    if filter.of == Owner::Segment && !asks_who_belongs(filter) {
        let problem = Problem::error(phrase!("product.segment_condition", name = filter.property));
        let advice = phrase!("product.segment_condition_advice", name = filter.property);
        return Err(problem.advise(advice).at_setting("where").into());
    }
    Ok(condition)
}

/// What is wrong with a filter's conditions, each mistake at `where`.
pub(crate) fn mistakes(filter: &EventFilter) -> Vec<Problem> {
    let wrong = filter.conditions.iter().filter_map(|condition| ready(condition).err());
    wrong.flat_map(|wrong| wrong.problems).collect()
}

/// Whether a segment can be where a number is asked for: belonging is none.
///
/// # Errors
/// Each segment that a column of numbers names.
pub(crate) fn check_numbers(folds: &[Arc<dyn Fold>]) -> Result<(), Problems> {
    let columns = folds.iter().flat_map(|fold| &fold.reading().columns);
    let named: BTreeSet<&str> = columns
        .filter_map(|column| match column {
            Column::Number { property: Property { name, of: Owner::Segment } } => Some(name.as_str()),
            _ => None,
        })
        .collect();
    let mut problems = Problems::default();
    for name in named {
        let problem = Problem::error(phrase!("product.segment_number", name = name));
        problems.push(problem.advise(phrase!("product.segment_number_advice")));
    }
    problems.settle(()).map(|_| ())
}

fn asks_who_belongs(filter: &PropertyFilter) -> bool {
    let values = match &filter.value {
        Value::Array(values) => values.as_slice(),
        value => slice::from_ref(value),
    };
    let standing = |value: &Value| value.as_str().is_some_and(|value| value == IN || value == OUT);
    matches!(filter.operator, Operator::Is | Operator::IsNot) && values.iter().all(standing)
}

#[cfg(test)]
mod tests {
    use flywheel_spec::product::QuestionSpec;
    use serde_json::json;

    use super::*;
    use crate::make_believe::context;

    #[test]
    fn a_segment_is_asked_who_belongs_and_nothing_else() {
        for (condition, fits) in [
            (json!({"value": "in"}), true),
            (json!({"value": "out", "operator": "is_not"}), true),
            (json!({"value": ["in", "out"]}), true),
            (json!({"value": "yes"}), false),
            (json!({"value": ["in", 1]}), false),
            (json!({"operator": "is_set"}), false),
            (json!({"operator": "contains", "value": "i"}), false),
            (json!({"operator": "gt", "value": 1}), false),
        ] {
            let mut condition = condition;
            condition["property"] = json!("vips");
            condition["of"] = json!("segment");
            let filter: PropertyFilter = serde_json::from_value(condition.clone()).expect("a condition");
            let wrong = ready(&filter).err().map(|wrong| wrong.problems[0].code.clone());
            let expected = (!fits).then(|| "product.segment_condition".to_owned());
            assert_eq!(wrong, expected, "{condition}");
        }
    }

    #[test]
    fn every_question_refuses_what_a_segment_cannot_say() {
        let vips = json!({"name": "vips", "of": "segment"});
        let odd = json!([{"property": "vips", "of": "segment", "value": "yes"}]);
        let event = json!({"event": "pay", "where": odd});
        let condition = "product.segment_condition";
        let number = "product.segment_number";
        let text = "product.segment_text";
        for (question, code, setting) in [
            (json!({"kind": "trend", "series": [event]}), condition, Some("series.0.where")),
            (json!({"kind": "trend", "series": [{"event": "pay"}], "where": odd}), condition, Some("where")),
            (
                json!({"kind": "funnel", "steps": [{"event": "a"}, {"event": "b"}], "where": odd}),
                condition,
                Some("where"),
            ),
            (json!({"kind": "growth", "event": event}), condition, Some("event.where")),
            (json!({"kind": "segment", "population": event}), condition, Some("population.where")),
            (
                json!({"kind": "trend", "series": [{"event": "pay", "measure": "value", "property": vips}]}),
                number,
                None,
            ),
            (json!({"kind": "growth", "event": {"event": "pay"}, "value": vips}), number, None),
            (
                json!({"kind": "word_of_mouth", "joined": {"event": "a"}, "referrer": vips}),
                text,
                Some("referrer"),
            ),
        ] {
            let asked: QuestionSpec = serde_json::from_value(question.clone()).expect("a question");
            let wrong = crate::plan(&asked, &context("UTC", "2026-03-31")).err();
            let wrong = wrong.unwrap_or_else(|| panic!("it was planned: {question}")).problems;
            assert_eq!(wrong[0].code, code, "{question}");
            assert_eq!(wrong[0].place.setting.as_deref(), setting, "{question}");
        }
    }
}

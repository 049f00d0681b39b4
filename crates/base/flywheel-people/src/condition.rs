//! Conditions made ready: whether a property's value fits, the same wherever events are read.

use flywheel_spec::product::{EventFilter, Operator, Owner, PropertyFilter};
use flywheel_spec::{Problem, Problems, phrase};
use regex::Regex;
use serde_json::Value;

use crate::event::{Event, number_of, text_of};

/// A condition on one property, its expressions compiled.
#[derive(Debug, Clone)]
pub struct Condition {
    /// The property's name.
    pub property: String,
    /// Whose it is.
    pub of: Owner,
    test: Test,
}

#[derive(Debug, Clone)]
enum Test {
    Is { texts: Vec<String>, wanted: bool },
    Contains { texts: Vec<String>, wanted: bool },
    Matches { expressions: Vec<Regex>, wanted: bool },
    Compare { operator: Operator, bound: f64 },
    Set { wanted: bool },
}

impl Condition {
    /// Makes a condition ready.
    ///
    /// # Errors
    /// A regular expression that does not compile, a comparison without a number, a value that is missing.
    pub fn new(filter: &PropertyFilter) -> Result<Self, Problems> {
        let wrong = |key: &str, found: &dyn std::fmt::Display| {
            Problems::from(
                Problem::error(phrase!(key, property = filter.property, found = found)).at_setting("where"),
            )
        };
        let texts: Vec<String> = match &filter.value {
            Value::Array(values) => values.iter().filter_map(text_of).collect(),
            value => text_of(value).into_iter().collect(),
        };
        let operator = filter.operator;
        let needs_value = !matches!(operator, Operator::IsSet | Operator::IsNotSet);
        if needs_value && texts.is_empty() {
            return Err(wrong("product.condition_value", &"null"));
        }
        let test = match operator {
            Operator::Is | Operator::IsNot => Test::Is { texts, wanted: operator == Operator::Is },
            Operator::Contains | Operator::NotContains => Test::Contains {
                texts: texts.iter().map(|text| text.to_lowercase()).collect(),
                wanted: operator == Operator::Contains,
            },
            Operator::Matches | Operator::NotMatches => {
                let expressions = texts.iter().map(|text| Regex::new(text)).collect::<Result<_, _>>();
                let expressions =
                    expressions.map_err(|error| wrong("product.condition_expression", &error))?;
                Test::Matches { expressions, wanted: operator == Operator::Matches }
            }
            Operator::Gt | Operator::Gte | Operator::Lt | Operator::Lte => {
                let bound = number_of(&filter.value)
                    .ok_or_else(|| wrong("product.condition_number", &filter.value))?;
                Test::Compare { operator, bound }
            }
            Operator::IsSet | Operator::IsNotSet => Test::Set { wanted: operator == Operator::IsSet },
        };
        Ok(Self { property: filter.property.clone(), of: filter.of, test })
    }

    /// Whether a value as text fits; `None` is an absent or null property.
    pub fn fits(&self, value: Option<&str>) -> bool {
        match (&self.test, value) {
            (Test::Is { texts, wanted }, Some(value)) => texts.iter().any(|text| text == value) == *wanted,
            (Test::Contains { texts, wanted }, Some(value)) => {
                let value = value.to_lowercase();
                texts.iter().any(|text| value.contains(text)) == *wanted
            }
            (Test::Matches { expressions, wanted }, Some(value)) => {
                expressions.iter().any(|expression| expression.is_match(value)) == *wanted
            }
            (Test::Compare { operator, bound }, Some(value)) => {
                let Ok(value) = value.trim().parse::<f64>() else { return false };
                match operator {
                    Operator::Gt => value > *bound,
                    Operator::Gte => value >= *bound,
                    Operator::Lt => value < *bound,
                    _ => value <= *bound,
                }
            }
            (Test::Compare { .. }, None) => false,
            (
                Test::Is { wanted, .. } | Test::Contains { wanted, .. } | Test::Matches { wanted, .. },
                None,
            ) => !wanted,
            (Test::Set { wanted }, value) => value.is_some() == *wanted,
        }
    }
}

/// An event filter made ready.
#[derive(Debug, Clone)]
pub struct ReadyFilter {
    /// The event's name; any when absent.
    pub event: Option<String>,
    /// Conditions on the event's own properties.
    pub event_conditions: Vec<Condition>,
    /// Conditions on properties of the groups that the event names.
    pub group_conditions: Vec<Condition>,
    /// Conditions on the person's properties.
    pub person_conditions: Vec<Condition>,
    /// Conditions on the lists that the person is on.
    pub segment_conditions: Vec<Condition>,
}

impl ReadyFilter {
    /// Makes a filter ready.
    ///
    /// # Errors
    /// Every condition that is wrong.
    pub fn new(filter: &EventFilter) -> Result<Self, Problems> {
        let mut problems = Problems::default();
        let mut conditions = Vec::new();
        for condition in &filter.conditions {
            match Condition::new(condition) {
                Ok(condition) => conditions.push(condition),
                Err(mut wrong) => problems.problems.append(&mut wrong.problems),
            }
        }
        if !problems.problems.is_empty() {
            return Err(problems);
        }
        let (event_conditions, conditions): (Vec<_>, Vec<_>) =
            conditions.into_iter().partition(|condition| condition.of == Owner::Event);
        let (group_conditions, conditions): (Vec<_>, Vec<_>) =
            conditions.into_iter().partition(|condition| condition.of == Owner::Group);
        let (person_conditions, segment_conditions) =
            conditions.into_iter().partition(|condition| condition.of == Owner::Person);
        let event = filter.event.clone();
        Ok(Self { event, event_conditions, group_conditions, person_conditions, segment_conditions })
    }

    /// Whether an event fits, the conditions on its person and its groups left aside.
    pub fn fits_event(&self, event: &Event) -> bool {
        self.event.as_ref().is_none_or(|name| *name == event.event)
            && self.event_conditions.iter().all(|condition| {
                let value = event.properties.get(&condition.property).and_then(text_of);
                condition.fits(value.as_deref())
            })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fits(operator: Operator, value: Value, found: Option<&str>) -> bool {
        let filter = PropertyFilter { property: "plan".to_owned(), of: Owner::Event, operator, value };
        Condition::new(&filter).expect("a condition").fits(found)
    }

    #[test]
    fn conditions_compare_as_posthog_does() {
        use Operator::*;
        for (operator, value, found, expected) in [
            (Is, json!("pro"), Some("pro"), true),
            (Is, json!(5), Some("5"), true),
            (Is, json!(["pro", "free"]), Some("free"), true),
            (Is, json!("pro"), None, false),
            (IsNot, json!(["pro", "free"]), Some("free"), false),
            (IsNot, json!("pro"), None, true),
            (Contains, json!("PRO"), Some("a proper"), true),
            (NotContains, json!("x"), None, true),
            (Matches, json!("^p.o$"), Some("pro"), true),
            (NotMatches, json!("^p.o$"), Some("pro"), false),
            (Gt, json!("4"), Some("5"), true),
            (Gte, json!(5), Some("5.0"), true),
            (Lt, json!(5), Some("x"), false),
            (Lte, json!(5), None, false),
            (IsSet, json!(null), Some(""), true),
            (IsNotSet, json!(null), None, true),
        ] {
            assert_eq!(fits(operator, value.clone(), found), expected, "{operator:?} {value} {found:?}");
        }
    }

    #[test]
    fn a_condition_that_cannot_be_is_said() {
        let wrong = |operator, value| {
            let filter = PropertyFilter { property: "plan".to_owned(), of: Owner::Event, operator, value };
            Condition::new(&filter).expect_err("wrong").problems[0].code.clone()
        };
        assert_eq!(wrong(Operator::Matches, json!("(")), "product.condition_expression");
        assert_eq!(wrong(Operator::Gt, json!("many")), "product.condition_number");
        assert_eq!(wrong(Operator::Is, json!(null)), "product.condition_value");
    }
}

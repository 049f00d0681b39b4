//! Events, conditions and properties written in one line, as [`super::short`] reads them.
//!
//! Each function gives nothing for what has no such form: a number compared as text, a backslash in quotes.

use serde_json::Value;

use super::short::PREFIXES;
use super::{EventFilter, Operator, Owner, Property, PropertyFilter};

/// An event with its conditions: `signup[plan=pro,amount>5] as Joined`; `*` is any event.
pub fn filter_text(filter: &EventFilter) -> Option<String> {
    let mut text = match filter.event.as_deref() {
        None => "*".to_owned(),
        Some("" | "*") => return None,
        Some(name) => word(name, &['['], &[" as "])?,
    };
    if !filter.conditions.is_empty() {
        text.push_str(&format!("[{}]", conditions_text(&filter.conditions)?));
    }
    if let Some(label) = &filter.label {
        let plain = !label.is_empty() && label.trim().trim_matches('"') == label;
        text.push_str(&format!(" as {}", plain.then_some(label)?));
    }
    Some(text)
}

/// Conditions with commas between them: `plan=pro,amount>5`.
pub fn conditions_text(conditions: &[PropertyFilter]) -> Option<String> {
    let written: Option<Vec<String>> = conditions.iter().map(condition).collect();
    Some(written?.join(","))
}

/// A property: `plan` is the event's, `person.plan` the person's, `segment.vips` whether the person belongs to it,
/// `group.company.plan` the plan of the event's company.
pub fn property_text(property: &Property) -> Option<String> {
    Some(owned(property.of, word(&property.name, &[], &[])?))
}

/// A name with whose it is; one of the event's own that looks like another's stands in quotes.
fn owned(of: Owner, name: String) -> String {
    match PREFIXES.iter().find(|(_, owner)| *owner == of) {
        Some((prefix, _)) => format!("{prefix}{name}"),
        None if PREFIXES.iter().any(|(prefix, _)| name.starts_with(prefix)) => format!("\"{name}\""),
        None => name,
    }
}

fn condition(filter: &PropertyFilter) -> Option<String> {
    let name = word(&filter.property, &['=', '!', '<', '>', '~', '*', ',', '[', ']'], &[])?;
    let name = owned(filter.of, name);
    let set = matches!(filter.operator, Operator::IsSet | Operator::IsNotSet);
    if set && filter.of == Owner::Segment {
        // Written so, it would read as belonging to it.
        return None;
    }
    let sign = match filter.operator {
        Operator::IsSet => return filter.value.is_null().then_some(name),
        Operator::IsNotSet => return filter.value.is_null().then(|| format!("!{name}")),
        Operator::Is => "=",
        Operator::IsNot => "!=",
        Operator::Contains => "*=",
        Operator::NotContains => "!*=",
        Operator::Matches => "~",
        Operator::NotMatches => "!~",
        Operator::Gt => ">",
        Operator::Gte => ">=",
        Operator::Lt => "<",
        Operator::Lte => "<=",
    };
    let compares = matches!(filter.operator, Operator::Gt | Operator::Gte | Operator::Lt | Operator::Lte);
    let expression = matches!(filter.operator, Operator::Matches | Operator::NotMatches);
    let value = match &filter.value {
        Value::Number(number) if compares => number.to_string(),
        Value::String(text) if !compares => value_text(text)?,
        Value::Array(values) if !compares && !expression && values.len() > 1 => {
            let words: Option<Vec<String>> = values.iter().map(|value| value_text(value.as_str()?)).collect();
            words?.join("|")
        }
        _ => return None,
    };
    Some(format!("{name}{sign}{value}"))
}

fn value_text(text: &str) -> Option<String> {
    if text.is_empty() {
        return Some("\"\"".to_owned());
    }
    word(text, &[',', '|', '[', ']'], &[])
}

/// A word as it is, or in quotes where it holds a mark that would end it.
fn word(text: &str, marks: &[char], words: &[&str]) -> Option<String> {
    let held = text.contains(marks) || words.iter().any(|word| text.contains(word));
    if text.is_empty() {
        return None;
    }
    if !held && !text.contains('"') && text.trim() == text {
        return Some(text.to_owned());
    }
    // A backslash inside quotes could take the quote after it away.
    (!text.contains('\\')).then(|| format!("\"{}\"", text.replace('"', "\\\"")))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::short::{read_conditions, read_filter, read_property};
    use super::*;

    #[test]
    fn what_is_written_reads_back_as_it_was() {
        for (filter, expected) in [
            (json!({}), Some("*")),
            (json!({"event": "signed up"}), Some("signed up")),
            (json!({"event": "a as b"}), Some("\"a as b\"")),
            (
                json!({"event": "付款", "label": "已付款", "where": [
                    {"property": "country", "of": "person", "operator": "is_not", "value": ["DE", "FR"]},
                    {"property": "amount", "operator": "gt", "value": 5},
                    {"property": "coupon", "operator": "is_not_set"},
                ]}),
                Some("付款[person.country!=DE|FR,amount>5,!coupon] as 已付款"),
            ),
            (
                json!({"event": "pay", "where": [{"property": "note", "value": "a, \"b\" [c]"}]}),
                Some("pay[note=\"a, \\\"b\\\" [c]\"]"),
            ),
            (
                json!({"event": "pay", "where": [{"property": "person.x=y", "value": "1"}]}),
                Some("pay[\"person.x=y\"=1]"),
            ),
            (json!({"event": "pay", "where": [{"property": "amount", "value": 5}]}), None),
            (json!({"event": "pay", "where": [{"property": "path", "value": "a\\|b"}]}), None),
            (json!({"event": "*"}), None),
        ] {
            let filter: EventFilter = serde_json::from_value(filter).expect("a filter");
            let written = filter_text(&filter);
            assert_eq!(written.as_deref(), expected, "{filter:?}");
            if let Some(text) = written {
                assert_eq!(read_filter(&text).expect("reads"), filter, "{text}");
            }
        }
    }

    #[test]
    fn properties_say_whose_they_are() {
        for (property, expected) in [
            (Property::of_event("plan"), "plan"),
            (Property::of_person("plan"), "person.plan"),
            (Property::of_event("person.plan"), "\"person.plan\""),
            (Property::of_group("company.plan"), "group.company.plan"),
            (Property::of_event("group.company.plan"), "\"group.company.plan\""),
        ] {
            assert_eq!(property_text(&property).as_deref(), Some(expected));
            assert_eq!(read_property(expected), property);
        }
    }

    proptest! {
        #[test]
        fn any_name_and_value_that_is_written_reads_back(
            name in "[a-z$ .,=!~*<>|\"\\[\\]\\\\付款]{1,8}",
            property in "[a-z$ .,=!~*<>|\"\\[\\]\\\\国]{1,8}",
            value in "[a-z ,=!~*<>|\"\\[\\]\\\\中]{0,8}",
            not in any::<bool>(),
        ) {
            let operator = if not { Operator::IsNot } else { Operator::Is };
            let condition =
                PropertyFilter { property: property.clone(), of: Owner::Event, operator, value: json!(value) };
            let filter = EventFilter { event: Some(name), conditions: vec![condition], label: None };
            if let Some(text) = filter_text(&filter) {
                prop_assert_eq!(&read_filter(&text).expect("reads"), &filter, "{}", text);
            }
            if let Some(text) = conditions_text(&filter.conditions) {
                prop_assert_eq!(&read_conditions(&text).expect("reads"), &filter.conditions, "{}", text);
            }
            if let Some(text) = property_text(&Property::of_event(property.clone())) {
                prop_assert_eq!(read_property(&text), Property::of_event(property));
            }
        }
    }
}

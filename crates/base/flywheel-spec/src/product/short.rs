//! Events and conditions as people type them in one line: `signup[plan=pro,amount>5]`.
//!
//! ```text
//! event      = name [ "[" condition { "," condition } "]" ] [ " as " label ]        `*` is any event
//! condition  = property operator value { "|" value }     one of the values must fit (for the negations: none)
//!            | property                                  the property is there
//!            | "!" property                              it is not
//! operator   = "=" | "!=" | ">" | ">=" | "<" | "<="
//!            | "*=" (holds the text) | "!*=" | "~" (fits the regular expression) | "!~"
//! property   = name | "person." name | "segment." name | "group." type "." name
//! ```
//! Names and values that hold `,`, `[`, `]`, `|` or an operator stand in double quotes, `\"` inside.

use serde_json::{Number, Value};

use super::{EventFilter, Operator, Owner, Property, PropertyFilter};
use crate::{Problem, phrase};

/// The operators, those first that begin like another.
const OPERATORS: [(&str, Operator); 10] = [
    ("!*=", Operator::NotContains),
    ("*=", Operator::Contains),
    ("!~", Operator::NotMatches),
    ("~", Operator::Matches),
    ("!=", Operator::IsNot),
    (">=", Operator::Gte),
    ("<=", Operator::Lte),
    (">", Operator::Gt),
    ("<", Operator::Lt),
    ("=", Operator::Is),
];

/// What says whose a property is, before its name.
pub(super) const PREFIXES: [(&str, Owner); 3] =
    [("person.", Owner::Person), ("segment.", Owner::Segment), ("group.", Owner::Group)];

/// Reads an event with its conditions.
///
/// # Errors
/// What does not read, with how it is written.
pub fn read_filter(text: &str) -> Result<EventFilter, Problem> {
    let wrong = |problem: Problem| problem.advise(phrase!("ask.filter_advice"));
    let mut rest = text.trim();
    let name;
    (name, rest) = word(rest, |letter| letter == '[', true).map_err(|()| wrong(open(text, '"')))?;
    let mut filter = EventFilter::default();
    match name.as_str() {
        "" => return Err(wrong(Problem::error(phrase!("ask.filter_empty")))),
        "*" => {}
        _ => filter.event = Some(name),
    }
    if let Some(inside) = rest.strip_prefix('[') {
        let end = end_of_conditions(inside).ok_or_else(|| wrong(open(text, '[')))?;
        filter.conditions = read_conditions(&inside[..end])?;
        rest = inside[end + 1..].trim_start();
    }
    if let Some(label) = rest.strip_prefix("as ") {
        filter.label = Some(label.trim().trim_matches('"').to_owned());
    } else if !rest.trim().is_empty() {
        return Err(wrong(Problem::error(phrase!(
            "ask.filter_rest",
            rest = rest.trim(),
            text = text.trim()
        ))));
    }
    Ok(filter)
}

/// Reads conditions with commas between them.
///
/// # Errors
/// What does not read, with how it is written.
pub fn read_conditions(text: &str) -> Result<Vec<PropertyFilter>, Problem> {
    let mut conditions = Vec::new();
    for part in split(text, ',') {
        conditions.push(condition(part.trim())?);
    }
    Ok(conditions)
}

/// Reads a property: `plan` is the event's, `person.plan` the person's, `segment.vips` whether the person belongs to a kept
/// segment, `group.company.plan` the plan of the event's company.
pub fn read_property(text: &str) -> Property {
    let (of, name) = owner(text.trim());
    Property { name: unquoted(name), of }
}

/// Whose a property is, and what of the text names it.
fn owner(text: &str) -> (Owner, &str) {
    let of = |(prefix, of): &(&str, Owner)| {
        text.strip_prefix(*prefix).filter(|name| !name.is_empty()).map(|name| (*of, name))
    };
    PREFIXES.iter().find_map(of).unwrap_or((Owner::Event, text))
}

fn condition(text: &str) -> Result<PropertyFilter, Problem> {
    let wrong =
        || Problem::error(phrase!("ask.filter_condition", found = text)).advise(phrase!("ask.filter_advice"));
    let (negated, body) = match text.strip_prefix('!') {
        Some(body) => (true, body),
        None => (false, text),
    };
    let (owner, body) = owner(body);
    let stops = |letter: char| matches!(letter, '=' | '!' | '<' | '>' | '~' | '*');
    let (property, rest) = word(body, stops, false).map_err(|()| wrong())?;
    if property.is_empty() {
        return Err(wrong());
    }
    let filter = |operator, value| PropertyFilter { property: property.clone(), of: owner, operator, value };
    if rest.is_empty() && owner == Owner::Segment {
        let operator = if negated { Operator::IsNot } else { Operator::Is };
        return Ok(filter(operator, Value::from("in")));
    }
    if rest.is_empty() {
        return Ok(filter(if negated { Operator::IsNotSet } else { Operator::IsSet }, Value::Null));
    }
    let found = OPERATORS.iter().find_map(|(sign, operator)| Some((rest.strip_prefix(sign)?, *operator)));
    let (value, operator) = found.filter(|_| !negated).ok_or_else(wrong)?;
    let compares = matches!(operator, Operator::Gt | Operator::Gte | Operator::Lt | Operator::Lte);
    // A bar is an expression's own.
    let alternatives = !compares && !matches!(operator, Operator::Matches | Operator::NotMatches);
    let value = value.trim();
    if value.is_empty() {
        return Err(wrong());
    }
    let mut values: Vec<Value> = if alternatives {
        split(value, '|').into_iter().map(|part| Value::String(unquoted(part.trim()))).collect()
    } else {
        vec![Value::String(unquoted(value))]
    };
    if compares {
        let number = value.parse().ok().and_then(Number::from_f64);
        let whole = value.parse::<i64>().ok().map(Number::from);
        values = vec![Value::Number(whole.or(number).ok_or_else(wrong)?)];
    }
    Ok(filter(operator, if values.len() == 1 { values.remove(0) } else { Value::Array(values) }))
}

/// The word at the beginning, in quotes or up to a letter that stops it, and what follows it.
/// The name of an event may also be followed by a label.
fn word(text: &str, stops: impl Fn(char) -> bool, labelled: bool) -> Result<(String, &str), ()> {
    if let Some(inside) = text.strip_prefix('"') {
        let end = end_of_quote(inside).ok_or(())?;
        return Ok((inside[..end].replace("\\\"", "\""), inside[end + 1..].trim_start()));
    }
    let mut end = text.find(stops).unwrap_or(text.len());
    if labelled && let Some(label) = text[..end].find(" as ") {
        end = label;
    }
    Ok((text[..end].trim().to_owned(), text[end..].trim_start()))
}

/// Where the bracket closes that was opened just before, quotes heeded.
fn end_of_conditions(text: &str) -> Option<usize> {
    let mut depth = 0;
    let mut at = 0;
    while at < text.len() {
        match text.as_bytes()[at] {
            b'"' => at += 1 + end_of_quote(&text[at + 1..])?,
            b'[' => depth += 1,
            b']' if depth == 0 => return Some(at),
            b']' => depth -= 1,
            _ => {}
        }
        at += 1;
    }
    None
}

/// Where a quoted text ends; the opening quote is behind.
fn end_of_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, letter) in text.char_indices() {
        match letter {
            '"' if !escaped => return Some(at),
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    None
}

/// The parts between separators that stand outside quotes and brackets.
fn split(text: &str, separator: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut quoted, mut depth, mut escaped) = (0, false, 0_usize, false);
    for (at, letter) in text.char_indices() {
        match letter {
            '"' if !escaped => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted => depth = depth.saturating_sub(1),
            _ if letter == separator && !quoted && depth == 0 => {
                parts.push(&text[start..at]);
                start = at + letter.len_utf8();
            }
            _ => {}
        }
        escaped = letter == '\\' && !escaped;
    }
    parts.push(&text[start..]);
    parts
}

fn unquoted(text: &str) -> String {
    match text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
        Some(inside) => inside.replace("\\\"", "\""),
        None => text.to_owned(),
    }
}

fn open(text: &str, mark: char) -> Problem {
    Problem::error(phrase!("ask.filter_open", text = text.trim(), mark = mark))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn events_are_read_as_people_type_them() {
        for (text, expected) in [
            ("signup", json!({"event": "signup"})),
            ("*", json!({})),
            ("$pageview as Visit", json!({"event": "$pageview", "label": "Visit"})),
            (
                "pay[amount>5,plan=pro]",
                json!({"event": "pay", "where": [
                    {"property": "amount", "operator": "gt", "value": 5},
                    {"property": "plan", "operator": "is", "value": "pro"},
                ]}),
            ),
            (
                "付款[person.country!=DE|FR, !coupon, referrer] as 已付款",
                json!({"event": "付款", "label": "已付款", "where": [
                    {"property": "country", "of": "person", "operator": "is_not", "value": ["DE", "FR"]},
                    {"property": "coupon", "operator": "is_not_set"},
                    {"property": "referrer", "operator": "is_set"},
                ]}),
            ),
            (
                "*[url*=/pricing,agent!*=bot,path~^/(a|b)[0-9],lang!~zh]",
                json!({"where": [
                    {"property": "url", "operator": "contains", "value": "/pricing"},
                    {"property": "agent", "operator": "not_contains", "value": "bot"},
                    {"property": "path", "operator": "matches", "value": "^/(a|b)[0-9]"},
                    {"property": "lang", "operator": "not_matches", "value": "zh"},
                ]}),
            ),
            (
                "\"a [b] \\\"c\\\"\"[\"x=y\"=\"1,2\"|3]",
                json!({"event": "a [b] \"c\"", "where": [
                    {"property": "x=y", "operator": "is", "value": ["1,2", "3"]},
                ]}),
            ),
            (
                "pay[group.company.plan=pro,!group.team.size]",
                json!({"event": "pay", "where": [
                    {"property": "company.plan", "of": "group", "operator": "is", "value": "pro"},
                    {"property": "team.size", "of": "group", "operator": "is_not_set"},
                ]}),
            ),
            (
                "pay[amount<=2.5]",
                json!({"event": "pay", "where": [{"property": "amount", "operator": "lte", "value": 2.5}]}),
            ),
        ] {
            let filter = read_filter(text).unwrap_or_else(|problem| panic!("{text}: {}", problem.message));
            let expected: EventFilter = serde_json::from_value(expected).expect("a filter");
            assert_eq!(filter, expected, "{text}");
        }
    }

    #[test]
    fn what_does_not_read_is_said() {
        for (text, code) in [
            ("", "ask.filter_empty"),
            ("[plan=pro]", "ask.filter_empty"),
            ("pay[amount>5", "ask.filter_open"),
            ("\"pay", "ask.filter_open"),
            ("pay[amount>many]", "ask.filter_condition"),
            ("pay[=5]", "ask.filter_condition"),
            ("pay[plan=]", "ask.filter_condition"),
            ("pay[!plan=pro]", "ask.filter_condition"),
            ("pay[a=1]b", "ask.filter_rest"),
        ] {
            assert_eq!(read_filter(text).expect_err(text).code, code, "{text}");
        }
    }

    #[test]
    fn properties_say_whose_they_are() {
        assert_eq!(read_property("plan"), Property::of_event("plan"));
        assert_eq!(read_property("person.plan"), Property::of_person("plan"));
        assert_eq!(read_property("\"person.plan\""), Property::of_event("person.plan"));
        assert_eq!(read_property("group.company.plan"), Property::of_group("company.plan"));
        assert_eq!(read_property("group."), Property::of_event("group."));
    }
}

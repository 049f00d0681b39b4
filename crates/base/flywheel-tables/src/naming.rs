//! Whether a value names a person: the whole of it is one of their distinct ids, where it can mean nothing else.

use std::collections::HashSet;

use serde_json::{Map, Number, Value};

/// Bytes from which an id says by itself whom it means.
const TELLING_BYTES: usize = 4;

/// Digits from which a number says by itself whom it means: a shorter one may be a count, a postal code or a date.
const TELLING_DIGITS: usize = 9;

/// What a value that names a person is called, alone or before `id`; compared by small letters without signs between.
const PEOPLE: [&str; 16] = [
    "user",
    "customer",
    "person",
    "client",
    "member",
    "visitor",
    "subscriber",
    "patient",
    "student",
    "employee",
    "alias",
    "referrer",
    "inviter",
    "用户",
    "客户",
    "会员",
];

/// What says so only before `id`.
const IDS_ONLY: [&str; 3] = ["distinct", "anonymous", "previous"];

/// What ends the name of a value that is an id.
const ENDINGS: [&str; 4] = ["ids", "id", "编号", "号"];

/// The distinct ids of a person who is looked for.
#[derive(Debug, Clone, Copy)]
pub struct Naming<'i> {
    /// The ids.
    pub ids: &'i HashSet<String>,
}

impl Naming<'_> {
    /// Whether a text that is called `name` is one of the ids.
    pub fn is(self, name: &str, text: &str) -> bool {
        let text = text.trim();
        self.ids.contains(text) && (is_telling(text) || names_a_person(name))
    }

    /// Whether a number that is called `name` is one of the ids; only where the name speaks of a person.
    pub fn is_number(self, name: &str, number: f64) -> bool {
        whole(number).is_some_and(|text| self.ids.contains(&text)) && names_a_person(name)
    }

    /// Whether one of the ids stands anywhere in a value.
    pub fn is_in(self, name: &str, value: &Value) -> bool {
        match value {
            Value::String(text) => self.is(name, text),
            Value::Number(number) => self.is_json_number(name, number),
            Value::Array(items) => items.iter().any(|item| self.is_in(name, item)),
            Value::Object(object) => self.is_in_object(object),
            Value::Null | Value::Bool(_) => false,
        }
    }

    /// Whether one of the ids stands anywhere in an object.
    pub fn is_in_object(self, object: &Map<String, Value>) -> bool {
        object.iter().any(|(name, value)| self.is_in(name, value))
    }

    /// Puts something else in the place of each of the ids in an object; true when there was any.
    pub fn leave_out(self, object: &mut Map<String, Value>, instead: &str) -> bool {
        let mut found = false;
        for (name, value) in object.iter_mut() {
            found |= self.leave_out_of(name, value, instead);
        }
        found
    }

    /// As [`Self::leave_out`], of any value that is called `name`.
    pub fn leave_out_of(self, name: &str, value: &mut Value, instead: &str) -> bool {
        match value {
            Value::Array(items) => {
                let mut found = false;
                for item in items {
                    found |= self.leave_out_of(name, item, instead);
                }
                found
            }
            Value::Object(object) => self.leave_out(object, instead),
            plain => {
                let found = self.is_in(name, plain);
                if found {
                    *plain = Value::from(instead);
                }
                found
            }
        }
    }

    fn is_json_number(self, name: &str, number: &Number) -> bool {
        if number.is_f64() {
            return number.as_f64().is_some_and(|number| self.is_number(name, number));
        }
        self.ids.contains(&number.to_string()) && names_a_person(name)
    }
}

/// True for an id that means nobody and nothing else wherever it stands as a whole value.
pub fn is_telling(id: &str) -> bool {
    id.len() >= if is_numeric(id) { TELLING_DIGITS } else { TELLING_BYTES }
}

/// True for an id that reads as a number.
pub fn is_numeric(id: &str) -> bool {
    id.parse::<f64>().is_ok()
}

/// Whether the name of a column, a property or a setting says that its values are people's ids.
pub fn names_a_person(name: &str) -> bool {
    let name: String =
        name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    if name == "uid" || PEOPLE.contains(&name.as_str()) {
        return true;
    }
    let before = ENDINGS.iter().find_map(|ending| name.strip_suffix(ending));
    before.is_some_and(|before| PEOPLE.iter().chain(&IDS_ONLY).any(|person| before.ends_with(person)))
}

/// A whole number as its digits; `None` where it has a fraction or more digits than are exact.
fn whole(number: f64) -> Option<String> {
    let exact = number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0;
    exact.then(|| format!("{number:.0}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_of_people_are_told_from_names_of_counts() {
        for (name, expected) in [
            ("user_id", true),
            ("distinctIds", true),
            ("$anon_distinct_id", true),
            ("Customer ID", true),
            ("customer", true),
            ("客户编号", true),
            ("uid", true),
            ("users", false),
            ("customers", false),
            ("id", false),
            ("paid", false),
            ("previous", false),
            ("epochs", false),
            ("", false),
        ] {
            assert_eq!(names_a_person(name), expected, "{name}");
        }
    }

    #[test]
    fn what_may_mean_something_else_names_a_person_only_where_people_are_named() {
        let ids: HashSet<String> =
            ["7", "pro", "anna", "12345", "13812345678"].map(str::to_owned).into_iter().collect();
        let naming = Naming { ids: &ids };
        for (value, expected) in [
            (json!({"epochs": 7}), false),
            (json!({"label": "7"}), false),
            (json!({"distinct_id": 7}), true),
            (json!({"distinct_id": 7.0}), true),
            (json!({"users": 7}), false),
            (json!({"distinct_ids": ["1", "7"]}), true),
            (json!({"plan": "pro"}), false),
            (json!({"user": "pro"}), true),
            (json!({"referrer": "anna"}), true),
            (json!({"anywhere": [{"at": "anna"}]}), true),
            (json!({"anywhere": "joanna"}), false),
            (json!({"anywhere": "anna's"}), false),
            (json!({"postal_code": "12345"}), false),
            (json!({"phone": "13812345678"}), true),
            (json!({"amount": 13_812_345_678_u64}), false),
            (json!({"$set": {"member": 12345}}), true),
        ] {
            assert_eq!(naming.is_in("", &value), expected, "{value}");
            let mut left = value.clone();
            assert_eq!(naming.leave_out_of("", &mut left, "erased"), expected, "{value}");
            assert_eq!(left != value, expected, "{value}");
            assert!(!naming.is_in("", &left), "{left}");
        }
    }
}

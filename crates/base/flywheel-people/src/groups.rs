//! Properties of groups, which a question's conditions and columns may ask about beside those of events and people.

use std::collections::BTreeMap;

use serde_json::Value;

/// The name of the event that says what a group is, in `$group_type`, `$group_key` and `$group_set`.
pub const IDENTIFIES: &str = "$groupidentify";

/// What each group has for one property, by the group's key.
pub type GroupValues = BTreeMap<String, Value>;

/// The properties that are asked about, each by its whole name, such as `company.plan`.
pub type Groups = BTreeMap<String, GroupValues>;

/// The type and the property that a whole name such as `company.plan` is made of.
pub fn parts(name: &str) -> Option<(&str, &str)> {
    name.split_once('.').filter(|(kind, property)| !kind.is_empty() && !property.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_name_is_a_type_and_a_property() {
        for (name, expected) in [
            ("company.plan", Some(("company", "plan"))),
            ("company.plan.name", Some(("company", "plan.name"))),
            ("company", None),
            ("company.", None),
            (".plan", None),
        ] {
            assert_eq!(parts(name), expected, "{name}");
        }
    }
}

//! Lists of people by name, which a question's conditions and columns may ask about beside properties.

use std::collections::BTreeMap;

/// The people of each list, rising, after all merges.
pub type Segments = BTreeMap<String, Vec<i64>>;

/// What the property of a list says of those who are on it.
pub const IN: &str = "in";
/// And of everybody else.
pub const OUT: &str = "out";

/// Whether a person is on a list.
pub fn standing(members: &[i64], person: i64) -> &'static str {
    if members.binary_search(&person).is_ok() { IN } else { OUT }
}

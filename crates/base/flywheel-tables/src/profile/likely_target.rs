//! Guesses the column that a person wants to predict, from its name and its place.

use flywheel_spec::table::{ColumnKind, ColumnProfile};

use crate::stored::StoredTable;

/// Names that a target has.
const NAMES: [&str; 22] = [
    "target",
    "label",
    "churn",
    "churned",
    "survived",
    "outcome",
    "is_canceled",
    "diagnosis",
    "species",
    "variety",
    "income",
    "default",
    "fraud",
    "y",
    "labels",
    "quality",
    "sentiment",
    "class",
    "标签",
    "目标",
    "类别",
    "是否流失",
];

/// Words within a target's name.
const WORDS: [&str; 9] =
    ["target", "churn", "churned", "canceled", "cancelled", "failure", "survived", "fraud", "流失"];

/// The name of the likeliest target, if one stands out.
pub(super) fn find(table: &StoredTable, columns: &[ColumnProfile]) -> Option<String> {
    let rows = table.frame.rows() as u64;
    let fits = |column: &&ColumnProfile| {
        let few = column.distinct >= 2 && column.distinct <= 1000.max(rows / 20);
        column.name != "part"
            && match column.kind {
                ColumnKind::Category | ColumnKind::Boolean => few,
                ColumnKind::Number => column.distinct >= 2,
                ColumnKind::Time | ColumnKind::Text | ColumnKind::Image => false,
            }
    };
    let named = columns.iter().filter(fits).max_by_key(|column| score(&column.name));
    if let Some(column) = named.filter(|column| score(&column.name) > 0) {
        return Some(column.name.clone());
    }
    let last = columns.iter().rfind(|column| column.name != "part").filter(fits)?;
    let is_class = matches!(last.kind, ColumnKind::Category | ColumnKind::Boolean) && last.distinct <= 20;
    is_class.then(|| last.name.clone())
}

fn score(name: &str) -> usize {
    let name = name.to_lowercase();
    if let Some(place) = NAMES.iter().position(|known| *known == name) {
        return 100 - place;
    }
    let has = |word: &str| {
        name.split(['_', ' ', '-', '.']).any(|part| part == word) || (!word.is_ascii() && name.contains(word))
    };
    WORDS.iter().any(|word| has(word)).into()
}

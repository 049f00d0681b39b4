//! Guesses the column that a person wants to predict, from its name and its place.

use flywheel_spec::table::{ColumnKind, ColumnProfile};

use crate::stored::StoredTable;

/// Names that a target has, the likelier first.
const NAMES: [&str; 21] = [
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

/// Names that a target has where it is one of a few classes; as numbers such columns are rather learned from.
const NAMES_OF_CLASSES: [&str; 20] = [
    "income",
    "attrition",
    "spam",
    "purchased",
    "purchase",
    "converted",
    "approved",
    "clicked",
    "vote",
    "response",
    "result",
    "status",
    "loan_status",
    "是否违约",
    "是否购买",
    "是否点击",
    "是否续费",
    "违约",
    "结果",
    "状态",
];

/// Classes beyond which a column of such a name is hardly what is asked for.
const FEW_CLASSES: u64 = 20;

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
    let named = columns.iter().filter(fits).max_by_key(|column| score(column));
    if let Some(column) = named.filter(|column| score(column) > 0) {
        return Some(column.name.clone());
    }
    let last = columns.iter().rfind(|column| column.name != "part").filter(fits)?;
    is_of_few_classes(last).then(|| last.name.clone())
}

fn is_of_few_classes(column: &ColumnProfile) -> bool {
    matches!(column.kind, ColumnKind::Category | ColumnKind::Boolean) && column.distinct <= FEW_CLASSES
}

fn score(column: &ColumnProfile) -> usize {
    let name = column.name.to_lowercase();
    let place = |names: &[&str]| names.iter().position(|known| *known == name);
    if let Some(place) = place(&NAMES) {
        return 200 - place;
    }
    if let Some(place) = place(&NAMES_OF_CLASSES).filter(|_| is_of_few_classes(column)) {
        return 100 - place;
    }
    let has = |word: &str| {
        name.split(['_', ' ', '-', '.']).any(|part| part == word) || (!word.is_ascii() && name.contains(word))
    };
    // `previous_cancelled` may be a count, and that is rather learned from.
    (is_of_few_classes(column) && WORDS.iter().any(|word| has(word))).into()
}

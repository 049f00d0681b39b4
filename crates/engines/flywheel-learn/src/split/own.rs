//! The parts that a table brings itself, in a column `part` that says `train`, `validation` or `test`.

use flywheel_spec::recipe::TrainSpec;
use flywheel_tables::frame::{Column, Values};

use super::Assigned;
use crate::table::Table;

/// The name of the column.
const PART: &str = "part";

/// The table's own `part` column: every row says one of the three words, and at least two words occur.
///
/// A column of that name that says anything else, is the target, or is asked for as an input, is a column like any other.
pub fn own_part<'a>(table: &'a Table, spec: &TrainSpec) -> Option<&'a Column> {
    if spec.data.target == PART || spec.data.columns.iter().any(|name| name == PART) {
        return None;
    }
    let column = table.frame.column(PART)?;
    let Values::Text(values) = &column.values else { return None };
    let mut seen = [false; 3];
    for value in values {
        let place = ["train", "validation", "test"].iter().position(|word| value.as_deref() == Some(word))?;
        seen[place] = true;
    }
    (seen[0] && (seen[1] || seen[2])).then_some(column)
}

/// Puts each row where the column says.
pub(super) fn assign(part: &Column, rows: &[usize]) -> Assigned {
    let mut assigned = Assigned::default();
    let Values::Text(values) = &part.values else { return assigned };
    for &row in rows {
        match values[row].as_deref() {
            Some("validation") => assigned.validation.push(row),
            Some("test") => assigned.test.push(row),
            _ => assigned.train.push(row),
        }
    }
    assigned
}

//! What a table looks like: each column's shape, repeated rows, and what a person should look at.

mod column;
mod likely_target;
mod rows;

use flywheel_spec::table::{ColumnKind, ColumnProfile, Finding, ProfileReport, ValueCount};

use crate::finding::{self, Evidence};
use crate::frame::Values;
use crate::stored::StoredTable;

pub(crate) use column::counts;

/// Profiles a table; findings about the target are made for `target`, or for the column that is most likely to be it.
pub fn profile(table: &StoredTable, target: Option<&str>) -> ProfileReport {
    let Looked { columns, duplicate_rows, likely_target, families } = look(table, target);
    ProfileReport {
        table: table.name.clone(),
        version: table.version,
        rows: table.frame.rows() as u64,
        duplicate_rows,
        columns,
        findings: families.into_iter().flat_map(finding::told).collect(),
        likely_target,
        parts: parts(table),
    }
}

/// Every finding of a profile, none of them only counted, for whoever acts on each.
pub fn findings(table: &StoredTable, target: Option<&str>) -> Vec<Finding> {
    look(table, target).families.into_iter().flatten().collect()
}

/// What a table shows to whoever looks at it.
struct Looked {
    columns: Vec<ColumnProfile>,
    duplicate_rows: u64,
    likely_target: Option<String>,
    families: [Vec<Finding>; 9],
}

fn look(table: &StoredTable, target: Option<&str>) -> Looked {
    let columns = column::all(table);
    let duplicate_rows = rows::repeated(rows::hashes(&table.frame));
    let likely_target = likely_target::find(table, &columns);
    let judged = target.or(likely_target.as_deref()).and_then(|name| table.position(name));
    let families = finding::families(&Evidence { table, columns: &columns, duplicate_rows, target: judged });
    Looked { columns, duplicate_rows, likely_target, families }
}

/// Rows of the parts that the table brings along.
fn parts(table: &StoredTable) -> Vec<ValueCount> {
    let Some(at) = table.position("part") else { return Vec::new() };
    let Values::Text(texts) = &table.frame.columns[at].values else { return Vec::new() };
    let counts = counts(texts);
    let known = ["train", "validation", "test"];
    if table.kinds[at] == ColumnKind::Image || counts.iter().any(|(value, _)| !known.contains(value)) {
        return Vec::new();
    }
    let mut parts: Vec<ValueCount> =
        counts.into_iter().map(|(value, count)| ValueCount { value: value.to_owned(), count }).collect();
    parts.sort_by_key(|part| known.iter().position(|name| *name == part.value));
    parts
}

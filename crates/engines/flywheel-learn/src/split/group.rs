//! All rows of one group, such as a person or a shop, in the same part.

use std::collections::BTreeMap;

use flywheel_spec::recipe::SplitSpec;
use flywheel_spec::{Problem, Problems, phrase};
use flywheel_stats::chance::Chance;

use super::{Assigned, Shares};
use crate::table::Table;

/// Takes the groups in random order and gives each to the part that lacks most rows; no part that was asked for stays
/// empty while there are groups enough. A row without a group is a group of its own.
pub(super) fn assign(
    table: &Table,
    spec: &SplitSpec,
    rows: &[usize],
    shares: Shares,
    chance: &Chance,
    problems: &mut Problems,
) -> Result<Assigned, Problem> {
    let name = named_column(table, spec, "group")?;
    let Some(column) = table.frame.column(name) else { return Err(missing_column(table, name)) };
    let mut by_name: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for &row in rows {
        match column.values.text(row) {
            Some(group) => by_name.entry(group).or_default().push(row),
            None => groups.push(vec![row]),
        }
    }
    if !groups.is_empty() {
        problems.push(
            Problem::warning(phrase!("prepare.groupless_rows", count = groups.len(), column = name))
                .in_column(name),
        );
    }
    groups.splice(0..0, by_name.into_values());
    chance.stream("groups").shuffle(&mut groups);

    let (validation, test) = shares.of(rows.len());
    let wanted = [rows.len() - validation - test, validation, test];
    let parts_wanted = wanted.iter().filter(|&&wanted| wanted > 0).count();
    if groups.len() < parts_wanted {
        return Err(Problem::error(phrase!(
            "prepare.too_few_groups",
            column = name,
            groups = groups.len(),
            parts = parts_wanted
        ))
        .advise(phrase!("prepare.too_few_groups_advice"))
        .at_setting("split.column"));
    }
    let [train, validation, test] = fill(groups, wanted);
    Ok(Assigned { train, validation, test })
}

/// The column that `split.column` names, or what is wrong with it.
pub(super) fn named_column<'a>(table: &Table, spec: &'a SplitSpec, kind: &str) -> Result<&'a str, Problem> {
    let Some(name) = spec.column.as_deref() else {
        return Err(Problem::error(phrase!("prepare.split_needs_column", kind = kind))
            .advise(phrase!("prepare.split_needs_column_advice", kind = kind))
            .at_setting("split.column"));
    };
    if table.frame.column(name).is_none() {
        return Err(missing_column(table, name));
    }
    Ok(name)
}

fn missing_column(table: &Table, name: &str) -> Problem {
    crate::prepare::select::no_such_column(table, name).at_setting("split.column")
}

/// Hands out the groups; afterwards a part that was wanted and got nothing takes the smallest group of a part with several.
fn fill(groups: Vec<Vec<usize>>, wanted: [usize; 3]) -> [Vec<usize>; 3] {
    let mut parts: [Vec<Vec<usize>>; 3] = Default::default();
    let mut filled = [0_usize; 3];
    for group in groups {
        let lack = |part: usize| wanted[part] as i64 - filled[part] as i64;
        let neediest = (0..3)
            .filter(|&part| wanted[part] > 0)
            .max_by_key(|&part| (lack(part), std::cmp::Reverse(part)))
            .unwrap_or(0);
        filled[neediest] += group.len();
        parts[neediest].push(group);
    }
    for part in 0..3 {
        if wanted[part] > 0 && parts[part].is_empty() {
            let smallest = (0..3)
                .filter(|&other| parts[other].len() > 1)
                .flat_map(|other| (0..parts[other].len()).map(move |index| (other, index)))
                .min_by_key(|&(other, index)| (parts[other][index].len(), other, index));
            if let Some((other, index)) = smallest {
                let group = parts[other].remove(index);
                parts[part].push(group);
            }
        }
    }
    parts.map(|groups| groups.concat())
}

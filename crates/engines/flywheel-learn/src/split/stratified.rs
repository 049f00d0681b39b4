//! Each class in the same shares; in regression each tenth of the target's range of ranks.

use flywheel_spec::{Problem, Problems, phrase};
use flywheel_stats::chance::Chance;

use super::{Assigned, Shares};
use crate::prepare::Selection;
use crate::table::Table;

/// Strata of a number.
const DECILES: usize = 10;

/// Cuts every stratum by the same shares; the rows that rounding leaves over go to the strata with the largest
/// remainders, so that each part is as large as a random split would make it.
pub(super) fn assign(
    table: &Table,
    selection: &Selection,
    rows: &[usize],
    shares: Shares,
    chance: &Chance,
    problems: &mut Problems,
) -> Result<Assigned, Problem> {
    let mut strata = match selection.classes.len() {
        0 => deciles(table, selection, rows)?,
        _ => by_class(selection, rows),
    };
    for (class, stratum) in selection.classes.iter().zip(&strata) {
        if let [row] = stratum[..] {
            problems.push(
                Problem::error(phrase!("prepare.class_once", class = class))
                    .advise(phrase!("prepare.class_once_advice", class = class))
                    .in_column(&selection.target)
                    .at_row(row as u64 + 1),
            );
        }
    }
    for (index, stratum) in strata.iter_mut().enumerate() {
        chance.stream("stratum").stream(index as u64).shuffle(stratum);
    }

    let (validation, test) = shares.of(rows.len());
    let sizes: Vec<usize> = strata.iter().map(Vec::len).collect();
    let room: Vec<usize> = sizes.iter().map(|size| size.saturating_sub(1)).collect();
    let tests = apportion(&sizes, &room, test);
    let left: Vec<usize> = sizes.iter().zip(&tests).map(|(size, taken)| size - taken).collect();
    let room: Vec<usize> = left.iter().map(|left| left.saturating_sub(1)).collect();
    let validations = apportion(&left, &room, validation);

    let mut assigned = Assigned::default();
    for ((stratum, test), validation) in strata.iter().zip(tests).zip(validations) {
        assigned.test.extend(&stratum[..test]);
        assigned.validation.extend(&stratum[test..test + validation]);
        assigned.train.extend(&stratum[test + validation..]);
    }
    Ok(assigned)
}

fn by_class(selection: &Selection, rows: &[usize]) -> Vec<Vec<usize>> {
    let mut strata = vec![Vec::new(); selection.classes.len()];
    for &row in rows {
        if let Some(class) = selection.class_of(row) {
            strata[class].push(row);
        }
    }
    strata
}

/// Equal targets stay in one stratum.
fn deciles(table: &Table, selection: &Selection, rows: &[usize]) -> Result<Vec<Vec<usize>>, Problem> {
    let targets = selection.numbers(table)?;
    let mut ordered = rows.to_vec();
    ordered.sort_by(|&a, &b| targets[a].total_cmp(&targets[b]).then(a.cmp(&b)));
    let mut strata: Vec<Vec<usize>> = vec![Vec::new(); DECILES];
    let mut current = 0;
    for (rank, &row) in ordered.iter().enumerate() {
        let equal_to_last = rank > 0 && targets[ordered[rank - 1]] == targets[row];
        if !equal_to_last {
            current = rank * DECILES / ordered.len();
        }
        strata[current].push(row);
    }
    strata.retain(|stratum| !stratum.is_empty());
    Ok(strata)
}

/// Distributes `total` over strata in proportion to their sizes, none above its room (Hamilton's method).
fn apportion(sizes: &[usize], room: &[usize], total: usize) -> Vec<usize> {
    let all: usize = sizes.iter().sum();
    if all == 0 {
        return vec![0; sizes.len()];
    }
    let exact: Vec<f64> = sizes.iter().map(|&size| total as f64 * size as f64 / all as f64).collect();
    let mut given: Vec<usize> =
        exact.iter().zip(room).map(|(&exact, &room)| (exact as usize).min(room)).collect();
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by(|&a, &b| exact[b].fract().total_cmp(&exact[a].fract()).then(a.cmp(&b)));
    let mut missing = total.saturating_sub(given.iter().sum());
    while missing > 0 {
        let before = missing;
        for &stratum in &order {
            if missing > 0 && given[stratum] < room[stratum] {
                given[stratum] += 1;
                missing -= 1;
            }
        }
        if missing == before {
            break;
        }
    }
    given
}

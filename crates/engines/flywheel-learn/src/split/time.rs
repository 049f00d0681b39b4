//! The oldest rows train, the newer validate, the newest are the test.

use std::borrow::Cow;

use flywheel_spec::recipe::SplitSpec;
use flywheel_spec::{Problem, Problems, phrase};
use flywheel_tables::frame::Values;

use super::{Assigned, Shares};
use crate::prepare::as_numbers;
use crate::table::Table;

/// Sorts by the time column and cuts. Rows of one moment stay together, in the earlier part; rows without a time train.
pub(super) fn assign(
    table: &Table,
    spec: &SplitSpec,
    rows: &[usize],
    shares: Shares,
    problems: &mut Problems,
) -> Result<Assigned, Problem> {
    let name = super::group::named_column(table, spec, "time")?;
    let times = match table.frame.column(name).map(|column| &column.values) {
        Some(Values::Time(times) | Values::Number(times)) => Cow::Borrowed(times.as_slice()),
        // Whole numbers that an import took for codes, such as months.
        Some(values @ Values::Text(_)) if all_numbers(values) => as_numbers(values),
        _ => {
            return Err(Problem::error(phrase!("prepare.time_column_kind", column = name))
                .advise(phrase!("prepare.time_column_kind_advice"))
                .at_setting("split.column"));
        }
    };
    let (timeless, mut ordered): (Vec<usize>, Vec<usize>) =
        rows.iter().partition(|&&row| times[row].is_nan());
    if !timeless.is_empty() {
        problems.push(
            Problem::warning(phrase!("prepare.timeless_rows", count = timeless.len(), column = name))
                .in_column(name),
        );
    }
    ordered.sort_by(|&a, &b| times[a].total_cmp(&times[b]).then(a.cmp(&b)));

    let (validation, test) = shares.of(rows.len());
    let after_same_moment = |mut cut: usize| {
        while cut > 0 && cut < ordered.len() && times[ordered[cut]] == times[ordered[cut - 1]] {
            cut += 1;
        }
        cut
    };
    let test_begins = after_same_moment(ordered.len().saturating_sub(test));
    let validation_begins =
        after_same_moment(ordered.len().saturating_sub(test + validation)).min(test_begins);
    let mut train = timeless;
    train.extend(&ordered[..validation_begins]);
    Ok(Assigned {
        train,
        validation: ordered[validation_begins..test_begins].to_vec(),
        test: ordered[test_begins..].to_vec(),
    })
}

/// Whether every value that is there is a number.
fn all_numbers(values: &Values) -> bool {
    let numbers = as_numbers(values);
    (0..values.len())
        .all(|row| numbers[row].is_finite() || values.text(row).is_none_or(|text| text.is_empty()))
}

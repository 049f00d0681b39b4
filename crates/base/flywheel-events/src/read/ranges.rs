//! People cut into ranges of about equal work, so that several readers share them.

use std::ops::RangeInclusive;

use futures::{StreamExt, TryStreamExt};
use object_store::path::Path;

use super::file::{broken, people};
use super::{EventsView, PersonRange, ReadError, footers};
use crate::EventFile;

/// Footers that are fetched at the same time.
const AT_ONCE: usize = 16;

/// Ranges that one machine cuts a question into: the fewest, and the most where there are rows enough.
const RANGES: RangeInclusive<usize> = 4..=12;

/// Rows that are read once for each that may be read a second time.
const ROWS_A_SECOND_READ: u64 = 3;

/// At most `count` ranges that together hold everybody.
pub async fn cut(view: &EventsView, count: usize) -> Result<Vec<PersonRange>, ReadError> {
    Ok(divide(weights(view).await?.concat(), count))
}

/// Ranges that together hold everybody, the same ones whatever reads them: only where the same people are summed up
/// together do their sums come to the same bits.
pub async fn cut_alike(view: &EventsView) -> Result<Vec<PersonRange>, ReadError> {
    let files = weights(view).await?;
    let count = count_of(&files);
    Ok(divide(files.concat(), count))
}

/// Where each row group of each file begins, and how many rows it has.
async fn weights(view: &EventsView) -> Result<Vec<Vec<(i64, u64)>>, ReadError> {
    let reads: Vec<_> = view.files.iter().map(|file| groups(view, file)).collect();
    futures::stream::iter(reads).buffer_unordered(AT_ONCE).try_collect().await
}

async fn groups(view: &EventsView, file: &EventFile) -> Result<Vec<(i64, u64)>, ReadError> {
    let path = Path::parse(&file.path).map_err(|error| broken(&file.path, &error))?;
    let footer = footers::footer(&view.store, &view.root, &path, file.bytes).await?;
    let columns = footer.file_metadata().schema_descr().columns();
    let person = columns.iter().position(|column| column.name() == "person").unwrap_or(0);
    let groups = footer.row_groups().iter().map(|group| {
        let first = people(group, person).map_or(file.min_person, |(first, _)| first);
        (first, group.num_rows().unsigned_abs())
    });
    Ok(groups.collect())
}

/// How many ranges are worth it: each cut goes through one row group of every file, which both its sides then read.
fn count_of(files: &[Vec<(i64, u64)>]) -> usize {
    let rows: u64 = files.iter().flatten().map(|(_, rows)| rows).sum();
    let twice: u64 = files.iter().filter_map(|groups| groups.iter().map(|(_, rows)| *rows).max()).sum();
    let cuts = rows / (ROWS_A_SECOND_READ * twice).max(1);
    usize::try_from(cuts).unwrap_or(usize::MAX).saturating_add(1).clamp(*RANGES.start(), *RANGES.end())
}

fn divide(mut weights: Vec<(i64, u64)>, count: usize) -> Vec<PersonRange> {
    weights.sort_unstable();
    let total: u64 = weights.iter().map(|(_, rows)| rows).sum();
    let share = total.div_ceil(count.max(1) as u64).max(1);
    let mut ranges = Vec::new();
    let (mut from, mut seen) = (i64::MIN, 0);
    for (first, rows) in weights {
        if seen >= share && first > from && ranges.len() + 1 < count {
            ranges.push(PersonRange { from, to: Some(first) });
            (from, seen) = (first, 0);
        }
        seen += rows;
    }
    ranges.push(PersonRange { from, to: None });
    ranges
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_rows_say_how_many_ranges_and_no_cut_reads_too_much_twice() {
        let file = |groups: usize| vec![(0_i64, 100_u64); groups];
        for (files, expected) in [
            (vec![], 4),
            (vec![file(1)], 4),
            (vec![file(18)], 7),
            (vec![file(1000)], 12),
            // A month's events a file, all people in each: a cut reads a row group of every one again.
            (vec![file(5); 24], 4),
            (vec![file(30); 24], 11),
        ] {
            assert_eq!(count_of(&files), expected, "{} files", files.len());
        }
    }

    proptest! {
        #[test]
        fn everybody_is_in_exactly_one_range(
            weights in prop::collection::vec((-50_i64..50, 0_u64..20), 0..40),
            count in 1_usize..8,
        ) {
            let ranges = divide(weights, count);
            prop_assert!(ranges.len() <= count);
            for person in -60..60 {
                let holders = ranges.iter().filter(|range| range.from <= person && range.to.is_none_or(|to| person < to));
                prop_assert_eq!(holders.count(), 1);
            }
        }
    }
}

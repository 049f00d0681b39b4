//! People cut into ranges of about equal work, so that several readers share them.

use futures::{StreamExt, TryStreamExt};
use object_store::path::Path;

use super::file::{broken, people};
use super::{EventsView, PersonRange, ReadError, footers};
use crate::events::EventFile;

/// Footers that are fetched at the same time.
const AT_ONCE: usize = 16;

/// At most `count` ranges that together hold everybody.
pub async fn cut(view: &EventsView, count: usize) -> Result<Vec<PersonRange>, ReadError> {
    let weights = weights(view).await?;
    Ok(divide(weights, count))
}

/// Where each row group begins, and how many rows it has.
async fn weights(view: &EventsView) -> Result<Vec<(i64, u64)>, ReadError> {
    let reads: Vec<_> = view.files.iter().map(|file| groups(view, file)).collect();
    let groups = futures::stream::iter(reads).buffer_unordered(AT_ONCE);
    let mut weights: Vec<(i64, u64)> = groups.try_collect::<Vec<_>>().await?.concat();
    weights.sort_unstable();
    Ok(weights)
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

fn divide(weights: Vec<(i64, u64)>, count: usize) -> Vec<PersonRange> {
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

    proptest! {
        #[test]
        fn everybody_is_in_exactly_one_range(
            mut weights in prop::collection::vec((-50_i64..50, 0_u64..20), 0..40),
            count in 1_usize..8,
        ) {
            weights.sort_unstable();
            let ranges = divide(weights, count);
            prop_assert!(ranges.len() <= count);
            for person in -60..60 {
                let holders = ranges.iter().filter(|range| range.from <= person && range.to.is_none_or(|to| person < to));
                prop_assert_eq!(holders.count(), 1);
            }
        }
    }
}

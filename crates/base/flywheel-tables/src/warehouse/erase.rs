//! Rows go for good: the table is written without them, and every older version goes at once.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use flywheel_spec::Problems;
use jiff::Timestamp;

use super::find::{Cell, fitting};
use super::log::Version;
use super::{Warehouse, log, parquet_file};
use crate::frame::{Column, Frame, Images, Values};
use crate::storage::StorageError;

impl Warehouse {
    /// Removes the rows of a table in which a cell fits, with every version that held any; says how many rows went, of
    /// the version that held most. `fits` is told the column's name with the cell.
    ///
    /// A table of which nothing is left goes altogether.
    ///
    /// # Errors
    /// When the table cannot be read or written; made again, the call goes on where it ended.
    pub async fn erase_rows(
        &self,
        name: &str,
        fits: impl Fn(&str, Cell<'_>) -> bool + Send + 'static,
        now: Timestamp,
    ) -> Result<u64, Problems> {
        let (folder, newest) = self.open(name, None).await?;
        let at = |error: StorageError| error.at(&folder);
        let stored = self.read(name, Some(newest.number), None).await?;
        let (rows, kinds, writing) = (stored.frame.rows(), stored.kinds, stored.writing);
        let older = older_files(&folder, &newest).map_err(at)?;
        let look = move || {
            let mut held = 0;
            for path in &older {
                held = held.max(rows_in(path, &fits)?);
            }
            Ok::<_, StorageError>((without(&stored.frame, &fits), held))
        };
        let looked = tokio::task::spawn_blocking(look).await;
        let (frame, held) = looked.map_err(StorageError::from).and_then(|looked| looked).map_err(at)?;
        let Some(frame) = frame else {
            if held > 0 {
                log::leave_newest(&folder).await.map_err(at)?;
            }
            return Ok(held);
        };
        let removed = ((rows - frame.rows()) as u64).max(held);
        if frame.rows() == 0 {
            std::fs::remove_dir_all(&folder).map_err(|error| at(error.into()))?;
            return Ok(removed);
        }
        self.write(name, &frame, &kinds, &writing, &newest.source, now).await?;
        log::leave_newest(&folder).await.map_err(at)?;
        Ok(removed)
    }

    /// The names of all tables, in order.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn table_names(&self) -> Result<Vec<String>, Problems> {
        self.names()
    }
}

/// The data files that only older versions have.
fn older_files(folder: &Path, newest: &Version) -> Result<Vec<PathBuf>, StorageError> {
    let mut older = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let (path, name) = (entry.path(), entry.file_name());
        let data = path.extension().is_some_and(|ending| ending == "parquet");
        let staged = name.to_string_lossy().starts_with(parquet_file::STAGING);
        if data && !staged && !newest.files.iter().any(|(live, _)| *live == path) {
            older.push(path);
        }
    }
    older.sort();
    Ok(older)
}

fn rows_in(path: &Path, fits: &impl Fn(&str, Cell<'_>) -> bool) -> Result<u64, StorageError> {
    let frame = parquet_file::read(&[(path.to_owned(), 0)], None, None)?.frame;
    Ok(fitting(&frame, fits).into_iter().filter(|fits| *fits).count() as u64)
}

/// The frame without the rows in which a cell fits; `None` when there are none.
fn without(frame: &Frame, fits: &impl Fn(&str, Cell<'_>) -> bool) -> Option<Frame> {
    let stays: Vec<bool> = fitting(frame, fits).into_iter().map(|fits| !fits).collect();
    if stays.iter().all(|stays| *stays) {
        return None;
    }
    let columns = frame.columns.iter().map(|column| Column {
        name: column.name.clone(),
        values: match &column.values {
            Values::Number(values) => Values::Number(kept(values, &stays)),
            Values::Time(values) => Values::Time(kept(values, &stays)),
            Values::Text(values) => Values::Text(kept(values, &stays)),
            Values::Image(images) => {
                let rows = (0..images.len()).filter(|row| stays[*row]);
                let pixels: Vec<u8> = rows.flat_map(|row| images.image(row).iter().copied()).collect();
                Values::Image(Images { shape: images.shape, pixels: Arc::from(pixels) })
            }
        },
    });
    Some(Frame { columns: columns.collect() })
}

fn kept<T: Clone>(values: &[T], stays: &[bool]) -> Vec<T> {
    values.iter().zip(stays).filter(|(_, stays)| **stays).map(|(value, _)| value.clone()).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use flywheel_spec::table::ColumnKind;

    use super::*;

    fn customers() -> Frame {
        let text =
            |values: [&str; 3]| Values::Text(values.iter().map(|value| Some(Arc::from(*value))).collect());
        Frame {
            columns: vec![
                Column { name: "customer".to_owned(), values: text(["anna", "bert", "anna"]) },
                Column { name: "spend".to_owned(), values: Values::Number(vec![1.0, 2.0, 3.0]) },
            ],
        }
    }

    #[tokio::test]
    async fn rows_go_with_every_version_that_held_them() {
        let folder = tempfile::tempdir().expect("a folder");
        let warehouse = Warehouse::new(folder.path());
        let kinds = [ColumnKind::Category, ColumnKind::Number];
        let now = Timestamp::UNIX_EPOCH;
        let usual = BTreeMap::new();
        for _ in 0..2 {
            warehouse.write("customers", &customers(), &kinds, &usual, "x.csv", now).await.expect("written");
        }
        let erase = async |who: &'static str| {
            let fits = move |_: &str, cell: Cell<'_>| cell == Cell::Text(who);
            warehouse.erase_rows("customers", fits, now).await.expect("erased")
        };
        assert_eq!(erase("nobody").await, 0);
        assert_eq!(erase("anna").await, 2);
        let stored = warehouse.read("customers", None, None).await.expect("read");
        assert_eq!(stored.frame.columns[1].values, Values::Number(vec![2.0]));
        let gone = warehouse.read("customers", Some(0), None).await.expect_err("gone");
        assert_eq!(gone.problems[0].code, "tables.version_unknown");
        let parquet = std::fs::read_dir(folder.path().join("customers")).expect("listed").flatten();
        assert_eq!(parquet.filter(|entry| entry.path().is_file()).count(), 1);
        assert_eq!(erase("bert").await, 1);
        assert!(warehouse.table_names().expect("listed").is_empty());
    }

    #[tokio::test]
    async fn rows_go_that_only_older_versions_hold_and_those_that_a_number_names() {
        let folder = tempfile::tempdir().expect("a folder");
        let warehouse = Warehouse::new(folder.path());
        let kinds = [ColumnKind::Category, ColumnKind::Number];
        let now = Timestamp::UNIX_EPOCH;
        let (kept, usual) = (customers().take(&[1]), BTreeMap::new());
        for frame in [customers(), kept.clone()] {
            warehouse.write("customers", &frame, &kinds, &usual, "x.csv", now).await.expect("written");
        }
        let anna = |_: &str, cell: Cell<'_>| cell == Cell::Text("anna");
        assert!(warehouse.find_rows("customers", anna).await.expect("read").is_empty());
        assert_eq!(warehouse.erase_rows("customers", anna, now).await.expect("erased"), 2);
        assert!(
            warehouse.read("customers", Some(0), None).await.is_err(),
            "the version that held her is gone"
        );
        let stored = warehouse.read("customers", None, None).await.expect("read");
        assert_eq!((stored.version, stored.frame), (1, kept));
        assert_eq!(warehouse.erase_rows("customers", anna, now).await.expect("erased"), 0);

        warehouse.write("orders", &customers(), &kinds, &usual, "x.csv", now).await.expect("written");
        let second = |column: &str, cell: Cell<'_>| column == "spend" && cell == Cell::Number(2.0);
        let found = warehouse.find_rows("orders", second).await.expect("read");
        assert_eq!(serde_json::json!(found), serde_json::json!([{"customer": "bert", "spend": 2}]));
        assert_eq!(warehouse.erase_rows("orders", second, now).await.expect("erased"), 1);
        let stored = warehouse.read("orders", None, None).await.expect("read");
        assert_eq!(stored.frame.columns[1].values, Values::Number(vec![1.0, 3.0]));
    }
}

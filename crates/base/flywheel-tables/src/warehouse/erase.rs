//! Rows go for good: the table is written without them, and every older version goes at once.

use std::sync::Arc;

use flywheel_spec::Problems;
use jiff::Timestamp;

use super::{Warehouse, log};
use crate::frame::{Column, Frame, Images, Values};
use crate::storage::StorageError;

impl Warehouse {
    /// Removes the rows of a table in which a text fits, with every version that held them; says how many rows went.
    ///
    /// A table of which nothing is left goes altogether.
    ///
    /// # Errors
    /// When the table cannot be read or written.
    pub async fn erase_rows(
        &self,
        name: &str,
        fits: impl Fn(&str) -> bool + Send + 'static,
        now: Timestamp,
    ) -> Result<u64, Problems> {
        let folder = self.folder.join(name);
        let at = |error: StorageError| error.at(&folder);
        let stored = self.read(name, None, None).await?;
        let source = self.summary(name).await?.source;
        let (rows, kinds) = (stored.frame.rows(), stored.kinds);
        let frame = tokio::task::spawn_blocking(move || without(&stored.frame, fits));
        let Some(frame) = frame.await.map_err(|error| at(error.into()))? else { return Ok(0) };
        let removed = (rows - frame.rows()) as u64;
        if frame.rows() == 0 {
            std::fs::remove_dir_all(&folder).map_err(|error| at(error.into()))?;
            return Ok(removed);
        }
        self.write(name, &frame, &kinds, &source, now).await?;
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

/// The frame without the rows in which a text fits; `None` when there are none.
fn without(frame: &Frame, fits: impl Fn(&str) -> bool) -> Option<Frame> {
    let mut stays = vec![true; frame.rows()];
    for column in &frame.columns {
        if let Values::Text(texts) = &column.values {
            for (stays, text) in stays.iter_mut().zip(texts) {
                *stays &= !text.as_deref().is_some_and(&fits);
            }
        }
    }
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
        for _ in 0..2 {
            warehouse.write("customers", &customers(), &kinds, "x.csv", now).await.expect("written");
        }
        let erase = async |who: &'static str| {
            warehouse.erase_rows("customers", move |text| text == who, now).await.expect("erased")
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
}

//! Rows that name somebody, looked for cell by cell.

use flywheel_spec::Problems;
use serde_json::{Map, Value};

use super::Warehouse;
use crate::frame::{Frame, Values};

/// A cell that may name somebody.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'c> {
    /// A text.
    Text(&'c str),
    /// A number.
    Number(f64),
}

impl Warehouse {
    /// The rows of a table's newest version in which a cell fits, by column; images and what is missing are left out.
    /// `fits` is told the column's name with the cell.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn find_rows(
        &self,
        name: &str,
        fits: impl Fn(&str, Cell<'_>) -> bool,
    ) -> Result<Vec<Map<String, Value>>, Problems> {
        let frame = self.read(name, None, None).await?.frame;
        let fitting = fitting(&frame, &fits);
        let rows = (0..frame.rows()).filter(|row| fitting[*row]);
        Ok(rows.map(|row| told(&frame, row)).collect())
    }
}

/// For each row whether a cell of it fits.
pub(super) fn fitting(frame: &Frame, fits: &impl Fn(&str, Cell<'_>) -> bool) -> Vec<bool> {
    let mut found = vec![false; frame.rows()];
    for column in &frame.columns {
        match &column.values {
            Values::Text(texts) => {
                for (found, text) in found.iter_mut().zip(texts) {
                    *found |= text.as_deref().is_some_and(|text| fits(&column.name, Cell::Text(text)));
                }
            }
            Values::Number(numbers) => {
                for (found, number) in found.iter_mut().zip(numbers) {
                    *found |= fits(&column.name, Cell::Number(*number));
                }
            }
            Values::Time(_) | Values::Image(_) => {}
        }
    }
    found
}

fn told(frame: &Frame, row: usize) -> Map<String, Value> {
    let value = |values: &Values| match values {
        Values::Number(numbers) => {
            let number = *numbers.get(row)?;
            let whole = number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0;
            let value = if whole { Value::from(number as i64) } else { Value::from(number) };
            Some(value).filter(|value| !value.is_null())
        }
        values => values.text(row).map(Value::from),
    };
    let cells = frame.columns.iter();
    cells.filter_map(|column| Some((column.name.clone(), value(&column.values)?))).collect()
}

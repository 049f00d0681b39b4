//! A table in memory as learning wants it: typed columns side by side, images as one block of bytes.

use std::sync::Arc;

use flywheel_spec::table::{ColumnKind, ImageShape};

/// Columns of equal length.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Frame {
    /// The columns in the table's order.
    pub columns: Vec<Column>,
}

/// One column with its name.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// The name.
    pub name: String,
    /// The values.
    pub values: Values,
}

/// The values of a column, one for each row.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Numbers; a missing one is NaN, which stays inside this crate and the engines and never reaches a report.
    Number(Vec<f64>),
    /// Text, categories and booleans as they stand in the table; `None` is missing.
    Text(Vec<Option<Arc<str>>>),
    /// Seconds since 1970-01-01T00:00:00Z, fractions included; a missing one is NaN.
    Time(Vec<f64>),
    /// Images of one shape.
    Image(Images),
}

/// Images of one shape, one after the other: row by row, the channels of a pixel beside each other (NHWC).
#[derive(Debug, Clone, PartialEq)]
pub struct Images {
    /// The shape that all share.
    pub shape: ImageShape,
    /// `rows × shape.bytes()` bytes.
    pub pixels: Arc<[u8]>,
}

impl Images {
    /// How many.
    pub fn len(&self) -> usize {
        self.pixels.len().checked_div(self.shape.bytes()).unwrap_or(0)
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.pixels.is_empty()
    }

    /// The bytes of one image; `row` counts from 0.
    pub fn image(&self, row: usize) -> &[u8] {
        let size = self.shape.bytes();
        &self.pixels[row * size..(row + 1) * size]
    }
}

impl Values {
    /// Rows.
    pub fn len(&self) -> usize {
        match self {
            Self::Number(values) | Self::Time(values) => values.len(),
            Self::Text(values) => values.len(),
            Self::Image(images) => images.len(),
        }
    }

    /// True when there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value as text; `None` when missing, and for an image.
    pub fn text(&self, row: usize) -> Option<String> {
        match self {
            Self::Number(values) => values.get(row).filter(|value| !value.is_nan()).map(f64::to_string),
            Self::Time(values) => {
                let secs = *values.get(row).filter(|value| value.is_finite())?;
                jiff::Timestamp::from_nanosecond((secs * 1e9) as i128).ok().map(|moment| moment.to_string())
            }
            Self::Text(values) => values.get(row)?.as_deref().map(str::to_owned),
            Self::Image(_) => None,
        }
    }

    /// The rows named, in the order named; a row may be named twice.
    pub fn take(&self, rows: &[usize]) -> Self {
        match self {
            Self::Number(values) => Self::Number(rows.iter().map(|&row| values[row]).collect()),
            Self::Time(values) => Self::Time(rows.iter().map(|&row| values[row]).collect()),
            Self::Text(values) => Self::Text(rows.iter().map(|&row| values[row].clone()).collect()),
            Self::Image(images) => {
                let mut pixels = Vec::with_capacity(rows.len() * images.shape.bytes());
                for &row in rows {
                    pixels.extend_from_slice(images.image(row));
                }
                Self::Image(Images { shape: images.shape, pixels: pixels.into() })
            }
        }
    }
}

impl Column {
    /// What the values are by their storage alone; [`crate::infer`] refines text and numbers into categories and booleans.
    pub fn storage_kind(&self) -> ColumnKind {
        match self.values {
            Values::Number(_) => ColumnKind::Number,
            Values::Text(_) => ColumnKind::Text,
            Values::Time(_) => ColumnKind::Time,
            Values::Image(_) => ColumnKind::Image,
        }
    }
}

impl Frame {
    /// Rows.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |column| column.values.len())
    }

    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The rows named, in the order named.
    pub fn take(&self, rows: &[usize]) -> Self {
        let take = |column: &Column| Column { name: column.name.clone(), values: column.values.take(rows) };
        Self { columns: self.columns.iter().map(take).collect() }
    }
}

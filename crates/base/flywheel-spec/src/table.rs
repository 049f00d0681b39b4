//! Tables as the user sees them: columns with their kinds, a profile, and what an import did.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Phrase, Problem};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    /// Numbers that measure something.
    Number,
    /// One of a few values, which may be written as numbers.
    Category,
    /// Yes or no.
    Boolean,
    /// A date or a moment.
    Time,
    /// Free text.
    Text,
    /// An image.
    Image,
}

/// Where a table comes from and what it holds now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TableSummary {
    /// The name that recipes use.
    pub name: String,
    /// The Delta version, from 0.
    pub version: u64,
    /// Rows.
    pub rows: u64,
    /// Columns, images counted as one.
    pub columns: usize,
    /// Bytes on disk.
    pub bytes: u64,
    /// What it was imported from.
    pub source: String,
    /// When it was last written, RFC 3339, UTC.
    pub written_at: String,
}

/// What an import read, did and doubts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ImportReport {
    /// The table that came of it.
    pub table: TableSummary,
    /// The recognised form: `idx`, `image_folder`, `csv`, `json_lines`, `parquet`, `pixel_table`.
    pub format: String,
    /// What was done to how many rows, in plain words.
    pub actions: Vec<Phrase>,
    /// Warnings.
    pub warnings: Vec<Problem>,
    /// The profile of the imported table.
    pub profile: ProfileReport,
}

/// What a table looks like.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProfileReport {
    /// The table's name.
    pub table: String,
    /// The Delta version profiled.
    pub version: u64,
    /// Rows.
    pub rows: u64,
    /// Rows that repeat an earlier row in every column.
    pub duplicate_rows: u64,
    /// Each column in the table's order.
    pub columns: Vec<ColumnProfile>,
    /// What a person should look at, most important first.
    pub findings: Vec<Finding>,
    /// The column that is most likely to be the target, if one stands out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub likely_target: Option<String>,
    /// Rows in the table's own parts (`train`, `test`), when it brings a split of its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<ValueCount>,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ColumnProfile {
    /// Its name.
    pub name: String,
    /// What it holds, as inferred.
    pub kind: ColumnKind,
    /// Rows without a value.
    pub missing: u64,
    /// Different values; approximate above 100,000.
    pub distinct: u64,
    /// Rows further than 3 interquartile ranges from the quartiles.
    pub outliers: u64,
    /// A few values as they stand in the table.
    pub examples: Vec<String>,
    /// Numbers and times: the shape of the distribution.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numbers: Option<NumberProfile>,
    /// Categories: the most frequent values, at most 20.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub top: Vec<ValueCount>,
    /// Images: height, width, channels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<ImageShape>,
}

/// The shape of a column of numbers; all in the column's unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NumberProfile {
    /// Smallest.
    pub min: f64,
    /// First quartile.
    pub q1: f64,
    /// Median.
    pub median: f64,
    /// Third quartile.
    pub q3: f64,
    /// Largest.
    pub max: f64,
    /// Mean.
    pub mean: f64,
    /// Standard deviation, sample form; absent below two values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deviation: Option<f64>,
    /// Counts in equal bins from `min` to `max`.
    pub histogram: Vec<u64>,
}

/// A value and how often it occurs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ValueCount {
    /// The value as text.
    pub value: String,
    /// Rows that hold it.
    pub count: u64,
}

/// The shape that all images of a column share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct ImageShape {
    /// Pixels from top to bottom.
    pub height: usize,
    /// Pixels from left to right.
    pub width: usize,
    /// 1 for grey, 3 for red, green, blue.
    pub channels: usize,
}

impl ImageShape {
    /// Bytes of one image.
    pub fn bytes(self) -> usize {
        self.height * self.width * self.channels
    }
}

/// Something about a table that a person should look at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Finding {
    /// What kind of thing it is.
    pub kind: FindingKind,
    /// The column concerned, if one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// What was seen.
    pub message: Phrase,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advice: Option<Phrase>,
}

/// The kinds of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// Many values are missing.
    Missing,
    /// Some values are far from the rest.
    Outliers,
    /// Rows repeat.
    Duplicates,
    /// The column looks like an id: a different value in (almost) every row.
    Identifier,
    /// One value in (almost) every row.
    Constant,
    /// The column is a near copy of another.
    NearCopy,
    /// The column gives the target away.
    Leak,
    /// A column of numbers holds some text.
    MixedTypes,
    /// The classes are of very different size.
    Imbalance,
}

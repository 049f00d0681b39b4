//! How raw values become the numbers that a network reads; everything is fitted on the training part alone.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The preparation: a rule for every kind of column, and exceptions by column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PrepareSpec {
    /// What numbers are divided by.
    pub normalise: Normalisation,
    /// What pixels are divided by.
    pub pixels: PixelScale,
    /// What stands in for a missing number or category.
    pub missing: MissingRule,
    /// The number that stands in when `missing = "constant"`.
    pub fill: f64,
    /// Adds a 0/1 input for each column that had missing values in the training part.
    pub missing_indicator: bool,
    /// How a category becomes numbers.
    pub categories: CategoryEncoding,
    /// Width of an embedding; chosen from the number of categories (`min(50, (n + 1) / 2)`) when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 512)]
    pub embedding_width: Option<usize>,
    /// How free text becomes numbers.
    pub texts: super::TextEncoding,
    /// What happens to outliers: numbers beyond 3 interquartile ranges from the quartiles.
    pub outliers: OutlierRule,
    /// Drops rows that repeat an earlier row in the target and every column that the recipe lets the model read.
    pub drop_duplicates: bool,
    /// Exceptions for single columns.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<ColumnSpec>,
}

impl Default for PrepareSpec {
    fn default() -> Self {
        Self {
            normalise: Normalisation::Standard,
            pixels: PixelScale::MinMax,
            missing: MissingRule::Median,
            fill: 0.0,
            missing_indicator: true,
            categories: CategoryEncoding::OneHot,
            embedding_width: None,
            texts: super::TextEncoding::default(),
            outliers: OutlierRule::Keep,
            drop_duplicates: false,
            columns: Vec::new(),
        }
    }
}

/// The exceptions of one column; what is absent follows the rule for all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ColumnSpec {
    /// The column's name.
    pub name: String,
    /// How to read it, where the inferred kind is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<crate::table::ColumnKind>,
    /// What its numbers are divided by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub normalise: Option<Normalisation>,
    /// What stands in for its missing values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<MissingRule>,
    /// The number or category that stands in when `missing = "constant"`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fill: Option<String>,
    /// How its categories become numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub categories: Option<CategoryEncoding>,
    /// What happens to its outliers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outliers: Option<OutlierRule>,
}

/// What numbers are centred on and divided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Normalisation {
    /// Mean 0, standard deviation 1 (population form).
    Standard,
    /// The training part's smallest to largest as 0 to 1.
    MinMax,
    /// Median 0, interquartile range 1.
    Robust,
    /// As they are.
    None,
}

/// What pixels (0–255) become.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PixelScale {
    /// Divided by 255: 0 to 1.
    MinMax,
    /// Mean 0, standard deviation 1 over all pixels of the training part.
    Standard,
    /// As they are, 0 to 255.
    None,
}

/// What stands in for a missing value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MissingRule {
    /// The training part's median; for a category its most frequent value.
    Median,
    /// `fill`; for a category the value `fill` names, or a category of its own.
    Constant,
    /// The training part's most frequent value.
    MostFrequent,
}

/// How a category becomes numbers; each way keeps a place for values never seen in training.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CategoryEncoding {
    /// One 0/1 input for each category, and one for the unseen.
    OneHot,
    /// A learned vector for each category, and one for the unseen.
    Embedding,
}

/// What happens to outliers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutlierRule {
    /// They stay.
    Keep,
    /// They are set to the nearest bound.
    Clip,
    /// They count as missing.
    Missing,
}

//! What training looked like: the shares of each column's bins and of each label, kept in the bundle to tell drift by.

use flywheel_spec::table::ValueCount;
use flywheel_stats::quantile::Sorted;
use flywheel_tables::frame::{Frame, Values};
use flywheel_tables::infer::{self, Writing};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::InputSummary;
use crate::figure;
use crate::prepare::{
    Code, ColumnCode, Preparation, TargetCode, as_numbers, as_times, category_at, read_number_as,
    read_time_as, said, time_of_number,
};
use crate::split::TrainPart;

/// Bins of a number.
const DECILES: usize = 10;

/// Categories with a bin of their own; the rest share one.
const CATEGORIES: usize = 9;

/// The training part as drift sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// Each column that the model reads; of images `brightness` and `ink`.
    pub columns: Vec<ReferenceColumn>,
    /// Each label with its rows; empty in regression.
    pub labels: Vec<ValueCount>,
}

/// One column's bins with the training part's rows in each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReferenceColumn {
    /// The column, or `brightness`, or `ink`.
    pub column: String,
    /// How values fall into bins.
    pub binning: Binning,
    /// Rows in each bin; the last bin is that of missing values.
    pub counts: Vec<u64>,
}

/// How values fall into bins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Binning {
    /// Numbers between edges, the training part's deciles without repeats: a bin holds what is above the edge before and not above its own.
    Numbers {
        /// Ascending.
        edges: Vec<f64>,
        /// True when the numbers are seconds since 1970.
        moments: bool,
        /// How texts are read as numbers or moments.
        #[serde(default, skip_serializing_if = "Writing::is_usual")]
        writing: Writing,
    },
    /// The most frequent categories, and one bin for all others.
    Categories {
        /// Their names.
        names: Vec<String>,
    },
    /// Characters of a text between edges, the training part's deciles without repeats.
    TextLengths {
        /// The column of texts.
        of: String,
        /// Ascending.
        edges: Vec<f64>,
    },
    /// English, Chinese, or another language.
    TextLanguages {
        /// The column of texts.
        of: String,
    },
}

impl Reference {
    /// Counts the training rows.
    pub fn of(preparation: &Preparation, frame: &Frame, train: &TrainPart) -> Self {
        let rows = train.rows();
        let columns = preparation.columns.iter().flat_map(|column| {
            let values = frame.column(&column.name).map(|column| &column.values);
            values.map_or_else(Vec::new, |values| of_column(column, values, rows))
        });
        let labels = match &preparation.target {
            TargetCode::Classes { labels, counts } => labels
                .iter()
                .zip(counts)
                .map(|(label, &count)| ValueCount { value: label.clone(), count })
                .collect(),
            TargetCode::Number { .. } => Vec::new(),
        };
        Self { columns: columns.collect(), labels }
    }
}

impl ReferenceColumn {
    /// The bins' names.
    pub fn names(&self) -> Vec<String> {
        let mut names = match &self.binning {
            Binning::Numbers { edges, moments, .. } => {
                let show = |edge: &f64| match moments {
                    true => crate::prepare::show_time(*edge),
                    false => figure::plain(*edge),
                };
                between(edges, show)
            }
            Binning::TextLengths { edges, .. } => between(edges, |edge| figure::plain(*edge)),
            Binning::TextLanguages { .. } => super::text::language_names(),
            Binning::Categories { names } => {
                let mut names = names.clone();
                names.push("…".to_owned());
                names
            }
        };
        names.push("∅".to_owned());
        names
    }

    /// The bin of a logged input; absent when the log says nothing of this column.
    pub(super) fn bin_of_input(&self, input: &InputSummary) -> Option<usize> {
        match (input, self.column.as_str()) {
            (InputSummary::Image { brightness, .. }, "brightness") => Some(self.bin_of_number(*brightness)),
            (InputSummary::Image { ink, .. }, "ink") => Some(self.bin_of_number(*ink)),
            (InputSummary::Image { .. }, _) => None,
            (InputSummary::Row { values }, column) => Some(match &self.binning {
                Binning::TextLengths { of, .. } | Binning::TextLanguages { of } => {
                    let text = values.get(of).and_then(crate::predict::category_text);
                    self.bin_of_text(text.as_deref())
                }
                _ => self.bin_of_value(values.get(column)),
            }),
        }
    }

    fn bin_of_value(&self, value: Option<&Value>) -> usize {
        match &self.binning {
            Binning::Numbers { moments, writing, .. } => {
                let number = match value {
                    Some(Value::Number(number)) if *moments => number.as_f64().map(time_of_number),
                    Some(Value::Number(number)) => number.as_f64(),
                    Some(Value::String(text)) if *moments => read_time_as(text, *writing),
                    Some(Value::String(text)) => read_number_as(text, *writing),
                    _ => None,
                };
                self.bin_of_number(number.unwrap_or(f64::NAN))
            }
            Binning::Categories { .. } => {
                let category = value.and_then(crate::predict::category_text);
                self.bin_of_category(category.as_deref())
            }
            Binning::TextLengths { .. } | Binning::TextLanguages { .. } => {
                let text = value.and_then(crate::predict::category_text);
                self.bin_of_text(text.as_deref())
            }
        }
    }

    fn bin_of_number(&self, number: f64) -> usize {
        let Binning::Numbers { edges, .. } = &self.binning else { return self.missing_bin() };
        if number.is_nan() { self.missing_bin() } else { edges.partition_point(|edge| *edge < number) }
    }

    fn bin_of_category(&self, category: Option<&str>) -> usize {
        let Binning::Categories { names } = &self.binning else { return self.missing_bin() };
        match category {
            None => self.missing_bin(),
            // A boolean may be sent in another spelling than the table's.
            Some(category) => {
                names
                    .iter()
                    .position(|name| name == category)
                    .or_else(|| {
                        names.iter().position(|name| said(name).is_some() && said(name) == said(category))
                    })
                    .unwrap_or_else(|| {
                        if infer::is_missing(category) { self.missing_bin() } else { names.len() }
                    })
            }
        }
    }

    fn missing_bin(&self) -> usize {
        self.counts.len().saturating_sub(1)
    }
}

/// An image's mean pixel as 0 to 1, and the share of its pixels above one half.
pub(super) fn light(pixels: &[u8]) -> (f64, f64) {
    let count = pixels.len().max(1) as f64;
    let sum: u64 = pixels.iter().map(|&pixel| u64::from(pixel)).sum();
    let ink = pixels.iter().filter(|&&pixel| pixel > 127).count();
    (sum as f64 / (255.0 * count), ink as f64 / count)
}

fn of_column(column: &ColumnCode, values: &Values, rows: &[usize]) -> Vec<ReferenceColumn> {
    match (&column.code, values) {
        (Code::Image(_), Values::Image(images)) => {
            let lights: Vec<(f64, f64)> = rows.iter().map(|&row| light(images.image(row))).collect();
            let brightness = lights.iter().map(|(brightness, _)| *brightness).collect();
            let ink = lights.iter().map(|(_, ink)| *ink).collect();
            let of = |name, lights| of_numbers(name, lights, false, Writing::Usual);
            vec![of("brightness", brightness), of("ink", ink)]
        }
        (Code::Number(_), values) => {
            let numbers = as_numbers(values);
            let numbers = rows.iter().map(|&row| numbers[row]).collect();
            vec![of_numbers(&column.name, numbers, false, column.writing())]
        }
        (Code::Time(_), values) => {
            let times = as_times(values);
            let times = rows.iter().map(|&row| times[row]).collect();
            vec![of_numbers(&column.name, times, true, column.writing())]
        }
        (Code::Category(_) | Code::Boolean(_), values) => vec![of_categories(column, values, rows)],
        (Code::Text(_), values) => super::text::of_texts(&column.name, values, rows),
        (Code::Image(_), _) => Vec::new(),
    }
}

/// The inner deciles without repeats.
pub(super) fn deciles(numbers: impl Iterator<Item = f64>) -> Vec<f64> {
    let sorted = Sorted::of(numbers);
    let mut edges: Vec<f64> =
        (1..DECILES).filter_map(|decile| sorted.quantile(decile as f64 / DECILES as f64)).collect();
    edges.dedup();
    edges
}

/// The names of the bins that edges cut.
fn between(edges: &[f64], show: impl Fn(&f64) -> String) -> Vec<String> {
    let mut names: Vec<String> = edges.iter().map(|edge| format!("≤ {}", show(edge))).collect();
    names.push(edges.last().map_or_else(|| "*".to_owned(), |edge| format!("> {}", show(edge))));
    names
}

fn of_numbers(name: &str, numbers: Vec<f64>, moments: bool, writing: Writing) -> ReferenceColumn {
    let edges = deciles(numbers.iter().copied());
    let counts = vec![0; edges.len() + 2];
    let binning = Binning::Numbers { edges, moments, writing };
    let mut column = ReferenceColumn { column: name.to_owned(), binning, counts };
    for number in numbers {
        let bin = column.bin_of_number(number);
        column.counts[bin] += 1;
    }
    column
}

fn of_categories(column: &ColumnCode, values: &Values, rows: &[usize]) -> ReferenceColumn {
    let names: Vec<String> = column.field().categories.into_iter().take(CATEGORIES).collect();
    let counts = vec![0; names.len() + 2];
    let mut reference =
        ReferenceColumn { column: column.name.clone(), binning: Binning::Categories { names }, counts };
    for &row in rows {
        let bin = reference.bin_of_category(category_at(values, row).as_deref());
        reference.counts[bin] += 1;
    }
    reference
}

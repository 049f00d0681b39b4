//! One column's way from raw value to inputs, whatever it holds.

use flywheel_spec::model::InputField;
use flywheel_spec::recipe::CategoryEncoding;
use flywheel_spec::table::ColumnKind;
use flywheel_tables::frame::Values;
use flywheel_tables::infer::{self, Writing};
use serde::{Deserialize, Serialize};

use super::{BooleanCode, CategoryCode, ImageCode, NumberCode, Slots, TextCode, TimeCode, show_time};
use crate::figure;

/// Categories listed in a model's signature.
const LISTED_CATEGORIES: usize = 50;

/// A column that the model reads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnCode {
    /// Its name.
    pub name: String,
    /// How its values become inputs.
    pub code: Code,
}

/// The kinds of columns that can be learned from; the one list of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Code {
    /// Numbers that measure.
    Number(NumberCode),
    /// One of some values.
    Category(CategoryCode),
    /// Yes or no.
    Boolean(BooleanCode),
    /// A moment.
    Time(TimeCode),
    /// An image.
    Image(ImageCode),
    /// Free text.
    Text(TextCode),
}

impl ColumnCode {
    /// Numbers that come of it; an image's pixels and an embedded category aside.
    pub fn width(&self) -> usize {
        match &self.code {
            Code::Number(code) => code.width(),
            Code::Category(code) => code.width(),
            Code::Boolean(code) => code.width(),
            Code::Time(code) => code.width(),
            Code::Text(code) => code.width(),
            Code::Image(_) => 0,
        }
    }

    /// Numbers that are written down for every row; a text's terms are only where they stand.
    pub(super) fn dense_width(&self) -> usize {
        if self.text().is_some() { 0 } else { self.width() }
    }

    /// Its text, if it is one.
    pub fn text(&self) -> Option<&TextCode> {
        match &self.code {
            Code::Text(code) => Some(code),
            _ => None,
        }
    }

    /// Its category, if an embedding reads it.
    pub fn embedding(&self) -> Option<&CategoryCode> {
        match &self.code {
            Code::Category(code) if code.encoding == CategoryEncoding::Embedding => Some(code),
            _ => None,
        }
    }

    /// Inputs of the network that come of it in the end.
    pub fn inputs(&self) -> usize {
        match &self.code {
            Code::Image(code) => code.shape.bytes(),
            _ => self.width() + self.embedding().map_or(0, |code| code.embedding_width),
        }
    }

    /// What it was read as.
    pub fn kind(&self) -> ColumnKind {
        match &self.code {
            Code::Number(_) => ColumnKind::Number,
            Code::Category(_) => ColumnKind::Category,
            Code::Boolean(_) => ColumnKind::Boolean,
            Code::Time(_) => ColumnKind::Time,
            Code::Image(_) => ColumnKind::Image,
            Code::Text(_) => ColumnKind::Text,
        }
    }

    /// How its texts are read as numbers or moments.
    pub fn writing(&self) -> Writing {
        match &self.code {
            Code::Number(code) => code.writing,
            Code::Time(code) => code.writing,
            Code::Category(_) | Code::Boolean(_) | Code::Image(_) | Code::Text(_) => Writing::Usual,
        }
    }

    /// True for a text that stands for a missing value, as it does for an import: a blank, or a word such as `NA` that
    /// is no known category.
    pub fn is_missing(&self, text: &str) -> bool {
        match &self.code {
            Code::Number(_) | Code::Time(_) => infer::is_unmeasured(text),
            Code::Category(code) => code.is_missing(text),
            Code::Boolean(code) => infer::is_unmeasured(text) && code.read(text.trim()).is_none(),
            Code::Image(_) | Code::Text(_) => infer::is_missing(text),
        }
    }

    /// The column as a model's signature shows it.
    pub fn field(&self) -> InputField {
        let mut field = InputField {
            name: self.name.clone(),
            kind: self.kind(),
            categories: Vec::new(),
            example: None,
            range: None,
            image: None,
        };
        match &self.code {
            Code::Number(code) => {
                field.example = Some(figure::plain(code.median));
                field.range = Some(code.range);
            }
            Code::Category(code) => {
                let mut order: Vec<usize> = (0..code.categories.len()).collect();
                order.sort_by_key(|&index| (std::cmp::Reverse(code.counts[index]), index));
                order.truncate(LISTED_CATEGORIES);
                field.categories = order.into_iter().map(|index| code.categories[index].clone()).collect();
                field.example = field.categories.first().cloned();
            }
            Code::Boolean(code) => {
                field.categories = vec![code.no.clone(), code.yes.clone()];
                if code.counts[1] > code.counts[0] {
                    field.categories.reverse();
                }
                field.example = field.categories.first().cloned();
            }
            Code::Time(code) => {
                field.example = Some(show_time(code.range[1]));
                field.range = Some(code.range);
            }
            Code::Image(code) => field.image = Some(code.shape),
            Code::Text(_) => {}
        }
        field
    }

    pub(super) fn encode(
        &self,
        values: Option<&Values>,
        rows: &[usize],
        slots: &mut Slots<'_>,
        places: &mut Slots<'_, u32>,
    ) {
        match &self.code {
            Code::Number(code) => code.encode(values, rows, slots),
            Code::Category(code) => {
                let places = self.embedding().is_some().then_some(places);
                code.encode(values, rows, slots, places);
            }
            Code::Boolean(code) => code.encode(values, rows, slots),
            Code::Time(code) => code.encode(values, rows, slots),
            Code::Image(_) | Code::Text(_) => {}
        }
    }
}

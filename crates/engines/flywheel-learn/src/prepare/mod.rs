//! From raw values to the numbers that a network reads: fitted once on the training part, carried with the model, and
//! the one path used in training, batch, HTTP and export.

mod alike;
mod boolean;
mod category;
mod check;
mod column;
mod fit;
mod grams;
mod image;
mod number;
pub(crate) mod select;
mod suspect;
mod target;
mod text;
mod time;

use flywheel_spec::plan::PreparedColumn;
use flywheel_spec::recipe::{Task, TrainSpec};
use flywheel_spec::table::ImageShape;
use flywheel_spec::{Phrase, Problem, Problems};
use flywheel_tables::frame::{Column, Frame, Values};
use serde::{Deserialize, Serialize};

use crate::examples::{Examples, Inputs, SparseRows, Targets};
use crate::network::{EmbeddingPlan, InputPlan};
use crate::split::{Parts, split};
use crate::table::Table;

pub use boolean::BooleanCode;
pub use category::{CategoryCode, MissingCategory};
pub use column::{Code, ColumnCode};
pub use fit::Fitted;
pub use image::ImageCode;
pub use number::NumberCode;
pub use select::Selection;
pub use target::TargetCode;
pub use text::TextCode;
pub use time::{TimeCode, TimePart};

pub(crate) use boolean::said;
pub(crate) use category::category_at;
pub(crate) use image::fitted;
pub(crate) use number::{as_numbers, read as read_number, read_as as read_number_as};
pub(crate) use time::{as_times, of_number as time_of_number, read_as as read_time_as, show as show_time};

/// How a raw row becomes a network's input, and what a network's output means; a bundle keeps it as `preparation.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preparation {
    /// Classes or a number.
    pub task: Task,
    /// The column predicted.
    pub target_column: String,
    /// How the target is read and answered.
    pub target: TargetCode,
    /// The columns read, in the table's order; one image, or any number of others.
    pub columns: Vec<ColumnCode>,
}

/// A table split and prepared as a recipe says.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// The rows with a usable target.
    pub selection: Selection,
    /// Which rows train, choose, judge.
    pub parts: Parts,
    /// Fitted on the training part.
    pub preparation: Preparation,
    /// What becomes of each column, the left-out ones with the reason.
    pub columns: Vec<PreparedColumn>,
    /// What was done to how many rows.
    pub actions: Vec<Phrase>,
    /// Doubts about target, columns and parts.
    pub warnings: Vec<Problem>,
}

/// Selects the rows, splits them and fits the preparation; all mistakes that one step can see come at once.
pub fn prepare(table: &Table, spec: &TrainSpec) -> Result<Prepared, Problems> {
    let selection = Selection::of(table, spec)?;
    let (parts, split_warnings) = split(table, &selection, spec)?;
    let fitted = Preparation::fit(table, &selection, &parts.train, spec)?;
    let mut actions = selection.actions.clone();
    actions.extend(fitted.actions);
    let mut warnings = selection.warnings.clone();
    warnings.extend(split_warnings);
    warnings.extend(fitted.warnings);
    Ok(Prepared {
        selection,
        parts,
        preparation: fitted.preparation,
        columns: fitted.columns,
        actions,
        warnings,
    })
}

impl Preparation {
    /// What arrives at the network's first layer.
    pub fn input_plan(&self) -> InputPlan {
        if let Some(image) = self.image() {
            return InputPlan::Images(image.shape);
        }
        let embeddings = self.columns.iter().filter_map(|column| column.embedding());
        InputPlan::Rows {
            numbers: self.columns.iter().map(ColumnCode::width).sum(),
            embeddings: embeddings
                .map(|code| EmbeddingPlan { categories: code.places(), width: code.embedding_width })
                .collect(),
        }
    }

    /// The image that it reads, if it reads one.
    pub fn image(&self) -> Option<&ImageCode> {
        self.columns.iter().find_map(|column| match &column.code {
            Code::Image(code) => Some(code),
            _ => None,
        })
    }

    /// The classes in the order of the outputs; empty in regression.
    pub fn labels(&self) -> &[String] {
        self.target.labels()
    }

    /// A network's output in the target's unit.
    pub fn number(&self, output: f32) -> f64 {
        match self.target {
            TargetCode::Number { mean, deviation } => f64::from(output) * deviation + mean,
            TargetCode::Classes { .. } => f64::from(output),
        }
    }

    /// The rows asked for as a network reads them, with what it should answer; a row without a known target is a problem.
    pub fn apply(&self, frame: &Frame, rows: &[usize]) -> Result<Examples, Problems> {
        let Some(target) = frame.column(&self.target_column) else {
            return Err(check::column_absent(&self.target_column).into());
        };
        let targets = self.target.encode(target, rows)?;
        Ok(Examples { targets, ..self.apply_inputs(frame, rows)? })
    }

    /// The rows asked for as a network reads them, to be answered. What is absent or can't be read counts as missing;
    /// [`Preparation::check`] says so beforehand where that is a mistake.
    pub fn apply_inputs(&self, frame: &Frame, rows: &[usize]) -> Result<Examples, Problems> {
        let inputs = match self.image() {
            Some(image) => self.image_inputs(image, frame, rows)?,
            None => self.row_inputs(frame, rows),
        };
        Ok(Examples { inputs, targets: Targets::Unknown, rows: rows.to_vec() })
    }

    /// What a frame holds that this preparation can't read: the wrong kind of value, an image that is no picture.
    pub fn check(&self, frame: &Frame) -> Problems {
        check::check(self, frame)
    }

    fn image_inputs(&self, code: &ImageCode, frame: &Frame, rows: &[usize]) -> Result<Inputs, Problems> {
        let column = self.columns.iter().find(|column| matches!(column.code, Code::Image(_)));
        let name = column.map_or("image", |column| column.name.as_str());
        match self.find(frame, 0, name).map(|column| &column.values) {
            Some(Values::Image(images)) if code.reads(images.shape) => Ok(Inputs::Images {
                shape: code.shape,
                pixels: code.fitted(images).pixels,
                positions: rows.iter().map(|&row| row as u32).collect(),
                scale: code.scale,
                shift: code.shift,
            }),
            Some(Values::Image(images)) => Err(check::image_shape(name, images.shape, code.shape).into()),
            Some(_) => Err(check::not_an_image(name).into()),
            None => Err(check::column_absent(name).into()),
        }
    }

    fn row_inputs(&self, frame: &Frame, rows: &[usize]) -> Inputs {
        let width = self.columns.iter().map(ColumnCode::dense_width).sum();
        let embedded = self.columns.iter().filter(|column| column.embedding().is_some()).count();
        let mut numbers = vec![0.0; rows.len() * width];
        let mut categories = vec![0; rows.len() * embedded];
        let (mut at, mut embedded_at) = (0, 0);
        for (index, column) in self.columns.iter().enumerate() {
            let values = self.find(frame, index, &column.name).map(|column| &column.values);
            let mut slots = Slots { values: &mut numbers, width, at };
            let mut places = Slots { values: &mut categories, width: embedded, at: embedded_at };
            column.encode(values, rows, &mut slots, &mut places);
            at += column.dense_width();
            embedded_at += usize::from(column.embedding().is_some());
        }
        if self.columns.iter().all(|column| column.text().is_none()) {
            return Inputs::Rows { width, numbers, embedded, categories };
        }
        Inputs::Sparse(self.joined(frame, rows, &numbers, embedded, categories))
    }

    /// Texts' terms and the other columns' numbers, in the order of the columns.
    fn joined(
        &self,
        frame: &Frame,
        rows: &[usize],
        numbers: &[f32],
        embedded: usize,
        categories: Vec<u32>,
    ) -> SparseRows {
        let read = |(index, column): (usize, &ColumnCode)| {
            let values = self.find(frame, index, &column.name).map(|column| &column.values);
            column.text().map(|code| code.encode(values, rows))
        };
        let texts: Vec<Option<Vec<Vec<(u32, f32)>>>> = self.columns.iter().enumerate().map(read).collect();
        let dense_width: usize = self.columns.iter().map(ColumnCode::dense_width).sum();
        let mut sparse = SparseRows {
            width: self.columns.iter().map(ColumnCode::width).sum(),
            starts: vec![0],
            places: Vec::new(),
            values: Vec::new(),
            embedded,
            categories,
        };
        for example in 0..rows.len() {
            let mut dense = &numbers[example * dense_width..][..dense_width];
            let mut at = 0;
            for (column, texts) in self.columns.iter().zip(&texts) {
                let (of_column, rest) = dense.split_at(column.dense_width());
                dense = rest;
                let of_column = of_column.iter().enumerate().map(|(offset, &value)| (offset as u32, value));
                let of_text = texts.iter().flat_map(|texts| texts[example].iter().copied());
                for (offset, value) in of_column.chain(of_text).filter(|(_, value)| *value != 0.0) {
                    sparse.places.push(at + offset);
                    sparse.values.push(value);
                }
                at += column.width() as u32;
            }
            sparse.starts.push(sparse.places.len());
        }
        sparse
    }

    /// The column of that name, which usually stands where it stood in training.
    fn find<'a>(&self, frame: &'a Frame, hint: usize, name: &str) -> Option<&'a Column> {
        frame.columns.get(hint).filter(|column| column.name == name).or_else(|| frame.column(name))
    }
}

/// A block of rows in which one column writes its inputs: `values[example · width + at + offset]`.
pub(crate) struct Slots<'a, T = f32> {
    values: &'a mut [T],
    width: usize,
    at: usize,
}

impl<T> Slots<'_, T> {
    #[inline]
    fn put(&mut self, example: usize, offset: usize, value: T) {
        self.values[example * self.width + self.at + offset] = value;
    }
}

/// A shape in words: `28 × 28 × 1`.
pub(crate) fn shape_words(shape: ImageShape) -> String {
    format!("{} × {} × {}", shape.height, shape.width, shape.channels)
}

#[cfg(test)]
mod tests;

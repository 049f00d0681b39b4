//! Prepared rows as a network reads them; images stay bytes until the first layer packs them.

use std::sync::Arc;

use flywheel_spec::table::ImageShape;

/// Rows ready to learn from or to answer.
#[derive(Debug, Clone)]
pub struct Examples {
    /// What the network reads.
    pub inputs: Inputs,
    /// What it should answer.
    pub targets: Targets,
    /// The table's row of each example, from 0.
    pub rows: Vec<usize>,
}

/// What the network reads.
#[derive(Debug, Clone)]
pub enum Inputs {
    /// Images: `pixel · scale + shift` is what the first layer sees.
    Images {
        /// The shape that all share.
        shape: ImageShape,
        /// Every image of the table (NHWC), shared and never copied.
        pixels: Arc<[u8]>,
        /// The image of each example, as a position in `pixels`.
        positions: Vec<u32>,
        /// Multiplies a pixel.
        scale: f32,
        /// Added after.
        shift: f32,
    },
    /// Numbers, and categories that an embedding reads.
    Rows {
        /// Numbers in a row.
        width: usize,
        /// `examples × width`, row by row.
        numbers: Vec<f32>,
        /// Embedded categories in a row.
        embedded: usize,
        /// `examples × embedded`, row by row; 0 is the place for the unseen.
        categories: Vec<u32>,
    },
    /// Rows of so many numbers that only those other than zero are kept, such as the terms of texts.
    Sparse(SparseRows),
}

/// Rows of which only the numbers other than zero are kept, and the categories that an embedding reads.
#[derive(Debug, Clone, PartialEq)]
pub struct SparseRows {
    /// Numbers in a row, zeros included.
    pub width: usize,
    /// Where each row's numbers begin in `places` and `values`, and where the last one's end: `examples + 1`.
    pub starts: Vec<usize>,
    /// The place of each number in its row, ascending within a row.
    pub places: Vec<u32>,
    /// The numbers.
    pub values: Vec<f32>,
    /// Embedded categories in a row.
    pub embedded: usize,
    /// `examples × embedded`, row by row; 0 is the place for the unseen.
    pub categories: Vec<u32>,
}

impl SparseRows {
    /// One row's numbers with their places.
    pub fn row(&self, example: usize) -> impl Iterator<Item = (u32, f32)> + '_ {
        let range = self.starts[example]..self.starts[example + 1];
        self.places[range.clone()].iter().copied().zip(self.values[range].iter().copied())
    }

    /// One row with its zeros.
    pub fn write(&self, example: usize, to: &mut [f32]) {
        to[..self.width].fill(0.0);
        self.row(example).for_each(|(place, value)| to[place as usize] = value);
    }

    /// Share of the numbers that are not zero.
    pub fn density(&self) -> f64 {
        let all = self.starts.len().saturating_sub(1) * self.width;
        if all == 0 { 1.0 } else { self.values.len() as f64 / all as f64 }
    }
}

impl Inputs {
    /// Bytes that the rows hold.
    pub fn bytes(&self) -> u64 {
        let bytes = match self {
            Self::Images { shape, positions, .. } => positions.len() * shape.bytes(),
            Self::Rows { numbers, categories, .. } => 4 * (numbers.len() + categories.len()),
            Self::Sparse(rows) => 8 * (rows.values.len() + rows.starts.len()) + 4 * rows.categories.len(),
        };
        bytes as u64
    }

    /// Share of the numbers that the first layer multiplies.
    pub fn density(&self) -> f64 {
        match self {
            Self::Sparse(rows) => rows.density(),
            Self::Images { .. } | Self::Rows { .. } => 1.0,
        }
    }
}

/// What a network should answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Targets {
    /// Class of each example, from 0.
    Classes(Vec<u32>),
    /// Number of each example, standardised with the training part's mean and deviation.
    Numbers(Vec<f32>),
    /// Not known: the examples are only to be answered.
    Unknown,
}

impl Examples {
    /// How many.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

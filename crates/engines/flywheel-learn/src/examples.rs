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

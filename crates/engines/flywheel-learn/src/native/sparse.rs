//! Rows of mostly zeros at the first layer: products and gradients over the numbers that are there.
//!
//! The weights' gradient still passes every weight once, because every weight moves at every step: optimizers remember.

use std::ops::Range;

use crate::examples::SparseRows;

use super::cpu::Level;
use super::disjoint::Disjoint;
use super::panels::{Panels, Span};
use super::pool::Pool;
use super::product::{Rows, RowsMut, even_part};
use super::tile;

/// Rows of a task on the way forward.
const ROWS: usize = 16;

/// Weight rows of a task on the way back.
const WEIGHT_ROWS: usize = 64;

/// Numbers of the widest panel's row.
const WIDEST: usize = 48;

/// The rows of one batch, by row and, for the way back, by place.
#[derive(Default)]
pub struct SparseBatch {
    /// Where each row's terms begin, and where the last one's end.
    starts: Vec<usize>,
    /// Place and number, row by row.
    terms: Vec<(u32, f32)>,
    /// Where each place's terms begin in `by_place`; filled on the way back.
    place_starts: Vec<u32>,
    /// Row and number, place by place and ascending by row within one.
    by_place: Vec<(u32, f32)>,
}

impl SparseBatch {
    /// Takes the chosen rows.
    pub fn read(&mut self, rows: &SparseRows, chosen: &[u32]) {
        self.starts.clear();
        self.terms.clear();
        self.starts.push(0);
        for &example in chosen {
            // A zero that was written down would be the only term with nothing to say.
            self.terms.extend(rows.row(example as usize).filter(|(_, value)| *value != 0.0));
            self.starts.push(self.terms.len());
        }
    }

    /// Whether every number is.
    pub fn is_finite(&self) -> bool {
        self.terms.iter().all(|(_, value)| value.is_finite())
    }

    /// `C = A · B`; then `finish(column, part)` is called once for each finished part of a row of C.
    ///
    /// The bits are those of [`super::product::rows_times`]: sums run through the places in order.
    pub fn times(
        &self,
        pool: &Pool,
        level: Level,
        shape: &Panels,
        b: &[f32],
        c: RowsMut,
        finish: impl Fn(usize, &mut [f32]) + Sync,
    ) {
        let count = self.starts.len() - 1;
        let width = shape.spans().last().map_or(0, |span| span.start + span.width());
        assert!(b.len() >= shape.len(), "B is shorter than its shape");
        assert!(
            count == 0 || c.data.len() >= (count - 1) * c.spacing + width && c.spacing >= width,
            "C is too short"
        );
        assert!(
            self.terms.iter().all(|(place, _)| (*place as usize) < shape.rows),
            "a place beyond the weights"
        );
        let output = Disjoint::new(c.data);
        let tasks = count.div_ceil(ROWS);
        pool.run(tasks, 2 * self.terms.len() * width, |_, task| {
            for row in even_part(count, tasks, task) {
                let terms = &self.terms[self.starts[row]..self.starts[row + 1]];
                for &span in shape.spans() {
                    let panel = &b[shape.offset(span, 0)..][..shape.rows * span.width()];
                    let from = row * c.spacing + span.start;
                    // SAFETY: a row of C is one task's; every term names a row of the panel, as was asserted.
                    unsafe {
                        let part = output.part(from..from + span.width());
                        tile::compute_row(level, span.strips, terms, panel, part);
                        finish(span.start, part);
                    }
                }
            }
        });
    }

    /// The gradient of weights, `Aᵀ · D` summed over rows, in tiles of the weights' panels, as [`super::product::gradient`].
    pub fn gradient(
        &mut self,
        pool: &Pool,
        d: Rows,
        shape: &Panels,
        sink: impl Fn(Span, Range<usize>, &mut [f32]) + Sync,
        sums: impl Fn(Span, &mut [f32]) + Sync,
    ) {
        self.turn(shape.rows);
        let width = shape.spans().last().map_or(0, |span| span.start + span.width());
        assert!(
            d.count + 1 == self.starts.len()
                && (d.count == 0 || d.data.len() >= (d.count - 1) * d.spacing + width),
            "D is shorter than its shape"
        );
        let blocks = shape.rows.div_ceil(WEIGHT_ROWS).max(1);
        let batch = &*self;
        let operations = 2 * batch.terms.len() * width + 8 * shape.len();
        pool.run(shape.spans().len() * blocks, operations, |_, task| {
            let span = shape.spans()[task / blocks];
            let mut tile = [0.0; WEIGHT_ROWS * WIDEST];
            let line = |row: usize| &d.data[row * d.spacing + span.start..][..span.width()];
            if task % blocks == 0 {
                let column_sums = &mut tile[..span.width()];
                for row in 0..d.count {
                    column_sums.iter_mut().zip(line(row)).for_each(|(sum, x)| *sum += x);
                }
                sums(span, column_sums);
                column_sums.fill(0.0);
            }
            let weight_rows = even_part(shape.rows, blocks, task % blocks);
            let tile = &mut tile[..weight_rows.len() * span.width()];
            for (place, sum) in weight_rows.clone().zip(tile.chunks_exact_mut(span.width())) {
                let range = batch.place_starts[place] as usize..batch.place_starts[place + 1] as usize;
                for &(row, value) in &batch.by_place[range] {
                    sum.iter_mut().zip(line(row as usize)).for_each(|(sum, x)| *sum += value * x);
                }
            }
            sink(span, weight_rows, tile);
        });
    }

    /// Sorts the terms by place.
    fn turn(&mut self, places: usize) {
        self.place_starts.clear();
        self.place_starts.resize(places + 1, 0);
        for (place, _) in &self.terms {
            self.place_starts[*place as usize + 1] += 1;
        }
        for place in 0..places {
            self.place_starts[place + 1] += self.place_starts[place];
        }
        let mut next = self.place_starts.clone();
        self.by_place.clear();
        self.by_place.resize(self.terms.len(), (0, 0.0));
        for row in 0..self.starts.len() - 1 {
            for &(place, value) in &self.terms[self.starts[row]..self.starts[row + 1]] {
                let at = &mut next[place as usize];
                self.by_place[*at as usize] = (row as u32, value);
                *at += 1;
            }
        }
    }
}

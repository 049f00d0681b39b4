//! Products of matrices, cut into tasks: rows times weights, and the weights' gradient.

use std::ops::Range;

use super::cpu::Level;
use super::disjoint::Disjoint;
use super::panels::{Panels, Span};
use super::pool::Pool;
use super::tile::{self, LANES, Tile, Walk};

/// Terms summed before the next rows are taken up, so that a panel's part stays in the first cache.
const DEPTH: usize = 192;

/// Rows of a task in `rows_times`.
const ROWS: usize = 64;

/// Weight rows of a task in `gradient`.
const GRADIENT_ROWS: usize = 112;

/// Rows of numbers at a fixed distance.
#[derive(Clone, Copy)]
pub struct Rows<'a> {
    /// The first row and all behind it.
    pub data: &'a [f32],
    /// How many.
    pub count: usize,
    /// From one to the next.
    pub spacing: usize,
}

impl<'a> Rows<'a> {
    /// One of them.
    pub fn row(&self, index: usize, len: usize) -> &'a [f32] {
        &self.data[index * self.spacing..][..len]
    }
}

/// Rows that are written to.
pub struct RowsMut<'a> {
    /// The first row and all behind it.
    pub data: &'a mut [f32],
    /// From one to the next.
    pub spacing: usize,
}

/// `C = A · B`; then `finish(row, column, part)` is called once for each finished part of a row of C.
///
/// Each sum runs through B's rows in order, so that a row's result doesn't depend on how many rows there are.
pub fn rows_times(
    pool: &Pool,
    level: Level,
    a: Rows,
    shape: &Panels,
    b: &[f32],
    c: RowsMut,
    finish: impl Fn(usize, usize, &mut [f32]) + Sync,
) {
    assert!(
        a.count == 0 || a.data.len() >= (a.count - 1) * a.spacing + shape.rows,
        "A is shorter than its shape"
    );
    assert!(b.len() >= shape.len(), "B is shorter than its shape");
    let width = shape.spans().last().map_or(0, |span| span.start + span.width());
    assert!(
        a.count == 0 || c.data.len() >= (a.count - 1) * c.spacing + width && c.spacing >= width,
        "C is too short"
    );
    let output = Disjoint::new(c.data);
    let blocks = a.count.div_ceil(ROWS).max(1);
    let operations = 2 * a.count * shape.len();
    pool.run(shape.spans().len() * blocks, operations, |_, task| {
        let span = shape.spans()[task / blocks];
        let rows = even_part(a.count, blocks, task % blocks);
        let panel = &b[shape.offset(span, 0)..][..shape.rows * span.width()];
        for depth in parts(shape.rows, DEPTH) {
            for tile_rows in parts_of(rows.clone(), tile::max_rows(level, span.strips)) {
                let t = Tile {
                    outer: 1,
                    inner: depth.len(),
                    a: a.data[tile_rows.start * a.spacing + depth.start..].as_ptr(),
                    a_row: a.spacing,
                    a_inner: 1,
                    a_outer: 0,
                    b: panel[depth.start * span.width()..].as_ptr(),
                    b_inner: span.width(),
                    b_outer: 0,
                    c: output.pointer(tile_rows.start * c.spacing + span.start),
                    c_row: c.spacing,
                    accumulate: depth.start > 0,
                };
                // SAFETY: the lengths were asserted above, and no two tasks share rows and columns of C.
                unsafe { tile::compute(level, Walk::Along, tile_rows.len(), span.strips, &t) };
                if depth.end == shape.rows {
                    for row in tile_rows {
                        let from = row * c.spacing + span.start;
                        // SAFETY: the tile is finished, and no two tasks share both rows and columns.
                        finish(row, span.start, unsafe { output.part(from..from + span.width()) });
                    }
                }
            }
        }
    });
}

/// One row times a matrix, skipping what is zero: the same bits as [`rows_times`] gives for this row.
pub fn row_times(
    level: Level,
    row: &[f32],
    shape: &Panels,
    b: &[f32],
    terms: &mut Vec<(u32, f32)>,
    c: &mut [f32],
) {
    terms.clear();
    terms.extend(row.iter().enumerate().filter(|(_, x)| **x != 0.0).map(|(i, &x)| (i as u32, x)));
    assert!(
        row.len() == shape.rows && b.len() >= shape.len() && c.len() >= super::panels::padded(shape.columns)
    );
    for &span in shape.spans() {
        let panel = &b[shape.offset(span, 0)..][..shape.rows * span.width()];
        // SAFETY: every term names a row of the panel, and C is as wide as all panels.
        unsafe { tile::compute_row(level, span.strips, terms, panel, &mut c[span.start..][..span.width()]) };
    }
}

/// The gradient of weights, `Aᵀ · D` summed over rows, in tiles of the weights' panels.
///
/// `sink(span, weight_rows, tile)` gets each finished tile once, row by row and as wide as the panel.
/// `sums(span, sums)` gets the columns' sums of D, the gradient of the bias.
pub fn gradient(
    pool: &Pool,
    level: Level,
    a: Rows,
    d: Rows,
    shape: &Panels,
    sink: impl Fn(Span, Range<usize>, &mut [f32]) + Sync,
    sums: impl Fn(Span, &mut [f32]) + Sync,
) {
    if a.count == 0 {
        return;
    }
    let width = shape.spans().last().map_or(0, |span| span.start + span.width());
    assert!(a.data.len() >= (a.count - 1) * a.spacing + shape.rows, "A is shorter than its shape");
    assert!(
        a.count == d.count && d.data.len() >= (d.count - 1) * d.spacing + width,
        "D is shorter than its shape"
    );
    let blocks = shape.rows.div_ceil(GRADIENT_ROWS).max(1);
    let operations = 2 * a.count * shape.len();
    pool.run(shape.spans().len() * blocks, operations, |_, task| {
        let span = shape.spans()[task / blocks];
        let mut scratch = Scratch([0.0; 14 * 3 * LANES]);
        if task % blocks == 0 {
            let column_sums = &mut scratch.0[..span.width()];
            column_sums.fill(0.0);
            for row in 0..d.count {
                let line = &d.data[row * d.spacing + span.start..][..span.width()];
                column_sums.iter_mut().zip(line).for_each(|(sum, x)| *sum += x);
            }
            sums(span, column_sums);
        }
        let rows = even_part(shape.rows, blocks, task % blocks);
        for tile_rows in parts_of(rows, tile::max_rows(level, span.strips)) {
            let t = Tile {
                outer: 1,
                inner: a.count,
                a: a.data[tile_rows.start..].as_ptr(),
                a_row: 1,
                a_inner: a.spacing,
                a_outer: 0,
                b: d.data[span.start..].as_ptr(),
                b_inner: d.spacing,
                b_outer: 0,
                c: scratch.0.as_mut_ptr(),
                c_row: span.width(),
                accumulate: false,
            };
            // SAFETY: the lengths were asserted above, and the largest tile fits into the scratch.
            unsafe { tile::compute(level, Walk::Across, tile_rows.len(), span.strips, &t) };
            let len = tile_rows.len() * span.width();
            sink(span, tile_rows, &mut scratch.0[..len]);
        }
    });
}

#[repr(align(64))]
struct Scratch([f32; 14 * 3 * LANES]);

/// Part `index` of `0..len` cut into `count` nearly equal ones.
pub fn even_part(len: usize, count: usize, index: usize) -> Range<usize> {
    index * len / count..(index + 1) * len / count
}

/// `0..len` in nearly equal parts of at most `most`.
pub fn parts(len: usize, most: usize) -> impl Iterator<Item = Range<usize>> {
    parts_of(0..len, most)
}

/// A range in nearly equal parts of at most `most`.
pub fn parts_of(range: Range<usize>, most: usize) -> impl Iterator<Item = Range<usize>> {
    let count = range.len().div_ceil(most);
    (0..count).map(move |index| {
        let part = even_part(range.len(), count, index);
        range.start + part.start..range.start + part.end
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::buffer::Buffer;
    use super::super::panels::padded;
    use super::*;

    /// Small whole numbers, so that sums are exact in any order.
    fn number(i: usize) -> f32 {
        ((i * 7919 + 13) % 17) as f32 - 8.0
    }

    fn check(rows: usize, depth: usize, columns: usize, threads: usize) {
        let pool = Pool::new(threads);
        let spacing = depth + 3;
        let a: Vec<f32> = (0..rows * spacing).map(number).collect();
        let shape = Panels::new(depth, columns);
        let mut b = Buffer::zeros(shape.len());
        shape.each(|k, j, at| b[at] = number(k * columns + j + 5));
        for level in Level::available() {
            let c_spacing = padded(columns) + 16;
            let mut c = Buffer::zeros(rows * c_spacing);
            let a_rows = Rows { data: &a, count: rows, spacing };
            let out = RowsMut { data: &mut c, spacing: c_spacing };
            rows_times(&pool, level, a_rows, &shape, &b, out, |row, start, part| {
                part.iter_mut().enumerate().for_each(|(j, x)| *x += (row + start + j) as f32);
            });
            for i in 0..rows {
                let mut terms = Vec::new();
                let mut single = vec![0.0; padded(columns)];
                row_times(level, &a[i * spacing..][..depth], &shape, &b, &mut terms, &mut single);
                for j in 0..columns {
                    let sum: f32 = (0..depth).map(|k| a[i * spacing + k] * number(k * columns + j + 5)).sum();
                    assert_eq!(c[i * c_spacing + j], sum + (i + j) as f32, "{level:?} row {i} column {j}");
                    assert_eq!(single[j], sum, "{level:?} row {i} column {j} alone");
                }
            }
            let mut d = Buffer::zeros(rows * c_spacing);
            (0..rows).for_each(|i| (0..columns).for_each(|j| d[i * c_spacing + j] = number(i + 31 * j)));
            let found = std::sync::Mutex::new((vec![f32::NAN; shape.len()], vec![f32::NAN; padded(columns)]));
            gradient(
                &pool,
                level,
                a_rows,
                Rows { data: &d, count: rows, spacing: c_spacing },
                &shape,
                |span, tile_rows, tile| {
                    let at = shape.offset(span, tile_rows.start);
                    found.lock().unwrap().0[at..at + tile.len()].copy_from_slice(tile);
                },
                |span, sums| found.lock().unwrap().1[span.start..][..sums.len()].copy_from_slice(sums),
            );
            let (weights, sums) = found.into_inner().unwrap();
            shape.each(|k, j, at| {
                let sum: f32 = (0..rows).map(|i| a[i * spacing + k] * number(i + 31 * j)).sum();
                assert_eq!(weights[at], sum, "{level:?} weight {k} {j}");
            });
            for (j, sum) in sums[..columns].iter().enumerate() {
                assert_eq!(*sum, (0..rows).map(|i| number(i + 31 * j)).sum::<f32>());
            }
        }
    }

    #[test]
    fn products_of_awkward_shapes_are_exact() {
        for (rows, depth, columns) in
            [(1, 1, 1), (3, 5, 7), (128, 784, 10), (65, 200, 64), (14, 385, 49), (130, 193, 112)]
        {
            check(rows, depth, columns, 2);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn products_of_any_shape_are_exact(rows in 1_usize..90, depth in 1_usize..420, columns in 1_usize..130, threads in 1_usize..4) {
            check(rows, depth, columns, threads);
        }
    }
}

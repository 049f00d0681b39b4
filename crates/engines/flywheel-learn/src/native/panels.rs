//! How a matrix lies in memory for the product's inner loop: cut into panels of up to 48 columns, each row by row.
//!
//! Columns are padded to a multiple of sixteen with zeros, which no step changes.
//! Weights, their gradients and the optimizer's moments all lie this way, so that an update runs straight through memory.

use super::tile::LANES;

/// Widest panel, in strips of sixteen columns.
const WIDEST: usize = 3;

/// The shape of a matrix in panels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panels {
    /// Rows: the length of the sums in a product.
    pub rows: usize,
    /// Columns that mean something; behind them zeros.
    pub columns: usize,
    spans: Vec<Span>,
}

/// The columns of one panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First column.
    pub start: usize,
    /// Width in strips of sixteen.
    pub strips: usize,
}

impl Span {
    /// Columns, padding included.
    pub fn width(self) -> usize {
        self.strips * LANES
    }
}

/// The next multiple of sixteen.
pub fn padded(columns: usize) -> usize {
    columns.next_multiple_of(LANES)
}

impl Panels {
    /// A matrix of this size.
    pub fn new(rows: usize, columns: usize) -> Self {
        let mut left = columns.div_ceil(LANES);
        let mut spans = Vec::new();
        let mut start = 0;
        while left > 0 {
            // Four strips are two and two rather than three and a slow single one.
            let strips = if left == WIDEST + 1 { 2 } else { left.min(WIDEST) };
            spans.push(Span { start, strips });
            start += strips * LANES;
            left -= strips;
        }
        Self { rows, columns, spans }
    }

    /// The panels from left to right.
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// Numbers in all, padding included.
    pub fn len(&self) -> usize {
        self.rows * padded(self.columns)
    }

    /// Where a panel's row begins.
    pub fn offset(&self, span: Span, row: usize) -> usize {
        span.start * self.rows + row * span.width()
    }

    /// Where a number lies.
    pub fn place(&self, row: usize, column: usize) -> usize {
        let after = self.spans.partition_point(|span| span.start <= column);
        let span = self.spans[after - 1];
        self.offset(span, row) + column - span.start
    }

    /// Calls `visit(row, column, position)` for every number but the padding, in the order of memory.
    pub fn each(&self, mut visit: impl FnMut(usize, usize, usize)) {
        for &span in &self.spans {
            let columns = span.start..self.columns.min(span.start + span.width());
            for row in 0..self.rows {
                let position = self.offset(span, row);
                for column in columns.clone() {
                    visit(row, column, position + column - span.start);
                }
            }
        }
    }

    /// Writes one panel of the transposed matrix: `columns` rows of this one's rows `span.start..`, padded with zeros.
    pub fn transpose_into(&self, from: &[f32], span: Span, to: &mut [f32]) {
        let width = span.width();
        let rows = span.start..self.rows.min(span.start + width);
        to[..self.columns * width].fill(0.0);
        for &source in &self.spans {
            let columns = source.start..self.columns.min(source.start + source.width());
            for row in rows.clone() {
                let line = &from[self.offset(source, row)..];
                let mut place = source.start * width + row - span.start;
                for &number in &line[..columns.len()] {
                    to[place] = number;
                    place += width;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panels_cover_the_columns_without_a_lone_strip_beside_wide_ones() {
        for columns in 1..400 {
            let panels = Panels::new(3, columns);
            let mut next = 0;
            for span in panels.spans() {
                assert_eq!(span.start, next);
                assert!((1..=WIDEST).contains(&span.strips));
                assert!(span.strips > 1 || columns <= LANES);
                next += span.width();
            }
            assert_eq!(next, padded(columns));
        }
    }

    #[test]
    fn each_number_has_its_own_place_and_transposing_moves_it() {
        for (rows, columns) in [(1, 1), (5, 70), (33, 10), (50, 100)] {
            let panels = Panels::new(rows, columns);
            let mut matrix = vec![0.0; panels.len()];
            panels.each(|row, column, at| {
                assert_eq!(matrix[at], 0.0);
                matrix[at] = (1 + row * columns + column) as f32;
            });
            let turned = Panels::new(columns, rows);
            let mut transposed = vec![f32::NAN; turned.len()];
            for &span in turned.spans() {
                let at = turned.offset(span, 0);
                panels.transpose_into(&matrix, span, &mut transposed[at..at + columns * span.width()]);
            }
            assert!(transposed.iter().all(|x| !x.is_nan()));
            turned.each(|column, row, at| assert_eq!(transposed[at], (1 + row * columns + column) as f32));
            assert_eq!(transposed.iter().filter(|&&x| x != 0.0).count(), rows * columns);
        }
    }
}

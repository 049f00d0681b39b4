//! Cells as they stand in a file, column by column, before anything is made of them.

/// A column of cells.
#[derive(Debug, Default)]
pub(crate) struct RawColumn {
    /// Its name.
    pub(crate) name: String,
    text: String,
    ends: Vec<usize>,
}

impl RawColumn {
    /// An empty column.
    pub(crate) fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), text: String::new(), ends: Vec::new() }
    }

    /// Adds a cell; an empty one is missing.
    pub(crate) fn push(&mut self, cell: &str) {
        self.text.push_str(cell);
        self.ends.push(self.text.len());
    }

    /// Adds empty cells until there are `rows`.
    pub(crate) fn pad(&mut self, rows: usize) {
        self.ends.resize(rows.max(self.ends.len()), self.text.len());
    }

    /// Rows.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The cell of a row, from 0.
    pub(crate) fn cell(&self, row: usize) -> &str {
        let start = if row == 0 { 0 } else { self.ends[row - 1] };
        &self.text[start..self.ends[row]]
    }

    /// Every cell in order.
    pub(crate) fn cells(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|row| self.cell(row))
    }
}

/// Columns of equal length, with the line in the file at which each row begins.
#[derive(Debug, Default)]
pub(crate) struct RawTable {
    /// The file's name.
    pub(crate) file: String,
    /// The columns in their order.
    pub(crate) columns: Vec<RawColumn>,
    /// Line of each row, from 1; empty where the file has no lines.
    pub(crate) lines: Vec<u64>,
}

impl RawTable {
    /// Rows.
    pub(crate) fn rows(&self) -> usize {
        self.columns.first().map_or(0, RawColumn::len)
    }
}

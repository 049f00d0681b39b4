//! Tables for a terminal: a header, a rule, and as many columns as fit; Chinese characters count twice.

use comfy_table::presets::NOTHING;
use comfy_table::{Attribute, Cell, CellAlignment, ContentArrangement, Table};

use crate::screen::Screen;

/// What stands in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Text.
    Left,
    /// Numbers.
    Right,
}

/// A table with its header; ends with a line break.
pub fn table(screen: &Screen, header: &[(String, Align)], rows: &[Vec<String>]) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING).force_no_tty();
    if screen.color {
        table.enforce_styling();
    }
    // A pipe has no width, and whoever searches in it wants whole lines.
    match screen.width {
        Some(width) => {
            table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width.saturating_sub(2))
        }
        None => table.set_content_arrangement(ContentArrangement::Disabled),
    };
    let align = |align: Align| if align == Align::Right { CellAlignment::Right } else { CellAlignment::Left };
    table.set_header(header.iter().map(|(word, side)| {
        let cell = Cell::new(word).set_alignment(align(*side));
        if screen.color { cell.add_attribute(Attribute::Dim) } else { cell }
    }));
    for row in rows {
        table.add_row(
            row.iter().zip(header).map(|(text, (_, side))| Cell::new(text).set_alignment(align(*side))),
        );
    }
    table.to_string().lines().map(|line| format!(" {}\n", line.trim_end())).collect()
}

/// A left-aligned column's header.
pub fn left(word: impl Into<String>) -> (String, Align) {
    (word.into(), Align::Left)
}

/// A right-aligned column's header.
pub fn right(word: impl Into<String>) -> (String, Align) {
    (word.into(), Align::Right)
}

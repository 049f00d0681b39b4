//! Digits as a table: a label and one column a pixel (`label, pixel0 … pixel783`, as Kaggle gives them), kept as images.

use std::sync::Arc;

use csv::ByteRecord;
use flywheel_spec::table::{ColumnKind, ImageShape};
use flywheel_spec::{Phrase, Problem, Problems, phrase};

use super::{Format, Imported, LISTED, Notes, delimited};
use crate::frame::{Column, Frame, Images, Values};
use crate::infer;
use crate::interner::Interner;

/// Where the pixels of an image stand among a row's fields.
pub(super) struct Layout {
    shape: ImageShape,
    first: usize,
    label: Option<(usize, String)>,
    fields: usize,
}

/// The layout that a header tells, if it is one of pixels: at most one other column, before or after a square number of them.
pub(super) fn layout(header: &[String]) -> Option<Layout> {
    let is_pixel = |name: &String| pixel(name);
    let first = header.iter().position(is_pixel)?;
    let count = header[first..].iter().take_while(|name| pixel(name)).count();
    let others = header.len() - count;
    let side = (count as f64).sqrt().round() as usize;
    if count < 16 || side * side != count || others > 1 {
        return None;
    }
    let label = header.iter().enumerate().find(|(_, name)| !pixel(name)).map(|(at, name)| (at, name.clone()));
    let shape = ImageShape { height: side, width: side, channels: 1 };
    Some(Layout { shape, first, label, fields: header.len() })
}

/// `pixel0`, `pixel_12`, `px3`, or `1x28`.
fn pixel(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let named = ["pixel_", "pixel", "px"].iter().any(|prefix| name.strip_prefix(prefix).is_some_and(digits));
    named || name.split_once('x').is_some_and(|(row, column)| digits(row) && digits(column))
}

/// Reads the rows into the columns `image` and the label's own.
pub(super) fn import(
    name: &str,
    text: &str,
    delimiter: u8,
    layout: &Layout,
    mut notes: Notes,
) -> Result<Imported, Problems> {
    let size = layout.shape.bytes();
    // The number of lines bounds the rows; the block is cut to what was filled.
    let most = text.lines().count().saturating_sub(1);
    let mut pixels: Vec<u8> = Vec::with_capacity(most.min(text.len() / (2 * size) + 1) * size);
    let mut labels: Vec<Option<Arc<str>>> = Vec::new();
    let mut interner = Interner::default();
    let mut reader = delimited::reader(delimiter).from_reader(text.as_bytes());
    let mut record = ByteRecord::new();
    let mut mistakes = 0_usize;
    let mut row = 0_u64;
    let mut is_header = true;
    while reader.read_byte_record(&mut record).unwrap_or(false) {
        if std::mem::take(&mut is_header) {
            continue;
        }
        row += 1;
        let line = record.position().map_or(row + 1, csv::Position::line);
        let before = pixels.len();
        let mistake = if record.len() == layout.fields {
            let fields = record.iter().skip(layout.first).take(size);
            pixels.extend(fields.map_while(byte));
            let read = pixels.len() - before;
            (read < size).then(|| {
                let found =
                    String::from_utf8_lossy(record.get(layout.first + read).unwrap_or_default()).into_owned();
                phrase!("tables.pixel_value", position = read, found = infer::shortened(&found))
            })
        } else {
            Some(phrase!("tables.pixel_fields", found = record.len(), wanted = layout.fields))
        };
        match mistake {
            Some(message) => {
                pixels.truncate(before);
                mistakes += 1;
                if mistakes <= LISTED {
                    notes.problems.push(
                        Problem::error(message)
                            .advise(Phrase::new("tables.pixel_advice"))
                            .in_file(name)
                            .at_line(line)
                            .at_row(row),
                    );
                }
            }
            None => labels.push(layout.label.as_ref().and_then(|(at, _)| {
                let label = String::from_utf8_lossy(record.get(*at).unwrap_or_default()).trim().to_owned();
                (!infer::is_missing(&label)).then(|| interner.share(&label))
            })),
        }
    }
    if mistakes > LISTED {
        notes
            .problems
            .push(Problem::error(phrase!("tables.more_rows", count = mistakes - LISTED)).in_file(name));
    }
    if labels.is_empty() && mistakes == 0 {
        notes.problems.push(
            Problem::error(Phrase::new("tables.header_only"))
                .advise(Phrase::new("tables.header_only_advice"))
                .in_file(name),
        );
    }
    notes.actions.push(phrase!(
        "tables.pixels_read",
        count = labels.len(),
        height = layout.shape.height,
        width = layout.shape.width
    ));
    let images = Images { shape: layout.shape, pixels: pixels.into() };
    let mut columns = vec![Column { name: "image".to_owned(), values: Values::Image(images) }];
    let mut kinds = vec![ColumnKind::Image];
    if let Some((_, label)) = &layout.label {
        columns.push(Column { name: label.clone(), values: Values::Text(labels) });
        kinds.push(ColumnKind::Category);
    }
    notes.settle(Frame { columns }, kinds, Format::PixelTable)
}

/// A whole number from 0 to 255, also as `12.0`.
fn byte(field: &[u8]) -> Option<u8> {
    let text = std::str::from_utf8(field).ok()?.trim();
    let text = text.strip_suffix(".0").unwrap_or(text);
    text.parse().ok()
}

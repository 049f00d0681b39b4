//! CSV and its kin: lines of fields with a delimiter, quotes, any encoding; broken rows are set aside and named by their line.

use std::borrow::Cow;

use csv::{ByteRecord, ReaderBuilder};
use flywheel_spec::table::ColumnKind;
use flywheel_spec::{Phrase, Problem, Problems, phrase};

use super::raw::{RawColumn, RawTable};
use super::{Format, ImportOptions, Imported, LISTED, Notes, encoding, listed, pixel_table, preamble};
use crate::frame::{Frame, Values};
use crate::infer::{self, Asked, refine};

/// What may stand between fields, the likelier first.
const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// Bytes of the file that are tried with each delimiter.
const SNIFFED: usize = 256 << 10;

/// Rows looked at to tell a header from data.
const SEEN: usize = 5000;

/// A file in which more than this share of the rows is broken is not what it seems, and stops the import.
const MOST_BROKEN: f64 = 0.2;

/// Reads a CSV.
pub(super) fn import(name: &str, bytes: &[u8], options: &ImportOptions) -> Result<Imported, Problems> {
    let mut notes = Notes::default();
    let text = encoding::decode(name, bytes, options.encoding.as_deref(), &mut notes)?;
    let text = text.trim_start_matches('\u{FEFF}');
    if text.trim().is_empty() {
        return Err(Problem::error(Phrase::new("tables.empty_file"))
            .advise(Phrase::new("tables.copy_again"))
            .in_file(name)
            .into());
    }
    let (text, hint) = preamble::without_hint(text);
    let given = options.delimiter.map(|delimiter| u8::try_from(delimiter).unwrap_or(b',')).or(hint);
    let mut delimiter = given.unwrap_or_else(|| sniff(&text));
    // A title hides from the first look what the fields are split at.
    let is_hidden = given.is_none() && header(&text, delimiter).len() < 2;
    let first = [delimiter];
    let candidates: &[u8] = if is_hidden { &DELIMITERS } else { &first };
    let titled = |&split_at: &u8| Some((split_at, preamble::without_titles(&text, split_at)?));
    // One name above texts that hold `;` is no title where a column of that name is to be read.
    let is_known = header(&text, delimiter).iter().any(|name| options.expected.contains_key(name));
    let found = if is_known { None } else { candidates.iter().find_map(titled) };
    let text = match found {
        Some((split_at, (rest, titles))) => {
            delimiter = split_at;
            let (count, found) = (titles.len(), listed(&titles));
            notes.actions.push(phrase!("tables.titles_passed_over", count = count, found = found));
            Cow::Owned(rest)
        }
        None => text,
    };
    let text = text.as_ref();
    if delimiter != b',' {
        let shown = if delimiter == b'\t' { "tab".to_owned() } else { (delimiter as char).to_string() };
        notes.actions.push(phrase!("tables.delimiter", delimiter = shown));
    }
    if options.format != Some(Format::Csv)
        && let Some(layout) = pixel_table::layout(&header(text, delimiter))
    {
        return pixel_table::import(name, text, delimiter, &layout, notes);
    }

    // Rows that are to be answered keep their places, whatever they hold.
    let blanks = if options.expected.is_empty() { Blanks::Dropped } else { Blanks::Kept };
    let (mut table, broken) = records(name, text, delimiter, blanks, &mut notes)?;
    check_header(&table, &mut notes);
    let frame = if table.rows() == 0 {
        if broken.is_empty() {
            notes.problems.push(
                Problem::error(Phrase::new("tables.header_only"))
                    .advise(Phrase::new("tables.header_only_advice"))
                    .in_file(name),
            );
        }
        (Frame::default(), Vec::new())
    } else {
        typed(&mut table, options, &mut notes)
    };
    say_broken(&table, &frame, &broken, &mut notes);
    notes.settle(frame.0, frame.1, Format::Csv)
}

/// The columns of a table of cells, each with its kind; shared out to the processor's threads.
pub(super) fn typed(
    table: &mut RawTable,
    options: &ImportOptions,
    notes: &mut Notes,
) -> (Frame, Vec<ColumnKind>) {
    let raw = std::mem::take(&mut table.columns);
    let lines = infer::Lines { file: &table.file, lines: &table.lines };
    let read = |raw: &RawColumn| {
        let mut notes = Notes::default();
        let asked = Asked {
            kind: options.kinds.get(&raw.name).copied(),
            expected: options.expected.get(&raw.name).copied(),
            is_target: options.target.as_ref() == Some(&raw.name),
        };
        let typed = refine(raw, asked, &lines, &mut notes);
        (typed, notes)
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let share = raw.len().div_ceil(threads).max(1);
    let (mut frame, mut kinds) = (Frame::default(), Vec::new());
    std::thread::scope(|scope| {
        let workers: Vec<_> = raw
            .chunks(share)
            .map(|chunk| scope.spawn(|| chunk.iter().map(read).collect::<Vec<_>>()))
            .collect();
        for worker in workers {
            for ((column, kind), said) in
                worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            {
                frame.columns.push(column);
                kinds.push(kind);
                notes.actions.extend(said.actions);
                notes.problems.extend(said.problems);
                notes.writing.extend(said.writing);
            }
        }
    });
    infer::siblings::agree(&mut frame, &mut kinds, |name| {
        let is_asked = options.kinds.contains_key(name) || options.expected.contains_key(name);
        !is_asked && options.target.as_deref() != Some(name)
    });
    (frame, kinds)
}

/// What becomes of records that hold nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Blanks {
    /// They are no rows.
    Dropped,
    /// They are rows in which all is missing, unless their line is empty.
    Kept,
}

/// A row that does not have as many fields as the header.
struct Broken {
    line: u64,
    row: u64,
    fields: Vec<String>,
}

/// The fields of the first record.
fn header(text: &str, delimiter: u8) -> Vec<String> {
    let mut record = ByteRecord::new();
    let mut reader = reader(delimiter).from_reader(text.as_bytes());
    let _ = reader.read_byte_record(&mut record);
    record.iter().map(|field| String::from_utf8_lossy(field).trim().to_owned()).collect()
}

pub(super) fn reader(delimiter: u8) -> ReaderBuilder {
    let mut builder = ReaderBuilder::new();
    builder.delimiter(delimiter).has_headers(false).flexible(true).buffer_capacity(1 << 16);
    builder
}

/// The delimiter under which the first records have the same number of fields as the header, and the most of them.
pub(super) fn sniff(text: &str) -> u8 {
    let mut end = text.len().min(SNIFFED);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let cut = end < text.len();
    let score = |delimiter: u8| {
        let mut reader = reader(delimiter).from_reader(&text.as_bytes()[..end]);
        let mut counts: Vec<usize> =
            reader.byte_records().filter_map(Result::ok).map(|record| record.len()).take(200).collect();
        if cut && counts.len() > 1 {
            counts.pop();
        }
        let fields = counts.first().copied().unwrap_or(0);
        let alike = counts.iter().filter(|&&count| count == fields).count();
        if fields < 2 { 0.0 } else { alike as f64 / counts.len() as f64 * (2.0 + (fields as f64).ln()) }
    };
    let mut best = (0.0, b',');
    for delimiter in DELIMITERS {
        let score = score(delimiter);
        if score > best.0 {
            best = (score, delimiter);
        }
    }
    best.1
}

/// Splits the text into columns of cells and the rows that do not fit.
fn records(
    name: &str,
    text: &str,
    delimiter: u8,
    blanks: Blanks,
    notes: &mut Notes,
) -> Result<(RawTable, Vec<Broken>), Problems> {
    let mut reader = reader(delimiter).from_reader(text.as_bytes());
    let mut record = ByteRecord::new();
    let mut table = RawTable { file: name.to_owned(), ..RawTable::default() };
    let mut broken = Vec::new();
    let mut row = 0;
    loop {
        let before = reader.position().clone();
        match reader.read_byte_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                notes.problems.push(Problem::error(Phrase::verbatim(error.to_string())).in_file(name));
                break;
            }
        }
        let start = record.position().unwrap_or(&before).clone();
        if reader.is_done() || record.iter().any(|field| field.contains(&b'\n')) {
            let span =
                &text.as_bytes()[offset(start.byte())..offset(reader.position().byte()).min(text.len())];
            if reader.position().byte() >= text.len() as u64
                && let Some(opening) = open_quote(span, delimiter)
            {
                notes.problems.push(unclosed_quote(name, span, opening, start.line()));
                break;
            }
        }
        let line = first_line(text, &start);
        if table.columns.is_empty() {
            table.columns = columns(&record, name, line, notes);
            continue;
        }
        // A line of nothing but spaces is no row of several fields in any file.
        let is_line_of_spaces = record.len() < table.columns.len().min(2);
        if record.iter().all(|field| field.iter().all(u8::is_ascii_whitespace))
            && (blanks == Blanks::Dropped || is_line_of_spaces)
        {
            continue;
        }
        row += 1;
        if record.len() != table.columns.len() {
            let fields = record.iter().map(|field| String::from_utf8_lossy(field).into_owned()).collect();
            broken.push(Broken { line, row, fields });
            continue;
        }
        for (column, field) in table.columns.iter_mut().zip(&record) {
            match std::str::from_utf8(field) {
                Ok(cell) => column.push(cell),
                Err(_) => column.push(&String::from_utf8_lossy(field)),
            }
        }
        table.lines.push(line);
    }
    Ok((table, broken))
}

fn offset(byte: u64) -> usize {
    usize::try_from(byte).unwrap_or(usize::MAX)
}

/// The line on which a record begins: the reader's own count is of the line where the one before ended.
fn first_line(text: &str, start: &csv::Position) -> u64 {
    let blank = text.as_bytes()[offset(start.byte()).min(text.len())..]
        .iter()
        .take_while(|byte| matches!(byte, b'\n' | b'\r'))
        .filter(|&&byte| byte == b'\n')
        .count();
    start.line() + blank as u64
}

/// Where the quote stands that is still open at the end of the record.
pub(super) fn open_quote(span: &[u8], delimiter: u8) -> Option<usize> {
    let mut open = None;
    let mut at_start = true;
    let mut index = 0;
    while index < span.len() {
        let byte = span[index];
        if open.is_some() {
            if byte == b'"' {
                if span.get(index + 1) == Some(&b'"') {
                    index += 1;
                } else {
                    open = None;
                }
            }
        } else if byte == b'"' && at_start {
            open = Some(index);
        }
        at_start = open.is_none() && (byte == delimiter || byte == b'\n' || byte == b'\r');
        index += 1;
    }
    open
}

/// What is said of a quote that is open to the end; `line` is that of the record.
pub(super) fn unclosed_quote(name: &str, span: &[u8], opening: usize, line: u64) -> Problem {
    let line = line + span[..opening].iter().filter(|&&byte| byte == b'\n').count() as u64;
    let swallowed = span[opening..].iter().filter(|&&byte| byte == b'\n').count();
    Problem::error(phrase!("tables.quote_open", lines = swallowed))
        .advise(Phrase::new("tables.quote_open_advice"))
        .in_file(name)
        .at_line(line)
}

/// The columns that the header names; empty names are filled and repeated ones told apart.
fn columns(header: &ByteRecord, file: &str, line: u64, notes: &mut Notes) -> Vec<RawColumn> {
    let mut names: Vec<String> = Vec::new();
    for (index, field) in header.iter().enumerate() {
        let given = String::from_utf8_lossy(field).trim().to_owned();
        let base = if given.is_empty() { format!("column_{}", index + 1) } else { given.clone() };
        let name = unique(&base, &names);
        if name != given {
            let key = if given.is_empty() { "tables.header_empty" } else { "tables.header_twice" };
            notes.problems.push(
                Problem::warning(phrase!(key, position = index + 1, found = given, name = name))
                    .in_file(file)
                    .at_line(line),
            );
        }
        names.push(name);
    }
    names.into_iter().map(RawColumn::new).collect()
}

/// The name, with a number behind it where it is taken; Delta Lake does not tell `a` from `A`.
pub(super) fn unique(base: &str, taken: &[String]) -> String {
    let is_taken = |name: &str| taken.iter().any(|other| other.to_lowercase() == name.to_lowercase());
    let numbered = (2..).map(|number| format!("{base}_{number}"));
    std::iter::once(base.to_owned()).chain(numbered).find(|name| !is_taken(name)).unwrap_or_default()
}

/// A file without a header has its first row in place of names: numbers over numbers, and words that their columns hold as well.
fn check_header(table: &RawTable, notes: &mut Notes) {
    let whole = |column: &RawColumn| column.name.parse::<i64>().ok();
    if table.columns.windows(2).all(|pair| whole(&pair[0]).is_some_and(|at| whole(&pair[1]) == Some(at + 1)))
    {
        // `0,1,2,…` is how pandas names columns that have no names.
        return;
    }
    let (mut numbers, mut words) = (0, 0);
    for column in &table.columns {
        let cells = || column.cells().take(SEEN).filter(|cell| !infer::is_missing(cell));
        let of_numbers = cells().filter(|cell| infer::number(cell).is_some()).count() * 2 > cells().count();
        // The second column of equal numbers was given a name of its own.
        let name = column.name.rsplit_once('_').map_or(column.name.as_str(), |(name, _)| name);
        let is_number = infer::number(&column.name).or_else(|| infer::number(name)).is_some();
        match (of_numbers, is_number) {
            (true, true) => numbers += 1,
            (true, false) => return,
            (false, _) => words += usize::from(cells().any(|cell| cell.trim() == column.name)),
        }
    }
    if table.columns.len() >= 2 && (numbers == table.columns.len() || (numbers > 0 && words > 0)) {
        let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
        notes.problems.push(
            Problem::error(phrase!("tables.no_header", found = listed(&names)))
                .advise(phrase!("tables.no_header_advice", count = names.len()))
                .in_file(&table.file)
                .at_line(1),
        );
    }
}

/// Tells every row that was set aside; too many of them mean that the header or the delimiter is wrong.
fn say_broken(table: &RawTable, typed: &(Frame, Vec<ColumnKind>), broken: &[Broken], notes: &mut Notes) {
    let Some(first) = broken.first() else { return };
    let frame = &typed.0;
    let wanted = frame.columns.len().max(table.columns.len());
    let rows = frame.rows() + broken.len();
    let most_common = {
        let mut counts = std::collections::BTreeMap::new();
        for row in broken {
            *counts.entry(row.fields.len()).or_insert(0_usize) += 1;
        }
        counts.into_iter().max_by_key(|(_, count)| *count).map_or(0, |(fields, _)| fields)
    };
    let too_many = broken.len() > 1 && broken.len() as f64 > MOST_BROKEN * rows as f64;
    if too_many || frame.rows() == 0 {
        notes.problems.push(
            Problem::error(phrase!(
                "tables.header_mismatch",
                header = wanted,
                rows = broken.len(),
                all = rows,
                fields = most_common
            ))
            .advise(Phrase::new("tables.header_mismatch_advice"))
            .in_file(&table.file)
            .at_line(first.line),
        );
        return;
    }
    for row in broken.iter().take(LISTED) {
        let fields: Vec<String> =
            row.fields.iter().map(|field| format!("`{}`", infer::shortened(field))).collect();
        let mut problem = Problem::warning(phrase!(
            "tables.shifted_row",
            row = row.row,
            found = row.fields.len(),
            wanted = wanted,
            fields = fields.join(", ")
        ))
        .in_file(&table.file)
        .at_line(row.line)
        .at_row(row.row);
        problem = match shift(typed, &row.fields) {
            Some((column, value)) => {
                let advice =
                    phrase!("tables.shifted_row_where", column = column, value = infer::shortened(&value));
                problem.in_column(column).advise(advice)
            }
            None => problem.advise(Phrase::new("tables.shifted_row_advice")),
        };
        notes.problems.push(problem);
    }
    if broken.len() > LISTED {
        notes.problems.push(
            Problem::warning(phrase!("tables.more_rows", count = broken.len() - LISTED)).in_file(&table.file),
        );
    }
    notes.actions.push(phrase!("tables.rows_set_aside", count = broken.len()));
}

/// Where a row that lacks one field lost it: the column from which on all fits when moved by one, and what stands there.
fn shift((frame, kinds): &(Frame, Vec<ColumnKind>), fields: &[String]) -> Option<(String, String)> {
    if fields.len() + 1 != frame.columns.len() {
        return None;
    }
    let fits =
        |column: usize, field: usize| fit(&frame.columns[column].values, kinds[column], &fields[field]);
    let straight: Vec<i32> = (0..fields.len()).map(|at| fits(at, at)).collect();
    let moved: Vec<i32> = (0..fields.len()).map(|at| fits(at + 1, at)).collect();
    let score = |gap: usize| straight[..gap].iter().sum::<i32>() + moved[gap..].iter().sum::<i32>();
    let best = (0..=fields.len()).max_by_key(|&gap| (score(gap), std::cmp::Reverse(gap)))?;
    let is_plain = best < fields.len() && score(best) > score(fields.len());
    is_plain.then(|| (frame.columns[best].name.clone(), fields[best].clone()))
}

/// How well a field suits a column: a known category, a number among numbers, a date among dates, words among texts.
fn fit(values: &Values, kind: ColumnKind, field: &str) -> i32 {
    if infer::is_missing(field) {
        return 0;
    }
    let field = field.trim();
    let fits = match values {
        Values::Number(_) => infer::number(field).is_some(),
        Values::Time(_) => infer::moment(field).is_some(),
        Values::Text(texts) if kind != ColumnKind::Text => {
            texts.iter().take(20_000).flatten().any(|text| **text == *field)
        }
        Values::Text(_) => infer::number(field).is_none(),
        Values::Image(_) => false,
    };
    if fits { 1 } else { -1 }
}

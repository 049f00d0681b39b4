//! Workbooks of Excel and LibreOffice: one sheet, whose first filled row below its titles gives the names.

use std::io::Cursor;

use calamine::{Data, Ods, Range, Reader, Sheets, Xls, Xlsb, Xlsx};
use flywheel_spec::{Phrase, Problem, Problems, phrase};
use serde_json::{Map, Number, Value};

use super::delimited::{typed, unique};
use super::raw::{RawColumn, RawTable};
use super::rows::{Row, Taken};
use super::{Format, ImportOptions, Imported, Notes, Source, bytes, listed, preamble};
use crate::storage::StorageError;

/// Endings of workbooks.
const ENDINGS: [&str; 5] = ["xlsx", "xlsm", "xlsb", "xls", "ods"];

/// A sheet with so many times the rows of those before it is the one that is meant.
const MUCH_LONGER: usize = 10;

/// Rows in which the names are looked for, and those that follow them.
const LOOKED_AT: usize = 40;

/// True for a workbook, by its name and its first bytes.
pub(super) fn looks_like(name: &str, start: &[u8]) -> bool {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    let named = ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()));
    start.starts_with(b"\xD0\xCF\x11\xE0") || (named && bytes::is_zip(start))
}

/// The name and content of a source that is a workbook.
pub(super) fn workbook(
    source: &Source<'_>,
    options: &ImportOptions,
) -> Result<Option<(String, Vec<u8>)>, Problems> {
    let said = options.format == Some(Format::Excel);
    match source {
        Source::Bytes { name, bytes } => {
            // A zip names its files at its end, whatever it is called itself.
            let holds = bytes::is_zip(bytes)
                && bytes.windows(12).rev().take(1 << 16).any(|window| window == b"xl/workbook.");
            Ok((said || holds || looks_like(name, bytes)).then(|| ((*name).to_owned(), bytes.to_vec())))
        }
        Source::Path(path) if path.is_file() => {
            let failed = |error: std::io::Error| StorageError::from(error).at(path);
            let name = path.display().to_string();
            let mut start = Vec::new();
            let file = std::fs::File::open(path).map_err(failed)?;
            std::io::Read::read_to_end(&mut std::io::Read::take(file, 8), &mut start).map_err(failed)?;
            if !said && !looks_like(&name, &start) {
                return Ok(None);
            }
            Ok(Some((name, std::fs::read(path).map_err(failed)?)))
        }
        Source::Path(_) => Ok(None),
    }
}

/// Reads a sheet as a table: the first with rows, or the first that makes those before it look like notes.
pub(super) fn import(name: &str, bytes: &[u8], options: &ImportOptions) -> Result<Imported, Problems> {
    let mut notes = Notes::default();
    let sheet = Sheet::open(name, bytes, None, &mut notes.actions)?;
    let mut table = RawTable { file: name.to_owned(), ..RawTable::default() };
    table.columns = sheet.names.iter().map(RawColumn::new).collect();
    for (place, cells) in sheet.rows() {
        for (column, cell) in
            table.columns.iter_mut().zip(cells.iter().chain(std::iter::repeat(&Data::Empty)))
        {
            column.push(&text(cell));
        }
        table.lines.push(place);
    }
    let (frame, kinds) = typed(&mut table, options, &mut notes);
    notes.settle(frame, kinds, Format::Excel)
}

/// The rows of a sheet; of the one that an import takes when none is named.
pub(super) fn rows(
    name: &str,
    bytes: &[u8],
    wanted: Option<&str>,
    actions: &mut Vec<Phrase>,
) -> Result<Vec<Taken>, Problems> {
    let sheet = Sheet::open(name, bytes, wanted, actions)?;
    let rows = sheet.rows().map(|(place, cells)| {
        let filled = sheet.names.iter().zip(cells).filter_map(|(name, cell)| Some((name, value(cell)?)));
        let fields: Map<String, Value> = filled.map(|(name, value)| (name.clone(), value)).collect();
        Ok(Row::new(place, fields))
    });
    Ok(rows.collect())
}

/// One sheet with the names of its columns.
struct Sheet {
    range: Range<Data>,
    names: Vec<String>,
    /// The position of the row of names.
    header: usize,
}

impl Sheet {
    fn open(
        name: &str,
        bytes: &[u8],
        wanted: Option<&str>,
        actions: &mut Vec<Phrase>,
    ) -> Result<Self, Problems> {
        let broken = |reason: String| {
            let problem = Problem::error(phrase!("tables.excel_broken", reason = reason));
            Problems::from(problem.advise(Phrase::new("tables.copy_again")).in_file(name))
        };
        let mut workbook = opened(bytes).map_err(|error| broken(error.to_string()))?;
        let sheets = workbook.sheet_names();
        if let Some(wanted) = wanted.filter(|wanted| !sheets.iter().any(|sheet| sheet == wanted)) {
            let problem = Problem::error(phrase!("tables.excel_no_sheet", sheet = wanted));
            let problem = problem.advise(phrase!("tables.excel_sheets", known = listed(&sheets)));
            return Err(problem.in_file(name).into());
        }
        let mut filled: Vec<(String, Range<Data>)> = Vec::new();
        for sheet in sheets.iter().filter(|sheet| wanted.is_none_or(|wanted| *sheet == wanted)) {
            let range = workbook.worksheet_range(sheet).map_err(|error| broken(error.to_string()))?;
            if range.rows().filter(|row| is_filled(row)).nth(1).is_some() {
                filled.push((sheet.clone(), range));
            }
        }
        let rows_of = |range: &Range<Data>| range.rows().filter(|row| is_filled(row)).count();
        let most = filled.iter().map(|(_, range)| rows_of(range)).max().unwrap_or(0);
        // A sheet of notes before the one with the data has few rows beside it.
        let taken = filled.iter().position(|(_, range)| rows_of(range) * MUCH_LONGER > most).unwrap_or(0);
        if filled.is_empty() {
            let problem = Problem::error(Phrase::new("tables.empty_file"));
            return Err(problem.advise(Phrase::new("tables.copy_again")).in_file(name).into());
        }
        let (sheet, range) = filled.remove(taken);
        if !filled.is_empty() {
            let others: Vec<&String> = filled.iter().map(|(sheet, _)| sheet).collect();
            actions.push(phrase!("tables.excel_sheet_taken", sheet = sheet, others = listed(&others)));
        }
        let first = range.rows().position(is_filled).unwrap_or(0);
        let start: Vec<Vec<String>> = range.rows().skip(first).take(LOOKED_AT).map(trimmed).collect();
        let above = preamble::titles(&start);
        if above > 0 {
            let found: Vec<&String> =
                start[..above].iter().flatten().filter(|cell| !cell.is_empty()).collect();
            let (count, found) = (found.len(), listed(&found));
            actions.push(phrase!("tables.titles_passed_over", count = count, found = found));
        }
        let header = first + above;
        let mut names: Vec<String> = Vec::new();
        for (index, cell) in range.rows().nth(header).unwrap_or_default().iter().enumerate() {
            let given = text(cell).trim().to_owned();
            let base = if given.is_empty() { format!("column_{}", index + 1) } else { given };
            names.push(unique(&base, &names));
        }
        Ok(Self { range, names, header })
    }

    /// The filled rows below the names, each with its number in the sheet.
    fn rows(&self) -> impl Iterator<Item = (u64, &[Data])> {
        let first = self.range.start().map_or(0, |(row, _)| u64::from(row)) + 1;
        let below = self.range.rows().enumerate().skip(self.header + 1);
        below.filter(|(_, row)| is_filled(row)).map(move |(index, row)| (first + index as u64, row))
    }
}

/// The workbook of the kind that its bytes tell, so that what is wrong with it is said of that kind.
fn opened(content: &[u8]) -> Result<Sheets<Cursor<&[u8]>>, calamine::Error> {
    let cursor = Cursor::new(content);
    let holds = |name: &[u8]| content.windows(name.len()).any(|window| window == name);
    Ok(if !bytes::is_zip(content) {
        Sheets::Xls(Xls::new(cursor)?)
    } else if holds(b"xl/workbook.bin") {
        Sheets::Xlsb(Xlsb::new(cursor)?)
    } else if holds(b"opendocument.spreadsheet") {
        Sheets::Ods(Ods::new(cursor)?)
    } else {
        Sheets::Xlsx(Xlsx::new(cursor)?)
    })
}

fn trimmed(row: &[Data]) -> Vec<String> {
    row.iter().map(|cell| text(cell).trim().to_owned()).collect()
}

fn is_filled(row: &[Data]) -> bool {
    row.iter().any(|cell| !text(cell).trim().is_empty())
}

/// A cell as text; empty cells and errors such as `#N/A` are missing.
fn text(cell: &Data) -> String {
    match value(cell) {
        None => String::new(),
        Some(Value::String(text)) => text,
        Some(other) => other.to_string(),
    }
}

/// A cell as JSON has it; moments as ISO 8601 without a zone, which Excel does not know.
fn value(cell: &Data) -> Option<Value> {
    Some(match cell {
        Data::Int(number) => (*number).into(),
        Data::Float(number) if number.fract() == 0.0 && number.abs() < 9e15 => (*number as i64).into(),
        Data::Float(number) => Number::from_f64(*number)?.into(),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => {
            Some(text.clone()).filter(|text| !text.trim().is_empty())?.into()
        }
        Data::Bool(truth) => (*truth).into(),
        Data::DateTime(moment) => {
            let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
            let clock = match milli {
                0 => format!("{hour:02}:{minute:02}:{second:02}"),
                _ => format!("{hour:02}:{minute:02}:{second:02}.{milli:03}"),
            };
            if moment.is_duration() {
                return Some(Number::from_f64((moment.as_f64() * 86_400_000.0).round() / 1000.0)?.into());
            }
            match (moment.as_f64(), clock.as_str()) {
                (days, _) if days < 1.0 => clock.into(),
                (_, "00:00:00") => format!("{year:04}-{month:02}-{day:02}").into(),
                _ => format!("{year:04}-{month:02}-{day:02}T{clock}").into(),
            }
        }
        Data::Error(_) | Data::Empty => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use serde_json::json;
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    /// A workbook with these rows of cells, as Excel's XML, on the first sheet.
    fn book(rows: &str) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let mut put = |name: &str, text: &str| {
            zip.start_file(name, SimpleFileOptions::default()).expect("begun");
            zip.write_all(text.as_bytes()).expect("written");
        };
        put(
            "[Content_Types].xml",
            "<?xml version=\"1.0\"?><Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>",
        );
        put(
            "_rels/.rels",
            "<?xml version=\"1.0\"?><Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>",
        );
        put(
            "xl/workbook.xml",
            "<?xml version=\"1.0\"?><workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet name=\"订单\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>",
        );
        put(
            "xl/_rels/workbook.xml.rels",
            "<?xml version=\"1.0\"?><Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>",
        );
        put(
            "xl/styles.xml",
            "<?xml version=\"1.0\"?><styleSheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"22\"/></cellXfs></styleSheet>",
        );
        put(
            "xl/worksheets/sheet1.xml",
            &format!(
                "<?xml version=\"1.0\"?><worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>{rows}</sheetData></worksheet>"
            ),
        );
        zip.finish().expect("whole").into_inner()
    }

    fn text(place: &str, text: &str) -> String {
        format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
    }

    fn orders() -> Vec<u8> {
        let header =
            format!("<row r=\"2\">{}{}{}</row>", text("A2", "user"), text("B2", "at"), text("C2", "amount"));
        let first = format!(
            "<row r=\"3\">{}<c r=\"B3\" s=\"1\"><v>45943.5</v></c><c r=\"C3\"><v>12.5</v></c></row>",
            text("A3", "张三")
        );
        let second = format!(
            "<row r=\"5\">{}<c r=\"B5\" s=\"1\"><v>45944</v></c><c r=\"C5\" t=\"e\"><v>#N/A</v></c></row>",
            text("A5", "007")
        );
        book(&format!("{header}{first}{second}"))
    }

    #[test]
    fn a_sheet_is_rows_with_their_numbers() {
        let rows = rows("orders.xlsx", &orders(), None, &mut Vec::new()).expect("rows");
        let rows: Vec<(u64, Value)> =
            rows.into_iter().flatten().map(|row| (row.place, Value::Object(row.fields))).collect();
        assert_eq!(
            rows,
            [
                (3, json!({"user": "张三", "at": "2025-10-13T12:00:00", "amount": 12.5})),
                (5, json!({"user": "007", "at": "2025-10-14"})),
            ]
        );
    }

    #[test]
    fn a_workbook_is_imported_as_a_table() {
        let source = Source::Bytes { name: "upload", bytes: &orders() };
        let imported = crate::import(&source, &ImportOptions::default()).expect("imported");
        assert_eq!(imported.format, Format::Excel);
        let names: Vec<&str> = imported.frame.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names, ["user", "at", "amount"]);
        assert_eq!(imported.frame.columns[0].values.text(1).as_deref(), Some("007"));
        assert_eq!(imported.frame.columns[1].values.text(0).as_deref(), Some("2025-10-13T12:00:00Z"));
        assert_eq!(imported.frame.columns[2].values.text(1), None);
    }

    #[test]
    fn titles_above_the_names_are_passed_over() {
        let title = format!("<row r=\"1\">{}</row>", text("A1", "Orders of October"));
        let row = |number: u32, cells: [&str; 3]| {
            let cells = cells.iter().zip(["A", "B", "C"]);
            let cells: String =
                cells.map(|(cell, column)| text(&format!("{column}{number}"), cell)).collect();
            format!("<row r=\"{number}\">{cells}</row>")
        };
        let rows_of = [title, row(3, ["user", "plan", "amount"]), row(4, ["a", "pro", "12"])].concat();
        let mut actions = Vec::new();
        let rows = rows("orders.xlsx", &book(&rows_of), None, &mut actions).expect("rows");
        let rows: Vec<(u64, Value)> =
            rows.into_iter().flatten().map(|row| (row.place, Value::Object(row.fields))).collect();
        assert_eq!(rows, [(4, json!({"user": "a", "plan": "pro", "amount": "12"}))]);
        assert!(actions[0].en.contains("Orders of October"), "{actions:?}");
    }

    #[test]
    fn what_is_wrong_with_a_workbook_is_said() {
        let problem = |bytes: &[u8], sheet| {
            rows("x.xlsx", bytes, sheet, &mut Vec::new()).expect_err("wrong").problems[0].code.clone()
        };
        assert_eq!(problem(b"PK\x03\x04 and no more", None), "tables.excel_broken");
        assert_eq!(problem(&orders(), Some("Orders")), "tables.excel_no_sheet");
        assert_eq!(problem(&book(""), None), "tables.empty_file");
    }
}

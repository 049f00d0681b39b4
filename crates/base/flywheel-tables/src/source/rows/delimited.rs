//! A CSV row by row: the header gives the names; a row of another length, or with a quote never closed, is set aside.

use std::collections::BTreeMap;
use std::io::Read;

use csv::StringRecord;
use flywheel_people::event::text_of;
use flywheel_spec::{Phrase, Problem, phrase};
use serde_json::{Map, Value};

use super::super::delimited::{open_quote, reader, sniff, unclosed_quote, unique};
use super::{BadRow, Out, Row, Stopped, kept, undecoded};

/// Reads to the end; `look` is the text's beginning.
pub(super) fn read(
    name: &str,
    text: impl Read,
    look: &str,
    delimiter: Option<char>,
    out: &mut Out,
) -> Result<(), Stopped> {
    let delimiter = delimiter.map_or_else(|| sniff(look), |letter| u8::try_from(letter).unwrap_or(b','));
    if delimiter != b',' {
        let shown = if delimiter == b'\t' { "tab".to_owned() } else { (delimiter as char).to_string() };
        out.batch.actions.push(phrase!("tables.delimiter", delimiter = shown));
    }
    let mut table = Table { file: name, delimiter, names: Vec::new() };
    let mut rest = table.read(text, 0, out)?;
    while let Some(Rest { text, lines }) = rest {
        rest = table.read(text.as_bytes(), lines, out)?;
    }
    Ok(())
}

/// A table under way.
struct Table<'f> {
    file: &'f str,
    delimiter: u8,
    /// The names of the columns; none before the header.
    names: Vec<String>,
}

/// What an open quote would have swallowed.
struct Rest {
    text: String,
    /// The lines before it.
    lines: u64,
}

impl Table<'_> {
    /// Reads to the end, or to a quote that is never closed; `lines` come before the text.
    fn read(&mut self, text: impl Read, lines: u64, out: &mut Out) -> Result<Option<Rest>, Stopped> {
        let delimiter = self.delimiter;
        let mut reader = reader(delimiter).from_reader(Remembering::new(text));
        let mut record = StringRecord::new();
        loop {
            let begin = reader.position().byte();
            reader.get_mut().begin = begin;
            match reader.read_record(&mut record) {
                Ok(true) => {}
                Ok(false) => return Ok(None),
                Err(error) => {
                    let problem = Problem::error(Phrase::verbatim(error.to_string())).in_file(self.file);
                    return Err(problem.at_line(lines + reader.position().line()).into());
                }
            }
            let place = lines + record.position().map_or(0, csv::Position::line);
            if let Some(span) = reader.get_ref().last_record()
                && let Some(opening) = open_quote(span, delimiter)
            {
                if self.names.is_empty() {
                    return Err(unclosed_quote(self.file, span, opening, place).into());
                }
                return Ok(Some(open_row(span, opening, place, out)?));
            }
            if self.names.is_empty() {
                self.header(&record);
            } else if !record.iter().all(|field| field.trim().is_empty()) {
                out.row(self.row(&record, place))?;
            }
        }
    }

    fn header(&mut self, record: &StringRecord) {
        for (index, field) in record.iter().enumerate() {
            let given = field.trim().trim_start_matches('\u{FEFF}');
            let base = if given.is_empty() { format!("column_{}", index + 1) } else { given.to_owned() };
            self.names.push(unique(&base, &self.names));
        }
    }

    fn row(&self, record: &StringRecord, place: u64) -> Result<Row, BadRow> {
        let bad = |reason| {
            let fields: Vec<&str> = record.iter().collect();
            BadRow { place, reason, raw: kept(&fields.join(&(self.delimiter as char).to_string())) }
        };
        if record.len() != self.names.len() {
            return Err(bad(phrase!("tables.row_length", found = record.len(), wanted = self.names.len())));
        }
        if let Some(reason) = record.iter().find_map(undecoded) {
            return Err(bad(reason));
        }
        let (mut fields, mut written) = (Map::new(), BTreeMap::new());
        for (name, field) in self.names.iter().zip(record).filter(|(_, field)| !field.trim().is_empty()) {
            let value = value(field);
            if is_rewritten(&value, field) {
                written.insert(name.clone(), field.to_owned());
            }
            fields.insert(name.clone(), value);
        }
        Ok(Row { place, fields, written })
    }
}

/// Sets aside the line of a quote that is never closed, with what of its row comes before; gives what follows.
fn open_row(span: &[u8], opening: usize, place: u64, out: &mut Out) -> Result<Rest, Stopped> {
    let line_end = span[opening..].iter().position(|&byte| byte == b'\n');
    let end = line_end.map_or(span.len(), |at| opening + at + 1);
    let place = place + span[..opening].iter().filter(|&&byte| byte == b'\n').count() as u64;
    let raw = kept(String::from_utf8_lossy(&span[..end]).trim());
    out.row(Err(BadRow { place, reason: Phrase::new("tables.row_quote_open"), raw }))?;
    Ok(Rest { text: String::from_utf8_lossy(&span[end..]).into_owned(), lines: place })
}

/// Hands bytes on, and remembers those of the record that is read.
struct Remembering<R> {
    inner: R,
    /// What was handed on, from byte `from` on.
    handed: Vec<u8>,
    from: u64,
    /// The byte at which the record begins; at or behind `from`.
    begin: u64,
    ended: bool,
}

impl<R> Remembering<R> {
    fn new(inner: R) -> Self {
        Self { inner, handed: Vec::new(), from: 0, begin: 0, ended: false }
    }

    /// The record with which the text ends; none where it may go on.
    fn last_record(&self) -> Option<&[u8]> {
        self.ended.then(|| &self.handed[self.before()..])
    }

    /// How much of what is remembered comes before the record.
    fn before(&self) -> usize {
        usize::try_from(self.begin - self.from).map_or(self.handed.len(), |at| at.min(self.handed.len()))
    }
}

impl<R: Read> Read for Remembering<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        let before = self.before();
        self.handed.drain(..before);
        self.from += before as u64;
        self.handed.extend_from_slice(&buffer[..count]);
        self.ended = count == 0;
        Ok(count)
    }
}

/// A number or a truth where writing it gives the same letters back, else the text: `007` and `1e3` stay as they are.
pub(in super::super) fn value(field: &str) -> Value {
    let begins = field.as_bytes().first().copied().unwrap_or_default();
    if begins.is_ascii_digit() || begins == b'-' {
        if let Ok(whole) = field.parse::<i64>()
            && whole.to_string() == field
        {
            return whole.into();
        }
        if let Ok(number) = field.parse::<f64>()
            && number.is_finite()
            && (number.to_string() == field || plain_fraction(field))
        {
            return serde_json::Number::from_f64(number)
                .map_or_else(|| Value::String(field.to_owned()), Value::Number);
        }
    }
    match field {
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => Value::String(field.to_owned()),
    }
}

/// True for digits with a fraction, such as an amount of money that ends in a zero.
fn plain_fraction(field: &str) -> bool {
    let digits = field.strip_prefix('-').unwrap_or(field);
    let Some((whole, fraction)) = digits.split_once('.') else { return false };
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    all_digits(whole)
        && all_digits(fraction)
        && (whole == "0" || !whole.starts_with('0'))
        && whole.len() + fraction.len() <= 15
}

/// True where writing the value gives other letters than the field has.
fn is_rewritten(value: &Value, field: &str) -> bool {
    (value.is_f64() || value.is_boolean()) && text_of(value).as_deref() != Some(field)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_keep_what_they_say() {
        for (field, expected) in [
            ("5", json!(5)),
            ("-5", json!(-5)),
            ("2.50", json!(2.5)),
            ("007", json!("007")),
            ("1e3", json!("1e3")),
            ("9007199254740993", json!(9_007_199_254_740_993_i64)),
            ("123456789012345678901234567890", json!("123456789012345678901234567890")),
            ("+49 30 1", json!("+49 30 1")),
            ("2026-03-01", json!("2026-03-01")),
            ("1.2.3", json!("1.2.3")),
            ("TRUE", json!(true)),
            ("nan", json!("nan")),
            ("01.50", json!("01.50")),
        ] {
            assert_eq!(value(field), expected, "{field}");
        }
    }

    #[test]
    fn a_field_whose_writing_gives_other_letters_is_known() {
        for (field, expected) in [
            ("2.10", true),
            ("3.0", true),
            ("TRUE", true),
            ("2.1", false),
            ("3", false),
            ("true", false),
            ("007", false),
        ] {
            assert_eq!(is_rewritten(&value(field), field), expected, "{field}");
        }
    }
}

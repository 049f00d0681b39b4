//! A CSV row by row: the header gives the names, a row of another length is set aside.

use std::io::BufRead;

use csv::StringRecord;
use flywheel_spec::{Phrase, Problem, phrase};
use serde_json::{Map, Value};

use super::super::delimited::{reader, sniff, unique};
use super::{BadRow, Out, Row, Stopped, kept, undecoded};

/// Reads to the end; `look` is the text's beginning.
pub(super) fn read(
    name: &str,
    text: impl BufRead,
    look: &str,
    delimiter: Option<char>,
    out: &mut Out,
) -> Result<(), Stopped> {
    let delimiter = delimiter.map_or_else(|| sniff(look), |letter| u8::try_from(letter).unwrap_or(b','));
    if delimiter != b',' {
        let shown = if delimiter == b'\t' { "tab".to_owned() } else { (delimiter as char).to_string() };
        out.batch.actions.push(phrase!("tables.delimiter", delimiter = shown));
    }
    let mut reader = reader(delimiter).from_reader(text);
    let mut record = StringRecord::new();
    let mut names: Vec<String> = Vec::new();
    loop {
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                let problem = Problem::error(Phrase::verbatim(error.to_string())).in_file(name);
                return Err(problem.at_line(reader.position().line()).into());
            }
        }
        let place = record.position().map_or(0, csv::Position::line);
        if names.is_empty() {
            for (index, field) in record.iter().enumerate() {
                let given = field.trim().trim_start_matches('\u{FEFF}');
                let base = if given.is_empty() { format!("column_{}", index + 1) } else { given.to_owned() };
                names.push(unique(&base, &names));
            }
            continue;
        }
        if record.iter().all(|field| field.trim().is_empty()) {
            continue;
        }
        let raw = || kept(&record.iter().collect::<Vec<_>>().join(&(delimiter as char).to_string()));
        if record.len() != names.len() {
            let reason = phrase!("tables.row_length", found = record.len(), wanted = names.len());
            out.row(Err(BadRow { place, reason, raw: raw() }))?;
            continue;
        }
        if let Some(reason) = record.iter().find_map(undecoded) {
            out.row(Err(BadRow { place, reason, raw: raw() }))?;
            continue;
        }
        let filled = names.iter().zip(&record).filter(|(_, field)| !field.trim().is_empty());
        let fields: Map<String, Value> = filled.map(|(name, field)| (name.clone(), value(field))).collect();
        out.row(Ok(Row { place, fields }))?;
    }
    Ok(())
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
}

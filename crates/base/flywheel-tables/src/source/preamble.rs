//! What may stand above the names of the columns: titles, blank lines, and the line that tells Excel the delimiter.

use std::borrow::Cow;
use std::collections::BTreeSet;

use csv::ByteRecord;

use super::delimited::reader;
use crate::infer;

/// Rows above the names at most, and as many below them are looked at.
const LOOKED_AT: usize = 20;

/// A text without the first line that only names the delimiter, such as `sep=;`; its lines keep their numbers.
pub(super) fn without_hint(text: &str) -> (Cow<'_, str>, Option<u8>) {
    let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
    let hint = line.trim_end_matches('\r').trim_matches('"');
    let said = hint.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("sep="));
    match hint.as_bytes() {
        [_, _, _, _, delimiter] if said => (Cow::Owned(format!("\n{rest}")), Some(*delimiter)),
        _ => (Cow::Borrowed(text), None),
    }
}

/// A text without the titles above its header, and the titles; absent where it has none. Its lines keep their numbers.
pub(super) fn without_titles(text: &str, delimiter: u8) -> Option<(String, Vec<String>)> {
    let mut reader = reader(delimiter).from_reader(text.as_bytes());
    let mut record = ByteRecord::new();
    let (mut rows, mut starts): (Vec<Vec<String>>, Vec<usize>) = (Vec::new(), Vec::new());
    while rows.len() < 2 * LOOKED_AT && reader.read_byte_record(&mut record).ok()? {
        starts.push(usize::try_from(record.position()?.byte()).ok()?);
        rows.push(record.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect());
    }
    let count = titles(&rows);
    let start = *starts.get(count).filter(|_| count > 0)?;
    let found = rows[..count].iter().flatten().filter(|cell| !cell.is_empty()).cloned().collect();
    let lines = text.get(..start)?.matches('\n').count();
    Some(("\n".repeat(lines) + &text[start..], found))
}

/// How many of the rows stand above that of the names; the rows have their cells trimmed.
///
/// A row of one filled cell above rows of several is a title, if names follow: several, different ones, that are no numbers.
pub(super) fn titles(rows: &[Vec<String>]) -> usize {
    let filled = |row: &Vec<String>| row.iter().filter(|cell| !cell.is_empty()).count();
    let Some(header) = rows.iter().take(LOOKED_AT).position(|row| filled(row) >= 2) else { return 0 };
    let names: Vec<&String> = rows[header].iter().filter(|cell| !cell.is_empty()).collect();
    // Above two names it may be a name itself.
    let is_title = |row: &Vec<String>| {
        let stands_first = row.first().is_some_and(|cell| !cell.is_empty());
        filled(row) == 1 && stands_first && (row.len() == 1 || names.len() > 2)
    };
    let above = &rows[..header];
    let are_titles = above.iter().any(is_title) && above.iter().all(|row| filled(row) == 0 || is_title(row));
    let is_name = |cell: &&String| infer::number(cell).is_none() && infer::moment(cell).is_none();
    let are_names = names.iter().all(is_name) && names.iter().collect::<BTreeSet<_>>().len() == names.len();
    let below: Vec<&Vec<String>> = rows[header + 1..].iter().filter(|row| filled(row) > 0).collect();
    let alike = below.iter().filter(|row| row.len() == rows[header].len()).count();
    if are_titles && are_names && alike > 0 && alike * 10 >= below.len() * 9 { header } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_told_from_names() {
        let cases = [
            ("age,city\n1,a\n", 0),
            ("Customers 2024\nage,city\n1,a\n2,b\n", 1),
            ("Customers 2024,,\n,,\nage,city,spend\n1,a,3\n", 2),
            ("客户,,\nage,city,spend\n1,a,3\n", 1),
            // A single name, and rows that have outgrown it.
            ("name\n1,2\n3,4\n", 0),
            ("name\nhello\nhello, you\nhello\n", 0),
            ("name,\nBob,x\nAnn,y\n", 0),
            ("full name,\nBob,x\nAnn,y\n", 0),
            (",,value\nBob,NY,x\nAnn,LA,y\n", 0),
            ("words\nmore words\n", 0),
            ("", 0),
        ];
        for (text, count) in cases {
            let found = without_titles(text, b',').map(|(text, _)| text).unwrap_or_default();
            assert_eq!(found.len() - found.trim_start_matches('\n').len(), count, "{text}");
        }
        let (text, titles) = without_titles("A report\n\nage,city\n1,a\n", b',').expect("a title");
        assert_eq!((text.as_str(), titles), ("\n\nage,city\n1,a\n", vec!["A report".to_owned()]));
    }

    #[test]
    fn a_line_that_names_the_delimiter_is_no_header() {
        let cases = [
            ("sep=;\na;b\n", Some(b';'), "\na;b\n"),
            ("\"SEP=\t\"\r\na\tb\n", Some(b'\t'), "\na\tb\n"),
            ("sep=\na;b\n", None, "sep=\na;b\n"),
            ("separate,b\n1,2\n", None, "separate,b\n1,2\n"),
        ];
        for (text, delimiter, rest) in cases {
            assert_eq!(without_hint(text), (Cow::Borrowed(rest), delimiter), "{text}");
        }
    }
}

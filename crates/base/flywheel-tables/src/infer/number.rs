//! Numbers as people write them.

/// How the numbers of a column are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Decimal {
    /// `1,234.5`.
    #[default]
    Point,
    /// `1.234,5`.
    Comma,
}

/// A number with how much had to be taken off to read it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Read {
    pub(super) value: f64,
    /// True when it was not a plain number.
    pub(super) decorated: bool,
}

/// Reads a plain or decorated number: `1,234.5`, `$4.99`, `¥30`, `12%` (12), `19M` (19,000,000), `404k`, `10,000+`, `(5)` (−5).
///
/// `None` for anything else, infinities included.
pub fn number(text: &str) -> Option<f64> {
    read(text, Decimal::Point).map(|read| read.value)
}

pub(super) fn read(text: &str, decimal: Decimal) -> Option<Read> {
    let text = text.trim();
    if decimal == Decimal::Point
        && let Some(value) = plain(text)
    {
        return Some(Read { value, decorated: false });
    }
    match (decorated(text, decimal), decimal) {
        (Some(value), _) => Some(Read { value, decorated: true }),
        // `2.5` and `1e5` can be read in one way only, whatever the column is written like.
        (None, Decimal::Comma) => read(text, Decimal::Point),
        (None, Decimal::Point) => None,
    }
}

/// True for a whole number with a leading zero, such as a postal code; as a number it would lose it.
pub(super) fn is_padded_code(text: &str) -> bool {
    let text = text.trim();
    text.len() > 1 && text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// True where a comma can only be the decimal one: `3,14`, `1.234,5`.
pub(super) fn has_decimal_comma(text: &str) -> bool {
    let Some((whole, fraction)) = text.trim().rsplit_once(',') else { return false };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let grouped = whole.trim_start_matches('-').split('.').all(digits);
    grouped && digits(fraction) && (fraction.len() != 3 || whole.contains('.'))
}

fn plain(text: &str) -> Option<f64> {
    let first = *text.as_bytes().first()?;
    // Rust also reads `inf`, `infinity` and `nan`.
    if !(first.is_ascii_digit() || matches!(first, b'-' | b'+' | b'.')) {
        return None;
    }
    text.parse::<f64>().ok().filter(|value| value.is_finite())
}

fn decorated(text: &str, decimal: Decimal) -> Option<f64> {
    let (text, negative) = match text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) {
        Some(inner) => (inner, true),
        None => (text, false),
    };
    let text = text.strip_suffix('+').unwrap_or(text);
    let (text, minus) = match text.strip_prefix(['-', '−']) {
        Some(rest) => (rest.trim_start(), true),
        None => (text, false),
    };
    let text = currency(text);
    let (text, factor) = match text.chars().next_back() {
        Some('%' | '％') => (&text[..text.len() - text.chars().next_back().map_or(0, char::len_utf8)], 1.0),
        Some('k' | 'K') => (&text[..text.len() - 1], 1e3),
        Some('M') => (&text[..text.len() - 1], 1e6),
        Some('万') => (&text[..text.len() - '万'.len_utf8()], 1e4),
        Some('亿') => (&text[..text.len() - '亿'.len_utf8()], 1e8),
        _ => (text, 1.0),
    };
    let value = grouped(text.trim(), decimal)? * factor;
    Some(if negative != minus { -value } else { value })
}

fn currency(text: &str) -> &str {
    const SIGNS: [&str; 12] = ["US$", "CN¥", "RMB", "CNY", "USD", "EUR", "GBP", "$", "€", "£", "¥", "￥"];
    let text = text.trim();
    let before = SIGNS.iter().find_map(|sign| text.strip_prefix(sign));
    let after = || SIGNS.iter().chain(&["元", "块"]).find_map(|sign| text.strip_suffix(sign));
    before.or_else(after).unwrap_or(text).trim()
}

/// Digits in groups of three, or none at all.
fn grouped(text: &str, decimal: Decimal) -> Option<f64> {
    let (group, point) = match decimal {
        Decimal::Point => (',', '.'),
        Decimal::Comma => ('.', ','),
    };
    let (whole, fraction) = text.split_once(point).unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(fraction) || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    let groups: Vec<&str> = whole.split([group, ' ', '\u{a0}', '\u{202f}', '\'']).collect();
    let well_formed = match groups.as_slice() {
        [single] => digits(single),
        [first, rest @ ..] => {
            (1..=3).contains(&first.len())
                && digits(first)
                && rest.iter().all(|part| part.len() == 3 && digits(part))
        }
        [] => false,
    };
    if !well_formed {
        return None;
    }
    format!("{}.{fraction}", groups.concat()).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        let cases = [
            ("42", Some(42.0)),
            ("-3.5e2", Some(-350.0)),
            (" 7 ", Some(7.0)),
            ("1,234,567.5", Some(1_234_567.5)),
            ("$4.99", Some(4.99)),
            ("-$4.99", Some(-4.99)),
            ("(1,200)", Some(-1200.0)),
            ("12%", Some(12.0)),
            ("19M", Some(19e6)),
            ("404k", Some(404e3)),
            ("10,000+", Some(10_000.0)),
            ("3.5万", Some(35_000.0)),
            ("30元", Some(30.0)),
            ("￥1,200", Some(1200.0)),
            ("1 234", Some(1234.0)),
            ("1,23", None),
            ("inf", None),
            ("nan", None),
            ("M1", None),
            ("3.0.1", None),
            ("", None),
            ("+", None),
            ("$", None),
        ];
        for (text, value) in cases {
            assert_eq!(number(text), value, "{text:?}");
        }
        assert_eq!(read("1.234,5", Decimal::Comma).map(|read| read.value), Some(1234.5));
        assert!(has_decimal_comma("3,14") && !has_decimal_comma("1,234"));
    }
}

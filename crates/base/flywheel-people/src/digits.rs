//! Numbers of a JSON text that a reader would shorten, put in quotes so that their digits survive.

use std::ops::Range;

/// Digits from which on a whole number may not fit 64 bits.
pub const LONG: usize = 19;

/// Significant digits that a floating-point number holds at most.
const SIGNIFICANT: usize = 17;

/// Puts quotes around whole numbers that 64 bits cannot hold.
pub fn quote_long_whole_numbers(text: &[u8]) -> Vec<u8> {
    quoted(text, is_long_whole)
}

/// Puts quotes around whole numbers that 64 bits cannot hold, and around decimals that a floating-point number cannot.
///
/// For texts of those who keep decimals exactly, such as databases: what else writes so many digits means none of them.
pub fn quote_long_numbers(text: &[u8]) -> Vec<u8> {
    quoted(text, |number| is_long_whole(number) || is_long_decimal(number))
}

/// The byte behind a text that begins at `at`; `None` when it does not end.
pub fn end_of_text(text: &[u8], at: usize) -> Option<usize> {
    let mut at = at + 1;
    loop {
        match text.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// The byte behind a number or word that begins at `at`.
pub fn end_of_number(text: &[u8], at: usize) -> usize {
    let of_word = |byte: &u8| {
        !matches!(byte, b',' | b':' | b'{' | b'}' | b'[' | b']' | b'"' | b' ' | b'\t' | b'\n' | b'\r')
    };
    let rest: Range<usize> = at..text.len();
    text[rest].iter().position(|byte| !of_word(byte)).map_or(text.len(), |length| at + length)
}

fn quoted(text: &[u8], is_long: impl Fn(&str) -> bool) -> Vec<u8> {
    let mut quoted = Vec::with_capacity(text.len() + 8);
    let mut at = 0;
    while at < text.len() {
        let end = match text[at] {
            b'"' => end_of_text(text, at).unwrap_or(text.len()),
            b'-' | b'0'..=b'9' => {
                let end = end_of_number(text, at);
                let number = &text[at..end];
                if std::str::from_utf8(number).is_ok_and(&is_long) {
                    quoted.push(b'"');
                    quoted.extend_from_slice(number);
                    quoted.push(b'"');
                    at = end;
                    continue;
                }
                end
            }
            _ => at + 1,
        };
        quoted.extend_from_slice(&text[at..end]);
        at = end;
    }
    quoted
}

fn is_long_whole(number: &str) -> bool {
    let digits = number.strip_prefix('-').unwrap_or(number);
    digits.len() >= LONG
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.starts_with('0')
        && number.parse::<i64>().is_err()
        && number.parse::<u64>().is_err()
}

fn is_long_decimal(number: &str) -> bool {
    let number = number.strip_prefix('-').unwrap_or(number);
    let Some((whole, part)) = number.split_once('.') else { return false };
    let digits = format!("{whole}{}", part.trim_end_matches('0'));
    digits.bytes().all(|byte| byte.is_ascii_digit()) && digits.trim_start_matches('0').len() > SIGNIFICANT
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn digits_survive_where_a_reader_would_lose_them() {
        for (text, whole, exact) in [
            ("9007199254740993", json!(9_007_199_254_740_993_u64), json!(9_007_199_254_740_993_u64)),
            ("18446744073709551615", json!(u64::MAX), json!(u64::MAX)),
            ("-99999999999999999999", json!("-99999999999999999999"), json!("-99999999999999999999")),
            ("\"12345678901234567890\"", json!("12345678901234567890"), json!("12345678901234567890")),
            ("0.1000000000000000055511", json!(0.1), json!("0.1000000000000000055511")),
            ("-123456789012345678.9", json!(-123_456_789_012_345_680.0), json!("-123456789012345678.9")),
            ("2.50000000000000000000", json!(2.5), json!(2.5)),
            ("0.00000000000000000025", json!(2.5e-19), json!(2.5e-19)),
            ("0.30000000000000004", json!(0.300_000_000_000_000_04), json!(0.300_000_000_000_000_04)),
            ("1.2345678901234567890e5", json!(123_456.789_012_345_68), json!(123_456.789_012_345_68)),
        ] {
            let read = |bytes: Vec<u8>| serde_json::from_slice::<Value>(&bytes).expect("JSON")["n"].clone();
            let text = format!("{{\"n\": {text}}}");
            assert_eq!(read(quote_long_whole_numbers(text.as_bytes())), whole, "{text}");
            assert_eq!(read(quote_long_numbers(text.as_bytes())), exact, "{text}");
        }
    }
}

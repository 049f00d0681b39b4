//! The many ways of writing nothing.

/// Words that stand for a missing value, lower case.
const MISSING: [&str; 16] = [
    "na", "n/a", "#n/a", "nan", "null", "none", "nil", "?", "-", "--", "—", "无", "空", "缺失", "未知", "\\n",
];

/// True for a blank cell and for the words that stand for one: `NA`, `N/A`, `null`, `?`, `-`, `无` and their like.
pub fn is_missing(cell: &str) -> bool {
    let cell = cell.trim();
    // Most cells are told apart by their first letter or their length; the longest such word has six bytes.
    match cell.as_bytes().first() {
        None => return true,
        Some(first) if first.is_ascii_digit() => return false,
        Some(_) => {}
    }
    cell.len() <= 6 && MISSING.iter().any(|word| cell.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_written_in_many_ways() {
        for cell in ["", " ", "\t", "NA", "n/a", "NaN", "null", "None", "?", "-", "无", " ? "] {
            assert!(is_missing(cell), "{cell:?}");
        }
        for cell in ["0", "no", "Nan Goldin", "-1", "未知数", "North America"] {
            assert!(!is_missing(cell), "{cell:?}");
        }
    }
}

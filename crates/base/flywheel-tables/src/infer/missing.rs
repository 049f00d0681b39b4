//! The many ways of writing nothing.

/// Words that stand for a missing value wherever they are, lower case.
const MISSING: [&str; 31] = [
    "na",
    "n/a",
    "n.a.",
    "n.a",
    "#n/a",
    "<na>",
    "nan",
    "null",
    "(null)",
    "none",
    "nil",
    "?",
    "-",
    "--",
    "—",
    "\\n",
    "(blank)",
    "(empty)",
    "#null!",
    "#value!",
    "#ref!",
    "#div/0!",
    "#num!",
    "#name?",
    "无",
    "空",
    "空值",
    "缺失",
    "未知",
    "暂无",
    "无数据",
];

/// Words that are an answer among words, and no number and no date: there they stand for a missing value, lower case.
const UNMEASURED: [&str; 20] = [
    "unknown",
    "missing",
    "undefined",
    "not available",
    "not applicable",
    "not known",
    "no data",
    "empty",
    "blank",
    "tbd",
    "tba",
    ".",
    "..",
    "...",
    "*",
    "不详",
    "不明",
    "未填写",
    "未提供",
    "待定",
];

/// Bytes of the longest of these words.
const LONGEST: usize = 14;

/// True for a blank cell and for the words that stand for one: `NA`, `N/A`, `null`, `?`, `-`, `无` and their like.
pub fn is_missing(cell: &str) -> bool {
    is_one_of(&MISSING, cell)
}

/// True for a cell that says that nothing was measured: a missing one, and words such as `unknown` or `不详`.
pub fn is_unmeasured(cell: &str) -> bool {
    is_one_of(&MISSING, cell) || is_one_of(&UNMEASURED, cell)
}

fn is_one_of(words: &[&str], cell: &str) -> bool {
    let cell = cell.trim();
    // Most cells are told apart by their first letter or their length.
    match cell.as_bytes().first() {
        None => return true,
        Some(first) if first.is_ascii_digit() => return false,
        Some(_) => {}
    }
    cell.len() <= LONGEST && words.iter().any(|word| cell.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_written_in_many_ways() {
        let nothing = [
            "", " ", "\t", "NA", "n/a", "N.A.", "<NA>", "NaN", "null", "(NULL)", "None", "?", "-", "#VALUE!",
            "#DIV/0!", "(blank)", "无", "暂无", " ? ",
        ];
        for cell in nothing {
            assert!(is_missing(cell) && is_unmeasured(cell), "{cell:?}");
        }
        for cell in ["0", "no", "Nan Goldin", "-1", "未知数", "North America", "Nat"] {
            assert!(!is_missing(cell) && !is_unmeasured(cell), "{cell:?}");
        }
    }

    #[test]
    fn some_words_are_nothing_among_numbers_alone() {
        for cell in ["unknown", " Missing ", "Not available", ".", "*", "不详"] {
            assert!(!is_missing(cell) && is_unmeasured(cell), "{cell:?}");
        }
    }

    #[test]
    fn the_longest_word_is_found() {
        for word in MISSING.iter().chain(&UNMEASURED) {
            assert!(
                word.len() <= LONGEST && is_unmeasured(word) && *word == word.to_ascii_lowercase(),
                "{word}"
            );
        }
    }
}

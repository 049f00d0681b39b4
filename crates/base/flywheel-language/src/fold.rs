//! The folded form of a text: one spelling for what reads alike.

use std::sync::OnceLock;

use ferrous_opencc::OpenCC;
use ferrous_opencc::config::BuiltinConfig;
use unicode_normalization::UnicodeNormalization;

/// One spelling for what reads alike: compatibility forms (full width, ligatures) composed, traditional characters
/// simplified, lower case, typographic quotes plain, invisible characters gone, white space single.
///
/// Folding a folded text changes nothing.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut blank = true;
    let visible = text.nfkc().filter(|character| !is_invisible(*character));
    for character in visible.flat_map(char::to_lowercase) {
        let character = match character {
            '‘' | '’' | 'ʼ' | '`' | '´' => '\'',
            '“' | '”' | '„' | '«' | '»' => '"',
            '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' => '-',
            other => other,
        };
        if character.is_whitespace() || character.is_control() {
            if !blank {
                folded.push(' ');
            }
            blank = true;
        } else {
            folded.push(character);
            blank = false;
        }
    }
    folded.truncate(folded.trim_end().len());
    if folded.chars().any(is_han) { simplify(&folded) } else { folded }
}

/// Whether a character is a Chinese one.
pub fn is_han(character: char) -> bool {
    matches!(character, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3134f}' | '〇')
}

/// Zero-width, direction and variation marks, and the byte order mark; the joiner stays, since emoji are made with it.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\0' | '\u{ad}' | '\u{200b}' | '\u{200c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fffd}'
    )
}

/// Traditional characters as simplified ones, by OpenCC's tables.
fn simplify(text: &str) -> String {
    static TABLES: OnceLock<Option<OpenCC>> = OnceLock::new();
    // The tables are compiled in: they always open.
    match TABLES.get_or_init(|| OpenCC::from_config(BuiltinConfig::T2s).ok()) {
        Some(tables) => tables.convert(text),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_reads_alike_is_spelled_alike() {
        for (text, expected) in [
            ("  The ＡＰＰ\u{200b}  CRASHES\n", "the app crashes"),
            ("付款失敗，無法登錄", "付款失败,无法登录"),
            ("Can’t “open”", "can't \"open\""),
            ("a\0b\u{feff}", "ab"),
            ("", ""),
        ] {
            assert_eq!(fold(text), expected);
        }
    }

    proptest! {
        #[test]
        fn folding_a_folded_text_changes_nothing(text in "\\PC{0,40}|[a-zA-Z繁體字無發 \u{200b}\n]{0,40}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once.clone());
        }
    }
}

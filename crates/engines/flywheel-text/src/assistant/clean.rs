//! What a model wrote as plain text: no control signs, no markup, no ids, one line, personal data masked.

use std::sync::OnceLock;

use flywheel_language::plain;
use regex::Regex;

use crate::personal::mask;

/// The text as a report may show it.
pub(super) fn clean(text: &str) -> String {
    let visible: String = text
        .chars()
        .filter(|letter| letter.is_whitespace() || !(letter.is_control() || is_unseen(*letter)))
        .collect();
    let bare = plain(&visible);
    let bare = ids().map_or_else(|| bare.to_string(), |ids| ids.replace_all(&bare, "").into_owned());
    let bare = bare.replace("**", "");
    let line = bare.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = line.trim_start_matches(['-', '*', '•', '#', ' ']);
    mask(line).0
}

/// Signs that turn the direction of writing, join, part or tag without being seen.
fn is_unseen(letter: char) -> bool {
    matches!(
        letter,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Ids that a model repeats in its sentence, such as ` [m1, m2]` or `（f3）`.
fn ids() -> Option<&'static Regex> {
    static IDS: OnceLock<Option<Regex>> = OnceLock::new();
    let found = IDS.get_or_init(|| {
        Regex::new(r"\s*[\[(（【]\s*[mfaMFA]\d{1,4}(?:\s*[,;，、；]?\s*[mfaMFA]\d{1,4})*\s*[\])）】]").ok()
    });
    found.as_ref()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_text() {
        for (text, expected) in [
            ("Payment  fails\n[m1, m2].", "Payment fails."),
            ("付款失败（m1、m3）", "付款失败"),
            ("\u{1b}[31mred\u{1b}[0m\u{7}", "[31mred[0m"),
            ("safe\u{202e}evil\u{200b}", "safeevil"),
            ("<b>bold</b><script>alert(1)</script> **x**", "bold x"),
            ("- a point", "a point"),
            ("write to a@b.com", "write to [e-mail]"),
            ("F5 key (iOS 17)", "F5 key (iOS 17)"),
            ("\u{0}", ""),
        ] {
            assert_eq!(clean(text), expected, "{text:?}");
        }
    }
}

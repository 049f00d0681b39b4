//! The stem of an English word: one spelling for its inflected forms.

/// The stem of a folded English word: possessives, plurals, `-ing`, `-ed`, `-ly`, `-ment` and a last `e` gone.
///
/// Lighter than Porter's ("An algorithm for suffix stripping", 1980): it never joins words of another sense by a long
/// chain of rules, and words that are no English ones stay as they are.
pub fn stem(word: &str) -> String {
    let word = word.strip_suffix("'s").unwrap_or(word);
    if word.len() < 4 || !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return word.to_owned();
    }
    let mut stem = word.to_owned();
    if stem.ends_with("ies") && stem.len() > 4 {
        stem.truncate(stem.len() - 3);
        stem.push('y');
    } else if stem.ends_with("sses") {
        stem.truncate(stem.len() - 2);
    } else if stem.ends_with('s') && !["ss", "us", "is"].iter().any(|end| stem.ends_with(end)) {
        stem.truncate(stem.len() - 1);
    }
    for suffix in ["ingly", "edly", "ing", "ed", "ment", "ation", "ly"] {
        let Some(rest) = stem.strip_suffix(suffix) else { continue };
        if rest.len() < 3 || !rest.contains(['a', 'e', 'i', 'o', 'u', 'y']) {
            continue;
        }
        stem.truncate(rest.len());
        let bytes = stem.as_bytes();
        let last = bytes[bytes.len() - 1];
        if bytes.len() > 3 && last == bytes[bytes.len() - 2] && !b"lsz".contains(&last) {
            stem.pop();
        }
        break;
    }
    if stem.len() > 3 && stem.ends_with('e') {
        stem.pop();
    }
    if stem.len() > 3 && stem.ends_with('y') {
        stem.pop();
        stem.push('i');
    }
    stem
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_of_a_word_share_a_stem() {
        for forms in [
            &["cancel", "cancels"][..],
            &["delay", "delays", "delayed"],
            &["charge", "charged", "charging", "charges"],
            &["crash", "crashed", "crashing"],
            &["story", "stories"],
            &["load", "loading", "loads"],
            &["stop", "stopped", "stopping"],
        ] {
            for form in forms {
                assert_eq!(stem(form), stem(forms[0]), "{form}");
            }
        }
        assert_ne!(stem("bus"), stem("bu"));
        assert_eq!(stem("闪退"), "闪退");
        assert_eq!(stem("v2.3"), "v2.3");
    }
}

//! The stem of an English word, one spelling for its inflected forms, and those forms.

/// The stem of a folded English word: possessives, plurals, `-ing`, `-ed`, `-ly`, `-ment`, `-ation` and a last `e` gone.
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
        let whole = match suffix {
            // `reply` and `early` are no adverbs, `comment` and `donation` no deeds of `com` and `don`.
            "ly" => rest.len() < 4 || rest.ends_with('p'),
            "ation" => rest.len() < 4,
            "ment" => rest.len() < 4 && rest != "pay",
            _ => false,
        };
        if rest.len() < 3 || whole || !rest.contains(['a', 'e', 'i', 'o', 'u', 'y']) {
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
    if stem.len() > 3 && stem.ends_with('e') && !KEEP_E.contains(&stem.as_str()) {
        stem.pop();
    }
    if stem.len() > 3 && stem.ends_with('y') {
        stem.pop();
        stem.push('i');
    }
    stem
}

/// Words that would be another word without their last `e`: `plane` is no `plan`, `theme` not `them`.
const KEEP_E: &[&str] = &[
    "bare", "bite", "care", "cape", "come", "cube", "cute", "done", "fare", "fine", "hate", "here", "hide",
    "hope", "kite", "made", "mate", "mode", "note", "pane", "paste", "pine", "plane", "quite", "rate",
    "ride", "robe", "scare", "site", "spare", "stare", "suite", "tape", "theme", "tire", "tone", "tube",
    "wine", "wipe",
];

/// An English word with its plural, past and progressive as the rules make them; any other word alone.
pub fn forms(word: &str) -> Vec<String> {
    let bytes = word.as_bytes();
    if bytes.len() < 3 || !bytes.iter().all(u8::is_ascii_lowercase) {
        return vec![word.to_owned()];
    }
    let vowel = |back: usize| matches!(bytes[bytes.len() - back], b'a' | b'e' | b'i' | b'o' | b'u');
    let hissing = ["s", "x", "z", "ch", "sh"].iter().any(|end| word.ends_with(end));
    let short = bytes.len() < 5 && !vowel(1) && vowel(2) && !vowel(3) && !word.ends_with(['w', 'x', 'y']);
    let (plural, past, going) = match word.strip_suffix(['e', 'y']) {
        Some(rest) if word.ends_with('e') => (format!("{word}s"), format!("{word}d"), format!("{rest}ing")),
        Some(rest) if !vowel(2) => (format!("{rest}ies"), format!("{rest}ied"), format!("{word}ing")),
        _ if hissing => (format!("{word}es"), format!("{word}ed"), format!("{word}ing")),
        _ if short => {
            let last = &word[word.len() - 1..];
            (format!("{word}s"), format!("{word}{last}ed"), format!("{word}{last}ing"))
        }
        _ => (format!("{word}s"), format!("{word}ed"), format!("{word}ing")),
    };
    vec![word.to_owned(), plural, past, going]
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
            &["crash", "crashed", "crashing", "crashes"],
            &["story", "stories"],
            &["load", "loading", "loads"],
            &["stop", "stopped", "stopping"],
            &["reply", "replies", "replied", "replying"],
            &["apply", "applied"],
        ] {
            for form in forms {
                assert_eq!(stem(form), stem(forms[0]), "{form}");
            }
        }
        for (one, other) in [
            ("bus", "bu"),
            ("reply", "rep"),
            ("apply", "app"),
            ("early", "ear"),
            ("comment", "come"),
            ("plane", "plan"),
            ("theme", "them"),
            ("site", "sit"),
        ] {
            assert_ne!(stem(one), stem(other));
        }
        for word in ["闪退", "支付", "v2.3", "bus", "status", "thing", "red"] {
            assert_eq!(stem(word), word);
        }
    }

    #[test]
    fn the_forms_that_the_rules_make_are_met_by_the_stem() {
        for (word, expected) in [
            ("crash", ["crash", "crashes", "crashed", "crashing"]),
            ("freeze", ["freeze", "freezes", "freezed", "freezing"]),
            ("reply", ["reply", "replies", "replied", "replying"]),
            ("delay", ["delay", "delays", "delayed", "delaying"]),
            ("stop", ["stop", "stops", "stopped", "stopping"]),
        ] {
            assert_eq!(forms(word), expected);
            assert!(forms(word).iter().all(|form| stem(form) == stem(word)), "{word}");
        }
        assert_eq!(forms("退款"), ["退款"]);
    }
}

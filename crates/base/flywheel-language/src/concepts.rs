//! What words of both languages mean alike: `付款`, `payment` and `checkout` are one concept.

use std::collections::HashMap;
use std::sync::OnceLock;

/// The concepts, one a line.
const CONCEPTS: &str = include_str!("../words/concepts.txt");

/// The concepts that a term may mean, by name, in alphabetical order; none for most words.
///
/// The term is a folded one, as [`crate::terms`] cuts it; an English plural or tense means what its [stem](stem) means.
pub fn concepts(term: &str) -> &'static [&'static str] {
    let known = known();
    known.get(term).or_else(|| known.get(stem(term).as_str())).map_or(&[], Vec::as_slice)
}

/// The words of a concept in both languages, as they stand in the list; none for a name that is no concept.
pub fn words_of(concept: &str) -> impl Iterator<Item = &'static str> {
    let lines = lines().filter(move |(name, _)| *name == concept);
    lines.flat_map(|(_, words)| words.split_whitespace())
}

/// An English word without its plural or tense, by a few safe rules; any other word as it is.
pub fn stem(word: &str) -> String {
    let ascii = word.len() > 3 && word.bytes().all(|byte| byte.is_ascii_lowercase());
    if !ascii {
        return word.to_owned();
    }
    for (ending, stands_for) in [("sses", "ss"), ("ies", "y"), ("ing", ""), ("ed", ""), ("s", "")] {
        let Some(root) = word.strip_suffix(ending) else { continue };
        if ending == "s" && (root.ends_with('s') || root.ends_with('u') || root.ends_with('i')) {
            return word.to_owned();
        }
        let has_vowel = root.contains(['a', 'e', 'i', 'o', 'u', 'y']);
        if root.len() + stands_for.len() < 3 || !has_vowel {
            return word.to_owned();
        }
        let mut root = format!("{root}{stands_for}");
        let doubled = matches!(ending, "ing" | "ed") && {
            let bytes = root.as_bytes();
            let last = bytes[bytes.len() - 1];
            bytes.len() > 3
                && last == bytes[bytes.len() - 2]
                && !matches!(last, b'l' | b's' | b'z' | b'e' | b'o')
        };
        if doubled {
            root.pop();
        }
        return root;
    }
    word.to_owned()
}

fn lines() -> impl Iterator<Item = (&'static str, &'static str)> {
    CONCEPTS.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(':'))
}

fn known() -> &'static HashMap<String, Vec<&'static str>> {
    static KNOWN: OnceLock<HashMap<String, Vec<&'static str>>> = OnceLock::new();
    KNOWN.get_or_init(|| {
        let mut known: HashMap<String, Vec<&'static str>> = HashMap::new();
        for (name, words) in lines() {
            for word in words.split_whitespace() {
                for form in [word.to_owned(), stem(word)] {
                    let concepts = known.entry(form).or_default();
                    if !concepts.contains(&name) {
                        concepts.push(name);
                    }
                }
            }
        }
        known.values_mut().for_each(|concepts| concepts.sort_unstable());
        known
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_both_languages_mean_the_same() {
        for (one, other, concept) in [
            ("付款", "payment", "pay"),
            ("闪退", "crashes", "crash"),
            ("失败", "failed", "fail"),
            ("登录", "login", "login"),
            ("退款", "refunds", "refund"),
        ] {
            assert!(concepts(one).contains(&concept), "{one}: {:?}", concepts(one));
            assert!(concepts(other).contains(&concept), "{other}: {:?}", concepts(other));
        }
        assert!(concepts("the").is_empty() && concepts("的").is_empty());
        assert!(words_of("pay").any(|word| word == "支付"));
    }

    #[test]
    fn english_words_lose_their_endings_and_no_more() {
        for (word, expected) in [
            ("crashes", "crashe"),
            ("stopped", "stop"),
            ("calling", "call"),
            ("queries", "query"),
            ("passes", "pass"),
            ("bus", "bus"),
            ("thing", "thing"),
            ("red", "red"),
            ("支付", "支付"),
            ("status", "status"),
        ] {
            assert_eq!(stem(word), expected);
        }
    }

    #[test]
    fn the_list_is_in_order() {
        for (name, words) in lines() {
            assert!(name.bytes().all(|byte| byte.is_ascii_lowercase()), "{name}");
            assert!(words.split_whitespace().count() >= 3, "{name} has few words");
        }
    }
}

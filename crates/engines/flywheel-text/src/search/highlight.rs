//! Where the words of a query stand in a message as it was written.

use std::ops::Range;

use flywheel_language::{fold, is_han};

/// The stretches of a text that fit the terms, in bytes of the text, joined where they touch; a word of an alphabet fits whole words only.
pub(super) fn highlights(text: &str, terms: &[String]) -> Vec<Range<usize>> {
    let (folded, origin) = folded(text);
    let mut found: Vec<Range<usize>> = Vec::new();
    for term in terms.iter().filter(|term| !term.is_empty()) {
        for (start, part) in folded.match_indices(term.as_str()) {
            let end = start + part.len();
            let joined = |at: usize, inside: Option<char>| {
                let outside =
                    if at == start { folded[..at].chars().next_back() } else { folded[at..].chars().next() };
                let word = |character: char| character.is_alphanumeric() && !is_han(character);
                inside.is_some_and(word) && outside.is_some_and(word)
            };
            if !joined(start, part.chars().next()) && !joined(end, part.chars().next_back()) {
                if origin[start] < origin[end] {
                    found.push(origin[start]..origin[end]);
                }
            }
            if found.len() > 1000 {
                break;
            }
        }
    }
    found.sort_by_key(|span| (span.start, span.end));
    let mut joined: Vec<Range<usize>> = Vec::new();
    for span in found {
        match joined.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => joined.push(span),
        }
    }
    joined
}

/// A text folded character by character, and where each byte of it came from, the end included.
fn folded(text: &str) -> (String, Vec<usize>) {
    // Most texts fold one character to one: folding them whole is many times faster.
    let whole = fold(text);
    if whole.chars().count() == text.chars().count() {
        let mut origin = Vec::with_capacity(whole.len() + 1);
        for (character, (at, _)) in whole.chars().zip(text.char_indices()) {
            origin.resize(origin.len() + character.len_utf8(), at);
        }
        origin.push(text.len());
        return (whole, origin);
    }
    let mut all = String::with_capacity(text.len());
    let mut origin = Vec::with_capacity(text.len() + 1);
    let mut buffer = [0; 4];
    for (at, character) in text.char_indices() {
        if character.is_ascii() {
            all.push(character.to_ascii_lowercase());
        } else if character.is_whitespace() {
            all.push(' ');
        } else {
            all.push_str(&fold(character.encode_utf8(&mut buffer)));
        }
        origin.resize(all.len(), at);
    }
    origin.push(text.len());
    (all, origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_shown_where_they_were_written() {
        for (text, terms, expected) in [
            ("The App crashes, apps do", vec!["app"], vec!["App"]),
            ("我的付款一直失敗", vec!["付款", "失败"], vec!["付款", "失敗"]),
            ("付款失败", vec!["付款", "失败"], vec!["付款失败"]),
            ("ＡＰＰ crash", vec!["app"], vec!["ＡＰＰ"]),
        ] {
            let terms: Vec<String> = terms.into_iter().map(str::to_owned).collect();
            let shown: Vec<&str> = highlights(text, &terms).into_iter().map(|span| &text[span]).collect();
            assert_eq!(shown, expected, "{text}");
        }
    }
}

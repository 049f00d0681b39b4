//! Numbers and addresses of a text: what a claim may only repeat, never make up.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use flywheel_language::is_han;
use regex::Regex;

/// The numbers of a folded text, each in one spelling: `1,200` and `1200.0` are the same, `two` is `2`.
pub(super) fn numbers(folded: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut digits = String::new();
    let mut letters = folded.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter.is_ascii_digit() {
            digits.push(letter);
            continue;
        }
        let goes_on = letters.peek().is_some_and(char::is_ascii_digit);
        match letter {
            '.' if !digits.is_empty() && goes_on => digits.push('.'),
            ',' if !digits.is_empty() && goes_on => {}
            _ => keep(&mut digits, &mut found),
        }
    }
    keep(&mut digits, &mut found);
    for word in folded.split(|letter: char| !letter.is_alphanumeric() || is_han(letter)) {
        if let Some((_, number)) = WORDS.iter().find(|(name, _)| *name == word) {
            found.insert((*number).to_owned());
        }
    }
    found.extend(AMOUNTS.iter().filter(|amount| folded.contains(*amount)).map(|amount| (*amount).to_owned()));
    found
}

fn keep(digits: &mut String, found: &mut BTreeSet<String>) {
    if digits.is_empty() {
        return;
    }
    let mut number = std::mem::take(digits);
    // A version keeps its parts; a number with one point loses the zeros behind it.
    if number.matches('.').count() == 1 {
        number.truncate(number.trim_end_matches('0').trim_end_matches('.').len());
    }
    found.insert(number);
}

/// Numbers that English writes out; `one` is more often no number.
const WORDS: &[(&str, &str)] = &[
    ("two", "2"),
    ("twice", "2"),
    ("three", "3"),
    ("four", "4"),
    ("five", "5"),
    ("six", "6"),
    ("seven", "7"),
    ("eight", "8"),
    ("nine", "9"),
    ("ten", "10"),
    ("eleven", "11"),
    ("twelve", "12"),
    ("twenty", "20"),
    ("thirty", "30"),
    ("fifty", "50"),
    ("half", "half"),
    ("dozen", "dozen"),
    ("dozens", "dozen"),
    ("hundred", "hundred"),
    ("hundreds", "hundred"),
    ("thousand", "thousand"),
    ("thousands", "thousand"),
    ("million", "million"),
    ("millions", "million"),
    ("majority", "majority"),
];

/// Amounts that Chinese writes out.
const AMOUNTS: &[&str] = &[
    "一半",
    "半数",
    "大多数",
    "绝大多数",
    "数十",
    "数百",
    "数千",
    "数万",
    "上百",
    "上千",
    "上万",
    "成百上千",
    "成千上万",
    "翻倍",
    "两倍",
    "三倍",
];

/// The web and mail addresses of a folded text, without the marks that end a sentence.
pub(super) fn addresses(folded: &str) -> BTreeSet<String> {
    let Some(form) = address() else { return BTreeSet::new() };
    let trimmed =
        |text: &str| text.trim_end_matches(['.', ',', ';', ':', ')', '"', '\'', '!', '?']).to_owned();
    form.find_iter(folded).map(|hit| trimmed(hit.as_str())).filter(|address| !address.is_empty()).collect()
}

fn address() -> Option<&'static Regex> {
    static ADDRESS: OnceLock<Option<Regex>> = OnceLock::new();
    let form = ADDRESS.get_or_init(|| {
        Regex::new(
            r"(?:[a-z][a-z0-9+.-]*://|www\.)[!-~]+|[a-z0-9._%+-]+@[a-z0-9.-]+|\b(?:[a-z0-9-]+\.)+[a-z]{2,}(?:/[!-~]*)?",
        )
        .ok()
    });
    form.as_ref()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_spelling() {
        for (text, expected) in [
            ("1,200 people, 45.50% of v2.3.1", &["1200", "2.3.1", "45.5"][..]),
            ("waited 3 days, twice.", &["2", "3"]),
            ("ios17 更新后 2 次闪退", &["17", "2"]),
            ("half of them; a majority", &["half", "majority"]),
            ("大多数人等了上百次", &["上百", "大多数"]),
            ("100.0", &["100"]),
            ("no one said so", &[]),
        ] {
            let found: Vec<String> = numbers(text).into_iter().collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn an_address_is_known_by_its_form() {
        for (text, expected) in [
            ("see https://evil.example/x?y=1.", &["https://evil.example/x?y=1"][..]),
            ("write to help@shop.com, please", &["help@shop.com"]),
            ("visit shop.example.com/reset now", &["shop.example.com/reset"]),
            ("version 2.3 is slow, e.g. here", &[]),
            ("付款失败。请更新", &[]),
        ] {
            let found: Vec<String> = addresses(text).into_iter().collect();
            assert_eq!(found, expected, "{text}");
        }
    }
}

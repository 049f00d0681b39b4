//! A text with its personal data masked: each piece replaced by the name of its kind, in the text's language.

use std::collections::BTreeMap;

use flywheel_spec::Language;
use flywheel_spec::feedback::TextLanguage;
use flywheel_spec::feedback::privacy::PersonalKind;

use super::find;

/// How often each kind was found.
pub type Counts = BTreeMap<PersonalKind, u64>;

/// The text with `[e-mail]`, `[邮箱]` and so on where personal data stood, and how often each kind did.
///
/// Masking a masked text changes nothing.
pub fn mask(text: &str) -> (String, Counts) {
    let mut counts = Counts::new();
    let found = find(text);
    if found.is_empty() {
        return (text.to_owned(), counts);
    }
    let language = match flywheel_language::language(text) {
        TextLanguage::Zh => Language::Zh,
        TextLanguage::En | TextLanguage::Other => Language::En,
    };
    let mut masked = String::with_capacity(text.len());
    let mut from = 0;
    for found in found {
        masked.push_str(&text[from..found.span.start]);
        masked.push('[');
        masked.push_str(found.kind.name().text(language));
        masked.push(']');
        *counts.entry(found.kind).or_default() += 1;
        from = found.span.end;
    }
    masked.push_str(&text[from..]);
    (masked, counts)
}

/// The masked value of a column, read as said after the column's name: bare digits in `phone` are a telephone's number.
pub fn mask_value(name: &str, value: &str) -> String {
    let before = format!("{name}: ");
    match mask(&format!("{before}{value}")).0.strip_prefix(&before) {
        Some(masked) => masked.to_owned(),
        // What is masked begins in the name.
        None => mask(value).0,
    }
}

//! The language of a message.

use flywheel_spec::feedback::TextLanguage;

use crate::is_han;

/// The language of a text: Chinese where Han characters carry it, English where Latin ones do and nothing speaks
/// against it, other else.
///
/// A message is short and often mixed; a Han character weighs as much as a word, and a tie is Chinese.
/// A text without letters (digits, emoji) is other.
pub fn language(text: &str) -> TextLanguage {
    let mut han = 0_usize;
    let mut kana = 0_usize;
    let mut latin_words = 0_usize;
    let mut foreign = 0_usize;
    let mut in_word = false;
    for character in text.chars() {
        let latin = character.is_ascii_alphabetic() || matches!(character, '\u{c0}'..='\u{24f}');
        if latin && !in_word {
            latin_words += 1;
        }
        in_word = latin || (in_word && matches!(character, '\'' | '’' | '-'));
        match character {
            '\u{3040}'..='\u{30ff}' | '\u{ac00}'..='\u{d7af}' => kana += 1,
            _ if is_han(character) => han += 1,
            _ if character.is_alphabetic() && !latin => foreign += 1,
            _ => {}
        }
    }
    if kana * 4 > han + kana || foreign / 4 > latin_words + han {
        return TextLanguage::Other;
    }
    if han > 0 && han >= latin_words {
        return TextLanguage::Zh;
    }
    if latin_words == 0 {
        return TextLanguage::Other;
    }
    // Few words tell the languages of the Latin alphabet apart badly: only a text without a single English one is asked.
    let words = || text.split(|character: char| !character.is_alphanumeric() && character != '\'');
    if latin_words < 5 || words().any(|word| ENGLISH.contains(&word.to_ascii_lowercase().as_str())) {
        return TextLanguage::En;
    }
    match whatlang::detect_lang(text) {
        None | Some(whatlang::Lang::Eng) => TextLanguage::En,
        Some(_) => TextLanguage::Other,
    }
}

/// Words that English cannot do without and its neighbours do not have.
const ENGLISH: &[&str] = &[
    "the", "and", "is", "it", "to", "of", "i", "you", "my", "this", "that", "not", "with", "was", "are",
    "have", "for", "but", "can't", "don't", "doesn't", "very", "good", "bad", "app", "your", "be", "when",
    "what",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_mixed_messages_have_the_language_of_their_words() {
        for (text, expected) in [
            ("The app crashes when I pay", TextLanguage::En),
            ("支付失败了", TextLanguage::Zh),
            ("APP 闪退,无法打开", TextLanguage::Zh),
            ("iOS 17 update 之后 login 不了", TextLanguage::Zh),
            ("great 👍", TextLanguage::En),
            ("👍👍👍", TextLanguage::Other),
            ("12345", TextLanguage::Other),
            ("", TextLanguage::Other),
            ("付款に失敗しました", TextLanguage::Other),
            ("التطبيق لا يعمل", TextLanguage::Other),
            (
                "La aplicación se cierra cada vez que intento pagar con mi tarjeta de crédito",
                TextLanguage::Other,
            ),
        ] {
            assert_eq!(language(text), expected, "{text}");
        }
    }
}

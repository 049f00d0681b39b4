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
    // The languages of the Latin alphabet are told apart by the words that none of them can do without.
    let (mut english, mut neighbour) = (0, 0);
    for word in text.split(|character: char| !character.is_alphanumeric() && character != '\'') {
        let word = word.to_lowercase();
        english += usize::from(ENGLISH.contains(&word.as_str()));
        neighbour += usize::from(NEIGHBOURS.contains(&word.as_str()));
    }
    if neighbour >= 2 && neighbour > english { TextLanguage::Other } else { TextLanguage::En }
}

/// Words that English cannot do without and its neighbours do not have.
const ENGLISH: &[&str] = &[
    "the", "and", "is", "it", "to", "of", "i", "you", "my", "this", "that", "not", "with", "was", "are",
    "have", "for", "but", "can't", "don't", "doesn't", "very", "good", "bad", "your", "be", "when", "what",
];

/// Words that Spanish, French, German, Italian, Portuguese, Dutch, Polish, Turkish, Indonesian or Vietnamese cannot do
/// without and English does not have.
const NEIGHBOURS: &[&str] = &[
    "el", "la", "los", "las", "que", "una", "con", "por", "para", "muy", "pero", "cada", "está", "esta",
    "mi", "se", "le", "les", "des", "est", "et", "pas", "pour", "une", "avec", "très", "mais", "je", "ne",
    "du", "der", "die", "das", "und", "ist", "nicht", "ich", "ein", "eine", "mit", "sehr", "aber", "auf",
    "il", "che", "di", "non", "per", "molto", "è", "o", "não", "um", "uma", "com", "muito", "mas", "het",
    "een", "niet", "van", "ik", "jest", "nie", "się", "bardzo", "bir", "çok", "ve", "bu", "yang", "tidak",
    "dan", "saya", "không", "và", "là",
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

//! Which messages are told when only some are asked for: those of a stretch of time, of a version, a source or some
//! people, and those that speak of something.

use flywheel_language::fold;
use flywheel_spec::feedback::insights::InsightsSpec;
use rayon::prelude::*;

use crate::insights::ReadMessage;
use crate::pile::Pile;
use crate::themes::Themes;
use crate::wording::{Unit, find_word, units};

/// What somebody asks about, in words.
#[derive(Debug, Clone)]
pub struct About {
    folded: String,
    words: Vec<Unit>,
}

impl About {
    /// What these words are about.
    pub fn new(words: &str) -> Self {
        let folded = fold(words);
        Self { words: units(&folded), folded }
    }

    /// Whether a folded text speaks of it: holds it as it is written, or each of its words in any form, in either language.
    pub fn is_in(&self, folded: &str) -> bool {
        if !self.folded.is_empty() && find_word(folded, &self.folded).is_some() {
            return true;
        }
        let said = units(folded);
        let held = |word: &Unit| said.iter().any(|other| word.fits(other) > 0.0) || word.stands_in(folded);
        !self.words.is_empty() && self.words.iter().all(held)
    }

    /// Whether a name means just that: the same words and no others.
    pub fn is(&self, name: &str) -> bool {
        let folded = fold(name);
        let said = units(&folded);
        let meant = |word: &Unit| self.words.iter().any(|other| word.fits(other) > 0.0);
        folded == self.folded || (!said.is_empty() && said.iter().all(meant) && self.is_in(&folded))
    }
}

/// For each message whether the report tells it; `theirs` are the messages of the people asked for, all when absent.
pub(crate) fn told(
    spec: &InsightsSpec,
    messages: &[ReadMessage<'_>],
    theirs: Option<&[bool]>,
    pile: &Pile,
    themes: &Themes,
) -> Vec<bool> {
    let asked = |(at, read): (usize, &ReadMessage<'_>)| {
        let message = read.message;
        spec.holds(message.time)
            && spec.takes(message.version.as_deref(), message.source.as_deref())
            && theirs.is_none_or(|theirs| theirs[at])
    };
    let mut told: Vec<bool> = messages.iter().enumerate().map(asked).collect();
    let Some(about) = spec.subject().map(About::new) else { return told };
    let texts: Vec<bool> = pile.texts.par_iter().map(|text| about.is_in(text.folded())).collect();
    let named: Vec<bool> = themes.themes.iter().map(|theme| about.is(&theme.name)).collect();
    for (at, told) in told.iter_mut().enumerate() {
        let theme = themes.of_message[at].is_some_and(|theme| named[theme as usize]);
        *told &= theme || texts[pile.text_of[at] as usize];
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_any_form_and_in_either_language() {
        for (about, text, expected) in [
            ("付款失败", "支付一直不成功", true),
            ("付款失败", "My card gets declined when I try to pay", true),
            ("payments failed", "付款总是失败", true),
            ("payments failed", "the payment page is ugly", false),
            ("slow refunds", "my refund is terribly slow", true),
            ("slow refunds", "the refund came at once", false),
            ("dark mode", "please add a Dark Mode", true),
            ("app", "i am happy", false),
            ("优惠码", "输入优惠码没用", true),
            ("", "anything", false),
        ] {
            assert_eq!(About::new(about).is_in(&fold(text)), expected, "{about}: {text}");
        }
    }

    #[test]
    fn a_name_is_meant_by_the_same_words_only() {
        for (about, name, expected) in [
            ("付款失败", "payment fails", true),
            ("dark mode", "Dark mode", true),
            ("payment", "payment fails", false),
            ("payment fails", "payment", false),
        ] {
            assert_eq!(About::new(about).is(name), expected, "{about}: {name}");
        }
    }
}

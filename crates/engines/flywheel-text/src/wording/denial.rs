//! What did not happen: the words that turn what they stand before into its contrary.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::sentence::{Sentence, cue};

/// Words that deny, and those that only look like it: `有没有` asks, and `不超过` compares.
static DENIED: LazyLock<Regex> = LazyLock::new(|| {
    cue(
        "(?:or|why|if) not|not (?:only|just)|(?:but )?(?P<no>not|never|without|no longer|cannot|(?:did|do|does|have|has|had|was|were|is|are|wo|ca|could|would)n't)",
        "[过了]没有?$|(?:但是?|却|可是?)?(?:还|也|并|都|从)?(?:有没有|[是能会要多高大好少低快慢]不[是能会要多高大好少低快慢]|差不多|不[同少错过超管仅只到足了断久限含]|不[低高多]于|未来|(?P<zno>没有|没|未|不))",
    )
});

/// The first word in the open that denies and whose place fits, and its place, with what joins it to the words before.
pub fn denial(sentence: &Sentence, fits: impl Fn(&Range<usize>) -> bool) -> Option<(Range<usize>, String)> {
    let open = sentence.open();
    let whole = sentence.whole();
    DENIED.captures_iter(whole).find_map(|captures| {
        let word = captures.name("no").or(captures.name("zno"))?;
        let place = captures.get(0)?.range();
        let stands = open.get(word.range()) == Some(word.as_str());
        (stands && fits(&place)).then(|| (place, word.as_str().to_owned()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_denies_unless_it_only_looks_like_it() {
        for (text, expected) in [
            ("上周有多少用户没有付款", Some("没有")),
            ("注册了但没付款的用户", Some("没")),
            ("未登录的人", Some("未")),
            ("不再登录的人", Some("不")),
            ("who did not pay", Some("not")),
            ("who didn't pay", Some("didn't")),
            ("orders without payment", Some("without")),
            ("有没有付款的人", None),
            ("付款了没有", None),
            ("付款的人多不多", None),
            ("不同国家的注册", None),
            ("金额不超过3的订单", None),
            ("did they pay or not", None),
            ("notes written", None),
        ] {
            let found = denial(&Sentence::new(text), |_| true).map(|(_, word)| word);
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }
}

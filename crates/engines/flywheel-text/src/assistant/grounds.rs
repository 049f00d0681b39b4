//! Whether texts support what is said of them: by words, concepts, numbers and mood, without a model.
//!
//! A claim passes when at least half of the words that say what it is about stand in the texts that it cites, as
//! themselves, as another form of the word, or as a concept that both languages name; when each of its numbers and
//! addresses stands there too; and when it does not praise what all of them blame, or the other way round.
//! It is a test of where a claim comes from, not of its truth: a wrong sentence made of the right words passes.

use std::collections::{BTreeSet, HashSet};
use std::sync::OnceLock;

use flywheel_language::{fold, is_han, language};
use flywheel_spec::assistant::RemovedReason;
use flywheel_spec::feedback::TextLanguage;

use super::meaning::{Word, concepts, words};
use super::numbers::{addresses, numbers};
use crate::mood::Reader;
use crate::tokens;

/// The share of a claim's words that its grounds must hold.
const HELD: f64 = 0.5;
/// From so many words on, one that is held is not enough.
const LONG: usize = 4;
/// How clear a mood must be to speak for or against anything: its score either way, and its certainty.
const CLEAR: (f64, f64) = (0.4, 0.35);

/// A text that something may rest on.
#[derive(Debug, Clone)]
pub(super) struct Ground {
    folded: String,
    language: TextLanguage,
    stems: HashSet<String>,
    concepts: HashSet<u16>,
    numbers: BTreeSet<String>,
    mood: Option<bool>,
}

impl Ground {
    /// Of a text; `facts` are what the report itself says beside it, whose numbers may be repeated.
    pub(super) fn new(text: &str, facts: &str) -> Self {
        let folded = fold(text);
        let stems = tokens::read(text).tokens.iter().map(|token| token.stem.to_string()).collect();
        let mut known = numbers(&folded);
        known.extend(numbers(&fold(facts)));
        let mood = clear_mood(text);
        Self { language: language(text), stems, concepts: concepts(text), numbers: known, mood, folded }
    }

    /// Whether the word stands here; absent where that cannot be told: the text is of another language, and the word
    /// names no concept.
    fn holds(&self, word: &Word, spoken: TextLanguage) -> Option<bool> {
        if self.stems.contains(&word.stem) || word.concepts.iter().any(|named| self.concepts.contains(named))
        {
            return Some(true);
        }
        let foreign = self.language != spoken && self.language != TextLanguage::Other;
        if foreign {
            return (!word.concepts.is_empty()).then_some(false);
        }
        Some(if word.text.contains(is_han) {
            self.holds_han(&word.text)
        } else {
            self.stems.iter().any(|stem| is_form(stem, &word.stem))
        })
    }

    /// Whether a Chinese word stands here, however either is cut: whole, or at least half of its pairs of characters.
    fn holds_han(&self, word: &str) -> bool {
        if self.folded.contains(word) {
            return true;
        }
        let letters: Vec<char> = word.chars().collect();
        let pairs = letters.windows(2).map(|pair| pair.iter().collect::<String>());
        let held = pairs.filter(|pair| self.folded.contains(pair.as_str())).count();
        letters.len() > 2 && held * 2 >= letters.len() - 1
    }
}

/// Whether two stems are forms of one word: one begins the other, and little is left.
fn is_form(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    short.len() >= 4 && long.len() - short.len() <= 3 && long.starts_with(short)
}

/// A sentence that is to be checked.
#[derive(Debug, Clone)]
pub(super) struct Claim {
    language: TextLanguage,
    words: Vec<Word>,
    numbers: BTreeSet<String>,
    addresses: BTreeSet<String>,
    mood: Option<bool>,
}

impl Claim {
    pub(super) fn new(text: &str) -> Self {
        let folded = fold(text);
        Self {
            language: language(text),
            words: words(text),
            numbers: numbers(&folded),
            addresses: addresses(&folded),
            mood: clear_mood(text),
        }
    }

    /// Whether a single text has anything to do with it.
    pub(super) fn touches(&self, ground: &Ground) -> bool {
        self.words.iter().any(|word| ground.holds(word, self.language) == Some(true))
    }

    /// Whether texts together support it; `facts` hold the numbers that the report says of everything.
    ///
    /// # Errors
    /// What speaks against it.
    pub(super) fn check(&self, grounds: &[&Ground], facts: &BTreeSet<String>) -> Result<(), RemovedReason> {
        let stands = |address: &String| grounds.iter().any(|ground| ground.folded.contains(address.as_str()));
        if !self.addresses.iter().all(stands) {
            return Err(RemovedReason::UnknownAddress);
        }
        let known = |number: &String| {
            facts.contains(number) || grounds.iter().any(|ground| ground.numbers.contains(number))
        };
        if !self.numbers.iter().all(known) {
            return Err(RemovedReason::UnknownNumber);
        }
        let (mut told, mut held) = (0_usize, 0_usize);
        for word in &self.words {
            let answers: Vec<bool> =
                grounds.iter().filter_map(|ground| ground.holds(word, self.language)).collect();
            told += usize::from(!answers.is_empty());
            held += usize::from(answers.contains(&true));
        }
        let enough = if told >= LONG { 2 } else { 1 };
        if held < enough || (held as f64) < HELD * told as f64 {
            return Err(RemovedReason::Unsupported);
        }
        let against = |ground: &&Ground| ground.mood.is_some() && ground.mood != self.mood;
        if self.mood.is_some() && !grounds.is_empty() && grounds.iter().all(against) {
            return Err(RemovedReason::Unsupported);
        }
        Ok(())
    }
}

/// How much two texts have in common, 0 to 1: the share of the first one's words that stand in the second.
pub(super) fn nearness(question: &Claim, ground: &Ground) -> f64 {
    let held =
        question.words.iter().filter(|word| ground.holds(word, question.language) == Some(true)).count();
    held as f64 / question.words.len().max(1) as f64
}

/// Whether a text clearly praises (true) or blames (false).
fn clear_mood(text: &str) -> Option<bool> {
    static READER: OnceLock<Reader> = OnceLock::new();
    let mood = READER.get_or_init(Reader::new).read(text);
    (mood.score.abs() >= CLEAR.0 && mood.certainty >= CLEAR.1).then_some(mood.score > 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(claim: &str, texts: &[&str], facts: &str) -> Result<(), RemovedReason> {
        let grounds: Vec<Ground> = texts.iter().map(|text| Ground::new(text, facts)).collect();
        Claim::new(claim).check(&grounds.iter().collect::<Vec<_>>(), &BTreeSet::new())
    }

    #[test]
    fn a_claim_rests_on_the_words_and_concepts_of_what_it_cites() {
        let pay = "The payment failed twice since the update, please fix it";
        let slow = "结账太慢，付款失败了三次";
        for (claim, texts) in [
            ("Payments fail after the update", &[pay][..]),
            ("Several users report payment failures", &[pay]),
            ("Payment fails", &[slow]),
            ("付款失败", &[pay]),
            ("多位用户反映付款失败", &[pay, slow]),
            ("用户抱怨结账缓慢、付款失败", &[slow]),
            ("Customers cannot log in", &["登录不上，密码不对"]),
            ("深色模式", &["希望增加深色模式"]),
            ("Dark mode is missed", &["please add a dark mode"]),
        ] {
            assert_eq!(check(claim, texts, ""), Ok(()), "{claim}");
        }
    }

    #[test]
    fn what_stands_nowhere_is_refused_with_its_reason() {
        use RemovedReason::{UnknownAddress, UnknownNumber, Unsupported};
        let pay = "The payment failed since the update";
        for (claim, texts, reason) in [
            ("The camera is blurry at night", &[pay][..], Unsupported),
            ("相机夜间拍照模糊", &[pay], Unsupported),
            ("Users praise the friendly delivery couriers and the fresh fruit", &[pay], Unsupported),
            ("Payment failed for 45 users", &[pay], UnknownNumber),
            ("Half of the payments failed", &[pay], UnknownNumber),
            ("Payment failed, reset it at https://evil.example/pay", &[pay], UnknownAddress),
            ("I love the payment, it is great", &["the payment is terrible, I hate it"], Unsupported),
            ("Users", &[pay], Unsupported),
            ("", &[pay], Unsupported),
            ("Payment failed", &[], Unsupported),
        ] {
            assert_eq!(check(claim, texts, ""), Err(reason), "{claim}");
        }
    }

    #[test]
    fn the_reports_own_numbers_may_be_repeated() {
        let claim = "45 people say that the payment failed";
        assert_eq!(check(claim, &["payment failed"], "people: 45, share: 12.5%"), Ok(()));
        assert_eq!(check(claim, &["payment failed"], "people: 44"), Err(RemovedReason::UnknownNumber));
    }

    #[test]
    fn a_single_text_has_to_do_with_a_claim_or_not() {
        let claim = Claim::new("Payments fail");
        assert!(claim.touches(&Ground::new("付款失败", "")));
        assert!(!claim.touches(&Ground::new("the courier was rude", "")));
    }
}

//! What a colleague needs who takes a conversation over: the question that is open, and the entries nearest to it.

use flywheel_spec::Language;
use flywheel_spec::feedback::support::{Conversation, Speaker};

use super::check::has_word;
use super::faq::{Faq, LONGEST, read};
use super::signal::Said;

/// The share of a question's words that must be known, by weight, for anything to be near to it.
const LEAST_KNOWN: f32 = 0.1;

/// An entry near a question, in one language.
#[derive(Debug, Clone, PartialEq)]
pub struct NearEntry {
    /// Its id.
    pub id: String,
    /// Its question.
    pub question: String,
    /// Its answer.
    pub answer: String,
    /// How likely it is what was asked, 0 to 1; known of the nearest, 0 of the others.
    pub confidence: f64,
}

impl Faq {
    /// The entries nearest to a question, nearest first, however far they are; none where no word of it is known.
    pub fn near(&self, text: &str, language: Language, most: usize) -> Vec<NearEntry> {
        let query = self.query(&read(text).0, None);
        if query.known < LEAST_KNOWN {
            return Vec::new();
        }
        let found = self.found(&query, None, language);
        let entries = found.candidates.iter().take(most).enumerate().filter_map(|(place, choice)| {
            let voice = self.entries[self.number(&choice.id)? as usize].voice(language);
            Some(NearEntry {
                id: choice.id.clone(),
                question: voice.question.clone(),
                answer: voice.answer.clone(),
                confidence: if place == 0 { found.confidence } else { 0.0 },
            })
        });
        entries.collect()
    }
}

/// The question that a conversation leaves open: the customer's last words that ask something, not those that greet,
/// scold, choose, or ask for a person; absent where there are none.
pub fn open_question(conversation: &Conversation) -> Option<String> {
    let customer = conversation.turns.iter().rev().filter(|turn| turn.speaker == Speaker::Customer);
    let asked = customer.map(|turn| turn.text.as_str()).find(|text| {
        let folded = read(text).0;
        let said = Said::of(&folded);
        let asks = has_word(&folded) && folded.chars().any(char::is_alphabetic);
        asks && !said.asks_for_person() && said.small_talk().is_none() && !said.says("insult")
    });
    let kept = || conversation.pending_question.as_deref().or(conversation.last_question.as_deref());
    let question: String = asked.or_else(kept)?.trim().chars().take(LONGEST).collect();
    (!question.is_empty()).then_some(question)
}

#[cfg(test)]
mod tests {
    use flywheel_spec::feedback::support::{FaqEntry, SupportSpec, Turn};

    use super::*;

    #[test]
    fn the_open_question_is_the_last_that_asks_something() {
        for (said, expected) in [
            (&["怎么退款？", "转人工"][..], Some("怎么退款？")),
            (&["How do I get a refund?", "hello?", "human please"], Some("How do I get a refund?")),
            (&["Where is my order", "2", "thanks"], Some("Where is my order")),
            (&["你好", "人工"], None),
            (&[], None),
        ] {
            let turn = |text: &&str| Turn {
                time: 0,
                speaker: Speaker::Customer,
                text: (*text).to_owned(),
                entry: None,
            };
            let conversation =
                Conversation { turns: said.iter().map(turn).collect(), ..Conversation::default() };
            assert_eq!(open_question(&conversation).as_deref(), expected, "{said:?}");
        }
    }

    #[test]
    fn entries_come_nearest_first_in_the_language_that_is_asked_for() {
        let entry = |id: &str, question: &str, answer: &str| FaqEntry {
            id: id.to_owned(),
            question: question.to_owned(),
            answer: answer.to_owned(),
            ..FaqEntry::default()
        };
        let entries = [
            entry("refund", "How do I get a refund?", "Within 14 days, under Orders."),
            entry("refund", "怎么退款？", "14 天内可在“订单”中退款。"),
            entry("password", "How do I reset my password?", "Press Forgot password."),
        ];
        let faq = Faq::train(&entries, &SupportSpec::default(), None).expect("a clean file");
        let near = faq.near("I want my money back, a refund", Language::Zh, 2);
        assert_eq!(near[0].id, "refund");
        assert_eq!(near[0].answer, "14 天内可在“订单”中退款。");
        assert!(near.len() <= 2);
        let far = faq.near("xylophone zebra quantum", Language::En, 2);
        assert!(far.iter().all(|entry| entry.confidence < 0.3), "{far:?}");
    }
}

//! What people say around their question: greetings, thanks, the wish for a person, anger.

use std::collections::HashMap;
use std::sync::OnceLock;

use flywheel_language::is_han;

/// Phrases by section; written for the project.
const LINES: &str = include_str!("../../words/service.txt");

/// A kind of small talk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum SmallTalk {
    /// Yes, no, I see.
    Fine,
    Greeting,
    Thanks,
    Bye,
}

/// A message as it sounds: its words with one space between and around them, no marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    spaced: String,
    /// The same without spaces, for Chinese.
    close: String,
}

impl Said {
    /// Of a folded text.
    pub(super) fn of(folded: &str) -> Self {
        let mut spaced = String::from(" ");
        let mut before = ' ';
        for character in folded.chars() {
            let spoken = character.is_alphanumeric() || character == '\'' || is_picture(character);
            let character = if spoken { character } else { ' ' };
            if is_han(character) != is_han(before) && before != ' ' && character != ' ' {
                spaced.push(' ');
            }
            if character != ' ' || before != ' ' {
                spaced.push(character);
            }
            before = character;
        }
        if !spaced.ends_with(' ') {
            spaced.push(' ');
        }
        let close = spaced.split(' ').collect();
        Self { spaced, close }
    }

    /// Whether a person is asked for.
    pub(super) fn asks_for_person(&self) -> bool {
        // A short word names many things (人工智能, an estate agent): it must be the whole message.
        let short = |phrase: &str| {
            let han = phrase.chars().all(is_han);
            if han { phrase.chars().count() < 3 } else { !phrase.contains(' ') }
        };
        let whole = self.without(&["greeting", "filler", "thanks"]);
        let asks = section("human")
            .iter()
            .any(|phrase| if short(phrase) { whole == *phrase } else { self.contains_by_itself(phrase) });
        (asks || section("human_alone").contains(&whole.as_str())) && !self.says("not_human")
    }

    /// Whether a phrase of a section stands in it.
    pub(super) fn says(&self, name: &str) -> bool {
        section(name).iter().any(|phrase| self.contains(phrase))
    }

    /// Whether it begins with a phrase of a section and goes on.
    pub(super) fn begins(&self, name: &str) -> bool {
        section(name).iter().any(|phrase| {
            if phrase.contains(is_han) {
                self.close.len() > phrase.len() && self.close.starts_with(phrase)
            } else {
                let rest = self.spaced[1..].strip_prefix(phrase);
                rest.is_some_and(|rest| rest.starts_with(' ') && rest.len() > 1)
            }
        })
    }

    /// Whether the message is one phrase of a section and nothing else.
    pub(super) fn is_only(&self, name: &str) -> bool {
        let whole = self.spaced.trim();
        section(name).iter().any(|phrase| *phrase == whole || *phrase == self.close)
    }

    /// The small talk that it consists of; absent where there is anything beside it.
    pub(super) fn small_talk(&self) -> Option<SmallTalk> {
        let all = ["greeting", "thanks", "bye", "fine", "filler"];
        if self.close.is_empty() || !self.without(&all).is_empty() {
            return None;
        }
        let kinds = [
            ("bye", SmallTalk::Bye),
            ("thanks", SmallTalk::Thanks),
            ("greeting", SmallTalk::Greeting),
            ("fine", SmallTalk::Fine),
        ];
        kinds.into_iter().find(|(name, _)| self.says(name)).map(|(_, kind)| kind)
    }

    /// The message without the greetings and thanks at its ends; absent where there are none, or nothing else.
    pub(super) fn question(&self) -> Option<String> {
        let rest = self.without(&["greeting", "thanks", "bye"]);
        (!rest.is_empty() && rest != self.spaced.trim()).then_some(rest)
    }

    /// As it sounds, without the spaces around it.
    pub(super) fn text(&self) -> &str {
        self.spaced.trim()
    }

    /// Without its spaces.
    pub(super) fn close(&self) -> &str {
        &self.close
    }

    fn contains(&self, phrase: &str) -> bool {
        if phrase.contains(is_han) || phrase.contains(is_picture) {
            return self.close.contains(phrase);
        }
        self.spaced.match_indices(phrase).any(|(at, _)| {
            self.spaced[..at].ends_with(' ') && self.spaced[at + phrase.len()..].starts_with(' ')
        })
    }

    /// Whether it stands in it and does not end within another word: 找个人 does in 找个人主页.
    fn contains_by_itself(&self, phrase: &str) -> bool {
        if !phrase.contains(is_han) {
            return self.contains(phrase);
        }
        let within = |from: usize, to: usize| {
            let mut words = section("other_word")
                .iter()
                .flat_map(|word| self.close.match_indices(*word).map(|(at, word)| (at, at + word.len())));
            words.any(|(begin, end)| from <= begin && begin < to && to < end)
        };
        self.close.match_indices(phrase).any(|(at, _)| !within(at, at + phrase.len()))
    }

    /// What is left when phrases of these sections are taken from both ends, as long as there are any.
    fn without(&self, names: &[&str]) -> String {
        let mut phrases: Vec<&str> = names.iter().flat_map(|name| section(name)).copied().collect();
        phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.len()));
        let mut rest = self.spaced.trim();
        let ends = |rest: &str, phrase: &str| {
            rest.is_empty() || phrase.contains(is_han) || phrase.contains(is_picture) || rest.starts_with(' ')
        };
        let begins = |rest: &str, phrase: &str| {
            rest.is_empty() || phrase.contains(is_han) || phrase.contains(is_picture) || rest.ends_with(' ')
        };
        loop {
            let front =
                phrases.iter().find_map(|phrase| rest.strip_prefix(phrase).filter(|left| ends(left, phrase)));
            let back = || {
                phrases
                    .iter()
                    .find_map(|phrase| rest.strip_suffix(phrase).filter(|left| begins(left, phrase)))
            };
            match front.or_else(back) {
                Some(left) => rest = left.trim(),
                None => return rest.to_owned(),
            }
        }
    }
}

/// Whether a character is a picture that can be said: a thumb, folded hands.
fn is_picture(character: char) -> bool {
    matches!(character, '\u{1f44d}' | '\u{1f64f}')
}

fn section(name: &str) -> &'static [&'static str] {
    static SECTIONS: OnceLock<HashMap<&'static str, Vec<&'static str>>> = OnceLock::new();
    let sections = SECTIONS.get_or_init(|| {
        let mut sections: HashMap<&str, Vec<&str>> = HashMap::new();
        let mut current = "";
        for line in LINES.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            match line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                Some(name) => current = name,
                None => sections.entry(current).or_default().push(line),
            }
        }
        sections
    });
    sections.get(name).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use flywheel_language::fold;

    use super::*;

    fn said(text: &str) -> Said {
        Said::of(&fold(text))
    }

    #[test]
    fn every_phrase_is_folded_and_every_section_is_there() {
        for line in LINES.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            assert_eq!(fold(line), line);
        }
        for name in [
            "greeting",
            "thanks",
            "bye",
            "fine",
            "filler",
            "human",
            "human_alone",
            "other_word",
            "not_human",
            "insult",
            "asking",
            "complaint",
            "unhelpful",
            "yes",
            "none",
            "follow_up",
            "reference",
        ] {
            assert!(!section(name).is_empty(), "{name}");
        }
    }

    #[test]
    fn small_talk_is_a_message_without_a_question() {
        for (text, expected) in [
            ("Hello!", Some(SmallTalk::Greeting)),
            ("hi there, good morning", Some(SmallTalk::Greeting)),
            ("Hello, thank you so much for your help!!", Some(SmallTalk::Thanks)),
            ("ok thanks, bye", Some(SmallTalk::Bye)),
            ("👍👍", Some(SmallTalk::Thanks)),
            ("你好，在吗？", Some(SmallTalk::Greeting)),
            ("好的谢谢，再见", Some(SmallTalk::Bye)),
            ("嗯嗯", Some(SmallTalk::Fine)),
            ("hello, where is my card", None),
            ("你好，我要退款", None),
            ("行李丢了", None),
            ("", None),
            ("???", None),
        ] {
            assert_eq!(said(text).small_talk(), expected, "{text}");
        }
    }

    #[test]
    fn a_person_is_asked_for_in_many_words_and_not_by_every_agent() {
        for (text, expected) in [
            ("Can I talk to a human?", true),
            ("AGENT!", true),
            ("hi, human please", true),
            ("i want to speak to your manager now", true),
            ("转人工", true),
            ("我要人工客服", true),
            ("你好，人工", true),
            ("請轉人工", true),
            ("is my estate agent insured", false),
            ("人工智能是什么", false),
            ("don't transfer me to a human, just tell me the price", false),
            ("不要转人工", false),
            ("我想找个人聊聊", true),
            ("能找个人帮我看看吗", true),
            ("在哪里找个人主页", false),
            ("在哪里找个人主页？转人工吧", true),
            ("我要人工", true),
            ("需要人工智能吗", false),
            ("提现需要人工审核吗", false),
            ("Live chat please", true),
            ("I want live chat", true),
            ("can you connect me to live chat", true),
            ("does live chat work on weekends?", false),
            ("人工客服的上班时间？", false),
            ("晚上十点还有人工客服吗", false),
            ("人工客服几点下班", false),
            ("有人工客服吗", true),
            ("What time can I talk to a person?", false),
        ] {
            assert_eq!(said(text).asks_for_person(), expected, "{text}");
        }
    }

    #[test]
    fn the_question_stands_without_its_greeting() {
        assert_eq!(said("Hi! where is my card? Thanks").question().as_deref(), Some("where is my card"));
        assert_eq!(said("你好，怎么退款").question().as_deref(), Some("怎么退款"));
        assert_eq!(said("where is my card").question(), None);
        assert_eq!(said("hello").question(), None);
    }

    #[test]
    fn anger_is_heard() {
        assert!(said("you are useless").says("insult") && said("你们这些骗子").says("insult"));
        assert!(said("你们什么破系统，根本没用").says("insult"));
        assert!(said("I will SUE you").says("complaint") && said("我要投诉").says("complaint"));
        assert!(!said("the issue is my card").says("complaint"));
    }
}

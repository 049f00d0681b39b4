//! How a message sounds, by a lexicon and rules of both languages, without a label or a download.
//!
//! Opinion words have a strength; what stands around them turns it (negation), scales it (very, a bit), or makes it
//! count less (a question, a wish, how it once was) or more (what follows a "but", what sums up).
//! The words are in `words/mood_en.txt`, `words/mood_zh.txt` and `words/emoji.txt`.

mod irony;
pub mod learned;
mod opinions;
pub mod taught;
mod words;

use flywheel_spec::feedback::{Mood, MoodLabel};

use crate::lexicon::Lexicon;
use crate::reading::Reading;
pub use opinions::Opinion;
use words::Meaning;

/// The words that have a mood.
pub(crate) const FILES: [&str; 2] = words::FILES;

/// Reads moods; costly to make (the word files are read), cheap to share.
#[derive(Debug)]
pub struct Reader {
    lexicon: Lexicon<Meaning>,
}

/// What a reading of a message's opinions came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Opinions {
    /// Each opinion in its order, with what it counts for here.
    pub each: Vec<Opinion>,
    /// The sum of what is praised, 0 or more.
    pub praise: f64,
    /// The sum of what is blamed, 0 or more.
    pub blame: f64,
    /// Whether the praise is likely meant the other way.
    pub sarcastic: bool,
}

impl Default for Reader {
    fn default() -> Self {
        Self::new()
    }
}

impl Reader {
    /// A reader with the project's own words.
    pub fn new() -> Self {
        Self { lexicon: Lexicon::new(words::meanings()) }
    }

    /// The mood of a text; of an empty one, none.
    pub fn read(&self, text: &str) -> Mood {
        self.mood(&Reading::new(text))
    }

    /// The mood of a message that was made ready.
    pub fn mood(&self, reading: &Reading<'_>) -> Mood {
        self.opinions(reading).mood()
    }

    /// The opinions of a message that was made ready.
    pub fn opinions(&self, reading: &Reading<'_>) -> Opinions {
        let units = self.lexicon.units(reading);
        let (mut each, weak) = opinions::opinions(reading, &units);
        let sarcastic = irony::is_likely(reading, &units, &each);
        if sarcastic {
            // Mockery is rarely kind: its praise is a light blame.
            for opinion in each.iter_mut().filter(|opinion| opinion.value > 0.0) {
                opinion.value *= -0.4;
            }
        }
        let praise = each.iter().map(|opinion| opinion.value.max(0.0)).sum::<f64>();
        let blame = each.iter().map(|opinion| (-opinion.value).max(0.0)).sum::<f64>();
        // Hints speak where opinions don't.
        let blame = blame + weak * 2.0 * HALF / (2.0 * HALF + praise + blame);
        Opinions { each, praise, blame, sarcastic }
    }
}

/// How much evidence makes half a certainty, in strengths of the lexicon.
const HALF: f64 = 3.0;
/// The square of the evidence that bends the score; VADER (Hutto and Gilbert 2014) has 15 for strengths up to 4.
const BEND: f64 = 12.0;
/// From where on a score has a side.
const SIDE: f64 = 0.1;

impl Opinions {
    /// The mood that these opinions make.
    pub fn mood(&self) -> Mood {
        let sum = self.praise - self.blame;
        let evidence = self.praise + self.blame;
        if evidence <= 0.0 {
            return Mood { sarcastic: self.sarcastic, ..Mood::NONE };
        }
        let score = sum / (sum * sum + BEND).sqrt();
        let undivided = sum.abs() / evidence;
        let certainty = evidence / (evidence + HALF) * (0.3 + 0.7 * undivided);
        let doubt = if self.sarcastic { 0.4 } else { 1.0 };
        Mood { score, certainty: certainty * doubt, label: label(score), sarcastic: self.sarcastic }
    }
}

/// The word for a score.
pub fn label(score: f64) -> MoodLabel {
    if score >= SIDE {
        MoodLabel::Positive
    } else if score <= -SIDE {
        MoodLabel::Negative
    } else {
        MoodLabel::Neutral
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;

    static READER: LazyLock<Reader> = LazyLock::new(Reader::new);

    const GOOD: MoodLabel = MoodLabel::Positive;
    const SO_SO: MoodLabel = MoodLabel::Neutral;
    const BAD: MoodLabel = MoodLabel::Negative;

    #[test]
    fn what_stands_around_an_opinion_turns_it_or_not() {
        let mut wrong = Vec::new();
        for (text, expected) in [
            ("Works great, love it", GOOD),
            ("not bad at all", GOOD),
            ("not good", BAD),
            ("I don't think this is a good idea of service, it is not helpful", BAD),
            ("never been so disappointed", BAD),
            ("no more crashes", GOOD),
            ("no problems at all", GOOD),
            ("Your chat support is not working on your site", BAD),
            ("The room was small but the staff were absolutely wonderful", GOOD),
            ("The staff were nice, but the app is terrible", BAD),
            ("It used to be great", BAD),
            ("worse than before", BAD),
            ("I can't recommend this enough", GOOD),
            ("soooo goooood!!!", GOOD),
            ("#worstservice ever", BAD),
            ("When does the shop open on Sunday?", SO_SO),
            ("The parcel is in the hall", SO_SO),
            ("很好用", GOOD),
            ("不是不好用", GOOD),
            ("没有什么不好", GOOD),
            ("不好用", BAD),
            ("一点也不方便", BAD),
            ("没有任何惊喜", BAD),
            ("房间不大但是很干净很温馨", GOOD),
            ("位置不错,但是服务态度太差了", BAD),
            ("不如以前", BAD),
            ("比以前好用", GOOD),
            ("差不多就这样寄来的", SO_SO),
            ("還不錯,服務很熱情", GOOD),
            ("闪退,打不开", BAD),
            ("总体来说还不错", GOOD),
            ("APP 很好用 thanks", GOOD),
            ("找回密码的链接打不开,谢谢", BAD),
            ("谢谢", GOOD),
            ("速度不是一般的慢", BAD),
            ("慢得不能再慢了", BAD),
            ("没吃过这么难吃的", BAD),
            ("汤全洒了,等了两个小时才送到", BAD),
            ("大冷天还准时送到,热乎乎的", GOOD),
            ("从来不给差评,今天忍不了了", BAD),
            ("一点诚信都没有", BAD),
            ("噪音小,散热好", GOOD),
            ("换了三张卡", SO_SO),
            ("小王子陪我长大", SO_SO),
            ("The app is not working properly", BAD),
            ("Support did not solve my issue", BAD),
            ("very dissapointed", BAD),
            ("I mean, it works great", GOOD),
            ("My calls are loud and clear, excelent", GOOD),
        ] {
            let mood = READER.read(text);
            if mood.label != expected {
                wrong.push((text, mood));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn pictures_and_signs_speak() {
        for (text, expected) in [
            ("👍👍👍", GOOD),
            ("😡", BAD),
            (":(", BAD),
            ("the update :)", GOOD),
            ("see https://a.b/c", SO_SO),
            ("[怒]", BAD),
            ("❤️", GOOD),
        ] {
            assert_eq!(READER.read(text).label, expected, "{text}");
        }
        let (one, ten) = (READER.read("😡"), READER.read("😡😡😡😡😡😡😡😡😡😡"));
        assert!(ten.score < one.score && ten.score > -0.8, "{one:?} {ten:?}");
    }

    #[test]
    fn a_praise_that_mocks_is_never_certain() {
        for text in [
            "yeah right",
            "呵呵",
            "great, another crash",
            "Thanks for losing my bag",
            "nice service 🙄",
            "Your \"great\" support hung up on me",
            "Oh great, cancelled again",
        ] {
            let mood = READER.read(text);
            assert!(mood.sarcastic && mood.certainty < 0.4, "{text}: {mood:?}");
            assert_ne!(mood.label, GOOD, "{text}: {mood:?}");
        }
        for text in
            ["Thanks for the quick help!", "great flight! Great view! :-)", "很好,呵呵,下次还来", "加油 😄"]
        {
            assert!(!READER.read(text).sarcastic, "{text}");
        }
    }

    #[test]
    fn stronger_words_make_a_stronger_mood() {
        let score = |text: &str| READER.read(text).score;
        assert!(score("very good") > score("good"));
        assert!(score("good") > score("a bit good"));
        assert!(score("amazing") > score("good"));
        assert!(score("是非常好吃") > score("有点好吃"));
        assert!(score("would be great if it was good") < score("it is great and good"));
        assert!(score("is it good?") < score("it is good"));
    }

    #[test]
    fn whatever_arrives_is_read() {
        let long = "The app is slow and 客服态度差! ".repeat(40_000);
        let mood = READER.read(&long);
        assert_eq!(mood.label, BAD);
        for text in [
            "",
            " \n\t",
            "\0\0",
            "bad\0 app",
            "التطبيق لا يعمل",
            "שלום",
            "\u{feff}",
            "''''",
            "#",
            "@",
            "....",
            "!!!",
        ] {
            READER.read(text);
        }
        assert_eq!(READER.read(""), Mood::NONE);
        assert_eq!(READER.read("bad\0 app").label, BAD);
    }

    #[test]
    #[expect(clippy::print_stderr, reason = "a test that is left out says so")]
    fn real_sentences_are_read_right_without_a_label() {
        let Ok(data) = std::env::var("FLYWHEEL_DATA") else {
            eprintln!("left out: FLYWHEEL_DATA names no folder of real data");
            return;
        };
        for (name, least) in [("amazon_cells", 0.84), ("yelp", 0.82), ("imdb", 0.78)] {
            let path = format!("{data}/text_en_uci_sentences/{name}_labelled.txt");
            let text = std::fs::read_to_string(path).expect("the sentences are there");
            let rows: Vec<(&str, bool)> = text
                .lines()
                .filter_map(|line| line.rsplit_once('\t'))
                .map(|(text, label)| (text, label.trim() == "1"))
                .collect();
            let right =
                rows.iter().filter(|(text, pleased)| (READER.read(text).score >= 0.0) == *pleased).count();
            assert!(right as f64 >= least * rows.len() as f64, "{name}: {right} of {}", rows.len());
        }
    }

    proptest! {
        #[test]
        fn a_mood_is_in_its_range_and_always_the_same(
            text in "\\PC{0,80}|([a-z ]|not |very |good |bad |but |, |\\? |不|好|差|没有|但是|👍|🙄|\n){0,30}",
        ) {
            let mood = READER.read(&text);
            prop_assert!((-1.0..=1.0).contains(&mood.score));
            prop_assert!((0.0..=1.0).contains(&mood.certainty));
            prop_assert_eq!(mood.label, label(mood.score));
            prop_assert_eq!(mood, READER.read(&text));
        }
    }
}

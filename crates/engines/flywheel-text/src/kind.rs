//! What a message is for: a fault, a wish, a question, praise, blame, or no more than stars say.

use std::collections::BTreeMap;

use flywheel_language::{TermKind, stem, terms};
use flywheel_spec::feedback::{Kind, MessageKind, Mood, MoodLabel};

use crate::lexicon::{Lexicon, Unit, entries};
use crate::mood::Opinions;
use crate::reading::{Reading, Sort};
use crate::subjects::{is_function, is_value};

pub(crate) const FILES: [&str; 2] =
    [include_str!("../words/kind_en.txt"), include_str!("../words/kind_zh.txt")];

/// Tells the kinds of messages apart; costly to make (the word files are read), cheap to share.
#[derive(Debug)]
pub struct Sorter {
    lexicon: Lexicon<Cue>,
}

/// What a word speaks for, in weights of 0 to 3.
#[derive(Debug, Clone, Copy, Default)]
struct Cue {
    bug: f32,
    feature: f32,
    question: f32,
}

/// What speaks for each kind of a message, by its words alone.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Cues {
    /// How much speaks for a fault.
    pub bug: f64,
    /// How much speaks for a wish.
    pub feature: f64,
    /// How much speaks for a question.
    pub question: f64,
    /// Whether it holds a question mark.
    pub asks: bool,
    /// Whether it has nothing but a mood.
    pub bare: bool,
}

/// From which weight on cues carry a kind.
const CARRIES: f64 = 1.5;
/// What a question keeps of its weight beside the fewest stars.
const RHETORICAL: f64 = 0.4;
/// Words that take a fault back: "no bugs", "从不闪退".
const TAKES_BACK: &[&str] = &[
    "no", "never", "without", "zero", "any", "hasn't", "haven't", "didn't", "doesn't", "没有", "没", "不",
    "无", "从不", "从未", "不再",
];

impl Default for Sorter {
    fn default() -> Self {
        Self::new()
    }
}

impl Sorter {
    /// A sorter with the project's own words.
    pub fn new() -> Self {
        let mut cues = BTreeMap::<String, Cue>::new();
        for (role, forms) in FILES.iter().flat_map(|file| entries(file)) {
            let Some((kind, weight)) = role.split_once(':') else { continue };
            let weight: f32 = weight.parse().unwrap_or(1.0);
            for form in forms {
                let cue = cues.entry(form).or_default();
                let place = match kind {
                    "bug" => &mut cue.bug,
                    "feature" => &mut cue.feature,
                    _ => &mut cue.question,
                };
                *place = place.max(weight);
            }
        }
        Self { lexicon: Lexicon::new(cues) }
    }

    /// What a message is for. The rating, where one came with it on a scale of 1 to 5, speaks where the words do not.
    pub fn kind(&self, reading: &Reading<'_>, rating: Option<f64>, opinions: &Opinions, mood: &Mood) -> Kind {
        self.cues(reading, opinions).kind(rating, mood)
    }

    /// What speaks for each kind.
    pub fn cues(&self, reading: &Reading<'_>, opinions: &Opinions) -> Cues {
        let (bug, feature, question) = self.weigh(reading, &self.lexicon.units(reading));
        let mark = reading.tokens.iter().any(|token| token.sort == Sort::Mark('?'));
        // In Chinese the last word may ask without a mark.
        let last = reading.folded.trim_end_matches(['.', '。', '!', '~', ' ']);
        let asks = mark || last.ends_with('吗');
        Cues { bug, feature, question, asks, bare: says_no_more_than_stars(reading, opinions) }
    }

    /// What speaks for a fault, a wish and a question.
    fn weigh(&self, reading: &Reading<'_>, units: &[Unit<Cue>]) -> (f64, f64, f64) {
        let (mut bug, mut feature, mut question) = (0.0, 0.0, 0.0);
        for (at, unit) in units.iter().enumerate() {
            let Some(cue) = unit.meaning else { continue };
            let before = units[..at].iter().rev().take(2);
            let back = before
                .filter(|unit| !matches!(unit.sort, Sort::Mark(_)))
                .any(|unit| TAKES_BACK.contains(&&reading.folded[unit.start..unit.end]));
            if !back {
                bug += f64::from(cue.bug);
            }
            feature += f64::from(cue.feature);
            // A question word asks at the beginning, and says less inside.
            let begins = at == 0 || matches!(units[at - 1].sort, Sort::Mark(_) | Sort::Name);
            let han = unit.sort == Sort::Han;
            question += f64::from(cue.question) * if begins || han { 1.0 } else { 0.5 };
        }
        (bug, feature, question)
    }
}

impl Cues {
    /// What a message with these cues is for; the rating and the mood speak as in [`Sorter::kind`].
    pub fn kind(self, rating: Option<f64>, mood: &Mood) -> Kind {
        let Self { mut bug, mut feature, mut question, asks, bare } = self;
        if asks && question > 0.0 {
            question += 2.0;
        }
        // Whoever gives the fewest stars rarely waits for an answer: "how is one to eat that?".
        if rating.is_some_and(|rating| rating <= 2.0) {
            question *= RHETORICAL;
        }
        if mood.score > 0.5 && !mood.sarcastic || rating.is_some_and(|rating| rating >= 4.0) {
            bug *= 0.6;
        } else if mood.label == MoodLabel::Negative || rating.is_some_and(|rating| rating <= 2.0) {
            bug *= 1.15;
            feature *= 0.9;
        }
        let best = bug.max(feature);
        // A question about a fault reports it; one that wishes for a thing asks for it.
        if asks && question >= CARRIES && question > best {
            return sure(MessageKind::Question, question, best);
        }
        // What is plainly praise needs more than one weak cue to be something else.
        let needed = if mood.score > 0.3 { 2.0 * CARRIES } else { CARRIES };
        if best >= needed {
            return if bug >= feature {
                sure(MessageKind::Bug, bug, feature.max(question * 0.5))
            } else {
                sure(MessageKind::FeatureRequest, feature, bug.max(question * 0.5))
            };
        }
        if question >= CARRIES {
            return sure(MessageKind::Question, question, best);
        }
        if bare {
            return Kind { kind: MessageKind::RatingOnly, certainty: 0.8 };
        }
        let certainty = mood.certainty;
        match mood.label {
            MoodLabel::Positive => Kind { kind: MessageKind::Praise, certainty },
            MoodLabel::Negative => Kind { kind: MessageKind::Complaint, certainty },
            MoodLabel::Neutral => match rating {
                Some(rating) if rating >= 4.0 => Kind { kind: MessageKind::Praise, certainty: 0.4 },
                Some(rating) if rating <= 2.0 => Kind { kind: MessageKind::Complaint, certainty: 0.4 },
                _ => Kind { kind: MessageKind::Other, certainty: (1.0 - best / CARRIES).clamp(0.0, 0.5) },
            },
        }
    }
}

/// A kind with the certainty that its weight and its lead give it.
fn sure(kind: MessageKind, weight: f64, next: f64) -> Kind {
    let lead = (weight - next).max(0.0) / (weight + next);
    Kind { kind, certainty: (weight / (weight + CARRIES) * (0.4 + 0.6 * lead) * 1.3).min(1.0) }
}

/// How many words beside its opinions a message has that says no more than stars do.
const FEW_WORDS: usize = 5;

/// Whether a message has nothing but a mood: "good app", "👍👍", "好评", nothing at all.
fn says_no_more_than_stars(reading: &Reading<'_>, opinions: &Opinions) -> bool {
    let spoken = reading
        .tokens
        .iter()
        .filter(|token| !matches!(token.sort, Sort::Mark(_) | Sort::Sign(..) | Sort::Name));
    let mut words = 0_usize;
    let mut han = 0_usize;
    for token in spoken.take(80) {
        let inside = |place: &std::ops::Range<usize>| place.start <= token.start && token.end <= place.end;
        if opinions.each.iter().any(|opinion| inside(&opinion.place)) {
            continue;
        }
        if token.sort == Sort::Han { han += 1 } else { words += 1 }
    }
    let said = opinions.each.iter().filter(|opinion| !opinion.sign).count();
    said <= 2 && words + han.div_ceil(2) <= FEW_WORDS && names_nothing(reading, opinions)
}

/// What everybody calls the thing that is rated, and what is said in passing.
const PRODUCT: &str = "app apps application game games software program product item site website job work one ever \
软件 应用 产品 东西 宝贝 商品 店 店家 店铺 商家 卖家 平台 游戏 酒店 个人 总体 总的来说 整体 继续 加油 努力 下次 会 再来 \
哟 哒 喽 呗 呦 哇 耶 嘻嘻 五星 五颗星 满分 强烈 极力 购买 光顾 入住 回购 一如既往 名不虚传 不愧";

/// Whether a message names no more than what is rated: "charged twice" and "送餐快,味道好" tell something of it.
fn names_nothing(reading: &Reading<'_>, opinions: &Opinions) -> bool {
    !terms(&reading.folded).into_iter().any(|term| {
        let stemmed = stem(term.text);
        let subject = matches!(term.kind, TermKind::Word | TermKind::Han)
            && !PRODUCT.split(' ').any(|word| word == term.text)
            && !is_function(term.text, &stemmed)
            && !is_value(term.text, &stemmed);
        let place = &term.place;
        let opinion = opinions
            .each
            .iter()
            .map(|opinion| &opinion.place)
            .find(|opinion| opinion.start < place.end && place.start < opinion.end);
        subject
            && opinion.is_none_or(|opinion| {
                // "味道不错" is an opinion that names its thing.
                term.kind == TermKind::Han && term.text.chars().count() > 1 && opinion.len() > place.len()
            })
    })
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;
    use crate::mood::Reader;

    static BOTH: LazyLock<(Sorter, Reader)> = LazyLock::new(|| (Sorter::new(), Reader::new()));

    fn kind(sorter: &Sorter, reader: &Reader, text: &str, rating: Option<f64>) -> Kind {
        let reading = Reading::new(text);
        let opinions = reader.opinions(&reading);
        sorter.kind(&reading, rating, &opinions, &opinions.mood())
    }

    #[test]
    fn a_message_is_for_what_its_words_ask() {
        let (sorter, reader) = (Sorter::new(), Reader::new());
        for (text, expected) in [
            ("The app crashes when I open the camera", MessageKind::Bug),
            ("一打开就闪退,登录不了", MessageKind::Bug),
            ("Please add a dark mode", MessageKind::FeatureRequest),
            ("希望增加夜间模式", MessageKind::FeatureRequest),
            ("How do I change my password?", MessageKind::Question),
            ("请问怎么退款?", MessageKind::Question),
            ("The staff were friendly and the room was clean and quiet all week", MessageKind::Praise),
            ("服务员很热情,早餐也很丰富,房间干净", MessageKind::Praise),
            ("The driver was rude and the food was cold and expensive", MessageKind::Complaint),
            ("客服态度恶劣,价格又贵,房间很脏", MessageKind::Complaint),
            ("good app", MessageKind::RatingOnly),
            ("好评", MessageKind::RatingOnly),
            ("👍👍", MessageKind::RatingOnly),
            ("", MessageKind::RatingOnly),
            ("Charged twice for one order, refund please", MessageKind::Complaint),
            ("Support was quick and really helpful", MessageKind::Praise),
            ("送餐快,味道不错", MessageKind::Praise),
            ("被扣了两次钱,要退款", MessageKind::Complaint),
            ("有学生优惠吗", MessageKind::Question),
            ("态度有问题,菜也太失败了,不建议大家来", MessageKind::Complaint),
            ("I flew from Boston to Denver with my family in March", MessageKind::Other),
        ] {
            let found = kind(&sorter, &reader, text, None);
            assert_eq!(found.kind, expected, "{text}: {found:?}");
        }
    }

    #[test]
    fn a_rating_speaks_where_the_words_do_not() {
        let (sorter, reader) = (Sorter::new(), Reader::new());
        let text = "I flew from Boston to Denver with my family in March";
        assert_eq!(kind(&sorter, &reader, text, Some(5.0)).kind, MessageKind::Praise);
        assert_eq!(kind(&sorter, &reader, text, Some(1.0)).kind, MessageKind::Complaint);
        let text = "菜都凉了,让人怎么吃?";
        assert_eq!(kind(&sorter, &reader, text, Some(1.0)).kind, MessageKind::Complaint);
        let text = "请问怎么退款?";
        assert_eq!(kind(&sorter, &reader, text, Some(1.0)).kind, MessageKind::Question);
    }

    proptest! {
        #[test]
        fn every_message_has_a_kind_with_a_certainty_in_its_range(text in "\\PC{0,60}|[a-z闪退希望吗? ]{0,30}") {
            let found = kind(&BOTH.0, &BOTH.1, &text, None);
            prop_assert!((0.0..=1.0).contains(&found.certainty));
        }
    }
}

//! Questions that people keep asking, those that ask the same thing together.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::OnceLock;

use flywheel_language::{fold, plain};
use rayon::prelude::*;
use regex::Regex;
use xxhash_rust::xxh3::xxh3_64;

use crate::phrases::is_aside;
use crate::pile::Pile;
use crate::subjects::{concept_of, concepts_in};
use crate::tokens::{Part, Reading, read};

/// The share of words in common from which two questions are one.
const SAME: f64 = 0.5;
/// Groups that a further question is compared with, at most.
const COMPARED: usize = 64;
/// Characters of a question, fewest and most.
const LENGTH: std::ops::RangeInclusive<usize> = 4..=200;

/// A question that several messages ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Its most frequent wording, folded.
    pub text: String,
    /// The messages that ask it, rising.
    pub messages: Vec<u32>,
    /// People who ask it; a message whose person nobody knows is a voice of its own.
    pub voices: u32,
}

/// A question of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    /// Where it stands, in bytes of the folded text.
    pub place: Range<u32>,
    /// The hashes of the words that it is compared by, rising, each once.
    pub words: Vec<u64>,
}

/// A wording of a question, with those who use it.
struct Wording<'a> {
    text: &'a str,
    words: &'a [u64],
    messages: Vec<u32>,
    voices: u32,
}

/// The questions asked by most voices, each wording with those of the same meaning; at least two messages ask each.
pub fn questions(pile: &Pile, aside: &[bool], most: usize) -> Vec<Question> {
    // What a question is compared by is its own, whoever asks it.
    type Single<'a> = (&'a str, &'a [u64], Vec<u32>);
    let single: Vec<Single<'_>> = pile
        .texts
        .par_iter()
        .filter(|text| !text.asked.is_empty())
        .flat_map_iter(|text| {
            let left: Vec<u32> =
                text.messages.iter().copied().filter(|message| !is_aside(aside, *message)).collect();
            let asked: &[Asked] = if left.is_empty() { &[] } else { &text.asked };
            let folded = text.folded();
            let question = move |place: &Range<u32>| &folded[place.start as usize..place.end as usize];
            asked.iter().map(move |asked| (question(&asked.place), &asked.words[..], left.clone()))
        })
        .collect();
    let mut same: HashMap<&str, (&[u64], Vec<u32>)> = HashMap::new();
    for (question, words, messages) in single {
        let own = same.entry(question).or_default();
        own.0 = words;
        own.1.extend(messages);
    }
    let mut all: Vec<Wording<'_>> = same
        .into_par_iter()
        .filter(|(_, (words, _))| !words.is_empty())
        .map(|(text, (words, mut messages))| {
            messages.sort_unstable();
            messages.dedup();
            Wording { text, words, voices: pile.voices(&messages), messages }
        })
        .collect();
    all.par_sort_unstable_by(|one, two| two.voices.cmp(&one.voices).then(one.text.cmp(two.text)));
    let mut groups: Vec<Wording<'_>> = Vec::new();
    let mut of_word: HashMap<u64, Vec<usize>> = HashMap::new();
    for asked in all {
        let mut near: Vec<usize> = asked
            .words
            .iter()
            .filter_map(|word| of_word.get(word))
            .flat_map(|groups| groups.iter().copied().take(COMPARED))
            .collect();
        near.sort_unstable();
        near.dedup();
        let like = |group: usize| jaccard(asked.words, groups[group].words);
        let best = near.into_iter().map(|group| (like(group), group)).fold(
            None,
            |best: Option<(f64, usize)>, one| {
                if best.is_none_or(|best| one.0 > best.0) { Some(one) } else { best }
            },
        );
        match best.filter(|(like, _)| *like >= SAME) {
            Some((_, group)) => groups[group].messages.extend(asked.messages),
            None => {
                for word in asked.words {
                    of_word.entry(*word).or_default().push(groups.len());
                }
                groups.push(asked);
            }
        }
    }
    let mut found: Vec<Question> = groups
        .into_iter()
        .map(|mut group| {
            group.messages.sort_unstable();
            group.messages.dedup();
            let voices = pile.voices(&group.messages);
            Question { voices, messages: group.messages, text: group.text.to_owned() }
        })
        .filter(|question| question.messages.len() > 1)
        .collect();
    found.sort_by(|one, two| two.voices.cmp(&one.voices).then(one.text.cmp(&two.text)));
    found.truncate(most);
    found
}

/// The questions of a folded message, each with what it is compared by.
pub(crate) fn asked(folded: &str) -> Vec<Asked> {
    let of = |place: Range<u32>| {
        let question = folded.get(place.start as usize..place.end as usize).unwrap_or_default();
        Asked { words: words(&read(question)), place }
    };
    places(folded).into_iter().map(of).collect()
}

/// Where the questions of a folded message stand, each wording once: sentences that end as one, or begin as one.
fn places(folded: &str) -> Vec<Range<u32>> {
    let Some(opening) = opening() else { return Vec::new() };
    let mut found = Vec::new();
    let mut rest = folded;
    while !rest.is_empty() {
        let end = rest
            .find(['?', '!', '。', ';', '\n'])
            .into_iter()
            .chain(rest.find(". "))
            .min()
            .unwrap_or(rest.len());
        let mark = rest[end..].chars().next();
        let sentence = rest[..end].trim().trim_start_matches([',', '.', ' ', '"']);
        if LENGTH.contains(&sentence.chars().count()) && (mark == Some('?') || opening.is_match(sentence)) {
            // It is a part of the whole: as far behind its beginning as their addresses are apart.
            let start = sentence.as_ptr() as usize - folded.as_ptr() as usize;
            found.push(start..start + sentence.len());
        }
        rest = &rest[end + mark.map_or(0, char::len_utf8)..];
    }
    found.sort_unstable_by(|one, two| {
        (&folded[one.clone()], one.start).cmp(&(&folded[two.clone()], two.start))
    });
    found.dedup_by(|one, two| folded[one.clone()] == folded[two.clone()]);
    found.into_iter().map(|place| place.start as u32..place.end as u32).collect()
}

fn opening() -> Option<&'static Regex> {
    static OPENING: OnceLock<Option<Regex>> = OnceLock::new();
    OPENING
        .get_or_init(|| {
            Regex::new(
                r"^(?:how (?:do|can|to|does|long|much|many|come)|what (?:is|are|do|does|should|happens)|where (?:is|can|do)|when (?:will|is|can)|why (?:is|does|do|can't|can|was|are)|which |who |can i |could i |may i |is there |are there |does (?:it|the|this) |do you |is it possible)|^(?:请问|怎么|如何|怎样|为什么|为何|哪里|什么时候|能不能|可不可以|是不是|有没有|可以.*吗$)|(?:吗|怎么办|怎么回事|怎么弄|多少钱|在哪里?|什么时候.{0,6}|为什么|呢)$",
            )
            .ok()
        })
        .as_ref()
}

/// What a question is compared by: the hashes of its subject words and subjects.
fn words(reading: &Reading) -> Vec<u64> {
    let subjects = reading.tokens.iter().filter(|token| matches!(token.part, Part::Subject | Part::Value));
    let mut found: Vec<u64> = subjects.map(|token| xxh3_64(token.stem.as_bytes())).collect();
    let stems = reading.tokens.iter().filter_map(|token| concept_of(&token.stem)).flatten().copied();
    let concepts = stems.chain(concepts_in(&reading.folded));
    found.extend(concepts.map(|concept| xxh3_64(format!("={concept}").as_bytes())));
    found.sort_unstable();
    found.dedup();
    found
}

/// The share of what two have in common, both rising.
fn jaccard(one: &[u64], other: &[u64]) -> f64 {
    let (mut at, mut shared) = (0, 0);
    for word in one {
        while other.get(at).is_some_and(|other| other < word) {
            at += 1;
        }
        shared += usize::from(other.get(at) == Some(word));
    }
    shared as f64 / (one.len() + other.len() - shared).max(1) as f64
}

/// Whether a text asks something.
pub fn is_question(text: &str) -> bool {
    !places(&fold(&plain(text))).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_of_one_meaning_are_asked_together() {
        let texts = [
            "How do I export my data?",
            "how can i export the data",
            "Nice app. How do I export data? Thanks",
            "怎么导出数据?",
            "请问如何导出数据",
            "the export is great",
            "when will my parcel arrive?",
        ];
        let pile = Pile::of(texts.iter().map(|text| (*text, None)));
        let found = questions(&pile, &[], 10);
        let sizes: Vec<(u32, &str)> =
            found.iter().map(|question| (question.voices, question.text.as_str())).collect();
        assert!(sizes.iter().any(|(voices, text)| *voices >= 3 && text.contains("export")), "{sizes:?}");
        assert!(sizes.iter().any(|(voices, text)| *voices >= 2 && text.contains("导出")), "{sizes:?}");
        assert!(!is_question("the export is great") && is_question("能不能加个夜间模式"));
    }
}

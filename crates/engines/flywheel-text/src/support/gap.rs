//! What the file lacks: questions without answer, grouped by what they ask.

use std::collections::{BTreeMap, BTreeSet};

use flywheel_language::{TermKind, concepts_in, language, terms};
use flywheel_spec::feedback::support::{Gap, GapReport, Nearest, Unanswered};
use flywheel_spec::phrase;

use super::check::has_word;
use super::faq::{Faq, read};
use super::index::Index;
use super::matcher::{Encode, unit};
use crate::linear::{FeatureSpec, Features, Sparse};
use crate::personal::mask;

/// From this likeness on two questions ask the same.
const ALIKE: f32 = 0.3;
/// The same where meanings are compared too, whose cosines are larger.
const ALIKE_WITH_MEANING: f32 = 0.5;
/// The most questions that a gap shows.
const SHOWN: usize = 10;

/// One text that was asked, with everyone who did.
struct Asked<'a> {
    folded: String,
    messages: Vec<&'a Unanswered>,
}

impl Faq {
    /// Groups unanswered questions, in any order, into what the file lacks; personal data in them is masked.
    ///
    /// Star clusters: the question that most others are like takes those around it, then the next of the rest; Aslam,
    /// Pelekhov and Rus, "The Star Clustering Algorithm" (JGAA 8, 2004). Ties go by the text, never by the order.
    pub fn gaps(&self, unanswered: &[Unanswered], encoder: Option<&dyn Encode>) -> GapReport {
        let mut by_text: BTreeMap<String, Vec<&Unanswered>> = BTreeMap::new();
        let (mut empty, mut closed) = (0, 0);
        for message in unanswered {
            let (folded, _) = read(&message.text);
            if has_word(&folded) {
                by_text.entry(folded).or_default().push(message);
            } else {
                empty += 1;
            }
        }
        let mut asked: Vec<Asked> = Vec::with_capacity(by_text.len());
        for (folded, mut messages) in by_text {
            let found = self.found(&self.query(&folded, encoder), None, self.spec.language);
            if !found.candidates.is_empty() && found.confidence >= self.threshold {
                closed += messages.len() as u64;
                continue;
            }
            messages.sort_by(|a, b| (a.time, &a.id, &a.text).cmp(&(b.time, &b.id, &b.text)));
            asked.push(Asked { folded, messages });
        }
        let mut gaps: Vec<Gap> =
            stars(&asked, encoder).iter().map(|star| self.gap(&asked, star, encoder)).collect();
        gaps.sort_by(|a, b| {
            (b.people, b.count, &a.draft_question).cmp(&(a.people, a.count, &b.draft_question))
        });
        let mut findings = Vec::new();
        if let Some(top) = gaps.first() {
            let open: u64 = gaps.iter().map(|gap| gap.count).sum();
            findings.push(phrase!(
                "support.gap_top",
                question = top.draft_question,
                count = top.count,
                people = top.people
            ));
            findings.push(phrase!("support.gap_count", questions = open, gaps = gaps.len()));
        } else {
            findings.push(phrase!("support.gap_none"));
        }
        if closed > 0 {
            findings.push(phrase!("support.gap_closed", count = closed));
        }
        GapReport { findings, gaps, closed, empty }
    }

    /// A star, its middle first.
    fn gap(&self, asked: &[Asked], star: &[usize], encoder: Option<&dyn Encode>) -> Gap {
        let middle = &asked[star[0]];
        let mut messages: Vec<&Unanswered> =
            star.iter().flat_map(|at| asked[*at].messages.iter().copied()).collect();
        messages.sort_by(|a, b| (a.time, &a.id).cmp(&(b.time, &b.id)));
        let tongue = language(&middle.folded);
        let found = self.found(&self.query(&middle.folded, encoder), None, self.spec.language);
        let nearest = found.candidates.first().map(|choice| Nearest {
            id: choice.id.clone(),
            question: choice.question.clone(),
            confidence: found.confidence,
        });
        let first_wording = |at: usize| mask(asked[at].messages[0].text.trim()).0;
        Gap {
            name: name(asked, star),
            draft_question: first_wording(star[0]),
            language: tongue,
            questions: star.iter().take(SHOWN).map(|at| first_wording(*at)).collect(),
            ids: messages.iter().map(|one| one.id.clone()).collect(),
            count: messages.len() as u64,
            people: people(&messages),
            first: messages.iter().map(|one| one.time).min().unwrap_or_default(),
            last: messages.iter().map(|one| one.time).max().unwrap_or_default(),
            nearest,
        }
    }
}

/// How many people asked; whom nobody knows is told by the conversation.
fn people(messages: &[&Unanswered]) -> u64 {
    let person_of: BTreeMap<&str, &str> =
        messages.iter().filter_map(|one| Some((conversation(one), one.person.as_deref()?))).collect();
    let nameless = messages
        .iter()
        .filter(|one| one.person.is_none())
        .map(|one| conversation(one))
        .filter(|of| !person_of.contains_key(of))
        .collect::<BTreeSet<&str>>();
    let named: BTreeSet<&str> = messages.iter().filter_map(|one| one.person.as_deref()).collect();
    (named.len() + nameless.len()) as u64
}

/// The conversation of a question: what its id begins with, before the place in it.
fn conversation(question: &Unanswered) -> &str {
    question.id.rsplit_once('/').map_or(question.id.as_str(), |(conversation, _)| conversation)
}

/// The stars, each with its middle first and then by falling likeness to it.
fn stars(asked: &[Asked], encoder: Option<&dyn Encode>) -> Vec<Vec<usize>> {
    let texts: Vec<&str> = asked.iter().map(|one| one.folded.as_str()).collect();
    let features = Features::learn(&FeatureSpec { longest: 4, ..FeatureSpec::default() }, &texts);
    let vectors: Vec<Sparse> = texts.iter().map(|text| features.vector(text).0).collect();
    let index = Index::new(&vectors, features.len());
    let named: Vec<Vec<u16>> = texts.iter().map(|text| concepts_in(text)).collect();
    let meanings: Vec<Vec<f32>> = encoder
        .map(|encoder| encoder.encode(&texts).into_iter().map(unit).collect::<Vec<_>>())
        .filter(|vectors| vectors.len() == texts.len())
        .unwrap_or_default();
    let least = if meanings.is_empty() { ALIKE } else { ALIKE_WITH_MEANING };
    let near: Vec<Vec<(usize, f32)>> = (0..texts.len())
        .map(|at| {
            let lexical = index.similarities(&vectors[at]);
            let alike = lexical.into_iter().enumerate().map(|(other, lexical)| {
                let mut alike =
                    1.0 - (1.0 - lexical.clamp(0.0, 1.0)) * (1.0 - 0.3 * overlap(&named[at], &named[other]));
                if let (Some(own), Some(their)) = (meanings.get(at), meanings.get(other)) {
                    alike = 0.5 * (alike + own.iter().zip(their).map(|(a, b)| a * b).sum::<f32>());
                }
                (other, alike)
            });
            alike.filter(|(other, alike)| *other != at && *alike >= least).collect()
        })
        .collect();
    let weight = |at: usize| asked[at].messages.len() as f32;
    let pull: Vec<f32> = near
        .iter()
        .enumerate()
        .map(|(at, near)| weight(at) + near.iter().map(|(other, alike)| alike * weight(*other)).sum::<f32>())
        .collect();
    let mut order: Vec<usize> = (0..texts.len()).collect();
    // The texts are sorted, so that the place breaks ties by the text.
    order.sort_by(|a, b| pull[*b].total_cmp(&pull[*a]).then(a.cmp(b)));
    let mut taken = vec![false; texts.len()];
    let mut stars = Vec::new();
    for middle in order {
        if taken[middle] {
            continue;
        }
        let mut around: Vec<(usize, f32)> =
            near[middle].iter().copied().filter(|(other, _)| !taken[*other]).collect();
        around.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let star: Vec<usize> = std::iter::once(middle).chain(around.iter().map(|(at, _)| *at)).collect();
        for at in &star {
            taken[*at] = true;
        }
        stars.push(star);
    }
    stars
}

/// The share of concepts that two questions have in common, of all that either has.
fn overlap(own: &[u16], other: &[u16]) -> f32 {
    let common = own.iter().filter(|concept| other.binary_search(concept).is_ok()).count();
    let all = own.len() + other.len() - common;
    if all == 0 { 0.0 } else { common as f32 / all as f32 }
}

/// The words of the middle that most of the star has and others have not, at most three, in their order; none is
/// personal data.
fn name(asked: &[Asked], star: &[usize]) -> String {
    let content = |text: &str| -> Vec<String> {
        let mut words: Vec<String> = Vec::new();
        for term in terms(text) {
            let said = matches!(term.kind, TermKind::Word | TermKind::Han | TermKind::Number);
            if said && !SAYS_NOTHING.contains(&term.text) && !words.iter().any(|word| word == term.text) {
                words.push(term.text.to_owned());
            }
        }
        words
    };
    let mut inside: BTreeMap<String, f64> = BTreeMap::new();
    for at in star {
        for word in content(&asked[*at].folded) {
            *inside.entry(word).or_insert(0.0) += 1.0;
        }
    }
    let (shown, _) = read(&mask(&asked[star[0]].messages[0].text).0);
    let public = content(&shown);
    let mut middle = content(&asked[star[0]].folded);
    middle.retain(|word| public.contains(word));
    let length = |word: &str| (word.chars().count() as f64).min(6.0) / 100.0;
    let mut ranked: Vec<(usize, f64)> = middle
        .iter()
        .enumerate()
        .map(|(place, word)| (place, inside.get(word).copied().unwrap_or(0.0) + length(word)))
        .collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    ranked.truncate(3);
    ranked.sort_by_key(|(place, _)| *place);
    let words: Vec<&str> = ranked.iter().map(|(place, _)| middle[*place].as_str()).collect();
    if words.is_empty() { shown.chars().take(40).collect() } else { words.join(" ") }
}

/// Words that tell no question from another.
const SAYS_NOTHING: &[&str] = &[
    "a",
    "an",
    "the",
    "i",
    "i'm",
    "i've",
    "my",
    "me",
    "you",
    "your",
    "it",
    "its",
    "it's",
    "is",
    "are",
    "am",
    "was",
    "be",
    "been",
    "do",
    "does",
    "did",
    "don't",
    "doesn't",
    "can",
    "can't",
    "could",
    "will",
    "would",
    "should",
    "have",
    "has",
    "had",
    "how",
    "what",
    "when",
    "where",
    "why",
    "who",
    "which",
    "to",
    "of",
    "in",
    "on",
    "at",
    "for",
    "from",
    "with",
    "and",
    "or",
    "if",
    "so",
    "but",
    "not",
    "no",
    "this",
    "that",
    "there",
    "we",
    "they",
    "get",
    "got",
    "want",
    "need",
    "please",
    "any",
    "some",
    "about",
    "by",
    "as",
    "the",
    "hi",
    "hello",
    "thanks",
    "like",
    "just",
    "know",
    "的",
    "了",
    "吗",
    "呢",
    "啊",
    "吧",
    "呀",
    "我",
    "你",
    "您",
    "他",
    "我们",
    "你们",
    "是",
    "在",
    "有",
    "没有",
    "不",
    "怎么",
    "怎么样",
    "怎样",
    "如何",
    "什么",
    "为什么",
    "为啥",
    "哪里",
    "哪",
    "可以",
    "能",
    "能不能",
    "可不可以",
    "请问",
    "想",
    "要",
    "给",
    "把",
    "被",
    "和",
    "与",
    "也",
    "都",
    "就",
    "还",
    "这",
    "那",
    "这个",
    "那个",
    "一下",
    "个",
    "会",
    "想问",
    "你好",
    "您好",
    "一个",
];

#[cfg(test)]
mod tests {
    use flywheel_spec::feedback::support::{FaqEntry, SupportSpec};
    use proptest::prelude::*;

    use super::*;

    const ASKED: &[(&str, &str)] = &[
        ("do you ship to germany", "a"),
        ("can you ship my order to germany", "b"),
        ("is shipping to germany possible", "b"),
        ("Do you ship to Germany?", "c"),
        ("可以开增值税发票吗", "d"),
        ("怎么开增值税发票", "e"),
        ("does it work with android 9", "f"),
        ("👍", "g"),
    ];

    fn unanswered(order: &[usize]) -> Vec<Unanswered> {
        order
            .iter()
            .map(|at| Unanswered {
                id: format!("u{at}"),
                text: ASKED[*at].0.into(),
                time: *at as i64,
                person: Some(ASKED[*at].1.into()),
            })
            .collect()
    }

    fn faq(entries: &[FaqEntry]) -> Faq {
        Faq::train(entries, &SupportSpec::default(), None).unwrap()
    }

    #[test]
    fn like_questions_make_one_gap_with_its_people() {
        let report = faq(&[]).gaps(&unanswered(&(0..ASKED.len()).collect::<Vec<_>>()), None);
        let counts: Vec<(u64, u64)> = report.gaps.iter().map(|gap| (gap.count, gap.people)).collect();
        assert_eq!(counts, [(4, 3), (2, 2), (1, 1)], "{:#?}", report.gaps);
        assert!(report.gaps[0].name.contains("germany"), "{}", report.gaps[0].name);
        assert!(report.gaps[1].name.contains("发票"), "{}", report.gaps[1].name);
        assert_eq!((report.empty, report.closed), (1, 0));
        assert_eq!(report.gaps[0].ids, ["u0", "u1", "u2", "u3"]);
        assert!(report.gaps[0].nearest.is_none());
    }

    #[test]
    fn personal_data_is_masked_in_what_a_gap_shows() {
        let texts = ["why was nobody calling 13812345678", "why was nobody calling jane@example.com"];
        let unanswered: Vec<Unanswered> = texts
            .iter()
            .enumerate()
            .map(|(at, text)| Unanswered {
                id: format!("u{at}"),
                text: (*text).into(),
                time: at as i64,
                person: None,
            })
            .collect();
        let report = faq(&[]).gaps(&unanswered, None);
        let shown = format!("{:?}", (&report.findings, &report.gaps));
        assert!(shown.contains("[phone]") && shown.contains("[e-mail]"), "{shown}");
        assert!(!shown.contains("13812345678") && !shown.contains("jane"), "{shown}");
        assert!(report.gaps.iter().all(|gap| gap.name.contains("calling")), "{shown}");
    }

    #[test]
    fn a_visitor_without_a_name_is_one_person_however_often_they_ask() {
        for (asked, people) in [
            (&[("c1/2", None), ("c1/4", None)][..], 1),
            (&[("c1/2", None), ("c2/2", None)], 2),
            (&[("c1/2", None), ("c1/4", Some("ann"))], 1),
            (&[("c1/2", Some("ann")), ("c2/2", Some("ann"))], 1),
            (&[("u1", None), ("u2", None)], 2),
        ] {
            let unanswered: Vec<Unanswered> = asked
                .iter()
                .map(|(id, person)| Unanswered {
                    id: (*id).into(),
                    text: ASKED[0].0.into(),
                    time: 0,
                    person: person.map(str::to_owned),
                })
                .collect();
            let report = faq(&[]).gaps(&unanswered, None);
            assert_eq!((report.gaps.len(), report.gaps[0].people), (1, people), "{asked:?}");
        }
    }

    #[test]
    fn what_the_file_answers_by_now_is_closed() {
        let entry = FaqEntry {
            id: "germany".into(),
            question: "Do you ship to Germany?".into(),
            more_ways: vec!["shipping to germany".into()],
            answer: "Yes.".into(),
            ..FaqEntry::default()
        };
        let other = FaqEntry { id: "hours".into(), question: "When are you open?".into(), ..entry.clone() };
        let other = FaqEntry { more_ways: vec!["opening hours".into()], ..other };
        let report = faq(&[entry, other]).gaps(&unanswered(&[0, 3, 6]), None);
        assert_eq!(report.closed, 2);
        assert_eq!(report.gaps.len(), 1);
        assert!(report.gaps[0].nearest.is_some());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(8))]
        #[test]
        fn the_order_of_the_questions_does_not_matter(order in Just((0..ASKED.len()).collect::<Vec<_>>()).prop_shuffle()) {
            let faq = faq(&[]);
            let straight: Vec<usize> = (0..ASKED.len()).collect();
            prop_assert_eq!(faq.gaps(&unanswered(&order), None), faq.gaps(&unanswered(&straight), None));
        }
    }
}

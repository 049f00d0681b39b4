//! The file of questions and answers checked: every mistake at once.

use std::collections::{BTreeMap, BTreeSet};

use flywheel_language::{fold, language};
use flywheel_spec::feedback::TextLanguage;
use flywheel_spec::feedback::support::{FaqEntry, SupportSpec};
use flywheel_spec::{Language, Problem, Problems, phrase};

/// The file's mistakes and doubts, by row (from 1), and those of the spec.
pub fn check(entries: &[FaqEntry], spec: &SupportSpec) -> Problems {
    let mut problems = Problems::default();
    for (setting, value, low, high) in [
        ("accuracy", spec.accuracy, 0.5, 0.999),
        ("off_topic", spec.off_topic, 0.0, 0.9),
        ("misses", f64::from(spec.misses), 1.0, 20.0),
        ("choices", spec.choices as f64, 2.0, 5.0),
    ] {
        if !(low..=high).contains(&value) {
            let message = phrase!("support.setting_range", found = value, low = low, high = high);
            problems.push(Problem::error(message).at_setting(setting));
        }
    }
    let ids: BTreeSet<&str> = entries.iter().map(|entry| entry.id.trim()).collect();
    let mut seen: BTreeSet<(&str, &str)> = BTreeSet::new();
    let mut asked: BTreeMap<String, &str> = BTreeMap::new();
    let mut single = 0_usize;
    for (row, entry) in entries.iter().enumerate() {
        let row = row as u64 + 1;
        let id = entry.id.trim();
        if id.is_empty() {
            problems.push(Problem::error(phrase!("support.no_id")).at_row(row).in_column("id"));
        } else if !seen.insert((id, language_of(entry).tag())) {
            let problem = Problem::error(phrase!("support.same_id", id = id));
            problems.push(problem.advise(phrase!("support.same_id_advice")).at_row(row).in_column("id"));
        }
        if !has_word(&entry.question) {
            let problem = Problem::error(phrase!("support.no_question", id = id));
            problems.push(problem.at_row(row).in_column("question"));
        }
        if entry.answer.trim().is_empty() {
            problems
                .push(Problem::error(phrase!("support.no_answer", id = id)).at_row(row).in_column("answer"));
        }
        for wording in &entry.more_ways {
            if !has_word(wording) {
                let problem = Problem::warning(phrase!("support.empty_wording", id = id));
                problems.push(problem.at_row(row).in_column("more_ways"));
            }
        }
        single += usize::from(entry.more_ways.iter().all(|wording| !has_word(wording)));
        for question in std::iter::once(&entry.question).chain(&entry.more_ways) {
            let folded = fold(question);
            if !has_word(&folded) {
                continue;
            }
            match asked.get(&folded) {
                Some(other) if *other != id => {
                    let said =
                        phrase!("support.same_question", question = question.trim(), id = id, other = other);
                    let problem = Problem::error(said).advise(phrase!("support.same_question_advice"));
                    problems.push(problem.at_row(row).in_column("question"));
                }
                Some(_) => {}
                None => {
                    asked.insert(folded, id);
                }
            }
        }
        for next in &entry.follow_ups {
            if !ids.contains(next.trim()) {
                let said = phrase!("support.unknown_follow_up", id = id, found = next);
                problems.push(Problem::error(said).at_row(row).in_column("follow_ups"));
            }
        }
    }
    if single * 2 > entries.len() {
        let said = phrase!("support.one_wording", count = single, entries = entries.len());
        problems.push(Problem::warning(said));
    }
    problems
}

/// The language of an entry: as it says, else as its answer reads.
pub(super) fn language_of(entry: &FaqEntry) -> Language {
    entry.language.unwrap_or_else(|| match language(&entry.answer) {
        TextLanguage::Zh => Language::Zh,
        TextLanguage::En => Language::En,
        TextLanguage::Other => match language(&entry.question) {
            TextLanguage::Zh => Language::Zh,
            _ => Language::En,
        },
    })
}

/// Whether there is anything to read: a letter, a Chinese character or a digit.
pub(super) fn has_word(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: &str, question: &str, answer: &str) -> FaqEntry {
        FaqEntry {
            id: id.into(),
            question: question.into(),
            more_ways: vec![format!("{question} again")],
            answer: answer.into(),
            ..FaqEntry::default()
        }
    }

    #[test]
    fn all_mistakes_are_found_at_once() {
        let mut lost = entry("d", "fourth", "yes");
        lost.follow_ups = vec!["nowhere".into()];
        lost.more_ways.push("?!".into());
        let entries = [
            entry("a", "First?", "yes"),
            entry("a", "other", "no"),
            entry("", "third", "x"),
            entry("c", "FIRST?", " "),
            entry("e", "👍", "x"),
            lost,
        ];
        let spec = SupportSpec { accuracy: 1.5, ..SupportSpec::default() };
        let mut codes: Vec<String> =
            check(&entries, &spec).problems.into_iter().map(|problem| problem.code).collect();
        codes.sort();
        assert_eq!(
            codes,
            [
                "support.empty_wording",
                "support.no_answer",
                "support.no_id",
                "support.no_question",
                "support.same_id",
                "support.same_question",
                "support.same_question",
                "support.setting_range",
                "support.unknown_follow_up",
            ]
        );
    }

    #[test]
    fn one_id_may_answer_in_both_languages() {
        let entries = [entry("a", "How much?", "Ten."), entry("a", "多少钱?", "十元。")];
        assert!(check(&entries, &SupportSpec::default()).problems.is_empty());
    }
}

//! The project's file of questions and answers: TOML with an `[[entry]]` for each, or a table with a row for each.

use std::path::{Path, PathBuf};

use flywheel_spec::feedback::support::FaqEntry;
use flywheel_spec::{Language, Phrase, Problem, Problems, phrase};
use flywheel_tables::frame::Frame;
use flywheel_tables::{ImportOptions, Source, import};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::Failure;

/// The names that the file may have, from the project's folder; the first that is there counts.
const NAMES: [&str; 6] = ["faq.toml", "faq.csv", "faq.tsv", "faq.jsonl", "faq.xlsx", "faq.parquet"];

/// What a table's columns are called, in lower case.
const QUESTION: [&str; 8] = ["question", "q", "title", "query", "问题", "标准问", "标准问题", "提问"];
const ANSWER: [&str; 8] = ["answer", "a", "response", "reply", "答案", "回答", "回复", "答复"];
const ID: [&str; 5] = ["id", "key", "intent", "编号", "意图"];
const MORE_WAYS: [&str; 8] =
    ["more_ways", "similar", "similar_questions", "also", "variants", "相似问", "相似问题", "其他问法"];
const TAGS: [&str; 5] = ["tags", "keywords", "标签", "关键词", "关键字"];
const FOLLOW_UPS: [&str; 3] = ["follow_ups", "next", "后续问题"];
const LANGUAGE: [&str; 3] = ["language", "lang", "语言"];

/// A file as it was found.
pub(super) struct FaqFile {
    /// Its name, from the project's folder.
    pub name: String,
    path: PathBuf,
    bytes: Vec<u8>,
}

/// TOML as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    entry: Vec<FaqEntry>,
}

impl FaqFile {
    /// The project's file.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub fn find(root: &Path) -> Result<Self, Failure> {
        let found = NAMES.into_iter().map(|name| (name, root.join(name))).find(|(_, path)| path.is_file());
        let Some((name, path)) = found else {
            let problem = Problem::error(phrase!("feedback_import.no_faq", path = NAMES[0]));
            return Err(Failure::NotFound(problem.advise(Phrase::new("feedback_import.no_faq_advice"))));
        };
        let bytes = std::fs::read(&path).map_err(|error| Failure::io(&path, &error))?;
        Ok(Self { name: name.to_owned(), path, bytes })
    }

    /// Sha256 of its content.
    pub fn digest(&self) -> String {
        hexadecimal(&Sha256::digest(&self.bytes))
    }

    /// What it says.
    ///
    /// # Errors
    /// What stops it from being read; mistakes in the entries themselves are the engine's to tell.
    pub fn entries(&self) -> Result<Vec<FaqEntry>, Problems> {
        if self.path.extension().is_some_and(|ending| ending == "toml") {
            return self.written();
        }
        let imported = import(&Source::Path(&self.path), &ImportOptions::default())?;
        of_table(&imported.frame).map_err(|mut problems| {
            problems.problems.iter_mut().for_each(|problem| problem.place.file = Some(self.name.clone()));
            problems
        })
    }

    fn written(&self) -> Result<Vec<FaqEntry>, Problems> {
        let text = String::from_utf8_lossy(&self.bytes);
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let written: Written = toml_edit::de::from_str(text).map_err(|error| {
            let line_of = |start: usize| text[..start.min(text.len())].matches('\n').count() as u64 + 1;
            let problem = phrase!("feedback_import.faq_unread", reason = error.message());
            let mut problem = Problem::error(problem).in_file(&self.name);
            problem.place.line = error.span().map(|span| line_of(span.start));
            problem
        })?;
        Ok(written.entry)
    }
}

/// The entries of a table's rows; rows with one id, or without ids one answer, are one entry in several words.
fn of_table(frame: &Frame) -> Result<Vec<FaqEntry>, Problems> {
    let column = |names: &[&str]| {
        let called = |name: &str| names.contains(&name.trim().to_lowercase().as_str());
        frame.columns.iter().find(|column| called(&column.name))
    };
    let known = || frame.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join("`, `");
    let mut problems = Vec::new();
    let (question, answer) = (column(&QUESTION), column(&ANSWER));
    for (found, names) in [(question, QUESTION), (answer, ANSWER)] {
        if found.is_none() {
            let problem = phrase!("feedback_import.faq_no_column", column = names[0], known = known());
            problems.push(Problem::error(problem).advise(phrase!(
                "feedback_import.faq_no_column_advice",
                column = names[0],
                chinese = names[4]
            )));
        }
    }
    let (Some(question), Some(answer)) = (question, answer) else { return Err(Problems { problems }) };
    let [id, more, tags, next, language] = [&ID[..], &MORE_WAYS, &TAGS, &FOLLOW_UPS, &LANGUAGE].map(column);
    let mut entries: Vec<FaqEntry> = Vec::new();
    for row in 0..frame.rows() {
        let said = |column: Option<&flywheel_tables::frame::Column>| {
            let text = column.and_then(|column| column.values.text(row));
            text.map(|text| text.trim().to_owned()).unwrap_or_default()
        };
        let (question, answer) = (said(Some(question)), said(Some(answer)));
        if question.is_empty() && answer.is_empty() {
            continue;
        }
        let language = match said(language).to_lowercase().as_str() {
            "zh" | "zh-cn" | "中文" => Some(Language::Zh),
            "en" | "english" | "英文" => Some(Language::En),
            _ => None,
        };
        let id = Some(said(id)).filter(|id| !id.is_empty()).unwrap_or_else(|| id_of(&answer));
        let entry = FaqEntry {
            id,
            question,
            more_ways: parts(&said(more), &['\n', '|', ';', '；']),
            answer,
            tags: parts(&said(tags), &['\n', '|', ';', '；', ',', '，', '、']),
            language,
            follow_ups: parts(&said(next), &['\n', '|', ';', '；', ',', '，', '、']),
        };
        let same = |known: &&mut FaqEntry| {
            known.id == entry.id && known.answer == entry.answer && known.language == entry.language
        };
        match entries.iter_mut().find(same) {
            None => entries.push(entry),
            Some(known) => {
                known.more_ways.push(entry.question);
                known.more_ways.extend(entry.more_ways);
                known.tags.extend(entry.tags);
                known.follow_ups.extend(entry.follow_ups);
            }
        }
    }
    Ok(entries)
}

/// A name that stays as long as the answer does.
fn id_of(answer: &str) -> String {
    format!("answer-{}", &hexadecimal(&Sha256::digest(answer.as_bytes()))[..8])
}

fn parts(text: &str, between: &[char]) -> Vec<String> {
    text.split(between).map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(name: &str, content: &str) -> Result<Vec<FaqEntry>, Problems> {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join(name), content).expect("written");
        FaqFile::find(folder.path()).expect("there").entries()
    }

    #[test]
    fn a_table_of_any_form_becomes_entries() {
        let csv =
            "问题,答案,相似问\n怎么退款？,在订单页点退款。,如何退钱|能退款吗\n钱怎么退,在订单页点退款。,\n";
        let read = entries("faq.csv", csv).expect("read");
        assert_eq!(read.len(), 1, "{read:?}");
        assert_eq!(read[0].more_ways, ["如何退钱", "能退款吗", "钱怎么退"]);
        assert!(read[0].id.starts_with("answer-"));
        let lines = "{\"id\":\"pay\",\"question\":\"How do I pay?\",\"answer\":\"By card.\",\"tags\":\"card, visa\"}\n";
        let read = entries("faq.jsonl", lines).expect("read");
        assert_eq!(
            (read[0].id.as_str(), read[0].tags.clone()),
            ("pay", vec!["card".to_owned(), "visa".to_owned()])
        );
        let toml = "[[entry]]\nid = \"a\"\nquestion = \"q\"\nanswer = \"b\"\n";
        assert_eq!(entries("faq.toml", toml).expect("read").len(), 1);
    }

    #[test]
    fn what_is_missing_is_said_at_once_with_the_file() {
        let problems = entries("faq.csv", "what,then\na,b\n").expect_err("no columns");
        assert_eq!(problems.problems.len(), 2, "{problems:?}");
        assert!(problems.problems.iter().all(|problem| problem.place.file.as_deref() == Some("faq.csv")));
        let wrong = entries("faq.toml", "[[entry]]\nid = \"a\"\nanser = \"b\"\n").expect_err("a typo");
        assert!(wrong.problems[0].place.line.is_some(), "{wrong:?}");
    }
}

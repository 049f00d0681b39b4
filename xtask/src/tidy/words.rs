//! Words: what people read stands in both languages, with the same values in it, and is there when the code asks for it.

use std::collections::{BTreeMap, BTreeSet};

use toml_edit::DocumentMut;

use super::Source;

type Holes = BTreeSet<String>;

pub fn check(sources: &[Source]) -> anyhow::Result<Vec<String>> {
    let mut complaints = Vec::new();
    let mut known: BTreeMap<String, Holes> = BTreeMap::new();
    for source in sources
        .iter()
        .filter(|source| source.path.contains("flywheel-spec/words/") && source.path.ends_with(".toml"))
    {
        let topic = source.path.rsplit('/').next().unwrap_or_default().trim_end_matches(".toml");
        let document: DocumentMut = source.text.parse()?;
        for (key, entry) in document.iter() {
            let word =
                |language: &str| entry.get(language).and_then(|item| item.as_str()).unwrap_or_default();
            let (english, chinese) = (word("en"), word("zh"));
            if english.is_empty() || chinese.is_empty() {
                complaints.push(format!("{}: [{key}] lacks `en` or `zh`", source.path));
            } else if holes(english) != holes(chinese) {
                complaints.push(format!("{}: [{key}] names other values in `en` than in `zh`", source.path));
            }
            known.insert(format!("{topic}.{key}"), holes(english));
        }
    }
    for source in
        sources.iter().filter(|source| source.path.starts_with("crates/") && source.path.ends_with(".rs"))
    {
        for asked in asked(&source.text) {
            let place = format!("{}:{}", source.path, asked.line);
            let Some(holes) = known.get(&asked.key) else {
                complaints.push(format!("{place}: no words file holds `{}`", asked.key));
                continue;
            };
            // A value without a place in the sentence is still there for programs.
            // A value may also be added further down, by `.with("name", …)`.
            let added = |name: &str| {
                source.text.contains(&format!(".with(\"{name}\""))
                    || source.text.contains(&format!(".with_phrase(\"{name}\""))
            };
            if let Some(given) = asked.given {
                let lacking: Vec<&String> = holes.difference(&given).filter(|name| !added(name)).collect();
                if !lacking.is_empty() {
                    complaints.push(format!("{place}: `{}` lacks {lacking:?}", asked.key));
                }
            }
        }
    }
    Ok(complaints)
}

/// The names between braces.
fn holes(text: &str) -> Holes {
    text.split('{')
        .skip(1)
        .filter_map(|rest| rest.split('}').next())
        .filter(|name| is_name(name))
        .map(str::to_owned)
        .collect()
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
}

/// A place where the code asks for a phrase by a key written out.
struct Asked {
    line: usize,
    key: String,
    /// The values given to it, where they are all given on the spot.
    given: Option<Holes>,
}

fn asked(code: &str) -> Vec<Asked> {
    let mut found = Vec::new();
    for opening in ["phrase!(", "Phrase::new("] {
        for (at, _) in code.match_indices(opening) {
            let line_start = code[..at].rfind('\n').map_or(0, |end| end + 1);
            if code[line_start..at].trim_start().starts_with("//") {
                continue;
            }
            let inside = &code[at + opening.len()..];
            let Some(literal) = inside.trim_start().strip_prefix('"') else { continue };
            let key = literal.split('"').next().unwrap_or_default().to_owned();
            if !key.contains('.') || key.contains(char::is_whitespace) {
                continue;
            }
            let line = code[..at].lines().count().max(1);
            found.push(Asked { line, key, given: (opening == "phrase!(").then(|| given(inside)).flatten() });
        }
    }
    found
}

/// The names of a macro call's arguments, unless further values are added after it.
fn given(inside: &str) -> Option<Holes> {
    let mut names = Holes::new();
    let mut depth = 0_i32;
    let mut in_text = false;
    let mut argument = String::new();
    let mut letters = inside.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' if in_text => {
                letters.next();
                continue;
            }
            '"' => in_text = !in_text,
            _ if in_text => continue,
            '(' | '[' | '{' => depth += 1,
            ')' if depth == 0 => {
                names.extend(name_of(&argument));
                let after = inside[at + 1..].trim_start();
                return (!after.starts_with(".with")).then_some(names);
            }
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                names.extend(name_of(&argument));
                argument.clear();
                continue;
            }
            _ => {}
        }
        argument.push(letter);
    }
    None
}

fn name_of(argument: &str) -> Option<String> {
    let (name, _) = argument.split_once('=')?;
    let name = name.trim();
    is_name(name).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_are_missing_or_differ_are_named() {
        let words = "[done]\nen = \"{n} epochs in {t} s\"\nzh = \"{t} 秒完成 {n} 轮\"";
        let repository = |words: &str, code: &str| {
            let source = |path: &str, text: &str| Source { path: path.to_owned(), text: text.to_owned() };
            check(&[
                source("crates/base/flywheel-spec/words/train.toml", words),
                source("crates/base/s/src/a.rs", code),
            ])
            .expect("the words parse")
        };
        let cases = [
            (r#"phrase!("train.done", n = f(1, 2), t = "a, b")"#, 0),
            (r#"phrase!("train.done", n = 1).with("t", 2)"#, 0),
            (r#"Phrase::new("train.done").with("n", 1).with("t", 2)"#, 0),
            (r#"phrase!(key, n = 1)"#, 0),
            (r#"phrase!("train.done", n = 1)"#, 1),
            (r#"phrase!("train.done", n = 1, t = 2, extra = 3)"#, 0),
            (r#"phrase!("train.gone", n = 1, t = 2)"#, 1),
            (r#"Phrase::new("train.gone")"#, 1),
        ];
        for (code, expected) in cases {
            let found = repository(words, code);
            assert_eq!(found.len(), expected, "{code}: {found:?}");
        }
        assert_eq!(repository("[done]\nen = \"{n}\"\nzh = \"{m}\"", "").len(), 1);
        assert_eq!(repository("[done]\nen = \"done\"", "").len(), 1);
    }
}

//! Parses TOML with places, and goes on after a line that does not parse so that one mistake does not hide the others.

use toml_edit::{Document, TomlError};

use super::place;
use super::reasons::in_chinese;
use crate::{Problem, phrase};

/// Mistakes after which a text is taken for something else than TOML.
const PATIENCE: usize = 16;

/// Mistakes that reach to the end of the text.
const OPEN: [&str; 2] = ["unclosed array", "unclosed inline table"];

/// A text with the lines blanked that do not parse, and what is wrong with these.
pub(super) struct Recovered {
    /// As long as the text was, so that places stay right.
    pub text: String,
    /// One for each blanked line.
    pub problems: Vec<Problem>,
}

/// The document with places.
pub(super) fn document(text: &str) -> Result<Document<&str>, TomlError> {
    Document::parse(text)
}

/// Blanks the lines that do not parse, while what is wrong with each is plainly its own.
pub(super) fn recover(text: &str, file_name: &str) -> Recovered {
    let mut recovered = Recovered { text: text.to_owned(), problems: Vec::new() };
    while recovered.problems.len() < PATIENCE {
        let Err(error) = document(&recovered.text) else { break };
        let offset = error.span().map_or(0, |span| span.start).min(text.len());
        recovered.problems.push(problem(&error, text, file_name, offset));
        let line = line_around(&recovered.text, offset);
        let content = recovered.text[line.clone()].to_owned();
        if content.trim().is_empty()
            || !stands_alone(&content)
            || error.message().starts_with("unclosed array")
        {
            break;
        }
        recovered.text.replace_range(line, &" ".repeat(content.len()));
    }
    // What stands after an open bracket is no mistake of its own.
    let unclosed = |problem: &Problem| {
        problem
            .message
            .args
            .get("reason")
            .is_some_and(|reason| OPEN.iter().any(|open| reason.starts_with(open)))
    };
    if recovered.problems.iter().any(unclosed) {
        recovered.problems.retain(unclosed);
    }
    recovered
}

fn problem(error: &TomlError, text: &str, file_name: &str, offset: usize) -> Problem {
    let reason =
        error.message().lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(", ");
    let mut message = phrase!("check.syntax", reason = reason);
    message.zh = message.zh.replace(&reason, &in_chinese(&reason));
    let mut problem = Problem::error(message).advise(phrase!("check.syntax_advice"));
    problem.place = place::at(text, file_name, offset, "");
    problem
}

fn line_around(text: &str, offset: usize) -> std::ops::Range<usize> {
    let bytes = text.as_bytes();
    let offset = offset.min(bytes.len());
    let start = bytes[..offset].iter().rposition(|&byte| byte == b'\n').map_or(0, |newline| newline + 1);
    let end =
        bytes[offset..].iter().position(|&byte| byte == b'\n').map_or(bytes.len(), |length| offset + length);
    start..end
}

/// True when no bracket or long string of the line reaches into its neighbours.
fn stands_alone(line: &str) -> bool {
    let count = |letter: char| line.matches(letter).count();
    count('[') == count(']') && count('{') == count('}') && !line.contains("\"\"\"") && !line.contains("'''")
}

//! Parses TOML with places, and goes on after what does not parse so that one mistake does not hide the others.

use std::ops::Range;

use toml_edit::{Document, TomlError};

use super::mend::mend;
use super::place;
use super::reasons::in_chinese;
use super::slips::{Advice, Slip, Stumble, meant, shown};
use crate::{Problem, phrase};

/// Mistakes after which a text is taken for something else than TOML.
const PATIENCE: usize = 16;

/// Slips that one line is mended of before it is left out.
const MENDS: usize = 4;

/// A text that can be read as far as possible, and what was wrong with it.
pub(super) struct Recovered {
    /// As many lines as the text has, so that places stay right.
    pub text: String,
    /// In the order found; at most one of a kind for each mended or left-out line.
    pub problems: Vec<Problem>,
    /// True when something of the text could not be read, so that what seems to lack may be there.
    pub lost: bool,
}

/// The document with places.
pub(super) fn document(text: &str) -> Result<Document<&str>, TomlError> {
    Document::parse(text)
}

/// Mends the slips of a text, or leaves lines out, until the rest can be read.
pub(super) fn recover(text: &str, file_name: &str) -> Recovered {
    if document(text).is_ok() {
        return Recovered { text: text.to_owned(), problems: Vec::new(), lost: false };
    }
    if text.trim_start().starts_with('{') {
        let mut problem =
            Problem::error(phrase!("check.slip_json")).advise(phrase!("check.slip_json_advice"));
        let start = text.len() - text.trim_start().len();
        problem.place = place::at(text, file_name, start, "");
        return Recovered { text: String::new(), problems: vec![problem], lost: true };
    }
    let mended = mend(text);
    let mut reading =
        Reading { lines: mended.lines, slips: mended.slips, mends: Vec::new(), lost: mended.lost };
    while reading.slips.len() < PATIENCE && reading.step() {}
    let problems = reading.slips.iter().map(|slip| reading.problem(slip, file_name)).collect();
    Recovered { text: reading.lines.join("\n"), problems, lost: reading.lost }
}

/// A text that is read again and again, each time with one mistake less.
struct Reading {
    lines: Vec<String>,
    slips: Vec<Slip>,
    /// The lines that were mended, once for each time.
    mends: Vec<usize>,
    lost: bool,
}

impl Reading {
    /// Meets the first mistake that is left; false when there is none, or none that can be got past.
    fn step(&mut self) -> bool {
        let text = self.lines.join("\n");
        let Err(error) = document(&text) else { return false };
        let (number, span) = in_line(&text, error.span().unwrap_or(0..0));
        let reason = reason_of(&error);
        let stumble = Stumble { lines: &self.lines, number, span: span.clone(), reason: &reason };
        if let Some(found) = meant(&stumble) {
            let line = found.slip.line;
            let tired = self.mends.iter().filter(|&&mended| mended == line).count() >= MENDS;
            if !tired && found.mended != self.lines[line] {
                self.lost |= found.lost;
                self.lines[line] = found.mended;
                self.mends.push(line);
                self.slips.push(found.slip);
                return true;
            }
        }
        if !self.slips.iter().any(|slip| slip.line == number) {
            self.slips.push(self.unknown(number, &span, &reason));
        }
        self.leave_out(number)
    }

    /// What only the parser has words for.
    fn unknown(&self, number: usize, span: &Range<usize>, reason: &str) -> Slip {
        let mut message = phrase!("check.syntax", reason = reason);
        message.zh = message.zh.replace(reason, &in_chinese(reason));
        let before = self.lines[number].get(..span.start).unwrap_or_default();
        let advice = Advice::Says(phrase!("check.syntax_advice"));
        Slip { line: number, character: before.chars().count(), message, advice }
    }

    /// Takes a line out; false where that would tear others apart.
    fn leave_out(&mut self, number: usize) -> bool {
        self.lost = true;
        let line = &mut self.lines[number];
        if line.trim().is_empty() || !stands_alone(line) {
            return false;
        }
        line.clear();
        true
    }

    fn problem(&self, slip: &Slip, file_name: &str) -> Problem {
        let line = self.lines[slip.line].trim();
        let advice = match &slip.advice {
            Advice::Says(advice) => advice.clone(),
            Advice::Line if line.is_empty() => phrase!("check.syntax_advice"),
            Advice::Line => phrase!("check.slip_write", line = shown(line)),
        };
        let mut problem = Problem::error(slip.message.clone()).advise(advice);
        problem.place.file = Some(file_name.to_owned());
        problem.place.line = Some(slip.line as u64 + 1);
        problem.place.character = Some(slip.character as u64 + 1);
        problem
    }
}

/// The parser's reason in one line.
fn reason_of(error: &TomlError) -> String {
    error.message().lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(", ")
}

/// The line of a span, and the span within it.
fn in_line(text: &str, span: Range<usize>) -> (usize, Range<usize>) {
    let start = span.start.min(text.len());
    let bytes = text.as_bytes();
    let number = bytes[..start].iter().filter(|&&byte| byte == b'\n').count();
    let begins = bytes[..start].iter().rposition(|&byte| byte == b'\n').map_or(0, |newline| newline + 1);
    let length = bytes[begins..].iter().position(|&byte| byte == b'\n').unwrap_or(bytes.len() - begins);
    (number, start - begins..(span.end.max(start) - begins).min(length.max(start - begins)))
}

/// True when no bracket or long text of the line reaches into its neighbours.
fn stands_alone(line: &str) -> bool {
    let count = |letter: char| line.matches(letter).count();
    count('[') == count(']') && count('{') == count('}') && !line.contains("\"\"\"") && !line.contains("'''")
}

//! Sentences with choices in them: `The {app|board} {crashes|closes} <when>` is read once and written many ways.

use std::collections::HashMap;
use std::sync::OnceLock;

use flywheel_stats::chance::Chance;

/// The files of words; a line in square brackets names what follows it.
const FILES: [&str; 6] = [
    include_str!("words/problems_en.txt"),
    include_str!("words/problems_zh.txt"),
    include_str!("words/decoys.txt"),
    include_str!("words/talk.txt"),
    include_str!("words/voices.txt"),
    include_str!("words/slots.txt"),
];

/// A sentence with choices.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Template(Vec<Part>);

#[derive(Debug, Clone, PartialEq)]
enum Part {
    Words(&'static str),
    /// One of these.
    Choice(Vec<Template>),
    /// A line of the section of this name, or one of the [`Facts`].
    Slot(&'static str),
}

/// What a speaker knows of themselves.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts<'a> {
    /// The ending of sections in their language: ` en` or ` zh`.
    pub language: &'static str,
    pub version: &'a str,
    pub device: &'a str,
    pub browser: &'a str,
}

/// The lines of a section, such as `payment en`; empty where nobody wrote it.
pub(super) fn lines(section: &str) -> &'static [Template] {
    book().get(section).map_or(&[], Vec::as_slice)
}

/// A line of a section, written.
pub(super) fn line(section: &str, facts: &Facts, chance: &mut Chance) -> String {
    let mut written = String::new();
    write_line(section, facts, chance, &mut written);
    written
}

fn write_line(section: &str, facts: &Facts, chance: &mut Chance, into: &mut String) {
    let lines = match lines(section) {
        [] => lines(&format!("{section}{}", facts.language)),
        lines => lines,
    };
    if !lines.is_empty() {
        chance.pick(lines).write(facts, chance, into);
    }
}

fn book() -> &'static HashMap<&'static str, Vec<Template>> {
    static BOOK: OnceLock<HashMap<&'static str, Vec<Template>>> = OnceLock::new();
    BOOK.get_or_init(|| {
        let mut book: HashMap<&'static str, Vec<Template>> = HashMap::new();
        for file in FILES {
            let mut section = "";
            for line in file.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
            {
                if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                    section = name;
                } else {
                    book.entry(section).or_default().push(Template::read(line));
                }
            }
        }
        book
    })
}

impl Template {
    /// Reads a line; a brace that nobody closed reaches to its end.
    pub(super) fn read(line: &'static str) -> Self {
        let mut parts = Vec::new();
        let mut rest = line;
        while !rest.is_empty() {
            let at = rest.find(['{', '<']).unwrap_or(rest.len());
            if at > 0 {
                parts.push(Part::Words(&rest[..at]));
            }
            rest = &rest[at..];
            if rest.starts_with('{') {
                let (choices, after) = choices(&rest[1..]);
                parts.push(Part::Choice(choices));
                rest = after;
            } else if let Some(inside) = rest.strip_prefix('<') {
                let end = inside.find('>').unwrap_or(inside.len());
                parts.push(Part::Slot(&inside[..end]));
                rest = inside.get(end + 1..).unwrap_or("");
            }
        }
        Self(parts)
    }

    /// Writes it one of its ways.
    pub(super) fn write(&self, facts: &Facts, chance: &mut Chance, into: &mut String) {
        for part in &self.0 {
            match part {
                Part::Words(words) => into.push_str(words),
                Part::Choice(choices) => chance.pick(choices).write(facts, chance, into),
                Part::Slot("version") => into.push_str(facts.version),
                Part::Slot("device") => into.push_str(facts.device),
                Part::Slot("browser") => into.push_str(facts.browser),
                Part::Slot("number") => into.push_str(&(2 + chance.below(28)).to_string()),
                Part::Slot("name") => write_line("name", facts, chance, into),
                Part::Slot(section) => write_line(section, facts, chance, into),
            }
        }
    }

    /// In how many ways it can be written, not counting what stands in its slots.
    #[cfg(test)]
    pub(super) fn ways(&self) -> usize {
        let part = |part: &Part| match part {
            Part::Choice(choices) => choices.iter().map(Self::ways).sum(),
            _ => 1,
        };
        self.0.iter().map(part).product()
    }

    #[cfg(test)]
    pub(super) fn slots(&self) -> Vec<&'static str> {
        let part = |part: &Part| match part {
            Part::Choice(choices) => choices.iter().flat_map(Self::slots).collect(),
            Part::Slot(name) => vec![*name],
            Part::Words(_) => Vec::new(),
        };
        self.0.iter().flat_map(part).collect()
    }
}

/// The choices up to the closing brace, and what comes after it.
fn choices(text: &'static str) -> (Vec<Template>, &'static str) {
    let mut found = Vec::new();
    let (mut depth, mut from) = (0_usize, 0_usize);
    for (at, character) in text.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => {
                found.push(Template::read(&text[from..at]));
                return (found, &text[at + 1..]);
            }
            '}' => depth -= 1,
            '|' if depth == 0 => {
                found.push(Template::read(&text[from..at]));
                from = at + 1;
            }
            _ => {}
        }
    }
    found.push(Template::read(&text[from..]));
    (found, "")
}

#[cfg(test)]
mod tests {
    use super::super::catalogue::{DECOYS, PROBLEMS};
    use super::*;

    #[test]
    fn a_template_is_written_each_of_its_ways() {
        let template = Template::read("It {crashes|{really |}closes} on <version>");
        assert_eq!(template.ways(), 3);
        let facts = Facts { language: " en", version: "2.1", device: "phone", browser: "Chrome" };
        let mut chance = Chance::new(1);
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..60 {
            let mut written = String::new();
            template.write(&facts, &mut chance, &mut written);
            seen.insert(written);
        }
        let expected = ["It closes on 2.1", "It crashes on 2.1", "It really closes on 2.1"];
        assert_eq!(seen.iter().map(String::as_str).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn every_problem_has_many_sentences_in_both_languages() {
        for (subjects, least) in [(&PROBLEMS[..], 12), (&DECOYS[..], 8)] {
            for subject in subjects {
                for language in ["en", "zh"] {
                    let section = format!("{} {language}", subject.id);
                    let lines = lines(&section);
                    assert!(lines.len() >= least, "{section} has {} lines", lines.len());
                    let ways: usize = lines.iter().map(Template::ways).sum();
                    assert!(ways >= 60, "{section} can be said in {ways} ways");
                }
            }
        }
    }

    #[test]
    fn every_slot_has_words_and_every_brace_is_closed() {
        let known = ["version", "device", "browser", "number"];
        for (section, templates) in book() {
            let language = if section.ends_with(" zh") { " zh" } else { " en" };
            for template in templates {
                for slot in template.slots() {
                    let filled = known.contains(&slot)
                        || !lines(slot).is_empty()
                        || !lines(&format!("{slot}{language}")).is_empty();
                    assert!(filled, "<{slot}> in {section}");
                }
            }
        }
        for file in FILES {
            for line in file.lines() {
                assert_eq!(line.matches('{').count(), line.matches('}').count(), "{line}");
                assert_eq!(line.matches('<').count(), line.matches('>').count(), "{line}");
            }
        }
    }
}

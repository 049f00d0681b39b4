//! Mistakes and warnings, each under the line that it is about.

use std::collections::BTreeMap;

use flywheel_spec::{Place, Problem, Severity};
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, NamedSource, Report};

use crate::screen::{Screen, Style};

/// The texts that places may point into, by the file's name.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    texts: BTreeMap<String, String>,
}

impl Sources {
    /// A file whose text is at hand.
    pub fn one(name: impl Into<String>, text: impl Into<String>) -> Self {
        let text: String = text.into();
        // A byte order mark counts as no character of the first line.
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        Self { texts: BTreeMap::from([(name.into(), text)]) }
    }
}

/// Problems one after the other; ends with a line break, empty when there is none.
pub fn problems(screen: &Screen, problems: &[Problem], sources: &Sources) -> String {
    problems.iter().map(|problem| one(screen, problem, sources)).collect()
}

fn one(screen: &Screen, problem: &Problem, sources: &Sources) -> String {
    let place = &problem.place;
    let source = place.file.as_ref().and_then(|file| Some((file, sources.texts.get(file)?)));
    match (source, place.line) {
        (Some((file, text)), Some(line)) => {
            with_picture(screen, problem, file, text, line).unwrap_or_else(|| plain(screen, problem))
        }
        _ => plain(screen, problem),
    }
}

fn with_picture(screen: &Screen, problem: &Problem, file: &str, text: &str, line: u64) -> Option<String> {
    let start = offset(text, line, problem.place.character.unwrap_or(1))?;
    let advice = problem.advice.as_ref().map(|advice| screen.text(advice).to_owned());
    let severity = match problem.severity {
        Severity::Error => miette::Severity::Error,
        Severity::Warning => miette::Severity::Warning,
    };
    let diagnostic = MietteDiagnostic::new(screen.text(&problem.message))
        .with_severity(severity)
        .with_label(LabeledSpan::new(advice, start, word_length(&text[start..])));
    let report = Report::new(diagnostic).with_source_code(NamedSource::new(file, text.to_owned()));
    let theme = if screen.color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let width = usize::from(screen.width.unwrap_or(110));
    let handler = GraphicalReportHandler::new_themed(theme).with_width(width).with_context_lines(1);
    let mut picture = String::new();
    handler.render_report(&mut picture, report.as_ref()).ok()?;
    Some(picture)
}

fn plain(screen: &Screen, problem: &Problem) -> String {
    let (sign, style) = match problem.severity {
        Severity::Error => ("×", Style::Bad),
        Severity::Warning => ("⚠", Style::Warn),
    };
    let mut text = format!("  {} {}\n", screen.paint(style, sign), screen.text(&problem.message));
    let place = said(screen, &problem.place);
    if !place.is_empty() {
        text.push_str(&format!("    {}\n", screen.paint(Style::Dim, &place)));
    }
    if let Some(advice) = &problem.advice {
        text.push_str(&format!("    → {}\n", screen.text(advice)));
    }
    text
}

/// `data.csv:12:3 · row 11 · column age`, of what is known.
fn said(screen: &Screen, place: &Place) -> String {
    let mut parts = Vec::new();
    if let Some(file) = &place.file {
        let mut file = file.clone();
        for number in [place.line, place.character].into_iter().flatten() {
            file.push_str(&format!(":{number}"));
        }
        parts.push(file);
    }
    if let Some(row) = place.row {
        parts.push(format!("{} {row}", screen.word("row")));
    }
    if let Some(column) = &place.column {
        parts.push(format!("{} {column}", screen.word("column")));
    }
    if let Some(setting) = &place.setting {
        parts.push(setting.clone());
    }
    parts.join(" · ")
}

/// The byte at which a line's character begins.
fn offset(text: &str, line: u64, character: u64) -> Option<usize> {
    let mut start = 0;
    for _ in 1..line {
        start += text.get(start..)?.find('\n')? + 1;
    }
    let rest = text.get(start..)?;
    let line = &rest[..rest.find('\n').unwrap_or(rest.len())];
    let before: usize = line.chars().take(character.saturating_sub(1) as usize).map(char::len_utf8).sum();
    Some(start + before)
}

/// Bytes of the word or the quoted text that begins here.
fn word_length(text: &str) -> usize {
    if let Some(quoted) = text.strip_prefix('"') {
        let end = quoted.find(['"', '\n']).unwrap_or(quoted.len());
        return 1 + end + usize::from(quoted[end..].starts_with('"'));
    }
    let end = text.find([' ', '=', ',', ']', '}', '\n', '\r', '\t']);
    end.unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use flywheel_spec::Language;
    use flywheel_spec::check::read_recipe;

    use super::*;

    fn screen(language: Language) -> Screen {
        Screen { language, json: false, color: false, live: false, width: Some(90) }
    }

    const TEXT: &str = "name = \"churn\"\n[data]\ntable = \"客户\"\ntarget = \"churned\"\n[train]\nepoch = 10\nl2 = \"0.1\"\n";

    #[test]
    fn mistakes_stand_under_their_lines_in_english() {
        let found = read_recipe(TEXT, "churn.toml").expect_err("two mistakes");
        let sources = Sources::one("churn.toml", TEXT);
        insta::assert_snapshot!(problems(&screen(Language::En), &found.problems, &sources));
    }

    #[test]
    fn mistakes_stand_under_their_lines_in_chinese() {
        let found = read_recipe(TEXT, "churn.toml").expect_err("two mistakes");
        let sources = Sources::one("churn.toml", TEXT);
        insta::assert_snapshot!(problems(&screen(Language::Zh), &found.problems, &sources));
    }

    #[test]
    fn offsets_are_found_after_characters_of_several_bytes() {
        assert_eq!(offset("ab\n客户=1\n", 2, 3), Some(3 + 6));
        assert_eq!(offset("ab", 7, 1), None);
    }
}

//! A question in one's own words: what was understood of each part, the command that asks the same, and its answer.

use flywheel_spec::feedback::wording::{AnsweredPart, AskedInWords, PartAnswer, UNSURE};
use flywheel_spec::phrase;

use super::assistant::assistant;
use super::{Sources, answered, found, insights, problems};
use crate::screen::{Screen, Style};

/// Findings that are said elsewhere: that nothing was understood as the mistake, and what is done without the assistant
/// beside what it was asked.
const SAID_ELSEWHERE: [&str; 2] = ["wording.nothing", "wording.rules_instead"];

/// What was understood, and the answers; or the nearest questions where nothing was.
pub fn asked_in_words(screen: &Screen, asked: &AskedInWords) -> String {
    let mut text = String::new();
    for (place, part) in asked.parts.iter().enumerate() {
        if place > 0 {
            text.push('\n');
        }
        let number = (asked.parts.len() > 1).then_some(place + 1);
        text.push_str(&part_text(screen, part, number));
    }
    if !asked.nearest.is_empty() {
        text.push_str(&format!("{}\n", screen.paint(Style::Bold, &screen.word("asked_nearest"))));
        for nearest in &asked.nearest {
            // A shell passes over what follows, so that the line may be copied whole.
            let said = screen.paint(Style::Dim, &format!("# {}", screen.text(&nearest.says)));
            text.push_str(&format!("  {}   {said}\n", nearest.command));
        }
    }
    let rest: Vec<_> =
        asked.findings.iter().filter(|finding| !SAID_ELSEWHERE.contains(&finding.key.as_str())).collect();
    if !rest.is_empty() {
        text.push('\n');
    }
    for finding in rest {
        text.push_str(&format!("  · {}\n", screen.text(finding)));
    }
    if let Some(used) = &asked.assistant {
        text.push_str(&assistant(screen, used));
    }
    text
}

fn part_text(screen: &Screen, part: &AnsweredPart, number: Option<usize>) -> String {
    let mut text = String::new();
    let understood = &part.understood;
    for (place, why) in understood.why.iter().enumerate() {
        let said = screen.text(why);
        text.push_str(&match (place, number) {
            (0, Some(number)) => format!("{}\n", screen.paint(Style::Bold, &format!("{number}. {said}"))),
            (0, None) => format!("{}\n", screen.paint(Style::Bold, said)),
            _ => format!("  · {said}\n"),
        });
    }
    if understood.certainty < UNSURE {
        let said = phrase!("cli.asked_unsure", certainty = format!("{:.0}%", understood.certainty * 100.0));
        text.push_str(&format!("  {}\n", screen.paint(Style::Warn, screen.text(&said))));
    }
    let again = phrase!("cli.asked_again", command = part.command);
    text.push_str(&format!("  {}\n", screen.paint(Style::Dim, screen.text(&again))));
    if let Some(answer) = &part.answer {
        text.push('\n');
        text.push_str(&match answer {
            PartAnswer::Question { answered: answer } => answered(screen, answer, None),
            PartAnswer::Insights { report } => insights(screen, report),
            PartAnswer::Search { report } => found(screen, report),
        });
    } else if part.problems.is_empty() {
        text.push_str(&part.spec.lines().map(|line| format!("    {line}\n")).collect::<String>());
    }
    text.push_str(&problems(screen, &part.problems, &Sources::default()));
    text
}

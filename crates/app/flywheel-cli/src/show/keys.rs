//! Keys of clients, and the surveys that they may send answers to.

use flywheel_spec::key::KeySummary;
use flywheel_spec::product::survey::SurveySpec;

use super::table::{left, right, table};
use crate::screen::Screen;

/// Keys, one a line.
pub fn keys(screen: &Screen, keys: &[KeySummary]) -> String {
    let header = [
        left(screen.word("key")),
        left(screen.word("key_name")),
        left(screen.word("key_since")),
        left(screen.word("key_revoked")),
    ];
    let rows: Vec<Vec<String>> = keys
        .iter()
        .map(|key| {
            let revoked = key.revoked_at.clone().unwrap_or_default();
            vec![key.key.clone(), key.name.clone(), key.created_at.clone(), revoked]
        })
        .collect();
    table(screen, &header, &rows)
}

/// Surveys, one a line, with what each asks and its address on the server.
pub fn surveys(screen: &Screen, surveys: &[SurveySpec]) -> String {
    let header = [
        left(screen.word("survey")),
        left(screen.word("survey_asks")),
        right(screen.word("survey_again")),
        left(screen.word("survey_link")),
        left(screen.word("survey_script")),
    ];
    let rows: Vec<Vec<String>> = surveys
        .iter()
        .map(|survey| {
            let asks: Vec<String> = survey
                .questions
                .iter()
                .map(|question| question.words().text(screen.language).to_owned())
                .collect();
            vec![
                survey.name.clone(),
                asks.join(" / "),
                survey.again_after_days.to_string(),
                format!("/survey/{}", survey.name),
                format!("/survey/{}/survey.js", survey.name),
            ]
        })
        .collect();
    table(screen, &header, &rows)
}

//! Surveys as people meet them: a page behind a link, and a small script for one's own pages.
//!
//! Answers arrive as `survey sent` events in PostHog's shape, through the same door as every other event.

use flywheel_spec::product::survey::{SurveySpec, Words};
use flywheel_spec::{Language, Phrase};
use serde_json::{Value, json};

const SCRIPT: &str = include_str!("survey.js");
const PAGE: &str = include_str!("survey.html");

/// The script that asks: as a card on one's own page, or filling the page behind the link.
///
/// It sends to the server that it came from, with this key.
pub fn script(survey: &SurveySpec, key: &str) -> String {
    let words = |key: &str| Words::from(Phrase::new(key));
    let own = survey.thanks.clone();
    let questions: Vec<Value> = survey
        .questions
        .iter()
        .map(|question| {
            let scale = question.scale();
            json!({
                "kind": question.kind(),
                "words": question.words(),
                "scale": scale.map(|(from, to, low, high)| json!({"from": from, "to": to, "low": low, "high": high})),
            })
        })
        .collect();
    let settings = json!({
        "key": key,
        "name": survey.name,
        "againAfterDays": survey.again_after_days,
        "afterSecs": survey.after_secs,
        "questions": questions,
        "words": {
            "title": words("collect.survey_title"),
            "send": words("collect.survey_send"),
            "skip": words("collect.survey_skip"),
            "close": words("collect.survey_close"),
            "failed": words("collect.survey_failed"),
            "answer": words("collect.survey_answer"),
            "thanks": own.unwrap_or_else(|| words("collect.survey_thanks")),
        },
    });
    // `<` cannot end a script, wherever this text is put.
    let settings = settings.to_string().replace('<', "\\u003c");
    SCRIPT.replacen("__SURVEY__", &settings, 1)
}

/// The page behind the link.
pub fn page(survey: &SurveySpec, language: Language) -> String {
    let word = |key: &str| escaped(Phrase::new(key).text(language));
    PAGE.replace("{lang}", language.tag())
        .replace("{title}", &word("collect.survey_title"))
        .replace("{no_script}", &word("collect.survey_no_script"))
        .replace("{name}", &escaped(&survey.name))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_holds_its_survey_and_nothing_ends_it() {
        let mut survey = SurveySpec::ready_made("nps").expect("a survey");
        survey.thanks = Some(Words { en: "</script><b>".to_owned(), zh: "谢谢".to_owned() });
        let script = script(&survey, "fw_test_1");
        assert!(script.contains("\"key\":\"fw_test_1\"") && !script.contains("__SURVEY__"));
        assert!(
            script.contains("\"from\":0,\"to\":10") && script.contains("您有多大可能向朋友或同事推荐我们")
        );
        assert!(!script.contains("</script>"), "{script}");
    }

    #[test]
    fn answers_say_which_kind_of_question_they_belong_to() {
        let script = script(&SurveySpec::ready_made("csat").expect("a survey"), "fw_test_1");
        assert!(script.contains("\"kind\":\"csat\"") && script.contains("\"kind\":\"open\""));
        assert!(script.contains("properties[`$survey_kind${ending}`] = survey.questions[place].kind"));
    }

    #[test]
    fn answers_sent_again_are_one_event_whatever_the_visitors_clock_says() {
        let script = script(&SurveySpec::ready_made("nps").expect("a survey"), "fw_test_1");
        assert!(
            script.contains("send('survey sent', properties, SENT)") && script.contains("button.disabled")
        );
        assert!(script.contains("timestamp: now") && script.contains("sent_at: now"));
    }

    #[test]
    fn the_page_speaks_the_language_of_its_reader() {
        let survey = SurveySpec::ready_made("csat").expect("a survey");
        let (en, zh) = (page(&survey, Language::En), page(&survey, Language::Zh));
        assert!(
            en.contains("lang=\"en\"")
                && en.contains("A short question")
                && en.contains("/survey/csat/survey.js")
        );
        assert!(zh.contains("lang=\"zh-CN\"") && zh.contains("一个简短的问题"));
        assert!(!en.contains('{'), "{en}");
    }
}

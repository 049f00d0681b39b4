//! Surveys: what people are asked, one question at a time, and when they are asked again.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Language, Phrase, Problem, Problems, phrase};

/// Days until somebody is asked the same survey again, unless it says otherwise.
pub const AGAIN_AFTER_DAYS: u32 = 90;

/// Questions that one survey may have.
pub const QUESTIONS_AT_MOST: usize = 10;

/// A survey, by link and by script.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SurveySpec {
    /// Its name, which its link and `$survey_id` carry: lower-case letters, digits, `-` and `_`.
    pub name: String,
    /// What is asked, in order, one at a time.
    pub questions: Vec<SurveyQuestion>,
    /// Days until somebody is asked again, answered or not.
    #[serde(default = "again_after_days")]
    pub again_after_days: u32,
    /// Seconds on a page before the script asks.
    #[serde(default = "after_secs")]
    pub after_secs: u32,
    /// What is said at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thanks: Option<Words>,
}

/// One question; `kind` says which.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum SurveyQuestion {
    /// Would you recommend us? 0 to 10.
    Nps {
        /// In other words than the usual ones.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        question: Option<Words>,
    },
    /// How satisfied are you? 1 to 5.
    Csat {
        /// In other words than the usual ones.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        question: Option<Words>,
    },
    /// How easy was it? 1 to 7.
    Ces {
        /// In other words than the usual ones.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        question: Option<Words>,
    },
    /// A question answered in one's own words, or passed over.
    Open {
        /// The question.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        question: Option<Words>,
    },
}

/// A sentence in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// English.
    pub en: String,
    /// Chinese.
    pub zh: String,
}

fn again_after_days() -> u32 {
    AGAIN_AFTER_DAYS
}

fn after_secs() -> u32 {
    10
}

impl Words {
    /// The sentence in one language.
    pub fn text(&self, language: Language) -> &str {
        match language {
            Language::En => &self.en,
            Language::Zh => &self.zh,
        }
    }
}

impl From<Phrase> for Words {
    fn from(phrase: Phrase) -> Self {
        Self { en: phrase.en, zh: phrase.zh }
    }
}

impl SurveyQuestion {
    /// Its kind, as `$survey_kind` carries it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Nps { .. } => "nps",
            Self::Csat { .. } => "csat",
            Self::Ces { .. } => "ces",
            Self::Open { .. } => "open",
        }
    }

    /// The question as it is asked.
    pub fn words(&self) -> Words {
        let (own, key) = match self {
            Self::Nps { question } => (question, "collect.survey_nps"),
            Self::Csat { question } => (question, "collect.survey_csat"),
            Self::Ces { question } => (question, "collect.survey_ces"),
            Self::Open { question } => (question, "collect.survey_open"),
        };
        own.clone().unwrap_or_else(|| Phrase::new(key).into())
    }

    /// The lowest and the highest answer, and what they mean; `None` for a question answered in words.
    pub fn scale(&self) -> Option<(u8, u8, Words, Words)> {
        let ends = |low: &str, high: &str| (Words::from(Phrase::new(low)), Words::from(Phrase::new(high)));
        let (from, to, (low, high)) = match self {
            Self::Nps { .. } => (0, 10, ends("collect.survey_not_likely", "collect.survey_very_likely")),
            Self::Csat { .. } => (1, 5, ends("collect.survey_dissatisfied", "collect.survey_satisfied")),
            Self::Ces { .. } => (1, 7, ends("collect.survey_hard", "collect.survey_easy")),
            Self::Open { .. } => return None,
        };
        Some((from, to, low, high))
    }

    fn own_words(&self) -> Option<&Words> {
        match self {
            Self::Nps { question }
            | Self::Csat { question }
            | Self::Ces { question }
            | Self::Open { question } => question.as_ref(),
        }
    }
}

impl SurveySpec {
    /// The surveys that every project has: `nps`, `csat` and `ces`, each with a question in one's own words.
    pub fn ready_made(name: &str) -> Option<Self> {
        let question = match name {
            "nps" => SurveyQuestion::Nps { question: None },
            "csat" => SurveyQuestion::Csat { question: None },
            "ces" => SurveyQuestion::Ces { question: None },
            _ => return None,
        };
        Some(Self {
            name: name.to_owned(),
            questions: vec![question, SurveyQuestion::Open { question: None }],
            again_after_days: AGAIN_AFTER_DAYS,
            after_secs: after_secs(),
            thanks: None,
        })
    }

    /// Every mistake.
    pub fn check(&self) -> Problems {
        let mut problems = Problems::default();
        let plain =
            |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "-_".contains(letter);
        if self.name.is_empty() || self.name.len() > 64 || !self.name.chars().all(plain) {
            let problem = Problem::error(phrase!("check.name", found = self.name));
            problems.push(problem.advise(phrase!("check.name_advice", example = "nps")).at_setting("name"));
        }
        if self.questions.is_empty() || self.questions.len() > QUESTIONS_AT_MOST {
            let problem =
                phrase!("collect.survey_questions", found = self.questions.len(), most = QUESTIONS_AT_MOST);
            problems.push(Problem::error(problem).at_setting("questions"));
        }
        for (place, question) in self.questions.iter().enumerate() {
            if question
                .own_words()
                .is_some_and(|words| words.en.trim().is_empty() || words.zh.trim().is_empty())
            {
                let setting = format!("questions.{place}.question");
                problems.push(Problem::error(phrase!("collect.survey_words")).at_setting(setting));
            }
        }
        if self.thanks.as_ref().is_some_and(|words| words.en.trim().is_empty() || words.zh.trim().is_empty())
        {
            problems.push(Problem::error(phrase!("collect.survey_words")).at_setting("thanks"));
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ready_made_surveys_are_in_order() {
        for name in ["nps", "csat", "ces"] {
            let survey = SurveySpec::ready_made(name).expect("a survey");
            assert!(survey.check().problems.is_empty());
            assert_eq!([survey.questions[0].kind(), survey.questions[1].kind()], [name, "open"]);
            let words = survey.questions[0].words();
            assert!(!words.en.contains("collect.") && !words.zh.contains("collect."), "{words:?}");
        }
        assert_eq!(SurveySpec::ready_made("other"), None);
    }

    #[test]
    fn every_mistake_is_said() {
        let survey = SurveySpec {
            name: "My Survey".to_owned(),
            questions: vec![SurveyQuestion::Open {
                question: Some(Words { en: "Why?".to_owned(), zh: " ".to_owned() }),
            }],
            again_after_days: 1,
            after_secs: 1,
            thanks: Some(Words { en: String::new(), zh: String::new() }),
        };
        let places: Vec<_> =
            survey.check().problems.into_iter().filter_map(|problem| problem.place.setting).collect();
        assert_eq!(places, ["name", "questions.0.question", "thanks"]);
        let none = SurveySpec { questions: Vec::new(), name: "a".to_owned(), thanks: None, ..survey };
        assert_eq!(none.check().problems[0].code, "collect.survey_questions");
    }
}

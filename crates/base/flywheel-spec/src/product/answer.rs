//! What every question and every answer has, whatever its kind.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Answer, Chart, QuestionSpec};
use crate::{Phrase, Problem};

/// A question with its answer, and what was read for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Answered {
    /// The question, as it was understood.
    pub question: QuestionSpec,
    /// The answer.
    pub answer: Answer,
    /// The moment that relative times were counted from, RFC 3339.
    pub asked_at: String,
    /// The time zone that days were cut in.
    pub time_zone: String,
    /// The version of the table of events; absent while nothing is in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
    /// Events in that version.
    pub events: u64,
    /// Events that had arrived and were not in it yet; they count too.
    pub waiting: u64,
    /// Seconds.
    pub secs: f64,
}

/// A question that is kept in the project's recipes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SavedQuestion {
    /// The file's name without `.toml`.
    pub name: String,
    /// The file, from the project's folder.
    pub path: String,
    /// Its text, TOML.
    pub text: String,
    /// The question; absent when the text has mistakes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<QuestionSpec>,
    /// The mistakes.
    pub problems: Vec<Problem>,
}

/// A kind of question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QuestionKind {
    /// As `kind` says it.
    pub kind: String,
    /// What it asks.
    pub asks: Phrase,
    /// A question of this kind, TOML.
    pub example: String,
}

macro_rules! kinds {
    ($($variant:ident => $kind:literal),* $(,)?) => {
        /// The kinds of questions, as `kind` says them, in the order of the documentation.
        pub const KINDS: &[&str] = &[$($kind),*];

        impl QuestionSpec {
            /// The kind, as `kind` says it.
            pub fn kind(&self) -> &'static str {
                match self { $(Self::$variant(_) => $kind),* }
            }
        }

        impl Answer {
            /// The kind, as `kind` says it.
            pub fn kind(&self) -> &'static str {
                match self { $(Self::$variant(_) => $kind),* }
            }

            /// What it means, most important first.
            pub fn findings(&self) -> &[Phrase] {
                match self { $(Self::$variant(report) => &report.findings),* }
            }

            /// What is drawn.
            pub fn charts(&self) -> &[Chart] {
                match self { $(Self::$variant(report) => &report.charts),* }
            }

            /// Doubts.
            pub fn warnings(&self) -> &[Problem] {
                match self { $(Self::$variant(report) => &report.warnings),* }
            }

            /// Adds a doubt.
            pub fn warn(&mut self, warning: Problem) {
                match self { $(Self::$variant(report) => report.warnings.push(warning)),* }
            }
        }
    };
}

kinds! {
    Trend => "trend",
    Funnel => "funnel",
    Retention => "retention",
    Lifecycle => "lifecycle",
    Stickiness => "stickiness",
    Paths => "paths",
    Segment => "segment",
    Growth => "growth",
    Activation => "activation",
    NorthStar => "north_star",
    Revenue => "revenue",
    LifetimeValue => "lifetime_value",
    Satisfaction => "satisfaction",
    WordOfMouth => "word_of_mouth",
    Experience => "experience",
    Release => "release",
    Digest => "digest",
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_kind_is_read_under_its_own_name() {
        for kind in KINDS {
            let error = serde_json::from_value::<QuestionSpec>(json!({"kind": kind, "no such setting": 1}));
            let error = error.expect_err("refused").to_string();
            assert!(!error.contains("unknown variant"), "{kind}: {error}");
        }
    }
}

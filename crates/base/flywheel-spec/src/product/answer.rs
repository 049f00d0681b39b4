//! What every question and every answer has, whatever its kind.

use super::{Answer, Chart, QuestionSpec};
use crate::{Phrase, Problem};

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

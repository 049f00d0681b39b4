//! Growth accounting: new, retained, resurrected and churned people, and the quick ratio.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Chart, EventFilter, Interval, Period, Property};
use crate::evaluation::Estimate;
use crate::{Phrase, Problem};

/// Growth accounting: new, retained, resurrected and churned people, and the quick ratio.
///
/// A person is active in a step of time in which they did `event`; new in their very first such step, retained when they were
/// active in the step before, resurrected when they were active earlier but not in the step before,
/// churned when they were active in the step before and no longer are.
/// So in every step `active = active before + new + resurrected − churned`, which is checked before anything is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GrowthSpec {
    /// What makes a person active; any event when absent.
    #[serde(default)]
    pub event: EventFilter,
    /// The steps of time.
    #[serde(default = "week")]
    pub interval: Interval,
    /// When; the last twelve steps when it has no beginning.
    #[serde(default)]
    pub period: Period,
    /// A number of the event, such as an amount, whose growth is accounted for beside that of people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Property>,
    /// Account for groups of this type, such as `company`, rather than people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
}

impl Default for GrowthSpec {
    fn default() -> Self {
        Self {
            event: EventFilter::default(),
            interval: week(),
            period: Period::default(),
            value: None,
            group: None,
        }
    }
}

fn week() -> Interval {
    Interval::Week
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct GrowthReport {
    /// What it means, most important first.
    pub findings: Vec<Phrase>,
    /// The steps, in order.
    pub steps: Vec<GrowthStep>,
    /// What is drawn.
    pub charts: Vec<Chart>,
    /// Doubts.
    pub warnings: Vec<Problem>,
}

/// One step of time.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct GrowthStep {
    /// Its name.
    pub step: String,
    /// True when it was over at the moment of asking.
    pub complete: bool,
    /// People who were active.
    pub active: u64,
    /// Active for the first time ever.
    pub new: u64,
    /// Active, and in the step before too.
    pub retained: u64,
    /// Active again after a step or more without.
    pub resurrected: u64,
    /// Active in the step before, not in this one.
    pub churned: u64,
    /// `(new + resurrected) / churned`: above 1 the product grows. Its interval takes the counts as Poisson's; absent when nobody left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quick_ratio: Option<Estimate>,
    /// Of those active in the step before, the share that still is, with its score interval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention: Option<Estimate>,
    /// The same accounting of the value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<ValueStep>,
}

/// One step of time, in value: `total = total before + new + resurrected + expansion − contraction − churned`.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct ValueStep {
    /// The value of everybody active.
    pub total: f64,
    /// That of new people.
    pub new: f64,
    /// That of resurrected people.
    pub resurrected: f64,
    /// What retained people added.
    pub expansion: f64,
    /// What retained people took away.
    pub contraction: f64,
    /// What churned people had in the step before.
    pub churned: f64,
    /// `(new + resurrected + expansion) / (churned + contraction)`; absent when nothing was lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quick_ratio: Option<f64>,
}

#[cfg(test)]
mod tests {
    use super::super::QuestionSpec;
    use super::super::digest::DigestSpec;

    #[test]
    fn questions_of_growth_read_as_people_type_them() {
        for (kind, text) in [
            (
                "growth",
                "event.event = 'open'\ninterval = 'week'\nperiod.from = '-12w'\nvalue.name = 'amount'",
            ),
            ("growth", ""),
            (
                "lifetime_value",
                "event.event = 'purchase'\nvalue.name = 'amount'\nholdout_from = '2026-01-01'",
            ),
            ("revenue", "event.event = 'payment'\ncovers.name = 'billing'\none_off.event = 'donation'"),
            ("satisfaction", "score = 'csat'\nstaying.event.event = 'open'"),
            ("satisfaction", ""),
            ("word_of_mouth", "joined.event = 'signup'\nreferrer.name = 'invited_by'"),
            ("activation", "start.event = 'signup'\nweek = 4\n[[behaviours]]\nevent = 'invite'"),
            ("activation", ""),
            (
                "experience",
                "[[tasks]]\nname = 'buy'\nstart.event = 'cart'\nsteps = [{ event = 'pay' }]\nsuccess.event = 'bought'",
            ),
            (
                "release",
                "at = '2026-03-01'\n[[metrics]]\nevent.event = 'buy'\ncount = 'share'\namong.event = 'visit'",
            ),
            (
                "north_star",
                "metric = { event.event = 'play', count = 'events' }\n[[inputs]]\nmetric.event.event = 'play'\n\
                 [[inputs]]\nmetric = { event.event = 'play', count = 'per_person' }",
            ),
        ] {
            let text = format!("kind = '{kind}'\n{text}");
            let question: QuestionSpec =
                toml_edit::de::from_str(&text).unwrap_or_else(|error| panic!("{text}\n{error}"));
            let written = toml_edit::ser::to_string(&question).expect("TOML");
            let again: QuestionSpec = toml_edit::de::from_str(&written).expect("what was written reads");
            assert_eq!(question, again, "{written}");
        }
        let digest: DigestSpec = toml_edit::de::from_str("").expect("a digest");
        assert_eq!(digest, DigestSpec::default());
        assert!(toml_edit::de::from_str::<DigestSpec>("week = 3").is_err(), "unknown settings are refused");
    }
}

//! The same evidence as RICE: reach, impact, confidence and effort.

use flywheel_spec::feedback::opportunity::{Rice, ScoreFactors, ThemeEvidence};

/// Weeks of a month.
const WEEKS: f64 = 52.0 / 12.0;

/// Reach in people, impact on Intercom's scale by the pain, confidence in percent, effort in person-months
/// (McBride, "RICE: simple prioritization for product managers", Intercom 2016).
///
/// Impact is 3 from a loss of 30% on, 2 from 15%, 1 from 8%, 0.5 from 3%, else 0.25.
pub(crate) fn rice(evidence: &ThemeEvidence, factors: &ScoreFactors) -> Rice {
    let steps = [(0.3, 3.0), (0.15, 2.0), (0.08, 1.0), (0.03, 0.5)];
    let pain = factors.pain.value;
    let impact = steps.iter().find(|(from, _)| pain >= *from).map_or(0.25, |(_, impact)| *impact);
    let (reach, confidence) = (evidence.people as f64, 100.0 * factors.confidence);
    let effort = factors.effort / WEEKS;
    Rice { rank: 0, reach, impact, confidence, effort, score: reach * impact * factors.confidence / effort }
}

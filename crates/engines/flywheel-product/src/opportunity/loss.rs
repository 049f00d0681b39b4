//! The share of behaviour that a theme's people lose: as measured, and drawn in towards what their mood lets expect.

use flywheel_spec::evaluation::Estimate;
use flywheel_spec::feedback::behaviour::{Compared, ThemeBehaviour};
use flywheel_spec::feedback::opportunity::ThemeEvidence;
use flywheel_stats::normal::Z95;

/// How far apart losses are taken to be, as a standard deviation, while few themes can tell.
const SPREAD: f64 = 0.15;
/// Themes from which on their own spread is estimated.
const THEMES_ENOUGH: usize = 5;
/// The narrowest and the widest spread.
const SPREADS: (f64, f64) = (0.05, 0.3);
/// Voices that the mood of a theme is drawn in with towards none.
const VOICES_DRAWN: f64 = 3.0;

/// A measured loss: its value and its standard error, both as shares of what comparable people do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Loss {
    pub value: f64,
    pub error: f64,
}

impl Loss {
    /// As an estimate with its interval.
    pub fn estimate(self) -> Estimate {
        let reach = Z95 * self.error;
        Estimate { value: self.value, low: self.value - reach, high: self.value + reach }
    }
}

/// How bad it sounds, 0 to 1: `1 − (1 − m)(1 − 0.3 b)(1 − 0.2 r)(1 − 0.1 q)` with the negative mood `m` (the mean of
/// `max(0, −mood)` and the negative share, as far as they are there), and the shares of bugs, requests and questions;
/// times `v / (v + 3)` for `v` voices.
pub(crate) fn complaint(evidence: &ThemeEvidence) -> f64 {
    let mood = evidence.mood.map(|mood| (-mood.value).clamp(0.0, 1.0));
    let negative = evidence.negative_share.map(|share| share.value.clamp(0.0, 1.0));
    let known: Vec<f64> = [mood, negative].into_iter().flatten().collect();
    let mood = if known.is_empty() { 0.0 } else { known.iter().sum::<f64>() / known.len() as f64 };
    let kept = (1.0 - mood)
        * (1.0 - 0.3 * kind_share(evidence, "bug"))
        * (1.0 - 0.2 * kind_share(evidence, "request"))
        * (1.0 - 0.1 * kind_share(evidence, "question"));
    let voices = evidence.voices.max(evidence.people) as f64;
    (1.0 - kept) * voices / (voices + VOICES_DRAWN)
}

/// A kind's share of a theme's messages, 0 where none is known.
pub(crate) fn kind_share(evidence: &ThemeEvidence, kind: &str) -> f64 {
    let all: u64 = evidence.kinds.values().sum();
    if all == 0 { 0.0 } else { evidence.kinds.get(kind).copied().unwrap_or(0) as f64 / all as f64 }
}

/// The loss as measured: coming back and staying on one side, paying and revenue on the other, each relative to comparable people.
///
/// Each measure counts by `spread² / (spread² + error²)`, so that what is hardly known hardly counts.
pub(crate) fn measured(behaviour: &ThemeBehaviour, spread: f64) -> Option<Loss> {
    let staying = [
        behaviour.returning.and_then(|compared| relative(&compared, compared.comparable, -1.0)),
        behaviour.leaving.and_then(|compared| relative(&compared, 1.0 - compared.comparable, 1.0)),
    ];
    let paying = [
        behaviour.paying.and_then(|compared| relative(&compared, compared.comparable, -1.0)),
        behaviour.revenue.and_then(|compared| relative(&compared, compared.comparable, -1.0)),
    ];
    let (mut weights, mut value, mut square) = (0.0, 0.0, 0.0);
    let mut sides = Vec::new();
    for side in [staying, paying] {
        let mut error = 0.0;
        for loss in side.into_iter().flatten() {
            let weight = spread * spread / (spread * spread + loss.error * loss.error);
            weights += weight;
            value += weight * loss.value;
            // Two measures of one side move together.
            error += weight * loss.error;
        }
        sides.push(error);
    }
    if weights <= 0.0 {
        return None;
    }
    for error in sides {
        square += (error / weights) * (error / weights);
    }
    Some(Loss { value: value / weights, error: square.sqrt() })
}

/// A difference as a loss relative to what comparable people do; absent where they hardly do it.
fn relative(compared: &Compared, of: f64, sign: f64) -> Option<Loss> {
    if of < 1e-3 {
        return None;
    }
    let difference = &compared.difference;
    let error = ((difference.high - difference.low) / (2.0 * Z95 * of)).max(1e-3);
    Some(Loss { value: (sign * difference.value / of).clamp(-1.0, 1.0), error })
}

/// How far apart the themes' losses are beyond what chance does: `√(mean((loss − expected)² − error²))`, weighted by
/// `1 / error²`, between 0.05 and 0.3 (the method of moments: DerSimonian and Laird, 1986); 0.15 where fewer than five are measured.
pub(crate) fn spread(measured: &[(Loss, f64)]) -> f64 {
    if measured.len() < THEMES_ENOUGH {
        return SPREAD;
    }
    // The usual spread counts as two more themes, so that a few lucky ones do not make it vanish.
    let (mut weights, mut sum) = (0.0, 0.0);
    for (loss, expected) in measured {
        let weight = 1.0 / (SPREAD * SPREAD + loss.error * loss.error);
        weights += weight;
        sum += weight * ((loss.value - expected).powi(2) - loss.error * loss.error);
    }
    let prior = 2.0 * weights / measured.len() as f64;
    let variance = (sum + prior * SPREAD * SPREAD) / (weights + prior);
    variance.max(0.0).sqrt().clamp(SPREADS.0, SPREADS.1)
}

/// The loss to believe: between the measured one and the expected one by their variances; with its standard error and
/// the share that the measured one counts.
pub(crate) fn drawn_in(measured: Option<Loss>, expected: f64, spread: f64) -> (Loss, f64) {
    let Some(loss) = measured else { return (Loss { value: expected, error: spread }, 0.0) };
    let reliability = spread * spread / (spread * spread + loss.error * loss.error);
    let value = expected + reliability * (loss.value - expected);
    (Loss { value, error: spread * (1.0 - reliability).sqrt() }, reliability)
}

//! The share of behaviour that a theme's people lose: as measured, and drawn in towards what their mood lets expect.

use flywheel_spec::evaluation::Estimate;
use flywheel_spec::feedback::behaviour::{Compared, ThemeBehaviour};
use flywheel_spec::feedback::opportunity::{EvidenceRating, ThemeEvidence};
use flywheel_stats::normal::Z95;

/// How far apart losses are taken to be, as a standard deviation, while few themes can tell.
pub(crate) const SPREAD: f64 = 0.15;
/// Themes from which on their own spread is estimated.
const THEMES_ENOUGH: usize = 5;
/// The narrowest and the widest spread.
const SPREADS: (f64, f64) = (0.1, 0.3);
/// Voices that the mood of a theme is drawn in with towards none.
const VOICES_DRAWN: f64 = 3.0;

/// Ratings that those of a theme are drawn in with towards what its texts sound like.
const RATINGS_DRAWN: f64 = 5.0;
/// The least that the texts' complaints are worth beside the ratings'.
const LEAST_SCALE: f64 = 0.1;
/// The lowest rating there is.
const LOWEST_RATING: f64 = 1.0;

/// How well it is known beforehand what a complaint costs: the standard deviations of what none costs and of what a full one adds.
const WORTH_SPREAD: f64 = 0.2;

/// What loss a complaint lets expect: a line through the themes' measured losses.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Expected {
    none: f64,
    slope: f64,
}

impl Expected {
    /// The line through measured losses and complaints, each weighted by `1 / (error² + spread²)`, drawn in towards
    /// `mood_worth · complaint` (ridge regression with the prior as its centre).
    pub fn of(measured: &[(Loss, f64)], mood_worth: f64) -> Self {
        let prior = 1.0 / (WORTH_SPREAD * WORTH_SPREAD);
        // The normal equations of the deviations from the prior's line.
        let (mut all, mut once, mut twice) = (prior, 0.0, prior);
        let (mut left, mut left_once) = (0.0, 0.0);
        for (loss, complaint) in measured {
            let weight = 1.0 / (loss.error * loss.error + SPREAD * SPREAD);
            let rest = loss.value - mood_worth * complaint;
            all += weight;
            once += weight * complaint;
            twice += weight * complaint * complaint;
            left += weight * rest;
            left_once += weight * rest * complaint;
        }
        let determinant = all * twice - once * once;
        Self {
            none: (twice * left - once * left_once) / determinant,
            slope: mood_worth + (all * left_once - once * left) / determinant,
        }
    }

    /// The loss that a complaint lets expect, 0 to 1.
    pub fn loss(&self, complaint: f64) -> f64 {
        (self.none + self.slope * complaint).clamp(0.0, 1.0)
    }
}

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

/// How bad each theme sounds, 0 to 1: `1 − (1 − m)(1 − 0.3 b)(1 − 0.2 r)(1 − 0.1 q)`, times `v / (v + 3)` for `v` voices;
/// `b`, `r` and `q` are the shares of bugs, requests and questions.
///
/// `m` is the mood of the texts: the mean of `max(0, −mood)` and the negative share, as far as they are there. Where people
/// rated, it is drawn towards how far their ratings stay below the usual one, `(usual − stars) / (usual − 1)`, by
/// `w = n / (n + 5)` for `n` ratings, for nearly all complaints sound bad and ratings tell how bad; the texts' mood then
/// stands on the ratings' scale, and the kinds count by `1 − w`. That scale comes along: what one complaint of the texts'
/// is worth beside one of the ratings', above 0 to 1.
pub(crate) fn complaints(evidence: &[ThemeEvidence]) -> (Vec<f64>, f64) {
    let (mut below, mut sounding) = (0.0, 0.0);
    for theme in evidence {
        if let Some(rating) = &theme.rating {
            below += rating.rated as f64 * below_usual(rating);
            sounding += rating.rated as f64 * sound(theme);
        }
    }
    let scale = if sounding > 0.0 { (below / sounding).clamp(LEAST_SCALE, 1.0) } else { 1.0 };
    (evidence.iter().map(|theme| complaint(theme, scale)).collect(), scale)
}

fn complaint(theme: &ThemeEvidence, scale: f64) -> f64 {
    let rated = theme.rating.map_or(0.0, |rating| rating.rated as f64);
    let known = rated / (rated + RATINGS_DRAWN);
    let text = scale * sound(theme);
    let mood = text + known * (theme.rating.as_ref().map_or(0.0, below_usual) - text);
    let kind = |name: &str, worth: f64| 1.0 - worth * (1.0 - known) * kind_share(theme, name);
    let kept = (1.0 - mood) * kind("bug", 0.3) * kind("request", 0.2) * kind("question", 0.1);
    let voices = theme.voices.max(theme.people) as f64;
    (1.0 - kept) * voices / (voices + VOICES_DRAWN)
}

/// How bad the texts sound, 0 to 1.
fn sound(theme: &ThemeEvidence) -> f64 {
    let mood = theme.mood.map(|mood| (-mood.value).clamp(0.0, 1.0));
    let negative = theme.negative_share.map(|share| share.value.clamp(0.0, 1.0));
    let known: Vec<f64> = [mood, negative].into_iter().flatten().collect();
    if known.is_empty() { 0.0 } else { known.iter().sum::<f64>() / known.len() as f64 }
}

/// How far the ratings stay below the usual one, 0 where they don't to 1 for nothing but the lowest.
fn below_usual(rating: &EvidenceRating) -> f64 {
    let most = rating.usual - LOWEST_RATING;
    if most > 0.0 { ((rating.usual - rating.stars) / most).clamp(0.0, 1.0) } else { 0.0 }
}

/// A kind's share of a theme's messages, 0 where none is known.
pub(crate) fn kind_share(evidence: &ThemeEvidence, kind: &str) -> f64 {
    let all: u64 = evidence.kinds.values().sum();
    if all == 0 { 0.0 } else { evidence.kinds.get(kind).copied().unwrap_or(0) as f64 / all as f64 }
}

/// The loss as measured: being there on one side, paying and revenue on the other, each relative to comparable people.
///
/// Being there is the days on which they were active afterwards, which tell more than whether they came back at all and
/// hold who left; where nobody counted them, coming back and not leaving stand in. Each measure counts by
/// `spread² / (spread² + error²)`, so that what is hardly known hardly counts.
pub(crate) fn measured(behaviour: &ThemeBehaviour, spread: f64) -> Option<Loss> {
    let active = behaviour.active.and_then(|compared| relative(&compared, compared.comparable, -1.0));
    let staying = match active {
        Some(active) => [Some(active), None],
        None => [
            behaviour.returning.and_then(|compared| relative(&compared, compared.comparable, -1.0)),
            behaviour.leaving.and_then(|compared| relative(&compared, 1.0 - compared.comparable, 1.0)),
        ],
    };
    // Where nobody of the theme paid, their revenue says no more than that, and feigns to know it well.
    let revenue = behaviour.revenue.filter(|revenue| revenue.theme > 0.0);
    let paying = [
        behaviour.paying.and_then(|compared| relative(&compared, compared.comparable, -1.0)),
        revenue.and_then(|compared| relative(&compared, compared.comparable, -1.0)),
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
/// `1 / error²`, between 0.1 and 0.3 (the method of moments: DerSimonian and Laird, 1986); 0.15 where fewer than five are measured.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_complaint_costs_is_learned_from_the_losses() {
        let nothing = Expected::of(&[], 0.3);
        assert!((nothing.loss(0.5) - 0.15).abs() < 1e-12 && nothing.loss(0.0) == 0.0);
        let themes = |errors: f64| -> Vec<(Loss, f64)> {
            (0..40_u32)
                .map(|at| f64::from(at) / 40.0)
                .map(|complaint| (Loss { value: 0.8 * complaint, error: errors }, complaint))
                .collect()
        };
        // Well measured losses win over the prior; hardly known ones leave it.
        // The normal equations by hand, with 25 on their diagonal for the prior: 0.033709 + 0.729877 · complaint.
        let known = Expected::of(&themes(0.01), 0.3);
        let line = (known.loss(0.0), known.loss(1.0));
        assert!((line.0 - 0.033_709).abs() < 1e-6 && (line.1 - 0.763_586).abs() < 1e-6, "{known:?}");
        let unknown = Expected::of(&themes(10.0), 0.3);
        assert!((unknown.loss(1.0) - 0.3).abs() < 0.02, "{unknown:?}");
    }

    #[test]
    fn ratings_tell_complaints_apart_that_sound_alike() {
        let mood = |value: f64| Some(Estimate { value, low: value, high: value });
        let theme = |stars: Option<f64>| ThemeEvidence {
            voices: 97,
            people: 97,
            mood: mood(-0.8),
            negative_share: mood(0.8),
            rating: stars.map(|stars| EvidenceRating { stars, usual: 3.0, rated: 45 }),
            ..ThemeEvidence::default()
        };
        // By hand: 0.5 and 1 below the usual beside texts of 0.8 make a scale of 0.9375, and 0.9 of a rated complaint is
        // the ratings': 0.075 + 0.45, 0.075 + 0.9 and 0.75, each times 97 / 100 voices.
        let (found, scale) = complaints(&[theme(Some(2.0)), theme(Some(1.0)), theme(None)]);
        assert!((scale - 0.937_5).abs() < 1e-12, "{scale}");
        let expected = [0.509_25, 0.945_75, 0.727_5];
        assert!(
            found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-9),
            "{found:?}"
        );
        let (unrated, scale) = complaints(&[theme(None)]);
        assert!((unrated[0] - 0.776).abs() < 1e-9 && scale == 1.0, "{unrated:?}");
    }

    #[test]
    fn who_is_there_less_has_lost_something_whoever_left() {
        let compared = |theme: f64, comparable: f64, reach: f64| {
            let value = theme - comparable;
            let difference = Estimate { value, low: value - reach, high: value + reach };
            Some(Compared { theme, comparable, difference, p: None, q: None })
        };
        let told = ThemeBehaviour {
            active: compared(0.6, 1.0, 0.1),
            leaving: compared(0.0, 0.0, 0.001),
            ..ThemeBehaviour::default()
        };
        let loss = measured(&told, SPREAD).expect("a loss");
        assert!((loss.value - 0.4).abs() < 1e-9 && (loss.error - 0.1 / Z95).abs() < 1e-9, "{loss:?}");
    }
}

//! When a model of classes is sure: probabilities brought in line with what came true, and the least that an answer needs.

use flywheel_spec::evaluation::{Estimate, SurePoint, SureReport};
use flywheel_spec::model::Sureness;
use flywheel_spec::phrase;
use flywheel_spec::recipe::SureSpec;
use flywheel_stats::share::wilson;

use super::answers::ClassAnswers;
use crate::figure;

/// Temperatures looked at, as natural logarithms: from a twentieth to twenty.
const TEMPERATURES: [f64; 2] = [-3.0, 3.0];

/// Halvings of the search, to a ten-thousandth.
const STEPS: usize = 28;

/// A probability of zero is a number too small for the network's 32 bits.
pub(crate) const SMALLEST: f64 = 1e-30;

/// Confidences shown to choose by.
const CURVE: usize = 20;

/// Chooses on validation answers; absent without any. `threshold` is the second class's as in `Answers::read`, and holds
/// for the probabilities at the temperature found.
///
/// The temperature makes the mean log loss least (Guo et al. 2017).
/// For a bound on errors one more error is counted than was seen, the correction of conformal risk control for small
/// samples (Angelopoulos et al. 2022); where no confidence keeps the bound, the model is never sure.
pub fn sureness(spec: &SureSpec, threshold: Option<f64>, answers: &ClassAnswers) -> Option<Sureness> {
    if answers.truths.is_empty() {
        return None;
    }
    let temperature = temperature(answers);
    let mut answers = answers.clone();
    answers.choose_at(threshold, temperature);
    let ranked = ranked(&answers, temperature);
    let confidence = match *spec {
        SureSpec::Confidence { least } => least,
        SureSpec::Coverage { share } => {
            let kept = (share * ranked.len() as f64).round() as usize;
            kept.checked_sub(1).map_or(NEVER, |last| ranked[last].0)
        }
        SureSpec::Errors { most } => {
            let mut wrong = 0;
            let mut least = NEVER;
            for (kept, &(confidence, right)) in ranked.iter().enumerate() {
                wrong += usize::from(!right);
                let ends = ranked.get(kept + 1).is_none_or(|next| next.0 < confidence);
                if ends && (wrong + 1) as f64 <= most * (kept + 2) as f64 {
                    least = confidence;
                }
            }
            least
        }
    };
    Some(Sureness { temperature, confidence })
}

/// A confidence that no answer has.
const NEVER: f64 = 1.01;

/// One row's probabilities at a temperature; they sum to 1.
pub fn calibrated(row: &[f32], temperature: f64) -> Vec<f64> {
    let logs = row.iter().map(|&p| f64::from(p).max(SMALLEST).ln() / temperature);
    let largest = logs.clone().fold(f64::NEG_INFINITY, f64::max);
    let powers: Vec<f64> = logs.map(|log| (log - largest).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.into_iter().map(|power| power / sum).collect()
}

/// What a confidence gives on these answers; absent without any.
pub(super) fn report(sureness: Sureness, answers: &ClassAnswers) -> Option<SureReport> {
    let ranked = ranked(answers, sureness.temperature);
    let rows = ranked.len() as f64;
    let sure = ranked.partition_point(|(confidence, _)| *confidence >= sureness.confidence);
    let right = ranked[..sure].iter().filter(|(_, right)| *right).count();
    let coverage = share(sure as f64, rows)?;
    let accuracy = share(right as f64, sure as f64);
    let finding = match accuracy {
        Some(accuracy) => phrase!(
            "evaluate.sure",
            coverage = figure::percent(coverage.value),
            accuracy = figure::percent(accuracy.value)
        ),
        None => phrase!("evaluate.never_sure"),
    };
    let Sureness { temperature, confidence } = sureness;
    Some(SureReport { finding, temperature, confidence, coverage, accuracy, curve: curve(&ranked) })
}

fn curve(ranked: &[(f64, bool)]) -> Vec<SurePoint> {
    let rows = ranked.len();
    let mut points: Vec<SurePoint> = Vec::new();
    let (mut right, mut kept) = (0, 0);
    for point in 1..=CURVE {
        let wanted = (rows * point).div_ceil(CURVE);
        // Rows of one confidence are kept together.
        while kept < rows && (kept < wanted || ranked[kept].0 == ranked[kept - 1].0) {
            right += usize::from(ranked[kept].1);
            kept += 1;
        }
        let confidence = ranked[kept - 1].0;
        if points.last().is_none_or(|last| last.confidence > confidence) {
            let (coverage, accuracy) = (kept as f64 / rows as f64, right as f64 / kept as f64);
            points.push(SurePoint { confidence, coverage, accuracy });
        }
    }
    points.reverse();
    points
}

/// Confidence in each answer and whether it was right, surest first.
fn ranked(answers: &ClassAnswers, temperature: f64) -> Vec<(f64, bool)> {
    let rows = answers.truths.iter().zip(&answers.predicted).enumerate();
    let mut ranked: Vec<(f64, bool)> = rows
        .map(|(row, (truth, predicted))| {
            (calibrated(answers.row(row), temperature)[*predicted as usize], truth == predicted)
        })
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    ranked
}

/// By golden section: the loss has one valley in the logarithm of the temperature.
fn temperature(answers: &ClassAnswers) -> f64 {
    let loss = |log: f64| {
        let rows = answers.truths.iter().enumerate();
        let losses = rows
            .map(|(row, &truth)| -calibrated(answers.row(row), log.exp())[truth as usize].max(SMALLEST).ln());
        losses.sum::<f64>()
    };
    let golden = (5.0_f64.sqrt() - 1.0) / 2.0;
    let [mut low, mut high] = TEMPERATURES;
    let (mut left, mut right) = (high - golden * (high - low), low + golden * (high - low));
    let (mut at_left, mut at_right) = (loss(left), loss(right));
    for _ in 0..STEPS {
        if at_left <= at_right {
            (high, right, at_right) = (right, left, at_left);
            left = high - golden * (high - low);
            at_left = loss(left);
        } else {
            (low, left, at_left) = (left, right, at_right);
            right = low + golden * (high - low);
            at_right = loss(right);
        }
    }
    f64::midpoint(low, high).exp()
}

fn share(part: f64, whole: f64) -> Option<Estimate> {
    let interval = wilson(part, whole)?;
    (whole > 0.0).then(|| Estimate { value: part / whole, low: interval.low, high: interval.high })
}

#[cfg(test)]
mod tests {
    use flywheel_stats::chance::Chance;

    use super::*;

    /// Answers of two classes that are right as often as `power` of the claimed probability says.
    fn answers(rows: usize, seed: u64, claim: impl Fn(f64) -> f64) -> ClassAnswers {
        let mut chance = Chance::new(seed);
        let mut answers =
            ClassAnswers { classes: 2, truths: vec![], predicted: vec![], probabilities: vec![] };
        for _ in 0..rows {
            let honest = chance.between(0.5, 1.0);
            let claimed = claim(honest) as f32;
            answers.predicted.push(0);
            answers.truths.push(u32::from(!chance.coin(honest)));
            answers.probabilities.extend([claimed, 1.0 - claimed]);
        }
        answers
    }

    #[test]
    fn the_temperature_undoes_overconfidence() {
        let honest = answers(20_000, 1, |p| p);
        let loud = answers(20_000, 1, |p| p * p / (p * p + (1.0 - p) * (1.0 - p)));
        assert!((temperature(&honest) - 1.0).abs() < 0.1, "{}", temperature(&honest));
        assert!((temperature(&loud) - 2.0).abs() < 0.2, "{}", temperature(&loud));
        let row = calibrated(&[0.9, 0.1, 0.0], 1.0);
        assert!((row[0] - 0.9).abs() < 1e-6 && row.iter().sum::<f64>() - 1.0 < 1e-12);
    }

    #[test]
    fn a_bound_on_errors_holds_on_other_rows() {
        let (chosen_on, judged_on) = (answers(4000, 2, |p| p), answers(20_000, 3, |p| p));
        for most in [0.05, 0.1, 0.2] {
            let sureness = sureness(&SureSpec::Errors { most }, None, &chosen_on).unwrap();
            let report = report(sureness, &judged_on).unwrap();
            let errors = 1.0 - report.accuracy.unwrap().value;
            assert!(errors < most + 0.02, "{errors} of {most}");
            assert!(report.coverage.value > 0.1, "{most}: {}", report.coverage.value);
        }
        assert!(sureness(&SureSpec::Errors { most: 0.05 }, None, &answers(0, 4, |p| p)).is_none());
    }

    #[test]
    fn coverage_and_confidence_are_taken_at_their_word() {
        let some = answers(1000, 5, |p| p);
        let covered = sureness(&SureSpec::Coverage { share: 0.7 }, None, &some).unwrap();
        assert!((report(covered, &some).unwrap().coverage.value - 0.7).abs() < 0.002);
        let said = sureness(&SureSpec::Confidence { least: 0.8 }, None, &some).unwrap();
        assert_eq!(said.confidence, 0.8);
        let never = sureness(&SureSpec::Errors { most: 0.0 }, None, &some).unwrap();
        let report = report(never, &some).unwrap();
        assert_eq!(report.finding.key, "evaluate.never_sure");
        assert!(report.accuracy.is_none() && report.coverage.value == 0.0);
        assert!(report.curve.windows(2).all(|pair| pair[0].confidence < pair[1].confidence));
        assert_eq!(report.curve[0].coverage, 1.0);
    }
    #[test]
    fn a_threshold_holds_for_the_probabilities_that_are_shown() {
        let mut some = ClassAnswers {
            classes: 2,
            truths: vec![0, 1],
            predicted: vec![0, 1],
            probabilities: vec![0.71, 0.29, 0.1, 0.9],
        };
        some.choose_at(Some(0.3), 2.0);
        assert_eq!(some.predicted, [1, 1], "0.29 is 0.39 at the temperature 2");
        some.choose_at(Some(0.3), 1.0);
        assert_eq!(some.predicted, [0, 1]);
    }
}

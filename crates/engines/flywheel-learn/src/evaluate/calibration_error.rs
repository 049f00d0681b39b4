//! Calibration: whether answers given with 80% confidence are right 80 times of 100 (expected calibration error, Guo et al. 2017).

use flywheel_spec::evaluation::CalibrationBin;
use flywheel_stats::Interval;
use flywheel_stats::bootstrap::{bootstrap, shifted_percentile};
use flywheel_stats::chance::Chance;

use super::answers::ClassAnswers;

/// Bins of equal width between 0 and 1.
const BINS: usize = 15;

/// The bins that hold rows, least confident first.
pub(super) fn bins(answers: &ClassAnswers) -> Vec<CalibrationBin> {
    let mut sums = [(0.0, 0.0, 0_u64); BINS];
    for row in 0..answers.truths.len() {
        let confidence = answers.confidence(row);
        let sum = &mut sums[bin(confidence)];
        sum.0 += confidence;
        sum.1 += f64::from(u8::from(answers.truths[row] == answers.predicted[row]));
        sum.2 += 1;
    }
    let filled = sums.into_iter().filter(|(.., rows)| *rows > 0);
    filled
        .map(|(confidence, right, rows)| CalibrationBin {
            confidence: confidence / rows as f64,
            accuracy: right / rows as f64,
            rows,
        })
        .collect()
}

/// The bins' gaps between confidence and accuracy, weighted by their rows.
pub(super) fn value(answers: &ClassAnswers) -> Option<f64> {
    let rows = answers.truths.len() as f64;
    let gap = |bin: CalibrationBin| (bin.confidence - bin.accuracy).abs() * bin.rows as f64 / rows;
    (rows > 0.0).then(|| bins(answers).into_iter().map(gap).sum())
}

/// By the bootstrap, less its bias: resampling alone makes gaps wider.
pub(super) fn interval(answers: &ClassAnswers, chance: &Chance) -> Option<Interval> {
    let estimate = value(answers)?;
    let gaps: Vec<(u32, f32)> = (0..answers.truths.len())
        .map(|row| {
            let confidence = answers.confidence(row);
            let right = f64::from(u8::from(answers.truths[row] == answers.predicted[row]));
            (bin(confidence) as u32, (confidence - right) as f32)
        })
        .collect();
    let [replicates] = bootstrap(gaps.len(), &chance.stream("calibration"), |rows| {
        let mut sums = [0.0_f64; BINS];
        for &row in rows {
            let (bin, gap) = gaps[row as usize];
            sums[bin as usize] += f64::from(gap);
        }
        [sums.iter().map(|sum| sum.abs()).sum::<f64>() / gaps.len() as f64]
    });
    shifted_percentile(estimate, &replicates).map(|interval| interval.within(0.0, 1.0))
}

/// Bins are open below and closed above.
fn bin(confidence: f64) -> usize {
    ((confidence * BINS as f64).ceil() as usize).clamp(1, BINS) - 1
}

//! The line through the weeks before, and how far this week is from it.

use flywheel_stats::student;

use super::number::Point;

/// How many degrees of freedom the other numbers' variation counts for.
const PRIOR_DEGREES: f64 = 6.0;

/// The line through the weeks before, carried on to this one.
pub(super) struct Line {
    expected: f64,
    apart: f64,
    /// Variance about the line, and its degrees of freedom.
    pub(super) residual: f64,
    degrees: f64,
    /// Variance by chance alone in a week before, and in this one.
    pub(super) chance: f64,
    chance_now: f64,
    /// What the variance of a prediction is of that of a week.
    widening: f64,
}

/// This week against the line.
pub(super) struct Judged {
    pub(super) expected: f64,
    pub(super) apart: f64,
    /// Half the width of the 95% interval about what was expected.
    pub(super) reach: f64,
    pub(super) p: f64,
}

impl Line {
    pub(super) fn of(weeks: &[Point]) -> Self {
        let count = weeks.len() - 1;
        let (before, now) = (&weeks[..count], weeks[count]);
        let mut slopes = Vec::new();
        for one in 0..count {
            for two in 0..one {
                slopes.push((before[one].log - before[two].log) / (one - two) as f64);
            }
        }
        let slope = median(&mut slopes);
        let mut heights: Vec<f64> =
            before.iter().enumerate().map(|(at, week)| week.log - slope * at as f64).collect();
        let height = median(&mut heights);
        let expected = height + slope * count as f64;
        let mut residuals: Vec<f64> = before
            .iter()
            .enumerate()
            .map(|(at, week)| (week.log - height - slope * at as f64).abs())
            .collect();
        residuals.sort_by(f64::total_cmp);
        // The largest is drawn in to the one below it.
        residuals[count - 1] = residuals[count - 2];
        let degrees = count as f64 - 3.0;
        let residual = residuals.iter().map(|one| one * one).sum::<f64>() / degrees;
        let n = count as f64;
        let middle = (n - 1.0) / 2.0;
        let spread = n * (n * n - 1.0) / 12.0;
        Self {
            expected,
            apart: now.log - expected,
            residual,
            degrees,
            chance: before.iter().map(|week| week.chance).sum::<f64>() / n,
            chance_now: now.chance,
            widening: 1.0 / n + (n - middle).powi(2) / spread,
        }
    }

    pub(super) fn judge(&self, usual: f64) -> Judged {
        let prior = usual * self.chance;
        let degrees = self.degrees + PRIOR_DEGREES;
        let moderated = (self.degrees * self.residual + PRIOR_DEGREES * prior) / degrees;
        let week = moderated.max(self.chance);
        let now = week + (self.chance_now - self.chance).max(0.0);
        // Sen's line is a tenth less sure than the best one for normal weeks.
        let deviation = (now + 1.1 * week * self.widening).sqrt();
        Judged {
            expected: self.expected,
            apart: self.apart,
            reach: student::reach95(degrees) * deviation,
            p: student::two_sided(self.apart / deviation, degrees),
        }
    }
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    if values.len().is_multiple_of(2) { 0.5 * (values[half - 1] + values[half]) } else { values[half] }
}

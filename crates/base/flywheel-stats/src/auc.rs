//! The area under the ROC curve with its variance, and average precision.

/// An area with what each row adds to its uncertainty.
#[derive(Debug, Clone, PartialEq)]
pub struct Auc {
    /// Probability that a positive row scores higher than a negative one, ties counting half.
    pub value: f64,
    /// One number a row, whose squares sum to the variance; sums of areas add them row by row before squaring.
    pub influence: Vec<f64>,
}

impl Auc {
    /// Variance of the estimate.
    pub fn variance(&self) -> f64 {
        self.influence.iter().map(|share| share * share).sum()
    }
}

/// The area and its variance; absent unless both kinds of rows occur.
///
/// DeLong, DeLong and Clarke-Pearson, "Comparing the areas under two or more correlated receiver operating characteristic
/// curves" (Biometrics 44, 1988), by the midranks of Sun and Xu (IEEE Signal Processing Letters 21, 2014).
pub fn auc(scores: &[f64], positive: impl Fn(usize) -> bool) -> Option<Auc> {
    let order = ascending(scores);
    let rows = scores.len();
    let positives = (0..rows).filter(|&row| positive(row)).count() as f64;
    let negatives = rows as f64 - positives;
    if positives == 0.0 || negatives == 0.0 {
        return None;
    }
    // For each row: how many of the other kind score lower, ties counting half.
    let mut beaten = vec![0.0; rows];
    let (mut positives_below, mut negatives_below) = (0.0, 0.0);
    for tied in order.chunk_by(|&a, &b| scores[a as usize] == scores[b as usize]) {
        let tied_positives = tied.iter().filter(|&&row| positive(row as usize)).count() as f64;
        let tied_negatives = tied.len() as f64 - tied_positives;
        for &row in tied {
            let row = row as usize;
            beaten[row] = if positive(row) {
                negatives_below + 0.5 * tied_negatives
            } else {
                positives_below + 0.5 * tied_positives
            };
        }
        positives_below += tied_positives;
        negatives_below += tied_negatives;
    }
    let value =
        (0..rows).filter(|&row| positive(row)).map(|row| beaten[row]).sum::<f64>() / (positives * negatives);
    let influence = (0..rows)
        .map(|row| {
            let (own, placement) = if positive(row) {
                (positives, beaten[row] / negatives)
            } else {
                (negatives, 1.0 - beaten[row] / positives)
            };
            if own > 1.0 { (placement - value) / (own * (own - 1.0)).sqrt() } else { 0.0 }
        })
        .collect();
    Some(Auc { value, influence })
}

/// `Σ (Rₙ − Rₙ₋₁) Pₙ` over the thresholds, as scikit-learn's `average_precision_score`; absent without a positive row.
pub fn average_precision(scores: &[f64], positive: impl Fn(usize) -> bool) -> Option<f64> {
    let order = ascending(scores);
    let positives = (0..scores.len()).filter(|&row| positive(row)).count() as f64;
    if positives == 0.0 {
        return None;
    }
    let (mut hits, mut called, mut area) = (0.0, 0.0, 0.0);
    for tied in order.chunk_by(|&a, &b| scores[a as usize] == scores[b as usize]).rev() {
        let tied_hits = tied.iter().filter(|&&row| positive(row as usize)).count() as f64;
        called += tied.len() as f64;
        hits += tied_hits;
        area += tied_hits / positives * (hits / called);
    }
    Some(area)
}

fn ascending(scores: &[f64]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..scores.len() as u32).collect();
    order.sort_unstable_by(|&a, &b| scores[a as usize].total_cmp(&scores[b as usize]));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRUTHS: [u8; 12] = [0, 0, 1, 1, 0, 1, 0, 1, 1, 0, 0, 1];
    const SCORES: [f64; 12] = [0.1, 0.4, 0.35, 0.8, 0.2, 0.7, 0.6, 0.6, 0.9, 0.3, 0.6, 0.2];

    #[test]
    fn areas_are_those_of_scikit_learn() {
        // scikit-learn 1.9.1: roc_auc_score, average_precision_score; ties included.
        let found = auc(&SCORES, |row| TRUTHS[row] == 1).unwrap();
        assert!((found.value - 0.763_888_888_888_888_8).abs() < 1e-15);
        let precision = average_precision(&SCORES, |row| TRUTHS[row] == 1).unwrap();
        assert!((precision - 0.806_186_868_686_868_6).abs() < 1e-15);
    }

    #[test]
    fn the_variance_is_delongs_by_its_definition() {
        // numpy 2.4.6: v10.var(ddof=1) / 6 + v01.var(ddof=1) / 6 over all pairs.
        let found = auc(&SCORES, |row| TRUTHS[row] == 1).unwrap();
        assert!((found.variance() - 0.022_145_061_728_395_057).abs() < 1e-15);
    }

    #[test]
    fn one_kind_of_row_alone_has_no_area() {
        assert_eq!(auc(&SCORES, |_| true), None);
        assert_eq!(average_precision(&SCORES, |_| false), None);
    }
}
